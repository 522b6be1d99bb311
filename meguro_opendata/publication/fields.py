"""The fields of a dataset that the workspace owns, as flat texts, and the comparison of three versions of them.

Each dataset on a portal bears a mark with a short digest of every field as it was published. The mark shows an edit
made on the portal, field by field and from any computer. Fields that the workspace never had are not in the mark and
stay unchanged.
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
# Letters of base64 for a name and for a value, 24 bits each: CKAN refuses long extras (42 kB gave an error 500), and an
# edit keeps the digest of its field by chance once in 16 million edits.
_LETTERS = 4
EDITED = "edited"


class _Owned(TypedDict):
    texts: list[str]
    lists: list[str]
    resource: list[str]


class _RowRules(TypedDict):
    shown: int


class PublicationRules(TypedDict):
    """The content of ``publication.toml``: owned fields, the number of rows to show, and guards."""

    owned: _Owned
    rows: _RowRules
    guards: dict[str, list[str]]


@cache
def publication_rules() -> PublicationRules:
    """Return the rules of ``publication.toml``."""
    loaded = packaged_toml(__package__, "publication.toml")
    return {"owned": loaded["owned"], "rows": loaded["rows"], "guards": loaded["guards"]}


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: its value on the portal and in the workspace; for a list, all elements."""

    field: str
    before: str | Sequence[str] | None
    after: str | Sequence[str] | None

    def to_dict(self) -> JsonObject:
        """Return the change in the JSON of ``plan@1``."""
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Conflict:
    """A field of ours that was edited on the portal, in three versions: published, on the portal, in the workspace.

    Attributes:
        field: The field's flat name.
        published: The value as it was published, for display; ``None`` also where this computer does not know it.
        portal: The value on the portal.
        workspace: The value in the workspace.
        reason: ``edited``, or why the portal's resource of a file is uncertain: ``unmarked``, ``copied``,
            ``other-id`` or ``ambiguous`` (:mod:`meguro_opendata.publication.matching`).
    """

    field: str
    published: str | None
    portal: str | None
    workspace: str | None
    reason: str = EDITED

    def to_dict(self) -> JsonObject:
        """Return the conflict in the JSON of ``plan@1``; ``reason`` is there only if the conflict is not an edit."""
        versions: JsonObject = {"published": self.published, "portal": self.portal, "workspace": self.workspace}
        return {"field": self.field, **versions, **({} if self.reason == EDITED else {"reason": self.reason})}


@dataclass(frozen=True)
class Comparison:
    """The result of comparing three versions: fields to write (portal, workspace), conflicts, and fields that stay."""

    changed: Mapping[str, tuple[str | None, str | None]]
    conflicts: tuple[Conflict, ...]
    kept: Flat

    def also(self, *conflicts: Conflict) -> Comparison:
        """Return the comparison with further conflicts in front of its own."""
        return replace(self, conflicts=(*conflicts, *self.conflicts))


def flat(package: Package, files: Mapping[str, Resource] | None = None) -> dict[str, str]:
    """Return every non-empty owned field of a package as text, by its flat name (``tags.防災``, ``extras.spatial``).

    Each element of a list is a field, so that an element added by hand can stay.

    Args:
        package: The package.
        files: The resources to include, by the names of our files; default all resources, by their own names.
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
    """Return the description of a resource as one text: owned fields, the address of a link, and a changed name."""
    renamed = "" if part.name == name else part.name
    texts = [_text(part.fields.get(name)) for name in publication_rules()["owned"]["resource"]]
    # The address of an uploaded file is the portal's and differs between portals; only a link's address is ours.
    address = _text(part.url)
    linked = address.startswith(("http://", "https://")) and not part.is_upload
    return " | ".join(filter(None, [*texts, address if linked else "", renamed])) or "-"


def _text(value: Json) -> str:
    """Return a value as text without outer space and with line feeds only: CKAN's forms change both."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\r\n", "\n").strip()


def digests(fields: Flat) -> Mark:
    """Return the mark of the given fields: digests of names to digests of values."""
    return {_digest(name): _digest(text) for name, text in fields.items()}


def mark_text(fields: Flat) -> str:
    """Return the mark of the given fields as the portal keeps it: sorted, so that equal fields give equal text.

    >>> mark_text({"title": "AED設置箇所一覧"})
    'qvIy5RKc'
    """
    return " ".join(sorted(name + text for name, text in digests(fields).items()))


def read_mark(text: str) -> Mark:
    """Return the mark in a text from a portal: the inverse of :func:`mark_text`."""
    return {part[:_LETTERS]: part[_LETTERS:] for part in text.split()}


def _digest(text: str) -> str:
    whole = hashlib.sha256(text.encode("utf-8")).digest()
    return base64.urlsafe_b64encode(whole)[:_LETTERS].decode("ascii")


def compare(ours: Flat, theirs: Flat, mark: Mark | None, *, overwrite: bool = False) -> Comparison:
    """Compare the workspace's fields, the portal's fields and the mark of the last publication.

    Args:
        ours: The fields in the workspace.
        theirs: The fields on the portal.
        mark: The mark of the last publication; ``None`` if nothing was published, so that no field can be edited.
        overwrite: Write the workspace's value where there would be a conflict.
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
    """Return the treatment of a field that differs: ``write``, ``keep`` (it is not ours) or ``conflict``."""
    # The portal has what we published: the workspace changed it, or dropped it, and wins.
    owned = mark.get(_digest(name)) if mark is not None else None
    if owned is not None and there is not None and owned == _digest(there):
        return "write"
    # The workspace lacks the field and did not publish this value: another editor's text is not ours to delete.
    if mine is None:
        return "keep"
    # Nothing was published, or the field is new on both sides: no edit can be lost.
    if mark is None or (owned is None and there is None):
        return "write"
    return "conflict"


def shown_fields(changed: Mapping[str, tuple[str | None, str | None]], theirs: Flat) -> Iterator[FieldChange]:
    """Yield the changed fields for display: a list's elements together; new files are left out, the plan lists them."""
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
