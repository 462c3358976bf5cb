"""Runs whole commands and measures them: wall seconds, CPU seconds, peak memory."""

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What one run cost. CPU and memory are of the command and of all that it started and waited for."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float  # of the largest single process

    @staticmethod
    def median(runs):
        return Figures(*(statistics.median(getattr(run, name) for run in runs) for name in
                         ("wall_seconds", "cpu_seconds", "peak_mib")))


class CommandFailed(Exception):
    """A measured command failed; the message has the end of what it said."""


def run(command, environment=None, discard_output=True):
    """Runs a command line (a list, or a text for the shell) to its end. Raises CommandFailed."""
    os.sync()
    shell = isinstance(command, str)
    arguments = ["bash", "-o", "pipefail", "-c", command] if shell else command
    with open(os.devnull, "wb") as nothing, tempfile.NamedTemporaryFile("r") as peak:
        # Of a child of ours the kernel would count the memory that it had as a copy of this process.
        arguments = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name] + arguments
        began = time.monotonic()
        process = subprocess.Popen(
            arguments, env={**os.environ, **(environment or {})},
            stdout=nothing if discard_output else None, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        peak_kib = peak.read().split()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise CommandFailed(f"{command} ended with {process.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, int(peak_kib[-1]) / 1024)


def output(command):
    """What a command prints, without measuring it."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def stored_mib(path):
    """What a repository occupies, files of it that another program would need for a restore."""
    total = 0
    for folder, _, files in os.walk(path):
        total += sum(os.lstat(os.path.join(folder, name)).st_blocks * 512 for name in files)
    return total / (1 << 20)
