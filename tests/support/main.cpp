// Catch2 version 2 is headers only: this file compiles its main once for all tests. Version 3 links its own.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
