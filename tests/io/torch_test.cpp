#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/file/safetensors.hpp>

using namespace residua;

namespace {

bool succeeds(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

/// The same, with what the command has to say against it.
bool passes(const std::string& command) { return std::system((command + " >/dev/null").c_str()) == 0; }

/// A Python that has PyTorch; empty if there is none. A folder that is left of a removed PyTorch can still be imported,
/// so a tensor is made.
std::string python_with_torch() {
    for (const char* python : {"python3", "/usr/bin/python3"}) {
        if (succeeds(std::string(python) + " -c 'import numpy, torch; torch.ones(1).numpy()'")) return python;
    }
    return "";
}

const std::string script = RESIDUA_SCRIPTS "/torch_safetensors.py";

}  // namespace

TEST_CASE("a file written here opens in PyTorch, and one written there opens here") {
    const std::string python = python_with_torch();
    if (python.empty()) {
        WARN("skipped: needs Python with PyTorch and NumPy");
        return;
    }
    const TemporaryFolder folder;
    const std::vector<float> weight{1.5F, -2, 1e-40F, 3e38F, 0.1F, std::numeric_limits<float>::infinity()};
    const std::vector<double> scalar{1.0 / 3};
    const std::vector<std::int64_t> labels{-1, 1LL << 60};
    const std::vector<std::uint8_t> bytes{0, 255, 7};
    write_safetensors(
        folder / "here.safetensors",
        std::vector{tensor_to_write("bytes", {3}, std::span(bytes)),
                    tensor_to_write("conv1.weight", {1, 2, 3, 1}, std::span(weight)),
                    tensor_to_write("loss", {}, std::span(scalar)), tensor_to_write("labels", {2}, std::span(labels)),
                    tensor_to_write("none", {0, 3}, std::span<const float>())},
        {{"format", "pt"}});
    const std::string run = "cd " + folder.path().string() + " && " + python + " ";
    REQUIRE(passes(run + script + " to-torch here.safetensors here.pth"));

    // PyTorch checks what it got, and adds the types that only it writes.
    REQUIRE(passes(run + R"(-c '
import torch
s = torch.load("here.pth")
assert s["conv1.weight"].shape == (1, 2, 3, 1) and s["conv1.weight"].dtype == torch.float32
assert s["conv1.weight"].flatten()[:5].tolist() == torch.tensor([1.5, -2, 1e-40, 3e38, 0.1]).tolist()
assert s["loss"].shape == () and s["loss"].item() == 1 / 3
assert s["labels"].tolist() == [-1, 1 << 60] and s["bytes"].tolist() == [0, 255, 7]
assert s["none"].shape == (0, 3)
s["half"] = torch.tensor([[0.1, 65504]]).half()
s["bfloat"] = torch.tensor(-0.1).bfloat16()
s["bn1.num_batches_tracked"] = torch.tensor(5)
torch.save({"state_dict": {"module." + k: v for k, v in s.items()}}, "there.pth")')"));
    REQUIRE(passes(run + script + " to-safetensors there.pth there.safetensors"));

    const SafetensorsFile there(folder / "there.safetensors");
    CHECK(there.tensors().size() == 7);
    std::vector<float> floats(6);
    there.read_floats(there.at("conv1.weight"), floats);
    CHECK(floats == weight);
    std::vector<std::int64_t> integers(2);
    there.read_exactly(there.at("labels"), std::span(integers));
    CHECK(integers == labels);
    std::vector<float> half(2);
    there.read_floats(there.at("half"), half);
    CHECK(half == std::vector<float>{0.0999755859375F, 65504});
    std::vector<float> bfloat(1);
    there.read_floats(there.at("bfloat"), bfloat);
    CHECK(bfloat[0] == -0.10009765625F);
    CHECK(there.at("bfloat").shape.empty());
    CHECK(there.at("none").shape == std::vector<std::int64_t>{0, 3});
}

TEST_CASE("models in every form that PyTorch's users save are converted, and other files are named") {
    const std::string python = python_with_torch();
    if (python.empty()) {
        WARN("skipped: needs Python with PyTorch and NumPy");
        return;
    }
    const TemporaryFolder folder;
    const std::string run = "cd " + folder.path().string() + " && " + python + " ";
    // The class Net is gone when the script runs.
    REQUIRE(passes(run + R"(-c '
import torch, argparse, os
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 2, 1, bias=False)
        self.part = torch.nn.Sequential(torch.nn.BatchNorm2d(2))
        self.options = argparse.Namespace(depth=3)
    def forward(self, x):
        return self.part(self.conv1(x))
class Code:
    def __reduce__(self):
        return os.mkdir, ("code_was_run",)
net = Net()
with torch.no_grad():
    net.conv1.weight[:] = torch.tensor([1.5, -2]).reshape(2, 1, 1, 1)
state = net.state_dict()
wrapped = {"module." + k: v for k, v in state.items()}
for name, what in {
        "whole": net, "state": state, "parallel": torch.nn.DataParallel(net),
        "epoch_and_model": {"epoch": 3, "model": net, "optimizer": {"state": {}, "param_groups": [{"lr": 0.1}]}},
        "epoch_and_state": {"epoch": 3, "model": state, "args": argparse.Namespace(lr=0.1)},
        "state_dict": {"state_dict": wrapped, "best": torch.tensor(0.5)},
        "compiled": {"_orig_mod." + k: v for k, v in wrapped.items()},
        "only_value": {"generator": state, "step": 7}, "with_code": {"model": net, "code": Code()},
        "tensor": torch.ones(2, 3), "numbers": {"lr": 0.1, "steps": [1, 2]},
        "two": {"generator": state, "judge": state}, "complex": {"w": torch.ones(1, dtype=torch.complex64)}}.items():
    torch.save(what, name + ".pth")
torch.save(net, "old.pth", _use_new_zipfile_serialization=False)
torch.jit.script(torch.nn.Sequential(torch.nn.Linear(1, 1))).save("script.pth")')"));

    const auto convert = [&](const std::string& name) {
        return std::system(
            (run + script + " to-safetensors " + name + ".pth " + name + ".safetensors 2>error").c_str());
    };
    for (const char* name : {"whole", "state", "parallel", "epoch_and_model", "epoch_and_state", "state_dict",
                             "compiled", "only_value", "with_code", "old"}) {
        CAPTURE(name);
        REQUIRE(convert(name) == 0);
        const SafetensorsFile file(folder / (name + std::string(".safetensors")));
        CHECK(file.tensors().size() == 5);
        CHECK(file.find("part.0.running_var") != nullptr);
        std::vector<float> weight(2);
        file.read_floats(file.at("conv1.weight"), weight);
        CHECK(weight == std::vector<float>{1.5F, -2});
    }
    CHECK_FALSE(std::filesystem::exists(folder / "code_was_run"));
    REQUIRE(convert("script") == 0);
    CHECK(SafetensorsFile(folder / "script.safetensors").find("0.weight") != nullptr);

    const auto error_of = [&](const std::string& name) {
        CHECK(convert(name) != 0);
        CHECK_FALSE(std::filesystem::exists(folder / (name + ".safetensors")));
        return content_of(folder / "error");
    };
    CHECK(error_of("tensor").ends_with("found a tensor of shape [2, 3]\n"));
    CHECK(error_of("numbers").ends_with("found a dictionary of lr (float), steps (list)\n"));
    CHECK(error_of("two").ends_with("several of which may be the model: generator, judge\n"));
    CHECK(error_of("complex").find("complex.pth: w: expected numbers that .safetensors files hold") == 0);
    put(folder / "pointer.pth", "version https://git-lfs.github.com/spec/v1\n");
    CHECK(error_of("pointer").find("found one that begins with b'version https://git-lfs") != std::string::npos);
    CHECK(error_of("none").find("No such file or directory") != std::string::npos);
}
