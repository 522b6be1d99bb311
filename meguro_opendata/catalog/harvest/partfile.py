"""``PartFile``: pages of a catalogue that have arrived, kept beside the target file.

A reading that breaks off goes on where it was, and asks for no page twice. The first line says what was asked and how
many datasets there were; each further line is one page, as the catalogue gave it. A last line that a killed process
left unfinished does not count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from meguro_opendata.catalog import Json, JsonObject
from meguro_opendata.catalog.harvest.settings import limits
from meguro_opendata.errors import SourceError
from meguro_opendata.files.jsontext import may_hold_half_signs
from meguro_opendata.files.whole import storage_guard, write_whole
from meguro_opendata.japan.calendar import JST

__all__ = ["PART_FORMAT", "PartFile", "Question", "Reading"]

PART_FORMAT = "meguro-opendata-harvest-part@1"
_ENDING = ".part"


@dataclass(frozen=True)
class Question:
    """The query to a catalogue, equal for every page."""

    url: str
    organization: str
    sort: str
    rows: int


@dataclass
class Reading:
    """The part of a catalogue that has arrived.

    Attributes:
        count: The number of datasets that the catalogue announces; ``None`` before its first answer.
        results: The results of all pages, in their order.
        halves: Whether any page contains a lone half of a character (surrogate), so that its texts have to be checked.
        begun: The time when its first page was read, in Japan's time.
    """

    count: int | None = None
    results: list[Json] = field(default_factory=list)
    halves: bool = False
    begun: str = ""


class PartFile:
    """The file of arrived pages for one target file.

    Attributes:
        path: The path of the file.
        unused: The code of the message why existing pages are not used; empty without pages or if they are used.
    """

    def __init__(self, target: Path) -> None:
        """Set the path of the pages for a target file; nothing is read or written yet.

        Args:
            target: The file that will be written when everything has come in.
        """
        self.path = target.with_name(target.name + _ENDING)
        self.unused = ""

    def resume(self, question: Question) -> Reading | None:
        """Return the pages kept for the same query within the time limit; ``None`` without such pages.

        Raises:
            SourceError: If there is another file under the name.
        """
        if not self.path.exists():
            return None
        try:
            first, *lines = self.path.read_text(encoding="utf-8").split("\n")[:-1]  # a line without end is torn
            head = json.loads(first)
            known = isinstance(head, dict) and head.get("format") == PART_FORMAT
        except (OSError, ValueError, RecursionError):
            known = False
        if not known:
            raise SourceError("harvest-part-foreign", file=self.path)
        found = _reading(head, lines)
        if {name: head.get(name) for name in asdict(question)} != asdict(question):
            self.unused = "harvest-part-other"
        elif found is None or not _is_recent(found.begun):
            self.unused = "harvest-part-old"
        return None if self.unused else found

    def begin(self, question: Question, reading: Reading) -> None:
        """Write the head anew, without any page.

        Raises:
            StorageError: If it cannot be written.
        """
        reading.begun = datetime.now(UTC).astimezone(JST).isoformat(timespec="seconds")
        head = {"format": PART_FORMAT, **asdict(question), "count": reading.count, "begun": reading.begun}
        write_whole(self.path, (json.dumps(head, ensure_ascii=False) + "\n").encode("utf-8"))

    def add(self, start: int, results: list[Json]) -> None:
        """Append one page and wait until it is on the disk.

        Raises:
            StorageError: If it cannot be written.
        """
        line = json.dumps({"start": start, "results": results}) + "\n"  # in ASCII: halves of signs can be kept, too
        with storage_guard(self.path), self.path.open("r+b") as file:
            _end_torn_line(file)
            file.write(line.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def drop(self) -> None:
        """Remove the pages, which are in the target now.

        Raises:
            StorageError: If they cannot be removed.
        """
        with storage_guard(self.path):
            self.path.unlink(missing_ok=True)


def _end_torn_line(file: IO[bytes]) -> None:
    """Cut off an unfinished line that a killed process left."""
    file.seek(-1, os.SEEK_END)
    if file.read(1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)


def _reading(head: Mapping[str, Any], lines: list[str]) -> Reading | None:
    """Return what the pages hold, as far as each follows the one before; ``None`` if not even the count is there."""
    if not isinstance(head.get("count"), int):
        return None
    found = Reading(head["count"], begun=str(head.get("begun") or ""))
    for line in lines:
        page = _page(line)
        results = page.get("results")
        if page.get("start") != len(found.results) or not isinstance(results, list):
            break
        found.results += results
        found.halves |= may_hold_half_signs(line)
    return found if found.results else None


def _is_recent(begun: str) -> bool:
    """Return whether a reading that began at a time can go on: what is older may have changed since."""
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(begun)
    except (ValueError, TypeError):
        return False
    return age <= timedelta(hours=limits().part_hours)


def _page(line: str) -> JsonObject:
    try:
        page = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return page if isinstance(page, dict) else {}
