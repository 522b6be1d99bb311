"""The client of CKAN against servers on loopback that misbehave: what it tells, sends, and never sends."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ckan_labs import TOKEN
from conftest import Ran
from locations import ROOT
from publish_ten import ten_releases, workspace_for
from stub_server import serving

from meguro_opendata.errors import MeguroOpendataError, PortalError, RefusedError, StaleError, UncertainError
from meguro_opendata.jobs import process_environment
from meguro_opendata.portals import open_portal
from meguro_opendata.portals.ckan.client import CkanClient, ckan_rules, token_variable

SECRET = "s3cret-token-that-nobody-may-see"  # noqa: S105 (no real one)
HTML = "<html>…</html>"
Command = Callable[..., Ran]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in the environment, and no long waits."""
    monkeypatch.setenv(TOKEN, SECRET)
    monkeypatch.setitem(ckan_rules()["retry"], "wait_initial", 0.01)


def failure(kind: str, **more: Any) -> str:
    """CKAN's answer to what it refuses; its words are Japanese or English, and nobody reads them."""
    return json.dumps({"success": False, "error": {"__type": kind, "message": "失敗", **more}})


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "kind", "asked"),
    [
        (403, failure("Authorization Error"), {}, "portal-forbidden", PortalError, 1),
        (404, failure("Not Found Error"), {}, "portal-not-found", PortalError, 1),
        (409, failure("Validation Error", title=["欠けています"]), {}, "portal-refused", PortalError, 1),
        (409, failure("Validation Error", upload=["大きすぎる"]), {}, "portal-refused", PortalError, 1),
        (409, failure("Validation Error", match=["metadata_modified"]), {}, "plan-stale", StaleError, 1),
        (500, failure("Search Index Error"), {}, "portal-search-down", UncertainError, 4),
        (500, HTML, {}, "portal-trouble", UncertainError, 4),
        (502, HTML, {}, "portal-trouble", UncertainError, 4),
        (504, HTML, {}, "portal-trouble", UncertainError, 4),
        (429, HTML, {"Retry-After": "0"}, "portal-trouble", UncertainError, 4),
        (429, HTML, {"Retry-After": "86400"}, "portal-trouble", UncertainError, 1),
        (413, HTML, {}, "portal-too-large", PortalError, 1),
        (302, "", {"Location": "https://example.org/"}, "portal-moved", PortalError, 1),
        (200, HTML, {}, "portal-no-answer", UncertainError, 4),
        (200, '{"success": tr', {}, "portal-no-answer", UncertainError, 4),
        (400, '"Bad request"', {}, "portal-no-answer", UncertainError, 4),
    ],
)
def test_each_trouble_is_reported_and_repeated_only_where_that_helps(
    status: int,
    body: str,
    headers: dict[str, str],
    code: str,
    kind: type[MeguroOpendataError],
    asked: int,
) -> None:
    """Whatever a server or a proxy before it answers becomes one of our errors, with exit code 3 or 4."""
    with serving(status=status, body=body, headers=headers) as server:
        with pytest.raises(kind) as error:
            CkanClient("lab", server.url).read("package_search", {})
        assert (error.value.code, len(server.seen)) == (code, asked)
    assert error.value.exit_code == (4 if kind is StaleError else 3)
    assert "\n→" in error.value.text("ja")


def found(*packages: object, count: object = 1) -> str:
    """A search's answer."""
    return json.dumps({"success": True, "result": {"count": count, "results": list(packages)}})


@pytest.mark.parametrize(
    "body",
    [
        '{"success": true}',
        '{"success": true, "result": null}',
        "[" * 100_000,
        found(count="x"),
        found(count=5),
        found(None),
        found({"id": "1"}),
        found({"name": "a", "id": "1", "resources": [None]}),
        found({"name": "a", "id": "1", "extras": [{"value": "x"}]}),
        found({"name": "a", "id": "1", "tags": ["x"]}),
        found({"name": "a", "id": "1", "organization": "x"}),
    ],
)
@pytest.mark.parametrize("asked", ["plan", "status", "backup", "doctor"])
def test_an_answer_that_is_not_ckans_is_reported(asked: str, body: str, tmp_path: Path, command: Command) -> None:
    """JSON that is whole but not what CKAN gives ends with exit code 3 and a sentence; nothing is taken for missing."""
    home = tmp_path / "datasets"
    calls = {"backup": ("portal", "backup", tmp_path / "saved", "--portal", "lab"), "doctor": ("doctor",)}
    call = calls.get(asked, (asked, "--portal", "lab"))
    with serving(body=body) as server:
        workspace_for(tmp_path, server.url, "131105")
        ran = command(*call, "--workspace", home, **{TOKEN: SECRET})
    assert (ran.code, "Traceback" in ran.err) == (3, False)
    assert "CKANの答えではありません" in ran.err + ran.out
    assert not (tmp_path / "saved").exists()


def test_a_write_is_not_repeated_where_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost answer is followed by a question; if the portal has acted, the call is not sent again."""
    with serving(status=502, body=HTML) as server:
        client = CkanClient("lab", server.url)
        assert client.write("package_create", {}, {}, lambda: True) is None
        assert len(server.seen) == 1
        with pytest.raises(UncertainError):
            client.write("package_create", {}, {}, lambda: False)
        assert len(server.seen) == 5


def test_a_dataset_that_was_found_but_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """CKAN 2.11 finds a dataset a moment before it keeps it: the call is repeated, then the portal's answer is told."""
    with serving(status=404, body=failure("Not Found Error")) as server:
        portal = open_portal(workspace_for(tmp_path, server.url, "131105"), "lab")
        release = ten_releases(tmp_path)[1]
        wanted = portal.wanted(release.slug, release.entry)
        with pytest.raises(UncertainError) as error:
            portal.put(wanted, (), "", wanted.with_fields(id="1", metadata_modified=""))
    assert error.value.code == "portal-not-found"
    assert [path.rpartition("/")[2].partition("?")[0] for path, _ in server.seen] == [
        "package_revise",
        "package_show",
    ] * 4


def test_a_dataset_that_is_kept_between_two_calls_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not there when it was to be changed, there as before when asked for: the change is sent once more."""
    portal = open_portal(workspace_for(tmp_path, "http://127.0.0.1:9", "131105"), "lab")
    release = ten_releases(tmp_path)[1]
    before = portal.wanted(release.slug, release.entry).with_fields(id="1", metadata_modified="1")
    called = []

    def call(_: CkanClient, action: str, *__: object) -> dict[str, object]:
        called.append(action)
        if len(called) == 1:
            raise RefusedError("portal-not-found", ("id",), name="lab", action=action)
        return {}

    monkeypatch.setattr(CkanClient, "_call", call)
    monkeypatch.setattr(CkanClient, "read", lambda *_: before.to_ckan())
    portal.put(before, (), "", before)
    assert called == ["package_revise"] * 2


def test_nothing_is_written_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the variable is named, and nothing is sent."""
    monkeypatch.delenv(TOKEN)
    with serving() as server:
        with pytest.raises(PortalError) as error:
            CkanClient("lab", server.url).write("package_create", {}, {}, lambda: False)
        assert (error.value.code, server.seen) == ("portal-token-missing", [])
    assert TOKEN in error.value.text("ja")


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("http://portal.example.jp", True),
        ("http://192.168.0.5", True),
        ("http://127.0.0.1.example.jp", True),
        ("https://portal.example.jp", False),
        ("http://127.0.0.1:5000", False),
        ("http://localhost:5000", False),
        ("http://[::1]:5000", False),
    ],
)
def test_plain_http_goes_to_this_machine_only(url: str, refused: bool) -> None:
    """Any other address by plain http needs to be allowed."""
    CkanClient("lab", url, insecure_http=True)
    if not refused:
        CkanClient("lab", url)
        return
    with pytest.raises(MeguroOpendataError) as error:
        CkanClient("lab", url)
    assert (error.value.code, error.value.exit_code) == ("portal-insecure", 2)


def test_the_token_does_not_follow_to_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is sent elsewhere ends there; a file is fetched from there without the token, or a login of netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password other-secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(body="内容") as other, serving(status=302, headers={"Location": f"{other.url}/x"}) as portal:
        client = CkanClient("lab", portal.url)
        with pytest.raises(PortalError):
            client.read("package_search", {})
        assert other.seen == []
        assert client.download("dataset/1/resource/2/download/a.csv") == "内容".encode()
        assert {token for _, token in portal.seen} == {SECRET}
        assert [token for _, token in other.seen] == [None]


def test_each_portal_has_its_own_variable() -> None:
    """The token's variable follows from the portal's name."""
    assert [token_variable(name) for name in ("ward", "bodik-test", "東京")] == [
        "MEGURO_OPENDATA_TOKEN_WARD",
        "MEGURO_OPENDATA_TOKEN_BODIK_TEST",
        "MEGURO_OPENDATA_TOKEN_東京",
    ]


TROUBLES = {
    "forbidden": (403, failure("Authorization Error")),
    "refused": (409, failure("Validation Error", name=[SECRET[:4]])),
    "html": (502, HTML),
    "moved": (302, ""),
    "broken": (200, '{"success": tr'),
    "echo": (500, failure("Other Error")),
    "repeated": (
        409,
        failure("Validation Error", **{SECRET: [SECRET], "headers": {"Authorization": quote(SECRET)}}).replace(
            "headers", base64.b64encode(f"token {SECRET} \x1b".encode()).decode()
        ),
    ),
    "kept": (
        200,
        found(
            {
                "name": "131105_park",
                "id": "1",
                "title": SECRET,
                "notes": f"Authorization: {SECRET}",
                "resources": [],
                "tags": [],
                "groups": [],
                "extras": [{"key": SECRET, "value": SECRET}],
                "metadata_created": "2026-01-01",
                "metadata_modified": "2026-01-01",
            }
        ),
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_token_is_in_no_output(trouble: str, tmp_path: Path, command: Command) -> None:
    """Neither result, talk, traceback, plan, ledger nor any other file holds it, whatever goes wrong."""
    status, body = TROUBLES[trouble]
    with serving(status=status, body=body, headers={"Location": f"https://example.org/{SECRET}"}) as server:
        workspace_for(tmp_path, server.url, "131105")
        calls = [
            ("plan", "--portal", "lab", "--out", "plan.json", "--html", "plan.html"),
            ("publish", "--portal", "lab", "--yes", "--format", "json"),
            ("status", "--portal", "lab"),
            ("portal", "backup", "saved", "--portal", "lab"),
            ("doctor",),
        ]
        for call in calls:
            ran = command(*call, "--debug", "--workspace", tmp_path / "datasets", **{TOKEN: SECRET})
            assert SECRET not in ran.text
            assert base64.b64encode(SECRET.encode()).decode()[:20] not in ran.text
            assert "\x1b" not in ran.text
            assert ran.code in (0, 1, 2, 3, 4)
        assert {token for _, token in server.seen} == {SECRET}
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


STARTING = ("subprocess", "os.exec", "os.system", "os.spawn", "os.popen")


def test_the_token_is_in_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads GIS files gets none of the variables that hold tokens."""
    monkeypatch.setenv(TOKEN, SECRET)
    environment = process_environment()
    assert SECRET not in environment.values()
    assert environment["PATH"] == os.environ["PATH"]


def test_the_token_is_in_no_argument() -> None:
    """Two places start other programs, without tokens, and the program's own arguments are the user's."""
    root = ROOT
    sources = {path.name: path.read_text(encoding="utf-8") for path in root.glob("meguro_opendata/**/*.py")}
    starting = {name for name, text in sources.items() if any(word in text for word in STARTING)}
    assert starting == {"apart.py", "patternprocess.py"}
    assert all("process_environment()" in sources[name] for name in starting)
    options = [path.read_text(encoding="utf-8") for path in ROOT.glob("cli/**/*.py")]
    assert not any("--token" in text or "--api-key" in text for text in options)


def test_a_broken_link_is_fixed_in_its_recipe(tmp_path: Path, command: Command) -> None:
    """A page that is gone has to be mended in the recipe, which is named; an entry of a file is taken away by name."""
    with serving(status=404, body="なし") as inner:
        package = {
            "name": "131105-x",
            "id": "1",
            "url": f"{inner.url}/page",
            "extras": [{"key": "mo_dataset", "value": "131105/x"}],
            "resources": [{"name": "案内", "url": f"{inner.url}/a.pdf", "url_type": None, "format": "PDF"}],
        }
        with serving(body=json.dumps({"success": True, "result": {"count": 1, "results": [package]}})) as server:
            workspace_for(tmp_path, server.url, "131105")
            call = ("status", "--portal", "lab", "--links", "--allow-private", "--workspace", tmp_path / "datasets")
            told = json.loads(command(*call, "--format", "json", **{TOKEN: SECRET}).out)["drifts"]
            file, page = [drift for drift in told if drift["kind"] == "broken-link"]
            assert (file["command"], file["edit"]) == ("meguro-opendata publish x --portal lab --remove x/案内", None)
            assert page["command"] == "meguro-opendata build x && meguro-opendata publish x --portal lab"
            assert page["edit"] == str((tmp_path / "datasets" / "x" / "dataset.yaml").resolve())
            shown = command(*call, **{TOKEN: SECRET}).out
            assert f"先に直すもの: {page['edit']}" in shown


def test_a_link_check_reaches_no_private_address(tmp_path: Path, command: Command) -> None:
    """A link on the portal that leads to this machine is told, and not asked for, unless that is allowed."""
    with serving(body="秘密") as inner:
        package = {
            "name": "131105-x",
            "id": "1",
            "resources": [{"name": "a", "url": f"{inner.url}/admin", "url_type": None, "format": "CSV"}],
        }
        found = {"success": True, "result": {"count": 1, "results": [package]}}
        with serving(body=json.dumps(found)) as server:
            workspace_for(tmp_path, server.url, "131105")
            call = ("status", "--portal", "lab", "--links", "--workspace", tmp_path / "datasets", "--format", "json")
            ran = command(*call, **{TOKEN: SECRET})
            drifts = json.loads(ran.out)["drifts"]
            assert [d["details"][1] for d in drifts if d["kind"] == "broken-link"] == ["harvest-private"]
            assert [d["command"] for d in drifts if d["kind"] == "broken-link"] == [""]
            assert inner.seen == []
            allowed = command(*call, "--allow-private", **{TOKEN: SECRET})
            assert [d for d in json.loads(allowed.out)["drifts"] if d["kind"] == "broken-link"] == []
            assert [path for path, _ in inner.seen] == ["/admin"]


@pytest.mark.parametrize("token", ["トークンです", "abc\ndef", "abc def", "abcé"])
@pytest.mark.parametrize("asked", [("plan", "--portal", "lab"), ("doctor",), ("status", "--portal", "lab", "--debug")])
def test_a_malformed_token_is_reported_and_not_sent(
    token: str, asked: tuple[str, ...], tmp_path: Path, command: Command
) -> None:
    """Signs that no header can carry end with a sentence that names the variable, not the token."""
    with serving(body=found(count=0)) as server:
        workspace_for(tmp_path, server.url, "131105")
        ran = command(*asked, "--workspace", tmp_path / "datasets", **{TOKEN: token})
        assert server.seen == []
    assert ran.code in (2, 3)
    assert TOKEN in ran.err + ran.out
    assert token not in ran.err + ran.out
