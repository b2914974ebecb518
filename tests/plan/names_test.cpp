#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/model.hpp>

using namespace residua;

namespace {

template <class Net>
std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters<Net>) names.push_back(parameter_name<Net>(parameter));
    return names;
}

template <class Net>
std::set<std::string> name_set() {
    const std::vector<std::string> names = all_names<Net>();
    return {names.begin(), names.end()};
}

/// The JSON header of a safetensors file.
std::string header_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::uint64_t size = 0;
    file.read(reinterpret_cast<char*>(&size), sizeof size);
    std::string header(file ? static_cast<std::size_t>(size) : 0, ' ');
    file.read(header.data(), static_cast<std::streamsize>(header.size()));
    return header;
}

/// Keys whose value begins with a dtype, each with the text of its shape: enough of JSON for a header without spaces.
std::set<std::string> tensors_in(const std::string& header) {
    std::set<std::string> tensors;
    const std::string mark = "\":{\"dtype\":";
    const std::string shape = "\"shape\":";
    std::string text = header;
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
        const std::size_t first = text.rfind('"', at - 1) + 1;
        const std::size_t from = text.find(shape, at) + shape.size();
        tensors.insert(text.substr(first, at - first) + ' ' + text.substr(from, text.find(']', from) + 1 - from));
    }
    return tensors;
}

template <class Net>
std::set<std::string> tensors_of() {
    std::set<std::string> tensors;
    for (const Parameter& parameter : parameters<Net>) {
        std::string text = parameter_name<Net>(parameter) + " [";
        for (std::size_t i = 0; i < static_cast<std::size_t>(parameter.rank); ++i) {
            if (i > 0) text += ',';
            text += std::to_string(parameter.shape[i]);
        }
        tensors.insert(text + ']');
    }
    return tensors;
}

}  // namespace

TEST_CASE("names and shapes are those of a file that PyTorch wrote") {
    RESIDUA_NEEDS_DATA();
    const auto in_file = [&](const std::string& name) {
        return tensors_in(header_of((data_folder() / "pretrained" / (name + "-cifar10.safetensors")).string()));
    };
    CHECK(in_file("resnet20").size() == 97);
    CHECK(in_file("resnet20") == tensors_of<ResNet20>());
    CHECK(in_file("resnet32") == tensors_of<ResNet32>());
    CHECK(in_file("resnet44") == tensors_of<ResNet44>());
    CHECK(in_file("resnet56") == tensors_of<ResNet56>());
    CHECK(in_file("fhe-resnet110") == tensors_of<ResNet110>());
}

TEST_CASE("the order is that of PyTorch's state dict") {
    const std::vector<std::string> names = all_names<ResNet20>();
    const std::vector<std::string> first(names.begin(), names.begin() + 7);
    CHECK(first == std::vector<std::string>{"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean",
                                            "bn1.running_var", "layer1.0.conv1.weight", "layer1.0.bn1.weight"});
    CHECK(names[names.size() - 2] == "linear.weight");
    CHECK(names.back() == "linear.bias");
}

TEST_CASE("a plain net has the names of its residual counterpart") {
    CHECK(name_set<Plain20>() == name_set<ResNet20>());
}

TEST_CASE("no name occurs twice") {
    CHECK(name_set<ResNet20>().size() == 97);
    CHECK(name_set<ResNet1202>().size() == 6007);
    CHECK(name_set<ResNet50>().size() == parameters<ResNet50>.size());
}

TEST_CASE("torchvision's names for the ImageNet networks") {
    const std::set<std::string> basic = name_set<ResNet18>();
    CHECK(basic.size() == 102);  // 122 keys of torchvision's state dict, without 20 x num_batches_tracked
    for (const char* name : {"conv1.weight", "bn1.running_var", "layer1.0.conv1.weight", "layer1.1.bn2.bias",
                             "layer2.0.downsample.0.weight", "layer2.0.downsample.1.weight",
                             "layer2.0.downsample.1.running_mean", "layer4.1.bn2.weight", "fc.weight", "fc.bias"})
        CHECK(basic.count(name) == 1);
    CHECK(basic.count("layer1.0.downsample.0.weight") == 0);
    CHECK(basic.count("layer2.1.downsample.0.weight") == 0);

    const std::set<std::string> deep = name_set<ResNet50>();
    CHECK(deep.size() == 267);  // 320 keys without 53 x num_batches_tracked
    for (const char* name : {"layer1.0.downsample.0.weight", "layer1.0.conv3.weight", "layer1.0.bn3.running_var",
                             "layer3.5.conv2.weight", "layer4.2.bn3.bias", "fc.weight"})
        CHECK(deep.count(name) == 1);
}

TEST_CASE("names outside stages") {
    using Net = Network<Input<3, 8, 8>, Conv<8, 3, Bias>, Residual<Sequence<Conv<8, 3>, BN>, Conv<8, 1>>,
                        Named<"stem", Conv<4, 1>>, GlobalAvgPool, Linear<8>, ReLU, Linear<2>>;
    CHECK(name_set<Net>() == std::set<std::string>{"conv1.weight", "conv1.bias", "residual1.conv1.weight",
                                                   "residual1.bn1.weight", "residual1.bn1.bias",
                                                   "residual1.bn1.running_mean", "residual1.bn1.running_var",
                                                   "residual1.shortcut.conv1.weight", "stem.weight", "fc.weight",
                                                   "fc.bias", "fc2.weight", "fc2.bias"});
}

TEST_CASE("two projections in one block have names of their own") {
    using Projected = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionC>>;
    const std::vector<std::string> names =
        all_names<Network<Input<3, 8, 8>, Stage<1, 8, Sequence<Projected, Projected>>>>();
    for (const char* name : {"layer1.0.downsample.0.weight", "layer1.0.downsample.1.bias",
                             "layer1.0.downsample.2.weight", "layer1.0.downsample.3.bias", "layer1.0.conv4.weight"})
        CHECK(std::ranges::count(names, name) == 1);
}

TEST_CASE("a stage keeps its number in all of its blocks, whatever stages they hold") {
    using Inner = Stage<2, 8, Sequence<Conv1x1>, Stride<1>>;
    using Net = Network<Input<3, 8, 8>, Stage<2, 16, Sequence<Conv3x3, Inner, Conv3x3>>>;
    CHECK(name_set<Net>() == std::set<std::string>{"layer1.0.conv1.weight", "layer1.0.conv2.weight",
                                                   "layer2.0.conv1.weight", "layer2.1.conv1.weight",
                                                   "layer1.1.conv1.weight", "layer1.1.conv2.weight",
                                                   "layer3.0.conv1.weight", "layer3.1.conv1.weight"});
}

TEST_CASE("a parameter by name, at compile time") {
    STATIC_REQUIRE(parameter_named<ResNet20, "conv1.weight">.shape == std::array{16, 3, 3, 3});
    STATIC_REQUIRE(parameter_named<ResNet20, "layer3.2.bn2.running_var">.shape == std::array{64, 1, 1, 1});
    STATIC_REQUIRE(parameter_named<ResNet20, "linear.weight">.rank == 2);
    STATIC_REQUIRE(parameter_named<ResNet18, "layer4.0.downsample.0.weight">.shape == std::array{512, 256, 1, 1});
    STATIC_REQUIRE(parameter_named<ResNet1202, "layer3.199.conv2.weight">.shape == std::array{64, 64, 3, 3});
}

TEST_CASE("what is not quite a name is not found") {
    for (const char* name : {"", "conv1", "conv1.", "conv1.weights", "conv1.weight.", "layer1.0.conv1", "conv2.weight",
                             "layer1.3.conv1.weight", "layer1.00.conv1.weight", "layer4.0.conv1.weight",
                             "layer1.0.conv10.weight", "bn1.running_men", "Conv1.weight", " conv1.weight"})
        CHECK(detail::find_parameter<ResNet20>(name) == -1);
    for (std::size_t i = 0; i < parameters<ResNet56>.size(); ++i)
        CHECK(detail::find_parameter<ResNet56>(parameter_name<ResNet56>(parameters<ResNet56>[i])) ==
              static_cast<int>(i));
}
