#include <array>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "../support/places.hpp"
#include "class_names.hpp"
#include "commands.hpp"
#include "image_files.hpp"
#include "member_networks.hpp"
#include <residua/file/error.hpp>
#include <residua/file/npy.hpp>
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

/// One classification: goes through the images, prints what they are and collects the rest.
class Classifier {
  public:
    explicit Classifier(const ClassifyOptions& options)
        : options_{options},
          network_{options, protocol_, options.normalise, options.threads},
          names_{class_names(options.names, network_.class_names(), network_.classes())} {}

    void run() {
        for (const std::filesystem::path& image : options_.images) {
            try {
                classify_image(image);
            } catch (const FileError& error) {
                ++broken_;
                leave_out(image, error.what());
            } catch (const OutputsNotFinite& error) {
                ++without_class_;
                leave_out(image, image.string() + ": " + error.what());
            }
        }
    }

    /// Images that cannot be read.
    std::size_t broken() const { return broken_; }
    /// Images whose outputs are not finite.
    std::size_t without_class() const { return without_class_; }

    void write() const {
        if (options_.json) std::printf("%s\n", text_of(results_).c_str());
        if (options_.logits.empty()) return;
        const auto count = static_cast<std::int64_t>(options_.images.size());
        write_npy<float>(options_.logits, std::array{count, std::int64_t{network_.classes()}},
                         std::span<const float>(logits_));
    }

  private:
    void classify_image(const std::filesystem::path& image) {
        const auto tests = test_images(image, protocol_, options_.orientation());
        const std::vector<float> outputs = network_.outputs(0, tests.front());
        const std::vector<Candidate> candidates = best_of(outputs);
        if (options_.json)
            results_.push_back(json_of(image, candidates, names_));
        else
            print(image, candidates, names_);
        logits_.insert(logits_.end(), outputs.begin(), outputs.end());
    }

    /// Says why an image has no classes; the others keep their places.
    void leave_out(const std::filesystem::path& image, const std::string& why) {
        support::say(program, why);
        if (options_.json) results_.push_back({{"image", image.string()}, {"error", why}});
        logits_.resize(logits_.size() + static_cast<std::size_t>(network_.classes()),
                       std::numeric_limits<float>::quiet_NaN());
    }

    const ClassifyOptions& options_;
    Protocol protocol_ = center_crop_protocol();
    MemberNetworks network_;
    std::vector<std::string> names_;
    std::size_t broken_ = 0;
    std::size_t without_class_ = 0;
    std::vector<float> logits_;  ///< images x classes
    nlohmann::ordered_json results_ = nlohmann::ordered_json::array();
};

}  // namespace

int classify(const ClassifyOptions& options) {
    support::check_outputs({{"--logits", options.logits}});
    Classifier classifier(options);
    classifier.run();
    classifier.write();
    if (classifier.without_class() > 0 || (classifier.broken() > 0 && !options.skip_broken)) return support::wrong_use;
    report_broken(classifier.broken(), options.images.size());
    return 0;
}

}  // namespace imagenet
