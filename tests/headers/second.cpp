#include <residua/data.hpp>
#include <residua/io.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>

int second();

int second() { return 0; }
