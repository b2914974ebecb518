#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <residua/file/array_shape.hpp>
#include <residua/file/atomic_file.hpp>
#include <residua/file/detail/file_content.hpp>
#include <residua/file/detail/safetensors_header.hpp>
#include <residua/file/dtype.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

/// \file
/// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header length, a JSON header, the
/// elements of all tensors, little endian and row-major. Reading accepts exactly what the format allows: no unknown
/// type, no overlap, no gap, no trailing bytes.

namespace residua::inline RESIDUA_ISA {

/// A safetensors file, mapped into memory: only what is read of it is fetched. Movable; entries stay valid with it.
/// While it is open the file may be replaced or removed, but not be written to or cut off in place. Any number of
/// threads may read.
class SafetensorsFile {
  public:
    /// Opens a file and checks all but the elements. Throws FileError naming file, tensor, expected and found.
    explicit SafetensorsFile(const std::filesystem::path& path)
        : SafetensorsFile(detail::FileContent(path), path.string()) {}

    /// The same for a file's content; `name` stands for it in errors.
    SafetensorsFile(std::vector<std::byte> content, std::string name)
        : SafetensorsFile(detail::FileContent(std::move(content)), std::move(name)) {}

    /// The same for content that lies elsewhere in memory and outlives the file.
    SafetensorsFile(std::span<const std::byte> content, std::string name)
        : SafetensorsFile(detail::FileContent(content), std::move(name)) {}

    SafetensorsFile(const SafetensorsFile&) = delete;
    SafetensorsFile& operator=(const SafetensorsFile&) = delete;
    SafetensorsFile(SafetensorsFile&&) = default;
    SafetensorsFile& operator=(SafetensorsFile&&) = default;

    /// The name used in errors.
    const std::string& name() const { return name_; }

    /// All tensors, in the order of their bytes in the file.
    std::span<const TensorEntry> tensors() const { return header_.tensors; }
    const Metadata& metadata() const { return header_.metadata; }

    /// The tensor of that name, or a null pointer.
    const TensorEntry* find(std::string_view tensor) const {
        const auto found = index_.find(tensor);
        return found == index_.end() ? nullptr : &header_.tensors[found->second];
    }

    /// The tensor of that name. Throws FileError if there is none.
    const TensorEntry& at(std::string_view tensor) const {
        if (const TensorEntry* entry = find(tensor)) return *entry;
        detail::raise(FileError(name_, tensor, "a tensor of this name", "none"));
    }

    /// The elements of any numeric tensor, converted to float (rounded to nearest). Throws FileError unless the number
    /// of elements is dst.size(); `dst` is untouched then.
    void read_floats(const TensorEntry& entry, std::span<float> dst) const { convert(entry, dst); }

    /// The same in double.
    void read_doubles(const TensorEntry& entry, std::span<double> dst) const { convert(entry, dst); }

    /// The elements of a tensor stored in just this type (double, float, std::int64_t, std::uint64_t, std::uint8_t).
    /// Throws FileError for another type or another number of elements than dst.size().
    template <class Value>
    void read_exactly(const TensorEntry& entry, std::span<Value> dst) const {
        if (entry.dtype != dtype_of<Value>) {
            detail::raise(FileError(name_, entry.name, std::string("type ") + std::string(name_of(dtype_of<Value>)),
                                    std::string(name_of(entry.dtype))));
        }
        convert(entry, dst);
    }

    /// Says that these bytes of the file will not be read soon, so that they need not stay in this process's memory.
    void release(std::span<const std::byte> bytes) const { content_.release(bytes); }

  private:
    SafetensorsFile(detail::FileContent content, std::string name)
        : name_(std::move(name)),
          content_(std::move(content)),
          header_(detail::parse_safetensors_header(content_.bytes(), name_)) {
        for (std::size_t i = 0; i < header_.tensors.size(); ++i) index_.emplace(header_.tensors[i].name, i);
    }

    template <class Value>
    void convert(const TensorEntry& entry, std::span<Value> dst) const {
        if (entry.size() != dst.size()) {
            detail::raise(FileError(name_, entry.name, std::to_string(dst.size()) + " elements",
                                    std::to_string(entry.size()) + " of shape " + shape_text(entry.shape)));
        }
        detail::convert_numbers(entry.dtype, entry.bytes, dst);
    }

    std::string name_;
    detail::FileContent content_;
    detail::SafetensorsHeader header_;
    std::map<std::string, std::size_t, std::less<>> index_;
};

/// One tensor for `write_safetensors`: row-major elements, not copied.
struct TensorToWrite {
    std::string name;
    Dtype dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

/// A tensor of doubles, floats, std::int64_t, std::uint64_t or std::uint8_t.
template <class Value>
TensorToWrite tensor_to_write(std::string name, std::vector<std::int64_t> shape, std::span<const Value> values) {
    return {std::move(name), dtype_of<Value>, std::move(shape), std::as_bytes(values)};
}

/// Writes all tensors to `path`, atomically (see `write_atomically`). Wider types come first, so that each is aligned;
/// else the given order stays. The header is padded with spaces to a multiple of 8 bytes, as PyTorch users' tools do.
/// Throws FileError when the file cannot be written, std::invalid_argument for a name given twice, a shape that does
/// not fit the number of bytes, or text that is not UTF-8.
inline void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                              const Metadata& metadata = {}) {
    std::vector<const TensorToWrite*> order;
    for (const auto& tensor : tensors) order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const TensorToWrite* a, const TensorToWrite* b) {
        return bytes_of(a->dtype) > bytes_of(b->dtype);
    });
    detail::SafetensorsHeaderText header(metadata);
    std::vector<std::span<const std::byte>> pieces(1);
    for (const TensorToWrite* tensor : order) {
        header.add(tensor->name, tensor->dtype, tensor->shape, tensor->bytes.size());
        pieces.push_back(tensor->bytes);
    }
    const std::string text = header.finish();
    pieces.front() = std::as_bytes(std::span(text));
    write_atomically(path, pieces);
}

}  // namespace residua::inline RESIDUA_ISA
