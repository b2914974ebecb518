# Instruction sets below the one -march=native picks, as far as this machine can run them. -O1: right, not fast, is the
# question here, and the compiler's time counts three times.
set(narrow_isas "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    include(CheckCXXSourceRuns)

    add_library(residua_sse2 INTERFACE)
    target_link_libraries(residua_sse2 INTERFACE residua::residua)
    target_compile_options(residua_sse2 INTERFACE -O1)
    list(APPEND narrow_isas sse2)

    # Where AVX-512 is missing, -march=native is AVX2 already.
    check_cxx_source_runs("int main() { return __builtin_cpu_supports(\"avx512f\") ? 0 : 1; }" RESIDUA_RUNS_AVX512)
    if(RESIDUA_RUNS_AVX512)
        add_library(residua_avx2 INTERFACE)
        target_link_libraries(residua_avx2 INTERFACE residua::residua)
        target_compile_options(residua_avx2 INTERFACE -O1 -mavx2 -mfma
            $<$<CXX_COMPILER_ID:Clang>:-ffp-contract=fast>)
        list(APPEND narrow_isas avx2)
    endif()
endif()
