#pragma once

#include <algorithm>

#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A buffer that exists from one step to another, and where it lies.
struct Buffer {
    long floats = 0;  ///< per image
    int first = 0;    ///< step that writes it first
    int last = 0;     ///< step that reads it last
    long offset = 0;  ///< in floats per image, from the start of the arena
    long inside = 0;  ///< of a buffer that lies inside another: floats from the start of that one's image
};

/// Places buffers one after another, in the order of their first step, each into the lowest gap between those still
/// needed. Few live at a time, so the cost grows with the number of steps only.
template <int capacity>
class FirstFit {
  public:
    /// Not below `lowest`.
    constexpr long place(Buffer& buffer, long lowest = 0) {
        retire(buffer.first);
        int at = 0;
        long offset = lowest;
        while (at < count_ && live_[at].offset - offset < buffer.floats) {
            offset = std::max(offset, live_[at].offset + live_[at].floats);
            ++at;
        }
        buffer.offset = offset;
        for (int i = count_; i > at; --i) live_[i] = live_[i - 1];
        live_[at] = buffer;
        ++count_;
        if (offset + buffer.floats > peak_) peak_ = offset + buffer.floats;
        return offset;
    }
    [[nodiscard]] constexpr long peak() const { return peak_; }

  private:
    constexpr void retire(int step) {
        int kept = 0;
        for (int i = 0; i < count_; ++i) {
            if (live_[i].last < step) continue;
            if (kept < i) live_[kept] = live_[i];  // compilers evaluate this: copies cost their time
            ++kept;
        }
        count_ = kept;
    }

    Entries<Buffer, capacity> live_{};
    int count_ = 0;
    long peak_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
