// Apart from shallow_networks.cpp, so that two cores can compile.

#include "network_of.hpp"

namespace cifar10 {

template std::unique_ptr<AnyNetwork> make_network<ResNet110>();
template std::unique_ptr<AnyNetwork> make_network<ResNet1202>();
template std::unique_ptr<AnyNetwork> make_network<Plain110>();

}  // namespace cifar10
