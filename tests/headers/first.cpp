#include <residua/residua.hpp>

int second();

int main() { return second(); }
