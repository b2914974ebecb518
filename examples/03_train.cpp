// A few iterations on the built-in pictures. examples/cifar10 is the whole of it: errors, checkpoints, curves.

#include <iostream>

#include <residua/data.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>

using namespace residua;

using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>;

struct Tiny : Network<Input<3, 32, 32>, Conv<16, 3, Stride<2>>, BN, ReLU, Stage<1, 16, Basic>, Stage<1, 32, Basic>,
                      GlobalAvgPool, Linear<10>> {};

int main() {
    const LabelledImages images = builtin_images(1000, 1);
    const Normalisation normalisation = Normalisation::per_pixel_mean(images);
    AugmentedImages source(images, normalisation);

    Trainer<Tiny> trainer(source, {.iterations = 40, .batch = 50, .threads = 2, .schedule = Schedule::paper(40, 0.05)});
    double first = 0.0;
    double last = 0.0;
    while (!trainer.finished()) {
        const Progress progress = trainer.step();
        if (progress.iteration == 1) first = progress.loss.mean;
        last = progress.loss.mean;
        if (progress.iteration % 10 == 0) std::cout << "iteration " << progress.iteration << ": loss " << last << '\n';
    }

    const Model<Tiny> model(trainer.weights());
    Workspace<Tiny, Inference> workspace(100, 2);
    const Evaluation result = evaluate(model, builtin_images(500, 2), normalisation, workspace);
    std::cout << result.wrong << " of " << result.images << " new pictures wrong\n";
    return last < first && result.error() < 0.9 ? 0 : 1;  // 0.9 is guessing
}
