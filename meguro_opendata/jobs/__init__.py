"""Many tasks by several processes."""

from __future__ import annotations

from meguro_opendata.jobs.pool import Lost, run

__all__ = ["Lost", "run"]
