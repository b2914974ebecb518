# Reads all source files and fails on one that opens a file for writing past file/atomic_file.hpp, which follows links,
# keeps modes and leaves devices and pipes what they are.
# Usage: cmake -D FOLDERS=<folder>;... -P writers.cmake
cmake_minimum_required(VERSION 3.22)

set(door "residua/file/atomic_file\\.hpp$")
set(writing "fstream|fopen|freopen|O_WRONLY|O_RDWR|O_CREAT|std::rename|filesystem::rename|filesystem::copy|mkstemp")

set(found 0)
foreach(folder IN LISTS FOLDERS)
    file(GLOB_RECURSE sources ${folder}/*.hpp ${folder}/*.cpp)
    foreach(source IN LISTS sources)
        file(STRINGS ${source} lines REGEX "${writing}")
        foreach(line IN LISTS lines)
            math(EXPR found "${found} + 1")
            # What nobody wants to see is written nowhere.
            if(NOT source MATCHES "${door}" AND NOT line MATCHES "/dev/null")
                message(SEND_ERROR "${source}: writes past file/atomic_file.hpp: ${line}")
            endif()
        endforeach()
    endforeach()
endforeach()

if(found EQUAL 0)
    message(FATAL_ERROR "nothing that writes was found under ${FOLDERS}: nothing was checked")
endif()
message(STATUS "${found} lines that write")
