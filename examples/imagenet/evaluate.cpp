#include <array>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "../support/places.hpp"
#include "commands.hpp"
#include "image_files.hpp"
#include "member_networks.hpp"
#include <residua/file/atomic_file.hpp>
#include <residua/file/class_names.hpp>
#include <residua/file/npy.hpp>
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

/// The classes that the weights remember; none if none of them does. \throws residua::FileError if they disagree.
std::vector<std::string> classes_of(const std::vector<MemberNetworks>& members, const EvaluateOptions& options) {
    std::vector<std::string> known = members.front().class_names();
    for (std::size_t i = 1; i < members.size(); ++i) {
        const std::vector<std::string>& own = members[i].class_names();
        if (known.empty()) known = own;
        check_class_names(options.ensemble[i - 1].weights.string(), own, known);
    }
    return known;
}

/// The images, their classes numbered as the weights do. \throws residua::FileError for classes that they do not know.
ImageFolder known_images(const std::filesystem::path& data, const std::vector<std::string>& known, int classes) {
    ImageFolder images = open_images(data, known);
    if (known.empty() && std::filesystem::is_directory(data) && images.classes() != classes)
        throw FileError(data.string(), "classes",
                        std::to_string(classes) + " folders, because the weights do not say what their outputs mean",
                        std::to_string(images.classes()) + " (a .csv file can give their numbers)");
    for (std::size_t i = 0; i < images.size(); ++i)
        if (images.label(i) >= classes)
            throw FileError(images.path(i).string(), "label", "0 to " + std::to_string(classes - 1),
                            std::to_string(images.label(i)));
    return images;
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
          members_{load(options, protocol_)},
          classes_{members_.front().classes()},
          images_{known_images(options.data, classes_of(members_, options), classes_)} {
        if (!options.skip_broken) require_files(options.data, images_);
    }

    TopErrors run() {
        TopErrors errors;
        std::size_t broken = 0;
        std::size_t not_finite = 0;
        std::string first_not_finite;
        for (std::size_t i = 0; i < images_.size(); ++i) {
            std::vector<double> probabilities(static_cast<std::size_t>(classes_),
                                              std::numeric_limits<double>::quiet_NaN());
            try {
                probabilities = evaluate_image(i);
                errors.add(probabilities, images_.label(i));
            } catch (const FileError& error) {
                if (!options_.skip_broken) throw;
                ++broken;
                support::say(program, error.what());
            } catch (const OutputsNotFinite& error) {
                if (not_finite++ == 0) first_not_finite = images_.path(i).string() + ": " + error.what();
            }
            if (!options_.probabilities.empty())
                probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
        }
        if (not_finite > 0)
            throw OutputsNotFinite(std::to_string(not_finite) + " of " + std::to_string(images_.size()) +
                                   " images have no class, first " + first_not_finite);
        report_broken(broken, images_.size());
        return errors;
    }

    void write() const {
        write_rows<double>(options_.probabilities, probabilities_);
        write_rows<float>(options_.crop_logits, logits_);
        if (!options_.crops.empty()) write_atomically(options_.crops, {std::as_bytes(std::span(crops_))});
    }

  private:
    /// The mean over sizes and networks. \throws residua::FileError for a broken file, before anything is collected.
    std::vector<double> evaluate_image(std::size_t i) {
        const std::vector<TestImage> tests = test_images(images_.path(i), protocol_, options_.orientation());
        std::vector<std::vector<double>> parts;
        for (std::size_t scale = 0; scale < protocol_.size(); ++scale) {
            const TestImage& test = tests[scale];
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
    std::vector<MemberNetworks> members_;
    int classes_;
    ImageFolder images_;
    std::vector<double> probabilities_;  ///< of images
    std::vector<float> logits_;          ///< of crops
    std::string crops_ = "image,file,label,network,shorter_side,top,left,side,mirrored\n";
};

double percent(int wrong, int images) { return 100.0 * wrong / images; }

}  // namespace

int evaluate(const EvaluateOptions& options) {
    support::check_outputs({{"--probabilities", options.probabilities},
                            {"--crop-logits", options.crop_logits},
                            {"--crops", options.crops}});
    Evaluator evaluator(options);
    const TopErrors errors = evaluator.run();
    evaluator.write();
    std::printf("top-1 error %.2f %% (%d of %d), top-5 error %.2f %% (%d of %d)\n", percent(errors.top1, errors.images),
                errors.top1, errors.images, percent(errors.top5, errors.images), errors.top5, errors.images);
    return 0;
}

}  // namespace imagenet
