// Trains, evaluates and compares the paper's networks on CIFAR-10: cifar10 --help

#include <CLI/CLI.hpp>
#include <string>

#include "../support/above_zero.hpp"
#include "../support/describe_known.hpp"
#include "../support/networks.hpp"
#include "../support/program.hpp"
#include "commands.hpp"
#include <residua/check_processor.hpp>

namespace {

using namespace cifar10;
using namespace support;

constexpr const char* program = "cifar10";

void add_train(CLI::App& app, cifar10::TrainOptions& o) {
    add_train_options(
        app, o,
        {"the network: resnet20, plain20, ...", "folder or archive of CIFAR-10, or 'builtin'",
         "learning rate, divided by 10 at 1/2 and 3/4 of the steps", "random shifts and mirror images (default: yes)"});
    app.add_option("--split", o.split, "train on the first SPLIT records only, report the error on the others")
        ->check(above_zero);
}

void add_weights_on_images(CLI::App& app, WeightsOnImages& o) {
    app.add_option("--net", o.net, "the network: resnet20, plain20, ...")->required();
    app.add_option("--weights", o.weights, ".safetensors file or checkpoint, also a pipe")->required();
    app.add_option("--data", o.data, "folder or archive of CIFAR-10, or 'builtin'")->required();
    app.add_option_function<std::string>(
           "--set", [&o](const std::string& name) { o.set = name == "train" ? Set::train : Set::test; },
           "test or train (default: test)")
        ->check(CLI::IsMember({"test", "train"}));
    app.add_option("--first", o.range.first, "first record")->check(CLI::NonNegativeNumber)->capture_default_str();
    app.add_option("--count", o.range.count, "number of records (default: up to the end)")->check(above_zero);
    add_threads(app, o.threads);
    app.add_option("--normalise", o.normalise,
                   "imagenet, cifar10 or 'channels m/s,m/s,m/s' (default: what the weight file says)");
}

int run(int argc, char** argv) {
    CLI::App app("Trains, evaluates and compares residual networks on CIFAR-10.");
    cifar10::TrainOptions train_options;
    EvaluateOptions evaluate_options;
    GradientsOptions gradients_options;
    std::string net;

    CLI::App* const training = app.add_subcommand("train", "trains a network");
    add_train(*training, train_options);
    CLI::App* const evaluation = app.add_subcommand("evaluate", "prints the error of trained weights");
    add_weights_on_images(*evaluation, evaluate_options);
    evaluation->add_option("--batch", evaluate_options.batch, "images at a time")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    evaluation->add_option("--predictions", evaluate_options.predictions, ".npy file, class by record (uint8)");
    evaluation->add_option("--logits", evaluate_options.logits, ".npy file, records x 10 (float32)");
    CLI::App* const step = app.add_subcommand("gradients", "writes what one training step computes");
    add_weights_on_images(*step, gradients_options);
    step->add_option("--out", gradients_options.out, ".safetensors file")->required();
    CLI::App* const description = app.add_subcommand("describe", "prints the layers and costs of a network");
    description->add_option("NET", net, "the network: resnet20, plain20, ...")->required();

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? app.exit(error) : fail(program, error.what(), wrong_use);
    }
    if (app.get_subcommands().size() != 1)
        return fail(program, "expected one command: train, evaluate, gradients or describe", wrong_use);
    train_options.command = command_line(argc, argv);
    if (*training) return train(train_options);
    if (*evaluation) return evaluate(evaluate_options);
    if (*step) return gradients(gradients_options);
    describe_known([](auto visit) { return any_network(visit); }, net);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return support::guarded(program, [&] { return run(argc, argv); });
}
