"""How machine-readable a table is: the fifteen items of the national rule, and the stage of the national model."""

from __future__ import annotations

from meguro_opendata.inspection.readability.judgement import (
    Judgement,
    item_text,
    judge,
    reason_text,
    stage_of,
    stage_text,
)

__all__ = ["Judgement", "item_text", "judge", "reason_text", "stage_of", "stage_text"]
