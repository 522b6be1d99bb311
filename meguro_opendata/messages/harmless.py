"""Texts made safe to show: control characters become visible, and tokens of portals are masked.

A file, a portal or a file name can hold characters that a terminal obeys (escape sequences, C1 controls) or that change
the order in which text is read (bidirectional overrides). A portal can also repeat the token that was sent to it.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from meguro_opendata.messages.jsonlists import MadeList

__all__ = [
    "escaped_json",
    "escaped_json_bytes",
    "harmless",
    "harmless_page",
    "mask_tokens",
    "mask_tokens_within",
    "one_line",
]

# C0 but tab and newline, DEL, C1; marks, overrides and isolates of direction; separators of lines and paragraphs;
# obsolete format characters, annotations and tags; halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0000-\U000e007f"
    "\ud800-\udfff]"
)
_MASK = "***"
_VARIABLES = "MEGURO_OPENDATA_TOKEN_"
# A shorter value cannot be a token, and would mask ordinary words.
_SHORTEST = 4
_SHORTEST_PART = 6
_PIECES = 10_000


def harmless(text: str) -> str:
    r"""Return a text with each control character written out; tabs and newlines stay.

    >>> harmless("\x1b]52;c;cm0=\x07 \x9b31m \u202egnp.exe\ud800\n")
    '\\x1b]52;c;cm0=\\x07 \\x9b31m \\u202egnp.exe\\ud800\n'
    """
    return _UNSAFE.sub(_written_out, text)


def one_line(text: str) -> str:
    r"""Return a text of others with its line breaks written out, so that it cannot look like lines of our own.

    >>> one_line("a.csv\n0 errors")
    'a.csv\\n0 errors'
    """
    return text.replace("\n", "\\n")


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def escaped_json(value: Any, *, ascii_only: bool = False) -> str:
    r"""Return a value as JSON in which each control character is escaped and each token is masked.

    >>> escaped_json(["\x1b\x9b\u202e\ud800"])
    '[\n "\\u001b\\u009b\\u202e\\ud800"\n]'

    Args:
        value: What the JSON holds.
        ascii_only: Whether every character beyond ASCII is escaped.
    """
    return "".join(_written(value, ascii_only=ascii_only))


def escaped_json_bytes(value: Any) -> bytes:
    """Return :func:`escaped_json` and a newline in UTF-8: a file, made without its text beside it in memory."""
    written = io.BytesIO()
    for batch in _written(value, ascii_only=False):
        written.write(batch.encode("utf-8"))
    written.write(b"\n")
    return written.getvalue()


def _written(value: Any, *, ascii_only: bool) -> Iterator[str]:
    """Yield the text of a JSON value in batches."""
    import json

    pieces = json.JSONEncoder(ensure_ascii=ascii_only, indent=1).iterencode(mask_tokens_within(value))
    # A report of 300,000 findings has 15 million pieces; at once they take six times the memory of its text.
    batches = iter(lambda: "".join(islice(pieces, _PIECES)), "")
    # Newlines are JSON's own: inside a string they are escaped.
    return (_UNSAFE.sub(_escape, batch) for batch in batches)


def harmless_page(page: str) -> str:
    r"""Return a page of HTML with each control character as its escape, and each token masked.

    The escape is the one of JSON and JavaScript, so that data in a page's scripts keeps its value.

    >>> harmless_page("<td>\x1b[31m \u202e</td>")
    '<td>\\u001b[31m \\u202e</td>'
    """
    return _UNSAFE.sub(_escape, mask_tokens(page))


def _escape(match: re.Match[str]) -> str:
    pairs = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pairs[start : start + 4]}" for start in range(0, len(pairs), 4))


def mask_tokens(text: str, *more: str) -> str:
    """Return a text without the tokens of the environment, whether written plainly, percent-encoded or in base64.

    Args:
        text: The text.
        more: Further secrets to mask.
    """
    pattern = _secret_pattern(more)
    return pattern.sub(_MASK, text) if pattern else text


def mask_tokens_within(value: Any, *more: str) -> Any:
    """Return a value of JSON, with all texts and names inside it, as :func:`mask_tokens` does for one text."""
    pattern = _secret_pattern(more)
    return _masked(value, pattern) if pattern else value


def _masked(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(_MASK, value)
    if isinstance(value, Mapping):
        return {_masked(name, pattern): _masked(part, pattern) for name, part in value.items()}
    if isinstance(value, MadeList):
        return value.changed(lambda part: _masked(part, pattern))
    if isinstance(value, list | tuple):
        return [_masked(part, pattern) for part in value]
    return value


def _secret_pattern(more: Iterable[str]) -> re.Pattern[str] | None:
    """Return an expression for the tokens of the environment and further secrets, ``None`` without any."""
    tokens = (text.strip() for name, text in os.environ.items() if name.upper().startswith(_VARIABLES))
    secrets = frozenset(secret for secret in (*tokens, *more) if len(secret) >= _SHORTEST)
    return _pattern(secrets) if secrets else None


@cache
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    """Return an expression for every form of the secrets, the longest first."""
    plain = sorted(secrets, key=len, reverse=True)
    forms = {form for secret in plain for form in _forms(secret)}
    written = [re.escape(form) for form in sorted(forms, key=len, reverse=True)]
    return re.compile("|".join([*map(_percent, plain), *written]))


def _percent(secret: str) -> str:
    """Return an expression for a text of which each byte may be percent-encoded."""
    return "".join(_percent_sign(sign) for sign in secret)


def _percent_sign(sign: str) -> str:
    pairs = "".join(
        "%" + "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{byte:02x}")
        for byte in sign.encode("utf-8", "surrogatepass")
    )
    return f"(?:{re.escape(sign)}|{pairs})"


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret is written in HTML, in quotes, in hexadecimal digits and inside a longer text in base64."""
    import base64
    import html
    import json

    data = secret.encode("utf-8", "surrogatepass")
    yield html.escape(secret)
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield from (data.hex(), data.hex().upper())
    for before in range(3):
        # Of the letters at both ends, some bits belong to what is beside the secret.
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        coded = base64.b64encode(b"\0" * before + data).decode("ascii")[first:last]
        if len(coded) >= _SHORTEST_PART:
            yield from (coded, coded.replace("+", "-").replace("/", "_"))
