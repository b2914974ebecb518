#pragma once

#include <residua/data/builtin.hpp>
#include <residua/model/cifar.hpp>
#include <residua/train/trainer.hpp>

/// Everything that a program which only trains instantiates.
template <class Net>
int train_one_step() {
    using namespace residua;
    const LabelledImages images = builtin_images(128, 1);
    Trainer<Net> trainer(images, cifar10_normalisation(), {});
    return trainer.step().loss.wrong;
}
