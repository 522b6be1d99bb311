"""Plan files: approved by people, compared with a plan made anew, and never carried out themselves.

A file can be edited, so only its equality with the new plan counts; everything that is sent comes from the workspace.
"""

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

# Letters of a hash that an approval must quote: 32 bits make a chance match unlikely and are quickly typed from paper.
_SHORTEST = 8


def agreed_plan(path: Path, workspace: Workspace, portal: Portal, past: Recovery | None = None) -> Plan:
    """Return the plan of a file, made anew; the file itself is only compared and nothing of it is sent.

    Args:
        path: The plan file.
        workspace: The workspace.
        portal: The portal.
        past: The recovery of an interrupted publication, if there was one. If that publication was this plan's, only
            the rest of the plan is made and compared.

    Raises:
        MeguroOpendataError: If the file is no plan.
        GuardError: If the plan made now differs from the file in anything.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        wishes = _wishes(loaded["wishes"])
        _refuse_older_form(loaded)
        # The comparison has to look as closely as the plan did, else both differ in what they could see. Plans of
        # earlier versions have no such list and looked at no tables.
        look = Look.of(texts_of(loaded.get("not_looked_at", ["table-contents"])), portal)
        slugs = _slugs(loaded["changes"], removed_by_name(wishes), workspace)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MeguroOpendataError("plan-broken", file=path) from None
    if loaded.get("format") != PLAN_FORMAT or not loaded["changes"]:
        raise MeguroOpendataError("plan-broken", file=path)
    begun = past if past is not None and past.plan == loaded.get("hash") else None
    fresh = remaining_plan(workspace, portal, slugs, wishes, begun, look)
    # Through JSON and back, so that tuples become lists as in the file.
    anew = json.loads(json.dumps(fresh.to_dict()))
    if anew == loaded:
        return fresh
    if begun is None or not _is_rest(anew["changes"], loaded["changes"], begun):
        raise GuardError("plan-stale")
    return replace(fresh, continues=begun.plan)


def _slugs(changes: Sequence[Json], gone: Sequence[str], workspace: Workspace) -> list[str]:
    """Return the datasets that a plan compares by their releases; datasets that are only removed are left out."""
    named = [(str(one["dataset"]), str(one["name"]), one["action"]) for one in map(object_of, changes)]
    kept = [slug for slug, name, action in named if action != "remove" and not {slug, name} & {*gone}]
    return [slug for slug in kept if slug in workspace.slugs()]


def _is_rest(changes: Sequence[Json], agreed: Sequence[Json], past: Recovery) -> bool:
    """Return whether changes publish exactly the rest of an approved plan that was interrupted."""
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
    """Return the parts of a change that become public: name, removal, marks, and name and checksum of each file.

    The rest of a change compares with the portal, which the interrupted run has changed. Our mark has a digest of each
    published field, so equal marks mean equal fields.
    """
    package = object_of(change["package"])
    extras = [object_of(extra) for extra in list_of(package.get("extras", []))]
    marks = sorted([str(one["key"]), str(one["value"])] for one in extras if one["key"] in (DATASET, RELEASE))
    parts = [object_of(part) for part in list_of(change["resources"])]
    files = [[part["name"], part["sha256"]] for part in parts if part["action"] != "orphaned"]
    return change["name"], change["action"] == "remove", list(marks), list(files)


def _refuse_older_form(loaded: Json) -> None:
    """Refuse a plan of version 0.1, which has absolute paths of the computer that made it.

    Raises:
        GuardError: If the plan has an absolute path.
    """
    # Both kinds of path: a plan made on Windows is refused on Linux, too. Its paths, once compared, would always
    # differ on another computer and give the misleading answer that the data has changed.
    changes = map(object_of, list_of(object_of(loaded)["changes"]))
    parts = [object_of(part) for change in changes for part in list_of(change.get("resources", []))]
    paths = [path for part in parts if isinstance(path := part.get("path"), str)]
    if any(PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive for path in paths):
        raise GuardError("plan-older-form")


def _wishes(content: Json) -> Wishes:
    asked = object_of(content)
    earlier = tuple((slug, str(release)) for slug, release in object_of(asked["releases"]).items())
    remove, overwrite = (tuple(map(str, list_of(asked[name]))) for name in ("remove", "overwrite"))
    # A plan of an earlier version lacks `again`: it is read, differs from the plan made anew, and is stale.
    return Wishes(remove, overwrite, earlier, tuple(map(str, list_of(asked.get("again") or ()))))


def refuse_other_hash(plan: Plan, approved: str) -> None:
    """Refuse a plan whose hash does not begin with the approved one.

    Args:
        plan: The plan; a plan that continues an interrupted one has the hash of that one.
        approved: The hash on the approval page, or at least its first eight letters.

    Raises:
        GuardError: If the hashes differ or the approved one is too short.
    """
    wanted = approved.strip().lower()
    actual = plan.continues or plan.digest
    if len(wanted) < _SHORTEST or not actual.startswith(wanted):
        raise GuardError("plan-other-hash", approved=wanted, actual=actual)


def refuse_early(not_before: datetime, now: datetime) -> None:
    """Refuse to publish before a time (embargo); a time without a zone is Japan's.

    Raises:
        GuardError: If ``now`` is before that time; at the very moment publishing is allowed.
    """
    start = not_before if not_before.tzinfo else not_before.replace(tzinfo=JST)
    if now < start:
        raise GuardError("plan-early", start=start.isoformat(timespec="minutes"))
