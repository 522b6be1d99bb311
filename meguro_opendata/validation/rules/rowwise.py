"""Rules on the fields of one row together: order, sums, codes and names, addresses and their parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.japan.folding import folded, hyphens
from meguro_opendata.japan.municipalities import Municipality, municipalities
from meguro_opendata.japan.numerals import from_kanji
from meguro_opendata.sources.blocks import sum_names
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, rule_data

__all__ = ["addresses", "kept_sums", "names", "orders", "sums"]

_HOUR = 60
_HYPHENS = re.compile(f"[{hyphens('compared_addresses')}-]|番地の|番地|番|号|の|ノ")


def orders(rows: Rows) -> Iterator[Hit]:
    """Find ends that are before their beginning; times may run past midnight."""
    for entry in rule_data()["orders"]:
        for first, last in _pairs(entry["pairs"], rows):
            if entry["code"] == "time-order":
                yield from _times(rows, first, last, [name for name in entry["days"] if name in rows])
            else:
                yield from _dates(rows, first, last)


def _pairs(ends: Sequence[Sequence[str]], rows: Rows) -> list[tuple[str, str]]:
    """Return the fields that begin alike and end as a pair does."""
    found = []
    for first, last in ends:
        starts = [name.removesuffix(first) for name in rows.frame.columns if name.endswith(first)]
        found += [(start + first, start + last) for start in starts if start + last in rows]
    return list(dict.fromkeys(found))


def _times(rows: Rows, first: str, last: str, days: Sequence[str]) -> Iterator[Hit]:
    both = rows.frame.select(pl.col(first).alias("a"), pl.col(last).alias("b"))
    wrong = {pair for pair in both.unique().iter_rows() if _backwards(*pair)}
    if not wrong:
        return
    for at, pair in enumerate(both.iter_rows()):
        if pair in wrong and len({rows[name][at] for name in days}) <= 1:
            params = {"first": first, "begin": pair[0]}
            yield Hit("time-order", at, last, pair[1], params=params)


def _backwards(start: str, end: str) -> bool:
    """Return whether a time of day comes before another and is not one of the next morning.

    >>> _backwards("9:00", "5:00"), _backwards("09:00", "17:00"), _backwards("22:00", "6:00")
    (True, False, False)
    """
    first, last = _minutes(start), _minutes(end)
    if first is None or last is None or first <= last:
        return False
    night = rule_data()["night"]
    return not (first >= night["begins"] and last <= night["ends"]) and last != 0


def _minutes(text: str) -> int | None:
    found = re.fullmatch("([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?", text)
    return int(found[1]) * _HOUR + int(found[2]) if found else None


def _dates(rows: Rows, first: str, last: str) -> Iterator[Hit]:
    start, end = rows[first], rows[last]
    later = (start > end) & (end != "")
    if later.any():
        form = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        for at in (later & start.str.contains(form) & end.str.contains(form)).arg_true():
            yield Hit("date-order", at, last, end[at], params={"first": first, "begin": start[at]})


def sums(rows: Rows) -> Iterator[Hit]:
    """Yield totals that are not the sum of their parts, in rows in which all of these are numbers."""
    for entry in rule_data()["sums"]:
        parts = [name for name in rows.frame.columns if re.fullmatch(entry["parts"], name)]
        total = entry["total"]
        if any(name in rows for name in entry.get("without", ())):
            continue
        if total not in rows or len(parts) < 2:  # noqa: PLR2004 (a sum has two parts)
            continue
        numbers = rows.frame.select(pl.col(total, *parts).cast(pl.Int64, strict=False))
        whole = pl.all_horizontal(pl.col(*parts).is_not_null())
        summed = numbers.select(pl.when(whole).then(pl.sum_horizontal(parts))).to_series()
        for at in (summed != numbers[total]).fill_null(value=False).arg_true():
            named = [*parts[:2], "..."] if len(parts) > 3 else parts  # noqa: PLR2004 (as many as a line holds)
            yield Hit("sum-differs", at, total, rows[total][at], params={"sum": int(summed[at]), "parts": named})


def kept_sums(rows: Rows) -> Iterator[Hit]:
    """Yield rows that are named as the sum of others and are among the rows of the table all the same.

    >>> from meguro_opendata.standard.model import Field
    >>> fields = (Field("市町", "text", "", "", {}), Field("人口", "integer", "", "", {}))
    >>> frame = pl.DataFrame({"市町": ["A市", "B市", "県計"], "人口": ["10", "20", "30"]})
    >>> [(hit.position, hit.field, hit.value) for hit in kept_sums(Rows(frame, fields))]
    [(2, '市町', '県計')]
    """
    told: set[int] = set()
    counts = rows.frame.select(pl.sum_horizontal((pl.all() != "").cast(pl.UInt32))).to_series()
    for field in rows.fields:
        column = rows[field.name]
        named = column.str.contains(sum_names()) & (counts > 1)
        for at in named.arg_true():
            if at not in told:
                told.add(at)
                yield Hit("sum-kept", at, field.name, column[at])


def names(rows: Rows) -> Iterator[Hit]:
    """Yield codes that no municipality has, and names that are not those of the code."""
    for entry in rule_data()["names"]:
        code = first_of(entry["code"], rows)
        if code is None:
            continue
        parts = {part: first_of(entry.get(part, ()), rows) for part in ("full", "prefecture", "city")}
        columns = [code, *dict.fromkeys(name for name in parts.values() if name)]
        wrong = {
            cells: hit
            for cells in rows.frame.select(columns).unique().iter_rows()
            if (hit := _name_fault(dict(zip(columns, cells, strict=True)), code, parts))
        }
        if wrong:
            for at, cells in enumerate(rows.frame.select(columns).iter_rows()):
                if cells in wrong:
                    found, field, value, params = wrong[cells]
                    yield Hit(found, at, field, value, params=params)


_NameFault = tuple[str, str, str, dict[str, object]]


def _name_fault(cells: Mapping[str, str], code: str, parts: Mapping[str, str | None]) -> _NameFault | None:
    """Code, field, value and parameters of what does not fit in one combination of a code and its names."""
    value = cells[code]
    if not _is_code(value):
        return None
    prefecture = prefectures().get(value[:2])
    town = known_municipalities().get(value)
    if prefecture is None or (town is None and value[2:5] != "000"):
        return "code-unknown", code, value, {}
    named = {name: (part, folded(cells[name])) for part, name in parts.items() if name}
    for name, (part, written) in named.items():
        if written and not _is_name(part, written, prefecture, town):
            right = town.full_name if town else prefecture
            return "code-name-differs", name, cells[name], {"code_field": code, "code": value, "right": right}
    return None


def _is_code(value: str) -> bool:
    return re.fullmatch("[0-9]{6}", value) is not None and check_digit(value[:5]) == value[5]


def _is_name(part: str, written: str, prefecture: str, town: Municipality | None) -> bool:
    if part == "prefecture":
        return written == prefecture
    if town is None:
        return part == "city" or written == prefecture
    plain = written.removeprefix(prefecture) if part == "full" else written
    known = (town.name, town.county + town.name, town.county)
    return any(
        plain and (plain.startswith(name) or name.startswith(plain) or name.endswith(plain)) for name in known if name
    )


@cache
def prefectures() -> dict[str, str]:
    """Return the prefectures by the two digits that their codes begin with.

    >>> prefectures()["13"]
    '東京都'
    """
    return {known.code[:2]: known.prefecture for known in municipalities()}


@cache
def known_municipalities() -> dict[str, Municipality]:
    """Return every municipality by its code.

    >>> known_municipalities()["131105"].name
    '目黒区'
    """
    return {known.code: known for known in municipalities()}


def addresses(rows: Rows) -> Iterator[Hit]:
    """Yield addresses in one string that say another place than their parts."""
    for entry in rule_data()["addresses"]:
        joined = first_of(entry["joined"], rows)
        if joined is None:
            continue
        parts = {part: first_of(entry[part], rows) for part in ("prefecture", "city", "town", "lot")}
        columns = [name for name in parts.values() if name]
        if columns:
            yield from _unlike(rows, joined, parts, columns)


def _unlike(rows: Rows, joined: str, parts: Mapping[str, str | None], columns: Sequence[str]) -> Iterator[Hit]:
    """Yield the rows whose unchanged parts are not in the address, after a close comparison."""
    literal = pl.all_horizontal(pl.col(joined).str.contains(pl.col(name), literal=True) for name in columns) | (
        pl.col(joined) == ""
    )
    doubtful = rows.frame.select(~literal).to_series()
    for at in doubtful.arg_true():
        written = {part: rows[name][at] if name else "" for part, name in parts.items()}
        part = differing_part(rows[joined][at], written)
        name = parts.get(part or "")
        if name:
            yield Hit(
                "address-parts-differ", at, joined, rows[joined][at], params={"part": name, "other": rows[name][at]}
            )


def differing_part(address: str, parts: Mapping[str, Any]) -> str | None:
    """Return the first part that an address contradicts, whatever way the two are written; ``None`` if it does not.

    An address may leave out prefecture and city.

    >>> parts = {"prefecture": "東京都", "city": "目黒区", "town": "上目黒二丁目", "lot": "19番15号"}
    >>> differing_part("目黒区上目黒２－１９－１５", parts), differing_part("東京都目黒区中目黒2-19-15", parts)
    (None, 'town')
    """
    whole = folded_address(address)
    written = {part: str(parts.get(part) or "") for part in _AGREES}
    return next((part for part, agrees in _AGREES.items() if not agrees(whole, written)), None)


def _has_prefecture(whole: str, parts: Mapping[str, str]) -> bool:
    """Return whether an address begins with the prefecture, or with none."""
    return whole.startswith(parts["prefecture"]) or not re.match("東京都|北海道|.{2,3}[府県]", whole)


def _has_city(whole: str, parts: Mapping[str, str]) -> bool:
    """Return whether an address that has the prefecture also has the city."""
    without = not parts["prefecture"] or not whole.startswith(parts["prefecture"])
    return without or folded_address(parts["city"]) in whole


def _has_towns(whole: str, parts: Mapping[str, str]) -> bool:
    """Return whether all towns that are named stand in an address."""
    towns = re.split("[・/、,]", folded(parts["town"]))
    return all(folded_address(town).rstrip("-") in whole for town in towns)


def _has_lot(whole: str, parts: Mapping[str, str]) -> bool:
    """Return whether the numbers of a lot stand in an address, one behind another."""
    lot = folded_address(parts["lot"])
    return "-".join(re.findall("[0-9]+", lot)) in "-".join(re.findall("[0-9]+", whole))


# Whether a folded address agrees with a part.
_AGREES: Mapping[str, Callable[[str, Mapping[str, str]], bool]] = {
    "prefecture": _has_prefecture,
    "city": _has_city,
    "town": _has_towns,
    "lot": _has_lot,
}


def folded_address(text: str) -> str:
    """Return an address without what is written in several ways: widths, spaces, hyphens, 丁目, 番地, 大字.

    >>> folded_address("上目黒二丁目１９番１５号"), folded_address("大字 上目黒2ー19")
    ('上目黒2-19-15-', '上目黒2-19')
    """
    plain = folded(text).replace("大字", "").replace("字", "")
    plain = re.sub(
        "([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])丁目",
        lambda found: f"{from_kanji(found[1])}丁目",
        plain,
    )
    plain = _HYPHENS.sub("-", plain.replace("丁目", "-"))
    return re.sub("-+", "-", plain.replace("ケ", "ヶ").replace("が", "ヶ").replace("ガ", "ヶ"))
