"""The volume in its states, each a file behind a loop device where we are root, in memory or on disk."""

import contextlib
import json
import os
import shutil
import tempfile

import measuring

IMAGE = "artifacts/bin/VolumeImage/release/volume-image"
PLACES = {"ram": "/dev/shm", "disk": "/var/tmp"}


class Volumes:
    """Volumes `before`, `changed-1` and `changed-5` of the same seed, and a `target` that holds other data."""

    def __init__(self, place, size_mib):
        self.size_mib = size_mib
        self.folder = tempfile.mkdtemp(prefix="backupengine-performance.", dir=PLACES[place])
        self._devices = {}

    def make(self):
        measuring.output([IMAGE, "create", self.file("before"), str(self.size_mib)])
        for percent in (1, 5):
            name = f"changed-{percent}"
            shutil.copyfile(self.file("before"), self.file(name))
            measuring.output([IMAGE, "change", self.file(name), str(percent), self.changes(percent)])
        with open(self.changes(0), "w", encoding="ascii") as nothing:
            json.dump([], nothing)
        measuring.output([IMAGE, "create", self.file("target"), str(self.size_mib), "99"])

    def file(self, name):
        return os.path.join(self.folder, f"{name}.raw")

    def changes(self, percent):
        """The list of changed extents against `before`."""
        return os.path.join(self.folder, f"changes-{percent}.json")

    def device(self, name):
        """The path that programs read or write: a loop device where we are root, else the file."""
        if os.geteuid() != 0:
            return self.file(name)
        if name not in self._devices:
            self._devices[name] = measuring.output(
                ["losetup", "--find", "--show", "--direct-io=on", self.file(name)]).strip()
        return self._devices[name]

    def assert_restored(self, name):
        """The target is byte for byte what the volume was."""
        measuring.run(["cmp", self.device("target"), self.device(name)])

    def close(self):
        for device in self._devices.values():
            with contextlib.suppress(Exception):
                measuring.output(["losetup", "-d", device])
        shutil.rmtree(self.folder, ignore_errors=True)
