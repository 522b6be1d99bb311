"""The merge of two computers' ledgers: the common beginning, then each entry of both once, in order of time.

A line that is chained anew keeps its former hash in ``was``, so that a hash that was printed on a paper, or that an
annulment names, still finds the line. A last entry names the heads that were merged and the last common line.
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
    """The result of a merge.

    Attributes:
        lines: Number of lines of the merged ledger.
        common: Number of lines that both ledgers had at their beginning.
        heads: The heads that were merged; fewer than two if there was nothing to merge.
        fork: The hash of the last common line.
        head: The head of the merged ledger.
        doubled: Number of entries that both ledgers had, and that were kept once.
        backup: The copy of the old ledger; ``None`` if the ledger was not rewritten.
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
    """One line: its hash, the hash of the line that it follows, and its bytes, which are decoded only when needed."""

    hash: str
    previous: str
    text: bytes

    def body(self, path: Path) -> dict[str, Any]:
        return load_line(path, 0, self.text)


@dataclass
class _Placed:
    """A line of a branch with the earliest moment at which it can have been entered."""

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
        path: This computer's ledger.
        other: The other computer's ledger; ``None`` if a shared folder has put the lines of both into one file.
        recorder: The person who merges.
        out: Write the result to this file, and leave the ledger unchanged.
        unrelated: Allow ledgers without a common line.
        now: Default: the current time.

    Raises:
        MeguroOpendataError: If a ledger is broken, a publication is pending, or the ledgers have no common line.
        StorageError: If a file cannot be written.
    """
    with locked(path):
        mine = _read(path)
        theirs = _read(other) if other else mine
        common = _common(mine, theirs)
        # A ledger without a common line can be another municipality's, picked by mistake.
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
    """Return the lines of a ledger without faults, except for branches and the form of lines (blanks, marks).

    Raises:
        SourceError: If the file does not exist.
        MeguroOpendataError: If the ledger is broken, or a publication to it has not ended.
    """
    if not path.exists():
        raise SourceError("file-missing", file=path)
    # The journal remembers a place in this ledger, after which the publication's entries belong. A merge would put the
    # other computer's lines there.
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
    """Return the number of lines that both have at their beginning, up to the first line that two lines follow."""
    same = next(
        (at for at, (one, two) in enumerate(zip(mine, theirs, strict=False)) if one.hash != two.hash),
        min(len(mine), len(theirs)),
    )
    return min(same, _unforked(mine), _unforked(theirs))


def _unforked(lines: Sequence[_Line]) -> int:
    """Return the number of lines up to the first line that more than one line follows."""
    places = {START: 0} | {line.hash: at for at, line in enumerate(lines, start=1)}
    befores = [START, *(line.hash for line in lines)]
    parted = [places[line.previous] for line, before in zip(lines, befores, strict=False) if line.previous != before]
    return min(parted, default=len(lines))


def _branches(mine: list[_Line], theirs: list[_Line], common: int, now: float) -> list[list[_Placed]]:
    """Return the lines after the common ones, each once, as branches in which each line follows the one before."""
    branches: list[list[_Placed]] = []
    moments: dict[str, float] = {}
    tips: dict[str, list[_Placed]] = {}
    for line in (*mine[common:], *theirs[common:]):
        if line.hash in moments:
            continue
        body = line.body(Path())
        # Never earlier than the line before it, so that the merge by time keeps the order within a branch.
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
    """Return the time at which a line was entered, as seconds since 1970; 0 if it is unknown.

    A catalogue's date is not the time of entry, and a time in the future comes from a wrong clock.
    """
    stamp = body.get("entered") if body.get("origin") == HARVESTED else body.get("time")
    moment = datetime.fromisoformat(str(stamp)).timestamp() if stamp else 0.0
    return moment if moment <= now else 0.0


def _once(branches: Sequence[Sequence[_Placed]]) -> tuple[list[_Placed], int]:
    """Return the lines of all branches in order of time, and the number of duplicates that were left out.

    Two computers can have entered the same content from one dump or one file. Equal entries within one branch are
    intended, and all of them stay.
    """
    kept: list[_Placed] = []
    said: dict[str, list[_Placed]] = {}
    counts: Counter[tuple[int, str]] = Counter()
    doubled = 0
    for _, at, _, placed in heapq.merge(*(_ordered(at, branch) for at, branch in enumerate(branches))):
        content = hash_of({name: value for name, value in placed.body.items() if name not in ("previous", "was")})
        # The chain's keys differ between two copies of one entry, and are left out of the comparison.
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
    """Return the lines in one chain, and its head; a line that still follows the same line keeps its bytes and hash."""
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
    """Write the ledger that is ahead of the other one; no merge entry is needed where the chain does not fork."""
    tail = [placed.line for branch in branches for placed in branch]
    lines = [*trunk, *(line.text + b"\n" for line in tail)]
    ahead = len(lines) > len(mine)
    backup = _write(path, out, lines, time) if ahead or out else None
    head = tail[-1].hash if tail else fork
    return Merged(len(lines), len(trunk), (head,) if ahead else (), fork, head, backup=backup)


def _write(path: Path, out: Path | None, lines: Sequence[bytes], time: str) -> Path | None:
    """Write the merged ledger atomically, after a copy of the old one, and return the path of that copy."""
    if out is not None:
        write_synced(out, b"".join(lines))
        return None
    # Windows does not allow a colon in a file's name.
    backup = path.with_name(f"{path.name}.before-merge-{time[:19].replace(':', '')}")
    write_synced(backup, plain_bytes(path))
    write_synced(path, b"".join(lines))
    return backup
