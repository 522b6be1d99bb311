"""The one HTML frame that reports, the portal and the KPI board share: templates, style, words of both languages.

Pages are single files that need no network; a content security policy in each says so, and allows by checksum only the
style and, on the map, the script that stand in it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from meguro_opendata import messages

__all__ = ["Parts", "render"]


@dataclass(frozen=True)
class Parts:
    """What a page has beyond the frame: files of ``templates``, and the one host that its pictures may come from."""

    style_file: str | None = None
    script_file: str | None = None
    image_host: str | None = None

    @property
    def style(self) -> str:
        """The page's own style."""
        return _text(self.style_file) if self.style_file else ""

    @property
    def script(self) -> str:
        """The page's script."""
        return _text(self.script_file) if self.script_file else ""

    @property
    def policy(self) -> str:
        """The content security policy: nothing but what stands in the page, by checksum, and pictures of the host."""
        styles = " ".join(_checksum(text) for text in (_text(_STYLE), self.style) if text)
        script = f" script-src {_checksum(self.script)};" if self.script else ""
        images = f"data: {self.image_host}" if self.image_host else "data:"
        return f"default-src 'none'; style-src {styles};{script} img-src {images}; base-uri 'none'; form-action 'none'"


_STYLE = "style.css"


@cache
def _text(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8").strip()


@cache
def _checksum(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


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


def render(template: str, lang: str, parts: Parts | None = None, **values: Any) -> str:
    """A page from one of the templates, in ``lang``; every value is escaped."""
    own = parts or Parts()
    frame = {
        "lang": lang,
        "style": _text(_STYLE),
        "parts": own,
        "policy": own.policy,
        "t": lambda code: messages.word(code, lang),
        "say": lambda code, **params: messages.message(code, lang, **params),
    }
    page: str = _environment().get_template(template).render(**frame, **values)
    return page
