#include <algorithm>
#include <support/catch.hpp>
#include <vector>

#include <residua/model.hpp>
#include <residua/plan/image_groups.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

struct AllTogether : Network<Input<64, 1, 1>, Linear<64>, ReLU, Linear<10>> {};
struct OnlyInput : Network<Input<3, 8, 8>> {};

/// An arena that remembers whose values lie where.
template <class Net>
class Memory {
  public:
    void write(MapNumber map, int image) { std::ranges::fill(cells(map, image), owner(map, image)); }
    bool holds(MapNumber map, int image) {
        return std::ranges::all_of(cells(map, image), [&](int found) { return found == owner(map, image); });
    }

  private:
    static constexpr const auto& groups = image_groups<Net>;

    static int owner(MapNumber map, int image) { return 1 + place_of(map) * group_images + image; }
    std::span<int> cells(MapNumber map, int image) {
        const long size = inference_plan<Net>.layouts[map].count() / channel_block;
        const long first = groups.buffers[map].offset / channel_block + (groups.of_all[map] ? image * size : 0);
        REQUIRE(first + size <= static_cast<long>(owners_.size()));
        return std::span(owners_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size));
    }

    std::vector<int> owners_ = std::vector<int>(static_cast<std::size_t>(groups.arena_floats / channel_block));
};

}  // namespace

TEMPLATE_TEST_CASE("a group of images finds every map as it was written", "", ResNet20, ResNet56, Plain20, ResNet18,
                   ResNet50V15, Vgg16, AllTogether, OnlyInput) {
    constexpr const auto& plan = inference_plan<TestType>;
    Memory<TestType> memory;
    const auto run = [&](StepNumber s, int image) {
        const InferenceStep& step = plan.steps[s];
        for (const MapNumber map : {step.src, step.skip})
            if (map != MapNumber::none) CHECK(memory.holds(map, image));
        memory.write(step.dst, image);
    };
    const StepNumber first = image_groups<TestType>.first_step;
    for (int image = 0; image < group_images; ++image) {
        memory.write(inference_plan<TestType>.input, image);
        for (StepNumber s{}; s < first; ++s) run(s, image);
    }
    for (StepNumber s = first; s < StepNumber{plan.step_count}; ++s)
        for (int image = 0; image < group_images; ++image) run(s, image);
    for (int image = 0; image < group_images; ++image) CHECK(memory.holds(plan.output, image));
}

TEST_CASE("images go together through the steps whose weights are much larger than their maps") {
    constexpr auto first_map = []<class Net>(const Net*) {
        return inference_plan<Net>.layouts[inference_plan<Net>.steps[image_groups<Net>.first_step].src].shape;
    };
    STATIC_REQUIRE(first_map(static_cast<const ResNet18*>(nullptr)) == Chw{256, 14, 14});
    STATIC_REQUIRE(first_map(static_cast<const ResNet20*>(nullptr)) == Chw{64, 8, 8});
    STATIC_REQUIRE(first_map(static_cast<const Vgg16*>(nullptr)) == Chw{256, 28, 28});
}
