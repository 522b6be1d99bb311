"""Web and e-mail addresses."""

from __future__ import annotations

import re

from meguro_opendata.cleaning.data import Unsure, short_read, short_rewritten
from meguro_opendata.japan.folding import half_width

__all__ = ["email", "email_doubt", "uri", "uri_doubt"]

_URI = re.compile(r"(?:https?|ftp)://[^\s\u3000<>\"]+", re.IGNORECASE)
_INSIDE = re.compile(r"(?:https?|ftp)://[!-~]+?(?=(?:https?://)|[^!-~]|$)")
_FULL_WIDTH = re.compile("[ｈＨhH][ｔＴtT][ｔＴtT][ｐＰpP][ｓＳsS]?[：:][／/][／/]")
_HOST = re.compile(r"(?:www\.|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:jp|com|org|net|info)(?=/|$))\S*")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_AT = re.compile(r"\s*(?:\((?:at|@|アット(?:マーク)?)\)|\[(?:at|@|アット)\]|[★☆■●]|\sat\s)\s*", re.IGNORECASE)


@short_rewritten
def uri(text: str) -> str:
    """Return a URL in half-width letters and without ``URL:`` before it; other values unchanged.

    Only a URL whose scheme was typed full-width is folded: a half-width one may have full-width letters on purpose.

    >>> uri("ｈｔｔｐ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ／"), uri("URL：https://www.example.com/")
    ('http://www.example.com/', 'https://www.example.com/')
    >>> uri("www.example.com"), uri("https://www.example.com/見本")
    ('www.example.com', 'https://www.example.com/見本')
    """
    plain = re.sub("^(?:URL|url|ＵＲＬ)\\s*[:：]\\s*", "", text)
    if _FULL_WIDTH.match(plain) and not _URI.match(plain):
        plain = half_width(plain)
    return plain if _URI.fullmatch(plain) else text


@short_read
def uri_doubt(text: str) -> Unsure | None:
    """Return a doubt for an address without its scheme, for one among words, and for several addresses.

    An address without scheme may begin with ``https`` or ``http``: both are proposed.

    >>> uri_doubt("www.example.com").readings, uri_doubt("見本のページ https://www.example.com/")
    (('https://www.example.com', 'http://www.example.com'), \
Unsure(code='ambiguous-value', readings=('https://www.example.com/',)))
    >>> uri_doubt("http://a.example.com/ http://b.example.com/").code, uri_doubt("https://www.example.com/")
    ('several-values', None)
    """
    if not text or (_URI.fullmatch(text) and text.count("://") == 1):
        return None
    inside = tuple(found.rstrip("、。,;)）") for found in _INSIDE.findall(text))
    if len(inside) > 1:
        return None if _is_nested(text) else Unsure("several-values", inside)
    readings = inside or _with_scheme(text)
    return Unsure("ambiguous-value", readings, partial=bool(inside)) if readings else None


def _is_nested(text: str) -> bool:
    """Return whether a text is one address that contains another one, as addresses of archives and redirects do."""
    return bool(_URI.fullmatch(text)) and not re.search("[,;、]https?://", text)


def _with_scheme(text: str) -> tuple[str, ...]:
    """Return the two addresses that a text without scheme may mean; empty for a text that is no address."""
    if _HOST.fullmatch(text) and text.isascii() and "@" not in text:
        return (f"https://{text}", f"http://{text}")
    return ()


@short_rewritten
def email(text: str) -> str:
    """Return an e-mail address without ``mailto:`` or a label before it; other values unchanged.

    >>> email("mailto:opendata@example.com"), email("opendata(at)example.com")
    ('opendata@example.com', 'opendata(at)example.com')
    """
    plain = re.sub("^(?:mailto|e-?mail|メール)\\s*[:：]\\s*", "", text, flags=re.IGNORECASE)
    return plain if _MAIL.fullmatch(plain) else text


@short_read
def email_doubt(text: str) -> Unsure | None:
    """Return a doubt for an address whose @ was replaced, as ``(at)``, for one among words, and for several addresses.

    >>> email_doubt("opendata(at)example.com").readings, email_doubt("a@example.com、b@example.com").code
    (('opendata@example.com',), 'several-values')
    >>> email_doubt("opendata@example.com")
    """
    if not text or _MAIL.fullmatch(text):
        return None
    found = tuple(_MAIL.findall(text))
    if found:
        return Unsure("several-values" if len(found) > 1 else "ambiguous-value", found, partial=True)
    plain = _AT.sub("@", text)
    return Unsure("ambiguous-value", (plain,)) if _MAIL.fullmatch(plain) else None
