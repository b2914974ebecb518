#pragma once

/// \file
/// Constants every room agrees on. Nothing here depends on the machine.

#if __cplusplus < 202002L
// No #error, behind which compilers read on and print hundreds of lines: where a file is missing, they end.
#include <residua needs C++20: compile with -std=c++20 or newer>
#endif

#include <residua/isa.hpp>

/// Functions on registers must vanish into their callers, or tiles of accumulators spill to memory.
#define RESIDUA_INLINE inline __attribute__((always_inline))
/// The same behind the parameters of a lambda. Sanitizers check every access: inlined a hundred times over, that takes
/// the compiler minutes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RESIDUA_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RESIDUA_SANITIZED
#endif
#endif
#ifdef RESIDUA_SANITIZED
#define RESIDUA_INLINE_LAMBDA
#else
#define RESIDUA_INLINE_LAMBDA __attribute__((always_inline))
#endif

namespace residua::detail {

/// Channels that lie side by side in memory: maps are stored as [image][channel / 16][row][column][channel % 16].
/// One AVX-512 register, two of AVX2, four of SSE2 or NEON; the same on every machine, so that the bytes a plan needs
/// are too.
inline constexpr int channel_block = 16;

/// Alignment in bytes of every buffer: one cache line, one AVX-512 register.
inline constexpr int alignment = 64;

}  // namespace residua::detail

namespace residua {

inline constexpr long KiB = 1024;
inline constexpr long MiB = 1024 * KiB;

}  // namespace residua
