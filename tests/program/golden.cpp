// The program against numbers of PyTorch, for weights trained elsewhere.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <support/catch.hpp>

#include "program.hpp"
#include <residua/file/npy.hpp>
#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

struct Pretrained {
    std::string net;
    std::string name;  ///< of its files
};

ProgramRun::Arguments evaluation(const Pretrained& weights) {
    return {"evaluate",
            "--net",
            weights.net,
            "--weights",
            (data_folder() / "pretrained" / (weights.name + "-cifar10.safetensors")).string(),
            "--data",
            data_folder().string()};
}

/// The program's line for so many wrong images.
std::string error_line(int wrong, int images) {
    std::ostringstream line;
    line << "error " << std::fixed << std::setprecision(2) << 100.0 * wrong / images << " % (" << wrong << " of "
         << images << ")\n";
    return line.str();
}

double largest(const std::vector<double>& values) {
    double most = 0.0;
    for (const double value : values) most = std::max(most, std::abs(value));
    return most;
}

template <class Value>
double largest_difference(const std::vector<Value>& values, const std::vector<double>& expected) {
    double most = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(values[i]) - expected[i]));
    return most;
}

void check_pretrained(const Pretrained& weights) {
    RESIDUA_NEEDS_DATA();
    const TemporaryFolder folder;
    const auto golden = data_folder() / "golden";
    const auto errors = nlohmann::json::parse(content_of(golden / (weights.name + "-errors.json")))["float32"];

    const Outcome all = run_program(
        folder.path(), evaluation(weights) + ProgramRun::Arguments{"--predictions", "p.npy", "--logits", "l.npy"});
    CHECK(all.err.empty());
    CHECK(all.out == error_line(errors["test_wrong_all_10000"], 10'000));
    CHECK(read_npy<std::uint8_t>(folder / "p.npy").values ==
          read_npy<std::uint8_t>(golden / (weights.name + "-pred-test.npy")).values);
    const auto logits = read_npy<float>(folder / "l.npy");
    const auto expected = read_npy<double>(golden / (weights.name + "-logits64-f64.npy"));
    CHECK(logits.shape == std::vector<std::int64_t>{10'000, 10});
    CHECK(largest_difference(logits.values, expected.values) < 1e-4 * largest(expected.values));

    const Outcome exact = run_program(folder.path(), evaluation(weights) + ProgramRun::Arguments{"--count", "1017"});
    CHECK(exact.out == error_line(errors["test_wrong_exact_first_1017"], 1017));
    const int before_1000 = errors["test_wrong_exact_first_1000"];
    const Outcome some = run_program(
        folder.path(), evaluation(weights) + ProgramRun::Arguments{"--first", "1000", "--count", "17", "--batch", "7"});
    CHECK(some.out == error_line(errors["test_wrong_exact_first_1017"].get<int>() - before_1000, 17));
    const Outcome training = run_program(
        folder.path(),
        evaluation(weights) + ProgramRun::Arguments{"--set", "train", "--count", "10000", "--predictions", "t.npy"});
    CHECK(training.out == error_line(errors["train_batch_1_wrong_of_10000"], 10'000));
    CHECK(read_npy<std::uint8_t>(folder / "t.npy").values ==
          read_npy<std::uint8_t>(golden / (weights.name + "-pred-batch1.npy")).values);
}

std::vector<double> doubles_of(const SafetensorsFile& file, const TensorEntry& entry) {
    std::vector<double> values(entry.size());
    file.read_doubles(entry, values);
    return values;
}

}  // namespace

TEST_CASE("program: pretrained ResNet-20 predicts as in PyTorch") { check_pretrained({"resnet20", "resnet20"}); }
TEST_CASE("program: pretrained ResNet-32 predicts as in PyTorch") { check_pretrained({"resnet32", "resnet32"}); }
TEST_CASE("program: pretrained ResNet-44 predicts as in PyTorch") { check_pretrained({"resnet44", "resnet44"}); }
TEST_CASE("program: pretrained ResNet-56 predicts as in PyTorch") { check_pretrained({"resnet56", "resnet56"}); }
TEST_CASE("program: pretrained ResNet-110 predicts as in PyTorch") { check_pretrained({"resnet110", "fhe-resnet110"}); }

TEST_CASE("program: a training step of ResNet-20 is PyTorch's") {
    RESIDUA_NEEDS_DATA();
    const TemporaryFolder folder;
    const Outcome outcome =
        run_program(folder.path(), {"gradients", "--net", "resnet20", "--weights",
                                    (data_folder() / "pretrained" / "resnet20-cifar10.safetensors").string(), "--data",
                                    data_folder().string(), "--first", "0", "--count", "32", "--out", "g.safetensors"});
    REQUIRE(outcome.err.empty());
    const SafetensorsFile ours(folder / "g.safetensors");
    const SafetensorsFile golden(data_folder() / "golden" / "resnet20-train32.safetensors");
    CHECK(ours.tensors().size() + 1 == golden.tensors().size());  // its labels
    for (const TensorEntry& entry : golden.tensors()) {
        if (entry.name == "labels") continue;
        INFO(entry.name);
        const TensorEntry& found = ours.at(entry.name);
        CHECK(found.dtype == Dtype::F32);
        CHECK(found.shape == entry.shape);
        const auto expected = doubles_of(golden, entry);
        const double difference = largest_difference(doubles_of(ours, found), expected);
        const double tolerance = entry.name == "loss" || entry.name.starts_with("after.") ? 1e-5
                                 : entry.name == "logits"                                 ? 1e-4
                                                                                          : 1e-3;
        CHECK(difference < tolerance * largest(expected));
    }
}
