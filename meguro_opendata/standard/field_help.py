"""Descriptions of a standard's fields for a department: meaning, requirement and its basis, form, example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from meguro_opendata.messages import form, message, word
from meguro_opendata.standard.model import PREFIX, Field

__all__ = ["Explained", "explain"]


@dataclass(frozen=True)
class Explained:
    """A field in words.

    Attributes:
        meaning: The meaning, in Japanese as in the standard.
        requirement: Whether it is required, and the basis; or that this is unknown, and what hints there are.
        form: How a value is written.
        values: The words to choose from; empty if any value is allowed.
        closed: Whether other words than ``values`` are errors.
        example: One value, may be empty.
    """

    name: str
    meaning: str
    requirement: str
    form: str
    values: tuple[str, ...]
    closed: bool
    example: str


def explain(field: Field, lang: str = "ja") -> Explained:
    """Return a field of a standard in words.

    >>> from meguro_opendata.standard.model import load_standard
    >>> explain(load_standard("public_toilet").fields[0]).form
    '全国地方公共団体コード・半角数字6桁'
    """
    allowed = field.descriptor.get("constraints", {}).get("enum", ())
    values = allowed or field.descriptor.get(f"{PREFIX}values", ())
    return Explained(
        name=field.name,
        meaning=field.description,
        requirement=_requirement(field, lang),
        form=form(field.kind, lang),
        values=tuple(str(value) for value in values if value != ""),
        closed=bool(allowed),
        example=str(field.descriptor.get("example", "")),
    )


def _requirement(field: Field, lang: str) -> str:
    basis = field.descriptor.get(f"{PREFIX}requirement_basis")
    if field.requirement != "unknown":
        name = word(field.requirement, lang)
        return message("requirement-basis", lang, requirement=name, basis=basis) if basis else name
    hints = list(_hints(field, lang))
    return message("requirement-hinted", lang, hints=hints) if hints else message("requirement-open", lang)


def _hints(field: Field, lang: str) -> Iterator[str]:
    same_item = field.descriptor.get(f"{PREFIX}requirement_hint")
    if same_item:
        yield message("hint-same-item", lang, requirement=word(same_item, lang))
    old = field.descriptor.get(f"{PREFIX}legacy_requirement")
    if old:
        yield message("hint-old-version", lang, requirement=word(old, lang))
