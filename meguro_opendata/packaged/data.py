"""Data files that lie beside a module, in a checkout, a wheel or a zip alike."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["packaged_folder", "packaged_text", "packaged_toml"]


def packaged_text(package: str, name: str) -> str:
    """Return the text of a data file.

    Args:
        package: The package beside whose modules the file lies, mostly ``__package__``.
        name: The file's name, with ``/`` below a folder.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    return resources.files(package).joinpath(*name.split("/")).read_text(encoding="utf-8")


@cache
def packaged_toml(package: str, name: str) -> dict[str, Any]:
    """Return the content of a TOML file, which is parsed once; callers must not change it.

    >>> packaged_toml("meguro_opendata.japan", "eras.toml")["era"][0]["letter"]
    'R'
    """
    return tomllib.loads(packaged_text(package, name))


@contextmanager
def packaged_folder(package: str, name: str = "") -> Iterator[Path]:
    """Yield the path of a package's folder, or of a file in it, for libraries that need a real path."""
    # In a zip archive there is no real path; ``as_file`` unpacks a copy for the duration of the context.
    home = resources.files(package)
    with resources.as_file(home.joinpath(name) if name else home) as path:
        yield path
