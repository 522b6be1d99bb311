"""Rules on a table's form: values under another column's name, shifted rows, a header of another standard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from meguro_opendata.cleaning.roles import role_of
from meguro_opendata.japan.folding import folded
from meguro_opendata.standard.model import Field, Standard
from meguro_opendata.standard.recognition import SURE, field_names, recognise
from meguro_opendata.validation.rules.data import Hit, Rows, limits, rule_data

__all__ = ["columns", "foreign_layout", "shifts", "standards"]

_NOT_FREE = ("address", "name")
_POINT = {"latitude", "longitude"}  # exchanged ones are told cell by cell


def columns(rows: Rows) -> Iterator[Hit]:
    """Yield columns nearly all of whose values look like those of another kind."""
    looks: Mapping[str, str] = rule_data()["looks"]
    for field in rows.fields:
        if field.kind in looks or _asks_for_words(field):
            column = rows[field.name]
            sample = column.filter(column != "").head(int(limits("column_sample"))).to_list()
            other = _other_kind(field, sample, looks) if len(sample) >= limits("column_values") else None
            if other is not None:
                yield Hit("column-of-other-kind", None, field.name, sample[0], params={"other_kind": other})


def _other_kind(field: Field, sample: Sequence[str], looks: Mapping[str, str]) -> str | None:
    """Return the kind that values look like, if they do not look like their field's own."""
    if field.kind in looks and _share(sample, looks[field.kind]):
        return None
    others = (kind for kind in looks if kind != field.kind and {kind, field.kind} != _POINT)
    return next((kind for kind in others if _share(sample, looks[kind])), None)


def _asks_for_words(field: Field) -> bool:
    """Return whether a field of text is a name or an address, and so no place for anything else."""
    return field.kind == "kana" or (
        field.kind == "text" and role_of(field.name) in _NOT_FREE and not re.search("番号|コード|NO|ID", field.name)
    )


def _share(sample: Sequence[str], look: str) -> bool:
    """Return whether nearly all values look like that."""
    return sum(bool(re.match(look, value)) for value in sample) >= limits("column_share") * len(sample)


def shifts(rows: Rows, errors: Mapping[int, Sequence[str]]) -> Iterator[Hit]:
    """Yield rows whose values fit the header only if they are moved by some columns.

    Args:
        rows: The table.
        errors: The fields in which frictionless found errors, by the row's position.
    """
    looks: Mapping[str, str] = rule_data()["looks"]
    strict = {at: looks[field.kind] for at, field in enumerate(rows.fields) if field.kind in looks}
    for at, fields in errors.items():
        if len(set(fields)) >= limits("shift_errors"):
            by = shift_of(rows.frame.row(at), strict)
            if by:
                yield Hit("row-shifted", at, params={"by": abs(by), "side": "->" if by > 0 else "<-"})


def shift_of(cells: Sequence[str], strict: Mapping[int, str]) -> int:
    """Return by how many columns a row's cells are shifted right (left if negative); 0 if uncertain.

    >>> strict = {1: "^[0-9]{3}-[0-9]{4}$", 2: "^[(]0"}
    >>> shift_of(["見本", "", "153-8573", "(03)5722-1111"], strict), shift_of(["見本", "153-8573", "(03)1", ""], strict)
    (1, 0)
    """

    def fits(by: int) -> int:
        """Return how many strict columns are filled and fit, or -1 if one does not."""
        count = 0
        for place, look in strict.items():
            value = cells[place + by] if 0 <= place + by < len(cells) else ""
            if value and not re.match(look, value):
                return -1
            count += bool(value)
        return count

    most = int(limits("shift_most"))
    if fits(0) >= 0:
        return 0
    found = [by for by in range(-most, most + 1) if by and fits(by) >= limits("shift_fits")]
    return found[0] if len(found) == 1 else 0


def standards(labels: Sequence[str], standard: Standard) -> Iterator[Hit]:
    """Find a header of another standard, of another publisher's layout, or of no known layout."""
    found = recognise(labels)
    own = max((match.score for match in found if match.id == standard.id), default=0.0)
    if own >= SURE:
        return
    foreign = foreign_layout(labels)
    if foreign is not None:
        yield Hit("standard-foreign", params={"layout": foreign, "named": standard.title})
    elif found and found[0].id != standard.id and found[0].score >= SURE and own < limits("other_standard"):
        params = {"other": f"{found[0].id}@{found[0].version}", "named": standard.title}
        yield Hit("standard-other", params=params)
    elif not own and _is_unlike(labels, standard):
        yield Hit("standard-unlike", params={"named": standard.title, "count": len(labels)})


def _is_unlike(labels: Sequence[str], standard: Standard) -> bool:
    """Return whether a header of some length has next to no item of a standard, whatever way its labels are spelt."""
    known = field_names(standard)
    shared = sum(folded(label) in known for label in labels)
    return len(labels) >= limits("unlike_labels") and shared < limits("unlike_share") * len(labels)


def foreign_layout(labels: Sequence[str]) -> str | None:
    """Return the name of another publisher's layout, such as a ministry's, whose labels a header has.

    >>> foreign_layout(["NO", "共通ID", "施設・場所名", "住所", "指定避難所との住所同一", "緯度", "経度", "内水氾濫"])
    '指定緊急避難場所データ（国土地理院）'
    """
    header = {folded(label) for label in labels}
    for entry in rule_data()["foreign"]:
        known = {folded(label) for label in entry["labels"]}
        if len(known & header) >= limits("foreign_share") * len(known):
            return str(entry["name"])
    return None
