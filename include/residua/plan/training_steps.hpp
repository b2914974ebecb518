#pragma once

#include <utility>

#include <residua/meta/entries.hpp>
#include <residua/plan/arena.hpp>
#include <residua/plan/concat.hpp>
#include <residua/plan/layout.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An element-wise value of one or two maps, activation(norm(main) + norm(skip)), that exists while it is computed:
/// whoever reads it computes it on the way from memory. Only what several readers share is stored.
struct Blend {
    int main = -1;     ///< map
    int main_bn = -1;  ///< node of the normalisation, or -1
    int skip = -1;     ///< map, or -1
    int skip_bn = -1;
    int activation = -1;
    int stored = -1;  ///< map that holds the value, or -1; equal to `main` where nothing is computed
    Chw shape{};

    [[nodiscard]] constexpr bool plain() const { return main_bn < 0 && skip < 0 && activation < 0; }
};

/// Where a step gets its source blend from.
enum class Load : unsigned char { compute, compute_and_store, stored };

/// One pass over memory on the way forward: blend, operation, and the sums for the statistics of what was written.
/// A step without a map of its own only stores its blend.
struct ForwardStep {
    Op op{};
    int node = -1;
    int blend = -1;
    Load load = Load::compute;
    int dst = -1;           ///< map written by the operation, or -1
    int piece = -1;         ///< of a concatenation, which of its sources is copied
    bool completes = true;  ///< all of the map is there after this
};

/// A summand of a blend, seen from the value it reads.
struct Summand {
    int blend = -1;
    bool skip = false;  ///< the second summand

    [[nodiscard]] constexpr int map(const Blend& of) const { return skip ? of.skip : of.main; }
    [[nodiscard]] constexpr int bn(const Blend& of) const { return skip ? of.skip_bn : of.main_bn; }
};

/// One pass on the way back: the gradient of a blend's value, from a step's operation, from what earlier passes left,
/// and from other blends that read the stored value; when it is complete, times the blend's derivative, with the sums
/// that BN's gradient needs. With a step, also the gradient of its weights. Or a pass that only computes again what was
/// dropped: the result of a step, or stored values.
struct BackwardStep {
    int step = -1;             ///< forward step, or -1
    int blend = -1;            ///< whose gradient, or -1 for the network's input, which needs none
    bool accumulates = false;  ///< adds to an earlier partial gradient
    bool finishes = false;     ///< the gradient is complete after this
    bool output = false;       ///< the value is the network's output, so its gradient comes from the caller
    bool repeats = false;      ///< only runs its step forward again
    int restores = 0;          ///< only computes so many stored values again, of plan.restored
    int first_restored = 0;
    Entries<Summand, 2> pulls{};  ///< summands that read the stored value
};

/// The passes forward, what they read and write. The input's map stays where the caller has it.
template <int nodes>
struct ForwardPlan {
    /// A node makes at most one step, one blend and one map; the input may be copied to a second one.
    static constexpr int capacity = nodes + 1;
    static constexpr int map_capacity = 2 * capacity;  ///< with those that hold values again

    Entries<ForwardStep, capacity> forward{};
    Entries<Blend, capacity> blends{};
    Entries<Chw, map_capacity> maps{};
    Entries<int, capacity> reader{};    ///< blend that reads a map an operation wrote, or -1
    Entries<int, capacity> holder{};    ///< blend whose value map i holds, or -1
    Entries<int, capacity> first_bn{};  ///< a BN node that normalises map i, or -1
    Entries<Inside, map_capacity> inside{};
    Entries<bool, capacity>
        is_copied_to{};             ///< whether map i is a concatenation that some of its sources are copied to
    Entries<int, nodes> next_bn{};  ///< the next one of the same map, or -1
    int forward_count = 0;
    int blend_count = 0;
    int map_count = 0;
    int input = -1;   ///< map
    int output = -1;  ///< map
};

/// And those back.
template <int nodes>
struct BackwardPlan : ForwardPlan<nodes> {
    Entries<BackwardStep, 3 * ForwardPlan<nodes>::capacity> backward{};
    int backward_count = 0;
};

/// And which maps are dropped before the way back.
template <int nodes>
struct DroppingPlan : BackwardPlan<nodes> {
    Entries<bool, ForwardPlan<nodes>::map_capacity> dropped{};
};

/// And where their values are on the way back.
template <int nodes>
struct RestoringPlan : DroppingPlan<nodes> {
    Entries<int, ForwardPlan<nodes>::map_capacity> backward_map{};   ///< holds map i's values on the way back
    Entries<Blend, ForwardPlan<nodes>::capacity> backward_blends{};  ///< the blends, of these maps
    Entries<int, ForwardPlan<nodes>::capacity> restored{};  ///< blends whose values are computed again, in this order
};

/// And how large maps and gradients are, and how long they are there.
template <int nodes>
struct LifetimesPlan : RestoringPlan<nodes> {
    Entries<Buffer, ForwardPlan<nodes>::map_capacity> map_buffers{};   ///< of map i
    Entries<Buffer, ForwardPlan<nodes>::capacity> gradient_buffers{};  ///< of the gradient of blend i
};

/// All of it, with the buffers' places.
template <int nodes>
struct TrainingPlan : LifetimesPlan<nodes> {
    long arena_floats = 0;  ///< for one image
};

/// The blend whose stored value a map is, if it is another than `reader`, or -1.
template <int nodes>
constexpr int stored_blend(const ForwardPlan<nodes>& plan, int map, int reader) {
    return map >= 0 && plan.holder[map] != reader ? plan.holder[map] : -1;
}

/// Calls `visit(bn, first channel)` for the normalisations whose statistics are known when a map has been written: its
/// own, and those of maps that it lies in, from this channel on, unless what is copied there completes them.
template <int nodes, class Visit>
constexpr void for_each_bn_of(const ForwardPlan<nodes>& plan, int map, const Visit& visit) {
    for (int first = 0; map >= 0;) {
        for (int bn = plan.first_bn[map]; bn >= 0; bn = plan.next_bn[bn]) visit(bn, first);
        first += plan.inside[map].first_block * channel_block;
        map = plan.inside[map].map;
        if (map >= 0 && plan.is_copied_to[map]) return;
    }
}

template <int nodes>
constexpr bool has_statistics(const ForwardPlan<nodes>& plan, int map) {
    bool found = false;
    if (map >= 0) for_each_bn_of(plan, map, [&](int, int) { found = true; });
    return found;
}

/// The blends whose stored values a blend reads.
template <int nodes, class Visit>
constexpr void for_each_stored_summand(const ForwardPlan<nodes>& plan, int blend, const Visit& visit) {
    const Blend& of = plan.blends[blend];
    for (const int map : {of.main, of.skip})
        if (const int summand = stored_blend(plan, map, blend); summand >= 0) visit(summand);
}

/// The blends whose maps a pass on the way back reads: that of its gradient, those it pulls from, and its step's source
/// and reader. May visit one twice.
template <int nodes, class Visit>
constexpr void for_each_blend_of(const ForwardPlan<nodes>& plan, const BackwardStep& pass, const Visit& visit) {
    if (pass.blend >= 0) visit(pass.blend);
    for (const Summand& pulled : pass.pulls)
        if (pulled.blend >= 0) visit(pulled.blend);
    if (pass.step < 0) return;
    const ForwardStep& step = plan.forward[pass.step];
    visit(step.blend);
    if (const int reader = plan.reader[step.dst]; reader >= 0) visit(reader);
}

}  // namespace residua::detail::inline RESIDUA_ISA
