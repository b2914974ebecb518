#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <unistd.h>

#include <residua/io/detail/descriptor.hpp>
#include <residua/io/error.hpp>

namespace residua {

namespace detail {

[[noreturn]] inline void throw_errno(const std::filesystem::path& path, const std::string& action) {
    const int cause = errno;
    throw FileError(path.string() + ": cannot be " + action + ": " + std::strerror(cause));
}

/// A file that is removed unless it is renamed in time.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::filesystem::path& target)
        : target_(target), path_(unique_name(target)), file_(::open(path_.c_str(), flags, 0666)) {
        if (file_.value() < 0) throw_errno(target_, "written (no file can be made in its folder)");
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (!renamed_) ::unlink(path_.c_str());
    }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto written = ::write(file_.value(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_errno(target_, "written");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    void rename_to_target() {
        if (::fsync(file_.value()) != 0 || !file_.close()) throw_errno(target_, "written");
        if (std::rename(path_.c_str(), target_.c_str()) != 0) throw_errno(target_, "replaced");
        renamed_ = true;
    }

  private:
    static constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;

    static std::filesystem::path unique_name(std::filesystem::path target) {
        static std::atomic<unsigned> count = 0;
        target += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
        return target;
    }

    std::filesystem::path target_;
    std::filesystem::path path_;
    Descriptor file_;
    bool renamed_ = false;
};

/// Makes the renaming itself survive a power failure.
inline void sync_folder_of(const std::filesystem::path& path) {
    const auto parent = path.parent_path();
    const Descriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const bool synced = folder.value() >= 0 && ::fsync(folder.value()) == 0;
    // EINVAL: a file system that has no such operation and needs none.
    if (!synced && errno != EINVAL) throw_errno(path, "made durable");
}

}  // namespace detail

/// Writes `pieces`, one after the other, as the whole content of `path`: readers see the old content or the new one,
/// never a part, whatever happens on the way. On failure the old file stays and a FileError with the system's reason
/// is thrown. A process killed on the way may leave a file named `<path>.tmp-<process>-<count>`.
/// Thread safe for different paths; for the same path one of the contents wins.
inline void write_atomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces) {
    detail::TemporaryFile file(path);
    for (const auto piece : pieces) file.write(piece);
    file.rename_to_target();
    detail::sync_folder_of(path);
}

inline void write_atomically(const std::filesystem::path& path,
                             std::initializer_list<std::span<const std::byte>> pieces) {
    write_atomically(path, std::span(pieces.begin(), pieces.size()));
}

}  // namespace residua
