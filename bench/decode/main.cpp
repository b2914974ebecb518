// How fast image files become inputs: read, decoded, resized, cropped, mirrored, shifted in colour and normalised, on 1
// to as many threads as asked for. Training does this on one thread.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include <residua/data/augmented_folder.hpp>

namespace {

using namespace residua;
using Clock = std::chrono::steady_clock;

constexpr int wrong_use = 2;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Images that `threads` threads make in about this many seconds, for one second.
double images_per_second(const ImageFolder& folder, int side, int threads, double seconds) {
    std::atomic<std::size_t> next = 0;
    const auto start = Clock::now();
    {
        std::vector<std::jthread> team;
        for (int i = 0; i < threads; ++i)
            team.emplace_back([&] {
                AugmentedFolder source(folder, imagenet_normalisation(), {3, side, side},
                                       ScaleAugmentation{.shortest = side * 8 / 7, .longest = side * 15 / 7},
                                       BrokenFiles::skip);
                std::vector<float> image(static_cast<std::size_t>(source.shape().count()));
                while (seconds_since(start) < seconds) {
                    const std::size_t number = next++;
                    source.fill(number % folder.size(), 1, number / folder.size(), image);
                }
            });
    }
    return static_cast<double>(next) / seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures how fast image files become inputs of a network.");
    std::string data;
    int side = 224;
    int threads = 2;
    double seconds = 4.0;
    app.add_option("--data", data, "a folder of class folders, or a .csv file")->required();
    app.add_option("--crop", side, "side of the crop, 224 unless told")->check(CLI::Range(1, 4096));
    app.add_option("--threads", threads, "up to how many, 2 unless told")->check(CLI::PositiveNumber);
    app.add_option("--seconds", seconds, "how long to measure, 4 unless told");
    try {
        app.parse(argc, argv);
        const ImageFolder folder = ImageFolder::open(data);
        std::cout << "threads,images/s,images/s/thread\n";
        for (int count = 1; count <= threads; ++count) {
            const double rate = images_per_second(folder, side, count, seconds);
            std::cout << count << ',' << rate << ',' << rate / count << std::endl;
        }
    } catch (const CLI::Success& asked_for_help) {
        return app.exit(asked_for_help);
    } catch (const std::exception& error) {
        std::cerr << "decode: " << error.what() << '\n';
        return wrong_use;
    }
}
