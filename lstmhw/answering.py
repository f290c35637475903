"""A problem as it is answered: solved, its claims marked and scored; or traced word by word."""

from dataclasses import replace

from lstmhw.faults import Fault, ProblemError
from lstmhw.problem import Problem
from lstmhw.solution import Solution


def answered(problem: Problem) -> Solution:
    """The solution with the marks of what the problem claims.  Raises ProblemError."""
    if not problem.claimed and problem.marking is None:
        return _with_score(problem, problem.solve())

    from lstmhw.marking import marked  # only claims pay for the import

    solution, faults = marked(problem, problem.claimed)
    if faults:
        raise ProblemError(faults)
    return solution


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
