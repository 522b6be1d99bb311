"""A plan as a page for approval: what changes, in words that need no command line, and the hash that is approved."""

from __future__ import annotations

from meguro_opendata import pages
from meguro_opendata.publication.labels import field_label, withdrawal_text
from meguro_opendata.publication.plan import DatasetPlan, Plan
from meguro_opendata.workspace.city import Workspace

__all__ = ["plan_page"]


def plan_page(plan: Plan, workspace: Workspace, lang: str) -> str:
    """Return the approval page of a plan: one HTML file without scripts, fit for printing."""
    settings = workspace.portals.get(plan.portal)
    return pages.render(
        "plan.html",
        lang,
        title=workspace.city.name,
        plan=plan,
        told=[change for change in plan.changes if _is_told(change)],
        silent=[change for change in plan.changes if not _is_told(change) and not change.stays_withdrawn],
        resting=plan.kept_withdrawn,
        withdrawal=lambda change: withdrawal_text(change, lang),
        city=workspace.city,
        address=settings.url if settings else None,
        label=lambda field: field_label(field, lang),
    )


def _is_told(change: DatasetPlan) -> bool:
    """Return whether a dataset is shown in full; an unchanged dataset is only named."""
    # An orphaned file is shown although its dataset is unchanged: a person decides whether it goes.
    return change.action != "unchanged" or any(part.action != "unchanged" for part in change.resources)
