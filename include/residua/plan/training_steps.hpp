#pragma once

#include <utility>

#include <residua/geometry/layout.hpp>
#include <residua/meta/entries.hpp>
#include <residua/plan/arena.hpp>
#include <residua/plan/concat.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An element-wise value of one or two maps, activation(norm(main) + norm(skip)), that exists while it is computed:
/// whoever reads it computes it on the way from memory. Only what several readers share is stored.
struct Blend {
    MapNumber main = MapNumber::none;
    NodeNumber main_bn = NodeNumber::none;  ///< the normalisation, or none
    MapNumber skip = MapNumber::none;       ///< or none
    NodeNumber skip_bn = NodeNumber::none;
    int activation = -1;
    MapNumber stored = MapNumber::none;  ///< holds the value, or none; equal to `main` where nothing is computed
    int differentiated = -1;             ///< which one it is of the values whose gradients the caller wants, or -1
    Chw shape{};

    [[nodiscard]] constexpr bool plain() const {
        return main_bn == NodeNumber::none && skip == MapNumber::none && activation < 0;
    }
};

/// Where a step gets its source blend from.
enum class Load : unsigned char { compute, compute_and_store, stored };

/// One pass over memory on the way forward: blend, operation, and the sums for the statistics of what was written.
/// A step without a map of its own only stores its blend.
struct ForwardStep {
    Op op{};
    NodeNumber node = NodeNumber::none;
    BlendNumber blend = BlendNumber::none;
    Load load = Load::compute;
    MapNumber dst = MapNumber::none;  ///< written by the operation, or none
    int piece = -1;                   ///< of a concatenation, which of its sources is copied
    bool completes = true;            ///< all of the map is there after this
};

/// A summand of a blend, seen from the value it reads.
struct Summand {
    BlendNumber blend = BlendNumber::none;
    bool skip = false;  ///< the second summand

    [[nodiscard]] constexpr MapNumber map(const Blend& of) const { return skip ? of.skip : of.main; }
    [[nodiscard]] constexpr NodeNumber bn(const Blend& of) const { return skip ? of.skip_bn : of.main_bn; }
};

/// One pass on the way back: the gradient of a blend's value, from a step's operation, from what earlier passes left,
/// and from other blends that read the stored value; when it is complete, times the blend's derivative, with the sums
/// that BN's gradient needs. With a step, also the gradient of its weights. Or a pass that only computes again what was
/// dropped: the result of a step, or stored values.
struct BackwardStep {
    StepNumber step = StepNumber::none;     ///< forward step, or none
    BlendNumber blend = BlendNumber::none;  ///< whose gradient; none for the input's, unless the caller wants it
    bool accumulates = false;               ///< adds to an earlier partial gradient
    bool finishes = false;                  ///< the gradient is complete after this
    bool output = false;   ///< the value is the network's output, so its gradient comes from the caller
    bool repeats = false;  ///< only runs its step forward again
    int restores = 0;      ///< only computes so many stored values again, of plan.restored
    int first_restored = 0;
    Entries<Summand, 2> pulls{};  ///< summands that read the stored value
};

/// What a plan lists: a node makes at most one step, one blend and one map on the way forward; the input may be copied
/// to a second map. On the way back each map may have another one that holds its values again.
template <class T, int nodes>
using ByStep = Entries<T, nodes + 1, StepNumber>;
template <class T, int nodes>
using ByBlend = Entries<T, nodes + 1, BlendNumber>;
template <class T, int nodes>
using ByWrittenMap = Entries<T, nodes + 1, MapNumber>;
template <class T, int nodes>
using ByMap = Entries<T, 2 * (nodes + 1), MapNumber>;
template <class T, int nodes>
using ByPass = Entries<T, 3 * (nodes + 1), PassNumber>;

/// The passes forward, what they read and write. The input's map stays where the caller has it.
template <int nodes>
struct ForwardPlan {
    ByStep<ForwardStep, nodes> forward{};
    ByBlend<Blend, nodes> blends{};
    ByMap<Chw, nodes> maps{};
    ByWrittenMap<BlendNumber, nodes> reader{};   ///< of a map that an operation wrote, or none
    ByWrittenMap<BlendNumber, nodes> holder{};   ///< the blend whose value a map holds, or none
    ByWrittenMap<NodeNumber, nodes> first_bn{};  ///< a BN that normalises a map, or none
    ByMap<Inside, nodes> inside{};
    ByWrittenMap<bool, nodes> is_copied_to{};          ///< a concatenation that some of its sources are copied to
    Entries<NodeNumber, nodes, NodeNumber> next_bn{};  ///< the next one of the same map, or none
    int forward_count = 0;
    int blend_count = 0;
    int map_count = 0;
    MapNumber input = MapNumber::none;
    MapNumber output = MapNumber::none;
};

/// And those back.
template <int nodes>
struct BackwardPlan : ForwardPlan<nodes> {
    ByPass<BackwardStep, nodes> backward{};
    int backward_count = 0;
};

/// And which maps are dropped before the way back.
template <int nodes>
struct DroppingPlan : BackwardPlan<nodes> {
    ByMap<bool, nodes> dropped{};
};

/// And where their values are on the way back.
template <int nodes>
struct RestoringPlan : DroppingPlan<nodes> {
    ByMap<MapNumber, nodes> backward_map{};      ///< holds a map's values on the way back
    ByBlend<Blend, nodes> backward_blends{};     ///< the blends, of these maps
    Entries<BlendNumber, nodes + 1> restored{};  ///< blends whose values are computed again, in this order
};

/// And how large maps and gradients are, and how long they are there.
template <int nodes>
struct LifetimesPlan : RestoringPlan<nodes> {
    ByMap<Buffer, nodes> map_buffers{};
    ByBlend<Buffer, nodes> gradient_buffers{};  ///< of the gradients of blends
};

/// All of it, with the buffers' places.
template <int nodes>
struct TrainingPlan : LifetimesPlan<nodes> {
    long arena_floats = 0;  ///< for one image
};

/// The blend whose stored value a map is, if it is another than `reader`, or none.
template <int nodes>
constexpr BlendNumber stored_blend(const ForwardPlan<nodes>& plan, MapNumber map, BlendNumber reader) {
    return map != MapNumber::none && plan.holder[map] != reader ? plan.holder[map] : BlendNumber::none;
}

/// Calls `visit(bn, first channel)` for the normalisations whose statistics are known when a map has been written: its
/// own, and those of maps that it lies in, from this channel on, unless what is copied there completes them.
template <int nodes, class Visit>
constexpr void for_each_bn_of(const ForwardPlan<nodes>& plan, MapNumber map, const Visit& visit) {
    for (int first = 0; map != MapNumber::none;) {
        for (NodeNumber bn = plan.first_bn[map]; bn != NodeNumber::none; bn = plan.next_bn[bn]) visit(bn, first);
        first += plan.inside[map].first_block * channel_block;
        map = plan.inside[map].map;
        if (map != MapNumber::none && plan.is_copied_to[map]) return;
    }
}

template <int nodes>
constexpr bool has_statistics(const ForwardPlan<nodes>& plan, MapNumber map) {
    bool found = false;
    if (map != MapNumber::none) for_each_bn_of(plan, map, [&](NodeNumber, int) { found = true; });
    return found;
}

/// The blends whose stored values a blend reads.
template <int nodes, class Visit>
constexpr void for_each_stored_summand(const ForwardPlan<nodes>& plan, BlendNumber blend, const Visit& visit) {
    const Blend& of = plan.blends[blend];
    for (const MapNumber map : {of.main, of.skip})
        if (const BlendNumber summand = stored_blend(plan, map, blend); summand != BlendNumber::none) visit(summand);
}

/// The blends whose maps a pass on the way back reads: that of its gradient, those it pulls from, and its step's source
/// and reader. May visit one twice.
template <int nodes, class Visit>
constexpr void for_each_blend_of(const ForwardPlan<nodes>& plan, const BackwardStep& pass, const Visit& visit) {
    if (pass.blend != BlendNumber::none) visit(pass.blend);
    for (const Summand& pulled : pass.pulls)
        if (pulled.blend != BlendNumber::none) visit(pulled.blend);
    if (pass.step == StepNumber::none) return;
    const ForwardStep& step = plan.forward[pass.step];
    visit(step.blend);
    if (const BlendNumber reader = plan.reader[step.dst]; reader != BlendNumber::none) visit(reader);
}

}  // namespace residua::detail::inline RESIDUA_ISA
