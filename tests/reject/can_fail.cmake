# Shows that check.cmake tells a good rejection from one that proves nothing.
# Usage: cmake -D WORK=<scratch folder> -D COMPILER=<compiler> -D FLAGS=<file with flags> -P can_fail.cmake
cmake_minimum_required(VERSION 3.22)

function(expect_verdict name wrong right expectations verdict)
    set(source ${WORK}/${name}.cpp)
    file(WRITE ${source} "${expectations}\n#ifdef RESIDUA_REJECT\n${wrong}\n#else\n${right}\n#endif\n")
    execute_process(COMMAND ${CMAKE_COMMAND} -D SOURCE=${source} -D COMPILER=${COMPILER} -D FLAGS=${FLAGS}
        -P ${CMAKE_CURRENT_LIST_DIR}/check.cmake RESULT_VARIABLE result ERROR_VARIABLE output OUTPUT_QUIET)
    if(verdict STREQUAL "accepted" AND NOT result EQUAL 0)
        message(SEND_ERROR "${name}: refused: ${output}")
    elseif(NOT verdict STREQUAL "accepted" AND (result EQUAL 0 OR NOT output MATCHES "${verdict}"))
        message(SEND_ERROR "${name}: expected '${verdict}', got: ${output}")
    endif()
endfunction()

# The assertion stands in the body of a template, where a compiler that only parses would not look.
set(wrong "template <int n> int f() { static_assert(n > 0, \"n must be positive\"); return n; }\nint main() { return f<-3>(); }")
set(right "int main() {}")
set(expected "// EXPECT: n must be positive")

expect_verdict(good "${wrong}" "${right}" "${expected}" accepted)
expect_verdict(good_expression "${wrong}" "${right}" "// EXPECT: /n must be [a-z]+/" accepted)
expect_verdict(wrong_compiles "${right}" "${right}" "${expected}" "the wrong twin compiles")
expect_verdict(right_does_not "${wrong}" "${wrong}" "${expected}" "the right twin does not compile")
expect_verdict(other_text "${wrong}" "${right}" "${expected}\n// EXPECT: n must be even" "not in the first 12 lines")
expect_verdict(other_expression "${wrong}" "${right}" "// EXPECT: /n must be [0-9]+/" "not in the first 12 lines")
expect_verdict(no_text "${wrong}" "${right}" "" "no line '// EXPECT")
expect_verdict(too_late "#error first\n#error second\n${wrong}" "${right}" "${expected}\n// LINES: 3" "not in the first 3 lines")
