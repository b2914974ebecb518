#include <algorithm>
#include <support/catch.hpp>
#include <vector>

#include <residua/lower/workspace.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/plan/training.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

template <int width>
using PreActivation = Residual<Sequence<BN, ReLU, Conv<width, 3>, BN, ReLU, Conv<width, 3>>>;
template <class Option>
using Bottleneck = ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<Option>>;

struct PreActivated : Network<Input<3, 6, 5>, Conv<24, 3>, PreActivation<24>, PreActivation<24>, BN, ReLU, Conv<4, 1>> {
};
struct Bottlenecks : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, Stage<3, 16, Bottleneck<ProjectionB>>,
                             Stage<2, 32, Bottleneck<ProjectionB>>, GlobalAvgPool, Linear<10>> {};
struct ManyReaders
    : Network<Input<4, 7, 7>, Conv<20, 3>,
              Residual<Residual<Sequence<BN, ReLU, Conv<20, 3>>, Sequence<BN, Conv<20, 1>>>,
                       Residual<Residual<BN, ReLU>, Residual<MaxPool<3, Stride<1>>, AvgPool<3, Stride<1>>>>>,
              BN, ReLU> {};
template <class Option>
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<Option>>;
/// Sums that are large enough together to be dropped, and in the last stage ones that are not.
struct LargeSums
    : Network<Input<3, 48, 48>, Conv<16, 3>, BN, ReLU, Stage<3, 16, Basic<ProjectionB>>,
              Stage<4, 32, Basic<ProjectionB>>, Stage<3, 64, Basic<IdentityA>>, GlobalAvgPool, Linear<10>> {};
/// Results of cheap convolutions that are large enough to be dropped: the first and the last of each bottleneck. The
/// projection reads what is dropped itself.
struct LargeResults : Network<Input<3, 32, 32>, Conv<80, 3>, BN, ReLU, Stage<4, 24, Bottleneck<ProjectionB>>,
                              GlobalAvgPool, Linear<10>> {};
struct LargePreActivated
    : Network<Input<3, 48, 48>, Conv<24, 3>, PreActivation<24>, PreActivation<24>, BN, ReLU, Conv<4, 1>> {};
struct LongStage : Network<Input<3, 64, 64>, Conv<16, 3>, BN, ReLU, Stage<150, 16, Basic<IdentityA>>, GlobalAvgPool> {};
struct BnFirst : Network<Input<20, 5, 5>, BN, ReLU, Residual<Conv<20, 3>>> {};
struct SumFirst : Network<Input<5, 5, 5>, Residual<Conv<5, 3>>, Residual<Identity>> {};

bool overlap(const Buffer& a, const Buffer& b) {
    const bool in_time = a.first <= b.last && b.first <= a.last;
    return in_time && a.offset < b.offset + b.floats && b.offset < a.offset + a.floats;
}

bool computes_again(const BackwardStep& pass) { return pass.repeats || pass.restores > 0; }

/// What a backward pass reads of gradients: those of the values that its step's result goes into, and those it pulls.
template <class Plan, class Visit>
void for_each_gradient_read(const Plan& plan, const BackwardStep& pass, const Visit& visit) {
    if (computes_again(pass)) return;
    for (const Summand& pulled : pass.pulls)
        if (pulled.blend != BlendNumber::none) visit(pulled.blend);
    if (pass.step == StepNumber::none) return;
    const MapNumber map = plan.forward[pass.step].dst;
    if (map != plan.output) visit(plan.reader[map]);
}

/// Those of all maps and gradients.
template <class Net>
std::vector<Buffer> all_buffers() {
    static constexpr const auto& plan = training_plan<Net>;
    std::vector<Buffer> live;
    for (MapNumber m{1}; m < MapNumber{plan.map_count}; ++m) live.push_back(plan.map_buffers[m]);
    for (BlendNumber b{}; b < BlendNumber{plan.blend_count}; ++b)
        if (plan.gradient_buffers[b].first >= 0) live.push_back(plan.gradient_buffers[b]);
    return live;
}

template <class Net>
void check_buffers() {
    static constexpr const auto& plan = training_plan<Net>;
    const std::vector<Buffer> live = all_buffers<Net>();
    long end = 0;
    for (std::size_t i = 0; i < live.size(); ++i) {
        CHECK(live[i].offset % channel_block == 0);
        CHECK(live[i].floats > 0);
        end = std::max(end, live[i].offset + live[i].floats);
        for (std::size_t k = 0; k < i; ++k) CHECK_FALSE(overlap(live[i], live[k]));
    }
    CHECK(end == plan.arena_floats);
}

/// What a backward pass reads of maps: those that it computes its step's source from or has it in, those of the value
/// whose gradient it gives, and those before a BN that a gradient goes through.
template <class Plan, class Visit>
void for_each_map_read(const Plan& plan, const BackwardStep& pass, const Visit& visit) {
    const auto maps_of = [&](BlendNumber blend) {
        const Blend& of = plan.backward_blends[blend];
        for (const MapNumber map : {of.main, of.skip, of.stored})
            if (map != MapNumber::none && map != plan.input) visit(map);
    };
    for (int i = 0; i < pass.restores; ++i) maps_of(plan.restored[pass.first_restored + i]);
    if (pass.blend != BlendNumber::none) maps_of(pass.blend);
    if (pass.step != StepNumber::none) maps_of(plan.forward[pass.step].blend);
    for_each_gradient_read(plan, pass, maps_of);
}

/// Gradients may lie where maps have been that no pass behind them reads, and what is dropped must be restored before
/// it is read.
template <class Net>
void check_maps() {
    static constexpr const auto& plan = training_plan<Net>;
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t)
        for_each_map_read(plan, plan.backward[t], [&](MapNumber map) {
            CHECK(plan.map_buffers[map].first <= place_of(t));
            CHECK(plan.map_buffers[map].last >= place_of(t));
        });
}

/// A gradient is written before it is read, complete before anybody but itself reads it, and lives that long.
template <class Net>
void check_gradients() {
    static constexpr const auto& plan = training_plan<Net>;
    std::vector<bool> complete(plan.blends.size());
    std::vector<bool> started(plan.blends.size());
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        for_each_gradient_read(plan, pass, [&](BlendNumber blend) {
            REQUIRE(blend != BlendNumber::none);
            CHECK(complete[static_cast<std::size_t>(blend)]);
            CHECK(plan.gradient_buffers[blend].last >= place_of(t));
        });
        if (pass.blend == BlendNumber::none) continue;
        CHECK(plan.gradient_buffers[pass.blend].first <= place_of(t));
        CHECK(plan.gradient_buffers[pass.blend].last >= place_of(t));
        const auto blend = static_cast<std::size_t>(pass.blend);
        CHECK_FALSE(complete[blend]);
        CHECK(pass.accumulates == started[blend]);
        started[blend] = true;
        complete[blend] = pass.finishes;
    }
    for (BlendNumber b{}; b < BlendNumber{plan.blend_count}; ++b) {
        const bool input = plan.blends[b].plain() && plan.blends[b].main == plan.input;
        CHECK(complete[static_cast<std::size_t>(b)] != input);
    }
}

/// Maps are there from when they are written to when they are read, and every convolution is gone through once on the
/// way back.
template <class Net>
void check_order() {
    static constexpr const auto& plan = training_plan<Net>;
    std::vector<bool> written(plan.maps.size());
    written[0] = true;
    const auto is_there = [](MapNumber map, StepNumber step) {
        const Buffer& buffer = plan.map_buffers[map];
        const int time = place_of(step) - plan.forward_count;
        return buffer.first <= time && buffer.last >= time;
    };
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) {
        const ForwardStep& step = plan.forward[s];
        const Blend& blend = plan.blends[step.blend];
        CHECK(written[static_cast<std::size_t>(blend.main)]);
        if (blend.skip != MapNumber::none) CHECK(written[static_cast<std::size_t>(blend.skip)]);
        if (step.load == Load::stored) CHECK(written[static_cast<std::size_t>(blend.stored)]);
        for (const MapNumber map : {blend.main, blend.skip})
            if (map != MapNumber::none && map != plan.input && step.load != Load::stored) CHECK(is_there(map, s));
        if (step.load != Load::compute && blend.stored != MapNumber::none && blend.stored != plan.input)
            CHECK(is_there(blend.stored, s));
        if (step.dst != MapNumber::none) CHECK(is_there(step.dst, s));
        if (step.load == Load::compute_and_store) written[static_cast<std::size_t>(blend.stored)] = true;
        if (step.dst != MapNumber::none) written[static_cast<std::size_t>(step.dst)] = true;
    }
    CHECK(written[static_cast<std::size_t>(plan.output)]);
    std::vector<int> visits(plan.forward.size());
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (pass.step != StepNumber::none && !pass.repeats) ++visits[static_cast<std::size_t>(pass.step)];
    }
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s)
        if (has_products(plan.forward[s].op)) CHECK(visits[static_cast<std::size_t>(s)] == 1);
}

/// What a pass collects of the images lies where nothing else is at that time.
template <class Net>
void check_collected() {
    static constexpr const auto& plan = training_plan<Net>;
    int collecting = 0;
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (pass.step == StepNumber::none || pass.repeats || !has_products(plan.forward[pass.step].op)) continue;
        const ForwardStep& step = plan.forward[pass.step];
        const Node& node = graph_of<Net>[step.node];
        const long floats = detail::collected_floats(detail::source_layout(graph_of<Net>, plan, step), node.shape,
                                                     node.window, detail::training_convs<Net>.value_of(pass.step));
        if (floats == 0) continue;
        ++collecting;
        const Buffer collected{floats, place_of(t), place_of(t), detail::before_collected<Net>[pass.step]};
        CHECK(collected.offset + floats <= detail::training_extent<Net>.maps);
        for (const Buffer& buffer : all_buffers<Net>()) CHECK_FALSE(overlap(collected, buffer));
    }
    CHECK(collecting > 0);
}

template <class Net>
void check_plan() {
    check_buffers<Net>();
    check_gradients<Net>();
    check_maps<Net>();
    check_order<Net>();
}

}  // namespace

TEST_CASE("training plan: buffers, order and lifetimes") {
    check_plan<ResNet20>();
    check_plan<Plain20>();
    check_plan<PreActivated>();
    check_plan<Bottlenecks>();
    check_plan<ManyReaders>();
    check_plan<LargeSums>();
    check_plan<LargeResults>();
    check_plan<ResNet50>();
    check_plan<LargePreActivated>();
    check_plan<LongStage>();
    check_plan<BnFirst>();
    check_plan<SumFirst>();
}

TEST_CASE("training plan: what is collected for the gradients of large weights") {
    check_collected<ResNet34>();
    check_collected<ResNet50>();
}

TEST_CASE("training plan: large sums are dropped on the way forward, and restored stage by stage on the way back") {
    static constexpr const auto& plan = training_plan<LargeSums>;
    std::vector<int> restored;
    std::vector<int> in_a_pass;
    StepNumber last_step{plan.forward_count};
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (pass.step != StepNumber::none) last_step = pass.step;
        if (pass.restores > 0) in_a_pass.push_back(pass.restores);
        for (int i = 0; i < pass.restores; ++i) {
            const BlendNumber value = plan.restored[pass.first_restored + i];
            const Blend& blend = plan.blends[value];
            CHECK(plan.dropped[blend.stored]);
            CHECK(plan.map_buffers[blend.stored].last < 0);
            CHECK(plan.backward_blends[value].stored == plan.backward_map[blend.stored]);
            CHECK(plan.backward_blends[value].stored != blend.stored);
            // The steps of later stages are gone through by then, but for those that read the stage's last sum.
            CHECK(place_of(last_step) <= (blend.shape.c == 32 ? 1 + 6 + 9 + 2 : 1 + 6 + 2));
            restored.push_back(blend.shape.c);
        }
    }
    // Of the second stage, whose sums are more than what is behind it, the third is kept. Of the first all are dropped,
    // with what it starts from. The last sums are no summands.
    CHECK(in_a_pass == std::vector{2, 3});
    CHECK(restored == std::vector{32, 32, 16, 16, 16});
}

TEST_CASE("training plan: large results of cheap convolutions are dropped, and computed again when they are read") {
    static constexpr const auto& plan = training_plan<LargeResults>;
    std::vector<int> repeated;
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (!pass.repeats) continue;
        const MapNumber map = plan.forward[pass.step].dst;
        CHECK(plan.dropped[map]);
        CHECK(plan.map_buffers[map].last < 0);
        CHECK(plan.map_buffers[plan.backward_map[map]].first == place_of(t));
        repeated.push_back(plan.maps[map].c);
    }
    CHECK(repeated == std::vector{96, 96, 96, 96, 80});
}

TEST_CASE("training plan: of a long stage's sums no more than a few are there at a time") {
    static constexpr const auto& plan = training_plan<LongStage>;
    constexpr long map = 16 * 64 * 64;
    long results = 0;  // of convolutions
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s)
        if (has_products(plan.forward[s].op)) results += map;
    CHECK(results == (1 + 2 * 150) * map);
    const long kept = 11;
    const long at_a_time = 151 / 12 + 4;  // and gradients
    CHECK(plan.arena_floats < results + (kept + at_a_time) * map);
}

TEST_CASE("training plan: what ResNet-20 keeps") {
    static constexpr const auto& plan = training_plan<ResNet20>;
    // a pass for each of 19 convolutions, two subsampling shortcuts, pooling and the linear layer
    CHECK(plan.forward_count == 19 + 2 + 1 + 1);
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) CHECK(plan.forward[s].dst != MapNumber::none);
    // the maps before each BN, the blocks' outputs that two read, and what shortcuts, pooling and the linear layer give
    long kept = 0;
    for (MapNumber m{1}; m < MapNumber{plan.map_count}; ++m) kept += plan.map_buffers[m].floats;
    const long before_bn = 7 * 16 * 1024 + 6 * 32 * 256 + 6 * 64 * 64;
    const long shared = 4 * 16 * 1024 + 3 * 32 * 256 + 2 * 64 * 64;
    CHECK(kept == before_bn + shared + (16 * 1024 / 2 + 16 * 1024 / 4) + 64 + 16);
}
