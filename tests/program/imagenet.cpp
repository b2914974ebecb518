// The imagenet program: its protocols against plain loops over the logits of single crops, training, wrong use.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <support/catch.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../data/encode.hpp"
#include "program.hpp"
#include <residua/io/npy.hpp>

using namespace residua;

namespace {

using Arguments = ProgramRun::Arguments;

Outcome run_imagenet(const std::filesystem::path& folder, const Arguments& arguments) {
    return ProgramRun(folder, arguments, "", IMAGENET_PROGRAM).wait();
}

/// The shortest run that leaves weights.
const Arguments training{"train",   "--net", "resnet18", "--data", "images.csv",   "--iterations", "1",
                         "--batch", "2",     "--lr",     "0.001",  "--checkpoint", "c.checkpoint"};

/// Files that all tests share: two images of different aspect, a table of them, weights of ResNet-18.
struct Files {
    TemporaryFolder folder;

    Files() {
        put_image("wide.png", 40, 60, 3);
        put_image("square.png", 50, 50, 11);
        put(folder / "images.csv", "file,label\nwide.png,7\nsquare.png,400\n");
        put(folder / "names.csv", "index,class_name\n0,\"a, \"\"quoted\"\" name\"\n");
        const Outcome trained = run(training + Arguments{"--save", "w.safetensors"});
        INFO(trained.err);
        REQUIRE(trained.code == 0);
    }

    Outcome run(const Arguments& arguments) const { return run_imagenet(folder.path(), arguments); }

  private:
    void put_image(const std::string& name, int height, int width, int step) const {
        std::vector<std::uint8_t> pixels;
        for (int i = 0; i < 3 * height * width; ++i) pixels.push_back(static_cast<std::uint8_t>(i * step % 253));
        put(folder / name, png_file(height, width, pixels, {}));
    }
};

const Files& files() {
    static const Files all;
    return all;
}

const Arguments weights{"--net", "resnet18", "--weights", "w.safetensors"};

/// The probabilities that logits mean: how many crops each image has at each size, for each network.
std::vector<double> expected_probabilities(const NpyArray<float>& logits, const std::vector<std::vector<int>>& crops,
                                           int networks) {
    const std::size_t classes = 1000;
    std::vector<double> result;
    const float* row = logits.values.data();
    for (const std::vector<int>& sizes : crops) {
        std::vector<double> mean(classes);
        for (const int count : sizes)
            for (int crop = 0; crop < count * networks; ++crop, row += classes) {
                double sum = 0.0;
                for (std::size_t k = 0; k < classes; ++k) sum += std::exp(double{row[k]});
                const double share = 1.0 / (static_cast<double>(sizes.size()) * networks * count);
                for (std::size_t k = 0; k < classes; ++k) mean[k] += std::exp(double{row[k]}) / sum * share;
            }
        result.insert(result.end(), mean.begin(), mean.end());
    }
    REQUIRE(row == logits.values.data() + logits.values.size());
    return result;
}

void check_protocol(const Arguments& protocol, const std::vector<std::vector<int>>& crops, int networks = 1) {
    const Outcome outcome = files().run(Arguments{"evaluate", "--data", "images.csv", "--crop-logits", "l.npy",
                                                  "--probabilities", "p.npy", "--crops", "c.csv"} +
                                        weights + protocol);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const auto logits = read_npy<float>(files().folder / "l.npy");
    const auto probabilities = read_npy<double>(files().folder / "p.npy");
    CHECK(probabilities.shape == std::vector<std::int64_t>{2, 1000});
    CHECK(std::ranges::count(content_of(files().folder / "c.csv"), '\n') == logits.shape[0] + 1);
    const std::vector<double> expected = expected_probabilities(logits, crops, networks);
    const auto close = [](double a, double b) { return std::abs(a - b) < 1e-12; };
    CHECK(std::ranges::equal(probabilities.values, expected, close));
    CHECK(std::ranges::max(expected) < 0.999);  // else it would not matter what is averaged

    int wrong = 0;
    for (const std::size_t image : {std::size_t{0}, std::size_t{1}}) {
        const auto own = std::span(expected).subspan(1000 * image, 1000);
        wrong += std::ranges::max_element(own) - own.begin() == (image == 0 ? 7 : 400) ? 0 : 1;
    }
    CHECK(outcome.out.starts_with("top-1 error " + std::to_string(50 * wrong) + ".00 % (" + std::to_string(wrong) +
                                  " of 2), top-5 error "));
}

void check_wrong(const Arguments& arguments, const std::string& expected) {
    const Outcome outcome = files().run(arguments);
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.starts_with("imagenet: "));
    CHECK(outcome.err.find(expected) != std::string::npos);
}

}  // namespace

TEST_CASE("program: imagenet averages the softmax over crops, sizes and networks") {
    check_protocol({}, {{1}, {1}});
    check_protocol({"--protocol", "ten-crop", "--threads", "2"}, {{10}, {10}});
    check_protocol({"--protocol", "multi-scale"}, {{2, 2, 2, 2, 2}, {1, 1, 1, 1, 1}});
    check_protocol({"--ensemble", "resnet18:w.safetensors", "resnet18:w.safetensors"}, {{1}, {1}}, 3);
}

TEST_CASE("program: imagenet says what each crop is") {
    const Outcome outcome = files().run(
        Arguments{"evaluate", "--data", "images.csv", "--protocol", "ten-crop", "--crops", "c.csv"} + weights);
    REQUIRE(outcome.code == 0);
    const std::string crops = content_of(files().folder / "c.csv");
    CHECK(
        crops.starts_with("image,file,label,network,shorter_side,top,left,side,mirrored\n"
                          "0,\"wide.png\",7,0,256,0,0,224,0\n"
                          "0,\"wide.png\",7,0,256,0,160,224,0\n"));
    CHECK(crops.ends_with("1,\"square.png\",400,0,256,16,16,224,1\n"));
}

TEST_CASE("program: imagenet classifies images, as text and as JSON") {
    const Outcome text = files().run(Arguments{"classify", "wide.png", "square.png"} + weights);
    INFO(text.err);
    CHECK(text.code == 0);
    CHECK(text.out.starts_with("wide.png\n"));
    CHECK(std::ranges::count(text.out, '\n') == 12);

    const Outcome outcome =
        files().run(Arguments{"classify", "wide.png", "--json", "--names", "names.csv", "--logits", "l.npy"} + weights);
    const auto json = nlohmann::json::parse(outcome.out);
    REQUIRE(json.size() == 1);
    CHECK(json[0]["image"] == "wide.png");
    REQUIRE(json[0]["classes"].size() == 5);
    const auto logits = read_npy<float>(files().folder / "l.npy");
    CHECK(logits.shape == std::vector<std::int64_t>{1, 1000});
    const auto best = std::ranges::max_element(logits.values) - logits.values.begin();
    CHECK(json[0]["classes"][0]["class"] == best);
    CHECK(json[0]["classes"][0]["name"] == (best == 0 ? "a, \"quoted\" name" : std::to_string(best)));
    double before = 1.0;
    for (const auto& one : json[0]["classes"]) {
        CHECK(one["probability"] <= before);
        before = one["probability"];
    }
}

TEST_CASE("program: imagenet goes on from a checkpoint, and measures the error on other images") {
    const Outcome resumed = files().run(training + Arguments{"--resume", "--save", "again.safetensors"});
    CHECK(resumed.code == 0);
    CHECK(resumed.out == "c.checkpoint: this run has ended, with iteration 1; --iterations goes on with it\n");
    CHECK((content_of(files().folder / "again.safetensors") == content_of(files().folder / "w.safetensors")));
    check_wrong(training + Arguments{"--resume", "--divide-at", "1"}, "c.checkpoint: options: ");

    const Outcome validated =
        files().run({"train", "--net", "resnet18", "--data", "images.csv", "--validate", "images.csv", "--epochs", "2",
                     "--batch", "1", "--accumulate", "2", "--no-augment", "--log", "log.csv"});
    INFO(validated.err);
    CHECK(validated.code == 0);
    CHECK(validated.out.find("% held out") != std::string::npos);
    CHECK(std::ranges::count(content_of(files().folder / "log.csv"), '\n') == 3);
}

TEST_CASE("program: imagenet's outputs follow links, keep modes and leave devices what they are") {
    const auto& folder = files().folder;
    const auto perms_of = [&](const char* name) { return std::filesystem::status(folder / name).permissions(); };
    std::filesystem::create_directory(folder / "far");
    put(folder / "far/old", "old");
    std::filesystem::permissions(folder / "far/old", std::filesystem::perms(0600));
    std::filesystem::create_symlink("far/old", folder / "old");
    std::filesystem::create_symlink("far/new", folder / "new");
    const bool node = ::mknod((folder / "node").c_str(), S_IFCHR | 0600, ::makedev(1, 3)) == 0 &&
                      std::ofstream(folder / "node").good();
    if (!node) WARN("skipped for devices: no node can be made and opened here");
    const std::string device = node ? "node" : "/dev/null";

    const auto check_run = [&](const Arguments& arguments) {
        std::filesystem::remove(folder / "far/new");
        put(folder / "far/old", "old");
        const Outcome outcome = files().run(arguments + weights);
        INFO(outcome.err);
        CHECK(outcome.code == 0);
        CHECK(std::filesystem::is_symlink(folder / "old"));
        CHECK(std::filesystem::is_symlink(folder / "new"));
        CHECK(perms_of("far/old") == std::filesystem::perms(0600));
        CHECK(content_of(folder / "far/old") != "old");
        if (node) CHECK(std::filesystem::is_character_file(folder / "node"));
    };
    check_run(
        {"evaluate", "--data", "images.csv", "--probabilities", "old", "--crop-logits", "new", "--crops", device});
    CHECK(read_npy<float>(folder / "far/new").shape[1] == 1000);
    check_run(
        {"evaluate", "--data", "images.csv", "--probabilities", device, "--crop-logits", "old", "--crops", "new"});
    CHECK(content_of(folder / "far/new").starts_with("image,file,"));
    check_run({"evaluate", "--data", "images.csv", "--crops", "old"});
    check_run({"classify", "wide.png", "--logits", "old"});
}

TEST_CASE("program: imagenet, wrong use") {
    const Arguments evaluation = Arguments{"evaluate", "--data", "images.csv"} + weights;
    check_wrong({}, "expected one command: classify, evaluate, train or describe");
    check_wrong({"classify", "--net", "resnet18"}, "IMAGE");
    check_wrong({"classify", "--net", "resnet20", "--weights", "w.safetensors", "wide.png"}, "known are resnet18");
    check_wrong({"describe", "resnet20"}, "known are resnet18");
    check_wrong({"classify", "--net", "resnet50", "wide.png"}, "torchvision's fit resnet50-v1.5");
    check_wrong({"classify", "--net", "vgg16", "wide.png"}, "vgg16-397923af.pth");
    check_wrong({"classify", "--net", "plain18", "--weights", "w.safetensors", "wide.png"}, "w.safetensors: ");
    check_wrong(Arguments{"classify", "none.png"} + weights, "none.png");
    check_wrong(Arguments{"classify", "images.csv"} + weights, "images.csv: content: expected a JPEG or PNG image");
    check_wrong(Arguments{"classify", "wide.png", "--names", "images.csv"} + weights, "class_name");
    check_wrong(Arguments{"classify", "wide.png", "--names", "wide.png"} + weights, "class names: expected 1000 lines");
    check_wrong(evaluation + Arguments{"--protocol", "fifteen-crop"}, "--protocol");
    check_wrong(evaluation + Arguments{"--ensemble", "resnet18"}, "expected NET:WEIGHTS, found resnet18");
    check_wrong(evaluation + Arguments{"--ensemble", "vgg16:w.safetensors"}, "w.safetensors: ");
    check_wrong(evaluation + Arguments{"--crops", "no/such/folder/c.csv"}, "no/such/folder");
    put(files().folder / "other.csv", "file,label\nwide.png,1000\n");
    check_wrong(Arguments{"evaluate", "--data", "other.csv"} + weights, "wide.png: label: expected 0 to 999");
    check_wrong({"train", "--net", "resnet18", "--data", "other.csv"}, "images: classes: at most: expected 1000");
    check_wrong({"train", "--net", "resnet18", "--data", "nowhere"}, "nowhere");
}
