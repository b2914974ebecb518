#include <stdexcept>
#include <string>
#include <string_view>
#include <support/catch.hpp>
#include <support/files.hpp>

#include <residua/file/detail/json.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

std::string error_of(std::string_view text) {
    const std::string error = text_of<FileError>([&] { parse_json(text, "f"); });
    const std::string beginning = "f: header: expected well-formed JSON, found ";
    return error.starts_with(beginning) ? error.substr(beginning.size()) : error;
}

}  // namespace

TEST_CASE("JSON: values keep their kind, text and source") {
    const std::string text = R"( {"a": [1, -2.5e+3, "x"], "b": {}, "c": [true, false, null]} )";
    const JsonValue json = parse_json(text, "f");
    REQUIRE(json.kind == JsonValue::Kind::object);
    CHECK(json.keys == std::vector<std::string>{"a", "b", "c"});
    const JsonValue& a = json.items[0];
    CHECK(a.source == R"([1, -2.5e+3, "x"])");
    CHECK(a.items[0].natural_number() == 1);
    CHECK(a.items[1].natural_number() == std::nullopt);
    CHECK(a.items[1].source == "-2.5e+3");
    CHECK(a.items[2].text == "x");
    CHECK(json.find("b")->items.empty());
    CHECK(json.find("c")->items[1].kind_name() == "boolean");
    CHECK(json.find("d") == nullptr);
}

TEST_CASE("JSON: natural numbers are plain integers below 2^63") {
    CHECK(parse_json("0", "f").natural_number() == 0);
    CHECK(parse_json("9223372036854775807", "f").natural_number() == INT64_MAX);
    for (const char* other : {"9223372036854775808", "-0", "-1", "1.0", "1e2", "\"1\"", "null"}) {
        CAPTURE(other);
        CHECK(parse_json(other, "f").natural_number() == std::nullopt);
    }
}

TEST_CASE("JSON: strings are unescaped and must be UTF-8") {
    CHECK(parse_json(R"("\"\\\/\b\f\n\r\t")", "f").text == "\"\\/\b\f\n\r\t");
    CHECK(parse_json(R"("\u0041\u00e9\u20AC\ud83d\ude00")", "f").text == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(parse_json("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"", "f").text == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    for (const char* wrong : {"\"\x80\"", "\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"",
                              "\"\xF0\x80\x80\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xC3\"", "\"\n\"", "\"\xFF\""}) {
        CAPTURE(wrong);
        CHECK(error_of(wrong) == "no character of a string at byte 1");
    }
    CHECK(error_of(R"("\x")") == "no escape of a string at byte 2");
    CHECK(error_of(R"("\u12g4")") == "no four hexadecimal digits at byte 3");
    CHECK(error_of(R"("\ud83d")") == "no second half of a surrogate pair at byte 7");
    CHECK(error_of(R"("\ude00")") == "no second half of a surrogate pair at byte 7");
    CHECK(error_of("\"abc") == "no character of a string at byte 4");
    CHECK(error_of("\"\\") == "no escape of a string at byte 2");
}

TEST_CASE("JSON: everything else is refused with its place") {
    CHECK(error_of("") == "no value at byte 0");
    CHECK(error_of("nul") == "no value at byte 0");
    CHECK(error_of("{} x") == "no end at byte 3");
    CHECK(error_of("01") == "no end at byte 1");
    CHECK(error_of("-") == "no digit at byte 1");
    CHECK(error_of("1.") == "no digit at byte 2");
    CHECK(error_of("1e+") == "no digit at byte 3");
    CHECK(error_of("+1") == "no value at byte 0");
    CHECK(error_of("[1,]") == "no value at byte 3");
    CHECK(error_of("[1 2]") == "no ']' at byte 3");
    CHECK(error_of("{\"a\" 1}") == "no ':' at byte 5");
    CHECK(error_of("{1:1}") == "no '\"' at byte 1");
    CHECK(error_of("{\"a\":1,}") == "no '\"' at byte 7");
    CHECK(error_of("{\"a\":") == "no value at byte 5");
    CHECK(error_of(std::string_view("[\0]", 3)) == "no value at byte 1");
    CHECK(error_of(std::string(100'000, '[')) == "no value nested less than 17 deep at byte 17");
}

TEST_CASE("JSON: written strings are read back") {
    const std::string text("quote \" backslash \\ bell \a zero \0 euro \xE2\x82\xAC", 42);
    CHECK(parse_json(json_string(text), "f").text == text);
    CHECK(json_string("\n\x1f") == "\"\\u000a\\u001f\"");
    CHECK(text_of<std::invalid_argument>([] { json_string("ab\xFF"); }) ==
          "header: expected UTF-8 text, found byte 255 at place 2");
}
