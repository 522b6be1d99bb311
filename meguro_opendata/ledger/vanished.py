"""Datasets of a catalogue's dump that an import leaves out, and files of an earlier import that a dump lacks."""

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
# BODIK's catalogue has the municipality's code before names (131105_aed), Tokyo's writes it with a «t» (t131105).
_CODE = re.compile(r"t?(\d{6})_")


@dataclass(frozen=True)
class Vanished:
    """Files of an earlier import that a dump lacks.

    Attributes:
        files: Dataset, file and ledger line of each file that is gone.
        unsure: Datasets that the dump lacks, if it lacks so many that it may be only a part of the catalogue.
    """

    files: tuple[tuple[str, str, int], ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass
class Held:
    """The datasets of a dump.

    Attributes:
        held: By dataset, every name that the ledger can have for its files.
        gone: Datasets that are private or deleted in the dump itself.
        modified: By dataset, the day of its last change; empty if it is not in the dump.
    """

    held: dict[str, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    modified: dict[str, str] = field(default_factory=dict)


def left_out(package: Package, code: str, city: str, organizations: Collection[str] | None) -> str | None:
    """Return the reason for which an import leaves a package out, or ``None`` if it is imported.

    Args:
        package: The package.
        code: The municipality's code.
        city: The municipality's name.
        organizations: Names and ids of the city's organisations in catalogues; ``None`` accepts any organisation.
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
    """Return whether a package is the city's: by its organisation, else by the code before its name.

    Without an organisation and without another municipality's valid code the package is taken as the city's own.
    """
    owner = package.get("organization")
    if isinstance(owner, Mapping):
        names = {str(owner[key]) for key in ("id", "name", "title", "display_name") if owner.get(key)}
        known = {code, f"t{code}", *organizations}
        return bool(names & known) or any(city and city in name for name in names)
    # Six digits count as a code only with the right check digit: 202504_ before a name is a month.
    found = _CODE.match(str(package["name"]))
    return found is None or found[1] == code or check_digit(found[1][:5]) != found[1][5]


def same_catalogue(datasets: Mapping[str, DatasetHistory], names: Iterable[str]) -> str | None:
    """Return the only portal of an earlier import that had more than half of these datasets, else ``None``.

    A dump is a file of any name: ``march.jsonl`` and ``june.jsonl`` can be of one catalogue.
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
        datasets: The ledger's datasets.
        portal: The portal's name.
        dump: The datasets of the dump.
        day: The day of the dump; files that the ledger got later are not expected in it.
        complete: Whether the dump is known to be the whole catalogue.
    """
    had = {name: files for name, dataset in datasets.items() if (files := _there(dataset, portal, day))}
    lacking = sorted(had.keys() - dump.held.keys() - dump.gone)
    # An incomplete dump would withdraw datasets that are still public, and change figures; see max_lacking.
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
    """Return the files that imports brought from a portal up to a day, and that were not withdrawn since."""
    whole = dataset.withdrawals.get(portal)
    return {
        file: last
        for file, last in dataset.portals.get(portal, {}).items()
        if not (last.own or last.withdrawn) and last.day <= day and (whole is None or last.moment > whole.moment)
    }


def _words() -> dict[str, Any]:
    return packaged_toml("meguro_opendata.ledger", "ledger.toml")
