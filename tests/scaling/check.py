"""Compares what bench/scaling.py says of steps.csv with what comes out by hand."""
import csv
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
program = here.parent.parent / "bench" / "scaling.py"


def run(*options, steps=here / "steps.csv"):
    command = [sys.executable, program, steps, *options]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def times(*options):
    done = run("--csv", "--run-us", 0, *options)
    assert done.returncode == 0, done.stderr
    return {(line["mode"], int(line["batch"]), int(line["threads"])): float(line["ms"])
            for line in csv.DictReader(done.stdout.splitlines())}


# Neither barriers nor memory: pieces alone.
free = ("--phase-us", 0, "--core-gb", 1e9, "--socket-gb", 1e9)
split = times(*free, "--images", 1, 3, "--threads", 1, 2, 3)
assert split["infer", 1, 1] == 5
assert split["infer", 1, 2] == 2 + 1
assert split["infer", 1, 3] == 2 + 1  # four pieces for three
assert split["infer", 3, 2] == 5 + (2 + 1)  # two whole images, then one in pieces
assert split["infer", 3, 3] == 5
assert split["train", 6, 1] == 4
assert split["train", 6, 2] == 2  # four pieces of one phase
assert split["train", 6, 3] == 2

# A barrier behind each step, for each thread.
barriers = times("--phase-us", 100, "--core-gb", 1e9, "--socket-gb", 1e9, "--images", 1, "--threads", 1, 2)
assert barriers["infer", 1, 1] == 5
assert abs(barriers["infer", 1, 2] - (3 + 2 * 2 * 0.1)) < 1e-9

# 3 MB take 3 ms through the socket's 1 GB/s, whatever the threads; caches that hold the weights need none.
memory = ("--phase-us", 0, "--core-gb", 1, "--socket-gb", 1, "--images", 1, "--threads", 2)
assert times(*memory, "--l2-mb", 0, "--l3-mb", 2)["infer", 1, 2] == 3 + 1
assert times(*memory, "--l2-mb", 0, "--l3-mb", 3)["infer", 1, 2] == 2 + 1
assert times(*memory)["train", 6, 2] == 3

wrong = run(steps=here / "check.py")
assert wrong.returncode == 2 and "check.py, line 2: expected a line of bench/net --steps --csv" in wrong.stderr, wrong
missing = run(steps=here / "missing.csv")
assert missing.returncode == 2 and "missing.csv" in missing.stderr, missing
