"""Which files this tool has published on one portal, and under which ids: what a plan needs of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger.chain import ledger_lines
from meguro_opendata.ledger.entries import FILE_EVENTS, PUBLISHED

__all__ = ["PublishedFiles", "published_files"]


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that tell which file of a portal it is about."""

    event: str
    portal: str = ""
    dataset: str = ""
    resource: str = ""
    sha256: str = ""
    resource_id: str = ""
    origin: str = PUBLISHED


_DECODER = msgspec.json.Decoder(_Line)


@dataclass
class PublishedFiles:
    """The files of one dataset that this tool has published on one portal.

    Attributes:
        checksums: The checksum of each file by name, as it was published last; empty for a link.
        ids: The id that the portal gave each file last; a file without one was published by an earlier version.
        names: The file of every id, earlier ids of a file included.
    """

    checksums: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def published_files(path: Path, portal: str) -> dict[str, PublishedFiles]:
    """Return what this tool has published on a portal, by dataset; nothing if there is no ledger yet.

    A last line that breaks off says nothing: whoever writes the ledger refuses it.

    Raises:
        MeguroOpendataError: If another line cannot be read.
        StorageError: If the file cannot be read.
    """
    found: dict[str, PublishedFiles] = {}
    for line in _lines(path):
        if line.portal == portal and line.event in FILE_EVENTS and line.origin == PUBLISHED and line.resource:
            dataset = found.setdefault(line.dataset, PublishedFiles())
            dataset.checksums[line.resource] = line.sha256
            if line.resource_id:
                dataset.ids[line.resource] = line.resource_id
                dataset.names[line.resource_id] = line.resource
    return found


def _lines(path: Path) -> Iterator[_Line]:
    for number, text, ended in ledger_lines(path):
        try:
            yield _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if ended:
                raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
