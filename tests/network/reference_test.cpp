#include <support/catch.hpp>
#include <support/golden.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/data/cifar10.hpp>
#include <residua/exec/reference.hpp>
#include <residua/kernel/reference/softmax_cross_entropy.hpp>
#include <residua/model/cifar.hpp>
#include <residua/plan/names.hpp>

using namespace residua;
using namespace residua::detail;
using Values = std::vector<double>;

namespace {

/// Weights and images of a training step of ResNet-20 on the first 32 test records.
struct GoldenStep {
    Values weights = Values(static_cast<std::size_t>(weight_count<ResNet20>));
    Values images;
    std::vector<Label> labels;

    GoldenStep() {
        const SafetensorsFile file(data_folder() / "pretrained" / "resnet20-cifar10.safetensors");
        for (const Parameter& parameter : parameters<ResNet20>)
            file.read_doubles(file.at(parameter_name<ResNet20>(parameter)),
                              std::span(weights).subspan(static_cast<std::size_t>(parameter.offset),
                                                         static_cast<std::size_t>(parameter.count())));
        const LabelledImages all = load_cifar10(data_folder(), Cifar10Set::test);
        const ImagesView first = all.slice(0, 32);
        labels.assign(first.labels.begin(), first.labels.end());
        const Values mean{0.485, 0.456, 0.406};
        const Values deviation{0.229, 0.224, 0.225};
        for (std::size_t i = 0; i < first.pixels.size(); ++i) {
            const std::size_t c = i / 1024 % 3;
            images.push_back((first.pixels[i] / 255.0 - mean[c]) / deviation[c]);
        }
    }
};

const GoldenStep& golden_step() {
    static const GoldenStep step;
    return step;
}

template <class T>
std::vector<T> rounded(const Values& values) {
    std::vector<T> result;
    for (const double value : values) result.push_back(static_cast<T>(value));
    return result;
}

/// Runs the step and compares everything with PyTorch's.
template <class T>
void compare_with_pytorch(double tolerance) {
    const SafetensorsFile file(data_folder() / "golden" / "resnet20-train32.safetensors");
    const GoldenStep& step = golden_step();
    ReferenceNetwork<ResNet20, T> network(rounded<T>(step.weights));
    const std::span<const T> logits = network.forward(rounded<T>(step.images), 32, true);
    std::vector<T> grad_logits(logits.size());
    const T loss = reference::softmax_cross_entropy(32, 10, logits.data(), step.labels.data(), grad_logits.data());
    CHECK(relative_difference<T>(std::span(&loss, 1), golden_values(file, "loss")) < tolerance);
    CHECK(relative_difference<T>(logits, golden_values(file, "logits")) < tolerance);
    const auto gradients = network.backward(grad_logits);
    double worst = 0;
    for (const Parameter& parameter : parameters<ResNet20>) {
        const std::string name = parameter_name<ResNet20>(parameter);
        const std::span<const T> all =
            parameter.trained() ? std::span<const T>(gradients.parameters) : std::span<const T>(network.weights());
        const auto found =
            all.subspan(static_cast<std::size_t>(parameter.offset), static_cast<std::size_t>(parameter.count()));
        const Values expected = golden_values(file, (parameter.trained() ? "grad." : "after.") + name);
        REQUIRE(expected.size() == found.size());
        const double difference = relative_difference<T>(found, expected);
        worst = std::max(worst, difference);
        INFO(name);
        CHECK(difference < tolerance);
    }
    CHECK(worst > 0);  // something was compared
}

}  // namespace

TEST_CASE("reference network: a training step of ResNet-20 is PyTorch's, in double") {
    RESIDUA_NEEDS_DATA();
    compare_with_pytorch<double>(1e-10);
}

TEST_CASE("reference network: a training step of ResNet-20 is PyTorch's, in float") {
    RESIDUA_NEEDS_DATA();
    compare_with_pytorch<float>(1e-3);
}
