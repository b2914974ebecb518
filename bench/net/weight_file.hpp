#pragma once

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

/// A temporary file that a process of its own writes; removed at the end of its life.
class WeightFile {
  public:
    /// `write(path)` in the other process may throw. \throws std::runtime_error if it does.
    template <class Write>
    explicit WeightFile(const Write& write) {
        const pid_t writer = ::fork();
        if (writer == 0) ::_exit(succeeds([&] { write(path_); }) ? EXIT_SUCCESS : EXIT_FAILURE);
        int status = EXIT_FAILURE;
        if (writer < 0 || ::waitpid(writer, &status, 0) != writer || status != EXIT_SUCCESS)
            throw std::runtime_error(path_.string() + " could not be written");
    }
    WeightFile(const WeightFile&) = delete;
    WeightFile& operator=(const WeightFile&) = delete;
    ~WeightFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    template <class Action>
    static bool succeeds(const Action& action) {
        try {
            action();
            return true;
        } catch (const std::exception& error) {
            std::cerr << "net: " << error.what() << '\n';
            return false;
        }
    }

    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("residua-net-" + std::to_string(::getpid()) + ".safetensors");
};
