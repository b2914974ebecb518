#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <residua/file/array_shape.hpp>
#include <residua/file/safetensors.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Whether a text consists of what PyTorch's wrappers (DataParallel, torch.compile) put before each name.
inline bool is_of_wrappers(std::string_view prefix) {
    while (!prefix.empty()) {
        const std::size_t length = prefix.find('.') + 1;
        const std::string_view part = prefix.substr(0, length);
        if (part != "module." && part != "_orig_mod.") return false;
        prefix.remove_prefix(length);
    }
    return true;
}

/// What wrappers have put before a tensor's name in a file; empty if it bears just that name, or is not there.
inline std::string wrapper_prefix(const SafetensorsFile& file, std::string_view tensor) {
    if (file.find(tensor) != nullptr) return "";
    for (const TensorEntry& entry : file.tensors()) {
        const std::string_view name = entry.name;
        if (!name.ends_with(tensor)) continue;
        const std::string_view prefix = name.substr(0, name.size() - tensor.size());
        if (is_of_wrappers(prefix)) return std::string(prefix);
    }
    return "";
}

/// How many letters have to be put in, left out or replaced to make one name of another.
inline std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// The tensors of a file that may be meant by a name that it does not have, nearest first, for an error.
inline std::string nearest_tensors(const SafetensorsFile& file, std::string_view tensor,
                                   std::span<const std::int64_t> shape) {
    constexpr std::size_t shown = 3;
    constexpr std::size_t other_shape = 4;  // counts as so many wrong letters
    std::vector<std::pair<std::size_t, const TensorEntry*>> candidates;
    for (const TensorEntry& entry : file.tensors()) {
        const bool longer = entry.name.find(tensor) != std::string::npos;
        const bool same_shape = std::equal(shape.begin(), shape.end(), entry.shape.begin(), entry.shape.end());
        candidates.emplace_back((longer ? 0 : edit_distance(tensor, entry.name)) + (same_shape ? 0 : other_shape),
                                &entry);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string names;
    for (const auto& [distance, entry] : std::span(candidates).first(std::min(shown, candidates.size())))
        names += (names.empty() ? "" : ", ") + printable(entry->name) + ' ' + shape_text(entry->shape);
    return names.empty() ? "no tensor at all" : "none; the nearest are " + names;
}

}  // namespace residua::detail::inline RESIDUA_ISA
