"""The indicators of a year, each figure with its parts and the ledger lines that make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from meguro_opendata.kpi.counting import Current, New
from meguro_opendata.kpi.coverage import Kind, share_published
from meguro_opendata.kpi.exact import as_number, beside, exact
from meguro_opendata.kpi.records import recorded_value
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.kpi.strategy import (
    Comparison,
    Focus,
    IndicatorDefinition,
    Target,
    indicator_definitions,
    share_units,
)
from meguro_opendata.kpi.upkeep import share_on_time, share_readable
from meguro_opendata.pages.numbers import figure_text

__all__ = ["Count", "Held", "Indicator", "Part", "figures_of", "held_against"]

_WRITTEN_PLACES = 10**3  # a share with no more than three places was written by a person, and stays as it is


@dataclass(frozen=True)
class Part:
    """The part of a figure that belongs to one department or theme.

    Attributes:
        name: The department or theme.
        actual: Its part of the figure; of a share, the number of its datasets that count.
        of: Of a share, the number of all its datasets; otherwise ``None``.
    """

    name: str
    actual: float
    of: int | None = None


@dataclass(frozen=True)
class Indicator:
    """One indicator of a year: its target and its figure.

    Attributes:
        id: The indicator's id.
        name: The indicator's name in the requested language.
        target: The strategy's target; ``None`` if no strategy sets one.
        actual: The figure; ``None`` without any record, or without any dataset of which to take a share.
        rate: ``actual / target``, rounded to three places, or to more where rounding would give a false 1. ``None``
            without target or figure, for a target of 0, and for a limit (``at_most``), of which more is not better.
        unit: The unit of target and figure.
        source: The document of the target, and the ledger or document of the figure.
        status: ``reached``, ``under_way``, ``missed``, ``no_target`` or ``not_recorded``.
        definition: A sentence that defines the count.
        comparison: ``at_least``, ``more_than``, ``at_most`` or ``reduction``; ``None`` without a target.
        focus: The number of the strategy's focus that it belongs to.
        without_routine: The figure without routine additions, for indicators that can have some.
        tables: Of new files, the number of tables: all formats of one table and period count as one.
        files: Of new files, the number of all files, whichever count ``actual`` is.
        apart: Number of files added to datasets that were public before this program published them; not in the figure.
        official: The count of new data that is compared with the target: ``files``, ``tables`` or
            ``without_routine``; empty if there is only one count.
        ruling: The ward's decision on that count; empty as long as no decision is known.
        withdrawn_soon: Number of new datasets or files that were withdrawn soon after their first publication.
        qualifier: ``about`` or ``at_least`` where a document gives the figure as 約 or 以上; else empty.
        by_department: The departments' parts.
        by_theme: The parts of the catalogue's themes.
        lines: The ledger lines that make the figure.
    """

    id: str
    name: str
    target: float | None
    actual: float | None
    rate: float | None
    unit: str
    source: str
    status: str
    definition: str
    comparison: Comparison | None = None
    focus: int | None = None
    without_routine: float | None = None
    tables: float | None = None
    files: float | None = None
    apart: float | None = None
    official: str = ""
    ruling: str = ""
    withdrawn_soon: int | None = None
    qualifier: str = ""
    by_department: tuple[Part, ...] = ()
    by_theme: tuple[Part, ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def percent(self) -> str:
        """Return the rate in percent; empty without one."""
        return "" if self.rate is None else f"{figure_text(as_number(exact(self.rate) * 100))}%"


@dataclass(frozen=True)
class _Described:
    """The name, unit and definition of an indicator in one language."""

    id: str
    name: str
    unit: str
    definition: str


@dataclass(frozen=True)
class Count:
    """The result of a count before it is compared with a target; new data has three counts, one of them official."""

    actual: float | None
    without_routine: float | None = None
    tables: float | None = None
    apart: float | None = None
    withdrawn_soon: int | None = None
    by_department: tuple[Part, ...] = ()
    by_theme: tuple[Part, ...] = ()
    lines: tuple[int, ...] = ()
    qualifier: str = ""

    def held(self, target: Target | None) -> float | None:
        """Return the count that is compared with a target: of new data, the count that the strategy names."""
        counts = {"tables": self.tables, "without_routine": self.without_routine}
        official = counts.get(target.counted) if target else None
        return self.actual if official is None else official


def figures_of(situation: Situation, lang: str) -> list[Indicator]:
    """Return every indicator: those of open data, then the strategy's others in its order."""
    targets = situation.strategy.targets if situation.strategy else {}
    counted = {definition.id: definition for definition in indicator_definitions()}
    figures = [
        _held(_described(known, lang), _count(known, situation), targets.get(name), situation)
        for name, known in counted.items()
    ]
    return figures + [
        _held(_as_written(placed[1], lang), _recorded(name, situation), placed, situation)
        for name, placed in targets.items()
        if name not in counted
    ]


def _described(definition: IndicatorDefinition, lang: str) -> _Described:
    return _Described(definition.id, definition.name[lang], definition.unit[lang], definition.definition[lang])


def _as_written(target: Target, lang: str) -> _Described:
    name = target.name_en if lang == "en" and target.name_en else target.name
    return _Described(target.id, name, target.unit, target.definition)


def _count(definition: IndicatorDefinition, situation: Situation) -> Count:
    if definition.count == "recorded":
        return _recorded(definition.id, situation)
    return _COUNTS[definition.count](situation)


def _new_datasets(situation: Situation) -> Count:
    return _count_new(situation.novelties.datasets, situation)


def _new_resources(situation: Situation) -> Count:
    files = situation.novelties.files
    count = _count_new(files, situation)
    return replace(count, tables=sum(new.table for new in files), apart=len(situation.novelties.apart))


def _count_new(found: list[New], situation: Situation) -> Count:
    owners = situation.owners
    return Count(
        len(found),
        sum(not new.routine for new in found),
        withdrawn_soon=sum(new.withdrawn_soon for new in found),
        by_department=_parts(Counter(owners[new.dataset].department for new in found)),
        by_theme=_parts(Counter(owners[new.dataset].theme for new in found)),
        lines=tuple(new.line for new in found),
    )


def _coverage(situation: Situation) -> Count:
    return _share_of_kinds(situation.kinds)


def _planned_coverage(situation: Situation) -> Count:
    return _share_of_kinds([kind for kind in situation.kinds if kind.planned])


def _share_of_kinds(kinds: list[Kind]) -> Count:
    return Count(share_published(kinds), lines=tuple(line for kind in kinds for line in kind.lines))


def _on_time(situation: Situation) -> Count:
    judged = [one for one in situation.kept if one.state in ("on_time", "late")]
    good = [(one.current, one.state == "on_time") for one in judged]
    lines = tuple(one.current.updated for one in judged)
    return _count_share(share_on_time(judged), good, lines)


def _readable(situation: Situation) -> Count:
    staged = situation.staged
    good = [(one.current, one.readable) for one in staged]
    return _count_share(share_readable(staged), good, tuple(one.current.line for one in staged))


_COUNTS: Mapping[str, Callable[[Situation], Count]] = {
    "new_datasets": _new_datasets,
    "new_resources": _new_resources,
    "coverage_standard": _coverage,
    "coverage_planned": _planned_coverage,
    "on_time": _on_time,
    "machine_readable": _readable,
}


def _recorded(name: str, situation: Situation) -> Count:
    """Return the recorded figure, or, of a year that is over, the document's own figure if nothing was recorded."""
    method = situation.recordable[name].method
    value, lines = recorded_value(situation.history.records, name, situation.first, situation.until, method=method)
    results = situation.strategy.results if situation.strategy else {}
    # A published result is final only when the year is over; during the year it would hide that records are missing.
    if value is None and name in results and situation.over:
        return Count(results[name].value, qualifier=results[name].qualifier or "")
    return Count(value, lines=lines)


def _count_share(share: float | None, good: list[tuple[Current, bool]], lines: tuple[int, ...]) -> Count:
    """Return a share with the number of good datasets of each department and each theme."""
    departments = _parts_of([(one.newest.department, right) for one, right in good])
    themes = _parts_of([(one.newest.theme, right) for one, right in good])
    return Count(share, by_department=departments, by_theme=themes, lines=lines)


def _parts_of(owned: list[tuple[str, bool]]) -> tuple[Part, ...]:
    whole = Counter(name for name, _ in owned)
    right = Counter(name for name, good in owned if good)
    return tuple(Part(name, right[name], whole[name]) for name in sorted(whole))


def _parts(counts: Mapping[str, int]) -> tuple[Part, ...]:
    return tuple(Part(name, counts[name]) for name in sorted(counts))


@dataclass(frozen=True)
class Held:
    """The result of comparing a count with its target, exactly, and the figure with the digits that a reader needs."""

    shown: float | None
    rate: float | None
    status: str


def held_against(target: Target | None, count: Count, *, over: bool, unit: str = "%") -> Held:
    """Compare a count with its target.

    Args:
        target: The target; ``None`` without one.
        count: The unrounded count.
        over: Whether the year is over.
        unit: The unit of a figure without a target; a target has its own unit.
    """
    actual = count.held(target)
    shown = _shown(target, actual, target.unit if target else unit)
    vague = count.qualifier == "about"
    return Held(shown, _rate(target, actual), _status(target, actual, over=over, vague=vague))


def _held(described: _Described, count: Count, placed: tuple[Focus, Target] | None, situation: Situation) -> Indicator:
    """Return the indicator of a count and its target."""
    focus, target = placed or (None, None)
    found = held_against(target, count, over=situation.over, unit=described.unit)
    return Indicator(
        id=described.id,
        name=described.name,
        target=target.target if target else None,
        actual=found.shown,
        rate=found.rate,
        unit=described.unit,
        source="; ".join(_sources(count, target, situation)),
        status=found.status,
        definition=described.definition,
        comparison=target.comparison if target else None,
        focus=focus.number if focus else None,
        without_routine=count.without_routine,
        qualifier=count.qualifier,
        tables=count.tables,
        files=None if count.tables is None else count.actual,
        apart=count.apart,
        official="" if count.tables is None else target.counted if target else "files",
        ruling=target.ruling.text if target and target.ruling else "",
        withdrawn_soon=count.withdrawn_soon,
        by_department=count.by_department,
        by_theme=count.by_theme,
        lines=count.lines,
    )


def _rate(target: Target | None, actual: float | None) -> float | None:
    # A target of 0 has no rate, and of a limit a greater rate would look better although it is worse.
    if target is None or not target.target or actual is None or target.comparison == "at_most":
        return None
    # Three places: the rate is shown in percent with one place. 0 and 1 are marks: 99.96 % never reads as 100 %.
    return beside(exact(actual) / exact(target.target), 3, 0, 1)


def _shown(target: Target | None, actual: float | None, unit: str) -> float | None:
    """Return a figure with the digits that a reader needs: one place for a share that is a long fraction.

    A share gets more places where one place would round it onto its target, onto 0 or onto 100.
    """
    if actual is None or unit not in share_units() or exact(actual) * _WRITTEN_PLACES % 1 == 0:
        return actual
    return beside(exact(actual), 1, 0, 100, *([target.target] if target else []))


def _sources(count: Count, target: Target | None, situation: Situation) -> Iterator[str]:
    """Yield the source of the target, then that of the figure: the ledger, unless only a document gives the figure."""
    strategy = situation.strategy
    if target and strategy:
        yield strategy.source
    if count.actual is None:
        return
    known = strategy.results.get(target.id) if target and strategy else None
    if count.lines or known is None:
        yield situation.workspace.ledger.name
    else:
        yield " ".join(filter(None, [known.document, known.section]))


def _status(target: Target | None, actual: float | None, *, over: bool, vague: bool) -> str:
    if target is None:
        return "no_target"
    if actual is None:
        return "not_recorded"
    # A limit can still be broken until the year is over; once it is broken, the rest of the year cannot repair that.
    if target.comparison == "at_most" and not over:
        return "under_way" if _meets(target, actual) else "missed"
    # «約75%» may be 74.6 %: a figure that the document gives as 約 has to be beyond its target, not on it.
    if _meets(target, actual) and not (vague and actual == target.target):
        return "reached"
    return "missed" if over else "under_way"


def _meets(target: Target, actual: float) -> bool:
    if target.comparison == "at_most":
        return actual <= target.target
    return actual > target.target if target.comparison == "more_than" else actual >= target.target
