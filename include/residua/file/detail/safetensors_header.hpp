#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <residua/file/array_shape.hpp>
#include <residua/file/detail/content_kind.hpp>
#include <residua/file/detail/json.hpp>
#include <residua/file/dtype.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Free text of a safetensors file, by key.
using Metadata = std::map<std::string, std::string>;

/// A tensor in a safetensors file.
struct TensorEntry {
    std::string name;
    Dtype dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;  ///< row-major elements, at any alignment

    /// The number of elements.
    std::size_t size() const { return bytes.size() / bytes_of(dtype); }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

struct SafetensorsHeader {
    Metadata metadata;
    std::vector<TensorEntry> tensors;
};

inline constexpr std::size_t length_bytes = 8;
inline constexpr std::uint64_t longest_header = 100'000'000;  // the limit of the format
inline constexpr const char* metadata_key = "__metadata__";

/// Reads one header; knows the file's name for errors.
class SafetensorsParser {
  public:
    SafetensorsParser(std::span<const std::byte> content, std::string_view file) : content_(content), file_(file) {}

    SafetensorsHeader parse() const {
        check_kind();
        const std::string_view text = header_text();
        const auto data = content_.subspan(length_bytes + text.size());
        const JsonValue json = parse(text);
        SafetensorsHeader header;
        for (std::size_t i = 0; i < json.items.size(); ++i) {
            if (json.keys[i] == metadata_key) {
                header.metadata = metadata(json.items[i]);
            } else {
                header.tensors.push_back(tensor(json.keys[i], json.items[i], data));
            }
        }
        check_layout(header.tensors, data);
        return header;
    }

  private:
    using Kind = JsonValue::Kind;

    [[noreturn]] void fail(std::string_view field, std::string_view expected, std::string_view found) const {
        detail::raise(FileError(file_, printable(field), expected, found));
    }

    /// Says what another file is, instead of taking its beginning for a length.
    void check_kind() const {
        const bool right = content_.size() > length_bytes && content_[length_bytes] == std::byte{'{'};
        if (!right) fail("content", "a .safetensors file", content_kind(content_));
    }

    std::string_view header_text() const {
        std::uint64_t length = 0;
        std::memcpy(&length, content_.data(), length_bytes);
        const std::size_t rest = content_.size() - length_bytes;
        if (length > std::min<std::uint64_t>(rest, longest_header)) {
            fail("header length", "at most " + std::to_string(std::min<std::uint64_t>(rest, longest_header)),
                 std::to_string(length));
        }
        return {reinterpret_cast<const char*>(content_.data()) + length_bytes, static_cast<std::size_t>(length)};
    }

    JsonValue parse(std::string_view text) const {
        JsonValue json = parse_json(text, file_);
        check_keys(json);
        return json;
    }

    void check_keys(const JsonValue& object) const {
        std::set<std::string_view> keys;
        for (const std::string& key : object.keys) {
            if (!keys.insert(key).second) fail(key, "one entry of this name", "two");
        }
    }

    void demand(bool holds, std::string_view field, std::string_view expected, std::string_view found) const {
        if (!holds) fail(field, expected, found);
    }

    /// Null means none, as to the format's reference reader.
    Metadata metadata(const JsonValue& json) const {
        if (json.kind == Kind::null) return {};
        demand(json.kind == Kind::object, metadata_key, "an object of strings", json.kind_name());
        check_keys(json);
        Metadata values;
        for (std::size_t i = 0; i < json.items.size(); ++i) {
            const JsonValue& value = json.items[i];
            demand(value.kind == Kind::string, std::string(metadata_key) + "." + json.keys[i], "a string",
                   value.kind_name());
            values.emplace(json.keys[i], value.text);
        }
        return values;
    }

    const JsonValue& field(const std::string& tensor, const JsonValue& json, const char* key) const {
        const JsonValue* found = json.find(key);
        if (found == nullptr) fail(tensor, std::string("the field ") + key, "none");
        return *found;
    }

    TensorEntry tensor(const std::string& name, const JsonValue& json, std::span<const std::byte> data) const {
        demand(json.kind == Kind::object, name, "an object with dtype, shape, data_offsets", json.kind_name());
        TensorEntry entry{name, dtype(name, field(name, json, "dtype")), shape(name, field(name, json, "shape")), {}};
        entry.bytes = elements(entry, field(name, json, "data_offsets"), data);
        demand(json.items.size() == 3, name, "only dtype, shape, data_offsets",
               std::to_string(json.items.size()) + " fields");
        return entry;
    }

    Dtype dtype(const std::string& name, const JsonValue& json) const {
        const auto known = json.kind == Kind::string ? dtype_named(json.text) : std::nullopt;
        if (known) return *known;
        std::string names;
        for (const auto& info : dtypes) names.append(names.empty() ? "" : " ").append(info.name);
        fail(name, "a dtype out of " + names, printable(json.source));
    }

    std::int64_t natural_number(const std::string& name, const char* what, const JsonValue& json) const {
        if (const auto number = json.natural_number()) return *number;
        fail(name, std::string(what) + " of integers from 0 to 2^63 - 1", printable(json.source));
    }

    std::vector<std::int64_t> shape(const std::string& name, const JsonValue& json) const {
        demand(json.kind == Kind::array, name, "a shape that is an array", json.kind_name());
        std::vector<std::int64_t> extents;
        for (const JsonValue& extent : json.items) extents.push_back(natural_number(name, "a shape", extent));
        return extents;
    }

    std::span<const std::byte> elements(const TensorEntry& entry, const JsonValue& json,
                                        std::span<const std::byte> data) const {
        demand(json.kind == Kind::array && json.items.size() == 2, entry.name, "data_offsets of two integers",
               printable(json.source));
        const auto begin = static_cast<std::size_t>(natural_number(entry.name, "data_offsets", json.items[0]));
        const auto end = static_cast<std::size_t>(natural_number(entry.name, "data_offsets", json.items[1]));
        if (begin > end || end > data.size()) {
            fail(entry.name, "data_offsets in order and within " + std::to_string(data.size()) + " bytes of data",
                 printable(json.source));
        }
        const auto expected = bytes_of_shape(entry.shape, bytes_of(entry.dtype));
        if (!expected) fail(entry.name, "a shape of less than 2^63 bytes", printable(shape_text(entry.shape)));
        if (*expected != end - begin) {
            fail(entry.name,
                 std::to_string(*expected) + " bytes for shape " + printable(shape_text(entry.shape)) + " of " +
                     std::string(name_of(entry.dtype)),
                 std::to_string(end - begin));
        }
        return data.subspan(begin, end - begin);
    }

    /// Sorts the tensors by place and demands that they fill the data without gap or overlap.
    void check_layout(std::vector<TensorEntry>& tensors, std::span<const std::byte> data) const {
        const auto begin = [&](const TensorEntry& entry) { return entry.bytes.data() - data.data(); };
        std::stable_sort(tensors.begin(), tensors.end(), [&](const TensorEntry& a, const TensorEntry& b) {
            return std::pair(begin(a), a.bytes.size()) < std::pair(begin(b), b.bytes.size());
        });
        std::ptrdiff_t filled = 0;
        std::string_view previous = "the header";
        for (const TensorEntry& entry : tensors) {
            if (begin(entry) != filled) {
                fail(entry.name, "data from byte " + std::to_string(filled) + " on, after " + printable(previous),
                     "from byte " + std::to_string(begin(entry)) + (begin(entry) < filled ? " (overlap)" : " (gap)"));
            }
            filled += static_cast<std::ptrdiff_t>(entry.bytes.size());
            previous = entry.name;
        }
        if (static_cast<std::size_t>(filled) != data.size()) {
            fail("data", std::to_string(filled) + " bytes, the end of " + printable(previous),
                 std::to_string(data.size()) + " bytes");
        }
    }

    std::span<const std::byte> content_;
    std::string_view file_;
};

/// Reads and checks the header of a file's content; entries point into `content`. Throws FileError.
inline SafetensorsHeader parse_safetensors_header(std::span<const std::byte> content, std::string_view file) {
    return SafetensorsParser(content, file).parse();
}

/// Composes the header of a file.
class SafetensorsHeaderText {
  public:
    explicit SafetensorsHeaderText(const Metadata& metadata) {
        if (metadata.empty()) return;
        std::string& text = member(metadata_key);
        char before = '{';
        for (const auto& [key, value] : metadata) {
            text += before;
            text.append(json_string(key)).append(":").append(json_string(value));
            before = ',';
        }
        text += '}';
    }

    /// Adds the tensor whose bytes come next.
    void add(const std::string& name, Dtype dtype, std::span<const std::int64_t> shape, std::size_t bytes) {
        const auto expected = bytes_of_shape(shape, bytes_of(dtype));
        if (expected != bytes) {
            detail::raise(std::invalid_argument("tensor " + name + ": expected the bytes of shape " +
                                                shape_text(shape) + ", found " + std::to_string(bytes)));
        }
        if (name == metadata_key || !names_.insert(name).second) {
            detail::raise(
                std::invalid_argument("tensor " + name + ": expected a new name, found it twice or reserved"));
        }
        member(name) += R"({"dtype":")" + std::string(name_of(dtype)) + R"(","shape":)" + shape_text(shape) +
                        R"(,"data_offsets":[)" + std::to_string(end_) + ',' + std::to_string(end_ + bytes) + "]}";
        end_ += bytes;
    }

    /// The length in 8 bytes, then the text, padded with spaces so that the data begins at a multiple of 8.
    std::string finish() const {
        std::string text = text_ + '}';
        text.resize((text.size() + length_bytes - 1) / length_bytes * length_bytes, ' ');
        const std::uint64_t length = text.size();
        std::string prefix(length_bytes, '\0');
        std::memcpy(prefix.data(), &length, length_bytes);
        return prefix + text;
    }

  private:
    std::string& member(const std::string& name) {
        if (text_.size() > 1) text_ += ',';
        text_ += json_string(name) + ':';
        return text_;
    }

    std::string text_ = "{";
    std::set<std::string> names_;
    std::size_t end_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
