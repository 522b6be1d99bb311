"""The search for ledger lines, entered since a submission, that changed a figure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from meguro_opendata.ledger import DatasetHistory, History, hashes_of, lines_in_full

__all__ = ["lines_since"]


def lines_since(
    history: History, head: int, then: Collection[int], now: Collection[int], both: Collection[int]
) -> tuple[int, ...]:
    """Return the lines after ``head`` that changed a figure from one set of lines to another.

    Args:
        history: The ledger as it is now.
        head: The number of the last line at the time of the earlier figure.
        then: The lines that made the earlier figure.
        now: The lines that make the present figure, of the same day or of a later one.
        both: The lines of ``then`` that still count.
    """
    # Lines that were added to the figure show themselves; lines that removed others from it have to be searched for.
    found = {line for line in now if line > head}
    gone = set(then) - set(both)
    found.update(line for line in _aiming_at(history, gone) if line > head)
    return tuple(sorted(found))


def _aiming_at(history: History, gone: Collection[int]) -> Iterator[int]:
    """Yield the lines that can have removed other lines from a figure, by their target, dataset or indicator."""
    if not gone:
        return
    hashes = {one for body in lines_in_full(history, gone).values() for one in hashes_of(body)}
    entries = list(history.entries(gone).values())
    yield from (line for line, entry in history.annulled if entry.target in hashes)
    yield from _about(history, {getattr(entry, "dataset", "") for entry in entries} - {""})
    indicators = {getattr(entry, "indicator", "") for entry in entries} - {""}
    yield from (line for line, entry in history.records if entry.indicator in indicators)


def _about(history: History, datasets: Collection[str]) -> Iterator[int]:
    """Yield the lines of continuations, datings and last events of some datasets."""
    yield from (line for line, entry in history.same if entry.dataset in datasets or entry.former in datasets)
    yield from (line for line, entry in history.datings if entry.dataset in datasets)
    for name in datasets:
        if name in history.datasets:
            yield from _events(history.datasets[name])


def _events(dataset: DatasetHistory) -> Iterator[int]:
    """Yield the lines of a dataset's last withdrawals and of the last event of each file."""
    yield from (occurrence.line for occurrence in dataset.withdrawals.values())
    for files in dataset.portals.values():
        yield from (occurrence.line for occurrence in files.values())
