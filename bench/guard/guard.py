#!/usr/bin/env python3
"""Compares what can be compared on a busy machine with bench/guard/baseline.json; ends with 1 if something got slower.

usage: bench/guard/guard.py [--build build/release] [--only instructions|speeds] [--update]

instructions  How many a run of small networks executes in an AVX2 build under valgrind: the same number every time.
speeds        The best speed in a few rounds as a share of the best FMA peak measured in them: others can only slow down
              either. Of ResNet-20 and of single convolutions.

Needs valgrind and the targets bench_instructions, bench_net_resnet20 and bench_layer. --update writes the baseline anew,
for review.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).resolve().parent / "baseline.json"
# Counts vary by nothing at all, but a line of set-up code here or there is no regression.
INSTRUCTIONS_TOLERANCE = 0.01
SPEEDS_TOLERANCE = 0.15
ROUNDS = 3
# Convolutions that read these maps: done within a time slice, so that some run is not interrupted.
SOURCES = ["32x16x16", "64x56x56", "256x14x14", "512x7x7"]
NAMES = ["net", "mode", "src", "dst", "kernel", "direction", "algorithm"]


def refuse(why):
    print(f"guard: {why}", file=sys.stderr)
    sys.exit(2)


def output(command):
    try:
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    except OSError as error:
        refuse(error)
    if run.returncode != 0:
        refuse(f"{' '.join(map(str, command))} failed:\n{run.stderr}")
    return run.stdout


def count(program, case, runs):
    """Instructions of the program as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "callgrind"
        output(["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", program, case, runs])
        return int(re.search(r"^(?:summary|totals): (\d+)", file.read_text(), re.MULTILINE)[1])


def instructions(build):
    """{case: instructions of one run}, under the compiler's name."""
    program = build / "bench" / "instructions"
    compiler, *cases = output([program]).splitlines()
    return compiler, {case: count(program, case, 2) - count(program, case, 1) for case in cases}


def runs_of_speeds(build):
    """Commands that print CSV, each row with a peak measured beside it."""
    for mode in ("infer", "train"):
        yield [build / "bench" / "net_resnet20", "--csv", "--net", "resnet20", "--mode", mode, "--seconds", 0.5]
    for src in SOURCES:
        yield [build / "bench" / "layer", "--csv", "--src", src, "--seconds", 0.1]


def speeds(build):
    """{row: percent of the FMA peak}, under the instruction set's name."""
    fastest, peak = {}, 0.0
    for _ in range(ROUNDS):
        for command in runs_of_speeds(build):
            for row in csv.DictReader(output(command).splitlines()):
                name = " ".join(row[part] for part in NAMES if part in row)
                speed = float(row["gflops"]) * float(row["ms_median"]) / float(row["ms_min"])
                fastest[name] = max(speed, fastest.get(name, 0.0))
                peak = max(peak, float(row["peak_gflops"]))
    isa = "AVX-512" if "avx512f" in pathlib.Path("/proc/cpuinfo").read_text() else "narrower"
    return isa, {name: round(100 * speed / peak, 1) for name, speed in fastest.items()}


def verdict(relative, tolerance):
    """`relative` is how much better than the baseline, 1 for the same."""
    if relative < 1 - tolerance:
        return "SLOWER"
    return "faster: --update" if relative > 1 + tolerance else "ok"


def compare(kind, key, measured, known, tolerance):
    """Prints a line for each value; whether none is worse than its baseline."""
    if known is None:
        refuse(f"{BASELINE.name} has no {kind} for {key}")
    good = True
    for name in sorted(measured.keys() | known.keys()):
        if name not in measured or name not in known:
            print(f"{kind:14}{name:48}in the {'baseline' if name in known else 'measurements'} only: --update")
            good = False
            continue
        relative = known[name] / measured[name] if kind == "instructions" else measured[name] / known[name]
        judged = verdict(relative, tolerance)
        good = good and judged != "SLOWER"
        print(f"{kind:14}{name:48}{measured[name]:14} baseline {known[name]:14}  {judged}")
    return good


def main():
    kinds = {"instructions": (instructions, INSTRUCTIONS_TOLERANCE), "speeds": (speeds, SPEEDS_TOLERANCE)}
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    arguments.add_argument("--only", choices=kinds)
    arguments.add_argument("--update", action="store_true")
    options = arguments.parse_args()

    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    good = True
    for kind in [options.only] if options.only else kinds:
        measure, tolerance = kinds[kind]
        key, measured = measure(options.build)
        if options.update:
            baseline.setdefault(kind, {})[key] = measured
        else:
            good = compare(kind, key, measured, baseline.get(kind, {}).get(key), tolerance) and good
    if options.update:
        unfinished = BASELINE.with_suffix(".part")
        unfinished.write_text(json.dumps(baseline, indent=4, sort_keys=True) + "\n")
        os.replace(unfinished, BASELINE)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
