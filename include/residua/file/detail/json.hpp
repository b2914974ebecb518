#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

/// \file
/// JSON (RFC 8259) as far as a file header needs it: strict reading into values that remember their source text, and
/// strings to write. A parser of our own, because a general one costs every program about a second of
/// compile time.

namespace residua::detail::inline RESIDUA_ISA {

/// One value. Its source text lies in the text that was parsed.
struct JsonValue {
    enum class Kind { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::string_view source;
    std::string text;               ///< of a string, unescaped
    std::vector<std::string> keys;  ///< of an object, in its order, one for every item
    std::vector<JsonValue> items;   ///< of an array or object

    /// The first member with this key, or a null pointer.
    const JsonValue* find(std::string_view key) const {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] == key) return &items[i];
        }
        return nullptr;
    }

    /// A number written as a plain integer from 0 to 2^63 - 1.
    std::optional<std::int64_t> natural_number() const {
        if (kind != Kind::number || source.front() == '-') return std::nullopt;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(source.data(), source.data() + source.size(), value);
        if (error != std::errc{} || end != source.data() + source.size()) return std::nullopt;
        return value;
    }

    std::string_view kind_name() const {
        constexpr std::string_view names[] = {"null", "boolean", "number", "string", "array", "object"};
        return names[static_cast<std::size_t>(kind)];
    }
};

/// The length of the UTF-8 sequence `text` begins with (RFC 3629: shortest forms, no surrogates), 0 if there is none.
inline std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continued = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i <= last; ++i) {
            if (byte(i) < 0x80 || byte(i) > 0xBF) return false;
        }
        return true;
    };
    const unsigned lead = byte(0);
    const unsigned next = byte(1);
    if (lead < 0x80) return text.empty() ? 0 : 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continued(1, 1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool overlong = lead == 0xE0 && next < 0xA0;
        const bool surrogate = lead == 0xED && next > 0x9F;
        return continued(1, 2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool overlong = lead == 0xF0 && next < 0x90;
        const bool too_large = lead == 0xF4 && next > 0x8F;
        return continued(1, 3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

inline void append_utf8(std::string& text, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6U);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12U);
        put(0x80 | (code >> 6U & 0x3F));
    } else {
        put(0xF0 | code >> 18U);
        put(0x80 | (code >> 12U & 0x3F));
        put(0x80 | (code >> 6U & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

/// Recursive descent over one text; knows the file's name for errors.
class JsonParser {
  public:
    JsonParser(std::string_view text, std::string_view file) : text_(text), file_(file) {}

    JsonValue parse() {
        JsonValue value = this->value(0);
        skip_space();
        if (at_ != text_.size()) fail("end");
        return value;
    }

  private:
    using Kind = JsonValue::Kind;
    static constexpr int deepest = 16;  // enough for any header, and little of the stack

    [[noreturn]] void fail(const std::string& expected) const {
        detail::raise(
            FileError(file_, "header", "well-formed JSON", "no " + expected + " at byte " + std::to_string(at_)));
    }

    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool skip(char c) {
        if (next() != c || at_ == text_.size()) return false;
        ++at_;
        return true;
    }

    void demand(char c) {
        if (!skip(c)) fail(std::string("'") + c + '\'');
    }

    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
    }

    JsonValue value(int depth) {
        skip_space();
        if (depth > deepest) fail("value nested less than " + std::to_string(depth) + " deep");
        const std::size_t begin = at_;
        JsonValue value;
        switch (next()) {
            case '{':
                object(value, depth);
                break;
            case '[':
                array(value, depth);
                break;
            case '"':
                value.kind = Kind::string;
                value.text = string();
                break;
            case 't':
                literal(value, Kind::boolean, "true");
                break;
            case 'f':
                literal(value, Kind::boolean, "false");
                break;
            case 'n':
                literal(value, Kind::null, "null");
                break;
            default:
                number(value);
        }
        value.source = text_.substr(begin, at_ - begin);
        return value;
    }

    void literal(JsonValue& value, Kind kind, std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) fail("value");
        at_ += word.size();
        value.kind = kind;
    }

    void array(JsonValue& value, int depth) {
        value.kind = Kind::array;
        list(']', [&] { value.items.push_back(this->value(depth + 1)); });
    }

    void object(JsonValue& value, int depth) {
        value.kind = Kind::object;
        list('}', [&] {
            value.keys.push_back(string());
            skip_space();
            demand(':');
            value.items.push_back(this->value(depth + 1));
        });
    }

    template <class Item>
    void list(char close, Item item) {
        ++at_;
        skip_space();
        if (skip(close)) return;
        do {
            skip_space();
            item();
            skip_space();
        } while (skip(','));
        demand(close);
    }

    bool digits() {
        const std::size_t begin = at_;
        while (next() >= '0' && next() <= '9') ++at_;
        return at_ != begin;
    }

    void number(JsonValue& value) {
        value.kind = Kind::number;
        const bool negative = skip('-');
        if (!skip('0') && !digits()) fail(negative ? "digit" : "value");
        if (skip('.') && !digits()) fail("digit");
        if (skip('e') || skip('E')) {
            if (!skip('+')) skip('-');
            if (!digits()) fail("digit");
        }
    }

    std::string string() {
        demand('"');
        std::string text;
        while (!skip('"')) {
            if (skip('\\')) {
                escape(text);
                continue;
            }
            const std::size_t length = utf8_length(text_.substr(at_));
            if (length == 0 || static_cast<unsigned char>(next()) < 0x20) fail("character of a string");
            text.append(text_.substr(at_, length));
            at_ += length;
        }
        return text;
    }

    void escape(std::string& text) {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (skip('u')) return append_utf8(text, code_point());
        const std::size_t which = at_ < text_.size() ? letters.find(next()) : letters.npos;
        if (which == letters.npos) fail("escape of a string");
        text += meanings[which];
        ++at_;
    }

    std::uint32_t code_point() {
        const std::uint32_t first = four_hex_digits();
        if (first < 0xD800 || first > 0xDFFF) return first;
        const bool paired = first <= 0xDBFF && skip('\\') && skip('u');
        const std::uint32_t second = paired ? four_hex_digits() : 0;
        if (second < 0xDC00 || second > 0xDFFF) fail("second half of a surrogate pair");
        return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
    }

    std::uint32_t four_hex_digits() {
        std::uint32_t code = 0;
        const std::string_view digits = text_.substr(at_, 4);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4) fail("four hexadecimal digits");
        at_ += 4;
        return code;
    }

    std::string_view text_;
    std::string_view file_;
    std::size_t at_ = 0;
};

/// Parses the JSON text of a file's header. Values point into `text`. Throws FileError that says what was expected at
/// which byte.
inline JsonValue parse_json(std::string_view text, std::string_view file) { return JsonParser(text, file).parse(); }

/// `text` as a JSON string of a header. Throws std::invalid_argument unless it is UTF-8.
inline std::string json_string(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string quoted = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        const auto byte = static_cast<unsigned char>(text[at]);
        if (length == 0) {
            detail::raise(std::invalid_argument("header: expected UTF-8 text, found byte " + std::to_string(byte) +
                                                " at place " + std::to_string(at)));
        }
        if (byte < 0x20) {
            quoted.append("\\u00").append(1, hex[byte / 16U]).append(1, hex[byte % 16U]);
        } else {
            if (byte == '"' || byte == '\\') quoted += '\\';
            quoted.append(text.substr(at, length));
        }
        at += length;
    }
    return quoted + '"';
}

}  // namespace residua::detail::inline RESIDUA_ISA
