"""What was found in data and what was done to it: ``Finding``, ``Change``, ``Rejection`` and the ``Report`` of them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from meguro_opendata import messages
from meguro_opendata.errors import ExitCode
from meguro_opendata.messages.jsonlists import MadeList

__all__ = [
    "ALL_READ",
    "REPORT_FORMAT",
    "SEVERITIES",
    "Block",
    "Change",
    "Coverage",
    "Finding",
    "NotChecked",
    "Rejection",
    "Report",
    "Role",
    "SheetUse",
]

SEVERITIES = ("error", "warning", "info")
REPORT_FORMAT = "meguro-opendata/report@1"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in data, with its place.

    Attributes:
        code: One of the closed list in ``messages`` (section ``findings``).
        severity: ``"error"``, ``"warning"`` or ``"info"``.
        check: Frictionless's error type where the finding is one, else ``None``.
        sheet: Name of the sheet, ``None`` for text files.
        cell: Address as Excel shows it (``"I5"``), for workbooks only.
        row: Record number, the file's first record being 1; ``None`` for the whole file.
        line: Physical line of a text file.
        column: The column's name in the source file.
        field: The schema's field, ``None`` if the finding belongs to none.
        value: The value as it stands.
        suggestion: What to write instead, where that is known.
        waived: The recipe's reason, if the recipe waives this finding.
        params: What the message needs beyond the above.
        file: The file, where a dataset has several.
    """

    code: str
    severity: str
    check: str | None = None
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    line: int | None = None
    column: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    waived: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    file: str | None = None

    def text(self, part: str, lang: str) -> str:
        """Return the finding's ``title``, ``message`` or ``advice`` in ``lang``."""
        own = {"column": self.column, "field": self.field, "value": self.value, "suggestion": self.suggestion}
        return messages.finding_text(self.code, part, {**own, **self.params}, lang)

    def waive(self, reason: str) -> Finding:
        """Return the same finding as a warning that carries the recipe's reason."""
        return dataclasses.replace(self, severity="warning", waived=reason)

    def to_dict(self, lang: str) -> dict[str, Any]:
        """Return the finding as the JSON of ``report@1`` has it."""
        plain = ("code", "severity", "check", "sheet", "cell", "row", "line", "column", "field", "value")
        shown: dict[str, Any] = {name: getattr(self, name) for name in plain}
        shown["message"] = self.text("message", lang)
        shown["advice"] = self.text("advice", lang)
        shown["suggestion"] = self.suggestion
        if self.waived is not None:
            shown["waived"] = self.waived
        if self.file is not None:
            shown["file"] = self.file
        return shown


@dataclass(frozen=True)
class Change:
    """A value that was rewritten: ``row`` and ``column`` of the source, the field it went to, and the rule's name.

    ``file`` and ``sheet`` say where the row is; a list of changes names them on every line.
    """

    row: int
    column: str
    field: str
    rule: str
    before: str
    after: str
    file: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Rejection:
    """A row of the source that is no record: its number, why it was left out, and its cells as text.

    ``file`` and ``sheet`` say where the row is; a list of rejected rows names them on every line.
    """

    row: int
    reason: str
    text: str
    file: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class NotChecked:
    """A demand that was not checked: its name, the schema's field (``None`` for the table), and a word for why.

    ``reason`` is one of the words of ``messages``.
    """

    constraint: str
    field: str | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return what was not checked as the JSON of ``report@1`` has it."""
        return dataclasses.asdict(self)


Role = Literal["table", "title", "note", "total", "other_table", "blank"]


@dataclass(frozen=True)
class Block:
    """A part of a sheet with one role. Every visible cell that is not blank belongs to exactly one.

    Attributes:
        sheet: The sheet, ``None`` in a text file.
        first_row: Its first line, counted from 1 as Excel does; of a text file the record.
        last_row: Its last line.
        first_column: Its first column, counted from 1.
        last_column: Its last column.
        role: What it is.
        read: Whether its lines are among the rows that are read.
        reason: Why it is not read, or why its lines are set aside; a word of the messages, or of the recipe.
        headings: How many of its first lines are a header.
        listed: Whether its lines are listed one by one among the rows that were left out.
        file: The file, where a dataset has several.
    """

    sheet: str | None
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    role: Role
    read: bool
    reason: str | None = None
    headings: int = 0
    listed: bool = False
    file: str | None = None

    @property
    def height(self) -> int:
        """Return the number of its lines."""
        return self.last_row - self.first_row + 1

    def to_dict(self) -> dict[str, Any]:
        """Return the block as the JSON of ``inspection@1`` has it."""
        return _shown(self, "headings", "listed")


@dataclass(frozen=True)
class SheetUse:
    """A sheet of a workbook and whether it was read.

    Attributes:
        name: Its name.
        read: Whether its table is among what was read.
        reason: Why not; a word of the messages, or of the recipe.
        hidden_rows: Its rows that Excel does not show; they are read as the others are.
        hidden_columns: Its columns that Excel does not show, likewise.
        file: The file, where a dataset has several.
    """

    name: str
    read: bool
    reason: str | None = None
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    file: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the sheet as the JSON of ``report@1`` has it."""
        return _shown(self)


def _shown(part: Block | SheetUse, *left_out: str) -> dict[str, Any]:
    """Return the parts of a place; the file only where there are several."""
    plain = dataclasses.asdict(part)
    return {name: value for name, value in plain.items() if name not in left_out and (name != "file" or value)}


@dataclass(frozen=True)
class Coverage:
    """What of a source was read.

    Attributes:
        sheets: Every sheet of a workbook, the hidden ones too.
        blocks: All parts of all visible sheets.
        rows_left_out: Lines with a filled cell that are neither heading nor among the rows that came in.
    """

    sheets: tuple[SheetUse, ...] = ()
    blocks: tuple[Block, ...] = ()
    rows_left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON of ``report@1`` has it."""
        return {
            "rows_left_out": self.rows_left_out,
            "sheets": [sheet.to_dict() for sheet in self.sheets],
            "blocks": [block.to_dict() for block in self.blocks],
        }


ALL_READ = Coverage()


@dataclass(frozen=True)
class Report:
    """The findings on one table.

    Attributes:
        file: The file as the user named it.
        standard: ``(id, version)``, or ``None`` for a schema of the user's own.
        rows: Records below the header.
        rows_checked: How many of them were checked.
        findings: In the order of ``report@1``.
        encoding: As decided, ``None`` for workbooks.
        header: The header as it was read, to show that it was decoded rightly.
        coverage: What of the source was read.
        header_row: Record number of the header's lowest line, where it was found by its shape.
        not_checked: What the schema demands and this check did not look at.
    """

    file: str
    standard: tuple[str, str] | None
    rows: int
    rows_checked: int
    findings: tuple[Finding, ...]
    encoding: str | None = None
    header: tuple[str, ...] = ()
    coverage: Coverage = ALL_READ
    header_row: int | None = None
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def sheet(self) -> str | None:
        """Return the first sheet that was read, ``None`` if there are none."""
        return next((sheet.name for sheet in self.coverage.sheets if sheet.read), None)

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by severity, every severity present."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def valid(self) -> bool:
        """Return whether there is no error."""
        return self.counts["error"] == 0

    @property
    def exit_code(self) -> ExitCode:
        """0 without errors, else 1."""
        return ExitCode.of(clean=self.valid)

    def with_findings(self, findings: Iterable[Finding]) -> Report:
        """Return the same report with other findings."""
        return dataclasses.replace(self, findings=tuple(findings))

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the report as the JSON of ``report@1``."""
        standard = {"id": self.standard[0], "version": self.standard[1]} if self.standard else None
        return {
            "format": REPORT_FORMAT,
            "file": self.file,
            "standard": standard,
            "valid": self.valid,
            "rows": self.rows,
            "rows_checked": self.rows_checked,
            **self.coverage.to_dict(),
            "not_checked": [demand.to_dict() for demand in self.not_checked],
            "counts": self.counts,
            "findings": [finding.to_dict(lang) for finding in self.findings],
        }

    def to_write(self, lang: str = "ja") -> dict[str, Any]:
        """Return :meth:`to_dict` for a writer of JSON: the findings are made one by one as they are written."""
        findings = MadeList(lambda: (finding.to_dict(lang) for finding in self.findings), len(self.findings))
        return {
            **self.with_findings(()).to_dict(lang),
            "valid": self.valid,
            "counts": self.counts,
            "findings": findings,
        }
