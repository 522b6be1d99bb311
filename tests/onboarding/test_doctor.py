"""The checks of this machine: which pass, what they advise, and which exit code follows."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from planned_datasets import small_workspace

from meguro_opendata import messages
from meguro_opendata.errors import ExitCode, PortalError, SourceError, UnknownStandardError
from meguro_opendata.onboarding import doctor
from meguro_opendata.onboarding.doctor import Check, examine, exit_code, to_dict
from meguro_opendata.onboarding.initialise import init_workspace
from meguro_opendata.portals.ckan.portal import CkanPortal, Standing
from meguro_opendata.workspace.city import PortalSettings

CKAN = PortalSettings(kind="ckan", url="https://data.example.jp", organization="131105")


def advice(code: str, **params: object) -> str:
    """Return an English advice."""
    return messages.doctor_text(code, "en", **params)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([], ExitCode.DONE),
        (["portal"], ExitCode.NO_ACCESS),
        (["portal", "portal"], ExitCode.NO_ACCESS),
        (["grids"], ExitCode.NOT_CLEAN),
        (["portal", "python"], ExitCode.NOT_CLEAN),
    ],
)
def test_a_fault_of_the_machine_counts_before_a_portal_in_trouble(bad: list[str], code: ExitCode) -> None:
    """Other checks that passed change nothing."""
    checks = [Check("python", True, "3.11"), *(Check(area, False, "x") for area in bad)]
    assert exit_code(checks) == code
    assert to_dict(checks)["ok"] is (code == ExitCode.DONE)


@pytest.mark.parametrize(("version", "ok"), [((3, 10, 14), False), ((3, 11, 0), True), ((3, 12, 1), True)])
def test_python_is_accepted_from_3_11_on(version: tuple[int, ...], ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older one has an advice."""
    monkeypatch.setattr(sys, "version_info", version)
    check = doctor._python("en")
    assert (check.ok, check.advice) == (ok, "" if ok else advice("python-old"))


def test_each_required_package_is_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages of extras are not required; an absent one is named."""
    required = ["polars>=1", "absent-package ~=2.0", 'dask>=2; extra == "cluster"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: required)
    found, absent = doctor._packages("en")
    assert found == Check("packages", True, f"polars {metadata.version('polars')}")
    assert absent == Check("packages", False, "absent-package", advice("package-missing", name="absent-package"))


@pytest.mark.parametrize(
    ("encoding", "wide"), [("utf-8", True), ("UTF8", True), ("utf-16", True), ("cp932", False), (None, False)]
)
def test_a_console_that_lacks_letters_has_an_advice_and_is_no_fault(
    encoding: str | None, wide: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is still right in a file."""
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=encoding))
    check = doctor._console("en")
    expected = "" if wide else advice("console-narrow", encoding=encoding or "?")
    assert (check.ok, check.found, check.advice) == (True, encoding or "?", expected)


def grid(target: str) -> Any:
    """Return a correction grid."""
    return SimpleNamespace(name="grid.par", version="2", source="jgd2000", target=target)


@pytest.mark.parametrize(
    ("grids", "found", "lacks_patch"),
    [
        ([], "-", True),
        ([grid("jgd2011")], "grid.par 2", False),
        ([grid("x")] * 2, "grid.par 2, grid.par 2", True),
    ],
)
def test_without_the_patch_of_2011_there_is_an_advice(
    grids: list[Any], found: str, lacks_patch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault: only old coordinates need it."""
    monkeypatch.setattr(doctor, "known_grids", lambda: grids)
    expected = advice("grid-patch-absent") if lacks_patch else ""
    assert doctor._grids("en") == Check("grids", True, found, expected)


def raising(error: Exception) -> Any:
    """Return a function that raises an error."""

    def function(*_: object, **__: object) -> None:
        raise error

    return function


def test_a_damaged_grid_or_standard_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the error's own words."""
    error = SourceError("file-unreadable", file="grid.par", reason="x")
    monkeypatch.setattr(doctor, "known_grids", raising(error))
    assert doctor._grids("en") == Check("grids", False, "file-unreadable", error.text("en"))
    other = UnknownStandardError("standard-unknown", value="aed")
    monkeypatch.setattr(doctor, "load_standard", raising(other))
    assert doctor._standards() == Check("standards", False, "standard-unknown", str(other))


def test_outside_of_a_workspace_there_is_no_fault_and_no_portal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`demo` and `standards` work without one; a folder that is named has to be one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "_packages", lambda _: iter(()))
    checks = {check.area: check for check in examine(None, "en")}
    assert list(checks) == ["python", "standards", "grids", "console", "workspace"]
    assert checks["workspace"] == Check("workspace", True, "-", advice("workspace-none"))
    (tmp_path / "opendata.toml").write_text("x", encoding="utf-8")
    assert not examine(tmp_path, "en")[-1].ok


def test_a_new_workspace_passes_with_its_folder_portal(tmp_path: Path) -> None:
    """The folder of the portal need not be there yet."""
    home = init_workspace(tmp_path / "town", "013030")
    checks = [check for check in examine(home.root, "en") if check.area in ("workspace", "places", "portal")]
    assert [(check.area, check.ok) for check in checks] == [("workspace", True), ("portal", True)]
    assert checks[1].found == f"folder: {tmp_path / 'portal'}"
    assert not (tmp_path / "portal").exists()


def test_a_folder_portal_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    """The nearest path that exists decides."""
    (tmp_path / "file").write_bytes(b"")
    portals = {"folder": PortalSettings(kind="folder", path="../file/portal")}
    workspace = small_workspace(tmp_path / "w", portals=portals)
    (check,) = doctor._portals(workspace, "en")
    path = tmp_path / "file" / "portal"
    assert check == Check("portal", False, f"folder: {path}", advice("portal-not-writable", path=path))


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that sets what a CKAN answers, and returns the check of it."""

    def answered(answer: Standing | Exception) -> Check:
        portal = object.__new__(CkanPortal)
        asked = raising(answer) if isinstance(answer, Exception) else lambda _: answer
        monkeypatch.setattr(CkanPortal, "standing", asked)
        monkeypatch.setattr(doctor, "open_portal", lambda *_: portal)
        (check,) = doctor._portals(small_workspace(portals={"ward": CKAN}), "en")
        return check

    return answered


ADDRESS = "ward: https://data.example.jp"


def test_a_ckan_is_checked_for_its_answer_token_and_permission(standing: Any) -> None:
    """Each lack has an advice of its own; the user's name is shown once it is known."""
    trouble = PortalError("portal-trouble", name="ward", status=503)
    assert standing(trouble) == Check("portal", False, ADDRESS, trouble.text("en"))
    no_token = advice("portal-no-token", variable="MEGURO_OPENDATA_TOKEN_WARD")
    assert standing(Standing("2.11.6", None, may_publish=False)) == Check("portal", False, ADDRESS, no_token)
    shown = f"{ADDRESS} (CKAN 2.11.6, staff)"
    no_permission = advice("portal-no-permission", user="staff", organization="131105")
    assert standing(Standing("2.11.6", "staff", may_publish=False)) == Check("portal", False, shown, no_permission)
    assert standing(Standing("2.11.6", "staff", may_publish=True)) == Check("portal", True, shown)
