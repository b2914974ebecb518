#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <residua/file/detail/descriptor.hpp>
#include <residua/file/file.hpp>

namespace residua::detail::inline RESIDUA_ISA {

struct Unmap {
    std::size_t size = 0;
    void operator()(const std::byte* bytes) const { ::munmap(const_cast<std::byte*>(bytes), size); }  // NOLINT
};

/// The bytes of a file, mapped into memory: its pages are the system's own and are fetched when they are read. What
/// cannot be mapped is read. Movable; the bytes stay where they are.
class FileContent {
  public:
    /// Throws FileError as read_file does.
    explicit FileContent(const std::filesystem::path& path) : mapped_(map(path)) {
        if (!mapped_) read_ = read_file(path);
        bytes_ = mapped_ ? std::span(mapped_.get(), mapped_.get_deleter().size) : std::span<const std::byte>(read_);
    }
    explicit FileContent(std::vector<std::byte> bytes) : read_(std::move(bytes)), bytes_(read_) {}
    /// Bytes that outlive the content.
    explicit FileContent(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::span<const std::byte> bytes() const { return bytes_; }

    /// Gives the pages with these bytes back to the system, if they are mapped, and those shortly before them, which
    /// the system maps along with a page that is fetched. All are fetched again when they are read.
    void release(std::span<const std::byte> bytes) const {
        if (!mapped_) return;
        constexpr std::uintptr_t neighbours = std::uintptr_t{2} << 20;  // a multiple of any page's size
        const auto all = address(mapped_.get());
        const auto begin = address(bytes.data());
        if (begin < all || begin + bytes.size() > all + mapped_.get_deleter().size) return;
        const auto first = std::max(all, begin / neighbours * neighbours);
        ::madvise(reinterpret_cast<void*>(first), begin + bytes.size() - first, MADV_DONTNEED);  // NOLINT
    }

  private:
    using Mapped = std::unique_ptr<const std::byte, Unmap>;

    static std::uintptr_t address(const std::byte* byte) { return reinterpret_cast<std::uintptr_t>(byte); }

    static Mapped map(const std::filesystem::path& path) {
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(path, ignored)) return nullptr;
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (file.value() < 0 || ::fstat(file.value(), &status) != 0) return nullptr;
        const auto size = static_cast<std::size_t>(status.st_size);
        void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
        if (bytes == MAP_FAILED) return nullptr;  // NOLINT
        return Mapped(static_cast<const std::byte*>(bytes), Unmap{size});
    }

    std::vector<std::byte> read_;
    Mapped mapped_;
    std::span<const std::byte> bytes_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
