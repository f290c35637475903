"""What a class got right and wrong: a page for the teacher, counted row by row."""

from collections import Counter

from lstmhw.glossary import title
from lstmhw.grading.homework import Homework
from lstmhw.grading.rows import Graded
from lstmhw.marking.follow_through import VERDICTS
from lstmhw.reading.submissions import NO_SUBMISSION
from lstmhw.solution import Count, Counts, Section, Solution, Table

MOST_MISTAKES = 10
MOST_PLACES = 4
NOT_NAMED = "(not recognised)"


class Tally:
    """Counts rows; it grows with the symbols and the mistakes, not with the rows.

    The row of a student who is missing is counted alone: it says nothing of any answer.
    """

    def __init__(self, homework: Homework) -> None:
        self.homework = homework
        self.rows = 0
        self.missing = 0
        self.errors = 0
        self.scored = 0
        self.score = 0.0
        self.points = dict.fromkeys(homework.problems, 0.0)
        self.marked: Counter[str] = Counter()
        self.verdicts: dict[str, Counter[str]] = {}
        self.by_symbol: dict[str, Counter[str]] = {}
        self.by_mistake: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def add(self, graded: Graded) -> None:
        row = graded.row
        self.rows += 1
        if row.error == NO_SUBMISSION:
            self.missing += 1
            return
        self.errors += row.error is not None
        if row.score is not None:
            self.scored += 1
            self.score += row.score
        for name, score in graded.scores.items():
            self.points[name] += score
            self.marked[name] += 1
        wrong = [(s, m or NOT_NAMED) for s, verdict, m in graded.verdicts if verdict == "wrong"]
        for symbol, verdict, _ in graded.verdicts:
            self.verdicts.setdefault(symbol, Counter())[verdict] += 1
        for symbol, mistake in wrong:
            self.by_symbol.setdefault(symbol, Counter())[mistake] += 1
        for mistake in {mistake for _, mistake in wrong}:  # once for each who made it
            self.by_mistake[mistake] += 1
            self.examples.setdefault(mistake, row.name)

    @property
    def status(self) -> int:
        """2 where a submission has an error, 1 where a claim is wrong, else 0."""
        return 2 if self.errors else 1 if self.by_mistake else 0

    def page(self) -> Solution:
        """The summary, in the blocks of which every page is made."""
        sections = [
            Section("By problem", (self._problems(),)) if self.marked else None,
            Section("By symbol", (self._symbols(),)) if self.verdicts else None,
            Section("Mistakes", (self._mistakes(),)) if self.by_mistake else None,
        ]
        return Solution(
            kind="",
            title=self._headline(),
            source="",
            digits=4,
            sections=tuple(section for section in sections if section is not None),
        )

    def lecture_page(self) -> Solution:
        """What to show to a class: which mistakes were made and where, with nobody's name."""
        sections = (
            Section("Mistakes", (self._mistakes_drawn(),)) if self.by_mistake else None,
            Section("Wrong answers", (self._wrong_drawn(),)) if self.by_symbol else None,
            Section("By problem", (self._problems(),)) if self.marked else None,
            Section("By symbol", (self._symbols(),)) if self.verdicts else None,
        )
        drawn = tuple(section for section in sections if section is not None)
        return Solution("", self.homework.title, self._headline(), 4, drawn)

    def _mistakes_drawn(self) -> Counts:
        """A bar for each mistake, with the symbols in which it was made."""
        bars = [
            Count(title(mistake), count, f"in {self._where(mistake)}")
            for mistake, count in self.by_mistake.most_common(MOST_MISTAKES)
        ]
        return Counts(tuple(bars), "students", "where")

    def _where(self, mistake: str) -> str:
        places = [s for s in self.verdicts if mistake in self.by_symbol.get(s, ())]
        more = len(places) - MOST_PLACES
        return ", ".join(places[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")

    def _wrong_drawn(self) -> Counts:
        """A bar for each symbol with wrong answers, with its most common mistake."""
        bars = [
            Count(symbol, counts.total(), f"most often: {title(counts.most_common(1)[0][0])}")
            for symbol, counts in self.by_symbol.items()
        ]
        bars.sort(key=lambda bar: -bar.size)
        return Counts(tuple(bars[:MOST_MISTAKES]), "wrong answers", "most often")

    def _headline(self) -> str:
        told = [_counted(self.rows - self.missing, "submission")]
        if self.scored:
            mean = self.score / self.scored
            told.append(f"mean score {mean:.2f} of {self.homework.out_of}")
        told.append(f"{self.errors} with errors" if self.errors else "none with errors")
        if self.missing:
            told.append(f"{_counted(self.missing, 'student')} without a submission")
        return ", ".join(told)

    def _problems(self) -> Table:
        """The mean score of each problem."""
        rows = [
            (
                name,
                exercise.title,
                f"{self.points[name] / self.marked[name]:.2f}",
                str(exercise.asked.out_of),
            )
            for name, exercise in self.homework.exercises.items()
            if self.marked[name]
        ]
        return Table(("", "problem", "mean score", "of"), tuple(rows))

    def _symbols(self) -> Table:
        rows = []
        for symbol, counts in self.verdicts.items():
            mistakes = self.by_symbol.get(symbol, Counter())
            common = title(mistakes.most_common(1)[0][0]) if mistakes else ""
            rows.append((symbol, *(str(counts[verdict]) for verdict in VERDICTS), common))
        return Table(("", *VERDICTS, "most common mistake"), tuple(rows))

    def _mistakes(self) -> Table:
        rows = [
            (title(mistake), _code(mistake), str(count), self.examples[mistake])
            for mistake, count in self.by_mistake.most_common(MOST_MISTAKES)
        ]
        return Table(("", "code", "submissions", "for example"), tuple(rows))


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _code(mistake: str) -> str:
    """What the rows have for a mistake."""
    return "" if mistake == NOT_NAMED else mistake
