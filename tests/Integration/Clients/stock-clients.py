#!/usr/bin/env python3
"""Runs commands of the stock clients, one after another, in one process.

Each line of standard input is a JSON list: the program (openstack or cinder) and its arguments. Each line of standard
output answers one: {"code": exit code, "out": standard output, "err": standard error}. The clients are those that are
installed, entered where their own programs enter them; only the start of Python is saved.
"""
import contextlib
import io
import json
import logging
import sys
import traceback


def openstack(arguments):
    from openstackclient import shell
    return shell.main(arguments)


def cinder(arguments):
    from cinderclient import shell
    try:
        shell.OpenStackCinderShell().main(arguments)
        return 0
    except KeyboardInterrupt:
        raise
    except Exception as error:  # as its own main() does
        print("ERROR: %s" % error, file=sys.stderr)
        return 1


def run(program, arguments):
    out, err = io.StringIO(), io.StringIO()
    logging.getLogger().handlers.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = {"openstack": openstack, "cinder": cinder}[program](arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except Exception:
            traceback.print_exc()
            code = 255
    return {"code": code or 0, "out": out.getvalue(), "err": err.getvalue()}


def main():
    answers = sys.stdout
    for line in sys.stdin:
        program, *arguments = json.loads(line)
        answers.write(json.dumps(run(program, arguments)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
