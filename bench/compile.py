#!/usr/bin/env python3
"""What compiling costs: processor seconds (user + system) and peak memory of the compiler, bytes of the stripped program.

usage: bench/compile.py [--compilers g++ clang++] [--repeats 3] [--csv FILE] [WHAT ...]

WHAT is a header (packages: those of other libraries; model_header, header, all_headers: with nothing used) or a network
and a mode, as in resnet50:infer; all networks of examples/support are known. The fastest of the repeats counts.
Programs are linked with oneTBB.
"""
import argparse
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
HEADERS = ["packages", "model_header", "header", "all_headers"]
MODES = {"infer": ("inference.hpp", "predict_one_image"), "train": ("training.hpp", "train_one_step")}
DEFAULT = HEADERS + [f"{net}:{mode}" for mode in MODES for net in
                     ("resnet20", "resnet110", "resnet1202", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
                      "resnet50-v1.5", "vgg16")]


def refuse(why):
    print(f"compile: {why}", file=sys.stderr)
    sys.exit(2)


def known_networks():
    """Types by name, from the lists of the programs."""
    lists = [HERE.parent / "examples" / "support" / f"{name}.hpp" for name in ("networks", "imagenet_networks")]
    return {name: kind for file in lists for kind, name in re.findall(r'Known<(\w+)>\{"([^"]+)"\}', file.read_text())}


def source(what, folder):
    """The file to compile; for a network a program that does one thing with it."""
    if what in HEADERS:
        return HERE / "compile" / f"{what}.cpp"
    net, _, mode = what.partition(":")
    header, function = MODES[mode]
    file = folder / "main.cpp"
    file.write_text(f'#include "{header}"\n\nint main() {{ return {function}<residua::{known_networks()[net]}>(); }}\n')
    return file


def run(command):
    """Processor seconds and peak memory in MB; of the command and everything it starts."""
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        refuse(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def stripped_bytes(compiler, compiled, folder):
    program = folder / "program"
    subprocess.run([compiler, "-s", str(compiled), "-o", str(program), "-ltbb", "-pthread"], check=True)
    return program.stat().st_size


def measure(what, compiler, repeats):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        compiled = folder / "main.o"
        command = [compiler, "-std=c++20", "-O3", "-march=native", f"-I{INCLUDE}", f"-I{HERE / 'compile'}", "-c",
                   str(source(what, folder)), "-o", str(compiled)]
        if "clang" in compiler:
            command.append("-ffp-contract=fast")
        runs = [run(command) for _ in range(repeats)]
        size = "" if what in HEADERS else stripped_bytes(compiler, compiled, folder)
    return min(seconds for seconds, _ in runs), max(memory for _, memory in runs), size


def known(what):
    net, _, mode = what.partition(":")
    networks = known_networks()
    if what not in HEADERS and not (net in networks and mode in MODES):
        raise argparse.ArgumentTypeError(f"expected {' or '.join(HEADERS)} or NET:infer or NET:train with NET one of "
                                         f"{', '.join(networks)}; got {what}")
    return what


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", nargs="*", type=known, metavar="WHAT", default=DEFAULT)
    arguments.add_argument("--compilers", nargs="+", default=["g++", "clang++"])
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--csv", type=argparse.FileType("w"), default=sys.stdout)
    options = arguments.parse_args()

    table = csv.writer(options.csv, lineterminator="\n")
    table.writerow(["net", "mode", "compiler", "cpu_s", "peak_MB", "stripped_bytes"])
    for what in options.what:
        net, _, mode = what.partition(":")
        for compiler in options.compilers:
            seconds, memory, size = measure(what, compiler, options.repeats)
            table.writerow([net, mode, compiler, f"{seconds:.1f}", f"{memory:.0f}", size])
            options.csv.flush()


if __name__ == "__main__":
    main()
