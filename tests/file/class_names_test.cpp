#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/file/class_names.hpp>
#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

using Names = std::vector<std::string>;

std::string refusal(const Names& names) {
    return text_of<std::invalid_argument>([&] { class_names_text(names); });
}

}  // namespace

TEST_CASE("class names: a weight file remembers them") {
    const TemporaryFolder folder;
    const Names names{"ant", "great white shark, \"man-eater\"", "Bär", " "};
    write_safetensors(folder / "w.safetensors", {}, {{class_names_entry, class_names_text(names)}});
    const SafetensorsFile file(folder / "w.safetensors");
    CHECK(file.metadata().at("classes") == "ant\ngreat white shark, \"man-eater\"\nBär\n ");
    CHECK(class_names_in(file.metadata()) == names);
    CHECK(class_names_in({{class_names_entry, class_names_text(Names{"one"})}}) == Names{"one"});
    CHECK(class_names_in({{"format", "pt"}}).empty());
}

TEST_CASE("class names: names that no line holds are refused") {
    CHECK(refusal({"a", ""}) == "classes: expected names of one line, found ''");
    CHECK(refusal({"a\nb"}) == "classes: expected names of one line, found 'a?b'");
    CHECK(refusal({"a", "b\xFF"}) == "classes: expected names in UTF-8, found 'b\xFF'");
    CHECK(refusal({"a", "b"}) == "nothing thrown");
}

TEST_CASE("class names: other ones, more or fewer are errors that say where they differ") {
    const Names found{"ant", "bee", "cat"};
    const auto text = [&](const Names& expected) {
        return text_of<FileError>([&] { check_class_names("w.safetensors", found, expected); });
    };
    CHECK(text({"ant", "bee", "cat"}) == "nothing thrown");
    CHECK(text({"ant", "cat", "bee"}) == "w.safetensors: name of class 1: expected cat, found bee");
    CHECK(text({"ant", "bee"}) == "w.safetensors: classes: expected 2, found 3");
    CHECK(text({"ant", "bee", "cat", "dog"}) == "w.safetensors: classes: expected 4, found 3");
    CHECK_NOTHROW(check_class_names("w.safetensors", Names{}, Names{"ant"}));
}
