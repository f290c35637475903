"""Weights that are claimed for a problem that asks for some: a problem of their own."""

from collections.abc import Mapping

from lstmhw.faults import Fault, ProblemError
from lstmhw.problem import Problem
from lstmhw.reading import Document
from lstmhw.reading.decode import decode
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Scalar
from lstmhw.solution import NO_ANSWER, Claim

Claims = Mapping[str, Claim]


def weights_in(problem: Problem, claimed: Claims) -> dict[str, Claim]:
    """The claims that are weights, also under `weights`; none where the problem has its own.

    Raises ProblemError for weights that are no mapping.
    """
    if not problem.is_open:
        return {}
    inner = claimed.get("weights", {})
    if not isinstance(inner, Mapping) and inner not in NO_ANSWER:
        message = "expected weights by their names, found a number or a list"
        raise ProblemError([Fault(("claimed", "weights"), message, "as in the file of a problem")])
    every = {**claimed, **(inner if isinstance(inner, Mapping) else {})}
    return {
        key: claim
        for key, claim in every.items()
        if key in problem.weights_claimed and claim not in NO_ANSWER
    }


def with_weights(document: Document, claimed: Claims) -> Problem:
    """The problem with these weights as if its file had them.

    Raises ProblemError, with the places of the claims.
    """
    root = document.root
    assert isinstance(root, Fields)
    entries = {key: entry for key, entry in root.entries.items() if key != "claimed"}
    for key, claim in claimed.items():
        entries[key] = Scalar(key, True, root.mark), _node(claim, root.mark)
    try:
        return decode(root._replace(entries=entries))
    except ProblemError as error:
        raise ProblemError([_as_claimed(fault, claimed) for fault in error.faults]) from None


def _as_claimed(fault: Fault, claimed: Claims) -> Fault:
    """What is wrong with the problem is wrong with what is claimed: without it, it can be read."""
    is_there = fault.path and fault.path[0] in claimed
    return fault.under(("claimed",)) if is_there else fault._replace(path=("claimed",))


def _node(claim: Claim, mark: Mark) -> Node:
    """A claim as it would stand in a file."""
    if isinstance(claim, str):
        return Scalar(claim, True, mark)
    if isinstance(claim, Mapping):
        pairs = claim.items()
        return Fields({k: (Scalar(k, True, mark), _node(part, mark)) for k, part in pairs}, mark)
    return Items(tuple(_node(part, mark) for part in claim), mark)
