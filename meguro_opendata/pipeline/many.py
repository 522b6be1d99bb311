"""The build of many datasets by several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.jobs import Lost, run
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.workspace.city import Workspace

__all__ = ["build_many"]


def build_many(
    slugs: Sequence[str], workspace: Workspace, out: Path | None = None, lang: str = "ja", jobs: int = 1
) -> Iterator[Release | MeguroOpendataError]:
    """Yield each dataset's release, or the error that stopped its build, in order; an error stops no other dataset.

    Args:
        slugs: The names of the datasets' folders.
        workspace: The workspace.
        out: Folder of the releases; default ``releases`` beside the workspace folder.
        lang: Language of the reports.
        jobs: Number of processes.
    """
    build = partial(_build_one, root=workspace.root, out=out, lang=lang)
    for built in run(slugs, build, jobs):
        yield MeguroOpendataError("build-process-lost", slug=built.task) if isinstance(built, Lost) else built


def _build_one(slug: str, root: Path, out: Path | None, lang: str) -> Release | MeguroOpendataError:
    # Returned, not raised: an exception would end the iteration over all datasets at this one.
    try:
        return build_release(slug, root, out, lang)
    except MeguroOpendataError as error:
        return error
