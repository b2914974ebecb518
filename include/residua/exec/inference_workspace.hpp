#pragma once

#include <residua/exec/frozen.hpp>
#include <residua/exec/parallel.hpp>
#include <residua/exec/run_inference.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Inference: every thread takes whole images through the steps, so maps stay in its cache, and groups of images
/// through those whose weights would have to be fetched for each; the images that are left over (the only one of a
/// batch of one) all threads go through together, step by step.
template <class Net>
class Workspace<Net, Inference> {
  public:
    /// For up to `batch` images a call. \throws std::invalid_argument if batch or threads are less than 1.
    explicit Workspace(int batch, int threads = 1)
        : batch_{checked(batch)},
          team_{threads, 1 + (threads - 1) * steps_of_an_image},
          arena_(static_cast<std::size_t>(Sizes::sections(batch, threads).total())) {}

    /// Most images a call takes.
    [[nodiscard]] int batch() const { return batch_; }
    [[nodiscard]] int threads() const { return team_.threads(); }
    /// Bytes of the arena: workspace_bytes<Net, Inference, Batch<batch>, Threads<threads>>.
    [[nodiscard]] long bytes() const { return static_cast<long>(arena_.size() * sizeof(float)); }

    /// Copies an array expression of shape (N, c, h, w) into the arena and returns N.
    template <class Images>
    int take(const Images& images) {
        constexpr Chw in = input_shape<Net>;
        const std::array<std::size_t, 4> shape{0, static_cast<std::size_t>(in.c), static_cast<std::size_t>(in.h),
                                               static_cast<std::size_t>(in.w)};
        return static_cast<int>(copy_from(images, inputs(batch_), shape, "images"));
    }
    [[nodiscard]] std::span<const float> taken(int count) { return inputs(count); }

    /// Runs a frozen network; see Model::predict.
    std::span<const float> run(const detail::Frozen<Net>& network, std::span<const float> images, int count) {
        check(images, count);
        const int together = team_.threads() == 1 ? 0 : count % team_.threads();
        const int alone = count - together;
        const int groups = group_count(alone);
        const auto chunks = [&](int phase) {
            return phase == 0 ? groups : parts(network, (phase - 1) % steps_of_an_image);
        };
        team_.run(1 + together * steps_of_an_image, chunks, [&](int phase, int chunk, int slot) {
            if (phase == 0) {
                const int first = static_cast<int>(1L * alone * chunk / groups);
                const int last = static_cast<int>(1L * alone * (chunk + 1) / groups);
                run_group(network, images, first, last - first, slot);
            } else {
                const int step = (phase - 1) % steps_of_an_image;
                run_step(
                    network, images, alone + (phase - 1) / steps_of_an_image, step,
                    {.arena = slot_floats(0), .scratch = scratch(slot), .part = chunk, .parts = parts(network, step)});
            }
        });
        count_ = count;
        return outputs();
    }

    /// The outputs of the last run, count x outputs.
    [[nodiscard]] std::span<const float> outputs() {
        return {output_floats(), static_cast<std::size_t>(count_ * Sizes::output)};
    }

  private:
    using Sizes = detail::InferenceSizes<Net>;
    static constexpr const auto& plan = inference_plan<Net>;
    /// The first loads the image, the last takes the result out.
    static constexpr int steps_of_an_image = plan.step_count + 2;

    static int checked(int batch) {
        if (batch < 1) detail::raise(std::invalid_argument("batch: expected at least 1, got " + std::to_string(batch)));
        return batch;
    }

    void check(std::span<const float> images, int count) const {
        if (count < 0 || count > batch_)
            detail::raise(std::invalid_argument("images: expected at most " + std::to_string(batch_) + ", got " +
                                                std::to_string(count)));
        if (static_cast<long>(images.size()) != count * Sizes::input)
            detail::raise(std::invalid_argument("images: expected " + std::to_string(count * Sizes::input) +
                                                " values, got " + std::to_string(images.size())));
    }

    /// Groups of images that a thread takes at a time: as few as the plan allows, but the same number for every thread.
    int group_count(int images) const {
        const int most = batch_ == 1 ? 1 : detail::group_images;
        const int groups = (images + most - 1) / most;
        const int rounds = (groups + team_.threads() - 1) / team_.threads();
        return std::min(images, rounds * team_.threads());
    }

    /// A thread's images: one after the other as far as the plan says, then all together.
    void run_group(const detail::Frozen<Net>& network, std::span<const float> images, int first, int count, int slot) {
        const bool grouped = batch_ > 1;
        const int common = grouped ? detail::place_of(detail::image_groups<Net>.first_step) + 1 : steps_of_an_image;
        detail::Share share{.arena = slot_floats(slot), .scratch = scratch(slot), .grouped = grouped};
        for (; share.first_image < count; ++share.first_image)
            for (int step = 0; step < common; ++step) run_step(network, images, first + share.first_image, step, share);
        share.first_image = 0;
        share.images = count;
        for (int step = common; step <= plan.step_count; ++step) run_step(network, images, first, step, share);
        share.images = 1;
        for (; grouped && share.first_image < count; ++share.first_image)
            run_step(network, images, first + share.first_image, plan.step_count + 1, share);
    }

    int parts(const detail::Frozen<Net>& network, int step) const {
        const bool shared = step == 0
                                ? network.shares_input()
                                : step <= plan.step_count && network.steps()[static_cast<std::size_t>(step - 1)].shared;
        return shared ? team_.threads() : 1;
    }

    void run_step(const detail::Frozen<Net>& network, std::span<const float> images, int image, int step,
                  const detail::Share& share) {
        if (step == 0) {
            const detail::MapView<float> input = network.input(share);
            const int rows = input.layout.shape.h;
            if (share.part == 0) clear_frame(input);
            load_planar(images.data() + image * Sizes::input, input, share.first(rows), share.last(rows));
        } else if (step <= plan.step_count) {
            const detail::StepNumber s{step - 1};
            const int kernel = detail::inference_kernels<Net>.of[kernel_entry(s, share.grouped)];
            detail::run_functions<Net>[detail::index(kernel)](network.steps()[detail::index(s)], share);
        } else {
            store_planar(network.output(share), output_floats() + image * Sizes::output);
        }
    }

    float* at(detail::InferenceSection section) {
        return arena_.data() + Sizes::sections(batch_, team_.threads()).offset(section);
    }
    float* slot_floats(int slot) { return at(detail::InferenceSection::slots) + slot * Sizes::slot(batch_); }
    float* scratch(int slot) { return slot_floats(slot) + Sizes::maps(batch_); }
    std::span<float> inputs(int count) {
        return {at(detail::InferenceSection::input), static_cast<std::size_t>(count * Sizes::input)};
    }
    float* output_floats() { return at(detail::InferenceSection::output); }

    int batch_;
    int count_ = 0;
    Team team_;
    detail::Arena arena_;
};

}  // namespace residua::inline RESIDUA_ISA
