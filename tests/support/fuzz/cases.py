"""A case: one damaged file and one command. The same kinds, seed and number give the same case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

__all__ = ["Case", "Kind", "Mutator", "case_of", "cases_of", "whole_cases"]

Mutator = Callable[[bytes, Random], bytes]
_STEPS = (1, 1, 1, 2, 3)  # Most files have one thing wrong, so that much of them is read.


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes:
        name: By which it is asked for.
        seeds: Makes whole files, by name.
        mutators: What may happen to one.
        commands: What may be done with one: arguments, in which ``{file}`` is the file, ``{out}`` a new folder and
            ``{workspace}`` the folder of the workspace, its portal and its releases.
        place: Where the file is in that folder; empty if the file is alone.
        share: How many of its cases come on each case of a kind whose share is 1.
        codes: The exit codes that are promised.
    """

    name: str
    seeds: Callable[[], Mapping[str, bytes]]
    mutators: Sequence[Mutator]
    commands: Sequence[tuple[str, ...]]
    place: str = ""
    share: int = 1
    codes: frozenset[int] = frozenset({0, 1, 2})


@dataclass(frozen=True)
class Case:
    """One file and what is done with it."""

    number: int
    kind: Kind
    name: str
    content: bytes
    command: tuple[str, ...]


def cases_of(kinds: Sequence[Kind], count: int, seed: int, first: int = 0) -> Iterator[Case]:
    """Return so many cases from a number on, the kinds in turn."""
    return (case_of(kinds, number, seed) for number in range(first, first + count))


def case_of(kinds: Sequence[Kind], number: int, seed: int) -> Case:
    """Return the case of a number."""
    random = Random(f"{seed}:{number}")
    turn = [kind for kind in kinds for _ in range(kind.share)]
    kind = turn[number % len(turn)]
    seeds = _made(kind)
    name = random.choice(sorted(seeds))
    content = seeds[name]
    for _ in range(random.choice(_STEPS)):
        content = random.choice(kind.mutators)(content, random)
    return Case(number, kind, name, content, random.choice(kind.commands))


def whole_cases(kind: Kind) -> list[Case]:
    """Return cases that damage nothing: each whole file with the first command, the first file with every command."""
    (name, content), *others = _made(kind).items()
    pairs = [(name, content, command) for command in kind.commands]
    pairs += [(name, content, kind.commands[0]) for name, content in others]
    return [Case(number, kind, *pair) for number, pair in enumerate(pairs)]


@cache
def _made(kind: Kind) -> Mapping[str, bytes]:
    return kind.seeds()
