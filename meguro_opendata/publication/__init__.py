"""Plan, then apply exactly that plan. A second run writes nothing; a killed run is simply run again."""

from __future__ import annotations

from meguro_opendata.publication.applying import Outcome, Result, apply_plan, publish
from meguro_opendata.publication.plan import PLAN_FORMAT, DatasetPlan, Plan, ResourcePlan
from meguro_opendata.publication.planfile import agreed_plan
from meguro_opendata.publication.planning import Wishes, plan_publication, plan_releases

__all__ = [
    "PLAN_FORMAT",
    "DatasetPlan",
    "Outcome",
    "Plan",
    "ResourcePlan",
    "Result",
    "Wishes",
    "agreed_plan",
    "apply_plan",
    "plan_publication",
    "plan_releases",
    "publish",
]
