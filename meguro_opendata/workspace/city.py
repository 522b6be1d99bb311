"""The city's profile (``opendata.toml``) and the places of a workspace's files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import Declared, check, read_toml, unknown
from meguro_opendata.files.whole import is_plain_name
from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.packaged import packaged_text, packaged_toml
from meguro_opendata.standard.model import standards

__all__ = [
    "BoundarySettings",
    "City",
    "Folders",
    "Guards",
    "License",
    "Places",
    "PortalSettings",
    "WebAddress",
    "Workspace",
    "as_workspace",
    "find_workspace",
    "has_placeholder",
    "open_workspace",
    "profile_template",
]

FILE_NAME = "opendata.toml"
RECIPE_NAME = "dataset.yaml"
RELEASES, PORTAL = "releases", "portal"
_TEMPLATE = "newcity.toml"


def _six_digits(code: str) -> str:
    if not re.fullmatch("[0-9]{6}", code):
        raise ValueError("code-six-digits")
    return code


def _web_address(address: str) -> str:
    if not re.fullmatch(r"https?://[^\s]+", address):
        raise ValueError("not-a-web-address")
    return address


def _usable_path(path: str) -> str:
    if "\0" in path:
        raise ValueError("path-not-usable")
    return path


def _inner_path(path: str) -> str:
    """Return a path that stays in the workspace's folder, with ``/`` between its names."""
    if not all(map(is_plain_name, path.split("/"))):
        raise ValueError("path-not-usable")
    return path


def _name_rule(rule: str) -> str:
    if not re.fullmatch(r"(?:[a-z0-9_-]|\{(?:code|slug|stem)\})+", rule) or not re.search(r"\{(?:slug|stem)\}", rule):
        raise ValueError("name-rule")
    return rule


WebAddress = Annotated[str, AfterValidator(_web_address)]


class License(Declared):
    """The licence under which the city publishes."""

    id: str
    title: str
    url: WebAddress


class City(Declared):
    """The publisher: code, names, organisation, licence, departments, and the month in which the fiscal year starts."""

    code: Annotated[str, AfterValidator(_six_digits)]
    name: str
    name_en: str
    prefecture: str
    organization: str
    homepage: WebAddress
    terms: WebAddress | None = None
    license: License
    fiscal_year_start: int = Field(ge=1, le=12)
    departments: tuple[str, ...] = Field(strict=False)
    planned_standards: tuple[str, ...] = Field(default=(), strict=False)

    @property
    def full_name(self) -> str:
        """Return prefecture and municipality as one name (地方公共団体名)."""
        return f"{self.prefecture}{self.name}"


class PortalSettings(Declared):
    """One portal that the workspace publishes to.

    Attributes:
        kind: ``folder`` for the embedded portal, ``ckan`` for a CKAN.
        language: The language of a folder portal's pages.
        path: The path of a folder portal, from the workspace's folder.
        url: The address of a CKAN.
        organization: The organisation on the CKAN that owns the datasets; default the municipality's code.
        name_rule: The pattern of dataset names, with ``{code}``, ``{slug}`` and ``{stem}`` (the name of the files).
        license_ids: The portal's ids of licences, by our ids.
        extras: Additional fields that every dataset gets on the portal.
        groups: Groups that every dataset belongs to on the portal.
        datastore: The datasets whose tables also go into the DataStore.
        workers: The number of datasets that are written at the same time.
        remake_views: Whether a lost view of one of our files is made again (with ``--deep``, which looks for views).
        formerly: Earlier names of the portal in this file; the ledger's entries under them belong to this portal.
    """

    kind: Literal["folder", "ckan"]
    language: Literal["ja", "en"] = "ja"
    path: Annotated[str, AfterValidator(_usable_path)] | None = None
    url: WebAddress | None = None
    organization: str | None = None
    name_rule: Annotated[str, AfterValidator(_name_rule)] = "{stem}"
    license_ids: dict[str, str] = Field(default_factory=dict)
    extras: dict[str, str] = Field(default_factory=dict)
    groups: tuple[str, ...] = Field(default=(), strict=False)
    datastore: tuple[str, ...] = Field(default=(), strict=False)
    workers: int = Field(default=4, ge=1, le=16)
    remake_views: bool = True
    formerly: tuple[str, ...] = Field(default=(), strict=False)


class Guards(Declared):
    """The limits of the guards: ``max_row_loss`` is the share of a table's rows that can vanish at once."""

    max_row_loss: float = Field(default=0.3, ge=0, le=1)


class BoundarySettings(Declared):
    """The file of the city's boundary; ``crs`` is needed where the file does not state its reference system."""

    file: Annotated[str, AfterValidator(_inner_path)]
    layer: str | None = None
    crs: str | None = None
    encoding: Literal["utf-8", "cp932"] | None = None


class Places(Declared):
    """The grids, gazetteers and boundary that belong to the workspace, by their paths in it; each user imports them.

    Attributes:
        grids: Correction grids.
        addresses: Gazetteers, in any form that ``geo import-addresses`` takes.
        boundary: The city's boundary.
    """

    grids: tuple[Annotated[str, AfterValidator(_inner_path)], ...] = Field(default=(), strict=False)
    addresses: tuple[Annotated[str, AfterValidator(_inner_path)], ...] = Field(default=(), strict=False)
    boundary: BoundarySettings | None = None


class Folders(Declared):
    """The folders that a workspace writes to beside its own: ``releases``, as a path from the workspace's folder."""

    releases: Annotated[str, AfterValidator(_usable_path)] = f"../{RELEASES}"


class _File(Declared):
    city: City
    portals: dict[str, PortalSettings]
    guards: Guards = Guards()
    places: Places = Places()
    folders: Folders = Folders()


@dataclass(frozen=True)
class Workspace:
    """An opened workspace: its folder, city, portals, guards, files of places and output folders."""

    root: Path
    city: City
    portals: dict[str, PortalSettings]
    guards: Guards
    places: Places = field(default_factory=Places)
    folders: Folders = field(default_factory=Folders)

    @property
    def releases(self) -> Path:
        """Return the folder of the releases, beside the workspace folder."""
        return (self.root / self.folders.releases).resolve()

    @property
    def ledger(self) -> Path:
        """Return the path of the ledger, the append-only history of publications."""
        return self.root / "ledger.jsonl"

    @property
    def renamed_portals(self) -> dict[str, str]:
        """Return the present name of each renamed portal, by its earlier names."""
        return {former: name for name, portal in self.portals.items() for former in portal.formerly}

    def former_names(self, portal: str) -> tuple[str, ...]:
        """Return the earlier names of a portal; empty for a portal that the workspace does not have."""
        return self.portals[portal].formerly if portal in self.portals else ()

    def slugs(self) -> list[str]:
        """Return the slugs of the datasets that have a recipe, sorted."""
        return sorted(path.parent.name for path in self.root.glob(f"*/{RECIPE_NAME}"))

    def recipe_path(self, slug: str) -> Path:
        """Return the path of a dataset's recipe.

        Raises:
            ConfigurationError: If the workspace has no such dataset.
        """
        path = self.root / slug / RECIPE_NAME
        # By the listing: Windows and macOS ignore case, so there a folder would exist under any spelling of the slug.
        if slug not in os.listdir(self.root) or not path.is_file():  # noqa: PTH208 (names are all that is asked)
            known = self.slugs()
            raise ConfigurationError(self.root, [unknown(slug, "dataset-unknown", slug, known)])
        return path

    def choose(self, slugs: tuple[str, ...]) -> list[str]:
        """Return the given slugs without repetition, or all slugs if the list is empty.

        Raises:
            ConfigurationError: If the workspace lacks one of the datasets.
        """
        for slug in slugs:
            self.recipe_path(slug)
        return list(dict.fromkeys(slugs)) if slugs else self.slugs()


def open_workspace(root: Path | str) -> Workspace:
    """Return the workspace in a folder.

    Raises:
        ConfigurationError: If ``opendata.toml`` is missing or has faults.
    """
    folder = Path(root).resolve()
    path = folder / FILE_NAME
    settings = check(path, read_toml(path), _File)
    faults = list(_faults(settings))
    if faults:
        raise ConfigurationError(path, faults)
    return Workspace(folder, settings.city, settings.portals, settings.guards, settings.places, settings.folders)


def _faults(settings: _File) -> Iterator[Fault]:
    code = settings.city.code
    if check_digit(code[:5]) != code[5]:
        yield Fault("city.code", "code-check-digit", {"value": code})
    known = [standard.id for standard in standards()]
    for name, portal in settings.portals.items():
        if portal.kind == "ckan" and portal.url is None:
            yield Fault(f"portals.{name}.url", "portal-without-url", {"name": name})
        if portal.url is not None and "@" in urlsplit(portal.url).netloc:
            yield Fault(f"portals.{name}.url", "portal-url-login", {"name": name})
    yield from _name_faults(settings.portals)
    for number, wanted in enumerate(settings.city.planned_standards):
        if wanted not in known:
            yield unknown(f"city.planned_standards.{number}", "standard-unknown", wanted, known)


def _name_faults(portals: Mapping[str, PortalSettings]) -> Iterator[Fault]:
    """Yield a fault for each earlier name that another portal has or had: its ledger entries would have two owners."""
    owners = {name: name for name in portals}
    for name, portal in portals.items():
        for number, former in enumerate(portal.formerly):
            owner = owners.setdefault(former, name)
            if owner != name or former in portals:
                place = f"portals.{name}.formerly.{number}"
                yield Fault(place, "portal-name-taken", {"value": former, "name": name, "other": owner})


def profile_template() -> str:
    """Return the template of a new workspace's profile, with placeholders such as ``${code}``."""
    return packaged_text(__package__, _TEMPLATE)


def has_placeholder(city: City, department: str) -> bool:
    """Return whether the profile's web page, or a dataset's department, still is a sample value of ``init``.

    The sample values are read from the template itself, so that a changed template is still recognised.
    """
    fresh = packaged_toml(__package__, _TEMPLATE)["city"]
    return city.homepage == fresh["homepage"] or department in fresh["departments"]


def as_workspace(workspace: Workspace | Path | str) -> Workspace:
    """Return an opened workspace; one given by its folder is opened."""
    return workspace if isinstance(workspace, Workspace) else open_workspace(workspace)


def find_workspace(start: Path | None = None) -> Workspace:
    """Return the nearest workspace upward from ``start`` (default: the current folder), else ``./datasets``.

    Raises:
        ConfigurationError: If neither place has a workspace.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return open_workspace(folder)
    if (here / "datasets" / FILE_NAME).is_file():
        return open_workspace(here / "datasets")
    raise ConfigurationError(here, [Fault(FILE_NAME, "no-workspace", {"folder": str(here)})])
