#include <array>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "../support/places.hpp"
#include "class_names.hpp"
#include "commands.hpp"
#include "image_files.hpp"
#include "member_networks.hpp"
#include <residua/io/error.hpp>
#include <residua/io/npy.hpp>
#include <residua/train/scores.hpp>

namespace imagenet {

namespace {

using namespace residua;

constexpr std::size_t shown = 5;

struct Candidate {
    int label;
    double probability;
};

std::vector<Candidate> best_of(std::span<const float> outputs) {
    const std::vector<double> probabilities = mean_softmax(outputs, outputs.size());
    std::vector<Candidate> candidates;
    for (const int label : best_classes(probabilities, shown))
        candidates.push_back({label, probabilities[static_cast<std::size_t>(label)]});
    return candidates;
}

void print(const std::filesystem::path& image, const std::vector<Candidate>& candidates,
           const std::vector<std::string>& names) {
    std::printf("%s\n", image.c_str());
    for (const Candidate& one : candidates)
        std::printf("%8.2f %%  %s\n", 100 * one.probability, names[static_cast<std::size_t>(one.label)].c_str());
}

nlohmann::ordered_json json_of(const std::filesystem::path& image, const std::vector<Candidate>& candidates,
                               const std::vector<std::string>& names) {
    auto classes = nlohmann::ordered_json::array();
    for (const Candidate& one : candidates)
        classes.push_back({{"class", one.label},
                           {"name", names[static_cast<std::size_t>(one.label)]},
                           {"probability", one.probability}});
    return {{"image", image.string()}, {"classes", classes}};
}

/// Names of files may be any bytes; those that are no UTF-8 become question marks.
std::string text_of(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

int classify(const ClassifyOptions& options) {
    support::check_folder_of(options.logits);
    const Protocol protocol = center_crop_protocol();
    MemberNetworks network(options, protocol, options.normalise, options.threads);
    const std::vector<std::string> names = class_names(options.names, network.class_names(), network.classes());
    const auto classes = static_cast<std::size_t>(network.classes());
    std::vector<float> logits;
    std::size_t broken = 0;
    auto results = nlohmann::ordered_json::array();
    for (const std::filesystem::path& image : options.images) {
        try {
            const auto tests = test_images(image, protocol, options.orientation());
            const std::vector<float> outputs = network.outputs(0, tests.front());
            const std::vector<Candidate> candidates = best_of(outputs);
            if (options.json)
                results.push_back(json_of(image, candidates, names));
            else
                print(image, candidates, names);
            logits.insert(logits.end(), outputs.begin(), outputs.end());
        } catch (const FileError& error) {
            ++broken;
            support::say(program, error.what());
            if (options.json) results.push_back({{"image", image.string()}, {"error", error.what()}});
            logits.resize(logits.size() + classes, std::numeric_limits<float>::quiet_NaN());
        }
    }
    if (options.json) std::printf("%s\n", text_of(results).c_str());
    if (!options.logits.empty())
        write_npy<float>(options.logits,
                         std::array{static_cast<std::int64_t>(options.images.size()), std::int64_t{network.classes()}},
                         std::span<const float>(logits));
    return broken == 0 || (options.skip_broken && broken < options.images.size()) ? 0 : support::wrong_use;
}

}  // namespace imagenet
