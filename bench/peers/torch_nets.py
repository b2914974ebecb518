"""The paper's networks as PyTorch modules with random weights, by the names that bench/net gives them."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_cifar10 import ResNet

CIFAR = {"resnet20": 3, "resnet32": 5, "resnet44": 7, "resnet56": 9, "resnet110": 18, "resnet1202": 200}
BASIC = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3), "plain18": (2, 2, 2, 2), "plain34": (3, 4, 6, 3)}
BOTTLENECK = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}
VGG = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
V15 = "-v1.5"


def image_shape(net):
    return (3, 32, 32) if net in CIFAR else (3, 224, 224)


def build(net):
    if net in CIFAR:
        return ResNet(CIFAR[net])
    model = vgg(VGG[net]) if net in VGG else imagenet(net)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return model


def conv_bn(inputs, outputs, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Convolutions of (inputs, outputs, kernel, stride), added to a projection shortcut (option B), or to none."""

    def __init__(self, convs, shortcut):
        super().__init__()
        self.convs = nn.ModuleList(conv_bn(*conv) for conv in convs)
        inputs, outputs, stride = convs[0][0], convs[-1][1], max(conv[3] for conv in convs)
        self.shortcut = None
        if shortcut:
            same = inputs == outputs and stride == 1
            self.shortcut = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride)

    def forward(self, x):
        y = x
        for conv in self.convs[:-1]:
            y = F.relu(conv(y), inplace=True)
        y = self.convs[-1](y)
        return F.relu(y if self.shortcut is None else y + self.shortcut(x), inplace=True)


def imagenet(net):
    bottleneck, v15 = net.removesuffix(V15) in BOTTLENECK, net.endswith(V15)
    blocks = BOTTLENECK[net.removesuffix(V15)] if bottleneck else BASIC[net]
    layers = [conv_bn(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, count in enumerate(blocks):
        width = 64 << stage
        for block in range(count):
            stride = 2 if stage > 0 and block == 0 else 1
            if bottleneck:
                first, second = (1, stride) if v15 else (stride, 1)
                convs = [(inputs, width, 1, first), (width, width, 3, second), (width, 4 * width, 1, 1)]
            else:
                convs = [(inputs, width, 3, stride), (width, width, 3, 1)]
            layers.append(Block(convs, shortcut=not net.startswith("plain")))
            inputs = convs[-1][1]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


def vgg(counts):
    """Without dropout, as in model/vgg.hpp."""
    layers, inputs = [], 3
    for count, width in zip(counts, (64, 128, 256, 512, 512)):
        for _ in range(count):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 7 * 7, 4096), nn.ReLU(inplace=True),
                         nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 1000))
