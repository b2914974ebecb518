// Functions of which one could be taken for another object's.

#include <utility>

namespace residua::detail {

template <int number>
__attribute__((noinline)) int outside() {
    return number;
}

template <int... number>
int sum(std::integer_sequence<int, number...>) {
    return (outside<number>() + ...);
}

}  // namespace residua::detail

int main() { return residua::detail::sum(std::make_integer_sequence<int, 100>{}); }
