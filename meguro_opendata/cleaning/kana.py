"""Readings (カナ): hiragana → katakana."""

from __future__ import annotations

import re

from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.japan.folding import hyphens, in_katakana

__all__ = ["kana_doubt", "katakana"]

_HYPHEN = re.compile(f"(?<=[\u30a1-\u30f6ー])[-{hyphens('between_words')}](?=[\u30a1-\u30f6]|[ \u3000・（(]|$)")
# Kanji that look like a katakana letter and are typed for it.
_LOOK_ALIKE = str.maketrans("二八力工口夕卜千三一", "ニハカエロタトチミー")
_NOT_KANA = re.compile("[\u3041-\u3096\u4e00-\u9fff\uff66-\uff9f]")


def katakana(text: str) -> str:
    """A reading in katakana; a hyphen for the long vowel becomes one where it follows a letter and no other sign may.

    >>> katakana("すいどうのイシブミ"), katakana("センタ－"), katakana("二ホン")
    ('スイドウノイシブミ', 'センター', '二ホン')
    """
    return _HYPHEN.sub("ー", in_katakana(text))


def kana_doubt(text: str) -> Unsure | None:
    """That kanji stand in a reading; proposed are the katakana that they look like, if that mends all of it.

    >>> kana_doubt("二ホンフクイン"), kana_doubt("目黒"), kana_doubt("メグロ")
    (Unsure(code='ambiguous-value', readings=('ニホンフクイン',)), None, None)
    """
    if not _NOT_KANA.search(text) or not re.search("[\u30a1-\u30f6]", text):
        return None
    reading = text.translate(_LOOK_ALIKE)
    return None if _NOT_KANA.search(reading) else Unsure("ambiguous-value", (reading,))
