"""The standard that is proposed for a table: by its header, and by what the table is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from meguro_opendata.standard.model import load_standard
from meguro_opendata.standard.recognition.evidence import Evidence, fewest_items, named_lists, unlisted
from meguro_opendata.standard.recognition.headernames import named_item
from meguro_opendata.standard.recognition.matching import SURE, Match, recognise, unlisted_in

__all__ = ["Recognition", "recognise_table"]

_SURE_REASONS = ("name", "spelling", "variant", "synonym", "known", "prefix")


@dataclass(frozen=True)
class Recognition:
    """The candidates for a table's standard.

    Attributes:
        matches: The standards that it may follow, best first; names only reorder and add to those that are not sure.
        named: What the table is called, as far as that speaks of a list of the national standard.
        sure: The standard that the header surely follows; none where the table is called by a list of unknown items.
    """

    matches: tuple[Match, ...] = ()
    named: tuple[Evidence, ...] = ()
    sure: Match | None = None

    @property
    def unlisted(self) -> Evidence | None:
        """Return the list of unknown items that the table is called by, ``None`` if there is none."""
        return next((one for one in self.named if one.id in unlisted()), None)

    @property
    def proposed(self) -> Match | None:
        """Return the best match if it is near, mixed with another standard, or supported by the table's names."""
        best = self.matches[0] if self.matches else None
        if best is None or self.unlisted is not None:
            return None
        return best if best.near or best.mixed or best.named else None


def recognise_table(labels: Iterable[str], names: Mapping[str, str]) -> Recognition:
    """Recognise a table by its labels and by what it is called (:func:`evidence.names_of`).

    >>> found = recognise_table(["名称", "所在地", "男子便器数", "備考"], {"title": "公衆トイレ一覧"})
    >>> found.sure is None, found.matches[0].id, found.matches[0].named[0].source
    (True, 'public_toilet', 'title')
    """
    header = list(labels)
    within = unlisted_in(header)
    named = (*named_lists(names), *([within] if within else []))
    matches = recognise(header)
    if matches and matches[0].sure:
        matches = [_with_names(match, named) for match in matches]
        return Recognition(tuple(matches), named, None if _any_unlisted(named) else matches[0])
    first = list(_all_called(named, header, matches))
    rest = [match for match in matches if match not in first]
    return Recognition(tuple(_with_names(match, named) for match in (*first, *rest)), named)


def _all_called(named: Iterable[Evidence], header: list[str], matches: list[Match]) -> Iterator[Match]:
    """Yield the standards that a table is called by, in the order of title, sheet, file and slug."""
    for standard_id in dict.fromkeys(one.id for one in named):
        if standard_id not in unlisted():
            yield from _called(standard_id, header, matches)


def _called(standard_id: str, header: list[str], matches: Iterable[Match]) -> Iterator[Match]:
    """Yield the versions of a standard that a table is called by, if enough of its columns are items of it."""
    found = [match for match in matches if match.id == standard_id]
    if found:
        yield from found
        return
    standard = load_standard(standard_id)
    items = {item[0] for label in header if (item := named_item(label, standard)) and item[1] in _SURE_REASONS}
    if len(items) >= fewest_items():
        share = min(SURE / 2, round(len(items) / len(standard.fields), 3))
        labels = round(len(items) / max(1, sum(bool(label.strip()) for label in header)), 3)
        yield Match(standard_id, str(standard.version), share, share, labels)


def _any_unlisted(named: Iterable[Evidence]) -> bool:
    return any(one.id in unlisted() for one in named)


def _with_names(match: Match, named: tuple[Evidence, ...]) -> Match:
    return replace(match, named=tuple(one for one in named if one.id == match.id))
