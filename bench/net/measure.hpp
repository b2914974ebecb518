#pragma once

#include <string_view>
#include <vector>

/// What to measure.
struct Wanted {
    int batch = 1;
    int threads = 1;
    double seconds = 4.0;
};

/// What was measured: seconds of every run of one batch, and what a run does.
struct Measured {
    std::vector<double> seconds{};  ///< empty for an unknown network
    double flops = 0.0;             ///< of one batch
    long workspace_bytes = 0;
};

/// Inference on random images, weights folded beforehand.
Measured measure_inference(std::string_view net, const Wanted& wanted);

/// Training steps on random images: forward, loss, backward, weight update.
Measured measure_training(std::string_view net, const Wanted& wanted);

/// Multiply-adds as floating-point operations a second that this many threads reach in registers, added up.
double fma_peak(int threads);
