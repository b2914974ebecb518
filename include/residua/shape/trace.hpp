#pragma once

/// \file
/// From the nested type to the list of nodes: one overload of `trace` per layer. Each takes the output of what stands
/// before it and returns its own; a layer that does not fit reports why and hands its input on.

#include <utility>

#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/shape/activations.hpp>
#include <residua/shape/block_parts.hpp>
#include <residua/shape/tracer.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// `trace` for one network: knows its list of activations.
template <class Activations, int capacity>
struct Walk : Tracer<capacity> {
    using Tracer<capacity>::add;

    template <class Layer>
    constexpr Cursor trace(Cursor at) {
        return trace(at, static_cast<const Layer*>(nullptr));
    }

    template <class Layer>
    requires requires(Chw shape) { Layer::output(shape); }
    constexpr bool fits(Chw shape, const Layer*) {
        const Problem found = Layer::check(shape);
        this->report(found);
        return found.kind == Kind::Accepted;
    }

    template <int out, int kernel, class... Options>
    constexpr Cursor trace(Cursor at, const Conv<out, kernel, Options...>* layer) {
        using Layer = Conv<out, kernel, Options...>;
        if (!fits(at.shape, layer)) return at;
        return this->conv(at, Op::conv, Layer::output(at.shape), Layer::window, Layer::bias,
                          this->next("conv", this->numbering.convs));
    }

    template <InheritsWidth Layer>
    constexpr Cursor trace(Cursor at, const Layer*) {
        if (this->width == 0) {
            this->report({Kind::WidthUnknown, {}, {0, Layer::size, Layer::size}});
            return at;
        }
        const int step = std::exchange(this->stride, 1);
        return this->same_conv(at, this->width * Layer::widening, Layer::size, step,
                               this->next("conv", this->numbering.convs));
    }

    /// Anything that is not a layer; a pointer prefers every base class to void.
    constexpr Cursor trace(Cursor at, const void*) {
        this->report({Kind::LayerUnknown});
        return at;
    }

    constexpr Cursor trace(Cursor at, const BN*) { return this->bn(at); }
    constexpr Cursor trace(Cursor at, const Identity*) { return at; }

    template <auto function>
    constexpr Cursor trace(Cursor at, const Activation<function>*) {
        return this->activation(at, meta::index_of(Activations{}, meta::type<Activation<function>>));
    }

    template <class Layer>
    constexpr Cursor pool(Cursor at, Op op, const Layer* layer) {
        if (!fits(at.shape, layer)) return at;
        return add({.op = op, .src = at.node, .shape = Layer::output(at.shape), .window = Layer::window});
    }

    template <int kernel, class... Options>
    constexpr Cursor trace(Cursor at, const MaxPool<kernel, Options...>* layer) {
        return pool(at, Op::max_pool, layer);
    }

    template <int kernel, class... Options>
    constexpr Cursor trace(Cursor at, const AvgPool<kernel, Options...>* layer) {
        return pool(at, Op::avg_pool, layer);
    }

    constexpr Cursor trace(Cursor at, const GlobalAvgPool*) {
        return add({.op = Op::avg_pool,
                    .src = at.node,
                    .shape = {at.shape.c, 1, 1},
                    .window = {at.shape.h, at.shape.w, 1, 0}});
    }

    template <int out, class... Options>
    constexpr Cursor trace(Cursor at, const Linear<out, Options...>* layer) {
        using Layer = Linear<out, Options...>;
        if (!fits(at.shape, layer)) return at;
        Name name = this->next("fc", this->numbering.linears);
        if (name.leaf_index == 1) name.leaf_index = -1;  // the usual single one is plain "fc"
        return this->conv(at, Op::linear, Layer::output(at.shape), Layer::window(at.shape), true, name);
    }

    template <FixedString name, class Layer>
    constexpr Cursor trace(Cursor at, const Named<name, Layer>*) {
        const int first = this->count;
        const Cursor end = trace<Layer>(at);
        if constexpr (capacity > 0)
            for (int i = first; i < this->count; ++i) {
                Name& given = this->graph.nodes[i].name;
                given.leaf = name.view();
                given.leaf_index = -1;
                given.given = true;
            }
        return end;
    }

    template <class... Layers>
    constexpr Cursor trace(Cursor at, const Sequence<Layers...>*) {
        const int before = std::exchange(this->position.layer, 0);
        ((++this->position.layer, at = trace<Layers>(at)), ...);
        this->position.layer = before;
        return at;
    }

    template <class Main, class Other>
    constexpr Cursor trace(Cursor at, const Residual<Main, Other>*) {
        const Numbering outer = this->numbering;
        Name scope{.scope = "residual", .scope_index = ++this->residuals};
        this->numbering = {scope};
        scope.branch = "shortcut";
        const Numbering main_numbering = std::exchange(this->numbering, {scope});
        const int step = this->stride;
        const bool outer_nested = std::exchange(this->nested, true);
        const Cursor other = trace<Other>(at);
        this->numbering = main_numbering;
        this->stride = step;  // of the stage, for both branches
        const Cursor main = trace<Main>(at);
        this->numbering = outer;
        this->nested = outer_nested;
        return this->sum(main, other);
    }

    template <class... Parts>
    constexpr Cursor trace(Cursor at, const ResidualBlock<Parts...>*) {
        using Block = BlockParts<Parts...>;
        if constexpr (Block::well_formed) {
            if (this->width > 0) return block<Block>(at);
            this->report({Kind::WidthUnknown});
        } else {
            this->report({Kind::BlockMalformed});
        }
        return at;
    }

    template <class Block>
    constexpr Cursor block(Cursor at) {
        const int step = std::exchange(this->stride, 1);
        const int before = this->position.layer;
        const Chw out = Block::output(at.shape, this->width, step);
        const Cursor other = shortcut(at, out, step, typename Block::Shortcut{});
        const int nonlinearity = meta::index_of(Activations{}, meta::type<typename Block::Nonlinearity>);
        Cursor main = at;
        for (int i = 0; i < Block::count; ++i) {
            this->position.layer = 3 * i + 1;
            const BlockConv conv = Block::convs[i];
            main = this->bn(this->same_conv(main, this->width * conv.widening, conv.kernel, conv.strided ? step : 1,
                                            this->next("conv", this->numbering.convs)));
            if (i + 1 < Block::count) main = this->activation(main, nonlinearity);
        }
        this->position.layer = before;
        if (other.node >= 0) main = this->sum(main, other);
        return this->activation(main, nonlinearity);
    }

    /// A shortcut's output, or no node at all in a plain network.
    constexpr Cursor shortcut(Cursor, Chw, int, Shortcut<None>) { return {}; }

    constexpr Cursor shortcut(Cursor at, Chw out, int step, Shortcut<IdentityA>) {
        if (at.shape == out) return at;
        if (at.shape.c > out.c) this->report({Kind::ShortcutLosesChannels, out, at.shape});
        const Window window{1, 1, step, 0};
        return add({.op = Op::shortcut_a,
                    .src = at.node,
                    .shape = {out.c, window.rows(at.shape.h), window.columns(at.shape.w)},
                    .window = window});
    }

    constexpr Cursor shortcut(Cursor at, Chw out, int step, Shortcut<ProjectionB>) {
        return at.shape == out ? at : shortcut(at, out, step, Shortcut<ProjectionC>{});
    }

    constexpr Cursor shortcut(Cursor at, Chw out, int step, Shortcut<ProjectionC>) {
        Name name = this->numbering.scope;
        name.branch = "downsample";
        name.leaf_index = this->numbering.projections++;
        const Cursor conv = this->same_conv(at, out.c, 1, step, name);
        name.leaf_index = this->numbering.projections++;
        return add(Op::bn, conv, conv.shape, name);
    }

    template <int n, int stage_width, class Block, class... Options>
    constexpr Cursor trace(Cursor at, const Stage<n, stage_width, Block, Options...>*) {
        const int number = ++this->stages;
        const int step = stride_or<Options...>(this->stage_seen ? 2 : 1);
        if (!are_stage_options<Options...>) this->report({Kind::OptionNotTaken});
        if (this->nested && sizeof...(Options) == 0) this->report({Kind::StrideUnknown});
        if (n <= 0 || stage_width <= 0 || step <= 0) {
            this->report({Kind::SizeNotPositive, {}, {stage_width, n, step}});
            return at;
        }
        const Numbering outer = this->numbering;
        const Position before = this->position;
        const int outer_width = std::exchange(this->width, stage_width);
        const int outer_stride = this->stride;  // still to be taken by a layer behind this stage
        const bool outer_nested = std::exchange(this->nested, true);
        for (int i = 0; i < n; ++i) {
            this->position = {before.entry, i + 1, 0};
            this->stride = i == 0 ? step : 1;
            this->numbering = {{.scope = "layer", .scope_index = number, .block = i}};
            at = trace<Block>(at);
            if (this->stride != 1) this->report({Kind::StrideUnused, {}, {0, step, step}});
        }
        this->width = outer_width;
        this->stride = outer_stride;
        this->nested = outer_nested;
        this->stage_seen = this->stage_seen || !outer_nested;
        this->position = before;
        this->numbering = outer;
        return at;
    }

    template <int c, int h, int w>
    constexpr Cursor input(const Input<c, h, w>*) {
        if (c <= 0 || h <= 0 || w <= 0) this->report({Kind::SizeNotPositive, {}, {c, h, w}});
        return add(Op::input, {}, {c, h, w});
    }

    template <class First, class... Layers>
    constexpr void network(const Network<First, Layers...>*) {
        if constexpr (requires { input(static_cast<const First*>(nullptr)); }) {
            Cursor at = input(static_cast<const First*>(nullptr));
            ((++this->position.entry, at = trace<Layers>(at)), ...);
        } else {
            network(static_cast<const void*>(nullptr));
        }
    }

    constexpr void network(const void*) { this->report({Kind::InputMissing}); }
};

}  // namespace residua::detail::inline RESIDUA_ISA
