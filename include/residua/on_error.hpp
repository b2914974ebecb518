#pragma once

/// \file
/// How errors leave the library: as exceptions, or, where a program is compiled without them (`-fno-exceptions`),
/// through a handler of its own. The only door to `throw`.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <residua/config.hpp>

namespace residua {

/// Takes the text of an error: one line, with what was expected and what was found.
using ErrorHandler = void (*)(const char* text);

}  // namespace residua

namespace residua::detail {

/// One for all instruction sets in a program.
inline constinit std::atomic<ErrorHandler> error_handler = nullptr;

}  // namespace residua::detail

namespace residua::inline RESIDUA_ISA {

/// Sets what ends a program that is compiled without exceptions, and returns what was set before; nullptr, as at first,
/// prints the text to standard error. The handler runs on the thread that met the error and must not return: if it
/// does, the program is aborted. Errors of a program with exceptions are thrown, and no handler is called. Any thread.
inline ErrorHandler on_error(ErrorHandler handler) { return detail::error_handler.exchange(handler); }

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

#if defined(__cpp_exceptions)
template <class Error>
[[noreturn]] void raise(const Error& error) {
    throw error;
}
#else
[[noreturn]] inline void raise(const std::exception& error) {
    if (const ErrorHandler handler = error_handler)
        handler(error.what());
    else
        std::fprintf(stderr, "residua: %s\n", error.what());
    std::abort();
}
#endif

}  // namespace residua::detail::inline RESIDUA_ISA
