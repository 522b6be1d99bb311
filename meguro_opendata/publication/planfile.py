"""Plans as files: agreed on by people, compared with the plan made anew, and never acted on themselves."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from meguro_opendata.catalog.package import Json, list_of, object_of
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.japan.calendar import JST
from meguro_opendata.portals import Portal
from meguro_opendata.publication.plan import PLAN_FORMAT, Plan, Wishes
from meguro_opendata.publication.planning import plan_publication
from meguro_opendata.workspace.city import Workspace

__all__ = ["agreed_plan", "refuse_early", "refuse_other_hash"]

_SHORTEST = 8


def agreed_plan(path: Path, workspace: Workspace, portal: Portal) -> Plan:
    """Return the plan of a file, made anew: nothing in the file is sent, it is only compared.

    Raises:
        MeguroOpendataError: If the file is no plan.
        GuardError: If what would be done now is not, to the letter, what the file says.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        named = [str(change["dataset"]) for change in loaded["changes"] if change["action"] != "remove"]
        slugs = [slug for slug in named if slug in workspace.slugs()]
        wishes = _wishes(loaded["wishes"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MeguroOpendataError("plan-broken", file=path) from None
    if loaded.get("format") != PLAN_FORMAT or not loaded["changes"]:
        raise MeguroOpendataError("plan-broken", file=path)
    fresh = plan_publication(workspace, portal, slugs, wishes)
    if json.loads(json.dumps(fresh.to_dict())) != loaded:
        raise GuardError("plan-stale")
    return fresh


def _wishes(told: Json) -> Wishes:
    asked = object_of(told)
    earlier = tuple((slug, str(release)) for slug, release in object_of(asked["releases"]).items())
    remove, overwrite = (tuple(map(str, list_of(asked[name]))) for name in ("remove", "overwrite"))
    return Wishes(remove, overwrite, earlier)


def refuse_other_hash(plan: Plan, approved: str) -> None:
    """Stop if a plan is not the one whose hash, or the beginning of it, stands on the approval page.

    Raises:
        GuardError: If it is another.
    """
    told = approved.strip().lower()
    if len(told) < _SHORTEST or not plan.digest.startswith(told):
        raise GuardError("plan-other-hash", approved=told, actual=plan.digest)


def refuse_early(not_before: datetime, now: datetime) -> None:
    """Stop before a time; one without a zone is Japan's.

    Raises:
        GuardError: If that time has not come.
    """
    start = not_before if not_before.tzinfo else not_before.replace(tzinfo=JST)
    if now < start:
        raise GuardError("plan-early", start=start.isoformat(timespec="minutes"))
