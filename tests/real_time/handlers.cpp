// Ends with an error of the library, compiled without exceptions, in the way that its argument names; before that a
// file with exceptions has met one and gone on.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <residua/exec/workspace.hpp>
#include <residua/layer/linear.hpp>

using namespace residua;

bool throws();

struct Net : Network<Input<1, 1, 1>, Linear<1>> {};

int main(int, char** argv) {
    const auto ends = [](const char*) { std::_Exit(3); };
    const auto returns = [](const char* text) { std::fprintf(stderr, "noted: %s\n", text); };
    if (std::strcmp(argv[1], "returning") == 0) on_error(returns);
    if (std::strcmp(argv[1], "none-again") == 0) {
        if (on_error(ends) != nullptr || on_error(nullptr) != +ends) return 0;
    }
    if (!throws()) return 0;
    const Workspace<Net, Inference> workspace(0);
    return workspace.batch();
}
