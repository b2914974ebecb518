#pragma once

#include <cstdint>
#include <vector>

#include <residua/data/augmented_images.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/data/random.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

/// A small network for tests of training, and images for it.
struct SmallNet : residua::Network<residua::Input<3, 8, 8>, residua::Conv<8, 3>, residua::BN, residua::ReLU,
                                   residua::Stage<1, 20,
                                                  residua::ResidualBlock<residua::Conv3x3, residua::BN, residua::ReLU,
                                                                         residua::Shortcut<residua::IdentityA>>>,
                                   residua::GlobalAvgPool, residua::Linear<4>> {};

/// Four classes: which quarter of the noisy image is brighter.
inline residua::LabelledImages pictures(int count, std::uint64_t seed = 1) {
    residua::LabelledImages images{3, 8, 8, 4, {}, {}, {}};
    residua::detail::RandomSequence random(residua::detail::Random(seed, residua::detail::Stream::picture, 0));
    for (int i = 0; i < count; ++i) {
        const auto label = static_cast<int>(random.below(4));
        images.labels.push_back(static_cast<residua::Label>(label));
        for (int k = 0; k < 3 * 64; ++k) {
            const bool bright = (k / 32 % 2) == label / 2 && (k / 4 % 2) == label % 2;
            images.pixels.push_back(static_cast<std::uint8_t>(random.below(156) + (bright ? 100U : 0U)));
        }
    }
    return images;
}

inline residua::Normalisation picture_normalisation() {
    const std::vector<double> mean{0.4, 0.4, 0.4};
    const std::vector<double> deviation{0.2, 0.2, 0.2};
    return residua::Normalisation::per_channel(mean, deviation);
}

/// What a training run gets to see of the images.
inline residua::AugmentedImages source_of(residua::ImagesView images) {
    return {images, picture_normalisation(), residua::Augmentation{2, true}};
}
