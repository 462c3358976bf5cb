"""docs/performance.md: the tables, and what they were measured with."""

import datetime
import os
import platform

import measuring
from matrix import FIVE, FULL, ONE, RESTORE, UNCHANGED, WITH_CHANGES, WORKS
from programs import Engine

PLACE_WORDS = {"ram": "Volume and repository in memory", "disk": "Volume and repository on the disk"}


def write(output, arguments, places):
    """Places: a list of (place, matrix, bound, raw read seconds, programs)."""
    lines = _head(arguments)
    for place, matrix, bound, programs in places:
        lines += ["", f"## {PLACE_WORDS[place]}", "", f"![Throughput](performance-{place}.svg)", ""]
        lines += _bound(matrix, bound, arguments)
        lines += _times(matrix, programs)
        lines += _resources(matrix, programs)
        lines += _ratios(matrix, bound, programs)
    with open(os.path.join(output, "performance.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _head(arguments):
    return [
        "# Performance",
        "",
        "Written by `bench/compare/performance`; do not edit. Every figure is the median of "
        f"{arguments.runs} runs in which all programs took turns, each a whole process with its start.",
        "",
        "| | |",
        "|---|---|",
        f"| date | {datetime.date.today()} |",
        f"| command | `bench/compare/performance {arguments.given}` |",
        f"| machine | {_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, Linux {platform.release()} |",
        f"| load before it began | {arguments.load} |",
        f"| volume | {arguments.size_mib} MiB: 30 % zeros, text, records, noise, repetitions "
        "(`bench/VolumeImage`, seed 1), on a loop device with direct I/O |",
        f"| versions | {'; '.join(_versions())} |",
        "",
        "`unchanged` and `changed` are a second backup into the same repository. Programs without deduplication make "
        "a full one again. *Changed blocks known* means that the engine got the list of changed extents, as the "
        "volume drivers give it; else it reads everything, as the others do. The restore writes over a device that "
        "holds other data.",
    ]


def _bound(matrix, bound, arguments):
    full = matrix.median(Engine.name, FULL)
    lines = [
        "What a full backup cannot be faster than here:",
        "",
        "| reading the device | CPU of zero scan, BLAKE3, LZ4 of new data | that over the cores | writing | bound |",
        "|---|---|---|---|---|",
        f"| {bound.read_seconds:.2f} s | {bound.cpu_seconds:.2f} s | {bound.cpu_seconds_over_cores:.2f} s "
        f"| {bound.write_seconds:.2f} s | {bound.seconds:.2f} s: {bound.name} |",
        "",
    ]
    if full:
        lines += [f"The full backup takes {full.wall_seconds / bound.seconds:.2f} times the bound.", ""]
    return lines


def _times(matrix, programs):
    lines = ["Seconds by the wall:", "", "| program | " + " | ".join(WORKS) + " |", "|---" * (len(WORKS) + 1) + "|"]
    for name in _names(programs):
        cells = [_seconds(matrix.median(name, work)) for work in WORKS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    failed = [f"`{name}` failed and is left out: {_first_line(text)}" for name, text in matrix.failures.items()]
    return lines + [""] + failed + ([""] if failed else [])


def _resources(matrix, programs):
    lines = [
        "CPU seconds, peak memory of the largest process over all works, and what the repository held more:", "",
        "| program | CPU full | CPU unchanged | CPU 1 % | CPU restore | peak MiB | MiB stored full | 1 % | 5 % |",
        "|---" * 9 + "|",
    ]
    for name in _names(programs):
        medians = {work: matrix.median(name, work) for work in WORKS}
        peaks = [figures.peak_mib for figures in medians.values() if figures]
        if not peaks:
            continue
        cpu = [_cpu(medians[work]) for work in (FULL, UNCHANGED, ONE, RESTORE)]
        stored = [_mib(value) for value in _stored(matrix, name)]
        lines.append(f"| {name} | " + " | ".join(cpu + [f"{max(peaks):.0f}"] + stored) + " |")
    return lines + [""]


def _ratios(matrix, bound, programs):
    lines = ["Ratios, this engine against the best of the others:", "", "| work | best other | ratio |"]
    lines.append("|---|---|---|")
    others = [program.name for program in programs if program.deduplicates and not isinstance(program, Engine)]
    for work, ours, label in [
            (FULL, Engine.name, FULL), (UNCHANGED, Engine.name, "unchanged, everything read"),
            (UNCHANGED, WITH_CHANGES, "unchanged, changed blocks known"), (ONE, Engine.name, "1 %, everything read"),
            (ONE, WITH_CHANGES, "1 %, changed blocks known"), (FIVE, WITH_CHANGES, "5 %, changed blocks known"),
            (RESTORE, Engine.name, RESTORE)]:
        lines += _ratio(matrix, work, ours, label, others)
    lines += _ratio(matrix, RESTORE, Engine.name, "restore against a raw copy", ["nbdcopy, raw"])
    again = matrix.median(Engine.name, UNCHANGED)
    if again:
        share = bound.read_seconds / again.wall_seconds
        lines.append(f"| unchanged, everything read | reading the device | {share:.2f} of its speed |")
    return lines + [""]


def _ratio(matrix, work, ours, label, others):
    mine = matrix.median(ours, work)
    theirs = [(figures.wall_seconds, name) for name in others if (figures := matrix.median(name, work))]
    if not mine or not theirs:
        return []
    seconds, name = min(theirs)
    return [f"| {label} | {name} | {seconds / mine.wall_seconds:.2f} times as fast |"]


def _stored(matrix, name):
    """Of the full backup, and what 1 % and 5 % added."""
    at = {work: matrix.stored.get((name, work)) for work in WORKS}
    if name == WITH_CHANGES:
        return [None, at[ONE], at[FIVE]]
    steps = [(None, FULL), (UNCHANGED, ONE), (ONE, FIVE)]
    return [at[after] - (at[first] if first else 0) if at.get(after) is not None else None for first, after in steps]


def _names(programs):
    names = [program.name for program in programs]
    return names[:1] + [WITH_CHANGES] + names[1:]


def _seconds(figures):
    return f"{figures.wall_seconds:.2f}" if figures else ""


def _cpu(figures):
    return f"{figures.cpu_seconds:.2f}" if figures else ""


def _mib(value):
    return f"{value:.1f}" if value is not None else ""


def _first_line(text):
    return text.strip().splitlines()[-1][:200]


def _processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def _versions():
    for command in (["borg", "--version"], ["restic", "version"], ["lz4", "--version"], ["qemu-img", "--version"],
                    ["nbdcopy", "--version"]):
        yield measuring.output(command).splitlines()[0].strip().strip("*").strip()
