#pragma once

#include <residua/exec/model.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/densenet.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

/// Everything that a program which only predicts instantiates.
template <class Net>
int predict_one_image() {
    residua::Model<Net> model{residua::Weights<Net>{}};
    residua::Workspace<Net, residua::Inference> workspace(1);
    const residua::detail::Arena image(static_cast<std::size_t>(residua::input_shape<Net>.count()));
    return static_cast<int>(model.predict(image.span(), 1, workspace).front());
}
