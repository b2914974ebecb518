#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <support/numeric_gradient.hpp>
#include <vector>

#include <residua/exec/arena.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/kernel/view.hpp>

/// One image's map for a test, in memory that says so if it is read or left over where it should not be: NaN wherever
/// nothing was written, also behind the end, where tiles of columns may look but not take.
class TestMap {
  public:
    explicit TestMap(const residua::detail::Layout& layout)
        : layout_{layout}, floats_(static_cast<std::size_t>(layout.count() + residua::detail::overhang)) {
        std::ranges::fill(floats_.span(), std::numeric_limits<float>::quiet_NaN());
    }
    TestMap(const residua::detail::Layout& layout, const std::vector<double>& planar) : TestMap(layout) {
        const std::vector<float> rounded(planar.begin(), planar.end());
        residua::detail::clear_frame(view());
        residua::detail::load_planar(rounded.data(), view());
    }

    [[nodiscard]] residua::detail::MapView<float> view() { return {floats_.data(), layout_}; }
    [[nodiscard]] std::vector<float> planar() {
        std::vector<float> values(static_cast<std::size_t>(layout_.shape.count()));
        residua::detail::store_planar(view(), values.data());
        return values;
    }

  private:
    residua::detail::Layout layout_;
    residua::detail::Arena floats_;
};

/// Numbers that float holds exactly, so that both sides begin with the same.
inline std::vector<double> float_values(long count, std::uint64_t seed) {
    std::vector<double> values = random_values(count, seed);
    for (double& value : values) value = static_cast<double>(static_cast<float>(value));
    return values;
}

/// Aligned copies of per-channel values, whole blocks, NaN behind the last channel.
inline residua::detail::Arena channel_values(const std::vector<double>& values) {
    residua::detail::Arena floats(static_cast<std::size_t>(
        residua::detail::block_count(static_cast<int>(values.size())) * residua::detail::channel_block));
    std::ranges::fill(floats.span(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < values.size(); ++i) floats.data()[i] = static_cast<float>(values[i]);
    return floats;
}

/// As relative_difference, of floats; infinity for NaN and for wrong sizes.
inline double difference(std::span<const float> found, const std::vector<double>& expected) {
    if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
    for (const float value : found)
        if (std::isnan(value)) return std::numeric_limits<double>::infinity();
    const bool zero = std::ranges::all_of(expected, [](double value) { return value == 0; });
    if (zero) return std::ranges::all_of(found, [](float value) { return value == 0; }) ? 0 : 1;
    return relative_difference<float>(found, expected);
}
