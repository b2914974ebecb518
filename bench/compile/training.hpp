#pragma once

#include <residua/data/augmented_images.hpp>
#include <residua/data/builtin.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/densenet.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>
#include <residua/train/trainer.hpp>

/// Everything that a program which only trains instantiates.
template <class Net>
int train_one_step() {
    using namespace residua;
    const LabelledImages images = builtin_images(128, 1);
    AugmentedImages source(images, cifar10_normalisation());
    Trainer<Net> trainer(source, {});
    return trainer.step().loss.wrong;
}
