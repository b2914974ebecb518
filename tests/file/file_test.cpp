#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/stat.h>
#include <thread>

#include <residua/file/file.hpp>
#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

using Perms = std::filesystem::perms;

std::string text_in(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string refusal(const std::filesystem::path& path) {
    return text_of<FileError>([&] { read_file(path); });
}

}  // namespace

TEST_CASE("a file of any length is read whole") {
    const TemporaryFolder folder;
    const auto path = folder / "a.bin";
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096},
                                     std::size_t{4097}, std::size_t{1'000'000}}) {
        const std::string content(length, 'x');
        put(path, content);
        CHECK((text_in(path) == content));
    }
    CHECK(text_in("/proc/self/status").find("Name:") == 0);  // says that it has no bytes
}

TEST_CASE("a pipe is read up to its end, weights out of it too") {
    const TemporaryFolder folder;
    const std::vector<float> values(100'000, 0.5F);
    write_safetensors(folder / "w.safetensors",
                      std::vector{tensor_to_write("w", {100'000}, std::span<const float>(values))});
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const auto fill = [&] { put(folder / "pipe", content_of(folder / "w.safetensors")); };
    std::thread first(fill);
    CHECK((text_in(folder / "pipe") == content_of(folder / "w.safetensors")));
    first.join();
    std::thread second(fill);
    const SafetensorsFile file(folder / "pipe");
    second.join();
    std::vector<float> read(values.size());
    file.read_floats(file.at("w"), read);
    CHECK((read == values));
}

TEST_CASE("what cannot be read says why: missing, a folder, no permission") {
    const TemporaryFolder folder;
    const WithoutPrivileges nobody(folder.path());
    CHECK(refusal(folder / "none") == (folder / "none").string() + ": cannot be read: No such file or directory");
    CHECK(refusal(folder.path()) == folder.path().string() + ": cannot be read: Is a directory");
    const auto path = folder / "closed";
    put(path, "content");
    std::filesystem::permissions(path, Perms::none);
    CHECK(refusal(path) == path.string() + ": cannot be read: Permission denied");
    CHECK(text_of<FileError>([&] { SafetensorsFile{path}; }) == path.string() + ": cannot be read: Permission denied");
}

TEST_CASE("what a path leads to is told, or why not") {
    const TemporaryFolder folder;
    const WithoutPrivileges nobody(folder.path());
    put(folder / "a", "");
    CHECK(detail::type_of(folder / "a") == std::filesystem::file_type::regular);
    CHECK(detail::type_of(folder.path()) == std::filesystem::file_type::directory);
    CHECK(detail::type_of(folder / "none") == std::filesystem::file_type::not_found);
    std::filesystem::create_directory(folder / "closed");
    std::filesystem::permissions(folder / "closed", Perms::none);
    CHECK(text_of<FileError>([&] { detail::type_of(folder / "closed/x"); }) ==
          (folder / "closed/x").string() + ": cannot be read: Permission denied");
}
