#!/usr/bin/env python3
"""Measures residua and every installed peer in turn, so that all of them see the same machine, and with one thread the same
core; prints a table, writes all measurements and a figure.

usage: compare.py --residua BENCH_PROGRAM --work FOLDER [--rows MODE:NET:BATCH ...] [--threads 1 2] [--rounds 5]
                  [--seconds 2] [--peers PyTorch "ONNX Runtime"]

The column ms_median of the mode train is, for residua, a whole Trainer::step with its loader and its search for values
that are not finite; for the peers forward, loss, backward and update of a batch that is there.
FOLDER has node_modules/onnxruntime-node, and gets the exported models, compare.csv and compare.svg. Each measurement is
a process of its own, of which the mode start takes the time: from loading the weights to the end of a first prediction.
report.py makes table and figure again.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import report

HERE = pathlib.Path(__file__).resolve().parent
FIELDS = ["net", "mode", "batch", "threads", "round", "peer", "version", "images/s", "ms_median", "ms_min", "peak_rss_MB"]
ROWS = ["train:resnet20:128", "train:resnet56:128", "train:resnet110:128", "train:resnet18:16", "train:resnet34:16",
        "train:resnet50:16", "infer:resnet20:1", "infer:resnet20:128", "infer:resnet56:1", "infer:resnet56:128",
        "infer:resnet18:1", "infer:resnet18:16", "infer:resnet34:1", "infer:resnet34:16", "infer:resnet50:1",
        "infer:resnet50:16", "infer:resnet101:1", "infer:resnet101:16", "infer:resnet152:1", "infer:resnet152:16",
        "infer:vgg16:1", "infer:vgg16:16", "start:resnet50:1"]
# Variables with which a machine may have been tuned, or detuned, for one of the peers.
TUNING = ("OPENBLAS_", "OMP_", "MKL_", "DNNL_", "ATEN_", "GLIBC_TUNABLES")
# AVX-512 outside oneDNN, too, where the machine has it; BLAS threads would spin against OpenMP's; glibc keeps freed memory
# and asks for huge pages.
HAS_AVX512 = "avx512vl" in pathlib.Path("/proc/cpuinfo").read_text()
TORCH = {
    "ATEN_CPU_CAPABILITY": "avx512" if HAS_AVX512 else "avx2",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=134217728:"
                      "glibc.malloc.hugetlb=1",
}


def refuse(why):
    print(f"compare: {why}", file=sys.stderr)
    sys.exit(2)


class Residua:
    name = report.OURS
    modes = ("infer", "train", "start")

    def __init__(self, options):
        self.program = options.residua
        self.start_program = options.residua.parent / "startup"
        self.weights = options.work / "startup.safetensors"

    def missing(self):
        return None if self.program.exists() else f"no program {self.program}"

    def measure(self, mode, net, batch, threads, seconds):
        if mode == "start":
            if not self.start_program.exists():
                refuse(f"no program {self.start_program}")
            if not self.weights.exists():
                output([self.start_program, "write", self.weights])
            return start([self.start_program, "predict", self.weights, threads])
        command = [self.program, "--csv", "--net", net, "--mode", mode, "--batch", batch, "--threads", threads,
                   "--seconds", seconds]
        result = next(csv.DictReader(output(command).splitlines()))
        return {"version": "", "ms_median": float(result["ms_median"]), "ms_min": float(result["ms_min"]),
                "peak_rss_MB": float(result["peak_rss_bytes"]) / 1e6}


class Torch:
    name = "PyTorch"
    modes = ("infer", "train")

    def __init__(self, options):
        pass

    def missing(self):
        return None if runs([sys.executable, "-c", "import torch; torch.ones(1)"]) else f"{sys.executable} has no torch"

    def measure(self, mode, net, batch, threads, seconds):
        command = [sys.executable, HERE / "torch_worker.py", net, mode, batch, threads, seconds]
        return json.loads(output(command, TORCH | {"OMP_NUM_THREADS": str(threads)}).splitlines()[-1])


class OnnxRuntime:
    name = "ONNX Runtime"
    modes = ("infer", "start")

    def __init__(self, options):
        self.folder = options.work

    def missing(self):
        if not (self.folder / "node_modules/onnxruntime-node").exists():
            return f"no onnxruntime-node in {self.folder}"
        if not runs([sys.executable, "-c", "import torch; torch.ones(1)"]):
            return f"{sys.executable} has no torch, which writes the models"
        return None if runs(["node", "--version"]) else "no node"

    def measure(self, mode, net, batch, threads, seconds):
        model = self.folder / f"{net}-{batch}.onnx"
        if not model.exists():
            unfinished = model.with_suffix(".part")
            output([sys.executable, HERE / "torch_worker.py", net, "export", batch, unfinished])
            unfinished.rename(model)
        command = ["node", HERE / "ort_worker.mjs", self.folder, model, threads]
        return start(command) if mode == "start" else json.loads(output([*command, seconds]).splitlines()[-1])


def runs(command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def untuned():
    return {key: value for key, value in os.environ.items() if not key.startswith(TUNING)}


def output(command, extra={}):
    run = subprocess.run([str(part) for part in command], env=untuned() | extra, capture_output=True, text=True)
    if run.returncode != 0:
        refuse(f"{' '.join(map(str, command))} failed:\n{run.stderr}")
    return run.stdout


def start(command):
    """A whole process."""
    with tempfile.TemporaryFile("w+") as log:
        begin = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], env=untuned(), stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        ms = 1e3 * (time.perf_counter() - begin)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            refuse(f"{' '.join(map(str, command))} failed:\n{log.read()}")
    return {"version": "", "ms_median": ms, "ms_min": ms, "peak_rss_MB": usage.ru_maxrss * 1024 / 1e6}


def installed(options):
    peers = []
    for peer in (Residua(options), Torch(options), OnnxRuntime(options)):
        if options.peers and peer.name not in (report.OURS, *options.peers):
            continue
        missing = peer.missing()
        if missing is None:
            peers.append(peer)
        elif peer.name == report.OURS:
            refuse(missing)
        else:
            print(f"compare: without {peer.name}: {missing}", file=sys.stderr)
    return peers


def measurements(options):
    peers = installed(options)
    cores = sorted(os.sched_getaffinity(0))
    for mode, net, batch in options.rows:
        able = [peer for peer in peers if mode in peer.modes]
        for threads in options.threads:
            for turn in range(options.rounds):
                first = turn % len(able)  # nobody is always behind the same one
                # Other work on the machine slows one core and not the next. A single thread is on the same core for all
                # of a round, on another one in the next.
                os.sched_setaffinity(0, {cores[turn % len(cores)]} if threads == 1 else cores)
                for peer in able[first:] + able[:first]:
                    result = peer.measure(mode, net, batch, threads, options.seconds)
                    yield {"net": net, "mode": mode, "batch": batch, "threads": threads, "round": turn,
                           "peer": peer.name, "images/s": round(1e3 * batch / result["ms_median"], 3)} | result


def row(text):
    parts = text.split(":")
    if len(parts) != 3 or parts[0] not in Residua.modes or not parts[2].isdigit() or int(parts[2]) < 1:
        raise argparse.ArgumentTypeError(f"expected MODE:NET:BATCH as in infer:resnet50:16, got {text}")
    if parts[0] == "start" and parts[1:] != ["resnet50", "1"]:
        raise argparse.ArgumentTypeError(f"expected start:resnet50:1, the start that is measured, got {text}")
    return parts[0], parts[1], int(parts[2])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--residua", required=True, type=pathlib.Path, metavar="BENCH_PROGRAM")
    arguments.add_argument("--work", required=True, type=pathlib.Path, metavar="FOLDER")
    arguments.add_argument("--rows", nargs="+", type=row, default=[row(text) for text in ROWS], metavar="MODE:NET:BATCH")
    arguments.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=2.0)
    arguments.add_argument("--peers", nargs="+", choices=[Torch.name, OnnxRuntime.name], help="all that are installed unless told")
    options = arguments.parse_args()

    path = options.work / "compare.csv"
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        for result in measurements(options):
            table.writerow(result)
            file.flush()
            print("{mode} {net} {batch}, threads {threads}, round {round}, {peer}: {images/s} images/s".format(**result),
                  file=sys.stderr)
    report.write(path)


if __name__ == "__main__":
    main()
