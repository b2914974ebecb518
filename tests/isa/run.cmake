# Runs a program, emulated or not, and looks at its exit code and what it prints.
# Usage: cmake -D COMMAND=<program;arguments> -D CODE=<exit code> -D OUTPUT=<regular expression> -P run.cmake
cmake_minimum_required(VERSION 3.22)

execute_process(COMMAND ${COMMAND} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
# What an emulator cannot do of its processor does not matter.
string(REGEX REPLACE "qemu-[a-z0-9_]+: warning: [^\n]*\n" "" output "${output}")
if(NOT code STREQUAL CODE OR NOT output MATCHES "${OUTPUT}")
    message(FATAL_ERROR "expected exit code ${CODE} and '${OUTPUT}', got ${code} and:\n${output}")
endif()
message(STATUS "${output}")
