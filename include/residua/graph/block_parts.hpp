#pragma once

#include <residua/geometry/chw.hpp>
#include <residua/graph/activations.hpp>
#include <residua/layer/residual.hpp>
#include <residua/meta/entries.hpp>
#include <residua/meta/list.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One convolution of a block, as a value.
struct BlockConv {
    int kernel = 0;
    int widening = 1;
    bool strided = false;
};

constexpr bool is_shortcut(const void*) { return false; }
constexpr bool is_shortcut(const Shortcut<IdentityA>*) { return true; }
constexpr bool is_shortcut(const Shortcut<ProjectionB>*) { return true; }
constexpr bool is_shortcut(const Shortcut<ProjectionC>*) { return true; }
constexpr bool is_shortcut(const Shortcut<None>*) { return true; }

/// The convolutions among a block's parts; a single one stands for the two of the basic block. Without an explicit
/// stride the first has the stage's.
template <int count, class... Parts>
constexpr Entries<BlockConv, count> block_convs() {
    Entries<BlockConv, count> all{};
    int written = 0;
    const auto append = [&]<class Part>(const Part*) {
        if constexpr (InheritsWidth<Part>) all[written++] = {Part::size, Part::widening, Part::strided};
    };
    (append(static_cast<const Parts*>(nullptr)), ...);
    if (written == 1) all[1] = {all[0].kernel, all[0].widening, false};
    bool any = false;
    for (const BlockConv& conv : all) any = any || conv.strided;
    if (!any) all[0].strided = true;
    return all;
}

/// What a ResidualBlock's parts say: convolutions, then BN, then an activation, then the shortcut.
template <class... Parts>
struct BlockParts {
    static constexpr int written = (static_cast<int>(InheritsWidth<Parts>) + ... + 0);
    static constexpr int count = written == 1 ? 2 : written;

    /// The i-th part, void behind the last one.
    template <int i>
    using Part = meta::At<decltype(meta::list<Parts..., void, void, void>), i>;

    using Nonlinearity = ActivationBase<Part<written + 1>>;
    using Shortcut = Part<written + 2>;

    /// With the last three in their places, all others are convolutions.
    static constexpr bool well_formed = written >= 1 && sizeof...(Parts) == written + 3 &&
                                        std::is_same_v<Part<written>, BN> && !std::is_void_v<Nonlinearity> &&
                                        is_shortcut(static_cast<const Shortcut*>(nullptr));

    static constexpr Entries<BlockConv, count> convs = block_convs<count, Parts...>();

    /// Shape after the last convolution.
    static constexpr Chw output(Chw in, int width, int stride) {
        return {width * convs[count - 1].widening, (in.h - 1) / stride + 1, (in.w - 1) / stride + 1};
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
