#include <residua/residua.hpp>

int second();

int second() { return 0; }
