#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <residua/file/detail/content_kind.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Reads a table line by line: fields between commas, in double quotes if they hold commas (a quote inside is doubled).
/// The first line names the columns; empty lines are passed over. Errors name file and line.
class CsvReader {
  public:
    /// Throws FileError if the file cannot be read or has no line.
    explicit CsvReader(const std::filesystem::path& path) : name_(path.string()) {
        const std::vector<std::byte> bytes = read_file(path);
        if (const auto kind = mistaken_kind(bytes)) detail::raise(FileError(name_, "content", "a .csv table", *kind));
        content_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (content_.starts_with(byte_order_mark)) position_ = byte_order_mark.size();
        if (!read_line()) detail::raise(FileError(name_, "content", "a line that names the columns", "empty lines"));
        columns_ = fields_;
    }

    /// The position of the first of these columns that the table has. Throws FileError if it has none.
    std::size_t column(std::initializer_list<std::string_view> names) const {
        for (const std::string_view name : names) {
            const auto found = std::find(columns_.begin(), columns_.end(), name);
            if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
        }
        fail("a column '" + std::string(*names.begin()) + "'", "none");
    }

    /// Goes to the next line; false at the end. Throws FileError if it has another number of fields than the first one.
    bool next() {
        if (!read_line()) return false;
        if (fields_.size() != columns_.size()) {
            fail(std::to_string(columns_.size()) + " fields", std::to_string(fields_.size()));
        }
        return true;
    }

    /// A field of this line.
    const std::string& text(std::size_t column) const { return fields_[column]; }

    /// Throws the FileError of this line.
    [[noreturn]] void fail(std::string_view expected, std::string_view found) const {
        detail::raise(FileError(name_, "line " + std::to_string(number_), expected, printable(found)));
    }

  private:
    bool read_line() {
        std::string_view line;
        do {
            if (position_ >= content_.size()) return false;
            const std::size_t end = std::min(content_.find('\n', position_), content_.size());
            line = std::string_view(content_).substr(position_, end - position_);
            position_ = end + 1;
            ++number_;
            if (line.ends_with('\r')) line.remove_suffix(1);
        } while (line.empty());
        split(line);
        return true;
    }

    void split(std::string_view line) {
        fields_.assign(1, "");
        bool quoted = false;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] == '"' && quoted && line.substr(i + 1).starts_with('"')) {
                fields_.back() += line[i++];
            } else if (line[i] == '"') {
                quoted = !quoted;
            } else if (line[i] == ',' && !quoted) {
                fields_.emplace_back();
            } else {
                fields_.back() += line[i];
            }
        }
        if (quoted) fail("a closing quote", "the end of the line");
    }

    std::string name_;
    std::string content_;
    std::size_t position_ = 0;
    std::size_t number_ = 0;
    std::vector<std::string> columns_;
    std::vector<std::string> fields_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
