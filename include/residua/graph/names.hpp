#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <residua/graph/graph.hpp>
#include <residua/op/table.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Takes a name piece by piece; one piece of code spells names at run time and compares them at compile time.
template <class Sink>
constexpr void spell(const Name& name, Sink& sink) {
    const auto number = [&](int value) {
        char digits[12] = {};
        int first = 12;
        do {
            digits[--first] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value > 0);
        sink.add({digits + first, static_cast<std::size_t>(12 - first)});
    };
    const auto part = [&](std::string_view text, int index) {
        if (text.empty() && index < 0) return;
        if (!sink.empty()) sink.add(".");
        sink.add(text);
        if (index >= 0) number(index);
    };
    part(name.scope, name.scope.empty() ? -1 : name.scope_index);
    part("", name.block);
    part(name.branch, -1);
    part(name.leaf, name.leaf_index);
}

/// Compares what is spelled with a given text.
struct Comparison {
    std::string_view rest;
    bool equal = true;
    bool started = false;

    [[nodiscard]] constexpr bool empty() const { return !started; }
    constexpr void add(std::string_view piece) {
        started = true;
        equal = equal && rest.starts_with(piece);
        if (equal) rest.remove_prefix(piece.size());
    }
};

/// How long the text of a name is.
struct Length {
    std::size_t count = 0;

    [[nodiscard]] constexpr bool empty() const { return count == 0; }
    constexpr void add(std::string_view piece) { count += piece.size(); }
};

/// The text of a name while compiling, where clang++ 14 knows no std::string.
class Spelling {
  public:
    constexpr explicit Spelling(const Name& name) {
        Length length;
        spell(name, length);
        text_ = new char[length.count + 1];
        spell(name, *this);
    }
    Spelling(const Spelling&) = delete;
    Spelling& operator=(const Spelling&) = delete;
    constexpr ~Spelling() { delete[] text_; }

    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    constexpr void add(std::string_view piece) {
        std::ranges::copy(piece, text_ + size_);
        size_ += piece.size();
    }
    [[nodiscard]] constexpr std::string_view text() const { return {text_, size_}; }

  private:
    char* text_;
    std::size_t size_ = 0;
};

/// The block number in the name of a layer or parameter: 3 of "layer1.3.conv1.weight", -1 where there is none.
/// Comparing it first keeps the search through a thousand layers within a compiler's limit on constant evaluation.
constexpr int block_number(std::string_view text) {
    std::size_t i = 0;  // by hand: GCC 12 finds no constant in string_view::find under -fsanitize=undefined
    while (i < text.size() && text[i] != '.') ++i;
    int number = -1;
    for (++i; i < text.size() && text[i] != '.'; ++i) {
        if (text[i] < '0' || text[i] > '9' || number > 100'000) return -1;
        number = (number < 0 ? 0 : 10 * number) + (text[i] - '0');
    }
    return number;
}

constexpr bool is_spelled(const Name& name, std::string_view text) {
    if (!text.starts_with(name.scope.empty() ? name.leaf : name.scope)) return false;  // soon, for most
    Comparison comparison{text};
    spell(name, comparison);
    return comparison.equal && comparison.rest.empty();
}

/// Two nodes of different layers that have the same name, or none.
struct SameNames {
    NodeNumber earlier = NodeNumber::none;
    NodeNumber later = NodeNumber::none;
};

/// Nodes of one Named have one name, but parameters must not.
constexpr bool may_not_share(const Node& a, const Node& b) {
    return a.name.given != b.name.given || (has_parameters(a.op) && has_parameters(b.op));
}

/// Names that come from the numbering differ; only those that were given are compared with all.
constexpr SameNames same_names(const GraphView& graph) {
    for (NodeNumber i{}; i < graph.behind(); ++i) {
        if (graph[i].name.given == 0) continue;
        const Spelling given(graph[i].name);
        for (NodeNumber j{}; j < graph.behind(); ++j)
            if (j != i && may_not_share(graph[i], graph[j]) && is_spelled(graph[j].name, given.text()))
                return {std::min(i, j), std::max(i, j)};
    }
    return {};
}

}  // namespace residua::detail::inline RESIDUA_ISA
