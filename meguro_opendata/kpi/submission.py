"""What was handed in: the kept figures of a quarter, held against the ledger's entry, and what differs since.

``submitted/2025Q2/`` beside the ledger has the figures (``figures.json``) and the papers. The ledger's entry has the
checksum of the figures, and these have those of the papers, so that whatever is edited later is seen.
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
_NAME = re.compile(r"(\d{4})Q([1-4])(?:-(\d{1,3}))?", re.IGNORECASE)


@dataclass(frozen=True)
class KeptFault:
    """A kept file that is not as it was handed in.

    Attributes:
        kind: ``missing`` or ``edited``; ``unfinished`` for a submission whose folder a kill kept from its place;
            ``head`` where the ledger no longer has the line that was its last one, and ``format`` for figures that
            another version of the program wrote in a form that this one does not know.
        file: The file's name in the folder.
    """

    kind: str
    file: str


@dataclass(frozen=True)
class HandedIn:
    """One submission: the ledger's entry, and what is kept of it.

    Attributes:
        line: The number of the ledger's line.
        content: What ``figures.json`` holds; ``None`` if it is missing or not as it was handed in.
        head_line: The number of the line that was the ledger's last one then; ``None`` if the ledger has no such line.
        faults: What is not as it was handed in.
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
    """A figure that is another one than was handed in.

    Attributes:
        indicator: Its id.
        submitted: The figure that was handed in.
        same_day: The figure of the same day, as the ledger knows it now.
        now: The figure of the day asked for.
        submitted_target: The target then.
        target: The target now.
        reasons: ``corrected`` (lines entered since are about the time up to that day), ``later`` (what happened
            since, or the days that passed), ``composed`` (the same figure, but by lines entered since other lines make
            it), ``counting`` (the same lines of the ledger are counted otherwise now: by
            another version of the program, another strategy or other settings), ``target``, ``removed`` (the strategy
            no longer has the indicator) and ``added`` (it had not).
        lines: The lines of the ledger, entered since, that make the difference.
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
        """Return whether the figure of the day that was handed in is another one now."""
        return self.same_day != self.submitted


@dataclass(frozen=True)
class Comparison:
    """A submission, and what differs since."""

    handed_in: HandedIn
    differences: tuple[Difference, ...]


def quarter_name(fiscal_year: int, quarter: int) -> str:
    """Return how a quarter is called.

    >>> quarter_name(2025, 2)
    '2025Q2'
    """
    return f"{fiscal_year}Q{quarter}"


def folder_of(workspace: Workspace, quarter: str, version: int) -> Path:
    """Return where a submission is kept: ``submitted/2025Q2``, its first revision in ``submitted/2025Q2-2``."""
    return workspace.root / FOLDER / (quarter if version == 1 else f"{quarter}-{version}")


def submissions_of(history: History) -> list[tuple[int, Submission]]:
    """Return the submissions with their lines in the order in which they were entered, without annulled ones."""
    return list(history.submissions)


def find_submission(workspace: Workspace, history: History, name: str) -> HandedIn:
    """Return the submission of a name: ``2025Q2`` for the newest of that quarter, ``2025Q2-1`` for its first.

    Raises:
        MeguroOpendataError: If there is none; it names those that there are.
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
    """Return a submission with its kept files, each held against its checksum; nothing is written."""
    folder = folder_of(workspace, entry.quarter, entry.version)
    content, fault = _figures(folder, entry)
    faults = [fault] if fault else list(_paper_faults(folder, content or {}))
    # Kept figures say the head themselves, so that a ledger which was written anew with them in it is seen.
    head = content["ledger"]["head"] if content else lines_in_full(history, [line])[line].get("previous")
    near = content["ledger"]["lines"] if content else line - 1
    head_line = 0 if head == START else line_of_hash(history, str(head), near)
    if head_line is None:
        faults.append(KeptFault("head", history.path.name))
    return HandedIn(line, entry, folder, content, head_line, tuple(faults))


def last_compared(situation: Situation, figures: Sequence[Indicator], lang: str) -> Comparison | None:
    """Return how figures of a year differ from what was handed in last for it; ``None`` if nothing was.

    Only a submission of a day up to that of the figures is compared.
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
    """Return how figures differ from what was handed in, with the reasons and the lines entered since."""
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
        # Where ledgers were merged since, its first lines are no longer those of then, and tell nothing of them.
        recounted=handed_in.head_line == handed_in.content["ledger"]["lines"],
    )
    found = [_difference(name, sides) for name in dict.fromkeys([*sides.kept, *sides.now])]
    head = situation.history.lines if handed_in.head_line is None else handed_in.head_line
    return Comparison(handed_in, tuple(_explained(one, sides, situation, head) for one in found if one))


def _by_id(figures: Sequence[Indicator]) -> dict[str, Indicator]:
    return {figure.id: figure for figure in figures}


@dataclass(frozen=True)
class _Sides:
    """The figures by id: as kept, counted again from the lines of then, of the same day now, and as asked for."""

    kept: Mapping[str, Mapping[str, Any]]
    then: Mapping[str, Indicator]
    same: Mapping[str, Indicator]
    now: Mapping[str, Indicator]
    recounted: bool


def _difference(name: str, sides: _Sides) -> Difference | None:
    """Return what differs in a figure, without the lines that make it; ``None`` if nothing does."""
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
    if not sides.recounted:
        then = replace(same, actual=kept["actual"])
    yield from _moves(kept["actual"], then, same, now)
    if now.target != kept["target"]:
        yield "target"


def _moves(kept: float | None, then: Indicator, same: Indicator, now: Indicator) -> Iterator[str]:
    """Yield at which of the steps from then to now the figure becomes another one."""
    if then.actual != kept:
        yield "counting"
    if same.actual != then.actual:
        yield "corrected"
    elif set(same.lines) != set(then.lines):
        yield "composed"
    if now.actual != same.actual:
        yield "later"


def _explained(found: Difference, sides: _Sides, situation: Situation, head: int) -> Difference:
    """Return a difference with the lines that make it."""
    then, now = sides.then.get(found.indicator), sides.now.get(found.indicator)
    if then is None or now is None:
        return found
    same = sides.same.get(found.indicator, now)
    lines = lines_since(
        situation.history, head, then.lines, {*same.lines, *now.lines}, set(same.lines) & set(now.lines)
    )
    return replace(found, lines=lines)


def _figures(folder: Path, entry: Submission) -> tuple[Mapping[str, Any] | None, KeptFault | None]:
    """Return what the kept figures hold, or why they cannot be used."""
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
    """Return where a submission is written before the ledger has its entry."""
    return folder.with_name(f".{folder.name}.pending")


def _paper_faults(folder: Path, content: Mapping[str, Any]) -> Iterator[KeptFault]:
    """Yield each paper that is missing or not as it was handed in."""
    for paper in content["papers"]:
        path = folder / paper["file"]
        if not is_plain_name(paper["file"]) or not path.is_file():
            yield KeptFault("missing", paper["file"])
        elif sha256(plain_bytes(path)) != paper["sha256"]:
            yield KeptFault("edited", paper["file"])
