#pragma once

#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The distinct values of a list in order of appearance, and which one each entry is. What is equal shares code.
template <class T, int entries, class N = int>
struct Distinct {
    Entries<T, entries> values{};
    Entries<int, entries, N> of{};
    int count = 0;

    constexpr void add(N entry, const T& value) {
        int i = 0;
        while (i < count && !(values[i] == value)) ++i;
        if (i == count) values[count++] = value;
        of[entry] = i;
    }
    constexpr const T& value_of(N entry) const { return values[of[entry]]; }
};

}  // namespace residua::detail::inline RESIDUA_ISA
