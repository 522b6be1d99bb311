"""Personal numbers in a text: mobile phones, private mail addresses, マイナンバー, dates of birth, bank accounts."""

from __future__ import annotations

import re

import polars as pl

from meguro_opendata.japan.numerals import with_digits
from meguro_opendata.privacy.data import Hit, pattern, plain, privacy_data

__all__ = ["MAIL", "birth_dates", "is_my_number", "numbers_in"]

_MAIL = privacy_data()["mail"]
MAIL = str(_MAIL["form"]).replace("<<domains>>", "|".join(map(re.escape, _MAIL["domains"])))
_MAIL_DOMAIN = re.compile(MAIL)
# The check digit of 個人番号: weights 2 to 7 for the six digits next to it, then 2 to 6, modulo 11
# (平成26年総務省令第85号, article 5).
_DIGITS, _NEAR, _MODULUS = 12, 6, 11


def is_my_number(digits: str) -> bool:
    """Return whether 12 digits have the check digit of a マイナンバー.

    >>> is_my_number("123456789018"), is_my_number("123456789012"), is_my_number("000000000000")
    (True, False, False)
    """
    if len(digits) != _DIGITS or len(set(digits)) == 1 or digits.startswith("000"):
        return False
    weights = [place + 1 if place <= _NEAR else place - 5 for place in range(_DIGITS - 1, 0, -1)]
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % _MODULUS
    return int(digits[-1]) == (0 if rest <= 1 else _MODULUS - rest)


def numbers_in(text: str, *, phones: bool = False, codes: bool = False) -> list[Hit]:
    """Return the personal numbers in a text as hits.

    Args:
        text: The text.
        phones: Whether the text is in a column where phone numbers are published on purpose.
        codes: Whether it is an ID or another number, of which many have 12 digits.

    >>> [hit.code for hit in numbers_in("携帯０９０-１２３４-５６７８ mihon@gmail.com 普通 1234567")]
    ['personal-mobile', 'personal-mail', 'bank-account']
    """
    written = with_digits(plain(text))
    found = [] if codes else _mobile_numbers(written, phones=phones)
    found += [hit for hit in _hits("personal-mail", "mail", written) if _personal(hit.text)]
    if not codes:
        found += [hit for hit in _hits("my-number", "twelve", written) if is_my_number(re.sub(r"\D", "", hit.text))]
    found += [*_hits("birth-date", "born", written), *_hits("birth-date", "labelled_birth", written, group=1)]
    return [*found, *_hits("bank-account", "account", written)]


def _hits(code: str, name: str, text: str, *, group: int = 0) -> list[Hit]:
    return [Hit(code, one[group]) for one in pattern("exact", name).finditer(text)]


def _mobile_numbers(text: str, *, phones: bool) -> list[Hit]:
    """Return mobile numbers; in a phone column also a number whose leading zero a spreadsheet removed."""
    if not phones:
        return _hits("personal-mobile", "mobile", text)
    return [*_hits("mobile-as-contact", "mobile", text), *_hits("mobile-as-contact", "lost_zero", text.strip())]


def birth_dates(texts: pl.Series) -> dict[str, list[Hit]]:
    """Return each text of a column of birth dates that is a date, with its hit.

    >>> birth_dates(pl.Series(["昭和60年4月1日", ""]))
    {'昭和60年4月1日': [Hit(code='birth-date', text='昭和60年4月1日')]}
    """
    value = pattern("exact", "birth_value")
    return {text: [Hit("birth-date", text)] for text in texts if value.search(with_digits(plain(text)))}


def _personal(address: str) -> bool:
    return bool(_MAIL_DOMAIN.search(address[address.index("@") :].lower()))
