#!/usr/bin/env python3
"""Computes a testing protocol from the logits of single crops, with NumPy alone, and compares with what `imagenet` made of
them.

usage: protocol_check.py PROTOCOL CROP_LOGITS.npy CROPS.csv [PROBABILITIES.npy]

PROTOCOL: center, ten-crop or multi-scale; the files are those of `imagenet evaluate --protocol PROTOCOL --crop-logits
CROP_LOGITS.npy --crops CROPS.csv --probabilities PROBABILITIES.npy`. Prints the errors in the words of that program.
Fails if the crops are not those of the protocol, or the probabilities differ by more than 1e-12.
"""
import csv
import sys

import numpy as np

SIDES = {"center": {256}, "ten-crop": {256}, "multi-scale": {224, 256, 384, 480, 640}}
LARGEST_DIFFERENCE = 1e-12


def softmax(logits):
    powers = np.exp(logits.astype(np.float64) - logits.max())
    return powers / powers.sum()


def grouped(rows, column):
    """Rows by the value of a column, in the order of their first appearance."""
    groups = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def check_crops(protocol, shorter_side, crops):
    """Fails unless these are the protocol's crops of one image at one size."""
    places = [(int(c["top"]), int(c["left"]), int(c["side"]), int(c["mirrored"])) for c in crops]
    side = shorter_side if protocol == "multi-scale" else 224
    assert all(place[2] == side for place in places), places
    if protocol == "multi-scale":  # along one side of the image, without gaps, from its beginning
        along = [top + left for top, left, _, _ in places]
        assert all(0 in (top, left) and not mirrored for top, left, _, mirrored in places), places
        assert along[0] == 0 and all(0 < b - a <= side for a, b in zip(along, along[1:])), places
    else:
        assert len(places) == {"center": 1, "ten-crop": 10}[protocol] == len(set(places)), places
        assert {(top, left, m) for top, left, _, m in places[5:]} == {(t, l, 1) for t, l, _, _ in places[:5]} or \
            protocol == "center", places


def probabilities_of(protocol, crops, logits):
    """The mean over networks of the mean over sizes of the mean over crops, for one image."""
    members = []
    for own in grouped(crops, "network").values():
        sizes = grouped(own, "shorter_side")
        assert {int(size) for size in sizes} == SIDES[protocol], sizes.keys()
        for size, places in sizes.items():
            check_crops(protocol, int(size), places)
        members.append(np.mean([np.mean([softmax(logits[c["row"]]) for c in places], axis=0)
                                for places in sizes.values()], axis=0))
    return np.mean(members, axis=0)


def main(arguments):
    if len(arguments) not in (3, 4) or arguments[0] not in SIDES:
        sys.exit(__doc__.splitlines()[3])
    protocol, logits = arguments[0], np.load(arguments[1])
    with open(arguments[2], newline="", encoding="utf-8") as file:
        crops = [dict(crop, row=row) for row, crop in enumerate(csv.DictReader(file))]
    assert len(crops) == len(logits), (len(crops), len(logits))
    images = grouped(crops, "image")
    scores = np.array([probabilities_of(protocol, own, logits) for own in images.values()])
    labels = np.array([int(own[0]["label"]) for own in images.values()])
    best = np.argsort(-scores, axis=1, kind="stable")
    wrong = [int((best[:, :k] != labels[:, None]).all(axis=1).sum()) for k in (1, 5)]
    print(", ".join(f"top-{k} error {100 * n / len(labels):.2f} % ({n} of {len(labels)})"
                    for k, n in zip((1, 5), wrong)))
    if len(arguments) == 4:
        found = np.load(arguments[3])
        whole = [int(number) for number in images]  # rows of broken images, which have no crops, are not numbers
        assert np.isnan(np.delete(found, whole, axis=0)).all(), "rows of images without crops"
        difference = np.abs(scores - found[whole]).max()
        print(f"largest difference of a probability {difference:.1e}, from {len(crops)} crops")
        sys.exit(0 if difference <= LARGEST_DIFFERENCE else "the probabilities are not those of the protocol")


if __name__ == "__main__":
    main(sys.argv[1:])
