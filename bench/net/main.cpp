// How fast a network runs: images a second, and what share of the machine's multiply-adds that is.

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "../support/bandwidth.hpp"
#include "../support/peak.hpp"
#include "../support/repeat.hpp"
#include "../support/table.hpp"
#include "measure.hpp"
#include <residua/check_processor.hpp>

namespace {

constexpr int wrong_use = 2;

/// Of the whole process so far, in bytes.
long peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024L;
}

Row row_of(std::string_view net, const std::string& mode, const Wanted& wanted, const Measured& measured) {
    const long memory = peak_memory();
    const double time = median(measured.seconds);
    const double speed = measured.flops / time;
    const double peak = fma_peak(wanted.threads);
    const double bandwidth = memory_bandwidth(wanted.threads);
    return {{"net", std::string(net)},
            {"mode", mode},
            {"batch", std::to_string(wanted.batch)},
            {"threads", std::to_string(wanted.threads)},
            {"images/s", number(wanted.batch / time, 1)},
            {"ms_median", number(1e3 * time, 3)},
            {"ms_min", number(1e3 * std::ranges::min(measured.seconds), 3)},
            {"gflops", number(1e-9 * speed, 1)},
            {"percent_of_peak", number(100.0 * speed / peak, 1)},
            {"ms_products", number(1e3 * measured.products / peak, 3)},
            {"ms_bytes", number(1e3 * static_cast<double>(measured.bytes_moved) / bandwidth, 3)},
            {"bytes_moved", std::to_string(measured.bytes_moved)},
            {"bytes_layerwise", std::to_string(measured.bytes_layerwise)},
            {"peak_rss_bytes", std::to_string(memory)},
            {"workspace_bytes", std::to_string(measured.workspace_bytes)},
            {"peak_gflops", number(1e-9 * peak, 1)},
            {"gb/s", number(1e-9 * bandwidth, 1)},
            {"runs", std::to_string(measured.seconds.size())}};
}

std::vector<Row> rows_of(std::string_view net, const std::string& mode, int batch,
                         const std::vector<MeasuredStep>& steps) {
    const double peak = fma_peak(1);
    double total = 0.0;
    for (const MeasuredStep& step : steps) total += step.median;
    std::vector<Row> rows;
    for (const MeasuredStep& step : steps) {
        const double speed = step.flops / step.median;
        rows.push_back({{"net", std::string(net)},
                        {"mode", mode},
                        {"batch", std::to_string(batch)},
                        {"phase", std::to_string(step.phase)},
                        {"layer", step.layer},
                        {"operation", step.operation},
                        {"src", step.src},
                        {"dst", step.dst},
                        {"ms_median", number(1e3 * step.median, 4)},
                        {"ms_min", number(1e3 * step.fastest, 4)},
                        {"percent_of_time", number(100.0 * step.median / total, 1)},
                        {"gflops", number(1e-9 * speed, 1)},
                        {"percent_of_peak", number(100.0 * speed / peak, 1)},
                        {"pieces", std::to_string(step.pieces)},
                        {"map_bytes", std::to_string(step.map_bytes)},
                        {"weight_bytes", std::to_string(step.weight_bytes)}});
    }
    return rows;
}

std::string known_names() {
    std::string names;
    for (const BenchedNetwork& network : benched_networks())
        names += (names.empty() ? "" : ", ") + std::string(network.name);
    return names;
}

}  // namespace

int main(int argc, char** argv) try {
    CLI::App app("Measures how fast a network runs on random images.");
    std::string net;
    std::string mode;
    std::string folder = ".";
    Wanted wanted;
    bool csv = false;
    bool steps = false;
    app.add_option("--net", net, "one of " + known_names())->required();
    app.add_option(
           "--mode", mode,
           "infer; train: what Trainer::step takes, with its loader; passes: of that only forward, loss, backward "
           "and update, on images that lie in the workspace; reference, which measures nothing but writes to "
           "--folder")
        ->required()
        ->check(CLI::IsMember({"infer", "train", "passes", "reference"}));
    app.add_option("--folder", folder,
                   "for weights, images and the outputs for them, with which others compare theirs");
    app.add_option("--batch", wanted.batch, "images a run, 1 unless told")->check(CLI::PositiveNumber);
    app.add_option("--threads", wanted.threads, "1 unless told")->check(CLI::PositiveNumber);
    app.add_option("--seconds", wanted.seconds, "how long to measure, 4 unless told");
    app.add_flag("--steps", steps,
                 "every step by itself, on one thread: of one image in inference, of a batch in training");
    app.add_flag("--csv", csv, "comma-separated values");
    const auto refuse = [](const std::string& why) {
        std::cerr << "net: " << why << '\n';
        return wrong_use;
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return refuse(error.what());
    }
    const auto network = std::ranges::find(benched_networks(), net, &BenchedNetwork::name);
    if (network == benched_networks().end()) return refuse("--net: expected one of " + known_names() + ", got " + net);
    if (mode == "reference") {
        network->reference(folder, net);
        return 0;
    }
    if (steps) {
        if (wanted.threads != 1 || (mode == "infer" && wanted.batch != 1))
            return refuse("--steps: expected one thread, and one image with --mode infer");
        const auto measure = mode == "infer" ? network->inference_steps : network->training_steps;
        const auto rows = rows_of(net, mode, wanted.batch, measure(wanted));
        csv ? print_csv(rows) : print_table(rows);
        return 0;
    }
    const auto measure = mode == "train" ? network->training : mode == "passes" ? network->passes : network->inference;
    const Row row = row_of(net, mode, wanted, measure(wanted));
    csv ? print_csv({row}) : print_list(row);
} catch (const std::exception& error) {
    std::cerr << "net: " << error.what() << '\n';
    return wrong_use;
}
