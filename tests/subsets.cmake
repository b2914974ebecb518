# Which unit tests a build has. Every test holds with g++, optimised: that build has `all`, and so has every build that
# asks for nothing else. What CI builds besides puts one question to the code each, and a subset answers it in a fraction
# of the time. A subset is a list of expressions for <room>/<file>.
set(RESIDUA_TESTS all CACHE STRING "unit tests: all, or a subset that tests/subsets.cmake names")

# Does another compiler's code compute the same? Registers, kernels and what runs them, a network whose logits and
# gradients are known, and of the networks against their references those with sums of every kind; what flags promise is
# each compiler's own affair. Rooms without floats compute while they are compiled, which `residua_syntax` does; clang++
# compiles files, images and training for AddressSanitizer.
set(subset_clang
    ^expr/ ^simd/ ^tensor/ ^kernel/ ^exec/ ^fast_math/
    ^fused/branches_test
    ^network/resnet20_test)

# Does anything reach beyond what is its own, or overflow? Whatever works on memory or reads what others wrote, and
# networks of odd sizes with windows of every kind, and with maps that share memory, in time or inside of one another,
# with weights of their own kernels. Not what only computes constants, for which no compiler accepts undefined behaviour,
# nor what other threads do, see below; no networks of the paper, which would take hours.
set(subset_asan
    ^array/ ^data/ ^file/ ^io/ ^expr/ ^simd/ ^kernel/ ^tensor/
    ^exec/bytes_test ^exec/errors_test ^exec/shared_weights_test
    ^fused/layers_test ^fused/large_results_test ^fused/concat_test ^fused/grouped_test
    ^train/checkpoint_test ^train/trainer_test)

# Do threads touch the same without waiting for each other? Where there are several: the team, models they share, models
# that several pack, the loader's own, training, and all of it at once.
set(subset_tsan
    ^data/loader_test
    ^exec/shared_weights_test ^exec/team_test ^exec/threads_test
    ^io/model_test
    ^process/together_test
    ^train/trainer_test)

# Does a machine with other registers compute the same? Registers, kernels, the team, the network whose logits and
# gradients are known; no more, because emulation takes thirty times as long.
set(subset_aarch64
    ^expr/ ^simd/ ^tensor/ ^kernel/
    ^exec/team_test
    ^network/resnet20_test)

# Leaves of the files in a list those that the subset has.
function(residua_keep_subset files)
    if(RESIDUA_TESTS STREQUAL "all")
        return()
    endif()
    if(NOT DEFINED subset_${RESIDUA_TESTS})
        message(FATAL_ERROR "RESIDUA_TESTS=${RESIDUA_TESTS}: expected all, clang, asan, tsan or aarch64")
    endif()
    set(kept "")
    foreach(expression IN LISTS subset_${RESIDUA_TESTS})
        set(found ${${files}})
        list(FILTER found INCLUDE REGEX ${expression})
        if(NOT found)
            message(FATAL_ERROR "tests/subsets.cmake: no test for ${expression} of ${RESIDUA_TESTS}")
        endif()
        list(APPEND kept ${found})
    endforeach()
    list(REMOVE_DUPLICATES kept)
    set(${files} ${kept} PARENT_SCOPE)
endfunction()
