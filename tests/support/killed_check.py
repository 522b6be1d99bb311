"""A check of one file that ends its process, in a module that each process can import."""

from __future__ import annotations

from pathlib import Path

from pool_work import kill_itself

from meguro_opendata.validation import many

# Before a test puts something in its place; in a process that a test starts, it is as it should be.
_check_one = many._check_one


def check_or_die(task: tuple[Path, str], job: many.Job) -> many.Outcome:
    """Check a file, but end the process at the one whose name begins with 独自."""
    if task[0].name.startswith("独自"):
        kill_itself()
    return _check_one(task, job)
