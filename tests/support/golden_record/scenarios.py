"""All scenarios that every machine can run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from golden_record.city import catalog, day, init, kpi, ledger
from golden_record.corpus import batch, corpus, drafts, sample
from golden_record.geography import geo, geo_files, gtfs
from golden_record.inputs import SAMPLES
from golden_record.mistakes import wrong_files, wrong_portals, wrong_recipes, wrong_use
from golden_record.steps import LANGS, Scenario


def scenarios(inputs: Path) -> Iterator[Scenario]:
    """Yield what is recorded on every machine, the longest first."""
    yield from (Scenario(f"day/{lang}", list(day(lang))) for lang in LANGS)
    yield from corpus(inputs)
    yield from (Scenario("geo/commands", list(geo())), Scenario("geo/files", list(geo_files(inputs))))
    yield from (Scenario("kpi", list(kpi())), Scenario("ledger", list(ledger(inputs))))
    yield from (Scenario("catalog", list(catalog())), Scenario("drafts", list(drafts(inputs))))
    yield from (Scenario("wrong/use", list(wrong_use())), Scenario("wrong/files", list(wrong_files())))
    yield from (Scenario("wrong/recipes", list(wrong_recipes())), Scenario("wrong/portals", list(wrong_portals())))
    yield Scenario("batch", list(batch()))
    yield Scenario("demo", ["demo --out demo", "demo --out demo --format json --lang en"])
    yield Scenario("init", list(init()))
    yield Scenario("gtfs", list(gtfs()))
    yield from (sample(folder) for folder in sorted((inputs / SAMPLES).iterdir()))
