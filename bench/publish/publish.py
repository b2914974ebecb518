#!/usr/bin/env python3
"""Puts measurements into the documents: their tables, between <!-- publish: WHAT --> and <!-- end -->, and docs/pictures
are made from docs/measurements/*.csv by this and nothing else.

usage: publish.py [NAME=FILE.csv ...] [--readme MACHINE] [--check]

NAME=FILE.csv first replaces docs/measurements/NAME.csv. A machine's name is one of its own, like zen-5=build/peers/summary.csv
of bench/peers/run.sh; bench/scaling.sh has floors=build/scaling/measured.csv and scaling=build/scaling/scaling.csv. --readme
shows another machine in the README, --check only compares and ends with 1 if something is not up to date.
"""
import argparse
import csv
import pathlib
import re
import sys

import pictures
import tables
from measured import floors_of, lines_of, scaling_of, speeds_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = "README.md"
PAGES = README, "docs/measurements.md", "docs/performance.md", "docs/notebook.md"
BLOCK = re.compile(r"(<!-- publish: ([^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)
README_BLOCK = re.compile(r"<!-- publish: short (\S+) -->")
# Those of the columns that are shown; others stay where they were measured.
KEPT = {"floors": ["net", "mode", "batch", "threads", "ms_median", "percent_of_peak", "ms_products", "ms_bytes"],
        "scaling": ["mode", "net", "batch", "threads", "speedup"]}


class Failure(Exception):
    pass


class Documents:
    """The texts of the files that are made, from the measurements in `root`/docs."""

    def __init__(self, root):
        self.root = root
        self.measurements = root / "docs/measurements"

    def block(self, page, what):
        kind, *machine = what.split()
        try:
            if kind == "floors" and not machine:
                return tables.floors(floors_of(self.measurements))
            speeds = speeds_of(self.measurements, *machine)
            return {"short": lambda: tables.short(speeds, *machine), "whole": lambda: tables.whole(speeds),
                    "behind": lambda: tables.behind(speeds, *machine)}[kind]()
        except (KeyError, TypeError, OSError) as error:
            raise Failure(f"{page}: <!-- publish: {what} -->: {type(error).__name__}: {error}") from error

    def page(self, name):
        text = (self.root / name).read_text()
        return BLOCK.sub(lambda match: f"{match[1]}\n{self.block(name, match[2])}\n\n{match[3]}", text)

    def readme_machine(self):
        match = README_BLOCK.search((self.root / README).read_text())
        if match is None:
            raise Failure(f"{README} has no <!-- publish: short MACHINE -->")
        return match[1]

    def made(self):
        """{path: text} of everything."""
        machine = self.readme_machine()
        drawn = {"speeds": pictures.speeds(speeds_of(self.measurements, machine), machine),
                 "floors": pictures.floors(floors_of(self.measurements)),
                 "training-step": pictures.training_step(lines_of(self.measurements / "training-step.csv")),
                 "scaling": pictures.scaling(scaling_of(self.measurements))}
        return ({self.root / page: self.page(page) for page in PAGES} |
                {self.root / f"docs/pictures/{name}.svg": str(picture) for name, picture in drawn.items()})

    def take(self, name, source):
        lines = [line for line in lines_of(source) if line["net"] != "net"]  # headings of outputs one behind the other
        if not lines:
            raise Failure(f"{source} has no measurements")
        columns = KEPT.get(name, list(lines[0]))
        missing = [column for column in columns if column not in lines[0]]
        if missing:
            raise Failure(f"{source} has no column {missing[0]}")
        with (self.measurements / f"{name}.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            table.writerows(lines)

    def show_in_readme(self, machine):
        speeds_of(self.measurements, machine)
        for page in (README, "docs/performance.md"):
            path = self.root / page
            path.write_text(re.sub(r"<!-- publish: (short|behind) \S+ -->", rf"<!-- publish: \1 {machine} -->",
                                   path.read_text()))


def refuse(why):
    print(f"publish: {why}", file=sys.stderr)
    sys.exit(2)


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = refuse
    parser.add_argument("sources", nargs="*", metavar="NAME=FILE.csv")
    parser.add_argument("--readme", metavar="MACHINE")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments):
    options = options_of(arguments)
    documents = Documents(options.root)
    try:
        for name, separator, source in (text.partition("=") for text in options.sources):
            if not separator or not re.fullmatch(r"[a-z0-9-]+", name):
                refuse(f"expected NAME=FILE.csv with a name like zen-5, got {name}{separator}{source}")
            documents.take(name, pathlib.Path(source))
        if options.readme:
            documents.show_in_readme(options.readme)
        made = documents.made()
        stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
        for path in stale:
            if not options.check:
                path.write_text(made[path])
            print(f"{path.relative_to(options.root)}{' is not up to date' if options.check else ''}")
        return 1 if options.check and stale else 0
    except (Failure, OSError, ValueError) as error:
        refuse(error)
    except KeyError as error:
        refuse(f"measurements have no {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
