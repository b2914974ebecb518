#!/usr/bin/env python3
"""Measures residua and its peers in turn, so that all of them see the same machine, and prints medians over the rounds.

usage: compare.py --residua BENCH_PROGRAM --work FOLDER [--rows MODE:NET:BATCH ...] [--threads 1 2] [--rounds 5] [--seconds 2]
                  [--csv FILE]

FOLDER has node_modules/onnxruntime-node and gets the exported models. Each measurement is a process of its own.
"""
import argparse
import collections
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FIELDS = ["row", "threads", "round", "peer", "version", "images/s", "ms_median", "ms_min", "peak_rss_MB"]
# Variables with which a machine may have been tuned, or detuned, for one of the peers.
TUNING = ("OPENBLAS_", "OMP_", "MKL_", "DNNL_", "ATEN_", "GLIBC_TUNABLES")
# AVX-512 outside oneDNN, too; BLAS threads would spin against OpenMP's; glibc keeps freed memory and asks for huge pages.
TORCH = {
    "ATEN_CPU_CAPABILITY": "avx512",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=134217728:"
                      "glibc.malloc.hugetlb=1",
}


class Residua:
    name = "residua"
    modes = ("infer", "train")

    def __init__(self, options):
        self.program = options.residua

    def measure(self, mode, net, batch, threads, seconds):
        command = [self.program, "--csv", "--net", net, "--mode", mode, "--batch", batch, "--threads", threads,
                   "--seconds", seconds]
        result = next(csv.DictReader(output(command, {}).splitlines()))
        return {"version": "", "ms_median": float(result["ms_median"]), "ms_min": float(result["ms_min"]),
                "peak_rss_MB": float(result["peak_rss_bytes"]) / 1e6}


class Torch:
    name = "PyTorch"
    modes = ("infer", "train")

    def __init__(self, options):
        pass

    def measure(self, mode, net, batch, threads, seconds):
        command = [sys.executable, HERE / "torch_worker.py", net, mode, batch, threads, seconds]
        return json.loads(output(command, TORCH | {"OMP_NUM_THREADS": str(threads)}).splitlines()[-1])


class OnnxRuntime:
    name = "ONNX Runtime"
    modes = ("infer",)

    def __init__(self, options):
        self.folder = options.work

    def measure(self, mode, net, batch, threads, seconds):
        model = self.folder / f"{net}-{batch}.onnx"
        if not model.exists():
            output([sys.executable, HERE / "torch_worker.py", net, "export", batch, model], {})
        command = ["node", HERE / "ort_worker.mjs", self.folder, model, batch, threads, seconds]
        return json.loads(output(command, {}).splitlines()[-1])


def output(command, extra):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(TUNING)}
    run = subprocess.run([str(part) for part in command], env=environment | extra, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"compare: {' '.join(map(str, command))} failed:\n{run.stderr}")
    return run.stdout


def measurements(options):
    peers = [peer(options) for peer in (Residua, Torch, OnnxRuntime)]
    for row in options.rows:
        mode, net, batch = row.split(":")
        for threads in options.threads:
            for turn in range(options.rounds):
                for peer in peers:
                    if mode not in peer.modes:
                        continue
                    result = peer.measure(mode, net, int(batch), threads, options.seconds)
                    result["images/s"] = 1e3 * int(batch) / result["ms_median"]
                    yield {"row": row, "threads": threads, "round": turn, "peer": peer.name} | result


def print_table(results):
    speed, memory = collections.defaultdict(list), collections.defaultdict(list)
    for result in results:
        key = result["row"], result["threads"], result["peer"]
        speed[key].append(result["images/s"])
        memory[key].append(result["peak_rss_MB"])
    print(f"{'row':24}{'threads':>8}  {'':14}{'images/s':>10}{'lowest':>10}{'highest':>10}{'peak MB':>9}{'residua is':>12}")
    for (row, threads, peer), values in speed.items():
        ours = statistics.median(speed[row, threads, Residua.name])
        ratio = "" if peer == Residua.name else f"x {ours / statistics.median(values):.2f}"
        print(f"{row:24}{threads:8}  {peer:14}{statistics.median(values):10.0f}{min(values):10.0f}{max(values):10.0f}"
              f"{statistics.median(memory[row, threads, peer]):9.0f}{ratio:>12}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--residua", required=True, metavar="BENCH_PROGRAM")
    arguments.add_argument("--work", required=True, type=pathlib.Path, metavar="FOLDER")
    arguments.add_argument("--rows", nargs="+", default=["train:resnet20:128", "infer:resnet20:1", "infer:resnet20:128"])
    arguments.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=2.0)
    arguments.add_argument("--csv", type=pathlib.Path)
    options = arguments.parse_args()

    results = []
    for result in measurements(options):
        results.append(result)
        print(f"{result['row']} threads {result['threads']} round {result['round']} {result['peer']}: "
              f"{result['images/s']:.0f} images/s", file=sys.stderr)
    if options.csv:
        with options.csv.open("w", newline="") as file:
            table = csv.DictWriter(file, FIELDS, lineterminator="\n")
            table.writeheader()
            table.writerows(results)
    print_table(results)


if __name__ == "__main__":
    main()
