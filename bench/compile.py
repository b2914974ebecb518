#!/usr/bin/env python3
"""What compiling costs: processor seconds (user + system) and peak memory of the compiler, as CSV.

usage: bench/compile.py [--compilers g++ clang++] [--repeats 3] [--csv FILE] [NAME ...]

NAME is a file of bench/compile without its extension, by default all of them. The fastest of the repeats counts.
"""
import argparse
import csv
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
ORDER = ["model_header", "header", "resnet20_inference", "resnet20_training", "resnet110_training", "resnet1202_training"]


def compile_once(compiler, source):
    """Processor seconds and peak memory in MB; of the compiler and everything it starts."""
    command = [compiler, "-std=c++20", "-O3", "-march=native", f"-I{INCLUDE}", "-c", str(source), "-o", os.devnull]
    if "clang" in compiler:
        command.append("-ffp-contract=fast")
    pid = os.posix_spawnp(compiler, command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"compile: {' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("names", nargs="*", metavar="NAME", default=ORDER)
    arguments.add_argument("--compilers", nargs="+", default=["g++", "clang++"])
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--csv", type=argparse.FileType("w"), default=sys.stdout)
    options = arguments.parse_args()

    table = csv.writer(options.csv, lineterminator="\n")
    table.writerow(["source", "compiler", "cpu_s", "peak_MB"])
    for name in options.names:
        for compiler in options.compilers:
            runs = [compile_once(compiler, HERE / "compile" / f"{name}.cpp") for _ in range(options.repeats)]
            seconds, memory = min(run[0] for run in runs), max(run[1] for run in runs)
            table.writerow([name, compiler, f"{seconds:.1f}", f"{memory:.0f}"])
            options.csv.flush()


if __name__ == "__main__":
    main()
