#pragma once

/// \file
/// One block of channels in registers: 16 floats, whatever the width of the machine's registers.
/// The door to xsimd: kernels and tensor formulas use it through Pack only.
/// All functions are pure and inlined into their caller.

// GCC 12 warns of its own _mm512_undefined_ps inside AVX-512 intrinsics, wherever they end up inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <xsimd/xsimd.hpp>

#include <residua/config.hpp>
#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

using Register = xsimd::batch<float>;

inline constexpr int register_count = channel_block / static_cast<int>(Register::size);
static_assert(register_count == 1 || register_count == 2 || register_count == 4,
              "a block of 16 channels fills one, two or four registers");

/// a * b + c. xsimd 8.1 knows no AVX-512 fma and Clang does not contract across intrinsics.
RESIDUA_INLINE Register fma(Register a, Register b, Register c) {
#if defined(__AVX512F__)
    return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__) && defined(__FMA__)
    return _mm256_fmadd_ps(a, b, c);
#else
    return xsimd::fma(a, b, c);
#endif
}

/// a / b, rounded once. Not xsimd's, which on ARM multiplies with an estimate that knows no infinity.
RESIDUA_INLINE Register divide(Register a, Register b) {
#if defined(__aarch64__)
    return Register(vdivq_f32(a, b));
#else
    return a / b;
#endif
}

/// The machine's maximum and minimum. Those of x86 answer b where either is NaN. Not xsimd's, whose releases differ in
/// which operand that is.
RESIDUA_INLINE Register machine_max(Register a, Register b) {
#if defined(__AVX512F__)
    return _mm512_max_ps(a, b);
#elif defined(__AVX__)
    return _mm256_max_ps(a, b);
#elif defined(__SSE2__)
    return _mm_max_ps(a, b);
#else
    return xsimd::max(a, b);
#endif
}
RESIDUA_INLINE Register machine_min(Register a, Register b) {
#if defined(__AVX512F__)
    return _mm512_min_ps(a, b);
#elif defined(__AVX__)
    return _mm256_min_ps(a, b);
#elif defined(__SSE2__)
    return _mm_min_ps(a, b);
#else
    return xsimd::min(a, b);
#endif
}

/// The machine's answer to a and b, but NaN where a is. NEON answers so by itself.
RESIDUA_INLINE Register or_nan(Register answer, [[maybe_unused]] Register a) {
#if defined(__AVX512F__)
    return _mm512_mask_mov_ps(a, _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q), answer);
#elif defined(__AVX__)
    return _mm256_or_ps(answer, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
#elif defined(__SSE2__)
    return _mm_or_ps(answer, _mm_cmpunord_ps(a, a));
#else
    return answer;
#endif
}

/// xsimd 8.1 makes NEON's square root of an infinity NaN.
RESIDUA_INLINE Register sqrt(Register a) {
#if defined(__aarch64__)
    return vsqrtq_f32(a);
#else
    return xsimd::sqrt(a);
#endif
}

/// Writes past the caches: a whole line need not be fetched to be overwritten, and drives nothing else out.
RESIDUA_INLINE void stream(Register value, float* dst) {
#if defined(__AVX512F__)
    _mm512_stream_ps(dst, value);
#elif defined(__AVX__)
    _mm256_stream_ps(dst, value);
#elif defined(__SSE2__)
    _mm_stream_ps(dst, value);
#else
    value.store_aligned(dst);
#endif
}

/// xsimd 8.1's logarithm for AVX-512BW does not compile without optimisation, so that machine works on two halves.
RESIDUA_INLINE Register log(Register a) {
#if defined(__AVX512F__)
    using Half = xsimd::batch<float, xsimd::avx2>;
    alignas(alignment) float lanes[Register::size];
    a.store_aligned(lanes);
    xsimd::log(Half::load_aligned(lanes)).store_aligned(lanes);
    xsimd::log(Half::load_aligned(lanes + Half::size)).store_aligned(lanes + Half::size);
    return Register::load_aligned(lanes);
#else
    return xsimd::log(a);
#endif
}

/// Values{f(0), f(1), ...}, one call per register. Written out because a loop over registers in memory survives -O2.
template <class Values, class PerRegister>
RESIDUA_INLINE Values for_registers(PerRegister f) {
    if constexpr (Values::register_count == 1) {
        return {{f(0)}};
    } else if constexpr (Values::register_count == 2) {
        return {{f(0), f(1)}};
    } else {
        return {{f(0), f(1), f(2), f(3)}};
    }
}

/// Sixteen truth values, the result of comparing two packs.
struct PackMask {
    static constexpr int register_count = detail::register_count;

    xsimd::batch_bool<float> registers[register_count];
};

/// Floats in so many registers.
template <int count>
struct Registers {
    using Register = detail::Register;
    static constexpr int register_count = count;
    static constexpr int register_size = static_cast<int>(Register::size);
    static constexpr int size = count * register_size;

    detail::Row<Register, count> registers;

    /// Reads `size` floats; `src` is aligned to as many bytes as they take.
    static RESIDUA_INLINE Registers load(const float* src) {
        return detail::for_registers<Registers>(
            [=](int i) RESIDUA_INLINE_LAMBDA { return Register::load_aligned(src + i * register_size); });
    }
    static RESIDUA_INLINE Registers load_unaligned(const float* src) {
        return detail::for_registers<Registers>(
            [=](int i) RESIDUA_INLINE_LAMBDA { return Register::load_unaligned(src + i * register_size); });
    }
    static RESIDUA_INLINE Registers broadcast(float value) {
        return detail::for_registers<Registers>([=](int) RESIDUA_INLINE_LAMBDA { return Register(value); });
    }
    static RESIDUA_INLINE Registers zero() { return broadcast(0.0f); }

    /// Writes `size` floats; `dst` is aligned to as many bytes as they take.
    RESIDUA_INLINE void store(float* dst) const {
        for (int i = 0; i < count; ++i) registers[i].store_aligned(dst + i * register_size);
    }
    /// The same past the caches, for what nobody reads soon. Other threads see it after `finish_streams`.
    RESIDUA_INLINE void stream(float* dst) const {
        for (int i = 0; i < count; ++i) detail::stream(registers[i], dst + i * register_size);
    }
    RESIDUA_INLINE void store_unaligned(float* dst) const {
        for (int i = 0; i < count; ++i) registers[i].store_unaligned(dst + i * register_size);
    }
};

/// Sixteen floats in registers; lane i of the pack is channel i of a block.
using Pack = Registers<detail::register_count>;

/// The part of a block that one register holds: what computes with many values at a time goes through a block part by
/// part, or machines with few registers would keep most of them in memory.
using PackPart = Registers<1>;

template <class Function, class Values>
RESIDUA_INLINE Values map_registers(Function f, Values a) {
    return for_registers<Values>([&](int i) RESIDUA_INLINE_LAMBDA { return Register(f(a.registers[i])); });
}

template <class Function, class Values>
RESIDUA_INLINE Values map_registers(Function f, Values a, Values b) {
    return for_registers<Values>([&](int i)
                                     RESIDUA_INLINE_LAMBDA { return Register(f(a.registers[i], b.registers[i])); });
}

template <int count>
RESIDUA_INLINE Registers<count> operator+(Registers<count> a, Registers<count> b) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return u + v; }, a, b);
}
template <int count>
RESIDUA_INLINE Registers<count> operator-(Registers<count> a, Registers<count> b) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return u - v; }, a, b);
}
template <int count>
RESIDUA_INLINE Registers<count> operator*(Registers<count> a, Registers<count> b) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return u * v; }, a, b);
}
template <int count>
RESIDUA_INLINE Registers<count> operator/(Registers<count> a, Registers<count> b) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return detail::divide(u, v); }, a, b);
}
template <int count>
RESIDUA_INLINE Registers<count> operator-(Registers<count> a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return -u; }, a);
}

/// The bits that are set in both.
template <int count>
RESIDUA_INLINE Registers<count> operator&(Registers<count> a, Registers<count> b) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return u & v; }, a, b);
}

template <int count>
RESIDUA_INLINE Registers<count>& operator+=(Registers<count>& a, Registers<count> b) {
    return a = a + b;
}
template <int count>
RESIDUA_INLINE Registers<count>& operator-=(Registers<count>& a, Registers<count> b) {
    return a = a - b;
}
template <int count>
RESIDUA_INLINE Registers<count>& operator*=(Registers<count>& a, Registers<count> b) {
    return a = a * b;
}
template <int count>
RESIDUA_INLINE Registers<count>& operator/=(Registers<count>& a, Registers<count> b) {
    return a = a / b;
}

/// a * b + c, rounded once where the machine has FMA.
template <int count>
RESIDUA_INLINE Registers<count> fma(Registers<count> a, Registers<count> b, Registers<count> c) {
    return detail::for_registers<Registers<count>>(
        [&](int i) RESIDUA_INLINE_LAMBDA { return detail::fma(a.registers[i], b.registers[i], c.registers[i]); });
}

/// NaN where either lane is.
RESIDUA_INLINE Pack max(Pack a, Pack b) {
    return detail::map_registers(
        [](auto u, auto v) RESIDUA_INLINE_LAMBDA { return detail::or_nan(detail::machine_max(u, v), u); }, a, b);
}
RESIDUA_INLINE Pack min(Pack a, Pack b) {
    return detail::map_registers(
        [](auto u, auto v) RESIDUA_INLINE_LAMBDA { return detail::or_nan(detail::machine_min(u, v), u); }, a, b);
}

/// The larger of a lane and a number, NaN where the lane is: one instruction, because the number is not NaN.
RESIDUA_INLINE Pack at_least(float number, Pack a) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return detail::machine_max(u, v); },
                                 Pack::broadcast(number), a);
}
RESIDUA_INLINE Pack at_most(float number, Pack a) {
    return detail::map_registers([](auto u, auto v) RESIDUA_INLINE_LAMBDA { return detail::machine_min(u, v); },
                                 Pack::broadcast(number), a);
}

RESIDUA_INLINE Pack exp(Pack a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return xsimd::exp(u); }, a);
}
RESIDUA_INLINE Pack log(Pack a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return detail::log(u); }, a);
}
RESIDUA_INLINE Pack sqrt(Pack a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return detail::sqrt(u); }, a);
}
RESIDUA_INLINE Pack tanh(Pack a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return xsimd::tanh(u); }, a);
}
RESIDUA_INLINE Pack abs(Pack a) {
    return detail::map_registers([](auto u) RESIDUA_INLINE_LAMBDA { return xsimd::abs(u); }, a);
}

/// True in the lanes where a > b; false where either is NaN.
RESIDUA_INLINE PackMask greater(Pack a, Pack b) {
    return detail::for_registers<PackMask>([&](int i)
                                               RESIDUA_INLINE_LAMBDA { return a.registers[i] > b.registers[i]; });
}

RESIDUA_INLINE PackMask is_nan(Pack a) {
    return detail::for_registers<PackMask>([&](int i) RESIDUA_INLINE_LAMBDA { return xsimd::isnan(a.registers[i]); });
}

/// Whether the mask is true in some lane.
RESIDUA_INLINE bool any(PackMask mask) {
    bool found = false;
    for (const auto& part : mask.registers) found |= xsimd::any(part);
    return found;
}

/// yes where the mask is true, no elsewhere.
RESIDUA_INLINE Pack select(PackMask mask, Pack yes, Pack no) {
    return detail::for_registers<Pack>([&](int i) RESIDUA_INLINE_LAMBDA {
        return xsimd::select(mask.registers[i], yes.registers[i], no.registers[i]);
    });
}

/// Everything that this thread has streamed is there before whatever it writes from now on.
RESIDUA_INLINE void finish_streams() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace residua::detail::inline RESIDUA_ISA

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
