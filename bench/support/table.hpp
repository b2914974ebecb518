#pragma once

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

struct Column {
    std::string name;
    std::string value;
};

/// Values under the names of columns; every row has the same.
using Row = std::vector<Column>;

inline std::string number(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

/// A line of names, then one of values for each row.
inline void print_csv(const std::vector<Row>& rows) {
    const auto print = [](const Row& row, auto member) {
        for (const Column& column : row) std::cout << (&column == row.data() ? "" : ",") << column.*member;
        std::cout << '\n';
    };
    if (!rows.empty()) print(rows.front(), &Column::name);
    for (const Row& row : rows) print(row, &Column::value);
}

/// The same for people, columns as wide as what is in them.
inline void print_table(const std::vector<Row>& rows) {
    if (rows.empty()) return;
    std::vector<std::size_t> widths;
    for (const Column& column : rows.front()) widths.push_back(column.name.size());
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].value.size());
    const auto print = [&](const Row& row, auto member) {
        for (std::size_t i = 0; i < row.size(); ++i)
            std::cout << std::setw(static_cast<int>(widths[i] + (i == 0 ? 0 : 2))) << row[i].*member;
        std::cout << '\n';
    };
    print(rows.front(), &Column::name);
    for (const Row& row : rows) print(row, &Column::value);
}

/// One row for people, a line for each column.
inline void print_list(const Row& row) {
    for (const Column& column : row)
        std::cout << std::left << std::setw(16) << column.name << std::right << std::setw(16) << column.value << '\n';
}
