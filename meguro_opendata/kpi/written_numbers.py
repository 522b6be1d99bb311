"""Numbers as people write them into forms: full-width digits, commas between groups of three digits, a unit."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from meguro_opendata.japan.folding import hyphened, plain

__all__ = ["read_number"]

# A comma that does not separate groups of three digits is a decimal comma or a typing error: «3,5» is neither 3.5 nor
# 35. At most 15 digits are read, which a float keeps exactly.
_VALUE = re.compile(
    r"([-+]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,30})?)(?![0-9])\s*(?![,.])([^0-9]*)"
)
_OTHER_NUMBER = "No"


def read_number(text: str) -> tuple[float | int | None, str]:
    """Return the number and the unit of a text; ``(None, "")`` for a text that is not a number with a unit.

    Footnote marks such as ² are refused, and so is a number with more digits than a float keeps exactly.

    >>> read_number("１,２５０件"), read_number("70.6 %"), read_number("−3％"), read_number("12²")
    ((1250, '件'), (70.6, '%'), (-3, '%'), (None, ''))
    >>> read_number("3,5回"), read_number("12,50円"), read_number("0,125"), read_number("many")
    ((None, ''), (None, ''), (None, ''), (None, ''))
    """
    if any(unicodedata.category(sign) == _OTHER_NUMBER for sign in text):
        return None, ""
    matched = _VALUE.fullmatch(hyphened(plain(text), "anywhere"))
    if not matched:
        return None, ""
    digits, unit = matched[1].replace(",", ""), matched[2].strip()
    if "." not in digits:
        return int(digits), unit
    number = float(digits)
    return (number, unit) if Decimal(repr(number)) == Decimal(digits) else (None, "")
