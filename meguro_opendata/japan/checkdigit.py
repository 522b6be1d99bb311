"""The check digit of a municipality's code."""

from __future__ import annotations

__all__ = ["check_digit"]

# 総務省「全国地方公共団体コード」: the digits weighted 6 to 2, and the last digit of 11 minus the remainder by 11.
_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(code5: str) -> str:
    """Return the sixth digit of 全国地方公共団体コード for its first five.

    >>> check_digit("13110")
    '5'
    """
    total = sum(int(digit) * weight for digit, weight in zip(code5, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)
