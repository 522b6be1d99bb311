"""Names that no dictionary of Japanese names has: in Latin letters, in parts of katakana, Chinese and Korean ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meguro_opendata.privacy.data import privacy_data
from meguro_opendata.privacy.people import is_noun, is_word

__all__ = ["foreign_names"]

_DATA = privacy_data()["foreign"]
_SURNAMES = frozenset(_DATA["surnames"].split())
_HONOURED = re.compile(
    rf"(?:(?P<latin>{_DATA['latin']})|(?P<parts>{_DATA['parts']})|(?P<one>{_DATA['one']})|(?P<han>{_DATA['han']}))"
    rf"\s?(?:{_DATA['honorifics']})(?![一-鿿ァ-ヶ])"
)
_LABELLED = re.compile(
    rf"(?:{_DATA['labels']})[者名]?(?:は|:|\s)\s?(?:(?P<latin>{_DATA['latin']})|(?P<parts>{_DATA['parts']}))"
)
_SHORT = 3  # リン and ファン are nouns, and names
_TITLED = re.compile(_DATA["titled"])


def foreign_names(text: str) -> Iterator[str]:
    """Yield the names of other scripts that stand before an honorific, after a label, or after Mr. and the like.

    Args:
        text: Folded, as :func:`~meguro_opendata.privacy.data.plain` has it.

    >>> list(foreign_names("John Smithさんが寄贈")), list(foreign_names("担当:グエン ヴァン アン"))
    (['John Smith'], ['グエン ヴァン アン'])
    >>> list(foreign_names("王小明様へ")), list(foreign_names("王子様")), list(foreign_names("担当:案内 サービス"))
    (['王小明'], [], [])
    """
    for found in (*_HONOURED.finditer(text), *_LABELLED.finditer(text)):
        kind = found.lastgroup or ""
        if _is_person(kind, found[kind]):
            yield found[kind]
    yield from (found[0] for found in _TITLED.finditer(text))


def _is_person(kind: str, name: str) -> bool:
    """Return whether a text of the shape of a name is one: no word for something else."""
    if kind == "latin":
        return not re.search(_DATA["firms"], name)
    if kind == "han":
        return not is_word(name) and any(name.startswith(one) and not _is_noun(name, one) for one in _SURNAMES)
    words = re.split("[・= ]", name)
    nouns = [word for word in words if is_noun(word)]
    return not any(len(word) > _SHORT for word in nouns)


def _is_noun(name: str, surname: str) -> bool:
    """Return whether what stands behind a surname, or the letters on both sides of their border, make a word."""
    rest = name[len(surname) :]
    return not rest or is_noun(rest) or is_word(name[: len(surname) + 1])
