"""The terminal: output that no code page can break, results on stdout, talk on stderr."""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "prepare_streams",
    "progress",
    "result",
    "result_json",
    "result_lines",
    "say",
    "say_lines",
    "sections_text",
    "table_text",
]

_HANDLER = "meguro-opendata"
_TWINS = {
    "\u301c": "\uff5e",
    "\u2212": "\uff0d",
    "\u2014": "\u2015",
    "\u2016": "\u2225",
    "\u00a0": " ",
    "\u2022": "\u30fb",
}
_TABLE_WIDTH = 120
_SECTION_WIDTH = 80


def prepare_streams() -> None:
    """Make stdout and stderr write every text: a sign that the code page lacks becomes its twin, else ``?``."""
    codecs.register_error(_HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = "".join(_twin(sign, error.encoding) for sign in error.object[error.start : error.end])
    return text, error.end


def _twin(sign: str, encoding: str) -> str:
    twin = _TWINS.get(sign, "?")
    try:
        twin.encode(encoding)
    except UnicodeEncodeError:
        return "?"
    return twin


def result(text: str) -> None:
    """Print a result on stdout."""
    click.echo(text)


def say(text: str) -> None:
    """Tell the user something on stderr."""
    click.echo(text, err=True)


def result_lines(lines: Iterable[str]) -> None:
    """Print lines of a result on stdout; nothing if there are none."""
    for line in lines:
        result(line)


def say_lines(lines: Iterable[str]) -> None:
    """Tell the user some lines on stderr."""
    for line in lines:
        say(line)


@contextmanager
def progress(steps: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr for some steps, on a terminal only; yields what is to be called after each."""
    if not sys.stderr.isatty() or not steps:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    with Progress(BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)
        yield lambda: bar.advance(task)


def result_json(value: dict[str, Any]) -> None:
    """Print a result as JSON on stdout: UTF-8 where stdout is, else pure ASCII, so that nothing is lost."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    click.echo(json.dumps(value, ensure_ascii=encoding != "utf8", indent=1))


def table_text(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> str:
    """A table as text, with full-width letters counted as two columns.

    Args:
        header: Column titles.
        rows: Cells.
        numbers: Columns that are set to the right.
        whole: Columns whose cells stay on one line.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.ASCII, show_edge=False, pad_edge=False)
    for index, title in enumerate(header):
        side: Literal["left", "right"] = "right" if index in numbers else "left"
        table.add_column(title, justify=side, overflow="fold", no_wrap=index in whole)
    for row in rows:
        table.add_row(*row)
    return _printed(table, _TABLE_WIDTH)


def sections_text(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Headings, each with its labelled lines under it, in 80 columns; lines without text are left out."""
    from rich.cells import cell_len
    from rich.table import Table

    width = max((cell_len(label) for _, lines in sections for label, _ in lines), default=0)
    blocks = []
    for title, lines in sections:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=2)
        table.add_column(width=width)
        table.add_column(overflow="fold")
        for label, text in lines:
            if text:
                table.add_row("", label, text)
        blocks.append(f"{title}\n{_printed(table, _SECTION_WIDTH)}".rstrip())
    return "\n\n".join(blocks)


def _printed(table: Table, width: int) -> str:
    from rich.console import Console

    sink = io.StringIO()
    Console(file=sink, width=width, color_system=None, markup=False, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines())
