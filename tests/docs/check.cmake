# Compiles the C++ of one page. Kinds of fences:
#     ```cpp           a whole file, with its #include <residua/...>
#     ```cpp fragment  statements; they get the headers beside the rooms, `using namespace residua` and a function around them
#     ```cpp reject    statements like these that the compiler must refuse
# Usage: cmake -D PAGE=<file.md> -D WORK=<scratch folder> -D COMPILER=<compiler> -D FLAGS=<file with flags> -P check.cmake
cmake_minimum_required(VERSION 3.22)

file(STRINGS ${FLAGS} flags)
file(READ ${PAGE} rest)
string(PREPEND rest "\n")
set(number 0)
set(together "")
set(all_headers "#include <residua/residua.hpp>\n#include <residua/data.hpp>\n#include <residua/io.hpp>\n#include <residua/train.hpp>\n")
while(TRUE)
    string(FIND "${rest}" "\n```cpp" start)
    if(start EQUAL -1)
        break()
    endif()
    math(EXPR start "${start} + 1")
    string(SUBSTRING "${rest}" ${start} -1 rest)
    string(FIND "${rest}" "\n" first_line)
    string(SUBSTRING "${rest}" 0 ${first_line} fence)
    string(SUBSTRING "${rest}" ${first_line} -1 rest)
    string(FIND "${rest}" "\n```" end)
    if(end EQUAL -1)
        message(FATAL_ERROR "${PAGE}: a fence is not closed")
    endif()
    string(SUBSTRING "${rest}" 0 ${end} code)
    math(EXPR end "${end} + 4") # past the closing fence
    string(SUBSTRING "${rest}" ${end} -1 rest)

    math(EXPR number "${number} + 1")
    set(source ${WORK}/${number}.cpp)
    set(must_compile TRUE)
    if(fence STREQUAL "```cpp")
        if(NOT code MATCHES "#include <residua/")
            message(SEND_ERROR "${PAGE}: fence ${number} is neither a whole file nor marked 'fragment':${code}")
        endif()
        string(REGEX MATCHALL "#include [^\n]+\n" includes "${code}")
        string(REGEX REPLACE "#include [^\n]+\n" "" body "${code}")
        string(PREPEND all_headers ${includes})
        if(NOT body MATCHES "template <>") # which stands in residua's namespace or outside of all
            set(body "namespace fence_${number} {${body}\n}\n")
        endif()
        string(APPEND together "${body}")
    elseif(fence MATCHES "^```cpp (fragment|reject)$")
        if(fence STREQUAL "```cpp reject")
            set(must_compile FALSE)
        endif()
        string(CONCAT code "${all_headers}using namespace residua;\nusing namespace residua::values;\nvoid fragment();\n"
            "void fragment() {${code}\n}\n")
    else()
        message(FATAL_ERROR "${PAGE}: unknown kind of fence: ${fence}")
    endif()
    file(WRITE ${source} "${code}\n")

    execute_process(COMMAND ${COMPILER} ${flags} ${source} RESULT_VARIABLE result ERROR_VARIABLE output)
    if(must_compile AND NOT result EQUAL 0)
        message(SEND_ERROR "${PAGE}: fence ${number} does not compile:\n${output}")
    elseif(NOT must_compile AND NOT output MATCHES "error: ")
        message(SEND_ERROR "${PAGE}: fence ${number} should be refused, but compiles")
    endif()
endwhile()

# Programs include more than a page's example needs, and open what the page opens elsewhere: the same files behind all
# headers, each in a namespace of its own, so that one run of the compiler does for the page.
if(NOT together STREQUAL "")
    file(WRITE ${WORK}/together.cpp "${all_headers}using namespace residua;\nusing namespace residua::values;\n${together}")
    execute_process(COMMAND ${COMPILER} ${flags} ${WORK}/together.cpp RESULT_VARIABLE result ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${PAGE}: behind all headers and using-directives the fences do not compile:\n${output}")
    endif()
endif()
message(STATUS "${number} fences")
