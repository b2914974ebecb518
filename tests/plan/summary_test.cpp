#include <algorithm>
#include <string>
#include <support/catch.hpp>

#include <residua/model.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

using Unit = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>;
struct SiLU : Activation<x * sigmoid(x)> {};

struct Tiny
    : Network<Input<3, 8, 8>, Conv<4, 3>, SiLU, Stage<1, 4, Unit>, Stage<3, 8, Unit>, GlobalAvgPool, Linear<1000>> {};

std::ptrdiff_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the whole table of a small network") {
    CHECK(describe<Tiny>(Repeats::folded) ==
          "Tiny\n"
          "layer             kind                output        parameters  multiply-adds   memory\n"
          "--------------------------------------------------------------------------------------\n"
          "                  Input               3 x 8 x 8              -              -    768 B\n"
          "conv1             Conv 3x3            4 x 8 x 8            108          6,912  1.0 KiB\n"
          "                  Activation          4 x 8 x 8              -              -  1.0 KiB\n"
          "stage 1, block 1\n"
          "  layer1.0.conv1  Conv 3x3            4 x 8 x 8            144          9,216  1.0 KiB\n"
          "  layer1.0.bn1    BN                  4 x 8 x 8              8              -  1.0 KiB\n"
          "                  ReLU                4 x 8 x 8              -              -  1.0 KiB\n"
          "  layer1.0.conv2  Conv 3x3            4 x 8 x 8            144          9,216  1.0 KiB\n"
          "  layer1.0.bn2    BN                  4 x 8 x 8              8              -  1.0 KiB\n"
          "                  Add                 4 x 8 x 8              -              -  1.0 KiB\n"
          "                  ReLU                4 x 8 x 8              -              -  1.0 KiB\n"
          "stage 2, block 1\n"
          "                  Shortcut A          8 x 4 x 4              -              -    512 B\n"
          "  layer2.0.conv1  Conv 3x3, stride 2  8 x 4 x 4            288          4,608    512 B\n"
          "  layer2.0.bn1    BN                  8 x 4 x 4             16              -    512 B\n"
          "                  ReLU                8 x 4 x 4              -              -    512 B\n"
          "  layer2.0.conv2  Conv 3x3            8 x 4 x 4            576          9,216    512 B\n"
          "  layer2.0.bn2    BN                  8 x 4 x 4             16              -    512 B\n"
          "                  Add                 8 x 4 x 4              -              -    512 B\n"
          "                  ReLU                8 x 4 x 4              -              -    512 B\n"
          "stage 2, blocks 2 to 3, each:\n"
          "  layer2.1.conv1  Conv 3x3            8 x 4 x 4            576          9,216    512 B\n"
          "  layer2.1.bn1    BN                  8 x 4 x 4             16              -    512 B\n"
          "                  ReLU                8 x 4 x 4              -              -    512 B\n"
          "  layer2.1.conv2  Conv 3x3            8 x 4 x 4            576          9,216    512 B\n"
          "  layer2.1.bn2    BN                  8 x 4 x 4             16              -    512 B\n"
          "                  Add                 8 x 4 x 4              -              -    512 B\n"
          "                  ReLU                8 x 4 x 4              -              -    512 B\n"
          "                  AvgPool 4x4         8 x 1 x 1              -              -     32 B\n"
          "fc                Linear              1000 x 1 x 1       9,000          8,000  3.9 KiB\n"
          "--------------------------------------------------------------------------------------\n"
          "total                                                   12,676         84,032\n"
          "weights    50.0 KiB with running statistics\n"
          "workspace  " +
              detail::memory(4 * inference_plan<Tiny>.arena_floats) + " for the inference of one image\n");
}

TEST_CASE("all blocks are shown unless folding is asked for") {
    CHECK(lines(describe<Tiny>()) == lines(describe<Tiny>(Repeats::folded)) + 8);
    CHECK(lines(describe<ResNet1202>()) > 4000);
    CHECK(lines(describe<ResNet1202>(Repeats::folded)) < 60);
}

TEST_CASE("every layer and the totals are in the table") {
    const std::string table = describe<ResNet20>();
    int named = 0;
    for (const Node& node : graph_of<ResNet20>) {
        const std::string name = module_name(node.name);
        if (name.empty()) continue;  // has no parameters
        ++named;
        INFO(name);
        CHECK((contains(table, "\n" + name + ' ') || contains(table, "\n  " + name + ' ')));
    }
    CHECK(named == 19 + 19 + 1);  // convolutions, BN, the linear layer
    CHECK(contains(table, "269,722"));
    CHECK(contains(table, "40,551,040"));
    CHECK(contains(describe<ResNet50>(), "layer1.0.downsample.0"));
}

TEST_CASE("a network has the name the program gave it, or none") {
    CHECK(describe<ResNet20>().rfind("ResNet20\n", 0) == 0);
    CHECK(describe<Network<Input<3, 8, 8>, ReLU>>().rfind("layer", 0) == 0);
    struct Local : Network<Input<3, 8, 8>, ReLU> {};
    CHECK(describe<Local>().rfind("Local\n", 0) == 0);
}

TEST_CASE("rows add up to the totals") {
    CHECK(parameter_count<ResNet50> == 25'557'032);
    long parameters_sum = 0;
    long multiply_adds_sum = 0;
    for (const SummaryRow& row : summary_rows<ResNet50>()) {
        parameters_sum += row.parameters;
        multiply_adds_sum += row.multiply_adds;
    }
    CHECK(parameters_sum == parameter_count<ResNet50>);
    CHECK(multiply_adds_sum == multiply_adds<ResNet50>);
}

TEST_CASE("numbers and memory as a person reads them") {
    CHECK(detail::counted(0) == "-");
    CHECK(detail::counted(999) == "999");
    CHECK(detail::counted(1000) == "1,000");
    CHECK(detail::counted(123456789) == "123,456,789");
    CHECK(detail::memory(1023) == "1023 B");
    CHECK(detail::memory(1024) == "1.0 KiB");
    CHECK(detail::memory(1536) == "1.5 KiB");
    CHECK(detail::memory(5 * MiB / 2) == "2.5 MiB");
}
