#!/usr/bin/env python3
"""Compares random networks of the whole type language with PyTorch in float64: logits, and of a training step the loss,
all gradients and running statistics.

usage: random_networks.py --include FOLDER [--count 20] [--seed 1] [--compiler g++] [--flags "-O1 -march=native"]
                          [--keep FOLDER] [--jobs 2] [--show]
       random_networks.py --fixed FOLDER

Each network is written as a C++ type and built as a PyTorch module, from one seed. compare.cpp is compiled for it and
computes with the weights and images that PyTorch had. --show prints the networks and compiles nothing. --fixed
writes the files of tests/torch/fixed, a few tiny networks that tests compare without PyTorch. Exit codes: 0 all agree,
1 some differ or do not compile, 2 wrong use.
"""
import argparse
import concurrent.futures
import math
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import textwrap

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "docs/scripts"))
from torch_imagenet import randomise, training_step  # noqa: E402
from torch_safetensors import read_safetensors, write_safetensors  # noqa: E402

IMAGES, CLASSES = 4, 10
MOST_CHANNELS, MOST_PIXELS = 70, 17
MOST_CONCATENATED = 120
# Inputs of rectifiers and pixels under a maximum keep so far from where rounding would decide for another side.
MARGIN = 1e-5
# Together they have every layer, shortcuts A, B and C, sums, and concatenations in place and copied.
FIXED_SEEDS = 173, 261, 687, 1249, 1277


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


class Concatenation(nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.text = f"Concat<{', '.join(branch.text for branch in branches)}>"

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Chain(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.text = f"Sequence<{', '.join(layer.text for layer in layers)}>"

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def shortcut_a(x, channels, stride):
    """Every stride-th pixel, and zeros for the new channels, half of them before the old ones."""
    new = channels - x.shape[1]
    return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, new // 2, new - new // 2))


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
            distances = top[:, :, 0] - top[:, :, 1]
            # Equal ones are a rectifier's zeros, through which no gradient goes, whichever of them has it.
            if (distances > 0).any():
                self.margin = min(self.margin, distances[distances > 0].min().item())
        return F.max_pool2d(x, kernel, stride, padding)


class Generator:
    """Draws networks. `shape` is that of the map so far: channels, rows, columns."""

    def __init__(self, seed, tiny=False):
        self.random = random.Random(seed)
        self.tiny = tiny  # few parameters, so that files are small
        self.kinks = Kinks()
        self.named = {}  # by the names of weight files
        self.scope, self.residuals, self.concats, self.stages = "", 0, 0, 0
        self.stage_seen = False  # one of the network's own
        self.budget = 7 if tiny else 12  # layers with a window, so that compilers need seconds
        self.shape = self.random.choice((1, 3, 3, 4, 16, 17)), self.size(), self.size()
        self.input = self.shape

    def size(self):
        return self.random.randint(5, 8 if self.tiny else MOST_PIXELS)

    def keep(self, name, module):
        """A module with a name that the library gives."""
        self.named[name] = module
        return module

    def named_layer(self, text, module, run=None):
        name = f"p{len(self.named)}"
        self.keep(self.scope + name, module)
        return Layer(f'Named<"{name}", {text}>', run or module)

    def channels(self):
        if self.tiny:
            return self.random.choice((1, 3, 4, 6, 8, 15, 16, 16, 17))
        if self.random.random() < 0.3:
            return self.random.randint(1, MOST_CHANNELS)
        return self.random.choice((1, 2, 7, 8, 15, 16, 16, 17, 24, 31, 32, 32, 33, 48, 64, MOST_CHANNELS))

    def groups(self, out):
        """A number of groups, and of channels that these divide: `out` unless that is None."""
        c = self.shape[0]
        if self.random.random() > 0.35:
            return 1, out or self.channels()
        if out is None and self.random.random() < 0.4:
            return c, c * self.random.randint(1, max(1, min(3, MOST_CHANNELS // c)))  # depthwise
        common = math.gcd(c, out or c)
        groups = self.random.choice([g for g in range(1, common + 1) if common % g == 0])
        return groups, out or groups * self.random.randint(1, max(1, MOST_CHANNELS // groups))

    def out(self, size, kernel, stride, padding):
        return (size + 2 * padding - kernel) // stride + 1

    def conv(self, out=None, kernel=None, stride=None, padding=None):
        c, h, w = self.shape
        self.budget -= 1
        groups, out = self.groups(out)
        kernel = kernel or min(self.random.choice((1, 1, 2, 3, 3, 3, 4, 5)), h, w)
        stride = stride or (self.random.choice((1, 1, 1, 2, 3)) if min(h, w) > 4 else 1)
        if padding is None:
            padding = self.random.choice(((kernel - 1) // 2, (kernel - 1) // 2, 0, kernel - 1))
        bias = self.random.random() < 0.3
        says_groups = groups > 1 or self.random.random() < 0.05
        options = [f"{name}<{value}>" for name, value, usual in
                   (("Stride", stride, 1), ("Padding", padding, (kernel - 1) // 2)) if value != usual]
        self.shape = out, self.out(h, kernel, stride, padding), self.out(w, kernel, stride, padding)
        options += ["Bias"] * bias + [f"Groups<{groups}>"] * says_groups
        self.random.shuffle(options)
        return self.named_layer("Conv<" + ", ".join([str(out), str(kernel), *options]) + ">",
                                nn.Conv2d(c, out, kernel, stride, padding, groups=groups, bias=bias))

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

    def sliding_pool(self, stride):
        """As convolutions slide, so that the map's size is theirs."""
        c, h, w = self.shape
        self.shape = c, self.out(h, 3, stride, 1), self.out(w, 3, stride, 1)
        if self.random.random() < 0.5:
            return Layer(f"MaxPool<3, Stride<{stride}>>", lambda x: self.kinks.max_pool(x, 3, stride, 1))
        return Layer(f"AvgPool<3, Stride<{stride}>>", lambda x: F.avg_pool2d(x, 3, stride, 1))

    def activation(self):
        if self.random.random() < 0.7:
            return Layer("ReLU", self.kinks.relu)
        return Layer("Activation<variables::x * sigmoid(variables::x)>", F.silu)

    def elementwise(self):
        c, h, w = self.shape
        kind = self.random.random()
        if kind < 0.45 and h * w >= 8:  # statistics of few values amplify rounding
            return self.named_layer("BN", nn.BatchNorm2d(c))
        return self.activation()

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

    def concat(self, depth, keeps_size):
        """All branches end with the same size of map."""
        c, h, w = self.shape
        self.concats += 1
        outer, own = self.scope, f"concat{self.concats}"
        stride = self.random.choice((1, 1, 1, 2)) if min(h, w) > 4 and not keeps_size else 1
        whole_blocks = self.random.random() < 0.6
        branches, channels, end = [], 0, None
        for b in range(self.random.choice((2, 2, 3, 4))):
            self.shape, self.scope = (c, h, w), f"{own}.{b}."
            kind = self.random.random()
            if kind < 0.35 and stride == 1 and channels + c < MOST_CONCATENATED:
                branches.append(Layer("Identity", lambda x: x))
            elif kind < 0.5 and channels + c < MOST_CONCATENATED:
                branches.append(self.sliding_pool(stride))
            else:
                out = self.random.choice((16, 16, 32)) if whole_blocks else min(self.channels(), 40)
                branch = [self.conv(kernel=3, stride=stride, padding=1)] if stride > 1 else []
                if self.budget > 0 and self.random.random() < 0.5:
                    branch += self.layers(depth + 1, keeps_size=True)
                branch += [self.same_conv(out), *self.maybe_bn()]
                if self.random.random() < 0.4:
                    branch.append(self.activation())
                branches.append(branch[0] if len(branch) == 1 else Chain(branch))
            assert end in (None, self.shape[1:]), (end, self.shape)
            channels, end = channels + self.shape[0], self.shape[1:]
        self.shape, self.scope = (channels, *end), outer
        return Concatenation(branches)

    def inheriting_conv(self, name, channels, out, kernel, stride=1):
        self.budget -= 1
        return self.keep(name, nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False))

    def paper_block(self, stage, index, parts, widths, strided, stride, option, activation):
        """What a ResidualBlock in a stage computes."""
        c, h, w = self.shape
        name, convs, bns, before = f"layer{stage}.{index}.", [], [], c
        for i, ((kernel, _), width) in enumerate(zip(parts, widths)):
            step = stride if i == strided else 1
            convs.append(self.inheriting_conv(f"{name}conv{i + 1}", before, width, kernel, step))
            bns.append(self.keep(f"{name}bn{i + 1}", nn.BatchNorm2d(width)))
            before = width
        self.shape = before, (h - 1) // stride + 1, (w - 1) // stride + 1
        shortcut = lambda x: x  # noqa: E731
        if option == "ProjectionC" or option == "ProjectionB" and self.shape != (c, h, w):
            projection = self.inheriting_conv(name + "downsample.0", c, before, 1, stride)
            bn = self.keep(name + "downsample.1", nn.BatchNorm2d(before))
            shortcut = lambda x: bn(projection(x))  # noqa: E731
        elif option == "IdentityA" and self.shape != (c, h, w):
            shortcut = lambda x: shortcut_a(x, before, stride)  # noqa: E731

        def run(x):
            y = x
            for i, (conv, bn) in enumerate(zip(convs, bns), 1):
                y = bn(conv(y))
                if i < len(convs):
                    y = activation.run(y)
            return activation.run(y if option == "None" else y + shortcut(x))
        return run

    def paper_stage(self, number, n, stride):
        parts = self.random.choice((((3, 1),), ((3, 1), (3, 1)), ((1, 1), (3, 1), (1, self.random.randint(1, 4))),
                                    ((1, 1), (3, 2)), ((3, 2),)))
        width = min(self.channels(), MOST_CHANNELS // max(widening for _, widening in parts))
        option = self.random.choice(("IdentityA", "IdentityA", "ProjectionB", "ProjectionB", "ProjectionC", "None"))
        if option == "IdentityA":  # which loses no channels
            width = max(width, -(-self.shape[0] // parts[-1][1]))
        says = self.random.randrange(len(parts)) if self.random.random() < 0.4 else -1
        words = [f"Conv{kernel}x{kernel}" for kernel, _ in parts]
        words = [word if widening == 1 else f"Widen<{widening}, {word}>" for word, (_, widening) in zip(words, parts)]
        words = [f"Strided<{word}>" if i == says else word for i, word in enumerate(words)]
        if len(parts) == 1:
            parts *= 2
        widths = [width * widening for _, widening in parts]
        activation = self.activation()
        runs = [self.paper_block(number, i, parts, widths, max(says, 0), 1 if i else stride, option, activation)
                for i in range(n)]
        return width, f"ResidualBlock<{', '.join(words)}, BN, {activation.text}, Shortcut<{option}>>", runs

    def dense_block(self, growth, widening, activation):
        c, h, w = self.shape
        self.concats += 1
        name = f"concat{self.concats}.1."
        bn1, bn2 = (self.keep(f"{name}bn{i}", nn.BatchNorm2d(n)) for i, n in ((1, c), (2, growth * widening)))
        conv1 = self.inheriting_conv(name + "conv1", c, growth * widening, 1)
        conv2 = self.inheriting_conv(name + "conv2", growth * widening, growth, 3)
        self.shape = c + growth, h, w
        return lambda x: torch.cat([x, conv2(activation.run(bn2(conv1(activation.run(bn1(x))))))], 1)

    def dense_stage(self, n):
        growth, widening = self.random.choice((16, 16, 32, self.random.randint(1, 20))), self.random.randint(2, 4)
        widening = min(widening, MOST_CHANNELS // growth)
        activation = self.activation()
        layer = f"BN, {activation.text}, Widen<{widening}, Conv1x1>, BN, {activation.text}, Conv3x3"
        return growth, f"Concat<Identity, Sequence<{layer}>>", [self.dense_block(growth, widening, activation)
                                                                for _ in range(n)]

    def branches_block(self, sums, width, stride, activation):
        """Two branches that both take the stage's stride, summed or one behind the other."""
        c, h, w = self.shape
        if sums:
            self.residuals += 1
            main, other = f"residual{self.residuals}.", f"residual{self.residuals}.shortcut."
        else:
            self.concats += 1
            main, other = f"concat{self.concats}.0.", f"concat{self.concats}.1."
        conv1 = self.inheriting_conv(main + "conv1", c, width, 3, stride)
        bn = self.keep(main + "bn1", nn.BatchNorm2d(width))
        conv2 = self.inheriting_conv(main + "conv2", width, width, 3)
        conv3 = self.inheriting_conv(other + "conv1", c, width, 1, stride)
        self.shape = width if sums else 2 * width, (h - 1) // stride + 1, (w - 1) // stride + 1

        def run(x):
            y, z = conv2(activation.run(bn(conv1(x)))), conv3(x)
            return y + z if sums else torch.cat([y, z], 1)
        return run

    def branches_stage(self, n, stride):
        sums, width = self.random.random() < 0.5, min(self.channels(), 48)
        activation = self.activation()
        text = f"{'Residual' if sums else 'Concat'}<Sequence<Conv3x3, BN, {activation.text}, Conv3x3>, Conv1x1>"
        return width, text, [self.branches_block(sums, width, 1 if i else stride, activation) for i in range(n)]

    def stage(self, depth, keeps_size):
        c, h, w = self.shape
        self.stages += 1
        n, usual = self.random.choice((1, 1, 2)), 2 if self.stage_seen else 1
        kind = self.random.random()
        dense = kind > 0.8 and c <= MOST_CHANNELS
        may_stride = not keeps_size and not dense and ((h + 1) // 2) * ((w + 1) // 2) >= 8
        stride = self.random.choice((1, 2)) if may_stride else 1
        if dense:
            width, block, runs = self.dense_stage(n)
        elif kind > 0.6:
            width, block, runs = self.branches_stage(n, stride)
        else:
            width, block, runs = self.paper_stage(self.stages, n, stride)
        says = depth > 0 or stride != usual or self.random.random() < 0.3
        self.stage_seen = self.stage_seen or depth == 0

        def run(x):
            for block_of in runs:
                x = block_of(x)
            return x
        return Layer(f"Stage<{n}, {width}, {block}{f', Stride<{stride}>' if says else ''}>", run)

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
            if kind < 0.15 and depth < 3 and self.budget > 0:
                layers.append(self.residual(depth, keeps_size))
            elif kind < 0.32 and depth < 3 and self.budget > 0:
                layers.append(self.concat(depth, keeps_size))
            elif kind < 0.48 and self.budget > 3 and self.shape[1] * self.shape[2] >= 8:
                layers.append(self.stage(depth, keeps_size))
            elif kind < 0.68 and self.budget > 0:
                layers.append(self.same_conv(self.channels()) if keeps_size else self.conv())
            elif kind < 0.72 and keeps_size:
                layers.append(self.sliding_pool(1))
            elif kind < 0.75 and not keeps_size and min(self.shape[1:]) > 2:
                layers.append(self.pool())
            else:
                layers.append(self.elementwise())
        return layers

    def head(self):
        c, h, w = self.shape
        kind = self.random.random()
        if kind < 0.4:
            return [self.linear(", Flatten", c * h * w)]
        pool = Layer("GlobalAvgPool", lambda x: x.mean((2, 3), keepdim=True))
        if kind < 0.5 and c >= IMAGES:  # as many labels as images
            return [pool]
        if kind < 0.65:
            outer, branches = self.scope, []
            self.concats += 1
            for b, outputs in enumerate((self.random.choice((4, 16)), self.random.randint(1, 17))):
                self.scope = f"concat{self.concats}.{b}."
                branches.append(self.linear("", c, outputs))
            self.scope = outer
            return [pool, Concatenation(branches)]
        return [pool, self.linear("", c)]

    def linear(self, option, inputs, outputs=CLASSES):
        module = nn.Linear(inputs, outputs)
        return self.named_layer(f"Linear<{outputs}{option}>", module, lambda x: module(x.flatten(1))[:, :, None, None])

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
        return x.flatten(1)


def draw_images(net, shape, seed, dtype):
    """Images of this precision at which a training step stays away from kinks; none if there are not."""
    for attempt in range(40):
        generator = torch.Generator().manual_seed(1000 * seed + attempt)
        images = (torch.rand((IMAGES, *shape), generator=generator, dtype=torch.float64) * 2.5 - 1).to(dtype).double()
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


def draw(seed, tiny=False):
    """A network with its values and images, which are float32 or, of tiny ones, half."""
    generator, dtype = Generator(seed, tiny), torch.half if tiny else torch.float
    net = generator.network()
    randomise(net, seed)
    net.to(dtype).double()
    return net, draw_images(net, generator.input, seed, dtype)


def write_weights(net, path, dtype):
    state = {name: t.to(dtype) for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    write_safetensors(path, state, {"format": "pt", "source": "pseudo-random"})


def logits_of(net, images):
    net.eval()
    with torch.no_grad():
        return net(images)


def prepare(seed, folder):
    """Writes what a network is and computes; its text, or none where every sample comes near a kink."""
    net, images = draw(seed)
    if images is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(net, folder / "weights.safetensors", torch.float)
    np.save(folder / "images.npy", images.float().numpy())
    np.save(folder / "logits.npy", logits_of(net, images).numpy())
    training_step(net, images, folder / "step.safetensors")
    return net.text


def write_fixed(seed, folder):
    net, images = draw(seed, tiny=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(net, folder / "weights.safetensors", torch.half)
    logits = logits_of(net, images)
    step = folder / "step.safetensors"
    training_step(net, images, step)
    values = {name: value.float() for name, value in read_safetensors(step).items()}
    write_safetensors(step, {**values, "images": images.half(), "inference": logits.float()}, {})
    text = textwrap.fill(f"using FixedNetwork = {net.text};", 118, subsequent_indent="    ", break_long_words=False,
                         break_on_hyphens=False)
    (folder / "network.hpp").write_text("// Written by random_networks.py --fixed.\n// clang-format off\n"
                                        f"namespace residua {{\n{text}\n}}\n")


def compare(seed, text, folder, options):
    """What the compiled program says of a network, and whether it agrees."""
    program = folder / "compare"
    compiled = subprocess.run(
        [options.compiler, "-std=c++20", *shlex.split(options.flags), f"-DNETWORK={text}", "-DSHARE_OF_LARGEST=0.01",
         f"-I{options.include}", f"-I{HERE.parent}", str(HERE / "compare.cpp"), "-o", str(program), "-ltbb"],
        capture_output=True, text=True)
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
    parser.add_argument("--fixed", type=pathlib.Path)
    return parser.parse_args(arguments)


def main(arguments):
    options = parsed(arguments)
    if options.fixed:
        for seed in FIXED_SEEDS:
            write_fixed(seed, options.fixed / str(seed))
        return 0
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
