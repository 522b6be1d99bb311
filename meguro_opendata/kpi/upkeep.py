"""How the published datasets are kept: whether they are updated as declared, and how machine-readable they are."""

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
    """Whether a dataset is updated as declared.

    Attributes:
        state: ``on_time``, ``late``, ``one_off`` (never late), ``unreadable`` (a frequency that is not understood) or
            ``baseline`` (only a catalogue's own date is known, which tells nothing of updates).
        due: The last day, grace included, of the next update.
    """

    current: Current
    state: str
    due: str = ""


@dataclass(frozen=True)
class Staged:
    """The stage of the national model, 0 to 4, that the best of a dataset's files shows."""

    current: Current
    stage: int

    @property
    def readable(self) -> bool:
        """Return whether that is a machine-readable structure."""
        return bool(self.stage >= rules()["readable"]["least"])


def timeliness_of(current: Sequence[Current], day: date) -> list[Kept]:
    """Return every dataset, as it stood at the end of a day."""
    return [_kept(one, day) for one in current]


def share_on_time(kept: Sequence[Kept]) -> float | None:
    """Return the share, in percent, of the datasets that can be late and are not; ``None`` if none can be."""
    return percentage(
        sum(one.state == "on_time" for one in kept), sum(one.state in ("on_time", "late") for one in kept)
    )


def stages_of(current: Sequence[Current]) -> list[Staged]:
    """Return every dataset with its stage."""
    return [Staged(one, max(_stage(ending, one) for ending in one.endings)) for one in current]


def share_readable(staged: Sequence[Staged]) -> float | None:
    """Return the share, in percent, of the datasets of a machine-readable structure; ``None`` without datasets."""
    return percentage(sum(one.readable for one in staged), len(staged))


def _kept(one: Current, day: date) -> Kept:
    if not one.own:
        return Kept(one, "baseline")
    frequency = _folded(one.newest.frequency)
    if frequency in _one_off():
        return Kept(one, "one_off")
    if frequency not in _allowed_days():
        return Kept(one, "unreadable")
    due = date.fromisoformat(one.own) + timedelta(days=_allowed_days()[frequency])
    return Kept(one, "on_time" if due >= day else "late", due.isoformat())


def _folded(text: str) -> str:
    return plain(text).lower().replace("ヶ", "か").replace("ヵ", "か")


@cache
def _allowed_days() -> dict[str, int]:
    """Return how many days may pass until the next update, by the declared frequency."""
    return {_folded(name): rule["days"] + rule["grace"] for rule in rules()["frequency"] for name in rule["names"]}


@cache
def _one_off() -> frozenset[str]:
    return frozenset(map(_folded, rules()["one_off"]["names"]))


def _stage(ending: str, one: Current) -> int:
    """Return the stage of a file by its ending; of a CSV that this tool built it is known that it is tidy."""
    if ending == "csv" and one.own:
        return int(rules()["built"]["csv_standard" if one.newest.standard else "csv"])
    return int(rules()["stages"].get(ending, 0))
