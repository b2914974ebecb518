// The first images of a folder or table as a network sees them when it is tested: shorter side 8/7 of the crop's, the
// middle, normalised.
// usage: torch_samples FOLDER|TABLE.csv COUNT OUT.npy

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <residua/data/augmented_folder.hpp>
#include <residua/file/npy.hpp>

int main(int argc, char** argv) {
    using namespace residua;
    if (argc != 4) {
        std::cerr << "usage: torch_samples FOLDER|TABLE.csv COUNT OUT.npy\n";
        return 2;
    }
    try {
        AugmentedFolder source(ImageFolder::open(argv[1]), imagenet_normalisation(), {3, 224, 224}, std::nullopt);
        const std::size_t count = std::stoul(argv[2]);
        const auto size = static_cast<std::size_t>(source.shape().count());
        std::vector<float> images(count * size);
        for (std::size_t i = 0; i < count; ++i) source.fill(i, 0, 0, std::span(images).subspan(i * size, size));
        const std::vector<std::int64_t> shape{static_cast<std::int64_t>(count), 3, 224, 224};
        write_npy(argv[3], shape, std::span<const float>(images));
    } catch (const std::exception& error) {
        std::cerr << "torch_samples: " << error.what() << '\n';
        return 2;
    }
}
