#pragma once

#include <csignal>

namespace support {

/// From construction on, Ctrl-C and SIGTERM ask the program to stop; the second one ends it at once.
class InterruptRequests {
  public:
    InterruptRequests() {
        struct sigaction action {};
        action.sa_handler = [](int signal) { requested_ = signal; };
        action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
        sigaction(SIGINT, &action, nullptr);
        sigaction(SIGTERM, &action, nullptr);
    }

    /// The signal that came, or 0.
    static int requested() { return requested_; }

  private:
    static inline volatile std::sig_atomic_t requested_ = 0;
};

/// The exit code of a program that a signal has ended, as shells count.
inline int exit_code_of(int signal) { return 128 + signal; }

}  // namespace support
