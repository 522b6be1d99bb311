"""Readings (カナ) of names: hiragana → katakana, and hyphens typed for the long vowel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meguro_opendata.cleaning.data import Unsure, read_data
from meguro_opendata.japan.folding import hyphens, in_katakana

__all__ = ["kana_doubt", "katakana"]

_SIGNS = f"-{hyphens('between_words')}"
_SHORT = 3  # a word of so few letters may be the beginning of another word: it counts only at the end of a run
_LETTERS = "\u30a1-\u30fa"
# A hyphen that may be a long vowel: directly after a letter, and before another one or the end of a word.
_DOUBTFUL = re.compile(rf"(?<=[{_LETTERS}ー])[{_SIGNS}](?=[{_LETTERS}]|[ \u3000・･（()）「」]|$)")
# A letter that is never lengthened: a hyphen after it only joins.
_CLOSED = "ンッー"
# Kanji that look like a katakana letter and are typed for it.
_LOOK_ALIKE = str.maketrans("二八力工口夕卜千三一", "ニハカエロタトチミー")
_NOT_KANA = re.compile("[\u3041-\u3096\u4e00-\u9fff\uff66-\uff9f]")


def katakana(text: str) -> str:
    """Return a reading in katakana, with the long vowel for a hyphen in words that are certainly written with it.

    Between any other letters a hyphen can also join two words; it is left unchanged.

    >>> katakana("すいどうのイシブミ"), katakana("センタ－"), katakana("二ホン"), katakana("ミホン-カイカン")
    ('スイドウノイシブミ', 'センター', '二ホン', 'ミホン-カイカン')
    """
    kana = in_katakana(text)
    return _WORDS.sub(lambda found: _HYPHENS.sub("ー", found[0]), kana) if _HYPHENS.search(kana) else kana


def kana_doubt(text: str) -> Unsure | None:
    """Return a doubt for a reading with kanji or with a hyphen between letters.

    For kanji the katakana of the same shape are proposed, if these make the whole reading kana. For a hyphen the long
    vowel is proposed, unless the letter before it is never lengthened.

    >>> kana_doubt("二ホンフクイン"), kana_doubt("目黒"), kana_doubt("メグロ")
    (Unsure(code='ambiguous-value', readings=('ニホンフクイン',)), None, None)
    >>> kana_doubt("ア-イ"), kana_doubt("ミホン-カイカン"), kana_doubt("ミホン - カイカン")
    (Unsure(code='hyphen-in-reading', readings=('アーイ',)), Unsure(code='hyphen-in-reading', readings=()), None)
    """
    if _DOUBTFUL.search(text):
        reading = _DOUBTFUL.sub(lambda found: found[0] if text[found.start() - 1] in _CLOSED else "ー", text)
        return Unsure("hyphen-in-reading", (reading,) if reading != text else ())
    if not _NOT_KANA.search(text) or not re.search("[\u30a1-\u30f6]", text):
        return None
    reading = text.translate(_LOOK_ALIKE)
    return None if _NOT_KANA.search(reading) else Unsure("ambiguous-value", (reading,))


def _words() -> Iterator[str]:
    """Yield the pattern of each word, with a hyphen or ー for each of its long vowels, the longest word first."""
    for word in sorted(set(read_data("kana.toml")["words"].split()), key=len, reverse=True):
        if "ー" in word:
            yield word.replace("ー", f"[{_SIGNS}ー]") + ("" if len(word) > _SHORT else f"(?![{_SIGNS}{_LETTERS}ー])")


_HYPHENS = re.compile(f"[{_SIGNS}]")
_WORDS = re.compile("|".join(_words()))
