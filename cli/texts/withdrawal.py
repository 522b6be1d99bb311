"""Withdrawals (取り下げ) of a plan and of what became of it, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meguro_opendata.messages import message

if TYPE_CHECKING:
    from meguro_opendata.publication import DatasetPlan, Outcome, Plan
    from meguro_opendata.publication.plan import Withdrawn

__all__ = [
    "ask_text",
    "cancelled_text",
    "change_line",
    "kept_withdrawn_lines",
    "nothing_line",
    "withdrawn_dicts",
    "withdrawn_lines",
]


def change_line(change: DatasetPlan, lang: str) -> Iterator[str]:
    """Yield the withdrawal of a dataset by ledger and portal; empty for most datasets."""
    from meguro_opendata.publication.labels import withdrawal_text

    told = withdrawal_text(change, lang)
    if told:
        yield f"  [!] {told}" if change.withdrawn and change.withdrawn.found else f"  {told}"


def nothing_line(plan: Plan, lang: str) -> str:
    """Return that nothing is pending, and the number of datasets that stay withdrawn."""
    kept = len(plan.kept_withdrawn)
    return message("nothing-pending-withdrawn", lang, count=kept) if kept else message("nothing-pending", lang)


def withdrawn_lines(outcome: Outcome, lang: str) -> Iterator[str]:
    """Yield the withdrawn datasets, and the withdrawn files of other datasets."""
    if outcome.withdrawn:
        yield message("withdraw-done", lang, datasets=len(outcome.withdrawn), names=outcome.withdrawn)
    others = [result for result in outcome.done if result.action != "remove"]
    files = [f"{result.dataset}/{name}" for result in others for name in result.removed]
    if files:
        yield message("withdraw-files-done", lang, count=len(files), names=files)


def kept_withdrawn_lines(plan: Plan, lang: str) -> Iterator[str]:
    """Yield the datasets not published because they are withdrawn; those of earlier versions are named once."""
    kept = [(change, past) for change in plan.kept_withdrawn if (past := change.withdrawn) is not None]
    asked = [change.dataset for change, _ in kept if {change.dataset, change.name} & {*plan.wishes.remove}]
    others = [change.dataset for change, _ in kept if change.dataset not in asked]
    if asked:
        yield message("withdraw-already", lang, names=asked)
    if others:
        yield message("publish-withdrawn", lang, names=others, first=others[0], portal=plan.portal)
    yield from _noted_lines([(change.dataset, past) for change, past in kept], plan.portal, lang)


def _noted_lines(kept: Sequence[tuple[str, Withdrawn]], portal: str, lang: str) -> Iterator[str]:
    """Yield the withdrawals by an earlier version, and withdrawn datasets that are still on the portal."""
    earlier = [slug for slug, past in kept if not past.whole]
    found = [slug for slug, past in kept if past.found]
    if earlier:
        yield message("publish-withdrawn-earlier", lang, names=earlier)
    if found:
        yield message("publish-withdrawn-found", lang, names=found, first=found[0], portal=portal)


def withdrawn_dicts(plan: Plan) -> list[dict[str, object]]:
    """Return the datasets of a plan that stay withdrawn, as the JSON of ``outcome@1`` has them."""
    kept = ((change.dataset, change.withdrawn) for change in plan.kept_withdrawn)
    return [{"dataset": slug, **past.to_dict()} for slug, past in kept if past is not None]


def ask_text(plan: Plan, lang: str) -> str:
    """Return the question before a plan is carried out."""
    if plan.deed == "withdraw":
        return message("withdraw-ask", lang)
    return message("publish-ask" if plan.deed == "publish" else "publish-withdraw-ask", lang)


def cancelled_text(plan: Plan, lang: str) -> str:
    """Return the sentence for the answer no."""
    if plan.deed == "withdraw":
        return message("withdraw-cancelled", lang)
    return message("publish-cancelled" if plan.deed == "publish" else "publish-withdraw-cancelled", lang)
