"""The journal of publications that have not ended: ``ledger.pending.json`` beside the ledger.

It is written, whole and synced, before the first write to a portal, and removed after the last write of all. If a run
is killed between them, the next run reads from the journal what was being published, when it began, and after which
ledger line its entries belong.
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
    """The end of a ledger at one moment: its size in bytes, and the hash of its last line.

    The size finds the place in one step. The hash proves that it is the same ledger, and finds the place again in a
    ledger whose earlier lines were moved, as by a merge.
    """

    bytes: int
    head: str


@dataclass(frozen=True)
class Pending:
    """One publication that has not ended.

    Attributes:
        portal: The portal's name.
        plan: The hash of its plan.
        moment: When it began, ISO 8601 with its offset.
        datasets: The datasets that the plan changes; all datasets of the plan if it changes none.
        content: The journal's whole entry, from which the publication is completed.
    """

    portal: str
    plan: str
    moment: str
    datasets: tuple[str, ...]
    content: Mapping[str, Any]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Pending:
        """Return the publication of a journal's entry."""
        changed = [str(one["dataset"]) for one in content["datasets"] if one["action"] != "unchanged"]
        # A plan without changes can still be interrupted; a message about it has to name something.
        names = tuple(changed or [str(one["dataset"]) for one in content["datasets"]])
        return cls(str(content["portal"]), str(content["plan"]), str(content["moment"]), names, content)


def pending_path(ledger: Path) -> Path:
    """Return the path of a ledger's journal.

    >>> pending_path(Path("datasets/ledger.jsonl")).name
    'ledger.pending.json'
    """
    return ledger.with_name(f"{ledger.stem}.pending.json")


def read_pending(ledger: Path, city: str) -> tuple[Pending, ...]:
    """Return the publications that have not ended, at most one for each portal; none without a journal.

    Args:
        ledger: The ledger's path.
        city: The municipality's code. A copied workspace can bring along the journal of another municipality, whose
            publications must not be completed here.

    Raises:
        MeguroOpendataError: ``pending-damaged`` if the journal is not as it was written, ``pending-foreign`` if it
            belongs to another municipality.
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
    # Damage comes first: of a journal that was edited, its municipality cannot be trusted either.
    if not whole:
        raise MeguroOpendataError("pending-damaged", file=path)
    if owner != city:
        raise MeguroOpendataError("pending-foreign", file=path, ledger=ledger)
    return found


def write_pending(ledger: Path, city: str, publications: Sequence[Mapping[str, Any]]) -> None:
    """Write the journal atomically and synced, or remove it if there are no publications.

    The caller holds the ledger's lock.

    Args:
        ledger: The ledger's path.
        city: The municipality's code.
        publications: The journal's entries.

    Raises:
        StorageError: If the file cannot be written.
    """
    path = pending_path(ledger)
    sweep(path.parent, path.name)  # a write aside that a kill left unfinished
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
    """Append the entries of a publication or submission that the ledger lacks after a place, and return their number.

    A torn last line is cut off first if it is the beginning of a missing entry's line. The caller holds the ledger's
    lock.

    Args:
        ledger: The ledger's path.
        place: The ledger's end before the first of the entries was written.
        events: All entries of the publication, in their order, with the times that they had at the first attempt.

    Raises:
        MeguroOpendataError: If the ledger is not the one that the place was taken from, or if its last line is torn
            and belongs to no missing entry.
        StorageError: If the file cannot be written.
    """
    if not events:
        return 0
    data = ledger.read_bytes() if ledger.exists() else b""
    start = _start(ledger, data, place)
    lines, _, torn = data[start:].rpartition(b"\n")
    written, head = _bodies(lines, place.head)
    missing = [event for event in events if not _struck(written, filled(event))]
    # Only a line that these entries would write is cut off: other torn bytes may be the only trace of another writer.
    if torn and any(line.startswith(torn) for event in missing for line in chained([event], head)):
        with storage_guard(ledger), ledger.open("rb+") as file:
            file.truncate(len(data) - len(torn))
    return append_events(ledger, missing)


def _start(ledger: Path, data: bytes, place: Place) -> int:
    """Return the offset in bytes at which the lines after a place begin.

    Lines before the place may have grown or moved since, so that the hash is looked for in every line if it is not at
    the remembered size.
    """
    if place.head == START:
        return 0
    # Nearly always the ledger only grew: the line that ends at the remembered size is still the same.
    if _hash_at(data[: place.bytes]) == place.head:
        return place.bytes
    end = 0
    for line in data.splitlines(keepends=True):
        end += len(line)
        if _hash_at(line) == place.head:
            return end
    raise MeguroOpendataError("pending-foreign", file=pending_path(ledger), ledger=ledger)


def _hash_at(data: bytes) -> str | None:
    """Return the hash in the last line of some bytes; ``None`` if that line cannot be read."""
    for line in _loaded(data.removesuffix(b"\n").rpartition(b"\n")[2]):
        return str(line.get("hash"))
    return None


def _bodies(lines: bytes, head: str) -> tuple[list[dict[str, Any]], str]:
    """Return the keys and values of some whole lines, without ``hash`` and ``previous``, and the last line's hash."""
    found: list[dict[str, Any]] = []
    for line in lines.split(b"\n"):
        for loaded in _loaded(line):
            head = str(loaded.pop("hash", head))
            loaded.pop("previous", None)
            found.append(loaded)
    return found, head


def _loaded(line: bytes) -> Iterator[dict[str, Any]]:
    """Yield the keys and values of a line, or nothing if it cannot be read.

    Unreadable lines are not reported here, because :func:`append_events` checks the whole chain and reports them.
    """
    try:
        loaded = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return
    if isinstance(loaded, dict):
        yield loaded


def _struck(written: list[dict[str, Any]], body: dict[str, Any]) -> bool:
    """Return whether an entry is among the written ones, and remove it from them.

    Two equal entries of one publication need two lines, so that each line may account for one entry only.
    """
    if body not in written:
        return False
    written.remove(body)
    return True
