#pragma once

#include <string>
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
    std::vector<double> seconds{};
    double flops = 0.0;    ///< of one batch
    long bytes_moved = 0;  ///< of one batch, see plan/traffic.hpp
    long workspace_bytes = 0;
};

/// One step of an inference plan, for one image on one thread.
struct MeasuredStep {
    std::string layer{};      ///< its name in weight files, or nothing
    std::string operation{};  ///< with what its epilogue does
    std::string src{};        ///< channels x rows x columns
    std::string dst{};
    double median = 0.0;  ///< seconds, over passes through the whole plan
    double fastest = 0.0;
    double flops = 0.0;
};

/// What can be measured of one network.
struct BenchedNetwork {
    std::string_view name;
    /// Inference on random images, weights folded beforehand.
    Measured (*inference)(const Wanted&) = nullptr;
    /// Training steps on random images: forward, loss, backward, weight update.
    Measured (*training)(const Wanted&) = nullptr;
    std::vector<MeasuredStep> (*steps)(double seconds) = nullptr;
};

/// The networks in this program. Each adds itself before main starts.
std::vector<BenchedNetwork>& benched_networks();
