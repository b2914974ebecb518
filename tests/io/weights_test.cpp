#include <algorithm>
#include <support/catch.hpp>
#include <support/files.hpp>

#include <residua/io/weights.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

using namespace residua;

namespace {

struct Net : Network<Input<3, 4, 4>, Conv<5, 3>, BN, ReLU, GlobalAvgPool, Linear<2>> {};

Weights<Net> some_weights() {
    Weights<Net> weights;
    for (std::size_t i = 0; i < weights.all().size(); ++i) weights.all()[i] = 0.25f * static_cast<float>(i) - 7;
    return weights;
}

/// The tensors of a right file, to be spoilt.
std::vector<TensorToWrite> tensors(const Weights<Net>& weights) { return detail::tensors_of(weights); }

auto find(std::vector<TensorToWrite>& all, const std::string& name) {
    return std::ranges::find_if(all, [&](const TensorToWrite& tensor) { return tensor.name == name; });
}

std::string refusal(const std::filesystem::path& path) {
    return text_of<FileError>([&] { load_safetensors<Net>(path); });
}

}  // namespace

TEST_CASE("weights: saved and loaded, every bit") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights();
    save_safetensors(path, weights, {{"note", "test"}});
    const Weights<Net> loaded = load_safetensors<Net>(path);
    CHECK(std::ranges::equal(loaded.all(), weights.all()));
    const SafetensorsFile file(path);
    CHECK(file.metadata().at("format") == "pt");
    CHECK(file.metadata().at("note") == "test");
    CHECK(file.tensors().size() == 7);
    CHECK(file.at("conv1.weight").shape == std::vector<std::int64_t>{5, 3, 3, 3});
    CHECK(file.at("fc.weight").shape == std::vector<std::int64_t>{2, 5});
    CHECK(file.at("bn1.running_var").shape == std::vector<std::int64_t>{5});
}

TEST_CASE("weights: doubles and PyTorch's batch counters are taken") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights();
    std::vector<TensorToWrite> all = tensors(weights);
    const std::vector<double> bias{0.5, -0.25};
    *find(all, "fc.bias") = tensor_to_write("fc.bias", {2}, std::span(bias));
    const std::vector<std::int64_t> batches{17};
    all.push_back(tensor_to_write("bn1.num_batches_tracked", {}, std::span(batches)));
    write_safetensors(path, all, {});
    const Weights<Net> loaded = load_safetensors<Net>(path);
    CHECK(loaded.parameter<"fc.bias">()(1) == -0.25f);
    CHECK(loaded.parameter<"conv1.weight">()(4, 2, 2, 2) == weights.parameter<"conv1.weight">()(4, 2, 2, 2));
}

TEST_CASE("weights: missing, extra and misshapen tensors are named") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights();
    std::vector<TensorToWrite> all = tensors(weights);
    all.erase(find(all, "bn1.running_mean"));
    write_safetensors(path, all, {});
    CHECK(refusal(path) == path.string() + ": bn1.running_mean: expected a tensor of this name, found none");

    all = tensors(weights);
    const std::vector<float> more(3);
    all.push_back(tensor_to_write("conv2.weight", {3}, std::span(more)));
    write_safetensors(path, all, {});
    CHECK(refusal(path) ==
          path.string() + ": conv2.weight: expected only the network's 7 tensors, found this one as well");

    all = tensors(weights);
    find(all, "fc.weight")->shape = {5, 2};
    write_safetensors(path, all, {});
    CHECK(refusal(path) == path.string() + ": fc.weight: expected shape [2, 5], found [5, 2]");

    put(path, "nothing of the kind");
    CHECK(refusal(path).find(path.string() + ": ") == 0);
    CHECK(refusal(folder / "missing").find((folder / "missing").string() + ": ") == 0);
}

TEST_CASE("weights: a failed load changes nothing") {
    const TemporaryFolder folder;
    Weights<Net> weights = some_weights();
    const Weights<Net> before = weights;
    CHECK_THROWS_AS(weights = load_safetensors<Net>(folder / "missing"), FileError);
    CHECK(std::ranges::equal(weights.all(), before.all()));
}
