"""How well headers are recognised: the confusion table over real files, and over headers with columns dropped.

    python tests/benchmarks/recognition.py CORPUS [MORE …]

CORPUS holds the files and EXPECTED.csv (path, schema_id, schema_version) or TRUTH.csv (file, standard). Prints, for the
files: how many of each truth were surely taken for what; for the files of a standard: the right id and version, and the
share of sure answers, with 10 to 40 percent of the columns dropped at random (10 draws a file).
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import meguro_opendata as mo
from meguro_opendata.inspection.profiler import Inspection, inspect_file
from meguro_opendata.standard.recognition import SURE, recognise

DRAWS = 10


def truths_of(corpus: Path) -> dict[str, str]:
    """The true ``id@version`` of the files that a corpus names, empty for a look-alike."""
    if (corpus / "TRUTH.csv").is_file():
        with (corpus / "TRUTH.csv").open(encoding="utf-8-sig") as file:
            return {row["file"]: row["standard"] for row in csv.DictReader(file)}
    with (corpus / "EXPECTED.csv").open(encoding="utf-8") as file:
        return {row["path"]: truth_of(row) for row in csv.DictReader(file)}


def truth_of(row: dict[str, str]) -> str:
    """The true ``id@version`` of a row of EXPECTED.csv, empty for a look-alike."""
    if not row["schema_id"]:
        return ""
    newest = str(mo.load_standard(row["schema_id"]).version)
    return f"{row['schema_id']}@{newest if row['schema_version'] == 'current' else row['schema_version']}"


def inspected(corpus: Path) -> dict[str, Inspection]:
    """Every table of a corpus, inspected."""
    named = sorted(path for path in corpus.rglob("*") if path.suffix.lower() in (".csv", ".xlsx", ".xls"))
    tables = [path for path in named if path.name not in ("EXPECTED.csv", "TRUTH.csv", "MANIFEST.csv")]
    return {str(path.relative_to(corpus)): inspect_file(path) for path in tables}


def main(corpora: Sequence[Path]) -> None:
    """Print both tables."""
    truths: dict[str, str] = {}
    seen: dict[str, Inspection] = {}
    for corpus in corpora:
        truths |= truths_of(corpus)
        seen |= inspected(corpus)
    table = Counter((truths.get(path) or "none", answer(inspection)) for path, inspection in seen.items())
    print(f"{'truth':28} {'surely taken for':28} files")
    for (truth, taken), count in sorted(table.items()):
        print(f"{truth:28} {taken:28} {count:5}{'' if taken in (truth, 'none') else '   WRONG'}")
    wrong = sum(count for (truth, taken), count in table.items() if taken not in (truth, "none"))
    right = sum(count for (truth, taken), count in table.items() if taken == truth != "none")
    of_standards = sum(map(bool, truths.values()))
    print(f"{len(seen)} files, {of_standards} of a standard: sure and right {right}, sure and wrong {wrong}")
    standards = {path: truth for path, truth in truths.items() if truth}
    for dropped in (10, 20, 30, 40):
        right_share, sure = dropped_columns(standards, seen, dropped)
        print(f"{dropped} % of the columns dropped: id and version right {right_share:.1%}, sure {sure:.1%}")


def answer(inspection: Inspection) -> str:
    """What a file was taken for."""
    match = inspection.standard
    return f"{match.id}@{match.version}" if match else "none"


def dropped_columns(truths: dict[str, str], seen: dict[str, Inspection], percent: int) -> tuple[float, float]:
    """The share of right and of sure answers with some columns dropped."""
    dice = random.Random(percent)
    right = sure = 0
    for path, truth in truths.items():
        table = seen[path].table
        labels = table.labels if table else ()
        for _ in range(DRAWS):
            matches = recognise(label for label in labels if dice.random() * 100 >= percent)
            right += bool(matches) and f"{matches[0].id}@{matches[0].version}" == truth
            sure += bool(matches) and matches[0].score >= SURE
    total = len(truths) * DRAWS
    return right / total, sure / total


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
