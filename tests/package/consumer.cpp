#include <residua/model.hpp>

#include <iostream>

int main() { std::cout << residua::parameter_count<residua::ResNet20> << '\n'; }
