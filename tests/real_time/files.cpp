// Writes what the program of docs/real_time.md reads: weights, one image, fifty images.

#define main documented_main
#include <documented.cpp>  // NOLINT(bugprone-suspicious-include): for its network
#undef main

#include <filesystem>
#include <fstream>
#include <vector>

#include <residua/train/initialise.hpp>

int main(int, char** argv) {
    const std::filesystem::path folder = argv[1];
    save_safetensors(folder / "weights.safetensors", he_initialised<Net>(1));
    const std::vector<float> image(static_cast<std::size_t>(input_shape<Net>.count()), 0.5f);
    for (const int count : {1, 50}) {
        std::ofstream file(folder / std::to_string(count), std::ios::binary);
        for (int i = 0; i < count; ++i)
            file.write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(4 * image.size()));
    }
    return 0;
}
