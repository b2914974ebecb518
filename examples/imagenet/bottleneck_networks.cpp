#include "network_of.hpp"

namespace imagenet {

template std::unique_ptr<AnyNetwork> make_network<ResNet50>();
template std::unique_ptr<AnyNetwork> make_network<ResNet101>();
template std::unique_ptr<AnyNetwork> make_network<ResNet152>();

}  // namespace imagenet
