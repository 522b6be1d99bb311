"""How the cells of each column were judged, in lines for ``validate --explain-engine``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

if TYPE_CHECKING:
    from meguro_opendata.validation import Explanation

__all__ = ["engine_lines"]


def engine_lines(explained: Iterable[Explanation], lang: str) -> Iterator[str]:
    """One line a field, or one for the table where frictionless checked all of it."""
    for one in explained:
        reason = word(one.reason, lang) if one.reason else ""
        if one.field is None:
            yield message("engine-whole", lang, reason=reason)
        elif one.reason:
            yield message("engine-read", lang, field=one.field, reason=reason, judged=one.judged, asked=one.asked)
        elif one.judged:
            yield message("engine-partly", lang, field=one.field, judged=one.judged, asked=one.asked)
        else:
            yield message("engine-proved", lang, field=one.field)
