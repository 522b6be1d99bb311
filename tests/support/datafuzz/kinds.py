"""The kinds of data files: where each is in the workspace, what may happen to it, and which commands read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from datafuzz.mutators import JSON, JSON_LINES, TEXT, YAML, Mutator
from datafuzz.workspace import PLACES, whole_copy

__all__ = ["KINDS", "Case", "Kind", "case_of", "cases_of"]

_STEPS = (1, 1, 1, 2, 3)
_IN = ("--workspace", "{workspace}/city")
_BUILD = ("build", *_IN)
_PLAN = ("plan", *_IN)
_KPI = ("kpi", "show", "--fiscal-year", "2025", *_IN)
_VERIFY = ("ledger", "verify", *_IN)
_CHECK = ("catalog", "check", *_IN)
_OUT = "{workspace}/out"
_PUBLISH = ("publish", "--plan", "{workspace}/plan.json", *_IN)
_GUARDED = frozenset({0, 1, 2, 4})
_STORED = frozenset({0, 1, 2, 3})  # a file name that the system does not take cannot be read
_TABLE = "{workspace}/city/preschool/保育所利用枠空き状況_20250601.csv"


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes:
        name: By which it is known; its place in the workspace is that of ``PLACES``.
        mutators: What may happen to it.
        commands: What reads it; ``{file}`` is the file, ``{workspace}`` the folder of everything.
        codes: The exit codes that are promised.
    """

    name: str
    mutators: Sequence[Mutator]
    commands: Sequence[tuple[str, ...]]
    codes: frozenset[int] = frozenset({0, 1, 2})


@dataclass(frozen=True)
class Case:
    """One damaged file and the command that reads it."""

    number: int
    kind: Kind
    content: bytes
    command: tuple[str, ...]


KINDS = (
    Kind("recipe", YAML, (_BUILD, ("build", "stockpile_warehouse", *_IN), _PLAN, _CHECK)),
    Kind("recipe_of_standard", YAML, (_BUILD, ("build", "preschool", *_IN))),
    Kind("settings", TEXT, (_BUILD, _PLAN, _KPI, ("status", *_IN)), _STORED),
    Kind("strategy", YAML, (_KPI, ("kpi", "report", "-o", _OUT + ".html", "--fiscal-year", "2025", *_IN))),
    Kind("coverage", YAML, (_KPI,)),
    Kind("ledger", JSON_LINES, (_VERIFY, ("ledger", "verify", "--repair", *_IN), _KPI, _PLAN, _PUBLISH), _GUARDED),
    Kind("plan", JSON, (_PUBLISH,), _GUARDED),
    Kind("descriptor", JSON, (
        _PLAN, ("status", *_IN), _CHECK, ("catalog", "export", "--as", "dcat", "-o", _OUT, *_IN),
    ), _STORED),
    Kind("dump", JSON_LINES, (
        ("harvest", "{file}", "-o", _OUT),
        ("ledger", "import", "{file}", *_IN),
        ("catalog", "check", "--from", "{file}", *_IN),
        *(
            ("catalog", "export", "--as", form, "--from", "{file}", "-o", _OUT, *_IN)
            for form in ("dcat", "ckan", "open_data_list")
        ),
    )),
    Kind("snapshot", JSON, (("plan", "--portal-state", "{file}", *_IN),)),
    Kind("schema", JSON, (
        _BUILD,
        ("validate", _TABLE, "--schema", "{file}"),
        ("validate", _TABLE, "--schema", "{file}", "--specification"),
    )),
    Kind("package", JSON, (("validate", "{file}"), ("validate", "{file}", "--specification"))),
    Kind("mapping_sheet", TEXT, (("build", "by_sheet", *_IN),)),
    Kind("table", TEXT, (("build", "stockpile_warehouse", *_IN),)),
)  # fmt: skip


def cases_of(count: int, seed: int) -> Iterator[Case]:
    """Yield so many cases, the kinds in turn."""
    return (case_of(number, seed) for number in range(count))


def case_of(number: int, seed: int) -> Case:
    """Return the case of a number; the same seed and number give the same case.

    A negative number is that of a whole file and one of its commands, all in turn.
    """
    if number < 0:
        kind, command = [(kind, command) for kind in KINDS for command in kind.commands][-1 - number]
        return Case(number, kind, (whole_copy() / PLACES[kind.name]).read_bytes(), command)
    random = Random(f"{seed}:{number}")
    kind = KINDS[number % len(KINDS)]
    content = (whole_copy() / PLACES[kind.name]).read_bytes()
    for _ in range(random.choice(_STEPS)):
        content = random.choice(kind.mutators)(content, random)
    return Case(number, kind, content, random.choice(kind.commands))
