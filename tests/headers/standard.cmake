# With an older language than C++20 every header, and every program, gets one error that says so, and nothing else. All but
# g++ parse what stands before that error, which takes time: they are asked about the headers beside the rooms only.
# Usage: cmake -D INCLUDE=<folder that holds residua/> -D COMPILER= -D ID=<of CMake> -D FLAGS=<file with flags> -D WORK=
#     -P standard.cmake
cmake_minimum_required(VERSION 3.22)

set(ENV{LC_ALL} C)
set(sentence "residua needs C\\+\\+20: compile with -std=c\\+\\+20 or newer")
file(STRINGS ${FLAGS} flags)
list(FILTER flags EXCLUDE REGEX "^-std=")
if(ID STREQUAL "GNU")
    file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/residua/*.hpp)
else()
    file(GLOB headers RELATIVE ${INCLUDE} ${INCLUDE}/residua/*.hpp)
endif()
list(REMOVE_ITEM headers residua/isa.hpp) # has nothing but macros
file(WRITE ${WORK}/program.cpp "#include <residua/residua.hpp>
using namespace residua;
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, GlobalAvgPool, Linear<10>> {};
int main() { return parameter_count<Net>; }\n")

function(expect_one_error standard file)
    execute_process(COMMAND ${COMPILER} ${flags} -std=${standard} ${file}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    string(REGEX MATCHALL "(error|warning):[^\n]*" complaints "${output}")
    list(LENGTH complaints count)
    if(result EQUAL 0 OR NOT count EQUAL 1 OR NOT output MATCHES "fatal error: '?${sentence}")
        file(READ ${file} text)
        message(SEND_ERROR "-std=${standard}: expected one error, found ${count}: ${text}\n${output}")
    endif()
endfunction()

foreach(header IN LISTS headers)
    file(WRITE ${WORK}/header.cpp "#include <${header}>\n")
    expect_one_error(c++17 ${WORK}/header.cpp)
endforeach()
foreach(standard IN ITEMS c++11 c++14 gnu++17)
    expect_one_error(${standard} ${WORK}/program.cpp)
endforeach()
list(LENGTH headers count)
message(STATUS "${count} headers")
