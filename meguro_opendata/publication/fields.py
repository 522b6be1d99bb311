"""The fields of a dataset that the workspace owns, flat, and how three versions of them are told apart.

A mark that goes along to the portal keeps a short digest of each field as it was published. By it an edit made on the
portal is seen field by field, from any machine; fields that the workspace never had are not in it, and stay.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypedDict

from meguro_opendata.catalog.package import Json, JsonObject, Package, Resource
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of

__all__ = [
    "EDITED",
    "Comparison",
    "Conflict",
    "FieldChange",
    "PublicationRules",
    "compare",
    "digests",
    "flat",
    "mark_text",
    "publication_rules",
    "read_mark",
    "shown_fields",
]

Flat = Mapping[str, str]
# A mark: short digests of names of fields to short digests of their values.
Mark = Mapping[str, str]
_LETTERS = 4
EDITED = "edited"


class _Owned(TypedDict):
    texts: list[str]
    lists: list[str]
    resource: list[str]


class _RowRules(TypedDict):
    shown: int


class PublicationRules(TypedDict):
    """What ``publication.toml`` holds: owned fields, how many rows are shown, and guards."""

    owned: _Owned
    rows: _RowRules
    guards: dict[str, list[str]]


@cache
def publication_rules() -> PublicationRules:
    """Return owned fields and guards, from ``publication.toml``."""
    loaded = packaged_toml(__package__, "publication.toml")
    return {"owned": loaded["owned"], "rows": loaded["rows"], "guards": loaded["guards"]}


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: its value on the portal and in the workspace; of a list all of its elements."""

    field: str
    before: str | Sequence[str] | None
    after: str | Sequence[str] | None

    def to_dict(self) -> JsonObject:
        """Return the change as the JSON of ``plan@1`` has it."""
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Conflict:
    """A field of ours that was edited on the portal: as it was published, as it is there, as the workspace has it.

    Attributes:
        published: Only shown: it is ``None`` if it is not known here, too.
        reason: ``edited``, or why the portal's resource of a file is uncertain: ``unmarked``, ``copied``,
            ``other-id`` or ``ambiguous`` (:mod:`meguro_opendata.publication.matching`).
    """

    field: str
    published: str | None
    portal: str | None
    workspace: str | None
    reason: str = EDITED

    def to_dict(self) -> JsonObject:
        """Return the conflict as the JSON of ``plan@1`` has it; a reason only where it is no edit."""
        versions: JsonObject = {"published": self.published, "portal": self.portal, "workspace": self.workspace}
        return {"field": self.field, **versions, **({} if self.reason == EDITED else {"reason": self.reason})}


@dataclass(frozen=True)
class Comparison:
    """What follows from three versions: fields to write, fields in conflict, and those of others that stay."""

    changed: Mapping[str, tuple[str | None, str | None]]
    conflicts: tuple[Conflict, ...]
    kept: Flat

    def also(self, *conflicts: Conflict) -> Comparison:
        """Return the same with further conflicts, which come first."""
        return replace(self, conflicts=(*conflicts, *self.conflicts))


def flat(package: Package, files: Mapping[str, Resource] | None = None) -> dict[str, str]:
    """Return every field of a package by a name of its own; empty ones left out.

    Of lists each element is a field, so that one that was added by hand can stay.

    Args:
        package: The package.
        files: The resources that count, by the names of our files; default all of the package, by their own names.
    """
    parts = {part.name: part for part in package.resources} if files is None else files
    owned = publication_rules()["owned"]
    found = {name: _text(package.fields.get(name)) for name in owned["texts"]}
    for kind in owned["lists"]:
        found |= {f"{kind}.{part.name}": part.name for part in package.named(kind)}
    found |= {
        f"extras.{key}": _text(value) for key, value in extras_of(package).items() if key not in (DATASET, RELEASE)
    }
    found |= {f"resources.{name}": _described(part, name) for name, part in parts.items()}
    return {name: text for name, text in found.items() if text}


def _described(part: Resource, name: str) -> str:
    """Return what people read of a file; its address only where it is elsewhere, its name only where it is another."""
    renamed = "" if part.name == name else part.name
    texts = [_text(part.fields.get(name)) for name in publication_rules()["owned"]["resource"]]
    address = _text(part.url)
    linked = address.startswith(("http://", "https://")) and not part.is_upload
    return " | ".join(filter(None, [*texts, address if linked else "", renamed])) or "-"


def _text(value: Json) -> str:
    """Return a value as CKAN keeps it: text without space at its ends, lines ended by one sign."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\r\n", "\n").strip()


def digests(fields: Flat) -> Mark:
    """Return the mark of some fields."""
    return {_digest(name): _digest(text) for name, text in fields.items()}


def mark_text(fields: Flat) -> str:
    """Return a mark as it is kept on the portal.

    >>> mark_text({"title": "AED設置箇所一覧"})
    'qvIy5RKc'
    """
    return " ".join(sorted(name + text for name, text in digests(fields).items()))


def read_mark(text: str) -> Mark:
    """Return the mark that a text from a portal holds."""
    return {part[:_LETTERS]: part[_LETTERS:] for part in text.split()}


def _digest(text: str) -> str:
    whole = hashlib.sha256(text.encode("utf-8")).digest()
    return base64.urlsafe_b64encode(whole)[:_LETTERS].decode("ascii")


def compare(ours: Flat, theirs: Flat, mark: Mark | None, *, overwrite: bool = False) -> Comparison:
    """Tell three versions apart.

    Args:
        ours: The fields as the workspace has them.
        theirs: As the portal has them.
        mark: Digests of what was published last; ``None`` if nothing was, so that nobody edited it.
        overwrite: Ours win where both differ.
    """
    changed: dict[str, tuple[str | None, str | None]] = {}
    conflicts: list[Conflict] = []
    kept: dict[str, str] = {}
    for name in sorted({*ours, *theirs}):
        mine, there = ours.get(name), theirs.get(name)
        verdict = "same" if mine == there else _verdict(name, mine, there, mark)
        if verdict == "write" or (verdict == "conflict" and overwrite):
            changed[name] = (there, mine)
        elif verdict == "conflict":
            conflicts.append(Conflict(name, None, there, mine))
        elif verdict == "keep" and there is not None:
            kept[name] = there
    return Comparison(changed, tuple(conflicts), kept)


def _verdict(name: str, mine: str | None, there: str | None, mark: Mark | None) -> str:
    """What to do about a field that differs: ``write``, ``keep`` (it is not ours), or ``conflict``."""
    owned = mark.get(_digest(name)) if mark is not None else None
    if owned is not None and there is not None and owned == _digest(there):
        return "write"
    if mine is None:
        return "keep"
    if mark is None or (owned is None and there is None):
        return "write"
    return "conflict"


def shown_fields(changed: Mapping[str, tuple[str | None, str | None]], theirs: Flat) -> Iterator[FieldChange]:
    """Yield the changed fields for people: the elements of a list together; files that come are listed elsewhere."""
    lists = publication_rules()["owned"]["lists"]
    for name, (before, after) in changed.items():
        kind = name.partition(".")[0]
        if kind not in lists and not (kind == "resources" and before is None):
            yield FieldChange(name, before, after)
    for kind in lists:
        parts = [pair for name, pair in changed.items() if name.startswith(f"{kind}.")]
        if parts:
            yield _shown_list(kind, parts, theirs)


def _shown_list(kind: str, parts: Sequence[tuple[str | None, str | None]], theirs: Flat) -> FieldChange:
    there = sorted(text for name, text in theirs.items() if name.startswith(f"{kind}."))
    gone = {before for before, _ in parts}
    came = {after for _, after in parts if after is not None}
    return FieldChange(kind, there or None, sorted({*there} - gone | came) or None)
