"""Which datasets are withdrawn from a portal: a state that lasts until the dataset is published there anew.

One event of the whole dataset says so (its ``resource`` is empty). Versions before that event existed wrote one
``withdraw`` a file; a dataset is withdrawn by those if it is the last event of every file published here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.entries import FILE_EVENTS, PUBLISHED, WITHDRAW, Event

__all__ = ["Withdrawal", "last_events", "published_datasets", "withdrawals"]


@dataclass(frozen=True)
class Withdrawal:
    """When a dataset was withdrawn from a portal.

    Attributes:
        time: ISO 8601 in Japan's time.
        whole: Whether one event of the dataset says so; ``False`` if only events of its files do.
        title: The dataset's title then, empty if the ledger does not know it.
        department: Likewise.
    """

    time: str
    portal: str
    whole: bool = True
    title: str = ""
    department: str = ""


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that the state needs."""

    event: str
    time: str
    dataset: str = ""
    resource: str = ""
    portal: str = ""
    origin: str = PUBLISHED
    title: str = ""
    department: str = ""


_DECODER = msgspec.json.Decoder(_Line)


@dataclass
class _State:
    """What the lines so far say of one dataset on the portal."""

    whole: _Line | None = None
    last: _Line | None = None
    files: dict[str, bool] = field(default_factory=dict)

    def enter(self, line: _Line) -> None:
        if line.event == WITHDRAW and not line.resource:
            self.whole = line
        elif line.event == WITHDRAW:
            self.files[line.resource], self.last = False, line
        else:
            self.files[line.resource], self.whole = True, None

    def withdrawal(self, portal: str) -> Withdrawal | None:
        """Return the withdrawal, ``None`` if the dataset is published or never was."""
        said = self.whole or (self.last if not any(self.files.values()) else None)
        if said is None:
            return None
        return Withdrawal(said.time, portal, self.whole is not None, said.title, said.department)


def withdrawals(path: Path, portal: str) -> dict[str, Withdrawal]:
    """Return the datasets that are withdrawn from a portal, by slug.

    A catalogue's own dates (``harvested``) neither end a withdrawal nor hide one. A last line that a kill broke off is
    passed over: whoever writes to the ledger stops at it.

    Raises:
        MeguroOpendataError: If a line cannot be read.
        StorageError: If the file cannot be read.
    """
    found = ((slug, state.withdrawal(portal)) for slug, state in _states(path, portal).items())
    return {slug: withdrawal for slug, withdrawal in found if withdrawal is not None}


def published_datasets(path: Path, portal: str) -> frozenset[str]:
    """Return the slugs of the datasets that the ledger says are on a portal.

    Raises:
        MeguroOpendataError: If a line cannot be read.
    """
    return frozenset(slug for slug, state in _states(path, portal).items() if state.withdrawal(portal) is None)


def last_events(events: Iterable[Event], portal: str) -> dict[tuple[str, str], Event]:
    """Return the last event of each file on a portal, by dataset and file.

    The withdrawal of a whole dataset is the last event of every file that it had on that portal.
    """
    found: dict[str, dict[str, Event]] = {}
    for event in events:
        if event.portal == portal:
            files = found.setdefault(event.dataset, {})
            whole = event.event == WITHDRAW and not event.resource
            files |= dict.fromkeys(files, event) if whole else {event.resource: event}
    return {(dataset, file): event for dataset, files in found.items() for file, event in files.items()}


def _states(path: Path, portal: str) -> Mapping[str, _State]:
    states: dict[str, _State] = {}
    for line in _lines(path):
        if line.portal == portal and line.origin == PUBLISHED and line.event in FILE_EVENTS:
            states.setdefault(line.dataset, _State()).enter(line)
    return states


def _lines(path: Path) -> Iterator[_Line]:
    for number, text, ended in ledger_lines(path):
        try:
            line = _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if not ended:
                return
            entry_at(path, number, text)
            raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
        yield line
