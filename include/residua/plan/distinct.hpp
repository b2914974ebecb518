#pragma once

#include <array>
#include <cstddef>

namespace residua::detail {

/// The distinct values of a list in order of appearance, and which one each entry is. What is equal shares code.
template <class T, std::size_t entries>
struct Distinct {
    std::array<T, entries> values{};
    std::array<int, entries> of{};
    int count = 0;

    constexpr void add(int entry, const T& value) {
        int i = 0;
        while (i < count && !(values[static_cast<std::size_t>(i)] == value)) ++i;
        if (i == count) values[static_cast<std::size_t>(count++)] = value;
        of[static_cast<std::size_t>(entry)] = i;
    }
    constexpr const T& value_of(int entry) const {
        return values[static_cast<std::size_t>(of[static_cast<std::size_t>(entry)])];
    }
};

}  // namespace residua::detail
