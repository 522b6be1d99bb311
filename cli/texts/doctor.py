"""The state of this machine, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import word

if TYPE_CHECKING:
    from meguro_opendata.onboarding.doctor import Check

__all__ = ["doctor_lines"]


def doctor_lines(checks: Iterable[Check], lang: str) -> Iterator[str]:
    """Yield each check with its verdict, and what to do."""
    for check in checks:
        mark = word("ok" if check.ok else "fault", lang)
        yield f"[{mark}] {word('doctor-' + check.area, lang)}: {check.found}"
        if check.advice:
            yield f"  {check.advice}"
