"""Notations of degrees: decimal, with marks, dotted, packed. An ambiguous text keeps all its readings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from meguro_opendata.japan.folding import filled
from meguro_opendata.packaged import packaged_toml

__all__ = ["NOTATIONS", "Notation", "Written", "decimal_text", "read_degrees"]

Notation = Literal["decimal", "dms"]
NOTATIONS: tuple[Notation, ...] = ("decimal", "dms")
_SIXTY = 60
_PLACES = Decimal("1e-9")
_POINT = re.compile(r"(?:\"|''|秒)\.?")  # a mark of seconds in front of their fraction


@dataclass(frozen=True)
class Written:
    """The readings of a text as degrees.

    Attributes:
        readings: Possible values in degrees; exactly one if the text is unambiguous.
        axis: ``lat`` or ``lon`` where the text names the axis, else ``None``.
        notation: ``decimal`` or ``dms`` if only one is possible, else ``None``.
    """

    readings: tuple[Decimal, ...]
    axis: str | None
    notation: Notation | None


@dataclass(frozen=True)
class _Data:
    signs: dict[int, str]
    directions: dict[str, tuple[str, int]]
    spellings: dict[str, re.Pattern[str]]
    ambiguous: tuple[re.Pattern[str], ...]


@cache
def _data() -> _Data:
    read = packaged_toml(__package__, "notation.toml")
    return _Data(
        signs={ord(sign): meant for signs, meant in read["signs"].items() for sign in filled(signs)},
        directions={word: (axis, sense) for word, (axis, sense) in read["directions"].items()},
        spellings={name: re.compile(pattern) for name, pattern in read["spellings"].items()},
        ambiguous=tuple(re.compile(pattern) for pattern in read["ambiguous"].values()),
    )


def read_degrees(text: str, notation: Notation | None = None) -> Written | None:
    """Return the readings of a text as degrees; ``None`` if the text is not in a known notation.

    Args:
        text: Content of a cell, unchanged.
        notation: Declared notation of ambiguous texts. Declaring ``decimal`` never adds a lost decimal point.

    >>> texts = ("35度38分29.1秒", "35.38.29.1", "353829.1", "北緯３５．６４１４")
    >>> [str(read_degrees(text).readings[0]) for text in texts]
    ['35.641416667', '35.641416667', '35.641416667', '35.6414']
    >>> [str(reading) for reading in read_degrees("35.3829").readings]
    ['35.3829', '35.641388889']
    >>> str(read_degrees("北緯35度39分29秒1572").readings[0])
    '35.658099222'
    >>> read_degrees("139°41′53.4″E").axis, read_degrees("35度61分"), read_degrees("不明")
    ('lon', None, None)
    """
    plain, direction = _split(" ".join(text.translate(_data().signs).split()))
    axis, sense = _data().directions[direction] if direction else (None, 1)
    found = _as_declared(list(_readings(plain)), plain, notation)
    if not found or (sense < 0 and any(degrees < 0 for _, degrees in found)):
        return None
    kinds = {kind for kind, _ in found}
    readings = tuple(dict.fromkeys(degrees * sense for _, degrees in found))
    return Written(readings, axis, kinds.pop() if len(kinds) == 1 and len(readings) == 1 else None)


def _as_declared(
    found: list[tuple[Notation, Decimal]], plain: str, notation: Notation | None
) -> list[tuple[Notation, Decimal]]:
    """Return only the readings of the declared notation, where a text has several."""
    if notation is None or len(found) < 2 or (notation != "dms" and "." not in plain):  # noqa: PLR2004
        return found
    return [one for one in found if one[0] == notation]


def _split(text: str) -> tuple[str, str]:
    """Split a text into the degrees and the word or letter of the direction (``""`` if absent).

    >>> _split("N35.64"), _split("139.7 E"), _split("東経139度"), _split("35.64")
    (('35.64', 'N'), ('139.7', 'E'), ('139度', '東経'), ('35.64', ''))
    """
    for word in _data().directions:
        if text.startswith(word):
            return text[len(word) :].strip(), word
        if text.endswith(word):
            return text[: -len(word)].strip(), word
    return text, ""


def _readings(text: str) -> Iterator[tuple[Notation, Decimal]]:
    for pattern in _data().ambiguous:
        found = pattern.fullmatch(text)
        if found:
            short = text if "." in text else f"{found['d']}.{found['m']}{found['s']}"
            yield "decimal", Decimal(short)
            yield from (("dms", degrees) for degrees in _sexagesimal(found))
            return
    for name, pattern in _data().spellings.items():
        found = pattern.fullmatch(text)
        if found and name == "decimal":
            yield "decimal", Decimal(found["d"])
            return
        if found:
            yield from (("dms", degrees) for degrees in _sexagesimal(found))
            return


def _sexagesimal(found: re.Match[str]) -> Iterator[Decimal]:
    """Yield degrees from minutes and seconds; yield no value if either is 60 or more."""
    whole, minutes, seconds = Decimal(found["d"]), Decimal(found["m"]), Decimal(_POINT.sub(".", found["s"] or "0"))
    if minutes >= _SIXTY or seconds >= _SIXTY or (found["s"] and minutes % 1):
        return
    part = (minutes + seconds / _SIXTY) / _SIXTY
    yield (whole - part if found["d"].startswith("-") else whole + part).quantize(_PLACES)


def decimal_text(degrees: Decimal | float) -> str:
    """Return degrees as text with at most nine decimals (0.1 mm) and without trailing zeros.

    >>> decimal_text(35.64), decimal_text(Decimal("139.698171000"))
    ('35.64', '139.698171')
    """
    text = f"{degrees:.9f}".rstrip("0")
    return text.rstrip(".")
