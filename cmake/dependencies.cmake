# What the library needs from elsewhere, with the Debian package that brings it. One list for two readers: the build in
# this repository and the installed package. (find_dependency would not name the Debian package, and it would stop at
# the first missing one.) Leaves `residua_problems` empty, or one sentence for each thing that is missing, and the same
# in `residua_data_problems` for residua::data alone.

set(residua_problems "")
set(residua_data_problems "")

# residua_find(<package> <Debian package> [AT_LEAST <version>] [BELOW <version>] [CONFIG] [DATA])
function(residua_find package debian)
    cmake_parse_arguments(PARSE_ARGV 2 arg "CONFIG;DATA" "AT_LEAST;BELOW" "")
    set(problems residua_problems)
    if(arg_DATA)
        set(problems residua_data_problems)
    endif()
    set(mode "")
    if(arg_CONFIG)
        set(mode CONFIG)
    endif()
    find_package(${package} QUIET ${mode})
    set(problem "")
    if(NOT ${package}_FOUND)
        set(problem "residua: ${package} not found, install it with: apt install ${debian}\n")
    elseif((arg_AT_LEAST AND ${package}_VERSION VERSION_LESS arg_AT_LEAST)
           OR (arg_BELOW AND ${package}_VERSION VERSION_GREATER_EQUAL arg_BELOW))
        string(CONCAT problem "residua: ${package} ${${package}_VERSION} in ${${package}_DIR} does not fit, "
               "expected at least ${arg_AT_LEAST} and below ${arg_BELOW} (Debian package ${debian})\n")
    endif()
    set(${problems} "${${problems}}${problem}" PARENT_SCOPE)
endfunction()

residua_find(Threads libc6-dev)
residua_find(Boost libboost-dev CONFIG AT_LEAST 1.74 BELOW 2)
residua_find(xtensor libxtensor-dev CONFIG AT_LEAST 0.24 BELOW 0.28)
residua_find(xsimd libxsimd-dev CONFIG AT_LEAST 8.1 BELOW 14)
residua_find(TBB libtbb-dev CONFIG AT_LEAST 2021.5 BELOW 2023)

residua_find(LibArchive libarchive-dev DATA)
residua_find(JPEG libjpeg-dev DATA)
residua_find(PNG libpng-dev DATA)
