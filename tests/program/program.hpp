#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <support/files.hpp>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

/// What a program that ended has left.
struct Outcome {
    int code = 0;  ///< exit code; 128 + signal if one ended it
    std::string out;
    std::string err;
};

/// A run of a program, cifar10 unless told otherwise, in a folder. Killed at the end of its life, if it is still
/// running.
class ProgramRun {
  public:
    using Arguments = std::vector<std::string>;

    ProgramRun(const std::filesystem::path& folder, const Arguments& arguments, const std::string& path = "",
               const std::string& program = CIFAR10_PROGRAM)
        : folder_{folder}, process_{::fork()} {
        if (process_ < 0) throw std::runtime_error("no process can be made");
        if (process_ == 0) become(program, arguments, path);
    }
    ProgramRun(const ProgramRun&) = delete;
    ProgramRun& operator=(const ProgramRun&) = delete;
    ~ProgramRun() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

    /// Does nothing once the program is known to have ended: for kill(), -1 is everybody.
    void send(int signal) const {
        if (process_ > 0) ::kill(process_, signal);
    }

    bool running() {
        if (process_ > 0 && ::waitpid(process_, &status_, WNOHANG) != 0) process_ = -1;
        return process_ > 0;
    }

    /// Waits until a file is there; false if the program ended first.
    bool wait_for(const std::filesystem::path& file) {
        while (running()) {
            if (std::filesystem::exists(file)) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return false;
    }

    Outcome wait() {
        if (process_ > 0) ::waitpid(process_, &status_, 0);
        process_ = -1;
        const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
        return {code, text_in("stdout"), text_in("stderr")};
    }

  private:
    /// What a file holds; of a device nothing, for it may have no end.
    std::string text_in(const char* name) const {
        return std::filesystem::is_regular_file(folder_ / name) ? content_of(folder_ / name) : "";
    }
    [[noreturn]] void become(std::string program, const Arguments& arguments, const std::string& path) const {
        std::vector<char*> argv{program.data()};
        Arguments copies = arguments;
        for (std::string& argument : copies) argv.push_back(argument.data());
        argv.push_back(nullptr);
        if (!path.empty()) ::setenv("PATH", path.c_str(), 1);
        redirect("stdout", STDOUT_FILENO);
        redirect("stderr", STDERR_FILENO);
        if (::chdir(folder_.c_str()) == 0) ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    void redirect(const char* name, int descriptor) const {
        const int file = ::open((folder_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
        ::dup2(file, descriptor);
        ::close(file);
    }

    std::filesystem::path folder_;
    pid_t process_;
    int status_ = 0;
};

inline Outcome run_program(const std::filesystem::path& folder, const ProgramRun::Arguments& arguments,
                           const std::string& path = "") {
    return ProgramRun(folder, arguments, path).wait();
}

/// The arguments and some more.
inline ProgramRun::Arguments operator+(ProgramRun::Arguments left, const ProgramRun::Arguments& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
