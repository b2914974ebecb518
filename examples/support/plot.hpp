#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include "log.hpp"

namespace support {

/// Text as gnuplot takes it between single quotes.
inline std::string quoted_for_gnuplot(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

/// What gnuplot has to do to draw a history: errors on the left axis, the loss on the right one.
inline std::string plot_script(const residua::History& history, const std::string& title,
                               const std::filesystem::path& png) {
    std::string text = "set terminal pngcairo size 900,540 font ',11' linewidth 1.5\nset output " +
                       quoted_for_gnuplot(png.string()) + "\nset title " + quoted_for_gnuplot(title) + " noenhanced\n" +
                       R"(set datafile separator comma
set xlabel 'epoch'
set ylabel 'error (%)'
set y2label 'loss'
set yrange [0:*]
set y2range [0:*]
set ytics nomirror
set y2tics
set grid xtics ytics linecolor '#dddddd'
set key top right
)";
    text +=
        "set xrange [0:" + std::to_string(history.back().epoch) + "]\n$history << END\n" + csv_of(history) + "END\n";
    text +=
        "plot $history every ::1 using 1:(100*$5) with linespoints pt 7 ps 0.5 lc '#7f7f7f' title 'error in training'";
    if (history.back().held_out_error >= 0)
        text += ", '' every ::1 using 1:(100*$6) with linespoints pt 7 ps 0.5 lc '#1f77b4' title 'error held out'";
    if (history.back().test_error >= 0)
        text +=
            ", '' every ::1 using 1:(100*$7) with linespoints pt 7 ps 0.5 lc '#d62728' title 'error on the test set'";
    return text + ", '' every ::1 using 1:4 axes x1y2 with lines dt 2 lc '#2ca02c' title 'loss in training (right)'\n";
}

/// Runs gnuplot on a script; an empty text, or why it failed.
inline std::string run_gnuplot(const std::filesystem::path& script) {
    std::string program = "gnuplot";
    std::string argument = script.string();
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t process = 0;
    const int code = posix_spawnp(&process, program.c_str(), &quiet, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (code == ENOENT) return "gnuplot is not installed (Debian: apt install gnuplot-nox)";
    if (code != 0) return "gnuplot cannot be started";
    int status = 0;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR) return "gnuplot got lost";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "gnuplot failed";
}

/// Draws the training curve as PNG; an older file stays until the new one is whole. Returns an empty text, or why there
/// is no plot: a drawing is not worth ending a training run for.
inline std::string write_plot(const std::filesystem::path& path, const residua::History& history,
                              const std::string& title) {
    if (history.empty()) return "";
    const std::string unique = path.string() + ".tmp-" + std::to_string(getpid());
    const std::filesystem::path script = unique + ".gnuplot";
    const std::filesystem::path png = unique + ".png";
    std::ofstream(script) << plot_script(history, title, png);
    std::string problem = run_gnuplot(script);
    std::error_code error;
    if (problem.empty()) std::filesystem::rename(png, path, error);
    if (error) problem = "it cannot be written: " + error.message();
    std::filesystem::remove(script, error);
    std::filesystem::remove(png, error);
    return problem.empty() ? "" : path.string() + ": no plot: " + problem;
}

}  // namespace support
