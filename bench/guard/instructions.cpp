// Runs a case a number of times, for a tool that counts instructions: instructions CASE RUNS. Two counts with different
// numbers of runs differ by what the runs execute. Without arguments: the compiler, then the cases.

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "../net/inference.hpp"
#include "../net/training.hpp"
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>

namespace {

using namespace residua;
using namespace residua::detail;

constexpr int wrong_use = 2;

/// Every kind of step of the ImageNet networks, small enough for a simulated processor.
struct Bottlenecks : Network<Input<3, 32, 32>, Conv<64, 7, Stride<2>>, BN, ReLU, MaxPool<3, Stride<2>>,
                             Stage<2, 64, BottleneckBlock<ProjectionB>>, Stage<1, 128, BottleneckBlockV15<ProjectionB>>,
                             GlobalAvgPool, Linear<10>> {};

template <class Run, int batch>
void run(int runs) {
    Run run(batch, 1);
    for (int i = 0; i < runs; ++i) run();
}

struct Case {
    std::string_view name;
    void (*run)(int runs);
};

constexpr Case cases[] = {{"resnet20:infer", run<InferenceRun<ResNet20>, 1>},
                          {"resnet20:train", run<Passes<ResNet20>, 1>},
                          {"bottlenecks:infer", run<InferenceRun<Bottlenecks>, 1>},
                          {"bottlenecks:train", run<Passes<Bottlenecks>, 1>}};

void list() {
#if defined(__clang__)
    std::cout << "clang++ " << __clang_major__ << '\n';
#else
    std::cout << "g++ " << __GNUC__ << '\n';
#endif
    for (const Case& known : cases) std::cout << known.name << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        list();
        return 0;
    }
    for (const Case& known : cases)
        if (argc == 3 && known.name == argv[1]) {
            known.run(std::atoi(argv[2]));
            return 0;
        }
    std::cerr << "instructions: expected CASE RUNS\n";
    return wrong_use;
}
