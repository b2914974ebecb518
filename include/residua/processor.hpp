#pragma once

/// \file
/// Whether the processor has the instructions that a file is compiled for. Without them a program ends at the first one
/// with an illegal instruction. check_processor.hpp ends it with a line of text instead.

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <residua/config.hpp>

/// For functions that run before it is known whether the processor has what everything else is compiled for.
#if defined(__x86_64__) && defined(__clang__)
#define RESIDUA_BASELINE \
    __attribute__((noinline, target("arch=x86-64,no-sse3,no-avx,no-bmi,no-bmi2,no-lzcnt,no-movbe,no-popcnt")))
#elif defined(__x86_64__)
#define RESIDUA_BASELINE __attribute__((noinline, target("arch=x86-64")))
#else
#define RESIDUA_BASELINE __attribute__((noinline))
#endif

namespace residua::inline RESIDUA_ISA {

/// The first instruction set that this file is compiled for and the processor, or its operating system, lacks; nullptr
/// if there is none. Needs none of them itself, allocates nothing, and may be called before static initialisers ran.
RESIDUA_BASELINE inline const char* missing_instruction_set() {
#if defined(__x86_64__)
#define RESIDUA_NEEDS(feature, name) \
    if (!__builtin_cpu_supports(feature)) return name;
    __builtin_cpu_init();
    RESIDUA_ISA_IF(__SSE3__, RESIDUA_NEEDS("sse3", "SSE3"))
    RESIDUA_ISA_IF(__SSSE3__, RESIDUA_NEEDS("ssse3", "SSSE3"))
    RESIDUA_ISA_IF(__SSE4_1__, RESIDUA_NEEDS("sse4.1", "SSE4.1"))
    RESIDUA_ISA_IF(__SSE4_2__, RESIDUA_NEEDS("sse4.2", "SSE4.2"))
    RESIDUA_ISA_IF(__POPCNT__, RESIDUA_NEEDS("popcnt", "POPCNT"))
    RESIDUA_ISA_IF(__AVX__, RESIDUA_NEEDS("avx", "AVX"))
    RESIDUA_ISA_IF(__AVX2__, RESIDUA_NEEDS("avx2", "AVX2"))
    RESIDUA_ISA_IF(__FMA__, RESIDUA_NEEDS("fma", "FMA"))
    RESIDUA_ISA_IF(__FMA4__, RESIDUA_NEEDS("fma4", "FMA4"))
    RESIDUA_ISA_IF(__XOP__, RESIDUA_NEEDS("xop", "XOP"))
    RESIDUA_ISA_IF(__BMI__, RESIDUA_NEEDS("bmi", "BMI"))
    RESIDUA_ISA_IF(__BMI2__, RESIDUA_NEEDS("bmi2", "BMI2"))
    RESIDUA_ISA_IF(__AVX512F__, RESIDUA_NEEDS("avx512f", "AVX-512F"))
    RESIDUA_ISA_IF(__AVX512BW__, RESIDUA_NEEDS("avx512bw", "AVX-512BW"))
    RESIDUA_ISA_IF(__AVX512CD__, RESIDUA_NEEDS("avx512cd", "AVX-512CD"))
    RESIDUA_ISA_IF(__AVX512DQ__, RESIDUA_NEEDS("avx512dq", "AVX-512DQ"))
    RESIDUA_ISA_IF(__AVX512VL__, RESIDUA_NEEDS("avx512vl", "AVX-512VL"))
    RESIDUA_ISA_IF(__AVX512IFMA__, RESIDUA_NEEDS("avx512ifma", "AVX-512IFMA"))
    RESIDUA_ISA_IF(__AVX512VBMI__, RESIDUA_NEEDS("avx512vbmi", "AVX-512VBMI"))
    RESIDUA_ISA_IF(__AVX512VBMI2__, RESIDUA_NEEDS("avx512vbmi2", "AVX-512VBMI2"))
    RESIDUA_ISA_IF(__AVX512VNNI__, RESIDUA_NEEDS("avx512vnni", "AVX-512VNNI"))
    RESIDUA_ISA_IF(__AVX512BITALG__, RESIDUA_NEEDS("avx512bitalg", "AVX-512BITALG"))
    RESIDUA_ISA_IF(__AVX512VPOPCNTDQ__, RESIDUA_NEEDS("avx512vpopcntdq", "AVX-512VPOPCNTDQ"))
    RESIDUA_ISA_IF(__AVX512BF16__, RESIDUA_NEEDS("avx512bf16", "AVX-512BF16"))
    RESIDUA_ISA_IF(__GFNI__, RESIDUA_NEEDS("gfni", "GFNI"))
#undef RESIDUA_NEEDS
#elif defined(__aarch64__) && defined(__linux__)
#define RESIDUA_NEEDS(word, bit, name) \
    if ((getauxval(word) & bit) == 0) return name;
    RESIDUA_ISA_IF(__ARM_FEATURE_ATOMICS, RESIDUA_NEEDS(AT_HWCAP, HWCAP_ATOMICS, "LSE"))
    RESIDUA_ISA_IF(__ARM_FEATURE_RCPC, RESIDUA_NEEDS(AT_HWCAP, HWCAP_LRCPC, "RCPC"))
    RESIDUA_ISA_IF(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC, RESIDUA_NEEDS(AT_HWCAP, HWCAP_ASIMDHP, "FP16"))
    RESIDUA_ISA_IF(__ARM_FEATURE_DOTPROD, RESIDUA_NEEDS(AT_HWCAP, HWCAP_ASIMDDP, "DotProd"))
    RESIDUA_ISA_IF(__ARM_FEATURE_MATMUL_INT8, RESIDUA_NEEDS(AT_HWCAP2, HWCAP2_I8MM, "I8MM"))
    RESIDUA_ISA_IF(__ARM_FEATURE_SVE, RESIDUA_NEEDS(AT_HWCAP, HWCAP_SVE, "SVE"))
    RESIDUA_ISA_IF(__ARM_FEATURE_SVE2, RESIDUA_NEEDS(AT_HWCAP2, HWCAP2_SVE2, "SVE2"))
#undef RESIDUA_NEEDS
#endif
    return nullptr;
}

}  // namespace residua::inline RESIDUA_ISA
