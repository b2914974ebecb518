#pragma once

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/file/detail/content_kind.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>
#include <residua/on_error.hpp>

/// \file
/// CIFAR-10 in its binary layout (A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009):
/// records of one label byte and 3 x 32 x 32 bytes, red, green, blue plane, row-major. The only door to libarchive.

namespace residua::inline RESIDUA_ISA {

/// The 50,000 images to train on, or the 10,000 to test with.
enum class Cifar10Set { train, test };

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr std::size_t cifar10_pixels = std::size_t{3} * 32 * 32;
inline constexpr std::size_t cifar10_record = 1 + cifar10_pixels;
inline constexpr std::size_t cifar10_records_per_file = 10'000;
inline constexpr std::size_t cifar10_classes = 10;
inline constexpr const char* cifar10_folder = "cifar-10-batches-bin";
inline constexpr const char* cifar10_archive = "cifar-10-binary.tar.gz";
inline constexpr const char* cifar10_names = "batches.meta.txt";

inline std::vector<std::string> cifar10_files(Cifar10Set set) {
    if (set == Cifar10Set::test) return {"test_batch.bin"};
    return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
}

/// Splits the content of a file into pixels and labels, one of each per record. Throws FileError for another
/// size or a label that is no class; `file` stands for the file in errors.
inline void parse_cifar10_records(std::span<const std::uint8_t> content, std::string_view file,
                                  std::span<std::uint8_t> pixels, std::span<Label> labels) {
    if (content.size() != labels.size() * cifar10_record) {
        const auto kind = stand_in(std::as_bytes(content));
        detail::raise(FileError(file, "size",
                                std::to_string(labels.size() * cifar10_record) + " bytes (" +
                                    std::to_string(labels.size()) + " records of " + std::to_string(cifar10_record) +
                                    ")",
                                std::to_string(content.size()) + (kind ? ", " + *kind : "")));
    }
    for (std::size_t record = 0; record < labels.size(); ++record) {
        const auto bytes = content.subspan(record * cifar10_record, cifar10_record);
        if (bytes[0] >= cifar10_classes) {
            detail::raise(
                FileError(file, "label of record " + std::to_string(record), "0 to 9", std::to_string(bytes[0])));
        }
        labels[record] = bytes[0];
        std::copy(bytes.begin() + 1, bytes.end(),
                  pixels.begin() + static_cast<std::ptrdiff_t>(record * cifar10_pixels));
    }
}

/// The class names, one a line. Throws FileError unless there are ten.
inline std::vector<std::string> parse_cifar10_names(std::string_view content, std::string_view file) {
    std::vector<std::string> names;
    while (!content.empty()) {
        const auto end = std::min(content.find('\n'), content.size());
        std::string_view line = content.substr(0, end);
        content.remove_prefix(std::min(end + 1, content.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) names.emplace_back(line);
    }
    if (names.size() != cifar10_classes) {
        detail::raise(FileError(file, "class names", std::to_string(cifar10_classes), std::to_string(names.size())));
    }
    return names;
}

/// Collects the files of one set, in any order.
class Cifar10Builder {
  public:
    explicit Cifar10Builder(Cifar10Set set) : files_(cifar10_files(set)), seen_(files_.size()) {
        const std::size_t count = files_.size() * cifar10_records_per_file;
        images_ = {3,
                   32,
                   32,
                   static_cast<int>(cifar10_classes),
                   {},
                   {},
                   {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
        images_.pixels.resize(count * cifar10_pixels);
        images_.labels.resize(count);
    }

    const std::vector<std::string>& files() const { return files_; }

    /// Whether the set needs a file of this name (without folder).
    bool wants(std::string_view file) const {
        return file == cifar10_names || std::find(files_.begin(), files_.end(), file) != files_.end();
    }

    /// Takes the content of a file that the set wants; `path` stands for it in errors.
    void add(std::string_view file, std::span<const std::uint8_t> content, std::string_view path) {
        if (file == cifar10_names) {
            const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
            images_.class_names = parse_cifar10_names(text, path);
            return;
        }
        const auto index = static_cast<std::size_t>(std::find(files_.begin(), files_.end(), file) - files_.begin());
        constexpr std::size_t count = cifar10_records_per_file;
        parse_cifar10_records(content, path,
                              std::span(images_.pixels).subspan(index * count * cifar10_pixels, count * cifar10_pixels),
                              std::span(images_.labels).subspan(index * count, count));
        seen_[index] = true;
    }

    /// The name of a file still to come, if any.
    std::optional<std::string> missing() const {
        const auto found = std::find(seen_.begin(), seen_.end(), false);
        if (found == seen_.end()) return std::nullopt;
        return files_[static_cast<std::size_t>(found - seen_.begin())];
    }

    LabelledImages take() { return std::move(images_); }

  private:
    std::vector<std::string> files_;
    std::vector<bool> seen_;
    LabelledImages images_;
};

/// One byte more than a right file has is enough to see that the size is wrong.
inline constexpr std::size_t cifar10_longest_file = cifar10_records_per_file * cifar10_record + 1;

inline LabelledImages load_cifar10_folder(const std::filesystem::path& folder, Cifar10Set set) {
    Cifar10Builder builder(set);
    const auto add = [&](const std::string& file) {
        const auto path = folder / file;
        const std::vector<std::byte> bytes = read_file(path, cifar10_longest_file);
        builder.add(file, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path.string());
    };
    for (const auto& file : builder.files()) add(file);
    if (type_of(folder / cifar10_names) != std::filesystem::file_type::not_found) add(cifar10_names);
    return builder.take();
}

/// A compressed tar archive, read from front to back.
class ArchiveReader {
  public:
    explicit ArchiveReader(const std::filesystem::path& path) : path_(path.string()), archive_(archive_read_new()) {
        if (const auto kind = stand_in(read_file(path, telling_bytes)))
            detail::raise(FileError(path_, "content", "a tar archive", *kind));
        constexpr std::size_t block = 1U << 20U;
        archive_read_support_filter_all(archive_.get());
        archive_read_support_format_tar(archive_.get());
        check(archive_read_open_filename(archive_.get(), path_.c_str(), block));
    }

    /// Goes to the next member; its path, or nothing at the end.
    std::optional<std::filesystem::path> next() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(archive_.get(), &entry);
        if (status == ARCHIVE_EOF) return std::nullopt;
        check(status);
        const char* const name = archive_entry_pathname(entry);
        return std::filesystem::path(name == nullptr ? "" : name);
    }

    /// Up to `most` bytes of the current member.
    std::vector<std::uint8_t> read_at_most(std::size_t most) {
        std::vector<std::uint8_t> bytes(most);
        std::size_t filled = 0;
        while (filled < most) {
            const auto count = archive_read_data(archive_.get(), bytes.data() + filled, most - filled);
            if (count < 0) check(static_cast<int>(count));
            if (count <= 0) break;
            filled += static_cast<std::size_t>(count);
        }
        bytes.resize(filled);
        return bytes;
    }

  private:
    struct Free {
        void operator()(archive* open) const { archive_read_free(open); }
    };

    void check(int status) {
        if (status >= ARCHIVE_WARN) return;
        const char* const reason = archive_error_string(archive_.get());
        detail::raise(FileError(path_, "archive", "a readable tar file", reason == nullptr ? "a broken one" : reason));
    }

    std::string path_;
    std::unique_ptr<archive, Free> archive_;
};

/// Reads only the members of the set and stops at the last one.
inline LabelledImages load_cifar10_archive(const std::filesystem::path& path, Cifar10Set set) {
    Cifar10Builder builder(set);
    ArchiveReader reader(path);
    while (builder.missing()) {
        const auto member = reader.next();
        if (!member) detail::raise(FileError(path.string(), "members", *builder.missing(), "no such file"));
        const std::string file = member->filename().string();
        if (!builder.wants(file)) continue;
        builder.add(file, reader.read_at_most(cifar10_longest_file), path.string() + "/" + member->string());
    }
    return builder.take();
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Loads one set of CIFAR-10. `path` is the archive cifar-10-binary.tar.gz, or a folder that holds the archive or the
/// .bin files itself or in a sub-folder cifar-10-batches-bin/ or cifar10/. Classes are named as in batches.meta.txt if
/// that comes along. Throws FileError naming file, record, expected and found for files that are missing, cannot be
/// read or are of the wrong size, and for labels over 9.
inline LabelledImages load_cifar10(const std::filesystem::path& path, Cifar10Set set) {
    using std::filesystem::file_type;
    const file_type type = detail::type_of(path);
    if (type == file_type::regular) return detail::load_cifar10_archive(path, set);
    const auto files = detail::cifar10_files(set);
    for (const char* sub : {"", detail::cifar10_folder, "cifar10", "cifar10/cifar-10-batches-bin"}) {
        const auto folder = path / sub;
        const auto there = [&](const std::string& file) {
            return detail::type_of(folder / file) != file_type::not_found;
        };
        if (std::any_of(files.begin(), files.end(), there)) return detail::load_cifar10_folder(folder, set);
        if (there(detail::cifar10_archive)) return detail::load_cifar10_archive(folder / detail::cifar10_archive, set);
    }
    detail::raise(FileError(path.string(), "CIFAR-10",
                            files.front() + " or " + detail::cifar10_archive +
                                " in this folder or in its sub-folders cifar10, cifar-10-batches-bin",
                            type == file_type::not_found ? "no such folder" : "neither"));
}

}  // namespace residua::inline RESIDUA_ISA
