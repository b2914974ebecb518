#pragma once

#include <residua/config.hpp>

/// \file
/// What can be wrong with a network, each kind a type whose name and arguments say it: where, what was expected, what
/// was found. Text would print as character codes on older compilers, numbers and types print well. docs/errors.md has
/// a section for each.

namespace residua {

/// An entry of `Network<Input, 1, 2, 3, ...>`.
template <int number>
struct EntryNumber {};
/// A block of a stage, counted from 1; 0 where there is no stage.
template <int number>
struct BlockNumber {};
/// A layer of a block or sequence, counted from 1; 0 where it is the block as a whole.
template <int number>
struct LayerNumber {};
/// The place of a mistake, and what the user wrote there.
template <class Entry, class Block, class Layer, class Written>
struct At {};

template <int c, int h, int w>
struct MapOf {};
template <int h, int w>
struct KernelOf {};
template <int... sizes>
struct SizesOf {};
template <int number>
struct MultipleOf {};
template <int count>
struct ChannelsOf {};
template <class What>
struct Wanted {};
template <class What>
struct Got {};
template <class What>
struct MainEndsIn {};
template <class What>
struct ShortcutEndsIn {};
template <class Place>
struct TakenAt {};

/// The network fits.
struct Accepted {
    template <class Subject>
    struct Enforce {};
};

// Every verdict carries its sentence: instantiating its Enforce prints that, and with it the verdict and its arguments.

template <class...>
struct InputMissing {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a network begins with its input's shape: Network<Input<channels, rows, columns>, ...>");
    };
};

template <class...>
struct LayerUnknown {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits, "residua: this type is no layer of residua: see docs/type_language.md for those there are");
    };
};

template <class...>
struct OptionNotTaken {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: this layer does not take this option, or not twice: docs/type_language.md has a table "
                      "of what each layer takes");
    };
};

template <class...>
struct SizeNotPositive {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits, "residua: a size must be at least 1 (a padding at least 0): correct the number in Got");
    };
};

template <class...>
struct KernelLargerThanInput {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: the kernel is larger than the padded map it slides over: use a smaller kernel, more "
                      "padding or a larger input");
    };
};

template <class...>
struct SizeNotDivisible {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a pool without a Stride<> tiles the map, and its size does not divide rows and "
                      "columns: give it a Stride<>");
    };
};

template <class...>
struct ChannelsNotDivisible {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: this layer divides channels into equal parts, and their number, in Got, is no multiple "
                      "of that in Wanted");
    };
};

template <class...>
struct LinearAfterMap {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a Linear layer reads a 1x1 map: put GlobalAvgPool before it, or let it read the whole "
                      "map: Linear<units, Flatten>");
    };
};

template <class...>
struct WidthUnknown {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: this layer takes its width from a stage: put it into Stage<n, width, ...>, or write "
                      "Conv<channels, kernel>");
    };
};

template <class...>
struct BlockMalformed {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a block reads ResidualBlock<convolutions..., BN, activation, Shortcut<option>>, its "
                      "convolutions Conv1x1, Conv3x3, Widen<> or Strided<>");
    };
};

template <class...>
struct StrideUnused {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: no convolution of the block takes the stage's stride (2 from the second stage on): put "
                      "a Conv1x1 or Conv3x3 into the block, or write Stage<..., Stride<1>>");
    };
};

template <class...>
struct StrideUnknown {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a stage within a stage or a branch has no stride of its own accord: write Stage<..., "
                      "Stride<1>> or another");
    };
};

template <class...>
struct ChannelsDiffer {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: the two branches of a sum end in different numbers of channels: project the shortcut, "
                      "or change one branch");
    };
};

template <class...>
struct MapSizesDiffer {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: two branches end in maps of different size: give all branches the same strides and "
                      "paddings");
    };
};

template <class...>
struct ShortcutLosesChannels {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: an identity shortcut can add zero channels but not drop any: use Shortcut<ProjectionB> "
                      "where the width shrinks");
    };
};

template <class...>
struct NameTaken {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: two layers would have the same name: Named<> is for one layer, and its "
                      "name for it alone");
    };
};

template <class...>
struct PaddingTooLarge {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: a pool's padding is at most half of its kernel, as in PyTorch: use less padding or a "
                      "larger kernel");
    };
};

template <class...>
struct ParameterUnknown {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(
            fits,
            "residua: the network has no parameter of this name: describe<Net> lists them, in PyTorch's spelling");
    };
};

template <class...>
struct ValueUnknown {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(
            fits,
            "residua: the network has no value of this name: values are input, output, and layers by the name that "
            "describe<Net> lists or Named<> gives");
    };
};

template <class...>
struct GradientNotFormed {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: this workspace does not form the gradient of this value: list its name in "
                      "Workspace<Net, Training, WithRespectTo<...>>");
    };
};

template <class...>
struct WeightShapeDiffers {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits, "residua: the array does not have the parameter's shape: compare Wanted with Got");
    };
};

template <class...>
struct WeightsNotShared {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(
            fits,
            "residua: models share weights only if their networks differ in nothing but the rows and columns of "
            "the input: load them for each");
    };
};

template <class...>
struct BudgetExceeded {
    template <class Subject, bool fits = false>
    struct Enforce {
        static_assert(fits,
                      "residua: the workspace needs more bytes than the budget allows: a smaller batch or mode, or a "
                      "larger budget");
    };
};

}  // namespace residua
