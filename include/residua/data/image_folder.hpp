#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include <residua/data/detail/csv.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What systems and archives leave in folders by themselves: it has nothing to do with images, whatever it holds.
inline bool is_left_by_systems(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 7> known{
        "__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir", "lost+found", "$RECYCLE.BIN", "System Volume Information"};
    const std::string name = path.filename().string();
    return name.starts_with('.') || std::ranges::find(known, name) != known.end();
}

/// The entries of a folder in the order of their names, but for those that systems leave. Throws FileError.
inline std::vector<std::filesystem::directory_entry> entries_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::directory_entry> entries;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (!is_left_by_systems(at->path())) entries.push_back(*at);
    }
    if (error) detail::raise(FileError(folder.string() + ": cannot be read: " + error.message()));
    std::ranges::sort(
        entries, {}, [](const auto& entry) -> const auto& { return entry.path(); });
    return entries;
}

inline bool is_folder(const std::filesystem::directory_entry& entry) {
    std::error_code error;
    return entry.is_directory(error);
}

/// Why an entry is no image file; empty for one that is, by its name.
inline std::string why_no_image(const std::filesystem::directory_entry& entry) {
    std::error_code error;
    if (entry.is_regular_file(error)) {
        std::string extension = entry.path().extension().string();
        for (char& c : extension) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        constexpr std::array<std::string_view, 3> read{".jpg", ".jpeg", ".png"};
        return std::ranges::find(read, extension) != read.end() ? "" : "not .jpg, .jpeg or .png";
    }
    if (error == std::errc::no_such_file_or_directory) return "a link to nothing";
    if (error) return error.message();
    return is_folder(entry) ? "a folder in that of a class" : "no regular file";
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The names and labels of image files, which are not opened. Immutable after `open`, so safe to share between threads.
class ImageFolder {
  public:
    /// `place` is a folder that holds a folder of .jpg, .jpeg and .png files for each class; files come in the order of
    /// their names. Or it is a .csv file whose first line names its columns: `file`, relative to the .csv, and `label`
    /// (or `index`), a number; other columns are ignored.
    ///
    /// Labels count the folders in the order of their names, or as `classes` says, if any are given: the names of all
    /// classes by label, as the images that a network learned from have them. There may be fewer folders, then, but
    /// none of another name, and no larger labels in a table.
    ///
    /// Hidden files and folders and what systems leave behind (`__MACOSX`, `Thumbs.db`, ...) do not matter. Everything
    /// else that is no image is listed by `left_out`. Throws FileError, which names file and line, for anything else, a
    /// folder that cannot be read, a class without images, and none at all.
    static ImageFolder open(const std::filesystem::path& place, std::span<const std::string> classes = {}) {
        ImageFolder folder;
        folder.class_names_.assign(classes.begin(), classes.end());
        const auto type = detail::type_of(place);
        if (type == std::filesystem::file_type::directory) {
            folder.read_folders(place);
        } else if (type == std::filesystem::file_type::regular && place.extension() == ".csv") {
            folder.read_table(place);
        } else {
            detail::raise(
                FileError(place.string(), "images", "a folder of class folders, or a .csv file",
                          type == std::filesystem::file_type::not_found ? "nothing of this name" : "neither"));
        }
        return folder;
    }

    std::size_t size() const { return files_.size(); }
    const std::filesystem::path& path(std::size_t i) const { return files_[i].path; }
    Label label(std::size_t i) const { return files_[i].label; }
    int classes() const { return static_cast<int>(class_names_.size()); }

    /// By label: the folders' names, or those that were given. In a table classes have no names but their numbers.
    const std::vector<std::string>& class_names() const { return class_names_; }

    /// What lies beside the images and is none, each with the reason: files of formats that are not read, links to
    /// nothing, folders in those of the classes, files in none. For a message: nobody else says that they are missing.
    const std::vector<std::string>& left_out() const { return left_out_; }

  private:
    struct File {
        std::filesystem::path path;
        Label label;
    };

    static constexpr std::size_t most_classes = std::size_t{std::numeric_limits<Label>::max()} + 1;

    ImageFolder() = default;

    void read_folders(const std::filesystem::path& place) {
        std::vector<std::filesystem::directory_entry> folders;
        for (const auto& entry : detail::entries_of(place)) {
            if (detail::is_folder(entry)) {
                folders.push_back(entry);
            } else {
                const std::string why = detail::why_no_image(entry);
                left_out_.push_back(entry.path().string() + ": " + (why.empty() ? "in no class's folder" : why));
            }
        }
        if (folders.empty()) {
            detail::raise(FileError(place.string(), "images", "a folder for each class",
                                    left_out_.empty() ? "none" : "none, but " + detail::first_few(left_out_)));
        }
        if (class_names_.empty()) {
            for (const auto& folder : folders) class_names_.push_back(folder.path().filename().string());
        }
        if (class_names_.size() > most_classes) {
            detail::raise(FileError(place.string(), "classes", "at most " + std::to_string(most_classes),
                                    std::to_string(class_names_.size())));
        }
        std::unordered_map<std::string_view, Label> labels;
        for (const std::string& name : class_names_) labels.emplace(name, static_cast<Label>(labels.size()));
        for (const auto& folder : folders) {
            const std::string name = folder.path().filename().string();
            const auto known = labels.find(name);
            if (known == labels.end()) {
                detail::raise(FileError(folder.path().string(), "class",
                                        "one of the " + std::to_string(class_names_.size()) + " known ones (" +
                                            detail::first_few(class_names_) + ")",
                                        detail::printable(name)));
            }
            read_class(folder.path(), known->second);
        }
    }

    void read_class(const std::filesystem::path& folder, Label label) {
        const std::size_t before = files_.size();
        const std::size_t left_out_before = left_out_.size();
        for (const auto& entry : detail::entries_of(folder)) {
            const std::string why = detail::why_no_image(entry);
            if (why.empty()) {
                files_.push_back({entry.path(), label});
            } else {
                left_out_.push_back(entry.path().string() + ": " + why);
            }
        }
        if (files_.size() > before) return;
        const auto others = std::span(left_out_).subspan(left_out_before);
        detail::raise(FileError(folder.string(), "class", "images .jpg, .jpeg or .png",
                                others.empty() ? "none" : "none, but " + detail::first_few(others)));
    }

    void read_table(const std::filesystem::path& table) {
        detail::CsvReader lines(table);
        const std::size_t file = lines.column({"file"});
        const std::size_t label = lines.column({"label", "index"});
        const std::size_t known = class_names_.size();
        while (lines.next()) {
            files_.push_back(
                {table.parent_path() / lines.text(file), label_from(lines, label, known == 0 ? most_classes : known)});
            for (std::size_t i = class_names_.size(); i <= files_.back().label; ++i) {
                class_names_.push_back(std::to_string(i));
            }
        }
        if (files_.empty()) detail::raise(FileError(table.string(), "images", "at least one", "none"));
    }

    static Label label_from(const detail::CsvReader& lines, std::size_t column, std::size_t classes) {
        const std::string_view text = lines.text(column);
        Label label = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
        if (text.empty() || error != std::errc() || end != text.data() + text.size() || label >= classes) {
            lines.fail("a label from 0 to " + std::to_string(classes - 1), "'" + std::string(text) + "'");
        }
        return label;
    }

    std::vector<File> files_;
    std::vector<std::string> class_names_;
    std::vector<std::string> left_out_;
};

}  // namespace residua::inline RESIDUA_ISA
