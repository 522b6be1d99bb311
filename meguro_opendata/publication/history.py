"""Earlier releases, kept by checksum: each can be published again, and an edit on a portal be shown beside it.

releases/.history/files/<sha256>            every file that was published, once
releases/.history/<slug>/<release>.json     the files of a release; beside it, as .jsonl, its entry
releases/.history/<slug>/published.jsonl    which release went to which portal, and when
releases/.history/<slug>/<portal>.fields.json  the fields as they were published there last
releases/.history/<slug>/<portal>.seen.json    state of its files on the portal then
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, read_entries, write_entries
from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.files.whole import inside, is_checksum, plain_bytes, sha256, sweep, write_whole
from meguro_opendata.portals import Upload
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

__all__ = ["EarlierRelease", "History", "KeptRelease"]

_FOLDER = ".history"
_LOG = "published.jsonl"
_LETTERS = 12
_NOTED = ("release", "portal", "time", "rows")


class _KeptFile(TypedDict):
    name: str
    sha256: str
    bytes: int


class _Kept(TypedDict):
    """What ``<release>.json`` holds."""

    slug: str
    files: list[_KeptFile]
    rows: int
    key: list[str]
    rows_of: dict[str, int]
    schemas: dict[str, Mapping[str, Json]]


@dataclass(frozen=True)
class EarlierRelease:
    """One release that was published: its id, the portal and the time of it."""

    release: str
    portal: str
    time: str
    rows: int

    def to_dict(self) -> JsonObject:
        """Return the release as the JSON of ``releases@1`` has it."""
        return asdict(self)


@dataclass(frozen=True)
class KeptRelease:
    """What is kept of a release besides its files: its id, its catalogue entry, and the list of its files, as texts."""

    id: str
    entry: str
    files: str

    @classmethod
    def of(cls, release: PublishedDataset) -> KeptRelease:
        """Return what will be kept of a release."""
        entry = write_entries([release.entry])
        files = json.dumps(_files_dict(release), ensure_ascii=False, indent=1, sort_keys=True)
        return cls(_identifier(entry.encode("utf-8"), files.encode("utf-8")), entry, files)


class History:
    """What was published from a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._root = workspace.releases / _FOLDER

    def keep(self, release: PublishedDataset) -> str:
        """Keep a release and its files; return its id.

        Raises:
            SourceError: If a file of the release cannot be read.
            StorageError: If the folder cannot be written.
        """
        for file in release.files:
            if not self.has(file.sha256):
                self.keep_file(plain_bytes(file.path))
        kept = KeptRelease.of(release)
        self.keep_texts(release.slug, kept)
        return kept.id

    def has(self, checksum: str) -> bool:
        """Return whether a file is kept here."""
        return is_checksum(checksum) and self._file(checksum).is_file()

    def keep_file(self, data: bytes) -> None:
        """Keep one file.

        Raises:
            StorageError: If the folder cannot be written.
        """
        write_whole(self._file(sha256(data)), data)

    def keep_texts(self, slug: str, kept: KeptRelease) -> None:
        """Keep a release's entry and the list of its files.

        Raises:
            StorageError: If the folder cannot be written.
        """
        write_whole(inside(self._root, slug, f"{kept.id}.jsonl"), kept.entry.encode("utf-8"))
        write_whole(inside(self._root, slug, f"{kept.id}.json"), kept.files.encode("utf-8"))

    def noted(self, slug: str) -> int:
        """Return how many publications of a dataset are noted."""
        return len(self._noted(slug))

    def note(self, slug: str, entry: EarlierRelease, fields: Mapping[str, str], after: int = 0) -> None:
        """Note that a release was published, unless a line after the first ``after`` ones says so already.

        Raises:
            StorageError: If the folder cannot be written.
        """
        line = json.dumps({name: getattr(entry, name) for name in _NOTED})
        path, lines = inside(self._root, slug, _LOG), self._noted(slug)
        write_whole(
            self._fields(slug, entry.portal), json.dumps(fields, ensure_ascii=False, sort_keys=True).encode("utf-8")
        )
        if line.encode() not in lines[min(after, len(lines)) :]:
            write_whole(path, b"".join(one + b"\n" for one in (*lines, line.encode())))

    def _noted(self, slug: str) -> list[bytes]:
        path = inside(self._root, slug, _LOG)
        return plain_bytes(path).splitlines() if path.is_file() else []

    def sweep(self, slug: str) -> None:
        """Remove what a killed run was writing of a dataset's history.

        Raises:
            StorageError: If a file cannot be removed.
        """
        sweep(self._root / "files")
        sweep(inside(self._root, slug))

    def lacks(self, release: PublishedDataset, portal: str) -> bool:
        """Return whether no publication of just these files is noted as a portal's latest, or a part of it is absent.

        Where what is noted cannot be read, the answer is no: it is reported when somebody asks for it, and is not
        written over.
        """
        try:
            noted = [past.release for past in self.releases(release.slug) if past.portal == portal]
            if not noted:
                return True
            texts = [inside(self._root, release.slug, f"{noted[-1]}.{ending}") for ending in ("json", "jsonl")]
            if not all(path.exists() for path in (*texts, self._fields(release.slug, portal))):
                return True
            kept = {file["sha256"] for file in json.loads(texts[0].read_text(encoding="utf-8"))["files"]}
            return kept != {file.sha256 for file in release.files} or not all(map(self.has, kept))
        except (MeguroOpendataError, OSError, ValueError, KeyError, TypeError, RecursionError):
            return False

    def published_fields(self, slug: str, portal: str) -> dict[str, str]:
        """Return the fields as they were published last, nothing if that is not known here."""
        try:
            loaded = json.loads(self._fields(slug, portal).read_text(encoding="utf-8"))
            json.dumps(loaded, ensure_ascii=False).encode("utf-8")
        except (OSError, ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in loaded.items()} if isinstance(loaded, dict) else {}

    def releases(self, slug: str) -> list[EarlierRelease]:
        """Return what was published of a dataset, the newest last.

        Raises:
            MeguroOpendataError: If the list is damaged.
        """
        path = inside(self._root, slug, _LOG)
        return [_noted(path, number, line) for number, line in enumerate(self._noted(slug), start=1) if line.strip()]

    def load(self, slug: str, release: str) -> PublishedDataset:
        """Return an earlier release, ready to be published again.

        Args:
            slug: The dataset.
            release: Its id, or the beginning of it.

        Raises:
            MeguroOpendataError: If there is no such release, or several, or it is damaged.
        """
        known = list(dict.fromkeys(past.release for past in self.releases(slug)))
        found = [identifier for identifier in known if identifier.startswith(release)]
        if len(found) != 1 or not release:
            raise MeguroOpendataError("release-unknown", slug=slug, release=release, known=known)
        path = inside(self._root, slug, f"{found[0]}.json")
        try:
            same = _identifier(path.with_suffix(".jsonl").read_bytes(), path.read_bytes()) == found[0]
            (entry,) = read_entries(path.with_suffix(".jsonl"))
            loaded = self._loaded(entry, json.loads(path.read_text(encoding="utf-8")))
        except (SourceError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("history-damaged", file=_both(path)) from None
        if not same:
            raise MeguroOpendataError("history-damaged", file=_both(path))
        return loaded

    def file(self, checksum: str) -> bytes | None:
        """Return a file that was published, ``None`` if it is not kept here or not whole.

        Args:
            checksum: A SHA-256 in hexadecimal digits. A portal's ``hash`` can be any text, under which no file is kept.
        """
        if not is_checksum(checksum):
            return None
        path = self._file(checksum)
        data = plain_bytes(path) if path.is_file() else None
        return data if data is not None and sha256(data) == checksum else None

    def _loaded(self, entry: CatalogEntry, kept: _Kept) -> PublishedDataset:
        files = tuple(Upload(f["name"], self._whole(f["sha256"]), f["sha256"], f["bytes"]) for f in kept["files"])
        return PublishedDataset(
            slug=kept["slug"],
            entry=entry,
            files=files,
            rows=kept["rows"],
            key=tuple(kept["key"]),
            rows_of=kept["rows_of"],
            schemas=kept["schemas"],
        )

    def _whole(self, checksum: str) -> Path:
        if self.file(checksum) is None:
            raise ValueError(checksum)
        return self._file(checksum)

    def _file(self, checksum: str) -> Path:
        return inside(self._root, "files", checksum)

    def seen_path(self, slug: str, portal: str) -> Path:
        """Return the file with a portal's state of a dataset when it was published (see ``looking``)."""
        return inside(self._root, slug, f"{portal}.seen.json")

    def _fields(self, slug: str, portal: str) -> Path:
        return inside(self._root, slug, f"{portal}.fields.json")


def _files_dict(release: PublishedDataset) -> _Kept:
    return {
        "slug": release.slug,
        "files": [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in release.files],
        "rows": release.rows,
        "key": list(release.key),
        "rows_of": dict(release.rows_of),
        "schemas": dict(release.schemas),
    }


def _identifier(entry: bytes, files: bytes) -> str:
    return sha256(entry + files)[:_LETTERS]


def _noted(path: Path, number: int, line: bytes) -> EarlierRelease:
    """Return what a line of the log says.

    Raises:
        MeguroOpendataError: If it is not as it was written.
    """
    try:
        loaded = json.loads(line.decode("utf-8"))
        release, portal, time, rows = (loaded[name] for name in _NOTED)
        datetime.fromisoformat(time)
        known = bool((release + portal).encode("utf-8")) and type(rows) is int
    except (ValueError, TypeError, KeyError, RecursionError):
        known = False
    if not known:
        raise MeguroOpendataError("history-line-damaged", file=path, line=number)
    return EarlierRelease(release, portal, time, rows)


def _both(path: Path) -> list[str]:
    return [str(path), path.with_suffix(".jsonl").name]
