#pragma once

#include <residua/graph/verdicts.hpp>
#include <residua/lower/workspace.hpp>

namespace residua {

/// An amount of memory, as a type.
template <long count>
struct Bytes {};

namespace detail {

template <class Net, class Mode, class Budget, class BatchSize, class ThreadCount>
struct Budgeted;

template <class Net, class Mode, long budget, class BatchSize, class ThreadCount>
struct Budgeted<Net, Mode, Bytes<budget>, BatchSize, ThreadCount> {
    static constexpr long needed = workspace_bytes<Net, Mode, BatchSize, ThreadCount>;
    using Verdict =
        std::conditional_t<needed <= budget, Accepted, BudgetExceeded<Wanted<Bytes<budget>>, Got<Bytes<needed>>>>;
    static constexpr bool value = sizeof(typename Verdict::template Enforce<Net>) > 0;
};

}  // namespace detail

/// True if a workspace needs no more than the budget; a compile error with both amounts if it needs more:
/// `static_assert(within_budget<ResNet20, Inference, Bytes<MiB>, Batch<1>>);`
template <class Net, class Mode, class Budget, class BatchSize = Batch<1>, class ThreadCount = Threads<1>>
inline constexpr bool within_budget = detail::Budgeted<Net, Mode, Budget, BatchSize, ThreadCount>::value;

}  // namespace residua
