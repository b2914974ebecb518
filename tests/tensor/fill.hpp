#pragma once

#include <cstring>

#include <residua/tensor/tensor.hpp>

namespace test {

/// Numbers between -1 and 1 that repeat nowhere near each other.
template <class AnyTensor>
void fill(AnyTensor& tensor, unsigned seed) {
    unsigned state = seed * 2654435761u + 1u;
    for (auto& element : tensor.elements()) {
        state = state * 1664525u + 1013904223u;
        element = static_cast<typename AnyTensor::Element>(static_cast<double>(state >> 8) / 8388608.0 - 1.0);
    }
}

template <class AnyTensor>
bool identical(const AnyTensor& a, const AnyTensor& b) {
    return std::memcmp(a.data(), b.data(), AnyTensor::size * sizeof(typename AnyTensor::Element)) == 0;
}

}  // namespace test
