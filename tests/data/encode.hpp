#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <png.h>
#include <span>
#include <string>
#include <vector>

/// \file
/// Makes image files of every kind. What libjpeg and libpng object to ends the test program.

/// How a JPEG file holds its pixels.
struct JpegKind {
    J_COLOR_SPACE pixels = JCS_RGB;
    J_COLOR_SPACE file = JCS_YCbCr;
    bool adobe = false;  ///< the marker that says that inks are inverted
    bool progressive = false;
    std::vector<jpeg_scan_info> scans{};  ///< of a progressive one, other than the usual
};

/// Pixels are [row][column][channel]; as little is lost as the format allows.
inline std::string jpeg_file(int height, int width, const std::vector<std::uint8_t>& pixels, const JpegKind& kind) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &buffer, &size);
    jpeg.image_height = static_cast<JDIMENSION>(height);
    jpeg.image_width = static_cast<JDIMENSION>(width);
    jpeg.input_components = static_cast<int>(pixels.size()) / (height * width);
    jpeg.in_color_space = kind.pixels;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, kind.file);
    jpeg_set_quality(&jpeg, 100, TRUE);
    for (int c = 0; c < jpeg.num_components; ++c) jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    jpeg.write_Adobe_marker = kind.adobe ? TRUE : FALSE;
    if (kind.progressive) jpeg_simple_progression(&jpeg);
    if (!kind.scans.empty()) {
        jpeg.scan_info = kind.scans.data();
        jpeg.num_scans = static_cast<int>(kind.scans.size());
    }
    jpeg_start_compress(&jpeg, TRUE);
    const std::size_t row_size = pixels.size() / static_cast<std::size_t>(height);
    while (jpeg.next_scanline < jpeg.image_height) {
        auto* row = const_cast<JSAMPLE*>(&pixels[jpeg.next_scanline * row_size]);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    std::string file(reinterpret_cast<const char*>(buffer), size);
    jpeg_destroy_compress(&jpeg);
    std::free(buffer);
    return file;
}

/// How a PNG file holds its pixels.
struct PngKind {
    int colour_type = PNG_COLOR_TYPE_RGB;
    int bits = 8;
    bool interlaced = false;
    std::vector<png_color> palette{};
    std::vector<png_byte> palette_alpha{};
    std::string exif{};
};

/// `rows` are the bytes of all rows as the file has them.
inline std::string png_file(int height, int width, std::vector<std::uint8_t> rows, const PngKind& kind) {
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &file,
        [](png_structp to, png_bytep bytes, std::size_t size) {
            static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<char*>(bytes), size);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), kind.bits,
                 kind.colour_type, kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!kind.palette.empty()) png_set_PLTE(png, info, kind.palette.data(), static_cast<int>(kind.palette.size()));
    if (!kind.palette_alpha.empty())
        png_set_tRNS(png, info, kind.palette_alpha.data(), static_cast<int>(kind.palette_alpha.size()), nullptr);
    if (!kind.exif.empty()) {
        std::string exif = kind.exif;
        png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), reinterpret_cast<png_bytep>(exif.data()));
    }
    std::vector<png_bytep> pointers;
    for (std::size_t row = 0; row < static_cast<std::size_t>(height); ++row)
        pointers.push_back(&rows[row * (rows.size() / static_cast<std::size_t>(height))]);
    png_set_rows(png, info, pointers.data());
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
    png_destroy_write_struct(&png, &info);
    return file;
}

inline std::span<const std::byte> bytes_of(const std::string& file) { return std::as_bytes(std::span(file)); }
