"""Errors pass from one process to another whole: each class is pickled and read again."""

from __future__ import annotations

import pickle

import pytest

from meguro_opendata import errors, messages
from meguro_opendata.errors import (
    ConfigurationError,
    CoordinateError,
    EntryError,
    Fault,
    MeguroOpendataError,
    RefusedError,
    UncertainError,
)

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MeguroOpendataError)]


def example(kind: type[MeguroOpendataError]) -> MeguroOpendataError:
    """An error of a class, with all that it can hold."""
    if issubclass(kind, ConfigurationError):
        return kind("recipe.yaml", [Fault("3", "file-missing", {"file": "a.csv"}), Fault("x", "file-missing", {})])
    if issubclass(kind, CoordinateError):
        return kind("file-missing", indices=range(12), file="a.csv")
    if issubclass(kind, RefusedError):
        return kind("file-missing", ["title"], file="a.csv")
    return kind("file-missing", file="a.csv")


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_is_the_same_in_another_process(kind: type[MeguroOpendataError]) -> None:
    """Class, exit code, texts and all that belongs to the class."""
    error = example(kind)
    if isinstance(error, UncertainError):
        error.wait = 3.0
    read = pickle.loads(pickle.dumps(error))  # noqa: S301 (it was written just here)
    assert (type(read), read.args, read.exit_code, vars(read)) == (kind, error.args, error.exit_code, vars(error))
    assert [read.text(lang) for lang in messages.LANGUAGES] == [error.text(lang) for lang in messages.LANGUAGES]


def test_every_kind_of_error_is_tried() -> None:
    """The public classes are all among them."""
    assert {kind.__name__ for kind in CLASSES} == set(errors.__all__) - {"ExitCode", "Fault"}
    assert EntryError in CLASSES
