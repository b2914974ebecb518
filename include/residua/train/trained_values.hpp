#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>

#include <residua/exec/arena.hpp>
#include <residua/on_error.hpp>
#include <residua/plan/names.hpp>

namespace residua::inline RESIDUA_ISA {

/// A number for each trained value of a network: what an optimiser keeps beside the weights, such as momentum. Running
/// statistics have none. A value: copies copy. Fresh ones are zero.
template <class Net>
class TrainedValues {
  public:
    TrainedValues() : floats_(static_cast<std::size_t>(parameter_count<Net>)) {}
    TrainedValues(const TrainedValues& other) : TrainedValues() { std::ranges::copy(other.all(), floats_.data()); }
    TrainedValues(TrainedValues&&) noexcept = default;
    TrainedValues& operator=(const TrainedValues& other) { return *this = TrainedValues(other); }
    TrainedValues& operator=(TrainedValues&&) noexcept = default;
    ~TrainedValues() = default;

    /// parameter_count<Net> of them, in the order of Weights::trained(), 64-byte aligned.
    [[nodiscard]] std::span<float> all() { return floats_.span(); }
    [[nodiscard]] std::span<const float> all() const { return floats_.span(); }

    /// Those of one parameter. \throws std::invalid_argument for a running statistic.
    [[nodiscard]] std::span<float> span(const Parameter& parameter) {
        return all().subspan(index_of(parameter), static_cast<std::size_t>(parameter.count()));
    }
    [[nodiscard]] std::span<const float> span(const Parameter& parameter) const {
        return all().subspan(index_of(parameter), static_cast<std::size_t>(parameter.count()));
    }

  private:
    static std::size_t index_of(const Parameter& parameter) {
        if (!parameter.trained())
            detail::raise(std::invalid_argument("trained values: expected a trained parameter, found " +
                                                parameter_name<Net>(parameter)));
        return static_cast<std::size_t>(parameter.offset);
    }

    detail::Arena floats_;
};

}  // namespace residua::inline RESIDUA_ISA
