"""A paper as an Excel workbook: numbers as numbers, native charts, filters, and settings for print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from meguro_opendata.files.tables import legal_text, workbook_bytes
from meguro_opendata.kpi.papers import Cell, Paper, Plot, Section, Share, Sheet
from meguro_opendata.kpi.sheet_sizes import column_widths, row_height
from meguro_opendata.pages.numbers import figure_text

__all__ = ["workbook_of"]

# Excel allows worksheet names of at most 31 characters, without the signs below; a file with others is «repaired».
_LONGEST_NAME = 31
# Excel's number of the paper size A4 (the default is Letter, number 1).
_A4 = 9
# Cells that people fill in by hand need room for two or three handwritten lines.
_ENTRY_WIDTH, _ENTRY_HEIGHT = 24, 48
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
# Number formats by kind of cell; a fraction keeps its places, since a rounded one could look like its target.
_NUMBERS = {"whole": "#,##0", "part": "#,##0.0#########", "share": "0.0########%", "day": "yyyy-mm-dd"}
# Excel counts 1900 as a leap year: days before March 1900 would be shown one day off, and those before 1900 not at all.
_FIRST_DAY = date(1900, 3, 1)
# Charts are placed in two columns; 16 rows and 8 columns of default size hold one chart with a margin.
_PLOT_ROWS, _PLOT_COLUMNS, _PLOTS_BESIDE = 16, 8, 2
_PLOT_SIZE = {"width": 490, "height": 300}
# A page holds two rows of charts at this scale. Excel ignores page breaks where a sheet is fitted to the page's width.
_PLOT_SCALE, _PLOT_ROWS_A_PAGE = 80, 2
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}


def workbook_of(paper: Paper) -> bytes:
    """Return the bytes of a workbook with one worksheet a section; texts are written as texts, never as formulas."""

    def fill(book: Any) -> None:
        """Write every section to a worksheet of its own."""
        forms = _forms(book)
        names = _sheet_names([section.name for section in paper.sections])
        tops = {
            section.name: (name, _tops(section, paper)) for name, section in zip(names, paper.sections, strict=True)
        }
        for name, section in zip(names, paper.sections, strict=True):
            sheet = book.add_worksheet(name)
            _head(sheet, section, paper, forms)
            _tables(sheet, book, section, paper, forms)
            _plots(sheet, book, section, paper, tops)

    return workbook_bytes(fill)


def _forms(book: Any) -> Mapping[str, Any]:
    """Return the cell formats by kind of content."""
    cell = {"border": 1, "text_wrap": True, "valign": "top"}
    forms = {kind: book.add_format({**cell, "num_format": code}) for kind, code in _NUMBERS.items()}
    forms["text"] = book.add_format(cell)
    forms["head"] = book.add_format({**cell, "bold": True, "bg_color": "#DDEBF7"})
    forms["title"] = book.add_format({"bold": True, "font_size": 14})
    return forms


def _head(sheet: Any, section: Section, paper: Paper, forms: Mapping[str, Any]) -> None:
    """Set the page up, and write the paper's title and facts above the tables."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**_MARGINS)
    sheet.set_footer("&L&A&R&P / &N")
    sheet.write_string(0, 0, legal_text(f"{paper.title} {section.name}"), forms["title"])
    for row, (label, value) in enumerate(paper.facts, start=1):
        sheet.write_string(row, 0, legal_text(label))
        sheet.write_string(row, 1, legal_text(value))


def _tops(section: Section, paper: Paper) -> list[int]:
    """Return the row of each table's header; an empty row and the table's title precede it."""
    found, row = [], len(paper.facts) + 2
    for table in section.sheets:
        found.append(row + 1)
        row += len(table.rows) + 3
    return found


def _tables(sheet: Any, book: Any, section: Section, paper: Paper, forms: Mapping[str, Any]) -> None:
    """Write the tables below each other, with a filter and a frozen header for a list."""
    if not section.sheets:
        return
    tops = _tops(section, paper)
    widths = _widths(section)
    for top, table in zip(tops, section.sheets, strict=True):
        _table(sheet, table, top, widths, forms)
        _tone(sheet, book, table, top)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # Excel has one filter and one frozen pane a worksheet: the last table, the longest list, gets them.
    last, top = section.sheets[-1], tops[-1]
    bottom = top + len(last.rows)
    sheet.print_area(0, 0, bottom, max(len(widths) - 1, 0))
    if last.header and (len(section.sheets) == 1 or last.tones):
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, bottom, len(last.header) - 1)


def _table(sheet: Any, table: Sheet, top: int, widths: Sequence[int], forms: Mapping[str, Any]) -> None:
    """Write one table with its title; rows that people fill in by hand are higher."""
    sheet.write_string(top - 1, 0, legal_text(table.title), forms["title"])
    sheet.set_row(top, row_height(table.header, widths))
    for column, title in enumerate(table.header):
        sheet.write_string(top, column, legal_text(title), forms["head"])
    for row, cells in enumerate(table.rows, start=top + 1):
        height = row_height([_text(cell) for cell in cells], widths)
        sheet.set_row(row, max(height, _ENTRY_HEIGHT) if table.entry else height)
        for column, found in enumerate(cells):
            _write(sheet, row, column, found, forms)


def _widths(section: Section) -> list[int]:
    """Return the width of each column; columns that people fill in by hand are wide enough to write in."""
    entry = {column for table in section.sheets for column in table.entry}
    widths = column_widths(list(_columns(section)))
    return [max(width, _ENTRY_WIDTH) if column in entry else width for column, width in enumerate(widths)]


def _tone(sheet: Any, book: Any, table: Sheet, top: int) -> None:
    """Set the colour of cells whose text has a tone; the colour repeats the text, so that a grey print is complete."""
    for text, colour in table.tones:
        rule = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": book.add_format({"bg_color": colour})}
        sheet.conditional_format(top + 1, 0, top + max(len(table.rows), 1), len(table.header) - 1, rule)


def _write(sheet: Any, row: int, column: int, value: Cell, forms: Mapping[str, Any]) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, forms["text"])
    elif isinstance(value, str):
        sheet.write_string(row, column, legal_text(value), forms["text"])
    elif isinstance(value, date):
        _write_day(sheet, row, column, value, forms)
    elif isinstance(value, Share):
        sheet.write_number(row, column, value, forms["share"])
    else:
        sheet.write_number(row, column, value, forms["whole" if value == int(value) else "part"])


def _write_day(sheet: Any, row: int, column: int, day: date, forms: Mapping[str, Any]) -> None:
    if day < _FIRST_DAY:
        sheet.write_string(row, column, day.isoformat(), forms["text"])
    else:
        sheet.write_datetime(row, column, day, forms["day"])


def _plots(sheet: Any, book: Any, section: Section, paper: Paper, tops: Mapping[str, tuple[str, list[int]]]) -> None:
    """Insert the charts of a section without tables in two columns."""
    begin = len(paper.facts) + 2
    for number, plot in enumerate(section.plots):
        name, heads = tops[plot.section]
        across, down = number % _PLOTS_BESIDE, number // _PLOTS_BESIDE
        chart = _chart(book, plot, name, heads[plot.table])
        sheet.insert_chart(begin + down * _PLOT_ROWS, across * _PLOT_COLUMNS, chart)
    if section.plots:
        rows = -(-len(section.plots) // _PLOTS_BESIDE) * _PLOT_ROWS
        sheet.print_area(0, 0, begin + rows, _PLOTS_BESIDE * _PLOT_COLUMNS - 1)
        sheet.set_print_scale(_PLOT_SCALE)
        page = _PLOT_ROWS_A_PAGE * _PLOT_ROWS
        sheet.set_h_pagebreaks(range(begin + page, begin + rows, page))


def _chart(book: Any, plot: Plot, name: str, head: int) -> Any:
    chart = book.add_chart({"type": plot.kind})
    first, last = head + 1 + plot.rows[0], head + 1 + plot.rows[1]
    for series in plot.series:
        line = {"dash_type": series.dash, "width": 2}
        chart.add_series(
            {
                "name": [name, head, series.column],
                "categories": [name, first, plot.labels, last, plot.labels],
                "values": [name, first, series.column, last, series.column],
                "data_labels": {"value": series.dash == "solid"},
                **({"line": line, "marker": {"type": "automatic"}} if plot.kind == "line" else {}),
            }
        )
    chart.set_title({"name": legal_text(plot.title), "name_font": {"size": 11}})
    ends = {"min": 0} if plot.top is None else {"min": 0, "max": plot.top}
    chart.set_y_axis({**ends, "major_gridlines": {"visible": True, "line": {"color": "#D5DAE3"}}})
    chart.set_legend({"none": True} if len(plot.series) == 1 else {"position": "bottom"})
    chart.set_size(_PLOT_SIZE)
    return chart


def _columns(section: Section) -> Iterator[list[str]]:
    """Yield the texts of each column over all tables of a section."""
    width = max((len(table.header) for table in section.sheets), default=0)
    rows = [row for table in section.sheets for row in (table.header, *table.rows)]
    for column in range(width):
        yield [_text(row[column]) for row in rows if column < len(row)]


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return cell.isoformat() if isinstance(cell, date) else figure_text(cell)


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Return names that Excel accepts for worksheets: short, without forbidden signs, and different from each other.

    >>> _sheet_names(["a/b", "a:b", ""])
    ['a b', 'a b 2', '3']
    """
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        # Excel compares worksheet names without regard to capitals.
        clean = _NOT_IN_NAMES.sub(" ", legal_text(name)).strip()[:_LONGEST_NAME] or str(number)
        known = {other.casefold() for other in found}
        mark = f" {number}"
        found.append(clean if clean.casefold() not in known else clean[: _LONGEST_NAME - len(mark)] + mark)
    return found
