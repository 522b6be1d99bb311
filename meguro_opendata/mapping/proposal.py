"""Proposals: one or more source columns as one field of a standard, with reason and confidence."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.messages import word
from meguro_opendata.recipe.words import MappingRule

__all__ = ["SURE", "Proposal", "reason_text"]

SURE = 0.95  # from here on a proposal is applied unasked; the tiers of synonyms.toml are set to either side of it


@dataclass(frozen=True)
class Proposal:
    """A proposal for one field.

    Attributes:
        field: The field of the standard.
        columns: The source columns of the values, mostly one; empty for a fact of the city profile.
        reason: A key of ``tiers`` in ``synonyms.toml``: ``name``, ``spelling``, ``known``, ``old-join``, ``values``, …
        confidence: From 0 to 1; proposals below :data:`SURE` are shown, never applied.
        others: Further columns that fit equally well.
        seen: The kind of the column's values, if that supports or contradicts the proposal.
        made: The mapping rule, if the values are not simply those of the columns.
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
        """Return whether the proposal can be applied without a person's confirmation."""
        return self.confidence >= SURE

    @property
    def rule(self) -> MappingRule | None:
        """Return the proposal as a recipe's rule; ``None`` if no rule of a recipe makes these values."""
        if self.made is not None:
            return self.made
        if self.reason in ("old-address", "old-features"):
            return None
        if len(self.columns) > 1:
            return MappingRule(join=self.columns)
        return MappingRule(column=self.columns[0])


def reason_text(reason: str, lang: str) -> str:
    """Return the reason of a proposal in a few words.

    >>> reason_text("name", "en")
    'same header'
    """
    return word(f"reason-{reason}", lang)
