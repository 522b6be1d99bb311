"""Earlier releases, kept by checksum: each can be published again, and an edit on a portal be shown beside it.

releases/.history/files/<sha256>            every file that was published, once
releases/.history/<slug>/<release>.json     the files of a release; beside it, as .jsonl, its entry
releases/.history/<slug>/published.jsonl    which release went to which portal, and when
releases/.history/<slug>/<portal>.fields.json  the fields as they were published there last
releases/.history/<slug>/<portal>.seen.json    what the portal told of its files then
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, read_entries, write_entries
from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.files.whole import inside, sha256, storage_guard, write_whole
from meguro_opendata.portals import Upload
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

__all__ = ["EarlierRelease", "History"]

_FOLDER = ".history"
_LOG = "published.jsonl"
_LETTERS = 12


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


class History:
    """What was published from a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._root = workspace.releases / _FOLDER

    def keep(self, release: PublishedDataset) -> str:
        """Keep a release and its files; return its id.

        Raises:
            StorageError: If the folder cannot be written.
        """
        for file in release.files:
            kept = self._file(file.sha256)
            if not kept.is_file():
                write_whole(kept, file.path.read_bytes())
        entry = write_entries([release.entry]).encode("utf-8")
        files = json.dumps(_files_dict(release), ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")
        identifier = sha256(entry + files)[:_LETTERS]
        write_whole(inside(self._root, release.slug, f"{identifier}.jsonl"), entry)
        write_whole(inside(self._root, release.slug, f"{identifier}.json"), files)
        return identifier

    def note(self, slug: str, release: str, portal: str, time: str, fields: Mapping[str, str], rows: int) -> None:
        """Note that a release was published.

        Raises:
            StorageError: If the folder cannot be written.
        """
        line = json.dumps({"release": release, "portal": portal, "time": time, "rows": rows}) + "\n"
        write_whole(self._fields(slug, portal), json.dumps(fields, ensure_ascii=False, sort_keys=True).encode("utf-8"))
        path = inside(self._root, slug, _LOG)
        with storage_guard(path), path.open("a", encoding="utf-8", newline="\n") as log:
            log.write(line)

    def published_fields(self, slug: str, portal: str) -> dict[str, str]:
        """Return the fields as they were published last, nothing if that is not known here."""
        try:
            loaded = json.loads(self._fields(slug, portal).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in loaded.items()} if isinstance(loaded, dict) else {}

    def releases(self, slug: str) -> list[EarlierRelease]:
        """Return what was published of a dataset, the newest last.

        Raises:
            MeguroOpendataError: If the list is damaged.
        """
        path = inside(self._root, slug, _LOG)
        if not path.is_file():
            return []
        try:
            return [EarlierRelease(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError, TypeError, RecursionError):
            raise MeguroOpendataError("history-damaged", file=path) from None

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
            (entry,) = read_entries(path.with_suffix(".jsonl"))
            return self._loaded(entry, json.loads(path.read_text(encoding="utf-8")))
        except (SourceError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("history-damaged", file=path) from None

    def file(self, checksum: str) -> bytes | None:
        """Return a file that was published, ``None`` if it is not kept here or not whole."""
        path = self._file(checksum)
        data = path.read_bytes() if path.is_file() else None
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
        """Return where it is noted what a portal told of a dataset when it was published (see ``looking``)."""
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
