"""The one HTML frame that reports, the portal and the KPI board share: templates, style, words of both languages.

Pages are single files that need no network; a content security policy in each allows its own style alone and, where a
page has one, its own script.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from meguro_opendata import messages
from meguro_opendata.messages.harmless import harmless_page
from meguro_opendata.packaged import packaged_text
from meguro_opendata.pages.numbers import figure_text

__all__ = ["css_text", "render"]


@cache
def _part(name: str) -> str:
    return packaged_text(__package__, f"templates/{name}").strip()


def _policy(style: str, script: str, images: str | None = None) -> str:
    # Data from outside is shown: a page whose escaping failed could still load or run nothing. The own style and script
    # are allowed by their digests, so that no injected one is.
    rules = [
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"img-src data: {images}" if images else "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*rules, *([f"script-src '{_digest(script)}'"] if script else [])])


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("meguro_opendata.pages", "templates"),
        autoescape=True,
        # A misspelt name in a template raises an error instead of leaving a gap in the page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["safe_link"] = safe_link
    environment.filters["seen_blanks"] = seen_blanks
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.filters["figure"] = figure_text
    environment.filters["unit"] = spaced_unit
    return environment


def safe_link(address: str | None) -> str | None:
    """Return an address that a page may link to: http, https or a relative path; ``None`` for any other scheme.

    >>> safe_link("javascript:alert(1)") is None, safe_link("https://example.org/"), safe_link("a/b.csv")
    (True, 'https://example.org/', 'a/b.csv')
    """
    if not address:
        return None
    head = address.split("/", 1)[0]
    return address if ":" not in head or head.lower() in ("http:", "https:") else None


def seen_blanks(text: str) -> str:
    """Return a text whose blanks at either end can be seen: ``␣``, of full width ``□``.

    >>> seen_blanks(" a b\u3000")
    '␣a b□'
    """
    inner = text.strip()
    start = text.index(inner) if inner else len(text)
    return _marked(text[:start]) + inner + _marked(text[start + len(inner) :])


def _marked(blanks: str) -> str:
    return "".join("□" if blank == "\u3000" else "␣" for blank in blanks)


def css_text(text: str) -> str:
    r"""Return a text as a string of CSS, whatever it holds.

    >>> css_text('表 "1"</style>')
    '"\\8868 \\20 \\22 1\\22 \\3c \\2f style\\3e "'
    """
    return '"' + "".join(sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):x} " for sign in text) + '"'


def spaced_unit(unit: str) -> str:
    """Return a unit as it follows its number: a word of Latin letters after a space.

    >>> spaced_unit("件"), spaced_unit("%"), spaced_unit("cases")
    ('件', '%', ' cases')
    """
    return f" {unit}" if unit[:1].isascii() and unit[:1].isalpha() else unit


def render(
    template: str,
    lang: str,
    *,
    script: str | None = None,
    more_style: str = "",
    style_file: str | None = None,
    images: str | None = None,
    **values: Any,
) -> str:
    """Return a page from one of the templates, in ``lang``; every value is escaped, also control characters and tokens.

    Args:
        template: Name of the template.
        lang: Language of its words.
        script: Name of the script that the page runs.
        more_style: Style of this page alone, safe as it is.
        style_file: Name of a file with such style.
        images: The one host that pictures may come from; without it the page loads nothing at all.
        values: The values that the template shows.
    """
    own = _part(style_file) if style_file else ""
    style, code = "\n".join(filter(None, [_part("style.css"), own, more_style])), _part(script) if script else ""
    frame = {
        "lang": lang,
        "style": style,
        "script": code,
        "policy": _policy(style, code, images),
        "t": lambda word: messages.word(word, lang),
        "say": lambda sentence, **params: messages.message(sentence, lang, **params),
    }
    page: str = _environment().get_template(template).render(**frame, **values)
    return harmless_page(page)
