"""Drafts for an office: a dataset's folder with a proposed recipe (``new``), entry workbooks and mapping sheets."""

from __future__ import annotations

from meguro_opendata.authoring.dataset_folder import draft_dataset
from meguro_opendata.authoring.draft import NEW_FORMAT, Draft

__all__ = ["NEW_FORMAT", "Draft", "draft_dataset"]
