"""How well columns are mapped: precision and recall of the sure proposals over real files.

    python tests/benchmarks/mapping.py CORPUS [MORE]

CORPUS holds the files and EXPECTED.csv (path, schema_id, schema_version), MORE files and TRUTH.csv (file, standard).
Prints a line for the files of the standard's two versions as they are, and with their headers spelled otherwise (full
width, spaces, small letters), and one for the other files, whose columns were judged by hand
(tests/data/mapping_truth.csv), with the proposals that are to be confirmed and how many of these are right; then every
wrong proposal that is sure.
"""

from __future__ import annotations

import csv
import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recognition import truths_of

import meguro_opendata as mo
from meguro_opendata.japan.folding import folded
from meguro_opendata.mapping.proposals import Proposal, propose_mapping
from meguro_opendata.sources import Table, propose_source
from meguro_opendata.standard.model import Standard
from meguro_opendata.standard.recognition import field_names, recognise
from meguro_opendata.standard.recognition.headernames import spellings

TRUTH = Path(__file__).resolve().parents[1] / "data" / "mapping_truth.csv"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as they are": str,
    "full width": lambda label: label.translate(WIDE),
    "spaces": lambda label: f" {label[:1]}\u3000{label[1:]}\n",
    "small letters": lambda label: folded(label).lower(),
    "other signs": lambda label: label.replace("_", "＿").replace("(", "（").replace(")", "）").replace("・", "･"),
}
Pairs = set[tuple[str, str, str]]


@dataclass
class Score:
    """Sure proposals against the truth: file, column, field."""

    proposed: Pairs = dataclasses.field(default_factory=set)
    true: Pairs = dataclasses.field(default_factory=set)
    asked: Pairs = dataclasses.field(default_factory=set)

    @property
    def precision(self) -> float:
        """Share of the proposals that are true."""
        return len(self.proposed & self.true) / len(self.proposed)

    @property
    def recall(self) -> float:
        """Share of the truth that was proposed."""
        return len(self.proposed & self.true) / len(self.true)

    def add(self, path: str, table: Table, standard: Standard, true: Pairs) -> None:
        """Propose a mapping for one file and keep what is sure."""
        for proposal in propose_mapping(table, standard, older_of(table, standard)):
            if proposal.made is None and not is_part(proposal):
                pairs = self.proposed if proposal.sure else self.asked
                pairs |= {(path, column, proposal.field) for column in (*proposal.columns, *proposal.others)}
        self.true |= true


def is_part(proposal: Proposal) -> bool:
    """Whether the item is filled with a part of an address, which is made from a column and is not that column."""
    return proposal.reason == "old-address" and not proposal.field.endswith("_連結表記")


def older_of(table: Table, standard: Standard) -> Standard | None:
    """The older version that the header follows, as ``convert`` and ``new`` find it."""
    matches = [match for match in recognise(table.labels) if match.id == standard.id]
    version = matches[0].version if matches else standard.version
    return mo.load_standard(standard.id, version) if version != standard.version else None


def truth_of(path: str, table: Table, version: Standard, current: Standard) -> Pairs:
    """What each column of a standard's version is by definition: the item of its name, or what that item became."""
    became: dict[str, list[str]] = {}
    for item in (version.schema or {}).get("mo:carry", ()) if version.version != current.version else ():
        whole = item["to"][:1] if item["how"] == "address" else item["to"]
        became.setdefault(folded(item["from"]), []).extend(whole)
    names = field_names(current)
    if not became:
        became = {spelling: [name] for spelling, name in names.items()}
    for spelling in names.keys() - {spelling for spelling, fields in became.items() if fields}:
        became[spelling] = [names[spelling]]
    pairs = zip(table.frame.columns, table.labels, strict=True)
    return {(path, column, field) for column, label in pairs for field in became.get(folded(label), ())}


def respelled(table: Table, spell: Callable[[str], str]) -> Table:
    """The table with its header spelled otherwise; columns keep their names, by which they are told apart."""
    return dataclasses.replace(table, labels=tuple(spell(label) for label in table.labels))


def standard_files(corpus: Path) -> Iterator[tuple[str, Table, Standard]]:
    """The files that carry the header of a standard's version."""
    for path, truth in truths_of(corpus).items():
        if truth:
            yield path, propose_source(corpus / path, spellings(None), keep_all=False), mo.load_standard(truth)


def standard_score(files: list[tuple[str, Table, Standard]], spell: Callable[[str], str]) -> Score:
    """Precision and recall on the files of the standard's two versions, brought to the current one."""
    score = Score()
    for path, table, version in files:
        current = mo.load_standard(version.id)
        score.add(path, respelled(table, spell), current, truth_of(path, table, version, current))
    return score


def other_score(corpus: Path) -> Score:
    """Precision and recall on the files judged by hand."""
    score = Score()
    with TRUTH.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for path, standard in dict.fromkeys((row["path"], row["standard"]) for row in rows):
        table = propose_source(corpus / path, spellings(None), keep_all=False)
        true = {(path, row["column"], row["field"]) for row in rows if row["path"] == path}
        score.add(path, table, mo.load_standard(standard), true)
    return score


def main(corpus: Path, more: Sequence[Path]) -> None:
    """Print the scores and every wrong proposal that is sure."""
    files = list(standard_files(corpus))
    scores = {f"standard, {name}": standard_score(files, spell) for name, spell in SPELLINGS.items()}
    scores["other files"] = other_score(corpus)
    for folder in more:
        scores[folder.name] = standard_score(list(standard_files(folder)), str)
    for name, score in scores.items():
        asked = f"to confirm {len(score.asked)}, right {len(score.asked & score.true)}"
        shares = f"precision {score.precision:7.2%}  recall {score.recall:7.2%}"
        print(f"{name:26} {shares}  sure {len(score.proposed)}  {asked}")
    for name, score in scores.items():
        for wrong in sorted(score.proposed - score.true):
            print(f"wrong ({name}): {' | '.join(wrong)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]])
