#pragma once

/// \file
/// Lanes of a block change places. Beside pack.hpp, for the kernels of grouped convolution alone.

#include <utility>

#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Lane i gets what lane i ^ `distance` has. Not xsimd's swizzle, which its older releases do not have.
template <int distance>
RESIDUA_INLINE PackPart exchange(PackPart value) {
    static_assert(distance >= 0 && distance < PackPart::size);
    const typename Register::register_type from = value.registers[0];
    return [&]<int... i>(std::integer_sequence<int, i...>) RESIDUA_INLINE_LAMBDA {
        return PackPart{{Register(__builtin_shufflevector(from, from, (i ^ distance)...))}};
    }
    (std::make_integer_sequence<int, PackPart::size>{});
}

/// The same value, of which compilers do not know that it came from memory. GCC 12 else reads what several products
/// need once for each of them, though there are registers enough: loads are then what the loop waits for.
RESIDUA_INLINE PackPart in_register(PackPart value) {
    typename Register::register_type here = value.registers[0];
#if defined(__aarch64__)
    __asm__("" : "+w"(here));
#else
    __asm__("" : "+v"(here));
#endif
    return {{Register(here)}};
}

/// The part of a block that has, in lane i of the block, what lane i ^ `distance` has in memory. What is further away
/// than a register is wide is another part.
template <int distance>
RESIDUA_INLINE PackPart load_exchanged(const float* block, int part) {
    constexpr int parts = distance / PackPart::size;
    return detail::exchange<distance % PackPart::size>(PackPart::load(block + (part ^ parts) * PackPart::size));
}

}  // namespace residua::detail::inline RESIDUA_ISA
