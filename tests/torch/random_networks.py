#!/usr/bin/env python3
"""Compares random networks of the whole type language with PyTorch in float64: logits, and of a training step the loss,
all gradients and running statistics.

usage: random_networks.py --include FOLDER [--count 20] [--seed 1] [--compiler g++] [--flags "-O1 -march=native"]
                          [--keep FOLDER] [--jobs 2] [--show]

Each network is written as a C++ type and built as a PyTorch module, from one seed. compare.cpp is compiled for it and
computes with the weights and images that PyTorch had. --show prints the networks and compiles nothing. Exit codes: 0 all
agree, 1 some differ or do not compile, 2 wrong use.
"""
import argparse
import concurrent.futures
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "docs/scripts"))
from torch_imagenet import randomise, training_step  # noqa: E402
from torch_safetensors import write_safetensors  # noqa: E402

IMAGES, CLASSES = 4, 10
MOST_CHANNELS, MOST_PIXELS = 70, 17
# Inputs of rectifiers and pixels under a maximum keep so far from where rounding would decide for another side.
MARGIN = 1e-5


class Layer(nn.Module):
    """A layer with its type in C++; `forward` computes what that does."""

    def __init__(self, text, run, module=None):
        super().__init__()
        self.text, self.run, self.module = text, run, module

    def forward(self, x):
        return self.run(x)


class Sum(nn.Module):
    def __init__(self, main, other):
        super().__init__()
        self.main, self.other = main, other
        self.text = f"Residual<{main.text}, {other.text}>"

    def forward(self, x):
        return self.main(x) + self.other(x)


class Chain(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.text = f"Sequence<{', '.join(layer.text for layer in layers)}>"

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Kinks:
    """The smallest distance from a kink that was seen."""

    def __init__(self):
        self.margin = float("inf")

    def relu(self, x):
        self.margin = min(self.margin, x.detach().abs().min().item())
        return F.relu(x)

    def max_pool(self, x, kernel, stride, padding):
        columns = F.unfold(F.pad(x.detach(), [padding] * 4, value=-1e9), kernel, stride=stride)
        windows = columns.reshape(x.shape[0], x.shape[1], kernel * kernel, -1)
        if kernel > 1:
            top = windows.topk(2, dim=2).values
            self.margin = min(self.margin, (top[:, :, 0] - top[:, :, 1]).min().item())
        return F.max_pool2d(x, kernel, stride, padding)


class Generator:
    """Draws networks. `shape` is that of the map so far: channels, rows, columns."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kinks = Kinks()
        self.named = {}  # by the names of weight files
        self.scope, self.residuals = "", 0
        self.budget = 9  # layers with a window, so that compilers need seconds
        self.shape = self.random.choice((1, 3, 3, 4, 16, 17)), self.size(), self.size()
        self.input = self.shape

    def size(self):
        return self.random.randint(5, MOST_PIXELS)

    def named_layer(self, text, module, run=None):
        name = f"p{len(self.named)}"
        self.named[self.scope + name] = module
        return Layer(f'Named<"{name}", {text}>', run or module)

    def channels(self):
        return self.random.choice((1, 2, 7, 8, 15, 16, 16, 17, 24, 31, 32, 32, 33, 48, 64, MOST_CHANNELS))

    def out(self, size, kernel, stride, padding):
        return (size + 2 * padding - kernel) // stride + 1

    def conv(self, out=None, kernel=None, stride=None, padding=None):
        c, h, w = self.shape
        out = out or self.channels()
        kernel = kernel or min(self.random.choice((1, 1, 2, 3, 3, 3, 4, 5)), h, w)
        stride = stride or (self.random.choice((1, 1, 1, 2, 3)) if min(h, w) > 4 else 1)
        if padding is None:
            padding = self.random.choice(((kernel - 1) // 2, (kernel - 1) // 2, 0, kernel - 1))
        bias = self.random.random() < 0.3
        options = [f"{name}<{value}>" for name, value, usual in
                   (("Stride", stride, 1), ("Padding", padding, (kernel - 1) // 2)) if value != usual]
        self.shape = out, self.out(h, kernel, stride, padding), self.out(w, kernel, stride, padding)
        return self.named_layer("Conv<" + ", ".join([str(out), str(kernel), *options, *["Bias"] * bias]) + ">",
                                nn.Conv2d(c, out, kernel, stride, padding, bias=bias))

    def pool(self):
        c, h, w = self.shape
        kernel = min(self.random.choice((2, 2, 3, 3, 4)), h, w)
        tiles = h % kernel == 0 and w % kernel == 0 and self.random.random() < 0.5
        stride = kernel if tiles else self.random.choice((1, 2))
        padding = 0 if tiles else self.random.randint(0, kernel // 2)
        text = str(kernel) if tiles else f"{kernel}, Stride<{stride}>, Padding<{padding}>"
        self.shape = c, self.out(h, kernel, stride, padding), self.out(w, kernel, stride, padding)
        if self.random.random() < 0.5:
            return Layer(f"MaxPool<{text}>", lambda x: self.kinks.max_pool(x, kernel, stride, padding))
        return Layer(f"AvgPool<{text}>", lambda x: F.avg_pool2d(x, kernel, stride, padding))

    def elementwise(self):
        c, h, w = self.shape
        kind = self.random.random()
        if kind < 0.45 and h * w >= 8:  # statistics of few values amplify rounding
            return self.named_layer("BN", nn.BatchNorm2d(c))
        if kind < 0.75:
            return Layer("ReLU", self.kinks.relu)
        return Layer("Activation<variables::x * sigmoid(variables::x)>", F.silu)

    def residual(self, depth, keeps_size):
        """Both branches start with the same stride and keep the size otherwise."""
        c, h, w = self.shape
        self.residuals += 1
        outer, self.scope = self.scope, f"residual{self.residuals}."
        own = self.scope
        stride = self.random.choice((1, 1, 2)) if min(h, w) > 4 and not keeps_size else 1
        out = c if stride == 1 and self.random.random() < 0.5 else self.channels()
        main = [self.conv(kernel=3, stride=stride, padding=1)] if stride > 1 else []
        main += self.layers(depth + 1, keeps_size=True)
        main.append(self.same_conv(out))
        end = self.shape
        self.shape = c, h, w
        self.scope = own + "shortcut."
        if self.shape == end and self.random.random() < 0.6:
            other = Layer("Identity", lambda x: x)
        else:
            other = Chain([self.conv(out=out, kernel=1, stride=stride, padding=0), *self.maybe_bn()])
        assert self.shape == end, (self.shape, end)
        self.scope = outer
        return Sum(Chain(main), other)

    def same_conv(self, out):
        kernel = self.random.choice((1, 3, 3, 5))
        return self.conv(out=out, kernel=kernel, stride=1, padding=(kernel - 1) // 2)

    def maybe_bn(self):
        c, h, w = self.shape
        return [self.named_layer("BN", nn.BatchNorm2d(c))] if h * w >= 8 and self.random.random() < 0.5 else []

    def layers(self, depth, keeps_size=False):
        layers = []
        for _ in range(self.random.randint(1, 3)):
            self.budget -= 1
            kind = self.random.random()
            if kind < 0.25 and depth < 3 and self.budget > 0:
                layers.append(self.residual(depth, keeps_size))
            elif kind < 0.6 and self.budget > 0:
                layers.append(self.same_conv(self.channels()) if keeps_size else self.conv())
            elif kind < 0.7 and not keeps_size and min(self.shape[1:]) > 2:
                layers.append(self.pool())
            else:
                layers.append(self.elementwise())
        return layers

    def head(self):
        c, h, w = self.shape
        if self.random.random() < 0.5:
            self.shape = c, 1, 1
            return [Layer("GlobalAvgPool", lambda x: x.mean((2, 3), keepdim=True)), self.linear("", c)]
        return [self.linear(", Flatten", c * h * w)]

    def linear(self, option, inputs):
        module = nn.Linear(inputs, CLASSES)
        return self.named_layer(f"Linear<{CLASSES}{option}>", module, lambda x: module(x.flatten(1)))

    def network(self):
        layers = [layer for _ in range(self.random.randint(2, 4)) for layer in self.layers(0)]
        layers += self.head()
        c, h, w = self.input
        text = f"Network<Input<{c}, {h}, {w}>, {', '.join(layer.text for layer in layers)}>"
        return Net(layers, self.named, self.kinks, text)


class Net(nn.Module):
    """The named layers are children under their names, as weight files have them."""

    def __init__(self, layers, named, kinks, text):
        super().__init__()
        for name, module in named.items():
            *scopes, leaf = name.split(".")
            holder = self
            for scope in scopes:
                if not hasattr(holder, scope):
                    holder.add_module(scope, nn.Module())
                holder = getattr(holder, scope)
            holder.add_module(leaf, module)
        self.steps, self.kinks, self.text = [layer for layer in layers], kinks, text

    def __setattr__(self, name, value):
        if name == "steps":
            object.__setattr__(self, name, value)  # no children: they are under their names already
        else:
            super().__setattr__(name, value)

    def forward(self, x):
        for layer in self.steps:
            x = layer(x)
        return x


def draw_images(net, shape, seed):
    """Images at which a training step stays away from kinks; none if there are not."""
    for attempt in range(40):
        generator = torch.Generator().manual_seed(1000 * seed + attempt)
        images = (torch.rand((IMAGES, *shape), generator=generator, dtype=torch.float64) * 2.5 - 1).float().double()
        statistics = {name: values.clone() for name, values in net.named_buffers()}
        net.kinks.margin = float("inf")
        net.train()
        with torch.no_grad():
            net(images)
            for name, values in net.named_buffers():
                values.copy_(statistics[name])
        if net.kinks.margin > MARGIN:
            return images
    return None


def prepare(seed, folder):
    """Writes what a network is and computes; its text, or none where every sample comes near a kink."""
    generator = Generator(seed)
    net = generator.network()
    randomise(net, seed)
    net.float().double()
    images = draw_images(net, generator.input, seed)
    if images is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: t.float() for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    write_safetensors(folder / "weights.safetensors", state, {"format": "pt", "source": "pseudo-random"})
    np.save(folder / "images.npy", images.float().numpy())
    net.eval()
    with torch.no_grad():
        np.save(folder / "logits.npy", net(images).numpy())
    training_step(net, images, folder / "step.safetensors")
    return net.text


def compare(seed, text, folder, options):
    """What the compiled program says of a network, and whether it agrees."""
    program = folder / "compare"
    compiled = subprocess.run(
        [options.compiler, "-std=c++20", *shlex.split(options.flags), f"-DNETWORK={text}", "-DSHARE_OF_LARGEST=0.01", f"-I{options.include}",
         f"-I{HERE.parent}", str(HERE / "compare.cpp"), "-o", str(program), "-ltbb"], capture_output=True, text=True)
    if compiled.returncode != 0:
        return False, compiled.stderr[:3000]
    run = subprocess.run([program, *(folder / name for name in ("weights.safetensors", "images.npy", "logits.npy",
                                                                "step.safetensors"))], capture_output=True, text=True)
    return run.returncode == 0, run.stdout + run.stderr


def parsed(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", default=str(HERE.parents[1] / "include"))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--flags", default="-O1 -march=native")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args(arguments)


def main(arguments):
    options = parsed(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        texts, seed = {}, options.seed
        while len(texts) < options.count:
            text = prepare(seed, folder / str(seed))
            if text is not None:
                texts[seed] = text
            seed += 1
        if options.show:
            for seed, text in texts.items():
                print(f"{seed}: {text}")
            return 0
        bad = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = pool.map(lambda item: compare(*item, folder / str(item[0]), options), texts.items())
            for (seed, text), (good, words) in zip(texts.items(), results):
                bad += not good
                print(f"{seed}: {'agrees' if good else 'DIFFERS: ' + text}")
                if not good:
                    print(words)
                sys.stdout.flush()
        print(f"{len(texts)} networks, {bad} disagree ({options.compiler} {options.flags})")
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
