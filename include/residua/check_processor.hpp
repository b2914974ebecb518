#pragma once

/// \file
/// To be included by one file of a program. Before anything else of the program runs, its static initialisers included,
/// it is seen whether the processor has the instructions that the file is compiled for. If not, the program ends with
/// one line on the standard error, which names what is missing, and exit code 2.

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include <residua/processor.hpp>

namespace residua::detail::inline RESIDUA_ISA {

RESIDUA_BASELINE inline void print_error(const char* text) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // there is nothing left to be done about it
}

// Static initialisers have priority 65535, those up to 100 are the compiler's.
[[gnu::constructor(101)]] RESIDUA_BASELINE static void check_processor() {
    const char* const missing = missing_instruction_set();
    if (missing == nullptr) return;
    print_error(program_invocation_short_name);
    print_error(": compiled for ");
    print_error(missing);
    print_error(", which this processor lacks\n");
    _exit(2);
}

}  // namespace residua::detail::inline RESIDUA_ISA
