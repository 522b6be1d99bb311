"""``Proposal``: one column, or what several make, as one item of a standard."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.messages import word
from meguro_opendata.recipe.words import MappingRule

__all__ = ["SURE", "Proposal", "reason_text"]

SURE = 0.95


@dataclass(frozen=True)
class Proposal:
    """One proposal.

    Attributes:
        field: The item of the standard.
        columns: The source columns that it is made from, mostly one; none for a fact of the city profile.
        reason: A key of ``tiers`` in ``synonyms.toml``: ``name``, ``spelling``, ``known``, ``old-join``, ``values``, …
        confidence: From 0 to 1; proposals below :data:`SURE` are shown, never applied.
        others: Further columns that are as good.
        seen: The kind of the column's values, where that speaks for or against it.
        made: How the values are made, where they are more than a column's.
    """

    field: str
    columns: tuple[str, ...]
    reason: str
    confidence: float
    others: tuple[str, ...] = ()
    seen: str | None = None
    made: MappingRule | None = None

    @property
    def sure(self) -> bool:
        """Return whether it may be applied unasked."""
        return self.confidence >= SURE

    @property
    def rule(self) -> MappingRule | None:
        """Return the recipe's rule for it; ``None`` where no rule of a recipe makes these values."""
        if self.made is not None:
            return self.made
        if self.reason in ("old-address", "old-features"):
            return None
        if len(self.columns) > 1:
            return MappingRule(join=self.columns)
        return MappingRule(column=self.columns[0])


def reason_text(reason: str, lang: str) -> str:
    """Return why a column was taken for an item, in a few words.

    >>> reason_text("name", "en")
    'same header'
    """
    return word(f"reason-{reason}", lang)
