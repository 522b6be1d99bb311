"""The standing of an indicator on the first page of a report, by the rules of ``kpi.toml``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.forecast import Forecast, Silence

__all__ = ["Standing", "sign_of", "standing_of"]


class Standing(StrEnum):
    """The four standings of an indicator that has a target.

    * ``REACHED`` (達成): the target is reached; a limit (``at_most``) only once the year is over.
    * ``EXPECTED`` (見込み): the year goes on, and the lower end of the forecast's range meets the target; or a limit
      has been kept so far.
    * ``ACTION`` (要対応): the year goes on without such a forecast; or the target was missed, or a limit is broken.
    * ``UNRECORDED`` (未記録): nothing was recorded in the year.
    """

    REACHED = "reached"
    EXPECTED = "expected"
    ACTION = "action"
    UNRECORDED = "unrecorded"


def standing_of(figure: Indicator, forecast: Forecast | Silence) -> Standing | None:
    """Return the standing of a figure, or ``None`` without a target.

    Raises:
        LookupError: If no rule of ``kpi.toml`` fits the figure's status; the tests cover every status.
    """
    if figure.target is None:
        return None
    for rule in rules()["standing"]:
        if figure.status in rule["statuses"] and _holds(rule, figure, forecast):
            return Standing(rule["name"])
    raise LookupError(figure.status)


def sign_of(standing: Standing) -> str:
    """Return the sign that is printed beside the word, so that standings differ also without colour.

    >>> [sign_of(standing) for standing in Standing]
    ['◎', '○', '▲', '－']
    """
    signs = {rule["name"]: rule["sign"] for rule in rules()["standing"]}
    return str(signs[standing.value])


def _holds(rule: Mapping[str, Any], figure: Indicator, forecast: Forecast | Silence) -> bool:
    conditions = rule.get("when")
    return conditions is None or any(_CONDITIONS[name](figure, forecast) for name in conditions)


def _forecast_meets(figure: Indicator, forecast: Forecast | Silence) -> bool:
    if figure.target is None or not isinstance(forecast, Forecast):
        return False
    if figure.comparison == "more_than":
        return forecast.lower > figure.target
    return forecast.lower >= figure.target


def _limit_kept(figure: Indicator, _forecast: Forecast | Silence) -> bool:
    """Return whether the figure is a limit: the rule applies to ``under_way`` only, so that it is still kept."""
    return figure.comparison == "at_most"


_CONDITIONS: Mapping[str, Callable[[Indicator, Forecast | Silence], bool]] = {
    "forecast_meets": _forecast_meets,
    "limit_kept": _limit_kept,
}
