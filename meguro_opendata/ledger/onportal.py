"""The state of one portal by the ledger, in one reading: the published files, their ids, and withdrawn datasets.

A withdrawal lasts until the dataset is published there again. It is one event of the whole dataset, whose ``resource``
is empty. Early versions wrote one ``withdraw`` for each file instead: a dataset counts as withdrawn by those if
``withdraw`` is the last event of every file that it had on the portal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.entries import FILE_EVENTS, PUBLISHED, WITHDRAW
from meguro_opendata.ledger.lines import BOM, is_blank

__all__ = ["LastEvent", "OnPortal", "PublishedFiles", "Withdrawal", "read_portal"]


@dataclass(frozen=True)
class Withdrawal:
    """The withdrawal of a dataset from a portal.

    Attributes:
        time: ISO 8601 in Japan's time.
        portal: The portal's name.
        whole: Whether it is one event of the dataset; ``False`` if it is the sum of events of its files.
        title: The dataset's title at that time; empty if the ledger does not have it.
        department: The dataset's department at that time; empty if the ledger does not have it.
    """

    time: str
    portal: str
    whole: bool = True
    title: str = ""
    department: str = ""


@dataclass
class PublishedFiles:
    """The files of one dataset that this tool has published on one portal.

    Attributes:
        checksums: The checksum of each file by name, as it was published last; empty for a link.
        ids: The newest portal id of each file by name; files that an early version published have no id.
        names: The name of the file by portal id, earlier ids of a file included.
    """

    checksums: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LastEvent:
    """The last event of a file on a portal; the withdrawal of its dataset counts as one."""

    event: str
    time: str
    sha256: str


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that matter for the state of a portal."""

    event: str
    time: str
    dataset: str = ""
    resource: str = ""
    portal: str = ""
    sha256: str = ""
    resource_id: str = ""
    origin: str = PUBLISHED
    title: str = ""
    department: str = ""


_DECODER = msgspec.json.Decoder(_Line)


@dataclass
class _Dataset:
    """The state of one dataset on the portal after the lines read so far."""

    files: PublishedFiles = field(default_factory=PublishedFiles)
    last: dict[str, _Line] = field(default_factory=dict)
    public: dict[str, bool] = field(default_factory=dict)
    whole: _Line | None = None
    latest: _Line | None = None

    def enter(self, line: _Line) -> None:
        whole = line.event == WITHDRAW and not line.resource
        # The withdrawal of the dataset is the last event of each of its files.
        self.last |= dict.fromkeys(self.last, line) if whole else {line.resource: line}
        if line.origin != PUBLISHED:
            return  # a catalogue's own dates neither end a withdrawal nor hide one
        if whole:
            self.whole, self.public = line, dict.fromkeys(self.public, False)
        elif line.event == WITHDRAW:
            self.public[line.resource], self.latest = False, line
        else:
            self.public[line.resource], self.whole = True, None
        if line.resource:
            self._enter_file(line)

    def _enter_file(self, line: _Line) -> None:
        self.files.checksums[line.resource] = line.sha256
        if line.resource_id:
            self.files.ids[line.resource] = line.resource_id
            self.files.names[line.resource_id] = line.resource

    def withdrawal(self, portal: str) -> Withdrawal | None:
        """Return the withdrawal, or ``None`` if the dataset is published, or never was."""
        said = self.whole or (self.latest if not any(self.public.values()) else None)
        if said is None:
            return None
        return Withdrawal(said.time, portal, self.whole is not None, said.title, said.department)


@dataclass(frozen=True)
class OnPortal:
    """The state of one portal by the ledger, with its datasets by slug."""

    portal: str
    _datasets: Mapping[str, _Dataset]

    @cached_property
    def withdrawals(self) -> Mapping[str, Withdrawal]:
        """Return the withdrawals of datasets that are withdrawn from the portal, by slug."""
        found = ((slug, dataset.withdrawal(self.portal)) for slug, dataset in self._datasets.items())
        return {slug: withdrawal for slug, withdrawal in found if withdrawal is not None}

    @property
    def published(self) -> frozenset[str]:
        """Return the slugs of the datasets that are on the portal."""
        own = (slug for slug, dataset in self._datasets.items() if dataset.whole or dataset.public)
        return frozenset(own) - self.withdrawals.keys()

    def files(self, slug: str) -> PublishedFiles:
        """Return the published files of a dataset; empty for a dataset that was never on the portal."""
        found = self._datasets.get(slug)
        return found.files if found else PublishedFiles()

    def last(self, slug: str, file: str) -> LastEvent | None:
        """Return the last event of a file, or ``None`` if it was never on the portal."""
        dataset = self._datasets.get(slug)
        line = dataset.last.get(file) if dataset else None
        return LastEvent(line.event, line.time, line.sha256) if line else None


def read_portal(path: Path, portal: str, formerly: Collection[str] = ()) -> OnPortal:
    """Read the state of one portal from a ledger; the state is empty if there is no ledger yet.

    A torn last line is ignored: reading a portal's state must work after a kill, and every writer refuses that line.

    Args:
        path: The ledger.
        portal: The portal's name.
        formerly: Names that the portal had before, under which older lines have it.

    Raises:
        MeguroOpendataError: If another line cannot be read.
        StorageError: If the file cannot be read.
    """
    datasets: dict[str, _Dataset] = {}
    names = {portal, *formerly}
    for line in _lines(path):
        if line.portal in names and line.event in FILE_EVENTS:
            datasets.setdefault(line.dataset, _Dataset()).enter(line)
    return OnPortal(portal, datasets)


def _lines(path: Path) -> Iterator[_Line]:
    for number, text, ended in ledger_lines(path):
        try:
            line = _DECODER.decode(text.removeprefix(BOM))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if is_blank(text):
                continue
            if not ended:
                return
            # The full check raises the exact error; if it finds none, a key that is needed here has a wrong type.
            entry_at(path, number, text)
            raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
        yield line
