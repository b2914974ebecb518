#pragma once

#include "inference.hpp"
#include "inference_steps.hpp"
#include "reference.hpp"
#include "training.hpp"
#include "training_steps.hpp"
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

template <class Net>
BenchedNetwork network_of(std::string_view name) {
    return {name,
            measure_inference<Net>,
            measure_training<Net, TrainerSteps<Net>>,
            measure_training<Net, Passes<Net>>,
            measure_inference_steps<Net>,
            measure_training_steps<Net>,
            write_reference<Net>};
}
