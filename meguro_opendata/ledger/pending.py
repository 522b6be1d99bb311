"""The journal of publications that have not ended: ``ledger.pending.json`` beside the ledger.

It is written, whole and synced, before the first write to a portal, and removed after the last write of all. Whoever
finds it knows what was being published, when, and where in the ledger its entries were to follow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import remove_synced, storage_guard, sweep, write_synced
from meguro_opendata.ledger.chain import START, append_events, chained, hash_of, last_hash
from meguro_opendata.ledger.entries import Entry, filled

__all__ = [
    "PENDING_FORMAT",
    "Pending",
    "Place",
    "append_missing",
    "pending_path",
    "place_of",
    "read_pending",
    "write_pending",
]

PENDING_FORMAT = "meguro-opendata-pending@1"


@dataclass(frozen=True)
class Place:
    """The end of a ledger: its size in bytes, and the hash of its last line."""

    bytes: int
    head: str


@dataclass(frozen=True)
class Pending:
    """One publication that has not ended.

    Attributes:
        portal: The portal's name.
        plan: The digest of its plan.
        moment: When it began, ISO 8601 with its offset.
        datasets: The datasets that it is about.
        content: All that the journal holds of it, for whoever completes it.
    """

    portal: str
    plan: str
    moment: str
    datasets: tuple[str, ...]
    content: Mapping[str, Any]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Pending:
        """Return the publication that a journal's entry describes."""
        told = [str(one["dataset"]) for one in content["datasets"] if one["action"] != "unchanged"]
        names = tuple(told or [str(one["dataset"]) for one in content["datasets"]])
        return cls(str(content["portal"]), str(content["plan"]), str(content["moment"]), names, content)


def pending_path(ledger: Path) -> Path:
    """Return where the journal of a ledger is.

    >>> pending_path(Path("datasets/ledger.jsonl")).name
    'ledger.pending.json'
    """
    return ledger.with_name(f"{ledger.stem}.pending.json")


def read_pending(ledger: Path, city: str) -> tuple[Pending, ...]:
    """Return the publications that have not ended, at most one for each portal.

    Args:
        ledger: The ledger.
        city: The municipality's code: the journal of another one is refused.

    Raises:
        MeguroOpendataError: If the journal is not as it was written, or belongs to another workspace.
    """
    path = pending_path(ledger)
    try:
        loaded = json.loads(path.read_bytes().decode("utf-8"))
        whole = loaded["format"] == PENDING_FORMAT and loaded["hash"] == hash_of(loaded)
        found = tuple(map(Pending.of, loaded["publications"]))
        owner = str(loaded["city"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MeguroOpendataError("pending-damaged", file=path) from None
    if not whole:
        raise MeguroOpendataError("pending-damaged", file=path)
    if owner != city:
        raise MeguroOpendataError("pending-foreign", file=path, ledger=ledger)
    return found


def write_pending(ledger: Path, city: str, publications: Sequence[Mapping[str, Any]]) -> None:
    """Write the journal whole, on the disk; without publications it is removed. The caller holds the ledger's lock.

    Raises:
        StorageError: If it cannot be written.
    """
    path = pending_path(ledger)
    sweep(path.parent, path.name)
    if publications:
        content = {"format": PENDING_FORMAT, "city": city, "publications": list(publications)}
        whole = {**content, "hash": hash_of(content)}
        write_synced(path, (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    elif path.exists():
        remove_synced(path)


def place_of(ledger: Path) -> Place:
    """Return the end of a ledger.

    Raises:
        MeguroOpendataError: If its last line cannot be read.
    """
    return Place(ledger.stat().st_size if ledger.exists() else 0, last_hash(ledger))


def append_missing(ledger: Path, place: Place, events: Sequence[Entry]) -> int:
    """Enter those of some entries that are not in the ledger after a place; return how many.

    They are those of a publication or a submission. A line of them that a kill broke off is cut away first. The caller
    holds the ledger's lock.

    Raises:
        MeguroOpendataError: If the ledger is not the one that the place was taken from, or its last line is torn and
            is none of these events.
        StorageError: If it cannot be written.
    """
    if not events:
        return 0
    data = ledger.read_bytes() if ledger.exists() else b""
    start = _start(ledger, data, place)
    lines, _, torn = data[start:].rpartition(b"\n")
    written, head = _bodies(lines, place.head)
    missing = [event for event in events if not _struck(written, filled(event))]
    if torn and any(line.startswith(torn) for event in missing for line in chained([event], head)):
        with storage_guard(ledger), ledger.open("rb+") as file:
            file.truncate(len(data) - len(torn))
    return append_events(ledger, missing)


def _start(ledger: Path, data: bytes, place: Place) -> int:
    """Return where the lines after a place begin, also in a ledger to whose beginning lines were added since."""
    if place.head == START:
        return 0
    if _hash_at(data[: place.bytes]) == place.head:
        return place.bytes
    end = 0
    for line in data.splitlines(keepends=True):
        end += len(line)
        if _hash_at(line) == place.head:
            return end
    raise MeguroOpendataError("pending-foreign", file=pending_path(ledger), ledger=ledger)


def _hash_at(data: bytes) -> str | None:
    """Return the hash that the last line of some bytes states, ``None`` if it cannot be read."""
    for line in _loaded(data.removesuffix(b"\n").rpartition(b"\n")[2]):
        return str(line.get("hash"))
    return None


def _bodies(lines: bytes, head: str) -> tuple[list[dict[str, Any]], str]:
    """Return what some whole lines say, without their chain, and the hash of the last one."""
    found: list[dict[str, Any]] = []
    for line in lines.split(b"\n"):
        for loaded in _loaded(line):
            head = str(loaded.pop("hash", head))
            loaded.pop("previous", None)
            found.append(loaded)
    return found, head


def _loaded(line: bytes) -> Iterator[dict[str, Any]]:
    """Yield what a line holds, nothing if it cannot be read: appending to the ledger reports that."""
    try:
        loaded = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return
    if isinstance(loaded, dict):
        yield loaded


def _struck(written: list[dict[str, Any]], body: dict[str, Any]) -> bool:
    """Return whether an entry is written, and take it off the list, so that each line answers for one entry."""
    if body not in written:
        return False
    written.remove(body)
    return True
