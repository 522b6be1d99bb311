"""Numbers as people write them into a form: full-width digits, thousands' commas, a unit behind."""

from __future__ import annotations

import re
import unicodedata

from meguro_opendata.japan.folding import plain

__all__ = ["read_number"]

_VALUE = re.compile(r"([-+]?[0-9][0-9,]{0,14}(?:\.[0-9]{1,9})?)\s*([^0-9]*)")
_OTHER_NUMBER = "No"


def read_number(text: str) -> tuple[float | int | None, str]:
    """The number in a text and what follows it; ``None`` for anything else, footnote marks such as ² among it.

    >>> read_number("１,２５０件"), read_number("70.6 %"), read_number("many"), read_number("12²")
    ((1250, '件'), (70.6, '%'), (None, ''), (None, ''))
    """
    if any(unicodedata.category(sign) == _OTHER_NUMBER for sign in text):
        return None, ""
    matched = _VALUE.fullmatch(plain(text))
    if not matched:
        return None, ""
    digits = matched[1].replace(",", "")
    return (float(digits) if "." in digits else int(digits)), matched[2].strip()
