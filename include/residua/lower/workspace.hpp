#pragma once

#include <residua/graph/differentiated.hpp>
#include <residua/lower/inference_sizes.hpp>
#include <residua/lower/training_sizes.hpp>
#include <residua/plan/mode.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <class Net, class Mode, class Values = WithRespectTo<>>
constexpr long workspace_floats(long images, long threads) {
    if constexpr (std::is_same_v<Mode, Training>) {
        return TrainingSizes<Planned<Net, Values>>::sections(images, threads).total();
    } else {
        static_assert(std::is_same_v<Values, WithRespectTo<>>, "residua: inference forms no gradients");
        return InferenceSizes<Net>::sections(images, threads).total();
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Bytes of a workspace's arena: all the memory that running (Inference) or training (Training) the network needs
/// beside the weights. Exactly what `Workspace<Net, Mode, Values>(images, threads)` allocates.
template <class Net, class Mode, class BatchSize = Batch<1>, class ThreadCount = Threads<1>,
          class Values = WithRespectTo<>>
inline constexpr long workspace_bytes = static_cast<long>(sizeof(float)) * detail::workspace_floats<Net, Mode, Values>(
                                                                               BatchSize::value, ThreadCount::value);

}  // namespace residua::inline RESIDUA_ISA
