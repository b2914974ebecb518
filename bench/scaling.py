#!/usr/bin/env python3
"""Sketches by simulation how the time of a batch falls with the number of threads, from times of its parts on one.

The parts are what `bench/net --net N --mode M --batch B --steps --csv` prints, several outputs one behind the other. The
model, in which every term can be seen in the table:

- *split*. Phases follow one another; in a phase, whoever is free takes the next piece, all pieces of a part being equal.
  Inference: as many images as divide evenly go whole, in groups of at most 8, one thread a group; the others one after
  the other, each step in its pieces. Training: slices of the batch, chunks of weights (docs/architecture.md).
- *barriers*. Entering a phase costs --phase-us for each thread, since all of them count in one cache line; starting a run
  costs --run-us for each doubling of threads.
- *memory*. A phase takes no less than its bytes over the bandwidth, which is --core-gb a core up to --socket-gb a socket
  of --socket-cores. In training all maps come from memory; in inference only weights, unless the caches (--l2-mb a
  core, --l3-mb a socket) hold them: each group fetches them once.

Left out: clocks that fall as cores wake, maps on their way between cores, memory of the other socket, what parts of a
step compute twice, and a trainer's loader.
"""
import argparse
import collections
import csv
import heapq
import math
import pathlib
import sys

GROUP_IMAGES = 8
TEAM_RUNS = {"infer": 1, "train": 3}  # forward, backward, update
ENOUGH = 0.5  # of the ideal speed-up: below that, scaling has stopped
NUMBERS = "phase", "pieces", "map_bytes", "weight_bytes"


def refuse(why):
    print(f"scaling: {why}", file=sys.stderr)
    sys.exit(2)


class Part:
    def __init__(self, line):
        self.phase, self.pieces, self.map_bytes, self.weight_bytes = (int(line[name]) for name in NUMBERS)
        self.ms = float(line["ms_median"])


def read(path):
    """{(mode, net, batch): parts}, in the order of the file."""
    runs = collections.defaultdict(list)
    lines = path.read_text().splitlines()
    if not lines:
        refuse(f"{path}: expected lines of bench/net --steps --csv, found none")
    for number, line in enumerate(csv.DictReader(lines), start=2):
        try:
            if line["net"] != "net":  # the heading of the next output
                runs[line["mode"], line["net"], int(line["batch"])].append(Part(line))
        except (KeyError, TypeError, ValueError):
            refuse(f"{path}, line {number}: expected a line of bench/net --steps --csv, found {lines[number - 1]}")
    return runs


def phases_of(parts):
    phases = collections.defaultdict(list)
    for part in parts:
        phases[part.phase].append(part)
    return list(phases.values())


def schedule(pieces, threads):
    """When the last of the pieces ends, each of which the first free thread takes."""
    free = [0.0] * threads
    for piece in pieces:
        heapq.heappush(free, heapq.heappop(free) + piece)
    return max(free)


class Prediction:
    """Milliseconds of a batch, and what they are made of."""

    def __init__(self, threads, one_thread):
        self.threads = threads
        self.one_thread = one_thread
        self.split = self.barriers = self.memory = 0.0

    def add(self, pieces, bytes_moved, machine):
        split = schedule(pieces, self.threads)
        self.split += split
        self.memory += max(0.0, bytes_moved / machine.bandwidth(self.threads) - split)
        self.barriers += machine.phase(self.threads)

    @property
    def ideal(self):
        return self.one_thread / self.threads

    @property
    def ms(self):
        return self.split + self.barriers + self.memory

    @property
    def efficiency(self):
        return self.ideal / self.ms

    def reason(self):
        losses = {"pieces": self.split - self.ideal, "barriers": self.barriers, "memory": self.memory}
        return max(losses, key=losses.get)


class Machine:
    def __init__(self, options):
        self.options = options

    def bandwidth(self, threads):
        """Bytes a millisecond."""
        sockets = math.ceil(threads / self.options.socket_cores)
        return 1e6 * min(threads * self.options.core_gb, sockets * self.options.socket_gb)

    def phase(self, threads):
        return 0.0 if threads == 1 else 1e-3 * self.options.phase_us * threads

    def start(self, threads):
        return 1e-3 * self.options.run_us * math.log2(threads)

    def caches_hold(self, weights, maps, threads):
        sockets = math.ceil(threads / self.options.socket_cores)
        caches = 1e6 * (threads * self.options.l2_mb + sockets * self.options.l3_mb)
        return weights + threads * maps <= caches


def predict_training(parts, threads, machine):
    prediction = Prediction(threads, sum(part.ms for part in parts))
    for phase in phases_of(parts):
        pieces = [part.ms / part.pieces for part in phase for _ in range(part.pieces)]
        prediction.add(pieces, sum(part.map_bytes + part.weight_bytes for part in phase), machine)
    return prediction


def group_count(images, batch, threads):
    """As Workspace<Net, Inference> has it."""
    groups = math.ceil(images / (1 if batch == 1 else GROUP_IMAGES))
    return min(images, math.ceil(groups / threads) * threads)


def predict_inference(steps, batch, threads, machine):
    image = sum(step.ms for step in steps)
    prediction = Prediction(threads, batch * image)
    together = 0 if threads == 1 else batch % threads
    alone = batch - together
    groups = group_count(alone, batch, threads) if alone else 0
    weights = sum(step.weight_bytes for step in steps)
    held = machine.caches_hold(weights, max(step.map_bytes for step in steps), threads)
    if groups:
        bounds = [alone * group // groups for group in range(groups + 1)]
        prediction.add([image * (last - first) for first, last in zip(bounds, bounds[1:])],
                       0 if held else groups * weights, machine)
    for step in steps:
        for _ in range(together):
            prediction.add([step.ms / step.pieces] * step.pieces, 0 if held else step.weight_bytes, machine)
    return prediction


def predict(mode, parts, batch, threads, machine):
    if mode == "train":
        prediction = predict_training(parts, threads, machine)
    else:
        prediction = predict_inference(parts, batch, threads, machine)
    prediction.barriers += TEAM_RUNS[mode] * machine.start(threads)
    return prediction


def predict_all(runs, options):
    """{"mode net, batch n": predictions}"""
    curves = {}
    for (mode, net, batch), parts in runs.items():
        for images in options.images if mode == "infer" else [batch]:
            curves[mode, net, images] = [predict(mode, parts, images, threads, Machine(options))
                                         for threads in options.threads]
    return curves


def name_of(key):
    return "{} {}, batch {}".format(*key)


def print_table(curves):
    print(f"{'':30}{'threads':>8}{'ms':>10}{'speed-up':>10}{'% of ideal':>12}{'+ pieces':>10}{'+ barriers':>12}{'+ memory':>10}")
    for key, curve in curves.items():
        for point in curve:
            print(f"{name_of(key):30}{point.threads:8}{point.ms:10.3f}{point.one_thread / point.ms:10.1f}"
                  f"{100 * point.efficiency:12.0f}{point.split - point.ideal:10.3f}{point.barriers:12.3f}{point.memory:10.3f}")
        scales = [point for point in curve if point.efficiency >= ENOUGH]
        beyond = [point for point in curve if point.efficiency < ENOUGH]
        end = f"then most is lost to {beyond[0].reason()}" if beyond else "as far as was asked"
        print(f"{name_of(key)}: half the ideal or better up to {scales[-1].threads} threads, {end}\n")


def print_csv(curves):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["mode", "net", "batch", "threads", "ms", "speedup", "ms_ideal", "ms_pieces", "ms_barriers", "ms_memory"])
    for key, curve in curves.items():
        for point in curve:
            values = (point.ms, point.one_thread / point.ms, point.ideal, point.split - point.ideal, point.barriers, point.memory)
            writer.writerow([*key, point.threads, *(f"{value:.4f}" for value in values)])


def print_errors(curves, path):
    """Beside what bench/net measured."""
    measured = {}
    for line in csv.DictReader(path.read_text().splitlines()):
        if line["net"] != "net":
            measured[line["mode"], line["net"], int(line["batch"]), int(line["threads"])] = float(line["ms_median"])
    print(f"{'':30}{'threads':>8}{'ms':>10}{'measured':>10}{'error, %':>10}{'speed-up':>10}{'measured':>10}{'error, %':>10}")
    for key, curve in curves.items():
        for point in curve:
            ms = measured.get((*key, point.threads))
            if ms is None:
                continue
            print(f"{name_of(key):30}{point.threads:8}{point.ms:10.3f}{ms:10.3f}{100 * (point.ms / ms - 1):10.1f}", end="")
            if (*key, 1) in measured:
                speedup = measured[(*key, 1)] / ms
                modelled = point.one_thread / point.ms
                print(f"{modelled:10.2f}{speedup:10.2f}{100 * (modelled / speedup - 1):10.1f}", end="")
            print()


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = refuse
    parser.add_argument("steps", type=pathlib.Path, help="what bench/net --steps --csv printed")
    parser.add_argument("--images", type=int, nargs="+", default=[1, 128], help="batches in inference (default: 1 128)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    machine = {"phase-us": (0.1, "for each thread that enters a phase: half of what bench/team prints"),
               "run-us": (1.0, "for each doubling of threads that a run starts with: what bench/team prints"),
               "core-gb": (40.0, "gigabytes a second that one core reads and writes: gb/s of bench/net"),
               "socket-gb": (200.0, "that all cores of a socket do: eight channels of DDR4-3200"),
               "socket-cores": (64, "cores a socket"),
               "l2-mb": (1.0, "second-level cache of a core"),
               "l3-mb": (32.0, "last-level cache of a socket")}
    for name, (value, meaning) in machine.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"{meaning} (default: {value})")
    parser.add_argument("--measured", type=pathlib.Path, help="what bench/net --csv printed: compare with that instead")
    parser.add_argument("--csv", action="store_true", help="comma-separated values")
    return parser.parse_args(arguments)


def main(arguments):
    options = options_of(arguments)
    try:
        curves = predict_all(read(options.steps), options)
        if options.measured:
            print_errors(curves, options.measured)
        elif options.csv:
            print_csv(curves)
        else:
            print_table(curves)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
