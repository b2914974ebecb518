#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/cifar10.hpp>

using namespace residua;

namespace {

constexpr std::size_t record_bytes = 3073;

/// 10,000 records: label i % 10, all pixels `shade`.
std::string records(char shade) {
    std::string content(10'000 * record_bytes, shade);
    for (std::size_t i = 0; i < 10'000; ++i) content[i * record_bytes] = static_cast<char>(i % 10);
    return content;
}

std::string error_of(const std::filesystem::path& path, Cifar10Set set = Cifar10Set::test) {
    return text_of<FileError>([&] { load_cifar10(path, set); });
}

void check_test_set(const LabelledImages& images, std::uint8_t shade) {
    CHECK(images.size() == 10'000);
    CHECK(images.image_size() == 3072);
    CHECK(images.labels[1234] == 4);
    CHECK(images.image(9'999)[3071] == shade);
}

}  // namespace

TEST_CASE("cifar10: a folder, its sub-folders and an archive are found") {
    const TemporaryFolder folder;
    const auto inner = folder / "cifar-10-batches-bin";
    std::filesystem::create_directories(inner);
    put(inner / "test_batch.bin", records(7));
    check_test_set(load_cifar10(folder.path(), Cifar10Set::test), 7);
    check_test_set(load_cifar10(inner, Cifar10Set::test), 7);
    CHECK(load_cifar10(inner, Cifar10Set::test).class_names[9] == "truck");
    put(inner / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\r\nj\n\n");
    CHECK(load_cifar10(inner, Cifar10Set::test).class_names[8] == "i");

    std::filesystem::create_directories(folder / "packed/cifar10");
    const auto archive = folder / "packed/cifar10/cifar-10-binary.tar.gz";
    REQUIRE(std::system(
                ("tar czf " + archive.string() + " -C " + folder.path().string() + " cifar-10-batches-bin").c_str()) ==
            0);
    check_test_set(load_cifar10(folder / "packed", Cifar10Set::test), 7);
    check_test_set(load_cifar10(archive, Cifar10Set::test), 7);
    CHECK(error_of(archive, Cifar10Set::train) ==
          archive.string() + ": members: expected data_batch_1.bin, found no such file");

    std::filesystem::rename(inner, folder / "cifar10");
    check_test_set(load_cifar10(folder.path(), Cifar10Set::test), 7);
}

TEST_CASE("cifar10: the five training files come in their order") {
    const TemporaryFolder folder;
    for (char i = 1; i <= 5; ++i) put(folder / ("data_batch_" + std::to_string(i) + ".bin"), records(i));
    const auto images = load_cifar10(folder.path(), Cifar10Set::train);
    REQUIRE(images.size() == 50'000);
    for (std::size_t i = 0; i < 5; ++i) CHECK(images.image(i * 10'000)[0] == i + 1);
    std::filesystem::remove(folder / "data_batch_3.bin");
    CHECK(error_of(folder.path(), Cifar10Set::train) ==
          (folder / "data_batch_3.bin").string() + ": cannot be read: No such file or directory");
}

TEST_CASE("cifar10: wrong sizes, labels, names and places are named") {
    const TemporaryFolder folder;
    const auto path = folder / "test_batch.bin";
    const std::string size_expected = path.string() + ": size: expected 30730000 bytes (10000 records of 3073), found ";
    put(path, records(7).substr(1));
    CHECK(error_of(folder.path()) == size_expected + "30729999");
    put(path, records(7) + "x");
    CHECK(error_of(folder.path()) == size_expected + "30730001");
    put(path, "");
    CHECK(error_of(folder.path()) == size_expected + "0, an empty file");
    put(path, "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 30730000\n");
    CHECK(error_of(folder.path()).starts_with(size_expected + "71, a Git LFS pointer: "));
    auto content = records(7);
    content[17 * record_bytes] = 10;
    put(path, content);
    CHECK(error_of(folder.path()) == path.string() + ": label of record 17: expected 0 to 9, found 10");
    put(path, records(7));
    put(folder / "batches.meta.txt", "cat\ndog\n");
    CHECK(error_of(folder.path()) == (folder / "batches.meta.txt").string() + ": class names: expected 10, found 2");

    const std::string places =
        " or cifar-10-binary.tar.gz in this folder or in its sub-folders cifar10, cifar-10-batches-bin";
    CHECK(error_of("/no/such") == "/no/such: CIFAR-10: expected test_batch.bin" + places + ", found no such folder");
    CHECK(error_of(folder.path(), Cifar10Set::train) ==
          folder.path().string() + ": CIFAR-10: expected data_batch_1.bin" + places + ", found neither");
}

TEST_CASE("cifar10: files and folders without permission say so") {
    using std::filesystem::perms;
    const TemporaryFolder folder;
    const WithoutPrivileges nobody(folder.path());
    put(folder / "test_batch.bin", records(7));
    std::filesystem::permissions(folder / "test_batch.bin", perms::none);
    CHECK(error_of(folder.path()) == (folder / "test_batch.bin").string() + ": cannot be read: Permission denied");
    std::filesystem::permissions(folder.path(), perms::none);
    CHECK(error_of(folder.path()) == (folder / "test_batch.bin").string() + ": cannot be read: Permission denied");
    CHECK(error_of(folder / "below") == (folder / "below").string() + ": cannot be read: Permission denied");
    std::filesystem::permissions(folder.path(), perms::owner_all);
}

TEST_CASE("cifar10: a broken archive is named") {
    const TemporaryFolder folder;
    const auto path = folder / "cifar-10-binary.tar.gz";
    put(path, "this is no archive, and long enough to be looked at by every format there is");
    CHECK(error_of(path).find(path.string() + ": archive: expected a readable tar file, found ") == 0);
    put(path, "<!doctype html><html>");
    CHECK(error_of(path) == path.string() +
                                ": content: expected a tar archive, found an HTML page: download the file " +
                                "that it shows");
    put(folder / "test_batch.bin", records(7));
    REQUIRE(std::system(("tar czf " + path.string() + " -C " + folder.path().string() + " test_batch.bin").c_str()) ==
            0);
    const std::string whole = content_of(path);
    put(path, whole.substr(0, whole.size() / 2));
    CHECK(error_of(path).find(path.string()) == 0);
}

TEST_CASE("cifar10: the real archive") {
    RESIDUA_NEEDS_DATA();
    for (const auto set : {Cifar10Set::train, Cifar10Set::test}) {
        const auto images = load_cifar10(data_folder(), set);
        const std::size_t per_class = set == Cifar10Set::train ? 5000 : 1000;
        REQUIRE(images.size() == 10 * per_class);
        std::array<std::size_t, 10> counts{};
        for (const auto label : images.labels) ++counts.at(label);
        for (const auto count : counts) CHECK(count == per_class);
        CHECK(images.class_names.front() == "airplane");
        CHECK(images.labels.front() == (set == Cifar10Set::train ? 6 : 3));  // a frog, a cat
    }
}
