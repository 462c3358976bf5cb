"""What this machine cannot do faster: reading the device, the stages' CPU over the cores, writing what is stored."""

import json
import os
from dataclasses import dataclass

import measuring

BENCHMARKS = "artifacts/bin/Benchmarks/release/BackupEngine.Benchmarks"


@dataclass(frozen=True)
class Bound:
    """Seconds of each part of a full backup; the largest is the bound."""

    read_seconds: float
    cpu_seconds: float
    cpu_seconds_over_cores: float
    write_seconds: float

    @property
    def seconds(self):
        return max(self.read_seconds, self.cpu_seconds_over_cores, self.write_seconds)

    @property
    def name(self):
        parts = {self.read_seconds: "reading the device", self.cpu_seconds_over_cores: "zero scan, BLAKE3 and LZ4",
                 self.write_seconds: "writing what is stored"}
        return parts[self.seconds]


def raw_read_seconds(device, runs):
    """Reading the device whole, past the page cache, by as many sequential streams as there are cores."""
    streams = os.cpu_count()
    mib = _mib(device) // streams
    command = " & ".join(
        f"dd if='{device}' of=/dev/null bs=1M iflag=direct skip={i * mib} count={mib} status=none"
        for i in range(streams)) + " & wait"
    return measuring.Figures.median([measuring.run(command) for _ in range(runs)]).wall_seconds


def of(volumes, runs):
    cost = json.loads(measuring.output([BENCHMARKS, "stage-cost", volumes.file("before")]))
    cpu = cost["zero_scan_seconds"] + cost["hash_seconds"] + cost["compress_seconds"]
    return Bound(
        raw_read_seconds(volumes.device("before"), runs), cpu, cpu / os.cpu_count(),
        _write_seconds(volumes.folder, cost["stored_bytes"] >> 20, runs))


def _write_seconds(folder, mib, runs):
    """Writing so much and making it durable, by the faster of the two ways."""
    file = os.path.join(folder, "write-probe")
    ways = []
    for flags in ("conv=fdatasync", "oflag=direct conv=fdatasync"):
        command = f"dd if=/dev/zero of='{file}' bs=4M count={max(1, mib // 4)} {flags} status=none"
        try:
            ways.append(measuring.Figures.median([measuring.run(command) for _ in range(runs)]).wall_seconds)
        except measuring.CommandFailed:
            pass  # Not every file system takes O_DIRECT; the other way is the bound then.
        os.unlink(file)
    return min(ways)


def _mib(device):
    with open(device, "rb") as file:
        return file.seek(0, os.SEEK_END) >> 20
