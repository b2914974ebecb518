#include <filesystem>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <residua/data/image_folder.hpp>

using namespace residua;

namespace {

using Names = std::vector<std::string>;

std::string error_of(const std::filesystem::path& place, const Names& classes = {}) {
    return text_of<FileError>([&] { ImageFolder::open(place, classes); });
}

/// "label path", the path relative to a folder.
Names listed(const ImageFolder& images, const std::filesystem::path& place) {
    Names found;
    for (std::size_t i = 0; i < images.size(); ++i)
        found.push_back(std::to_string(images.label(i)) + ' ' +
                        images.path(i).lexically_relative(place).generic_string());
    return found;
}

/// What was left out, without the folder's path.
Names left_out_of(const ImageFolder& images, const std::filesystem::path& place) {
    Names found;
    for (const std::string& text : images.left_out()) {
        REQUIRE(text.starts_with(place.string() + '/'));
        found.push_back(text.substr(place.string().size() + 1));
    }
    return found;
}

void put_files(const TemporaryFolder& folder, const Names& files) {
    for (const std::string& file : files) {
        std::filesystem::create_directories((folder / file).parent_path());
        put(folder / file, "");
    }
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
    put_files(folder, {"zebra/2.png", "zebra/10.JPEG", "zebra/1.jpg", "ant/x.Jpg", "Bee/b.png", "Bee/a.png"});
    std::filesystem::create_directory_symlink(folder / "Bee", folder / "cow");
    const ImageFolder images = ImageFolder::open(folder.path());
    CHECK(images.class_names() == Names{"Bee", "ant", "cow", "zebra"});
    CHECK(images.classes() == 4);
    CHECK(listed(images, folder.path()) == Names{"0 Bee/a.png", "0 Bee/b.png", "1 ant/x.Jpg", "2 cow/a.png",
                                                 "2 cow/b.png", "3 zebra/1.jpg", "3 zebra/10.JPEG", "3 zebra/2.png"});
    CHECK(images.left_out().empty());
}

TEST_CASE("image folder: what is hidden or left by systems does not matter") {
    const TemporaryFolder folder;
    put_files(folder, {".ipynb_checkpoints/1.jpg", "__MACOSX/cat/._1.jpg", "@eaDir/1.jpg", "lost+found/x", ".DS_Store",
                       "Thumbs.db", "cat/1.jpg", "cat/._1.jpg", "cat/Thumbs.db", "cat/.DS_Store", "cat/desktop.ini",
                       "cat/@eaDir/1.jpg", "cat/.hidden/2.jpg", "dog/1.jpg"});
    const ImageFolder images = ImageFolder::open(folder.path());
    CHECK(images.class_names() == Names{"cat", "dog"});
    CHECK(listed(images, folder.path()) == Names{"0 cat/1.jpg", "1 dog/1.jpg"});
    CHECK(images.left_out().empty());
}

TEST_CASE("image folder: what else is no image is listed") {
    const TemporaryFolder folder;
    put_files(folder, {"cat/1.jpg", "cat/2.webp", "cat/3.bmp", "cat/jpg", "cat/more/4.jpg", "dog/1.jpg", "dog/4.tif",
                       "readme.txt", "stray.jpg"});
    std::filesystem::create_directories(folder / "dog/folder.png");
    std::filesystem::create_symlink(folder / "nowhere.jpg", folder / "dog/2.jpg");
    std::filesystem::create_symlink(folder / "dog/1.jpg", folder / "dog/3.jpg");
    std::filesystem::create_symlink(folder / "loop", folder / "loop");
    std::filesystem::create_symlink("/nowhere/at/all", folder / "emu");
    REQUIRE(::mkfifo((folder / "dog/pipe.jpg").c_str(), 0600) == 0);
    const ImageFolder images = ImageFolder::open(folder.path());
    CHECK(images.class_names() == Names{"cat", "dog"});
    CHECK(listed(images, folder.path()) == Names{"0 cat/1.jpg", "1 dog/1.jpg", "1 dog/3.jpg"});
    CHECK(left_out_of(images, folder.path()) ==
          Names{"emu: a link to nothing", "loop: Too many levels of symbolic links",
                "readme.txt: not .jpg, .jpeg or .png", "stray.jpg: in no class's folder",
                "cat/2.webp: not .jpg, .jpeg or .png", "cat/3.bmp: not .jpg, .jpeg or .png",
                "cat/jpg: not .jpg, .jpeg or .png", "cat/more: a folder in that of a class",
                "dog/2.jpg: a link to nothing", "dog/4.tif: not .jpg, .jpeg or .png",
                "dog/folder.png: a folder in that of a class", "dog/pipe.jpg: no regular file"});
}

TEST_CASE("image folder: classes keep the numbers that training gave them") {
    const TemporaryFolder folder;
    put_files(folder, {"train/ant/1.jpg", "train/bee/1.jpg", "train/cat/1.jpg", "val/cat/2.jpg", "val/ant/2.jpg"});
    const Names classes = ImageFolder::open(folder / "train").class_names();
    const ImageFolder images = ImageFolder::open(folder / "val", classes);
    CHECK(images.classes() == 3);
    CHECK(images.class_names() == classes);
    CHECK(listed(images, folder / "val") == Names{"0 ant/2.jpg", "2 cat/2.jpg"});
    CHECK(listed(ImageFolder::open(folder / "val", Names{"cat", "x", "y", "ant"}), folder / "val") ==
          Names{"3 ant/2.jpg", "0 cat/2.jpg"});
    const std::string bee = (folder / "train/bee").string();
    CHECK(error_of(folder / "train", {"ant", "cat"}) ==
          bee + ": class: expected one of the 2 known ones (ant; cat), found bee");
    CHECK(error_of(folder / "train", {"z", "y", "x", "ant"}) ==
          bee + ": class: expected one of the 4 known ones (z; y; x; ...), found bee");

    put(folder / "list.csv", "file,label\nval/cat/2.jpg,2\n");
    CHECK(ImageFolder::open(folder / "list.csv", classes).class_names() == classes);
    put(folder / "list.csv", "file,label\nval/cat/2.jpg,3\n");
    CHECK(error_of(folder / "list.csv", classes) ==
          (folder / "list.csv").string() + ": line 2: expected a label from 0 to 2, found '3'");
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
    CHECK(error_of(folder.path()) == place + ": images: expected a folder for each class, found none");
    put(folder / "list.txt", "file,label\n");
    put(folder / "x.jpg", "");
    CHECK(error_of(folder.path()) == place + ": images: expected a folder for each class, found none, but " + place +
                                         "/list.txt: not .jpg, .jpeg or .png; " + place +
                                         "/x.jpg: in no class's folder");
    std::filesystem::create_directories(folder / "empty");
    CHECK(error_of(folder.path()) == place + "/empty: class: expected images .jpg, .jpeg or .png, found none");
    put(folder / "empty/1.webp", "");
    CHECK(error_of(folder.path()) == place + "/empty: class: expected images .jpg, .jpeg or .png, found none, but " +
                                         place + "/empty/1.webp: not .jpg, .jpeg or .png");
    const std::string expected = ": images: expected a folder of class folders, or a .csv file, found ";
    CHECK(error_of(folder / "none") == place + "/none" + expected + "nothing of this name");
    CHECK(error_of(folder / "list.txt") == place + "/list.txt" + expected + "neither");
    std::filesystem::create_symlink(folder / "loop", folder / "loop");
    CHECK(error_of(folder / "loop") == place + "/loop: cannot be read: Too many levels of symbolic links");
}

TEST_CASE("image folder: folders that may not be read are errors, not empty") {
    using std::filesystem::permissions;
    using std::filesystem::perms;
    const TemporaryFolder folder;
    put_files(folder, {"all/cat/1.jpg", "all/dog/1.jpg", "none/cat/1.jpg"});
    permissions(folder.path(), perms::all);
    permissions(folder / "all/dog", perms::none);
    permissions(folder / "none", perms::none);
    const bool almighty = ::geteuid() == 0;
    if (almighty) REQUIRE(::seteuid(65534) == 0);  // root may read everything, nobody may not
    const std::string dog = error_of(folder / "all");
    const std::string none = error_of(folder / "none");
    const std::string below = error_of(folder / "none/cat");
    if (almighty) REQUIRE(::seteuid(0) == 0);
    for (const char* name : {"all/dog", "none"}) permissions(folder / name, perms::owner_all);
    CHECK(dog == (folder / "all/dog").string() + ": cannot be read: Permission denied");
    CHECK(none == (folder / "none").string() + ": cannot be read: Permission denied");
    CHECK(below == (folder / "none/cat").string() + ": cannot be read: Permission denied");
}

TEST_CASE("image folder: folders that users stumbled over") {
    RESIDUA_NEEDS_DATA();
    const auto folders = data_folder() / "field-cases" / "folders";
    for (const char* name : {"notebook_with_image", "appledouble"}) {
        const ImageFolder images = ImageFolder::open(folders / name);
        CHECK(listed(images, folders / name) == Names{"0 cat/1.jpg", "1 dog/1.jpg"});
        CHECK(images.left_out().empty());
    }
    const ImageFolder others = ImageFolder::open(folders / "other_formats");
    CHECK(listed(others, folders / "other_formats") == Names{"0 cat/1.jpg", "1 dog/1.jpg"});
    CHECK(left_out_of(others, folders / "other_formats") == Names{"cat/2.webp: not .jpg, .jpeg or .png",
                                                                  "cat/3.bmp: not .jpg, .jpeg or .png",
                                                                  "dog/4.tif: not .jpg, .jpeg or .png"});
    const auto validation = [&](const char* name) {
        const Names classes = ImageFolder::open(folders / name / "a_train").class_names();
        return listed(ImageFolder::open(folders / name / "a_val", classes), folders / name / "a_val");
    };
    CHECK(validation("val_subset") == Names{"0 ant/1.jpg", "2 cat/1.jpg"});
    CHECK(validation("val_complete") == Names{"0 ant/1.jpg", "1 bee/1.jpg", "2 cat/1.jpg"});
}

TEST_CASE("image folder: the samples of ImageNet") {
    RESIDUA_NEEDS_DATA();
    const ImageFolder images = ImageFolder::open(data_folder() / "imagenet-samples" / "labels.csv");
    CHECK(images.size() == 64);
    CHECK(images.label(0) == 1);
    CHECK(images.path(0).filename() == "n01443537_goldfish.JPEG");
    for (std::size_t i = 0; i < images.size(); ++i) CHECK(std::filesystem::exists(images.path(i)));
}
