#include <csignal>
#include <fcntl.h>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>

#include <residua/file/atomic_file.hpp>

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

using Perms = std::filesystem::perms;

std::string refusal(const std::filesystem::path& path) {
    return text_of<FileError>([&] { write_atomically(path, {bytes_of_text("x")}); });
}

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
    CHECK(refusal(lost) ==
          lost.string() + ": cannot be written (no file can be made in its folder): No such file or directory");
    const auto taken = folder / "taken";
    std::filesystem::create_directory(taken);
    CHECK(refusal(taken) == taken.string() + ": cannot be written: Is a directory");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write into a folder without permission says so") {
    const TemporaryFolder folder;
    const WithoutPrivileges nobody(folder.path());
    std::filesystem::permissions(folder.path(), Perms::owner_read | Perms::owner_exec);
    const auto path = folder / "a.bin";
    CHECK(refusal(path) ==
          path.string() + ": cannot be written (no file can be made in its folder): Permission denied");
    std::filesystem::permissions(folder.path(), Perms::owner_all);
}

TEST_CASE("an atomic write keeps the mode of the old file, and does not replace what may not be written") {
    const TemporaryFolder folder;
    const WithoutPrivileges nobody(folder.path());
    const auto path = folder / "a.bin";
    put(path, "old");
    for (const auto mode : {Perms(0600), Perms(0640), Perms(0755)}) {
        std::filesystem::permissions(path, mode);
        write_atomically(path, {bytes_of_text("new")});
        CHECK(std::filesystem::status(path).permissions() == mode);
    }
    std::filesystem::permissions(path, Perms(0444));
    CHECK(refusal(path) == path.string() + ": cannot be written: Permission denied");
    CHECK(content_of(path) == "new");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write by root leaves the file to its owner") {
    const TemporaryFolder folder;
    const auto path = folder / "a.bin";
    put(path, "old");
    if (::chown(path.c_str(), 65534, 65534) != 0) {
        WARN("skipped: only root gives files away");
        return;
    }
    write_atomically(path, {bytes_of_text("new")});
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(status.st_uid == 65534);
    CHECK(status.st_gid == 65534);
}

TEST_CASE("an atomic write follows links, one after the other, also to a file that is not there yet") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "elsewhere");
    put(folder / "elsewhere/a.bin", "old");
    std::filesystem::create_symlink("elsewhere/b.bin", folder / "to_b");
    std::filesystem::create_symlink(folder / "elsewhere/a.bin", folder / "to_a");
    std::filesystem::create_symlink("to_a", folder / "to_link");
    write_atomically(folder / "to_link", {bytes_of_text("new")});
    write_atomically(folder / "to_b", {bytes_of_text("first")});
    CHECK(content_of(folder / "elsewhere/a.bin") == "new");
    CHECK(content_of(folder / "elsewhere/b.bin") == "first");
    for (const char* link : {"to_link", "to_a", "to_b"}) CHECK(std::filesystem::is_symlink(folder / link));
    CHECK(folder.file_count() == 4);

    std::filesystem::create_symlink("circle", folder / "circle");
    CHECK(refusal(folder / "circle").ends_with("circle: cannot be written: Too many levels of symbolic links"));
    std::filesystem::create_symlink("none/c.bin", folder / "to_nowhere");
    CHECK(refusal(folder / "to_nowhere")
              .ends_with("none/c.bin: cannot be written (no file can be made in its folder): "
                         "No such file or directory"));
    CHECK(std::filesystem::is_symlink(folder / "to_nowhere"));
}

TEST_CASE("an atomic write to a pipe reaches its reader, and the pipe stays") {
    const TemporaryFolder folder;
    const auto path = folder / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    std::string read;
    std::thread reader([&] { read = content_of(path); });
    const std::string large(200'000, 'x');  // more than a pipe holds
    write_atomically(path, {bytes_of_text(large), bytes_of_text("end")});
    reader.join();
    CHECK(read == large + "end");
    CHECK(std::filesystem::is_fifo(path));
    CHECK(folder.file_count() == 1);
}

TEST_CASE("an atomic write to an open descriptor goes on where it is") {
    const TemporaryFolder folder;
    const auto path = folder / "a.bin";
    const detail::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT, 0600));
    REQUIRE(::write(file.value(), "one ", 4) == 4);
    for (const char* place : {"/dev/fd/", "/proc/self/fd/"})
        write_atomically(place + std::to_string(file.value()), {bytes_of_text("two ")});
    CHECK(content_of(path) == "one two two ");
    std::filesystem::create_symlink("/dev/fd/" + std::to_string(file.value()), folder / "link");
    write_atomically(folder / "link", {bytes_of_text("three")});
    CHECK(content_of(path) == "one two two three");
    CHECK(refusal("/dev/fd/987654") == "/dev/fd/987654: cannot be written: Bad file descriptor");
}

TEST_CASE("an atomic write to a device leaves the device") {
    const TemporaryFolder folder;
    const auto device = [&](const std::string& name, unsigned minor) {
        const auto path = folder / name;
        const bool made = ::mknod(path.c_str(), S_IFCHR | 0600, ::makedev(1, minor)) == 0;
        return made && detail::Descriptor(::open(path.c_str(), O_WRONLY)).value() >= 0;
    };
    if (!device("null", 3) || !device("full", 7)) {
        WARN("skipped: no device node can be made and opened here");
        return;
    }
    write_atomically(folder / "null", {bytes_of_text("lost")});
    CHECK(refusal(folder / "full") == (folder / "full").string() + ": cannot be written: No space left on device");
    CHECK(std::filesystem::is_character_file(folder / "null"));
    CHECK(std::filesystem::is_character_file(folder / "full"));
    CHECK(folder.file_count() == 2);
}
