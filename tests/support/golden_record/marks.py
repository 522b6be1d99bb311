"""Marks in the place of what a CKAN makes up anew each time."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")
# Hashes over what a CKAN makes up: of a plan, of the portal's state, of the lines of the ledger; not those of files.
_DERIVED = re.compile(
    rb'(?<= "portal_state": ")[0-9a-f]{64}|(?<=\n "hash": ")[0-9a-f]{64}(?="\n})'
    rb'|(?<="previous": ")[0-9a-f]{64}(?=", "hash": "[0-9a-f]{64}"})'
    rb'|(?<=", "hash": ")[0-9a-f]{64}(?="}\n\{"event"|"}\n\Z)'
    rb"|(?<=Hash of this plan: )[0-9a-f]{64}"
    + "|(?<=この計画の照合番号: )[0-9a-f]{64}|(?<=末尾の印: )[0-9a-f]{64}".encode()
)


def normalise(folder: Path, url: str, started: float) -> None:
    """Replace what a CKAN makes up anew each time: ids, times of its own clock, hashes over both, and its address.

    Ids and hashes are numbered in the order in which they come up, so that they still tell what belongs together.
    """
    named, hashed = partial(_numbered, {}, "id"), partial(_numbered, {}, "hash")
    ended = time.time()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".xlsx", ".zip"}):
        content = _UUID.sub(named, path.read_bytes())
        content = _MOMENT.sub(partial(_timeless, started, ended), content)
        for day in _days(started, ended):
            content = content.replace(day, b"<day>")
        content = _DERIVED.sub(hashed, content)
        path.write_bytes(content.replace(url.rstrip("/").encode(), b"<ckan>"))
    for path in sorted(folder.rglob("*"), reverse=True):
        name = _UUID.sub(named, path.name.encode()).decode()
        if name != path.name:
            path.rename(path.with_name(name))


def _days(*moments: float) -> set[bytes]:
    """Return the days of both ends of the recording, in UTC and in Japan."""
    there = [datetime.fromtimestamp(moment, UTC) + timedelta(hours=ahead) for moment in moments for ahead in (0, 9)]
    return {moment.date().isoformat().encode() for moment in there}


def _numbered(known: dict[bytes, bytes], kind: str, found: re.Match[bytes]) -> bytes:
    return known.setdefault(found.group(), f"<{kind} {len(known) + 1}>".encode())


def _timeless(started: float, ended: float, found: re.Match[bytes]) -> bytes:
    """Return a mark for a time at which the recording ran, in UTC or in Japan's time; any other time as it is."""
    moment = datetime.fromisoformat(found.group().decode()).replace(tzinfo=UTC).timestamp()
    hours_ahead = (0, 9 * 3600)
    ran = any(started - 60 <= moment - ahead <= ended + 60 for ahead in hours_ahead)
    return b"<time>" if ran else found.group()
