"""The upkeep of published datasets: timeliness by the declared update frequency, and stage of machine-readability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from meguro_opendata.japan.folding import plain
from meguro_opendata.kpi.counting import Current, rules
from meguro_opendata.kpi.exact import percentage

__all__ = ["Kept", "Staged", "share_on_time", "share_readable", "stages_of", "timeliness_of"]


@dataclass(frozen=True)
class Kept:
    """The timeliness of a dataset.

    Attributes:
        current: The dataset.
        state: ``on_time``, ``late``, ``one_off`` (never late), ``unreadable`` (a frequency that is not understood) or
            ``baseline`` (only a catalogue's dates are known, which do not show updates of the data).
        due: The last day for the next update, days of grace included; empty unless ``on_time`` or ``late``.
    """

    current: Current
    state: str
    due: str = ""


@dataclass(frozen=True)
class Staged:
    """The stage (0 to 4) of the national model that the best file of a dataset reaches."""

    current: Current
    stage: int

    @property
    def readable(self) -> bool:
        """Return whether the stage is that of a machine-readable structure (``[readable]`` in ``kpi.toml``)."""
        return bool(self.stage >= rules()["readable"]["least"])


def timeliness_of(current: Sequence[Current], day: date) -> list[Kept]:
    """Return the timeliness of every dataset at the end of a day."""
    return [_kept(one, day) for one in current]


def share_on_time(kept: Sequence[Kept]) -> float | None:
    """Return the percentage of datasets on time among those that can be late, or ``None`` without any."""
    return percentage(
        sum(one.state == "on_time" for one in kept), sum(one.state in ("on_time", "late") for one in kept)
    )


def stages_of(current: Sequence[Current]) -> list[Staged]:
    """Return the stage of every dataset."""
    return [Staged(one, max(_stage(ending, one) for ending in one.endings)) for one in current]


def share_readable(staged: Sequence[Staged]) -> float | None:
    """Return the percentage of datasets with a machine-readable structure, or ``None`` without datasets."""
    return percentage(sum(one.readable for one in staged), len(staged))


def _kept(one: Current, day: date) -> Kept:
    # A catalogue's dates are of its entries: data that was updated elsewhere since would look late.
    if not one.own:
        return Kept(one, "baseline")
    frequency = _folded(one.newest.frequency)
    if frequency in _one_off():
        return Kept(one, "one_off")
    # Not guessed: the follow-up sheet names the dataset, so that its department can write a known word.
    if frequency not in _allowed_days():
        return Kept(one, "unreadable")
    due = date.fromisoformat(one.own) + timedelta(days=_allowed_days()[frequency])
    return Kept(one, "on_time" if due >= day else "late", due.isoformat())


# Offices write 3か月 also as 3ヶ月, 3ヵ月 and in full-width digits.
def _folded(text: str) -> str:
    return plain(text).lower().replace("ヶ", "か").replace("ヵ", "か")


@cache
def _allowed_days() -> dict[str, int]:
    """Return the number of days allowed until the next update, by declared frequency."""
    return {_folded(name): rule["days"] + rule["grace"] for rule in rules()["frequency"] for name in rule["names"]}


@cache
def _one_off() -> frozenset[str]:
    return frozenset(map(_folded, rules()["one_off"]["names"]))


def _stage(ending: str, one: Current) -> int:
    """Return the stage of a file by its ending; a CSV that this tool built is known to be tidy, and ranks higher."""
    if ending == "csv" and one.own:
        return int(rules()["built"]["csv_standard" if one.newest.standard else "csv"])
    return int(rules()["stages"].get(ending, 0))
