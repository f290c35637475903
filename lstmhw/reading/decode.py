"""Nodes -> a typed problem, by the annotations of its record; every fault found, not the first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from itertools import chain
from math import prod
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, overload

import numpy as np

from lstmhw.cells.weights import Gate
from lstmhw.faults import (
    MOST_ERRORS,
    Fault,
    Path,
    ProblemError,
    nearest,
    shown,
    spelled,
)
from lstmhw.functions import Floats
from lstmhw.kinds import KINDS, known, record_of
from lstmhw.numerals import exact, number, whole_number
from lstmhw.problem import Between, Exact, OneOf, Problem, Range, Record, Shape
from lstmhw.reading.expanding import (
    ODD,
    FaultError,
    Wanted,
    claim_of,
    expanded,
    is_gap,
    number_text,
    shape,
)
from lstmhw.reading.letters import renamed, respelled, why_not
from lstmhw.reading.mending import versions
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Scalar
from lstmhw.reading.parts import Parts, place_of
from lstmhw.reading.records import (
    NOT_KEYS,
    Owners,
    embedded_of,
    is_mapping,
    keys_of,
    keys_together,
    options_of,
    owners_of,
    required,
    told_apart,
    word_at,
    words_of,
)
from lstmhw.reading.runs import Run, parts_of
from lstmhw.reading.shapes import EXAMPLES, Array, Size, allowed, bind
from lstmhw.reading.words import instead, near_word, of_gate, of_gates, of_step, unknown_key
from lstmhw.reading.zeros import left_out, with_zeros
from lstmhw.solution import Claim

BY_CASE = ("certificate", "certificates", "weights")
"""What may be claimed as a mapping, from cases or from names, below `claimed`."""
OF_WEIGHTS = ("gates", "stacked", "activations", "output")
"""The same with mappings in it: weights, as in a problem that has them."""


class Draft(NamedTuple):
    """A record whose arrays still wait for their sizes."""

    record: type[Record]
    values: Mapping[str, Any]


def decode(root: Node) -> Problem:
    """The problem a document describes.  Raises ProblemError with all that is wrong with it."""
    if not isinstance(root, Fields):
        raise ProblemError(
            [Fault((), f"expected a problem (`kind: ...` and its data), found {described(root)}")]
        )
    record, unclear = _record(root)
    if unclear:
        decoder = _Decoder()
        decoder.values(root, owners_of(root, record, {}), ())
        raise ProblemError([*unclear, *decoder.faults])
    attempt = _Attempt(root, record)
    if attempt.faults:
        raise ProblemError(dict.fromkeys([*attempt.faults, *_faults_beside(attempt)]))
    problem = attempt.problem()
    of_marking = () if problem.marking is None else problem.marking.faults()
    faults = (*problem.faults(), *of_marking)
    if faults:
        raise ProblemError(faults)
    return problem


ONE_EXAMPLE = "this kind is about one example, not about a batch"


def _elsewhere(key: str, record: type[Record]) -> str:
    """A hint naming the kinds of problems that have a key which this kind has not."""
    if not issubclass(record, Problem):
        return ""
    kinds = [kind for kind in known() if key in keys_of(record_of(kind))]
    return f"it is a key of {', '.join(kinds)}, not of {record.kind}" if kinds else ""


def _counted(root: Fields, record: type[Problem]) -> dict[str, Size]:
    """The sizes that lists of the file have, for what no array fixes."""
    pairs = [(letter, key) for letter, key in record.size_lists.items() if key in root.entries]
    lists = {letter: (key, root.entries[key][1]) for letter, key in pairs}
    return {
        letter: Size(len(node.nodes), (key,))
        for letter, (key, node) in lists.items()
        if isinstance(node, Items) and node.nodes
    }


class _Attempt:
    """A file as a record; `faults` are those of the types and shapes of its keys."""

    def __init__(self, root: Fields, record: type[Problem]) -> None:
        self.root = root
        self.record = record
        decoder = _Decoder(record.takes_batches)
        self.draft = decoder.record(root, record, ())
        self.written: dict[Path, Sequence[str]] = {**decoder.written}
        self.renamed = decoder.renamed
        self.left_out = decoder.left_out
        self.parts = Parts(root)
        is_row = word_at(root, "orientation") == "row"
        listed = _counted(root, record)
        self.sizes, misfits = bind(decoder.arrays, is_row, self.parts.letters, listed)
        for zero in (each for each in decoder.arrays if each.is_zero):
            self.written[zero.path] = list(self.written[zero.path]) * prod(zero.shape)
        turned = any(fault.path[:1] == ("orientation",) for fault in decoder.faults)
        self.faults = decoder.faults + ([] if turned else misfits)

    def problem(self) -> Problem:
        """The problem, where there are no faults."""
        problem: Problem = self._built(self.draft, ())
        return problem

    def _built(self, draft: Any, path: Path) -> Any:
        """The records of a draft at a key path, its arrays in their shapes."""
        if isinstance(draft, Array):
            return draft.shaped()
        if isinstance(draft, tuple) and not isinstance(draft, Draft):
            return tuple(self._built(part, (*path, k)) for k, part in enumerate(draft))
        if isinstance(draft, Mapping):
            return {key: self._built(part, (*path, key)) for key, part in draft.items()}
        if not isinstance(draft, Draft):
            return draft
        given = {**self._shared(draft, path), **draft.values}
        values = {key: self._built(v, self._below(draft, path, key)) for key, v in given.items()}
        told: Mapping[str, Callable[[], Any]] = {
            "sizes": lambda: self.parts.sizes(path, self.sizes),
            "written": lambda: self.written,
            "renamed": lambda: self.renamed,
            "left_out": lambda: self.left_out,
            "place": lambda: place_of(path),
        }
        more = {f.name: told[f.name]() for f in fields(draft.record) if f.name in NOT_KEYS}
        return draft.record(**values, **more)

    def _shared(self, draft: Draft, path: Path) -> Mapping[str, Any]:
        """The conventions of a part of a network that the file states once for all of them."""
        whole = self.draft.values.get("cell")
        if not path or not isinstance(whole, Draft) or whole.record is not draft.record:
            return {}
        names = (*getattr(draft.record, "of_file", ()), *getattr(draft.record, "shared", ()))
        return {name: whole.values[name] for name in names if name in whole.values}

    def _below(self, draft: Draft, path: Path, key: str) -> Path:
        """The key path of a field; what is embedded stands where its record does."""
        return path if key in embedded_of(draft.record) else (*path, key)


def _faults_beside(attempt: _Attempt) -> Iterator[Fault]:
    """What is wrong with an attempt whatever is meant where it has faults."""
    broken = frozenset(fault.path for fault in attempt.faults)
    mended = versions(attempt.root, attempt.record, broken, attempt.sizes)
    found = [_faults_of(_Attempt(version.root, attempt.record)) for version in mended]
    paths = {path for version in mended for path in version.paths}
    in_all = set(found[0]).intersection(*found[1:])
    return (fault for fault in found[0] if fault in in_all and not _touches(fault.path, paths))


def _faults_of(attempt: _Attempt) -> tuple[Fault, ...]:
    return tuple(attempt.faults or attempt.problem().faults())


def _touches(path: Path, others: Iterable[Path]) -> bool:
    """Whether a path is above or below one of the others; the whole file is above none."""
    if not path:
        return False
    return any(path[: len(other)] == other or other[: len(path)] == path for other in others)


def decode_claims(node: Node) -> tuple[dict[str, Claim], tuple[Fault, ...]]:
    """What stands under `claimed`, as far as it can be understood, and the faults of the rest."""
    decoder = _Decoder()
    claims = decoder.value(node, Mapping[str, Claim], ("claimed",)) or {}
    at_fault = {fault.path[1] for fault in decoder.faults if len(fault.path) > 1}
    understood = {name: claim for name, claim in claims.items() if name not in at_fault}
    return understood, tuple(decoder.faults)


class GivenArray(NamedTuple):
    """An array of a file: its key path and its place, its numbers as lists, what it may be."""

    path: Path
    mark: Mark
    node: Node
    shape: Shape


def given_arrays(root: Fields) -> list[GivenArray]:
    """The arrays of a document that has no faults, but for zeros of any shape."""
    record, _ = _record(root)
    decoder = _Decoder(record.takes_batches)
    decoder.record(root, record, ())
    return [
        GivenArray(array.path, array.mark, decoder.written[array.path].node, array.marker)
        for array in decoder.arrays
        if not array.is_zero
    ]


def _record(root: Fields) -> tuple[type[Problem], list[Fault]]:
    """The record of a file; where that is unclear, one for the keys it has anyway, and why."""
    kind = word_at(root, "kind")
    if kind in known():
        return record_of(kind), list(_unclear_words(root, record_of(kind)))
    if "kind" not in root.entries:
        hint = f"start with `kind: {KINDS[0]}`; the kinds are {', '.join(KINDS)}"
        return Problem, [Fault((), "expected a `kind`, found none", hint)]
    found = repr(shown(kind)) if kind else described(root.entries["kind"][1])
    message = f"expected one of {', '.join(known())}; found {found}"
    return Problem, [Fault(("kind",), message, near_word(kind, known()))]


def _unclear_words(root: Fields, record: type[Record]) -> Iterator[Fault]:
    """Words that are to choose an embedded record, and are none of those that do."""
    for name, options in words_of(record).items():
        if name in root.entries and word_at(root, name) not in options:
            found = described(root.entries[name][1])
            message = f"expected one of {', '.join(options)}; found {found}"
            yield Fault((name,), message, near_word(word_at(root, name), options))


def described(node: Node) -> str:
    """What a node is, in the words of an error message."""
    if isinstance(node, Scalar):
        return f"the text {shown(node.text)!r}" if node.text else "nothing"
    if isinstance(node, Items):
        return f"a list of {len(node.nodes)}"
    return "a mapping" + (
        f" with the key {shown(next(iter(node.entries)))}" if node.entries else ""
    )


class _Decoder:
    def __init__(self, batches: bool = False) -> None:
        self.batches = batches
        self.faults: list[Fault] = []
        self.arrays: list[Array] = []
        self.written: dict[Path, Written] = {}
        self.renamed: dict[str, str] = {}
        self.left_out: list[str] = []
        self.whole: Owners = {}

    def near(self, word: str, known: Iterable[str]) -> str:
        """A near word for a hint; of very many faults, only the first get one."""
        return "" if len(self.faults) >= MOST_ERRORS else near_word(word, known)

    def fault(self, path: Path, expected: str, found: str, hint: str = "") -> None:
        self.faults.append(Fault(path, f"expected {expected}, found {found}", hint))

    def record(self, node: Fields, record: type[Record], path: Path) -> Draft:
        owners = owners_of(node, record, self.whole)
        node = respelled(node, owners)
        for name, key in renamed(node).items():
            self.renamed.setdefault(name, key)
        node, given = with_zeros(node, owners), node
        self.left_out += [spelled(place) for place in left_out(given, node, path)]
        if not path:
            self.whole = owners
        together = keys_together(owners)
        absent = [key for key in together if key not in node.entries]
        allowed = [*together, *words_of(record), *(() if path else ("kind",))]
        values = self.values(node, owners, path)
        unclear = [f.under(path) for f in _unclear_words(node, record)]
        if unclear:  # so it is not known which keys may stand here
            self.faults += unclear
            return Draft(record, {})
        meant = set()
        for key in node.entries:
            if key not in allowed:
                told = why_not(key, node, owners)
                told = told or unknown_key(key, path)
                told = told or (of_gates if path[-1:] == ("gates",) else of_step)(key, allowed)
                told = told or record.meant.get(key.lower().replace("-", "_"), "")
                told = told or _elsewhere(key, record)
                self.faults.append(self._unknown_key((*path, key), key, allowed, told))
                meant.add(nearest(key, absent) if len(self.faults) < MOST_ERRORS else "")
        for key in absent:
            if required(together[key][1]) and key not in meant:
                self.faults.append(Fault(path, f"expected the key {key!r}, found none"))
        parts = {name: Draft(owners[name], part) for name, part in values.items() if name}
        return Draft(record, {**values[""], **parts})

    def values(self, node: Fields, owners: Owners, path: Path) -> dict[str, dict[str, Any]]:
        """The values of those keys of a mapping that are known, by owner and field."""
        together = keys_together(owners)
        values: dict[str, dict[str, Any]] = {owner: {} for owner in owners}
        for key, (_, value) in node.entries.items():
            if key in together:
                owner, field = together[key]
                values[owner][field.name] = self.value(value, field.type, (*path, key))
        return values

    def _unknown_key(self, path: Path, key: str, allowed: Sequence[str], told: str = "") -> Fault:
        """The fault of a key that is not one; `told` is what is known of it."""
        hint = told or self.near(key, allowed) or f"the keys here are {', '.join(allowed)}"
        return Fault(path, f"unknown key {shown(key)!r}", hint, at_key=True)

    def value(self, node: Node, annotation: Any, path: Path) -> Any:
        """The value of a node for an annotation; where that fails, a fault and None."""
        options = options_of(annotation)
        if len(options) > 1:
            return self._one_of(node, options, path)
        annotation = options[0]
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._marked(node, arguments[1], path)
        if origin is Literal:
            return self._word(node, arguments, path)
        if origin is tuple:
            return self._list(node, arguments[0], path)
        if isinstance(annotation, type) and issubclass(annotation, Record):
            return self._nested(node, annotation, path)
        if annotation is bool:
            return self._word(node, (True, False), path)
        if annotation is str:
            return self._text(node, path)
        if origin is Mapping and arguments == (str, Claim):
            return self._claims(node, path)
        if origin is Mapping:
            return self._mapping(node, arguments[1], path)
        raise TypeError(f"{spelled(path)}: no rule to decode {annotation}")

    def _one_of(self, node: Node, options: list[Any], path: Path) -> Any:
        mappings = [option for option in options if is_mapping(option)]
        if len(mappings) == len(options):
            return self._told_apart(node, options, path)
        others = [option for option in options if option not in mappings]
        lists = [option for option in others if get_origin(option) is tuple]
        fitting = mappings if isinstance(node, Fields) else others
        if lists and isinstance(node, Items):
            fitting = lists
        return self.value(node, fitting[0] if fitting else others[0], path)

    def _told_apart(self, node: Node, records: list[Any], path: Path, literal: int = 0) -> Any:
        """One of several records, by the word of their first Literal, then of the next."""
        key, by_word = told_apart(records, literal)
        chosen = node.entries.get(key) if isinstance(node, Fields) else None
        if chosen is None:
            words = " | ".join(by_word)
            return self.fault(path, f"a mapping with `{key}: {words}`", described(node))
        word = self._word(chosen[1], tuple(by_word), (*path, key))
        meant = by_word.get(word, [])
        if len(meant) > 1:
            return self._told_apart(node, meant, path, literal + 1)
        return self.value(node, meant[0], path) if meant else None

    def _marked(self, node: Node, marker: Any, path: Path) -> Any:
        if isinstance(marker, Shape):
            formula = marker.formula and isinstance(node, Scalar) and not _is_array(node)
            return self._text(node, path) if formula else self._array(node, marker, path)
        if isinstance(marker, OneOf):
            return self._word(node, marker.words, path)
        if isinstance(marker, Exact):
            return self._exact(node, marker, path)
        if isinstance(marker, Between):
            return self._between(node, marker, path)
        return self._whole(node, marker, path)

    def _nested(self, node: Node, record: type[Record], path: Path) -> Any:
        if isinstance(node, Fields):
            return self.record(node, record, path)
        keys = ", ".join(keys_of(record))
        wanted = f"a mapping with keys among {keys}" if keys else "a mapping"
        hint = instead(path)
        if not hint and issubclass(record, Gate):
            hint = of_gate(path, shown(node.text) if isinstance(node, Scalar) else "")
        return self.fault(path, wanted, described(node), hint)

    def _word(self, node: Node, words: tuple[Any, ...], path: Path) -> Any:
        """One of some words; True and False are written true and false, numbers as numbers."""
        spelling = {
            str(word).lower() if isinstance(word, bool) else str(word): word for word in words
        }
        if isinstance(node, Scalar) and node.text in spelling:
            return spelling[node.text]
        hint = self.near(node.text, spelling) if isinstance(node, Scalar) else ""
        return self.fault(path, " or ".join(spelling), described(node), hint)

    def _text(self, node: Node, path: Path) -> Any:
        if not isinstance(node, Scalar):
            return self.fault(path, "a text", described(node))
        control = next((c for c in node.text if not (c.isprintable() or c in "\n\t")), None)
        if control is not None:
            return self.fault(path, "a text", f"the control character U+{ord(control):04X} in it")
        return node.text

    def _whole(self, node: Node, bounds: Range, path: Path) -> Any:
        expected = f"a whole number from {bounds.least} to {bounds.most}"
        if not isinstance(node, Scalar):
            return self.fault(path, expected, described(node))
        try:
            value = whole_number(node.text)
        except ValueError as error:
            return self.fault(path, expected, str(error))
        return (
            value if bounds.least <= value <= bounds.most else self.fault(path, expected, node.text)
        )

    def _exact(self, node: Node, bounds: Exact, path: Path) -> Any:
        expected = "a number" if bounds.above is None else f"a number over {bounds.above}"
        if not isinstance(node, Scalar):
            return self.fault(path, expected, described(node))
        try:
            value = exact(number_text(node, path))
        except FaultError as error:
            return self.faults.append(error.fault)
        except ValueError as error:
            return self.fault(path, expected, str(error))
        if isinstance(value, float):
            return self.fault(path, "a finite number", node.text)
        outside = bounds.above is not None and value <= bounds.above
        return self.fault(path, expected, node.text) if outside else value

    def _between(self, node: Node, bounds: Between, path: Path) -> Any:
        expected = f"a number from {bounds.least:g}"
        expected += f" to {bounds.most:g}" if bounds.most < np.inf else " on"
        if not isinstance(node, Scalar):
            return self.fault(path, expected, described(node))
        try:
            value = number(number_text(node, path))
        except FaultError as error:
            return self.faults.append(error.fault)
        except ValueError as error:
            return self.fault(path, expected, str(error))
        inside = bounds.least <= value <= bounds.most and abs(value) < np.inf
        return value if inside else self.fault(path, expected, node.text)

    def _mapping(self, node: Node, annotation: Any, path: Path) -> Any:
        if not isinstance(node, Fields):
            return self.fault(path, "a mapping", described(node))
        return {
            key: self.value(value, annotation, (*path, key))
            for key, (_, value) in node.entries.items()
        }

    def _list(self, node: Node, annotation: Any, path: Path) -> Any:
        if not isinstance(node, Items):
            words = get_args(annotation) if get_origin(annotation) is Literal else ()
            example = ", ".join(words) or (shown(node.text) if isinstance(node, Scalar) else "")
            hint = instead(path) or (f"write [{example}]" if example else "")
            return self.fault(path, "a list", described(node), hint)
        return tuple(self.value(item, annotation, (*path, k)) for k, item in enumerate(node.nodes))

    def _array(self, node: Node, marker: Shape, path: Path) -> Any:
        if marker.gaps and isinstance(node, Items) and any(map(is_gap, node.nodes)):
            return self._with_gaps(node, marker, path)
        shapes = allowed(marker, self.batches)
        depths = {len(letters) for letters in shapes}
        single = {len(letters) for letters in shapes if letters[-1:] != (EXAMPLES,)}
        before = len(self.faults)
        mark = node.mark
        try:
            node = expanded(node, path, Wanted(depths, single))
        except FaultError as error:
            return self.faults.append(error.fault)
        too_deep = ONE_EXAMPLE if marker.examples and not self.batches else ""
        sizes = self._numbers_shape(node, path, max(depths), too_deep)
        if sizes is None or len(self.faults) > before:
            return None
        numbers = self._numbers(node, prod(sizes), marker, path)
        if len(self.faults) > before:
            return None
        array = Array(path, numbers.reshape(sizes), marker, shapes, mark)
        self.arrays.append(array)
        self.written[path] = Written(node)
        return array

    def _with_gaps(self, node: Items, marker: Shape, path: Path) -> Any:
        """The rows that are there, at their places; NaN in the place of each that is not."""
        places = [k for k, item in enumerate(node.nodes) if not is_gap(item)]
        if not places:
            return self.fault(path, "numbers", "only null")
        there = Items(tuple(node.nodes[k] for k in places), node.mark)
        array = self._array(there, marker, path)
        if array is not None:
            numbers = np.full((len(node.nodes), *array.numbers.shape[1:]), np.nan)
            numbers[places] = array.numbers
            array.numbers, array.shape = numbers, numbers.shape
            self.written[path] = Written(node)
        return array

    def _numbers(self, node: Node, count: int, marker: Shape, path: Path) -> Floats:
        """All the numbers of nested lists, one after the other."""
        numbers = np.empty(count)
        end = 0
        for part, place in _parts(node, path):
            found = part.numbers if isinstance(part, Run) else self._number(part, marker, place)
            start, end = end, end + np.size(found)
            numbers[start:end] = found
        return numbers

    def _numbers_shape(
        self, node: Node, path: Path, depth: int, too_deep: str = ""
    ) -> tuple[int, ...] | None:
        """The shape of nested lists, None (and a fault) where they are ragged or too deep.

        `too_deep` is the hint for those.
        """
        if isinstance(node, Scalar):
            return ()
        if isinstance(node, Fields) or depth == 0:
            hint = too_deep if isinstance(node, Items) else ""
            expected = "a number" if depth == 0 else "a list of numbers"
            self.fault(path, expected, described(node), hint)
            return None
        if not node.nodes:
            self.fault(path, "numbers", "an empty list")
            return None
        first: tuple[int, ...] | None = None
        for k, sizes in self._item_shapes(node, path, depth - 1, too_deep):
            if sizes is None:
                return None
            if first is not None and sizes != first:
                self._ragged((*path, k), first, sizes, k)
                return None
            first = sizes
        return None if first is None else (len(node.nodes), *first)

    def _item_shapes(
        self, node: Items, path: Path, depth: int, too_deep: str
    ) -> Iterator[tuple[int, tuple[int, ...] | None]]:
        """The shapes of the items of a list with their numbers; of a run, only the first."""
        for first, part in parts_of(node.nodes):
            if isinstance(part, Run) and part.shape is not None and len(part.shape) <= depth + 1:
                yield first, part.shape[1:]
                continue
            for k, item in enumerate(part if isinstance(part, Run) else [part], first):
                yield k, self._numbers_shape(item, (*path, k), depth, too_deep)

    def _ragged(self, path: Path, first: tuple[int, ...], found: tuple[int, ...], k: int) -> None:
        message = f"row 1 has {_count(first)}, row {k + 1} has {_count(found)}"
        hint = "every row of a matrix has the same number of entries"
        self.faults.append(Fault(path, f"expected rows of one length: {message}", hint))

    def _number(self, scalar: Scalar, marker: Shape, path: Path) -> float:
        try:
            value = number(scalar.text)
        except ValueError as error:
            self.fault(path, "a number", str(error))
            return 0.0
        if abs(value) == float("inf") and not marker.limits:
            self.fault(path, "a finite number", scalar.text, "only biases may be infinite")
        return value

    def _claims(self, node: Node, path: Path) -> Any:
        if not isinstance(node, Fields):
            return self.fault(path, "a mapping from symbols to values", described(node))
        return {
            symbol: self._claim(value, (*path, symbol))
            for symbol, (_, value) in node.entries.items()
        }

    def _claim(self, node: Node, path: Path) -> Claim:
        if isinstance(node, Items) and any(isinstance(item, Fields) for item in node.nodes):
            return tuple(self._claim(item, (*path, k)) for k, item in enumerate(node.nodes))
        if isinstance(node, Fields) and _may_have_names(path[1:]):
            items = node.entries.items()
            return {case: self._claim(rows, (*path, case)) for case, (_, rows) in items}
        if isinstance(node, Fields):
            self.fault(path, "a number or a list of numbers", described(node))
            return ()
        try:
            return claim_of(node, path)
        except FaultError as error:
            self.faults.append(error.fault)
            return ()


def _may_have_names(path: Path) -> bool:
    """Whether a claim there may be a mapping."""
    first = path[1] if len(path) > 1 and path[0] == "weights" else path[0]
    return first in OF_WEIGHTS or (len(path) == 1 and first in BY_CASE)


class Written(Sequence[str]):
    """The numbers of nested lists as they are written, found when they are first asked for."""

    def __init__(self, node: Node) -> None:
        self.node = node

    @cached_property
    def _texts(self) -> list[str]:
        parts = (part for part, _ in _parts(self.node, ()))
        texts = (part.texts if isinstance(part, Run) else [part.text] for part in parts)
        return list(chain.from_iterable(texts))

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, k: int) -> str: ...
    @overload
    def __getitem__(self, k: slice) -> list[str]: ...
    def __getitem__(self, k: int | slice) -> str | list[str]:
        return self._texts[k]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


def _is_array(scalar: Scalar) -> bool:
    """Whether a text that may be a formula stands for several numbers."""
    try:
        return bool(ODD.search(scalar.text) and shape(expanded(scalar, (), Wanted((1, 2), (1, 2)))))
    except FaultError:
        return False


def _parts(node: Node | Run, path: Path) -> Iterator[tuple[Scalar | Run, Path]]:
    """The numbers of nested lists, one by one or in runs."""
    if isinstance(node, Scalar | Run):
        yield node, path
    elif isinstance(node, Items):
        for k, part in parts_of(node.nodes):
            yield from _parts(part, (*path, k))


def _count(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return "1 number" if shape == (1,) else " x ".join(map(str, shape)) + " numbers"
