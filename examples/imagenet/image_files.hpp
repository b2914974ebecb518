#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <residua/data/image_folder.hpp>
#include <residua/data/orientation.hpp>
#include <residua/data/protocol.hpp>

/// What the commands do with image files; what is wrong with some goes to the standard error.
namespace imagenet {

/// The images of a folder or table, with a word about what is left out. `known` names the classes, if any. \throws
/// residua::FileError for others.
residua::ImageFolder open_images(const std::filesystem::path& place, std::span<const std::string> known);

/// \throws residua::FileError if files that a table lists are not there, which reading them would show late: counts
/// them and names the first.
void require_files(const std::filesystem::path& place, const residua::ImageFolder& images);

/// An image file as a protocol looks at it, for each of its sizes. \throws residua::FileError for a broken file, and
/// for an image that the protocol has no squares for.
std::vector<residua::TestImage> test_images(const std::filesystem::path& file, const residua::Protocol& protocol,
                                            residua::Orientation orientation);

/// Says how many files were broken, if any. \throws residua::FileError if all `images` were.
void report_broken(std::size_t broken, std::size_t images);

}  // namespace imagenet
