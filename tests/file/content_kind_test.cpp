#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>

#include <residua/file/detail/content_kind.hpp>
#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

using namespace std::string_literals;

std::string kind_of(const std::string& content) { return detail::content_kind(std::as_bytes(std::span(content))); }

std::string zip_with(const std::string& member) {
    return "PK\x03\x04"s + std::string(22, '\0') + static_cast<char>(member.size()) + std::string(3, '\0') + member +
           std::string(100, 'x');
}

}  // namespace

TEST_CASE("content: what people give by mistake is named, with what to do") {
    CHECK(kind_of("") == "an empty file");
    CHECK(kind_of("version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12\n") ==
          "a Git LFS pointer: fetch the file itself with 'git lfs pull'");
    for (const char* page : {"<!DOCTYPE html>\n<html>", "\n\n <!doctype html>", "<html lang=\"en\">", "<HTML>"})
        CHECK(kind_of(page) == "an HTML page: download the file that it shows");
    CHECK(kind_of("<?xml version=\"1.0\"?><Error/>").starts_with("an XML document"));
    const std::string torch = "a PyTorch file: convert it with docs/scripts/torch_safetensors.py";
    CHECK(kind_of(zip_with("archive/data.pkl")) == torch);
    CHECK(kind_of(zip_with("model/data/0")) == torch);
    CHECK(kind_of("\x80\x02\x8a\nl\xfc\x9c" + "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."s) == torch);
    CHECK(kind_of("\x80\x04\x95\x10"s).starts_with("a Python pickle: "));
    CHECK(kind_of(zip_with("a.npy")).starts_with("a NumPy archive (.npz)"));
    CHECK(kind_of(zip_with("readme.txt")) == "a zip file: unpack it");
    CHECK(kind_of("PK\x03\x04") == "a zip file: unpack it");
    CHECK(kind_of("\x1f\x8b\x08"s) == "a gzip file: unpack it");
    CHECK(kind_of(std::string(257, 'a') + "ustar\0"s) == "a tar archive: unpack it");
    CHECK(kind_of("\x93NUMPY\x01\0"s) == "a NumPy array (.npy)");
    CHECK(kind_of("\x89HDF\r\n\x1a\n") == "an HDF5 file, as Keras writes it");
    CHECK(kind_of("\xff\xd8\xff\xe0") == "a JPEG image");
    CHECK(kind_of("RIFF1234WEBPVP8 ") == "a WebP image");
    CHECK(kind_of("BM......") == "a BMP image");
    CHECK(kind_of("II*\0...."s) == "a TIFF image");
    CHECK(kind_of("MM\0*...."s) == "a TIFF image");
    CHECK(kind_of("....ftypavif") == "an AVIF image");
    CHECK(kind_of("....ftypheic") == "a HEIC image");
    CHECK(kind_of("....jP  \r\n") == "a JPEG 2000 image");
    CHECK(kind_of("\0\x05\x16\x07"s) == "macOS's notes about a file (AppleDouble)");
    CHECK(kind_of("12345678{\"a\"") == "a .safetensors file");
}

TEST_CASE("content: what is not known is shown by its beginning") {
    CHECK(kind_of("Entry not found, and so on and on") == "text that begins with \"Entry not found, and\"");
    CHECK(kind_of("a\nb") == "text that begins with \"a?b\"");
    CHECK(kind_of("\x01\xfe"s + "a"s) == "bytes that begin with 01 fe 61");
    CHECK(kind_of(std::string(1000, '\x7f')) == "bytes that begin with 7f 7f 7f 7f 7f 7f 7f 7f");
}

TEST_CASE("content: weights that are something else say what they are") {
    const auto refusal = [](const std::string& content) {
        const auto bytes = std::as_bytes(std::span(content));
        return text_of<FileError>([&] { SafetensorsFile(bytes, "f"); });
    };
    const std::string expected = "f: content: expected a .safetensors file, found ";
    for (const std::string& content :
         {""s, "1234567"s, "version https://git-lfs.github.com/spec/v1\n"s, "<!doctype html>"s, zip_with("a/data.pkl"),
          "\x93NUMPY\x01\0v\0"s, "\x1f\x8b\x08 and more bytes"s, "Repository not found"s})
        CHECK(refusal(content) == expected + kind_of(content));
}
