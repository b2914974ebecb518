// The imagenet program: its protocols against plain loops over the logits of single crops, training, wrong use.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <support/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../data/encode.hpp"
#include "changed_weights.hpp"
#include "metadata.hpp"
#include "program.hpp"
#include <residua/data/image_file.hpp>
#include <residua/file/class_names.hpp>
#include <residua/file/npy.hpp>

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

TEST_CASE("program: imagenet classifies what is whole, and names what is broken") {
    put(files().folder / "broken.png", content_of(files().folder / "wide.png").substr(0, 100));
    const Arguments images{"classify", "broken.png", "wide.png", "none.png"};
    const std::string broken = "broken.png: PNG data: expected a whole image, found no end";
    const std::string none = "none.png: cannot be read: No such file or directory";
    const std::string both = "imagenet: " + broken + "\nimagenet: " + none + "\n";

    const Outcome text = files().run(images + weights);
    CHECK(text.code == 2);
    CHECK(text.out.starts_with("wide.png\n"));
    CHECK(text.err == both);

    const Outcome outcome = files().run(images + Arguments{"--json", "--skip-broken", "--logits", "l.npy"} + weights);
    CHECK(outcome.code == 0);
    CHECK(outcome.err == both + "imagenet: 2 of 3 images are broken and left out\n");
    const auto json = nlohmann::json::parse(outcome.out);
    REQUIRE(json.size() == 3);
    CHECK(json[0] == nlohmann::json{{"image", "broken.png"}, {"error", broken}});
    CHECK(json[1]["classes"].size() == 5);
    CHECK(json[2] == nlohmann::json{{"image", "none.png"}, {"error", none}});
    const auto logits = read_npy<float>(files().folder / "l.npy");
    REQUIRE(logits.shape == std::vector<std::int64_t>{3, 1000});
    for (const std::size_t i : {std::size_t{0}, std::size_t{999}, std::size_t{2000}, std::size_t{2999}})
        CHECK(std::isnan(logits.values[i]));
    CHECK(std::ranges::none_of(std::span(logits.values).subspan(1000, 1000), [](float v) { return std::isnan(v); }));

    const Outcome all = files().run(Arguments{"classify", "broken.png", "--skip-broken"} + weights);
    CHECK(all.code == 2);
    CHECK(all.err == "imagenet: " + broken + "\nimagenet: 1 of 1 images are broken\n");
}

TEST_CASE("program: imagenet evaluates what is whole, if asked for") {
    put(files().folder / "broken.png", content_of(files().folder / "wide.png").substr(0, 100));
    std::vector<std::uint8_t> thin(3 * 101, 90);
    put(files().folder / "thin.png", png_file(101, 1, thin, {}));
    put(files().folder / "some.csv", "file,label\nwide.png,7\nbroken.png,8\nthin.png,9\nsquare.png,400\n");
    const Arguments evaluation = Arguments{"evaluate", "--data", "some.csv", "--protocol", "multi-scale"} + weights;
    check_wrong(evaluation, "broken.png: PNG data: expected a whole image");
    const Outcome outcome =
        files().run(evaluation + Arguments{"--skip-broken", "--probabilities", "p.npy", "--crops", "c.csv"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(outcome.out.find(" of 2), top-5 error ") != std::string::npos);
    CHECK(outcome.err.find("imagenet: thin.png: protocol: expected an image that 100 squares can cover, found one of "
                           "101 x 1\n") != std::string::npos);
    CHECK(outcome.err.ends_with("imagenet: 2 of 4 images are broken and left out\n"));
    const auto probabilities = read_npy<double>(files().folder / "p.npy");
    REQUIRE(probabilities.shape == std::vector<std::int64_t>{4, 1000});
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::isnan(probabilities.values[1000 * i + 500]) == (i == 1 || i == 2));
    const std::string crops = content_of(files().folder / "c.csv");
    CHECK(crops.find("\n3,\"square.png\",400,") != std::string::npos);
    CHECK(crops.find("\n1,") == std::string::npos);
}

TEST_CASE("program: imagenet takes memory by the protocol, not by how long and thin an image is") {
    const std::vector<std::uint8_t> pixels(3 * 30'000, 90);
    put(files().folder / "thin.png", png_file(30'000, 1, pixels, {}));
    CHECK(files().run(Arguments{"classify", "thin.png"} + weights).code == 0);
    put(files().folder / "thin.csv", "file,label\nthin.png,7\n");
    CHECK(files().run(Arguments{"evaluate", "--data", "thin.csv", "--protocol", "ten-crop"} + weights).code == 0);
    rusage largest{};
    REQUIRE(::getrusage(RUSAGE_CHILDREN, &largest) == 0);
    CHECK(largest.ru_maxrss < 2'000'000);  // KB; resized whole the image alone has 5.9 GB
}

TEST_CASE("program: imagenet gives no class to an image whose outputs are not finite") {
    put(files().folder / "large.safetensors",
        with_values(content_of(files().folder / "w.safetensors"), "fc.weight", 3e38f));
    const Arguments large{"--net", "resnet18", "--weights", "large.safetensors"};
    check_wrong(Arguments{"evaluate", "--data", "images.csv", "--protocol", "ten-crop"} + large,
                "2 of 2 images have no class, first wide.png: outputs: expected finite numbers, found inf at place 0");
    check_wrong(Arguments{"evaluate", "--data", "images.csv", "--ensemble", "resnet18:large.safetensors"} + weights,
                "2 of 2 images have no class, first wide.png: ");
    check_wrong(Arguments{"classify", "wide.png"} + large, "wide.png: outputs: expected finite numbers, found inf");
    const Outcome outcome =
        files().run(Arguments{"classify", "wide.png", "square.png", "--json", "--skip-broken"} + large);
    CHECK(outcome.code == 2);
    const auto json = nlohmann::json::parse(outcome.out);
    REQUIRE(json.size() == 2);
    CHECK(json[1]["image"] == "square.png");
    CHECK(json[1]["error"].get<std::string>().starts_with("square.png: outputs: "));
    CHECK_FALSE(json[1].contains("classes"));
    put(files().folder / "nan.safetensors",
        with_values(content_of(files().folder / "w.safetensors"), "layer4.1.bn2.running_var", -1.0f, 1));
    check_wrong(Arguments{"classify", "wide.png", "--net", "resnet18", "--weights", "nan.safetensors"},
                "nan.safetensors: layer4.1.bn2.running_var[0]: expected a variance of at least 0, found -1");
}

TEST_CASE("program: imagenet turns images upright if asked for") {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 3 * 40 * 60; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 7 % 253));
    PngKind kind;
    kind.exif = std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
    const std::string file = png_file(40, 60, pixels, kind);
    const RgbImage upright = decode_image(bytes_of(file), "turned", Orientation::upright);
    put(files().folder / "noted.png", file);
    put(files().folder / "turned.png", png_file(60, 40, upright.pixels, {}));
    const auto logits = [&](const std::string& image, const Arguments& more) {
        CHECK(files().run(Arguments{"classify", image, "--logits", "l.npy"} + weights + more).code == 0);
        return read_npy<float>(files().folder / "l.npy").values;
    };
    CHECK((logits("noted.png", {"--upright"}) == logits("turned.png", {})));
    CHECK((logits("noted.png", {}) != logits("turned.png", {})));
}

TEST_CASE("program: imagenet's weights know the classes of the folder they were trained on") {
    const TemporaryFolder folder;
    for (const char* place : {"train/ant", "train/bee", "train/cat", "train/.ipynb_checkpoints", "val/cat", "val/ant",
                              "others/ant", "others/dog"}) {
        std::filesystem::create_directories(folder / place);
        put(folder / (std::string(place) + "/1.png"), content_of(files().folder / "wide.png"));
    }
    put(folder / "train/bee/2.png", "not one");
    put(folder / "train/bee/3.webp", "");
    put(folder / "val/cat/2.png", "not one either");
    const Arguments train{"train", "--net", "resnet18", "--data", "train", "--epochs", "1", "--batch", "4"};

    const Outcome stopped = run_imagenet(folder.path(), train);
    CHECK(stopped.code == 2);
    CHECK(stopped.err.find("imagenet: train/bee/2.png: content: expected a JPEG or PNG image") != std::string::npos);
    const Outcome refused = run_imagenet(folder.path(), train + Arguments{"--validate", "others"});
    CHECK(refused.code == 2);
    CHECK(refused.err.ends_with(
        "imagenet: others/dog: class: expected one of the 3 known ones (ant; bee; cat), found dog\n"));

    const Outcome trained =
        run_imagenet(folder.path(), train + Arguments{"--validate", "val", "--skip-broken", "--save", "w.safetensors"});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
    CHECK(trained.err.starts_with("imagenet: train: left out 1 file: train/bee/3.webp: not .jpg, .jpeg or .png\n"));
    CHECK(trained.err.find("imagenet: train/bee/2.png: content: ") != std::string::npos);
    CHECK(trained.err.find("imagenet: val/cat/2.png: content: ") != std::string::npos);
    CHECK(trained.err.ends_with("imagenet: 2 images were broken and left out so far\n"));
    CHECK(SafetensorsFile(folder / "w.safetensors").metadata().at("classes") == "ant\nbee\ncat");

    const auto evaluated = [&](const std::string& data) {
        return run_imagenet(folder.path(),
                            Arguments{"evaluate", "--data", data, "--skip-broken", "--crops", "c.csv"} + weights);
    };
    CHECK(evaluated("val").code == 0);
    const std::string crops = content_of(folder / "c.csv");
    CHECK(crops.find("\n0,\"val/ant/1.png\",0,") != std::string::npos);
    CHECK(crops.find("\n1,\"val/cat/1.png\",2,") != std::string::npos);
    const Outcome unknown = evaluated("others");
    CHECK(unknown.code == 2);
    CHECK(unknown.err == "imagenet: others/dog: class: expected one of the 3 known ones (ant; bee; cat), found dog\n");
}

TEST_CASE("program: imagenet calls classes what the weights do, and refuses weights that disagree") {
    const std::string nameless = with_metadata(content_of(files().folder / "w.safetensors"), "classes", std::nullopt);
    const auto put_named = [&](const std::string& file, const std::string& prefix, int count) {
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
        put(files().folder / file, with_metadata(nameless, "classes", class_names_text(names)));
    };
    put_named("named.safetensors", "class ", 1000);
    put_named("other.safetensors", "kind ", 1000);
    put_named("more.safetensors", "class ", 1001);
    put(files().folder / "nameless.safetensors", nameless);

    const Outcome outcome =
        files().run({"classify", "--json", "--net", "resnet18", "--weights", "named.safetensors", "wide.png"});
    const auto json = nlohmann::json::parse(outcome.out);
    for (const auto& one : json[0]["classes"]) CHECK(one["name"] == "class " + std::to_string(one["class"].get<int>()));
    check_wrong({"classify", "--net", "resnet18", "--weights", "more.safetensors", "wide.png"},
                "more.safetensors: classes: expected at most 1000 names, found 1001");

    const auto evaluation = [](const std::string& data, const std::string& first, const std::string& second) {
        return Arguments{"evaluate",          "--data", data, "--net", "resnet18", "--weights", first, "--ensemble",
                         "resnet18:" + second};
    };
    check_wrong(evaluation("images.csv", "named.safetensors", "other.safetensors"),
                "other.safetensors: name of class 0: expected class 0, found kind 0");
    CHECK(files().run(evaluation("images.csv", "nameless.safetensors", "named.safetensors")).code == 0);

    std::filesystem::create_directories(files().folder / "folders/a");
    put(files().folder / "folders/a/1.png", content_of(files().folder / "wide.png"));
    check_wrong(evaluation("folders", "nameless.safetensors", "nameless.safetensors"),
                "folders: classes: expected 1000 folders, because the weights do not say what their outputs mean, "
                "found 1 (a .csv file can give their numbers)");
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
    check_wrong(Arguments{"classify", "wide.png", "--names", "wide.png"} + weights,
                "wide.png: content: expected a class name a line, found a PNG image");
    check_wrong(evaluation + Arguments{"--protocol", "fifteen-crop"}, "--protocol");
    check_wrong(evaluation + Arguments{"--ensemble", "resnet18"}, "expected NET:WEIGHTS, found resnet18");
    check_wrong(evaluation + Arguments{"--ensemble", "vgg16:w.safetensors"}, "w.safetensors: ");
    check_wrong(evaluation + Arguments{"--crops", "no/such/folder/c.csv"}, "no/such/folder");
    put(files().folder / "other.csv", "file,label\nwide.png,1000\n");
    check_wrong(Arguments{"evaluate", "--data", "other.csv"} + weights, "line 2: expected a label from 0 to 400");
    put(files().folder / "nameless.safetensors",
        with_metadata(content_of(files().folder / "w.safetensors"), "classes", std::nullopt));
    check_wrong({"evaluate", "--data", "other.csv", "--net", "resnet18", "--weights", "nameless.safetensors"},
                "wide.png: label: expected 0 to 999");
    check_wrong({"train", "--net", "resnet18", "--data", "other.csv"}, "images: classes: at most: expected 1000");
    check_wrong({"train", "--net", "resnet18", "--data", "nowhere"}, "nowhere");
}
