# Linked privately by our own programs; users of the library never see these flags.
add_library(residua_warnings INTERFACE)
target_compile_options(residua_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion)
