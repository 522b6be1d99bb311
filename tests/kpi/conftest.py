"""Fixtures of the tests of figures."""

from __future__ import annotations

from pathlib import Path

import pytest

import meguro_opendata as mo
from meguro_opendata.workspace.city import Workspace


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened; its ledger is empty."""
    return mo.open_workspace(workspace_dir)
