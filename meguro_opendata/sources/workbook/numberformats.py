"""Number formats that show a number with more than its digits: leading zeros, hyphens, words (``000-0000``, ``第0号``).

A format without such is none of ours: decimals, thousands separators, percent and signs are of amounts, not of codes;
dates and times have values of their own. How a format shows a number is in ECMA-376, part 1, 18.8.31.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import takewhile

__all__ = ["BUILT_IN", "NumberFormat", "number_format"]

# The built-in formats that matter here; the others have no code in a file, either.
BUILT_IN = {1: "0"}
_LONGEST = 255
_MOST_DIGITS = 400
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*")|(?P<escaped>\\.)|(?P<space>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])"""
    r"""|(?P<general>General|G/標準)|(?P<digit>[0#?])|(?P<other>.)""",
    re.IGNORECASE | re.DOTALL,
)
# Signs with a meaning that is not ours: decimals, grouping, percent, exponents, fractions, text, dates.
_FOREIGN = frozenset(".,%Ee@/yYmMdDhHsSgGbBnN")
_LITERALS = {"quoted": slice(1, -1), "escaped": slice(1, None)}
_COLOURS = re.compile(
    r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|黒|青|水|緑|紫|赤|白|黄|colou?r ?\d+|色 ?\d+)\]", re.I
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_LOCALE = re.compile(r"\[\$-[0-9A-Fa-f]{1,8}\]")


@dataclass(frozen=True)
class _Section:
    """One part of a format: its condition, and literal texts and places of digits in turn."""

    condition: tuple[str, Decimal] | None
    tokens: tuple[tuple[str, str], ...]

    def show(self, value: Decimal) -> str | None:
        """Return a number that is not negative; ``None`` if it has decimals, which such a format does not show."""
        if any(kind == "general" for kind, _ in self.tokens):
            return "".join(_plain(value) if kind == "general" else text for kind, text in self.tokens)
        return _filled(self.tokens, _plain(value).lstrip("0")) if value == int(value) else None


@dataclass(frozen=True)
class NumberFormat:
    """A format of one to three sections: of numbers above zero, below zero, and of zero, or with conditions."""

    sections: tuple[_Section, ...]

    def show(self, value: float) -> str | None:
        """Return the text that Excel shows for a number, trimmed; ``None`` for nothing, or a part of its digits."""
        return self.show_text(repr(value))

    def show_text(self, written: str) -> str | None:
        """Return the same for a number as a file has it; ``None`` if it is none."""
        try:
            exact = Decimal(written)
            if not exact.is_finite() or abs(exact.adjusted()) > _MOST_DIGITS:
                return None
            section = self._section_of(exact)
            shown = section.show(exact) if section and exact >= 0 else None
        except InvalidOperation:
            return None
        return (shown or "").strip() or None

    def _section_of(self, value: Decimal) -> _Section | None:
        """Return the section of a value that is not negative."""
        if any(section.condition for section in self.sections):
            return next((one for one in self.sections if one.condition is None or _meets(value, one)), None)
        return self.sections[2 if value == 0 and len(self.sections) > 2 else 0]  # noqa: PLR2004


@lru_cache(maxsize=512)
def number_format(code: str) -> NumberFormat | None:
    r"""Return a format that shows more than the digits of a number, ``None`` for any other.

    >>> [number_format(code).show(1530001) for code in ("0000000000", "000-0000", '"〒"000\\-0000', '第0号')]
    ['0001530001', '153-0001', '〒153-0001', '第1530001号']
    >>> [number_format(code) for code in ("General", "0", "#,##0", "0%", "yyyy/m/d", "@", "0.00E+00")]
    [None, None, None, None, None, None, None]
    """
    if len(code) > _LONGEST or not _shows_more(code):
        return None
    sections = [_section(part) for part in _parts(code)[:3]]
    known = [section for section in takewhile(bool, sections) if section]
    return NumberFormat(tuple(known)) if known and len(known) == len(sections) else None


def _shows_more(code: str) -> bool:
    """Return whether any section has two zeros or a literal text."""
    return any(
        sum(kind == "digit" and text == "0" for kind, text in tokens) > 1
        or any(kind == "literal" and text.strip() for kind, text in tokens)
        for tokens in ([*_tokens(part)] for part in _parts(code)[:3])
    )


def _parts(code: str) -> list[str]:
    """Return the sections, cut at semicolons that are no literal texts."""
    parts = [""]
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts


def _section(part: str) -> _Section | None:
    """Return a section, ``None`` if a sign in it has a meaning that is not ours."""
    condition, tokens = _CONDITION.search(part), tuple(_tokens(part))
    if any(kind == "foreign" for kind, _ in tokens):
        return None
    return _Section((condition[1], Decimal(condition[2])) if condition else None, tokens)


def _tokens(part: str) -> Iterator[tuple[str, str]]:
    """Yield each sign of a section: ``literal``, ``digit``, ``general``, or ``foreign``."""
    for token in _TOKEN.finditer(part):
        kind, text = str(token.lastgroup), token[0]
        if kind in _LITERALS:
            yield "literal", text[_LITERALS[kind]]
        elif kind == "bracket":
            if not any(known.fullmatch(text) for known in (_COLOURS, _CONDITION, _LOCALE)):
                yield "foreign", text
        elif kind == "other":
            yield "foreign" if text in _FOREIGN else "literal", text
        elif kind != "fill":
            yield ("literal", " ") if kind == "space" else (kind, text)


def _filled(tokens: Sequence[tuple[str, str]], digits: str) -> str:
    """Return the digits in their places from the right; those that are too many stand at the first place."""
    rest, shown = digits, list[str]()
    first = next((at for at, (kind, _) in enumerate(tokens) if kind == "digit"), -1)
    for at in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[at]
        if kind != "digit":
            shown.append(text)
        elif at == first:
            shown.append(rest or _absent(text))
        else:
            shown.append(rest[-1:] or _absent(text))
            rest = rest[:-1]
    return "".join(reversed(shown))


def _absent(place: str) -> str:
    return {"0": "0", "?": " "}.get(place, "")


def _meets(value: Decimal, section: _Section) -> bool:
    sign, limit = section.condition or ("=", value)
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
