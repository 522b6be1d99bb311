"""Plans: what their kind, summary, hash and JSON are made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from planned_datasets import dataset_plan, plan_of, resource_plan

from meguro_opendata.catalog import Package, Resource
from meguro_opendata.portals import PortalState, TableLoad
from meguro_opendata.publication import DatasetPlan, ResourcePlan, Wishes
from meguro_opendata.publication.fields import FieldChange
from meguro_opendata.publication.labels import field_label, value_text, withdrawal_text
from meguro_opendata.publication.plan import Withdrawn, short_names

SUM = "0" * 64
UPDATED = dataset_plan("aed", "update", resources=(resource_plan("a.csv", "update"),))
REMOVED = dataset_plan("bus", "remove")
LOSES = dataset_plan("car", "update", resources=(resource_plan("a.csv"), resource_plan("b.csv", "remove")))
LOSES_AND_GAINS = replace(LOSES, resources=(*LOSES.resources, resource_plan("c.csv", "create")))
LOSES_AND_EDITED = replace(LOSES, metadata=(FieldChange("title", "a", "b"),))
CONFLICT = dataset_plan("dam", "conflict")


@pytest.mark.parametrize(
    ("change", "only_withdraws", "withdraws"),
    [
        (dataset_plan(), False, False),
        (UPDATED, False, False),
        (REMOVED, True, True),
        (LOSES, True, True),
        (LOSES_AND_GAINS, False, True),
        (LOSES_AND_EDITED, False, True),
    ],
)
def test_a_change_that_only_removes_is_a_withdrawal(change: DatasetPlan, only_withdraws: bool, withdraws: bool) -> None:
    """A file that comes, or a field that changes, makes a publication of it."""
    assert (change.only_withdraws, change.withdraws) == (only_withdraws, withdraws)


@pytest.mark.parametrize(
    ("changes", "deed", "pending"),
    [
        ((), "publish", False),
        ((dataset_plan(),), "publish", False),
        ((UPDATED, dataset_plan("x")), "publish", True),
        ((REMOVED, dataset_plan("x")), "withdraw", True),
        ((REMOVED, LOSES), "withdraw", True),
        ((REMOVED, UPDATED), "both", True),
        ((LOSES_AND_GAINS,), "both", True),
        ((CONFLICT,), "publish", True),
    ],
)
def test_the_kind_of_a_plan_counts_only_what_changes(
    changes: tuple[DatasetPlan, ...], deed: str, pending: bool
) -> None:
    """Unchanged datasets beside a withdrawal do not make a publication of it."""
    plan = plan_of(*changes)
    assert (plan.deed, plan.pending) == (deed, pending)


def test_the_summary_counts_datasets_by_action() -> None:
    """Every action has a number, in a fixed order."""
    summary = plan_of(UPDATED, LOSES, REMOVED, CONFLICT, dataset_plan("x")).summary
    assert list(summary.items()) == [("create", 0), ("update", 2), ("unchanged", 1), ("remove", 1), ("conflict", 1)]


def test_a_dataset_that_is_withdrawn_and_not_published_anew_is_kept_withdrawn() -> None:
    """One that is written again is not."""
    past = Withdrawn("2026-03-31T09:00:00+09:00", "folder")
    resting, again = dataset_plan("aed", withdrawn=past), dataset_plan("bus", "create", withdrawn=past)
    assert plan_of(resting, again, dataset_plan("x")).kept_withdrawn == (resting,)


def test_the_hash_covers_all_that_is_approved_and_nothing_of_this_machine() -> None:
    """The state that was read, the interruption and the path of a file are not in it; everything else changes it."""
    part = resource_plan("a.csv", "create", sha256=SUM, path="/home/a/a.csv", below="aed/a.csv")
    plan = plan_of(dataset_plan("aed", "create", resources=(part,)))
    moved = replace(part, path="/srv/a.csv")
    elsewhere = plan_of(dataset_plan("aed", "create", resources=(moved,)), seen=PortalState({}), continues="abc")
    assert elsewhere.digest == plan.digest
    others = (
        replace(plan, portal="ward"),
        replace(plan, portal_state="other"),
        replace(plan, wishes=Wishes(overwrite=("aed",))),
        replace(plan, not_looked_at=("views",)),
        plan_of(dataset_plan("aed", "create", resources=(replace(part, sha256="1" * 64),))),
        plan_of(dataset_plan("aed", "create", resources=(part,), guards=("row-loss",))),
        plan_of(dataset_plan("aed", "create", resources=(part,), package=Package({"name": "x"}))),
    )
    assert len({plan.digest, *(other.digest for other in others)}) == len(others) + 1
    assert plan.to_dict()["hash"] == plan.digest


@pytest.mark.parametrize(
    ("path", "below"),
    [("/r/aed/a.csv", "aed/a.csv"), ("/r/.history/files/ab", ".history/files/ab"), ("/else/a.csv", "a.csv")],
)
def test_a_file_is_named_below_the_folder_of_the_releases(path: str, below: str) -> None:
    """A file elsewhere has only its name: a plan does not show where it was made."""
    change = dataset_plan("aed", "create", resources=(resource_plan("a.csv", "create", path=path),))
    assert change.below(Path("/r")).resources[0].below == below


def test_a_resource_without_a_file_has_no_path() -> None:
    """As a link, or a resource that stays."""
    assert dataset_plan("aed", resources=(resource_plan("a"),)).below(Path("/r")).resources[0].below is None


@pytest.mark.parametrize(("text", "checksum"), [(SUM, SUM), ("md5:abc", None), (SUM + "0", None), (None, None)])
def test_only_a_sha256_counts_as_the_checksum_of_another_resource(text: str | None, checksum: str | None) -> None:
    """CKAN keeps any text as `hash`."""
    part = Resource({"name": "a.csv", "id": "1", "url": "u", "hash": text})
    planned = ResourcePlan.other(part, removed=True, ours=False)
    assert (planned.sha256, planned.action, planned.id, planned.ours) == (checksum, "remove", "1", False)
    assert ResourcePlan.other(part, removed=False, ours=True).action == "orphaned"


def test_columns_with_a_shorter_name_are_listed_with_the_full_one() -> None:
    """63 bytes are 21 kanji; the twenty-second makes a name too long."""
    fields = [{"name": "名" * 21}, {"name": "名" * 22}, {"name": "_id"}]
    names = short_names(TableLoad("a.csv", Path("a.csv"), {"fields": fields}, (), "digest"))
    assert set(names.values()) == {"名" * 22, "_id"}
    assert names["x_id"] == "_id"


@pytest.mark.parametrize(
    ("field", "label"),
    [("title", "題名"), ("groups.bousai", "分類: bousai"), ("resources.a.csv", "a.csv"), ("extras.係", "係")],
)
def test_a_field_without_a_word_has_its_own_name(field: str, label: str) -> None:
    """A file is called by its name."""
    assert field_label(field, "ja") == label


def test_values_of_a_list_are_joined_in_the_language() -> None:
    """A missing value has a word."""
    assert [value_text(["a", "b"], lang) for lang in ("ja", "en")] == ["a、b", "a, b"]
    assert [value_text(value, "en") for value in (None, "x")] == ["(none)", "x"]


PAST = Withdrawn("2026-03-31T23:30:00+09:00", "ward")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dataset_plan(), None),
        (dataset_plan(action="remove", before=Package({"name": "x"})), None),
        (dataset_plan(action="remove"), ["ledger"]),
        (dataset_plan(withdrawn=PAST), ["2026-03-31", "ward", "publish aed --portal ward --again"]),
        (dataset_plan(withdrawn=replace(PAST, found=("a.csv",))), ["found on ward: a.csv", "--remove aed"]),
        (dataset_plan(action="create", withdrawn=PAST), ["published anew"]),
    ],
)
def test_the_sentence_of_a_withdrawal_names_the_next_command(change: DatasetPlan, words: list[str] | None) -> None:
    """There is no sentence for a dataset that was never withdrawn, or is withdrawn by this very plan."""
    text = withdrawal_text(change, "en")
    assert (text is None) is (words is None)
    assert all(word in (text or "") for word in words or [])
