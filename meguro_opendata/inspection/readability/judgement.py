"""How machine-readable a table is: the fifteen items of the national rule, and the stage of the national model.

A program sees only what is written. Where it cannot tell, an item is neither right nor wrong, and the reason is given;
where a value may well be meant as it stands, nothing is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata.inspection.readability.columnkinds import readability_data
from meguro_opendata.inspection.readability.items import ITEMS
from meguro_opendata.inspection.readability.view import Marks, look
from meguro_opendata.sources import Table, column_letter

__all__ = ["Judgement", "item_text", "judge", "reason_text", "stage_of", "stage_text"]

_FORM = "1-1"
_SOURCE_STAGE, _TIDY_STAGE, _STANDARD_STAGE = 2, 3, 4


@dataclass(frozen=True)
class Judgement:
    """The result for one item of the national rule.

    Attributes:
        item: Its number, such as ``1-4``.
        ok: Whether the table is right in it; ``None`` where a program cannot tell.
        count: How many faults there are.
        cells: Where they are: all of them, neighbours as one range. In a text file a row's number is its record's.
        reason: Why it was not judged: a key of ``reasons`` in ``machine_readability.toml``.
    """

    item: str
    ok: bool | None
    count: int = 0
    cells: tuple[str, ...] = ()
    reason: str | None = None


def judge(container: str, table: Table | None, stated: Collection[str] = ()) -> tuple[Judgement, ...]:
    """Return all fifteen items in their order.

    Args:
        container: What the file is by its content.
        table: The table in it, ``None`` if there is none to read.
        stated: Labels whose unit is known from elsewhere.
    """
    seen = None if table is None else look(table, stated)
    judgements = [_form(container)]
    for entry in readability_data()["item"][1:]:
        judgements.append(_judgement(entry["id"], "unread" if seen is None else ITEMS[entry["id"]](seen)))
    return tuple(judgements)


def _form(container: str) -> Judgement:
    """Judge item 1-1 from the true container.

    >>> _form("csv").ok, _form("pdf").ok, _form("unknown").ok
    (True, False, None)
    """
    forms = readability_data()["forms"]
    if container in forms["unsure"]:
        return Judgement(_FORM, None, reason="unread")
    ok = container in forms["open"]
    return Judgement(_FORM, ok, int(not ok))


def _judgement(item: str, found: Marks | str) -> Judgement:
    if isinstance(found, str):
        return Judgement(item, None, reason=found)
    return Judgement(item, not found.count, found.count, (*found.ranges, *cell_ranges(found.cells)))


def cell_ranges(cells: Mapping[int, Sequence[int]]) -> list[str]:
    """Return cells as Excel shows them, neighbours as one range.

    Args:
        cells: Row numbers, ascending, for each column (the first having index 0).

    >>> cell_ranges({0: [3], 1: [3, 4, 5, 9], 2: [3, 4, 5]})
    ['A3', 'B3:C5', 'B9']
    """
    columns: dict[tuple[int, int], list[int]] = {}
    for column in sorted(cells):
        for run in _runs(cells[column]):
            columns.setdefault(run, []).append(column)
    found = [(top, left, bottom, right) for (top, bottom), at in columns.items() for left, right in _runs(at)]
    return [_shown(*corners) for corners in sorted(found)]


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each unbroken run of ascending numbers.

    >>> list(_runs([3, 4, 5, 9]))
    [(3, 5), (9, 9)]
    """
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


def _shown(top: int, left: int, bottom: int, right: int) -> str:
    begin, end = f"{column_letter(left)}{top}", f"{column_letter(right)}{bottom}"
    return begin if begin == end else f"{begin}:{end}"


def stage_of(container: str, table: Table | None, judgements: Iterable[Judgement], standard: bool) -> int | None:
    """Return the stage of the national model that a file shows, from 0 to 4; ``None`` where it shows none.

    Args:
        container: What the file is by its content.
        table: The table in it.
        judgements: Its fifteen items.
        standard: Whether its header surely follows a national standard.
    """
    data = readability_data()
    if table is None:
        stage: int | None = data["forms"]["stages"].get(container)
        return stage
    if container in data["forms"]["stages"]:
        return int(data["forms"]["stages"][container])
    faulty = {found.item for found in judgements if found.ok is False}
    if table.header_row > 1 or not len(table.rows) or faulty & set(data["structure"]["items"]):
        return _SOURCE_STAGE
    return _STANDARD_STAGE if standard else _TIDY_STAGE


def item_text(item: str, part: str, lang: str) -> str:
    """Return an item's question (``question``), or the advice where it is not met (``advice``).

    >>> item_text("1-4", "question", "en")
    'Are there no merged cells?'
    """
    key = lang if part == "question" else f"{part}_{lang}"
    texts: Mapping[str, str] = next(entry for entry in readability_data()["item"] if entry["id"] == item)
    return texts[key]


def reason_text(reason: str, lang: str) -> str:
    """Return why an item was not judged.

    >>> reason_text("unread", "en")
    'Not judged: it cannot be read as a table.'
    """
    text: str = readability_data()["reasons"][reason][lang]
    return text


def stage_text(stage: int, lang: str) -> str:
    """Return a stage in words.

    >>> stage_text(3, "en")
    'a machine-readable structure'
    """
    text: str = readability_data()["stages"][str(stage)][lang]
    return text
