// What a team costs that does nothing: the start of a run, and going from one phase to the next.

#include <CLI/CLI.hpp>

#include "../support/repeat.hpp"
#include "../support/table.hpp"
#include <residua/exec/parallel.hpp>

namespace {

constexpr int many = 1001;

double seconds_of(residua::Team& team, int phases, double seconds) {
    return median(repeat(seconds, [&] {
        team.run(
            phases, [&](int) { return team.threads(); }, [](int, int, int) {});
    }));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures what a team of threads costs that has nothing to do.");
    int threads = 2;
    double seconds = 1.0;
    bool csv = false;
    app.add_option("--threads", threads, "2 unless told")->check(CLI::PositiveNumber);
    app.add_option("--seconds", seconds, "how long to measure, 1 unless told");
    app.add_flag("--csv", csv, "comma-separated values");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        std::cerr << "team: " << error.what() << '\n';
        return 2;
    }
    residua::Team team(threads, many);
    const double one = seconds_of(team, 1, seconds);
    const double phase = (seconds_of(team, many, seconds) - one) / (many - 1);
    const Row row{
        {"threads", std::to_string(threads)}, {"run_us", number(1e6 * one, 3)}, {"phase_us", number(1e6 * phase, 3)}};
    csv ? print_csv({row}) : print_list(row);
}
