"""Fields that belong together: a value of one field that contains a part of another field's value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from meguro_opendata.cleaning.data import read_data
from meguro_opendata.cleaning.phones import split_phone
from meguro_opendata.cleaning.times import split_range
from meguro_opendata.cleaning.weekdays import split_remark
from meguro_opendata.standard.model import Field

__all__ = ["GROUPED", "Move", "moves"]

GROUPED = ("time", "weekdays", "phone")  # kinds of value whose cells can contain a part of another field's value

_DATA: Mapping[str, Any] = read_data("groups.toml")
Cell = Callable[[str, int], str]
_SPLITTERS: Mapping[str, Callable[[str], object]] = {
    "time_range": lru_cache(split_range),
    "weekday_remark": lru_cache(split_remark),
    "phone_remark": lru_cache(split_phone),
}


@dataclass(frozen=True)
class Move:
    """A cell that is rewritten because of another cell in its row: position, field, rule and the new value."""

    position: int
    field: str
    rule: str
    after: str


@dataclass(frozen=True)
class _Group:
    """A field, its rule, and the fields that take parts of its values: end of a range, extension, remarks."""

    rule: str
    source: str
    end: str | None = None
    extension: str | None = None
    remarks: str | None = None


def moves(
    fields: Sequence[Field], touched: Mapping[str, Collection[int]], cell: Cell, off: Mapping[str, Collection[str]]
) -> Iterator[Move]:
    """Yield each cell that changes because a part of a value belongs into another field, by group and row.

    Args:
        fields: The fields of the table.
        touched: By field, the positions at which a value can contain more than the field's own part.
        cell: A function that returns the value of a field at a position, with all earlier moves applied.
        off: By field, the rules that are switched off.
    """
    for group in _groups(tuple((field.name, field.kind) for field in fields)):
        if group.rule in off.get(group.source, ()):
            continue
        splits = _SPLITTERS[group.rule]
        names = [name for name in (group.source, group.end) if name is not None]
        at = {position for name in names for position in touched.get(name, ()) if splits(cell(name, position))}
        for position in sorted(at):
            yield from _of_row(group, position, cell)


def _of_row(group: _Group, position: int, cell: Cell) -> Iterator[Move]:
    value = cell(group.source, position)
    if group.end is not None:
        made = _times(value, cell(group.end, position))
        targets = dict(zip((group.source, group.end), made, strict=True)) if made else {}
    elif group.rule == "weekday_remark":
        targets = _weekdays(group, value, position, cell)
    else:
        targets = _phone(group, value, position, cell)
    for name, after in targets.items():
        if after != cell(name, position):
            yield Move(position, name, group.rule, after)


def _times(start: str, end: str) -> tuple[str, str] | None:
    """Return start and end for a range in one of the two cells, or the same range in both.

    Return ``None`` if the other cell contains a different time: no value is overwritten.

    >>> _times("9:00~17:00", ""), _times("9:00", "9:00~17:00"), _times("9:00~12:00", "17:00")
    (('9:00', '17:00'), ('9:00', '17:00'), None)
    """
    first, second = split_range(start), split_range(end)
    found = first or second
    if found is None or (first and second and first != second):
        return None
    fits = (first or start in ("", found[0])) and (second or end in ("", found[1]))
    return found if fits else None


def _weekdays(group: _Group, value: str, position: int, cell: Cell) -> dict[str, str]:
    split = split_remark(value)
    if split is None or group.remarks is None:
        return {}
    return {group.source: split[0], group.remarks: _added(cell(group.remarks, position), split[1])}


def _phone(group: _Group, value: str, position: int, cell: Cell) -> dict[str, str]:
    parts = split_phone(value)
    if parts is None:
        return {}
    targets = {group.source: parts.number}
    if parts.extension:
        here = cell(group.extension, position) if group.extension else None
        if group.extension is None or here not in ("", parts.extension):
            return {}
        targets[group.extension] = parts.extension
    if parts.note:
        if group.remarks is None:
            return {}
        targets[group.remarks] = _added(cell(group.remarks, position), parts.note)
    return targets


def _added(here: str, more: str) -> str:
    """Return a remark with another one appended, or unchanged if it contains that one already.

    >>> _added("", "祝日除く"), _added("要予約", "祝日除く"), _added("要予約。祝日除く", "祝日除く")
    ('祝日除く', '要予約。祝日除く', '要予約。祝日除く')
    """
    if more in here:
        return here
    return f"{here}{'' if here.endswith(('。', '.', '、')) else '。'}{more}" if here else more


@cache
def _groups(named: tuple[tuple[str, str], ...]) -> tuple[_Group, ...]:
    kinds = dict(named)
    return (*_time_groups(kinds), *_source_groups(kinds, "weekdays"), *_source_groups(kinds, "phones"))


def _time_groups(kinds: Mapping[str, str]) -> Iterator[_Group]:
    for pair in _DATA["ranges"]:
        for name, kind in kinds.items():
            end = name.removesuffix(pair["start"]) + pair["end"]
            if kind == "time" and name.endswith(pair["start"]) and kinds.get(end) == "time":
                yield _Group("time_range", name, end=end)


def _source_groups(kinds: Mapping[str, str], part: str) -> Iterator[_Group]:
    rule, wanted = {"weekdays": ("weekday_remark", "weekdays"), "phones": ("phone_remark", "phone")}[part]
    for entry in _DATA[part]:
        for name, kind in kinds.items():
            if kind == wanted and name.endswith(entry["source"]):
                stem = name.removesuffix(entry["source"])
                extension = _target(kinds, stem, entry.get("extension", ()))
                yield _Group(rule, name, extension=extension, remarks=_target(kinds, stem, entry["remarks"]))


def _target(kinds: Mapping[str, str], stem: str, ends: Sequence[str]) -> str | None:
    """Return the first text field with one of the ends and the same beginning, or a more general beginning."""
    # The remarks field often has a more general beginning than the field itself: 連絡先備考 beside 電話番号.
    starts = list(dict.fromkeys([stem, stem.rpartition("_")[0] + "_" if "_" in stem else "", "利用可能", "連絡先", ""]))
    names = [start + end for end in ends for start in starts]
    return next((name for name in names if kinds.get(name) in ("text", "text_halfwidth")), None)
