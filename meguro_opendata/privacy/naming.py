"""Names of persons in free text: beside an honorific, a label such as 担当, a phone number or an address."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from meguro_opendata.privacy.data import pattern, plain, privacy_data
from meguro_opendata.privacy.people import begins_with_surname, is_full_name, is_surname, is_word

__all__ = ["names_in", "whole_name"]

_DATA = privacy_data()["person"]
_LETTER = re.compile("[一-鿿㐀-䶿豈-﫿々ヶァ-ヶー𠮷]")
_PARTICLES = "はがのにをへとで、"
# How long a name is at most, and how far from it what stands beside it is looked for.
_LONGEST, _NEAR = 12, 60
_OFFICES = re.compile(_DATA["offices"])
_HONORIFIC = re.compile(f"(?:{_DATA['honorifics']})")
_AFTER_HONORIFIC = re.compile(_DATA["after_honorific"])
_LABEL = re.compile(
    rf"(?:(?P<strict>{_DATA['labels']})|(?:{_DATA['labels_of_full']}))"
    r"(?:者|名|の?氏名|の?お?名前)?(?:は|が|：|:)?[\s:・（(「=]{0,8}"
)
_CONTACT = re.compile(f"{pattern('exact', 'phone').pattern}|{pattern('exact', 'mail').pattern}")


def names_in(text: str) -> list[str]:
    """The names that stand in a text beside something that shows them to be a person's, each once.

    >>> names_in("鍵は佐藤花子様へ"), names_in("担当:鈴木 03-5722-1111"), names_in("目黒区上目黒2-19-15 高橋一郎")
    (['佐藤花子'], ['鈴木'], ['高橋一郎'])
    >>> names_in("豊島氏の館跡"), names_in("中央公民館 03-5722-1111"), names_in("館長 鈴木一郎")
    ([], [], [])
    """
    written = plain(text)
    ways = (_honoured, _labelled, _beside_contact, _beside_address, _care_of)
    return list(dict.fromkeys(name for way in ways for name in way(written)))


def whole_name(text: str, surname_too: bool = False) -> list[str]:
    """The names that a cell consists of, apart from titles and brackets; ``surname_too`` where only persons stand.

    >>> whole_name("佐藤花子"), whole_name("(会長 吉野)", surname_too=True), whole_name("佐藤建設")
    (['佐藤花子'], ['吉野'], [])
    """
    written = plain(text).strip()
    if is_full_name(written):
        return [written]
    parts = [part for part in pattern("exact", "token").split(written) if part]
    if any(map(_OFFICES.search, parts)):
        return []
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(parts)]
    found = [part for part in (*parts, *pairs) if is_full_name(part)]
    return found or [part for part in parts if surname_too and (is_surname(part) or begins_with_surname(part))]


def _honoured(text: str) -> Iterator[str]:
    """Before an honorific that ends there; a surname alone only before some of them."""
    contact = bool(_CONTACT.search(text))
    short = len(text) <= _DATA["longest_of_surname"]
    for sign in _HONORIFIC.finditer(text):
        if not _AFTER_HONORIFIC.match(text[sign.end() : sign.end() + _NEAR]):
            continue
        if sign[0] in _DATA["of_notes"] and not (short or contact):
            continue
        alone = short and (contact or sign[0] in _DATA["of_surname"])
        for name in _ending(_before(text, sign.start()), surname_too=alone):
            if name not in _DATA["not_alone"] and not _is_part_of_word(name, sign[0]):
                yield name


def _is_part_of_word(name: str, sign: str) -> bool:
    """Whether the honorific belongs to a word (今様) or to the given name (足利尊氏)."""
    return any(is_word(name[start:] + sign) for start in range(len(name)))


def _labelled(text: str) -> Iterator[str]:
    """After a label."""
    for label in _LABEL.finditer(text):
        apart = label[0][-1:] in " :・（(「="
        yield from _beginning(text[label.end() : label.end() + _NEAR], surname_too=bool(label["strict"]) and apart)


def _beside_contact(text: str) -> Iterator[str]:
    """Before or after a phone number or a mail address."""
    for contact in _CONTACT.finditer(text):
        yield from _ending(pattern("exact", "before_phone").sub("", _before(text, contact.start())))
        after = text[contact.end() : contact.end() + _NEAR]
        yield from _beginning(pattern("exact", "after_phone").sub("", after))


def _beside_address(text: str) -> Iterator[str]:
    """The part of a text before or after the part that is an address."""
    if len(text) > _DATA["longest_note"]:
        return
    parts = [part for part in pattern("exact", "token").split(text) if part]
    if any(map(_OFFICES.search, parts)):
        return
    for at, part in enumerate(parts):
        if not pattern("exact", "address").search(part) or _CONTACT.fullmatch(part):
            continue
        beside = (parts[at - 1 : at], parts[at + 1 : at + 2], parts[max(at - 2, 0) : at], parts[at + 1 : at + 3])
        named = (" ".join(words) for words in beside)
        yield from (name for name in named if is_full_name(name))


def _care_of(text: str) -> Iterator[str]:
    """The householder of ``2-19-15 佐藤方``."""
    for found in pattern("exact", "care_of").findall(text):
        if is_surname(found) or is_full_name(found):
            yield found


def _before(text: str, end: int) -> str:
    """What stands just before a place."""
    return text[max(0, end - _NEAR) : end].rstrip()


def _ending(before: str, surname_too: bool = False) -> Iterator[str]:
    """The longest name with which a text ends, unless an office stands before it."""
    for start in range(max(0, len(before) - _LONGEST), len(before)):
        name = before[start:].strip()
        if before[start].isspace() or not _starts_at(before, start):
            continue
        if is_full_name(name) or (surname_too and is_surname(name)):
            if not _OFFICES.search(before[:start]):
                yield name
            return


def _starts_at(text: str, start: int) -> bool:
    """Whether a word may begin there."""
    return (
        start == 0
        or not (_LETTER.match(text[start - 1]) or "ぁ" <= text[start - 1] <= "ん")
        or (text[start - 1] in _PARTICLES)
    )


def _beginning(rest: str, surname_too: bool = False) -> Iterator[str]:
    """The longest name with which a text begins."""
    for end in range(min(_LONGEST, len(rest)), 0, -1):
        name = rest[:end]
        if name[-1].isspace() or not pattern("exact", "boundary_after").match(rest[end:]):
            continue
        if is_full_name(name) or (surname_too and is_surname(name)):
            yield name
            return
