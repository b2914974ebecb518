#include "class_names.hpp"

#include <charconv>
#include <sstream>

#include <residua/data/detail/csv.hpp>
#include <residua/file/detail/content_kind.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>

namespace imagenet {

namespace {

using namespace residua;

void read_lines(const std::filesystem::path& file, std::vector<std::string>& names) {
    const std::vector<std::byte> content = read_file(file);
    if (const auto kind = detail::mistaken_kind(content))
        throw FileError(file.string(), "content", "a class name a line", *kind);
    std::istringstream lines({reinterpret_cast<const char*>(content.data()), content.size()});
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        found.push_back(line);
    }
    if (found.size() != names.size())
        throw FileError(file.string(), "class names", std::to_string(names.size()) + " lines",
                        std::to_string(found.size()));
    names = std::move(found);
}

void read_table(const std::filesystem::path& file, std::vector<std::string>& names) {
    detail::CsvReader lines(file);
    const std::size_t label = lines.column({"label", "index"});
    const std::size_t name = lines.column({"class_name", "name"});
    while (lines.next()) {
        const std::string& text = lines.text(label);
        std::size_t number = names.size();
        const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
        if (end != text.data() + text.size() || number >= names.size())
            lines.fail("a label from 0 to " + std::to_string(names.size() - 1), "'" + text + "'");
        names[number] = lines.text(name);
    }
}

}  // namespace

std::vector<std::string> class_names(const std::filesystem::path& file, std::vector<std::string> names, int classes) {
    for (auto i = static_cast<int>(names.size()); i < classes; ++i) names.push_back(std::to_string(i));
    if (file.empty()) return names;
    if (file.extension() == ".csv")
        read_table(file, names);
    else
        read_lines(file, names);
    return names;
}

}  // namespace imagenet
