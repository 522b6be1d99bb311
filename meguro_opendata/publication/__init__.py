"""Publication by plan and apply: a second run writes nothing, and a run that was killed is simply run again."""

from __future__ import annotations

from meguro_opendata.publication.applying import Outcome, Result, apply_plan, publish
from meguro_opendata.publication.page import plan_page
from meguro_opendata.publication.plan import PLAN_FORMAT, DatasetPlan, Plan, ResourcePlan, Wishes
from meguro_opendata.publication.planfile import agreed_plan, refuse_early, refuse_other_hash
from meguro_opendata.publication.planning import plan_publication, plan_releases

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
    "plan_page",
    "plan_publication",
    "plan_releases",
    "publish",
    "refuse_early",
    "refuse_other_hash",
]
