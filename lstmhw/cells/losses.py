"""The losses of one time step, each written once, over generic values.

y and target are (k,), outputs and what they should be; a loss is (1,).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lstmhw.functions import ln, total


def half_squared(y: Any, target: Any, count: int) -> Any:
    """Half the sum of the squared errors."""
    return 0.5 * total((y - target) ** 2)


def squared(y: Any, target: Any, count: int) -> Any:
    """The sum of the squared errors."""
    return total((y - target) ** 2)


def mean_squared(y: Any, target: Any, count: int) -> Any:
    """The mean of the squared errors of so many outputs."""
    found = total((y - target) ** 2)
    return found if count == 1 else found / count


def cross_entropy(y: Any, target: Any, count: int) -> Any:
    """-sum target ln y, for outputs that are probabilities of classes."""
    return -total(target * ln(y))


def binary_cross_entropy(y: Any, target: Any, count: int) -> Any:
    """-sum (target ln y + (1 - target) ln(1 - y)), for outputs that are probabilities each."""
    return -total(target * ln(y) + (1 - target) * ln(1 - y))


class Loss(NamedTuple):
    """A loss: its equation, (y, target, how many outputs) -> (1,), and what it is in words.

    `matched` is the output activation f for which dL/dz = y - target, where y = f(z); of
    cross-entropy only where the targets of a step add up to 1.
    """

    of: Callable[[Any, Any, int], Any]
    words: str
    matched: str = ""
    outputs: tuple[str, ...] = ()
    """The output activations that it is defined for; any where there are none."""


LOSSES: Mapping[str, Loss] = {
    "half-squared": Loss(half_squared, "half the sum of the squared errors"),
    "squared": Loss(squared, "the sum of the squared errors"),
    "mean-squared": Loss(mean_squared, "the mean of the squared errors"),
    "cross-entropy": Loss(
        cross_entropy,
        "minus the logarithm of what the right class got",
        "softmax",
        ("softmax", "sigmoid"),
    ),
    "binary-cross-entropy": Loss(
        binary_cross_entropy,
        "minus the logarithm of what the right answers got",
        "sigmoid",
        ("sigmoid", "softmax"),
    ),
}
