// The cost of declaring and checking networks, with nothing used.
#include <residua/model.hpp>
