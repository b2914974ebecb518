#include "images.hpp"

#include <algorithm>
#include <stdexcept>

#include <residua/data/builtin.hpp>
#include <residua/data/cifar10.hpp>

namespace cifar10 {

namespace {

using namespace residua;

struct BuiltinSet {
    std::size_t size;
    std::uint64_t seed;
};

constexpr BuiltinSet builtin_training_set{10'000, 1};
constexpr BuiltinSet builtin_test_set{2'000, 2};

void keep_only(LabelledImages& images, std::size_t first, std::size_t count) {
    const auto cut = [&](auto& values, std::size_t of_one) {
        values.resize((first + count) * of_one);
        values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first * of_one));
    };
    cut(images.pixels, images.image_size());
    cut(images.labels, 1);
}

}  // namespace

std::size_t Range::count_of(std::size_t size) const {
    const std::size_t rest = size - std::min(first, size);
    const std::size_t taken = count.value_or(rest);
    if (taken == 0 || taken > rest)
        throw std::invalid_argument("--first, --count: expected some of the " + std::to_string(size) +
                                    " records, found first " + std::to_string(first) + " and count " +
                                    std::to_string(taken));
    return taken;
}

std::string Range::counted_from() const {
    return first == 0 ? "" : "; records are counted from --first " + std::to_string(first) + " on";
}

LabelledImages load_images(const std::string& data, Set set, const Range& range) {
    if (data == "builtin") {
        const BuiltinSet& builtin = set == Set::train ? builtin_training_set : builtin_test_set;
        return builtin_images(range.count_of(builtin.size), builtin.seed, range.first);
    }
    LabelledImages images = load_cifar10(data, set == Set::train ? Cifar10Set::train : Cifar10Set::test);
    keep_only(images, range.first, range.count_of(images.size()));
    return images;
}

}  // namespace cifar10
