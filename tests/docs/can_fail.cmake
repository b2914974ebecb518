# Shows that check.cmake finds what it is there for, with a compiler that says what stands behind "says" in the code.
# Usage: cmake -D WORK=<scratch folder> -P can_fail.cmake
cmake_minimum_required(VERSION 3.22)

file(WRITE ${WORK}/compiler "#!/bin/sh
for source; do :; done
! grep -o 'says .*' \"$source\" >&2
")
file(CHMOD ${WORK}/compiler PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
file(WRITE ${WORK}/flags.txt "")

function(expect_complaint fence complaint)
    file(WRITE ${WORK}/page.md "${fence}\n")
    execute_process(COMMAND ${CMAKE_COMMAND} -D PAGE=${WORK}/page.md -D WORK=${WORK} -D COMPILER=${WORK}/compiler
        -D FLAGS=${WORK}/flags.txt -P ${CMAKE_CURRENT_LIST_DIR}/check.cmake
        RESULT_VARIABLE result ERROR_VARIABLE output OUTPUT_QUIET)
    string(REGEX REPLACE "[ \n]+" " " output "${output}")
    string(FIND "${output}" "${complaint}" position)
    if(complaint STREQUAL "" AND NOT result EQUAL 0)
        message(SEND_ERROR "'${fence}' was refused: ${output}")
    elseif(NOT complaint STREQUAL "" AND (result EQUAL 0 OR position EQUAL -1))
        message(SEND_ERROR "'${fence}' did not give '${complaint}' but: ${output}")
    endif()
endfunction()

expect_complaint("```cpp\n#include <residua/io.hpp>\n```" "")
expect_complaint("```cpp\nint i\;\n```" "neither a whole file nor marked 'fragment'")
expect_complaint("```cpp\n#include <residua/io.hpp> // says error: no\n```" "fence 1 does not compile")
expect_complaint("```cpp fragment\nint i\;\n```" "")
expect_complaint("```cpp fragment\nint i\; // says error: no\n```" "fence 1 does not compile")
expect_complaint("```cpp fragment\nint i\;\n" "a fence is not closed")
expect_complaint("```cpp fragments\nint i\;\n```" "unknown kind of fence")
expect_complaint("```cpp reject\n// says error: no\n```\n\n> no\n\nText" "")
expect_complaint("```cpp reject\n// says nothing\n```\n\n> no\n" "fence 1 should be refused, but compiles")
expect_complaint("```cpp reject\n// says error: no\n```\n\nText\n\n> no\n" "no quotation behind it says how")
expect_complaint("```cpp reject\n// says error: no\n```\n\n> never\n" "fence 1 is not refused with 'never'")
