#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <residua/exec/reference.hpp>
#include <residua/finite.hpp>
#include <residua/plan/names.hpp>

namespace residua::inline RESIDUA_ISA {

/// How thoroughly `gradient_check` looks.
struct GradientCheckOptions {
    int images = 3;        ///< in the batch
    int parameters = 200;  ///< single ones, drawn at random; all if there are no more
    int pixels = 50;       ///< single values of the images, drawn likewise
    int directions = 10;   ///< random ones through all parameters and all pixels at once
    std::uint64_t seed = 1;
};

/// The worst disagreement that `gradient_check` found.
struct GradientCheckResult {
    double error = 0;             ///< relative; the largest double where slopes are no numbers
    std::string where{};          ///< "conv1.weight[12]", "images[7]" or "direction 3"
    double from_backward = 0;     ///< the slope that backward gives there
    double from_differences = 0;  ///< and the one that the outputs show
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Random numbers that are the same with every standard library.
class CheckRandom {
  public:
    explicit CheckRandom(std::uint64_t seed) : generator_{seed} {}

    double between(double low, double high) {
        return low + (high - low) * static_cast<double>(generator_() >> 11U) * 0x1p-53;
    }
    std::vector<double> vector(std::size_t count, double low, double high) {
        std::vector<double> values(count);
        for (double& value : values) value = between(low, high);
        return values;
    }
    /// `wanted` different numbers of first ... first + count - 1, or all of them.
    std::vector<std::size_t> choose(std::size_t first, std::size_t count, int wanted) {
        std::vector<std::size_t> numbers(count);
        std::iota(numbers.begin(), numbers.end(), first);
        const std::size_t kept = std::min(count, static_cast<std::size_t>(wanted));
        for (std::size_t i = 0; i < kept; ++i) std::swap(numbers[i], numbers[i + generator_() % (count - i)]);
        numbers.resize(kept);
        return numbers;
    }

  private:
    std::mt19937_64 generator_;
};

/// Weights at which nothing vanishes by accident: convolutions that keep the size of what flows through them but have
/// a mean, scales of BN away from 1 and shifts away from 0.
template <class Net>
std::vector<double> weights_to_check(CheckRandom& random) {
    std::vector<double> weights(static_cast<std::size_t>(weight_count<Net>));
    for (const Parameter& parameter : parameters<Net>) {
        const bool bn = role_of(graph_of<Net>[parameter.node].op) == Role::norm;
        const double fan_in = static_cast<double>(parameter.count() / parameter.shape[0]);
        double low = -0.5;
        double high = 0.8;
        if (parameter.member == Member::weight) {
            low = bn ? 0.5 : -2.0 / std::sqrt(fan_in);
            high = bn ? 2.0 : 2.5 / std::sqrt(fan_in);
        }
        if (parameter.member == Member::running_var) low = 0.3;
        for (long i = 0; i < parameter.count(); ++i)
            weights[static_cast<std::size_t>(parameter.offset + i)] = random.between(low, high);
    }
    return weights;
}

/// The function whose slopes are compared: f(parameters and pixels) = sum of upstream * output, in training mode.
template <class Net, class Network>
class CheckedFunction {
  public:
    CheckedFunction(int n, CheckRandom& random)
        : n_{n},
          network_{weights_to_check<Net>(random)},
          images_{random.vector(static_cast<std::size_t>(n * graph_of<Net>.input_shape().count()), -1, 1.5)},
          upstream_{random.vector(static_cast<std::size_t>(n * graph_of<Net>.output_shape().count()), -1, 1)} {}

    [[nodiscard]] static constexpr std::size_t parameters_size() {
        return static_cast<std::size_t>(parameter_count<Net>);
    }
    [[nodiscard]] std::size_t pixels_size() const { return images_.size(); }

    /// Slopes from backward: of the parameters, then of the pixels.
    std::vector<double> gradient() {
        network_.forward(images_, n_, true);
        auto gradients = network_.backward(upstream_);
        std::vector<double> all = std::move(gradients.parameters);
        all.insert(all.end(), gradients.images.begin(), gradients.images.end());
        return all;
    }

    /// Slope along a direction, from the function's values a step ahead and behind.
    double difference(std::span<const double> direction, double step) {
        const double ahead = value_at(direction, step);
        const double behind = value_at(direction, -step);
        return (ahead - behind) / (2 * step);
    }

    /// Name of the variable that stands at a position of the gradient.
    [[nodiscard]] static std::string name(std::size_t variable) {
        if (variable < parameters_size()) return value_name<Net>(static_cast<long>(variable));
        return "images[" + std::to_string(variable - parameters_size()) + ']';
    }

  private:
    double value_at(std::span<const double> direction, double step) {
        const std::vector<double> weights(network_.weights().begin(), network_.weights().end());
        std::vector<double> images = images_;
        const auto move = [&](std::span<double> values, std::size_t first) {
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += step * direction[first + i];
        };
        move(network_.weights().first(parameters_size()), 0);
        move(images, parameters_size());
        const std::span<const double> output = network_.forward(images, n_, true);
        const double value = std::inner_product(output.begin(), output.end(), upstream_.begin(), 0.0);
        std::copy(weights.begin(), weights.end(), network_.weights().begin());
        return value;
    }

    int n_;
    Network network_;
    std::vector<double> images_;
    std::vector<double> upstream_;
};

/// Compares slopes along directions and keeps the worst disagreement.
template <class Function>
class SlopeComparison {
  public:
    explicit SlopeComparison(Function& function) : function_{function}, gradient_{function.gradient()} {
        const double squares = std::inner_product(gradient_.begin(), gradient_.end(), gradient_.begin(), 0.0);
        floor_ = 0.01 * std::sqrt(squares / static_cast<double>(gradient_.size()));
    }

    [[nodiscard]] std::size_t size() const { return gradient_.size(); }
    [[nodiscard]] const GradientCheckResult& worst() const { return worst_; }

    void compare_single(std::size_t variable) {
        std::vector<double> direction(gradient_.size());
        direction[variable] = 1;
        compare(direction, Function::name(variable));
    }

    void compare(std::span<const double> direction, const std::string& where) {
        const double slope = std::inner_product(direction.begin(), direction.end(), gradient_.begin(), 0.0);
        const double scale = std::max(floor_, typical_slope(direction));
        GradientCheckResult found{unlimited, where, slope, 0};
        for (const double step : steps) {
            const double difference = function_.difference(direction, step);
            const double error = std::abs(difference - slope) / scale;
            if (!is_finite(error)) continue;  // slopes that are no numbers agree with nothing
            if (error < found.error) found = {error, where, slope, difference};
            if (error < near_rounding) break;
        }
        if (found.error > worst_.error) worst_ = found;
    }

  private:
    static constexpr double unlimited = std::numeric_limits<double>::max();
    static constexpr double near_rounding = 1e-9;
    static constexpr std::array steps{1e-5, 1e-6, 1e-4, 1e-7};

    /// Root of the sum of squares: the size of a slope whose parts have random signs.
    [[nodiscard]] double typical_slope(std::span<const double> direction) const {
        double squares = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) squares += std::pow(direction[i] * gradient_[i], 2);
        return std::sqrt(squares);
    }

    Function& function_;
    std::vector<double> gradient_;
    double floor_ = 0;
    GradientCheckResult worst_{};
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Compares the gradients of a network with central differences of its outputs, all in double and in training mode, at
/// random weights and images: along single parameters, single pixels and random directions. For everybody who adds an
/// activation or composes blocks:
///
///     struct Mine : Network<Input<3, 8, 8>, Conv<8, 3>, BN, Softplus, GlobalAvgPool, Linear<10>> {};
///     const GradientCheckResult worst = gradient_check<Mine>();
///     // worst.error < 1e-6, or worst.where names a place where backward is wrong
///
/// Right gradients agree to about 1e-8, wrong ones to hardly a digit. Errors are relative to the slope, but at least to
/// a hundredth of the root mean square of all slopes, because a slope that is zero by nature (a bias before BN) has no
/// relative error. Differences are taken with several steps and the best is kept, since a large step can cross a kink
/// of ReLU or max-pooling, or round less than a small one; a wrong gradient disagrees with each. Keep the network
/// small: each comparison takes two to eight forward runs. `Network` is what is checked, with the interface of
/// ReferenceNetwork<Net, double>. Throws what its `forward` throws.
template <class Net, class Network = detail::ReferenceNetwork<Net, double>>
GradientCheckResult gradient_check(const GradientCheckOptions& options = {}) {
    detail::CheckRandom random{options.seed};
    detail::CheckedFunction<Net, Network> function{options.images, random};
    detail::SlopeComparison comparison{function};
    for (const std::size_t i : random.choose(0, function.parameters_size(), options.parameters))
        comparison.compare_single(i);
    for (const std::size_t i : random.choose(function.parameters_size(), function.pixels_size(), options.pixels))
        comparison.compare_single(i);
    for (int i = 1; i <= options.directions; ++i)
        comparison.compare(random.vector(comparison.size(), -1, 1), "direction " + std::to_string(i));
    return comparison.worst();
}

}  // namespace residua::inline RESIDUA_ISA
