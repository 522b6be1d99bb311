"""Figures that people record with evidence: entering one, and computing a year's figure from all its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.nearwords import suggest
from meguro_opendata.files.whole import locked
from meguro_opendata.japan.calendar import fiscal_year_of
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.exact import sum_of
from meguro_opendata.kpi.strategy import (
    Method,
    Strategy,
    indicator_definitions,
    method_of,
    open_strategy,
    share_units,
)
from meguro_opendata.kpi.written_numbers import read_number
from meguro_opendata.ledger import Record, append_events, japan_time, scan_ledger
from meguro_opendata.pages.numbers import figure_text
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Recordable",
    "Recorded",
    "UnknownIndicator",
    "enter_record",
    "recordable",
    "recorded_value",
    "under_names_of_today",
    "unknown_indicators",
]

_WHOLE = 100
Placed = tuple[int, Record]
_Valued = tuple[str, int, float]
# Of equal values the newest record is the evidence; for `min` the records are reversed, since min takes the first.
_CHOICES: Mapping[Method, Callable[[Sequence[_Valued]], _Valued]] = {
    "latest": lambda found: found[-1],
    "max": lambda found: max(found, key=lambda one: (one[2], one[:2])),
    "min": lambda found: min(reversed(found), key=lambda one: one[2]),
}


@dataclass(frozen=True)
class Recordable:
    """An indicator for which figures can be recorded.

    Attributes:
        id: The indicator's id.
        name: The indicator's name.
        unit: The unit of its figures.
        method: The rule by which the records of a year become one figure.
        from_file: The kind of table from which the figure can be computed.
        signed: Whether the figure may be negative, as a reduction is where the value rose instead.
    """

    id: str
    name: str
    unit: str
    method: Method = "sum"
    from_file: str | None = None
    signed: bool = False

    @property
    def adds(self) -> bool:
        """Return whether records add up to the figure of the year."""
        return self.method == "sum"


@dataclass(frozen=True)
class UnknownIndicator:
    """An indicator of recorded figures that is not in the year's strategy, with the ledger lines of these records."""

    id: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Recorded:
    """A record that was entered, with the indicator's figure of the year after it."""

    record: Record
    fiscal_year: int
    unit: str
    total: float


def recordable(strategy: Strategy | None) -> dict[str, Recordable]:
    """Return the indicators that are recorded by hand, by id: those of open data, and those of a strategy."""
    found = {
        known.id: Recordable(known.id, known.name["ja"], known.unit["ja"])
        for known in indicator_definitions()
        if known.count == "recorded"
    }
    counted = {known.id for known in indicator_definitions()} - set(found)
    for name, (_, target) in (strategy.targets if strategy else {}).items():
        if name not in counted:
            signed = target.comparison == "reduction"
            found[name] = Recordable(name, target.name, target.unit, method_of(target), target.from_file, signed=signed)
    return found


def under_names_of_today(records: Sequence[Placed], strategy: Strategy | None) -> list[Placed]:
    """Return records under the present ids of their indicators, by the former ids that a strategy lists."""
    renamed = strategy.renamed if strategy else {}
    if not renamed:
        return list(records)
    return [(line, replace(old, indicator=renamed.get(old.indicator, old.indicator))) for line, old in records]


def unknown_indicators(
    records: Sequence[Placed], known: Mapping[str, Recordable], first: date, last: date
) -> list[UnknownIndicator]:
    """Return the unknown indicators of records between two days (both included), ordered by id."""
    lines: dict[str, list[int]] = {}
    for line, record in records:
        if record.indicator not in known and first.isoformat() <= record.day <= last.isoformat():
            lines.setdefault(record.indicator, []).append(line)
    return [UnknownIndicator(name, tuple(found)) for name, found in sorted(lines.items())]


def recorded_value(
    records: Sequence[Placed], indicator: str, first: date, last: date, *, method: Method
) -> tuple[float | None, tuple[int, ...]]:
    """Return an indicator's figure from its records between two days (both included), and the lines that make it.

    The figure is ``None`` without any record. The newest record is that of the latest day; of one day, and of equal
    values, the one that was entered last.
    """
    found = sorted(
        (record.day, line, record.value)
        for line, record in records
        if record.indicator == indicator and first.isoformat() <= record.day <= last.isoformat()
    )
    if not found:
        return None, ()
    used = found if method == "sum" else [_CHOICES[method](found)]
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
        workspace: The workspace with the ledger and the strategies.
        indicator: The indicator's id.
        value: The number, with or without its unit; a negative number corrects an earlier record downwards.
        evidence: An address, a document's number or a file by which the figure can be checked.
        recorder: The person who enters it.
        note: A remark.
        day: The day that the figure is about; default today.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: an unknown or a counted indicator, no number, a wrong unit, a share beyond 100,
            half a case, a day in the future, no evidence, a record that is entered already, a sum below zero.
    """
    time = japan_time(now)
    about = day.isoformat() if day else time[:10]
    year = fiscal_year_of(date.fromisoformat(about), workspace.city.fiscal_year_start)
    strategy = open_strategy(workspace, year)
    known = recordable(strategy)
    number, unit = read_number(value)
    named = _name_faults(indicator, known, strategy, year) or _value_faults(number, unit, known[indicator], value)
    faults = [*named, *_other_faults(evidence, about, time[:10])]
    if faults or number is None:
        raise EntryError(indicator, faults)
    record = Record(time, indicator, number, known[indicator].unit, about, evidence, recorder, note)
    # The sum and the search for an equal record need the lock: another computer may be entering a record just now.
    with locked(workspace.ledger):
        history = scan_ledger(workspace.ledger, date.fromisoformat(record.day))
        records = under_names_of_today(history.records, strategy)
        total = _total_with(records, history.lines, record, known[indicator], workspace.city.fiscal_year_start)
        faults = [*_twice(records, record), *_below_zero(value, total, known[indicator])]
        if faults:
            raise EntryError(indicator, faults)
        append_events(workspace.ledger, [record])
    return Recorded(record, year, record.unit, total)


def _total_with(records: Sequence[Placed], lines: int, record: Record, known: Recordable, start: int) -> float:
    """Return the year's figure as it will be after a record is entered."""
    year = _year(record, start)
    in_year = [(line, old) for line, old in records if _year(old, start) == year]
    placed = [*in_year, (lines + 1, record)]
    value, _ = recorded_value(placed, record.indicator, date(year, start, 1), date.max, method=known.method)
    return value or 0.0


def _twice(records: Sequence[Placed], record: Record) -> Iterator[Fault]:
    """Yield a fault for each record that has the same content, so that a repeated entry does not count twice."""
    said = _said(record)
    yield from (Fault("-", "record-twice", {"line": line}) for line, old in records if _said(old) == said)


def _said(record: Record) -> tuple[object, ...]:
    return record.indicator, record.value, record.day, record.evidence, record.note


def _below_zero(value: str, total: float, known: Recordable) -> Iterator[Fault]:
    if total < 0 and not known.signed:
        yield Fault("--value", "record-below-zero", {"value": value, "total": f"{figure_text(total)}{known.unit}"})


def _year(record: Record, start: int) -> int:
    return fiscal_year_of(date.fromisoformat(record.day), start)


def _name_faults(indicator: str, known: Mapping[str, Recordable], strategy: Strategy | None, year: int) -> list[Fault]:
    """Return the fault of an indicator that cannot be recorded in a year, with the id to use where one is near."""
    counted = {definition.id for definition in indicator_definitions() if definition.count != "recorded"}
    renamed = strategy.renamed if strategy else {}
    if indicator in known:
        return []
    if indicator in counted:
        return [Fault("-", "indicator-counted", {"value": indicator})]
    if indicator in renamed:
        return [Fault("-", "indicator-renamed", {"value": indicator, "id": renamed[indicator], "year": year})]
    near = suggest(indicator, list(known))
    code = "indicator-not-of-year-near" if near else "indicator-not-of-year"
    return [Fault("-", code, {"value": indicator, "near": near, "known": list(known), "year": year})]


def _value_faults(number: float | None, unit: str, known: Recordable, value: str) -> list[Fault]:
    """Return the faults of a value: not a number, another unit, a share outside 0 to 100, a fraction of a countable."""
    said: dict[str, object] = {"value": value, "given": unit, "unit": known.unit, "example": _example(known)}
    if number is None:
        return [Fault("--value", "value-no-number", said)]
    if unit not in ("", known.unit) and not {unit, known.unit} <= set(share_units()):
        return [Fault("--value", "value-wrong-unit", said)]
    return list(_range_faults(number, known, said))


def _range_faults(number: float, known: Recordable, said: dict[str, object]) -> Iterator[Fault]:
    if known.unit in share_units():
        # A reduction may be any negative number (the value rose), but cannot take away more than all of it.
        if known.signed and number > _WHOLE:
            yield Fault("--value", "value-no-reduction", said)
        elif not known.signed and not 0 <= number <= _WHOLE:
            yield Fault("--value", "value-no-share", said)
    elif known.unit in rules()["units"]["whole"] and number != int(number):
        yield Fault("--value", "value-not-whole", said)


def _example(known: Recordable) -> str:
    """Return an example of a valid value of an indicator, for messages."""
    shares, whole = share_units(), rules()["units"]["whole"]
    return f"{'72.5' if known.unit in shares else '3' if known.unit in whole else '12.5'}{known.unit}"


def _other_faults(evidence: str, day: str, today: str) -> Iterator[Fault]:
    if not evidence.strip():
        yield Fault("--evidence", "evidence-missing", {})
    if day > today:
        yield Fault("--date", "day-in-future", {"value": day, "today": today})
