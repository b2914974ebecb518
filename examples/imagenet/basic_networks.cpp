// Networks with the same blocks share their kernels, so a file holds those of a kind.

#include "network_of.hpp"

namespace imagenet {

template std::unique_ptr<AnyNetwork> make_network<ResNet18>();
template std::unique_ptr<AnyNetwork> make_network<ResNet34>();
template std::unique_ptr<AnyNetwork> make_network<Plain18>();
template std::unique_ptr<AnyNetwork> make_network<Plain34>();

}  // namespace imagenet
