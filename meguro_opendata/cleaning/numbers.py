"""Numbers: separators, units, and the noise of binary fractions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from meguro_opendata.cleaning.asdate import number_as_date
from meguro_opendata.cleaning.codes import code_doubt
from meguro_opendata.cleaning.data import Unsure, read_data, short_read, short_rewritten
from meguro_opendata.geo.notation import read_degrees

__all__ = ["decimals", "degrees_doubt", "height_doubt", "number", "number_doubt", "signed_numbers", "whole_number"]

_DATA: Mapping[str, Any] = read_data("units.toml")
_UNIT = "|".join(sorted(map(re.escape, [*_DATA["counters"], *_DATA["measures"]]), key=len, reverse=True))
_QUALIFIER = "|".join(_DATA["qualifiers"])
_AMOUNT = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_WRITTEN = re.compile(rf"(?P<amount>{_AMOUNT})\s*(?:{_UNIT})?")
_WITH_WORDS = re.compile(
    rf"(?:{_QUALIFIER})?\s*(?P<amount>{_AMOUNT})(?![0-9.,])\s*(?:{_UNIT})?(?:\s*[(※(、].*|程度|前後)?", re.DOTALL
)
_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
# A binary double has 15 to 17 decimal digits: eleven or more behind the point are noise of an arithmetic.
_NOISE = re.compile(r"-?[0-9]{1,15}\.[0-9]{11,}")
_NONE = ("なし", "無し", "無", "ナシ")
_PLACES = Decimal("1e-10")  # 0.01 mm of a coordinate in degrees: no survey is finer


@short_rewritten
def number(text: str) -> str:
    """Return a number without thousands separators, the field's unit and the sign of zero; other values unchanged.

    ▲ and △ are the minus signs of Japanese accounts.

    >>> number("1,075"), number("70名"), number("15.5㎡"), number("▲3"), number("△1,200")
    ('1075', '70', '15.5', '-3', '-1200')
    >>> number("-0"), number("-0.0"), number("-0.5")
    ('0', '0.0', '-0.5')
    >>> number("約70"), number("1,2"), number("2※内1個は故障中"), number("3km")
    ('約70', '1,2', '2※内1個は故障中', '3km')
    """
    if _PLAIN.fullmatch(text):
        return _positive_zero(text)
    found = _WRITTEN.fullmatch(re.sub("^[▲△]", "-", text))
    return _positive_zero(found["amount"].replace(",", "")) if found else text


@short_rewritten
def whole_number(text: str) -> str:
    """Return a number as ``number`` does, without the ``.0`` that a spreadsheet adds to a whole one.

    >>> whole_number("12.0"), whole_number("1,075人"), whole_number("1.5")
    ('12', '1075', '1.5')
    """
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", number(text))


@short_rewritten
def signed_numbers(text: str) -> str:
    """Return one number or several, separated by half-width semicolons.

    >>> signed_numbers("3、-1"), signed_numbers("地下1階")
    ('3;-1', '地下1階')
    """
    parts = [number(part) for part in (part.strip(", \t") for part in re.split("[、;；\n/]", text)) if part]
    return ";".join(parts) if parts and all(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", part) for part in parts) else text


@short_rewritten
def decimals(text: str) -> str:
    """Return a number without the noise that binary fractions leave after its tenth decimal.

    >>> decimals("35.641462999999998"), decimals("35.6414630001"), decimals("139.69817099999999")
    ('35.641463', '35.6414630001', '139.698171')
    """
    if not _NOISE.fullmatch(text):
        return text
    rounded = format(Decimal(text).quantize(_PLACES), "f").rstrip("0").rstrip(".")
    return _positive_zero(rounded) or text


def _positive_zero(text: str) -> str:
    return text[1:] if re.fullmatch(r"-0+(?:\.0+)?", text) else text


@short_read
def degrees_doubt(text: str) -> Unsure | None:
    r"""Return the decimal degrees of a coordinate that is written with signs, as a proposal.

    The notation names no datum, so that only a person can decide whether the degrees may be taken.

    >>> degrees_doubt("34°03'07.7\"N"), degrees_doubt("35.6414")
    (Unsure(code='ambiguous-value', readings=('34.052139',)), None)
    >>> [degrees_doubt(text).readings for text in ("35/38/29", "北緯35.641389度", "N35.38.29")]
    [('35.641389',), ('35.641389',), ('35.641389',)]
    """
    found = None if _PLAIN.fullmatch(text) else read_degrees(text)
    if found is None or found.notation is None:
        return None
    if found.notation == "decimal":
        # One degree is about 100 km: whole degrees locate nothing, and their decimals were lost.
        reading = format(found.readings[0].normalize(), "f")
        return Unsure("ambiguous-value", (reading,)) if "." in reading else None
    return Unsure("ambiguous-value", (format(found.readings[0].quantize(Decimal("1e-6")), "f"),))


@short_read
def number_doubt(text: str) -> Unsure | None:
    """Return a doubt for a number among words, for a word that means 0, for a date, and for destroyed digits.

    >>> number_doubt("約70"), number_doubt("2※内1個は故障中").readings, number_doubt("70名(当日先着)").readings
    (Unsure(code='ambiguous-value', readings=('70',)), ('2',), ('70',))
    >>> number_doubt("なし").readings, number_doubt("3.00002E+12").code, number_doubt("70"), number_doubt("x")
    (('0',), 'number-destroyed', None, None)
    >>> number_doubt("1900/1/20")
    Unsure(code='number-as-date', readings=('20',))
    """
    if not text or _PLAIN.fullmatch(text):
        return None
    if text in _NONE:
        return Unsure("ambiguous-value", ("0",), partial=True)
    found = _WITH_WORDS.fullmatch(text)
    if found:
        return Unsure("ambiguous-value", (found["amount"].replace(",", ""),), partial=True)
    return number_as_date(text, "decimal") or code_doubt(text)


@short_read
def height_doubt(text: str) -> Unsure | None:
    """Return the number of a storey that is written with words, negative below ground.

    >>> height_doubt("地下1階"), height_doubt("B1F"), height_doubt("3階"), height_doubt("-1")
    (Unsure(code='ambiguous-value', readings=('-1',)), Unsure(code='ambiguous-value', readings=('-1',)), \
Unsure(code='ambiguous-value', readings=('3',)), None)
    """
    found = re.fullmatch(r"(地下|B|地上)?([0-9]{1,3})(?:階|F)?", text)
    if not found or text == found[2]:
        return number_doubt(text) if not _PLAIN.fullmatch(text) and ";" not in text else None
    return Unsure("ambiguous-value", (f"{'-' if found[1] in ('地下', 'B') else ''}{found[2]}",))
