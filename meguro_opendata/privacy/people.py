"""Recognition of persons' names by a dictionary of surnames and given names, which is loaded at first use."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from meguro_opendata.japan.folding import in_katakana
from meguro_opendata.privacy.data import pattern, privacy_data

__all__ = [
    "begins_with_surname",
    "is_common_word",
    "is_full_name",
    "is_given_name",
    "is_kana_name",
    "is_kana_surname",
    "is_known_name",
    "is_noun",
    "is_only_surname",
    "is_surname",
    "is_surname_and_kana",
    "is_usual_surname",
    "is_word",
]

_DATA = privacy_data()["person"]
_VARIANTS = str.maketrans(_DATA["variants"], _DATA["usual"])
_SCRIPTS = ("CJK UNIFIED", "HIRAGANA", "KATAKANA")
_MORE_GIVEN = frozenset(_DATA["more_given"])
_USUAL = frozenset(_DATA["usual_surnames"].split())
_NOUNS = frozenset(_DATA["noun_surnames"].split())
_READINGS = frozenset(_DATA["surname_readings"].split())
_KANA = re.compile("[ぁ-んァ-ヶー]+")
_TAG_PARTS = 4  # of a feature; behind them stand inflection and readings
_LONGEST_SURNAME, _LONGEST_GIVEN, _LONGEST_UNKNOWN = 5, 6, 3


@cache
def _dictionary() -> Any:
    """Return MeCab with the dictionary IPADIC, mapped into memory; called only for suspicious texts."""
    import ipadic
    from MeCab import Tagger

    return Tagger(ipadic.MECAB_ARGS)


@lru_cache(maxsize=65536)
def _tags(word: str) -> frozenset[str]:
    """Return the dictionary's tags of a whole word; an empty set for a word that it lacks."""
    from MeCab import MECAB_NOR_NODE, Lattice

    if not word.strip():
        return frozenset()
    lattice = Lattice()  # one of its own for each look-up: it is no shared state of several threads
    lattice.set_sentence(word)
    _dictionary().parse(lattice)
    node, whole, found = lattice.begin_nodes(0), len(word.encode("utf-8")), set()
    while node:
        if node.length == whole and node.stat == MECAB_NOR_NODE:
            found.add(",".join(node.feature.split(",")[:_TAG_PARTS]))
        node = node.bnext
    return frozenset(found)


def _forms(word: str) -> tuple[str, ...]:
    """Return a word, and its spelling with usual characters where it has variant ones (髙 → 高)."""
    usual = word.translate(_VARIANTS)
    return (word,) if usual == word else (word, usual)


def is_surname(word: str) -> bool:
    """Return whether a word is a surname of the dictionary.

    >>> is_surname("佐藤"), is_surname("髙橋"), is_surname("公園")
    (True, True, False)
    """
    if not 0 < len(word) <= _LONGEST_SURNAME or _script(word) != _SCRIPTS[0]:
        return False
    return any(_DATA["surname_tag"] in _tags(form) for form in _forms(word))


def is_usual_surname(word: str) -> bool:
    """Return whether a word is one of the usual surnames, in usual or variant characters.

    >>> is_usual_surname("斎藤"), is_usual_surname("齋藤"), is_usual_surname("目黒")
    (True, True, False)
    """
    return any(form in _USUAL for form in _forms(word))


def is_only_surname(word: str) -> bool:
    """Return whether a word is a usual surname, or a surname of two or more letters that is not also a common noun.

    >>> is_only_surname("清水"), is_only_surname("広瀬"), is_only_surname("林"), is_only_surname("大工")
    (True, True, True, False)
    """
    if is_usual_surname(word) or word in _NOUNS:
        return True
    return len(word) > 1 and is_surname(word) and _tags(word).isdisjoint(_DATA["noun_tags"])


def is_kana_name(text: str) -> bool:
    """Return whether a text is the reading of a usual surname followed by a given name.

    >>> is_kana_name("サトウ ハナコ"), is_kana_name("サトウハナコ"), is_kana_name("すずき いちろう")
    (True, True, True)
    >>> is_kana_name("カトウ"), is_kana_name("コーヒー サトウ")
    (False, False)
    """
    if not "ぁ" <= text[:1] <= "ヺ":
        return False
    katakana = in_katakana(text)
    if not pattern("exact", "kana_name").match(katakana):
        return False
    surname, space, given = katakana.partition(" ")
    if space:
        return surname in _READINGS and len(given) <= _LONGEST_GIVEN
    cuts = (cut for cut in range(2, len(surname) - 1) if surname[:cut] in _READINGS)
    return any(_is_given(surname[cut:]) for cut in cuts)


def is_kana_surname(text: str) -> bool:
    """Return whether a text is the reading of a usual surname.

    >>> is_kana_surname("サトウ"), is_kana_surname("すずき"), is_kana_surname("コーヒー")
    (True, True, False)
    """
    return in_katakana(text) in _READINGS


def is_given_name(word: str) -> bool:
    """Return whether the dictionary lists a word as a given name.

    >>> is_given_name("尊氏"), is_given_name("一様")
    (True, False)
    """
    return _DATA["given_tag"] in _tags(word)


def begins_with_surname(word: str) -> bool:
    """Return whether a word is a surname followed by up to three letters, which is a person in a column of persons.

    >>> begins_with_surname("川本愛蘭"), begins_with_surname("川本商店"), begins_with_surname("川本")
    (True, False, False)
    """
    ends = range(len(word) - _LONGEST_UNKNOWN, len(word))
    return word[-1:] not in tuple(_DATA["not_given"]) and any(cut > 1 and is_surname(word[:cut]) for cut in ends)


def is_surname_and_kana(word: str) -> bool:
    """Return whether a word is a surname followed by two to four kana that are not another word.

    >>> is_surname_and_kana("堀内つとむ"), is_surname_and_kana("堀内まで"), is_surname_and_kana("スズキイチロウ")
    (True, False, True)
    """
    katakana = in_katakana(word)
    cuts = range(max(1, len(word) - _LONGEST_UNKNOWN - 1), len(word) - 1)
    given = (cut for cut in cuts if not is_common_word(word[cut:]) and _KANA.fullmatch(word[cut:]))
    return any(is_surname(word[:cut]) or katakana[:cut] in _READINGS for cut in given)


def is_common_word(text: str) -> bool:
    """Return whether the dictionary lists a text, but not as a person's name.

    >>> is_common_word("サービス"), is_common_word("サントス"), is_common_word("花子"), is_common_word("まで")
    (True, False, False, True)
    """
    tags = _tags(text)
    return bool(tags) and not any("人名" in tag for tag in tags)


def is_noun(text: str) -> bool:
    """Return whether the dictionary lists a text as a common noun.

    >>> is_noun("サービス"), is_noun("マリア"), is_noun("ロドリゲス")
    (True, False, False)
    """
    return not _tags(text).isdisjoint(_DATA["noun_tags"])


def is_word(text: str) -> bool:
    """Return whether the dictionary lists a text as one word.

    >>> is_word("今様"), is_word("尊氏"), is_word("佐藤様")
    (True, True, False)
    """
    return bool(_tags(text))


def _is_given(word: str) -> bool:
    return word in _MORE_GIVEN or any(_DATA["given_tag"] in _tags(form) for form in _forms(word))


def _may_be_given(word: str) -> bool:
    """Return whether a word that the dictionary lacks can be a given name, as many modern ones are.

    It can if no part of it is another word.
    """
    if len(word) > _LONGEST_UNKNOWN or word[-1] in _DATA["not_given"] or len(set(map(_script, word))) > 1:
        return False
    parts = (part for part in (word, word[:2], word[1:]) if len(part) > 1)
    return bool(_script(word)) and not any(_is_other_word(form) for part in parts for form in _forms(part))


def _script(letters: str) -> str:
    """Return the script of the first letter; empty if names are not written in it."""
    if letters[0] in "々ー":
        return _SCRIPTS[0]
    return next((name for name in _SCRIPTS if unicodedata.name(letters[0], "").startswith(name)), "")


@lru_cache(maxsize=65536)
def is_full_name(text: str) -> bool:
    """Return whether a text is a surname and a given name and nothing else.

    A given name that the dictionary lacks passes if the dictionary knows it as no other word either.

    >>> is_full_name("佐藤花子"), is_full_name("佐藤　陽翔"), is_full_name("中村太郎記念館"), is_full_name("山口公民館")
    (True, True, False, False)
    """
    parts = text.split()
    if len(parts) == 2:  # noqa: PLR2004
        surname, given = parts
        return len(given) <= _LONGEST_GIVEN and is_surname(surname) and (_is_given(given) or _may_be_given(given))
    if len(parts) != 1 or len(text) > _LONGEST_SURNAME + _LONGEST_GIVEN or _is_other_word(text.strip()):
        return False
    word = parts[0]
    return any(_splits(word[:cut], word[cut:]) for cut in range(1, min(len(word), _LONGEST_SURNAME + 1)))


def is_known_name(text: str, shortest_given: int = 1) -> bool:
    """Return whether a text is a surname and a given name, both in the dictionary.

    The given name has at least ``shortest_given`` letters.

    >>> is_known_name("佐藤健一"), is_known_name("佐藤 花子"), is_known_name("青戸御")
    (True, True, False)
    """
    word = "".join(text.split())
    return any(is_surname(word[:cut]) and _is_given(word[cut:]) for cut in range(1, len(word) - shortest_given + 1))


def _splits(surname: str, given: str) -> bool:
    if not is_surname(surname):
        return False
    return _is_given(given) or (len(given) > 1 and _may_be_given(given))


def _is_other_word(word: str) -> bool:
    """Return whether a text as a whole is another word, such as a place name."""
    return bool(_tags(word)) and _DATA["given_tag"] not in _tags(word)
