"""Submissions of a quarter's figures: reading them, checking them against the ledger, and comparing later figures.

``submitted/2025Q2/`` beside the ledger has the figures (``figures.json``) and the papers. The ledger's entry has the
checksum of ``figures.json``, which has the checksums of the papers, so that every later edit is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import is_plain_name, plain_bytes, sha256
from meguro_opendata.kpi.figures import Indicator, figures_of
from meguro_opendata.kpi.since import lines_since
from meguro_opendata.kpi.situation import Situation, situation_of
from meguro_opendata.ledger import History, Submission, line_of_hash, lines_in_full
from meguro_opendata.ledger.chain import START
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "FIGURES",
    "SUBMISSION_FORMAT",
    "Comparison",
    "Difference",
    "HandedIn",
    "KeptFault",
    "compare",
    "find_submission",
    "folder_of",
    "last_compared",
    "quarter_name",
    "read_submission",
    "staging_of",
    "submissions_of",
]

SUBMISSION_FORMAT = "meguro-opendata/kpi_submission@1"
FIGURES = "figures.json"
FOLDER = "submitted"
# A quarter, and a version where an earlier one than the newest is meant: 2025Q2, 2025q2-1.
_NAME = re.compile(r"(\d{4})Q([1-4])(?:-(\d{1,3}))?", re.IGNORECASE)


@dataclass(frozen=True)
class KeptFault:
    """A kept file that is not as it was handed in.

    Attributes:
        kind: ``missing`` or ``edited``; ``unfinished`` for a submission whose run was killed before its folder got its
            name; ``head`` if the ledger no longer has the line that was its last one; ``format`` for figures that
            another version of the program wrote in an unknown format.
        file: The file's name in the folder.
    """

    kind: str
    file: str


@dataclass(frozen=True)
class HandedIn:
    """One submission: the ledger's entry, and the kept files.

    Attributes:
        line: The number of the entry's line in the ledger.
        entry: The ledger's entry.
        folder: The folder of the kept files.
        content: The content of ``figures.json``; ``None`` if it is missing or not as it was handed in.
        head_line: The number of the ledger's last line at that moment; ``None`` if the ledger no longer has that line.
        faults: The kept files that are not as they were handed in.
    """

    line: int
    entry: Submission
    folder: Path
    content: Mapping[str, Any] | None
    head_line: int | None
    faults: tuple[KeptFault, ...] = ()

    @property
    def name(self) -> str:
        """Return the quarter with the version, such as ``2025Q2-1``."""
        return f"{self.entry.quarter}-{self.entry.version}"


@dataclass(frozen=True)
class Difference:
    """A figure that differs from the one that was handed in.

    Attributes:
        indicator: The indicator's id.
        submitted: The figure that was handed in.
        same_day: The figure of the same day, counted from the ledger as it is now.
        now: The figure of the requested day.
        submitted_target: The target at the time of the submission.
        target: The present target.
        reasons: ``corrected`` (lines entered since are about the time up to that day), ``later`` (later events, or the
            days that passed), ``composed`` (the same figure, but made by other lines), ``counting`` (the same lines are
            counted in another way: by another version of the program, another strategy or other settings), ``target``,
            ``removed`` (the strategy no longer has the indicator) and ``added`` (the strategy did not have it).
        lines: The ledger lines entered since that make the difference.
    """

    indicator: str
    name: str
    unit: str
    submitted: float | None
    same_day: float | None
    now: float | None
    submitted_target: float | None
    target: float | None
    reasons: tuple[str, ...]
    lines: tuple[int, ...]

    @property
    def corrected(self) -> bool:
        """Return whether the figure of the submission's own day has changed since."""
        return self.same_day != self.submitted


@dataclass(frozen=True)
class Comparison:
    """A submission with the figures that differ since."""

    handed_in: HandedIn
    differences: tuple[Difference, ...]


def quarter_name(fiscal_year: int, quarter: int) -> str:
    """Return the name of a quarter.

    >>> quarter_name(2025, 2)
    '2025Q2'
    """
    return f"{fiscal_year}Q{quarter}"


def folder_of(workspace: Workspace, quarter: str, version: int) -> Path:
    """Return the folder of a submission: ``submitted/2025Q2``, and ``submitted/2025Q2-2`` for its first revision."""
    return workspace.root / FOLDER / (quarter if version == 1 else f"{quarter}-{version}")


def submissions_of(history: History) -> list[tuple[int, Submission]]:
    """Return the submissions that are not annulled, each with its line, in the order of entry."""
    return list(history.submissions)


def find_submission(workspace: Workspace, history: History, name: str) -> HandedIn:
    """Return the submission of a name: ``2025Q2`` for the newest of that quarter, ``2025Q2-1`` for its first.

    Raises:
        MeguroOpendataError: If there is no such submission; the error lists the known ones.
    """
    known = submissions_of(history)
    asked = _NAME.fullmatch(name.strip())
    if asked:
        quarter = quarter_name(int(asked[1]), int(asked[2]))
        for line, entry in reversed(known):
            if entry.quarter == quarter and asked[3] in (None, str(entry.version)):
                return read_submission(workspace, history, line, entry)
    names = [f"{entry.quarter}-{entry.version}" for _, entry in known]
    raise MeguroOpendataError("submission-unknown" if names else "submission-none", value=name, known=names)


def read_submission(workspace: Workspace, history: History, line: int, entry: Submission) -> HandedIn:
    """Return a submission with its kept files, each checked by its checksum, without writing anything."""
    folder = folder_of(workspace, entry.quarter, entry.version)
    content, fault = _figures(folder, entry)
    faults = [fault] if fault else list(_paper_faults(folder, content or {}))
    # The head is taken from the kept figures where possible: a ledger that was rewritten with the same submission in it
    # has another head there.
    head = content["ledger"]["head"] if content else lines_in_full(history, [line])[line].get("previous")
    near = content["ledger"]["lines"] if content else line - 1
    head_line = 0 if head == START else line_of_hash(history, str(head), near)
    if head_line is None:
        faults.append(KeptFault("head", history.path.name))
    return HandedIn(line, entry, folder, content, head_line, tuple(faults))


def last_compared(situation: Situation, figures: Sequence[Indicator], lang: str) -> Comparison | None:
    """Return how figures of a year differ from the year's last submission, or ``None`` without any.

    Submissions of a later day than that of the figures are ignored.
    """
    year = f"{situation.fiscal_year}Q"
    until = situation.as_of.isoformat()
    found = [
        (line, entry)
        for line, entry in submissions_of(situation.history)
        if entry.quarter.startswith(year) and entry.as_of <= until
    ]
    if not found:
        return None
    handed_in = read_submission(situation.workspace, situation.history, *found[-1])
    return compare(handed_in, situation, figures, lang)


def compare(handed_in: HandedIn, situation: Situation, figures: Sequence[Indicator], lang: str) -> Comparison:
    """Return how figures differ from a submission, with the reasons and the ledger lines entered since."""
    if handed_in.content is None:
        return Comparison(handed_in, ())
    as_of = date.fromisoformat(handed_in.content["as_of"])
    workspace, year = situation.workspace, situation.fiscal_year
    same = situation_of(workspace, year, as_of, situation.history.lines)
    then = same if handed_in.head_line is None else situation_of(workspace, year, as_of, handed_in.head_line)
    sides = _Sides(
        kept={figure["id"]: figure for figure in handed_in.content["indicators"]},
        then=_by_id(figures_of(then, lang)),
        same=_by_id(figures_of(same, lang)),
        now=_by_id(figures),
        # A merge since then has put other lines among the first ones, so that counting these again proves nothing.
        recounted=handed_in.head_line == handed_in.content["ledger"]["lines"],
    )
    found = [_difference(name, sides) for name in dict.fromkeys([*sides.kept, *sides.now])]
    head = situation.history.lines if handed_in.head_line is None else handed_in.head_line
    return Comparison(handed_in, tuple(_explained(one, sides, situation, head) for one in found if one))


def _by_id(figures: Sequence[Indicator]) -> dict[str, Indicator]:
    return {figure.id: figure for figure in figures}


@dataclass(frozen=True)
class _Sides:
    """The figures that a comparison needs, each by indicator id.

    Attributes:
        kept: The figures as they were handed in.
        then: The figures counted again from the ledger lines of that moment.
        same: The figures of the same day, counted from all lines.
        now: The figures of the requested day.
        recounted: Whether the first lines of the ledger are still those of that moment, so that ``then`` is valid.
    """

    kept: Mapping[str, Mapping[str, Any]]
    then: Mapping[str, Indicator]
    same: Mapping[str, Indicator]
    now: Mapping[str, Indicator]
    recounted: bool


def _difference(name: str, sides: _Sides) -> Difference | None:
    """Return the difference in a figure, without the lines that make it, or ``None`` if nothing differs."""
    kept, now, same = sides.kept.get(name), sides.now.get(name), sides.same.get(name)
    reasons = tuple(_reasons(name, sides))
    if not reasons:
        return None
    called, unit = (now.name, now.unit) if now else (kept["name"], kept["unit"]) if kept else ("", "")
    return Difference(
        indicator=name,
        name=called,
        unit=unit,
        submitted=kept["actual"] if kept else None,
        same_day=same.actual if same else None,
        now=now.actual if now else None,
        submitted_target=kept["target"] if kept else None,
        target=now.target if now else None,
        reasons=reasons,
        lines=(),
    )


def _reasons(name: str, sides: _Sides) -> Iterator[str]:
    kept, now = sides.kept.get(name), sides.now.get(name)
    if kept is None or now is None:
        yield from ["removed"] if now is None else ["added"] if now.actual is not None else []
        return
    then, same = sides.then.get(name, now), sides.same.get(name, now)
    # Without the lines of that moment, a change of rules and a correction cannot be distinguished; it is «corrected».
    if not sides.recounted:
        then = replace(same, actual=kept["actual"])
    yield from _moves(kept["actual"], then, same, now)
    if now.target != kept["target"]:
        yield "target"


def _moves(kept: float | None, then: Indicator, same: Indicator, now: Indicator) -> Iterator[str]:
    """Yield the steps at which a figure changes: counted again, corrected or composed otherwise, and later."""
    if then.actual != kept:
        yield "counting"
    if same.actual != then.actual:
        yield "corrected"
    elif set(same.lines) != set(then.lines):
        yield "composed"
    if now.actual != same.actual:
        yield "later"


def _explained(found: Difference, sides: _Sides, situation: Situation, head: int) -> Difference:
    """Return a difference with the ledger lines that make it."""
    then, now = sides.then.get(found.indicator), sides.now.get(found.indicator)
    if then is None or now is None:
        return found
    same = sides.same.get(found.indicator, now)
    lines = lines_since(
        situation.history, head, then.lines, {*same.lines, *now.lines}, set(same.lines) & set(now.lines)
    )
    return replace(found, lines=lines)


def _figures(folder: Path, entry: Submission) -> tuple[Mapping[str, Any] | None, KeptFault | None]:
    """Return the content of the kept figures, or the fault for which they cannot be used."""
    path = folder / FIGURES
    if not path.is_file():
        staged = staging_of(folder) / FIGURES
        unfinished = staged.is_file() and sha256(plain_bytes(staged)) == entry.figures
        return None, KeptFault("unfinished" if unfinished else "missing", FIGURES)
    data = plain_bytes(path)
    if sha256(data) != entry.figures:
        return None, KeptFault("edited", FIGURES)
    content: Mapping[str, Any] = json.loads(data)
    return (content, None) if content.get("format") == SUBMISSION_FORMAT else (None, KeptFault("format", FIGURES))


def staging_of(folder: Path) -> Path:
    """Return the folder into which a submission is written before the ledger has its entry."""
    return folder.with_name(f".{folder.name}.pending")


def _paper_faults(folder: Path, content: Mapping[str, Any]) -> Iterator[KeptFault]:
    """Yield each paper that is missing or not as it was handed in."""
    for paper in content["papers"]:
        # A name with a folder in it would read files outside of the submission.
        path = folder / paper["file"]
        if not is_plain_name(paper["file"]) or not path.is_file():
            yield KeptFault("missing", paper["file"])
        elif sha256(plain_bytes(path)) != paper["sha256"]:
            yield KeptFault("edited", paper["file"])
