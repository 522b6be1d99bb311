"""The strategy as data: every number of the documents is there, nothing is invented, and faults are told at once."""

import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.kpi.strategy import Strategy, open_strategy

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
    """Each text stands in the document's cell of its focus, and no figure of that cell is missing."""
    blocks = target_blocks(document(shared, "令和7年度 デジタル・ICT戦略"))
    focuses = {focus.number: focus for focus in strategies[2025].focuses}
    assert sorted(blocks) == sorted(focuses) == list(range(1, 14))
    for number, (_, block) in blocks.items():
        targets = focuses[number].indicators
        said = [
            folded(part)
            for target in targets
            for part in (target.text, target.footnote, *(ref.text for ref in target.reference))
            if part
        ]
        said = [part for part in said if part not in ("令和6年度の成果",)]
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
    """The published results, word for word, with every figure of the page's results; the target of 60 % beside."""
    page, later = document(shared, "令和6年度デジタル・ICTの取組"), document(shared, "令和7年度 デジタル・ICT戦略")
    results = [known for focus in strategies[2024].focuses for known in focus.results]
    assert [
        known.text
        for known in results
        if folded(known.text) not in folded(page) + re.sub(r"<[^>]*>", "", folded(later))
    ] == []
    held = (
        {known.value for known in results}
        | {known.before for known in results}
        | {strategies[2024].targets["procedures.online_rate"][1].target}
    )
    told = page[page.index("令和6年度の成果") : page.index("お問い合わせ")]
    told = re.sub(
        r"主な成果\d|令和\d年度|\d+件の業務改善|3D", lambda found: found[0] if "業務改善" in found[0] else "", told
    )
    assert set(figures(told)) <= held
    assert {46.0, 70.6, 60.0, 93.0, 85.0, 43.0, 68.0, 44.0, 91.0} <= held
    assert len(strategies[2024].targets) == 1


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
    "no themes": (lambda d: d.update(themes=[]), "themes"),
    "month 13": (lambda d: d["follow_up"].update(months=[13]), "months"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_fault_of_a_strategy_is_told_with_its_place(name: str, workspace_dir: Path) -> None:
    """A target without definition, an unknown indicator, a wrong unit and the like: named, with what to do."""
    edit, told = EDITS[name]
    change(workspace_dir, lambda loaded: (edit(loaded), None)[1])
    with pytest.raises(ConfigurationError) as stopped:
        open_strategy(mo.open_workspace(workspace_dir), 2025)
    assert told in stopped.value.text("ja")
    assert stopped.value.exit_code == 2


def test_all_faults_are_told_at_once(workspace_dir: Path, command: Callable[..., object]) -> None:
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
