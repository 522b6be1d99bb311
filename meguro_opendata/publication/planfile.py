"""Plans as files: agreed on by people, compared with the plan made anew, and never acted on themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

from meguro_opendata.catalog.package import Json, list_of, object_of, texts_of
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.japan.calendar import JST
from meguro_opendata.portals import Portal
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication.looking import Look
from meguro_opendata.publication.plan import PLAN_FORMAT, Plan, Wishes
from meguro_opendata.publication.recovery import Recovery, remaining_plan
from meguro_opendata.publication.withdrawal import removed_by_name
from meguro_opendata.workspace.city import Workspace

__all__ = ["agreed_plan", "refuse_early", "refuse_other_hash"]

_SHORTEST = 8


def agreed_plan(path: Path, workspace: Workspace, portal: Portal, past: Recovery | None = None) -> Plan:
    """Return the plan of a file, made anew: nothing in the file is sent, it is only compared.

    Args:
        path: The file.
        workspace: The workspace.
        portal: The portal.
        past: What was completed before of an interrupted publication. If it was this very plan's, only the rest of
            it is planned, and compared.

    Raises:
        MeguroOpendataError: If the file is no plan.
        GuardError: If what would be done now is not, to the letter, what the file says.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        wishes = _wishes(loaded["wishes"])
        _refuse_older_form(loaded)
        look = Look.of(texts_of(loaded.get("not_looked_at", ["table-contents"])), portal)
        slugs = _slugs(loaded["changes"], removed_by_name(wishes), workspace)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MeguroOpendataError("plan-broken", file=path) from None
    if loaded.get("format") != PLAN_FORMAT or not loaded["changes"]:
        raise MeguroOpendataError("plan-broken", file=path)
    begun = past if past is not None and past.plan == loaded.get("hash") else None
    fresh = remaining_plan(workspace, portal, slugs, wishes, begun, look)
    told = json.loads(json.dumps(fresh.to_dict()))
    if told == loaded:
        return fresh
    if begun is None or not _is_rest(told["changes"], loaded["changes"], begun):
        raise GuardError("plan-stale")
    return replace(fresh, continues=begun.plan)


def _slugs(changes: Sequence[Json], gone: Sequence[str], workspace: Workspace) -> list[str]:
    """Return the datasets of a plan that are planned by their releases, not only taken away as a whole or in parts."""
    named = [(str(one["dataset"]), str(one["name"]), one["action"]) for one in map(object_of, changes)]
    kept = [slug for slug, name, action in named if action != "remove" and not {slug, name} & {*gone}]
    return [slug for slug in kept if slug in workspace.slugs()]


def _is_rest(changes: Sequence[Json], agreed: Sequence[Json], past: Recovery) -> bool:
    """Return whether changes publish just what is left of an agreed plan."""
    rest = {change["dataset"]: change for change in map(object_of, changes)}
    for wanted in map(object_of, agreed):
        change = rest.pop(wanted["dataset"], None)
        if wanted["dataset"] in past.done:
            same = change is None or change["action"] == "unchanged"
        else:
            same = change is not None and _published(change) == _published(wanted)
        if not same:
            return False
    return not rest


def _published(change: Mapping[str, Json]) -> tuple[Json, ...]:
    """Return what a change makes public; an interrupted run may have changed what it is compared with.

    Our mark among the additional fields holds a digest of each field that is published.
    """
    package = object_of(change["package"])
    extras = [object_of(extra) for extra in list_of(package.get("extras", []))]
    marks = sorted([str(one["key"]), str(one["value"])] for one in extras if one["key"] in (DATASET, RELEASE))
    parts = [object_of(part) for part in list_of(change["resources"])]
    files = [[part["name"], part["sha256"]] for part in parts if part["action"] != "orphaned"]
    return change["name"], change["action"] == "remove", list(marks), list(files)


def _refuse_older_form(loaded: Json) -> None:
    """Stop at a plan of version 0.1, which names its files by where they were on the machine that made it.

    Raises:
        GuardError: If it is one.
    """
    changes = map(object_of, list_of(object_of(loaded)["changes"]))
    parts = [object_of(part) for change in changes for part in list_of(change.get("resources", []))]
    paths = [path for part in parts if isinstance(path := part.get("path"), str)]
    if any(PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive for path in paths):
        raise GuardError("plan-older-form")


def _wishes(told: Json) -> Wishes:
    asked = object_of(told)
    earlier = tuple((slug, str(release)) for slug, release in object_of(asked["releases"]).items())
    remove, overwrite = (tuple(map(str, list_of(asked[name]))) for name in ("remove", "overwrite"))
    # A plan of an earlier version has none: it is read, and then stale.
    return Wishes(remove, overwrite, earlier, tuple(map(str, list_of(asked.get("again") or ()))))


def refuse_other_hash(plan: Plan, approved: str) -> None:
    """Stop if a plan is not the one whose hash, or the beginning of it, stands on the approval page.

    Raises:
        GuardError: If it is another.
    """
    told = approved.strip().lower()
    actual = plan.continues or plan.digest
    if len(told) < _SHORTEST or not actual.startswith(told):
        raise GuardError("plan-other-hash", approved=told, actual=actual)


def refuse_early(not_before: datetime, now: datetime) -> None:
    """Stop before a time; one without a zone is Japan's.

    Raises:
        GuardError: If that time has not come.
    """
    start = not_before if not_before.tzinfo else not_before.replace(tzinfo=JST)
    if now < start:
        raise GuardError("plan-early", start=start.isoformat(timespec="minutes"))
