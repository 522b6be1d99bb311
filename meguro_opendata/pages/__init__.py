"""The one HTML frame that reports, the portal and the KPI board share: templates, style, words of both languages.

Pages are single files that need no network and run no script; a content security policy in each says so.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from meguro_opendata import messages

__all__ = ["render"]


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("templates/style.css").read_text(encoding="utf-8").strip()


@cache
def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("meguro_opendata.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["safe_link"] = safe_link
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment


def safe_link(address: str | None) -> str | None:
    """An address that a page may link to: http, https or a relative path; ``None`` for any other scheme.

    >>> safe_link("javascript:alert(1)") is None, safe_link("https://example.org/"), safe_link("a/b.csv")
    (True, 'https://example.org/', 'a/b.csv')
    """
    if not address:
        return None
    head = address.split("/", 1)[0]
    return address if ":" not in head or head.lower() in ("http:", "https:") else None


def render(template: str, lang: str, **values: Any) -> str:
    """A page from one of the templates, in ``lang``; every value is escaped."""
    frame = {
        "lang": lang,
        "style": _style(),
        "policy": _policy(),
        "t": lambda code: messages.word(code, lang),
        "say": lambda code, **params: messages.message(code, lang, **params),
    }
    page: str = _environment().get_template(template).render(**frame, **values)
    return page
