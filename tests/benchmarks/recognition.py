"""How well headers are recognised: the confusion table over real files, and over headers with columns dropped.

    python tests/benchmarks/recognition.py CORPUS

CORPUS holds the files and EXPECTED.csv (path, schema_id, schema_version). Prints, for the files: how many of each truth
were taken for what; for the files of a standard: the right id and version, and the share of sure answers, with 10 to
40 percent of the columns dropped at random (10 draws a file).
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from pathlib import Path

import meguro_opendata as mo
from meguro_opendata.inspection.profiler import Inspection, inspect_file
from meguro_opendata.standard.recognition import SURE, recognise

DRAWS = 10


def truth_of(row: dict[str, str]) -> str:
    """The true ``id@version`` of a row of EXPECTED.csv, empty for a look-alike."""
    if not row["schema_id"]:
        return ""
    newest = str(mo.load_standard(row["schema_id"]).version)
    return f"{row['schema_id']}@{newest if row['schema_version'] == 'current' else row['schema_version']}"


def main(corpus: Path) -> None:
    """Print both tables."""
    with (corpus / "EXPECTED.csv").open(encoding="utf-8") as file:
        truths = {row["path"]: truth_of(row) for row in csv.DictReader(file)}
    seen: dict[str, Inspection] = {}
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() in (".csv", ".xlsx", ".xls") and path.parent != corpus:
            seen[str(path.relative_to(corpus))] = inspect_file(path)
    table = Counter((truths.get(path) or "none", answer(inspection)) for path, inspection in seen.items())
    print(f"{'truth':28} {'taken for':28} files")
    for (truth, taken), count in sorted(table.items()):
        print(f"{truth:28} {taken:28} {count:5}{'' if truth == taken else '   WRONG'}")
    standards = {path: truth for path, truth in truths.items() if truth}
    for dropped in (10, 20, 30, 40):
        right, sure = dropped_columns(standards, seen, dropped)
        print(f"{dropped} % of the columns dropped: id and version right {right:.1%}, sure {sure:.1%}")


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
    main(Path(sys.argv[1]))
