"""What the workers have in common. Each is one process that measures one network and prints one line of JSON; its batch
are the images of the network's reference (bench/net --mode reference), whose outputs its own have to equal."""
import json
import pathlib
import resource
import statistics
import sys
import time

import numpy as np

TOLERANCE = 1e-3  # of the largest output: what float32 differs by from one order of sums to another, and nothing less exact
WARM_UP, FEWEST = 2, 5  # as in bench/support/repeat.hpp


class Reference:
    def __init__(self, folder, net, batch):
        self.stem = pathlib.Path(folder) / net
        self.batch = batch
        self.images = self.repeated("images")
        self.outputs = self.repeated("outputs")

    def repeated(self, what):
        few = np.load(f"{self.stem}-{what}.npy")
        return np.resize(few, (self.batch, *few.shape[1:]))

    def weights(self):
        """Name and array of every tensor, in the order of the file."""
        raw = self.stem.with_suffix(".safetensors").read_bytes()
        begin = 8 + int.from_bytes(raw[:8], "little")
        header = json.loads(raw[8:begin])
        header.pop("__metadata__", None)
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            first, last = (begin + offset for offset in entry["data_offsets"])
            yield name, np.frombuffer(raw[first:last], np.float32).reshape(entry["shape"])

    def check(self, outputs):
        error = np.abs(outputs - self.outputs).max() / np.abs(self.outputs).max()
        if not error < TOLERANCE:  # nor is NaN
            sys.exit(f"another network than {self.stem.name}: expected outputs within {TOLERANCE} of the largest, "
                     f"found {error:.2g}")


def report(version, run, seconds):
    """Times `run` and prints the line."""
    for _ in range(WARM_UP):
        run()
    times = []
    while len(times) < FEWEST or sum(times) < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(json.dumps({"version": version,
                      "ms_median": 1e3 * statistics.median(times),
                      "ms_min": 1e3 * min(times),
                      "peak_rss_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))
