#include <filesystem>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/image_folder.hpp>

using namespace residua;

namespace {

std::string error_of(const std::filesystem::path& place) {
    return text_of<FileError>([&] { ImageFolder::open(place); });
}

/// The error of a table, without its path.
std::string table_error(const std::string& content) {
    const TemporaryFolder folder;
    put(folder / "list.csv", content);
    const std::string text = error_of(folder / "list.csv");
    const std::string path = (folder / "list.csv").string() + ": ";
    return text.starts_with(path) ? text.substr(path.size()) : text;
}

}  // namespace

TEST_CASE("image folder: classes and files come in the order of their names") {
    const TemporaryFolder folder;
    for (const char* name : {"zebra", "ant", "Bee"}) std::filesystem::create_directories(folder / name);
    for (const char* name : {"zebra/2.png", "zebra/10.JPEG", "zebra/1.jpg", "ant/x.Jpg", "Bee/b.png", "Bee/a.png"})
        put(folder / name, "");
    put(folder / "zebra/notes.txt", "no image");
    put(folder / "zebra/jpg", "no image");
    put(folder / "readme.png", "in no class");
    std::filesystem::create_directories(folder / "ant/folder.png");
    const ImageFolder images = ImageFolder::open(folder.path());
    CHECK(images.class_names() == std::vector<std::string>{"Bee", "ant", "zebra"});
    CHECK(images.classes() == 3);
    std::vector<std::string> found;
    for (std::size_t i = 0; i < images.size(); ++i)
        found.push_back(std::to_string(images.label(i)) + ' ' +
                        images.path(i).lexically_relative(folder.path()).generic_string());
    CHECK(found == std::vector<std::string>{"0 Bee/a.png", "0 Bee/b.png", "1 ant/x.Jpg", "2 zebra/1.jpg",
                                            "2 zebra/10.JPEG", "2 zebra/2.png"});
}

TEST_CASE("image folder: a table of files and labels") {
    const TemporaryFolder folder;
    put(folder / "list.csv",
        "\xEF\xBB\xBFname,file,index\r\n\"duck, wild\",a b.jpg,7\r\n\r\n\"a \"\"dog\"\"\",sub/\"c,d\".png,0\n"
        ",/elsewhere/e.jpg,999");
    const ImageFolder images = ImageFolder::open(folder / "list.csv");
    REQUIRE(images.size() == 3);
    CHECK(images.path(0) == folder / "a b.jpg");
    CHECK(images.label(0) == 7);
    CHECK(images.path(1) == folder / "sub/c,d.png");
    CHECK(images.label(1) == 0);
    CHECK(images.path(2) == "/elsewhere/e.jpg");
    CHECK(images.label(2) == 999);
    CHECK(images.classes() == 1000);
    CHECK(images.class_names()[999] == "999");
    put(folder / "both.csv", "index,label,file\n1,2,x.png\n");
    CHECK(ImageFolder::open(folder / "both.csv").label(0) == 2);
}

TEST_CASE("image folder: errors of a table name file, line, expected and found") {
    CHECK(table_error("") == "content: expected a .csv table, found an empty file");
    CHECK(table_error("\n\n") == "content: expected a line that names the columns, found empty lines");
    CHECK(table_error("file,labels\na,1\n") == "line 1: expected a column 'label', found none");
    CHECK(table_error("path,label\na,1\n") == "line 1: expected a column 'file', found none");
    CHECK(table_error("file,label\n") == "images: expected at least one, found none");
    CHECK(table_error("file,label\na,1\n\nb,-1\n") == "line 4: expected a label from 0 to 65535, found '-1'");
    CHECK(table_error("file,label\na,65536\n") == "line 2: expected a label from 0 to 65535, found '65536'");
    CHECK(table_error("file,label\na,1x\n") == "line 2: expected a label from 0 to 65535, found '1x'");
    CHECK(table_error("file,label\na,\n") == "line 2: expected a label from 0 to 65535, found ''");
    CHECK(table_error("file,label\na,1,2\n") == "line 2: expected 2 fields, found 3");
    CHECK(table_error("file,label\n\"a,1\n") == "line 2: expected a closing quote, found the end of the line");
    CHECK(table_error("file,label\na,65535\n") == "nothing thrown");
}

TEST_CASE("image folder: errors of folders name them") {
    const TemporaryFolder folder;
    const std::string place = folder.path().string();
    CHECK(error_of(folder.path()) == place + ": images: expected at least one, found none");
    std::filesystem::create_directories(folder / "empty");
    CHECK(error_of(folder.path()) == place + "/empty: class: expected images .jpg, .jpeg or .png, found none");
    CHECK(error_of(folder / "none") ==
          place + "/none: images: expected a folder of class folders, or a .csv file, found nothing of this name");
    put(folder / "list.txt", "file,label\n");
    CHECK(error_of(folder / "list.txt") ==
          place + "/list.txt: images: expected a folder of class folders, or a .csv file, found neither");
}

TEST_CASE("image folder: the samples of ImageNet") {
    RESIDUA_NEEDS_DATA();
    const ImageFolder images = ImageFolder::open(data_folder() / "imagenet-samples" / "labels.csv");
    CHECK(images.size() == 64);
    CHECK(images.label(0) == 1);
    CHECK(images.path(0).filename() == "n01443537_goldfish.JPEG");
    for (std::size_t i = 0; i < images.size(); ++i) CHECK(std::filesystem::exists(images.path(i)));
}
