#pragma once

#include <residua/graph/names.hpp>
#include <residua/graph/trace.hpp>
#include <residua/graph/verdicts.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <class... Layers>
constexpr auto layers_of(const Network<Layers...>*) {
    return meta::list<Layers...>;
}

constexpr auto layers_of(const void*) { return meta::list<>; }

/// What the user wrote at an entry of the network (entry 0 is the input), or all of it where there is no such entry.
template <class Net, int entry>
constexpr auto written_at() {
    using Entries = decltype(layers_of(static_cast<const Net*>(nullptr)));
    if constexpr (entry < meta::length<Entries>)
        return meta::type<meta::At<Entries, entry>>;
    else
        return meta::type<Net>;
}

/// A first walk through the network: how large it is, and whether it fits.
struct Survey {
    GraphSize size{};
    Problem problem{};
    Position position{};
};

template <class Net>
inline constexpr Survey survey = [] {
    Walk<ActivationsOf<Net>, GraphSize{}> walk;
    add_network(walk, static_cast<const Net*>(nullptr));
    return Survey{walk.size, walk.problem, walk.problem_position};
}();

template <class Net>
constexpr auto trace_nodes() {
    Walk<ActivationsOf<Net>, survey<Net>.size> walk;
    add_network(walk, static_cast<const Net*>(nullptr));
    return walk.graph;
}

/// The nodes of a network that fits.
template <class Net>
inline constexpr auto traced = trace_nodes<Net>();

template <class Net, int entry, int block, int layer>
using PlaceIn =
    At<EntryNumber<entry>, BlockNumber<block>, LayerNumber<layer>, meta::TypeOf<decltype(written_at<Net, entry>())>>;

template <class Net>
constexpr auto diagnose_names() {
    constexpr SameNames same = same_names(traced<Net>.view());
    if constexpr (same.later == NodeNumber::none) {
        return Accepted{};
    } else {
        constexpr Position later = traced<Net>.nodes[same.later].position;
        constexpr Position earlier = traced<Net>.nodes[same.earlier].position;
        return NameTaken<PlaceIn<Net, later.entry, later.block, later.layer>,
                         TakenAt<PlaceIn<Net, earlier.entry, earlier.block, earlier.layer>>>{};
    }
}

template <class Net>
constexpr auto diagnose() {
    constexpr Survey found = survey<Net>;
    constexpr Position p = found.position;
    using Where = PlaceIn<Net, p.entry, p.block, p.layer>;
    constexpr Chw e = found.problem.expected;
    constexpr Chw g = found.problem.got;
    constexpr Kind kind = found.problem.kind;
    if constexpr (kind == Kind::Accepted)
        return diagnose_names<Net>();
    else if constexpr (kind == Kind::InputMissing)
        return InputMissing<Wanted<Input<3, 32, 32>>, Got<meta::TypeOf<decltype(written_at<Net, 0>())>>>{};
    else if constexpr (kind == Kind::LayerUnknown)
        return LayerUnknown<Where>{};
    else if constexpr (kind == Kind::OptionNotTaken)
        return OptionNotTaken<Where>{};
    else if constexpr (kind == Kind::SizeNotPositive)
        return SizeNotPositive<Where, Got<SizesOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::KernelLargerThanInput)
        return KernelLargerThanInput<Where, Wanted<MapOf<e.c, e.h, e.w>>, Got<MapOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::SizeNotDivisible)
        return SizeNotDivisible<Where, Wanted<KernelOf<e.h, e.w>>, Got<MapOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::ChannelsNotDivisible)
        return ChannelsNotDivisible<Where, Wanted<MultipleOf<e.c>>, Got<ChannelsOf<g.c>>>{};
    else if constexpr (kind == Kind::LinearAfterMap)
        return LinearAfterMap<Where, Wanted<MapOf<e.c, e.h, e.w>>, Got<MapOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::WidthUnknown)
        return WidthUnknown<Where>{};
    else if constexpr (kind == Kind::BlockMalformed)
        return BlockMalformed<Where>{};
    else if constexpr (kind == Kind::StrideUnused)
        return StrideUnused<Where, Got<Stride<g.h>>>{};
    else if constexpr (kind == Kind::StrideUnknown)
        return StrideUnknown<Where>{};
    else if constexpr (kind == Kind::ChannelsDiffer)
        return ChannelsDiffer<Where, MainEndsIn<MapOf<e.c, e.h, e.w>>, ShortcutEndsIn<MapOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::MapSizesDiffer)
        return MapSizesDiffer<Where, MainEndsIn<MapOf<e.c, e.h, e.w>>, ShortcutEndsIn<MapOf<g.c, g.h, g.w>>>{};
    else if constexpr (kind == Kind::PaddingTooLarge)
        return PaddingTooLarge<Where, Wanted<Padding<e.h>>, Got<Padding<g.h>>>{};
    else
        return ShortcutLosesChannels<Where, MainEndsIn<MapOf<e.c, e.h, e.w>>, ShortcutEndsIn<MapOf<g.c, g.h, g.w>>>{};
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// `Accepted`, or the first thing that is wrong with the network, as a type. Never an error by itself.
template <class Net>
using Diagnose = decltype(detail::diagnose<Net>());

/// Whether the network fits.
template <class Net>
inline constexpr bool accepts = std::is_same_v<Diagnose<Net>, Accepted>;

}  // namespace residua::inline RESIDUA_ISA
