// Trains, evaluates and uses the paper's networks on ImageNet: imagenet --help

#include <CLI/CLI.hpp>
#include <string>

#include "../support/above_zero.hpp"
#include "../support/describe_known.hpp"
#include "../support/imagenet_networks.hpp"
#include "../support/program.hpp"
#include "commands.hpp"
#include <residua/check_processor.hpp>

namespace {

using namespace imagenet;
using namespace support;

constexpr const char* net_help = "the network: resnet50, plain34, ...";
constexpr const char* data_help = "folder of class folders with images, or .csv file with columns file and label";

void add_reading(CLI::App& app, ReadingOptions& o) {
    app.add_flag("--upright", o.upright, "turn images as the camera noted (EXIF)");
    app.add_flag("--skip-broken", o.skip_broken, "name broken image files and go on without them");
}

void add_member(CLI::App& app, Member& o, std::string& normalise, int& threads) {
    app.add_option("--net", o.net, net_help)->required();
    app.add_option("--weights", o.weights,
                   ".safetensors file or checkpoint, also a pipe; without it, says where to get one");
    app.add_option("--normalise", normalise,
                   "imagenet, cifar10 or 'channels m/s,m/s,m/s' (default: what the weight file says, or imagenet)");
    add_threads(app, threads);
}

void add_train(CLI::App& app, imagenet::TrainOptions& o) {
    add_train_options(app, o,
                      {net_help, data_help, "learning rate, divided by 10 where the error stops falling",
                       "random scale, crop, mirror image and colours (default: yes)"});
    app.add_option("--validate", o.validate, "images like those of --data to measure the error on after each epoch");
    app.add_option("--divide-at", o.divide_at, "iterations at which the learning rate is divided instead")
        ->check(above_zero);
    add_reading(app, o);
}

void add_classify(CLI::App& app, ClassifyOptions& o) {
    add_member(app, o, o.normalise, o.threads);
    app.add_option("IMAGE", o.images, "JPEG and PNG files")->required();
    app.add_option("--names", o.names,
                   "text file, a class name a line, or .csv file with columns label and class_name (default: what the "
                   "weight file says, or numbers)");
    app.add_flag("--json", o.json, "print the result as JSON");
    app.add_option("--logits", o.logits, ".npy file, images x classes (float32)");
    add_reading(app, o);
}

Member member_from(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon + 1 == text.size())
        throw CLI::ValidationError("--ensemble", "expected NET:WEIGHTS, found " + text);
    return {text.substr(0, colon), text.substr(colon + 1)};
}

void add_evaluate(CLI::App& app, EvaluateOptions& o) {
    add_member(app, o, o.normalise, o.threads);
    app.add_option("--data", o.data, data_help)->required();
    app.add_option("--protocol", o.protocol, "center, ten-crop or multi-scale")
        ->check(CLI::IsMember({"center", "ten-crop", "multi-scale"}))
        ->capture_default_str();
    app.add_option_function<std::vector<std::string>>(
        "--ensemble",
        [&o](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) o.ensemble.push_back(member_from(text));
        },
        "further networks to average with, NET:WEIGHTS");
    app.add_option("--probabilities", o.probabilities, ".npy file, images x classes (float64)");
    app.add_option("--crop-logits", o.crop_logits, ".npy file, crops x classes (float32)");
    app.add_option("--crops", o.crops, "CSV file that says what each of these crops is");
    add_reading(app, o);
}

int run(int argc, char** argv) {
    CLI::App app("Trains, evaluates and uses residual networks on ImageNet.");
    imagenet::TrainOptions train_options;
    ClassifyOptions classify_options;
    EvaluateOptions evaluate_options;
    std::string net;

    CLI::App* const classification = app.add_subcommand("classify", "prints the most probable classes of images");
    add_classify(*classification, classify_options);
    CLI::App* const evaluation = app.add_subcommand("evaluate", "prints the top-1 and top-5 error of trained weights");
    add_evaluate(*evaluation, evaluate_options);
    CLI::App* const training = app.add_subcommand("train", "trains a network");
    add_train(*training, train_options);
    CLI::App* const description = app.add_subcommand("describe", "prints the layers and costs of a network");
    description->add_option("NET", net, net_help)->required();

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? app.exit(error) : fail(program, error.what(), wrong_use);
    }
    if (app.get_subcommands().size() != 1)
        return fail(program, "expected one command: classify, evaluate, train or describe", wrong_use);
    train_options.command = command_line(argc, argv);
    if (*classification) return classify(classify_options);
    if (*evaluation) return evaluate(evaluate_options);
    if (*training) return train(train_options);
    describe_known([](auto visit) { return any_imagenet_network(visit); }, net);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return support::guarded(program, [&] { return run(argc, argv); });
}
