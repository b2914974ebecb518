#pragma once

/// A network for one instruction set, behind functions that know nothing of residua.
struct Network {
    /// Makes the model, from a weight file or, for nullptr, from weights that are always the same.
    void (*load)(const char* weights);
    /// Writes those weights.
    void (*save)(const char* weights);
    /// Outputs of `count` images.
    void (*predict)(const float* images, int count, float* outputs);
};

inline constexpr int image_values = 3 * 16 * 16;
inline constexpr int output_values = 10;
