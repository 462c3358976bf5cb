"""Compares backup programs on one machine. Started by bench/compare/performance, which says what this answers."""

import argparse
import os
import sys

import bound as bounds
import pictures
import report
from matrix import Matrix
from programs import all_of
from volumes import PLACES, Volumes


def main():
    arguments = _arguments()
    os.makedirs(arguments.output, exist_ok=True)
    places = [_measure(place, arguments) for place in arguments.place.split(",")]
    report.write(arguments.output, arguments, places)
    print(f"written: {arguments.output}/performance.md")
    return 1 if any(matrix.failures for _, matrix, _, _ in places) else 0


def _measure(place, arguments):
    volumes = Volumes(place, arguments.size_mib)
    try:
        print(f"{place}: making the volumes in {volumes.folder}", file=sys.stderr)
        volumes.make()
        bound = bounds.of(volumes, arguments.runs)
        programs = [program for program in all_of(volumes.folder) if _wanted(program.name, arguments.only)]
        matrix = Matrix()
        matrix.run(volumes, programs, arguments.runs)
        pictures.draw(arguments.output, place, arguments.size_mib, matrix, bound, programs)
        return place, matrix, bound, programs
    finally:
        volumes.close()


def _wanted(name, only):
    return not only or any(part in name for part in only.split(","))


def _arguments():
    parser = argparse.ArgumentParser(prog="bench/compare/performance")
    parser.add_argument("--size-mib", type=int, default=2048)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--place", default="ram,disk", help="of " + ", ".join(PLACES))
    parser.add_argument("--only", default="", help="parts of programs' names, with commas")
    parser.add_argument("--output", default="docs")
    arguments = parser.parse_args()
    arguments.given = " ".join(sys.argv[1:])
    with open("/proc/loadavg", encoding="ascii") as file:
        arguments.load = " ".join(file.read().split()[:3])
    return arguments


sys.exit(main())
