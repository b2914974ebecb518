#include "bandwidth.hpp"

#include <barrier>
#include <thread>
#include <vector>

#include "repeat.hpp"

namespace {

constexpr std::size_t floats = 16 * 1024 * 1024;

double bandwidth_of_one_thread(std::barrier<>& all_ready) {
    std::vector<float> a(floats, 0.0f);
    const std::vector<float> b(floats, 1.0f);
    const std::vector<float> c(floats, 2.0f);
    all_ready.arrive_and_wait();
    const auto times = repeat(0.3, [&] {
        for (std::size_t i = 0; i < floats; ++i) a[i] = b[i] + 0.5f * c[i];
    });
    return 3.0 * floats * sizeof(float) / median(times);
}

}  // namespace

double memory_bandwidth(int threads) {
    std::vector<double> bandwidths(static_cast<std::size_t>(threads));
    std::barrier<> all_ready(threads);
    {
        std::vector<std::jthread> workers;
        for (double& bandwidth : bandwidths)
            workers.emplace_back([&] { bandwidth = bandwidth_of_one_thread(all_ready); });
    }
    double sum = 0.0;
    for (const double bandwidth : bandwidths) sum += bandwidth;
    return sum;
}
