"""Column names from a header of one or more lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["carried", "header_names", "joined_names"]


def carried(lines: Sequence[Sequence[str]], columns: Sequence[int]) -> list[list[str]]:
    """Return header lines in which each group's label stands over every column of the group.

    Offices often write a group's label only into its first cell. It is carried to the right as long as the cell is
    blank, some line below has a label there, and no line above begins another group.

    Args:
        lines: The header's lines from the top, merged cells spread.
        columns: The columns of the table.

    >>> carried([["区", "人口", ""], ["", "男", "女"]], [0, 1, 2])
    [['区', '人口', '人口'], ['', '男', '女']]
    """
    found = [list(line) for line in lines]
    for level, line in enumerate(found[:-1]):
        label = ""
        for before, column in zip([None, *columns], columns, strict=False):
            if line[column].strip():
                label = line[column]
            elif before is not None and _begins_group(found[:level], before, column):
                label = ""
            elif label and any(below[column].strip() for below in found[level + 1 :]):
                line[column] = label
    return found


def _begins_group(above: Sequence[Sequence[str]], before: int, column: int) -> bool:
    return any(line[column].strip() and line[column] != line[before] for line in above)


def joined_names(lines: Sequence[Sequence[str]], columns: Sequence[int]) -> list[str]:
    """Return each column's labels from the top joined with ``_``, repeats within one name left out.

    >>> joined_names([["区", "人口", "人口"], ["区", "男", "女"]], [0, 1, 2])
    ['区', '人口_男', '人口_女']
    """
    return [_joined(line[column] for line in lines) for column in columns]


def _joined(labels: Iterable[str]) -> str:
    parts = ("".join(label.split("\n")).strip() for label in labels)
    return "_".join(part for part in dict.fromkeys(parts) if part)


def header_names(lines: Sequence[Sequence[str]], columns: Sequence[int]) -> list[str]:
    """Return the name of each column of a header of one or more lines; a line may end before the last column.

    >>> header_names([["区", "人口", ""], ["", "男", "女"]], [0, 1, 2, 3])
    ['区', '人口_男', '人口_女', '']
    """
    width = max(columns, default=-1) + 1
    whole = [[*line, *[""] * (width - len(line))] for line in lines]
    return joined_names(carried(whole, columns), columns)
