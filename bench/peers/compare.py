#!/usr/bin/env python3
"""Measures residua and every peer that it finds in turn, so that all of them see the same machine, and with one thread the
same core; prints a table and writes all measurements.

usage: compare.py --residua BENCH_PROGRAM --work FOLDER [--python PYTHON ...] [--rows MODE:NET:BATCH ...] [--threads 1 2]
                  [--rounds 5] [--seconds 2] [--peers "PyTorch 2" OpenVINO]

The column ms_median of the mode train is, for residua, a whole Trainer::step with its loader and its search for values that
are not finite; for the peers forward, loss, backward and update of a batch that is there.

Peers are what the interpreters have of torch, onnxruntime and openvino, and FOLDER/node_modules/onnxruntime-node. FOLDER
gets the networks' weights, the exported models, compare.csv and summary.csv. Each measurement is a process of its own, of
which the mode start takes the time: from loading the weights to the end of a first prediction. Every peer must have
residua's outputs within 1e-3 before it is timed. report.py makes the table again.
"""
import argparse
import csv
import os
import pathlib
import sys
import time

import peers
import report

FIELDS = ["net", "mode", "batch", "threads", "round", "peer", "version", "images/s", "ms_median", "ms_min", "peak_rss_MB"]
MODES = ("infer", "train", "start")
ROWS = ["train:resnet20:128", "train:resnet56:128", "train:resnet110:128", "train:resnet18:16", "train:resnet34:16",
        "train:resnet50:16", "infer:resnet20:1", "infer:resnet20:128", "infer:resnet56:1", "infer:resnet56:128",
        "infer:resnet110:1", "infer:resnet110:128", "infer:resnet18:1", "infer:resnet18:16", "infer:resnet34:1",
        "infer:resnet34:16", "infer:resnet50:1", "infer:resnet50:16", "infer:resnet101:1", "infer:resnet101:16",
        "infer:resnet152:1", "infer:resnet152:16", "infer:vgg16:1", "infer:vgg16:16", "start:resnet50:1"]
# Thousand millions of multiply-adds of an image, and how many a thread has done after a second, roughly: for the estimate.
WORK = {"resnet20": 0.04, "resnet56": 0.13, "resnet110": 0.25, "resnet18": 1.8, "resnet34": 3.6, "resnet50": 3.9,
        "resnet101": 7.6, "resnet152": 11.3, "vgg16": 15.5}
PACE = 60
RUNS = 8  # that there are at least: to check, to warm up, to count


def refuse(why):
    print(f"compare: {why}", file=sys.stderr)
    sys.exit(2)


class Measurement:
    def __init__(self, row, threads, turn, peer):
        self.mode, self.net, self.batch = row
        self.threads = threads
        self.turn = turn
        self.peer = peer
        self.case = f"{self.mode} {self.net} {self.batch}, threads {threads}, {peer.name}"

    def estimate(self, seconds):
        """Seconds that it will take."""
        if self.mode == "start":
            return self.peer.starts_in
        work = WORK.get(self.net, 4) * self.batch * (3 if self.mode == "train" else 1)
        return self.peer.starts_in + max(seconds, RUNS * work / (PACE * self.threads))

    def run(self, cores, seconds):
        # Other work on the machine slows one core and not the next. A single thread is on the same core for all of a
        # round, on another one in the next.
        os.sched_setaffinity(0, {cores[self.turn % len(cores)]} if self.threads == 1 else cores)
        result = self.peer.measure(self.mode, self.net, self.batch, self.threads, seconds)
        return {"net": self.net, "mode": self.mode, "batch": self.batch, "threads": self.threads, "round": self.turn,
                "peer": self.peer.name, "images/s": round(1e3 * self.batch / result["ms_median"], 3)} | result


def measurements(options, programs):
    """In the order in which they are made: the programs of a row take turns."""
    for row in options.rows:
        for threads in options.threads:
            able = [program for program in programs if program.takes(*row, threads)]
            for turn in range(options.rounds):
                first = turn % len(able)  # nobody is always behind the same one
                for program in able[first:] + able[:first]:
                    yield Measurement(row, threads, turn, program)


def minutes(seconds):
    return f"{max(seconds, 0) / 60:.0f} minutes"


def measure(options, residua, programs, write):
    """Returns what failed: one peer that cannot do one row costs no other its measurements."""
    ahead = list(measurements(options, programs))
    cores = sorted(os.sched_getaffinity(0))
    left = sum(one.estimate(options.seconds) for one in ahead)
    print(f"compare: {len(ahead)} measurements, about {minutes(left)}: "
          f"{', '.join(program.name for program in programs)}", file=sys.stderr)
    begin, done = time.monotonic(), 0.0
    failed = {}
    for number, one in enumerate(ahead, start=1):
        estimate = one.estimate(options.seconds)
        left, done = left - estimate, done + estimate
        if one.case in failed:
            continue
        try:
            residua.reference(one.net)
            result = one.run(cores, options.seconds)
        except peers.Failure as failure:
            print(f"compare: {one.case}: {failure}", file=sys.stderr)
            failed[one.case] = failure
            continue
        write(result)
        remaining = left * (time.monotonic() - begin) / done
        print(f"{one.case}, round {one.turn}: {result['images/s']} images/s ({number} of {len(ahead)}, "
              f"{minutes(remaining)} left)", file=sys.stderr)
    return list(failed)


def chosen(options, residua):
    others = peers.found(options.python, options.work)
    unknown = [name for name in options.peers or [] if not any(peer.name.startswith(name) for peer in others)]
    if unknown:
        refuse(f"--peers: expected beginnings of {', '.join(peer.name for peer in others) or 'nothing'}, got {unknown[0]}")
    return [residua, *(peer for peer in others if options.peers is None or peer.name.startswith(tuple(options.peers)))]


def row(text):
    parts = text.split(":")
    if len(parts) != 3 or parts[0] not in MODES or not parts[2].isdigit() or int(parts[2]) < 1:
        raise argparse.ArgumentTypeError(f"expected MODE:NET:BATCH as in infer:resnet50:16, got {text}")
    if parts[0] == "start" and parts[1:] != ["resnet50", "1"]:
        raise argparse.ArgumentTypeError(f"expected start:resnet50:1, the start that is measured, got {text}")
    return parts[0], parts[1], int(parts[2])


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = refuse
    parser.add_argument("--residua", required=True, type=pathlib.Path, metavar="BENCH_PROGRAM")
    parser.add_argument("--work", required=True, type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--python", nargs="+", default=[], metavar="PYTHON", help="interpreters to look for peers in")
    parser.add_argument("--rows", nargs="+", type=row, default=[row(text) for text in ROWS], metavar="MODE:NET:BATCH")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--peers", nargs="+", metavar="NAME", help="those whose names begin so, all that are found unless told")
    return parser.parse_args(arguments)


def main(arguments):
    options = options_of(arguments)
    options.work = options.work.resolve()
    path = options.work / "compare.csv"
    try:
        residua = peers.Residua(options.residua.resolve(), options.work)
        programs = chosen(options, residua)
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, FIELDS, lineterminator="\n")
            table.writeheader()

            def write(result):
                table.writerow(result)
                file.flush()

            failed = measure(options, residua, programs, write)
        report.write(path)
        if failed:
            refuse(f"{len(failed)} failed, see above: {'; '.join(failed)}")
    except (peers.Failure, OSError) as error:
        refuse(error)


if __name__ == "__main__":
    main(sys.argv[1:])
