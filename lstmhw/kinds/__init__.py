"""The kinds of problems: one module each, named as the kind with underscores.

A module here defines one record, `class Q(Problem, kind="q")`, and its name stands in KINDS.
"""

from importlib import import_module

from lstmhw.problem import Problem

KINDS = (
    "lstm-step",
    "gru-step",
    "rnn-step",
    "rnn-in-lstm",
    "sentiment-weights",
    "step-rnn",
    "lstm-gradient",
    "gradient-flow",
    "parameter-count",
)


def record_of(kind: str) -> type[Problem]:
    """The record class of a kind; its module is imported only now."""
    import_module(f"lstmhw.kinds.{kind.replace('-', '_')}")
    return Problem.kinds[kind]
