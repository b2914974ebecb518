#include "image_files.hpp"

#include <stdexcept>

#include "commands.hpp"
#include <residua/data/image_file.hpp>
#include <residua/file/error.hpp>

namespace imagenet {

using namespace residua;

ImageFolder open_images(const std::filesystem::path& place, std::span<const std::string> known) {
    ImageFolder images = ImageFolder::open(place, known);
    const std::vector<std::string>& left_out = images.left_out();
    if (!left_out.empty())
        support::say(program, place.string() + ": left out " + std::to_string(left_out.size()) +
                                  (left_out.size() == 1 ? " file: " : " files: ") + detail::first_few(left_out));
    return images;
}

void require_files(const std::filesystem::path& place, const ImageFolder& images) {
    if (std::filesystem::is_directory(place)) return;
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (!std::filesystem::exists(images.path(i))) missing.push_back(images.path(i).string());
    if (!missing.empty())
        throw FileError(place.string(), "files", std::to_string(images.size()) + " that are there",
                        std::to_string(missing.size()) + " that are not, first " + missing.front());
}

std::vector<TestImage> test_images(const std::filesystem::path& file, const Protocol& protocol,
                                   Orientation orientation) {
    const RgbImage image = read_image(file, orientation);
    std::vector<TestImage> tests;
    try {
        for (const TestScale& scale : protocol) tests.push_back(test_image(image, scale));
    } catch (const std::invalid_argument& error) {
        throw FileError(file.string() + ": " + error.what());
    }
    return tests;
}

void report_broken(std::size_t broken, std::size_t images) {
    if (broken == 0) return;
    const std::string text = std::to_string(broken) + " of " + std::to_string(images) + " images are broken";
    if (broken == images) throw FileError(text);
    support::say(program, text + " and left out");
}

}  // namespace imagenet
