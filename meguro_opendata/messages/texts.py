"""Every sentence that a user reads, one catalogue a language; code holds codes and parameters only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from meguro_opendata.messages.harmless import mask_tokens, one_line
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "LANGUAGES",
    "codes",
    "default_language",
    "doctor_text",
    "error_text",
    "finding_text",
    "form",
    "message",
    "property_text",
    "rule_name",
    "word",
]

LANGUAGES = ("ja", "en")


def default_language() -> str:
    """Return the language of ``MEGURO_OPENDATA_LANG``, or ``"ja"``."""
    chosen = os.environ.get("MEGURO_OPENDATA_LANG", "")
    return chosen if chosen in LANGUAGES else "ja"


@cache
def _catalogue(lang: str) -> dict[str, Any]:
    name = lang if lang in LANGUAGES else "ja"
    return packaged_toml(__package__, f"{name}.toml")


def codes(section: str, lang: str = "ja") -> list[str]:
    """Return the codes of one section (``findings``, ``errors``, ``words``, ``rules``) of a catalogue, sorted."""
    return sorted(_catalogue(lang)[section])


def finding_text(code: str, part: str, params: Mapping[str, object], lang: str) -> str:
    """Return one part (``title``, ``message`` or ``advice``) of a finding's text, filled with its parameters.

    ``{form}`` is how a value of the parameter ``kind`` is written, in words; without a kind, the constraint itself.
    ``{called}``, ``{why}`` and ``{todo}`` are the texts about the metadata property in the parameter ``property``.
    """
    catalogue = _catalogue(lang)
    text: str = catalogue["findings"][code][part]
    form = catalogue["forms"].get(params.get("kind"), params.get("bound"))
    said = catalogue["properties"].get(params.get("property"), {})
    meant = {"called": said.get("name"), "why": said.get("why"), "todo": said.get("todo")}
    return text.format_map(_Shown({**meant, **params, "form": form}, lang))


def error_text(code: str, params: Mapping[str, object], lang: str) -> str:
    """Return the text of an error: what, where and what to do; tokens and foreign line breaks are removed."""
    text: str = _catalogue(lang)["errors"][code]
    shown = {name: one_line(value) for name, value in _Shown(params, lang).items()}
    return mask_tokens(text.strip().format_map(shown))


def message(code: str, lang: str, **params: object) -> str:
    """Return a sentence that a command says about its own work."""
    text: str = _catalogue(lang)["says"][code]
    return text.format_map(_Shown(params, lang))


def property_text(code: str, part: str, lang: str) -> str:
    """Return a text about a metadata property: its ``name``, ``why`` it matters, or what ``todo``."""
    text: str = _catalogue(lang)["properties"][code][part]
    return text


def rule_name(rule: str, lang: str) -> str:
    """Return the short description of a normaliser or a mapping rule."""
    text: str = _catalogue(lang)["rules"][rule]
    return text


def form(kind: str, lang: str) -> str:
    """Return how a value of a kind is written, in words."""
    text: str = _catalogue(lang)["forms"][kind]
    return text


def doctor_text(code: str, lang: str, **params: object) -> str:
    """Return the advice of ``doctor`` about one fault."""
    text: str = _catalogue(lang)["doctor"][code]
    return text.format_map(_Shown(params, lang))


def word(code: str, lang: str) -> str:
    """Return a single word or heading, such as a column title of a report."""
    text: str = _catalogue(lang)["words"][code]
    return text


class _Shown(dict[str, str]):
    """Parameters as text; lists joined, so that a catalogue needs no code.

    Values are formatted before they are put in, so a value that contains braces stays what it is.
    """

    def __init__(self, params: Mapping[str, object], lang: str) -> None:
        super().__init__({name: _shown(value, lang) for name, value in params.items()})


def _shown(value: object, lang: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return (", " if lang == "en" else "、").join(_shown(part, lang) for part in value)
    return str(value)
