#include <support/catch.hpp>

#include <residua/model.hpp>
#include <residua/op/table.hpp>

using namespace residua;
using namespace residua::detail;

TEST_CASE("operations: each has a row, and a word of its own") {
    STATIC_REQUIRE(op_table.size() == meta::length<Operations>);
    for (int i = 0; i < op_table.size(); ++i) {
        CHECK_FALSE(op_table[i].word.empty());
        for (int j = 0; j < i; ++j) CHECK(op_table[i].word != op_table[j].word);
    }
}

TEST_CASE("operations: a number stands for its descriptor") {
    STATIC_REQUIRE(std::is_same_v<DescriptorOf<op_of<MaxPoolOp>>, MaxPoolOp>);
    STATIC_REQUIRE(row_of(op_of<MaxPoolOp>).word == "MaxPool");
    STATIC_REQUIRE(role_of(Op{}) == Role::input);
}

TEST_CASE(
    "operations: products have weights, beside them only norms and passes have parameters, passes then have costs") {
    for (int i = 0; i < op_table.size(); ++i) {
        const OpRow& row = op_table[i];
        INFO(row.word);
        const bool products = row.role == Role::products;
        const bool weighted = row.role == Role::weighted;
        CHECK((row.multiply_adds != nullptr) == (products || weighted));
        CHECK((row.parameters != nullptr) == (products || weighted || row.role == Role::norm));
        if (!products) continue;
        const Node node{.op = static_cast<Op>(i), .shape = {4, 1, 1}, .window = {3, 2, 1, 0}, .bias = true};
        NodeParameters parameters{};
        CHECK(row.parameters(node, {5, 3, 2}, parameters) == 2);
        CHECK(parameters[0].member == Member::weight);
        CHECK(parameters[0].count() == 4 * 5 * 3 * 2);
        CHECK(parameters[1].count() == 4);
        CHECK(row.multiply_adds(node, {5, 3, 2}) == 4 * 5 * 3 * 2);
    }
}
