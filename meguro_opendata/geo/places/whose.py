"""The municipality of a table, and the evidence for it: codes, names, titles, towns, the workspace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.geo.places.gazetteer.available import open_gazetteer
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.japan.addresses import parse_address
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import folded_name, plain_address
from meguro_opendata.japan.folding import folded
from meguro_opendata.japan.municipalities import Municipality, municipalities, municipality
from meguro_opendata.packaged import packaged_toml

if TYPE_CHECKING:
    from meguro_opendata.geo.places.gazetteer.base import Gazetteer

__all__ = ["Evidence", "Whose", "whose"]


@dataclass(frozen=True)
class Evidence:
    """Why a table is about a municipality.

    Attributes:
        kind: ``given``, ``codes``, ``names``, ``title``, ``sheet``, ``file``, ``towns`` or ``workspace``.
        home: The municipality.
        count: How many values say so.
        of: Of how many.
        text: The title or name that says so.
    """

    kind: str
    home: Municipality
    count: int = 0
    of: int = 0
    text: str = ""

    def params(self) -> dict[str, object]:
        """Return what its message needs, ``evidence-`` and its kind in the messages."""
        return {"city": self.home.full_name, "count": self.count, "of": self.of, "text": self.text}


@dataclass(frozen=True)
class Whose:
    """The municipality of a table, ``None`` if nothing says it, and why it is that."""

    home: Municipality | None
    evidence: tuple[Evidence, ...] = ()


def whose(
    frame: pl.DataFrame,
    texts: Mapping[str, str] | None = None,
    workspace: Municipality | None = None,
    gazetteer: Gazetteer | None = None,
    *,
    stops: bool = True,
) -> Whose:
    """Return the municipality that a table is about.

    What the table itself says comes before the workspace. Where all addresses name their municipality, or there are
    none, nothing depends on it, and what is not certain is left open.

    Args:
        frame: The table, all text.
        texts: Its ``title``, ``sheet`` and ``file``, as far as there are any.
        workspace: The municipality of the workspace.
        gazetteer: Source of towns; by default the imported gazetteers and those of the project.
        stops: Whether two candidates are an error; else nothing is decided between them.

    Raises:
        MeguroOpendataError: If addresses lack their municipality and more than one comes into question; it names them.

    >>> table = pl.DataFrame({"名称": ["見本"], "住所": ["上目黒2-19-15"]})
    >>> found = whose(table, {"file": "目黒区_見本.xlsx"})
    >>> found.home.name if found.home else None, [one.kind for one in found.evidence]
    ('目黒区', ['file'])
    """
    addresses = _addresses(frame)
    named, open_ends = _named(addresses)
    found = _found(frame, texts or {}, workspace, named, len(addresses))
    if not found and open_ends:
        found = list(_by_addresses(addresses, named, gazetteer or open_gazetteer()))
    candidates = list(dict.fromkeys(one.home for one in found))
    if open_ends and stops:
        _refuse_several(candidates)
    only = candidates[0] if len(candidates) == 1 else _first_of_the_table(found, workspace)
    return Whose(only, tuple(one for one in found if one.home == only))


def _refuse_several(candidates: Sequence[Municipality]) -> None:
    if len(candidates) > 1:
        shown = [f"{home.full_name} ({home.code})" for home in candidates]
        raise MeguroOpendataError("municipality-two", cities=shown, option=candidates[0].code)


def _found(
    frame: pl.DataFrame,
    texts: Mapping[str, str],
    workspace: Municipality | None,
    named: Counter[Municipality],
    rows: int,
) -> list[Evidence]:
    """Return the evidence of codes, names and titles and, unless the table itself says it, the workspace."""
    inside = [*_codes(frame), *_names(named, rows), *_name_columns(frame)]
    near = [one.home for one in inside] + ([workspace] if workspace is not None else [])
    around = list(_texts(texts, near))
    own = [Evidence("workspace", workspace)] if workspace is not None and not inside else []
    return [*inside, *around, *own]


def _by_addresses(addresses: Sequence[str], named: Counter[Municipality], gazetteer: Gazetteer) -> Iterator[Evidence]:
    """Yield the evidence of the towns of addresses, else the few addresses that name a municipality."""
    by_towns = list(_towns(addresses, gazetteer))
    yield from by_towns or (Evidence("names", home, count, len(addresses)) for home, count in named.most_common())


def _first_of_the_table(found: Sequence[Evidence], workspace: Municipality | None) -> Municipality | None:
    """Of several candidates, none of which is needed: what the table itself says, else the workspace's."""
    inside = [one.home for one in found if one.kind in ("codes", "names")]
    return inside[0] if inside else workspace


def _data() -> Mapping[str, Any]:
    return packaged_toml(__package__, "whose.toml")


def _filled(column: pl.Series) -> list[str]:
    texts = column.head(_data()["rows"]).cast(pl.String).fill_null("").str.strip_chars()
    return texts.filter(texts != "").to_list()


def _codes(frame: pl.DataFrame) -> Iterator[Evidence]:
    """Yield a column of codes most of which are the same municipality's."""
    found: Counter[Municipality] = Counter()
    rows = 0
    for name in frame.columns:
        values = _filled(frame[name])
        known = Counter(_by_code()[value] for value in values if value in _by_code())
        if values and known.total() >= _data()["most"] * len(values):
            found.update(known)
            rows += len(values)
    yield from _leading("codes", found, rows)


def _leading(kind: str, found: Counter[Municipality], rows: int) -> Iterator[Evidence]:
    """Yield the municipality that has most of the values that name any."""
    for home, count in found.most_common(1):
        if count >= _data()["most"] * found.total():
            yield Evidence(kind, home, count, rows)


def _addresses(frame: pl.DataFrame) -> list[str]:
    """Return the filled addresses of the column that is named as such."""
    here = {folded(name): name for name in reversed(frame.columns)}
    usual = (folded(name) for name in gazetteer_data()["address_columns"])
    column = next((here[name] for name in usual if name in here), None)
    return _filled(frame[column]) if column is not None else []


def _named(addresses: Iterable[str]) -> tuple[Counter[Municipality], bool]:
    """Return how many addresses name each municipality, and whether some name none."""
    found: Counter[Municipality] = Counter()
    some_open = False
    for address in addresses:
        place = find_place(plain_address(address))
        if place.municipality is not None:
            found[place.municipality] += 1
        else:
            some_open = True
    return found, some_open


def _names(named: Counter[Municipality], rows: int) -> Iterator[Evidence]:
    """Yield the municipality that most addresses name; those of a minority are named since they lie elsewhere."""
    for _, count in named.most_common(1):
        if count >= _data()["half"] * rows:
            yield from _leading("names", named, rows)


def _name_columns(frame: pl.DataFrame) -> Iterator[Evidence]:
    """Yield the municipality that columns of prefecture and municipality name."""
    known, here = _data(), frame.columns
    city = next((name for name in known["city_columns"] if name in here), None)
    if city is None:
        return
    prefecture = next((name for name in known["prefecture_columns"] if name in here), None)
    parts = [pl.col(name).fill_null("").str.strip_chars() for name in (prefecture, city) if name is not None]
    values = _filled(frame.select(pl.concat_str(parts)).to_series())
    places = (find_place(plain_address(value)) for value in values)
    found = Counter(one.municipality for one in places if one.municipality is not None and not one.rest)
    yield from _leading("names", found, len(values))


def _texts(texts: Mapping[str, str], near: Sequence[Municipality]) -> Iterator[Evidence]:
    """Yield the municipalities in titles and file names; the other evidence decides between several alike."""
    for kind in ("title", "sheet", "file"):
        text = texts.get(kind, "")
        for alike in _mentioned(text):
            chosen = [one for one in alike if one in near] or alike
            yield from (Evidence(kind, one, text=text) for one in chosen)


def _mentioned(text: str) -> Iterator[tuple[Municipality, ...]]:
    """Yield the municipalities that a text names or whose code it has, each with those of the same name.

    >>> [[one.full_name for one in alike] for alike in _mentioned("府中市の一覧")]
    [['東京都府中市', '広島県府中市']]
    >>> [[one.full_name for one in alike] for alike in _mentioned("東京都府中市の一覧、131105_aed")]
    [['東京都府中市'], ['東京都目黒区']]
    """
    rest = folded_name(plain_address(text))
    for length, names in _by_length():
        at = 0
        while at + length <= len(rest):
            alike = names.get(rest[at : at + length])
            if alike and _stands_alone(rest, at, at + length):
                yield alike
                rest = rest[:at] + " " * length + rest[at + length :]
            at += 1
    for code in re.findall(_data()["code"], rest):
        if code in _by_code():
            yield (_by_code()[code],)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a name in a text is none of another thing: 八雲町会 is not 八雲町; a short name begins a word.

    >>> _stands_alone("八雲町会", 0, 3), _stands_alone("令和7年度津市", 5, 7), _stands_alone("水防区北区間", 3, 5)
    (False, True, False)
    """
    known, before, after = _data(), text[start - 1 : start] if start else "", text[end : end + 1]
    if after and after in known["after"].get(text[end - 1], ""):
        return False
    return end - start > known["short"] or not before.isalpha() or before.isascii() or before in known["before"]


@cache
def _by_length() -> list[tuple[int, dict[str, tuple[Municipality, ...]]]]:
    """Return municipalities by their names with and without prefecture and county, the longest names first."""
    grouped: dict[str, list[Municipality]] = {}
    for one in municipalities():
        names = {one.name, f"{one.county}{one.name}", one.full_name, f"{one.prefecture}{one.county}{one.name}"}
        for name in names:
            grouped.setdefault(folded_name(name), []).append(one)
    lengths = sorted({len(name) for name in grouped}, reverse=True)
    return [
        (length, {name: tuple(alike) for name, alike in grouped.items() if len(name) == length}) for length in lengths
    ]


@cache
def _by_code() -> dict[str, Municipality]:
    return {one.code: one for one in municipalities()}


def _towns(addresses: Sequence[str], gazetteer: Gazetteer) -> Iterator[Evidence]:
    """Yield the municipalities whose towns are the addresses', if several towns are; best first."""
    codes = [code for code in gazetteer.codes() if code in _by_code()]
    if len(codes) > _data()["gazetteers"]:
        return
    scored = [found for code in codes if (found := _of_towns(addresses, municipality(code), gazetteer)) is not None]
    best = max((one.count for one in scored), default=0)
    yield from (one for one in scored if one.count == best)


def _of_towns(addresses: Sequence[str], home: Municipality, gazetteer: Gazetteer) -> Evidence | None:
    """Return how many addresses are in towns of a municipality, if enough of them are, in towns enough."""
    parsed = (parse_address(text, home, gazetteer.towns) for text in addresses)
    known = [one for one in parsed if one.known and one.code == home.code]
    towns = {one.place[0].oaza for one in known if one.place}
    if len(towns) < _data()["towns"] or len(known) < _data()["half"] * len(addresses):
        return None
    return Evidence("towns", home, len(known), len(addresses))
