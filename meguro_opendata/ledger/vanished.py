"""What a dump of a catalogue says of datasets that are not taken in, and of those that an earlier dump had."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.ledger.datasets import DatasetHistory, Occurrence
from meguro_opendata.packaged import packaged_toml

__all__ = ["Vanished", "left_out", "same_catalogue", "vanished_files"]

Package = Mapping[str, Any]
_CODE = re.compile(r"t?(\d{6})_")


@dataclass(frozen=True)
class Vanished:
    """Files of an earlier import that a dump lacks.

    Attributes:
        files: Dataset, file and the ledger's line of each that is gone.
        unsure: Datasets that the dump lacks, where it lacks so many that it may be a part of the catalogue only.
    """

    files: tuple[tuple[str, str, int], ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass
class Held:
    """The datasets of a dump.

    Attributes:
        held: By dataset, every name that the ledger may have for its files.
        gone: Datasets that the dump itself gives as private or deleted.
        modified: By dataset, the day of its last change; empty if the dump does not say.
    """

    held: dict[str, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    modified: dict[str, str] = field(default_factory=dict)


def left_out(package: Package, code: str, city: str, organizations: Collection[str] | None) -> str | None:
    """Return why a package is not taken in, ``None`` if it is.

    Args:
        package: The package.
        code: The municipality's code.
        city: Its name.
        organizations: Names and ids of the city's organisations in catalogues; ``None`` takes those of any.
    """
    if package.get("private"):
        return "private"
    if package.get("state", "active") not in _words()["states"]:
        return "deleted"
    if package.get("type", "dataset") not in _words()["types"]:
        return "type"
    if organizations is not None and not _is_own(package, code, city, organizations):
        return "organization"
    return None


def _is_own(package: Package, code: str, city: str, organizations: Collection[str]) -> bool:
    """Return whether a package is the city's: by its organisation, else by the code before its name."""
    owner = package.get("organization")
    if isinstance(owner, Mapping):
        names = {str(owner[key]) for key in ("id", "name", "title", "display_name") if owner.get(key)}
        known = {code, f"t{code}", *organizations}
        return bool(names & known) or any(city and city in name for name in names)
    found = _CODE.match(str(package["name"]))
    return found is None or found[1] == code or check_digit(found[1][:5]) != found[1][5]


def same_catalogue(datasets: Mapping[str, DatasetHistory], names: Iterable[str]) -> str | None:
    """Return the portal of an earlier import that had most of these datasets; ``None`` if there is none, or several.

    A dump is a file of any name: ``march.jsonl`` and ``june.jsonl`` may be of one catalogue.
    """
    counts: dict[str, int] = {}
    wanted = list(names)
    for name in wanted:
        for portal, files in datasets[name].portals.items() if name in datasets else ():
            if any(not last.own for last in files.values()):
                counts[portal] = counts.get(portal, 0) + 1
    likely = [portal for portal, count in counts.items() if 2 * count > len(wanted)]
    return likely[0] if len(likely) == 1 else None


def vanished_files(
    datasets: Mapping[str, DatasetHistory],
    portal: str,
    dump: Held,
    day: str,
    *,
    complete: bool,
) -> Vanished:
    """Return the files of an earlier import from a portal that it no longer has.

    Args:
        datasets: What the ledger knows.
        portal: The portal.
        dump: The datasets of the dump.
        day: The day of the dump; what the ledger had later is not missing in it.
        complete: Whether the dump is known to have all of the catalogue.
    """
    had = {name: files for name, dataset in datasets.items() if (files := _there(dataset, portal, day))}
    lacking = sorted(had.keys() - dump.held.keys() - dump.gone)
    most = _words()["import"]["max_lacking"] * len(had)
    unsure = lacking if not complete and (not dump.held or len(lacking) > most) else []
    vanished = [
        (name, file, last.line)
        for name in sorted(had.keys() - {*unsure})
        for file, last in sorted(had[name].items())
        if file not in dump.held.get(name, ()) and last.day <= (dump.modified.get(name) or day)
    ]
    return Vanished(tuple(vanished), tuple(unsure))


def _there(dataset: DatasetHistory, portal: str, day: str) -> dict[str, Occurrence]:
    """Return the files that imports brought from a portal, and none has taken away."""
    whole = dataset.withdrawals.get(portal)
    return {
        file: last
        for file, last in dataset.portals.get(portal, {}).items()
        if not (last.own or last.withdrawn) and last.day <= day and (whole is None or last.moment > whole.moment)
    }


def _words() -> dict[str, Any]:
    return packaged_toml("meguro_opendata.ledger", "ledger.toml")
