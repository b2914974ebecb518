"""What docs/measurements holds, one file a machine or a question."""
import csv

OURS = "residua"
LIBRARIES = "PyTorch", "ONNX Runtime", "OpenVINO"
NAMES = {"resnet": "ResNet-", "vgg": "VGG-", "plain": "Plain-"}
CIFAR = "resnet20", "resnet56", "resnet110"
BOTTLENECKS = "resnet50", "resnet101", "resnet152"


def net_name(net):
    for start, name in NAMES.items():
        if net.startswith(start):
            return name + net[len(start):]
    return net


def lines_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


class Speed:
    """A line of summary.csv: what residua and every peer did in a row."""

    def __init__(self, line):
        self.mode, self.net = line["mode"], line["net"]
        self.batch, self.threads = int(line["batch"]), int(line["threads"])
        self.key = self.mode, self.net, self.batch
        self.ours = line[OURS]
        self.fastest = line["fastest peer"]
        self.times = line["times as fast"]
        self.peers = {name[:-3]: line[name[:-3]] for name in line if name.endswith(" MB") and name[:-3] != OURS}
        self.memory = {name[:-3]: line[name] for name in line if name.endswith(" MB")}

    @property
    def row(self):
        return f"{net_name(self.net)}, batch {self.batch}"

    @property
    def goal(self):
        """How many times as fast as the fastest peer it shall be; a start has none."""
        kind = 0 if self.net in CIFAR else 2 if self.net in BOTTLENECKS else 1
        return {"train": (2.5, 1.9, 1.3), "infer": (2.0, 1.7, 1.3)}.get(self.mode, (0, 0, 0))[kind]

    def best_of(self, library):
        """The fastest configuration of a library, or None if it was not measured."""
        speeds = [value for name, value in self.peers.items() if name.startswith(library) and value]
        return max(speeds, key=float, default=None)


def speeds_of(folder, machine):
    return [Speed(line) for line in lines_of(folder / f"{machine}.csv")]


def peer_names(speeds):
    """Of the peers that were measured in any of these rows."""
    return [name for name in speeds[0].peers if any(speed.peers[name] for speed in speeds)]


def machine_name(machine):
    """Zen 4 of zen-4."""
    return machine.replace("-", " ").capitalize()


class Floor:
    """A line of bench/net --csv: a run on one thread and what it takes at least."""

    def __init__(self, line):
        self.mode, self.net, self.batch = line["mode"], line["net"], int(line["batch"])
        self.measured = float(line["ms_median"])
        self.direct = self.measured * float(line["percent_of_peak"]) / 100
        self.products, self.bytes = float(line["ms_products"]), float(line["ms_bytes"])

    @property
    def row(self):
        return f"{net_name(self.net)}, batch {self.batch}"


def floors_of(folder):
    return [Floor(line) for line in lines_of(folder / "floors.csv") if line["threads"] == "1"]


def scaling_of(folder):
    """{(mode, net, batch): [(threads, speed-up)]}"""
    curves = {}
    for line in lines_of(folder / "scaling.csv"):
        key = line["mode"], line["net"], int(line["batch"])
        curves.setdefault(key, []).append((int(line["threads"]), float(line["speedup"])))
    return curves
