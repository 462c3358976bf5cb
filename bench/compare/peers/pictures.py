"""The tables as a picture: MiB of volume per second, for every program and work."""

import os

import matplotlib

matplotlib.use("svg")
# The same figures give the same file.
matplotlib.rcParams["svg.hashsalt"] = "performance"
from matplotlib import pyplot  # noqa: E402  (after the choice of what draws)

from matrix import WITH_CHANGES, WORKS  # noqa: E402


def draw(output, place, size_mib, matrix, bound, programs):
    names = [programs[0].name, WITH_CHANGES] + [program.name for program in programs[1:]]
    names = [name for name in names if any(matrix.median(name, work) for work in WORKS)]
    figure, axes = pyplot.subplots(figsize=(10, 5))
    width = 0.8 / len(names)
    for i, name in enumerate(names):
        speeds = [(at, matrix.median(name, work)) for at, work in enumerate(WORKS)]
        bars = [(at + (i - len(names) / 2 + 0.5) * width, size_mib / figures.wall_seconds)
                for at, figures in speeds if figures]
        axes.bar([at for at, _ in bars], [speed for _, speed in bars], width, label=name)
    axes.axhline(size_mib / bound.seconds, xmax=1 / len(WORKS), color="black", linestyle="--", linewidth=1)
    axes.text(-0.45, size_mib / bound.seconds, " bound of a full backup", va="bottom", fontsize=8)
    axes.set_yscale("log")
    axes.set_ylabel("MiB of volume a second (logarithmic)")
    axes.set_xticks(range(len(WORKS)), WORKS)
    axes.legend(fontsize=8, ncols=2)
    figure.tight_layout()
    figure.savefig(os.path.join(output, f"performance-{place}.svg"), metadata={"Date": None})
    pyplot.close(figure)
