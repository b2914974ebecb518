// The cost of everything, with nothing used.
#include <residua/residua.hpp>
