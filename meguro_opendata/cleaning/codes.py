"""Codes and their check digits: municipality, corporate number, town section, postal code, point of interest."""

from __future__ import annotations

import re

from meguro_opendata.cleaning.data import Unsure, short_read, short_rewritten
from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.japan.municipalities import home_of

__all__ = [
    "code_doubt",
    "corporate_doubt",
    "corporate_number",
    "id_doubt",
    "machiaza_doubt",
    "machiaza_id",
    "municipality_code",
    "municipality_doubt",
    "poi_code",
    "poi_doubt",
    "postcode",
    "postcode_doubt",
]

_PREFECTURES = 47  # the first two digits of a municipality code number the prefectures from 01 to 47
_SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+)[Ee]\+?|[Ee]\+)([0-9]{1,3})")
_TOO_NARROW = re.compile("#{2,}")  # Excel shows this, and saves it as text, where a number is wider than its column
_MACHIAZA = re.compile("[0-9]{7}|[0-9]{4}-[0-9]{3}")
_POSTCODE = re.compile("[0-9]{3}-?[0-9]{4}")


@short_read
def code_doubt(text: str) -> Unsure | None:
    """Return a doubt for a code that was destroyed by storage as a number: ``3.00002E+12`` or ``####``.

    Its reading is the whole number, if all digits are still there.

    >>> code_doubt("3.00002E+12"), code_doubt("A0001"), code_doubt("1E01")
    (Unsure(code='number-destroyed', readings=()), None, None)
    >>> code_doubt("1.31105E+05"), code_doubt("1.31E+05"), code_doubt("####")
    (Unsure(code='number-destroyed', readings=('131105',)), Unsure(code='number-destroyed', readings=()), \
Unsure(code='number-destroyed', readings=()))
    """
    if _TOO_NARROW.fullmatch(text):
        return Unsure("number-destroyed")
    found = _SCIENTIFIC.fullmatch(text)
    if found is None:
        return None
    digits, shift = found[1] + (found[2] or ""), int(found[3])
    whole = len(digits) > shift and found[2] is not None
    return Unsure("number-destroyed", (digits[: shift + 1],) if whole and not digits[shift + 1 :].strip("0") else ())


@short_read
def id_doubt(text: str) -> Unsure | None:
    """Return the doubt of ``code_doubt`` without a proposal: an ID may have begun with zeros, which no number keeps.

    >>> id_doubt("1.31105E+05")
    Unsure(code='number-destroyed', readings=())
    """
    return Unsure("number-destroyed") if code_doubt(text) else None


@short_rewritten
def municipality_code(text: str) -> str:
    """Return a 全国地方公共団体コード with six digits: add a lost check digit, or restore a lost leading zero.

    Five digits are ambiguous: ``92011`` may be 栃木県宇都宮市 092011 without its zero, or a code of prefecture 92
    without its check digit. They are completed only if exactly one reading has a right check digit and a prefecture
    from 01 to 47.

    >>> municipality_code("13110"), municipality_code("92011"), municipality_code("13110-5")
    ('131105', '092011', '131105')
    >>> municipality_code("131105"), municipality_code("99999")
    ('131105', '99999')
    """
    if re.fullmatch("[0-9]{5}-[0-9]", text):
        return text.replace("-", "")
    readings = _municipalities(text)
    return readings[0] if len(readings) == 1 else text


@short_read
def municipality_doubt(text: str) -> Unsure | None:
    """Return a doubt for a code of four or five digits, with a wrong check digit, or destroyed as a number.

    Of the possible readings only codes of existing municipalities and prefectures are proposed, if there is such a one.

    >>> municipality_doubt("11002"), municipality_doubt("1100"), municipality_doubt("13421").readings[0]
    (Unsure(code='ambiguous-value', readings=('011002',)), Unsure(code='ambiguous-value', readings=('011002',)), \
'134210')
    >>> municipality_doubt("352113"), municipality_doubt("131105")
    (Unsure(code='check-digit-wrong', readings=('352110',)), None)
    """
    if re.fullmatch("[0-9]{6}", text):
        right = text[:5] + check_digit(text[:5])
        return None if text == right else Unsure("check-digit-wrong", (right,))
    # Four digits lost both the leading zero and the check digit: 1100 of 011002 (北海道札幌市).
    readings = _municipalities(text) or _municipalities("0" + text)
    known = [reading for reading in readings if _is_known(reading)]
    return Unsure("ambiguous-value", tuple(known or readings)) if readings else code_doubt(text)


def _is_known(code: str) -> bool:
    """Return whether a code belongs to an existing municipality or prefecture.

    >>> _is_known("011002"), _is_known("130001"), _is_known("110027")
    (True, True, False)
    """
    return code[2:5] == "000" or home_of(code) is not None


def _municipalities(text: str) -> list[str]:
    if not re.fullmatch("[0-9]{5}", text):
        return []
    readings = [text + check_digit(text)]
    padded = "0" + text
    if check_digit(padded[:5]) == padded[5]:
        readings.append(padded)
    return [reading for reading in readings if 1 <= int(reading[:2]) <= _PREFECTURES]


@short_rewritten
def corporate_number(text: str) -> str:
    """Return a 法人番号 without the hyphens and spaces between its digits.

    >>> corporate_number("1-0000-2013-1105"), corporate_number("T1000020131105")
    ('1000020131105', 'T1000020131105')
    """
    digits = re.sub("[- ]", "", text)
    return digits if re.fullmatch("[0-9]{13}", digits) else text


@short_read
def corporate_doubt(text: str) -> Unsure | None:
    """Return a doubt for 13 digits whose first, the check digit, does not fit the others.

    The check digit is defined in 法人番号の指定等に関する省令.
    A number that begins with T belongs to the invoice system (適格請求書発行事業者). Its digits are a 法人番号 for
    corporations only, so that removing the T is proposed and not done.

    >>> corporate_doubt("1000020131105"), corporate_doubt("2000020131105"), corporate_doubt("T1000020131105")
    (None, Unsure(code='check-digit-wrong', readings=()), Unsure(code='ambiguous-value', readings=('1000020131105',)))
    """
    if re.fullmatch("T[0-9]{13}", text) and not corporate_doubt(text[1:]):
        return Unsure("ambiguous-value", (text[1:],))
    if not re.fullmatch("[0-9]{13}", text):
        return code_doubt(text)
    weighted = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text[1:])))
    return None if int(text[0]) == 9 - sum(weighted) % 9 else Unsure("check-digit-wrong")


@short_rewritten
def machiaza_id(text: str) -> str:
    """Return a 町字ID with the leading zero that a spreadsheet removed from its seven digits.

    >>> machiaza_id("136000"), machiaza_id("0136000"), machiaza_id("7002")
    ('0136000', '0136000', '7002')
    """
    return "0" + text if re.fullmatch("[1-9][0-9]{5}", text) else text


@short_read
def machiaza_doubt(text: str) -> Unsure | None:
    """Return the readings with seven digits of a shorter 町字ID.

    Leading zeros may have been lost, or the last three digits (丁目 or 小字) never been written.

    >>> machiaza_doubt("7002"), machiaza_doubt("0007-002")
    (Unsure(code='ambiguous-value', readings=('0007002', '7002000')), None)
    """
    if not text or _MACHIAZA.fullmatch(text):
        return None
    if re.fullmatch("[0-9]{1,5}", text):
        whole = (text.zfill(7), text + "000") if re.fullmatch("[0-9]{4}", text) else (text.zfill(7),)
        return Unsure("ambiguous-value", whole)
    return code_doubt(text)


@short_rewritten
def postcode(text: str) -> str:
    """Return a postal code without 〒 and the spaces around its hyphen; anything else is unchanged.

    >>> postcode("〒153-8573"), postcode("153 - 8573"), postcode("1538573"), postcode("153")
    ('153-8573', '153-8573', '1538573', '153')
    """
    plain = re.sub(r"\s*[-ー]\s*", "-", re.sub(r"^〒\s*", "", text))
    return plain if _POSTCODE.fullmatch(plain) else text


@short_read
def postcode_doubt(text: str) -> Unsure | None:
    """Return the code with the leading zero that a spreadsheet may have removed.

    >>> postcode_doubt("600001"), postcode_doubt("0600001")
    (Unsure(code='ambiguous-value', readings=('0600001',)), None)
    """
    if re.fullmatch("[0-9]{2}-?[0-9]{4}", text):
        return Unsure("ambiguous-value", ("0" + text,), partial=True)  # or the last digit was forgotten
    return code_doubt(text)


@short_rewritten
def poi_code(text: str) -> str:
    """Return POI codes of four digits, separated by half-width semicolons.

    >>> poi_code("1302、1003"), poi_code("1302"), poi_code("801")
    ('1302;1003', '1302', '801')
    """
    codes = [part for part in re.split(r"[\s、,，;；/・･]+", text) if part]
    return ";".join(codes) if codes and all(re.fullmatch("[0-9]{4}", code) for code in codes) else text


@short_read
def poi_doubt(text: str) -> Unsure | None:
    """Return the code with the leading zero that a spreadsheet may have removed.

    >>> poi_doubt("801"), poi_doubt("0801")
    (Unsure(code='ambiguous-value', readings=('0801',)), None)
    """
    return Unsure("ambiguous-value", ("0" + text,)) if re.fullmatch("[0-9]{3}", text) else code_doubt(text)
