#pragma once

#include <filesystem>
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
    double flops = 0.0;        ///< of one batch
    double products = 0.0;     ///< floating-point operations left with minimal filtering, see lower/products.hpp
    long bytes_moved = 0;      ///< of one batch, see plan/traffic.hpp
    long bytes_layerwise = 0;  ///< the same if nothing were fused, or 0 if that is not counted
    long workspace_bytes = 0;
};

/// A part of a run on one thread, of one image in inference and of a batch in training.
struct MeasuredStep {
    std::string layer{};      ///< its name in weight files, or nothing
    std::string operation{};  ///< with what its epilogue does
    std::string src{};        ///< channels x rows x columns
    std::string dst{};
    int phase = 0;        ///< of the team; what has the same may run at the same time
    int pieces = 1;       ///< that threads can share
    double median = 0.0;  ///< seconds, over runs of everything
    double fastest = 0.0;
    double flops = 0.0;
    long map_bytes = 0;  ///< that it moves, see plan/traffic.hpp
    long weight_bytes = 0;
};

/// What can be measured of one network.
struct BenchedNetwork {
    std::string_view name;
    /// Inference on random images, weights folded beforehand.
    Measured (*inference)(const Wanted&) = nullptr;
    /// Steps of a trainer: loader, forward, loss, backward, search for what is not finite, weight update.
    Measured (*training)(const Wanted&) = nullptr;
    /// Of these the passes alone: forward, loss, backward, weight update.
    Measured (*passes)(const Wanted&) = nullptr;
    /// The parts of either, on one thread.
    std::vector<MeasuredStep> (*inference_steps)(const Wanted&) = nullptr;
    std::vector<MeasuredStep> (*training_steps)(const Wanted&) = nullptr;
    /// Writes weights, images and the outputs for them to a folder.
    void (*reference)(const std::filesystem::path& folder, const std::string& name) = nullptr;
};

/// The networks in this program. Each adds itself before main starts.
std::vector<BenchedNetwork>& benched_networks();
