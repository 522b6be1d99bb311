"""What a worker process does: it runs the command in itself, one case after another, and answers how each ended."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

__all__ = ["GIGABYTE", "TIMED_OUT", "TOLD", "ended", "work"]

GIGABYTE = 1 << 30
TIMED_OUT = "Timeout ("  # with which faulthandler begins
TOLD = 3000  # characters that are kept of what is known of a fault


def work() -> None:
    """Run a case a line of the standard input until it ends; the first argument is the seconds that a case may take."""
    import faulthandler

    seconds = float(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit()
    for line in sys.stdin:
        faulthandler.dump_traceback_later(seconds, exit=True)
        answer = ended(json.loads(line))
        faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _limit() -> None:
    """A case that would fill the machine ends before it does."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (6 * GIGABYTE, 6 * GIGABYTE))


def ended(arguments: list[str]) -> dict[str, object]:
    """Run a command in this process, and return how it ended.

    Returns:
        ``how``: ``exception`` or empty; ``told``: the traceback, or the end of what was printed; ``code``: the exit
        code; ``peak``: the most memory that this process, or one that it started, took meanwhile, in bytes.
    """
    import traceback

    from meguro_opendata.cli import main

    unforeseen: list[str] = []
    handler = main._fault

    def noted(error: BaseException, given: list[str]) -> int:
        unforeseen.append("".join(traceback.format_exception(error)))
        return handler(error, given)

    before = _children()
    _forget_peak()
    said, code = io.StringIO(), -1
    main._fault = noted
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = int(main._outcome(arguments) or 0)
        except BaseException:  # noqa: BLE001 (a fault of the handler itself; libraries panic with what is no Exception)
            unforeseen.append(traceback.format_exc())
        finally:
            main._fault = handler
    told = "\n".join(unforeseen) or said.getvalue()
    return {"how": "exception" if unforeseen else "", "told": told[-TOLD:], "code": code, "peak": _peak(before)}


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _children() -> int:
    """The most memory, in kilobytes, that any ended process took that this one started."""
    if sys.platform != "linux":
        return 0
    import resource

    return int(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _peak(before: int) -> int:
    """The most memory since it was forgotten; a child counts in the case in which it is the greatest as yet."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    children = _children()
    return max(own, children if children > before else 0) * 1024
