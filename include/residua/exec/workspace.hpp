#pragma once

#include <residua/config.hpp>
#include <residua/graph/differentiated.hpp>
#include <residua/plan/mode.hpp>

namespace residua::inline RESIDUA_ISA {

/// The memory and threads that one caller needs to run a network: one aligned arena, its size known at compile time
/// (`workspace_bytes<Net, Mode, Batch<n>, Threads<t>>`). Not to be used by two threads at once.
template <class Net, class Mode, class Values = WithRespectTo<>>
class Workspace {
    static_assert(sizeof(Net*) == 0,
                  "residua: a workspace is a Workspace<Net, Inference>, a Workspace<Net, Training> or a Workspace<Net, "
                  "Training, WithRespectTo<names of values...>>");
};

}  // namespace residua::inline RESIDUA_ISA

#include <residua/exec/inference_workspace.hpp>
#include <residua/exec/training_workspace.hpp>
