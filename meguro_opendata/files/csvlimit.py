"""The longest cell that the ``csv`` module reads: a limit of the whole process, raised only during a read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

__all__ = ["longest_cell"]


class _Limits:
    """The limits that running reads need."""

    # Reads overlap, in threads and as generators that are read by turns. So none may lower the limit while another goes
    # on; only the last one restores what was there before the first.

    def __init__(self) -> None:
        self._lock = Lock()
        self._needed: list[int] = []
        self._usual = 0

    def enter(self, limit: int) -> None:
        """Raise the process's limit to ``limit`` unless it is that high already."""
        with self._lock:
            if not self._needed:
                self._usual = csv.field_size_limit()
            self._needed.append(limit)
            csv.field_size_limit(max(self._needed))

    def leave(self, limit: int) -> None:
        """Lower the process's limit to the highest that other reads need, or restore the original one."""
        with self._lock:
            self._needed.remove(limit)
            csv.field_size_limit(max(self._needed, default=self._usual))


_LIMITS = _Limits()


@contextmanager
def longest_cell(limit: int) -> Iterator[None]:
    """Let ``csv`` read cells of up to ``limit`` characters within the context, in every thread.

    >>> with longest_cell(2**20):
    ...     csv.field_size_limit()
    1048576
    """
    _LIMITS.enter(limit)
    try:
        yield
    finally:
        _LIMITS.leave(limit)
