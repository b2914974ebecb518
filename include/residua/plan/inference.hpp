#pragma once

#include <utility>

#include <residua/geometry/layout.hpp>
#include <residua/plan/algorithm.hpp>
#include <residua/plan/arena.hpp>
#include <residua/plan/concat.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One pass over memory of a forward run with fixed statistics: an operation, and what its epilogue does with each
/// result in registers: add the folded bias, add the shortcut's map, apply the activation.
struct InferenceStep {
    Op op{};                             ///< element-wise where no pass could carry the element-wise work
    NodeNumber node = NodeNumber::none;  ///< the operation's node
    NodeNumber bn = NodeNumber::none;    ///< node of the batch normalisation that is folded in, or none
    MapNumber src = MapNumber::none;     ///< read
    MapNumber skip = MapNumber::none;    ///< added, or none
    int activation = -1;
    MapNumber dst = MapNumber::none;          ///< written
    int piece = -1;                           ///< of a concatenation, which of its sources is copied
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

/// The steps of a network in inference, one image at a time, and the maps between them.
template <int nodes>
struct InferencePlan {
    Entries<InferenceStep, nodes, StepNumber> steps{};
    Entries<Layout, nodes, MapNumber> layouts{};
    Entries<Buffer, nodes, MapNumber> buffers{};
    Entries<Inside, nodes, MapNumber> inside{};
    int step_count = 0;
    int map_count = 0;
    MapNumber input = MapNumber::none;
    MapNumber output = MapNumber::none;
    long arena_floats = 0;  ///< for one image
};

/// Turns nodes into steps: what has weights takes along the BN, addition and activation behind it.
template <int nodes>
class InferenceFusion {
  public:
    constexpr InferenceFusion(const GraphView& graph, Algorithm last) : graph_{graph}, last_{last}, uses_{graph} {
        map_of_.fill(MapNumber::none);
        plan_.inside.fill({});
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i)
            if (has_products(graph[i].op) && !row_of(graph[i].op).takes_images_as_columns)
                most_channels_ = std::max(most_channels_, graph[i].shape.c);
    }

    constexpr InferencePlan<nodes> run() {
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i)
            if (map_of(i) == MapNumber::none) emit(i);
        plan_.output = map_of(graph_.output().node);
        place();
        return plan_;
    }

  private:
    constexpr MapNumber& map_of(NodeNumber node) { return map_of_[node]; }

    constexpr MapNumber new_map(NodeNumber node) {
        const MapNumber map{plan_.map_count++};
        plan_.layouts[map] = {.shape = graph_[node].shape};
        return map;
    }
    constexpr void push(const InferenceStep& step) { plan_.steps[StepNumber{plan_.step_count++}] = step; }

    constexpr void emit(NodeNumber i) {
        const Node& node = graph_[i];
        const Role role = role_of(node.op);
        if (role == Role::input) {
            map_of(i) = plan_.input = new_map(i);
            return;
        }
        if (role == Role::concat) return concatenate(i);
        InferenceStep step{.op = node.op, .node = i, .src = map_of(graph_.source(i))};
        if (role == Role::products) choose(step, graph_.source_shape(i), node);
        NodeNumber end = i;
        if (role == Role::norm) step.bn = i;
        if (role == Role::sum) step.skip = map_of(graph_.sources(i)[1]);
        if (role == Role::function) step.activation = node.activation;
        while (is_finished(node.op) && absorb(step, end)) {
        }
        step.dst = new_map(end);
        map_of(end) = step.dst;
        push(step);
    }

    /// Sources that fill blocks are written in place. The input's map stays where images are loaded.
    constexpr void concatenate(NodeNumber i) {
        const MapNumber dst = map_of(i) = new_map(i);
        for (int piece = 0; piece < graph_[i].source_count; ++piece) {
            const MapNumber src = map_of(graph_.sources(i)[piece]);
            if (fills_blocks_of(graph_, i, piece) && src != plan_.input && plan_.inside[src].map == MapNumber::none)
                plan_.inside[src] = {dst, first_channel(graph_, i, piece) / channel_block};
            else
                push({.op = graph_[i].op, .node = i, .src = src, .dst = dst, .piece = piece});
        }
    }

    constexpr void choose(InferenceStep& step, Chw src, const Node& node) {
        step.bare = has_bare_weights(src, node.shape, most_channels_);
        step.algorithm = inference_algorithm(src, node.shape, node.window, step.bare, 1, last_);
        step.of_group = inference_algorithm(src, node.shape, node.window, step.bare, group_images, last_);
        step.bare = step.bare && step.algorithm != Algorithm::direct;
    }

    /// Moves the element-wise node behind `end` into the step, if nobody else reads `end` and its operands exist.
    constexpr bool absorb(InferenceStep& step, NodeNumber& end) {
        const NodeNumber next = uses_.sole(end);
        if (next == NodeNumber::none || step.activation >= 0) return false;
        const Node& node = graph_[next];
        const Role role = role_of(node.op);
        if (role == Role::function) {
            step.activation = node.activation;
        } else if (role == Role::norm && step.bn == NodeNumber::none && step.skip == MapNumber::none) {
            step.bn = next;
        } else if (role == Role::sum && step.skip == MapNumber::none) {
            const NodeNumbers summands = graph_.sources(next);
            const MapNumber skip = map_of(summands[0] == end ? summands[1] : summands[0]);
            if (skip == MapNumber::none) return false;
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
        for (StepNumber s{}; s < StepNumber{plan_.step_count}; ++s) {
            const InferenceStep& step = plan_.steps[s];
            Layout& src = plan_.layouts[step.src];
            const bool conv = has_products(step.op);
            if (is_weighted_pass(step.op) || (conv && step.algorithm == Algorithm::direct))
                src.halo = std::max(src.halo, graph_[step.node].window.padding);
            if (step.src == plan_.input && !conv) all_convs = false;
            if (step.skip == plan_.input) all_convs = false;
            buffer(step.src).last = place_of(s);
            if (step.skip != MapNumber::none) buffer(step.skip).last = place_of(s);
            if (!std::exchange(written_[step.dst], true)) buffer(step.dst).first = place_of(s);
            buffer(step.dst).last = place_of(s);
        }
        join_insides();
        Layout& input = plan_.layouts[plan_.input];
        input.packed = all_convs && input.shape.c < channel_block;
        buffer(plan_.output).last = plan_.step_count;
        FirstFit<nodes + 1> placement;
        Entries<bool, nodes, MapNumber> placed{};
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) {
            const MapNumber outer = outermost(plan_.inside, m).map;
            if (std::exchange(placed[outer], true)) continue;
            buffer(outer).floats = plan_.layouts[outer].count();
            placement.place(buffer(outer));
        }
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) {
            const Inside at = outermost(plan_.inside, m);
            buffer(m).offset = buffer(at.map).offset + at.first_block * plan_.layouts[m].block();
        }
        plan_.arena_floats = placement.peak();
    }

    /// Maps inside of one another have the same frame, and are there as long as any of them is.
    constexpr void join_insides() {
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) {
            const MapNumber outer = outermost(plan_.inside, m).map;
            if (outer == m) continue;
            if (!std::exchange(written_[outer], true)) buffer(outer).first = buffer(m).first;
            buffer(outer).first = std::min(buffer(outer).first, buffer(m).first);
            buffer(outer).last = std::max(buffer(outer).last, buffer(m).last);
            plan_.layouts[outer].halo = std::max(plan_.layouts[outer].halo, plan_.layouts[m].halo);
        }
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m)
            plan_.layouts[m].halo = plan_.layouts[outermost(plan_.inside, m).map].halo;
    }

    constexpr Buffer& buffer(MapNumber map) { return plan_.buffers[map]; }

    static constexpr MapNumber absorbed{nodes};  ///< inside a step, in no map

    GraphView graph_;
    Algorithm last_;
    int most_channels_ = 0;  ///< of a convolution
    Uses<nodes> uses_;
    Entries<MapNumber, nodes, NodeNumber> map_of_{};
    Entries<bool, nodes, MapNumber> written_{};  ///< maps, by steps
    InferencePlan<nodes> plan_{};
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The network's inference plan.
template <class Net>
inline constexpr auto inference_plan =
    detail::InferenceFusion<graph_of<Net>.count()>(graph_of<Net>, last_algorithm<Net>).run();

}  // namespace residua::inline RESIDUA_ISA
