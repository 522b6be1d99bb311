"""Figures that people record, each with its evidence: what they come to, and entering one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.nearwords import suggest
from meguro_opendata.files.whole import locked
from meguro_opendata.japan.calendar import fiscal_year_of
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.exact import sum_of
from meguro_opendata.kpi.strategy import Strategy, indicator_definitions, open_strategy, share_units
from meguro_opendata.kpi.written_numbers import read_number
from meguro_opendata.ledger import History, Record, append_events, japan_time, scan_ledger
from meguro_opendata.workspace.city import Workspace

__all__ = ["Recordable", "Recorded", "enter_record", "recordable", "recorded_value"]

_WHOLE = 100


@dataclass(frozen=True)
class Recordable:
    """An indicator that figures can be recorded for.

    Attributes:
        adds: Whether records add up to the figure of the year; else the newest is the figure.
        from_file: The kind of table that the figure may be computed from.
    """

    id: str
    name: str
    unit: str
    adds: bool
    from_file: str | None = None


@dataclass(frozen=True)
class Recorded:
    """What was entered, and what the indicator's figure of the year is now."""

    record: Record
    fiscal_year: int
    unit: str
    total: float


def recordable(strategy: Strategy | None) -> dict[str, Recordable]:
    """The indicators that are recorded by hand, by id: a strategy's, and those of open data that any year has."""
    found = {
        known.id: Recordable(known.id, known.name["ja"], known.unit["ja"], adds=True)
        for known in indicator_definitions()
        if known.count == "recorded"
    }
    counted = {known.id for known in indicator_definitions()} - set(found)
    for name, (_, target) in (strategy.targets if strategy else {}).items():
        if name not in counted:
            found[name] = Recordable(name, target.name, target.unit, target.adds, target.from_file)
    return found


def recorded_value(
    records: Sequence[tuple[int, Record]], indicator: str, first: date, last: date, *, adds: bool
) -> tuple[float | None, tuple[int, ...]]:
    """What the records of an indicator between two days come to, and the lines that say so; ``None`` without any."""
    found = sorted(
        (record.day, line, record.value)
        for line, record in records
        if record.indicator == indicator and first.isoformat() <= record.day <= last.isoformat()
    )
    if not found:
        return None, ()
    used = found if adds else found[-1:]
    return sum_of([value for _, _, value in used]), tuple(line for _, line, _ in used)


def enter_record(
    workspace: Workspace,
    indicator: str,
    value: str,
    evidence: str,
    recorder: str,
    *,
    note: str = "",
    day: date | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Enter a figure in the ledger.

    Args:
        workspace: Whose ledger.
        indicator: Its id.
        value: The number, with or without its unit; a negative one takes an earlier one back.
        evidence: Where it can be checked.
        recorder: Who enters it.
        note: Anything else.
        day: The day that it is about; default today.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: an unknown or a counted indicator, no number, a wrong unit, a share beyond 100,
            half a case, a day in the future, no evidence, what is recorded already, a sum below zero.
    """
    time = japan_time(now)
    about = day.isoformat() if day else time[:10]
    year = fiscal_year_of(date.fromisoformat(about), workspace.city.fiscal_year_start)
    known = recordable(open_strategy(workspace, year))
    number, unit = read_number(value)
    faults = [*_faults(indicator, known, number, unit, value, year), *_other_faults(evidence, about, time[:10])]
    if faults or number is None:
        raise EntryError(indicator, faults)
    record = Record(time, indicator, number, known[indicator].unit, about, evidence, recorder, note)
    with locked(workspace.ledger):
        history = scan_ledger(workspace.ledger, date.fromisoformat(record.day))
        total = _total_with(history, record, known[indicator], workspace.city.fiscal_year_start)
        faults = [*_twice(history, record), *_below_zero(value, total)]
        if faults:
            raise EntryError(indicator, faults)
        append_events(workspace.ledger, [record])
    return Recorded(record, year, record.unit, total)


def _total_with(history: History, record: Record, known: Recordable, start: int) -> float:
    """The figure of the year once a record is entered."""
    year = _year(record, start)
    first, last = date(year, start, 1), date.max
    in_year = [(line, old) for line, old in history.records if _year(old, start) == year]
    total, _ = recorded_value([*in_year, (history.lines + 1, record)], record.indicator, first, last, adds=known.adds)
    return total or 0.0


def _twice(history: History, record: Record) -> Iterator[Fault]:
    """A record that is there already, entered once more by mistake."""
    said = _said(record)
    yield from (Fault("-", "record-twice", {"line": line}) for line, old in history.records if _said(old) == said)


def _said(record: Record) -> tuple[object, ...]:
    return record.indicator, record.value, record.day, record.evidence, record.note


def _below_zero(value: str, total: float) -> Iterator[Fault]:
    if total < 0:
        yield Fault("--value", "record-below-zero", {"value": value, "total": f"{total:,.10g}"})


def _year(record: Record, start: int) -> int:
    return fiscal_year_of(date.fromisoformat(record.day), start)


def _faults(
    indicator: str, known: dict[str, Recordable], number: float | None, unit: str, value: str, year: int
) -> Iterator[Fault]:
    counted = {definition.id for definition in indicator_definitions() if definition.count != "recorded"}
    if indicator in counted:
        yield Fault("-", "indicator-counted", {"value": indicator})
    elif indicator not in known:
        near = suggest(indicator, list(known))
        code = "indicator-not-of-year-near" if near else "indicator-not-of-year"
        yield Fault("-", code, {"value": indicator, "near": near, "known": list(known), "year": year})
    elif number is None:
        yield Fault("--value", "value-no-number", {"value": value, "unit": known[indicator].unit})
    else:
        yield from _value_faults(number, unit, known[indicator].unit, value)


def _value_faults(number: float, unit: str, wanted: str, value: str) -> Iterator[Fault]:
    """A unit that is not the indicator's, a share beyond all, a part of what is counted one by one."""
    shares, whole = share_units(), rules()["units"]["whole"]
    if unit not in ("", wanted) and not {unit, wanted} <= set(shares):
        yield Fault("--value", "value-wrong-unit", {"value": value, "given": unit, "unit": wanted})
    elif wanted in shares and not 0 <= number <= _WHOLE:
        yield Fault("--value", "value-no-share", {"value": value})
    elif wanted in whole and number != int(number):
        yield Fault("--value", "value-not-whole", {"value": value, "unit": wanted})


def _other_faults(evidence: str, day: str, today: str) -> Iterator[Fault]:
    if not evidence.strip():
        yield Fault("--evidence", "evidence-missing", {})
    if day > today:
        yield Fault("--date", "day-in-future", {"value": day, "today": today})
