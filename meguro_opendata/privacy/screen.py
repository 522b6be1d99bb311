"""Search of a table's cells by column: vectorised tests select the values that Python code then examines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from meguro_opendata.files.columns import column_pieces
from meguro_opendata.japan.folding import filled
from meguro_opendata.privacy.counts import small_counts
from meguro_opendata.privacy.data import Hit, folded, pattern, plain, privacy_data, trigger
from meguro_opendata.privacy.naming import is_group, names_in, names_of_note, whole_name
from meguro_opendata.privacy.numbering import MAIL, birth_dates, numbers_in

__all__ = ["CellHit", "is_of_persons", "screen"]

_NUMBERS = "|".join([*map(trigger, ("mobile", "twelve", "birth", "account")), MAIL])
_NAMES = trigger("name")
_WIDE = filled(privacy_data()["folding"]["wide"])
_CLOSED = frozenset(privacy_data()["fields"]["closed"])
_KANA = "kana"
_PHONE_KINDS, _MAIL_KINDS = frozenset({"phone"}), frozenset({"email", "uri"})


@dataclass(frozen=True)
class CellHit:
    """A hit, with the column and the position of its row."""

    column: str
    position: int
    hit: Hit


def screen(frame: pl.DataFrame, kinds: Mapping[str, str] | None = None) -> list[CellHit]:
    """Return every cell of a table that may be personal, by column and row.

    Args:
        frame: Columns of text, named by their headers.
        kinds: The kind of value of each column, where it is known. Columns without free text are searched only for
            names, mail addresses and mobile numbers, which can be there by mistake.

    >>> frame = pl.DataFrame({"名称": ["中央公民館"], "備考": ["鍵は佐藤花子様（090-1234-5678）へ"]})
    >>> [(found.column, found.hit.code, found.hit.masked) for found in screen(frame)]
    [('備考', 'personal-mobile', '0＊'), ('備考', 'personal-name', '佐＊')]
    """
    found: list[CellHit] = []
    for name, look in _looks(frame, kinds or {}):
        found += _located(frame[name], name, look)
    return [*found, *(CellHit(name, at, Hit("small-count", text)) for name, at, text in small_counts(frame))]


_Look = Callable[[pl.Series], Mapping[str, list[Hit]]]


def _looks(frame: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[tuple[str, _Look]]:
    """Yield each column that may contain personal data, with the function that examines its distinct values."""
    free = (name for name in frame.columns if kinds.get(name) not in _CLOSED)
    by_header = {name: look for name in free if (look := _by_header(name)) is not None}
    others = [name for name in frame.columns if name not in by_header]
    suspicious = {name for piece in column_pieces(frame.select(others)) for name in _suspicious(piece, kinds)}
    for name in frame.columns:
        if name in by_header:
            yield name, by_header[name]
        elif name in suspicious:
            yield name, _free_text(name, kinds.get(name))


def _suspicious(frame: pl.DataFrame, kinds: Mapping[str, str]) -> set[str]:
    """Return the columns with a suspicious value.

    Where a column's kind allows it, a short pattern rules out clean columns before the full one is tried.
    """
    gates = {name: gate for name in frame.columns if (gate := _gate_of(kinds.get(name))) is not None}
    passed = frame.select(pl.col(name).str.contains(gate).any() for name, gate in gates.items())
    left = [name for name in frame.columns if name not in gates or passed[name][0]]
    found = frame.select(
        pl.col(name).unique().str.contains(_trigger_of(name, kinds.get(name))).any()
        | pl.col(name).unique().str.contains(_WIDE).any()
        for name in left
    )
    return {name for name in left if found[name][0]}


def _gate_of(kind: str | None) -> str | None:
    """Return the pattern that a suspicious value in a column of this kind must match; ``None`` without one."""
    if kind == _KANA:
        return trigger("in_kana")
    return trigger("in_closed") if kind in _CLOSED else None


def _matching(texts: pl.Series, form: str) -> list[str]:
    """Return the texts whose folded form matches a trigger; only texts that folding changes are folded."""
    wide = texts.str.contains(_WIDE)
    changed = texts.filter(wide)
    same = texts.filter(~wide)
    return [*same.filter(same.str.contains(form)), *changed.filter(folded(changed).str.contains(form))]


def _by_header(name: str) -> _Look | None:
    """Return the function for a column whose header announces persons or their data; ``None`` for other columns."""
    header = _bare(name)
    if _says(header, "my_number"):
        return lambda texts: {text: _of_my_numbers(text) for text in texts}
    if _says(header, "birth"):
        return birth_dates
    if _says(header, "account"):
        return lambda texts: {text: [Hit("bank-account", text)] for text in texts if re.search("[0-9]{5}", plain(text))}
    return None if len(header) > privacy_data()["fields"]["longest_header"] else _of_persons(name)


def _of_persons(name: str) -> _Look | None:
    """Return the function for a column of persons or of licence holders; ``None`` for other columns."""
    header = _bare(name)
    if _says(header, "proprietor") and not _says(header, "office"):
        whole = is_of_persons(header)
        return lambda texts: _each_person(texts, "sole-proprietor") if whole else _persons(texts, "sole-proprietor")
    if is_of_persons(header):
        return _each_person
    if _says(header, "person") and not _says(header, "office"):
        read = _says(plain(name), "reading")
        return lambda texts: _persons(texts, "personal-name", read=read)
    return None


def is_of_persons(header: str) -> bool:
    """Return whether each filled cell below a header names a person.

    >>> [is_of_persons(name) for name in ("申込者", "代表者個人名", "担当者名", "講師氏名（カナ）", "管理者氏名")]
    [True, True, True, True, True]
    >>> [is_of_persons(name) for name in ("担当課", "法人名", "代表者役職", "利用者数", "対象者", "議員氏名")]
    [False, False, False, False, False, False]
    """
    return _says(_bare(header), "each") and not _says(header, "public_office")


def _each_person(texts: pl.Series, code: str = "personal-name") -> dict[str, list[Hit]]:
    """Return a hit for each text of a column of persons, except placeholders, offices, firms and groups.

    >>> found = _each_person(pl.Series(["John Smith", "K.S.", "環境課", "－", "阮文安"]))
    >>> [text for text, hits in found.items() if hits]
    ['John Smith', 'K.S.', '阮文安']
    """
    return {text: [*_whole_person(text, code), *numbers_in(text, phones=True)] for text in texts}


def _whole_person(text: str, code: str) -> list[Hit]:
    written = plain(text).strip()
    if pattern("fields", "nobody").search(written) or (is_group(written) and not names_in(text, note=True)):
        return []
    return [Hit(code, text)]


def _bare(name: str) -> str:
    """Return a header without its parts in brackets.

    >>> _bare("届出者の氏名（法人にあっては、名称及び代表者の氏名）")
    '届出者の氏名'
    """
    header = plain(name)
    return re.sub(r"\([^()]*\)", "", header).strip() or header


def _of_my_numbers(text: str) -> list[Hit]:
    return [Hit("my-number", text)] if re.fullmatch(r"[0-9]{12}", re.sub(r"\D", "", plain(text))) else []


def _persons(texts: pl.Series, code: str, *, read: bool = False) -> dict[str, list[Hit]]:
    """Return the names in a column of persons; in a column of readings, two words in kana are one name."""
    found: dict[str, list[Hit]] = {}
    for text in texts:
        names = whole_name(text, surname_too=code == "personal-name")
        if read and not names and pattern("exact", "kana_name").search(plain(text)):
            names = [text]
        found[text] = [*(Hit(code, name) for name in names), *numbers_in(text, phones=True)]
    return found


def _trigger_of(name: str, kind: str | None) -> str:
    header = plain(name)
    if kind in _CLOSED:
        return f"{MAIL}|{_NAMES}" if _is_code(header) else f"{MAIL}|{_NAMES}|{trigger('mobile')}"
    if _says(header, "contact") and not _is_code(header):
        return rf"{_NUMBERS}|{_NAMES}|{trigger('lost_zero')}|\p{{Han}}|\p{{Katakana}}"
    if _says(header, "note"):
        return f"{_NUMBERS}|{_NAMES}|{trigger('note')}"
    if kind in _PHONE_KINDS or _says(header, "phone"):
        return f"{_NUMBERS}|{_NAMES}|{trigger('lost_zero')}"
    return _NUMBERS if kind in _MAIL_KINDS or _is_code(header) else f"{_NUMBERS}|{_NAMES}"


def _free_text(name: str, kind: str | None) -> _Look:
    header = plain(name)
    codes = _is_code(header)
    phones = kind in _PHONE_KINDS or (kind is None and _says(header, "phone"))
    whole = _whole_of(header)
    note = not _says(header, "named_things")
    named = kind in _CLOSED or (not codes and kind not in _MAIL_KINDS and not _says(header, "office"))
    form = _trigger_of(name, kind)

    def look(texts: pl.Series) -> dict[str, list[Hit]]:
        found: dict[str, list[Hit]] = {}
        numbered = set(_matching(texts, f"{_NUMBERS}|{trigger('lost_zero')}"))
        for text in _matching(texts, form):
            found[text] = numbers_in(text, phones=phones, codes=codes) if text in numbered else []
            names = [*(names_in(text, note) if named else ()), *whole(text)]
            found[text] += [Hit("personal-name", one) for one in dict.fromkeys(names)]
        return found

    return look


def _whole_of(header: str) -> Callable[[str], list[str]]:
    """Return the function that finds names making up a cell: by parts in contacts, whole in notes, else no name."""
    if _says(header, "office"):
        return lambda _: []
    if _says(header, "contact"):
        return whole_name
    return names_of_note if _says(header, "note") else lambda _: []


def _is_code(header: str) -> bool:
    return _says(header, "number") and not _says(header, "phone")


def _says(header: str, kind: str) -> bool:
    return bool(pattern("fields", kind).search(header))


def _located(texts: pl.Series, name: str, look: _Look) -> list[CellHit]:
    """Return the hits of a column's distinct values, repeated for every row with such a value."""
    distinct = texts.unique()
    found = {text: hits for text, hits in look(distinct.filter(distinct != "")).items() if hits}
    if not found:
        return []
    rows = texts.is_in(list(found)).arg_true()
    return [CellHit(name, at, hit) for at in rows for hit in _once(found[texts[at]])]


def _once(hits: list[Hit]) -> list[Hit]:
    return list(dict.fromkeys(hits))
