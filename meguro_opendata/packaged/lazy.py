"""Names of a package that are loaded when they are first used, so that importing the package costs next to nothing."""

from __future__ import annotations

import sys
from importlib import import_module

# Known to type checkers by its name; importing it from typing would cost more than all else that a light face loads.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

__all__ = ["attach"]


def attach(
    package: str, homes: Mapping[str, Sequence[str]], rooms: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package, which imports a module when one of its names is asked for.

    >>> getattribute, names = attach("meguro_opendata.packaged", {"data": ["packaged_text"]}, rooms=["lazy"])
    >>> getattribute("packaged_text").__module__, getattribute("lazy").__name__
    ('meguro_opendata.packaged.data', 'meguro_opendata.packaged.lazy')
    >>> getattribute("absent")
    Traceback (most recent call last):
    AttributeError: module 'meguro_opendata.packaged' has no attribute 'absent'

    Args:
        package: The package's ``__name__``.
        homes: The modules of the package, each with the names that come from it.
        rooms: Modules and packages in it that are names themselves.
    """
    home_of = {name: f"{package}.{home}" for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name in home_of:
            return getattr(import_module(home_of[name]), name)
        if name in rooms:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return list(sys.modules[package].__all__)

    return load, names
