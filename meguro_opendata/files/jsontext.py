"""JSON from outside, in which a text can hold half of a sign (a lone surrogate) that no file can be written with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["HalfSignError", "half_sign", "may_hold_half_signs", "parsed_json"]

# JSON writes a sign beyond U+FFFF as a pair such as \ud83d\ude00. A program that cuts texts by UTF-16 units leaves one
# of the two, which Python reads as a text that cannot be encoded. Without such an escape there can be none, so that
# only documents that have one are looked through.
_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


class HalfSignError(ValueError):
    """A text that holds half of a sign.

    Attributes:
        place: Where it is in the document, such as ``resources[0].name``.
        sign: Code point of the half, such as ``U+D83D``.
    """

    def __init__(self, place: str, sign: str) -> None:
        """Keep the place and the sign."""
        super().__init__(f"{place}: {sign}")
        self.place = place
        self.sign = sign


def parsed_json(text: str | bytes) -> Any:
    r"""Return what a JSON document holds.

    >>> parsed_json('{"title": "\\ud83d\\ude00"}')
    {'title': '😀'}

    Raises:
        HalfSignError: If a text in it holds half of a sign.
        ValueError: If it is no JSON, or its bytes are no text.
        RecursionError: If it is deeper than can be read.
    """
    plain = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    loaded = json.loads(plain)
    if may_hold_half_signs(plain):
        found = half_sign(loaded)
        if found is not None:
            raise found
    return loaded


def may_hold_half_signs(text: str) -> bool:
    """Return whether a JSON document writes any sign by halves, paired or not; quick, and true of few documents."""
    return _ESCAPE.search(text) is not None


def half_sign(value: Any) -> HalfSignError | None:
    r"""Return the first half of a sign in a JSON value, ``None`` if all its texts are whole.

    >>> half_sign({"resources": [{}, {"name": "a\udc00"}]})
    HalfSignError('resources[1].name: U+DC00')
    """
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, part = waiting.pop()
        if isinstance(part, str):
            found = _HALF.search(part)
            if found is not None:
                return HalfSignError(place, f"U+{ord(found[0]):04X}")
        else:
            waiting += reversed(list(_parts(place, part)))
    return None


def _parts(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a list or an object, an object's keys before their values, each with its place."""
    if isinstance(value, list):
        yield from ((f"{place}[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, dict):
        for key, part in value.items():
            within = f"{place}.{_shown(key)}".lstrip(".")
            yield within, key
            yield within, part


def _shown(key: str) -> str:
    """Return a key as a message can show it."""
    return key.encode("utf-8", "backslashreplace").decode("utf-8")
