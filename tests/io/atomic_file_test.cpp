#include <csignal>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/resource.h>

#include <residua/io/atomic_file.hpp>

using namespace residua;

namespace {

auto bytes_of_text(const std::string& text) { return std::as_bytes(std::span(text)); }

/// While it lives, no file may grow over `bytes`: a disk that is full.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit limit{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit old_{};
    void (*handler_)(int);
};

}  // namespace

TEST_CASE("an atomic write makes one file of all pieces") {
    const TemporaryFolder folder;
    const auto path = folder / "a.bin";
    write_atomically(path, {bytes_of_text("one "), bytes_of_text(""), bytes_of_text("two")});
    CHECK(content_of(path) == "one two");
    write_atomically(path, {bytes_of_text("new")});
    CHECK(content_of(path) == "new");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write that fails half-way keeps the old file and leaves nothing behind") {
    const TemporaryFolder folder;
    const auto path = folder / "a.bin";
    put(path, "old");
    const std::string large(100'000, 'x');
    std::string text;
    {
        const FileSizeLimit limit(50'000);
        text = text_of<FileError>([&] { write_atomically(path, {bytes_of_text(large)}); });
    }
    CHECK(text == path.string() + ": cannot be written: File too large");
    CHECK(content_of(path) == "old");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write into no folder or onto a folder says why") {
    const TemporaryFolder folder;
    const auto lost = folder / "none/a.bin";
    CHECK(text_of<FileError>([&] { write_atomically(lost, {bytes_of_text("x")}); }) ==
          lost.string() + ": cannot be written (no file can be made in its folder): No such file or directory");
    const auto taken = folder / "taken";
    std::filesystem::create_directory(taken);
    CHECK(text_of<FileError>([&] { write_atomically(taken, {bytes_of_text("x")}); }) ==
          taken.string() + ": cannot be replaced: Is a directory");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write into a folder without permission says so") {
    if (::geteuid() == 0) {
        WARN("skipped: root may write everywhere");
        return;
    }
    const TemporaryFolder folder;
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    const auto path = folder / "a.bin";
    CHECK(text_of<FileError>([&] { write_atomically(path, {bytes_of_text("x")}); }) ==
          path.string() + ": cannot be written (no file can be made in its folder): Permission denied");
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}
