"""Values that were damaged before the file arrived: the certain damage is reported, and nothing is rewritten."""

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
# Findings that name the cause of a damaged value. They replace the finding on its form, which says less.
CAUSES = frozenset(_DATA["causes"]["codes"])
_DITTO = frozenset(_DATA["above"]["marks"])
_QUESTION: Mapping[str, str] = _DATA["question"]
_IN_NAME = re.compile(rf"(?<=[{_QUESTION['before']}])\?(?=[{_QUESTION['after']}])")
_IN_ADDRESS = re.compile(rf"(?<=[{_QUESTION['before']}{_QUESTION['before_in_address']}])\?(?=[{_QUESTION['after']}])")
_TILDE = re.compile(r"(?<![0-9:])([0-9]{1,2}:[0-9]{2})\s*\?\s*(?=[0-9]{1,2}:[0-9]{2}(?![0-9:]))")
_DAYS = re.compile(r"([月火水木金土日]曜日?)\?(?=[月火水木金土日]曜)")


def is_ditto(text: str) -> bool:
    """Return whether a whole value is a mark that repeats the value above it.

    >>> is_ditto("〃"), is_ditto("同上"), is_ditto("同上の建物"), is_ditto("")
    (True, True, False, False)
    """
    return text in _DITTO


def lost_in_text(text: str) -> Unsure | None:
    """Return a doubt for a text with lost letters; a ``?`` between times or days is proposed as ``～``.

    The encoding of the department's system may lack ～ and writes ``?`` for it.

    >>> lost_in_text("火曜?木曜 11:30?14:30").readings
    ('火曜～木曜 11:30～14:30',)
    >>> lost_in_text("平日9:00?17:00"), lost_in_text("鍵は必要ですか?はい"), lost_in_text("蛸薬師〓").code
    (Unsure(code='lost-character', readings=('平日9:00～17:00',)), None, 'lost-character')
    """
    if "?" in text:
        restored = _DAYS.sub(r"\1～", _TILDE.sub(r"\1～", text))
        if restored != text:
            return Unsure("lost-character", (restored,))
    return lost_characters(text)


def lost_in_name(text: str) -> Unsure | None:
    """Return the doubt of ``lost_in_text``, or one for a ``?`` between the letters of a name.

    >>> lost_in_name("山陽小野田市?山"), lost_in_name("どうする?防災")
    (Unsure(code='lost-character', readings=()), None)
    """
    return Unsure("lost-character") if "?" in text and _IN_NAME.search(text) else lost_in_text(text)


def lost_in_address(text: str) -> Unsure | None:
    """Return the doubt of ``lost_in_name``, also where the letter before the ``?`` is hiragana.

    >>> lost_in_address("つつじが?丘1-2")
    Unsure(code='lost-character', readings=())
    """
    return Unsure("lost-character") if "?" in text and _IN_ADDRESS.search(text) else lost_in_text(text)


def may_be_date(name: str) -> bool:
    """Return whether a text field contains numbers that a spreadsheet may have shown as dates.

    >>> may_be_date("連絡先内線番号"), may_be_date("名称_英字")
    (True, False)
    """
    return bool(re.search(_DATA["as_date"]["names"], name))


@cache
def is_numbered(name: str, kind: str = "text") -> bool:
    """Return whether a field contains numbers or codes; its kind of value decides, for a text field also its name.

    >>> is_numbered("所在地_番地以下"), is_numbered("施設番号"), is_numbered("名称"), is_numbered("郵便", "postal7")
    (True, True, False, True)
    """
    listed = _DATA["numbered"]
    return kind in listed["always"] or (kind in listed["kinds"] and bool(re.search(listed["names"], name)))


def damaged_shape() -> str:
    """Return a pattern for polars that matches numbers and codes which a spreadsheet damaged.

    >>> [bool(re.search(damaged_shape(), text)) for text in ("7.00002E+12", "####", "2026-01-02", "2-19-15")]
    [True, True, True, False]
    """
    return f"{_DATA['numbered']['destroyed']}|{_DATA['as_date']['shape']}"
