"""Recognition of the standard and version that a header follows: by name (NFKC, synonyms), never by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from meguro_opendata.japan.folding import folded
from meguro_opendata.standard.model import Standard, load_standard, standards
from meguro_opendata.standard.recognition.evidence import Evidence, least_share, list_words, unlisted

__all__ = ["SURE", "Match", "field_names", "known_labels", "recognise", "unlisted_in"]

SURE = 0.75
_NEAR = 0.3
_HALF = 0.5
_ENOUGH = 3


@dataclass(frozen=True)
class Match:
    """How well a header fits one version of a standard.

    Attributes:
        score: From 0 to 1; at :data:`SURE` and above the header is taken for this standard's.
        items: Share of the standard's items that the header has, an item weighing less the more standards have it.
        labels: Share of the header's labels that are the standard's.
        mixed: The id of another standard that the same header holds too, ``None`` if there is none.
        named: Where the table's title, sheet, file or slug speaks of this standard.
    """

    id: str
    version: str
    score: float
    items: float
    labels: float
    mixed: str | None = None
    named: tuple[Evidence, ...] = ()

    @property
    def sure(self) -> bool:
        """Return whether the header is this standard's."""
        return self.score >= SURE

    @property
    def near(self) -> bool:
        """Return whether the standard is worth naming; below, the header shares only items of many standards."""
        return self.score >= _NEAR


def recognise(labels: Iterable[str]) -> list[Match]:
    """Return the versions that share at least three labels with a header, best first."""
    header = {folded(label) for label in labels if label.strip()}
    found = [match for key in _templates() if (match := _match(key, header)) is not None]
    ranked = sorted(found, key=lambda match: (-match.items - match.labels, match.id, match.version))
    other = unlisted_in(header)
    return [_doubted(_marked(match, ranked, header), other.id if other else None) for match in ranked]


def known_labels() -> frozenset[str]:
    """Return every label of every standard, folded."""
    return frozenset().union(*_templates().values())


def field_names(standard: Standard) -> Mapping[str, str]:
    """Return the standard's exact item name for each folded spelling of it, synonyms included.

    >>> field_names(load_standard("aed"))["建物名等(方書)"]
    '建物名等(方書)'
    """
    names: dict[str, str] = {}
    for field in standard.fields:
        for synonym in field.descriptor.get("mo:synonyms", ()):
            names.setdefault(folded(synonym), field.name)
    names.update({folded(field.name): field.name for field in standard.fields})
    return names


@cache
def _templates() -> dict[tuple[str, str], frozenset[str]]:
    """Return the folded item names of every version of every standard."""
    return {
        (standard.id, version): frozenset(folded(field.name) for field in load_standard(standard.id, version).fields)
        for standard in standards()
        for version in standard.versions
    }


@cache
def _weights() -> dict[str, float]:
    """Return the weight of a label: one divided by the number of standards that have it."""
    owners: Counter[str] = Counter()
    for standard in standards():
        owners.update(frozenset().union(*(_templates()[standard.id, version] for version in standard.versions)))
    return {label: 1 / count for label, count in owners.items()}


@cache
def _synonyms(key: tuple[str, str]) -> dict[str, str]:
    return {spelling: folded(name) for spelling, name in field_names(load_standard(*key)).items()}


def _match(key: tuple[str, str], header: set[str]) -> Match | None:
    template, synonyms = _templates()[key], _synonyms(key)
    shared = {synonyms[label] for label in header if label in synonyms}
    if len(shared) < _ENOUGH:
        return None
    weights = _weights()
    items = sum(weights[label] for label in shared) / sum(weights[label] for label in template)
    return Match(key[0], key[1], round(items, 3), round(items, 3), round(len(shared) / len(header), 3))


def _marked(match: Match, ranked: list[Match], header: set[str]) -> Match:
    """Return the match with half its score if the rest of the header is another standard's."""
    template = _templates()[match.id, match.version]
    for other in ranked:
        if other.id != match.id and other.items >= SURE:
            beyond = (_templates()[other.id, other.version] - template) & header
            if len(beyond) * 2 > len(_templates()[other.id, other.version] - template):
                return replace(match, score=round(match.score * _HALF, 3), mixed=other.id)
    return match


def unlisted_in(labels: Iterable[str]) -> Evidence | None:
    """Return the list of unknown items whose name stands before labels of a header, ``None`` if there is none.

    >>> unlisted_in(["施設_ID", "公営駐車場_名称"])
    Evidence(id='car_park', source='header', word='公営駐車場')
    """
    header = {folded(label).casefold() for label in labels}
    names = ((standard_id, name) for standard_id in sorted(unlisted()) for name in list_words(standard_id))
    found = (pair for pair in names if any(label.startswith(f"{pair[1]}_") for label in header))
    return next((Evidence(standard_id, "header", name) for standard_id, name in found), None)


def _doubted(match: Match, unlisted_id: str | None) -> Match:
    """Halve the score of a match if the table follows an unknown list or holds more than a companion file."""
    share = least_share(match.id)
    if not match.sure or (unlisted_id is None and (share is None or match.labels >= share)):
        return match
    return replace(match, score=round(match.score * _HALF, 3), mixed=unlisted_id)
