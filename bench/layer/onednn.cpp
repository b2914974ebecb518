#include <oneapi/dnnl/dnnl.hpp>

#include "../support/repeat.hpp"
#include "candidates.hpp"

// oneDNN's threads are OpenMP's.
extern "C" void omp_set_num_threads(int threads);

namespace {

using dnnl::memory;
using Dims = memory::dims;

/// One convolution as oneDNN wants it described.
struct Problem {
    Problem(const ConvShape& shape, int batch)
        : src{any({batch, shape.src.c, shape.src.h, shape.src.w})},
          weights{any(weight_dims(shape))},
          dst{any({batch, shape.dst.c, shape.dst.h, shape.dst.w})},
          strides{shape.window.stride, shape.window.stride},
          before{shape.window.padding, shape.window.padding},
          after{behind(shape.src.h, shape.dst.h, shape.window.kernel_h, shape.window),
                behind(shape.src.w, shape.dst.w, shape.window.kernel_w, shape.window)} {}

    static Dims weight_dims(const ConvShape& shape) {
        const memory::dim groups = shape.groups;
        Dims dims{shape.dst.c / groups, shape.src.c / groups, shape.window.kernel_h, shape.window.kernel_w};
        if (groups > 1) dims.insert(dims.begin(), groups);
        return dims;
    }
    static memory::desc any(const Dims& dims) { return {dims, memory::data_type::f32, memory::format_tag::any}; }
    static memory::dim behind(int src, int dst, int kernel, const residua::detail::Window& window) {
        return (dst - 1) * window.stride + kernel - src - window.padding;
    }

    memory::desc src;
    memory::desc weights;
    memory::desc dst;
    Dims strides;
    Dims before;
    Dims after;
};

/// Random values.
memory filled(const memory::desc& described, const dnnl::engine& engine) {
    memory made(described, engine);
    const std::size_t floats = described.get_size() / sizeof(float);
    std::ranges::copy(random_values(static_cast<long>(floats)), static_cast<float*>(made.get_data_handle()));
    return made;
}

class OneDnn {
  public:
    /// \throws dnnl::error if the algorithm does not have the shape.
    OneDnn(const Problem& problem, Direction direction, dnnl::algorithm algorithm) {
        using namespace dnnl;
        const convolution_forward::primitive_desc forward(
            {direction == Direction::forward ? prop_kind::forward_inference : prop_kind::forward_training, algorithm,
             problem.src, problem.weights, problem.dst, problem.strides, problem.before, problem.after},
            engine_);
        if (direction == Direction::forward) {
            primitive_ = convolution_forward(forward);
            arguments_ = {{DNNL_ARG_SRC, filled(forward.src_desc(), engine_)},
                          {DNNL_ARG_WEIGHTS, filled(forward.weights_desc(), engine_)},
                          {DNNL_ARG_DST, filled(forward.dst_desc(), engine_)}};
        } else if (direction == Direction::backward_src) {
            const convolution_backward_data::primitive_desc backward(
                {algorithm, problem.src, problem.weights, problem.dst, problem.strides, problem.before, problem.after},
                engine_, forward);
            primitive_ = convolution_backward_data(backward);
            arguments_ = {{DNNL_ARG_DIFF_DST, filled(backward.diff_dst_desc(), engine_)},
                          {DNNL_ARG_WEIGHTS, filled(backward.weights_desc(), engine_)},
                          {DNNL_ARG_DIFF_SRC, filled(backward.diff_src_desc(), engine_)}};
        } else {
            const convolution_backward_weights::primitive_desc backward(
                {algorithm, problem.src, problem.weights, problem.dst, problem.strides, problem.before, problem.after},
                engine_, forward);
            primitive_ = convolution_backward_weights(backward);
            arguments_ = {{DNNL_ARG_SRC, filled(backward.src_desc(), engine_)},
                          {DNNL_ARG_DIFF_DST, filled(backward.diff_dst_desc(), engine_)},
                          {DNNL_ARG_DIFF_WEIGHTS, filled(backward.diff_weights_desc(), engine_)}};
        }
    }

    void run() {
        primitive_.execute(stream_, arguments_);
        stream_.wait();
    }

  private:
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    dnnl::primitive primitive_;
    std::unordered_map<int, memory> arguments_;
};

}  // namespace

std::vector<Candidate> onednn_candidates(const ConvShape& shape, Direction direction, int batch) {
    omp_set_num_threads(1);
    std::vector<Candidate> candidates;
    for (const auto& [name, algorithm] : {std::pair{"direct", dnnl::algorithm::convolution_direct},
                                          std::pair{"winograd", dnnl::algorithm::convolution_winograd}}) {
        try {
            const auto made = std::make_shared<OneDnn>(Problem(shape, batch), direction, algorithm);
            candidates.push_back({name, [=] { made->run(); }});
        } catch (const dnnl::error&) {  // it has no such implementation
        }
    }
    return candidates;
}
