"""The quality of a dataset's metadata: points for each applicable question (``quality.toml``), and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from dataclasses import dataclass
from datetime import date
from functools import cache

from meguro_opendata.catalog.entry import CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.licences import find_licence
from meguro_opendata.catalog.review.crawler import judge_pickup
from meguro_opendata.packaged import packaged_toml

__all__ = ["Answer", "Quality", "Question", "measure_quality"]

_FILE = "quality.toml"
_FILES = "files."


@dataclass(frozen=True)
class Asked:
    """The parameters of a way of answering.

    Attributes:
        least: The fewest letters, or elements.
        other: The attribute that has to say something else.
        values: The formats that count.
        only: The formats of the files that are asked; empty for all.
    """

    least: int = 0
    other: str = ""
    values: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question (``quality.toml``).

    Attributes:
        code: The question's name in the messages.
        characteristic: The data-quality characteristic that it belongs to.
        what: The part of the entry that it is about.
        how: The way in which it is answered.
        points: The points of a complete answer.
        asks: The parameters of the way of answering.
        after_publication: Whether it can be answered only once the files are published.
    """

    code: str
    characteristic: str
    what: str
    how: str
    points: int
    asks: Asked = Asked()
    after_publication: bool = False


@dataclass(frozen=True)
class Answer:
    """The answer to a question; ``share`` is its completeness from 0 to 1."""

    question: Question
    share: float

    @property
    def lost(self) -> float:
        """Return the points lost by an incomplete answer."""
        return self.question.points * (1 - self.share)


@dataclass(frozen=True)
class Quality:
    """The answers to every question that applies to a dataset."""

    answers: tuple[Answer, ...]

    @property
    def score(self) -> int:
        """Return points of a hundred, rounded down so that 100 means that nothing is missing."""
        most = sum(answer.question.points for answer in self.answers)
        reached = sum(answer.question.points * answer.share for answer in self.answers)
        # The small summand undoes floating-point errors: a sum of shares just below 100 is 100.
        return int(100 * reached / most + 1e-9) if most else 0

    @property
    def next_step(self) -> Question | None:
        """Return the question whose answer would add the most points; ``None`` if nothing is missing."""
        lacking = [answer for answer in self.answers if answer.share < 1]
        return max(lacking, key=lambda answer: answer.lost).question if lacking else None

    def by_characteristic(self) -> dict[str, tuple[float, int]]:
        """Return points reached and points to be had, by characteristic."""
        sums: dict[str, tuple[float, int]] = {}
        for answer in self.answers:
            reached, most = sums.get(answer.question.characteristic, (0.0, 0))
            points = answer.question.points
            sums[answer.question.characteristic] = (reached + points * answer.share, most + points)
        return sums


def measure_quality(entry: CatalogEntry, as_of: date, *, published: bool = True) -> Quality:
    """Return the quality of a dataset's metadata as of a day.

    Args:
        entry: The dataset.
        as_of: The day on which its data is asked to be up to date.
        published: Whether its files have been published; before, their addresses are unknown.
    """
    asked = [one for one in _questions() if published or not one.after_publication]
    shares = ((question, _share(question, entry, as_of)) for question in asked)
    return Quality(tuple(Answer(question, share) for question, share in shares if share is not None))


def _share(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    """Return the completeness of an answer from 0 to 1; ``None`` if the question does not apply."""
    if question.how in _OWN_WAYS:
        return _OWN_WAYS[question.how](question, entry, as_of)
    values = list(_values(question, entry))
    if not values:
        return None if question.asks.only else 0.0
    return sum(_WAYS[question.how](value, question.asks, entry) for value in values) / len(values)


def _values(question: Question, entry: CatalogEntry) -> Iterator[object]:
    if not question.what.startswith(_FILES):
        yield getattr(entry, question.what)
        return
    only = question.asks.only
    for part in entry.distributions:
        if not only or part.format.upper() in only:
            yield getattr(part, question.what.removeprefix(_FILES))


def _filled(value: object, asks: Asked, entry: CatalogEntry) -> bool:
    return value not in (None, "", (), Contact())


def _long(value: object, asks: Asked, entry: CatalogEntry) -> bool:
    return len(str(value).strip()) >= asks.least


def _different(value: object, asks: Asked, entry: CatalogEntry) -> bool:
    return bool(value) and str(value).strip() != str(getattr(entry, asks.other)).strip()


def _several(value: object, asks: Asked, entry: CatalogEntry) -> bool:
    return isinstance(value, Sized) and len(value) >= asks.least


def _licensed(value: object, asks: Asked, entry: CatalogEntry) -> bool:
    known = find_licence(str(value), entry.license_url)
    return known is not None and known.open


def _readable(question: Question, entry: CatalogEntry, as_of: date) -> float:
    """Return the share of files that machines can read, or that have a twin of the same name which they can."""
    formats = {name.upper() for name in question.asks.values}
    readable = {_stem(part) for part in entry.distributions if part.format.upper() in formats}
    shares = [_stem(part) in readable for part in entry.distributions]
    return sum(shares) / len(shares) if shares else 0.0


def _stem(part: Distribution) -> str:
    """Return the name of a file without its ending."""
    name = part.url.rpartition("/")[2] or part.name
    return name.rpartition(".")[0] or name


def _tagged(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    pickup = judge_pickup(entry)
    return None if pickup.standard is None else float(bool(dict(pickup.criteria)["tags"]))


def _fresh(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    """Return whether the data is as new as its frequency promises, with a grace; irregular data is never late."""
    limit = _freshness().days.get(entry.frequency)
    day = _day(entry.modified)
    if limit is None or day is None:
        return None
    return float((as_of - day).days <= limit + _freshness().tolerance_days)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


_WAYS: Mapping[str, Callable[[object, Asked, CatalogEntry], bool]] = {
    "filled": _filled,
    "length": _long,
    "differs": _different,
    "several": _several,
    "licence": _licensed,
}
_OWN_WAYS: Mapping[str, Callable[[Question, CatalogEntry, date], float | None]] = {
    "readable": _readable,
    "tagged": _tagged,
    "fresh": _fresh,
}


@dataclass(frozen=True)
class _Freshness:
    """How many days each frequency promises, and how many more are granted."""

    days: Mapping[str, int]
    tolerance_days: int


@cache
def _freshness() -> _Freshness:
    loaded = packaged_toml(__package__, _FILE)
    return _Freshness(loaded["days"], loaded["tolerance_days"])


@cache
def _questions() -> tuple[Question, ...]:
    own = ("code", "characteristic", "what", "how", "points")
    return tuple(
        Question(
            **{name: one[name] for name in own},
            asks=Asked(
                least=one.get("least", 0),
                other=one.get("from", ""),
                values=tuple(one.get("values", ())),
                only=tuple(one.get("only", ())),
            ),
            after_publication=one.get("after_publication", False),
        )
        for one in packaged_toml(__package__, _FILE)["question"]
    )
