#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <residua/data/detail/csv.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/io/error.hpp>

namespace residua {

/// The names and labels of image files, which are not opened. Immutable after `open`, so safe to share between threads.
class ImageFolder {
  public:
    /// `place` is a folder that holds a folder of .jpg, .jpeg and .png files for each class; labels count the classes
    /// in the order of their names, files come in the order of theirs. Or it is a .csv file whose first line names its
    /// columns: `file`, relative to the .csv, and `label` (or `index`), a number; other columns are ignored. Throws
    /// FileError, which names file and line, for anything else, a class without images, and none at all.
    static ImageFolder open(const std::filesystem::path& place) {
        ImageFolder folder;
        if (std::filesystem::is_directory(place)) {
            folder.read_folders(place);
        } else if (std::filesystem::is_regular_file(place) && place.extension() == ".csv") {
            folder.read_table(place);
        } else {
            throw FileError(place.string(), "images", "a folder of class folders, or a .csv file",
                            std::filesystem::exists(place) ? "neither" : "nothing of this name");
        }
        if (folder.files_.empty()) throw FileError(place.string(), "images", "at least one", "none");
        return folder;
    }

    std::size_t size() const { return files_.size(); }
    const std::filesystem::path& path(std::size_t i) const { return files_[i].path; }
    Label label(std::size_t i) const { return files_[i].label; }
    int classes() const { return static_cast<int>(class_names_.size()); }

    /// By label: the folders' names. In a table classes have no names but their numbers.
    const std::vector<std::string>& class_names() const { return class_names_; }

  private:
    struct File {
        std::filesystem::path path;
        Label label;
    };

    static constexpr std::size_t most_classes = std::size_t{std::numeric_limits<Label>::max()} + 1;

    ImageFolder() = default;

    /// What `wanted` picks from a folder, by name.
    template <class Wanted>
    static std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder, Wanted wanted) {
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (wanted(entry)) paths.push_back(entry.path());
        }
        std::sort(paths.begin(), paths.end());
        return paths;
    }

    static bool is_image(const std::filesystem::directory_entry& entry) {
        std::string extension = entry.path().extension().string();
        for (char& c : extension) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        constexpr std::array known{".jpg", ".jpeg", ".png"};
        return entry.is_regular_file() && std::find(known.begin(), known.end(), extension) != known.end();
    }

    void read_folders(const std::filesystem::path& place) {
        const auto folders = sorted_entries(place, [](const auto& entry) { return entry.is_directory(); });
        if (folders.size() > most_classes) {
            throw FileError(place.string(), "classes", "at most " + std::to_string(most_classes),
                            std::to_string(folders.size()));
        }
        for (const auto& folder : folders) {
            const auto images = sorted_entries(folder, is_image);
            if (images.empty()) throw FileError(folder.string(), "class", "images .jpg, .jpeg or .png", "none");
            for (const auto& image : images) files_.push_back({image, static_cast<Label>(class_names_.size())});
            class_names_.push_back(folder.filename().string());
        }
    }

    void read_table(const std::filesystem::path& table) {
        detail::CsvReader lines(table);
        const std::size_t file = lines.column({"file"});
        const std::size_t label = lines.column({"label", "index"});
        std::size_t classes = 0;
        while (lines.next()) {
            files_.push_back({table.parent_path() / lines.text(file), label_from(lines, label)});
            classes = std::max(classes, std::size_t{files_.back().label} + 1);
        }
        for (std::size_t i = 0; i < classes; ++i) class_names_.push_back(std::to_string(i));
    }

    static Label label_from(const detail::CsvReader& lines, std::size_t column) {
        const std::string_view text = lines.text(column);
        Label label = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
        if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
            lines.fail("a label from 0 to " + std::to_string(most_classes - 1), "'" + std::string(text) + "'");
        }
        return label;
    }

    std::vector<File> files_;
    std::vector<std::string> class_names_;
};

}  // namespace residua
