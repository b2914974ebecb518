#include <algorithm>
#include <support/catch.hpp>
#include <support/files.hpp>

#include "pictures.hpp"
#include <residua/train/trained_values.hpp>
#include <residua/train/trainer.hpp>

using namespace residua;

namespace {

bool all_zero(std::span<const float> values) {
    return std::ranges::all_of(values, [](float value) { return value == 0.0f; });
}

}  // namespace

TEST_CASE("trained values: fresh ones are zero, BN's scales included, and there are none of running statistics") {
    const TrainedValues<SmallNet> values;
    CHECK(static_cast<long>(values.all().size()) == parameter_count<SmallNet>);
    CHECK(all_zero(values.all()));
    for (const Parameter& parameter : parameters<SmallNet>) {
        const std::string name = parameter_name<SmallNet>(parameter);
        INFO(name);
        if (parameter.trained())
            CHECK(static_cast<long>(values.span(parameter).size()) == parameter.count());
        else
            CHECK(text_of<std::invalid_argument>([&] { (void)values.span(parameter); }) ==
                  "trained values: expected a trained parameter, found " + name);
    }
}

TEST_CASE("trained values: copies copy") {
    TrainedValues<SmallNet> values;
    values.all().back() = 3.0f;
    TrainedValues<SmallNet> copy = values;
    values.all().back() = 4.0f;
    CHECK(copy.all().back() == 3.0f);
    copy = values;
    CHECK(copy.all().back() == 4.0f);
}

TEST_CASE("trainer: from a fresh state with its weights it makes the steps of a new trainer") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    const TrainingOptions options{.iterations = 20, .batch = 12, .seed = 3, .schedule = Schedule::paper(20, 0.05)};
    Trainer<SmallNet> one(source, options);
    AugmentedImages second_source = source_of(images);
    Trainer<SmallNet> other(second_source, options);
    TrainingState<SmallNet> state;
    CHECK(all_zero(state.velocity.all()));
    state.weights = one.weights();
    other.restore(std::move(state));
    for (int i = 0; i < 3; ++i) {
        one.step();
        other.step();
    }
    CHECK(std::ranges::equal(one.weights().all(), other.weights().all()));
}
