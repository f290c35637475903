"""A problem as it is answered: solved, its claims marked, and the score where there is one."""

from lstmhw.faults import ProblemError
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


def _with_score(problem: Problem, solution: Solution) -> Solution:
    """The solution of a problem without claims, with a score where its weights are one."""
    if not solution.checks:
        return solution

    from lstmhw.marking.scoring import asked_of_sheet

    wanted, _ = asked_of_sheet(problem, solution)
    return solution._replace(score=wanted.score(solution.checks))
