// Compiled with -ffast-math, with which isfinite(x) is always true and x != x never.

#include <algorithm>
#include <cstring>
#include <limits>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include "../train/pictures.hpp"
#include <residua/io/model.hpp>
#include <residua/train/evaluate.hpp>
#include <residua/train/scores.hpp>
#include <residua/train/trainer.hpp>

#ifndef __FAST_MATH__
#error "these tests have to be compiled with -ffast-math"
#endif

using namespace residua;

namespace {

/// Without BN, whose statistics show what went wrong.
struct Plain
    : Network<Input<3, 8, 8>, Conv<8, 3>, ReLU, MaxPool<2, Stride<2>>, Conv<8, 3>, ReLU, GlobalAvgPool, Linear<4>> {};

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

bool sound(std::span<const float> values) {
    return std::ranges::all_of(values, [](const float& value) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return (bits & 0x7f800000U) != 0x7f800000U;
    });
}

TrainingOptions options_with(double rate) {
    return {.iterations = 200, .batch = 10, .seed = 3, .schedule = {.rate = rate}};
}

/// Trains until the run ends or is given up.
template <class Net>
std::string fate_of(Trainer<Net>& trainer) {
    return text_of<TrainingDiverged>([&] {
        while (!trainer.finished()) trainer.step();
    });
}

/// What becomes of a run at a rate with which it cannot but diverge.
template <class Net>
void check_divergence() {
    const LabelledImages images = pictures(40);
    for (const double rate : {1e3, 1e10, 1e20, 1e38}) {
        INFO("rate " << rate);
        AugmentedImages source = source_of(images);
        Trainer<Net> trainer(source, options_with(rate));
        const std::string fate = fate_of(trainer);
        // Large weights need not be infinite ones: what must not be is a run that goes on with others.
        if (fate == "nothing thrown") CHECK(sound(trainer.weights().all()));
        if (rate >= 1e20) CHECK(fate.find("expected a finite ") != std::string::npos);
    }
}

template <class Net>
void check_broken_weights() {
    const LabelledImages images = pictures(40);
    for (const Parameter& parameter : parameters<Net>)
        for (const float value : {infinity, not_a_number}) {
            INFO(parameter_name<Net>(parameter));
            AugmentedImages source = source_of(images);
            Trainer<Net> trainer(source, options_with(0.01));
            TrainingState<Net> state = trainer.state();
            state.weights.span(parameter).back() = value;
            trainer.restore(std::move(state));
            CHECK(text_of<TrainingDiverged>([&] { trainer.step(); }).find("expected a finite ") != std::string::npos);
        }
}

}  // namespace

TEST_CASE("fast-math: a training run that diverges is seen") {
    check_divergence<SmallNet>();
    check_divergence<Plain>();
}

TEST_CASE("fast-math: weights that are not finite are seen in the first step") {
    check_broken_weights<SmallNet>();
    check_broken_weights<Plain>();
}
