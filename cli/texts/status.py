"""How a portal differs from the workspace, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

from .plan import not_looked_lines

if TYPE_CHECKING:
    from meguro_opendata.publication.status import Drift, Status

__all__ = ["status_lines"]


def status_lines(found: Status, lang: str) -> Iterator[str]:
    """Yield each difference with the command that ends it, then what the crawler would take."""
    for drift in found.drifts:
        details = f": {', '.join(drift.details)}" if drift.details else ""
        yield f"[{word('drift-' + drift.kind, lang)}] {drift.dataset}{details}"
        yield from _advice_lines(drift, lang)
    yield from _take_over_lines(found, lang)
    if not found.drifts:
        yield message("status-same", lang, portal=found.portal, datasets=found.datasets)
    yield from _withdrawn_lines(found, lang)
    yield from not_looked_lines(found.not_looked_at, lang)
    taken = [pickup.name for pickup in found.pickups if pickup.picked_up]
    passed = [pickup.name for pickup in found.pickups if pickup.standard and not pickup.picked_up]
    yield message("status-pickup", lang, taken=len(taken), standard=len(taken) + len(passed))
    if passed:
        yield "  " + message("status-passed-over", lang, names=passed)


def _withdrawn_lines(found: Status, lang: str) -> Iterator[str]:
    """Yield the datasets that are withdrawn, which are not missing."""
    if found.withdrawn:
        yield message("status-withdrawn", lang, names=[slug for slug, _ in found.withdrawn])


def _advice_lines(drift: Drift, lang: str) -> Iterator[str]:
    """Yield the file to edit and the command; what is to be done about datasets without a recipe is said once."""
    if drift.edit:
        yield "  " + message("status-edit", lang, file=drift.edit)
    if drift.command:
        yield f"  -> {drift.command}"
    elif drift.kind != "unmanaged":
        yield "  " + message("status-elsewhere", lang)


def _take_over_lines(found: Status, lang: str) -> Iterator[str]:
    """Yield how datasets without a recipe are taken over, once for all of them."""
    unmanaged = [drift for drift in found.drifts if drift.kind == "unmanaged"]
    nameless = sum(not drift.command for drift in unmanaged)
    if len(unmanaged) > nameless:
        yield message("status-take-over", lang)
    if nameless:
        yield message("status-unmanaged", lang, count=nameless)
