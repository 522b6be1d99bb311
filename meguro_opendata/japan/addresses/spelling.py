"""Spellings of addresses: widths, hyphens, and signs of names that are used for one another (``addresses.toml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from meguro_opendata.japan.folding import hyphened, one_width
from meguro_opendata.japan.numerals import NUMERALS
from meguro_opendata.packaged import packaged_toml

__all__ = ["address_data", "folded_name", "is_too_long", "plain_address"]


def address_data() -> Mapping[str, Any]:
    """Return the content of ``addresses.toml``.

    >>> "地先" in address_data()["vague"]
    True
    """
    return packaged_toml(__package__, "addresses.toml")


def is_too_long(text: str) -> bool:
    """Return whether a text is longer than any address.

    >>> is_too_long("東京都目黒区上目黒2-19-15"), is_too_long("目黒" * 1000)
    (False, True)
    """
    return len(text) > int(address_data()["longest"])


def plain_address(text: str) -> str:
    """Return an address with half-width digits, one kind of hyphen, single spaces, and no spaces at its ends.

    >>> plain_address("目黒区　下目黒１ー２−３"), plain_address("センター北２丁目")
    ('目黒区 下目黒1-2-3', 'センター北2丁目')
    """
    if text.isascii():
        return " ".join(text.split())
    plain = " ".join(hyphened(one_width(text), "addresses").split())
    vowel = address_data()["long_vowel"]
    return _between_numbers().sub("-", plain) if vowel in plain else plain


@cache
def _between_numbers() -> re.Pattern[str]:
    """Return the pattern of the long vowel sign between numbers, where it is typed for a hyphen."""
    number = f"[0-9{NUMERALS}]"
    behind = f"(?<={number})|(?<=丁目)|(?<=番)|(?<=番地)"
    return re.compile(f"(?:{behind}) ?{address_data()['long_vowel']} ?(?={number})")


def folded_name(name: str) -> str:
    """Return a name in its form for comparison, folded sign by sign, so that positions in it stay the same.

    >>> folded_name("自由ヶ丘") == folded_name("自由が丘"), folded_name("柿ノ木坂") == folded_name("柿の木坂")
    (True, True)
    """
    return name.translate(_folds())


@cache
def _folds() -> dict[int, str]:
    known = address_data()
    groups = [*known["alike"], *known["older"].split(), *known["variant"].split()]
    return {ord(sign): group[0] for group in groups for sign in group[1:]}
