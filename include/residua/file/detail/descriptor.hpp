#pragma once

#include <unistd.h>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An open file descriptor, closed at the end of its life.
class Descriptor {
  public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }

    int value() const { return value_; }

    /// Closes now; false with errno set if the system reports a late write error.
    bool close() {
        const int value = value_;
        value_ = -1;
        return ::close(value) == 0;
    }

  private:
    int value_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
