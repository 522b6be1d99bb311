"""Earlier releases, kept by checksum, so that each can be published again and an edit on a portal can be shown.

releases/.history/files/<sha256>            every file that was published, once
releases/.history/<slug>/<release>.json     the files of a release; beside it, as .jsonl, its catalogue entry
releases/.history/<slug>/published.jsonl    which release went to which portal, and when
releases/.history/<slug>/<portal>.fields.json  the fields as they were published there last
releases/.history/<slug>/<portal>.seen.json    the state of its files on the portal at that publication
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

# Inside the folder of the releases and, like them, not in git: files are large, and the portal has the latest ones.
_FOLDER = ".history"
_LOG = "published.jsonl"
# Hexadecimal letters of a release's id, 48 bits: short enough to type, and no two releases of one dataset share them.
_LETTERS = 12
_NOTED = ("release", "portal", "time", "rows")


class _KeptFile(TypedDict):
    name: str
    sha256: str
    bytes: int


class _Kept(TypedDict):
    """The content of ``<release>.json``."""

    slug: str
    files: list[_KeptFile]
    rows: int
    key: list[str]
    rows_of: dict[str, int]
    schemas: dict[str, Mapping[str, Json]]


@dataclass(frozen=True)
class EarlierRelease:
    """One publication of a release: the release's id, the portal, the time (ISO 8601) and the number of rows."""

    release: str
    portal: str
    time: str
    rows: int

    def to_dict(self) -> JsonObject:
        """Return the publication in the JSON of ``releases@1``."""
        return asdict(self)


@dataclass(frozen=True)
class KeptRelease:
    """The texts that the history keeps beside the files of a release: id, catalogue entry and list of files."""

    id: str
    entry: str
    files: str

    @classmethod
    def of(cls, release: PublishedDataset) -> KeptRelease:
        """Return the texts to keep of a release."""
        entry = write_entries([release.entry])
        files = json.dumps(_files_dict(release), ensure_ascii=False, indent=1, sort_keys=True)
        return cls(_identifier(entry.encode("utf-8"), files.encode("utf-8")), entry, files)


class History:
    """The releases that were published from a workspace, in the folder ``.history`` beside them."""

    def __init__(self, workspace: Workspace) -> None:
        self._root = workspace.releases / _FOLDER

    def keep(self, release: PublishedDataset) -> str:
        """Store a release and its files in the history, and return the release's id.

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
        """Return whether the history has a file with that SHA-256 checksum."""
        return is_checksum(checksum) and self._file(checksum).is_file()

    def keep_file(self, data: bytes) -> None:
        """Store the bytes of one file under their checksum.

        Raises:
            StorageError: If the folder cannot be written.
        """
        write_whole(self._file(sha256(data)), data)

    def keep_texts(self, slug: str, kept: KeptRelease) -> None:
        """Store a release's catalogue entry and the list of its files.

        Raises:
            StorageError: If the folder cannot be written.
        """
        # The list comes last: `load` starts from it, so a kill in between leaves no list without its entry.
        write_whole(inside(self._root, slug, f"{kept.id}.jsonl"), kept.entry.encode("utf-8"))
        write_whole(inside(self._root, slug, f"{kept.id}.json"), kept.files.encode("utf-8"))

    def noted(self, slug: str) -> int:
        """Return the number of publications that the log has of a dataset."""
        return len(self._noted(slug))

    def note(self, slug: str, entry: EarlierRelease, fields: Mapping[str, str], after: int = 0) -> None:
        """Append a publication to the log, unless a line after the first ``after`` lines records it already.

        A recovery repeats this call, so the same publication must not be logged twice; an equal line further up is an
        earlier publication of the same release and counts by itself.

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
        """Remove the half-written files that a killed run left in a dataset's history.

        Raises:
            StorageError: If a file cannot be removed.
        """
        sweep(self._root / "files")
        sweep(inside(self._root, slug))

    def lacks(self, release: PublishedDataset, portal: str) -> bool:
        """Return whether the history lacks these files as the portal's latest publication, wholly or in part.

        A history that cannot be read counts as complete: it is not overwritten, and the damage is reported when a
        user asks for an earlier release.
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
        """Return the fields as they were published last; empty if this workspace does not know them."""
        try:
            loaded = json.loads(self._fields(slug, portal).read_text(encoding="utf-8"))
            # A half surrogate in an edited file could not be written into a plan: it raises a ValueError here.
            json.dumps(loaded, ensure_ascii=False).encode("utf-8")
        except (OSError, ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in loaded.items()} if isinstance(loaded, dict) else {}

    def releases(self, slug: str) -> list[EarlierRelease]:
        """Return the publications of a dataset, the newest last.

        Raises:
            MeguroOpendataError: If the log is damaged.
        """
        path = inside(self._root, slug, _LOG)
        return [_noted(path, number, line) for number, line in enumerate(self._noted(slug), start=1) if line.strip()]

    def load(self, slug: str, release: str) -> PublishedDataset:
        """Return an earlier release, ready to be published again.

        Args:
            slug: The dataset.
            release: The release's id, or the beginning of the id.

        Raises:
            MeguroOpendataError: If no release or several releases fit, or the kept release is damaged.
        """
        known = list(dict.fromkeys(past.release for past in self.releases(slug)))
        found = [identifier for identifier in known if identifier.startswith(release)]
        if len(found) != 1 or not release:
            raise MeguroOpendataError("release-unknown", slug=slug, release=release, known=known)
        path = inside(self._root, slug, f"{found[0]}.json")
        try:
            # The id is the checksum of both texts, so an edit by hand is detected and not published unnoticed.
            same = _identifier(path.with_suffix(".jsonl").read_bytes(), path.read_bytes()) == found[0]
            (entry,) = read_entries(path.with_suffix(".jsonl"))
            loaded = self._loaded(entry, json.loads(path.read_text(encoding="utf-8")))
        except (SourceError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("history-damaged", file=_both(path)) from None
        if not same:
            raise MeguroOpendataError("history-damaged", file=_both(path))
        return loaded

    def file(self, checksum: str) -> bytes | None:
        """Return the bytes of a published file; ``None`` if the history lacks it or its bytes were changed.

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
        """Return the path of the file with the dataset's state on a portal at publication (see ``looking``)."""
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
    """Return the publication that a line of the log records.

    Raises:
        MeguroOpendataError: If the line is not valid.
    """
    try:
        loaded = json.loads(line.decode("utf-8"))
        release, portal, time, rows = (loaded[name] for name in _NOTED)
        datetime.fromisoformat(time)
        # `type(rows) is int`: JSON's `true` is an int to Python. Encoding refuses half surrogates.
        known = bool((release + portal).encode("utf-8")) and type(rows) is int
    except (ValueError, TypeError, KeyError, RecursionError):
        known = False
    if not known:
        raise MeguroOpendataError("history-line-damaged", file=path, line=number)
    return EarlierRelease(release, portal, time, rows)


def _both(path: Path) -> list[str]:
    return [str(path), path.with_suffix(".jsonl").name]
