// For a processor that has AVX-512: another one gets as far as one line of text.

#include <cstdio>
#include <vector>

#include <residua/check_processor.hpp>

namespace {

std::vector<float> initialised(int seed) {
    std::vector<float> values(1000, static_cast<float>(seed));
    for (float& value : values) value = value * 3.0f + 1.0f;
    return values;
}

// Initialised before main, and with vectors.
volatile int seed = 1;
const std::vector<float> values = initialised(seed);

}  // namespace

int main() { std::printf("%g\n", values.back()); }
