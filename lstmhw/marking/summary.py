"""The marks of a sheet as a page of their own."""

from collections.abc import Iterator

from lstmhw.glossary import counted, title
from lstmhw.marking.follow_through import VERDICTS
from lstmhw.notation import Text, symbol
from lstmhw.solution import Paragraph, Solution


def marks(solution: Solution) -> Solution:
    """The solution with its marks in the place of its working."""
    return solution._replace(sections=(), picture=None, result=tuple(_summary(solution)))


def _summary(solution: Solution) -> Iterator[Paragraph]:
    """How many answers are right, and the first that is not."""
    checks = solution.checks
    if not checks:
        return
    counts = {verdict: sum(check.verdict == verdict for check in checks) for verdict in VERDICTS}
    absent = sum(check.is_absent for check in checks)
    partial = counts.pop("unanswered") - absent
    several = [counted(count, verdict) for verdict, count in counts.items() if count]
    told = ", ".join([*several, f"{partial} partly answered"] if partial else several)
    if told:
        claimed = len(checks) - absent
        answers = "1 answer is" if claimed == 1 else f"{claimed} answers are"
        yield Paragraph((f"{answers} claimed: {told}.",))
    if absent:
        yield Paragraph((f"{absent} unanswered.",))
    wrong = next((check for check in checks if check.verdict == "wrong"), None)
    if wrong is not None:
        name = symbol(wrong.symbol, Text())
        said = f" ({title(wrong.mistake)})" if wrong.mistake else ""
        yield Paragraph((f"The first wrong one is {name}{said}.",))
