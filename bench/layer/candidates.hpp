#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shapes.hpp"

/// A way to compute one direction of a convolution for a batch on one thread, with memory and weights at hand.
struct Candidate {
    std::string algorithm;
    std::function<void()> run;
};

/// residua's ways; none for the source's gradient of the networks' input, which nobody needs. `shape` is one of
/// layer::shapes.
std::vector<Candidate> residua_candidates(const ConvShape& shape, Direction direction, int batch);

/// The same for one of layer::grouped_shapes.
std::vector<Candidate> grouped_candidates(const ConvShape& shape, Direction direction, int batch);

/// oneDNN's ways in the layouts it likes best; none in a program built without it.
std::vector<Candidate> onednn_candidates(const ConvShape& shape, Direction direction, int batch);
