// How fast each convolution of the paper's networks is by itself, in every direction, beside oneDNN's best.

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <span>

#include "../support/peak.hpp"
#include "../support/repeat.hpp"
#include "../support/table.hpp"
#include "candidates.hpp"

namespace {

constexpr int wrong_use = 2;

const std::map<std::string, Direction> directions{{"forward", Direction::forward},
                                                  {"backward_src", Direction::backward_src},
                                                  {"backward_weight", Direction::backward_weight}};

struct Timed {
    Candidate candidate;
    std::vector<double> seconds{};
};

/// Candidates take turns, so that what slows the machine for a while slows all of them; in turns long enough that each
/// works with a warm cache.
void measure(std::vector<Timed>& all, double seconds) {
    constexpr int turns = 5;
    for (int turn = 0; turn < turns; ++turn)
        for (Timed& one : all)
            for (const double time : repeat(seconds / turns, one.candidate.run)) one.seconds.push_back(time);
}

std::string spelled(const residua::Chw& shape) {
    return std::to_string(shape.c) + 'x' + std::to_string(shape.h) + 'x' + std::to_string(shape.w);
}

struct Wanted {
    int batch = 1;
    double seconds = 0.5;
    std::string direction{};  ///< all if empty
};

void add_rows(std::vector<Row>& rows, const ConvShape& shape, const std::string& direction, const Wanted& wanted,
              double peak) {
    std::vector<Timed> all;
    const auto own_candidates = shape.groups > 1 ? grouped_candidates : residua_candidates;
    for (Candidate& candidate : own_candidates(shape, directions.at(direction), wanted.batch))
        all.push_back({std::move(candidate)});
    if (all.empty()) return;
    const std::size_t own = all.size();
    for (Candidate& candidate : onednn_candidates(shape, directions.at(direction), wanted.batch))
        all.push_back({std::move(candidate)});
    measure(all, wanted.seconds);

    const auto time = [](const Timed& one) { return median(one.seconds); };
    const auto best = std::ranges::min_element(all.begin() + static_cast<std::ptrdiff_t>(own), all.end(), {}, time);
    for (std::size_t i = 0; i < own; ++i) {
        const double seconds = time(all[i]);
        const double speed = wanted.batch * shape.flops() / seconds;
        rows.push_back({{"src", spelled(shape.src)},
                        {"dst", spelled(shape.dst)},
                        {"kernel", std::to_string(shape.window.kernel_h) + 'x' + std::to_string(shape.window.kernel_w)},
                        {"stride", std::to_string(shape.window.stride)},
                        {"groups", std::to_string(shape.groups)},
                        {"direction", direction},
                        {"batch", std::to_string(wanted.batch)},
                        {"algorithm", all[i].candidate.algorithm},
                        {"ms_median", number(1e3 * seconds, 4)},
                        {"ms_min", number(1e3 * std::ranges::min(all[i].seconds), 4)},
                        {"gflops", number(1e-9 * speed, 1)},
                        {"percent_of_peak", number(100.0 * speed / peak, 1)},
                        {"peak_gflops", number(1e-9 * peak, 1)},
                        {"onednn_algorithm", best == all.end() ? "" : best->candidate.algorithm},
                        {"onednn_ms", best == all.end() ? "" : number(1e3 * time(*best), 4)},
                        {"times_onednn", best == all.end() ? "" : number(time(*best) / seconds, 2)}});
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures convolutions by themselves, on one thread: those of the paper's networks, or grouped ones.");
    Wanted wanted;
    bool csv = false;
    bool grouped = false;
    std::string src;
    std::vector<std::string> names;
    for (const auto& [name, direction] : directions) names.push_back(name);
    app.add_option("--batch", wanted.batch, "images a run, 1 unless told")->check(CLI::PositiveNumber);
    app.add_option("--seconds", wanted.seconds, "how long to measure each algorithm, 0.5 unless told");
    app.add_option("--direction", wanted.direction, "one instead of all")->check(CLI::IsMember(names));
    app.add_option("--src", src, "only those with this source, as in 64x56x56");
    app.add_flag("--grouped", grouped, "32 groups of 4 and of 8 channels, and depthwise convolutions");
    app.add_flag("--csv", csv, "comma-separated values");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        std::cerr << "layer: " << error.what() << '\n';
        return wrong_use;
    }
    const double peak = fma_peak(1);
    std::vector<Row> rows;
    const std::span<const ConvShape> paper(layer::shapes.values.data(), static_cast<std::size_t>(layer::shapes.count));
    for (const ConvShape& shape : grouped ? std::span<const ConvShape>(layer::grouped_shapes) : paper) {
        if (!src.empty() && spelled(shape.src) != src) continue;
        for (const auto& [name, direction] : directions)
            if (wanted.direction.empty() || wanted.direction == name) add_rows(rows, shape, name, wanted, peak);
    }
    if (rows.empty()) {
        std::cerr << "layer: --src: no convolution reads " << src << '\n';
        return wrong_use;
    }
    csv ? print_csv(rows) : print_table(rows);
}
