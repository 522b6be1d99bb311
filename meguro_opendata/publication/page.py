"""A plan as a page for approval: what changes, in words that need no command line, and the hash that is approved."""

from __future__ import annotations

from meguro_opendata import pages
from meguro_opendata.publication.plan import Plan
from meguro_opendata.workspace import Workspace

__all__ = ["plan_page"]


def plan_page(plan: Plan, workspace: Workspace, lang: str) -> str:
    """The page: one file without scripts, fit for printing."""
    settings = workspace.portals.get(plan.portal)
    return pages.render(
        "plan.html",
        lang,
        title=workspace.city.name,
        plan=plan,
        city=workspace.city,
        address=settings.url if settings else None,
    )
