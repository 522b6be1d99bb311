"""Exact figures, and rounding that never moves a figure onto its target or across it."""

from __future__ import annotations

import math
from fractions import Fraction

__all__ = ["as_number", "beside", "exact", "percentage", "sum_of"]

# A float whose decimal text is at most this long can equal a target that a person wrote; longer ones are computed.
_WRITTEN = 15
# From this many places on a float has no exact digits left (15 to 17 significant ones), and rounding is pointless.
_MOST_PLACES = 13


def exact(number: float) -> Fraction:
    """Return the decimal number that a float's text shows, instead of its binary value.

    >>> exact(0.1) + exact(0.2) == exact(0.3)
    True
    """
    return Fraction(repr(number))


def as_number(value: Fraction) -> float:
    """Return the nearest float to a value; never a short decimal number that differs from the value.

    >>> as_number(Fraction(200, 3)), as_number(75 - Fraction(1, 10**20))
    (66.66666666666667, 74.99999999999999)
    """
    number = float(value)
    if exact(number) == value or len(repr(number)) > _WRITTEN:
        return number
    return math.nextafter(number, math.inf if value > exact(number) else -math.inf)


def percentage(part: int, whole: int) -> float | None:
    """Return a share in percent, unrounded, or ``None`` if the whole is 0.

    >>> percentage(7496, 10000), percentage(1, 3), percentage(0, 0)
    (74.96, 33.333333333333336, None)
    """
    return as_number(Fraction(100 * part, whole)) if whole else None


def sum_of(values: list[float]) -> float:
    """Return the exact sum of decimal numbers, without the error of binary fractions.

    >>> sum_of([0.1, 0.2]), sum_of([74.9, 0.06])
    (0.3, 74.96)
    """
    return as_number(sum(map(exact, values), Fraction(0)))


def beside(value: Fraction, places: int, *marks: float) -> float:
    """Return a value rounded to some places, or to more if it would otherwise change its side of a mark.

    Marks are numbers such as a target, 0 and 100; a value below a mark stays below it.

    >>> beside(exact(74.96), 1, 75), beside(exact(75.04), 1, 75), beside(Fraction(200, 3), 1, 75)
    (74.96, 75.04, 66.7)
    >>> beside(exact(75.0), 1, 75), beside(Fraction(7496, 7500), 3, 1), beside(Fraction(99999, 100000), 3, 1)
    (75.0, 0.999, 0.99999)
    """
    held = [exact(mark) for mark in marks]
    for digits in range(places, _MOST_PLACES):
        number = float(round(value, digits))
        if all(_side(exact(number), mark) == _side(value, mark) for mark in held):
            return number
    return as_number(value)


def _side(value: Fraction, mark: Fraction) -> int:
    return (value > mark) - (value < mark)
