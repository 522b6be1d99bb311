"""Names of persons in free text: beside an honorific, a label such as 担当, a phone number or an address."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from meguro_opendata.privacy.data import pattern, plain, privacy_data
from meguro_opendata.privacy.foreign import foreign_names
from meguro_opendata.privacy.people import (
    begins_with_surname,
    is_full_name,
    is_given_name,
    is_kana_name,
    is_kana_surname,
    is_known_name,
    is_only_surname,
    is_surname,
    is_surname_and_kana,
    is_usual_surname,
    is_word,
)

__all__ = ["is_group", "is_name", "names_in", "names_of_note", "whole_name"]

_DATA = privacy_data()["person"]
_LETTER = re.compile("[一-鿿㐀-䶿豈-﫿々ヶァ-ヶー𠮷]")
_PARTICLES = "はがのにをへとで、"
# Letters: the longest name, and the distance within which the text beside a honorific, label or number is searched.
_LONGEST, _NEAR = 12, 60
# A number's digits do not affect a name beside it, so texts that differ only in digits share one cached result.
_ONE_DIGIT = str.maketrans("23456789", "11111111")
_OFFICES = re.compile(_DATA["offices"])
_HONORIFIC = re.compile(f"(?:{_DATA['honorifics']})")
_AFTER_HONORIFIC = re.compile(_DATA["after_honorific"])
_LABEL = re.compile(
    rf"(?:(?P<strict>{_DATA['labels']})|(?:{_DATA['labels_of_full']}))"
    r"(?:者|名|の?氏名|の?お?名前)?(?:\((?:個人|代表|代理|正|副|主|本人|地元|現地)\))?(?:は|が|：|:|の)?[\s:・（(「=]{0,8}"
)
_CONTACT = re.compile(f"{pattern('exact', 'phone').pattern}|{pattern('exact', 'mail').pattern}")


def names_in(text: str, note: bool = False) -> list[str]:
    """Return the names of persons in a text, each once, recognised by an honorific, label or number beside them.

    Args:
        text: The text.
        note: Whether it is a note or a contact, where usual surnames beside さん or a phone number are persons.

    >>> names_in("鍵は佐藤花子様へ"), names_in("担当:鈴木 03-5722-1111"), names_in("目黒区上目黒2-19-15 高橋一郎")
    (['佐藤花子'], ['鈴木'], ['高橋一郎'])
    >>> names_in("豊島氏の館跡"), names_in("中央公民館 03-5722-1111"), names_in("館長 鈴木一郎")
    ([], [], [])
    >>> names_in("佐藤 03-5722-1111"), names_in("佐藤 03-5722-1111", note=True), names_in("鍵は鈴木さん", note=True)
    ([], ['佐藤'], ['鈴木'])
    """
    return list(_names_in(plain(text).translate(_ONE_DIGIT), note))


@lru_cache(maxsize=65536)
def _names_in(written: str, note: bool) -> tuple[str, ...]:
    note = note and len(written) <= _DATA["longest_of_surname"]
    ways = [_honoured(written, note), _labelled(written, note), _beside_contact(written, note)]
    ways += [_beside_address(written), _care_of(written)]
    if note:
        ways += [_asked(written), foreign_names(written)]
    return tuple(dict.fromkeys(itertools.chain(*ways)))


def names_of_note(text: str) -> list[str]:
    """Return the names that make up a short note, or that follow a house number in it.

    >>> names_of_note("(佐藤花子)"), names_of_note("佐藤花子、鈴木一郎が所有"), names_of_note("上目黒2-19-15佐藤花子")
    (['佐藤花子'], ['佐藤花子', '鈴木一郎'], ['佐藤花子'])
    >>> names_of_note("佐藤花子記念館"), names_of_note("館長 佐藤花子")
    ([], [])
    """
    return list(_names_of_note(plain(text).strip().translate(_ONE_DIGIT)))


@lru_cache(maxsize=65536)
def _names_of_note(written: str) -> tuple[str, ...]:
    if len(written) > _DATA["longest_of_names"]:
        return ()
    if is_name(written):
        return (written,)
    parts = [part for part in pattern("exact", "token").split(written) if part]
    if any(map(_OFFICES.search, parts)) or pattern("person", "of_the_past").search(written):
        return ()
    behind = (found[1] for part in parts if (found := pattern("exact", "behind_address").search(part)))
    named = [pattern("person", "behind_name").sub("", part) for part in parts]
    pairs = (f"{first} {second}" for first, second in zip(parts, named[1:], strict=False))
    return tuple(part for part in (*named, *pairs, *behind) if is_name(part))


def is_group(text: str) -> bool:
    """Return whether a text is an office, firm or group by its first or last letters, and not a person's name.

    >>> is_group("環境保全課"), is_group("(株)見本"), is_group("総務部 広報室"), is_group("服部"), is_group("渡部 健")
    (True, True, True, False, False)
    """
    if pattern("fields", "group").search(text):
        return True
    return bool(pattern("fields", "section").search(text)) and not (is_surname(text) or is_name(text))


def is_name(text: str) -> bool:
    """Return whether a text is a surname and a given name, in kanji or kana, and nothing else.

    >>> is_name("佐藤花子"), is_name("サトウ ハナコ"), is_name("佐藤")
    (True, True, False)
    """
    return is_full_name(text) or is_kana_name(text)


def whole_name(text: str, surname_too: bool = False) -> list[str]:
    """Return the names that make up a cell, without titles and brackets.

    With ``surname_too``, for columns of persons only, a surname alone counts as well.

    >>> whole_name("佐藤花子"), whole_name("(会長 吉野)", surname_too=True), whole_name("佐藤建設")
    (['佐藤花子'], ['吉野'], [])
    """
    written = plain(text).strip()
    if is_name(written):
        return [written]
    parts = [part for part in pattern("exact", "token").split(written) if part]
    if any(map(_OFFICES.search, parts)):
        return []
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(parts)]
    found = [part for part in (*parts, *pairs) if is_name(part)]
    return found or [part for part in parts if surname_too and (is_surname(part) or begins_with_surname(part))]


def _honoured(text: str, note: bool) -> Iterator[str]:
    """Yield names before an honorific; a surname alone counts before some honorifics only, in notes before all."""
    for sign in _HONORIFIC.finditer(text):
        if not _AFTER_HONORIFIC.match(text[sign.end() : sign.end() + _NEAR]):
            continue
        alone = _alone_before(sign, text, note=note)
        for name in _ending(_before(text, sign.start()), alone) if alone else ():
            if name not in _DATA["not_alone"] and not _is_part_of_word(name, sign[0]):
                yield name


def _alone_before(found: re.Match[str], text: str, *, note: bool) -> Callable[[str], bool] | None:
    """Return the test for a surname alone before an honorific.

    ``None`` means that whole names do not count either, as in long texts on history.
    """
    sign = found[0]
    short, contact = len(text) <= _DATA["longest_of_surname"], bool(_CONTACT.search(text))
    of_notes = sign in _DATA["of_notes"]
    if of_notes and not (short or contact):
        return None
    if short and (contact or sign in _DATA["of_surname"]):
        return is_surname
    return _alone_in_note(found, contact=contact) if note else _nothing


def _alone_in_note(found: re.Match[str], *, contact: bool) -> Callable[[str], bool]:
    """Return the test for a surname alone before an honorific in a note."""
    if found[0] not in _DATA["of_notes"] or _is_of_today(found):
        return _is_called
    return is_usual_surname if contact or not _is_of_clans(found.string) else _nothing


def _is_of_clans(text: str) -> bool:
    """Return whether a surname before 氏 is probably a clan's, judged by the length and words of the text."""
    return len(text) > _DATA["longest_of_clan"] or bool(pattern("person", "of_clans").search(text))


def _is_of_today(found: re.Match[str]) -> bool:
    """Return whether 宅, or the text behind 氏, shows that a living person is meant."""
    return found[0] == "宅" or bool(pattern("person", "of_today").match(found.string[found.end() :]))


def _is_called(name: str) -> bool:
    return is_only_surname(name) or is_surname_and_kana(name)


def _is_part_of_word(name: str, sign: str) -> bool:
    """Return whether the honorific belongs to a word (今様; not 健一様), or to the given name (足利尊氏)."""
    ends = [name[start:] + sign for start in range(len(name))]
    if is_known_name(name, shortest_given=2):
        return False
    sure = is_known_name(name) or is_only_surname(name)
    return is_word(name + sign) or any(map(is_given_name, ends)) or (not sure and any(map(is_word, ends)))


def _labelled(text: str, note: bool) -> Iterator[str]:
    """Yield names after a label; a surname alone counts only behind a sign, in notes behind any label."""
    for label in _LABEL.finditer(text):
        alone = bool(label["strict"]) and label[0][-1:] in " :・（(「="
        named = _ALONE[alone, note and bool(label["strict"])]
        if note and label["strict"] and (alone or label[0].endswith("は")):
            named = _is_called_or_short if alone else _is_called
        yield from _beginning(text[label.end() : label.end() + _NEAR], named)


def _is_called_or_short(name: str) -> bool:
    return is_surname(name) or is_surname_and_kana(name) or is_kana_surname(name)


def _asked(text: str) -> Iterator[str]:
    """Yield a surname or whole name of a person whom the reader is asked to contact."""
    for name in pattern("person", "asked").findall(text):
        if is_name(name) or _is_called(name):
            yield name


def _beside_contact(text: str, note: bool) -> Iterator[str]:
    """Yield names before or after a phone number or mail address; in notes, usual surnames alone as well."""
    for contact in _CONTACT.finditer(text):
        before = pattern("exact", "before_phone").sub("", _before(text, contact.start()))
        yield from _ending(before, _is_called if note and "@" in contact[0] else _ALONE[False, note])
        after = text[contact.end() : contact.end() + _NEAR]
        yield from _beginning(pattern("exact", "after_phone").sub("", after), _ALONE[False, note])


def _beside_address(text: str) -> Iterator[str]:
    """Yield a name that is directly before or after an address."""
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
        yield from (name for name in named if is_name(name))


def _care_of(text: str) -> Iterator[str]:
    """Yield the householder of ``2-19-15 佐藤方``."""
    for found in pattern("exact", "care_of").findall(text):
        if is_surname(found) or is_full_name(found):
            yield found


def _before(text: str, end: int) -> str:
    """Return the text just before a position."""
    return text[max(0, end - _NEAR) : end].rstrip()


def _nothing(_: str) -> bool:
    return False


# The test for a surname alone, by whether every surname counts and whether usual ones do.
_ALONE: Mapping[tuple[bool, bool], Callable[[str], bool]] = {
    (True, True): is_surname,
    (True, False): is_surname,
    (False, True): is_usual_surname,
    (False, False): _nothing,
}


def _ending(before: str, alone: Callable[[str], bool]) -> Iterator[str]:
    """Yield the longest name at the end of a text, unless an office precedes it."""
    for start in range(max(0, len(before) - _LONGEST), len(before)):
        name = before[start:].strip()
        if before[start].isspace() or not _starts_at(before, start):
            continue
        if is_name(name) or alone(name):
            if not _OFFICES.search(before[:start]):
                yield name
            return


def _starts_at(text: str, start: int) -> bool:
    """Return whether a word can begin at a position."""
    return (
        start == 0
        or not (_LETTER.match(text[start - 1]) or "ぁ" <= text[start - 1] <= "ん")
        or (text[start - 1] in _PARTICLES)
    )


def _beginning(rest: str, alone: Callable[[str], bool]) -> Iterator[str]:
    """Yield the longest name at the start of a text."""
    for end in range(min(_LONGEST, len(rest)), 0, -1):
        name = rest[:end]
        if name[-1].isspace() or not pattern("exact", "boundary_after").match(rest[end:]):
            continue
        if is_name(name) or alone(name):
            yield name
            return
