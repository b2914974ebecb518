#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "log.hpp"

namespace support {

/// Text as gnuplot takes it between single quotes.
inline std::string quoted_for_gnuplot(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

inline constexpr const char* plot_terminal = "set terminal pngcairo size 900,540 font ',11' linewidth 1.5\n";

/// What gnuplot has to do to draw a history as PNG to its standard output: errors on the left axis, the loss on the
/// right one.
inline std::string plot_script(const residua::History& history, const std::string& title) {
    std::string text = std::string(plot_terminal) + "set title " + quoted_for_gnuplot(title) + " noenhanced\n" +
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

/// A file without a name, gone when it is closed.
using Scratch = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// Has gnuplot draw into a file; an empty text, or why it failed.
inline std::string run_gnuplot(const std::string& commands, std::FILE* drawing) {
    const Scratch script(std::tmpfile(), std::fclose);
    if (!script || std::fputs(commands.c_str(), script.get()) < 0 || std::fflush(script.get()) != 0)
        return "no temporary file can be written";
    std::rewind(script.get());
    std::string program = "gnuplot";
    char* const arguments[] = {program.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(script.get()), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, fileno(drawing), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t process = 0;
    const int code = posix_spawnp(&process, program.c_str(), &files, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (code == ENOENT) return "gnuplot is not installed (Debian: apt install gnuplot-nox)";
    if (code != 0) return "gnuplot cannot be started";
    int status = 0;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR) return "gnuplot got lost";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "gnuplot failed";
}

/// All that was written to a file by a program that shares it.
inline std::vector<std::byte> content_of(std::FILE* file) {
    std::fseek(file, 0, SEEK_END);
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::ftell(file)));
    std::rewind(file);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    return bytes;
}

/// \throws residua::FileError if gnuplot cannot draw what goes into a file (empty: none).
inline void check_plot(const std::filesystem::path& path) {
    if (path.empty()) return;
    const Scratch drawing(std::tmpfile(), std::fclose);
    const std::string problem =
        drawing ? run_gnuplot(plot_terminal, drawing.get()) : "no temporary file can be written";
    if (!problem.empty()) throw residua::FileError(path.string() + ": cannot be drawn: " + problem);
}

/// Draws the training curve as PNG; an older file stays until the new one is whole. Returns an empty text, or why there
/// is no plot: a drawing is not worth ending a training run for.
inline std::string write_plot(const std::filesystem::path& path, const residua::History& history,
                              const std::string& title) {
    if (history.empty()) return "";
    const Scratch drawing(std::tmpfile(), std::fclose);
    if (!drawing) return path.string() + ": no plot: no temporary file can be written";
    const std::string problem = run_gnuplot(plot_script(history, title), drawing.get());
    if (!problem.empty()) return path.string() + ": no plot: " + problem;
    try {
        residua::write_atomically(path, {content_of(drawing.get())});
    } catch (const residua::FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace support
