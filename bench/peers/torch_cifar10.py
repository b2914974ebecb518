#!/usr/bin/env python3
"""Trains a CIFAR-10 ResNet of the paper with PyTorch, by the recipe of `cifar10 train`: the yardstick for its accuracy.

usage: torch_cifar10.py --data DIR [--blocks 3] [--epochs 10] [--split 45000] [--seed 1] [--threads 2] [--csv OUT.csv]

DIR holds data_batch_1.bin ... data_batch_5.bin (or the folder with the official archive of them). Recipe: section 4.2 of the
paper; He initialisation, SGD with momentum 0.9 and weight decay 1e-4, batch 128, learning rate 0.1 divided by 10 at one half
and at three quarters of the iterations, per-pixel mean subtraction, 4-pixel padding, random crop, horizontal flip.
"""
import argparse
import glob
import os
import tarfile
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def records(folder, names):
    """Label and pixel arrays of the named CIFAR-10 files, from the folder or the archive in it."""
    archive = glob.glob(os.path.join(folder, "**", "cifar-10-binary.tar.gz"), recursive=True)
    raw = []
    if archive:
        with tarfile.open(archive[0]) as tar:
            raw = [tar.extractfile("cifar-10-batches-bin/" + n).read() for n in names]
    else:
        raw = [open(os.path.join(folder, n), "rb").read() for n in names]
    data = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, 3073)
    return data[:, 1:].reshape(-1, 3, 32, 32), data[:, 0].astype(np.int64)


class Block(nn.Module):
    def __init__(self, inp, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inp, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.stride, self.grow = stride, out - inp

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride != 1 or self.grow:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.grow // 2, self.grow - self.grow // 2))
        return F.relu(y + x)


class ResNet(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.stages = nn.Sequential(*[Block(i if b == 0 else o, o, s if b == 0 else 1) for i, o, s in widths for b in range(blocks)])
        self.linear = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(m.weight, mode="fan_in", nonlinearity="relu")
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        x = self.stages(F.relu(self.bn1(self.conv1(x))))
        return self.linear(x.mean(dim=(2, 3)))


def augment(x):
    n = x.shape[0]
    padded = F.pad(x, (4, 4, 4, 4))
    out = torch.empty_like(x)
    dy, dx, flip = torch.randint(0, 9, (n,)), torch.randint(0, 9, (n,)), torch.rand(n) < 0.5
    for i in range(n):
        crop = padded[i, :, dy[i] : dy[i] + 32, dx[i] : dx[i] + 32]
        out[i] = crop.flip(2) if flip[i] else crop
    return out


@torch.no_grad()
def error(net, x, y):
    net.eval()
    wrong = sum(int((net(x[i : i + 500]).argmax(1) != y[i : i + 500]).sum()) for i in range(0, len(x), 500))
    net.train()
    return 100.0 * wrong / len(x)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--blocks", type=int, default=3)
    p.add_argument("--epochs", type=int, default=10)
    p.add_argument("--split", type=int, default=45000)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--csv")
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    pixels, labels = records(a.data, [f"data_batch_{i}.bin" for i in range(1, 6)])
    x = torch.from_numpy(pixels.astype(np.float32) / 255)
    x = x - x[: a.split].mean(0)
    y = torch.from_numpy(labels)
    net = ResNet(a.blocks).to(memory_format=torch.channels_last)
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    per_epoch = -(-a.split // a.batch)
    total, it, start = per_epoch * a.epochs, 0, time.time()
    out = open(a.csv, "w") if a.csv else None
    header = "epoch,iteration,lr,train_loss,train_error,held_out_error,seconds"
    print(header, file=out, flush=True)
    for epoch in range(1, a.epochs + 1):
        order, loss_sum, wrong = torch.randperm(a.split), 0.0, 0
        for i in range(0, a.split, a.batch):
            lr = 0.1 * (0.1 if it >= total // 2 else 1) * (0.1 if it >= 3 * total // 4 else 1)
            opt.param_groups[0]["lr"] = lr
            pick = order[i : i + a.batch]
            bx = augment(x[pick]).contiguous(memory_format=torch.channels_last)
            opt.zero_grad(set_to_none=True)
            logits = net(bx)
            loss = F.cross_entropy(logits, y[pick])
            loss.backward()
            opt.step()
            loss_sum += float(loss) * len(pick)
            wrong += int((logits.argmax(1) != y[pick]).sum())
            it += 1
        row = (epoch, it, lr, loss_sum / a.split, 100 * wrong / a.split, error(net, x[a.split :], y[a.split :]), time.time() - start)
        print("%d,%d,%g,%.5f,%.3f,%.3f,%.1f" % row, file=out, flush=True)


if __name__ == "__main__":
    main()
