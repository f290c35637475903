"""How well answer sheets with known mistakes are marked: false alarms, cells and mistakes found.

    python tests/benchmarks/marking.py [SHEETS [SEED]] [--only NAME] [--show N] [--save FOLDER]

SHEETS of each class (default 300): correct ones with every kind of rounding, sheets with one
mistake, sheets with two; and fewer on gradients and counts, without a mistake or with one.  Then
sheets with a random wrong number, which nobody should name; sheets of which only the last answers
are claimed, with few digits; and how often a name with so much evidence is right.
--only takes the sheets with that rounding or mistake.  --show prints the first N sheets that were
marked otherwise than they were made; --save writes all of these as files for `lstmhw check`.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import sheets
from count_sheets import count_sheets, random_count_sheet
from gradient_sheets import gradient_sheets
from network_sheets import network_sheets
from random_sheets import final_answers, random_sheets
from rounded_sheets import rounded_sheets
from sheets import Sheet
from time_sheets import time_sheets

from lstmhw.glossary import title
from lstmhw.marking import Marker
from lstmhw.marking.follow_through import VERDICTS
from lstmhw.reading import from_text
from lstmhw.solution import Check

AIMS = {"false alarms": 0, "cells": 99, "one": 97, "two": 90, "random": 2}  # percent
BITS = (0, 1, 2, 4, 8, 16, 32)
ALSO = "Also explained by"
DIGITS = ("truncated", "rounded-early", "too-few-digits")  # names of what is no mistake of method
UNNAMED = ("arithmetic-slip", *DIGITS, *(f"({verdict})" for verdict in VERDICTS))
EARNING = ("right", "rounding", "follows")


class Marked(NamedTuple):
    """A sheet, its checks in the order of the working, and the seconds of marking alone."""

    sheet: Sheet
    checks: dict[str, Check]
    seconds: float

    @property
    def wrong(self) -> list[str]:
        return [symbol for symbol, check in self.checks.items() if check.verdict == "wrong"]

    def cell_found(self) -> bool:
        return self.wrong[:1] == [self.sheet.first_wrong]

    def accused_early(self) -> bool:
        """Whether a cell is called wrong that comes before the first that is."""
        order = [*self.checks]
        first = order.index(self.sheet.first_wrong or "")
        return any(order.index(symbol) < first for symbol in self.wrong)

    def said(self, symbol: str | None) -> str:
        """What is said of one cell: its mistake, or its verdict where none is named."""
        check = self.checks.get(symbol or "")
        return "no such cell" if check is None else check.mistake or f"({check.verdict})"

    def named(self, name: str, symbol: str) -> str:
        """`rightly`, `as good` (another that says the same, or gives the same numbers), or ``."""
        said = self.said(symbol).split(" + ")
        if name in said:
            return "rightly"
        if symbol in self.checks:
            _, found, others = self.checks[symbol].explanation.partition(ALSO)
            if found and title(name) in others:
                return "as good"
        if {*said} & {*self.sheet.also}:
            return "as good"
        single = len(self.sheet.mistakes) == 1 and len(said) == 1
        return "as good" if single and sheets.explained_by(self.sheet, said[0]) else ""

    def how_named(self) -> str:
        """How all the mistakes are named, each in its cell."""
        cells = zip(self.sheet.mistakes, self.sheet.cells, strict=True)
        found = [self.named(name, symbol) for name, symbol in cells]
        return "" if "" in found else max(found, key=("rightly", "as good").index)


def mark(sheet: Sheet) -> Marked:
    document = from_text("sheet.yaml", sheet.text)
    solution = document.problem.solve()
    start = time.perf_counter()
    try:
        checks, faults = Marker(solution).mark(document.problem.claimed)
    except Exception as error:
        error.add_note(sheet.text)
        raise
    took = time.perf_counter() - start
    if faults:
        raise SystemExit(f"{sheet.text}\n{faults}")
    order = {symbol: k for k, symbol in enumerate(solution.answers)}
    ordered = sorted(checks, key=lambda check: order.get(check.symbol, 0))
    return Marked(sheet, {check.symbol: check for check in ordered}, took)


def percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):5.1f} % ({part} of {whole})"


def false_alarms(marked: Sequence[Marked]) -> list[Marked]:
    """Correct sheets with a cell that is called wrong, or said to follow from one."""
    bad = [
        m for m in marked if any(c.verdict not in ("right", "rounding") for c in m.checks.values())
    ]
    print(f"correct sheets: false alarms {len(bad)} of {len(marked)} (aim {AIMS['false alarms']})")
    count = Counter(m.sheet.kind_of_sheet for m in marked)
    for kind, alarms in Counter(m.sheet.kind_of_sheet for m in bad).most_common():
        print(f"    {kind:24} {alarms} of {count[kind]}")
    truncated = [m for m in marked if m.sheet.kind_of_sheet == "truncated"]
    said = Counter(c.mistake for m in truncated for c in m.checks.values() if c.mistake)
    print(f"    said of truncated answers: {dict(said) or 'nothing'}")
    return bad


def one_mistake(marked: Sequence[Marked]) -> list[Marked]:
    bad = not_found("one mistake", marked)
    how = {id(m): m.how_named() for m in marked}
    count = Counter(how.values())
    print(f"    named rightly        {percent(count['rightly'], len(marked))} (aim {AIMS['one']})")
    print(f"    or with one as good  {percent(count['rightly'] + count['as good'], len(marked))}")
    by_name: dict[str, list[Marked]] = defaultdict(list)
    for m in marked:
        by_name[m.sheet.mistakes[0]].append(m)
    for name, group in sorted(by_name.items()):
        rightly = sum(how[id(m)] == "rightly" for m in group)
        others = Counter(m.said(m.sheet.first_wrong) for m in group if how[id(m)] != "rightly")
        instead = ", ".join(f"{other} {n}" for other, n in others.most_common(4))
        print(f"      {name:24} {rightly:4} of {len(group):<4} {instead}")
    by("what is claimed", marked, lambda m: m.sheet.claims, how)
    by("kind", marked, lambda m: m.sheet.text.split()[1], how)
    return bad + [m for m in marked if m.cell_found() and not how[id(m)]]


def two_mistakes(marked: Sequence[Marked]) -> list[Marked]:
    bad = not_found("two mistakes", marked)
    how = {id(m): m.how_named() for m in marked}
    count = Counter(how.values())
    print(f"    both named rightly   {percent(count['rightly'], len(marked))} (aim {AIMS['two']})")
    print(f"    or with one as good  {percent(count['rightly'] + count['as good'], len(marked))}")
    pairs = [
        bool(m.named(name, symbol))
        for m in marked
        for name, symbol in zip(m.sheet.mistakes, m.sheet.cells, strict=True)
    ]
    print(f"    either of the two    {percent(sum(pairs), len(pairs))}")
    by("where", marked, lambda m: m.sheet.kind_of_sheet, how)
    by("what is claimed", marked, lambda m: m.sheet.claims, how)
    return bad + [m for m in marked if m.cell_found() and not how[id(m)]]


def random_numbers(count: int, seed: int) -> list[Marked]:
    """Wrong numbers that nobody computed: how many get a name."""
    print(f"random wrong numbers with the name of a mistake (aim {AIMS['random']} %)")
    named = []
    for digits in range(1, 6):
        drawn = [mark(sheet) for sheet in random_sheets(count, digits, seed)]
        bad = [m for m in drawn if m.said(m.sheet.first_wrong) not in UNNAMED]
        print(f"    {digits} digits {percent(len(bad), len(drawn))}")
        named += bad
    counts = [mark(random_count_sheet(1000 * seed + k)) for k in range(count)]
    bad = [m for m in counts if m.said("total") not in UNNAMED]
    print(f"    counts   {percent(len(bad), len(counts))}")
    named += bad
    return named


def last_answers(count: int, seed: int) -> list[Marked]:
    """Sheets with a mistake of which only the last answers are claimed: how many get all points."""
    drawn = filter(None, (final_answers(1000 * seed + k) for k in range(count)))
    marked = [mark(sheet) for sheet in drawn]
    full = [m for m in marked if all(c.verdict in EARNING for c in m.checks.values())]
    off = Counter(m.sheet.kind_of_sheet for m in full)
    print(f"all points for last answers at two decimals: {percent(len(full), len(marked))}")
    print(f"    which are off by: {dict(off)}")
    return full


def calibration(marked: Sequence[Marked]) -> None:
    """How often the name of a single mistake is right, by its evidence."""
    groups: dict[int, list[bool]] = defaultdict(list)
    for m in marked:
        symbol = m.sheet.first_wrong or ""
        evidence = m.checks[symbol].extras.get("evidence") if symbol in m.checks else None
        if evidence is not None and m.cell_found():
            least = max(bits for bits in BITS if bits <= max(evidence, 0))
            groups[least].append(bool(m.named(m.sheet.mistakes[0], symbol)))
    print(
        "names that are right, by the bits of evidence (1 bit says 67 %, 2 bits 80 %, 4 bits 94 %)"
    )
    for least, right in sorted(groups.items()):
        print(f"    from {least:2} bits {percent(sum(right), len(right))}")


def not_found(title: str, marked: Sequence[Marked]) -> list[Marked]:
    bad = [m for m in marked if not m.cell_found()]
    found = percent(len(marked) - len(bad), len(marked))
    print(f"{title}: first wrong cell found {found} (aim {AIMS['cells']})")
    early = sum(m.accused_early() for m in bad)
    print(
        f"    in the others: a cell before it is called wrong {early}, it is not {len(bad) - early}"
    )
    return bad


def by(
    title: str, marked: Iterable[Marked], key: Callable[[Marked], str], how: dict[int, str]
) -> None:
    """Named, by some property of the sheets."""
    groups: dict[str, list[Marked]] = defaultdict(list)
    for m in marked:
        groups[key(m)].append(m)
    parts = [f"{k} {sum(map(bool, (how[id(m)] for m in g)))}/{len(g)}" for k, g in groups.items()]
    print(f"    named, by {title}: {', '.join(sorted(parts))}")


def shown(m: Marked) -> str:
    sheet = m.sheet
    lines = [
        f"# made: {' + '.join(sheet.mistakes) or sheet.kind_of_sheet} in {', '.join(sheet.cells)}",
        *(
            f"# {symbol}: {check.verdict}, {check.mistake}: {check.explanation}"
            for symbol, check in m.checks.items()
            if check.verdict != "right"
        ),
    ]
    return "\n".join([*lines, sheet.text])


JUDGES = (false_alarms, one_mistake, two_mistakes)


def draw(count: int, seed: int) -> tuple[list[Sheet], list[Sheet], list[Sheet]]:
    """Correct sheets, sheets with one mistake and sheets with two."""
    fewer = [*gradient_sheets(2 * count // 5, seed), *count_sheets(count // 5, seed)]
    fewer += [*time_sheets(count // 5, seed), *network_sheets(count // 5, seed)]
    right = [*sheets.correct_sheets(count, seed), *(s for s in fewer if not s.mistakes)]
    right += rounded_sheets(count // 5, seed)
    one = [*sheets.mistaken_sheets(count, seed), *(s for s in fewer if s.mistakes)]
    return right, one, [*sheets.two_mistakes_sheets(count, seed)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sheets", nargs="?", type=int, default=300)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--save", type=Path)
    asked = parser.parse_args()
    missed: list[Marked] = []
    for judge, drawn in zip(JUDGES, draw(asked.sheets, asked.seed), strict=True):
        named = (s for s in drawn if asked.only in (None, s.kind_of_sheet, *s.mistakes))
        marked = [mark(sheet) for sheet in named]
        if not marked:
            continue
        missed += judge(marked)
        times = sorted(1000 * m.seconds for m in marked)
        mean, median = sum(times) / len(times), times[len(times) // 2]
        print(f"    {mean:.1f} ms a sheet, median {median:.1f}, {times[-1]:.0f} the slowest")
        if judge is one_mistake:
            calibration(marked)
        print()
    if asked.only is None:
        missed += random_numbers(asked.sheets, asked.seed)
        missed += last_answers(asked.sheets, asked.seed)
    for m in missed[: asked.show]:
        print(shown(m))
    if asked.save:
        asked.save.mkdir(parents=True, exist_ok=True)
        for k, m in enumerate(missed):
            (asked.save / f"sheet-{k:03}.yaml").write_text(shown(m))


if __name__ == "__main__":
    main()
