"""The submission of a quarter's figures: figures and papers are kept in a folder, and the ledger gets an entry.

The steps are ordered so that a kill at any of them does no harm. All files are written into a hidden folder, then the
ledger's entry makes it a submission, then the folder gets its name. A run that was killed before the entry left
nothing that counts; a run that was killed after it is completed by the next run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from meguro_opendata._version import __version__
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.files.whole import locked, plain_bytes, sha256, storage_guard, sync_folder, write_synced
from meguro_opendata.japan.calendar import quarter_ends
from meguro_opendata.kpi.figures import figures_of
from meguro_opendata.kpi.kept import in_full
from meguro_opendata.kpi.report import write_followup, write_report
from meguro_opendata.kpi.situation import Situation, situation_of
from meguro_opendata.kpi.submission import (
    FIGURES,
    SUBMISSION_FORMAT,
    HandedIn,
    folder_of,
    quarter_name,
    read_submission,
    staging_of,
    submissions_of,
)
from meguro_opendata.ledger import (
    Place,
    Submission,
    append_events,
    append_missing,
    check_ledger,
    japan_time,
    read_pending,
    scan_ledger,
)
from meguro_opendata.ledger.chain import START, chained, entry_at, last_hash, ledger_lines
from meguro_opendata.ledger.entries import SUBMISSION
from meguro_opendata.workspace.city import Workspace

__all__ = ["Request", "Submitted", "submit"]

_REPORTS = ("report.html", "report.xlsx")
_FOLLOWUPS = ("followup.html", "followup.xlsx")


@dataclass(frozen=True)
class Request:
    """A request to hand in the figures of a quarter.

    Attributes:
        fiscal_year: The calendar year in which the fiscal year starts.
        quarter: 1 to 4.
        approval: The number of the decision.
        recorder: The person who hands in.
        as_of: The last day to count; default the quarter's last day, or today while the quarter lasts.
        revise: Whether an earlier submission of the quarter is revised.
        reason: The reason of a revision; empty for a first submission.
    """

    fiscal_year: int
    quarter: int
    approval: str
    recorder: str
    as_of: date | None = None
    revise: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Submitted:
    """The result of handing in.

    Attributes:
        handed_in: The submission.
        running: Whether the quarter was not yet over on the last day that was counted.
        completed: Whether a killed run had entered it before, so that this run only gave the folder its name.
    """

    handed_in: HandedIn
    running: bool
    completed: bool = False


def submit(workspace: Workspace, request: Request, lang: str, now: datetime | None = None) -> Submitted:
    """Keep the figures of a quarter, the ledger's head and the papers, and enter that in the ledger.

    Args:
        workspace: The workspace with ledger and strategies.
        request: The quarter and the decision.
        lang: Language of the figures' names and of the papers.
        now: Default: the current time.

    Raises:
        MeguroOpendataError: If the quarter has not begun, the day is outside it, or decision or reason is missing.
        GuardError: If the quarter was handed in already and this is no revision, a publication is interrupted, or the
            ledger's chain is broken.
        StorageError: If a file cannot be written; then nothing was handed in.
    """
    time = japan_time(now)
    quarter = quarter_name(request.fiscal_year, request.quarter)
    day, running = _day_of(request, workspace, date.fromisoformat(time[:10]))
    _refuse_unsaid(request)
    with locked(workspace.ledger):
        # The torn line of an earlier submission is completed first: it would count as a broken chain just after.
        _end_torn_entry(workspace)
        _refuse_unsafe(workspace)
        done = _complete(workspace, quarter, request)
        if done:
            return Submitted(done, running, completed=True)
        version = _next_version(workspace, quarter, request)
        folder = folder_of(workspace, quarter, version)
        # Nothing is overwritten: a folder without an entry can be left from a ledger that an older copy replaced.
        if folder.exists():
            raise GuardError("submission-folder-there", folder=folder, quarter=quarter)
        said = {"time": time, "quarter": quarter, "version": version, "as_of": day.isoformat()}
        entry = _stage(workspace, request, said, staging_of(folder), lang)
        append_events(workspace.ledger, [entry])
        _place(staging_of(folder), folder)
        return Submitted(_newest(workspace), running)


def _day_of(request: Request, workspace: Workspace, today: date) -> tuple[date, bool]:
    """Return the last day to count, and whether the quarter was not yet over on it."""
    ends = quarter_ends(request.fiscal_year, workspace.city.fiscal_year_start)
    end = ends[request.quarter - 1]
    first = date(request.fiscal_year, workspace.city.fiscal_year_start, 1)
    begin = first if request.quarter == 1 else date.fromordinal(ends[request.quarter - 2].toordinal() + 1)
    day = request.as_of or min(today, end)
    said: dict[str, object] = {"quarter": request.quarter, "year": request.fiscal_year}
    if today < begin:
        raise MeguroOpendataError("quarter-not-begun", **said, day=begin)
    if day > today:
        raise MeguroOpendataError("submission-day-ahead", day=day, today=today)
    if not begin <= day <= end:
        raise MeguroOpendataError("submission-day-outside", **said, day=day, first=begin, last=end)
    return day, day < end


def _refuse_unsaid(request: Request) -> None:
    if not request.approval.strip():
        raise MeguroOpendataError("approval-empty")
    if request.revise != bool(request.reason.strip()):
        raise MeguroOpendataError("submission-reason")


def _refuse_unsafe(workspace: Workspace) -> None:
    """Raise if a publication is interrupted, whose files are not in the ledger yet, or if the chain is broken."""
    pending = read_pending(workspace.ledger, workspace.city.code)
    if pending:
        raise GuardError("submission-pending", portals=sorted(one.portal for one in pending))
    trust = check_ledger(workspace.ledger)
    if not trust.verified:
        lines = [fault.line for fault in trust.faults]
        raise GuardError("submission-chain", file=workspace.ledger, lines=lines[:10], count=len(lines))


def _next_version(workspace: Workspace, quarter: str, request: Request) -> int:
    """Return the version number of the new submission: 1, or the next number for a revision.

    Raises:
        GuardError: If the quarter was handed in and this is no revision.
        MeguroOpendataError: If the quarter has no submission that could be revised.
    """
    history = scan_ledger(workspace.ledger, date.max)
    valid = [entry for _, entry in submissions_of(history) if entry.quarter == quarter]
    if valid and not request.revise:
        last = valid[-1]
        said = {"day": last.time[:10], "approval": last.approval, "folder": folder_of(workspace, quarter, last.version)}
        raise GuardError("submission-there", quarter=quarter, number=quarter[-1], **said)
    if request.revise and not valid:
        raise MeguroOpendataError("submission-nothing-to-revise", quarter=quarter)
    return max(_versions(workspace.ledger, quarter), default=0) + 1


def _versions(ledger: Path, quarter: str) -> Iterator[int]:
    """Yield the version of each submission of a quarter, annulled ones included, since they keep their folders."""
    for number, line, ended in ledger_lines(ledger):
        if SUBMISSION.encode() in line:
            entry = entry_at(ledger, number, line, ended=ended)
            if isinstance(entry, Submission) and entry.quarter == quarter:
                yield entry.version


def _end_torn_entry(workspace: Workspace) -> None:
    """Complete the torn ledger line of a submission from the figures that were kept aside for it."""
    torn = next((line for _, line, ended in ledger_lines(workspace.ledger) if not ended), b"")
    if not torn:
        return
    for entry, head in _staged(workspace):
        (line,) = chained([entry], head)
        if line.startswith(torn):
            append_missing(workspace.ledger, Place(0, head), [entry])
            return


def _staged(workspace: Workspace) -> Iterator[tuple[Submission, str]]:
    """Yield the entry of each submission in a hidden folder, and the ledger's head at that moment."""
    for path in sorted(folder_of(workspace, "x", 1).parent.glob(f".*.pending/{FIGURES}")):
        data = plain_bytes(path)
        try:
            content = json.loads(data)
            entry, head = _entry(content, sha256(data)), str(content["ledger"]["head"])
        except (ValueError, KeyError, TypeError):
            continue  # another program's, or edited: not a submission, since the ledger has no entry for it
        yield entry, head


def _aside(workspace: Workspace, entry: Submission) -> Path:
    return staging_of(folder_of(workspace, entry.quarter, entry.version))


def _complete(workspace: Workspace, quarter: str, request: Request) -> HandedIn | None:
    """Give its name to the folder of each submission that a killed run entered; return the requested one, if any."""
    history = scan_ledger(workspace.ledger, date.max)
    found: HandedIn | None = None
    for line, entry in history.submissions:
        handed_in = read_submission(workspace, history, line, entry)
        if [fault.kind for fault in handed_in.faults] == ["unfinished"]:
            _place(_aside(workspace, entry), handed_in.folder)
            if (entry.quarter, entry.approval, entry.reason) == (quarter, *_words(request)):
                found = read_submission(workspace, history, line, entry)
    return found


def _words(request: Request) -> tuple[str, str]:
    return request.approval.strip(), request.reason.strip()


def _stage(workspace: Workspace, request: Request, said: Mapping[str, Any], aside: Path, lang: str) -> Submission:
    """Write the papers, then the figures, into a hidden folder, and return the ledger's entry for them."""
    with storage_guard(aside):
        # Left by a run that was killed before its entry: it counts for nothing, and may be incomplete.
        if aside.exists():
            shutil.rmtree(aside)
        aside.mkdir(parents=True)
    day = date.fromisoformat(said["as_of"])
    situation = situation_of(workspace, request.fiscal_year, day)
    content = _content(situation, request, said, lang)
    for name in _REPORTS:
        write_report(workspace, request.fiscal_year, aside / name, lang, day)
    for name in _FOLLOWUPS:
        write_followup(workspace, request.fiscal_year, request.quarter, aside / name, lang, day)
    # Papers first, since the figures' file has their checksums, and the ledger's entry the checksum of that file.
    content["papers"] = [_paper(aside / name) for name in (*_REPORTS, *_FOLLOWUPS)]
    data = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    write_synced(aside / FIGURES, data)
    sync_folder(aside.parent)
    return _entry(content, sha256(data))


def _entry(content: Mapping[str, Any], checksum: str) -> Submission:
    """Return the ledger's entry of kept figures."""
    names = ("time", "quarter", "approval", "recorder", "as_of", "version")
    return Submission(**{name: content[name] for name in names}, figures=checksum, reason=content["reason"] or "")


def _content(situation: Situation, request: Request, said: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return the content of ``figures.json`` without the papers."""
    workspace, strategy = situation.workspace, situation.strategy
    approval, reason = _words(request)
    return {
        "format": SUBMISSION_FORMAT,
        **said,
        "fiscal_year": situation.fiscal_year,
        "approval": approval,
        "recorder": request.recorder,
        "reason": reason or None,
        "city": {"code": workspace.city.code, "name": workspace.city.name},
        "language": lang,
        "tool": f"meguro-opendata {__version__}",
        "ledger": {
            "file": workspace.ledger.name,
            "lines": situation.history.lines,
            "head": last_hash(workspace.ledger) if situation.history.lines else START,
        },
        "strategy": {"title": strategy.title, "source": strategy.source} if strategy else None,
        **in_full(situation, figures_of(situation, lang)),
    }


def _paper(path: Path) -> dict[str, Any]:
    """Write a paper to the disk and return its name, checksum and size, as ``figures.json`` keeps them."""
    data = plain_bytes(path)
    write_synced(path, data)
    return {"file": path.name, "sha256": sha256(data), "bytes": len(data)}


def _place(aside: Path, folder: Path) -> None:
    """Rename a hidden folder to its final name, and sync the rename to the disk."""
    with storage_guard(folder):
        aside.rename(folder)
    sync_folder(folder.parent)


def _newest(workspace: Workspace) -> HandedIn:
    history = scan_ledger(workspace.ledger, date.max)
    return read_submission(workspace, history, *history.submissions[-1])
