#include "peak.hpp"

#include <algorithm>
#include <thread>

#include "repeat.hpp"
#include <residua/kernel/unroll.hpp>
#include <residua/simd/pack.hpp>

namespace {

using namespace residua;
using namespace residua::detail;

/// Enough independent sums to fill the pipelines, few enough to stay in registers.
constexpr int sums = 12 / Pack::register_count;
constexpr int rounds = 200'000;

/// Chains of multiply-adds; where the chains end is stored so that nothing is left out.
void chains(float* values) {
    const Pack factor = Pack::load(values);
    Pack sum[sums];
    detail::unroll<sums>([&](int i) { sum[i] = Pack::load(values + i * Pack::size); });
    for (int round = 0; round < rounds; ++round)
        detail::unroll<sums>([&](int i) { sum[i] = fma(sum[i], factor, factor); });
    detail::unroll<sums>([&](int i) { sum[i].store(values + i * Pack::size); });
}

double peak_of_one_thread() {
    alignas(alignment) float values[sums * Pack::size];
    std::ranges::fill(values, 0.5f);
    return 2.0 * rounds * sums * Pack::size / median(repeat(0.3, [&] { chains(values); }));
}

}  // namespace

double fma_peak(int threads) {
    std::vector<double> peaks(static_cast<std::size_t>(threads));
    {
        std::vector<std::jthread> workers;
        for (double& peak : peaks) workers.emplace_back([&peak] { peak = peak_of_one_thread(); });
    }
    double sum = 0.0;
    for (const double peak : peaks) sum += peak;
    return sum;
}
