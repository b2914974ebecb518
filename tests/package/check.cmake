# Configures, builds and runs a project that uses the library.
# Usage: cmake -D KIND=installed|subdirectory -D SOURCE= -D BUILD= -D WORK= -D COMPILER= -D VERSION= -P check.cmake
cmake_minimum_required(VERSION 3.22)

function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        list(JOIN ARGV " " command)
        message(FATAL_ERROR "${command}\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
if(KIND STREQUAL "installed")
    # Moved after the installation: nothing in the package may remember where it was made.
    run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first_place)
    file(RENAME ${WORK}/first_place ${WORK}/prefix)
endif()
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${KIND} -B ${WORK}/build -G Ninja
    -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_BUILD_TYPE=Debug
    -D CMAKE_EXPORT_COMPILE_COMMANDS=ON
    -D CMAKE_PREFIX_PATH=${WORK}/prefix
    -D RESIDUA_SOURCE=${SOURCE}
    -D RESIDUA_VERSION=${VERSION})
run(${CMAKE_COMMAND} --build ${WORK}/build)
foreach(program IN ITEMS plain native)
    run(${WORK}/build/${program})
    if(NOT output MATCHES "269722")
        message(FATAL_ERROR "${program} printed: ${output}")
    endif()
endforeach()

# The library decides nothing for its users, unless they ask for residua::native.
file(READ ${WORK}/build/compile_commands.json commands)
string(REGEX MATCH "[^\n]*plain.dir[^\n]*" plain "${commands}")
string(REGEX MATCH "[^\n]*native.dir[^\n]*" native "${commands}")
if(NOT plain MATCHES "-std=" OR plain MATCHES "-march|-ffp|-W[a-z]")
    message(FATAL_ERROR "residua::residua adds flags: ${plain}")
endif()
if(NOT native MATCHES "-march=native")
    message(FATAL_ERROR "residua::native adds no -march=native: ${native}")
endif()

# Our own tests, examples and benchmarks stay at home.
run(${CMAKE_COMMAND} --build ${WORK}/build --target help)
if(output MATCHES "residua_[a-z_]*tests|cifar10|bench_")
    message(FATAL_ERROR "the user's project has our targets:\n${output}")
endif()
