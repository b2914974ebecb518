// Every header, and something of everything that the library emits code for.

#include <residua/check_processor.hpp>
#include <residua/data.hpp>
#include <residua/data/cifar10.hpp>
#include <residua/data/image_file.hpp>
#include <residua/io.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>
#include <residua/train/gradient_check.hpp>

using namespace residua;
using namespace residua::variables;

using Block = ResidualBlock<Conv3x3, BN, Activation<x * sigmoid(x)>, Shortcut<IdentityA>>;
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, Stage<1, 16, Block>, MaxPool<2>,
                     Named<"narrow", Conv<16, 1, Bias>>, GlobalAvgPool, Linear<10>> {};

std::string everything(const std::string& path) {
    const LabelledImages images = builtin_images(64, 1);
    const Normalisation normalisation = Normalisation::per_pixel_mean(images);
    AugmentedImages source(images, normalisation);
    Trainer<Net> trainer(source, {.iterations = 2, .batch = 8, .threads = 2});
    trainer.step();
    save_checkpoint(path, trainer);
    load_checkpoint(path, trainer);
    save_safetensors(path, trainer.weights());
    const Model<Net> model = load_model<Net>(path, 2);
    Workspace<Net, Inference> workspace(8, 2);
    const double error = evaluate(model, images, normalisation, workspace).error() + gradient_check<Net>().error;

    const Tensor<float, 2, 3> tensor;
    const Tensor<float, 2, 3> formula(tensor * 2 + relu(tensor));
    return describe<Net>() + std::to_string(error + sum<Axes<0>>(formula)(0));
}
