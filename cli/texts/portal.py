"""The result of ``portal restore`` as lines of text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from meguro_opendata.messages import message

if TYPE_CHECKING:
    from meguro_opendata.catalog import JsonObject
    from meguro_opendata.portals.backup import Difference
    from meguro_opendata.portals.contents import Attempt

__all__ = ["restored_dict", "restored_lines"]


def restored_lines(
    portal: str, back: Sequence[str], attempts: Sequence[Attempt], left: Sequence[Difference], lang: str
) -> Iterator[str]:
    """Yield what came back, each difference that is left, and what the portal refused."""
    counts = _counts(attempts)
    yield message("restore-done", lang, portal=portal, datasets=len(back), differences=len(left), **counts)
    yield from (f"  {one.dataset} {one.place}: {one.saved} -> {one.found}" for one in left)
    for one in attempts:
        if one.error is not None:
            yield message("restore-refused", lang, dataset=one.dataset, place=one.place)
            yield from (f"  {line}" for line in one.error.text(lang).splitlines())


def restored_dict(
    portal: str, back: Sequence[str], attempts: Sequence[Attempt], left: Sequence[Difference], lang: str
) -> JsonObject:
    """Return the same as the JSON of ``restore@1``."""
    refused: JsonObject = {
        "not_restored": [
            {"dataset": one.dataset, "place": one.place, "reason": one.error.text(lang)}
            for one in attempts
            if one.error is not None
        ]
    }
    differences: JsonObject = {"differences": [asdict(one) for one in left]}
    return {"portal": portal, "restored": list(back), **_counts(attempts), **differences, **refused}


def _counts(attempts: Sequence[Attempt]) -> dict[str, int]:
    """Return how many tables and views came back."""
    done = [one.place for one in attempts if one.error is None]
    return {kind: sum(place.startswith(f"{kind}.") for place in done) for kind in ("tables", "views")}
