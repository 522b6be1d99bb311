"""Phone numbers → ``(03)5722-1111``; numbers without an area (0120, 090, …) keep hyphens, ``090-1234-5678``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from meguro_opendata.cleaning.codes import code_doubt
from meguro_opendata.cleaning.data import Unsure, read_data, short_read, short_rewritten

__all__ = ["Parts", "phone", "phone_doubt", "split_phone"]

_DATA: Mapping[str, Any] = read_data("phones.toml")
_ONE = (
    r"(?:\+[0-9]{1,3} ?)?(?:\([0-9]{1,5}\) ?[0-9]{1,4}-[0-9]{3,4}|[0-9]{1,5}-[0-9]{1,4}-[0-9]{3,4}"
    r"|0(?:120|570)-[0-9]{6}|0800-[0-9]{7})"
)
_VALID = re.compile(f"{_ONE}(?: / {_ONE})*")
_WRITTEN = re.compile(r"[0-9(+][0-9()\- .]*[0-9]")
_LABELS = "|".join(map(re.escape, _DATA["labels"]))
_LABELLED = re.compile(rf"^(?:{_LABELS})\s*[:：.]?\s*")
_SEPARATORS = re.compile("|".join(map(re.escape, _DATA["separators"])))
_EXTENSION = re.compile(
    rf"[\s(、,]*(?:{'|'.join(map(re.escape, _DATA['extension']))})\s*[:：]?\s*([0-9]+(?:[-,~・、/][0-9]+)*)\s*\)?"
)
_NOTE = re.compile(r"[^0-9]*[^\W\d_][^0-9]*")  # words, not signs alone, and no other number
# Signs that were possibly typed for a hyphen between the groups of a number.
_STRAY = re.compile(r"[^\w()+]|[_一]")
_HYPHENED = re.compile(r"0[0-9]+-[0-9]+-[0-9]+")
_LOCAL = re.compile(r"[1-9][0-9]{0,3}-[0-9]{4}")
_LANDLINE = 10  # digits of a landline number with its leading 0


@dataclass(frozen=True)
class Parts:
    """A phone number that was taken from a cell, its extension, and the words beside it."""

    number: str
    extension: str
    note: str


@short_rewritten
def phone(text: str) -> str:
    """Return one or more numbers in the standard's form; a value with anything else in it is unchanged.

    The length of the area code comes from the public numbering plan, so that bare digits are enough. Where the
    office's own groups contradict the plan, the value is unchanged, and ``phone_doubt`` reports it.

    >>> phone("03-5722-9270"), phone("03(5722)9270"), phone("0357229270"), phone("+81-3-5722-9270"), phone("357229270")
    ('(03)5722-9270', '(03)5722-9270', '(03)5722-9270', '(03)5722-9270', '(03)5722-9270')
    >>> phone("0120-123-456"), phone("09012345678"), phone("TEL:0467-22-1111、0467-22-2222")
    ('0120-123-456', '090-1234-5678', '(0467)22-1111 / (0467)22-2222')
    >>> phone("5722-9270"), phone("0467-222-111"), phone("012-3456-7890")
    ('5722-9270', '0467-222-111', '012-3456-7890')
    """
    parts = [part for part in (part.strip() for part in _SEPARATORS.split(text)) if part]
    numbers = [_number(_LABELLED.sub("", part)) for part in parts]
    known = [number for number in numbers if number]
    return " / ".join(known) if known and len(known) == len(parts) else text


@short_read
def split_phone(text: str) -> Parts | None:
    """Return number, extension and note of a cell that contains one number and words; ``None`` for any other cell.

    >>> split_phone("スポーツ施設課 (047)373-3112"), split_phone("03-5722-9270(内線1234)")
    (Parts(number='(047)373-3112', extension='', note='スポーツ施設課'), \
Parts(number='(03)5722-9270', extension='1234', note=''))
    >>> split_phone("03-5722-9270"), split_phone("課 03-5722-9270、係 03-5722-9271")
    (None, None)
    """
    extension = _EXTENSION.search(text)
    rest = text[: extension.start()] + text[extension.end() :] if extension else text
    # A landline number can have lost its leading zero: nine digits are enough to be one.
    found = [one for one in _WRITTEN.finditer(rest) if len(re.sub("[^0-9]", "", one[0])) >= _LANDLINE - 1]
    if len(found) != 1:
        return None
    written = _balanced(found[0][0])
    number = _number(written)
    start = found[0].start() + found[0][0].index(written)
    note = _note(rest[:start], rest[start + len(written) :])
    if not number or not (note or extension) or (note and not _NOTE.fullmatch(note)):
        return None
    return Parts(number, extension[1] if extension else "", note)


@short_read
def phone_doubt(text: str) -> Unsure | None:
    """Return the reason why a value is no certain phone number, with the numbers that it contains.

    >>> phone_doubt("5722-9270"), phone_doubt("課 03-5722-9270、係 03-5722-9271").readings, phone_doubt("(03)5722-9270")
    (Unsure(code='phone-without-area', readings=()), ('(03)5722-9270 / (03)5722-9271',), None)
    >>> phone_doubt("03-57229270-1"), phone_doubt("090-1234-5678")
    (None, None)
    """
    if not text or (_VALID.fullmatch(text) and not _HYPHENED.fullmatch(text)):
        return None
    if _LOCAL.fullmatch(text):
        return Unsure("phone-without-area")
    reading = _reading(text)
    if not reading or reading == text:
        return code_doubt(text)
    return Unsure("ambiguous-value", (reading,), partial=not re.fullmatch(r"[0-9()+\- ./、,;]+", text))


def _reading(text: str) -> str | None:
    """Return the numbers in a text, or the number that its digits make where their groups fit no number."""
    inside = [_number(_balanced(found[0])) for found in _WRITTEN.finditer(text)]
    if inside and all(inside):
        return " / ".join(map(str, inside))
    plain = re.sub("-{2,}", "-", _STRAY.sub("-", text)).strip("-")
    if plain != text and (_VALID.fullmatch(plain) or _number(plain)):
        return _number(plain) or plain
    return _grouped(re.sub(r"[^0-9]", "", text)) if re.fullmatch(r"[0-9()\- ]+", text) else None


def _number(text: str) -> str | None:
    """Return one number in the standard's form, ``None`` for a text that is not certainly a number."""
    if re.fullmatch(_ONE, text) and not re.match(r"0[0-9]+-[0-9]+-", text):
        return text
    if not re.fullmatch(r"\+?[0-9()\- .]+", text):
        return None
    domestic = re.sub(r"^\+81[\s\-]*(?:\(0\))?0?", "0", text)
    if domestic.startswith("+"):
        return None
    groups = re.findall("[0-9]+", domestic)
    digits = "".join(groups)
    if not digits.startswith("0"):
        digits, groups = "0" + digits, ["0" + groups[0], *groups[1:]] if groups else []
    whole = _grouped(digits)
    alike = whole is not None and (len(groups) == 1 or groups == re.findall("[0-9]+", whole))
    return whole if alike else _hyphened(groups, whole)


def _hyphened(groups: list[str], whole: str | None) -> str | None:
    """Return a service number whose groups differ only after the first, as 0120-123456; never one with an area code."""
    if whole is None or whole.startswith("(") or not groups:
        return None
    return whole if groups[0] == whole.partition("-")[0] else None


def _grouped(digits: str) -> str | None:
    """Return bare digits in their groups; ``None`` if the number of digits or their beginning is unknown."""
    for service in _DATA["services"]:
        if digits.startswith(service["beginning"]) and len(digits) == sum(service["groups"]):
            first, second, _ = service["groups"]
            return f"{digits[:first]}-{digits[first : first + second]}-{digits[first + second :]}"
    length = _area_length(digits) if len(digits) == _LANDLINE else 0
    return f"({digits[:length]}){digits[length:-4]}-{digits[-4:]}" if length else None


def _area_length(digits: str) -> int:
    # Up to six digits decide: 05979 is an area code, but 059790 belongs to 0597.
    beginnings = _areas()
    longest = max(map(len, beginnings))
    return next((beginnings[digits[:n]] for n in range(longest, 1, -1) if digits[:n] in beginnings), 0)


@cache
def _areas() -> dict[str, int]:
    entries = read_data("area_codes.toml")["areas"]
    return {beginning: entry["digits"] for entry in entries for beginning in entry["beginnings"].split()}


def _balanced(written: str) -> str:
    """Return a run of digits and signs without an open bracket that belongs to the words beside it."""
    if written.count("(") > written.count(")"):
        head, _, tail = written.rpartition("(")
        return written[len(head) + 1 :] if not head.strip(" ") else (head if ")" in head or not tail else written)
    return written


def _note(before: str, after: str) -> str:
    """Return the words on both sides of a number, without labels and without the signs between them."""
    words = (re.sub(rf"(?:{_LABELS})\s*[:：.]?", "", part).strip(" \u3000:：、,()（）/\n") for part in (before, after))
    return " ".join(word for word in words if word)
