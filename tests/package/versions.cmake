# Versions of xtensor that the build takes, and those that it refuses by name.
# Usage: cmake -D SOURCE= -D WORK= -D COMPILER= -P versions.cmake
cmake_minimum_required(VERSION 3.22)

foreach(expected IN ITEMS "0.23.10 refused" "0.24.3 taken" "0.25.0 taken" "0.26.0 taken" "0.27.1 taken" "0.28.0 refused")
    string(REPLACE " " ";" parts ${expected})
    list(GET parts 0 version)
    list(GET parts 1 verdict)
    file(REMOVE_RECURSE ${WORK}/build)
    file(WRITE ${WORK}/xtensor/xtensorConfig.cmake "")
    file(WRITE ${WORK}/xtensor/xtensorConfigVersion.cmake
        "set(PACKAGE_VERSION ${version})\nset(PACKAGE_VERSION_COMPATIBLE TRUE)\n")
    execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/versions -B ${WORK}/build -G Ninja
        -D CMAKE_CXX_COMPILER=${COMPILER} -D RESIDUA_SOURCE=${SOURCE} -D xtensor_DIR=${WORK}/xtensor
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${output}")
    endif()
    set(found taken)
    if(output MATCHES "problems: residua: xtensor ${version} in [^\n]* does not fit")
        set(found refused)
    endif()
    if(NOT found STREQUAL verdict)
        message(SEND_ERROR "xtensor ${version}: expected ${verdict}, found ${found}:\n${output}")
    endif()
endforeach()
