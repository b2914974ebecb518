#pragma once

#include <residua/plan/algorithm.hpp>
#include <residua/plan/arena.hpp>
#include <residua/plan/layout.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One pass over memory of a forward run with fixed statistics: an operation, and what its epilogue does with each
/// result in registers: add the folded bias, add the shortcut's map, apply the activation.
struct InferenceStep {
    Op op = Op::conv;  ///< Op::bn, Op::add or Op::activation where no convolution could carry the element-wise work
    int node = -1;     ///< the operation's node
    int bn = -1;       ///< node of the batch normalisation that is folded in, or -1
    int src = -1;      ///< map read
    int skip = -1;     ///< map added, or -1
    int activation = -1;
    int dst = -1;                             ///< map written
    Algorithm algorithm = Algorithm::direct;  ///< with one image at a time
    Algorithm of_group = Algorithm::direct;   ///< with group_images
    bool bare = false;                        ///< weights are transformed each time (but see `step_of`)

    [[nodiscard]] constexpr Algorithm with(int images) const { return images == 1 ? algorithm : of_group; }

    /// The same with weights that are transformed in advance, for one image as for a group.
    [[nodiscard]] constexpr InferenceStep transformed() const {
        InferenceStep step = *this;
        step.bare = false;
        step.algorithm = of_group;
        return step;
    }
};

/// Images that go through the steps with heavy weights together, so that these are fetched from memory once for all.
inline constexpr int group_images = 8;

/// The steps of a network in inference, one image at a time, and the maps between them. Map 0 is the input.
template <int nodes>
struct InferencePlan {
    Entries<InferenceStep, nodes> steps{};
    Entries<Layout, nodes> layouts{};
    Entries<Buffer, nodes> buffers{};
    int step_count = 0;
    int map_count = 0;
    long arena_floats = 0;  ///< for one image
};

/// Turns nodes into steps: a convolution takes along the BN, addition and activation behind it.
template <int nodes>
class InferenceFusion {
  public:
    constexpr InferenceFusion(const Graph<nodes>& graph, Algorithm last) : graph_{graph}, last_{last}, uses_{graph} {
        map_of_.fill(-1);
        for (int i = 0; i < nodes; ++i)
            if (graph[i].op == Op::conv) most_channels_ = std::max(most_channels_, graph[i].shape.c);
    }

    constexpr InferencePlan<nodes> run() {
        for (int i = 0; i < nodes; ++i)
            if (map_of(i) < 0) emit(i);
        place();
        return plan_;
    }

  private:
    constexpr int& map_of(int node) { return map_of_[node]; }

    constexpr int new_map(int node) {
        plan_.layouts[plan_.map_count] = {.shape = graph_[node].shape};
        return plan_.map_count++;
    }

    constexpr void emit(int i) {
        const Node& node = graph_[i];
        if (node.op == Op::input) {
            map_of(i) = new_map(i);
            return;
        }
        InferenceStep step{.op = node.op, .node = i, .src = map_of(node.src)};
        if (node.op == Op::conv) choose(step, graph_[node.src].shape, node);
        int end = i;
        if (node.op == Op::bn) step.bn = i;
        if (node.op == Op::add) step.skip = map_of(node.other);
        if (node.op == Op::activation) step.activation = node.activation;
        const bool carries = is_conv(node.op) || node.op == Op::bn || node.op == Op::add;
        while (carries && absorb(step, end)) {
        }
        step.dst = new_map(end);
        map_of(end) = step.dst;
        plan_.steps[plan_.step_count++] = step;
    }

    constexpr void choose(InferenceStep& step, Chw src, const Node& node) {
        step.bare = has_bare_weights(src, node.shape, most_channels_);
        step.algorithm = inference_algorithm(src, node.shape, node.window, step.bare, 1, last_);
        step.of_group = inference_algorithm(src, node.shape, node.window, step.bare, group_images, last_);
        step.bare = step.bare && step.algorithm != Algorithm::direct;
    }

    /// Moves the element-wise node behind `end` into the step, if nobody else reads `end` and its operands exist.
    constexpr bool absorb(InferenceStep& step, int& end) {
        const int next = uses_.sole(end);
        if (next < 0 || step.activation >= 0) return false;
        const Node& node = graph_[next];
        if (node.op == Op::activation) {
            step.activation = node.activation;
        } else if (node.op == Op::bn && step.bn < 0 && step.skip < 0) {
            step.bn = next;
        } else if (node.op == Op::add && step.skip < 0) {
            const int skip = map_of(node.src == end ? node.other : node.src);
            if (skip < 0) return false;
            step.skip = skip;
        } else {
            return false;
        }
        map_of(end) = absorbed;
        end = next;
        return true;
    }

    /// Frames (which minimal filtering does without) and packing follow from who reads a map, its lifetime from when.
    constexpr void place() {
        bool all_convs = plan_.step_count > 0;
        for (int s = 0; s < plan_.step_count; ++s) {
            const InferenceStep& step = plan_.steps[s];
            Layout& src = plan_.layouts[step.src];
            const bool conv = is_conv(step.op);
            if (conv && step.algorithm == Algorithm::direct)
                src.halo = std::max(src.halo, graph_[step.node].window.padding);
            if (step.src == 0 && !conv) all_convs = false;
            if (step.skip == 0) all_convs = false;
            buffer(step.src).last = s;
            if (step.skip >= 0) buffer(step.skip).last = s;
            buffer(step.dst).first = s;
            buffer(step.dst).last = s;
        }
        plan_.layouts[0].packed = all_convs && plan_.layouts[0].shape.c < channel_block;
        buffer(plan_.map_count - 1).last = plan_.step_count;
        FirstFit<nodes + 1> placement;
        for (int m = 0; m < plan_.map_count; ++m) {
            buffer(m).floats = plan_.layouts[m].count();
            placement.place(buffer(m));
        }
        plan_.arena_floats = placement.peak();
    }

    constexpr Buffer& buffer(int map) { return plan_.buffers[map]; }

    static constexpr int absorbed = nodes;  ///< inside a step, in no map

    const Graph<nodes>& graph_;
    Algorithm last_;
    int most_channels_ = 0;  ///< of a convolution
    Uses<nodes> uses_;
    Entries<int, nodes> map_of_{};
    InferencePlan<nodes> plan_{};
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The network's inference plan.
template <class Net>
inline constexpr auto inference_plan =
    detail::InferenceFusion<graph_of<Net>.count()>(graph_of<Net>, last_algorithm<Net>).run();

}  // namespace residua::inline RESIDUA_ISA
