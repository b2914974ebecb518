#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <residua/plan/costs.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/names.hpp>

namespace residua::inline RESIDUA_ISA {

/// What a summary does with equal blocks that follow one another in a stage.
enum class Repeats { shown, folded };

/// One layer in a summary.
struct SummaryRow {
    std::string name{};  ///< of its parameters in weight files; empty where it has none
    std::string kind{};
    Chw shape{};  ///< of the output
    long parameters = 0;
    long multiply_adds = 0;
    int stage = 0;  ///< counted from 1; 0 outside
    int block = 0;  ///< of the stage, counted from 1; 0 outside
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// 1234567 as "1,234,567"; nothing as "-".
inline std::string counted(long value) {
    if (value == 0) return "-";
    std::string text = std::to_string(value);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
    return text;
}

/// Bytes with a unit a person reads: "640 B", "64.0 KiB", "1.0 MiB".
inline std::string memory(long bytes) {
    if (bytes < KiB) return std::to_string(bytes) + " B";
    const bool large = bytes >= MiB;
    const long tenths = (10 * bytes + (large ? MiB : KiB) / 2) / (large ? MiB : KiB);
    return counted(tenths / 10) + '.' + std::to_string(tenths % 10) + (large ? " MiB" : " KiB");
}

inline long map_bytes(Chw shape) { return shape.count() * static_cast<long>(sizeof(float)); }

inline std::string spelled(Chw shape) {
    return std::to_string(shape.c) + " x " + std::to_string(shape.h) + " x " + std::to_string(shape.w);
}

inline std::string windowed(std::string kind, const Window& window) {
    kind += ' ' + std::to_string(window.kernel_h) + 'x' + std::to_string(window.kernel_w);
    if (window.stride != 1) kind += ", stride " + std::to_string(window.stride);
    return kind;
}

inline std::string kind_of(const Node& node, std::span<const std::string_view> activations) {
    const OpRow& row = row_of(node.op);
    if (row.role == Role::function) return std::string(activations[static_cast<std::size_t>(node.activation)]);
    std::string kind(row.word);
    if (row.shows_window) kind = windowed(std::move(kind), node.window);
    if (!row.setting.empty()) kind += ", " + std::to_string(node.setting) + ' ' + std::string(row.setting);
    return kind;
}

/// The words for a network's activations: "ReLU" is known, others are called what they are.
template <class Activations>
std::vector<std::string_view> activation_kinds() {
    std::vector<std::string_view> kinds(static_cast<std::size_t>(meta::length<Activations>), "Activation");
    const auto known = decltype(meta::insert(Activations{}, meta::type<ActivationBase<ReLU>>)){};
    const auto position = static_cast<std::size_t>(meta::index_of(known, meta::type<ActivationBase<ReLU>>));
    if (position < kinds.size()) kinds[position] = "ReLU";
    return kinds;
}

/// The name the program gave the network, without namespaces; nothing for a spelt out `Network<...>`.
template <class Net>
constexpr std::string_view type_name() {
    std::string_view text = __PRETTY_FUNCTION__;  // "... [with Net = residua::ResNet20; ...]" or "... [Net = ...]"
    text.remove_prefix(text.find("Net = ") + 6);
    text = text.substr(0, text.find_first_of(";]"));
    if (text.find('<') != text.npos) return {};
    const std::size_t colon = text.rfind(':');
    return colon == text.npos ? text : text.substr(colon + 1);
}

/// Lines of a table, its columns as wide as their contents: the first two flush left, numbers flush right.
class Table {
  public:
    static constexpr std::size_t columns = 6;
    using Cells = std::array<std::string, columns>;

    void add(Cells cells) {
        for (std::size_t i = 0; i < columns; ++i) widths_[i] = std::max(widths_[i], cells[i].size());
        lines_.push_back({std::move(cells), {}});
    }
    void add_heading(std::string text) { lines_.push_back({{}, std::move(text)}); }
    void add_rule() { lines_.push_back({}); }

    [[nodiscard]] std::string text() const {
        std::string all;
        for (const Line& line : lines_) all += text(line) + '\n';
        return all;
    }

  private:
    struct Line {
        Cells cells{};
        std::string heading{};
    };

    [[nodiscard]] std::string text(const Line& line) const {
        if (!line.heading.empty()) return line.heading;
        std::string all;
        for (std::size_t i = 0; i < columns; ++i) {
            const std::string& cell = line.cells[i];
            const std::string space(widths_[i] - cell.size(), ' ');
            if (i > 0) all += "  ";
            all += i < left_columns ? cell + space : space + cell;
        }
        const bool rule = all.find_first_not_of(' ') == all.npos;
        return rule ? std::string(all.size(), '-') : all.substr(0, all.find_last_not_of(' ') + 1);
    }

    static constexpr std::size_t left_columns = 3;

    std::array<std::size_t, columns> widths_{};
    std::vector<Line> lines_{};
};

/// The rows of one block of a stage, or those between two stages.
using RowSpan = std::span<const SummaryRow>;

inline std::vector<RowSpan> split_blocks(RowSpan rows) {
    std::vector<RowSpan> blocks;
    while (!rows.empty()) {
        const auto end = std::find_if(rows.begin(), rows.end(), [&](const SummaryRow& row) {
            return row.stage != rows.front().stage || row.block != rows.front().block;
        });
        const auto count = static_cast<std::size_t>(end - rows.begin());
        blocks.push_back(rows.first(count));
        rows = rows.subspan(count);
    }
    return blocks;
}

/// The same layers, whatever their names.
inline bool same_block(RowSpan a, RowSpan b) {
    return a.front().stage > 0 && a.front().stage == b.front().stage &&
           std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SummaryRow& left, const SummaryRow& right) {
               return left.kind == right.kind && left.shape == right.shape && left.parameters == right.parameters;
           });
}

inline void add_rows(Table& table, RowSpan rows) {
    for (const SummaryRow& row : rows)
        table.add({(row.block > 0 ? "  " : "") + row.name, row.kind, spelled(row.shape), counted(row.parameters),
                   counted(row.multiply_adds), memory(map_bytes(row.shape))});
}

inline void add_blocks(Table& table, RowSpan rows, Repeats repeats) {
    const std::vector<RowSpan> blocks = split_blocks(rows);
    for (std::size_t i = 0, next = 0; i < blocks.size(); i = next) {
        next = i + 1;
        while (repeats == Repeats::folded && next < blocks.size() && same_block(blocks[i], blocks[next])) ++next;
        const SummaryRow& row = blocks[i].front();
        if (next > i + 1)
            table.add_heading("stage " + std::to_string(row.stage) + ", blocks " + std::to_string(row.block) + " to " +
                              std::to_string(blocks[next - 1].front().block) + ", each:");
        else if (row.block > 0)
            table.add_heading("stage " + std::to_string(row.stage) + ", block " + std::to_string(row.block));
        add_rows(table, blocks[i]);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The layers of the network in the order in which they are computed.
template <class Net>
std::vector<SummaryRow> summary_rows() {
    const auto& graph = graph_of<Net>;
    const std::vector<std::string_view> activations = detail::activation_kinds<ActivationsOf<Net>>();
    std::vector<SummaryRow> rows(static_cast<std::size_t>(graph.count()));
    int stage = 0;
    for (detail::NodeNumber i{}; i < graph.behind(); ++i) {
        const detail::Node& node = graph[i];
        const bool entered = node.position.block == 1 &&
                             (i == detail::NodeNumber{} || graph[i - 1].position.entry != node.position.entry);
        if (entered) ++stage;
        rows[detail::index(i)] = {
            detail::module_name(node.name),       detail::kind_of(node, activations),  node.shape,         0,
            detail::node_multiply_adds(graph, i), node.position.block > 0 ? stage : 0, node.position.block};
    }
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained()) rows[detail::index(parameter.node)].parameters += parameter.count();
    return rows;
}

/// The network as a table: a line per layer with its name in weight files, kind, output shape (channels x rows x
/// columns), trained values, multiply-adds and the memory of its output, both for one image; then the totals. The
/// workspace is that of inference for one image, where maps share memory.
template <class Net>
std::string describe(Repeats repeats = Repeats::shown) {
    const std::vector<SummaryRow> rows = summary_rows<Net>();
    detail::Table table;
    if constexpr (!detail::type_name<Net>().empty()) table.add_heading(std::string(detail::type_name<Net>()));
    table.add({"layer", "kind", "output", "parameters", "multiply-adds", "memory"});
    table.add_rule();
    detail::add_blocks(table, rows, repeats);
    table.add_rule();
    table.add({"total", "", "", detail::counted(parameter_count<Net>), detail::counted(multiply_adds<Net>), ""});
    const long float_bytes = sizeof(float);
    table.add_heading("weights    " + detail::memory(float_bytes * weight_count<Net>) + " with running statistics");
    table.add_heading("workspace  " + detail::memory(float_bytes * inference_plan<Net>.arena_floats) +
                      " for the inference of one image");
    return table.text();
}

}  // namespace residua::inline RESIDUA_ISA
