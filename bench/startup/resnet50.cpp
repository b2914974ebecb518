// For startup.sh and peers/compare.py: startup write FILE makes a weight file for ResNet-50, startup predict FILE
// [THREADS] loads it and predicts an image.

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include <residua/io/model.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/train/initialise.hpp>

using namespace residua;

int main(int argc, char** argv) try {
    const std::string_view action = argc >= 3 ? argv[1] : "";
    if (action == "write" && argc == 3) {
        save_safetensors<ResNet50>(argv[2], he_initialised<ResNet50>(1));
    } else if (action == "predict" && argc <= 4) {
        const int threads = argc == 4 ? std::stoi(argv[3]) : 1;
        const Model<ResNet50> model = load_model<ResNet50>(argv[2], threads);
        Workspace<ResNet50, Inference> workspace(1, threads);
        const detail::Arena image(static_cast<std::size_t>(input_shape<ResNet50>.count()));
        const auto outputs = model.predict(image.span(), 1, workspace);
        std::cout << std::ranges::max_element(outputs) - outputs.begin() << '\n';
    } else {
        std::cerr << "startup: expected write FILE or predict FILE [THREADS]\n";
        return 2;
    }
} catch (const std::exception& error) {
    std::cerr << "startup: " << error.what() << '\n';
    return 2;
}
