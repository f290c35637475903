"""Binding the letters of shapes to sizes, the same in all arrays of a file."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path, spelled
from lstmhw.functions import Floats
from lstmhw.problem import Shape
from lstmhw.reading.nodes import Mark

_TERM = re.compile(r"([0-9]*)((?:[A-Za-z](?:@[0-9]*(?:rev)?)?)?)")

EXAMPLES = "B"
"""The letter of the number of examples in a batch."""

Letters = Callable[[Path], Mapping[str, str]]
"""What the letters of a shape are at a key path, where they are not as they are in the file."""


class Array:
    """Numbers as they stand in the file, where they begin, and the shapes they may have."""

    def __init__(
        self,
        path: Path,
        numbers: Floats,
        marker: Shape,
        shapes: Sequence[tuple[str, ...]],
        mark: Mark,
    ) -> None:
        self.path = path
        self.numbers = numbers
        self.marker = marker
        self.shapes = shapes
        self.mark = mark
        self.shape: tuple[int, ...] = numbers.shape
        self.is_zero = numbers.ndim == 0 and bool(numbers == 0)  # zeros of any shape

    def dimensions(self, transposed: bool, letters: Mapping[str, str]) -> tuple[str, ...]:
        """The letters of the shape with as many axes as the numbers have, else of the first."""
        shapes = self.shapes
        shape = next((s for s in shapes if len(s) == self.numbers.ndim), shapes[0])
        named = renamed(shape, letters)
        if transposed and self.marker.examples and named[-1:] == (EXAMPLES,):
            return (*named[:-2], *named[-2:][::-1])
        return named[::-1] if transposed and self.marker.oriented else named

    def shaped(self) -> Floats:
        return np.zeros(self.shape) if self.is_zero else self.numbers.reshape(self.shape)


def allowed(marker: Shape, batches: bool) -> list[tuple[str, ...]]:
    """The shapes that an array may have, those of a batch only where there may be `batches`."""
    return [shape for shape in marker.shapes if batches or shape[-1:] != (EXAMPLES,)]


class Size(NamedTuple):
    """What a letter is bound to, and the array that fixed it."""

    value: int
    path: Path


def renamed(dimensions: Iterable[str], letters: Mapping[str, str]) -> tuple[str, ...]:
    """The dimensions in other letters: 4m, where m is m@2, is 4m@2."""
    return tuple("+".join(_terms_renamed(dimension, letters)) for dimension in dimensions)


def _terms_renamed(dimension: str, letters: Mapping[str, str]) -> Iterator[str]:
    for factor, letter in terms(dimension):
        times = str(factor) if factor > 1 or not letter else ""
        yield times + letters.get(letter, letter)


def bind(
    arrays: Sequence[Array], transposed: bool, letters: Letters, otherwise: Mapping[str, "Size"]
) -> tuple[dict[str, int], list[Fault]]:
    """The size of each letter, and the faults of the arrays that do not fit the others.

    Arrays whose sizes are single letters fix them first, in the order of the file; then the rest.
    One that disagrees with most is blamed itself; a bare 0 fixes only what nothing else does, not
    even the sizes that are so `otherwise`.
    """
    bound: dict[str, Size] = {}
    rest = [(array, array.dimensions(transposed, letters(array.path))) for array in arrays]
    order = sorted(rest, key=lambda pair: (pair[0].is_zero, _difficulty(pair[1])))
    usual = _most_said(order)
    for array, dimensions in sorted(order, key=lambda pair: _is_unusual(pair[0], pair[1], usual)):
        if array.is_zero:
            bound = {**otherwise, **bound}
        if array.numbers.ndim in (0, len(dimensions)):
            shape = array.shape or (1,) * len(dimensions)
            for dimension, size in zip(dimensions, shape, strict=True):
                _solve(dimension, size, array.path, bound)
    faults = [fault for array, dimensions in rest for fault in _misfit(array, dimensions, bound)]
    return {letter: size.value for letter, size in bound.items()}, faults


def _said(array: Array, dimensions: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """The letters whose sizes an array shows as they are."""
    if array.numbers.ndim == len(dimensions):
        pairs = zip(dimensions, array.shape, strict=True)
        yield from ((d, size) for d, size in pairs if terms(d) == [(1, d)])


def _most_said(pairs: Iterable[tuple[Array, tuple[str, ...]]]) -> dict[str, int]:
    """The size of each letter that most arrays show; of as many, the first."""
    counts: dict[str, Counter[int]] = {}
    for array, dimensions in pairs:
        for letter, size in _said(array, dimensions):
            counts.setdefault(letter, Counter())[size] += 1
    return {letter: count.most_common(1)[0][0] for letter, count in counts.items()}


def _is_unusual(array: Array, dimensions: tuple[str, ...], usual: Mapping[str, int]) -> bool:
    return any(usual[letter] != size for letter, size in _said(array, dimensions))


def _difficulty(dimensions: tuple[str, ...]) -> int:
    return max((len(re.sub("@[0-9]*(rev)?", "", d)) for d in dimensions), default=0)


def terms(dimension: str) -> list[tuple[int, str]]:
    """`4m` -> [(4, "m")], `m+n` -> [(1, "m"), (1, "n")], `1` -> [(1, "")]."""
    matches = [_TERM.fullmatch(term) for term in dimension.split("+")]
    return [(int(match[1] or 1), match[2]) for match in matches if match]


def _solve(dimension: str, size: int, path: Path, bound: dict[str, Size]) -> None:
    """Binds the one letter of the dimension that is still open, where there is one."""
    parts = terms(dimension)
    open_terms = [(factor, letter) for factor, letter in parts if letter and letter not in bound]
    if len(open_terms) != 1:
        return
    factor, letter = open_terms[0]
    left = size - sum(f * (bound[x].value if x else 1) for f, x in parts if x != letter)
    if left > 0 and left % factor == 0:
        bound[letter] = Size(left // factor, path)


def _misfit(array: Array, dimensions: tuple[str, ...], bound: dict[str, Size]) -> list[Fault]:
    """The fault of an array that has not the shape its letters say; else it takes that shape."""
    values = {letter: size.value for letter, size in bound.items()}
    expected = tuple(size_of(dimension, values) for dimension in dimensions)
    fits_all = array.is_zero or all(size == 1 for size in expected)
    if array.shape == expected or (array.shape == () and fits_all):
        array.shape = tuple(size or 1 for size in expected)
        return []
    letters = {
        letter for dimension in dimensions for _, letter in terms(dimension) if letter in bound
    }
    others = sorted(letter for letter in letters if bound[letter].path != array.path)
    fixed = [f"{x} = {bound[x].value} from {spelled(bound[x].path)}" for x in others]
    wanted = (
        " x ".join(_wanted(d, s) for d, s in zip(dimensions, expected, strict=True)) or "a number"
    )
    found = " x ".join(map(str, array.numbers.shape)) or "a single number"
    because = f" ({', '.join(fixed)})" if fixed else ""
    message = f"expected {_kind(dimensions)} of shape {wanted}{because}, found {found}"
    return [Fault(array.path, message, _hint(array.numbers.shape, expected))]


def _hint(found: tuple[int, ...], expected: tuple[int | None, ...]) -> str:
    if len(expected) == 2 and found == expected[::-1]:
        return "is it transposed?"
    if len(expected) == 2 and len(found) == 1:
        return "a matrix is a list of rows; one row is written [[...]]"
    return ""


def _kind(dimensions: tuple[str, ...]) -> str:
    return {0: "a number", 1: "a vector", 2: "a matrix"}.get(len(dimensions), "an array")


def _wanted(dimension: str, size: int | None) -> str:
    return dimension if size is None else str(size)


def size_of(dimension: str, bound: Mapping[str, int]) -> int | None:
    """The size that a dimension stands for; None where one of its letters is open."""
    total = 0
    for factor, letter in terms(dimension):
        if letter and letter not in bound:
            return None
        total += factor * (bound[letter] if letter else 1)
    return total
