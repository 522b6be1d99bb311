"""The append-only history of publications: JSON Lines, each line chained to the one before by hash.

The chain makes every later edit visible. One file has all kinds of entries: events of published files
(:class:`Event`), dates of first publication (:class:`Dating`), recorded figures (:class:`Record`) and corrections.
``docs/kpi.md`` describes the keys of each kind.
"""

from __future__ import annotations

from meguro_opendata.ledger.chain import append_events, enter_events, read_entries, read_ledger
from meguro_opendata.ledger.datasets import DatasetHistory, Moment, Occurrence
from meguro_opendata.ledger.entered import line_of_hash, lines_in_full, lines_known_on
from meguro_opendata.ledger.entries import (
    HARVESTED,
    PUBLISH,
    PUBLISHED,
    UPDATE,
    WITHDRAW,
    Annulment,
    Dating,
    Entry,
    Event,
    Merge,
    Record,
    SameAs,
    Submission,
    entry_of,
    japan_time,
)
from meguro_opendata.ledger.history import History, prefixes, scan_ledger
from meguro_opendata.ledger.identity import Identity
from meguro_opendata.ledger.lines import hashes_of
from meguro_opendata.ledger.merging import Merged, merge_ledgers
from meguro_opendata.ledger.onportal import LastEvent, OnPortal, PublishedFiles, Withdrawal, read_portal
from meguro_opendata.ledger.packages import Dump, Imported, OddTime, Package, catalogued, import_events, read_packages
from meguro_opendata.ledger.pending import (
    Pending,
    Place,
    append_missing,
    pending_path,
    place_of,
    read_pending,
    write_pending,
)
from meguro_opendata.ledger.trust import LineFault, Trust, check_ledger, refuse_unverified
from meguro_opendata.ledger.verification import Check, repair_ledger, verify_ledger

__all__ = [
    "HARVESTED",
    "PUBLISH",
    "PUBLISHED",
    "UPDATE",
    "WITHDRAW",
    "Annulment",
    "Check",
    "DatasetHistory",
    "Dating",
    "Dump",
    "Entry",
    "Event",
    "History",
    "Identity",
    "Imported",
    "LastEvent",
    "LineFault",
    "Merge",
    "Merged",
    "Moment",
    "Occurrence",
    "OddTime",
    "OnPortal",
    "Package",
    "Pending",
    "Place",
    "PublishedFiles",
    "Record",
    "SameAs",
    "Submission",
    "Trust",
    "Withdrawal",
    "append_events",
    "append_missing",
    "catalogued",
    "check_ledger",
    "enter_events",
    "entry_of",
    "hashes_of",
    "import_events",
    "japan_time",
    "line_of_hash",
    "lines_in_full",
    "lines_known_on",
    "merge_ledgers",
    "pending_path",
    "place_of",
    "prefixes",
    "read_entries",
    "read_ledger",
    "read_packages",
    "read_pending",
    "read_portal",
    "refuse_unverified",
    "repair_ledger",
    "scan_ledger",
    "verify_ledger",
    "write_pending",
]
