#pragma once

#include <residua/meta/list.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a node of the graph computes: the position of a descriptor in the list below.
enum class Op : unsigned char {};

/// Every operation, a line each. The descriptors are in the folders of their names, in `rule.hpp`.
inline constexpr auto operations = meta::list<  //
    struct InputOp,                             //
    struct ConvOp,                              //
    struct GroupedConvOp,                       //
    struct LinearOp,                            //
    struct BnOp,                                //
    struct ActivationOp,                        //
    struct AddOp,                               //
    struct ConcatOp,                            //
    struct ShortcutAOp,                         //
    struct MaxoutOp,                            //
    struct MaxPoolOp,                           //
    struct AvgPoolOp>;

using Operations = std::remove_const_t<decltype(operations)>;

template <class Descriptor>
inline constexpr Op op_of = static_cast<Op>(meta::index_of(operations, meta::type<Descriptor>));

/// The descriptor that an operation's number stands for.
template <Op op>
using DescriptorOf = meta::At<Operations, static_cast<int>(op)>;

}  // namespace residua::detail::inline RESIDUA_ISA
