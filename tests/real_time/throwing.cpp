// A file with exceptions in a program that has one without.

#include <stdexcept>

#include <residua/exec/workspace.hpp>
#include <residua/layer/linear.hpp>

using namespace residua;

struct Net : Network<Input<1, 1, 1>, Linear<1>> {};

bool throws();
bool throws() {
    try {
        const Workspace<Net, Inference> workspace(0);
    } catch (const std::invalid_argument&) {
        return true;
    }
    return false;
}
