"""Proposed mapping sheets: a workbook with the fields of a standard and their source columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meguro_opendata.files.tables import legal_text, text_width, workbook_bytes
from meguro_opendata.mapping.proposal import Proposal, reason_text
from meguro_opendata.recipe.mapping_sheet import sheet_words
from meguro_opendata.standard.model import Field, Standard

__all__ = ["mapping_sheet"]

_HEADER = ("項目", "元の列", "候補", "理由", "確かさ", "項目の説明")


def mapping_sheet(standard: Standard, proposals: Sequence[Proposal], lang: str) -> bytes:
    """Return a workbook with every field of a standard, its sure column, and the reason.

    A build reads the first two columns (項目, 元の列); the others inform the person who edits the sheet.
    """
    by_field = {proposal.field: proposal for proposal in proposals}
    rows = [_HEADER, *(_sheet_row(field, by_field.get(field.name), lang) for field in standard.fields)]

    def fill(book: Any) -> None:
        """Write one sheet of text cells."""
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@", "text_wrap": False})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, legal_text(cell), text)
        for column, cells in enumerate(zip(*rows, strict=True)):
            sheet.set_column(column, column, text_width(cells), text)
        sheet.freeze_panes(1, 1)

    return workbook_bytes(fill)


def _sheet_row(field: Field, proposal: Proposal | None, lang: str) -> tuple[str, ...]:
    if proposal is None:
        return (field.name, "", "", "", "", field.description)
    origin = _origin(proposal)
    applied = proposal.sure and origin is not None
    columns = "、".join((*proposal.columns, *proposal.others))
    why = (reason_text(proposal.reason, lang), f"{round(proposal.confidence * 100)}%")
    return (field.name, str(origin) if applied else "", "" if applied else origin or columns, *why, field.description)


def _origin(proposal: Proposal) -> str | None:
    """Return the sheet's words for a proposal, ``None`` if only a recipe has words for it."""
    rule = proposal.rule
    # The sheet has words for a column, a join and a city fact only. Of several candidates a person has to choose.
    if rule is None or rule.split is not None or proposal.others:
        return None
    if rule.join is not None:
        return str(sheet_words()["plus"]).join(rule.join)
    return f"{sheet_words()['city'][0]}: {rule.city}" if rule.city is not None else rule.column
