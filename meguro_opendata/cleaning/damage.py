"""Values that were damaged before they came here: what is certain of it is told, and nothing is rewritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from meguro_opendata.cleaning.data import Unsure, read_data
from meguro_opendata.cleaning.text import lost_characters

__all__ = [
    "CAUSES",
    "damaged_shape",
    "is_ditto",
    "is_numbered",
    "lost_in_address",
    "lost_in_name",
    "lost_in_text",
    "may_be_date",
]

_DATA: Mapping[str, Any] = read_data("damage.toml")
# Findings that say what became of a value, and so more than that its form is wrong.
CAUSES = frozenset(_DATA["causes"]["codes"])
_DITTO = frozenset(_DATA["above"]["marks"])
_QUESTION: Mapping[str, str] = _DATA["question"]
_IN_NAME = re.compile(rf"(?<=[{_QUESTION['before']}])\?(?=[{_QUESTION['after']}])")
_IN_ADDRESS = re.compile(rf"(?<=[{_QUESTION['before']}{_QUESTION['before_in_address']}])\?(?=[{_QUESTION['after']}])")
_TILDE = re.compile(r"(?<![0-9:])([0-9]{1,2}:[0-9]{2})\s*\?\s*(?=[0-9]{1,2}:[0-9]{2}(?![0-9:]))")
_DAYS = re.compile(r"([月火水木金土日]曜日?)\?(?=[月火水木金土日]曜)")


def is_ditto(text: str) -> bool:
    """Return whether a value says nothing but "as above".

    >>> is_ditto("〃"), is_ditto("同上"), is_ditto("同上の建物"), is_ditto("")
    (True, True, False, False)
    """
    return text in _DITTO


def lost_in_text(text: str) -> Unsure | None:
    """That letters were lost; the times or days between which a ``?`` stands for ～ are proposed.

    >>> lost_in_text("火曜?木曜 11:30?14:30").readings
    ('火曜～木曜 11:30～14:30',)
    >>> lost_in_text("平日9:00?17:00"), lost_in_text("鍵は必要ですか?はい"), lost_in_text("蛸薬師〓").code
    (Unsure(code='lost-character', readings=('平日9:00～17:00',)), None, 'lost-character')
    """
    if "?" in text:
        mended = _DAYS.sub(r"\1～", _TILDE.sub(r"\1～", text))
        if mended != text:
            return Unsure("lost-character", (mended,))
    return lost_characters(text)


def lost_in_name(text: str) -> Unsure | None:
    """As ``lost_in_text``, and that a ``?`` stands where a letter of a name was.

    >>> lost_in_name("山陽小野田市?山"), lost_in_name("どうする?防災")
    (Unsure(code='lost-character', readings=()), None)
    """
    return Unsure("lost-character") if "?" in text and _IN_NAME.search(text) else lost_in_text(text)


def lost_in_address(text: str) -> Unsure | None:
    """As ``lost_in_name``, behind hiragana too.

    >>> lost_in_address("つつじが?丘1-2")
    Unsure(code='lost-character', readings=())
    """
    return Unsure("lost-character") if "?" in text and _IN_ADDRESS.search(text) else lost_in_text(text)


def may_be_date(name: str) -> bool:
    """Return whether an item of text holds a number that a spreadsheet may have shown as a date.

    >>> may_be_date("連絡先内線番号"), may_be_date("名称_英字")
    (True, False)
    """
    return bool(re.search(_DATA["as_date"]["names"], name))


@cache
def is_numbered(name: str, kind: str = "text") -> bool:
    """Return whether an item holds a number or a code, by its kind of value, that of a text by its name.

    >>> is_numbered("所在地_番地以下"), is_numbered("施設番号"), is_numbered("名称"), is_numbered("郵便", "postal7")
    (True, True, False, True)
    """
    told = _DATA["numbered"]
    return kind in told["always"] or (kind in told["kinds"] and bool(re.search(told["names"], name)))


def damaged_shape() -> str:
    """Return a pattern, as polars takes it, of what becomes of numbers and codes in a spreadsheet.

    >>> [bool(re.search(damaged_shape(), text)) for text in ("7.00002E+12", "####", "2026-01-02", "2-19-15")]
    [True, True, True, False]
    """
    return f"{_DATA['numbered']['destroyed']}|{_DATA['as_date']['shape']}"
