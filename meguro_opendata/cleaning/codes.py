"""Codes with a check digit."""

from __future__ import annotations

import re

from meguro_opendata.workspace import check_digit

__all__ = ["municipality_code"]

_PREFECTURES = 47


def municipality_code(text: str) -> str:
    """全国地方公共団体コード with six digits: a lost check digit is added, a lost leading zero restored.

    Five digits are ambiguous (``92011`` may be 栃木県宇都宮市 092011 without its zero, or a code of prefecture 92
    without its check digit): the reading whose check digit and prefecture (01–47) are right is taken, if just one is.

    >>> municipality_code("13110"), municipality_code("92011"), municipality_code("131105")
    ('131105', '092011', '131105')
    >>> municipality_code("99999")
    '99999'
    """
    if not re.fullmatch(r"[0-9]{5}", text):
        return text
    readings = [text + check_digit(text)]
    padded = "0" + text
    if check_digit(padded[:5]) == padded[5]:
        readings.append(padded)
    plausible = [reading for reading in readings if 1 <= int(reading[:2]) <= _PREFECTURES]
    return plausible[0] if len(plausible) == 1 else text
