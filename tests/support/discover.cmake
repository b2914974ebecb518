# One CTest entry for each test case.
include(${Catch2_DIR}/Catch.cmake)

# A test case whose name the command line cannot select must not pass for having run nothing; version 3 fails by itself.
set(catch_arguments "")
if(NOT TARGET Catch2::Catch2WithMain)
    set(catch_arguments EXTRA_ARGS --warn NoTests)
endif()

# residua_discover_tests(<target> <name> <processors> <label>)
function(residua_discover_tests target name processors label)
    catch_discover_tests(${target}
        TEST_PREFIX "${name}."
        ${catch_arguments}
        PROPERTIES
            LABELS ${label}
            PROCESSORS ${processors}
            SKIP_REGULAR_EXPRESSION "RESIDUA_DATA is not set")
endfunction()
