// Prints a network's layers and costs: describe resnet20
// Arguments: resnet1202 --fold

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "support/imagenet_networks.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"
#include <residua/check_processor.hpp>
#include <residua/model.hpp>

namespace {

const std::string known_names = network_names() + ", " + imagenet_network_names();

int run(int argc, char** argv) {
    CLI::App app("Prints a network's layers and costs.");
    std::string name;
    bool fold = false;
    app.add_option("NET", name, "one of " + known_names)->required();
    app.add_flag("--fold", fold, "print equal blocks of a stage once");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return support::fail("describe", error.what(), support::wrong_use);
    }
    const auto describe = [&](auto network) {
        using Net = typename decltype(network)::Type;
        std::cout << residua::describe<Net>(fold ? residua::Repeats::folded : residua::Repeats::shown);
    };
    if (with_network(name, describe) || with_imagenet_network(name, describe)) return 0;
    return support::fail("describe", "no network is called " + name + ": known are " + known_names, support::wrong_use);
}

}  // namespace

int main(int argc, char** argv) {
    return support::guarded("describe", [&] { return run(argc, argv); });
}
