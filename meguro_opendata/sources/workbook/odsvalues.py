"""Values of an OpenDocument cell: times, and numbers that are shown with more than their digits."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

__all__ = ["clock_text", "is_spelt_out"]

_DURATION = re.compile(
    r"(-?)P(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7})(?:[.,](\d{1,12}))?S)?)?", re.ASCII
)
# Signs of amounts, which are no part of a code: grouping, percent, exponents, money.
_AMOUNT = re.compile(r"[,，.%％EeＥ¥￥$€]|\A\s*[-－△▲(]\s*[0-9.]+\)?\s*\Z")
_HALF = "5"


def clock_text(duration: str) -> str | None:
    """Return a time as the other workbooks have it; it may be 24 hours and more. ``None`` if it is no duration.

    >>> clock_text("PT24H00M00S"), clock_text("PT09H05M07S"), clock_text("P1DT1H30M"), clock_text("x")
    ('24:00', '09:05:07', '25:30', None)
    """
    found = _DURATION.fullmatch(duration)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
    seconds += (found[6] or "0")[0] >= _HALF
    minutes, seconds = divmod(((days * 24 + hours) * 60 + minutes) * 60 + seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{found[1]}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def is_spelt_out(shown: str, value: str) -> bool:
    """Return whether a number is shown with all of its digits and something more, as codes are.

    >>> is_spelt_out("0000000001", "1"), is_spelt_out("153-0001", "1530001"), is_spelt_out("1,234", "1234")
    (True, True, False)
    >>> is_spelt_out("1.0", "1"), is_spelt_out("-01", "-1"), is_spelt_out("1", "1.0"), is_spelt_out("第3号", "3")
    (False, False, False, True)
    """
    digits = re.sub("[^0-9]", "", shown)
    if not shown or _AMOUNT.search(shown):
        return False
    try:
        number, seen = Decimal(value), Decimal(digits)
    except InvalidOperation:
        return False
    plain = format(number.normalize(), "f") if number.is_finite() else ""
    return number >= 0 and seen == number and shown not in (value, plain)
