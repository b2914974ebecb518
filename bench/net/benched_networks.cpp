#include "measure.hpp"

std::vector<BenchedNetwork>& benched_networks() {
    static std::vector<BenchedNetwork> networks;
    return networks;
}
