// Objects for several instruction sets in one program, which runs those that the processor has.

#include "compare.hpp"

extern "C" const Network network_sse2;
extern "C" const Network network_avx2;  // without FMA
extern "C" const Network network_avx512;

namespace {

void run(Comparison& comparison, const char* name, const Network& network) {
    network.load(nullptr);
    comparison.run(name, network);
}

}  // namespace

int main() {
    Comparison comparison;
    run(comparison, "sse2", network_sse2);
    if (__builtin_cpu_supports("avx2")) run(comparison, "avx2", network_avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        run(comparison, "avx512", network_avx512);
    return comparison.result();
}
