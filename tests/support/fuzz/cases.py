"""A case: one mutated file and one command. The same seed and number give the same case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

__all__ = ["Case", "Kind", "Mutator", "case_of", "cases_of"]

Mutator = Callable[[bytes, Random], bytes]
_STEPS = (1, 1, 1, 2, 3)  # most files have one thing wrong, so that much of them is read


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes:
        name: By which it is asked for.
        seeds: Makes whole files, by name.
        mutators: What may happen to one.
        commands: What may be done with one: arguments, in which ``{file}`` is the file and ``{out}`` a new folder.
        share: How many of its cases come on each case of a kind whose share is 1.
        codes: The exit codes that are promised.
    """

    name: str
    seeds: Callable[[], Mapping[str, bytes]]
    mutators: Sequence[Mutator]
    commands: Sequence[tuple[str, ...]]
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


def cases_of(kinds: Sequence[Kind], count: int, seed: int) -> Iterator[Case]:
    """So many cases, the kinds in turn."""
    return (case_of(kinds, number, seed) for number in range(count))


def case_of(kinds: Sequence[Kind], number: int, seed: int) -> Case:
    """The case of a number."""
    random = Random(f"{seed}:{number}")
    turn = [kind for kind in kinds for _ in range(kind.share)]
    kind = turn[number % len(turn)]
    seeds = _made(kind)
    name = random.choice(sorted(seeds))
    content = seeds[name]
    for _ in range(random.choice(_STEPS)):
        content = random.choice(kind.mutators)(content, random)
    return Case(number, kind, name, content, random.choice(kind.commands))


@cache
def _made(kind: Kind) -> Mapping[str, bytes]:
    return kind.seeds()
