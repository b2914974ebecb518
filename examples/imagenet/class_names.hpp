#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace imagenet {

/// A name for each of `classes` classes: the lines of a text file, or the column `class_name` (or `name`) of a .csv
/// file by its column `label` (or `index`). Without a file, and where a table has none, the one that the weights
/// remember, or the class's number. \throws residua::FileError for another number of lines, and labels that are none.
std::vector<std::string> class_names(const std::filesystem::path& file, std::vector<std::string> remembered,
                                     int classes);

}  // namespace imagenet
