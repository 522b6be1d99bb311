"""Scenarios, and the steps of which they consist."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

Edit = Callable[[Path], None]
Step = str | Edit
LANGS = ("ja", "en")


@dataclass(frozen=True)
class Scenario:
    """Commands that run one after another in a folder of their own, and the edits between them."""

    name: str
    steps: Sequence[Step]
    environment: Mapping[str, str] = field(default_factory=dict)


def texts(*lines: str) -> list[Step]:
    """Return each command in both languages."""
    return [f"{line} --lang {lang}" for line in lines for lang in ("ja", "en")]


def four(*lines: str) -> list[Step]:
    """Return each command in both languages and both formats."""
    return [f"{line} --format {form} --lang {lang}" for line in lines for form in ("text", "json") for lang in LANGS]


def write(path: str, content: str | bytes, encoding: str = "utf-8") -> Edit:
    """Return the step that writes a file."""

    def step(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode(encoding))

    return step


def edit(path: str, before: str, after: str, encoding: str = "utf-8") -> Edit:
    """Return the step that replaces text that has to be there."""

    def step(folder: Path) -> None:
        text = (folder / path).read_bytes().decode(encoding)
        if before not in text:
            sys.exit(f"{path} of {folder.name} lacks {before!r}")
        (folder / path).write_bytes(text.replace(before, after).encode(encoding))

    return step


def copy(source: str, target: str) -> Edit:
    """Return the step that copies a file or folder, if it is there."""

    def step(folder: Path) -> None:
        found = (folder / source).resolve()
        if found.is_dir():
            shutil.copytree(found, folder / target, dirs_exist_ok=True)
        elif found.is_file():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, folder / target)

    return step


def remove(path: str) -> Edit:
    """Return the step that deletes a file."""
    return lambda folder: (folder / path).unlink()


def zipped(path: str, files: Mapping[str, str]) -> Edit:
    """Return the step that writes a zip, always with the same bytes."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return write(path, held.getvalue())
