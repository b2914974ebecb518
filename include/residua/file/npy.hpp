#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <residua/file/array_shape.hpp>
#include <residua/file/atomic_file.hpp>
#include <residua/file/detail/npy_elements.hpp>
#include <residua/file/detail/npy_header.hpp>
#include <residua/file/dtype.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>
#include <residua/on_error.hpp>

/// \file
/// NumPy's .npy format. Read: versions 1 to 3, either byte order, C or Fortran order, all real numbers of 8 to 64 bits
/// and truth values. Written: version 1.0, little endian, C order. In memory elements are std::uint8_t, std::int64_t,
/// float or double.

namespace residua::inline RESIDUA_ISA {

/// An array of a .npy file, row-major.
template <class Value>
struct NpyArray {
    std::vector<std::int64_t> shape;
    std::vector<Value> values;
};

/// The array in a file's content; `name` stands for the file in errors. Elements of another type are converted: floats
/// are rounded to nearest, everything else has to be the same number. Throws FileError for an element that does not
/// fit, elements that are no real numbers, and another number of bytes than the shape needs.
template <class Value>
NpyArray<Value> parse_npy(std::span<const std::byte> content, std::string_view name) {
    const detail::NpyHeader header = detail::parse_npy_header(content, name);
    auto data = content.subspan(header.bytes);
    const std::size_t bytes = bytes_of(header.dtype);
    const auto expected = detail::bytes_of_shape(header.shape, bytes);
    if (expected != data.size()) {
        detail::raise(FileError(name, "data",
                                (expected ? std::to_string(*expected) : "less than 2^63") + " bytes for shape " +
                                    detail::printable(shape_text(header.shape)),
                                std::to_string(data.size())));
    }
    std::vector<std::byte> turned;
    std::vector<std::byte> reordered;
    if (header.big_endian) data = turned = detail::reversed_elements(data, bytes);
    if (header.fortran_order) data = reordered = detail::row_major(data, bytes, header.shape);
    NpyArray<Value> array{header.shape, std::vector<Value>(data.size() / bytes)};
    detail::convert_fitting<Value>(header.dtype, data, array.values, header.shape, name);
    return array;
}

/// The array in a file. Throws FileError as `parse_npy` does, and when the file cannot be read.
template <class Value>
NpyArray<Value> read_npy(const std::filesystem::path& path) {
    return parse_npy<Value>(read_file(path), path.string());
}

/// Writes row-major `values` as an array of `shape`, atomically. Throws FileError when the file cannot be written,
/// std::invalid_argument when the shape does not fit the number of values.
template <class Value>
void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const Value> values) {
    if (detail::bytes_of_shape(shape, sizeof(Value)) != values.size_bytes()) {
        detail::raise(std::invalid_argument(path.string() + ": expected the values of shape " + shape_text(shape) +
                                            ", found " + std::to_string(values.size())));
    }
    const std::string header = detail::npy_header_text(detail::npy_descr<Value>(), shape);
    write_atomically(path, {std::as_bytes(std::span(header)), std::as_bytes(values)});
}

}  // namespace residua::inline RESIDUA_ISA
