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
    "sequence-rule",
    "step-rnn",
    "lstm-gradient",
    "gradient-flow",
    "parameter-count",
    "attention-step",
)


def known() -> tuple[str, ...]:
    """The kinds of this room, and those that are defined elsewhere."""
    return tuple(dict.fromkeys((*KINDS, *Problem.kinds)))


def record_of(kind: str) -> type[Problem]:
    """The record class of a known kind; its module is imported only now."""
    if kind not in Problem.kinds:
        import_module(f"lstmhw.kinds.{kind.replace('-', '_')}")
    return Problem.kinds[kind]
