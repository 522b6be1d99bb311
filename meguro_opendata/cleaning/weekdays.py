"""Days of the week → ``月火水木金土日``, in that order and each once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from meguro_opendata.cleaning.data import Unsure, read_data, short_read, short_rewritten
from meguro_opendata.japan.calendar import WEEKDAYS
from meguro_opendata.japan.folding import half_width

__all__ = ["split_remark", "weekday_doubt", "weekdays"]

_DATA: Mapping[str, Any] = read_data("weekdays.toml")
_BETWEEN = "|".join(map(re.escape, _DATA["signs"]["between"]))
_RANGE = re.compile(rf"([{WEEKDAYS}])(?:{_BETWEEN})([{WEEKDAYS}])(?:まで)?")
_SEPARATORS = re.compile("|".join(map(re.escape, _DATA["signs"]["separators"])))
_WORDS = {word: days for days, words in _DATA["words"].items() for word in words}
_CLOSED = re.compile(rf"(.+?)(?:は|が|に|:)?(?:{'|'.join(map(re.escape, _DATA['signs']['closed']))})(?:の?毎日)?")
_ANNOUNCED = re.compile(rf"(?:{'|'.join(map(re.escape, _DATA['signs']['announced']))})(?:は|が|:|\s)+(.+)")
_REMARK = re.compile(
    r"(?P<days>[^(※。\n]+?)\s*(?:\((?P<bracketed>.+)\)|(?P<rest>(?:※|。|\n|ただし|但し|[、,・]?祝).*))", re.DOTALL
)


@short_rewritten
def weekdays(text: str) -> str:
    """Return the days of a value that names only days, in the standard's order; other values unchanged.

    >>> weekdays("年中無休"), weekdays("定休日なし"), weekdays("年中無休（年末年始を除く）")
    ('月火水木金土日', '月火水木金土日', '年中無休（年末年始を除く）')
    >>> weekdays("月～金"), weekdays("火曜日〜日曜日"), weekdays("毎日"), weekdays("月;火;水"), weekdays("土日")
    ('月火水木金', '火水木金土日', '月火水木金土日', '月火水', '土日')
    >>> weekdays("毎日曜日"), weekdays("日月火"), weekdays("土日祝"), weekdays("第1月曜日"), weekdays("月曜休館")
    ('毎日曜日', '月火日', '土日祝', '第1月曜日', '月曜休館')
    """
    plain = half_width(text).replace("\n", "、")
    for word, days in _WORDS.items():
        plain = re.sub(f"{word}(?!曜)", days, plain) if word in plain else plain
    plain = re.sub("曜(?:日(?!曜))?", "", plain)  # the 日 of 土曜日曜 is Sunday
    plain = re.sub(rf"\s*({_BETWEEN})\s*", r"\1", plain)
    plain = _SEPARATORS.sub("", _RANGE.sub(_between, plain))
    if not plain or set(plain) - set(WEEKDAYS):
        return text
    return "".join(day for day in WEEKDAYS if day in plain)


@short_read
def split_remark(text: str) -> tuple[str, str] | None:
    """Return the days and the remark beside them, which belongs into the remarks field; ``None`` if uncertain.

    >>> split_remark("月～金（祝日除く）"), split_remark("土日祝"), split_remark("祝日を除く")
    (('月火水木金', '祝日除く'), ('土日', '土日祝'), ('', '祝日を除く'))
    >>> split_remark("月～金"), split_remark("第1月曜日"), split_remark("休館日は月曜日")
    (None, None, None)
    """
    if re.fullmatch(_DATA["exception"]["pattern"], text):
        return "", text
    found = _REMARK.fullmatch(text.replace("（", "(").replace("）", ")"))
    if not found:
        return None
    days = weekdays(found["days"])
    if not days or set(days) - set(WEEKDAYS):
        return None
    at = found.start("bracketed")
    return days, text[at : found.end("bracketed")] if at >= 0 else text


@short_read
def weekday_doubt(text: str) -> Unsure | None:
    """Return a doubt for days among words, for closing days (月曜休館), and for days with a lost ``～``.

    >>> weekday_doubt("月?金")
    Unsure(code='lost-character', readings=('月火水木金',))
    >>> weekday_doubt("月～金（祝日除く）"), weekday_doubt("月火水"), weekday_doubt("月曜休館").readings
    (Unsure(code='ambiguous-value', readings=('月火水木金',)), None, ('火水木金土日',))
    """
    lost = re.fullmatch(rf"([{WEEKDAYS}]曜?日?)\?([{WEEKDAYS}]曜?日?)", text)
    if lost:
        return Unsure("lost-character", (weekdays(f"{lost[1]}~{lost[2]}"),))
    split = split_remark(text) if text else None
    if split and split[0]:
        return Unsure("ambiguous-value", (split[0],), partial=True)
    left = _days_left(text)
    return Unsure("ambiguous-value", (left,)) if left else None


def _days_left(text: str) -> str:
    """Return the open days of a value that names the closing days; empty for any other value.

    >>> _days_left("土日休み"), _days_left("月曜日定休"), _days_left("第3月曜休館"), _days_left("祝日休み")
    ('月火水木金', '火水木金土日', '', '')
    """
    plain = half_width(text)
    found = _ANNOUNCED.fullmatch(plain) or _CLOSED.fullmatch(plain)
    closed = weekdays(found[1]) if found else ""
    if not closed or set(closed) - set(WEEKDAYS) or closed == WEEKDAYS:
        return ""
    return "".join(day for day in WEEKDAYS if day not in closed)


def _between(found: re.Match[str]) -> str:
    """Return the days from one to another, across the end of the week where the second day comes first."""
    first, last = WEEKDAYS.index(found[1]), WEEKDAYS.index(found[2])
    return WEEKDAYS[first : last + 1] if first <= last else WEEKDAYS[first:] + WEEKDAYS[: last + 1]
