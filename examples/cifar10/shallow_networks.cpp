// Networks with the same layers share their kernels, so all of them here cost the compiler less than two alone.

#include "network_of.hpp"

namespace cifar10 {

template std::unique_ptr<AnyNetwork> make_network<ResNet20>();
template std::unique_ptr<AnyNetwork> make_network<ResNet32>();
template std::unique_ptr<AnyNetwork> make_network<ResNet44>();
template std::unique_ptr<AnyNetwork> make_network<ResNet56>();
template std::unique_ptr<AnyNetwork> make_network<Plain20>();
template std::unique_ptr<AnyNetwork> make_network<Plain32>();
template std::unique_ptr<AnyNetwork> make_network<Plain44>();
template std::unique_ptr<AnyNetwork> make_network<Plain56>();

}  // namespace cifar10
