"""Reading and checking a fiscal year's strategy: themes, focuses, targets, schedule, results (``strategy/*.yaml``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import check, read_yaml, unknown
from meguro_opendata.kpi.strategy_model import (
    Background,
    Comparison,
    Focus,
    FollowUp,
    KnownResult,
    Method,
    Strategy,
    Target,
    Theme,
)
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Background",
    "Comparison",
    "Focus",
    "FollowUp",
    "IndicatorDefinition",
    "KnownResult",
    "Method",
    "Strategy",
    "Target",
    "Theme",
    "indicator_definitions",
    "method_of",
    "open_background",
    "open_strategy",
    "share_units",
]

# Ids with this beginning belong to the program: it counts them, or knows their definition, in every workspace.
COUNTED = "opendata."


@dataclass(frozen=True)
class IndicatorDefinition:
    """The definition of an indicator of open data in both languages, with the name of its count (``kpi.toml``)."""

    id: str
    count: str
    name: dict[str, str]
    unit: dict[str, str]
    definition: dict[str, str]


def _defined() -> dict[str, Any]:
    return packaged_toml(__package__, "indicators.toml")


@cache
def indicator_definitions() -> tuple[IndicatorDefinition, ...]:
    """Return the indicators of open data, which any year has, with or without a strategy."""
    return tuple(IndicatorDefinition(**entry) for entry in _defined()["indicator"])


def share_units() -> tuple[str, ...]:
    """Return the units of shares, whose values are from 0 to 100 and do not add up.

    >>> "%" in share_units(), "件" in share_units()
    (True, False)
    """
    return tuple(_defined()["shares"])


def method_of(target: Target) -> Method:
    """Return the rule by which a target's records become one figure; by default ``latest`` for shares, else ``sum``."""
    return target.records or ("latest" if target.unit in share_units() else "sum")


def open_strategy(workspace: Workspace, fiscal_year: int) -> Strategy | None:
    """Return the strategy of a fiscal year, or ``None`` if the workspace has no file of that year.

    Raises:
        ConfigurationError: If the file, or that of the older documents, has faults; the error lists all of them.
    """
    path = workspace.root / "strategy" / f"{fiscal_year}.yaml"
    if not path.is_file():
        return None
    strategy = check(path, read_yaml(path), Strategy)
    faults = [
        *_year_faults(strategy, fiscal_year, path.name),
        *_number_faults(strategy),
        *_aim_faults(strategy, open_background(workspace)),
        *_target_faults(strategy),
        *_former_faults(strategy),
        *_owner_faults(strategy, workspace.city.departments),
    ]
    if faults:
        raise ConfigurationError(path, faults)
    return strategy


def open_background(workspace: Workspace) -> Background | None:
    """Return the older documents that the strategies build on, or ``None`` if the workspace has no file of them.

    Raises:
        ConfigurationError: If the file has faults; the error lists all of them.
    """
    path = workspace.root / "strategy" / "background.yaml"
    if not path.is_file():
        return None
    background = check(path, read_yaml(path), Background)
    faults = list(_background_faults(background))
    if faults:
        raise ConfigurationError(path, faults)
    return background


def _background_faults(background: Background) -> Iterator[Fault]:
    """Yield faults of the older documents: an unknown vision, repeated ids of documents, repeated numbers of aims."""
    ids = [document.id for document in background.documents]
    if background.vision not in ids:
        yield unknown("vision", "document-unknown", background.vision, ids)
    yield from _twice("documents", ids)
    for number, document in enumerate(background.documents):
        yield from _twice(f"documents.{number}.aims", [aim.number for aim in document.aims])


def _year_faults(strategy: Strategy, fiscal_year: int, name: str) -> Iterator[Fault]:
    if strategy.fiscal_year != fiscal_year:
        yield Fault("fiscal_year", "fiscal-year-differs", {"value": strategy.fiscal_year, "name": name})


def _number_faults(strategy: Strategy) -> Iterator[Fault]:
    """Yield a fault for each repeated number of a theme or a focus."""
    yield from _twice("themes", [theme.number for theme in strategy.themes])
    yield from _twice("themes.focuses", [focus.number for focus in strategy.focuses])


def _twice(place: str, names: Sequence[int | str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(place, "number-twice", {"value": name})


def _aim_faults(strategy: Strategy, background: Background | None) -> Iterator[Fault]:
    """Yield a fault for each aim's number that the vision does not have; without the vision nothing is checked."""
    known = background.aims if background else {}
    for focus in strategy.focuses if known else ():
        for number in focus.aims:
            if number not in known:
                yield Fault("themes.focuses.aims", "aim-unknown", {"value": number, "known": list(known)})


def _target_faults(strategy: Strategy) -> Iterator[Fault]:
    """Yield faults of targets: unknown or repeated ids, another unit than the indicator's, results without a target."""
    counted = {definition.id: definition for definition in indicator_definitions()}
    seen: set[str] = set()
    for place, target in strategy.placed_targets():
        if target.id in seen:
            yield Fault(f"{place}.id", "indicator-twice", {"value": target.id})
        seen.add(target.id)
        if target.id not in counted and target.id.startswith(COUNTED):
            yield unknown(f"{place}.id", "indicator-unknown", target.id, list(counted))
        elif target.id in counted and target.unit not in counted[target.id].unit.values():
            wanted = counted[target.id].unit["ja"]
            yield Fault(f"{place}.unit", "unit-differs", {"value": target.unit, "unit": wanted})
    for name in strategy.results:
        if name not in seen:
            yield unknown("themes.focuses.results.indicator", "indicator-unknown", name, sorted(seen))


def _former_faults(strategy: Strategy) -> Iterator[Fault]:
    """Yield a fault for each former id that is still in use, or that two indicators claim.

    Records under such an id would count for the wrong indicator, or for two.
    """
    used = {*strategy.targets, *(definition.id for definition in indicator_definitions())}
    claimed: dict[str, str] = {}
    for place, target in strategy.placed_targets():
        for old in target.formerly:
            if old in used:
                yield Fault(f"{place}.formerly", "formerly-still-used", {"value": old, "id": target.id})
            elif claimed.setdefault(old, place) != place:
                values: dict[str, object] = {"value": old, "id": target.id, "place": claimed[old]}
                yield Fault(f"{place}.formerly", "formerly-twice", values)


def _owner_faults(strategy: Strategy, departments: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each owner that is not a department of the city.

    Indicators of such an owner would be on no department's follow-up sheet.
    """
    for place, target in strategy.placed_targets():
        if target.owner is not None and target.owner not in departments:
            yield unknown(f"{place}.owner", "owner-unknown", target.owner, departments)
