#!/usr/bin/env python3
"""Writes pseudo-random weights of an ImageNet network under torchvision's names, and what PyTorch computes with them.

usage: torch_imagenet.py NET WEIGHTS.safetensors [--inputs IMAGES.npy --logits OUT.npy]
                         [--step GRADIENTS.safetensors --count 4] [--seed 1] [--classes 1000]

NET: resnet18, resnet34 (option B), resnet50, resnet101, resnet152 (stride in the first 1x1), resnet50-v1.5,
resnet101-v1.5, resnet152-v1.5 (stride in the 3x3), plain18, plain34, vgg16, vgg19, densenet121 (which has this
library's names). IMAGES.npy: float32, N x 3 x h x w, normalised. The logits (N x classes) and the training step on the
first COUNT images (labels 0, 1, ...; `loss`, `logits`, `grad.<parameter>`, `after.<bn>.running_mean`,
`after.<bn>.running_var`) are computed in float64.

Where a ReLU's input is nearly zero, float32 and float64 may disagree about its sign, and where two pixels are nearly
equal, about the maximum; one such pixel among millions changes gradients by a hundredth and more, in any
implementation. So with --step biases are moved a little, until the ReLUs of that step keep a distance from zero that
rounding does not reach; and the step's images and the first convolution's weights are rounded to multiples of 1/64 and
1/512, so that float32 computes that convolution, and finds its maxima, exactly. The step file holds these `images`.
"""
import argparse
import collections

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_safetensors import write_safetensors


class Block(nn.Module):
    """The basic block, or with `bottleneck` 1x1, 3x3, 1x1; `stride_in` numbers the convolution with the stride."""

    def __init__(self, channels, width, stride, bottleneck, stride_in, shortcut):
        super().__init__()
        out = 4 * width if bottleneck else width
        kernels = ((1, width), (3, width), (1, out)) if bottleneck else ((3, width), (3, width))
        self.count, before = len(kernels), channels
        for i, (kernel, outputs) in enumerate(kernels, 1):
            step = stride if i == stride_in else 1
            setattr(self, f"conv{i}", nn.Conv2d(before, outputs, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(outputs))
            setattr(self, f"relu{i}", nn.ReLU())
            before = outputs
        self.shortcut = shortcut
        if shortcut and (stride != 1 or channels != out):
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i == self.count and self.shortcut:
                y = y + (self.downsample(x) if hasattr(self, "downsample") else x)
            y = getattr(self, f"relu{i}")(y)
        return y


class ResNet(nn.Module):
    def __init__(self, counts, classes, bottleneck=False, stride_in=1, shortcut=True):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu1 = nn.ReLU()
        channels = 64
        for stage, count in enumerate(counts, 1):
            width, blocks = 32 << stage, []
            for i in range(count):
                stride = 2 if stage > 1 and i == 0 else 1
                blocks.append(Block(channels, width, stride, bottleneck, stride_in, shortcut))
                channels = 4 * width if bottleneck else width
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.max_pool2d(self.relu1(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


class Vgg(nn.Module):
    def __init__(self, counts, classes):
        super().__init__()
        layers, channels = [], 3
        for stage, count in enumerate(counts):
            for _ in range(count):
                width = min(64 << stage, 512)
                layers += [nn.Conv2d(channels, width, 3, 1, 1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        # Places 2 and 5 are torchvision's dropouts.
        self.classifier = nn.Sequential(nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Identity(), nn.Linear(4096, 4096),
                                        nn.ReLU(), nn.Identity(), nn.Linear(4096, classes))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class DenseNet(nn.Module):
    """Huang et al., 2017. What a layer sees is branch 0 of its concatenation, what it adds is branch 1."""

    def __init__(self, counts, classes, growth=32):
        super().__init__()
        self.counts, channels, layers = counts, 2 * growth, 0
        self.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        self.bn1, self.relu1 = nn.BatchNorm2d(channels), nn.ReLU()
        for block, count in enumerate(counts, 1):
            for _ in range(count):
                layers += 1
                setattr(self, f"concat{layers}", nn.ModuleDict({"1": nn.Sequential(collections.OrderedDict(
                    bn1=nn.BatchNorm2d(channels), relu1=nn.ReLU(),
                    conv1=nn.Conv2d(channels, 4 * growth, 1, bias=False),
                    bn2=nn.BatchNorm2d(4 * growth), relu2=nn.ReLU(),
                    conv2=nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False)))}))
                channels += growth
            setattr(self, f"bn{block + 1}", nn.BatchNorm2d(channels))
            setattr(self, f"relu{block + 1}", nn.ReLU())
            if block < len(counts):
                setattr(self, f"conv{block + 1}", nn.Conv2d(channels, channels // 2, 1, bias=False))
                channels //= 2
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.max_pool2d(self.relu1(self.bn1(self.conv1(x))), 3, 2, 1)
        layer = 0
        for block, count in enumerate(self.counts, 1):
            for _ in range(count):
                layer += 1
                x = torch.cat([x, getattr(self, f"concat{layer}")["1"](x)], 1)
            x = getattr(self, f"relu{block + 1}")(getattr(self, f"bn{block + 1}")(x))
            if block < len(self.counts):
                x = F.avg_pool2d(getattr(self, f"conv{block + 1}")(x), 2)
        return self.fc(x.mean((2, 3)))


def network(name, classes):
    if name == "densenet121":
        return DenseNet((6, 12, 24, 16), classes)
    if name.startswith("vgg"):
        return Vgg({"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}[name], classes)
    depth = int("".join(c for c in name.split("-")[0] if c.isdigit()))
    counts = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}[depth]
    return ResNet(counts, classes, bottleneck=depth >= 50, stride_in=2 if name.endswith("-v1.5") else 1,
                  shortcut=not name.startswith("plain"))


def randomise(net, seed):
    """He-initialised kernels; statistics, scales and shifts that differ from channel to channel."""
    generator = torch.Generator().manual_seed(seed)
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.data = torch.randn(module.weight.shape, generator=generator) * (2.0 / fan_in) ** 0.5
            if module.bias is not None:
                module.bias.data = 0.1 * torch.randn(module.bias.shape, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in ((module.weight, 0.5, 1.0), (module.bias, -0.2, 0.2),
                                      (module.running_mean, -0.3, 0.3), (module.running_var, 0.5, 1.5)):
                tensor.data = low + (high - low) * torch.rand(tensor.shape, generator=generator)


def rounded(x, steps):
    """The nearest multiples of 1 / steps."""
    return (x * steps).round() / steps


def way_from_zero(y):
    """What to add to each channel of y, at most 0.25 each way, so that its values keep as far from zero as they can."""
    values = y.transpose(0, 1).flatten(1).clamp(-0.25, 0.25)
    ends = torch.full_like(values[:, :1], 0.25)
    values = torch.cat([-ends, values, ends], 1).sort(1).values
    lower = values.diff(dim=1).argmax(1, keepdim=True)
    return -(values.gather(1, lower) + values.gather(1, lower + 1)).flatten() / 2


def keep_signs(net, images):
    """Moves biases so that no input of a ReLU is near zero when training on `images`."""
    last = None  # the module with a bias that ran last: what it adds reaches the next ReLU

    def remember(module, _, output):
        nonlocal last
        last = module

    def move(_, inputs):
        y, old = inputs[0], last.bias.data.clone()
        last.bias.data = (old + way_from_zero(y)).float().double()  # what the file can hold
        return y + (last.bias.data - old).reshape(-1, *[1] * (y.dim() - 2))

    hooks = [module.register_forward_pre_hook(move) if isinstance(module, nn.ReLU) else
             module.register_forward_hook(remember)
             for module in net.modules() if isinstance(module, nn.ReLU) or getattr(module, "bias", None) is not None]
    statistics = {name: values.clone() for name, values in net.named_buffers()}
    net.train()
    with torch.no_grad():
        net(images)
        for name, values in net.named_buffers():
            values.copy_(statistics[name])
    for hook in hooks:
        hook.remove()


def training_step(net, images, path):
    """One forward and backward run in training mode, written under the names of `cifar10 gradients`."""
    net.train()
    logits = net(images)
    loss = F.cross_entropy(logits, torch.arange(len(images)) % logits.shape[1])
    loss.backward()
    arrays = {"images": images, "loss": loss.detach().reshape(1), "logits": logits.detach()}
    arrays.update({"grad." + name: p.grad for name, p in net.named_parameters()})
    arrays.update({"after." + name: b for name, b in net.named_buffers() if "running" in name})
    write_safetensors(path, arrays, {})


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("net")
    p.add_argument("weights")
    p.add_argument("--inputs")
    p.add_argument("--logits")
    p.add_argument("--step")
    p.add_argument("--count", type=int, default=4)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--classes", type=int, default=1000)
    a = p.parse_args()
    net = network(a.net, a.classes)
    randomise(net, a.seed)
    net.double()
    images = torch.from_numpy(np.load(a.inputs)).double() if a.inputs else None
    if a.step:
        step_images = rounded(images[:a.count], 64)
        first = next(net.parameters()).data
        first.copy_(rounded(first, 512))
        keep_signs(net, step_images)
    state = {name: t.float() for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    write_safetensors(a.weights, state, {"format": "pt", "source": "pseudo-random"})
    if a.logits:
        net.eval()
        with torch.no_grad():
            np.save(a.logits, net(images).numpy())
    if a.step:
        training_step(net, step_images, a.step)


if __name__ == "__main__":
    main()
