// How fast a network runs: images a second, and what share of the machine's multiply-adds that is.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <sys/resource.h>

#include "../../examples/support/networks.hpp"
#include "measure.hpp"

namespace {

constexpr int wrong_use = 2;

struct Column {
    std::string name;
    std::string value;
};

std::string number(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

/// Of the whole process so far, in bytes.
long peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024L;
}

std::vector<Column> columns(const std::string& net, const std::string& mode, const Wanted& wanted, Measured measured) {
    const long memory = peak_memory();
    std::ranges::sort(measured.seconds);
    const double median = measured.seconds[measured.seconds.size() / 2];
    const double speed = measured.flops / median;
    const double peak = fma_peak(wanted.threads);
    return {{"net", net},
            {"mode", mode},
            {"batch", std::to_string(wanted.batch)},
            {"threads", std::to_string(wanted.threads)},
            {"images/s", number(wanted.batch / median, 1)},
            {"ms_median", number(1e3 * median, 3)},
            {"ms_min", number(1e3 * measured.seconds.front(), 3)},
            {"runs", std::to_string(measured.seconds.size())},
            {"gflops", number(1e-9 * speed, 1)},
            {"peak_gflops", number(1e-9 * peak, 1)},
            {"percent_of_peak", number(100.0 * speed / peak, 1)},
            {"workspace_bytes", std::to_string(measured.workspace_bytes)},
            {"peak_rss_bytes", std::to_string(memory)}};
}

void print_csv(const std::vector<Column>& row) {
    for (const Column& column : row) std::cout << (&column == row.data() ? "" : ",") << column.name;
    std::cout << '\n';
    for (const Column& column : row) std::cout << (&column == row.data() ? "" : ",") << column.value;
    std::cout << '\n';
}

void print_list(const std::vector<Column>& row) {
    for (const Column& column : row)
        std::cout << std::left << std::setw(16) << column.name << std::right << std::setw(14) << column.value << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures how fast a network runs on random images.");
    std::string net;
    std::string mode;
    Wanted wanted;
    bool csv = false;
    app.add_option("--net", net, "one of " + network_names())->required();
    app.add_option("--mode", mode, "infer or train")->required()->check(CLI::IsMember({"infer", "train"}));
    app.add_option("--batch", wanted.batch, "images a run")->required()->check(CLI::PositiveNumber);
    app.add_option("--threads", wanted.threads)->required()->check(CLI::PositiveNumber);
    app.add_option("--seconds", wanted.seconds, "how long to measure, 4 unless told");
    app.add_flag("--csv", csv, "a header and a row instead of a list");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        std::cerr << "net: " << error.what() << '\n';
        return wrong_use;
    }
    const Measured measured = mode == "train" ? measure_training(net, wanted) : measure_inference(net, wanted);
    if (measured.seconds.empty()) {
        std::cerr << "net: --net: expected one of " << network_names() << ", got " << net << '\n';
        return wrong_use;
    }
    const auto row = columns(net, mode, wanted, measured);
    csv ? print_csv(row) : print_list(row);
}
