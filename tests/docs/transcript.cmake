# Compares what a page says that a compiler prints, all of it, with what it prints for the fence before, on the compiler
# that the page names. Numbers of lines may differ: code moves.
# Usage: cmake -D PAGE=<file.md> -D SOURCE=<our folder> -D WORK=<scratch folder> -D COMPILER=<compiler>
#              -D "NAME=g++ 12" -P transcript.cmake
cmake_minimum_required(VERSION 3.22)

set(ENV{LC_ALL} C) # plain quotes, English
file(READ ${PAGE} text)
string(FIND "${text}" "\n${NAME}, all of it" heading)
if(heading EQUAL -1)
    message(STATUS "${PAGE} shows nothing of ${NAME}")
    return()
endif()
string(SUBSTRING "${text}" 0 ${heading} before)
string(FIND "${before}" "\n```cpp reject\n" start REVERSE)
string(SUBSTRING "${before}" ${start} -1 code)
string(REGEX REPLACE "^\n```cpp reject\n|\n```.*" "" code "${code}")
file(WRITE ${WORK}/net.cpp "#include <residua/model.hpp>\nusing namespace residua;\n\n${code}\n")

string(SUBSTRING "${text}" ${heading} -1 expected)
string(FIND "${expected}" "\n```text\n" start)
math(EXPR start "${start} + 9")
string(SUBSTRING "${expected}" ${start} -1 expected)
string(FIND "${expected}" "\n```" end)
string(SUBSTRING "${expected}" 0 ${end} expected)

execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -fno-diagnostics-color -I${SOURCE}/include ${WORK}/net.cpp
    ERROR_VARIABLE output)
string(REPLACE "${WORK}/" "" output "${output}")
string(REPLACE "${SOURCE}/" "" output "${output}")
foreach(side IN ITEMS output expected)
    string(STRIP "${${side}}" plain_${side})
    string(REGEX REPLACE "hpp:[0-9:]+" "hpp" plain_${side} "${plain_${side}}")
    string(REGEX REPLACE "\n +[0-9]+ \\|" "\n|" plain_${side} "${plain_${side}}")
endforeach()
if(NOT plain_output STREQUAL plain_expected)
    message(FATAL_ERROR "${PAGE}: expected\n${expected}\n${NAME} prints\n${output}")
endif()
