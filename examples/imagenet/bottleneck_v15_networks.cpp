#include "network_of.hpp"

namespace imagenet {

template std::unique_ptr<AnyNetwork> make_network<ResNet50V15>();
template std::unique_ptr<AnyNetwork> make_network<ResNet101V15>();
template std::unique_ptr<AnyNetwork> make_network<ResNet152V15>();

}  // namespace imagenet
