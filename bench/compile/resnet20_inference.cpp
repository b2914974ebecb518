#include "inference.hpp"

int main() { return predict_one_image<residua::ResNet20>(); }
