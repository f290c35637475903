"""A problem as it is answered: solved, its claims marked and scored; or traced word by word."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import dropwhile

from lstmhw.faults import Fault, ProblemError
from lstmhw.problem import Problem
from lstmhw.reading import Document
from lstmhw.reading.designs import weights_in, with_weights
from lstmhw.solution import Claim, Solution

JUDGED = ("Proof", "Verdict")
"""The first section that is about weights, and not about the rule that they are to compute."""


def answered(document: Document) -> Solution:
    """The solution with the marks of what the problem claims.  Raises ProblemError."""
    problem = document.problem
    if not problem.claimed and problem.marking is None:
        return _with_score(problem, problem.solve())

    solution, faults = sheet_marked(document, problem.claimed)
    if faults:
        raise ProblemError(faults)
    return solution


def sheet_marked(
    document: Document, claimed: Mapping[str, Claim]
) -> tuple[Solution, tuple[Fault, ...]]:
    """The solution of a problem with claims marked, and a fault for each that cannot be.

    Weights that are claimed where some are asked for are judged as a problem of their own.  Raises
    ProblemError where the problem gives points for what it has not.
    """
    from lstmhw.marking import marked  # only claims pay for the import

    own, faults = of_weights(document, claimed)
    solution, more = marked(document.problem, claimed, own)
    if own is not None:
        told = dropwhile(lambda section: section.title not in JUDGED, own.sections)
        named = [s._replace(title=f"Your weights: {s.title[0].lower()}{s.title[1:]}") for s in told]
        solution = solution._replace(sections=(*solution.sections, *named))
    return solution, (*faults, *more)


def of_weights(
    document: Document, claimed: Mapping[str, Claim]
) -> tuple[Solution | None, tuple[Fault, ...]]:
    """The solution with claimed weights; None where none are, or they have the faults."""
    try:
        weights = weights_in(document.problem, claimed)
        return (with_weights(document, weights).solve() if weights else None), ()
    except ProblemError as error:
        return None, tuple(error.faults)


class SequenceError(ProblemError):
    """A sequence that was asked for beside the problem cannot be traced."""


def traced(problem: Problem, sequence: str | None) -> Solution:
    """The problem's sequence, or this one, word by word.

    Raises ProblemError for a problem that has none, and SequenceError for this sequence.
    """
    from lstmhw.kinds.sentiment_weights import SentimentWeights
    from lstmhw.kinds.sequence_rule import SequenceRule

    if not isinstance(problem, SentimentWeights | SequenceRule):
        message = "expected sentiment-weights or sequence-rule, which can be traced; found "
        raise ProblemError([Fault(("kind",), message + problem.kind)])
    if sequence is None:
        return problem.trace()
    asked = replace(problem, sequence=sequence)
    try:
        asked.check_sequence()
    except ProblemError as error:
        raise SequenceError(error.faults) from None
    return asked.trace()


def _with_score(problem: Problem, solution: Solution) -> Solution:
    """The solution of a problem without claims, with a score where its weights are one."""
    if not solution.checks:
        return solution

    from lstmhw.marking.scoring import asked_of_sheet

    wanted, _ = asked_of_sheet(problem, solution)
    return solution._replace(score=wanted.score(solution.checks))
