// The cost of everything that needs no further libraries, with nothing used.
#include <residua/data.hpp>
#include <residua/io.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>
