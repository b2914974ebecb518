#include "network_of.hpp"

namespace imagenet {

template std::unique_ptr<AnyNetwork> make_network<Vgg16>();
template std::unique_ptr<AnyNetwork> make_network<Vgg19>();

}  // namespace imagenet
