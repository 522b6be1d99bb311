"""Record every output of the program, so that two states of the code can be compared byte for byte.

    python tests/support/golden.py record FOLDER [--checkout DIR] [--shared DIR] [--only PREFIX]... [--jobs N]
                                  [--ckan URL --token TOKEN]
    python tests/support/golden.py compare FOLDER FOLDER

Commands run with the interpreter that runs this script, in one fixed folder, at fixed times and in a fixed environment,
so next to nothing has to be made equal afterwards: only the paths of both folders, and what a real CKAN makes up. A
scenario is a row of commands in a folder of its own. Of each command its exit code and both streams are kept, of each
scenario every file that is new, changed or gone. ``--checkout`` runs another checkout of the code, ``--only`` the
scenarios whose names begin so. With ``--ckan`` the scenario ``ckan`` runs, too; its organisation ``golden`` is purged.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from golden_record import comparison, recording

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())


def main(arguments: Iterable[str]) -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    record = kinds.add_parser("record", help="write every output below a new folder")
    record.set_defaults(run=recording.record)
    record.add_argument("folder", type=Path)
    record.add_argument("--checkout", type=Path, default=ROOT, help="the code that is run")
    record.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="further files to be read, if any")
    record.add_argument("--only", action="append", metavar="PREFIX", help="scenarios whose names begin so")
    record.add_argument("--jobs", type=int, default=os.cpu_count(), help="scenarios that run at the same time")
    record.add_argument("--ckan", metavar="URL", help="a CKAN that may be written to")
    record.add_argument("--token", help="the token of an administrator of it")
    compare = kinds.add_parser("compare", help="tell what differs between two recordings")
    compare.set_defaults(run=comparison.compare)
    compare.add_argument("left", type=Path)
    compare.add_argument("right", type=Path)
    given = parser.parse_args(list(arguments))
    code: int = given.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
