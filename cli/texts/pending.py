"""An interrupted publication, as lines of text and as JSON: commands that only read say that it is to be completed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meguro_opendata.messages import message

if TYPE_CHECKING:
    from meguro_opendata.publication.recovery import Recovery
    from meguro_opendata.workspace.city import Workspace

__all__ = ["PendingTold", "pending_told", "recovery_dict", "recovery_lines"]


@dataclass(frozen=True)
class PendingTold:
    """The pending publications in a workspace's journal: as lines, as JSON, and by portal."""

    lines: tuple[str, ...] = ()
    json: tuple[tuple[str, Any], ...] = ()
    portals: tuple[str, ...] = ()

    def clean(self, portal: str) -> bool:
        """Return whether ``publish`` to a portal has nothing to complete, and can read the journal."""
        return portal not in self.portals and not dict(self.json).get("error")

    def to_dict(self) -> dict[str, Any]:
        """Return the key to add to a command's JSON; none where nothing is pending."""
        return {"recovery": dict(self.json)} if self.json else {}


def pending_told(workspace: Workspace, lang: str, without: str | None = None) -> PendingTold:
    """Return what is pending; nothing is written. A damaged journal is part of the answer, not an error.

    Args:
        workspace: The workspace.
        lang: The language of the lines.
        without: A portal to leave out.
    """
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.ledger import pending_path, read_pending

    name = pending_path(workspace.ledger).name
    try:
        found = [one for one in read_pending(workspace.ledger, workspace.city.code) if one.portal != without]
    except MeguroOpendataError as error:
        told = {"code": error.code, "message": error.text(lang)}
        return PendingTold(tuple(error.text(lang).splitlines()), (("file", name), ("pending", []), ("error", told)))
    if not found:
        return PendingTold()
    listed = [
        {"portal": one.portal, "plan": one.plan, "moment": _japan(one.moment), "datasets": list(one.datasets)}
        for one in found
    ]
    lines = [message("publish-pending", lang, **{**one, "moment": _minute(str(one["moment"]))}) for one in listed]
    portals = tuple(one.portal for one in found)
    return PendingTold(tuple(lines), (("file", name), ("pending", listed), ("error", None)), portals)


def recovery_lines(past: Recovery | None, lang: str) -> Iterator[str]:
    """Yield what was completed of an interrupted publication."""
    if past is None:
        return
    moment = _minute(_japan(past.moment.isoformat()))
    told = {"portal": past.portal, "moment": moment, "datasets": len(past.datasets), "events": past.events}
    yield message("recovery-done", lang, **told)
    if past.missing:
        yield message("recovery-missing", lang, names=past.missing)
    if past.unkept:
        yield message("recovery-unkept", lang, names=past.unkept)


def recovery_dict(past: Recovery | None) -> dict[str, Any]:
    """Return the key to add to the JSON of ``publish``; none where nothing was recovered."""
    if past is None:
        return {}
    lists = {"datasets": list(past.datasets), "missing": list(past.missing), "unkept": list(past.unkept)}
    moment = _japan(past.moment.isoformat())
    return {"recovered": {"plan": past.plan, "moment": moment, **lists, "events": past.events}}


def _japan(moment: str) -> str:
    from meguro_opendata.ledger import japan_time

    try:
        return japan_time(datetime.fromisoformat(moment))
    except ValueError:
        return moment


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
