// Trains, evaluates and compares the paper's networks on CIFAR-10: cifar10 --help

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "commands.hpp"

namespace {

using namespace cifar10;

constexpr int failed = 1;
constexpr int wrong_use = 2;

/// A word as a shell takes it.
std::string shell_word(const std::string& word) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("-_./,=:+").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

std::string command_line(int argc, char** argv) {
    std::string line;
    for (int i = 0; i < argc; ++i) line += (i == 0 ? "" : " ") + shell_word(argv[i]);
    return line;
}

void add_train(CLI::App& app, TrainOptions& o) {
    app.add_option("--net", o.net, "the network: resnet20, plain20, ...")->required();
    app.add_option("--data", o.data, "folder or archive of CIFAR-10, or 'builtin'")->required();
    auto* const iterations = app.add_option("--iterations", o.iterations, "training steps")
                                 ->check(CLI::PositiveNumber)
                                 ->capture_default_str();
    app.add_option("--epochs", o.epochs, "passes through the images, instead of --iterations")
        ->check(CLI::PositiveNumber)
        ->excludes(iterations);
    app.add_option("--batch", o.batch, "images a step")->check(CLI::Range(1, 65536))->capture_default_str();
    app.add_option("--lr", o.lr, "learning rate, divided by 10 at 1/2 and 3/4 of the steps")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seed", o.seed, "of weights, order and augmentation")->capture_default_str();
    app.add_option("--threads", o.threads, "changes the time, not the result")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_flag("--augment,!--no-augment", o.augment, "random shifts and mirror images (default: yes)");
    app.add_option("--split", o.split, "train on the first SPLIT records only, report the error on the others")
        ->check(CLI::PositiveNumber);
    auto* const checkpoint =
        app.add_option("--checkpoint", o.checkpoint, "file that holds the state of the run, to go on from");
    app.add_flag("--resume", o.resume, "go on from the checkpoint")->needs(checkpoint);
    app.add_option("--log", o.log, "CSV file with a line an epoch");
    app.add_option("--plot", o.plot, "PNG file with the training curve");
    app.add_option("--save", o.save, ".safetensors file with the trained weights");
}

void add_weights_on_images(CLI::App& app, WeightsOnImages& o) {
    app.add_option("--net", o.net, "the network: resnet20, plain20, ...")->required();
    app.add_option("--weights", o.weights, ".safetensors file")->required();
    app.add_option("--data", o.data, "folder or archive of CIFAR-10, or 'builtin'")->required();
    app.add_option_function<std::string>(
           "--set", [&o](const std::string& name) { o.set = name == "train" ? Set::train : Set::test; },
           "test or train (default: test)")
        ->check(CLI::IsMember({"test", "train"}));
    app.add_option("--first", o.range.first, "first record")->check(CLI::NonNegativeNumber)->capture_default_str();
    app.add_option("--count", o.range.count, "number of records (default: up to the end)")->check(CLI::PositiveNumber);
    app.add_option("--threads", o.threads, "changes the time, not the result")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--normalise", o.normalise,
                   "imagenet, cifar10 or 'channels m/s,m/s,m/s' (default: what the weight file says)");
}

/// Whatever happens, one line.
int fail(std::string text, int code) {
    while (text.ends_with('\n')) text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    std::fprintf(stderr, "cifar10: %s\n", text.c_str());
    return code;
}

int run(int argc, char** argv) {
    CLI::App app("Trains, evaluates and compares residual networks on CIFAR-10.");
    TrainOptions train_options;
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
        return error.get_exit_code() == 0 ? app.exit(error) : fail(error.what(), wrong_use);
    }
    if (app.get_subcommands().size() != 1)
        return fail("expected one command: train, evaluate, gradients or describe", wrong_use);
    train_options.command = command_line(argc, argv);
    if (*training) return train(train_options);
    if (*evaluation) return evaluate(evaluate_options);
    if (*step) return gradients(gradients_options);
    return describe(net);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        return fail("not enough memory", failed);
    } catch (const std::exception& error) {
        // Files, data and options: everything else has its own exit code.
        return fail(error.what(), wrong_use);
    }
}
