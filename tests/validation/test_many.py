"""Many files in one run: which are checked, what is said of the others, and the overall result."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import killed_check
import pytest
from conftest import ROOT, Ran
from report_samples import Page

from meguro_opendata import messages
from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Finding, Report
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.reports.overview import Overview, PassedOver, Unchecked
from meguro_opendata.validation import many as batch
from meguro_opendata.validation.criteria import Yardstick
from meguro_opendata.validation.datapackage import checking
from meguro_opendata.validation.many import Job, check_files, collect

SAMPLES = ROOT / "standard_schemas"
GOOD = SAMPLES / "aed" / "2026" / "valid.csv"
BAD = SAMPLES / "preschool" / "2026" / "invalid.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an office: good and bad tables of two standards, one of none, a broken one, and what lies around."""
    made = tmp_path / "職場"
    (made / "下").mkdir(parents=True)
    shutil.copy(GOOD, made / "aed.csv")
    shutil.copy(BAD, made / "下" / "保育園.csv")
    (made / "独自.csv").write_text("色,形\n赤,丸\n", encoding="utf-8")
    (made / "壊れた.xlsx").write_bytes(b"PK\x03\x04broken")
    (made / "~$aed.xlsx").write_bytes(b"lock")
    (made / ".git").mkdir()
    (made / ".git" / "x.csv").write_text("a\n1\n", encoding="utf-8")
    (made / "地図.pdf").write_bytes(b"%PDF-1.7")
    for name in ("changes.csv", "datapackage.json"):
        (made / "下" / name).write_text("{}", encoding="utf-8")
    return made


def relative(files: tuple[Path, ...], folder: Path) -> list[str]:
    """Paths below a folder, as text."""
    return [file.relative_to(folder).as_posix() for file in files]


def test_tables_are_found_and_all_else_is_named(folder: Path) -> None:
    """Every table below a folder in the order of names; whatever is passed over is named with its reason."""
    collected = collect([folder])
    assert relative(collected.files, folder) == ["aed.csv", "下/保育園.csv", "壊れた.xlsx", "独自.csv"]
    passed = {Path(one.file).relative_to(folder).as_posix(): one.reason for one in collected.passed_over}
    assert passed == {
        ".git": "hidden",
        "~$aed.xlsx": "lock",
        "下/changes.csv": "own",
        "下/datapackage.json": "kind",
        "地図.pdf": "kind",
    }


def test_every_reason_has_words_and_every_word_a_reason() -> None:
    """None of the words is left without use, and no reason without words."""
    rooms = (batch, checking)
    source = "".join(Path(str(room.__file__)).read_text(encoding="utf-8") for room in rooms)
    reasons = {word.removeprefix("passed-") for word in messages.codes("words") if word.startswith("passed-")} - {
        "over"
    }
    assert reasons == {"hidden", "lock", "own", "kind", "link", "closed", "no-schema"}
    assert [reason for reason in reasons if f'"{reason}"' not in source] == []


def test_a_named_file_is_checked_whatever_it_is_called(folder: Path) -> None:
    """Only a lock, which a shell's * names too, is passed over; a file named twice is checked once."""
    pdf, lock = folder / "地図.pdf", folder / "~$aed.xlsx"
    collected = collect([pdf, lock, folder / "aed.csv", folder / "下" / ".." / "aed.csv"])
    assert relative(collected.files, folder) == ["地図.pdf", "aed.csv"]
    assert collected.passed_over == (PassedOver(str(lock), "lock"),)


def test_links_and_outputs_are_passed_over(folder: Path) -> None:
    """A link to a folder could lead in circles; what this run writes is no source of the next one."""
    (folder / "環").symlink_to(folder, target_is_directory=True)
    (folder / "切れた.csv").symlink_to(folder / "ない.csv")
    os.mkfifo(folder / "管.csv")
    (folder / "結果").mkdir()
    (folder / "結果" / "1_aed.xlsx").write_bytes(b"x")
    collected = collect([folder], [folder / "結果", None])
    reasons = {Path(one.file).name: one.reason for one in collected.passed_over}
    assert {name: reasons.get(name) for name in ("環", "結果", "切れた.csv", "管.csv")} == {
        "環": "link",
        "結果": "own",
        "切れた.csv": "kind",
        "管.csv": "kind",
    }
    assert len(collected.files) == 4


def test_the_worst_counts() -> None:
    """0 if all are valid, 1 with errors, 2 as soon as one could not be checked or a folder could not be opened."""
    good, bad = Report("a", None, 1, 1, ()), Report("b", None, 1, 1, ())
    bad = bad.with_findings([Finding("no-rows", "error")])
    lost = Unchecked("c", "file-empty", "")
    assert [Overview(results).exit_code for results in ((), (good,), (good, bad), (bad, lost, good))] == [0, 0, 1, 2]
    assert Overview((good,), (PassedOver("d", "closed"),)).exit_code == 2
    assert Overview((good,), (PassedOver("d", "kind"),)).exit_code == 0


def test_many_files_are_checked_in_one_run(folder: Path, command: Callable[..., Ran]) -> None:
    """Each by its own standard; what cannot be is told and does not stop the others; a table of all comes last."""
    ran = command("validate", folder, "--html", "pages", "--xlsx", "marked", "--junit", "all.xml")
    assert (ran.code, "Traceback" in ran.text) == (2, False)
    for text in ("aed@2026", "preschool@2026", "壊れた.xlsx", "見出しから分かりません"):
        assert text in ran.out
    last = ran.out.rstrip().splitlines()[-1]
    assert last == messages.message("files-checked", "ja", files=4, valid=1, invalid=1, unreadable=2)
    for name in ("地図.pdf", "~$aed.xlsx", ".git", "changes.csv"):
        assert name in ran.err
    home = folder.parent
    assert sorted(path.name for path in (home / "pages").iterdir()) == ["1_aed.html", "2_保育園.html", "index.html"]
    assert sorted(path.name for path in (home / "marked").iterdir()) == ["1_aed.xlsx", "2_保育園.xlsx"]
    index = Page((home / "pages" / "index.html").read_text(encoding="utf-8"))
    assert "地図.pdf" in index.text
    links = {str(attributes["href"]) for tag, attributes in index.elements if tag == "a"}
    assert links == {"#content", "1_aed.html", "2_%E4%BF%9D%E8%82%B2%E5%9C%92.html"}
    assert "index.html" in (home / "pages" / "1_aed.html").read_text(encoding="utf-8")


def test_processes_make_no_difference(folder: Path) -> None:
    """Two processes find the same as one, in the order of the files."""
    files = collect([folder]).files
    one, two = (list(check_files(files, Job(Yardstick(), "ja"), jobs)) for jobs in (1, 2))
    assert one == two
    assert [Path(outcome.result.file) for outcome in two] == list(files)


def test_one_file_keeps_its_form_and_a_folder_has_its_own(folder: Path, command: Callable[..., Ran]) -> None:
    """A file alone gives report@1 as ever; a folder reports@1, even if it holds but one table."""
    alone = json.loads(command("validate", folder / "aed.csv", "--format", "json").out)
    assert (alone["format"], alone["standard"]) == ("meguro-opendata/report@1", {"id": "aed", "version": "2026"})
    many = json.loads(command("validate", folder / "下", "--standard", "preschool", "--format", "json").out)
    assert many["format"] == "meguro-opendata/reports@1"
    (report,) = many["reports"]
    assert many["summary"]["counts"] == report["counts"]
    assert {Path(one["file"]).name: one["reason"] for one in many["passed_over"]} == {
        "changes.csv": "own",
        "datapackage.json": "kind",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["独自.csv"], "standard-unrecognised"),
        (["."], "reports-not-folder"),
        (["aed.csv", "独自.csv", "--standard", "aeds"], "unknown-standard-near"),
        (["aed.csv", "--standard", "aed", "--schema", "x.json"], "standard-or-schema-option"),
        (["aed.csv", "--personal", "--schema", "x.json"], "personal-needs-standard"),
        (["空"], "nothing-to-check"),
        (["aed.csv", "独自.csv", "--schema", "ない.json"], "file-missing"),
    ],
)
def test_wrong_use_is_told_before_anything_is_done(
    arguments: list[str], said: str, folder: Path, command: Callable[..., Ran]
) -> None:
    """Exit 2, the sentence of the catalogue, nothing on stdout, nothing written."""
    (folder / "空").mkdir()
    before = sorted(folder.rglob("*"))
    more = ["--html", "aed.csv"] if said == "reports-not-folder" else []
    ran = command("validate", *arguments, *more, cwd=folder)
    ending = messages.error_text(said, {}, "ja") if "{" not in template(said) else template(said).rsplit("}", 1)[1]
    assert (ran.code, ran.out) == (2, "")
    assert ending.strip() in ran.err
    assert sorted(folder.rglob("*")) == before


def template(code: str) -> str:
    """An error's text as it stands in the catalogue."""
    text: str = packaged_toml("meguro_opendata.messages", "ja.toml")["errors"][code]
    return text


@pytest.mark.parametrize("jobs", ["0", "-1", "x"])
def test_a_senseless_number_of_jobs_is_refused(jobs: str, folder: Path, command: Callable[..., Ran]) -> None:
    """Exit 2 and a sentence, not a traceback."""
    ran = command("validate", folder, "--jobs", jobs)
    assert (ran.code, "--jobs" in ran.err, "Traceback" in ran.err) == (2, True, False)


def test_a_report_is_never_written_over_a_source(folder: Path, command: Callable[..., Ran]) -> None:
    """The JUnit file of many, too, leaves what it is about alone."""
    before = (folder / "aed.csv").read_bytes()
    ran = command("validate", folder / "aed.csv", folder / "独自.csv", "--junit", folder / "aed.csv")
    assert (ran.code, (folder / "aed.csv").read_bytes()) == (2, before)


def test_pages_that_cannot_be_written_are_told_at_once(folder: Path, command: Callable[..., Ran]) -> None:
    """A folder below a file can never be made: exit 3 before any file is checked."""
    ran = command("validate", folder, "--html", folder / "aed.csv" / "pages")
    assert (ran.code, ran.out, "Traceback" in ran.err) == (3, "", False)


def test_names_that_are_no_text_harm_nothing(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """A name of stray bytes, and one full of signs, get pages under plain names; every form can be written."""
    for name in (b"x\xff.csv", b"<i>#%?&.csv"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(GOOD.read_bytes())
    ran = command("validate", tmp_path, "--html", "pages", "--xlsx", "marked", "--junit", "j.xml", "--format", "json")
    assert (ran.code, json.loads(ran.out)["summary"]["files"]) == (0, 2)
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["1__i_____.html", "2_x\ufffd.html", "index.html"]


def test_a_lost_process_takes_no_file_with_it_in_silence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the system kills a process, each file that it was to check is told with what to do."""
    monkeypatch.setattr(batch, "_check_one", kill_itself)
    outcomes = list(check_files([folder / "aed.csv", folder / "独自.csv"], Job(Yardstick(), "ja"), jobs=2))
    assert {outcome.result.code for outcome in outcomes if isinstance(outcome.result, Unchecked)} == {"process-lost"}
    assert len(outcomes) == 2


def test_the_other_files_are_checked_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed by one file takes no other file with it."""
    monkeypatch.setattr(batch, "_check_one", killed_check.check_or_die)
    files = [folder / "独自.csv", folder / "aed.csv", folder / "下" / "保育園.csv"]
    outcomes = list(check_files(files, Job(Yardstick(), "ja"), jobs=2))
    assert [type(outcome.result) for outcome in outcomes] == [Unchecked, Report, Report]


def kill_itself(task: tuple[Path, str], job: Job) -> None:
    """End the process as the system does when memory runs out."""
    os.kill(os.getpid(), 9)


def test_a_marked_workbook_that_cannot_be_made_is_told(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """The report stands; the reason goes to stderr, and the exit code says that something is missing."""
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "agency.txt").write_text("agency_name\nx\n", encoding="utf-8")
    other = shutil.copytree(feed, tmp_path / "other")
    ran = command("validate", feed, other, "--standard", "gtfs_jp", "--xlsx", "out", "--jobs", 2)
    assert ran.code == 2
    assert "2ファイル: 誤りなし 0・誤りあり 2" in ran.out
    assert messages.error_text("marked-feed", {"file": feed}, "ja") in ran.err


def test_progress_goes_to_a_terminal_only(folder: Path, command: Callable[..., Ran]) -> None:
    """Off a terminal no bar and no control sign reaches either stream."""
    ran = command("validate", folder / "aed.csv", folder / "下" / "保育園.csv")
    assert (ran.err, "\x1b" in ran.out) == ("", False)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED here: pseudo-terminals are of Unix")
def test_a_terminal_sees_a_bar_and_stdout_stays_clean(folder: Path) -> None:
    """On a terminal the bar is drawn on stderr, is gone at the end, and leaves stdout to the result."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "meguro_opendata", "validate", "aed.csv", "独自.csv", "--format", "json"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm"}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    bar = os.read(ours, 1 << 16).decode("utf-8", "replace")
    os.close(ours)
    assert "2/2" in bar
    assert json.loads(done.stdout)["summary"]["files"] == 2


def test_what_many_files_print_fits_an_old_console(folder: Path, command: Callable[..., Ran]) -> None:
    """Under CP932, strictly."""
    ran = command("validate", folder, encoding="cp932:strict")
    assert ran.code == 2
    assert "検査できず" in ran.out


def test_an_error_names_the_standards_that_come_near(shared: Path) -> None:
    """A header that two standards share is not guessed; the user is told which they are."""
    with pytest.raises(SourceError) as raised:
        batch.check(shared / "corpus/ichikawa/122033_205_polling_place.csv", Yardstick())
    assert raised.value.code == "standard-unrecognised-near"
    assert "public_facility" in raised.value.text("ja")
