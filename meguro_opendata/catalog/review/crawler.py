"""Prediction whether BODIK's crawler takes a dataset for national-standard data, and for the right standard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.catalog.licences import find_licence
from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.findings import Finding
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import Standard, load_standard, standards

__all__ = ["Pickup", "crawler_tags", "judge_pickup"]


@dataclass(frozen=True)
class Pickup:
    """The predicted treatment of a dataset by the crawler.

    Attributes:
        standard: Id of the standard that the dataset follows, as far as it says so; ``None`` if it follows none.
        taken_as: Ids of the standards that the crawler would recognise; empty if it would ignore the dataset.
        by: ``tags``, ``title``, or empty.
        criteria: Each criterion with whether it is met, ``None`` where the catalogue cannot tell.
        findings: Findings with advice.
    """

    standard: str | None
    taken_as: tuple[str, ...]
    by: str
    criteria: tuple[tuple[str, bool | None], ...]
    findings: tuple[Finding, ...]

    def titles(self) -> list[str]:
        """Return the names of the standards for which it would be taken."""
        return [load_standard(one).title for one in self.taken_as]

    @property
    def picked_up(self) -> bool:
        """Return whether the crawler recognises the dataset's own standard."""
        return self.standard is not None and self.standard in self.taken_as

    @property
    def mistaken(self) -> bool:
        """Return whether the crawler takes the dataset for a wrong standard."""
        return any(found.code == "crawler-mistaken" for found in self.findings)


def crawler_tags(standard: str | None) -> tuple[str, ...]:
    """Return the two tags by which the crawler recognises a standard; empty for a schema that is not national.

    >>> crawler_tags("aed@2026"), crawler_tags("aed@2020"), crawler_tags(None)
    (('自治体標準ODS', 'AED設置箇所'), ('推奨データセット', 'AED設置箇所'), ())
    """
    try:
        known = load_standard(standard) if standard else None
    except UnknownStandardError:
        known = None
    if known is None or known.number is None:
        return ()
    family = _words().family
    return family.get(known.version or "", family["newer"]), known.title.removesuffix(_words().suffix)


def judge_pickup(entry: CatalogEntry) -> Pickup:
    """Predict the treatment of a dataset by the crawler, criterion by criterion."""
    own = _own_standard(entry)
    by_tags, by_title = _by_tags(entry), [one for one, words in _title_words() if words in entry.title]
    files = [part for part in entry.distributions if part.format.upper() in _words().formats]
    met: dict[str, bool | None] = {
        "licence": _is_collected(entry),
        "tags": _is_among(own, by_tags),
        "title": _is_among(own, by_title),
        "csv": bool(files),
        "name": re.fullmatch(_words().name, entry.name) is not None,
        "fields": True if entry.standard and any(part.rows for part in files) else None,
    }
    taken = tuple(dict.fromkeys([*by_tags, *by_title])) if met["licence"] and files else ()
    by = ("tags" if by_tags else "title") if taken else ""
    return Pickup(own, taken, by, tuple(met.items()), tuple(_findings(own, taken, met, entry, len(files))))


def _by_tags(entry: CatalogEntry) -> list[str]:
    """Return the standards whose tags a dataset has."""
    return [one for one, pairs in _tag_pairs() if any(set(pair) <= set(entry.keywords) for pair in pairs)]


def _is_collected(entry: CatalogEntry) -> bool:
    licence = find_licence(entry.license_id, entry.license_url)
    return licence is not None and licence.crawler


def _is_among(own: str | None, found: Sequence[str]) -> bool:
    """Return whether the dataset's standard is among those found; without a standard, whether any was found."""
    return bool(found) if own is None else own in found


def _findings(
    own: str | None, taken: tuple[str, ...], met: dict[str, bool | None], entry: CatalogEntry, files: int
) -> Iterator[Finding]:
    for wrong in taken:
        if wrong != own:
            shown: dict[str, object] = {"standard": load_standard(wrong).title}
            yield Finding(
                "crawler-mistaken", "warning", field="title", value=entry.title, params=shown, file=entry.name
            )
    if own is None:
        return
    title = load_standard(own).title
    if not met["licence"]:
        yield _warning("crawler-licence", entry, entry.license_id, standard=title)
    if not met["csv"]:
        yield _warning("crawler-csv", entry, entry.title, standard=title)
    if not met["tags"]:
        found = "crawler-title-only" if met["title"] else "crawler-tags"
        yield _warning(found, entry, entry.title, standard=title, tags=list(_tags_for(own, entry)))
    if own in taken and files > 1:
        yield Finding(
            "crawler-newest", "info", field="resources", value=entry.title, params={"count": files}, file=entry.name
        )


def _warning(code: str, entry: CatalogEntry, value: str, **params: object) -> Finding:
    return Finding(code, "warning", field="keywords", value=value, params=params, file=entry.name)


def _tags_for(own: str, entry: CatalogEntry) -> tuple[str, ...]:
    return crawler_tags(entry.standard or own)


def _own_standard(entry: CatalogEntry) -> str | None:
    """Return the standard that the dataset says it follows; else the one by whose rule its files are named."""
    if entry.standard is not None:
        named = entry.standard.partition("@")[0]
        return named if named in {standard.id for standard in _national()} else None
    files = [part.url.rpartition("/")[2] or part.name for part in entry.distributions]
    for standard in _national():
        pattern = _words().file.format(id=re.escape(standard.id))
        if any(re.fullmatch(pattern, name, re.IGNORECASE) for name in files):
            return standard.id
    return None


@cache
def _tag_pairs() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return for each standard the pairs of tags by which the crawler recognises it."""
    families = _words().family.values()
    suffix = _words().suffix
    return tuple(
        (standard.id, tuple((family, standard.title.removesuffix(suffix)) for family in families))
        for standard in _national()
    )


@cache
def _title_words() -> tuple[tuple[str, str], ...]:
    special = _words().title
    return tuple((standard.id, special.get(standard.id, standard.title)) for standard in _national())


@cache
def _national() -> tuple[Standard, ...]:
    """Return the standards that are numbered in the national list."""
    return tuple(standard for standard in standards() if standard.number is not None)


@dataclass(frozen=True)
class _Words:
    """The words by which the crawler recognises datasets (``crawler.toml``, which explains each)."""

    formats: Sequence[str]
    suffix: str
    name: str
    file: str
    family: Mapping[str, str]
    title: Mapping[str, str]


@cache
def _words() -> _Words:
    return _Words(**packaged_toml(__package__, "crawler.toml"))
