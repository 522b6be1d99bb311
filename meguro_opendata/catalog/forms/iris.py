"""Addresses and texts as IRIs: what can be one, and names for what has none of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import quote, unquote

__all__ = ["dataset_fragments", "local_iri", "scheme_iri", "scheme_text", "web_iri"]

_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
# What no IRI can hold (RFC 3987); letters beyond ASCII are allowed.
_REFUSED = re.compile(r"""[\x00-\x20\x7f-\xa0<>"{}|\\^`]""")
_REFUSED_OR_PERCENT = re.compile(rf"{_REFUSED.pattern}|%")


def web_iri(text: str) -> str | None:
    """Return an address of the web as an IRI, ``None`` if the text is no web address.

    >>> web_iri("https://example.com/a|b?q=表"), web_iri("www.example.com"), web_iri("なし")
    ('https://example.com/a%7Cb?q=表', None, None)
    """
    return _REFUSED.sub(_escaped, text) if _ADDRESS.fullmatch(text) else None


def scheme_iri(scheme: str, text: str) -> str:
    """Return a mail address or telephone number as an IRI; :func:`scheme_text` gives it back.

    >>> scheme_iri("tel", "03 0000 0001"), scheme_text("tel", "tel:03%200000%200001")
    ('tel:03%200000%200001', '03 0000 0001')
    """
    return f"{scheme}:{_REFUSED_OR_PERCENT.sub(_escaped, text)}"


def scheme_text(scheme: str, iri: str) -> str:
    """Return the mail address or telephone number of an IRI; of one without the scheme all of it."""
    bare = iri.removeprefix(f"{scheme}:")
    return iri if bare == iri else unquote(bare)


def local_iri(kind: str, text: str) -> str:
    """Return the name, within a catalogue's document, of a thing that has no IRI of its own, such as a theme.

    >>> local_iri("theme", "防災 a")
    '#theme/%E9%98%B2%E7%81%BD%20a'
    """
    return f"#{kind}/{quote(text, safe='')}"


def dataset_fragments(names: Iterable[str]) -> list[str]:
    """Return the name of each dataset within a catalogue's document: no two are the same, though two names may be.

    >>> dataset_fragments(["aed", "aed", "地図"])
    ['#aed', '#aed;2', '#%E5%9C%B0%E5%9B%B3']
    """
    seen: Counter[str] = Counter()
    fragments = []
    for name in names:
        plain = quote(name, safe="")  # escapes / and ; so that neither a theme nor a numbered name can be the same
        seen[plain] += 1
        fragments.append(f"#{plain};{seen[plain]}" if seen[plain] > 1 or not plain else f"#{plain}")
    return fragments


def _escaped(sign: re.Match[str]) -> str:
    return quote(sign[0], safe="")
