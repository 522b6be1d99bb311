"""Yes and no, in the words of each kind of value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from meguro_opendata.cleaning.data import read_data
from meguro_opendata.cleaning.text import trim
from meguro_opendata.japan.folding import half_width

__all__ = ["FLAGS", "flag"]

_WORDS: Mapping[str, Mapping[str, str]] = {
    kind: {half_width(spelling).lower(): word for word, spellings in words.items() for spelling in spellings}
    for kind, words in read_data("flags.toml").items()
}
_OWN = {kind: set(words.values()) for kind, words in _WORDS.items()}


def flag(kind: str, text: str) -> str:
    """Return the standard's word of a kind for any spelling that the data file knows; others are unchanged.

    >>> flag("umu", "〇"), flag("umu", "なし"), flag("kahi", "不可"), flag("flag1", "×"), flag("flag01", "×")
    ('有', '無', '否', '', '0')
    >>> flag("umu", "要相談"), flag("flag1", "0")
    ('要相談', '0')
    """
    if text in _OWN[kind]:
        return text
    return _WORDS[kind].get(trim(half_width(text)).lower(), text)


FLAGS: Mapping[str, Callable[[str], str]] = {
    f"flag_{kind.removeprefix('flag').lstrip('_')}": partial(flag, kind) for kind in _WORDS
}
