"""The programs that are compared, each with the command lines that its documentation recommends for block devices."""

import os
import shutil

import measuring

ENGINE = os.path.abspath("artifacts/bin/DataPlane/release/backup-dataplane")


class Program:
    """One program with a repository of its own, made anew for every run."""

    name = ""
    deduplicates = False

    def __init__(self, folder):
        self.repository = os.path.join(folder, "repository-" + self.name.replace(" ", "-").replace(",", ""))
        self.environment = {}

    def begin(self):
        """Makes an empty repository; not measured."""
        shutil.rmtree(self.repository, ignore_errors=True)
        os.makedirs(self.repository)

    def end(self):
        shutil.rmtree(self.repository, ignore_errors=True)

    def backup_command(self, source, label):
        raise NotImplementedError

    def restore_command(self, source, label, target):
        """Restores the backup that was made of the source."""
        raise NotImplementedError

    def backup(self, source, label):
        return measuring.run(self.backup_command(source, label), self.environment)

    def restore(self, source, label, target):
        return measuring.run(self.restore_command(source, label, target), self.environment)

    def stored_mib(self):
        return measuring.stored_mib(self.repository)


class Engine(Program):
    name = "backup-dataplane"
    deduplicates = True

    def begin(self):
        super().begin()
        os.rmdir(self.repository)
        measuring.run([ENGINE, "init", "--repository", self.repository])

    def backup_command(self, source, label):
        return [ENGINE, "backup", "--repository", self.repository, "--source", source, "--volume-id", "volume",
                "--backup-id", label, "--json"]

    def incremental(self, source, label, parent, changes=None):
        """An incremental; with a list of changed extents, or reading everything."""
        listed = ["--changed-blocks", changes] if changes else []
        return measuring.run(self.backup_command(source, label) + ["--parent", parent] + listed)

    def restore_command(self, source, label, target):
        return [ENGINE, "restore", "--repository", self.repository, "--backup", label, "--target", target, "--json"]


class Borg(Program):
    deduplicates = True

    def __init__(self, folder, chunk_kib):
        self.name = f"borg lz4, {chunk_kib} KiB"
        super().__init__(folder)
        self._chunker = f"fixed,{chunk_kib * 1024}"
        self.environment = {
            "BORG_BASE_DIR": os.path.join(folder, "borg-home"),
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
            "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
        }

    def begin(self):
        super().begin()
        measuring.run(["borg", "init", "-e", "none", self.repository], self.environment)

    def backup_command(self, source, label):
        return ["borg", "create", "--compression", "lz4", "--chunker-params", self._chunker, "--read-special",
                f"{self.repository}::{label}", source]

    def restore_command(self, source, label, target):
        return (f"borg extract --stdout '{self.repository}::{label}' '{source.lstrip('/')}'"
                f" | dd of='{target}' bs=1M iflag=fullblock conv=notrunc,fdatasync status=none")


class Restic(Program):
    name = "restic"
    deduplicates = True

    def __init__(self, folder):
        super().__init__(folder)
        self.environment = {
            "RESTIC_PASSWORD": "performance", "RESTIC_REPOSITORY": self.repository,
            "RESTIC_CACHE_DIR": os.path.join(folder, "restic-cache"),
        }

    def begin(self):
        super().begin()
        measuring.run(["restic", "init"], self.environment)

    def backup_command(self, source, label):
        return (f"dd if='{source}' bs=1M iflag=direct status=none"
                f" | restic backup --quiet --stdin --stdin-filename volume --tag '{label}'")

    def restore_command(self, source, label, target):
        return (f"restic dump --quiet --tag '{label}' latest volume"
                f" | dd of='{target}' bs=1M iflag=fullblock conv=notrunc,fdatasync status=none")


class DdLz4(Program):
    name = "dd, lz4"

    def _file(self, label):
        return os.path.join(self.repository, f"{label}.lz4")

    def backup_command(self, source, label):
        file = self._file(label)
        return f"dd if='{source}' bs=1M iflag=direct status=none | lz4 -q -f - '{file}' && sync '{file}'"

    def restore_command(self, source, label, target):
        return (f"lz4 -q -d -c '{self._file(label)}'"
                f" | dd of='{target}' bs=1M iflag=fullblock conv=notrunc,fdatasync status=none")


class QemuImg(Program):
    name = "qemu-img convert, zstd"

    def _file(self, label):
        return os.path.join(self.repository, f"{label}.qcow2")

    def backup_command(self, source, label):
        return ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", "-o", "compression_type=zstd", "-m", "8", "-W",
                "-T", "none", source, self._file(label)]

    def restore_command(self, source, label, target):
        return ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", "-n", "-t", "none", "-m", "8", "-W",
                self._file(label), target]


class NbdCopy(Program):
    name = "nbdcopy, raw"

    def _file(self, label):
        return os.path.join(self.repository, f"{label}.raw")

    def backup_command(self, source, label):
        return f"truncate -s $(blockdev --getsize64 '{source}' 2>/dev/null || stat -c %s '{source}') " \
               f"'{self._file(label)}' && nbdcopy --flush '{source}' '{self._file(label)}'"

    def restore_command(self, source, label, target):
        return ["nbdcopy", "--flush", "--allocated", self._file(label), target]


def all_of(folder):
    """The programs, this engine first."""
    return [Engine(folder), Borg(folder, 64), Borg(folder, 4096), Restic(folder), DdLz4(folder), QemuImg(folder),
            NbdCopy(folder)]
