# Fifty images take no more allocations than one, and no thread. Usage: see CMakeLists.txt
cmake_minimum_required(VERSION 3.22)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${FILES} ${WORK} COMMAND_ERROR_IS_FATAL ANY)
foreach(count IN ITEMS 1 50)
    execute_process(COMMAND ${PROGRAM} ${WORK}/weights.safetensors INPUT_FILE ${WORK}/${count}
        OUTPUT_VARIABLE answers ERROR_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[0-3]\n" lines "${answers}")
    list(LENGTH lines answered)
    if(NOT answered EQUAL count OR NOT report MATCHES "^allocations ([0-9]+), threads 0\n$")
        message(FATAL_ERROR "${count} images: ${answered} answers, ${report}")
    endif()
    set(allocations_${count} ${CMAKE_MATCH_1})
endforeach()
if(allocations_1 EQUAL 0 OR NOT allocations_1 EQUAL allocations_50)
    message(FATAL_ERROR "1 image: ${allocations_1} allocations, 50 images: ${allocations_50}")
endif()
