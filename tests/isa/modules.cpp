// A program for every processor, which loads a module for the one it runs on: modules <folder> <weight file>.

#include <dlfcn.h>
#include <string>

#include "compare.hpp"

namespace {

void run(Comparison& comparison, const std::string& folder, const std::string& name, const char* weights) {
    void* const module = dlopen((folder + "/" + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return comparison.fail();
    }
    const auto& network = *static_cast<const Network*>(dlsym(module, ("network_" + name).c_str()));
    network.save(weights);
    network.load(weights);
    comparison.run(name.c_str(), network);
}

}  // namespace

int main(int, char** argv) {
    Comparison comparison;
    run(comparison, argv[1], "sse2", argv[2]);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        run(comparison, argv[1], "avx512", argv[2]);
    return comparison.result();
}
