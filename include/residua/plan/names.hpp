#pragma once

#include <string>

#include <residua/graph/names.hpp>
#include <residua/meta/fixed_string.hpp>
#include <residua/plan/parameters.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr std::string_view spelling(Member member) {
    switch (member) {
        case Member::weight:
            return "weight";
        case Member::bias:
            return "bias";
        case Member::running_mean:
            return "running_mean";
        case Member::running_var:
            return "running_var";
    }
    return {};
}

struct Writing {
    std::string text;

    [[nodiscard]] bool empty() const { return text.empty(); }
    void add(std::string_view piece) { text += piece; }
};

constexpr bool is_called(const Name& name, Member member, std::string_view text) {
    Comparison comparison{text};
    spell(name, comparison);
    comparison.add(".");
    comparison.add(spelling(member));
    return comparison.equal && comparison.rest.empty();
}

/// Index among `parameters<Net>`, or -1.
template <class Net>
constexpr int find_parameter(std::string_view text) {
    const int block = block_number(text);
    for (std::size_t i = 0; i < parameters<Net>.size(); ++i) {
        const Parameter& parameter = parameters<Net>[i];
        const Name& name = graph_of<Net>[parameter.node].name;
        if ((name.block < 0 || name.block == block) && is_called(name, parameter.member, text))
            return static_cast<int>(i);
    }
    return -1;
}

/// Enforces that the name is known, once per name; an unknown one complains here and nowhere else.
template <class Net, FixedString name>
struct ParameterNamed {
    static constexpr int index = find_parameter<Net>(name.view());
    using Verdict = std::conditional_t<(index < 0), ParameterUnknown<Got<Named<name, Net>>>, Accepted>;
    static_assert(sizeof(typename Verdict::template Enforce<Net>) > 0);
    static constexpr Parameter parameter = index < 0 ? Parameter{} : parameters<Net>[static_cast<std::size_t>(index)];
};

/// The module's name in weight files, such as "layer2.0.conv1".
inline std::string module_name(const Name& name) {
    Writing writing;
    spell(name, writing);
    return writing.text;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The parameter's name in weight files, such as "layer2.0.conv1.weight".
template <class Net>
std::string parameter_name(const Parameter& parameter) {
    return detail::module_name(graph_of<Net>[parameter.node].name) + '.' +
           std::string(detail::spelling(parameter.member));
}

/// The name of the value that lies `at` < weight_count<Net> among the weights, such as "conv1.weight[7]": values of a
/// tensor are counted in memory order.
template <class Net>
std::string value_name(long at) {
    for (const Parameter& parameter : parameters<Net>)
        if (at >= parameter.offset && at < parameter.offset + parameter.count())
            return parameter_name<Net>(parameter) + '[' + std::to_string(at - parameter.offset) + ']';
    return {};
}

/// The parameter of this name; a name the network does not have is a compile error.
template <class Net, FixedString name>
inline constexpr const Parameter& parameter_named = detail::ParameterNamed<Net, name>::parameter;

}  // namespace residua::inline RESIDUA_ISA
