// A workspace that is larger than its budget.
// EXPECT: residua: the workspace needs more bytes than the budget allows
// EXPECT: BudgetExceeded
// EXPECT: Bytes<65536>
#include <residua/lower/budget.hpp>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
static_assert(within_budget<ResNet20, Inference, Bytes<64 * KiB>>);
#else
static_assert(within_budget<ResNet20, Inference, Bytes<MiB>>);
#endif
