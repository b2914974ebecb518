#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

std::vector<std::byte> bytes_from(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// A file with this header and as many data bytes 0, 1, 2, ...
std::vector<std::byte> file_with(const std::string& header, std::size_t data_bytes) {
    std::string text(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(text.data(), &length, 8);
    text += header;
    for (std::size_t i = 0; i < data_bytes; ++i) text += static_cast<char>(i);
    return bytes_from(text);
}

std::string error_of(std::vector<std::byte> content) {
    return text_of<FileError>([&] { SafetensorsFile(std::move(content), "f"); });
}

std::string error_of(const std::string& header, std::size_t data_bytes) {
    return error_of(file_with(header, data_bytes));
}

template <class Value>
TensorToWrite tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                     const std::vector<Value>& values) {
    return tensor_to_write(name, shape, std::span<const Value>(values));
}

}  // namespace

TEST_CASE("safetensors: what was written is read again") {
    const TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    const std::vector<float> floats{1.5F, -2, 0, 3e-40F, 5, 6};
    const std::vector<double> doubles{0.1};
    const std::vector<std::int64_t> integers{-7, 1LL << 60};
    const std::vector<std::uint8_t> bytes{1, 2, 255};
    const std::vector<std::uint64_t> words{~0ULL};
    const std::vector tensors{tensor("b\"yte\n", {3}, bytes),
                              tensor("w", {2, 3}, floats),
                              tensor("scalar", {}, doubles),
                              tensor("i", {2}, integers),
                              tensor("none", {0, 4}, std::vector<float>{}),
                              tensor("u", {1}, words)};
    write_safetensors(path, tensors, {{"format", "pt"}, {"quote", "a\"b"}});

    const SafetensorsFile file(path);
    CHECK(file.metadata() == Metadata{{"format", "pt"}, {"quote", "a\"b"}});
    REQUIRE(file.tensors().size() == 6);
    CHECK(file.tensors().front().name == "scalar");  // the widest type first
    CHECK(file.tensors().back().name == "b\"yte\n");
    CHECK(file.at("w").shape == std::vector<std::int64_t>{2, 3});
    CHECK(file.at("none").size() == 0);

    std::vector<float> w(6);
    file.read_floats(file.at("w"), w);
    CHECK(w == floats);
    double scalar = 0;
    file.read_doubles(file.at("scalar"), std::span(&scalar, 1));
    CHECK(scalar == 0.1);
    std::vector<std::int64_t> i(2);
    file.read_exactly(file.at("i"), std::span(i));
    CHECK(i == integers);
    std::vector<std::uint64_t> u(1);
    file.read_exactly(file.at("u"), std::span(u));
    CHECK(u == words);
    std::vector<std::uint8_t> b(3);
    file.read_exactly(file.at("b\"yte\n"), std::span(b));
    CHECK(b == bytes);
    CHECK(static_cast<unsigned char>(content_of(path)[0]) % 8 == 0);  // so the data is aligned
}

TEST_CASE("safetensors: every element type is converted") {
    const auto file_of = [](const std::string& dtype, const std::string& data, int elements) {
        const std::string header = R"({"t":{"dtype":")" + dtype + R"(","shape":[)" + std::to_string(elements) +
                                   R"(],"data_offsets":[0,)" + std::to_string(data.size()) + "]}}";
        auto content = file_with(header, 0);
        const auto bytes = bytes_from(data);
        content.insert(content.end(), bytes.begin(), bytes.end());
        return SafetensorsFile(std::move(content), "f");
    };
    const auto floats_of = [&](const std::string& dtype, const std::string& data, int elements) {
        const auto file = file_of(dtype, data, elements);
        std::vector<float> values(static_cast<std::size_t>(elements));
        file.read_floats(file.at("t"), values);
        return values;
    };
    using Floats = std::vector<float>;
    CHECK(floats_of("F64", std::string("\0\0\0\0\0\0\xF8\x3F", 8), 1) == Floats{1.5F});
    CHECK(floats_of("F32", std::string("\0\0\xC0\x3F", 4), 1) == Floats{1.5F});
    CHECK(floats_of("F16", std::string("\0\x3E\0\xC0", 4), 2) == Floats{1.5F, -2});
    CHECK(floats_of("BF16", std::string("\xC0\x3F\0\xC0", 4), 2) == Floats{1.5F, -2});
    CHECK(floats_of("I64", std::string(8, '\xFF'), 1) == Floats{-1});
    CHECK(floats_of("I32", std::string("\xFE\xFF\xFF\xFF", 4), 1) == Floats{-2});
    CHECK(floats_of("I16", std::string("\xFD\xFF", 2), 1) == Floats{-3});
    CHECK(floats_of("I8", "\xFC", 1) == Floats{-4});
    CHECK(floats_of("U64", std::string("\5\0\0\0\0\0\0\0", 8), 1) == Floats{5});
    CHECK(floats_of("U32", std::string("\6\0\0\0", 4), 1) == Floats{6});
    CHECK(floats_of("U16", std::string("\7\1", 2), 1) == Floats{263});
    CHECK(floats_of("U8", "\xFF\x01", 2) == Floats{255, 1});
    CHECK(floats_of("BOOL", std::string("\0\1", 2), 2) == Floats{0, 1});
}

TEST_CASE("safetensors: metadata that are null are none, as to the reference reader") {
    const SafetensorsFile file(
        file_with(R"({"__metadata__":null,"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "f");
    CHECK(file.metadata().empty());
    CHECK(file.tensors().size() == 1);
    CHECK(error_of(R"({"__metadata__":null,"__metadata__":{}})", 0) ==
          "f: __metadata__: expected one entry of this name, found two");
    CHECK(error_of(R"({"__metadata__":{"a":null}})", 0) == "f: __metadata__.a: expected a string, found null");
}

TEST_CASE("safetensors: malformed headers are named") {
    CHECK(error_of(bytes_from(std::string(8, '\xFF') + "{}")) ==
          "f: header length: expected at most 2, found 18446744073709551615");
    CHECK(error_of(bytes_from(std::string("\3\0\0\0\0\0\0\0{}", 10))) ==
          "f: header length: expected at most 2, found 3");
    CHECK(error_of(bytes_from(std::string(8, '\0') + "{}")) ==
          "f: header: expected well-formed JSON, found no value at byte 0");
    CHECK(error_of("", 0) ==
          "f: content: expected a .safetensors file, found bytes that begin with 00 00 00 00 00 00 00 00");
    CHECK(error_of("[1]", 0) ==
          "f: content: expected a .safetensors file, found bytes that begin with 03 00 00 00 00 00 00 00");
    CHECK(error_of(" {}", 0).starts_with("f: content: "));
    CHECK(error_of("{\"a\":", 0) == "f: header: expected well-formed JSON, found no value at byte 5");
    CHECK(error_of("{} x", 0).find("f: header: expected well-formed JSON, found ") == 0);
    CHECK(error_of("{\"\xFF\":1}", 0).find("f: header: expected well-formed JSON, found ") == 0);
    CHECK(error_of("{}  ", 0) == "nothing thrown");
    CHECK(error_of("{}", 3) == "f: data: expected 0 bytes, the end of the header, found 3 bytes");
    CHECK(error_of(R"({"__metadata__":3})", 0) == "f: __metadata__: expected an object of strings, found number");
    CHECK(error_of(R"({"__metadata__":{"a":1}})", 0) == "f: __metadata__.a: expected a string, found number");
    CHECK(error_of(R"({"__metadata__":{"a":"1","a":"2"}})", 0) == "f: a: expected one entry of this name, found two");
    CHECK(error_of(std::string(100'000, '{').replace(0, 1, "{\"a\":"), 0).find("well-formed JSON") !=
          std::string::npos);
}

TEST_CASE("safetensors: malformed entries are named") {
    const auto entry = [](const std::string& inner) { return "{\"t\":" + inner + "}"; };
    CHECK(error_of(entry("3"), 0) == "f: t: expected an object with dtype, shape, data_offsets, found number");
    CHECK(error_of(entry(R"({"shape":[1],"data_offsets":[0,4]})"), 4) == "f: t: expected the field dtype, found none");
    CHECK(error_of(entry(R"({"dtype":"F32","data_offsets":[0,4]})"), 4) ==
          "f: t: expected the field shape, found none");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1]})"), 4) == "f: t: expected the field data_offsets, found none");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":0})"), 4) ==
          "f: t: expected only dtype, shape, data_offsets, found 4 fields");
    CHECK(error_of(entry(R"({"dtype":"F99","shape":[1],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a dtype out of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL, found \"F99\"");
    CHECK(error_of(entry(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})"), 4).find(", found 7") != std::string::npos);
    CHECK(error_of(entry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a shape that is an array, found number");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a shape of integers from 0 to 2^63 - 1, found -1");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a shape of integers from 0 to 2^63 - 1, found 1.0");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a shape of integers from 0 to 2^63 - 1, found 18446744073709551615");
    CHECK(error_of(entry(R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected a shape of integers from 0 to 2^63 - 1, found 9223372036854775808");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})"), 0) ==
          "f: t: expected a shape of less than 2^63 bytes, found [4294967296, 4294967296]");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"), 4) ==
          "f: t: expected data_offsets of two integers, found [0]");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,"4"]})"), 4) ==
          "f: t: expected data_offsets of integers from 0 to 2^63 - 1, found \"4\"");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), 4) ==
          "f: t: expected data_offsets in order and within 4 bytes of data, found [4,0]");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), 3) ==
          "f: t: expected data_offsets in order and within 3 bytes of data, found [0,4]");
    CHECK(error_of(entry(R"({"dtype":"F32","shape":[2,1],"data_offsets":[0,4]})"), 4) ==
          "f: t: expected 8 bytes for shape [2, 1] of F32, found 4");
    CHECK(error_of(R"({"t\n":3})", 0).find("f: t?: expected") == 0);
}

TEST_CASE("safetensors: tensors that overlap, leave gaps or bear one name are refused") {
    const auto two = [](const std::string& first, const std::string& second, const std::string& name = "b") {
        return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first + R"(},")" + name +
               R"(":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
    };
    CHECK(error_of(two("[0,4]", "[4,8]"), 8) == "nothing thrown");
    CHECK(error_of(two("[4,8]", "[0,4]"), 8) == "nothing thrown");
    CHECK(error_of(two("[0,4]", "[2,6]"), 6) ==
          "f: b: expected data from byte 4 on, after a, found from byte 2 (overlap)");
    CHECK(error_of(two("[0,4]", "[0,4]"), 4) ==
          "f: b: expected data from byte 4 on, after a, found from byte 0 (overlap)");
    CHECK(error_of(two("[0,4]", "[6,10]"), 10) ==
          "f: b: expected data from byte 4 on, after a, found from byte 6 (gap)");
    CHECK(error_of(two("[1,5]", "[5,9]"), 9) ==
          "f: a: expected data from byte 0 on, after the header, found from byte 1 (gap)");
    CHECK(error_of(two("[0,4]", "[4,8]"), 9) == "f: data: expected 8 bytes, the end of b, found 9 bytes");
    CHECK(error_of(two("[0,4]", "[4,8]", "a"), 8) == "f: a: expected one entry of this name, found two");
}

TEST_CASE("safetensors: a file cut off anywhere is refused") {
    const TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    const std::vector<float> values{1, 2, 3};
    write_safetensors(path, std::vector{tensor("w", {3}, values)}, {{"k", "v"}});
    const std::string whole = content_of(path);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(error_of(bytes_from(whole.substr(0, length))) != "nothing thrown");
    }
    CHECK(error_of(bytes_from(whole)) == "nothing thrown");
}

TEST_CASE("safetensors: wrong requests name the file, the tensor and both sides, and change nothing") {
    const SafetensorsFile file(file_with(R"({"t":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}})", 4), "f");
    std::vector<float> three(3, 9.0F);
    CHECK(text_of<FileError>([&] { file.read_floats(file.at("t"), three); }) ==
          "f: t: expected 3 elements, found 4 of shape [2, 2]");
    CHECK(three == std::vector<float>(3, 9.0F));
    std::vector<std::int64_t> four(4);
    CHECK(text_of<FileError>([&] { file.read_exactly(file.at("t"), std::span(four)); }) ==
          "f: t: expected type I64, found U8");
    CHECK(text_of<FileError>([&] { file.at("s"); }) == "f: s: expected a tensor of this name, found none");
    CHECK(file.find("s") == nullptr);
    CHECK(text_of<FileError>([] { SafetensorsFile("/no/such.safetensors"); }) ==
          "/no/such.safetensors: cannot be read: No such file or directory");
}

TEST_CASE("safetensors: nothing false can be written") {
    const TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    const std::vector<float> values{1, 2, 3};
    const auto error = [&](const std::vector<TensorToWrite>& tensors, const Metadata& metadata = {}) {
        return text_of<std::invalid_argument>([&] { write_safetensors(path, tensors, metadata); });
    };
    CHECK(error({tensor("w", {2}, values)}) == "tensor w: expected the bytes of shape [2], found 12");
    CHECK(error({tensor("w", {3}, values), tensor("w", {3}, values)}) ==
          "tensor w: expected a new name, found it twice or reserved");
    CHECK(error({tensor("__metadata__", {3}, values)}) ==
          "tensor __metadata__: expected a new name, found it twice or reserved");
    CHECK(error({}, {{"a", "\xFF"}}).find("header: expected UTF-8 text, found ") == 0);
    CHECK(folder.file_count() == 0);
}

TEST_CASE("safetensors: the trained weights and golden numbers are read") {
    RESIDUA_NEEDS_DATA();
    const SafetensorsFile weights(data_folder() / "pretrained/resnet20-cifar10.safetensors");
    CHECK(weights.tensors().size() == 97);
    CHECK(weights.metadata().at("format") == "pt");
    CHECK(weights.at("conv1.weight").shape == std::vector<std::int64_t>{16, 3, 3, 3});
    CHECK(weights.at("linear.weight").shape == std::vector<std::int64_t>{10, 64});
    std::size_t trainable = 0;
    for (const auto& entry : weights.tensors()) {
        CHECK(entry.dtype == Dtype::F32);
        if (entry.name.find("running_") == std::string::npos) trainable += entry.size();
    }
    CHECK(trainable == 269'722);

    const SafetensorsFile golden(data_folder() / "golden/resnet20-train32.safetensors");
    double loss = 0;
    golden.read_doubles(golden.at("loss"), std::span(&loss, 1));
    CHECK(loss > 0);
    CHECK(loss < 1);
    std::vector<std::int64_t> labels(32);
    golden.read_exactly(golden.at("labels"), std::span(labels));
    CHECK(labels[0] == 3);
    CHECK(labels[1] == 8);
}
