#pragma once

#include "inference.hpp"
#include "steps.hpp"
#include "training.hpp"
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

template <class Net>
BenchedNetwork network_of(std::string_view name) {
    return {name, measure_inference<Net>, measure_training<Net>, measure_steps<Net>};
}
