"""``new``: a source file → a dataset's folder with a recipe whose mapping is proposed, to be confirmed by the city."""

from __future__ import annotations

from meguro_opendata.authoring.dataset_folder import draft_dataset
from meguro_opendata.authoring.draft import NEW_FORMAT, Draft

__all__ = ["NEW_FORMAT", "Draft", "draft_dataset"]
