"""Which of several submissions of one student counts: the last, the best, or all of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.grading.roster import Roster, folded
from lstmhw.grading.rows import Graded
from lstmhw.reading.headings import NO_HEADINGS, Headings
from lstmhw.reading.submissions import NEVER, Source, read_submission

Key = int
"""Of an id, kept in its stead: of many ids, that is less to remember."""


def key_of(id: str | None) -> Key | None:
    """By which submissions of one student are known; without an id, each is of another."""
    return None if id is None else hash(id.strip().casefold())


class Last(NamedTuple):
    """The number, in the order in which they come, of the submission of each id that counts.

    `total` is how many do.
    """

    numbers: dict[Key, int]
    total: int

    def only(self, batches: Iterable[list[Source]]) -> Iterator[list[Source]]:
        """The submissions that count, the same that were looked through."""
        number = 0
        for batch in batches:
            kept = []
            for source in batch:
                key = key_of(id_of(source))
                if key is None or self.numbers.get(key, number) == number:
                    kept.append(source)
                number += 1
            if kept:
                yield kept


def last_of(batches: Iterable[list[Source]]) -> Last:
    """Looks through submissions for the last of each id: by its time, else by its place."""
    numbers: dict[Key, int] = {}
    times: dict[Key, float | None] = {}
    number = dropped = 0
    for source in (source for batch in batches for source in batch):
        key = key_of(id_of(source))
        dropped += key in numbers
        if key is not None and (key not in numbers or _is_later(source.time, times[key])):
            numbers[key] = number
            times[key] = source.time
        number += 1
    return Last(numbers, number - dropped)


def _is_later(time: float | None, other: float | None) -> bool:
    if time == NEVER:
        return other == NEVER
    return time is None or other is None or time >= other


class Students:
    """By which the submissions of one student to several problems are known.

    That is an id, any that a class list has for one student; of files that are called after
    problems, where there is no id, the name too.
    """

    def __init__(self, headings: Headings, roster: Roster | None) -> None:
        self.headings = headings
        self.known = {} if roster is None else roster.known

    def key(self, source: Source) -> Key | None:
        id = id_of(source, self.headings)
        if id is not None:
            k = self.known.get(folded(id))
            return key_of(id) if k is None else hash(("student", k))
        is_named = source.problem and not source.parts
        if not is_named:
            return None
        return hash(("name", folded(read_submission(source, self.headings).name)))


class Together(NamedTuple):
    """The submissions that make up the homework of one student: of each, how many are to come.

    `total` is how many students there are; `alone` how many have answered each problem, of what is
    handed in by problem, and no other.
    """

    students: Students
    counts: Counter[Key]
    total: int
    alone: Mapping[str, int]

    def only(self, batches: Iterable[list[Source]]) -> Iterator[list[Source]]:
        """The last submission of each student, with the earlier ones."""
        left = Counter({key: count for key, count in self.counts.items() if count > 1})
        waiting: dict[Key, list[Source]] = {}
        for batch in batches:
            kept = []
            for source in batch:
                key = self.students.key(source)
                if key is None or key not in left:
                    kept.append(source)
                    continue
                waiting.setdefault(key, []).append(source)
                left[key] -= 1
                if not left[key]:
                    kept.append(_one(waiting.pop(key)))
            if kept:
                yield kept


def together_of(batches: Iterable[list[Source]], students: Students) -> Together:
    """Looks through submissions for those of one student.

    Where a name comes twice for one problem there may be two students, and nothing is put together.
    """
    keys: Counter[Key | None] = Counter()
    problems: dict[Key, list[str]] = {}
    named = set()
    for source in (source for batch in batches for source in batch):
        key = students.key(source)
        keys[key] += 1
        if key is None or not source.problem:
            continue
        problems.setdefault(key, []).append(source.problem)
        if id_of(source, students.headings) is None:
            named.add(key)
    apart = {key for key in named if len(set(problems[key])) < len(problems[key])}
    known = {k: n for k, n in keys.items() if k is not None and k not in apart}
    others = sum(n for k, n in keys.items() if k is None or k in apart)
    alone = Counter(found[0] for found in problems.values() if len(set(found)) == 1)
    return Together(students, Counter(known), len(known) + others, alone)


def _one(sources: Sequence[Source]) -> Source:
    """The last of several submissions, by their times or else their places, with the others."""
    times = [source.time for source in sources if source.time is not None]
    if len(times) == len(sources):
        sources = sorted(sources, key=lambda source: source.time or 0.0)
    *earlier, last = sources
    return last._replace(earlier=tuple(earlier))


def counts_of(batches: Iterable[list[Source]], headings: Headings = NO_HEADINGS) -> Counter[Key]:
    """How many submissions there are of each id."""
    keys = (key_of(id_of(source, headings)) for batch in batches for source in batch)
    return Counter(key for key in keys if key is not None)


def best_of(rows: Iterable[Graded], counts: Counter[Key]) -> Iterator[Graded]:
    """The row with the most points of each id, once the last of them is there; equal, the later."""
    left = Counter({key: count for key, count in counts.items() if count > 1})
    best: dict[Key, Graded] = {}
    for graded in rows:
        key = key_of(graded.row.id)
        if key is None or key not in left:
            yield graded
            continue
        before = best.get(key)
        if before is None or _points(graded) >= _points(before):
            best[key] = graded
        left[key] -= 1
        if not left[key]:
            yield best.pop(key)


def _points(graded: Graded) -> float:
    return -1.0 if graded.row.score is None else graded.row.score


def id_of(source: Source, headings: Headings = NO_HEADINGS) -> str | None:
    """The id alone of a submission."""
    if source.line and b'"id"' not in source.data:
        return None
    return read_submission(source, headings).id
