// The cost of what models and workspaces need, with nothing used.
#include <residua/residua.hpp>
