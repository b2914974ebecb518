#pragma once

/// \file
/// RESIDUA_ISA, the name of the instruction set that a file is compiled for. All code of the library lies in inline
/// namespaces of this name, so that linkers never take a function for one instruction set in place of the same one for
/// another. What compilers use by themselves counts. The name is the highest level whose parts are all there, and what
/// there is beyond it: `avx2` is x86-64-v3, `avx512_vnni` x86-64-v4 with VNNI, `avx512icl` with all of Ice Lake's. Code
/// that is compiled without exceptions has another name, too, because it does not throw.

// RESIDUA_ISA_IF(macro, word): the word if the compiler defines the macro as a number, else nothing. A defined macro is
// replaced by its value, whose RESIDUA_ISA_IS_ is a comma and makes the word the second argument.
#define RESIDUA_ISA_IS_1 ,
#define RESIDUA_ISA_IS_2 ,
#define RESIDUA_ISA_IS_3 ,
#define RESIDUA_ISA_SECOND(first, second, ...) second
#define RESIDUA_ISA_CHOOSE(...) RESIDUA_ISA_SECOND(__VA_ARGS__)
#define RESIDUA_ISA_VALUE(value, word) RESIDUA_ISA_CHOOSE(RESIDUA_ISA_IS_##value word, , )
#define RESIDUA_ISA_IF(macro, word) RESIDUA_ISA_VALUE(macro, word)
#define RESIDUA_ISA_JOINED(a, b, c, d, e, f, g, h) a##b##c##d##e##f##g##h
#define RESIDUA_ISA_JOIN(a, b, c, d, e, f, g, h) RESIDUA_ISA_JOINED(a, b, c, d, e, f, g, h)

#if defined(__x86_64__)

#if defined(__SSE3__) && defined(__SSSE3__) && defined(__SSE4_1__) && defined(__SSE4_2__) && defined(__POPCNT__)
#define RESIDUA_ISA_IS_V2
#endif
#if defined(RESIDUA_ISA_IS_V2) && defined(__AVX2__) && defined(__FMA__) && defined(__F16C__) && defined(__BMI__) && \
    defined(__BMI2__) && defined(__LZCNT__) && defined(__MOVBE__)
#define RESIDUA_ISA_IS_V3
#endif
#if defined(RESIDUA_ISA_IS_V3) && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && \
    defined(__AVX512DQ__) && defined(__AVX512VL__)
#define RESIDUA_ISA_IS_V4
#endif
#if defined(RESIDUA_ISA_IS_V4) && defined(__AVX512IFMA__) && defined(__AVX512VBMI__) && defined(__AVX512VBMI2__) && \
    defined(__AVX512VNNI__) && defined(__AVX512BITALG__) && defined(__AVX512VPOPCNTDQ__)
#define RESIDUA_ISA_IS_ICELAKE
#endif

#define RESIDUA_ISA_BEYOND_ICELAKE                                                                     \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__AVX512BF16__, _bf16), RESIDUA_ISA_IF(__AVX512FP16__, _fp16),     \
                     RESIDUA_ISA_IF(__GFNI__, _gfni), RESIDUA_ISA_IF(__AVXVNNI__, _avxvnni),           \
                     RESIDUA_ISA_IF(__AVXVNNIINT8__, _int8), RESIDUA_ISA_IF(__AVXVNNIINT16__, _int16), \
                     RESIDUA_ISA_IF(__AVX10_2__, _avx10_2), RESIDUA_ISA_IF(__APX_F__, _apx))
#define RESIDUA_ISA_BEYOND_V4                                                                                  \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__AVX512IFMA__, _ifma), RESIDUA_ISA_IF(__AVX512VBMI__, _vbmi),             \
                     RESIDUA_ISA_IF(__AVX512VBMI2__, _vbmi2), RESIDUA_ISA_IF(__AVX512VNNI__, _vnni),           \
                     RESIDUA_ISA_IF(__AVX512BITALG__, _bitalg), RESIDUA_ISA_IF(__AVX512VPOPCNTDQ__, _vpopcnt), \
                     RESIDUA_ISA_BEYOND_ICELAKE, )
#define RESIDUA_ISA_BULLDOZER                                                                                         \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__FMA4__, _fma4), RESIDUA_ISA_IF(__XOP__, _xop), RESIDUA_ISA_IF(__TBM__, _tbm), , \
                     , , , )
#define RESIDUA_ISA_BEYOND_V3                                                                    \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__AVX512F__, _512f), RESIDUA_ISA_IF(__AVX512BW__, _512bw),   \
                     RESIDUA_ISA_IF(__AVX512CD__, _512cd), RESIDUA_ISA_IF(__AVX512DQ__, _512dq), \
                     RESIDUA_ISA_IF(__AVX512VL__, _512vl), RESIDUA_ISA_BULLDOZER, RESIDUA_ISA_BEYOND_V4, )
#define RESIDUA_ISA_BEYOND_V2                                                                                       \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_VECTORS_BEYOND_V2, RESIDUA_ISA_IF(__BMI__, _bmi), RESIDUA_ISA_IF(__BMI2__, _bmi2), \
                     RESIDUA_ISA_IF(__LZCNT__, _lzcnt), RESIDUA_ISA_IF(__MOVBE__, _movbe), RESIDUA_ISA_BEYOND_V3, , )
#define RESIDUA_ISA_VECTORS_BEYOND_V2                                                                               \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__AVX__, _avx), RESIDUA_ISA_IF(__AVX2__, _avx2), RESIDUA_ISA_IF(__FMA__, _fma), \
                     RESIDUA_ISA_IF(__F16C__, _f16c), , , , )
#define RESIDUA_ISA_BEYOND_V1                                                                \
    RESIDUA_ISA_JOIN(RESIDUA_ISA_IF(__SSE3__, _sse3), RESIDUA_ISA_IF(__SSSE3__, _ssse3),     \
                     RESIDUA_ISA_IF(__SSE4_1__, _sse41), RESIDUA_ISA_IF(__SSE4_2__, _sse42), \
                     RESIDUA_ISA_IF(__POPCNT__, _popcnt), RESIDUA_ISA_BEYOND_V2, , )

#if defined(RESIDUA_ISA_IS_ICELAKE)
#define RESIDUA_ISA_NAME RESIDUA_ISA_JOIN(avx512icl, RESIDUA_ISA_BEYOND_ICELAKE, , , , , , )
#elif defined(RESIDUA_ISA_IS_V4)
#define RESIDUA_ISA_NAME RESIDUA_ISA_JOIN(avx512, RESIDUA_ISA_BEYOND_V4, , , , , , )
#elif defined(RESIDUA_ISA_IS_V3)
#define RESIDUA_ISA_NAME RESIDUA_ISA_JOIN(avx2, RESIDUA_ISA_BEYOND_V3, , , , , , )
#elif defined(RESIDUA_ISA_IS_V2)
#define RESIDUA_ISA_NAME RESIDUA_ISA_JOIN(sse42, RESIDUA_ISA_BEYOND_V2, , , , , , )
#else
#define RESIDUA_ISA_NAME RESIDUA_ISA_JOIN(sse2, RESIDUA_ISA_BEYOND_V1, , , , , , )
#endif

#elif defined(__ARM_NEON)

#define RESIDUA_ISA_NAME                                                                                            \
    RESIDUA_ISA_JOIN(neon, RESIDUA_ISA_IF(__ARM_FEATURE_ATOMICS, _lse), RESIDUA_ISA_IF(__ARM_FEATURE_RCPC, _rcpc),  \
                     RESIDUA_ISA_IF(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC, _fp16),                                   \
                     RESIDUA_ISA_IF(__ARM_FEATURE_DOTPROD, _dot), RESIDUA_ISA_IF(__ARM_FEATURE_MATMUL_INT8, _i8mm), \
                     RESIDUA_ISA_IF(__ARM_FEATURE_SVE, _sve), RESIDUA_ISA_IF(__ARM_FEATURE_SVE2, _sve2))

#else

#define RESIDUA_ISA_NAME generic

#endif

#if defined(__cpp_exceptions)
#define RESIDUA_ISA RESIDUA_ISA_NAME
#else
#define RESIDUA_ISA RESIDUA_ISA_JOIN(RESIDUA_ISA_NAME, _without_exceptions, , , , , , )
#endif
