#pragma once

#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The parts of an arena, one behind another, in floats: from one table come both the size of the arena and the places
/// in it. `Section` is an enum whose last value is `count`.
template <class Section>
class Sections {
  public:
    /// Each section once, in the order in which they lie.
    constexpr void append(Section section, long floats) {
        offsets_[static_cast<int>(section)] = total_;
        total_ += floats;
    }
    [[nodiscard]] constexpr long offset(Section section) const { return offsets_[static_cast<int>(section)]; }
    [[nodiscard]] constexpr long total() const { return total_; }

  private:
    Entries<long, static_cast<int>(Section::count)> offsets_{};
    long total_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
