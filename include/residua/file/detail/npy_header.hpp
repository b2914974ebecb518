#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <residua/file/detail/content_kind.hpp>
#include <residua/file/dtype.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// How .npy files name an element type, and what that is here.
struct NpyType {
    std::string_view descr;  ///< without the letter for the byte order
    Dtype dtype;
};

inline constexpr std::array npy_types{NpyType{"f8", Dtype::F64}, NpyType{"f4", Dtype::F32}, NpyType{"f2", Dtype::F16},
                                      NpyType{"i8", Dtype::I64}, NpyType{"i4", Dtype::I32}, NpyType{"i2", Dtype::I16},
                                      NpyType{"i1", Dtype::I8},  NpyType{"u8", Dtype::U64}, NpyType{"u4", Dtype::U32},
                                      NpyType{"u2", Dtype::U16}, NpyType{"u1", Dtype::U8},  NpyType{"b1", Dtype::BOOL}};

/// The descr that is written for a C++ type.
template <class Value>
std::string npy_descr() {
    const auto found = std::find_if(npy_types.begin(), npy_types.end(),
                                    [](const NpyType& type) { return type.dtype == dtype_of<Value>; });
    std::string descr(1, sizeof(Value) == 1 ? '|' : '<');  // "<" + descr makes GCC 12 warn of copies that overlap
    return descr.append(found->descr);
}

struct NpyHeader {
    Dtype dtype = Dtype::U8;
    bool big_endian = false;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
    std::size_t bytes = 0;  ///< up to the first element
};

using namespace std::string_view_literals;

inline constexpr auto npy_magic = "\x93NUMPY"sv;
inline constexpr auto npy_version = "\x01\x00"sv;  // of what is written
inline constexpr std::size_t npy_prefix = 10;      // magic, version, 2 bytes of header length (4 from version 2 on)
inline constexpr std::size_t npy_alignment = 64;

/// Reads the Python dictionary of a header: the three keys in any order, each once, nothing else.
class NpyDictionary {
  public:
    NpyDictionary(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

    NpyHeader parse() {
        NpyHeader header;
        expect("{");
        for (int entry = 0; entry < 3; ++entry) {
            read_entry(header);
            if (!accept(",")) break;
        }
        expect("}");
        skip_spaces();
        if (!rest_.empty()) fail("nothing after the dictionary");
        if (seen_ != descr_seen + order_seen + shape_seen) fail("the keys 'descr', 'fortran_order' and 'shape'");
        return header;
    }

  private:
    static constexpr unsigned descr_seen = 1;
    static constexpr unsigned order_seen = 2;
    static constexpr unsigned shape_seen = 4;

    [[noreturn]] void fail(std::string_view expected) const {
        detail::raise(FileError(file_, "header", expected,
                                rest_.empty() ? "its end" : '"' + printable(rest_.substr(0, 30)) + '"'));
    }

    void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

    bool accept(std::string_view token) {
        skip_spaces();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    void expect(std::string_view token) {
        if (!accept(token)) fail(token);
    }

    /// Notes that a key was read; false if it was read before.
    bool first_time(unsigned key) {
        const bool first = (seen_ & key) == 0;
        seen_ |= key;
        return first;
    }

    void read_entry(NpyHeader& header) {
        if (accept("'descr'") && first_time(descr_seen)) {
            expect(":");
            read_type(header);
        } else if (accept("'fortran_order'") && first_time(order_seen)) {
            expect(":");
            header.fortran_order = truth();
        } else if (accept("'shape'") && first_time(shape_seen)) {
            expect(":");
            header.shape = tuple();
        } else {
            fail("each of the keys 'descr', 'fortran_order', 'shape' once");
        }
    }

    void read_type(NpyHeader& header) {
        skip_spaces();
        const std::string_view before = rest_;
        accept("'");
        header.big_endian = accept(">");
        for (const std::string_view order : {"<", "|"}) accept(order);
        for (const NpyType& type : npy_types) {
            if (!accept(std::string(type.descr) + '\'')) continue;
            header.dtype = type.dtype;
            return;
        }
        rest_ = before;
        fail("a type of real numbers, 8 to 64 bits");
    }

    bool truth() {
        if (accept("True")) return true;
        if (accept("False")) return false;
        fail("True or False");
    }

    std::vector<std::int64_t> tuple() {
        std::vector<std::int64_t> values;
        expect("(");
        while (!accept(")")) {
            values.push_back(natural_number());
            if (accept(",")) continue;
            expect(")");
            break;
        }
        return values;
    }

    std::int64_t natural_number() {
        skip_spaces();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc() || value < 0) fail("an integer from 0 to 2^63 - 1");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    std::string_view rest_;
    std::string_view file_;
    unsigned seen_ = 0;
};

inline NpyHeader parse_npy_header(std::span<const std::byte> content, std::string_view file) {
    std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (!text.starts_with(npy_magic)) detail::raise(FileError(file, "content", "a .npy file", content_kind(content)));
    const auto byte_at = [&](std::size_t i) -> std::size_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    };
    const std::size_t version = byte_at(npy_magic.size());
    if (version < 1 || version > 3) detail::raise(FileError(file, "version", "1 to 3", std::to_string(version)));
    const std::size_t prefix = npy_prefix + (version == 1 ? 0 : 2);
    std::size_t length = 0;
    for (std::size_t i = prefix; i-- > npy_magic.size() + npy_version.size();) length = length * 256 + byte_at(i);
    if (prefix > text.size() || length > text.size() - prefix) {
        detail::raise(
            FileError(file, "header", std::to_string(prefix + length) + " bytes", std::to_string(text.size())));
    }
    NpyHeader header = NpyDictionary(text.substr(prefix, length), file).parse();
    header.bytes = prefix + length;
    return header;
}

/// Everything before the first element, padded as NumPy does, so that the elements are aligned.
inline std::string npy_header_text(std::string_view descr, std::span<const std::int64_t> shape) {
    std::string text = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (";
    for (const auto extent : shape) text += std::to_string(extent) + (shape.size() == 1 ? "," : ", ");
    if (shape.size() > 1) text.resize(text.size() - 2);
    text += "), }";
    const std::size_t padded = (npy_prefix + text.size() + npy_alignment) / npy_alignment * npy_alignment;
    text.resize(padded - npy_prefix - 1, ' ');
    text += '\n';
    const auto length = static_cast<unsigned>(text.size());
    std::string prefix = std::string(npy_magic) + std::string(npy_version);
    prefix += static_cast<char>(length & 0xFFU);
    prefix += static_cast<char>(length >> 8U);
    return prefix + text;
}

}  // namespace residua::detail::inline RESIDUA_ISA
