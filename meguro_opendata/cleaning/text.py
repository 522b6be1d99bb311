"""Text: width, spaces, invisible and machine-dependent characters, left-over markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from meguro_opendata.cleaning.data import Unsure, read_data
from meguro_opendata.japan.folding import one_width

__all__ = [
    "invisible",
    "lost_characters",
    "markup",
    "one_line",
    "symbols",
    "trim",
]

_OUTER = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"
_DATA: Mapping[str, Any] = read_data("characters.toml")
_NEW_LINES = re.compile(f"_x000[dD]_\\n?|\\r\\n?|[{_DATA['invisible']['line_breaks']}]")
_CONTROLS = dict.fromkeys([*range(9), *range(14, 32), *range(127, 133), *range(134, 160)])
_UNSEEN = _CONTROLS | dict.fromkeys(map(ord, _DATA["invisible"]["removed"]))
_UNSEEN |= dict.fromkeys(map(ord, _DATA["invisible"]["spaces"]), " ")
_LOST = re.compile(f"[\ue000-\uf8ff{_DATA['lost']['letters']}\U000f0000-\U0010ffff]")
_BREAKS = re.compile(
    rf"(?:(?<![ \t\r\n])[ \t\r\n]++)?</?(?:{'|'.join(_DATA['markup']['breaks'])})(?:\s[^<>]*)?/?>[ \t\r\n]*",
    re.IGNORECASE,
)
_TAGS = re.compile(rf"</?(?:{'|'.join(_DATA['markup']['tags'])})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINKS = re.compile(
    r"<a\s(?=[^<>]*>)(?>[^<>]*?href\s*+=\s*+[\"']?([^\"'\s<>]++))[^<>]*+>([^<>]*+)</a\s*+>", re.IGNORECASE
)
_ENTITIES = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5});")
# Begins at the first of a run of blanks and takes all of it, so that each blank is looked at once.
_LINE_ENDS = re.compile("(?<![ \u3000])[ \u3000]*+[\n\t][ \u3000\n\t]*+")
# Text that was escaped more than four times does not come from an office's system; the bound also keeps a text that
# grows with each pass from being read for ever.
_PASSES = 4


def trim(text: str) -> str:
    """Return a text without spaces, tabs and line breaks at both ends, full-width and invisible ones included.

    >>> trim("　駒場小学校 ")
    '駒場小学校'
    """
    return text.strip(_OUTER)


def invisible(text: str) -> str:
    r"""Return a text without invisible characters, with ``\n`` for each kind of line break and plain spaces.

    >>> invisible("駒場\u200b小学校\r\n体育館_x000D_"), invisible("A\u00a0B")
    ('駒場小学校\n体育館\n', 'A B')
    """
    # `_x000D_` is how the XLSX format escapes a carriage return; all its characters are printable.
    if text.isprintable() and "_x" not in text:
        return text
    return _NEW_LINES.sub("\n", text).translate(_UNSEEN)


def markup(text: str) -> str:
    r"""Return a text without left-over HTML: no tags, links as words with the address in brackets, no entities.

    Only the tags in the data file are removed. A text that still has markup after a few passes is unchanged.

    >>> markup('<a href="http://www.example.com/">見本</a>&amp;<b>見本</b><br>2行目')
    '見本(http://www.example.com/)&見本\n2行目'
    >>> markup("1<2、<注意>")
    '1<2、<注意>'
    """
    if "<" not in text and "&" not in text:
        return text
    before = after = text
    for _ in range(_PASSES):
        before, after = after, _unmarked(after)
        if after == before:
            return after
    return text


def _unmarked(text: str) -> str:
    plain = _TAGS.sub("", _BREAKS.sub("\n", _LINKS.sub(_link, text)))
    plain = re.sub("&(?:amp;)+", "&", plain)
    return invisible(_ENTITIES.sub(lambda found: html.unescape(found[0]), plain))


def _link(found: re.Match[str]) -> str:
    address, words = found[1], found[2].strip()
    return words if address in words else f"{words}({address})" if words else address


def symbols(text: str) -> str:
    """Return a text with the plain form of machine-dependent characters (``characters.toml``); letters of names stay.

    >>> symbols("㈱見本 Ⅱ号館①、120㎡"), symbols("髙島屋、﨑")
    ('(株)見本 II号館(1)、120m2', '髙島屋、﨑')
    """
    return text if text.isascii() else text.translate(_SYMBOLS)


def lost_characters(text: str) -> Unsure | None:
    r"""Return a doubt for a text in which letters were lost before the file arrived.

    >>> lost_characters("川\ue3eb賢治"), lost_characters("高橋")
    (Unsure(code='lost-character', readings=()), None)
    """
    return Unsure("lost-character") if _LOST.search(text) else None


def one_line(text: str) -> str:
    r"""Return a text in one line: line breaks and tabs, with the spaces around them, become one space.

    >>> one_line("目黒区総合庁舎 \n 本館")
    '目黒区総合庁舎 本館'
    """
    return _LINE_ENDS.sub(" ", text)


def _symbol_table() -> Iterator[tuple[int, str]]:
    for entry in _DATA["symbols"]:
        for code in range(ord(entry["first"]), ord(entry["last"]) + 1):
            plain = one_width(chr(code))
            if plain != chr(code):
                yield code, entry["form"].format(plain)


_SYMBOLS = dict(_symbol_table())
