"""The rules by name: the normaliser of each, and the doubter that examines the values which it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from meguro_opendata.cleaning import codes, damage, kana, numbers, text, web
from meguro_opendata.cleaning.asdate import lot_as_date, number_as_date
from meguro_opendata.cleaning.data import Unsure, read_data
from meguro_opendata.cleaning.dates import date_doubt, to_iso, to_year, year_doubt
from meguro_opendata.cleaning.flags import FLAGS
from meguro_opendata.cleaning.phones import phone, phone_doubt
from meguro_opendata.cleaning.placeholders import placeholder, placeholder_of
from meguro_opendata.cleaning.roles import role_of
from meguro_opendata.cleaning.times import duration, time_doubt, time_of_day
from meguro_opendata.cleaning.weekdays import weekday_doubt, weekdays
from meguro_opendata.cleaning.words import lines_doubt, list_doubt, separators, word
from meguro_opendata.japan import folding
from meguro_opendata.standard.model import Field, value_kinds

__all__ = ["DOUBTERS", "NORMALISERS", "damage_doubts", "doubts_of", "normalised", "rules_of"]

Normaliser = Callable[[str], str]
Doubter = Callable[[str], Unsure | None]
_DATED = frozenset(read_data("damage.toml")["as_date"]["doubted"])
_NUMBERED: Mapping[str, Sequence[str]] = read_data("damage.toml")["numbered"]


def _unchanged(value: str) -> str:
    """Return the value: the place of rules that work on a whole record (``groups``) or need the field's words."""
    return value


NORMALISERS: Mapping[str, Normaliser] = {
    "invisible": text.invisible,
    "markup": text.markup,
    "trim": text.trim,
    "full_width_kana": folding.full_width_kana,
    "symbols": text.symbols,
    "one_line": text.one_line,
    "half_width": folding.half_width,
    "half_width_digits": folding.half_width_digits,
    "address_digits": _unchanged,
    "placeholder": placeholder,
    "date": to_iso,
    "year": to_year,
    "time": time_of_day,
    "duration": duration,
    "weekdays": weekdays,
    "phone": phone,
    "postcode": codes.postcode,
    "municipality_code": codes.municipality_code,
    "corporate_number": codes.corporate_number,
    "machiaza_id": codes.machiaza_id,
    "poi_code": codes.poi_code,
    "code": _unchanged,
    "katakana": kana.katakana,
    "number": numbers.number,
    "whole_number": numbers.whole_number,
    "signed_numbers": numbers.signed_numbers,
    "decimals": numbers.decimals,
    "uri": web.uri,
    "email": web.email,
    **FLAGS,
    "separators": separators,
    "word": _unchanged,
    "time_range": _unchanged,
    "weekday_remark": _unchanged,
    "phone_remark": _unchanged,
}

DOUBTERS: Mapping[str, Doubter] = {
    "symbols": damage.lost_in_text,
    "date": date_doubt,
    "year": year_doubt,
    "time": time_doubt,
    "weekdays": weekday_doubt,
    "phone": phone_doubt,
    "postcode": codes.postcode_doubt,
    "municipality_code": codes.municipality_doubt,
    "corporate_number": codes.corporate_doubt,
    "machiaza_id": codes.machiaza_doubt,
    "poi_code": codes.poi_doubt,
    "code": codes.id_doubt,
    "katakana": kana.kana_doubt,
    "number": numbers.number_doubt,
    "whole_number": numbers.number_doubt,
    "signed_numbers": numbers.height_doubt,
    "decimals": numbers.degrees_doubt,
    "uri": web.uri_doubt,
    "email": web.email_doubt,
    "separators": list_doubt,
    "word": lines_doubt,
}


def rules_of(field: Field, off: Collection[str] = ()) -> list[tuple[str, Normaliser]]:
    """Return the normalisers of a field in the order of ``value_kinds.yaml``, without those that are switched off.

    >>> [name for name, _ in rules_of(Field("設置年", "year", "optional", "", {}), off=["trim"])]
    ['invisible', 'half_width', 'placeholder', 'year']
    """
    names = [name for name in value_kinds()[field.kind]["clean"] if name not in off]
    made = [(name, _for_field(name, field)) for name in names]
    return [(name, rule) for name, rule in made if rule is not _unchanged]


def doubts_of(field: Field, off: Collection[str] = ()) -> list[Doubter]:
    """Return the doubters of a field, which run after its normalisers.

    >>> len(doubts_of(Field("設置年", "year", "", "", {}))), doubts_of(Field("駐車場", "umu", "", "", {}))
    (1, [])
    """
    names = [name for name in value_kinds()[field.kind]["clean"] if name in DOUBTERS and name not in off]
    # The rules of these kinds look for destroyed numbers (and for dates) themselves: no finding comes twice.
    own = 2 if field.kind in _NUMBERED["own_both"] else int(field.kind in _NUMBERED["own_destroyed"])
    return [*(_doubter(name, field) for name in names), *damage_doubts(field)[own:]]


def damage_doubts(field: Field) -> list[Doubter]:
    """Return the doubters for destroyed numbers and for numbers shown as dates; empty for a field without numbers.

    >>> [found for doubt in damage_doubts(Field("郵便番号", "text", "", "", {})) if (found := doubt("1.53E+06"))]
    [Unsure(code='number-destroyed', readings=())]
    """
    if not damage.is_numbered(field.name, field.kind):
        return []
    if field.kind == "text_halfwidth" and damage.may_be_date(field.name):
        return [codes.id_doubt, partial(number_as_date, kind=field.kind)]
    if field.kind in _DATED:
        return [codes.code_doubt, partial(number_as_date, kind=field.kind)]
    return [codes.id_doubt, partial(lot_as_date, kind=field.kind)]


def normalised(field: Field, value: str) -> str:
    """Return a value as all normalisers of its field leave it.

    >>> normalised(Field("駐車場", "umu", "", "", {}), " ○"), normalised(Field("備考", "text", "", "", {}), "なし")
    ('有', '')
    """
    for _, rule in rules_of(field):
        value = rule(value)
    return value


def _for_field(name: str, field: Field) -> Normaliser:
    """Return the normaliser of a rule for one field."""
    return _BY_FIELD[name](field) if name in _BY_FIELD else NORMALISERS[name]


def _one_line(field: Field) -> Normaliser:
    return _unchanged if role_of(field.name, field.kind) in ("remarks", "free") else text.one_line


def _address_digits(field: Field) -> Normaliser:
    return folding.half_width_digits if role_of(field.name, field.kind) == "address" else _unchanged


def _placeholder(field: Field) -> Normaliser:
    """Return the placeholder rule of a field; a word that the standard lists is never a placeholder.

    なし says nothing in a remark and is an answer elsewhere, so that the role of the field counts.
    """
    role = role_of(field.name, field.kind)
    return _spared(placeholder_of("remarks" if role == "remarks" else field.kind), _words(field))


def _word(field: Field) -> Normaliser:
    known = _words(field)
    return partial(word, known=known) if known else _unchanged


def _separators(field: Field) -> Normaliser:
    # A comma is part of an address and of an area (対象地域): 上目黒1、2丁目 is one value.
    loose = role_of(field.name) != "address" and "地域" not in field.name
    return partial(separators, known=_words(field), loose=loose)


# The rules that depend on what a field is for, or on its listed words.
_BY_FIELD: Mapping[str, Callable[[Field], Normaliser]] = {
    "one_line": _one_line,
    "address_digits": _address_digits,
    "placeholder": _placeholder,
    "word": _word,
    "separators": _separators,
}


def _doubter(name: str, field: Field) -> Doubter:
    """Return the doubter of a rule for one field: a question mark can end a sentence, but is no part of a name."""
    of_role = {"name": damage.lost_in_name, "address": damage.lost_in_address}
    doubter = of_role.get(role_of(field.name, field.kind)) if name == "symbols" else None
    return doubter or DOUBTERS[name]


def _words(field: Field) -> tuple[str, ...]:
    listed = field.descriptor.get("mo:values") or field.descriptor.get("constraints", {}).get("enum") or ()
    return tuple(map(str, listed))


def _spared(rule: Normaliser, words: Collection[str]) -> Normaliser:
    """Return a rule that leaves listed words unchanged."""
    return rule if not words else lambda value: value if value in words else rule(value)
