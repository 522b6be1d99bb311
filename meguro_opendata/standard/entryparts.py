"""Parts of an entry workbook beside its table: notes at the header and a hidden list of words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from meguro_opendata.errors import SourceError
from meguro_opendata.files.tables import legal_text
from meguro_opendata.messages import word
from meguro_opendata.sources import Table
from meguro_opendata.sources.container import read_container
from meguro_opendata.sources.facts import Place
from meguro_opendata.sources.opening import read_grid
from meguro_opendata.sources.workbook.notetexts import xlsx_note_texts
from meguro_opendata.standard.field_help import Explained, explain
from meguro_opendata.standard.model import Standard, load_standard
from meguro_opendata.standard.recognition import recognise

__all__ = [
    "ENTRY",
    "EXAMPLE",
    "FIELDS",
    "LANG",
    "LISTS",
    "EntryParts",
    "entry_parts",
    "entry_sheets",
    "note_text",
    "values_word",
]

LANG = "ja"
ENTRY, EXAMPLE, FIELDS, LISTS = "入力", "記入例", "項目の説明", "選択肢"


@dataclass(frozen=True)
class EntryParts:
    """The parts of a workbook that are just as an entry workbook has them.

    Attributes:
        notes: The header's cells whose note is the standard's own.
        sheets: The hidden sheets that hold nothing but the standard's words.
    """

    notes: frozenset[Place] = frozenset()
    sheets: frozenset[str] = frozenset()


def entry_sheets(names: Collection[str]) -> frozenset[str]:
    """Return the visible sheets of a workbook that explain how to fill it in, if it has those of an entry workbook.

    >>> sorted(entry_sheets(["入力", "記入例", "項目の説明", "選択肢"])), entry_sheets(["入力", "記入例"])
    (['記入例', '項目の説明'], frozenset())
    """
    return frozenset({EXAMPLE, FIELDS}) if {ENTRY, EXAMPLE, FIELDS} <= set(names) else frozenset()


def entry_parts(table: Table) -> EntryParts:
    """Return which notes and hidden sheets are an entry workbook's own; an edited one is not."""
    facts, container = table.grid.facts, table.grid.container
    matches = recognise(table.labels) if container == "xlsx" and (facts.notes or facts.hidden_sheets) else []
    if not matches:
        return EntryParts()
    standard = load_standard(matches[0].id, matches[0].version)
    told = {field.name: explain(field, LANG) for field in standard.fields}
    notes = frozenset(_own_notes(table, told)) if facts.notes else frozenset()
    hidden = LISTS in facts.hidden_sheets and _holds_the_lists(table, standard)
    return EntryParts(notes, frozenset([LISTS] if hidden else []))


def note_text(told: Explained) -> str:
    """Return the note of a header cell: meaning, requirement, form, words and an example."""
    lines = [told.meaning, f"{word('requirement', LANG)}: {told.requirement}", f"{word('kind', LANG)}: {told.form}"]
    if told.values:
        lines.append(f"{values_word(told)}: {' / '.join(told.values)}")
    if told.example:
        lines.append(f"{word('example', LANG)}: {told.example}")
    return "\n".join(legal_text(line) for line in lines)


def values_word(told: Explained) -> str:
    """Return the heading of a field's words, which may be all that are allowed."""
    return word("allowed-values", LANG) if told.closed else word("usual-values", LANG)


def _own_notes(table: Table, told: dict[str, Explained]) -> Iterator[Place]:
    _, raw = read_container(table.path)
    texts = xlsx_note_texts(raw, table.grid.sheet or "")
    for (row, column), text in texts.items():
        label = table.labels[column].strip() if column < len(table.labels) and row + 1 == table.header_row else ""
        if label in told and _as_compared(text) == _as_compared(note_text(told[label])):
            yield row, column


def _as_compared(text: str) -> str:
    """Return a text without what programs do to its line ends when they save it."""
    return "".join(text.replace("_x000D_", "").replace("_x000d_", "").split())


def _holds_the_lists(table: Table, standard: Standard) -> bool:
    """Return whether the hidden sheet has the words of the standard's fields, column by column, and nothing else."""
    try:
        grid = read_grid(table.path, LISTS)
    except SourceError:
        return False
    values = [explain(field, LANG).values for field in standard.fields]
    expected = [tuple(map(legal_text, words)) for words in values if words]
    columns = [_without_end(grid.cells[name].to_list()) for name in grid.cells.columns]
    return columns == expected


def _without_end(cells: Sequence[str]) -> tuple[str, ...]:
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    return tuple(cells[: filled[-1] + 1]) if filled else ()
