# What our own tests, examples and benchmarks need beyond the library.

residua_find(Catch2 catch2 CONFIG AT_LEAST 2.13 BELOW 4)
residua_find(nlohmann_json nlohmann-json3-dev CONFIG AT_LEAST 3.11 BELOW 4)
residua_find(CLI11 libcli11-dev CONFIG AT_LEAST 2.1 BELOW 3)
string(APPEND residua_problems "${residua_data_problems}")
if(residua_problems)
    message(FATAL_ERROR "${residua_problems}All at once: cmake/install_packages.sh")
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "unoptimised kernels are a hundred times slower" FORCE)
endif()
