"""Submissions: figures and papers are kept whole, found again, checked by checksum, and compared with later figures."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from dying import dying
from hypothesis import given
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata import kpi
from meguro_opendata.errors import GuardError, MeguroOpendataError, StorageError
from meguro_opendata.files.whole import write_whole
from meguro_opendata.kpi import submitting
from meguro_opendata.kpi.records import enter_record
from meguro_opendata.kpi.report import write_followup, write_report
from meguro_opendata.kpi.submission import HandedIn, compare, find_submission, last_compared
from meguro_opendata.kpi.submitting import Request, submit
from meguro_opendata.ledger import (
    Annulment,
    Dating,
    Entry,
    Event,
    Record,
    append_events,
    lines_in_full,
    lines_known_on,
    read_entries,
    scan_ledger,
    verify_ledger,
    write_pending,
)
from meguro_opendata.workspace.city import Workspace

OCTOBER = datetime(2025, 10, 10, 3, 0, tzinfo=UTC)
REQUEST = Request(2025, 2, "7目情第100号", "係")
FILES = ["figures.json", "followup.html", "followup.xlsx", "report.html", "report.xlsx"]
LEAST_STEPS = 20


def event(day: str, dataset: str, file: str, **changed: Any) -> Event:
    """An event of a file, made up."""
    values: dict[str, Any] = {"event": "publish", "portal": "ward", "standard": None, "department": "情報政策課"}
    more = {"rows": 1, "sha256": "", "approval": "7目情第5号", **changed}
    return Event(**{**values, "time": f"{day}T12:00:00+09:00", "dataset": dataset, "resource": file, **more})


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """A ledger with publications in two quarters and a record."""
    opened = mo.open_workspace(workspace_dir)
    events = [event("2025-05-10", "aed", "aed.csv"), event("2025-08-10", "park", "park.csv")]
    append_events(opened.ledger, [*events, event("2025-11-10", "pop", "pop.csv")])
    return opened


def found(workspace: Workspace, name: str = "2025Q2") -> HandedIn:
    """A submission as it is kept."""
    return find_submission(workspace, scan_ledger(workspace.ledger, date.max), name)


def differences(workspace: Workspace, as_of: date = date(2025, 12, 1)) -> dict[str, tuple[Any, ...]]:
    """What differs from what was handed in last, by indicator."""
    situation = kpi.situation_of(workspace, 2025, as_of)
    compared = last_compared(situation, kpi.figures_of(situation, "ja"), "ja")
    assert compared is not None
    return {
        one.indicator: (one.submitted, one.same_day, one.now, one.reasons, one.lines) for one in compared.differences
    }


def test_a_submission_keeps_figures_papers_and_head(workspace: Workspace) -> None:
    """Folder, checksum, head and lines are those of the moment; nothing else is in the folder or beside it."""
    head = json.loads(workspace.ledger.read_text(encoding="utf-8").splitlines()[-1])["hash"]
    done = submit(workspace, REQUEST, "ja", OCTOBER)
    assert (done.running, done.completed, done.handed_in.faults) == (False, False, ())
    assert sorted(path.name for path in (workspace.root / "submitted" / "2025Q2").iterdir()) == FILES
    assert [path.name for path in (workspace.root / "submitted").iterdir()] == ["2025Q2"]
    content = done.handed_in.content
    assert content is not None
    assert (content["ledger"]["lines"], content["ledger"]["head"]) == (3, head)
    assert (content["as_of"], content["approval"]) == ("2025-09-30", "7目情第100号")
    figure = next(one for one in content["indicators"] if one["id"] == "opendata.new_datasets")
    origin = next(one for one in content["origins"] if one["indicator"] == "opendata.new_datasets")
    assert (figure["actual"], origin["lines"], origin["text"]) == (
        2,
        [1, 2],
        "オープンデータの新規公開数:5種類、50データ",
    )
    assert content["evidence"][0]["entry"] == lines_in_full(scan_ledger(workspace.ledger, date.max), [1])[1]
    assert verify_ledger(workspace.ledger).whole


def lived(workspace: Workspace, name: str) -> tuple[list[str], dict[str, bytes]]:
    """The steps of an undisturbed run in a copy, and all that it leaves."""
    whole = copied(workspace, name)
    with dying(whole.root) as life:
        submit(whole, REQUEST, "ja", OCTOBER)
    return life.steps, files(whole)


def copied(workspace: Workspace, name: str) -> Workspace:
    """The same workspace in another folder of the same depth, whose name is as long."""
    target = workspace.root.with_name(name)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(workspace.root, target)
    return mo.open_workspace(target)


def files(workspace: Workspace) -> dict[str, bytes]:
    """Every file of a workspace but locks."""
    paths = (path for path in workspace.root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in paths}


def again(workspace: Workspace) -> None:
    """Hand in once more; what was handed in wholly is refused."""
    if (workspace.root / "submitted" / "2025Q2").exists():
        with pytest.raises(GuardError, match="提出済み"):
            submit(workspace, REQUEST, "ja", OCTOBER)
    else:
        submit(workspace, REQUEST, "ja", OCTOBER)


@pytest.fixture
def quick_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers of one line, written as real ones are: what they say is not what is tried here."""

    def write(*told: Any) -> None:
        path = next(one for one in told if isinstance(one, Path))
        write_whole(path, path.name.encode())

    monkeypatch.setattr(submitting, "write_report", write)
    monkeypatch.setattr(submitting, "write_followup", write)


@pytest.mark.usefixtures("quick_papers")
def test_a_run_that_dies_at_any_step_and_is_run_again_leaves_every_file_alike(workspace: Workspace) -> None:
    """At each opening, write, rename, removal and sync.

    Whoever looks after the kill sees the submission whole, not at all, or that it has to be completed. The next run
    leaves one entry, one folder, nothing beside it, and the same bytes.
    """
    steps, wanted = lived(workspace, "whole")
    assert len(steps) > LEAST_STEPS
    states = set()
    for at in range(len(steps)):
        dead = copied(workspace, "killd")
        with dying(dead.root, at) as life:
            submit(dead, REQUEST, "ja", OCTOBER)
        assert life.dead, steps[at]
        states.add(state(dead))
        again(dead)
        assert files(dead) == wanted, (at, steps[at])
    assert states == {"none", "unfinished", ""}


def state(workspace: Workspace) -> str:
    """What a reader finds of the submission; its folder is in its place only if it is whole."""
    placed = (workspace.root / "submitted" / "2025Q2").exists()
    if not scan_ledger(workspace.ledger, date.max).submissions:
        assert not placed
        return "none"
    faults = [fault.kind for fault in found(workspace).faults]
    assert placed is (faults == [])
    return "/".join(faults)


@pytest.mark.usefixtures("quick_papers")
def test_an_entry_that_breaks_off_is_completed(workspace: Workspace) -> None:
    """Cut at any byte of its line, the entry is finished by the next run, by what was kept aside."""
    _, wanted = lived(workspace, "whole")
    line = wanted["ledger.jsonl"].splitlines(keepends=True)[-1]
    for kept in (1, len(line) // 2, len(line) - 1):
        dead = copied(workspace, "killd")
        with dying(dead.root, steps_before_the_entry(workspace)):
            submit(dead, REQUEST, "ja", OCTOBER)
        with dead.ledger.open("ab") as file:
            file.write(line[:kept])
        done = submit(dead, REQUEST, "ja", OCTOBER)
        assert (done.completed, done.handed_in.faults) == (True, ())
        assert files(dead) == wanted


def steps_before_the_entry(workspace: Workspace) -> int:
    """The number of the step that opens the ledger to write the entry."""
    steps, _ = lived(workspace, "whole")
    return next(at for at, step in enumerate(steps) if step.endswith("ledger.jsonl"))


@pytest.mark.usefixtures("quick_papers")
def test_what_was_kept_aside_before_other_entries_is_done_anew(workspace: Workspace) -> None:
    """A run that died before its entry left nothing that counts: the next takes the ledger as it then is."""
    with dying(workspace.root, steps_before_the_entry(workspace)):
        submit(workspace, REQUEST, "ja", OCTOBER)
    append_events(workspace.ledger, [event("2025-09-29", "late", "late.csv")])
    done = submit(workspace, REQUEST, "ja", OCTOBER)
    assert done.handed_in.content is not None
    assert (done.completed, done.handed_in.content["ledger"]["lines"]) == (False, 4)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request(2025, 2, " ", "係"), "approval-empty"),
        (Request(2025, 3, "1", "係", date(2025, 10, 11)), "submission-day-ahead"),
        (Request(2025, 4, "1", "係"), "quarter-not-begun"),
        (Request(2026, 1, "1", "係"), "quarter-not-begun"),
        (Request(2025, 2, "1", "係", date(2025, 10, 1)), "submission-day-outside"),
        (Request(2025, 2, "1", "係", date(2025, 6, 30)), "submission-day-outside"),
        (Request(2025, 2, "1", "係", revise=True), "submission-reason"),
        (Request(2025, 2, "1", "係", reason="誤り"), "submission-reason"),
        (Request(2025, 2, "1", "係", revise=True, reason="誤り"), "submission-nothing-to-revise"),
    ],
)
def test_what_cannot_be_handed_in_is_refused(request_: Request, code: str, workspace: Workspace) -> None:
    """Nothing is written then."""
    before = files(workspace)
    with pytest.raises(MeguroOpendataError) as error:
        submit(workspace, request_, "ja", OCTOBER)
    assert error.value.code == code
    assert files(workspace) == before


def test_a_quarter_that_is_not_over_is_handed_in_up_to_today(workspace: Workspace) -> None:
    """The fourth is handed in in March, before its last day; a day of the quarter can be chosen."""
    march = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)
    done = submit(workspace, Request(2025, 4, "1", "係"), "ja", march)
    assert (done.running, done.handed_in.entry.as_of) == (True, "2026-03-20")
    chosen = submit(workspace, Request(2025, 3, "1", "係", date(2025, 12, 1)), "ja", march)
    assert (chosen.running, chosen.handed_in.entry.as_of) == (True, "2025-12-01")


def test_a_broken_chain_or_a_pending_publication_is_refused(workspace: Workspace) -> None:
    """Figures that cannot be checked, or lack what was published, are not handed in."""
    publication = {"portal": "ward", "plan": "0", "moment": "2025-10-01T00:00:00+09:00", "datasets": []}
    write_pending(workspace.ledger, workspace.city.code, [publication])
    with pytest.raises(GuardError) as error:
        submit(workspace, REQUEST, "ja", OCTOBER)
    assert error.value.code == "submission-pending"
    write_pending(workspace.ledger, workspace.city.code, [])
    text = workspace.ledger.read_text(encoding="utf-8")
    workspace.ledger.write_text(text.replace("park.csv", "moor.csv"), encoding="utf-8")
    before = files(workspace)
    with pytest.raises(MeguroOpendataError):
        submit(workspace, REQUEST, "ja", OCTOBER)
    assert files(workspace) == before


def test_a_second_submission_is_a_revision_beside_the_first(workspace: Workspace) -> None:
    """It is refused without a reason; with one, the first stays as it was, and each is found by its name."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    before = {name: data for name, data in files(workspace).items() if name.startswith("submitted/2025Q2/")}
    enter_record(workspace, "opendata.use_cases", "2", "起案3", "係", day=date(2025, 9, 1))
    with pytest.raises(GuardError) as error:
        submit(workspace, Request(2025, 2, "7目情第110号", "係"), "ja", OCTOBER)
    assert error.value.code == "submission-there"
    revision = Request(2025, 2, "7目情第110号", "係", revise=True, reason="活用案件の記録もれ")
    done = submit(workspace, revision, "ja", OCTOBER + timedelta(days=5))
    assert done.handed_in.folder.name == "2025Q2-2"
    assert before.items() <= files(workspace).items()
    assert (found(workspace).name, found(workspace, "2025q2-1").name) == ("2025Q2-2", "2025Q2-1")
    assert (found(workspace).faults, found(workspace, "2025Q2-1").faults) == ((), ())
    report = (done.handed_in.folder / "report.html").read_text(encoding="utf-8")
    assert "2025Q2-1" in report
    again_ = Request(2025, 2, "7目情第120号", "係", revise=True, reason="二度目")
    assert submit(workspace, again_, "ja", OCTOBER + timedelta(days=9)).handed_in.name == "2025Q2-3"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["missing", "edited"])
def test_what_was_kept_and_edited_or_lost_is_said(
    name: str, kind: str, workspace: Workspace, typed: Callable[..., Any]
) -> None:
    """Each kept file is held against what was written; the command names it and ends with 1."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    assert typed("kpi", "show", "--submitted", "2025Q2", "--workspace", workspace.root).code == 0
    path = workspace.root / "submitted" / "2025Q2" / name
    if kind == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    assert [(fault.kind, fault.file) for fault in found(workspace).faults] == [(kind, name)]
    ran = typed("kpi", "show", "--submitted", "2025Q2", "--workspace", workspace.root)
    assert (ran.code, name in ran.err) == (1, True)
    assert ("--as-known-on 2025-10-10" in ran.err) is (name == "figures.json")
    assert typed("kpi", "show", "--fiscal-year", "2025", "--workspace", workspace.root).code == 0


def test_a_ledger_that_was_rewritten_is_said(workspace: Workspace, typed: Callable[..., Any]) -> None:
    """Another line before the submission, chained anew: the head that was handed in is gone."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    entries = [entry for _, entry in read_entries(workspace.ledger)]
    workspace.ledger.unlink()
    append_events(workspace.ledger, [event("2025-04-02", "other", "other.csv"), *entries[1:]])
    assert verify_ledger(workspace.ledger).whole
    ran = typed("kpi", "show", "--submitted", "2025Q2", "--workspace", workspace.root)
    assert (ran.code, "提出したときの末尾の行がありません" in ran.err) == (1, True)


def test_a_submission_of_an_unknown_quarter_names_the_known_ones(
    workspace: Workspace, typed: Callable[..., Any]
) -> None:
    """What there is, and how it is written."""
    ran = typed("kpi", "show", "--submitted", "2025Q1", "--workspace", workspace.root)
    assert (ran.code, "まだ何も提出していません" in ran.err) == (2, True)
    submit(workspace, REQUEST, "ja", OCTOBER)
    for name in ("2025Q1", "2025Q2-2", "第2四半期", "2025Q5", "../2025Q2", ""):
        ran = typed("kpi", "show", "--submitted", name, "--workspace", workspace.root)
        assert (ran.code, "提出したもの: 2025Q2-1" in ran.err) == (2, True), name


def test_one_command_says_where_a_figure_came_from(workspace: Workspace, typed: Callable[..., Any]) -> None:
    """Event, day, dataset, file, portal, decision and department of each line; then what the figure is today."""
    enter_record(workspace, "opendata.use_cases", "1", "区報9号", "広報係", day=date(2025, 6, 1), now=OCTOBER)
    submit(workspace, REQUEST, "ja", OCTOBER)
    shown = ("kpi", "show", "--submitted", "2025Q2", "--workspace", workspace.root, "--indicator")
    ran = typed(*shown, "opendata.new_datasets")
    assert ran.code == 0
    for part in ("2種類", "1行目 2025-05-10 公開: aed / aed.csv", "ポータル ward", "決裁 7目情第5号", "情報政策課"):
        assert part in ran.out
    for part in (
        "提出 2025-10-10、決裁 7目情第100号、記録 係",
        "オープンデータの新規公開数:5種類、50データ",
        "年度内に初めて",
    ):
        assert part in ran.out
    ran = typed(*shown, "opendata.use_cases")
    assert "4行目 2025-06-01 記録: opendata.use_cases 1件、記録 広報係、根拠 区報9号、入力 2025-10-10" in ran.out
    assert typed(*shown, "opendata.use_case").code == 2


def test_differences_name_the_lines_that_made_them(workspace: Workspace) -> None:
    """Corrections, what happened later, and both; nothing where nothing differs."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    assert differences(workspace, date(2025, 9, 30)) == {}
    new = differences(workspace)
    assert new["opendata.new_datasets"] == (2, 2, 3, ("later",), ())
    append_events(
        workspace.ledger,
        [
            Dating("2025-11-20T12:00:00+09:00", "aed", "", "2024-05-01", "区報1号", "係"),
            Record("2025-11-21T12:00:00+09:00", "opendata.use_cases", 2, "件", "2025-09-01", "起案3", "係"),
            event("2025-11-22", "fire", "fire.csv"),
        ],
    )
    now = differences(workspace)
    assert now["opendata.use_cases"] == (None, 2, 2, ("corrected",), (6,))
    # The dating of a dataset that this tool published is a correction as well: it lies in an earlier year now.
    assert now["opendata.new_datasets"] == (2, 1, 3, ("corrected", "later"), (5, 7))


def test_papers_list_what_was_corrected(workspace: Workspace, tmp_path: Path) -> None:
    """The report has each difference with its lines, page and workbook alike; the follow-up sheets, the corrections."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    december = date(2025, 12, 10)

    def corrections() -> list[str]:
        paper = write_followup(workspace, 2025, 3, tmp_path / "q3.html", "ja", december)
        return [text for label, text in paper.facts if label == "提出した値の訂正（同じ日の値）"]

    assert corrections() == []
    enter_record(workspace, "opendata.use_cases", "2", "起案3", "係", day=date(2025, 9, 1))
    write_report(workspace, 2025, tmp_path / "r.html", "ja", december)
    write_report(workspace, 2025, tmp_path / "r.xlsx", "ja", december)
    assert corrections() == ["2025Q2-1: データ利活用案件 - → 2"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "提出した値との違い（2025Q2-1" in page
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["提出した値との違い"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (row,) = [row for row in rows if row[0] == "データ利活用案件"]
    assert (row[1:5], row[6]) == ([None, 2, 2, "件"], "5")


def test_a_change_that_keeps_the_value_is_listed(workspace: Workspace) -> None:
    """One dataset leaves the year and another one comes in: the same number, but not the same one."""
    append_events(workspace.ledger, [event("2021-10-01", "toilet", "toilet.csv", origin="harvested")])
    submit(workspace, REQUEST, "ja", OCTOBER)
    time = "2025-11-20T12:00:00+09:00"
    datings = [
        Dating(time, "aed", "", "2024-05-01", "区報1号", "係"),
        Dating(time, "toilet", "", "2025-09-01", "1", "係"),
    ]
    append_events(workspace.ledger, datings)
    assert differences(workspace, date(2025, 9, 30))["opendata.new_datasets"] == (2, 2, 2, ("composed",), (6, 7))


def test_another_strategy_is_a_reason_of_its_own(workspace: Workspace) -> None:
    """A target that was changed since is said, and no line of the ledger is blamed for it."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    path = workspace.root / "strategy" / "2025.yaml"
    text = path.read_text(encoding="utf-8")
    assert "target: 75\n" in text
    path.write_text(text.replace("target: 75\n", "target: 80\n", 1), encoding="utf-8")
    situation = kpi.situation_of(workspace, 2025, date(2025, 9, 30))
    (one,) = compare(found(workspace), situation, kpi.figures_of(situation, "ja"), "ja").differences
    assert (one.indicator, one.reasons, one.lines) == ("procedures.online_rate", ("target",), ())
    assert (one.submitted_target, one.target) == (75, 80)


def test_a_day_before_the_submission_is_not_compared(workspace: Workspace) -> None:
    """Figures of June are not held against those of September."""
    submit(workspace, REQUEST, "ja", OCTOBER)
    situation = kpi.situation_of(workspace, 2025, date(2025, 6, 30))
    assert last_compared(situation, kpi.figures_of(situation, "ja"), "ja") is None
    other = kpi.situation_of(workspace, 2024, date(2025, 12, 1))
    assert last_compared(other, kpi.figures_of(other, "ja"), "ja") is None


def test_an_annulled_submission_does_not_count_and_keeps_its_folder(workspace: Workspace) -> None:
    """The next one is the first that counts, beside it."""
    done = submit(workspace, REQUEST, "ja", OCTOBER)
    line = done.handed_in.line
    target = lines_in_full(scan_ledger(workspace.ledger, date.max), [line])[line]["hash"]
    append_events(workspace.ledger, [Annulment("2025-10-11T12:00:00+09:00", target, line, "誤って提出", "係")])
    with pytest.raises(MeguroOpendataError) as error:
        found(workspace)
    assert error.value.code == "submission-none"
    assert submit(workspace, REQUEST, "ja", OCTOBER).handed_in.folder.name == "2025Q2-2"
    assert (workspace.root / "submitted" / "2025Q2" / "figures.json").is_file()


def test_a_folder_without_an_entry_is_left_alone(workspace: Workspace) -> None:
    """A ledger restored from an older copy does not know what was handed in: nothing is overwritten."""
    older = workspace.ledger.read_bytes()
    submit(workspace, REQUEST, "ja", OCTOBER)
    workspace.ledger.write_bytes(older)
    before = files(workspace)
    with pytest.raises(GuardError) as error:
        submit(workspace, REQUEST, "ja", OCTOBER)
    assert (error.value.code, files(workspace)) == ("submission-folder-there", before)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="NOT TESTED: permissions do not bind this user")
def test_a_folder_that_cannot_be_written_is_refused(workspace: Workspace) -> None:
    """Nothing is entered in the ledger then."""
    (workspace.root / "submitted").mkdir(mode=0o500)
    before = workspace.ledger.read_bytes()
    with pytest.raises(StorageError):
        submit(workspace, REQUEST, "ja", OCTOBER)
    assert workspace.ledger.read_bytes() == before


def test_a_file_where_the_folder_should_be_is_refused(workspace: Workspace) -> None:
    """As where a folder cannot be written: nothing is entered in the ledger then."""
    (workspace.root / "submitted").write_text("", encoding="utf-8")
    before = files(workspace)
    with pytest.raises(StorageError):
        submit(workspace, REQUEST, "ja", OCTOBER)
    assert files(workspace) == before


DAYS = st.integers(0, 720).map(lambda number: date(2024, 4, 1) + timedelta(days=number))
NAMES = st.sampled_from(["aed", "park", "pop"])
FILE_NAMES = st.sampled_from(["a.csv", "b.xlsx", "人口_2025年4月.csv", "人口_2025年5月.csv"])


@st.composite
def ledgers(draw: st.DrawFn) -> list[tuple[str, Entry]]:
    """Entries, each with the day on which it was entered, in their order; other tools' clocks are not in it."""
    found: list[tuple[str, Entry]] = []
    for day in sorted(draw(st.lists(DAYS, min_size=1, max_size=12))):
        name, file = draw(NAMES), draw(FILE_NAMES)
        entered, time = day.isoformat(), f"{day.isoformat()}T{draw(st.integers(0, 23)):02}:00:00+09:00"
        kind = draw(st.sampled_from(["publish", "update", "withdraw", "dating", "record"]))
        if kind == "dating":
            first = draw(DAYS).isoformat()
            found.append((entered, Dating(time, name, draw(st.sampled_from(["", file])), first, "区報", "係")))
        elif kind == "record":
            value, about = draw(st.integers(1, 5)), draw(DAYS).isoformat()
            found.append((entered, Record(time, "opendata.use_cases", value, "件", about, "起案", "係")))
        else:
            found.append((entered, event(entered, name, file, event=kind)))
    return found


@given(entries=ledgers(), known=DAYS, as_of=DAYS)
def test_as_known_on_a_day_are_the_figures_of_that_day(
    entries: list[tuple[str, Entry]], known: date, as_of: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever was entered later, the first lines give what the ledger gave when it had no more."""
    folder = tmp_path_factory.mktemp("known")
    whole, then = mo.open_workspace(_home(folder / "whole")), mo.open_workspace(_home(folder / "older"))
    append_events(whole.ledger, [entry for _, entry in entries])
    append_events(then.ledger, [entry for day, entry in entries if day <= known.isoformat()])
    lines = lines_known_on(whole.ledger, known)
    for year in (2024, 2025):
        now = kpi.figures_of(kpi.situation_of(whole, year, as_of, lines), "ja")
        assert now == kpi.figures_of(kpi.situation_of(then, year, as_of), "ja")


def _home(folder: Path) -> Path:
    """A workspace of its own with nothing but a profile."""
    folder.mkdir()
    shutil.copy(Path(__file__).parents[2] / "datasets" / "opendata.toml", folder)
    return folder


def test_a_wrong_clock_does_not_change_what_was_known(workspace: Workspace) -> None:
    """A time that contradicts the others is passed over; a line of a catalogue came after the lines before it."""
    append_events(
        workspace.ledger,
        [
            event("2010-01-01", "old", "old.csv"),
            event("2025-11-20", "a", "a.csv"),
            event("2099-01-01", "odd", "odd.csv"),
            event("2025-11-25", "b", "b.csv"),
            event("2021-10-01", "cat", "cat.csv", origin="harvested"),
        ],
    )
    known = {day: lines_known_on(workspace.ledger, date.fromisoformat(day)) for day in ("2025-05-09", "2025-11-10")}
    assert known == {"2025-05-09": 0, "2025-11-10": 4}
    days = ("2025-11-19", "2025-11-20", "2025-11-24", "2025-11-25", "2030-01-01")
    assert [lines_known_on(workspace.ledger, date.fromisoformat(day)) for day in days] == [4, 6, 6, 8, 8]


def test_an_import_that_says_when_it_was_made_counts_from_then(workspace: Workspace) -> None:
    """A catalogue's time is no day of entry; the key ``entered`` is."""
    entered = event("2021-10-01", "cat", "cat.csv", origin="harvested")
    append_events(workspace.ledger, [entered])
    assert lines_known_on(workspace.ledger, date(2025, 11, 30)) == 4
    lines = workspace.ledger.read_text(encoding="utf-8").splitlines()
    body = {**json.loads(lines[3]), "entered": "2025-12-05T09:00:00+09:00"}
    workspace.ledger.write_text("\n".join([*lines[:3], json.dumps(body, ensure_ascii=False)]) + "\n", encoding="utf-8")
    assert [lines_known_on(workspace.ledger, date(2025, 12, day)) for day in (4, 5)] == [3, 4]


def test_as_known_on_is_what_was_printed_then(workspace: Workspace, typed: Callable[..., Any]) -> None:
    """The command prints the figures of that day, with the day itself as the one to count up to."""
    late = Record("2025-12-20T12:00:00+09:00", "opendata.use_cases", 3, "件", "2025-09-01", "起案4", "係")
    shown = ("kpi", "show", "--workspace", workspace.root, "--format", "json")
    before = json.loads(typed(*shown, "--as-of", "2025-11-30").out)
    append_events(workspace.ledger, [late])
    then = json.loads(typed(*shown, "--as-known-on", "2025-11-30").out)
    for one in (before, then):
        one.pop("ledger", None)  # the chain is that of today
    assert then == {**before, "as_known_on": "2025-11-30"}
    assert json.loads(typed(*shown, "--as-of", "2025-11-30").out)["indicators"] != before["indicators"]
