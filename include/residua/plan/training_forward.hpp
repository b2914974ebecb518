#pragma once

#include <residua/plan/training_steps.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Groups element-wise nodes into blends and lists the passes forward.
template <int nodes>
class TrainingFusion {
  public:
    constexpr explicit TrainingFusion(const GraphView& graph) : graph_{graph}, uses_{graph} {
        blend_of_.fill(BlendNumber::none);
        plan_.holder.fill(BlendNumber::none);
        plan_.reader.fill(BlendNumber::none);
        plan_.first_bn.fill(NodeNumber::none);
        plan_.next_bn.fill(NodeNumber::none);
        plan_.inside.fill({});
    }

    constexpr ForwardPlan<nodes> run() {
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i) visit(i);
        const NodeNumber output = graph_.output().node;
        store(output);
        plan_.output = value(output).main;
        read_maps();
        return plan_;
    }

  private:
    static constexpr bool is_step(Op op) { return has_products(op) || is_pass(op) || role_of(op) == Role::concat; }

    constexpr Blend& value(NodeNumber node) { return value_[node]; }

    constexpr MapNumber new_map(Chw shape) {
        const MapNumber map{plan_.map_count++};
        plan_.maps[map] = shape;
        return map;
    }

    constexpr void visit(NodeNumber i) {
        const Node& node = graph_[i];
        const NodeNumber src = graph_.source(i);
        switch (role_of(node.op)) {
            case Role::norm:
                if (!value(src).plain()) store(src);
                value(i) = {.main = value(src).main, .main_bn = i};
                plan_.next_bn[i] = plan_.first_bn[value(i).main];
                plan_.first_bn[value(i).main] = i;
                break;
            case Role::function:
                if (value(src).activation >= 0) store(src);
                value(i) = value(src);
                value(i).activation = node.activation;
                break;
            case Role::sum:
                add(i);
                break;
            case Role::input:
                load(i);
                break;
            case Role::products:
            case Role::weighted:
            case Role::pass:
                operate(i);
                break;
            case Role::concat:
                concatenate(i);
                break;
        }
        value(i).shape = node.shape;
        const int differentiated = graph_.differentiated().find(i);
        if (uses_.count[i] > 1 || differentiated >= 0) share(i);
        if (differentiated >= 0) plan_.blends[blend_of(i)].differentiated = differentiated;
    }

    constexpr void add(NodeNumber i) {
        const NodeNumbers summands = graph_.sources(i);
        for (const NodeNumber src : summands)
            if (value(src).skip != MapNumber::none || value(src).activation >= 0) store(src);
        const Blend& main = value(summands[0]);
        const Blend& skip = value(summands[1]);
        value(i) = {.main = main.main, .main_bn = main.main_bn, .skip = skip.main, .skip_bn = skip.main_bn};
    }

    constexpr void load(NodeNumber i) {
        plan_.input = new_map(graph_[i].shape);
        value(i) = {.main = plan_.input};
        if (!only_steps_read(i)) load_input(i);
    }

    constexpr void operate(NodeNumber i) {
        const Node& node = graph_[i];
        const BlendNumber blend = blend_of(graph_.source(i));
        const Load load = load_of(blend);
        const MapNumber dst = new_map(node.shape);
        push({.op = node.op, .node = i, .blend = blend, .load = load, .dst = dst});
        value(i) = {.main = dst};
    }

    constexpr void concatenate(NodeNumber i) {
        const MapNumber dst = new_map(graph_[i].shape);
        StepNumber copied = StepNumber::none;
        for (int piece = 0; piece < graph_[i].source_count; ++piece) {
            const NodeNumber src = graph_.sources(i)[piece];
            if (may_be_inside(i, piece) && place_inside(src, {dst, first_channel(graph_, i, piece) / channel_block}))
                continue;
            const BlendNumber blend = blend_of(src);
            copied = StepNumber{plan_.forward_count};
            push({.op = graph_[i].op,
                  .node = i,
                  .blend = blend,
                  .load = load_of(blend),
                  .dst = dst,
                  .piece = piece,
                  .completes = false});
        }
        if (copied != StepNumber::none) {
            plan_.forward[copied].completes = true;
            plan_.is_copied_to[dst] = true;
        }
        value(i) = {.main = dst};
        blend_of(i);
    }

    /// Whether a source may be written in place, and its gradient be a part of the concatenation's, to which other
    /// readers add. Theirs come later on the way back if they come earlier on the way forward. An output is handed out
    /// when it is written.
    [[nodiscard]] constexpr bool may_be_inside(NodeNumber i, int piece) const {
        const NodeNumber src = graph_.sources(i)[piece];
        return fills_blocks_of(graph_, i, piece) && uses_.last[src] == i && graph_.output().node != i;
    }

    /// Whether there was a map for a node's value, in no other one yet.
    constexpr bool place_inside(NodeNumber node, Inside inside) {
        store(node);
        const MapNumber map = value(node).main;
        blend_of(node);
        if (map == plan_.input || plan_.inside[map].map != MapNumber::none) return false;
        plan_.inside[map] = inside;
        return true;
    }

    [[nodiscard]] constexpr bool only_steps_read(NodeNumber node) const {
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i)
            for (const NodeNumber src : graph_.sources(i))
                if (src == node && !is_step(graph_[i].op)) return false;
        return true;
    }

    /// Blends read maps, so an input that element-wise work reads becomes one. Steps go on reading the caller's.
    constexpr void load_input(NodeNumber i) {
        const BlendNumber blend = blend_of(i);
        const MapNumber map = new_map(graph_[i].shape);
        plan_.blends[blend].stored = map;
        plan_.holder[map] = blend;
        push({.op = graph_[i].op, .node = i, .blend = blend, .load = Load::compute_and_store});
        value(i) = {.main = map};
    }

    constexpr void push(const ForwardStep& step) { plan_.forward[StepNumber{plan_.forward_count++}] = step; }

    /// The blend that stands for a node's value, made when first asked for.
    constexpr BlendNumber blend_of(NodeNumber node) {
        BlendNumber& blend = blend_of_[node];
        if (blend == BlendNumber::none) {
            blend = BlendNumber{plan_.blend_count++};
            Blend& made = plan_.blends[blend];
            made = value(node);
            made.shape = graph_[node].shape;
            if (made.plain()) {
                made.stored = made.main;
                plan_.holder[made.main] = blend;
                written_[blend] = true;
            }
        }
        return blend;
    }

    constexpr Load load_of(BlendNumber blend) {
        const bool stores = plan_.blends[blend].stored != MapNumber::none;
        if (!stores) return Load::compute;
        if (written_[blend]) return Load::stored;
        written_[blend] = true;
        return Load::compute_and_store;
    }

    /// A value that several nodes read becomes a map of its own, written by the first operation that reads it.
    constexpr void share(NodeNumber i) {
        const BlendNumber blend = blend_of(i);
        Blend& shared = plan_.blends[blend];
        if (shared.stored == MapNumber::none) {
            shared.stored = new_map(graph_[i].shape);
            plan_.holder[shared.stored] = blend;
            if (!is_step(graph_[uses_.first[i]].op)) store(i);
        }
        value(i) = {.main = shared.stored, .shape = graph_[i].shape};
    }

    /// Makes sure that a map holds a node's value, with a pass of its own if need be.
    constexpr void store(NodeNumber i) {
        if (value(i).plain() && blend_of_[i] == BlendNumber::none) return;
        const BlendNumber blend = blend_of(i);
        Blend& stored = plan_.blends[blend];
        if (stored.stored == MapNumber::none) {
            stored.stored = new_map(graph_[i].shape);
            plan_.holder[stored.stored] = blend;
        }
        if (load_of(blend) == Load::compute_and_store)
            push({.op = graph_[i].op, .node = i, .blend = blend, .load = Load::compute_and_store});
        value(i) = {.main = stored.stored, .shape = graph_[i].shape};
    }

    constexpr void read_maps() {
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b)
            for (const MapNumber map : {plan_.blends[b].main, plan_.blends[b].skip})
                if (map != MapNumber::none && (plan_.holder[map] == BlendNumber::none || plan_.holder[map] == b))
                    plan_.reader[map] = b;
    }

    GraphView graph_;
    Uses<nodes> uses_;
    ForwardPlan<nodes> plan_{};
    Entries<Blend, nodes, NodeNumber> value_{};
    Entries<BlendNumber, nodes, NodeNumber> blend_of_{};
    ByBlend<bool, nodes> written_{};  ///< whether a blend's map has been written
};

}  // namespace residua::detail::inline RESIDUA_ISA
