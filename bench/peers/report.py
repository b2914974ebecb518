#!/usr/bin/env python3
"""Table and figure of what compare.py measured: report.py COMPARE.csv prints the one and writes COMPARE.svg with gnuplot.

Times are medians over the rounds. A ratio is the median of the ratios within a round, whose measurements follow one
another, so that what slows the whole machine for a while stays out of it.
"""
import collections
import csv
import pathlib
import shutil
import statistics
import subprocess
import sys

OURS = "residua"


def refuse(why):
    print(f"report: {why}", file=sys.stderr)
    sys.exit(2)


def read(path):
    """{(mode, net, batch, threads): {peer: {round: measurement}}}, in the order of the file."""
    rows = collections.defaultdict(lambda: collections.defaultdict(dict))
    with path.open() as file:
        for line in csv.DictReader(file):
            key = line["mode"], line["net"], int(line["batch"]), int(line["threads"])
            rows[key][line["peer"]][int(line["round"])] = line
    return rows


def speeds(rounds):
    return [float(line["images/s"]) for line in rounds.values()]


def ratio(ours, theirs):
    """How many times the peer's speed residua has."""
    return statistics.median(float(ours[turn]["images/s"]) / float(theirs[turn]["images/s"])
                             for turn in ours.keys() & theirs.keys())


def print_table(rows):
    print(f"{'row':32}{'threads':>8}  {'':14}{'images/s':>10}{'lowest':>10}{'highest':>10}{'peak MB':>9}{'residua is':>12}")
    for (mode, net, batch, threads), peers in rows.items():
        for peer, rounds in sorted(peers.items(), key=lambda entry: -statistics.median(speeds(entry[1]))):
            measured = speeds(rounds)
            memory = statistics.median(float(line["peak_rss_MB"]) for line in rounds.values())
            compared = "" if peer == OURS else f"x {ratio(peers[OURS], rounds):.2f}"
            print(f"{f'{mode} {net}, batch {batch}':32}{threads:8}  {peer:14}{statistics.median(measured):10.1f}"
                  f"{min(measured):10.1f}{max(measured):10.1f}{memory:9.0f}{compared:>12}")


def figure(rows):
    """Speeds relative to residua's, a group of bars a row, as a gnuplot program with its data."""
    names = sorted({peer for peers in rows.values() for peer in peers}, key=lambda name: (name != OURS, name))
    lines = []
    for (mode, net, batch, threads), peers in rows.items():
        bars = ["1" if name == OURS else f"{1 / ratio(peers[OURS], peers[name]):.4f}" if name in peers else "?"
                for name in names]
        lines.append(f'"{net}, {mode}, {batch} x {threads}" ' + " ".join(bars))
    plots = ", ".join(f"$rows using {i + 2}{':xtic(1)' if i == 0 else ''} title '{name}'" for i, name in enumerate(names))
    return "\n".join([
        "$rows << EOD", *lines, "EOD",
        f"set terminal svg size {400 + 60 * len(rows)},480 font 'sans,12' background 'white'",
        "set datafile missing '?'",
        "set style data histograms",
        "set style histogram clustered gap 1",
        "set style fill solid",
        "set yrange [0:*]",
        "set ylabel 'speed, residua = 1'",
        "set grid ytics",
        "set key outside top center horizontal",
        "set xtics rotate by -40 noenhanced",
        "set title 'network, mode, images a batch x threads'",
        f"plot {plots}", ""])


def write(path):
    rows = read(path)
    print_table(rows)
    if shutil.which("gnuplot") is None:
        refuse("no gnuplot, so no figure")
    svg = path.with_suffix(".svg")
    with svg.open("w") as file:
        subprocess.run(["gnuplot"], input=figure(rows), stdout=file, text=True, check=True)
    print(f"{path}, {svg}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    write(pathlib.Path(sys.argv[1]))
