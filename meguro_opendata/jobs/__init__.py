"""Work in other processes: many tasks shared among several, and one program in a limited process."""

from __future__ import annotations

from meguro_opendata.jobs.apart import Ended, process_environment, run_apart
from meguro_opendata.jobs.pool import Lost, run

__all__ = ["Ended", "Lost", "process_environment", "run", "run_apart"]
