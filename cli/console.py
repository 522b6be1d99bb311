"""The terminal: results on stdout, talk and progress on stderr, all of it through the gate."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from meguro_opendata.messages.harmless import escaped_json, harmless, mask_tokens

from . import gate

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

__all__ = [
    "ask",
    "progress",
    "result",
    "result_json",
    "result_lines",
    "say",
    "say_lines",
    "sections_text",
    "table_text",
    "tracked",
]

_TABLE_WIDTH = 120
_SECTION_WIDTH = 80
Item = TypeVar("Item")


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
    """Show a progress bar on stderr, on a terminal only; yield the function to call after each step."""
    if not sys.stderr.isatty() or not steps:
        yield lambda: None
        return
    with _bar() as bar:
        task = bar.add_task("", total=steps)
        yield lambda: bar.advance(task)


def tracked(items: Iterable[Item], count: int) -> Iterator[Item]:
    """Yield items with a bar on stderr, on a terminal only; the bar is gone afterwards."""
    with progress(count) as advance:
        for item in items:
            yield item
            advance()


def _bar() -> Progress:
    """Return a bar that is drawn past the gate; texts are printed through it even while the bar is there."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    terminal = Console(file=gate.beneath(sys.stderr))
    columns = (BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=terminal, transient=True, redirect_stdout=False, redirect_stderr=False)


def ask(question: str) -> bool:
    """Ask on stderr for a yes or a no."""
    return click.confirm(harmless(mask_tokens(question)), err=True)


def result_json(value: dict[str, Any]) -> None:
    """Print a result as JSON on stdout: UTF-8 where stdout is, else pure ASCII, so that nothing is lost."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    result(escaped_json(value, ascii_only=encoding != "utf8"))


def table_text(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> str:
    """Return a table as text, with full-width letters counted as two columns.

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
        table.add_column(_plain(title), justify=side, overflow="fold", no_wrap=index in whole)
    for row in rows:
        table.add_row(*map(_plain, row))
    return _printed(table, _TABLE_WIDTH)


def sections_text(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Return headings, each with its labelled lines, in 80 columns; lines without text are left out."""
    from rich.cells import cell_len
    from rich.table import Table

    sections = [(_plain(title), [(_plain(a), _plain(b)) for a, b in lines]) for title, lines in sections]
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


def _plain(text: str) -> str:
    """Return a cell as it will be shown, before folding: a token can be masked only while it is in one piece."""
    return harmless(mask_tokens(text))


def _printed(table: Table, width: int) -> str:
    from rich.console import Console

    sink = io.StringIO()
    Console(file=sink, width=width, color_system=None, markup=False, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines())
