#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <residua/data/labelled_images.hpp>

namespace cifar10 {

enum class Set { train, test };

/// Some records of a set.
struct Range {
    std::size_t first = 0;
    std::optional<std::size_t> count;  ///< otherwise up to the end

    /// The number of records asked for. \throws std::invalid_argument if a set of this size has not as many, or none.
    std::size_t count_of(std::size_t size) const;
    /// What to say behind the number of a record of the range: nothing where it is its number in the set.
    std::string counted_from() const;
};

/// A set of CIFAR-10 from a folder or archive, or, for "builtin", of the built-in pictures: 10,000 to train on, 2,000
/// others to test with (so that an epoch takes seconds).
/// Only the asked for range is kept. \throws std::invalid_argument if the set has not as many records.
residua::LabelledImages load_images(const std::string& data, Set set, const Range& range = {});

}  // namespace cifar10
