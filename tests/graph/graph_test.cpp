#include <support/catch.hpp>

#include <residua/model.hpp>
#include <residua/op/table.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

struct Branches : Network<Input<4, 6, 6>, Conv<8, 3>, Residual<Sequence<BN, ReLU>, Conv<8, 1>>, MaxPool<2>> {};

}  // namespace

TEST_CASE("graph: a node's sources are a run of the edges, the input has none") {
    constexpr GraphView graph = graph_of<Branches>;
    STATIC_REQUIRE(graph.count() == 7);
    STATIC_REQUIRE(graph.sources(NodeNumber{0}).count == 0);
    STATIC_REQUIRE(graph.source(NodeNumber{0}) == NodeNumber::none);
    STATIC_REQUIRE(graph.source(NodeNumber{1}) == NodeNumber{0});
    STATIC_REQUIRE(graph.source_shape(NodeNumber{1}) == Chw{4, 6, 6});
    STATIC_REQUIRE(graph[NodeNumber{5}].op == op_of<AddOp>);
    STATIC_REQUIRE(graph.sources(NodeNumber{5}).count == 2);
    STATIC_REQUIRE(graph.sources(NodeNumber{5})[0] == NodeNumber{4});  // the main branch, which is walked through last
    STATIC_REQUIRE(graph.sources(NodeNumber{5})[1] == NodeNumber{2});
    int edges = 0;
    for (const Node& node : graph) {
        CHECK(node.first_source == edges);
        edges += node.source_count;
    }
    CHECK(edges == 7);
}

TEST_CASE("graph: a network's output has a name") {
    constexpr GraphView graph = graph_of<Branches>;
    STATIC_REQUIRE(graph.output_count() == 1);
    STATIC_REQUIRE(graph.output().name == "output");
    STATIC_REQUIRE(graph.output().node == NodeNumber{6});
    STATIC_REQUIRE(graph.output_shape() == Chw{8, 3, 3});
    STATIC_REQUIRE(graph.input_shape() == Chw{4, 6, 6});
}
