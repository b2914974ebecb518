#pragma once

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

/// What programs have in common. Wrong use costs one line and exit code 2.
namespace support {

inline constexpr int failed = 1;
inline constexpr int wrong_use = 2;

/// The cores of this machine.
inline int all_cores() {
    const unsigned cores = std::thread::hardware_concurrency();
    return cores == 0 ? 1 : static_cast<int>(cores);
}

/// A word as a shell takes it.
inline std::string shell_word(const std::string& word) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("-_./,=:+").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

/// The command line as a shell would take it.
inline std::string command_line(int argc, char** argv) {
    std::string line;
    for (int i = 0; i < argc; ++i) line += (i == 0 ? "" : " ") + shell_word(argv[i]);
    return line;
}

/// One line on the standard error, whatever the text.
inline void say(const char* program, std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    std::fprintf(stderr, "%s: %s\n", program, text.c_str());
}

/// The same before the program ends with this code.
inline int fail(const char* program, std::string text, int code) {
    say(program, std::move(text));
    return code;
}

/// The exit code of `run()`, or that of what it throws. What was printed has to have gone somewhere.
template <class Run>
int guarded(const char* program, const Run& run) {
    try {
        const int code = run();
        if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
        return fail(program, "the standard output cannot be written", failed);
    } catch (const std::bad_alloc&) {
        return fail(program, "not enough memory", failed);
    } catch (const std::exception& error) {
        // Files, data and options: everything else has its own exit code.
        return fail(program, error.what(), wrong_use);
    }
}

}  // namespace support
