"""Marks that give no answer away: what is wrong and how it is done rightly, and no true value."""

from lstmhw.solution import Check, Solution

KEPT = ("evidence", "repeats", "credit", "convention")
"""What else of a check tells no true value."""


def without_answers(check: Check) -> Check:
    """The check with its verdict, mistake, place and method, and no true value."""
    extras = {key: value for key, value in check.extras.items() if key in KEPT}
    return check._replace(expected=None, explanation=check.method, extras=extras)


def marks_without_answers(marks: Solution) -> Solution:
    """A page of marks without the true values, wherever a format would show them."""
    return Solution(
        kind=marks.kind,
        title=marks.title,
        source=marks.source,
        digits=marks.digits,
        sections=(),
        asked=marks.asked,
        result=marks.result,
        checks=tuple(map(without_answers, marks.checks)),
        score=marks.score,
    )
