#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "above_zero.hpp"
#include "program.hpp"

namespace support {

/// What `train` can be told, whatever it trains.
struct TrainOptions {
    std::string net;
    std::string data;
    std::int64_t usual_iterations = 0;       ///< of a new run that is told nothing else
    std::optional<std::int64_t> iterations;  ///< empty: the usual ones, or those that a resumed run was planned for
    std::optional<std::int64_t> epochs;      ///< instead of iterations
    int batch = 0;
    int accumulate = 1;
    bool drop_last = false;
    double lr = 0.1;
    std::uint64_t seed = 0;
    int threads = all_cores();
    bool augment = true;
    std::filesystem::path checkpoint;  ///< empty: none, likewise for the files below
    bool resume = false;
    std::filesystem::path log;
    std::filesystem::path plot;
    std::filesystem::path save;
    std::string command;  ///< the command line as a shell would take it
};

/// How a program's help explains the options that mean something else in each.
struct TrainHelp {
    const char* net;
    const char* data;
    const char* lr;
    const char* augment;
};

inline void add_threads(CLI::App& app, int& threads) {
    app.add_option("--threads", threads, "changes the time, not the result")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
}

inline void add_train_options(CLI::App& app, TrainOptions& o, const TrainHelp& help) {
    app.add_option("--net", o.net, help.net)->required();
    app.add_option("--data", o.data, help.data)->required();
    auto* const iterations =
        app.add_option("--iterations", o.iterations, "training steps (default with --resume: those of the first run)")
            ->check(above_zero)
            ->default_str(std::to_string(o.usual_iterations));
    app.add_option("--epochs", o.epochs, "passes through the images, instead of --iterations")
        ->check(above_zero)
        ->excludes(iterations);
    app.add_option("--batch", o.batch, "images at a time")->check(CLI::Range(1, 65536))->capture_default_str();
    app.add_option("--accumulate", o.accumulate, "batches a step, where memory is short")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    app.add_flag("--drop-last", o.drop_last, "leave out an epoch's last images if they do not fill a batch");
    app.add_option("--lr", o.lr, help.lr)->check(above_zero)->capture_default_str();
    app.add_option("--seed", o.seed, "of weights, order and augmentation")->capture_default_str();
    add_threads(app, o.threads);
    app.add_flag("--augment,!--no-augment", o.augment, help.augment);
    auto* const checkpoint =
        app.add_option("--checkpoint", o.checkpoint,
                       "file that holds the state of the run, to go on from; its weights serve as --weights");
    app.add_flag("--resume", o.resume,
                 "go on from the checkpoint; with more --iterations than a finished run had, at its last learning rate")
        ->needs(checkpoint);
    app.add_option("--log", o.log, "CSV file with a line an epoch");
    app.add_option("--plot", o.plot, "PNG file with the training curve");
    app.add_option("--save", o.save, ".safetensors file with the trained weights");
}

}  // namespace support
