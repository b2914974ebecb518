#pragma once

#include <filesystem>

#include "commands.hpp"
#include <residua/io/error.hpp>

namespace cifar10 {

/// \throws residua::FileError if a file (empty: none) could not be made because its folder is missing: better before
/// the work than after it.
inline void check_folder_of(const std::filesystem::path& file) {
    if (file.empty()) return;
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::is_directory(folder))
        throw residua::FileError(file.string() + ": cannot be written: there is no folder " + folder.string());
    if (std::filesystem::is_directory(file))
        throw residua::FileError(file.string() + ": cannot be written: it is a folder");
}

/// The records --first and --count ask for. \throws std::invalid_argument if the set has not as many.
inline residua::ImagesView slice_of(const residua::LabelledImages& set, const WeightsOnImages& options) {
    const std::size_t rest = set.size() - std::min(options.first, set.size());
    const std::size_t count = options.count.value_or(rest);
    if (count == 0 || count > rest)
        throw std::invalid_argument("--first, --count: expected some of the " + std::to_string(set.size()) +
                                    " records, found first " + std::to_string(options.first) + " and count " +
                                    std::to_string(count));
    return set.slice(options.first, count);
}

}  // namespace cifar10
