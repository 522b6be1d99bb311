"""The strategy as data: every number of the documents is there, none is invented, all faults are named at once."""

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.kpi.strategy import Background, KnownResult, Strategy, open_background, open_strategy

PAGE, STRATEGY = "令和6年度デジタル・ICTの取組", "令和7年度 デジタル・ICT戦略"
VISION, DIGITAL = "目黒区DXビジョン", "区のデジタル化の取組みについて"
# Digits that are part of a name or a mark, not figures.
NAMES = re.compile(r"※\d|Microsoft365|アーカイブ100|2in1|レベル4|1アプリあたり|令和\d年度")


@pytest.fixture(scope="module")
def strategies() -> dict[int, Strategy]:
    """The shipped strategies by year."""
    workspace = mo.open_workspace(ROOT / "datasets")
    found = {year: open_strategy(workspace, year) for year in (2024, 2025)}
    return {year: strategy for year, strategy in found.items() if strategy}


def folded(text: str) -> str:
    """Without blanks and marks of width."""
    return re.sub(r"\s|,", "", unicodedata.normalize("NFKC", text))


def squeezed(text: str) -> str:
    """Folded, without the tags and the bullets that the reading of a PDF left."""
    return re.sub(r"<[^>]*>|(?<=[。、）)])- ", "", folded(text))


def figures(text: str) -> list[float]:
    """The numbers of a text that are no part of a name."""
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", NAMES.sub("", folded(text)))]


def document(shared: Path, beginning: str) -> str:
    """One of the ward's documents, by its beginning."""
    found = [
        text
        for path in sorted((shared / "strategy").glob("*.txt"))
        if beginning in (text := path.read_text("utf-8"))[:200]
    ]
    assert len(found) == 1
    return found[0]


def target_blocks(text: str) -> dict[int, tuple[str, str]]:
    """Of each focus of the 2025 document its name and the cell of 目標・指標."""
    pattern = re.compile(r"重点取組\t(\d+)\. ?(.+?)\tDXビジョン.*?目標・指標\(KPI\)\t(.*?)\n", re.DOTALL)
    return {int(found[1]): (found[2], re.sub(r"<[^>]*>", " ", found[3])) for found in pattern.finditer(text)}


def test_every_target_of_2025_is_there_in_its_own_words(shared: Path, strategies: dict[int, Strategy]) -> None:
    """Each text is in the document's cell of its focus, and no figure of that cell is missing."""
    blocks = target_blocks(document(shared, "令和7年度 デジタル・ICT戦略"))
    focuses = {focus.number: focus for focus in strategies[2025].focuses}
    assert sorted(blocks) == sorted(focuses) == list(range(1, 14))
    for number, (_, block) in blocks.items():
        targets = focuses[number].indicators
        said = [
            folded(part)
            for target in targets
            for part in (target.text, target.footnote, *(ref.text for ref in target.reference if not ref.document))
            if part
        ]
        assert [part for part in said if part not in folded(block)] == []
        assert set(figures(block)) == {figure for part in said for figure in figures(part)}
        held = {target.target for target in targets} | {ref.value for target in targets for ref in target.reference}
        assert set(figures(block)) <= held


def test_targets_are_the_figures_of_their_text(strategies: dict[int, Strategy]) -> None:
    """Each target is a number of its own text; the one that the document gives no number for says so."""
    loose = {
        name
        for strategy in strategies.values()
        for name, (_, target) in strategy.targets.items()
        if target.target not in figures(target.text)
    }
    assert loose == {"systems.migration"}
    assert "100" in strategies[2025].targets["systems.migration"][1].definition


def test_themes_and_focuses_are_the_documents(shared: Path, strategies: dict[int, Strategy]) -> None:
    """4 themes each year, 14 and 13 focuses, each under the document's name; what has no schedule says why."""
    texts = {
        2024: document(shared, "令和6年度デジタル・ICTの取組"),
        2025: document(shared, "令和7年度 デジタル・ICT戦略"),
    }
    assert {year: (len(found.themes), len(found.focuses)) for year, found in strategies.items()} == {
        2024: (4, 14),
        2025: (4, 13),
    }
    for year, strategy in strategies.items():
        names = [theme.name for theme in strategy.themes] + [focus.name for focus in strategy.focuses]
        plain = re.sub(r"<[^>]*>", "", folded(texts[year]))
        assert [name for name in names if folded(name) not in plain] == []
        planned = [focus.schedule for focus in strategy.focuses if focus.schedule]
        parts = [part for one in planned for quarter in (one.q1, one.q2, one.q3, one.q4) for part in quarter]
        assert [
            part for part in parts if folded(part) not in plain and "提出" not in part and "(4月)" not in folded(part)
        ] == []
    assert {focus.number for focus in strategies[2025].focuses if focus.schedule} == {1, 2, 12, 13}
    assert all(focus.schedule is None and focus.schedule_reason for focus in strategies[2024].focuses)


def test_every_result_of_2024_is_there(shared: Path, strategies: dict[int, Strategy]) -> None:
    """Every figure of the page's results is held, and the target of 60 % beside; no focus has what no document says."""
    page = document(shared, "令和6年度デジタル・ICTの取組")
    results = [known for focus in strategies[2024].focuses for known in focus.results]
    held = (
        {known.value for known in results}
        | {known.before for known in results}
        | {strategies[2024].targets["procedures.online_rate"][1].target}
    )
    told = page[page.index("令和6年度の成果") : page.index("お問い合わせ")]
    assert set(figures(re.sub(r"主な成果\d|3D", "", told))) <= held
    assert {46.0, 70.6, 60.0, 93.0, 85.0, 43.0, 68.0, 44.0, 100.0} <= held
    assert {focus.number for focus in strategies[2024].focuses if focus.results} == {1, 6, 11, 14}
    assert not [known for known in results if known.document]
    assert {known.value for known in strategies[2024].other_results if known.value} == {85, 91, 65}
    assert len(strategies[2024].targets) == 1


def quotes(strategy: Strategy) -> Iterator[tuple[str, str]]:
    """Every quotation of a strategy with the title of the document that it is taken from."""
    own = {2024: PAGE, 2025: STRATEGY}[strategy.fiscal_year]
    yield from ((own, target.text) for _, target in strategy.targets.values())
    yield from ((own, target.footnote) for _, target in strategy.targets.values() if target.footnote)
    for _, target in strategy.targets.values():
        yield from ((reference.document or own, reference.text) for reference in target.reference)
    yield from ((known.document or own, known.text) for known in results_of(strategy))
    for focus in strategy.focuses:
        yield from ((own, name) for name in (focus.name, *focus.also_named))
        yield from ((own, note.term) for note in focus.footnotes)
        yield from ((own, part) for task in focus.tasks for part in task.split(": "))
    if strategy.state:
        yield from ((own, text) for text in (*strategy.state.issues, strategy.state.priority or ""))
    if strategy.follow_up:
        yield own, strategy.follow_up.text.partition("※")[2]


def results_of(strategy: Strategy) -> list[KnownResult]:
    """Every published result that a strategy's file has."""
    of_focuses = [known for focus in strategy.focuses for known in focus.results]
    return [*of_focuses, *strategy.other_results, *(strategy.state.achievements if strategy.state else ())]


def background_of() -> Background:
    """The shipped older documents."""
    found = open_background(mo.open_workspace(ROOT / "datasets"))
    assert found
    return found


def test_every_file_of_the_folder_is_read(strategies: dict[int, Strategy]) -> None:
    """No file of the strategy folder escapes the tests here."""
    names = {path.name for path in (ROOT / "datasets" / "strategy").iterdir()}
    assert names == {f"{year}.yaml" for year in strategies} | {"background.yaml"}


def test_every_quotation_is_in_its_document(shared: Path, strategies: dict[int, Strategy]) -> None:
    """Targets, results, footnotes, names and aims are the documents' own words, each in the document that is named."""
    texts = {title: squeezed(document(shared, title)) for title in (PAGE, STRATEGY, DIGITAL)}
    texts[VISION] = squeezed(document(shared, "DXって、なにがどうなるの"))
    said = [quote for strategy in strategies.values() for quote in quotes(strategy)]
    for older in background_of().documents:
        said += [(older.title, text) for aim in older.aims for text in (aim.text, aim.name or "")]
        said += [(older.title, known.text) for known in older.results]
    assert [(title, text) for title, text in said if squeezed(text) not in texts[title]] == []
    assert len(said) > 150


def test_every_number_of_a_text_is_its_figure(strategies: dict[int, Strategy]) -> None:
    """Each number of a quotation is the target, the value or the figure before, of its own entry or one of its text."""
    found: dict[str, set[float]] = {}
    for strategy in strategies.values():
        for _, target in strategy.targets.values():
            found.setdefault(target.text, set()).add(target.target)
            for reference in target.reference:
                found.setdefault(reference.text, set()).add(reference.value)
    known = [one for strategy in strategies.values() for one in results_of(strategy)]
    known += [one for older in background_of().documents for one in older.results]
    for one in known:
        found.setdefault(one.text, set()).update(part for part in (one.value, one.before) if part is not None)
    bare = {text for text, values in found.items() if set(figures(text)) != {*values}}
    # The document gives this target no number; its definition says why it is 100.
    assert bare == {"令和7年度切替予定の対象業務の移行完了"} | {one.text for one in known if one.value is None} & bare
    assert all(figures(one.text) == [] for one in known if one.value is None)


def test_the_words_about_and_at_least_are_kept(strategies: dict[int, Strategy]) -> None:
    """A result has a qualifier just where its document puts 約 or 以上 to its number."""
    known = [one for strategy in strategies.values() for one in results_of(strategy)]
    known += [one for older in background_of().documents for one in older.results]
    for one in known:
        number = f"{one.value:,.10g}" if one.value is not None else "-"
        text = folded(one.text)
        near = "about" if f"約{number}" in text else None
        near = "at_least" if re.search(rf"{re.escape(number)}\D{{0,3}}以上", text) else near
        assert (one.text, one.qualifier) == (one.text, near)
    assert sum(one.qualifier is not None for one in known) == 6


def test_the_strategy_of_2025_is_whole(shared: Path, strategies: dict[int, Strategy]) -> None:
    """Aims, outline and every footnote of each focus are there; owners are the city's to enter, and no document's."""
    whole = document(shared, STRATEGY)
    strategy = strategies[2025]
    pages = dict(re.findall(r"重点取組\t(\d+)\. ?[^\t]+\tDXビジョンにおける「めざす姿」\t([^\n]*)", whole))
    aims = background_of().aims
    for focus in strategy.focuses:
        named = squeezed(pages[str(focus.number)])
        texts = [squeezed(aims[number].text) for number in focus.aims]
        if focus.number == 13:
            assert (named, sorted(focus.aims)) == ("めざす姿1~9", list(aims))
        elif focus.number == 9:  # the page drops 改革 from 働き方改革
            assert focus.aims == (8,)
        else:
            assert [text for text in texts if text not in named] == []
            assert named.count("めざす姿") == len(texts)
        marks = [int(mark) for mark in re.findall(r"めざす姿(\d)", named)]
        assert (marks == list(focus.aims) or focus.number == 13) == (focus.aims_note is None)
        assert focus.outline
    notes = re.findall(r"(?<=[\s>])※\d?[:：]?\s?[^\s<]{8,}", whole)
    kept = [target.footnote for _, target in strategy.targets.values() if target.footnote]
    quoted = [note for note in notes if any(squeezed(text) in squeezed(note) for text in kept)]
    assert strategy.follow_up
    others = [note for note in notes if note not in quoted and squeezed(note) not in squeezed(strategy.follow_up.text)]
    assert (len(notes), len(quoted), len(others)) == (8, 5, 2)
    assert len([note for focus in strategy.focuses for note in focus.footnotes]) == len(others)
    assert {target.owner for _, target in strategy.targets.values()} == {None}
    assert strategy.state
    assert (len(strategy.state.issues), len(strategy.state.achievements)) == (4, 6)


def test_summaries_are_in_words_of_our_own(shared: Path, strategies: dict[int, Strategy]) -> None:
    """No summary has a run of thirty signs in common with a document."""
    texts = [squeezed(path.read_text("utf-8")) for path in sorted((shared / "strategy").glob("*.txt"))]
    own = [text for strategy in strategies.values() for text in (strategy.mission, strategy.vision)]
    own += [text for one in strategies.values() for focus in one.focuses for text in (focus.summary, focus.outline)]
    own += [note.meaning for one in strategies.values() for focus in one.focuses for note in focus.footnotes]
    for older in background_of().documents:
        own += [older.purpose, *older.principles, *older.organisation]
        own += [text for aim in older.aims for text in (aim.summary, *aim.measures, *aim.state)]
    own += strategies[2025].state.outlook if strategies[2025].state else ()
    runs = {
        part
        for text in map(squeezed, filter(None, own))
        for start in range(max(len(text) - 29, 0))
        if any((part := text[start : start + 30]) in whole for whole in texts)
    }
    assert runs == set()


def change(workspace_dir: Path, edit: Callable[[dict], None]) -> Path:  # type: ignore[type-arg]
    """Edit the strategy of 2025 as data."""
    path = workspace_dir / "strategy" / "2025.yaml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(loaded)
    path.write_text(yaml.safe_dump(loaded, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def first(loaded: dict) -> dict:  # type: ignore[type-arg]
    """The first target."""
    found: dict = loaded["themes"][0]["focuses"][0]["indicators"][0]  # type: ignore[type-arg]
    return found


EDITS: dict[str, tuple[Callable[[dict], object], str]] = {  # type: ignore[type-arg]
    "no definition": (lambda d: first(d).pop("definition"), "definition"),
    "empty definition": (lambda d: first(d).update(definition=""), "definition"),
    "no schedule": (lambda d: d["themes"][0]["focuses"][0].pop("schedule"), "schedule"),
    "no reason": (lambda d: d["themes"][0]["focuses"][2].pop("schedule_reason"), "schedule_reason"),
    "unknown id": (lambda d: first(d).update(id="opendata.new_dataset"), "もしかして: opendata.new_datasets"),
    "no id": (lambda d: first(d).update(id="Online Rate"), "指標のID"),
    "id twice": (lambda d: first(d).update(id="ai.proposals"), "2回"),
    "focus twice": (lambda d: d["themes"][0]["focuses"][0].update(number=2), "番号 2"),
    "another unit": (lambda d: d["themes"][0]["focuses"][3]["indicators"][0].update(unit="件"), "単位"),
    "another year": (lambda d: d.update(fiscal_year=2024), "2025.yaml"),
    "negative": (lambda d: first(d).update(target=-1), "target"),
    "no number": (lambda d: first(d).update(target="many"), "target"),
    "unknown comparison": (lambda d: first(d).update(comparison="more"), "comparison"),
    "unknown key": (lambda d: first(d).update(targets=1), "もしかして: target"),
    "unknown result": (
        lambda d: d["themes"][0]["focuses"][0].update(
            results=[{"name": "x", "value": 1, "unit": "件", "text": "x", "section": "x", "indicator": "ai.proposal"}]
        ),
        "ai.proposals",
    ),
    "number without unit": (
        lambda d: d["themes"][0]["focuses"][0].update(results=[{"name": "x", "value": 1, "text": "x", "section": "x"}]),
        "value と unit",
    ),
    "word without number": (
        lambda d: d["themes"][0]["focuses"][0].update(
            results=[{"name": "x", "text": "x", "section": "x", "qualifier": "about"}]
        ),
        "value と unit",
    ),
    "unknown word": (
        lambda d: d["state"]["achievements"][0].update(qualifier="aboutt"),
        "aboutt",
    ),
    "unknown way": (lambda d: first(d).update(records="newest"), "newest"),
    "unknown owner": (lambda d: first(d).update(owner="情報政策推進部情報政策化"), "情報政策推進部情報政策課"),
    "unknown aim": (lambda d: d["themes"][0]["focuses"][0].update(aims=[10]), "めざす姿 10"),
    "misspelled aims": (lambda d: d["themes"][0]["focuses"][0].update(aim=[1]), "もしかして: aims"),
    "misspelled outline": (lambda d: d["themes"][0]["focuses"][0].update(outlines="x"), "もしかして: outline"),
    "misspelled former id": (lambda d: first(d).update(formely=["a.b"]), "もしかして: formerly"),
    "no themes": (lambda d: d.update(themes=[]), "themes"),
    "month 13": (lambda d: d["follow_up"].update(months=[13]), "months"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_fault_of_a_strategy_is_named_with_its_place(name: str, workspace_dir: Path) -> None:
    """A target without definition, an unknown indicator, a wrong unit and the like: named, with what to do."""
    edit, told = EDITS[name]
    change(workspace_dir, lambda loaded: (edit(loaded), None)[1])
    with pytest.raises(ConfigurationError) as stopped:
        open_strategy(mo.open_workspace(workspace_dir), 2025)
    assert told in stopped.value.text("ja")
    assert stopped.value.exit_code == 2


def test_all_faults_are_named_at_once(workspace_dir: Path, command: Callable[..., object]) -> None:
    """Three targets with faults are three lines, and the command ends with 2."""

    def edit(loaded: dict) -> None:  # type: ignore[type-arg]
        for focus in loaded["themes"][0]["focuses"][:3]:
            del focus["indicators"][0]["definition"]

    change(workspace_dir, edit)
    ran = command("kpi", "show", "--fiscal-year", "2025", "--workspace", workspace_dir)
    assert (ran.code, ran.err.count("indicators.0.definition")) == (2, 3)  # type: ignore[attr-defined]


def test_a_year_without_strategy_has_none(workspace_dir: Path) -> None:
    """No file, no strategy; the other years are not taken for it."""
    assert open_strategy(mo.open_workspace(workspace_dir), 2026) is None
    shutil.rmtree(workspace_dir / "strategy")
    assert open_strategy(mo.open_workspace(workspace_dir), 2025) is None


def test_the_report_shows_the_strategy_whole(workspace_dir: Path, command: Callable[..., Any], tmp_path: Path) -> None:
    """Aims, outlines, footnotes, owners, results with their words and without numbers, and the older documents."""

    def edit(loaded: dict) -> None:  # type: ignore[type-arg]
        first(loaded)["owner"] = "情報政策推進部情報政策課"

    change(workspace_dir, edit)
    texts = {}
    for year in ("2024", "2025"):
        out = tmp_path / f"r{year}.html"
        assert command("kpi", "report", "--fiscal-year", year, "-o", out, "--workspace", workspace_dir).code == 0
        texts[year] = re.sub(r"<[^>]*>", "", out.read_text(encoding="utf-8"))
    for told in ("約85%", "100点以上", "65%以上", "デジタル区役所の開始", "目黒区DXビジョン (2022)"):
        assert told in texts["2024"]
    strategy = open_strategy(mo.open_workspace(workspace_dir), 2025)
    assert strategy
    assert strategy.state
    parts = [part for focus in strategy.focuses for part in (focus.outline, *(note.term for note in focus.footnotes))]
    parts += [strategy.mission, strategy.vision, *strategy.state.issues, *strategy.state.outlook]
    parts += [aim.text for aim in background_of().aims.values()]
    assert [part for part in parts if part and part not in texts["2025"]] == []
    assert "担当課: 情報政策推進部情報政策課" in texts["2025"]
