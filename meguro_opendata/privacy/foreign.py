"""Foreign names, which a dictionary of Japanese names lacks: Latin letters, katakana in parts, Chinese, Korean."""

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
_SHORT = 3  # Short nouns do not rule out a name: リン and ファン are both.
_TITLED = re.compile(_DATA["titled"])


def foreign_names(text: str) -> Iterator[str]:
    """Yield foreign names before an honorific, after a label such as 担当, or after a title such as Mr.

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
    """Return whether a text that is shaped like a name is a name and not another word."""
    if kind == "latin":
        return not re.search(_DATA["firms"], name)
    if kind == "han":
        return not is_word(name) and any(name.startswith(one) and not _is_noun(name, one) for one in _SURNAMES)
    words = re.split("[・= ]", name)
    nouns = [word for word in words if is_noun(word)]
    return not any(len(word) > _SHORT for word in nouns)


def _is_noun(name: str, surname: str) -> bool:
    """Return whether the text behind a surname is empty or a word, or the surname and its next letter form a word."""
    rest = name[len(surname) :]
    return not rest or is_noun(rest) or is_word(name[: len(surname) + 1])
