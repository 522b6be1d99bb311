"""Ledgers of two computers made one: the common beginning, then each entry of both once, in order of time.

A line that is chained anew keeps its former hash in ``was``, so that whoever noted that hash, or aimed an annulment at
it, still finds the line. A last entry names the heads that were merged and the last common line.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.files.whole import locked, plain_bytes, write_synced
from meguro_opendata.ledger.entries import HARVESTED, Merge, filled, japan_time
from meguro_opendata.ledger.lines import (
    BOM,
    START,
    chained_line,
    hash_of,
    hashes_of,
    is_blank,
    ledger_lines,
    load_line,
)
from meguro_opendata.ledger.pending import pending_path
from meguro_opendata.ledger.trust import check_ledger

__all__ = ["Merged", "merge_ledgers"]


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        lines: Lines of the merged ledger.
        common: How many lines both had at their beginning.
        heads: The heads that were merged; fewer than two where there was nothing to merge.
        fork: The hash of the last common line.
        head: The head of the merged ledger.
        doubled: Entries that both had entered by themselves, kept once.
        backup: Where the old ledger is kept; ``None`` if it was not written anew.
    """

    lines: int
    common: int
    heads: tuple[str, ...]
    fork: str
    head: str
    doubled: int = 0
    backup: Path | None = None


@dataclass(frozen=True)
class _Line:
    """One line: its hash, the one that it follows, its bytes, and what it says once that is needed."""

    hash: str
    previous: str
    text: bytes

    def body(self, path: Path) -> dict[str, Any]:
        return load_line(path, 0, self.text)


@dataclass
class _Placed:
    """A line of a branch with the moment by which it had been entered."""

    line: _Line
    moment: float
    body: dict[str, Any]
    former: list[str] = field(default_factory=list)


def merge_ledgers(
    path: Path,
    other: Path | None,
    recorder: str,
    *,
    out: Path | None = None,
    unrelated: bool = False,
    now: datetime | None = None,
) -> Merged:
    """Merge another computer's ledger into this one, or the branches within this one.

    The merged ledger appears whole. The old one stays beside it as ``ledger.jsonl.before-merge-<time>``.

    Args:
        path: The ledger.
        other: The other computer's; ``None`` if a shared folder has put the lines of both into one file.
        recorder: Who merges.
        out: Write the result here, and leave the ledger as it is.
        unrelated: Allow ledgers without a common line.
        now: Default: the current time.

    Raises:
        MeguroOpendataError: If a ledger is broken, a publication is pending, or nothing is common.
        StorageError: If a file cannot be written.
    """
    with locked(path):
        mine = _read(path)
        theirs = _read(other) if other else mine
        common = _common(mine, theirs)
        if not (common or unrelated) and mine and theirs:
            raise MeguroOpendataError("merge-unrelated", file=path, other=other)
        time = japan_time(now)
        branches = _branches(mine, theirs, common, datetime.fromisoformat(time).timestamp())
        fork = [START, *(line.hash for line in mine[:common])][-1]
        trunk = [line.text + b"\n" for line in mine[:common]]
        heads = tuple(branch[-1].line.hash for branch in branches)
        if len(branches) < 2:  # noqa: PLR2004 (one ledger is only ahead of the other)
            return _forwarded(path, out, mine, trunk, branches, fork, time)
        kept, doubled = _once(branches)
        tail, head = _rechained(kept, fork)
        entry = Merge(time, heads[0], " ".join(heads[1:]), fork, recorder)
        last, head = chained_line(filled(entry), head)
        backup = _write(path, out, [*trunk, *tail, last], time)
    return Merged(common + len(tail) + 1, common, heads, fork, head, doubled, backup)


def _read(path: Path) -> list[_Line]:
    """Return the lines of a ledger that is as it was written, but for branches and form.

    Raises:
        SourceError: If there is no such file.
        MeguroOpendataError: If it is broken, or a publication to it has not ended.
    """
    if not path.exists():
        raise SourceError("file-missing", file=path)
    if pending_path(path).exists():
        raise MeguroOpendataError("merge-pending", file=path, journal=pending_path(path))
    for fault in check_ledger(path, anew=True).faults:
        if fault.kind != "forked":
            raise MeguroOpendataError("merge-broken", file=path, line=fault.line)
    found = []
    for number, line, _ in ledger_lines(path):
        if not is_blank(line):
            bare = line.removeprefix(BOM).removesuffix(b"\r")
            loaded = load_line(path, number, bare)
            found.append(_Line(str(loaded["hash"]), str(loaded["previous"]), bare))
    return found


def _common(mine: Sequence[_Line], theirs: Sequence[_Line]) -> int:
    """Return how many lines both have at their beginning, up to the first from which a branch leaves."""
    same = next(
        (at for at, (one, two) in enumerate(zip(mine, theirs, strict=False)) if one.hash != two.hash),
        min(len(mine), len(theirs)),
    )
    return min(same, _unforked(mine), _unforked(theirs))


def _unforked(lines: Sequence[_Line]) -> int:
    """Return how many lines there are up to the first one that more than one line follows."""
    places = {START: 0} | {line.hash: at for at, line in enumerate(lines, start=1)}
    befores = [START, *(line.hash for line in lines)]
    parted = [places[line.previous] for line, before in zip(lines, befores, strict=False) if line.previous != before]
    return min(parted, default=len(lines))


def _branches(mine: list[_Line], theirs: list[_Line], common: int, now: float) -> list[list[_Placed]]:
    """Return the lines after the common ones, each once, as branches in which a line follows the one before it."""
    branches: list[list[_Placed]] = []
    moments: dict[str, float] = {}
    tips: dict[str, list[_Placed]] = {}
    for line in (*mine[common:], *theirs[common:]):
        if line.hash in moments:
            continue
        body = line.body(Path())
        moment = max(moments.get(line.previous, 0.0), _entered(body, now))
        placed = _Placed(line, moment, body)
        moments[line.hash] = moment
        branch = tips.pop(line.previous, None)
        if branch is None:
            branch = []
            branches.append(branch)
        branch.append(placed)
        tips[line.hash] = branch
    return branches


def _entered(body: dict[str, Any], now: float) -> float:
    """Return when a line was entered; 0 if it does not say: a catalogue's date is not that, nor one to come."""
    stamp = body.get("entered") if body.get("origin") == HARVESTED else body.get("time")
    moment = datetime.fromisoformat(str(stamp)).timestamp() if stamp else 0.0
    return moment if moment <= now else 0.0


def _once(branches: Sequence[Sequence[_Placed]]) -> tuple[list[_Placed], int]:
    """Return the lines of all branches in order of time, and how many were left out because another says the same.

    Two computers may have entered the same, from one dump or one file. Of a branch that has it twice, both stay.
    """
    kept: list[_Placed] = []
    said: dict[str, list[_Placed]] = {}
    counts: Counter[tuple[int, str]] = Counter()
    doubled = 0
    for _, at, _, placed in heapq.merge(*(_ordered(at, branch) for at, branch in enumerate(branches))):
        content = hash_of({name: value for name, value in placed.body.items() if name not in ("previous", "was")})
        counts[at, content] += 1
        alike = said.setdefault(content, [])
        if counts[at, content] <= len(alike):
            alike[counts[at, content] - 1].former += hashes_of(placed.body)
            doubled += 1
        else:
            alike.append(placed)
            kept.append(placed)
    return kept, doubled


def _ordered(at: int, branch: Iterable[_Placed]) -> Iterator[tuple[float, int, int, _Placed]]:
    for number, placed in enumerate(branch):
        yield placed.moment, at, number, placed


def _rechained(kept: Iterable[_Placed], head: str) -> tuple[list[bytes], str]:
    """Return the lines in one chain, and its head; a line that follows the same one as before stays as it is."""
    lines = []
    for placed in kept:
        if placed.line.previous == head and not placed.former:
            line, head = placed.line.text + b"\n", placed.line.hash
        else:
            said = {name: value for name, value in placed.body.items() if name not in ("previous", "hash", "was")}
            was = list(dict.fromkeys([*hashes_of(placed.body), *placed.former]))
            line, head = chained_line({**said, "was": was}, head)
        lines.append(line)
    return lines, head


def _forwarded(
    path: Path,
    out: Path | None,
    mine: Sequence[_Line],
    trunk: Sequence[bytes],
    branches: Sequence[Sequence[_Placed]],
    fork: str,
    time: str,
) -> Merged:
    """Take over what the other ledger has after the common lines, if this one has nothing after them."""
    tail = [placed.line for branch in branches for placed in branch]
    lines = [*trunk, *(line.text + b"\n" for line in tail)]
    ahead = len(lines) > len(mine)
    backup = _write(path, out, lines, time) if ahead or out else None
    head = tail[-1].hash if tail else fork
    return Merged(len(lines), len(trunk), (head,) if ahead else (), fork, head, backup=backup)


def _write(path: Path, out: Path | None, lines: Sequence[bytes], time: str) -> Path | None:
    """Write the merged ledger whole, the old one beside it first; return where that is."""
    if out is not None:
        write_synced(out, b"".join(lines))
        return None
    backup = path.with_name(f"{path.name}.before-merge-{time[:19].replace(':', '')}")
    write_synced(backup, plain_bytes(path))
    write_synced(path, b"".join(lines))
    return backup
