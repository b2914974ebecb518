#include "member_networks.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "../support/weight_normalisation.hpp"
#include <residua/file/class_names.hpp>

namespace imagenet {

namespace {

struct Published {
    std::string_view net;
    std::string_view file;
};

/// What torchvision calls IMAGENET1K_V1.
constexpr Published published[] = {
    {"resnet18", "resnet18-f37072fd.pth"},
    {"resnet34", "resnet34-b627a593.pth"},
    {"resnet50-v1.5", "resnet50-0676ba61.pth"},
    {"resnet101-v1.5", "resnet101-63fe2227.pth"},
    {"resnet152-v1.5", "resnet152-394f9c45.pth"},
    {"vgg16", "vgg16-397923af.pth"},
    {"vgg19", "vgg19-dcbb9e9d.pth"},
};

/// Where to get weights for a network, in one line.
std::string source_of_weights(const std::string& net) {
    for (const Published& weights : published)
        if (weights.net == net)
            return "download https://download.pytorch.org/models/" + std::string(weights.file) +
                   " (torchvision's) and convert it with 'docs/scripts/torch_safetensors.py to-safetensors IN.pth "
                   "OUT.safetensors'";
    const std::string sister = net.starts_with("resnet") ? " (torchvision's fit " + net + "-v1.5)" : "";
    return "torchvision has none for this network" + sister + ", train some with 'imagenet train'";
}

/// \throws std::invalid_argument without weights.
const Member& checked(const Member& member) {
    if (!member.weights.empty()) return member;
    throw std::invalid_argument("--weights is missing: " + source_of_weights(member.net));
}

/// \throws residua::FileError if the weights remember more classes than the network has.
std::vector<std::string> names_from(const residua::SafetensorsFile& weights, int classes) {
    std::vector<std::string> names = residua::class_names_in(weights.metadata());
    if (names.size() > static_cast<std::size_t>(classes))
        throw residua::FileError(weights.name(), "classes", "at most " + std::to_string(classes) + " names",
                                 std::to_string(names.size()));
    return names;
}

}  // namespace

MemberNetworks::MemberNetworks(const Member& member, const residua::Protocol& protocol, const std::string& normalise,
                               int threads)
    : MemberNetworks(*network_named(member.net), residua::SafetensorsFile(checked(member).weights), protocol, normalise,
                     threads) {}

MemberNetworks::MemberNetworks(const AnyNetwork& network, residua::SafetensorsFile weights,
                               const residua::Protocol& protocol, const std::string& normalise, int threads)
    : classes_{network.classes()},
      class_names_{names_from(weights, network.classes())},
      normalisation_{support::normalisation_for(weights.metadata(), normalise)},
      networks_{network.load(std::move(weights), protocol, threads)} {}

}  // namespace imagenet
