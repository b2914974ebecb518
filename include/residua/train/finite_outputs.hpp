#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <residua/finite.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Outputs of a network that are infinite or not a number: they mean no class, and no error can be counted with them.
/// The weights or the images are to blame, or a training run that diverged.
class OutputsNotFinite : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Counts the images for which a network's outputs are not all finite.
class FiniteOutputs {
  public:
    /// Whether the outputs for one image are; counts the image. `name()` says which one it is.
    template <class Name>
    bool check(std::span<const float> outputs, const Name& name) {
        ++images_;
        const std::size_t index = detail::first_not_finite(outputs);
        if (index == outputs.size()) return true;
        if (wrong_++ == 0)
            first_ = name() + ": output " + std::to_string(index) + " is " + detail::number_text(outputs[index]);
        return false;
    }

    /// \throws OutputsNotFinite if there was such an image: says how many there were, and which was the first.
    void require() const {
        if (wrong_ == 0) return;
        detail::raise(OutputsNotFinite("outputs: expected finite numbers, found others for " + std::to_string(wrong_) +
                                       " of " + std::to_string(images_) + " images, first for " + first_));
    }

  private:
    std::size_t images_ = 0;
    std::size_t wrong_ = 0;
    std::string first_;
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// \throws OutputsNotFinite unless all numbers are; `what` they are goes into the text.
template <class T>
void require_finite(std::span<const T> numbers, std::string_view what) {
    const std::size_t index = first_not_finite(numbers);
    if (index == numbers.size()) return;
    detail::raise(OutputsNotFinite(std::string(what) + ": expected finite numbers, found " +
                                   number_text(numbers[index]) + " at place " + std::to_string(index)));
}

}  // namespace residua::detail::inline RESIDUA_ISA
