// Loads a shared library that uses residua, calls it and unloads it, several times. Knows nothing of residua, so that
// the threads' library comes and goes with it.

#include <cmath>
#include <dlfcn.h>
#include <iostream>

namespace {

/// What the library answers; NaN if it cannot be loaded, called or unloaded.
float answer_of(const char* path) {
    void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::cerr << "host: " << dlerror() << '\n';
        return NAN;
    }
    const auto answer = reinterpret_cast<float (*)()>(dlsym(library, "answer_of_plugin"));
    const float value = answer == nullptr ? NAN : answer();
    return dlclose(library) == 0 ? value : NAN;
}

}  // namespace

int main(int, char** argv) {
    const float first = answer_of(argv[1]);
    bool same = !std::isnan(first);
    for (int i = 0; i < 5; ++i) same = same && answer_of(argv[1]) == first;
    std::cout << (same ? "the same answer every time\n" : "answers differ, or there are none\n");
    return same ? 0 : 1;
}
