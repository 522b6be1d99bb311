"""Many files checked: which of them, by how many processes, and where their pages and workbooks go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.releasenames import CHANGES, DESCRIPTOR, REJECTED, REPORT
from meguro_opendata.files.whole import write_whole
from meguro_opendata.findings import Report
from meguro_opendata.jobs import Lost, run
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.reports.annotated import annotated_page, marked_copy
from meguro_opendata.reports.overview import PassedOver, Unchecked
from meguro_opendata.validation.criteria import Yardstick, check

__all__ = ["Collected", "Job", "Outcome", "check_files", "collect", "page_stems"]

INDEX = "index.html"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|#%&]')


@dataclass(frozen=True)
class Collected:
    """The files to check, each once, and what was passed over."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True)
class Job:
    """How each file is checked, and the folders that take its page and its marked workbook."""

    asked: Yardstick
    lang: str
    html: Path | None = None
    xlsx: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one file: its report or a reason, and the name of its page.

    Attributes:
        trouble: Why its marked workbook could not be made, ``None`` if it could.
    """

    result: Report | Unchecked
    page: str | None = None
    trouble: str | None = None


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "batch.toml")


def collect(paths: Iterable[Path], outputs: Iterable[Path | None] = (), *, whole_folders: bool = False) -> Collected:
    """Return the files that some paths name, folders with all that lies below them, in the order of their names.

    Args:
        paths: Files, checked whatever they are, and folders, in which only tables are.
        outputs: What this run writes; it is passed over.
        whole_folders: Whether a folder is one thing to check, as a feed is.
    """
    own = {path.resolve() for path in outputs if path is not None}
    files: dict[Path, Path] = {}
    passed: list[PassedOver] = []
    for path in paths:
        walked = path.is_dir() and not whole_folders
        for file, reason in _below(path, own) if walked else [(path, _named_reason(path))]:
            if reason is None:
                files.setdefault(file.resolve(), file)
            else:
                passed.append(PassedOver(str(file), reason))
    return Collected(tuple(files.values()), tuple(dict.fromkeys(passed)))


def _named_reason(file: Path) -> str | None:
    return "lock" if _is_lock(file.name) else None


def _below(folder: Path, own: set[Path]) -> Iterator[tuple[Path, str | None]]:
    """Yield each file below a folder with the reason to skip it; hidden, own and linked folders are skipped whole."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder, "closed"
        return
    for entry in entries:
        reason = _reason(entry, own)
        if reason is None and entry.is_dir():
            yield from _below(entry, own)
        else:
            yield entry, reason


def _reason(entry: Path, own: set[Path]) -> str | None:
    name = entry.name
    if _is_lock(name):
        return "lock"
    if name.startswith("."):
        return "hidden"
    if entry.resolve() in own or _is_own(entry):
        return "own"
    if entry.is_dir():
        return "link" if entry.is_symlink() else None
    return None if entry.is_file() and entry.suffix.lower() in _data()["endings"] else "kind"


def _is_lock(name: str) -> bool:
    return name.startswith(tuple(_data()["locks"]))


def _is_own(file: Path) -> bool:
    """Return whether ``build`` or ``convert`` wrote the file beside a release's data."""
    return file.name in (CHANGES, REJECTED) and any((file.parent / name).is_file() for name in (DESCRIPTOR, REPORT))


def check_files(files: Sequence[Path], job: Job, jobs: int = 1) -> Iterator[Outcome]:
    """Yield the result of each file, in the order of the files, as soon as it is ready.

    Args:
        files: The files.
        job: How they are checked.
        jobs: Number of processes.
    """
    work = partial(_check_one, job=job)
    tasks = list(zip(files, page_stems(files), strict=True))
    for outcome in run(tasks, work, jobs):
        yield _lost(outcome.task[0], job.lang) if isinstance(outcome, Lost) else outcome


def _lost(file: Path, lang: str) -> Outcome:
    return Outcome(_unchecked(file, MeguroOpendataError("process-lost", file=file), lang))


def _check_one(task: tuple[Path, str], job: Job) -> Outcome:
    """Check one file and write its page and workbook."""
    file, stem = task
    page = f"{stem}.html" if job.html is not None else None
    try:
        report = check(file, job.asked)
        if job.html is not None and page is not None:
            write_whole(job.html / page, annotated_page(file, report, job.lang, INDEX))
    except MeguroOpendataError as error:
        return Outcome(_unchecked(file, error, job.lang))
    return Outcome(report, page, _write_marked(file, stem, report, job))


def _write_marked(file: Path, stem: str, report: Report, job: Job) -> str | None:
    """Write the marked workbook; why not, if it cannot be made."""
    if job.xlsx is None:
        return None
    try:
        marked = marked_copy(file, report, job.lang)
        write_whole(job.xlsx / f"{stem}{marked.suffix}", marked.content)
    except MeguroOpendataError as error:
        return error.text(job.lang)
    return None


def _unchecked(file: Path, error: MeguroOpendataError, lang: str) -> Unchecked:
    return Unchecked(str(file), error.code, error.text(lang), error.exit_code)


def page_stems(files: Sequence[Path]) -> list[str]:
    """Return a name for the page of each file: its number, so that no two are alike, and its own name.

    >>> page_stems([Path("a/表.csv"), Path("b/表.csv"), Path("a/1:2.csv")])
    ['1_表', '2_表', '3_1_2']
    """
    digits = len(str(len(files)))
    return [f"{number:0{digits}}_{_safe_name(file.stem)}" for number, file in enumerate(files, start=1)]


def _safe_name(stem: str) -> str:
    """Return a name without signs that a file system or an address gives a meaning.

    >>> _safe_name("a#b%c")
    'a_b_c'
    """
    plain = _UNSAFE.sub("_", os.fsencode(stem).decode("utf-8", "replace"))
    return plain.encode()[: _data()["longest_name"]].decode("utf-8", "ignore").rstrip(" .")
