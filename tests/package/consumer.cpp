#include <iostream>

#include <residua/model.hpp>

int main() { std::cout << residua::parameter_count<residua::ResNet20> << '\n'; }
