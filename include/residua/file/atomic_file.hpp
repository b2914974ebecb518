#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <residua/file/detail/descriptor.hpp>
#include <residua/file/detail/destination.hpp>

namespace residua::detail::inline RESIDUA_ISA {

using ByteSpans = std::span<const std::span<const std::byte>>;

/// Writes to an open file; `path` stands for it in errors.
inline void write_pieces(int file, ByteSpans pieces, const std::filesystem::path& path) {
    for (std::span<const std::byte> bytes : pieces) {
        while (!bytes.empty()) {
            const auto written = ::write(file, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_errno(path, "written");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }
}

/// A file that is removed unless it is renamed in time.
class TemporaryFile {
  public:
    explicit TemporaryFile(const Destination& target)
        : target_(target.path), path_(unique_name(target_)), file_(::open(path_.c_str(), flags, 0666)) {
        if (file_.value() < 0) throw_errno(target_, "written (no file can be made in its folder)");
        if (target.status) adopt(*target.status);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (!renamed_) ::unlink(path_.c_str());
    }

    void write(ByteSpans pieces) { write_pieces(file_.value(), pieces, target_); }

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

    /// Takes over the mode of the file to be replaced, and its owner as far as this process may give files away.
    void adopt(const struct stat& old) {
        struct stat own {};
        const bool known = ::fstat(file_.value(), &own) == 0;
        if (known && own.st_uid == old.st_uid && own.st_gid == old.st_gid && own.st_mode == old.st_mode) return;
        [[maybe_unused]] const int given = ::fchown(file_.value(), old.st_uid, old.st_gid);
        constexpr mode_t bits = 07777;
        if (::fchmod(file_.value(), old.st_mode & bits) != 0) throw_errno(target_, "written");
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

/// Writes to what is there, and what can only be written to: a device, a pipe, a descriptor.
inline void write_in_place(const Destination& target, ByteSpans pieces) {
    if (target.descriptor) return write_pieces(*target.descriptor, pieces, target.path);
    Descriptor file(::open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (file.value() < 0) throw_errno(target.path, "opened");
    write_pieces(file.value(), pieces, target.path);
    if (!file.close()) throw_errno(target.path, "written");
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Writes `pieces`, one after the other, as the whole content of `path`: readers see the old content or the new one,
/// never a part, whatever happens on the way. On failure the old file stays and a FileError with the system's reason
/// is thrown. A process killed on the way may leave a file named `<path>.tmp-<process>-<count>`.
/// Links are followed, an old file's mode is kept, and its owner where the system allows that; a file without
/// permission to write is not replaced. A device or a pipe is written to (which waits for a pipe's reader), as is
/// /dev/stdout. Thread safe for different paths; for the same path one of the contents wins.
inline void write_atomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces) {
    const detail::Destination target = detail::destination_of(path);
    if (!target.replaceable()) return detail::write_in_place(target, pieces);
    detail::TemporaryFile file(target);
    file.write(pieces);
    file.rename_to_target();
    detail::sync_folder_of(target.path);
}

inline void write_atomically(const std::filesystem::path& path,
                             std::initializer_list<std::span<const std::byte>> pieces) {
    write_atomically(path, std::span(pieces.begin(), pieces.size()));
}

}  // namespace residua::inline RESIDUA_ISA
