#pragma once

/// \file
/// The loss of classification: mean over the batch of -log softmax(logits)[label], and its gradient.
/// Shapes:   logits and grad_logits n x classes, labels n.
/// Reads:    logits, labels.
/// Writes:   grad_logits; returns the loss.
/// Requires: n > 0; labels in [0, classes). Any finite logits: the largest is subtracted before exp.

#include <algorithm>
#include <cmath>

#include <residua/config.hpp>

namespace residua::detail::reference::detail::inline RESIDUA_ISA {

/// One image's loss, its gradient with respect to the logits times `scale`.
template <class T>
T softmax_cross_entropy_of_one(int classes, T scale, const T* logits, int label, T* grad_logits) {
    const T largest = *std::max_element(logits, logits + classes);
    T sum = 0;
    for (int k = 0; k < classes; ++k) sum += std::exp(logits[k] - largest);
    for (int k = 0; k < classes; ++k)
        grad_logits[k] = scale * (std::exp(logits[k] - largest) / sum - (k == label ? T(1) : T(0)));
    return std::log(sum) - (logits[label] - largest);
}

}  // namespace residua::detail::reference::detail::inline RESIDUA_ISA

namespace residua::detail::reference::inline RESIDUA_ISA {

template <class T, class Label>
T softmax_cross_entropy(int n, int classes, const T* logits, const Label* labels, T* grad_logits) {
    const T scale = T(1) / static_cast<T>(n);
    T loss = 0;
    for (int image = 0; image < n; ++image) {
        const long first = static_cast<long>(image) * classes;
        loss += scale * detail::softmax_cross_entropy_of_one(classes, scale, logits + first,
                                                             static_cast<int>(labels[image]), grad_logits + first);
    }
    return loss;
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
