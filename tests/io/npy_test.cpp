#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/io/npy.hpp>

using namespace residua;

namespace {

using Shape = std::vector<std::int64_t>;

std::string file_with(const std::string& header, const std::string& data) {
    const std::string length{static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
    return std::string(detail::npy_magic) + length + header + data;
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
    CHECK(error_of("") == "f: beginning: expected the mark of a .npy file of version 1.0, found \"\"");
    CHECK(error_of("\x93NUMPY\x02" + std::string(20, '\0')).find("expected the mark of a .npy file of version 1.0") !=
          std::string::npos);
    CHECK(error_of(file_with(good, "").substr(0, 20)) == "f: header length: expected at most 10, found 56");
    CHECK(error_of<float>(file_with(good, "abc")) == "f: descr: expected <f4, found |u1");
    CHECK(error_of(file_with(good, "ab")) == "f: data: expected 3 bytes for shape [3], found 2");
    CHECK(error_of(file_with(good, "abcd")) == "f: data: expected 3 bytes for shape [3], found 4");
    const auto header_error = [](const std::string& header) { return error_of(file_with(header, "")); };
    CHECK(header_error("{'descr': '|u1', 'fortran_order': True, 'shape': (0,)}") ==
          "f: fortran_order: expected False, found True");
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
    CHECK(header_error("{'descr': '|u1") == "f: header: expected a quotation mark, found \"|u1\"");
    CHECK(header_error("{'descr': '|u1', 'fortran_order': False, 'shape': ()} x") ==
          "f: header: expected nothing after the dictionary, found \"x\"");
    CHECK(header_error("") == "f: header: expected {, found its end");
    CHECK(text_of<FileError>([] { read_npy<float>("/no/such.npy"); }) ==
          "/no/such.npy: cannot be read: No such file or directory");
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
