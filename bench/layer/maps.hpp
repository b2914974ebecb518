#pragma once

#include "../support/repeat.hpp"
#include <residua/exec/arena.hpp>
#include <residua/kernel/simd/border.hpp>

/// One batch's maps of the same layout, filled with random values.
class Maps {
  public:
    Maps(const residua::detail::Layout& layout, int count)
        : layout_{layout}, floats_(static_cast<std::size_t>(count * layout.count() + residua::detail::overhang)) {
        const std::vector<float> values = random_values(layout.shape.count());
        for (int i = 0; i < count; ++i) {
            clear_frame((*this)[i]);
            load_planar(values.data(), (*this)[i]);
        }
    }
    residua::detail::MapView<float> operator[](int i) { return {floats_.data() + i * layout_.count(), layout_}; }
    residua::detail::MapsView<float> from(int first, int count) { return {(*this)[first], layout_.count(), count}; }

  private:
    residua::detail::Layout layout_;
    residua::detail::Arena floats_;
};
