"""Times of day, ranges of times and durations → ``HH:MM``. Uncertain values are left unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from meguro_opendata.cleaning.damage import lost_in_text
from meguro_opendata.cleaning.data import Unsure, read_data, short_read, short_rewritten
from meguro_opendata.cleaning.text import trim
from meguro_opendata.japan.folding import half_width

__all__ = ["duration", "split_range", "time_doubt", "time_of_day"]

_DATA: Mapping[str, Any] = read_data("times.toml")
_WORDS: Mapping[str, list[str]] = _DATA["words"]
_VALID = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?|24:00(?::00)?")


def _any_of(words: list[str]) -> str:
    return "|".join(map(re.escape, words))


_HALF_DAY = f"(?P<am>{_any_of(_WORDS['before_noon'])})?(?P<pm>{_any_of(_WORDS['after_noon'])})?"
_CLOCK = re.compile(
    rf"{_HALF_DAY}\s*(?P<hour>\d{{1,2}})\s*(?:[:：;]\s*(?P<minute>\d{{2}})(?::00)?"
    rf"|時\s*(?:(?P<minute_of_kanji>\d{{1,2}})分?|(?P<half>半))?)\s*"
    rf"(?:{_any_of(_WORDS['start'] + _WORDS['end'])})?"
)
_COMPACT = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_FRACTION = re.compile(r"0\.\d{3,}")
_BETWEEN = re.compile(rf"\s*(?:{_any_of(_WORDS['between'])})\s*")
_TWELVE = re.compile(rf"(?:{_any_of(_WORDS['before_noon'] + _WORDS['after_noon'])})12時")
_POINTED = re.compile(r"(\d{1,2})[.](\d{2})|(\d)(\d{2})")
_LENGTH = re.compile(r"(?:(\d{1,3})\s*時間)?\s*(?:(\d{1,4})\s*分|(半))?間?")
_NOON = 12
_MINUTES = 24 * 60


@short_rewritten
def time_of_day(text: str) -> str:
    """Return a time as ``HH:MM``; a valid time, and a value that is no certain time, unchanged.

    >>> time_of_day("9時30分"), time_of_day("午後3時"), time_of_day("正午"), time_of_day("0.375"), time_of_day("24時")
    ('09:30', '15:00', '12:00', '09:00', '24:00')
    >>> time_of_day("9:00"), time_of_day("午後12時"), time_of_day("9.30"), time_of_day("25時")
    ('9:00', '午後12時', '9.30', '25時')
    """
    if _VALID.fullmatch(text):
        return text
    if text in _DATA["fixed"]:
        return str(_DATA["fixed"][text])
    compact = _COMPACT.fullmatch(text)
    if compact:
        return f"{compact[1]}:{compact[2]}"
    if _FRACTION.fullmatch(text):
        return _of_fraction(text)
    found = _CLOCK.fullmatch(text)
    return (_written(found) if found else None) or text


@short_read
def time_doubt(text: str) -> Unsure | None:
    """Return the reason why a value is no certain time, with the times that it may mean.

    >>> time_doubt("9:00?17:00")
    Unsure(code='lost-character', readings=('9:00～17:00',))

    >>> time_doubt("終日"), time_doubt("9.30"), time_doubt("午後12時"), time_doubt("9:00~17:00")
    (Unsure(code='ambiguous-value', readings=('00:00-24:00',)), Unsure(code='ambiguous-value', readings=('09:30',)), \
Unsure(code='ambiguous-value', readings=('00:00', '12:00')), Unsure(code='several-values', readings=('9:00', '17:00')))
    """
    if not text or _VALID.fullmatch(text):
        return None
    if text in _DATA["whole_day"]["words"]:
        return Unsure("ambiguous-value", (_DATA["whole_day"]["reading"],))
    both = split_range(text)
    if both:
        return Unsure("several-values", both, partial=True)
    if "?" in text:
        return lost_in_text(text)
    readings = _readings(text)
    return Unsure("ambiguous-value", readings) if readings else None


@short_read
def split_range(text: str) -> tuple[str, str] | None:
    """Return the two times of a range, ``None`` for a text that is not certainly one range.

    午後 before the first time is not applied to the second, and a range never ends before it starts.

    >>> split_range("9:00～17:00"), split_range("9時から17時まで"), split_range("10:00-翌2:00")
    (('9:00', '17:00'), ('09:00', '17:00'), None)
    >>> split_range("午後1時~5時"), split_range("9:00~12:00、13:00~17:00")
    (None, None)
    """
    parts = _BETWEEN.split(trim(half_width(text)))
    if parts and not parts[-1]:
        parts = parts[:-1]
    if len(parts) != 2:  # noqa: PLR2004
        return None
    start, end = (time_of_day(trim(part)) for part in parts)
    if not (_VALID.fullmatch(start) and _VALID.fullmatch(end)):
        return None
    return (start, end) if start.zfill(5) < end.zfill(5) else None


@short_rewritten
def duration(text: str) -> str:
    """Return a duration as ``HH:MM``; a value that is no certain duration unchanged.

    >>> duration("90分"), duration("1時間30分"), duration("2時間"), duration("1:30"), duration("半日")
    ('01:30', '01:30', '02:00', '1:30', '半日')
    """
    found = _LENGTH.fullmatch(text)
    if not found or not any(found.groups()):
        return text
    hours, minutes, half = found.groups()
    if half and not hours:
        return text
    whole = int(hours or 0) * 60 + (30 if half else int(minutes or 0))
    # The standard's pattern of a duration has at most three digits of hours.
    return f"{whole // 60:02}:{whole % 60:02}" if whole < 1000 * 60 else text


def _readings(text: str) -> tuple[str, ...]:
    """Return the times that a value may mean.

    午前12時 and 午後12時 are each used for noon and for midnight. A point, or nothing, may be typed for the colon.
    """
    if _TWELVE.fullmatch(text):
        return ("00:00", "12:00")
    pointed = _POINTED.fullmatch(text)
    if not pointed:
        return ()
    hour, minute = filter(None, pointed.groups())
    found = time_of_day(f"{hour}時{minute}分")
    return (found,) if _VALID.fullmatch(found) else ()


def _written(found: re.Match[str]) -> str | None:
    """Return the recognised time, ``None`` if no clock shows it."""
    hour = _hour(found)
    minute = 30 if found["half"] else int(found["minute"] or found["minute_of_kanji"] or 0)
    written = f"{hour:02}:{minute:02}" if hour is not None else ""
    return written if _VALID.fullmatch(written) else None


def _hour(found: re.Match[str]) -> int | None:
    """Return the hour of the day; ``None`` for an hour with both 午前 and 午後, or above eleven with one of them."""
    hour = int(found["hour"])
    if not (found["am"] or found["pm"]):
        return hour
    if hour >= _NOON or (found["am"] and found["pm"]):
        return None
    return hour + _NOON if found["pm"] else hour


def _of_fraction(text: str) -> str:
    """Return the time that Excel stores as a part of a day, if it is a whole minute; else the text unchanged."""
    minutes = float(text) * _MINUTES
    whole = round(minutes)
    return f"{whole // 60:02}:{whole % 60:02}" if abs(minutes - whole) < 0.01 and whole < _MINUTES else text  # noqa: PLR2004
