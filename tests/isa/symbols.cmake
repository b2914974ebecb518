# Reads the functions that an object defines and fails on one of residua's whose name, types included, does not tell the
# instruction set: linkers might take it for that of another object.
# Usage: cmake -D NM=<nm> -D OBJECT=<file> -D ISA=<name of the namespace> -P symbols.cmake
cmake_minimum_required(VERSION 3.22)

execute_process(COMMAND ${NM} --defined-only ${OBJECT} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(LENGTH ${ISA} length)
# Text, weak text and ifunc symbols of names within residua.
string(REGEX MATCHALL " [TtWwi] _ZNK?7residua[^\n]*" functions "${symbols}")
set(outside "")
foreach(function IN LISTS functions)
    if(NOT function MATCHES "${length}${ISA}")
        string(REGEX REPLACE "^ . " "" name "${function}")
        list(APPEND outside ${name})
    endif()
endforeach()

list(LENGTH functions count)
if(count LESS 100)
    message(FATAL_ERROR "${count} functions of residua in ${OBJECT}: nothing was checked")
endif()
if(NOT outside STREQUAL "")
    list(JOIN outside "\n" outside)
    message(FATAL_ERROR "not in an inline namespace RESIDUA_ISA (${ISA}):\n${outside}")
endif()
message(STATUS "${count} functions in ${ISA}")
