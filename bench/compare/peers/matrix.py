"""Every program does every work, in turn, several times."""

import sys
from collections import defaultdict

from measuring import CommandFailed, Figures
from programs import Engine

FULL, UNCHANGED, ONE, FIVE, RESTORE = "full", "unchanged", "1 % changed", "5 % changed", "restore"
WORKS = [FULL, UNCHANGED, ONE, FIVE, RESTORE]
WITH_CHANGES = "backup-dataplane, changed blocks known"


class Matrix:
    """Runs by program and work; and what each had stored after each work, in MiB."""

    def __init__(self):
        self.runs = defaultdict(list)
        self.stored = {}
        self.failures = {}

    def median(self, program, work):
        runs = self.runs.get((program, work))
        return Figures.median(runs) if runs else None

    def run(self, volumes, programs, runs):
        for number in range(runs):
            # Another one begins each time, so that none always has the place after a hungry one.
            turn = number % len(programs)
            for program in programs[turn:] + programs[:turn]:
                if program.name not in self.failures:
                    self._try(volumes, program, check=number == 0)

    def _try(self, volumes, program, check):
        print(f"  {program.name}", file=sys.stderr, flush=True)
        try:
            program.begin()
            self._work(volumes, program, check)
        except CommandFailed as failure:
            # A program that cannot do it here is named in the report; its other runs would fail alike.
            self.failures[program.name] = str(failure)
        finally:
            program.end()

    def _work(self, volumes, program, check):
        before, changed = volumes.device("before"), {1: volumes.device("changed-1"), 5: volumes.device("changed-5")}
        target = volumes.device("target")
        self._add(program, FULL, program.backup(before, "full"))
        self._add(program, UNCHANGED, self._again(program, before, "again"))
        self._add(program, ONE, self._again(program, changed[1], "one"))
        self._add(program, FIVE, self._again(program, changed[5], "five"))
        if isinstance(program, Engine):
            self._with_changes(volumes, program)
        self._add(program, RESTORE, program.restore(changed[5], "five", target))
        if check:
            volumes.assert_restored("changed-5")

    def _again(self, program, source, label):
        if isinstance(program, Engine):
            return program.incremental(source, label, "full")
        return program.backup(source, label)

    def _with_changes(self, volumes, engine):
        """The same again in a repository that knows the full backup alone."""
        engine.begin()
        engine.backup(volumes.device("before"), "full")
        for work, percent, device in ((UNCHANGED, 0, "before"), (ONE, 1, "changed-1"), (FIVE, 5, "changed-5")):
            began = engine.stored_mib()
            label = f"known-{percent}"
            figures = engine.incremental(volumes.device(device), label, "full", volumes.changes(percent))
            self.runs[WITH_CHANGES, work].append(figures)
            self.stored[WITH_CHANGES, work] = engine.stored_mib() - began
        engine.incremental(volumes.device("changed-5"), "five", "full", volumes.changes(5))

    def _add(self, program, work, figures):
        self.runs[program.name, work].append(figures)
        self.stored[program.name, work] = program.stored_mib()
