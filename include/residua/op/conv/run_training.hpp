#pragma once

#include <algorithm>

#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/moments.hpp>
#include <residua/lower/training_kernels.hpp>
#include <residua/op/conv/run_bound.hpp>
#include <residua/op/join/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An image's place in its slice of the batch.
struct InSlice {
    int image = 0;
    int images = 1;
};

/// What was collected of every image for a gradient over the whole batch: sources and gradients of results, or, of a
/// convolution by minimal filtering, transformed patches, which are where the first source would be.
struct Collected {
    MapView<const float> src{};
    MapView<const float> grad{};
    long src_image = 0;  ///< floats from one image to the next
    long grad_image = 0;
    int images = 0;
};

/// Where a convolution puts the maps of a few images, and, if statistics need them, their sums.
struct Results {
    MapsView<float> maps{};
    ImageMoments moments{};  ///< of the first image
};

/// A convolution's way to its source, for a few images.
using SourceGradientFunction = void (*)(const BoundConv&, const MapsView<const float>& grad,
                                        const GradientTarget& target, const Scratch& scratch);

/// Its other directions.
struct ConvFunctions {
    void (*forward)(const BoundConv&, const MapsView<const float>& src, const Results& results,
                    const Scratch& scratch) = nullptr;
    /// Adds an image's share to the slice's gradient, which the first image starts; scratch memory keeps it from one
    /// image of the slice to the next.
    void (*backward_weight)(const BoundConv&, const MapView<const float>& src, const MapView<const float>& grad,
                            InSlice in_slice, const Scratch& scratch, float* slice) = nullptr;
    /// With minimal filtering, transforms an image's patches for a gradient over a batch of `images`.
    void (*collect)(const BoundConv&, const MapView<const float>& src, const MapView<const float>& grad, int image,
                    int images, Ahead* ahead, float* collected) = nullptr;
    /// The gradient over the whole batch of the weights in one of gradient_chunks() chunks.
    void (*whole_gradient)(const BoundConv&, const Collected&, int chunk, float* scratch, float* grad_weight) = nullptr;
    void (*reduce)(const BoundConv&, const float* slices, long slice_step, int slice_count, int first, int last,
                   float* grad_weight) = nullptr;
};

inline constexpr ProductTile product_tile{product_blocks, product_channels(product_blocks), product_channels(1)};

template <TrainingConv kernel>
void run_forward(const BoundConv& conv, const MapsView<const float>& src, const Results& results,
                 const Scratch& scratch) {
    const auto finish_of = [&](int image) {
        const int channels = conv.dst_channels();
        if constexpr (kernel.moments)
            return WithMoments<kernel.partial>{results.moments.at(image), channels};
        else if constexpr (kernel.bias)
            return Finish<variables::x0 + variables::x1, kernel.partial>{conv.bias(), channels};
        else
            return Unfinished<kernel.partial>{channels};
    };
    constexpr int m = patch_size(kernel.algorithm);
    constexpr Tiling tiling = kernel.forward;
    if constexpr (kernel.algorithm == Algorithm::direct)
        for (int image = 0; image < src.count; ++image)
            detail::conv<tiling>(conv.forward(src.at(image), results.maps.at(image), scratch.ahead), finish_of(image));
    else
        winograd_conv<m, tiling, kernel.bare>(conv.winograd_forward(src, results.maps, m, scratch), finish_of);
}

template <class Net, SourceGradient kernel>
void run_backward_src(const BoundConv& conv, const MapsView<const float>& grad, const GradientTarget& target,
                      const Scratch& scratch) {
    const auto finish_of = [&]([[maybe_unused]] int image) {
        if constexpr (kernel.form.finishes)
            return blend_gradient<Net, kernel.form.blend, kernel.form.adds>(target, image);
        else
            return Unfinished<kernel.partial>{conv.src().shape.c};
    };
    constexpr Tiling tiling = kernel.tiling;
    constexpr int m = patch_size(kernel.algorithm);
    if constexpr (kernel.algorithm == Algorithm::direct)
        for (int image = 0; image < grad.count; ++image)
            conv.backward_src(grad.at(image), target.maps.at(image), scratch.ahead,
                              [&](const ConvTask& task) { detail::conv<tiling>(task, finish_of(image)); });
    else
        winograd_conv<m, tiling, kernel.bare>(conv.winograd_backward_src(grad, target.maps, m, scratch), finish_of);
}

/// Products are formed when the scratch memory is full of patches, or the slice ends.
template <int m>
void run_backward_weight_patches(WinogradWeightTask task, InSlice in_slice, const Scratch& scratch, float* slice) {
    const int group = task.src.group;
    const int patches = task.last_patch;
    float* const sums = scratch.floats + winograd_weight_scratch(m, task.src.src_blocks, task.grad_blocks, group);
    const auto multiply = [&](int count, bool starts) {
        winograd_multiply_to_kernels<m, product_tile>(scratch.floats, group, count, task.src.src_blocks,
                                                      task.grad_blocks, sums, slice, starts, scratch.ahead);
    };
    if (patches <= group) {
        const int images = group / patches;
        task.collected = in_slice.image % images * patches;
        winograd_collect<m>(task, scratch.floats);
        if (in_slice.image % images == images - 1 || in_slice.image == in_slice.images - 1)
            multiply(task.collected + patches, in_slice.image < images);
        return;
    }
    for (task.first_patch = 0; task.first_patch < patches; task.first_patch = task.last_patch) {
        task.last_patch = std::min(task.first_patch + group, patches);
        winograd_collect<m>(task, scratch.floats);
        multiply(task.last_patch - task.first_patch, in_slice.image == 0 && task.first_patch == 0);
    }
}

template <TrainingConv kernel>
void run_products(const ConvBackwardWeightTask& task) {
    constexpr Tiling source = kernel.forward;
    conv_backward_weight<product_tile, source.run, source.pixel>(task);
}

/// The sums over all images that were collected, while the next ones are fetched, unless a stride leaves out most of
/// the source. Where an image's map is one row, those of several images are taken for the rows of one map.
template <TrainingConv kernel>
void run_products(const Collected& collected, ConvBackwardWeightTask task) {
    constexpr bool reads_all = !kernel.forward.one_tap || kernel.forward.pixel == channel_block;
    const int together = task.rows == 1 ? std::max(1, near_pixels / task.columns) : 1;
    Ahead ahead;
    task.ahead = &ahead;
    for (int image = 0; image < collected.images; image += together) {
        if (together > 1) {
            task.rows = std::min(together, collected.images - image);
            task.src_row = collected.src_image;
            task.grad_row = collected.grad_image;
        }
        ahead.clear();
        const int next = std::min(image + together, collected.images);
        for (int i = next; reads_all && i < std::min(next + together, collected.images); ++i) {
            ahead.add(task.src + (i - image) * collected.src_image, task.src_blocks * task.src_block);
            ahead.add(task.grad_dst + (i - image) * collected.grad_image, task.dst_blocks * task.grad_block);
        }
        task.starts = image == 0;
        run_products<kernel>(task);
        task.src += together * collected.src_image;
        task.grad_dst += together * collected.grad_image;
    }
}

template <TrainingConv kernel>
void run_backward_weight(const BoundConv& conv, const MapView<const float>& src, const MapView<const float>& grad,
                         InSlice in_slice, const Scratch& scratch, float* slice) {
    constexpr int m = patch_size(kernel.algorithm);
    if constexpr (kernel.algorithm == Algorithm::direct) {
        ConvBackwardWeightTask task = conv.backward_weight(src, grad, conv.all_blocks(), slice, scratch.ahead);
        task.starts = in_slice.image == 0;
        run_products<kernel>(task);
    } else {
        run_backward_weight_patches<m>(conv.winograd_backward_weight(src, grad, m, scratch.ahead), in_slice, scratch,
                                       slice);
    }
}

template <TrainingConv kernel>
void run_collect(const BoundConv& conv, const MapView<const float>& src, const MapView<const float>& grad, int image,
                 int images, Ahead* ahead, float* collected) {
    if constexpr (kernel.algorithm != Algorithm::direct) {
        constexpr int m = patch_size(kernel.algorithm);
        WinogradWeightTask task = conv.winograd_backward_weight(src, grad, m, ahead);
        task.src.group = images * task.last_patch;
        task.collected = image * task.last_patch;
        winograd_collect<m>(task, collected);
    }
}

template <TrainingConv kernel>
void run_whole_gradient(const BoundConv& conv, const Collected& collected, int chunk, float* scratch,
                        float* grad_weight) {
    const int first = chunk * gradient_blocks;
    const int last = std::min(first + gradient_blocks, conv.dst_blocks());
    if constexpr (kernel.algorithm == Algorithm::direct) {
        const auto sum_up = [&](const ProductBlocks& blocks, float* sums) {
            run_products<kernel>(collected, conv.backward_weight(collected.src, collected.grad, blocks, sums));
        };
        conv.weight_gradient(grad_weight).whole_gradient(sum_up, first, last, scratch);
    } else {
        constexpr int m = patch_size(kernel.algorithm);
        const int patches = collected.images * conv.patches(m);
        const auto sum_up = [&](const ProductBlocks& blocks, float* sums) {
            winograd_multiply<m, product_tile>(collected.src.data, patches, patches, conv.src().blocks(),
                                               conv.dst_blocks(), blocks, sums);
        };
        conv.weight_gradient(grad_weight).template whole_gradient_winograd<m>(sum_up, first, last, scratch);
    }
}

template <TrainingConv kernel>
void run_reduce(const BoundConv& conv, const float* slices, long slice_step, int slice_count, int first, int last,
                float* grad_weight) {
    const WeightGradient gradient = conv.weight_gradient(grad_weight);
    if constexpr (kernel.algorithm == Algorithm::direct)
        gradient.reduce(slices, slice_step, slice_count, first, last);
    else
        gradient.reduce_kernels(slices, slice_step, slice_count, first, last);
}

template <TrainingConv kernel>
constexpr ConvFunctions conv_functions_of() {
    ConvFunctions functions{.forward = run_forward<kernel>};
    if constexpr (kernel.whole_batch) {
        functions.collect = run_collect<kernel>;
        functions.whole_gradient = run_whole_gradient<kernel>;
    } else {
        functions.backward_weight = run_backward_weight<kernel>;
        functions.reduce = run_reduce<kernel>;
    }
    return functions;
}

}  // namespace residua::detail::inline RESIDUA_ISA
