#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <residua/io/error.hpp>

namespace residua::detail {

template <class Value>
struct NpyDescr;
template <>
struct NpyDescr<std::uint8_t> {
    static constexpr std::string_view text = "|u1";
};
template <>
struct NpyDescr<std::int64_t> {
    static constexpr std::string_view text = "<i8";
};
template <>
struct NpyDescr<float> {
    static constexpr std::string_view text = "<f4";
};
template <>
struct NpyDescr<double> {
    static constexpr std::string_view text = "<f8";
};

/// How .npy files name an element type.
template <class Value>
inline constexpr std::string_view npy_descr = NpyDescr<Value>::text;

struct NpyHeader {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
    std::size_t bytes = 0;  ///< up to the first element
};

using namespace std::string_view_literals;

inline constexpr auto npy_magic = "\x93NUMPY\x01\x00"sv;
inline constexpr std::size_t npy_prefix = 10;  // magic, version, 2 bytes of header length
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
        throw FileError(file_, "header", expected,
                        rest_.empty() ? "its end" : '"' + printable(rest_.substr(0, 30)) + '"');
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
            header.descr = quoted_text();
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

    std::string quoted_text() {
        expect("'");
        const auto end = rest_.find('\'');
        if (end == std::string_view::npos) fail("a quotation mark");
        std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        return text;
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
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (text.size() < npy_prefix || !text.starts_with(npy_magic)) {
        throw FileError(file, "beginning", "the mark of a .npy file of version 1.0",
                        '"' + printable(text.substr(0, npy_magic.size())) + '"');
    }
    const auto byte_at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
    const std::size_t length = byte_at(8) + 256 * byte_at(9);
    if (length > text.size() - npy_prefix) {
        throw FileError(file, "header length", "at most " + std::to_string(text.size() - npy_prefix),
                        std::to_string(length));
    }
    NpyHeader header = NpyDictionary(text.substr(npy_prefix, length), file).parse();
    header.bytes = npy_prefix + length;
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
    std::string prefix(npy_magic);
    prefix += static_cast<char>(length & 0xFFU);
    prefix += static_cast<char>(length >> 8U);
    return prefix + text;
}

}  // namespace residua::detail
