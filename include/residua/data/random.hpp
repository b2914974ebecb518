#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <residua/config.hpp>

/// \file
/// Random numbers as a function of (seed, stream, index): no state, so work may start anywhere (an epoch, a record, a
/// resumed run) and in any order. The same bits on every compiler and machine: integers throughout, and for the normals
/// only operations whose rounding IEEE 754 fixes (the distributions and shuffle of the standard library differ).

namespace residua::detail::inline RESIDUA_ISA {

/// What the numbers are drawn for: purposes that share a seed must not share numbers.
enum class Stream : std::uint64_t { permutation = 1, augmentation, picture, initialisation, scale, colour };

inline constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15U;

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014; constants by Stafford): every input bit changes every output
/// bit.
constexpr std::uint64_t mix(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
}

/// Sum of the four 16-bit halfwords of `bits`.
constexpr std::uint64_t halfword_sum(std::uint64_t bits) {
    return (bits & 0xFFFFU) + ((bits >> 16U) & 0xFFFFU) + ((bits >> 32U) & 0xFFFFU) + (bits >> 48U);
}

/// Random numbers addressed by an index. Two objects with the same seed, stream and sub-stream give the same numbers.
/// Thread safe: nothing changes.
class Random {
  public:
    /// `substream` tells apart what shares a purpose, e.g. epochs or pictures.
    constexpr Random(std::uint64_t seed, Stream stream, std::uint64_t substream = 0)
        : key_(detail::mix(detail::mix(detail::mix(seed + detail::golden_ratio) + static_cast<std::uint64_t>(stream)) +
                           substream * detail::golden_ratio)) {}

    /// 64 random bits.
    constexpr std::uint64_t bits(std::uint64_t index) const {
        return detail::mix(key_ + (index + 1) * detail::golden_ratio);
    }

    /// An integer in [0, end), `end` > 0; off from uniform by less than end / 2^32.
    constexpr std::uint32_t below(std::uint32_t end, std::uint64_t index) const {
        return static_cast<std::uint32_t>(((bits(index) >> 32U) * end) >> 32U);
    }

    /// A standard normal number: Teichroew's polynomial in the sum of 12 uniform numbers (Knuth, The Art of Computer
    /// Programming, volume 2, section 3.4.1, exercise 27), off from normal by less than 2e-4 within 5 deviations.
    float normal(std::uint64_t index) const {
        const auto sum = detail::halfword_sum(bits(3 * index)) + detail::halfword_sum(bits(3 * index + 1)) +
                         detail::halfword_sum(bits(3 * index + 2));
        const double r = (static_cast<double>(sum) - 6.0 * 65535.0) * 0x1p-18;
        const double r2 = r * r;
        // Fused explicitly, since a compiler that may fuse or not would give other bits.
        double p = std::fma(0.029899776, r2, 0.008355968);
        p = std::fma(p, r2, 0.076542912);
        p = std::fma(p, r2, 0.252408784);
        p = std::fma(p, r2, 3.949846138);
        return static_cast<float>(p * r);
    }

  private:
    std::uint64_t key_;
};

/// The numbers of a `Random` one after the other.
class RandomSequence {
  public:
    constexpr explicit RandomSequence(Random random) : random_(random) {}

    constexpr std::uint64_t bits() { return random_.bits(next_++); }
    constexpr std::uint32_t below(std::uint32_t end) { return random_.below(end, next_++); }

    /// An integer in [first, last], `last` - `first` < 2^31.
    constexpr int between(int first, int last) {
        return first + static_cast<int>(below(static_cast<std::uint32_t>(last - first + 1)));
    }

  private:
    Random random_;
    std::uint64_t next_ = 0;
};

/// Fills `order` with 0 ... size - 1 in the random order of (seed, epoch) (Fisher-Yates). Does not allocate.
inline void permute(std::span<std::uint32_t> order, std::uint64_t seed, std::uint64_t epoch) {
    const Random random(seed, Stream::permutation, epoch);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t left = order.size(); left > 1; --left) {
        std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left), left)]);
    }
}

/// 0 ... n - 1 in the random order of (seed, epoch).
inline std::vector<std::uint32_t> permutation(std::size_t n, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::uint32_t> order(n);
    permute(order, seed, epoch);
    return order;
}

}  // namespace residua::detail::inline RESIDUA_ISA
