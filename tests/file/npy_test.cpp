#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/file/npy.hpp>

using namespace residua;

namespace {

using namespace std::string_literals;

using Shape = std::vector<std::int64_t>;

std::string file_with(const std::string& header, const std::string& data) {
    const std::string length{static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
    return "\x93NUMPY\x01" + std::string(1, '\0') + length + header + data;
}

template <class Value = std::uint8_t>
std::string error_of(const std::string& content) {
    return text_of<FileError>([&] { parse_npy<Value>(std::as_bytes(std::span(content)), "f"); });
}

template <class Value>
void check_round_trip(const Shape& shape, const std::vector<Value>& values) {
    const TemporaryFolder folder;
    const auto path = folder / "a.npy";
    write_npy(path, shape, std::span<const Value>(values));
    const auto array = read_npy<Value>(path);
    CHECK(array.shape == shape);
    CHECK(array.values == values);
    CHECK((content_of(path).size() - values.size() * sizeof(Value)) % 64 == 0);
}

}  // namespace

TEST_CASE("npy: what was written is read again") {
    check_round_trip<std::uint8_t>({3}, {1, 2, 255});
    check_round_trip<std::int64_t>({2, 1}, {-1, 1LL << 60});
    check_round_trip<float>({1, 2, 3}, {1.5F, -2, 0, 1e-40F, 3e38F, 6});
    check_round_trip<double>({}, {0.1});
    check_round_trip<double>({0, 7}, {});
}

TEST_CASE("npy: the header is NumPy's own, byte by byte") {
    const TemporaryFolder folder;
    const auto path = folder / "a.npy";
    write_npy(path, Shape{2, 3}, std::span<const float>(std::vector<float>(6)));
    const std::string expected = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    CHECK(content_of(path).substr(0, 128) ==
          std::string("\x93NUMPY\x01\x00\x76\x00", 10) + expected + std::string(117 - expected.size(), ' ') + "\n");
    write_npy(path, Shape{2}, std::span<const float>(std::vector<float>(2)));
    CHECK(content_of(path).find("'shape': (2,), }") != std::string::npos);
}

TEST_CASE("npy: malformed files are named") {
    const std::string good = "{'shape': (3,), 'fortran_order': False, 'descr': '|u1'}\n";
    CHECK(error_of(file_with(good, "abc")) == "nothing thrown");
    CHECK(error_of("") == "f: content: expected a .npy file, found an empty file");
    CHECK(error_of("\x89PNG\r\n\x1a\n") == "f: content: expected a .npy file, found a PNG image");
    for (const char version : {'\0', '\4'})
        CHECK(error_of("\x93NUMPY" + std::string(1, version) + std::string(20, '\0')) ==
              "f: version: expected 1 to 3, found " + std::to_string(int{version}));
    CHECK(error_of(file_with(good, "").substr(0, 20)) == "f: header: expected 66 bytes, found 20");
    CHECK(error_of("\x93NUMPY") == "f: version: expected 1 to 3, found 0");
    CHECK(error_of("\x93NUMPY\x01") == "f: header: expected 10 bytes, found 7");
    CHECK(error_of("\x93NUMPY\x02" + std::string(1, '\0') + "\xff\xff\xff\xff") ==
          "f: header: expected 4294967307 bytes, found 12");
    CHECK(error_of(file_with(good, "ab")) == "f: data: expected 3 bytes for shape [3], found 2");
    CHECK(error_of(file_with(good, "abcd")) == "f: data: expected 3 bytes for shape [3], found 4");
    const auto header_error = [](const std::string& header) { return error_of(file_with(header, "")); };
    CHECK(header_error("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}") ==
          "f: data: expected less than 2^63 bytes for shape [4294967296, 4294967296], found 0");
    CHECK(header_error("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}") ==
          "f: header: expected an integer from 0 to 2^63 - 1, found \"-1,)}\"");
    CHECK(header_error("{'descr': '|u1', 'fortran_order': False, 'shape': (1 2)}") ==
          "f: header: expected ), found \"2)}\"");
    CHECK(header_error("{'descr': '|u1', 'fortran_order': 0, 'shape': ()}") ==
          "f: header: expected True or False, found \"0, 'shape': ()}\"");
    CHECK(
        header_error("{'descr': '|u1', 'descr': '|u1', 'shape': ()}") ==
        "f: header: expected each of the keys 'descr', 'fortran_order', 'shape' once, found \": '|u1', 'shape': ()}\"");
    CHECK(header_error("{'descr': '|u1', 'shape': ()}") ==
          "f: header: expected the keys 'descr', 'fortran_order' and 'shape', found its end");
    for (const std::string type : {"'|u1", "'<c8'", "'<f16'", "'<U4'", "'|O'", "'<u16'", "[('a', '<f4')]"})
        CHECK(header_error("{'descr': " + type) ==
              "f: header: expected a type of real numbers, 8 to 64 bits, found \"" + type + '"');
    CHECK(header_error("{'descr': '|u1', 'fortran_order': False, 'shape': ()} x") ==
          "f: header: expected nothing after the dictionary, found \"x\"");
    CHECK(header_error("") == "f: header: expected {, found its end");
    CHECK(text_of<FileError>([] { read_npy<float>("/no/such.npy"); }) ==
          "/no/such.npy: cannot be read: No such file or directory");
}

TEST_CASE("npy: every type, byte order and order of dimensions is read") {
    using Doubles = std::vector<double>;
    const auto values_of = [](const std::string& descr, const std::string& data, const std::string& shape = "(2,)",
                              const std::string& fortran = "False") {
        const std::string content =
            file_with("{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }", data);
        return parse_npy<double>(std::as_bytes(std::span(content)), "f").values;
    };
    CHECK(values_of("<f2", "\x00\x3e\x00\xc0"s) == Doubles{1.5, -2});
    CHECK(values_of(">f2", "\x3e\x00\xc0\x00"s) == Doubles{1.5, -2});
    CHECK(values_of("<f4", "\0\0\xc0\x3f\0\0\0\xc0"s) == Doubles{1.5, -2});
    CHECK(values_of(">f4", "\x3f\xc0\0\0\xc0\0\0\0"s) == Doubles{1.5, -2});
    CHECK(values_of(">f8", "\x3f\xf8\0\0\0\0\0\0"s + "\xc0\0\0\0\0\0\0\0"s) == Doubles{1.5, -2});
    CHECK(values_of("|i1", "\xff\x02"s) == Doubles{-1, 2});
    CHECK(values_of("|u1", "\xff\x02"s) == Doubles{255, 2});
    CHECK(values_of("|b1", "\x01\x00"s) == Doubles{1, 0});
    CHECK(values_of("<i2", "\xfe\xff\x00\x01"s) == Doubles{-2, 256});
    CHECK(values_of(">u2", "\xff\xfe\x01\x00"s) == Doubles{65534, 256});
    CHECK(values_of("<i4", "\xfe\xff\xff\xff\0\0\0\1"s) == Doubles{-2, 16777216});
    CHECK(values_of(">u4", "\xff\xff\xff\xfe\0\0\0\1"s) == Doubles{4294967294, 1});
    CHECK(values_of(">i8", "\xff\xff\xff\xff\xff\xff\xff\xfe"s, "(1,)") == Doubles{-2});
    CHECK(values_of("<u8", "\0\0\0\0\0\0\0\x80"s, "(1,)") == Doubles{0x1p63});
    CHECK(values_of("|u1", "\0\1\2\3\4\5"s, "(2, 3)") == Doubles{0, 1, 2, 3, 4, 5});
    CHECK(values_of("|u1", "\0\3\1\4\2\5"s, "(2, 3)", "True") == Doubles{0, 1, 2, 3, 4, 5});
    CHECK(values_of(">u2", "\0\0\0\4\0\2\0\6\0\1\0\5\0\3\0\7"s, "(2, 2, 2)", "True") ==
          Doubles{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(values_of("<f8", "", "(0, 3)", "True").empty());
}

TEST_CASE("npy: elements that fit another type are converted, others are named with their place") {
    const auto file = [](const std::string& descr, const std::string& data, const std::string& shape = "(2,)") {
        return file_with("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", data);
    };
    const std::string two = file("<i4", "\7\0\0\0\xff\0\0\0"s);
    const auto labels = parse_npy<std::uint8_t>(std::as_bytes(std::span(two)), "f");
    CHECK(labels.values == std::vector<std::uint8_t>{7, 255});
    CHECK(error_of(file("<i4", "\7\0\0\0\0\1\0\0"s)) == "f: element [1]: expected a number that fits U8, found 256");
    CHECK(error_of(file("|i1", "\0\1\2\3\4\xff"s, "(2, 3)")) ==
          "f: element [1, 2]: expected a number that fits U8, found -1");
    CHECK(error_of(file("<f4", "\0\0\0\x40\0\0\xc0\x3f"s)) ==
          "f: element [1]: expected a number that fits U8, found 1.5");
    CHECK(error_of(file("<f4", "\0\0\0\x40\0\0\xc0\x7f"s)) ==
          "f: element [1]: expected a number that fits U8, found nan");
    CHECK(error_of<std::int64_t>(file("<u8", std::string(8, '\xff'), "()")) ==
          "f: element []: expected a number that fits I64, found 18446744073709551615");
    CHECK(error_of<std::int64_t>(file("<f8", "\0\0\0\0\0\0\xe0\x43"s, "()")) ==
          "f: element []: expected a number that fits I64, found 9223372036854775808");
    CHECK(error_of<std::int64_t>(file("<f8", "\0\0\0\0\0\0\xe0\xc3"s, "()")) == "nothing thrown");
    CHECK(error_of<float>(file("<i4", "\0\0\0\1\1\0\0\1"s)) ==
          "f: element [1]: expected a number that fits F32, found 16777217");
    CHECK(error_of<float>(file("<i8", "\0\0\0\0\0\0\0\x80"s, "()")) == "nothing thrown");                // -2^63
    CHECK(error_of<float>(file("<f8", "\x9a\x99\x99\x99\x99\x99\xb9\x3f"s, "()")) == "nothing thrown");  // 0.1
    CHECK(error_of<float>(file("<f8", "\0\0\0\0\0\0\xf0\x7f"s, "()")) == "nothing thrown");              // infinity
    CHECK(error_of<float>(file("<f8", "\0\0\0\0\0\0\xf0\x47"s, "()")) ==
          "f: element []: expected a number that fits F32, found 3.402823669209385e+38");
}

TEST_CASE("npy: versions 2 and 3 have longer headers") {
    const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }";
    for (const char version : {'\2', '\3'}) {
        const std::string content =
            "\x93NUMPY" + std::string{version, '\0', static_cast<char>(header.size()), 0, 0, 0} + header + "abc";
        CHECK(parse_npy<std::uint8_t>(std::as_bytes(std::span(content)), "f").values ==
              std::vector<std::uint8_t>{'a', 'b', 'c'});
        CHECK(error_of(content.substr(0, 11)) == "f: header: expected 69 bytes, found 11");
    }
}

TEST_CASE("npy: files as NumPy writes them are read") {
    RESIDUA_NEEDS_DATA();
    for (const char* name : {"f16", "fortran", "int32", "v2", "v3"}) {
        CAPTURE(name);
        const auto array = read_npy<float>(data_folder() / "field-cases/npy" / (name + ".npy"s));
        CHECK(array.shape == Shape{2, 3, 4, 4});
        REQUIRE(array.values.size() == 96);
        for (std::size_t i = 0; i < 96; ++i) CHECK(array.values[i] == static_cast<float>(i));
    }
}

TEST_CASE("npy: a shape that does not fit is not written") {
    const TemporaryFolder folder;
    const std::vector<float> values(5);
    CHECK_THROWS_AS(write_npy(folder / "a.npy", Shape{2, 3}, std::span<const float>(values)), std::invalid_argument);
    CHECK(folder.file_count() == 0);
}

TEST_CASE("npy: golden arrays are read") {
    RESIDUA_NEEDS_DATA();
    const auto logits = read_npy<double>(data_folder() / "golden/resnet20-logits64-f64.npy");
    CHECK(logits.shape == Shape{64, 10});
    const auto predictions = read_npy<std::uint8_t>(data_folder() / "golden/resnet20-pred-test.npy");
    REQUIRE(predictions.shape == Shape{10'000});
    for (std::size_t i = 0; i < 64; ++i) {
        const auto row = std::span(logits.values).subspan(i * 10, 10);
        CHECK(std::max_element(row.begin(), row.end()) - row.begin() == predictions.values[i]);
    }
}
