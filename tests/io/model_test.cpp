#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <support/catch.hpp>
#include <support/files.hpp>

#include <residua/io/model.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

using namespace residua;

namespace {

/// Every kind of packed weights: a packed input, minimal filtering, 3x3 with stride, 1x1, linear; channels that fill no
/// block, and pairs of blocks.
template <int side>
struct NetOf
    : Network<Input<3, side, side>, Conv<19, 5>, BN, ReLU, Conv<32, 3>, BN, ReLU,
              Stage<1, 48, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>>, GlobalAvgPool, Linear<7>> {};
using Net = NetOf<12>;

/// 16 MB of weights.
struct Large : Network<Input<4096, 1, 1>, Linear<1024>> {};

template <class Net>
Weights<Net> some_weights() {
    Weights<Net> weights;
    std::uint32_t state = 1;
    for (float& weight : weights.all()) {
        state = state * 1664525U + 1013904223U;
        weight = 0.1f + static_cast<float>(state >> 20U) / 8192;
    }
    return weights;
}

template <class Net>
std::vector<float> outputs(const Model<Net>& model) {
    std::vector<float> image(static_cast<std::size_t>(input_shape<Net>.count()));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i % 17) - 8;
    Workspace<Net, Inference> workspace(1);
    const auto found = model.predict(image, 1, workspace);
    return {found.begin(), found.end()};
}

/// The same bits from both ways of loading.
void check_loads_alike(const std::filesystem::path& path) {
    const Weights<Net> weights = load_safetensors<Net>(path);
    const Model<Net> model = load_model<Net>(path);
    CHECK(outputs(model) == outputs(Model<Net>(weights)));
    CHECK(std::ranges::equal(model.parameter<"conv1.weight">(), weights.parameter<"conv1.weight">()));
    CHECK(std::ranges::equal(model.parameter<"bn1.running_var">(), weights.parameter<"bn1.running_var">()));
    CHECK(std::ranges::equal(model.parameter<"fc.weight">(), weights.parameter<"fc.weight">()));
    CHECK(std::ranges::equal(model.parameter<"fc.bias">(), weights.parameter<"fc.bias">()));
}

std::string refusal(const std::filesystem::path& path) {
    return text_of<FileError>([&] { load_model<Net>(path); });
}

/// load_model refuses a file with the words of load_safetensors.
void check_refused_alike(const std::filesystem::path& path) {
    const std::string text = refusal(path);
    CHECK(text == text_of<FileError>([&] { load_safetensors<Net>(path); }));
    CHECK(text.find(path.string() + ": ") == 0);
}

/// A file of the weights whose tensors `change` has changed.
template <class Change>
void write_changed(const std::filesystem::path& path, const Change& change) {
    const Weights<Net> weights = some_weights<Net>();
    std::vector<TensorToWrite> all = detail::tensors_of(weights);
    change(all);
    write_safetensors(path, all);
}

TensorToWrite& named(std::vector<TensorToWrite>& all, const std::string& name) {
    return *std::ranges::find(all, name, &TensorToWrite::name);
}

/// Makes a file's header longer by spaces, which moves all tensors.
void shift_tensors(const std::filesystem::path& path, std::uint64_t bytes) {
    std::string content = content_of(path);
    std::uint64_t length = 0;
    std::memcpy(&length, content.data(), sizeof(length));
    content.insert(sizeof(length) + length, bytes, ' ');
    length += bytes;
    std::memcpy(content.data(), &length, sizeof(length));
    put(path, content);
}

/// What of mapped files is in this process's memory, in bytes.
long resident_file_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (long kilobytes = 0; word == "RssFile:" && status >> kilobytes) return kilobytes * 1024;
    return -1;
}

}  // namespace

TEST_CASE("load_model: the bits of load_safetensors, for any number of threads") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    save_safetensors(path, some_weights<Net>());
    check_loads_alike(path);
    const std::vector<float> one = outputs(load_model<Net>(path));
    CHECK(outputs(load_model<Net>(path, 2)) == one);
    CHECK(outputs(load_model<Net>(path, 3)) == one);
    CHECK_THROWS_AS(load_model<Net>(path, 0), std::invalid_argument);
}

TEST_CASE("load_model: from memory, which may go afterwards unless the model is told to keep it") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    save_safetensors(path, some_weights<Net>());
    const std::vector<float> expected = outputs(load_model<Net>(path));
    std::string content = content_of(path);
    const auto bytes = std::as_bytes(std::span(content));
    CHECK(std::ranges::equal(load_safetensors<Net>(bytes).all(), some_weights<Net>().all()));
    const Model<Net> kept = load_model<Net>(SafetensorsFile(bytes, "n"), 2);
    CHECK(outputs(kept) == expected);
    const auto* const weight = &kept.parameter<"conv1.weight">()(0, 0, 0, 0);
    CHECK(std::less<>()(reinterpret_cast<const char*>(weight), content.data() + content.size()));
    CHECK_FALSE(std::less<>()(reinterpret_cast<const char*>(weight), content.data()));

    const Model<Net> copied = load_model<Net>(bytes);
    std::ranges::fill(content, '\0');
    CHECK(outputs(copied) == expected);
    CHECK(std::ranges::equal(copied.parameter<"fc.weight">(), some_weights<Net>().parameter<"fc.weight">()));
    CHECK(text_of<FileError>([&] { load_model<Net>(bytes); }).find("weights in memory: content: ") == 0);
    CHECK(text_of<FileError>([&] { load_safetensors<Net>(bytes.first(3)); }).find("weights in memory: content: ") == 0);
    CHECK_THROWS_AS(load_model<Net>(bytes, 0), FileError);
}

TEST_CASE("load_model: an open file gives its metadata and then the model, in one reading") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    save_safetensors(path, some_weights<Net>(), {{"classes", "ant\nbee"}});
    SafetensorsFile file(path);
    CHECK(file.metadata().at("classes") == "ant\nbee");
    CHECK(std::ranges::equal(load_safetensors<Net>(file).all(), some_weights<Net>().all()));
    CHECK(outputs(load_model<Net>(std::move(file))) == outputs(load_model<Net>(path)));
}

TEST_CASE("load_model: other types, and tensors at odd places") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const std::vector<double> doubles{0.5, -0.25, 1, 2, 3, 4, 1.0 / 3};
    const std::vector<std::uint16_t> halves(7 * 48, 0x3555);  // about 1/3
    write_changed(path, [&](std::vector<TensorToWrite>& all) {
        named(all, "fc.bias") = tensor_to_write("fc.bias", {7}, std::span(doubles));
        named(all, "fc.weight") = {"fc.weight", Dtype::F16, {7, 48}, std::as_bytes(std::span(halves))};
    });
    check_loads_alike(path);
    CHECK(load_model<Net>(path).parameter<"fc.bias">()(6) == static_cast<float>(1.0 / 3));
    for (const std::uint64_t bytes : {1U, 1U, 2U}) {
        shift_tensors(path, bytes);
        check_loads_alike(path);
    }
}

TEST_CASE("load_model: wrong files are refused as load_safetensors refuses them") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    write_changed(path, [](std::vector<TensorToWrite>& all) { all.pop_back(); });
    check_refused_alike(path);
    CHECK(refusal(path).find(": expected a tensor of this name, found none") != std::string::npos);

    const std::vector<float> more(3);
    write_changed(path, [&](std::vector<TensorToWrite>& all) {
        all.push_back(tensor_to_write("conv9.weight", {3}, std::span(more)));
    });
    check_refused_alike(path);
    CHECK(refusal(path).find(": conv9.weight: ") != std::string::npos);

    write_changed(path, [](std::vector<TensorToWrite>& all) { named(all, "fc.weight").shape = {48, 7}; });
    check_refused_alike(path);
    CHECK(refusal(path).find(": fc.weight: expected shape [7, 48], found [48, 7]") != std::string::npos);

    write_changed(path, [](std::vector<TensorToWrite>&) {});
    const std::string whole = content_of(path);
    put(path, whole.substr(0, whole.size() - 1));
    check_refused_alike(path);
    put(path, "nothing of the kind");
    check_refused_alike(path);
    put(path, "");
    check_refused_alike(path);
    check_refused_alike(folder / "missing");
    check_refused_alike(folder.path());
}

TEST_CASE("load_model: a value that is not finite is found in every tensor and at every place") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    for (const Parameter& parameter : parameters<Net>)
        for (const long place : {0L, parameter.count() / 2, parameter.count() - 1}) {
            Weights<Net> weights = some_weights<Net>();
            weights.span(parameter)[static_cast<std::size_t>(place)] = std::numeric_limits<float>::quiet_NaN();
            write_safetensors(path, detail::tensors_of(weights));
            check_refused_alike(path);
            CHECK(refusal(path) == path.string() + ": " + parameter_name<Net>(parameter) + '[' + std::to_string(place) +
                                       "]: expected a finite number, found nan");
        }
    Weights<Net> weights = some_weights<Net>();
    weights.span(parameter_named<Net, "bn2.running_var">)[31] = -1.0f;
    write_safetensors(path, detail::tensors_of(weights));
    check_refused_alike(path);
    CHECK(refusal(path).find(": bn2.running_var[31]: expected a variance of at least 0, found -1") !=
          std::string::npos);
    weights = some_weights<Net>();
    weights.span(parameter_named<Net, "bn1.running_mean">)[0] = -1.0f;
    save_safetensors(path, weights);
    check_loads_alike(path);
}

TEST_CASE("load_model: a value that becomes infinite is found, with any number of threads") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    std::vector<double> doubles(7 * 48, 0.5);
    doubles[100] = -1e39;
    write_changed(path, [&](std::vector<TensorToWrite>& all) {
        named(all, "fc.weight") = tensor_to_write("fc.weight", {7, 48}, std::span<const double>(doubles));
    });
    check_refused_alike(path);
    for (const int threads : {1, 2, 3})
        CHECK(text_of<FileError>([&] { load_model<Net>(path, threads); }) ==
              path.string() + ": fc.weight[100]: expected a finite number, found -1e+39, which is infinite in float32");
}

TEST_CASE("load_model: batch counters are passed over") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const std::vector<std::int64_t> batches{17};
    write_changed(path, [&](std::vector<TensorToWrite>& all) {
        all.push_back(tensor_to_write("bn1.num_batches_tracked", {}, std::span(batches)));
    });
    check_loads_alike(path);
}

TEST_CASE("load_model: the file may be replaced and removed, and models share it") {
    const TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const Weights<Net> weights = some_weights<Net>();
    save_safetensors(path, weights);
    auto model = std::make_unique<Model<Net>>(load_model<Net>(path));
    save_safetensors(path, Weights<Net>{});
    std::filesystem::remove(path);
    const Model<NetOf<17>> larger(*model);
    model.reset();
    CHECK(std::ranges::equal(larger.parameter<"conv1.weight">(), weights.parameter<"conv1.weight">()));
    Weights<NetOf<17>> same;
    std::ranges::copy(weights.all(), same.all().begin());
    CHECK(outputs(larger) == outputs(Model<NetOf<17>>(same)));
}

TEST_CASE("load_model: the file does not stay in memory") {
    if (resident_file_bytes() < 0) {
        WARN("skipped: the system does not say what is in memory");
        return;
    }
    constexpr long bytes = weight_count<Large> * 4;
    const TemporaryFolder folder;
    const auto path = folder / "large.safetensors";
    save_safetensors(path, some_weights<Large>());
    const int threads = GENERATE(1, 2);
    const long before = resident_file_bytes();
    const Model<Large> model = load_model<Large>(path, threads);
    CHECK(resident_file_bytes() - before < bytes / 4);
    const auto weight = model.parameter<"fc.weight">();
    CHECK(std::count(weight.begin(), weight.end(), std::numeric_limits<float>::max()) == 0);
    CHECK(resident_file_bytes() - before > bytes / 4 * 3);  // what is read comes back
}
