"""A document as plain data, with its numbers as they are written, and what is changed in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from lstmhw.faults import Path
from lstmhw.numerals import Bare, number
from lstmhw.problem import Shape, Varied
from lstmhw.reading.nodes import Fields, Mark, Node, Scalar
from lstmhw.redrawing import other_numbers

WORDS = ("true", "false", "null")

Leaves = Callable[[list[str]], list[str]]


def data_of(node: Node, others: Mapping[Mark, Any]) -> Any:
    """A node as plain data; at some places others stand in its place."""
    if node.mark in others and not isinstance(node, Fields):
        return others[node.mark]
    if isinstance(node, Fields):
        entries = node.entries.values()
        return {_text(key): data_of(value, others) for key, value in entries}
    return _text(node) if isinstance(node, Scalar) else [data_of(n, others) for n in node.nodes]


def _text(scalar: Scalar) -> str:
    """A text, or what stands in the file without quotes and is none."""
    is_bare = scalar.plain and (scalar.text in WORDS or _is_number(scalar.text))
    return Bare(scalar.text) if is_bare else scalar.text


def _is_number(text: str) -> bool:
    try:
        number(text)
    except ValueError:
        return False
    return True


def varied(data: Any, how: Varied, shape: Shape, random: Random) -> Any:
    """What a variant has in the place of an array."""
    match how:
        case "kept":
            return data
        case "shares":
            return _each_vector(data, lambda row: random.sample(row, len(row)))
        case "letters":
            return _other_letters(data, random)
        case "inputs" if _is_binary(data):
            return _other_letters(data, random)
    is_bounded = how == "bounded"
    return with_leaves(data, lambda texts: other_numbers(texts, random, shape.limits, is_bounded))


def with_leaves(data: Any, change: Leaves) -> Any:
    """Data with other numbers in the place of all."""
    texts = [str(leaf) for leaf in _leaves(data) if _is_number(leaf)]
    changed = iter(change(texts))

    def rebuilt(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: rebuilt(value) for key, value in part.items()}
        if isinstance(part, list):
            return [rebuilt(item) for item in part]
        if not _is_number(part):
            return part
        text = next(changed)
        return text if "/" in text else Bare(text)

    return rebuilt(data)


def _leaves(data: Any) -> Iterator[str]:
    if isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _leaves(part)
    else:
        yield data


def _is_binary(data: Any) -> bool:
    """Whether there are zeros and ones, and nothing else."""
    return {number(leaf) for leaf in _leaves(data) if _is_number(leaf)} == {0, 1}


def _other_letters(data: Any, random: Random) -> Any:
    """One-hot vectors with the 1 at other places, those alike alike; other data as they are."""
    for turned in (_as_it_is, _transposed):
        vectors = [*_vectors(turned(data))]
        sizes = {len(vector) for vector in vectors}
        if len(sizes) == 1 and all(map(_is_one_hot, vectors)):
            places = random.sample(range(*sizes), *sizes)
            return turned(_each_vector(turned(data), partial(_reordered, places)))
    return data


def _reordered(places: Sequence[int], vector: list[str]) -> list[str]:
    return [vector[k] for k in places]


def _as_it_is(data: Any) -> Any:
    return data


def _transposed(data: Any) -> Any:
    """Data with the rows of each matrix as its columns."""
    if not isinstance(data, list) or not isinstance(data[0], list):
        return data
    if isinstance(data[0][0], list):
        return [*map(_transposed, data)]
    return [list(row) for row in zip(*data, strict=True)]


def _vectors(data: Any) -> Iterator[list[str]]:
    if isinstance(data, list) and not isinstance(data[0], list):
        yield data
    elif isinstance(data, list):
        for part in data:
            yield from _vectors(part)


def _each_vector(data: Any, change: Callable[[list[str]], list[str]]) -> Any:
    if not isinstance(data, list):
        return data
    if isinstance(data[0], list):
        return [_each_vector(part, change) for part in data]
    return change(data)


def _is_one_hot(vector: list[str]) -> bool:
    values = [number(text) if _is_number(text) else 2.0 for text in vector]
    return len(values) > 1 and values.count(1) == 1 and values.count(0) == len(values) - 1


def put(data: Any, path: Path, value: Any) -> None:
    """Puts a value at a key path of data, if something stands there."""
    for key in path[:-1]:
        if not _has(data, key):
            return
        data = data[key]
    if _has(data, path[-1]):
        data[path[-1]] = value


def at(data: Any, path: Path) -> Any:
    """What stands at a key path; None where nothing does."""
    for key in path:
        if not _has(data, key):
            return None
        data = data[key]
    return data


def _has(data: Any, key: str | int) -> bool:
    if isinstance(data, dict):
        return key in data
    return isinstance(data, list) and isinstance(key, int) and key < len(data)
