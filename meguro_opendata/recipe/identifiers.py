"""The register of a dataset's IDs (``ids.csv``): an ID is minted once, kept, and found again by name and address.

The register has one line for each name and address that an ID has had; the last line of an ID is the newest. Lines
are never removed, so that no ID is used for a second facility.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.csvrows import plain_csv_bytes, read_csv_rows
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.japan.folding import folded

__all__ = ["Assigned", "Doubtful", "Minting", "Register", "assign", "form_fault", "read_register", "register_bytes"]

REGISTER_NAME = "ids.csv"
_LARGEST = 100_000_000  # bytes: a register of a million lines is smaller; a larger file is not a register
_MARK = b"\xef\xbb\xbf"  # without this mark Excel opens a UTF-8 file as CP932 and shows unreadable letters
_NUMBER = re.compile(r"\{number(?::0([0-9]{1,2}))?\}")
_DESTROYED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+")
_SHOWN = 5  # IDs in a finding: more would not be read
_Key = tuple[str, ...]
_Part = tuple[int, tuple[str, ...]]
_Name = TypeVar("_Name")


@dataclass(frozen=True)
class Minting:
    """The way in which a dataset's IDs are made.

    Attributes:
        field: The field of the ID.
        match: The fields that identify a facility, such as name and address.
        form: The form of an ID, as ``131105{number:06}``.
    """

    field: str
    match: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Register:
    """The lines of a register: the ID, and a value for each of the fields that identify a facility."""

    lines: tuple[tuple[str, _Key], ...] = ()

    @property
    def ids(self) -> set[str]:
        """Return every ID that was ever minted."""
        return {identifier for identifier, _ in self.lines}


@dataclass(frozen=True)
class Doubtful:
    """A row that leads to a finding: its position, the code of the finding, and the parameters of its message."""

    position: int
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class Assigned:
    """The result of an assignment.

    Attributes:
        ids: The ID of each row, empty for a row without one.
        register: The register with the new lines.
        doubtful: The rows that lead to a finding.
        minted: The number of new IDs.
    """

    ids: tuple[str, ...]
    register: Register
    doubtful: tuple[Doubtful, ...]
    minted: int


def form_fault(form: str) -> str | None:
    """Return the code of the reason why a form of IDs cannot be used, ``None`` for a usable form.

    >>> form_fault("131105{number:06}"), form_fault("131105"), form_fault("{number}{code}")
    (None, 'ids-form-number', 'ids-form-number')
    """
    plain = _NUMBER.sub("", form)
    return None if len(_NUMBER.findall(form)) == 1 and not re.search(r"[{}\s]", plain) else "ids-form-number"


def minted_id(form: str, number: int) -> str:
    """Return the ID of a number.

    >>> minted_id("131105{number:06}", 7)
    '131105000007'
    """
    return _NUMBER.sub(lambda found: str(number).zfill(int(found[1] or 1)), form)


def numbers_used(form: str, ids: Iterable[str]) -> set[int]:
    """Return the numbers of all IDs of a form.

    >>> sorted(numbers_used("A-{number}", ["A-1", "A-12", "B-9"]))
    [1, 12]
    """
    before, after = (re.escape(part) for part in (form[: _start(form)], form[_end(form) :]))
    pattern = re.compile(f"{before}([0-9]{{1,18}}){after}")
    return {int(found[1]) for identifier in ids if (found := pattern.fullmatch(identifier))}


def _start(form: str) -> int:
    found = _NUMBER.search(form)
    return found.start() if found else len(form)


def _end(form: str) -> int:
    found = _NUMBER.search(form)
    return found.end() if found else len(form)


def assign(rows: Sequence[_Key], register: Register, form: str) -> Assigned:
    """Return an ID for each row: the one that the register has for its facility, or a new one.

    Rows are compared with the register's lines after folding (width and spaces do not count): first by all values,
    then by all values but one. The second match counts only if it is the only one on both sides; the facility was
    then renamed or has moved. A row that fits several facilities, and a row that equals another, get no ID.

    >>> made = assign([("見本公園", "見本1"), ("見本広場", "見本2")], Register(), "A{number:03}")
    >>> made.ids, made.minted
    (('A001', 'A002'), 2)
    >>> again = assign([("新見本広場", "見本2"), ("見本公園", "見本1")], made.register, "A{number:03}")
    >>> again.ids, again.minted, [doubt.code for doubt in again.doubtful]
    (('A002', 'A001'), 0, ['id-renamed'])
    """
    keys = [tuple(map(folded, row)) for row in rows]
    lines = [(identifier, tuple(map(folded, values))) for identifier, values in register.lines]
    given, doubtful = _given_by_all(keys, lines)
    waiting = [at for at in range(len(rows)) if at not in given and at not in doubtful]
    found, unsure = _partial_matches(waiting, keys, _free_lines(lines, keys, given.values()))
    new = [at for at in waiting if at not in found and at not in unsure]
    made = dict(zip(new, _new_ids(form, register.ids), strict=False))
    every = {**given, **found, **made}
    said = {**doubtful, **unsure, **_renamed(found, rows, dict(register.lines))}
    added = tuple((every[at], tuple(rows[at])) for at in sorted({**found, **made}))
    return Assigned(
        ids=tuple(every.get(at, "") for at in range(len(rows))),
        register=Register((*register.lines, *added)),
        doubtful=tuple(said[at] for at in sorted(said)),
        minted=len(made),
    )


def _given_by_all(
    keys: Sequence[_Key], lines: Sequence[tuple[str, _Key]]
) -> tuple[dict[int, str], dict[int, Doubtful]]:
    """Return the IDs of rows that equal a line in all values, and the rows that cannot get an ID for certain."""
    doubtful = {doubt.position: doubt for doubt in _alike(keys)}
    given = dict(_whole_matches(keys, lines, doubtful))
    doubtful |= {doubt.position: doubt for doubt in _claimed_twice(given)}
    return {at: identifier for at, identifier in given.items() if at not in doubtful}, doubtful


def _free_lines(
    lines: Sequence[tuple[str, _Key]], keys: Iterable[_Key], given: Iterable[str]
) -> list[tuple[str, _Key]]:
    """Return the lines of the IDs that no row has yet."""
    here = set(keys)
    # An ID whose facility is in the table under any of its names is taken, even if its row is in doubt.
    standing = {*given, *(identifier for identifier, key in lines if key in here)}
    return [line for line in lines if line[0] not in standing]


def _alike(keys: Sequence[_Key]) -> Iterator[Doubtful]:
    """Yield duplicate rows, and rows whose match fields are all empty."""
    first: dict[_Key, int] = {}
    for at, key in enumerate(keys):
        if not any(key):
            yield Doubtful(at, "id-without-match", {})
        elif key in first:
            yield Doubtful(at, "id-row-double", {"first": first[key]})
            yield Doubtful(first[key], "id-row-double", {"first": at})
        first.setdefault(key, at)


def _whole_matches(
    keys: Sequence[_Key], lines: Sequence[tuple[str, _Key]], doubtful: Mapping[int, Doubtful]
) -> Iterator[tuple[int, str]]:
    known = {key: identifier for identifier, key in lines}
    for at, key in enumerate(keys):
        if at not in doubtful and key in known:
            yield at, known[key]


def _claimed_twice(given: Mapping[int, str]) -> Iterator[Doubtful]:
    """Yield rows that lead to the same ID, one by the facility's earlier name and one by its present name."""
    first: dict[str, int] = {}
    for at, identifier in given.items():
        if identifier in first:
            yield Doubtful(at, "id-claimed-twice", {"id": identifier, "first": first[identifier]})
            yield Doubtful(first[identifier], "id-claimed-twice", {"id": identifier, "first": at})
        first.setdefault(identifier, at)


def _partial_matches(
    waiting: Sequence[int], keys: Sequence[_Key], free: Sequence[tuple[str, _Key]]
) -> tuple[dict[int, str], dict[int, Doubtful]]:
    """Return the rows that fit exactly one facility by all values but one, and the rows that fit several.

    A row is certain only if no other row fits the same facility.
    """
    facilities = _by_part(free)
    rows = _by_part((at, keys[at]) for at in waiting)
    parts: dict[str, list[_Part]] = {}
    for identifier, key in free:
        parts.setdefault(identifier, []).extend(_parts(key))
    found: dict[int, str] = {}
    unsure: dict[int, Doubtful] = {}
    for at in waiting:
        fitting = _first_of((facilities.get(part, {}) for part in _parts(keys[at])), _SHOWN + 1)
        if len(fitting) == 1 and len(_first_of((rows.get(part, {}) for part in parts[fitting[0]]), 2)) == 1:
            found[at] = fitting[0]
        elif fitting:
            shown = [*fitting[:_SHOWN], "..."] if len(fitting) > _SHOWN else fitting
            unsure[at] = Doubtful(at, "id-ambiguous", {"ids": shown})
    return found, unsure


def _by_part(named: Iterable[tuple[_Name, _Key]]) -> dict[_Part, dict[_Name, None]]:
    """Return, by each part of a key, the names whose keys have this part, in their order."""
    by_part: dict[_Part, dict[_Name, None]] = {}
    for name, key in named:
        for part in _parts(key):
            by_part.setdefault(part, {})[name] = None
    return by_part


def _first_of(groups: Iterable[Iterable[_Name]], count: int) -> list[_Name]:
    """Return the first distinct members of some groups, up to a count, without reading the groups any further.

    >>> _first_of([["a", "b"], ["b", "c", "d"]], 3)
    ['a', 'b', 'c']
    """
    seen: dict[_Name, None] = {}
    for group in groups:
        for name in group:
            seen[name] = None
            if len(seen) == count:
                return list(seen)
    return list(seen)


def _parts(key: _Key) -> Iterator[_Part]:
    """Yield a key without each of its values in turn; parts with an empty value are left out, as they prove nothing."""
    if len(key) > 1:
        for left_out in range(len(key)):
            rest = key[:left_out] + key[left_out + 1 :]
            if all(rest):
                yield left_out, rest


def _renamed(found: Mapping[int, str], rows: Sequence[_Key], newest: Mapping[str, _Key]) -> dict[int, Doubtful]:
    """Return the finding on each row that was matched by a part of its values: the facility's old and new values."""
    shown = {
        at: {"id": identifier, "before": " / ".join(newest[identifier]), "after": " / ".join(rows[at])}
        for at, identifier in found.items()
    }
    return {at: Doubtful(at, "id-renamed", params) for at, params in shown.items()}


def _new_ids(form: str, taken: set[str]) -> Iterator[str]:
    """Yield IDs that were never minted, with numbers above every used one.

    A free number in between belonged to a facility that is gone; data that others published still refers to it.
    """
    number = max(numbers_used(form, taken), default=0)
    while True:
        number += 1
        made = minted_id(form, number)
        if made not in taken:
            yield made


def read_register(path: Path, minting: Minting) -> Register:
    """Return the register in a file; an empty one if there is no file yet.

    Raises:
        ConfigurationError: If the file was damaged by hand or by a spreadsheet; with every fault.
    """
    if not path.exists():
        return Register()
    header, rows = _table(path)
    # Columns are found by name: people move columns, and add some of their own such as 備考.
    wanted = [minting.field, *minting.match]
    lacking = [name for name in wanted if name not in header]
    if lacking:
        raise ConfigurationError(path, [Fault("1", "ids-columns", {"missing": lacking, "columns": wanted})])
    lines = list(_numbered_lines(rows, [header.index(name) for name in wanted]))
    faults = [*_line_faults(lines, minting), *_double_faults(lines)]
    if faults:
        raise ConfigurationError(path, faults)
    return Register(tuple((identifier, tuple(values)) for _, (identifier, *values) in lines))


def _numbered_lines(rows: Iterable[list[str]], places: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the wanted cells of each line that is not blank, with the line's number."""
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            yield number, [row[at].strip() if at < len(row) else "" for at in places]


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    with storage_guard(path):
        raw = path.read_bytes() if path.stat().st_size <= _LARGEST else None
    if raw is None:
        raise ConfigurationError(path, [Fault("-", "file-too-large", {"limit": _LARGEST})])
    try:
        header, rows = read_csv_rows(_as_utf8(path, raw))
    except csv.Error:
        raise ConfigurationError(path, [Fault("-", "ids-unreadable", {})]) from None
    return [name.strip() for name in header], rows


def _as_utf8(path: Path, raw: bytes) -> bytes:
    """Return the bytes as UTF-8; Excel saves a CSV in CP932 unless asked otherwise."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding).encode("utf-8")
        except UnicodeDecodeError:
            continue
    raise ConfigurationError(path, [Fault("-", "ids-unreadable", {})])


def _line_faults(lines: Sequence[tuple[int, list[str]]], minting: Minting) -> Iterator[Fault]:
    for number, (identifier, *values) in lines:
        if any("\n" in cell or "\r" in cell for cell in (identifier, *values)):
            yield Fault(f"{number}", "ids-line-break", {"line": number})
        elif not identifier:
            yield Fault(f"{number}.{minting.field}", "ids-line-without-id", {"line": number})
        elif _is_destroyed(identifier, minting.form):
            yield Fault(f"{number}.{minting.field}", "ids-destroyed", {"line": number, "value": identifier})
        elif not any(values):
            yield Fault(f"{number}", "ids-line-without-values", {"line": number, "value": identifier})


def _is_destroyed(identifier: str, form: str) -> bool:
    """Return whether a spreadsheet turned the ID into a number: ``1.31E+11``, or without its leading zeros."""
    shortest = minted_id(form, 0)
    lost = shortest.isdigit() and identifier.isdigit() and len(identifier) < len(shortest)
    return lost or _DESTROYED.fullmatch(identifier) is not None


def _double_faults(lines: Sequence[tuple[int, list[str]]]) -> Iterator[Fault]:
    """Yield a fault for each facility that has two IDs."""
    # The next build could give the facility either of the two, depending on the order of the lines.
    known: dict[_Key, tuple[int, str]] = {}
    for number, (identifier, *values) in lines:
        key = tuple(map(folded, values))
        first, other = known.setdefault(key, (number, identifier))
        if other != identifier and any(key):
            shown: dict[str, object] = {"line": number, "first": first, "value": identifier, "other": other}
            yield Fault(f"{number}", "ids-two-for-one", shown)


def register_bytes(register: Register, minting: Minting) -> bytes:
    r"""Return the register as a CSV that Excel opens, with its lines in order and no line break in a cell.

    >>> register_bytes(Register((("A1", ("見本公園",)),)), Minting("ID", ("名称",), "A{number}")).decode("utf-8-sig")
    'ID,名称\r\nA1,見本公園\r\n'
    """
    rows = ((identifier, *(" ".join(value.split()) for value in values)) for identifier, values in register.lines)
    return _MARK + plain_csv_bytes([minting.field, *minting.match], rows)
