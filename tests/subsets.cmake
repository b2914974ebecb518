# Which unit tests a build has. Every test holds with g++, optimised: that build has `all`, and so has every build that
# asks for nothing else. What CI builds besides puts one question to the code each, and a subset answers it in a fraction
# of the time. A subset is a list of expressions for <room>/<file>.
set(RESIDUA_TESTS all CACHE STRING "unit tests: all, or a subset that tests/subsets.cmake names")

# Does another compiler's code compute the same? Registers, kernels and what runs them, a network whose logits and
# gradients are known. Rooms without floats compute while they are compiled, which `residua_syntax` does; files, images
# and training are compiled by clang++ for AddressSanitizer.
set(subset_clang
    ^tensor/ ^kernel/ ^exec/
    ^fused/branches_test # sums of maps, all widths of blocks
    ^network/resnet20_test)

# Does anything read or write beside what is its own, or overflow? Whatever works on memory, and what reads files that
# others wrote. No rooms of constants, whose undefined behaviour no compiler accepts; no networks of the paper, which
# would take hours.
set(subset_asan
    ^array/ ^data/ ^exec/ ^io/ ^kernel/ ^tensor/
    ^fused/layers_test # maps of all sizes, windows of all kinds
    ^fused/large_ # maps that share memory in time
    ^train/accumulate_test ^train/checkpoint_test ^train/scores_test ^train/trainer_test)

# Do threads meet without a lock between them? Where there are several: the team, models they share, models packed by
# several, the loader's own, training with both.
set(subset_tsan
    ^data/loader_test
    ^exec/shared_weights_test ^exec/team_test ^exec/threads_test
    ^io/model_test
    ^train/trainer_test)

# Does a machine with other registers compute the same? As for clang++, but the machine is emulated, which takes ten
# times as long.
set(subset_aarch64
    ^tensor/ ^kernel/
    ^exec/reference_test
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
