"""Lists of JSON whose items are made while they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

__all__ = ["MadeList"]


class MadeList(list[Any]):
    r"""A list for ``json`` that makes its items each time it is read and keeps none of them.

    The texts of one finding take 1.5 kB. All texts of a report of 300,000 findings, whole in memory, took a gigabyte.

    >>> import json
    >>> json.dumps(MadeList(lambda: range(3), 3), indent=1)
    '[\n 0,\n 1,\n 2\n]'
    """

    def __init__(self, make: Callable[[], Iterable[Any]], count: int) -> None:
        """Take the function that makes the items, and the number of items."""
        super().__init__()
        self._make = make
        self._count = count

    def __iter__(self) -> Iterator[Any]:
        """Make the items."""
        return iter(self._make())

    def __len__(self) -> int:
        """Return the number of items."""
        return self._count

    def changed(self, change: Callable[[Any], Any]) -> MadeList:
        """Return the list of the changed items, which are made as late."""
        return MadeList(lambda: map(change, self._make()), self._count)
