#include <array>
#include <cstdio>
#include <stdexcept>

#include "../support/places.hpp"
#include "commands.hpp"
#include "member_networks.hpp"
#include <residua/data/image_file.hpp>
#include <residua/data/image_folder.hpp>
#include <residua/io/atomic_file.hpp>
#include <residua/io/npy.hpp>
#include <residua/train/scores.hpp>

namespace imagenet {

namespace {

using namespace residua;

Protocol protocol_named(const std::string& name) {
    if (name == "center") return center_crop_protocol();
    if (name == "ten-crop") return ten_crop_protocol();
    if (name == "multi-scale") return multi_scale_protocol();
    throw std::invalid_argument("--protocol: expected center, ten-crop or multi-scale, found " + name);
}

std::vector<MemberNetworks> load(const EvaluateOptions& options, const Protocol& protocol) {
    std::vector<MemberNetworks> members;
    members.emplace_back(options, protocol, options.normalise, options.threads);
    for (const Member& member : options.ensemble)
        members.emplace_back(member, protocol, options.normalise, options.threads);
    return members;
}

/// \throws residua::FileError for a label that the networks do not know.
void check_labels(const ImageFolder& images, int classes) {
    for (std::size_t i = 0; i < images.size(); ++i)
        if (images.label(i) >= classes)
            throw FileError(images.path(i).string(), "label", "0 to " + std::to_string(classes - 1),
                            std::to_string(images.label(i)));
}

/// A field of a table, in quotes.
std::string quoted(const std::string& text) {
    std::string field = "\"";
    for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
    return field + '"';
}

/// One evaluation: goes through the images and collects what the options ask for.
class Evaluator {
  public:
    explicit Evaluator(const EvaluateOptions& options)
        : options_{options},
          protocol_{protocol_named(options.protocol)},
          images_{ImageFolder::open(options.data)},
          members_{load(options, protocol_)},
          classes_{members_.front().classes()} {
        check_labels(images_, classes_);
    }

    TopErrors run() {
        TopErrors errors;
        for (std::size_t i = 0; i < images_.size(); ++i) {
            const std::vector<double> probabilities = evaluate_image(i);
            errors.add(probabilities, images_.label(i));
            if (!options_.probabilities.empty())
                probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
        }
        return errors;
    }

    void write() const {
        write_rows<double>(options_.probabilities, probabilities_);
        write_rows<float>(options_.crop_logits, logits_);
        if (!options_.crops.empty()) write_atomically(options_.crops, {std::as_bytes(std::span(crops_))});
    }

  private:
    /// The mean over sizes and networks.
    std::vector<double> evaluate_image(std::size_t i) {
        const RgbImage image = read_image(images_.path(i));
        std::vector<std::vector<double>> parts;
        for (std::size_t scale = 0; scale < protocol_.size(); ++scale) {
            const TestImage test = test_image(image, protocol_[scale]);
            for (std::size_t m = 0; m < members_.size(); ++m) {
                const std::vector<float> outputs = members_[m].outputs(scale, test);
                parts.push_back(mean_softmax(outputs, static_cast<std::size_t>(classes_)));
                if (!options_.crop_logits.empty()) logits_.insert(logits_.end(), outputs.begin(), outputs.end());
                if (!options_.crops.empty()) describe(i, m, protocol_[scale], test);
            }
        }
        return mean_of(parts);
    }

    /// A line for each crop.
    void describe(std::size_t i, std::size_t member, const TestScale& scale, const TestImage& test) {
        for (const CropPlace& place : test.crops) {
            crops_ += std::to_string(i) + ',' + quoted(images_.path(i).string());
            for (const int number : {int{images_.label(i)}, static_cast<int>(member), scale.shorter_side, place.top,
                                     place.left, place.width, place.mirrored ? 1 : 0})
                crops_ += ',' + std::to_string(number);
            crops_ += '\n';
        }
    }

    /// An array of rows x classes, if a file is asked for.
    template <class Value>
    void write_rows(const std::filesystem::path& file, const std::vector<Value>& values) const {
        const auto rows = static_cast<std::int64_t>(values.size()) / classes_;
        if (!file.empty())
            write_npy<Value>(file, std::array{rows, std::int64_t{classes_}}, std::span<const Value>(values));
    }

    const EvaluateOptions& options_;
    Protocol protocol_;
    ImageFolder images_;
    std::vector<MemberNetworks> members_;
    int classes_;
    std::vector<double> probabilities_;  ///< of images
    std::vector<float> logits_;          ///< of crops
    std::string crops_ = "image,file,label,network,shorter_side,top,left,side,mirrored\n";
};

double percent(int wrong, int images) { return 100.0 * wrong / images; }

}  // namespace

int evaluate(const EvaluateOptions& options) {
    for (const auto* file : {&options.probabilities, &options.crop_logits, &options.crops})
        support::check_folder_of(*file);
    Evaluator evaluator(options);
    const TopErrors errors = evaluator.run();
    evaluator.write();
    std::printf("top-1 error %.2f %% (%d of %d), top-5 error %.2f %% (%d of %d)\n", percent(errors.top1, errors.images),
                errors.top1, errors.images, percent(errors.top5, errors.images), errors.top5, errors.images);
    return 0;
}

}  // namespace imagenet
