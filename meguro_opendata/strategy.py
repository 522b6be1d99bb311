"""Targets of a fiscal year's strategy, as data: ``strategy/<year>.yaml`` of the workspace."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field

from meguro_opendata.declarations import Declared, check, read_yaml, unknown
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.workspace import Workspace

__all__ = ["IndicatorDefinition", "Strategy", "Target", "indicator_definitions", "open_strategy"]


class Target(Declared):
    """One target: the indicator, the figure to reach, and the words of the document."""

    id: str
    target: float = Field(gt=0, strict=False)
    text: str


class Strategy(Declared):
    """The strategy of one fiscal year, with the document that it is taken from."""

    fiscal_year: int
    title: str
    source: str
    targets: Annotated[tuple[Target, ...], Field(strict=False)]

    def target(self, indicator: str) -> Target | None:
        """The target of an indicator, ``None`` if the strategy sets none."""
        return next((target for target in self.targets if target.id == indicator), None)


@dataclass(frozen=True)
class IndicatorDefinition:
    """What an indicator counts, in both languages, and by which count of ``kpi.py``."""

    id: str
    count: str
    name: dict[str, str]
    unit: dict[str, str]
    definition: dict[str, str]


@cache
def indicator_definitions() -> tuple[IndicatorDefinition, ...]:
    """Every indicator that figures can be given for."""
    text = resources.files(__package__).joinpath("indicators.toml").read_text(encoding="utf-8")
    return tuple(IndicatorDefinition(**entry) for entry in tomllib.loads(text)["indicator"])


def open_strategy(workspace: Workspace, fiscal_year: int) -> Strategy | None:
    """The strategy of a fiscal year, ``None`` if the workspace has none.

    Raises:
        ConfigurationError: If the file has faults, or a target for an indicator that has no definition.
    """
    path = workspace.root / "strategy" / f"{fiscal_year}.yaml"
    if not path.is_file():
        return None
    strategy = check(path, read_yaml(path), Strategy)
    known = [definition.id for definition in indicator_definitions()]
    faults = [
        unknown(f"targets.{number}.id", "indicator-unknown", target.id, known)
        for number, target in enumerate(strategy.targets)
        if target.id not in known
    ]
    if strategy.fiscal_year != fiscal_year:
        faults.append(Fault("fiscal_year", "fiscal-year-differs", {"value": strategy.fiscal_year, "name": path.name}))
    if faults:
        raise ConfigurationError(path, faults)
    return strategy
