#include <algorithm>
#include <cmath>
#include <limits>
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
    CHECK(refusal(path) == path.string() +
                               ": bn1.running_mean: expected a tensor of this name, found none; the nearest "
                               "are bn1.running_var [5], bn1.weight [5], bn1.bias [5]");

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

TEST_CASE("weights: values that are not finite, and variances below zero, are named by tensor, place and value") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> good = some_weights();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const Parameter& parameter : parameters<Net>) {
        const std::string name = parameter_name<Net>(parameter);
        for (const auto& [value, text] : {std::pair{infinity, "inf"}, {-infinity, "-inf"}, {std::nanf(""), "nan"}})
            for (const long place : {0L, parameter.count() - 1}) {
                Weights<Net> weights = good;
                weights.span(parameter)[static_cast<std::size_t>(place)] = value;
                const std::string expected = path.string() + ": " + name + '[' + std::to_string(place) +
                                             "]: expected a finite number, found " + text;
                write_safetensors(path, tensors(weights));
                CHECK(refusal(path) == expected);
                save_safetensors(path, good);
                CHECK(text_of<FileError>([&] { save_safetensors(path, weights); }) == expected);
                CHECK(refusal(path) == "nothing thrown");
            }
    }
    Weights<Net> weights = good;
    const Parameter& variance = parameter_named<Net, "bn1.running_var">;
    weights.span(variance)[2] = -0.5f;
    write_safetensors(path, tensors(weights));
    const std::string expected = path.string() + ": bn1.running_var[2]: expected a variance of at least 0, found -0.5";
    CHECK(refusal(path) == expected);
    CHECK(text_of<FileError>([&] { save_safetensors(path, weights); }) == expected);
    for (const float value : {0.0f, -0.0f, 1e-40f}) {
        weights.span(variance)[2] = value;
        save_safetensors(path, weights);
        CHECK(refusal(path) == "nothing thrown");
    }
}

TEST_CASE("weights: what conversion makes infinite is named as it is in the file") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights();
    const auto refusal_of_bias = [&](TensorToWrite bias) {
        std::vector<TensorToWrite> all = tensors(weights);
        *find(all, "fc.bias") = std::move(bias);
        write_safetensors(path, all);
        return refusal(path);
    };
    const std::string expected = path.string() + ": fc.bias[1]: expected a finite number, found ";
    for (const auto& [value, text] :
         {std::pair{1e300, "1e+300, which is infinite in float32"}, {std::nan(""), "nan"}}) {
        const std::vector<double> bias{0.5, value};
        CHECK(refusal_of_bias(tensor_to_write("fc.bias", {2}, std::span(bias))) == expected + text);
    }
    const std::vector<double> largest{0.5, double{std::numeric_limits<float>::max()}};
    CHECK(refusal_of_bias(tensor_to_write("fc.bias", {2}, std::span(largest))) == "nothing thrown");
    const std::vector<std::uint16_t> halves{0x3800, 0xfc00};
    CHECK(refusal_of_bias({"fc.bias", Dtype::F16, {2}, std::as_bytes(std::span(halves))}) == expected + "-inf");
    const std::vector<std::uint16_t> brains{0x3f00, 0x7fc0};
    CHECK(refusal_of_bias({"fc.bias", Dtype::BF16, {2}, std::as_bytes(std::span(brains))}) == expected + "nan");
}

TEST_CASE("weights: what wrappers put before all names is passed over") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights();
    const std::vector<std::int64_t> batches{17};
    const auto write = [&](const std::string& prefix, std::size_t prefixed) {
        std::vector<TensorToWrite> all = tensors(weights);
        for (std::size_t i = 0; i < prefixed; ++i) all[i].name = prefix + all[i].name;
        all.push_back(tensor_to_write(prefix + "bn1.num_batches_tracked", {}, std::span(batches)));
        write_safetensors(path, all, {});
    };
    for (const char* prefix : {"", "module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."}) {
        write(prefix, 7);
        CHECK(std::ranges::equal(load_safetensors<Net>(path).all(), weights.all()));
    }
    write("module.", 6);
    CHECK(refusal(path).find(": expected a tensor of this name, found none; the nearest are ") != std::string::npos);
    write("backbone.", 7);
    CHECK(refusal(path) == path.string() +
                               ": conv1.weight: expected a tensor of this name, found none; the nearest are "
                               "backbone.conv1.weight [5, 3, 3, 3], backbone.bn1.weight [5], backbone.fc."
                               "weight [2, 5]");
}

TEST_CASE("weights: a network whose own names begin like a wrapper's is loaded") {
    struct Wrapped : Network<Input<1, 1, 1>, Named<"module", Linear<1>>> {};
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    save_safetensors(path, Weights<Wrapped>());
    CHECK(SafetensorsFile(path).find("module.weight") != nullptr);
    CHECK(load_safetensors<Wrapped>(path).all().size() == 2);
}

TEST_CASE("weights: a missing tensor's error names the nearest of those there are") {
    const auto nearest = [](const std::vector<TensorToWrite>& there) {
        const TemporaryFolder folder;
        write_safetensors(folder / "f", there);
        return detail::nearest_tensors(SafetensorsFile(folder / "f"), "linear.weight", std::vector<std::int64_t>{1, 2});
    };
    const std::vector<float> two(2);
    const auto tensor = [&](const std::string& name, std::vector<std::int64_t> shape) {
        return tensor_to_write(name, std::move(shape), std::span(two));
    };
    CHECK(nearest({}) == "no tensor at all");
    CHECK(nearest({tensor("bn1.weight", {2}), tensor("fc.weight", {1, 2}), tensor("fc.bias", {2}),
                   tensor("head.linear.weight", {2, 1})}) ==
          "none; the nearest are head.linear.weight [2, 1], fc.weight [1, 2], bn1.weight [2]");
    CHECK(detail::edit_distance("", "abc") == 3);
    CHECK(detail::edit_distance("kitten", "sitting") == 3);
    CHECK(detail::edit_distance("same", "same") == 0);
}

TEST_CASE("weights: a failed load changes nothing") {
    const TemporaryFolder folder;
    Weights<Net> weights = some_weights();
    const Weights<Net> before = weights;
    CHECK_THROWS_AS(weights = load_safetensors<Net>(folder / "missing"), FileError);
    CHECK(std::ranges::equal(weights.all(), before.all()));
}
