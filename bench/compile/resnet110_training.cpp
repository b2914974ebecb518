#include "training.hpp"

int main() { return train_one_step<residua::ResNet110>(); }
