"""Which lines of the ledger, entered since a moment, make a figure another one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from meguro_opendata.ledger import DatasetHistory, History, hashes_of, lines_in_full

__all__ = ["lines_since"]


def lines_since(
    history: History, head: int, then: Collection[int], now: Collection[int], both: Collection[int]
) -> tuple[int, ...]:
    """Return the lines after a moment that make the figure of ``then`` that of ``now``.

    Args:
        history: The ledger as it is known now.
        head: The number of the last line that was there then.
        then: The lines that made the figure.
        now: The lines that make it now, of the same day or of a later one.
        both: Those of them that make it of either day.
    """
    found = {line for line in now if line > head}
    gone = set(then) - set(both)
    found.update(line for line in _aiming_at(history, gone) if line > head)
    return tuple(sorted(found))


def _aiming_at(history: History, gone: Collection[int]) -> Iterator[int]:
    """Yield the lines that can have taken others out of a figure: those about the same line or dataset."""
    if not gone:
        return
    hashes = {one for body in lines_in_full(history, gone).values() for one in hashes_of(body)}
    entries = list(history.entries(gone).values())
    yield from (line for line, entry in history.annulled if entry.target in hashes)
    yield from _about(history, {getattr(entry, "dataset", "") for entry in entries} - {""})
    indicators = {getattr(entry, "indicator", "") for entry in entries} - {""}
    yield from (line for line, entry in history.records if entry.indicator in indicators)


def _about(history: History, datasets: Collection[str]) -> Iterator[int]:
    """Yield the lines that say something of datasets, and those of what last happened to them."""
    yield from (line for line, entry in history.same if entry.dataset in datasets or entry.former in datasets)
    yield from (line for line, entry in history.datings if entry.dataset in datasets)
    for name in datasets:
        if name in history.datasets:
            yield from _events(history.datasets[name])


def _events(dataset: DatasetHistory) -> Iterator[int]:
    """Yield the lines of what last happened to a dataset."""
    yield from (occurrence.line for occurrence in dataset.withdrawals.values())
    for files in dataset.portals.values():
        yield from (occurrence.line for occurrence in files.values())
