#!/usr/bin/env python3
"""What compare.py measured, condensed: report.py COMPARE.csv prints a table and writes summary.csv beside it, a line for each
row and a column for each program. bench/publish.py takes that into the documents.

Speeds and memory are medians over the rounds. How many times as fast residua is as a peer is the median of the ratios within
a round, whose measurements follow one another, so that what slows the whole machine for a while stays out of it.
"""
import collections
import csv
import pathlib
import statistics
import sys

from peers import OURS

KEY = "mode", "net", "batch", "threads"


def read(path):
    """{(mode, net, batch, threads): {program: {round: measurement}}}, in the order of the file."""
    rows = collections.defaultdict(lambda: collections.defaultdict(dict))
    with path.open() as file:
        for line in csv.DictReader(file):
            key = line["mode"], line["net"], int(line["batch"]), int(line["threads"])
            rows[key][line["peer"]][int(line["round"])] = line
    return rows


def values(rounds, column):
    return [float(line[column]) for line in rounds.values()]


def ratios(programs):
    """How many times the speed of every peer residua has, the fastest peer first."""
    ours, found = programs.get(OURS, {}), {}
    for name, theirs in programs.items():
        if name != OURS and ours.keys() & theirs.keys():
            found[name] = statistics.median(float(ours[turn]["images/s"]) / float(theirs[turn]["images/s"])
                                            for turn in ours.keys() & theirs.keys())
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def names_of(rows):
    return list(dict.fromkeys(name for programs in rows.values() for name in programs))


def rounded(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def condensed(rows):
    """Lines of summary.csv: images a second of each program, the fastest peer, and megabytes of each program at most."""
    names = sorted(names_of(rows), key=lambda name: name != OURS)
    for key, programs in rows.items():
        line = dict(zip(KEY, key))
        for name in names:
            line[name] = rounded(statistics.median(values(programs[name], "images/s"))) if name in programs else ""
        fastest, times = next(iter(ratios(programs).items()), ("", None))
        line |= {"fastest peer": fastest, "times as fast": "" if times is None else f"{times:.2f}"}
        for name in names:
            memory = f"{statistics.median(values(programs[name], 'peak_rss_MB')):.0f}" if name in programs else ""
            line[f"{name} MB"] = memory
        yield line


def print_table(rows):
    print(f"{'row':32}{'threads':>8}  {'':24}{'images/s':>10}{'lowest':>10}{'highest':>10}{'peak MB':>9}{'residua is':>12}")
    for (mode, net, batch, threads), programs in rows.items():
        compared = ratios(programs)
        for name in sorted(programs, key=lambda name: compared.get(name, 0)):
            speeds = values(programs[name], "images/s")
            memory = statistics.median(values(programs[name], "peak_rss_MB"))
            print(f"{f'{mode} {net}, batch {batch}':32}{threads:8}  {name:24}{statistics.median(speeds):10.1f}"
                  f"{min(speeds):10.1f}{max(speeds):10.1f}{memory:9.0f}"
                  f"{f'x {compared[name]:.2f}' if name in compared else '':>12}")


def write(path):
    rows = read(path)
    print_table(rows)
    summary = path.with_name("summary.csv")
    if not rows:
        sys.exit(f"report: {path}: nothing was measured")
    with summary.open("w", newline="") as file:
        lines = list(condensed(rows))
        table = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
    print(f"{path}, {summary}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    write(pathlib.Path(sys.argv[1]))
