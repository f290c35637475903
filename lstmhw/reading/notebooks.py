"""Notebooks and scripts: answers that are assigned literally, or that a cell has printed.

Nothing is run.  The last assignment to a name counts; what is assigned to it by computing makes an
earlier value void, and only a printed value takes its place.
"""

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from lstmhw.faults import Fault
from lstmhw.reading.assignments import Marks, answer, assignments
from lstmhw.reading.headings import NO_HEADINGS, Headings
from lstmhw.reading.json_nodes import parse_json
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Placed, Scalar, TextError

ARRAYS = ("array", "asarray", "tensor", "matrix", "Tensor", "FloatTensor", "constant", "list")
NUMBERS = ("float", "int", "float32", "float64", "Fraction")
OF_ANSWERS = ("claimed", "answers")
_MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)
_ASSIGNED = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*(?:\[.*\][ \t]*)?[-+*/@]?=(?!=)", re.MULTILINE)
_OF_ANSWERS = re.compile(rf"^(?:{'|'.join(OF_ANSWERS)})(?:_|$)|_(?:{'|'.join(OF_ANSWERS)})$")
SEVERAL_VALUES = "expected one value below a heading, found several"
NO_VALUE = "expected values below its heading, found none"
A_HEADING = "is there a heading for each problem?"
WRITTEN = "assign them, as h_2 = [0.37, 0.11], or print them"
CHANGING = ("append", "extend", "insert", "fill", "sort", "reverse", "pop", "put")


Parsed = tuple[Fields, tuple[Placed, ...]]


class Value(NamedTuple):
    """What a name is known to be; `is_written` in the code, not printed by it."""

    mark: Mark
    node: Node
    is_written: bool


class Values(dict[str, Value]):
    """What names are known to be; `shared` are those whose value another may have, and change.

    The entries of a mapping are called `name.key`.  `changed` are names that have had another value
    before.  There may be code that gives none a value that can be read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shared: set[str] = set()
        self.inner: dict[str, set[str]] = {}
        self.first: dict[str, Node] = {}
        self.changed: set[str] = set()
        self.has_code = False

    def put(self, name: str, value: Value) -> None:
        """A value, and for each mapping that it is in, that it is there."""
        self[name] = value
        if _texts(self.first.setdefault(name, value.node)) != _texts(value.node):
            self.changed.add(name)
        outer, dot, _ = name.rpartition(".")
        while dot:
            self.inner.setdefault(outer, set()).add(name)
            outer, dot, _ = outer.rpartition(".")

    def forget(self, name: str) -> None:
        """No value is known of a name any more, nor of what is in it."""
        for each in (name, *self.inner.pop(name, ())):
            self.pop(each, None)


class Book:
    """The values under the headings of several problems, in cells of text or in comments.

    `problem` is the one whose heading came last; "" where there is none, or where that is open.
    """

    def __init__(self, headings: Headings) -> None:
        self.headings = headings
        self.by_problem = {"": Values()}
        self.problem = ""

    def of(self, problem: str) -> Values:
        """The values under the headings of a problem."""
        return self.by_problem.setdefault(problem, Values())

    def read_title(self, text: str) -> None:
        """Takes in the heading in a text above code."""
        problem = self.headings.of_title(text)
        self.problem = self.problem if problem is None else problem

    def read_comments(self, code: str) -> None:
        """Takes in the headings among comments, each on a line of its own."""
        lines = [line for line in code.splitlines() if line.lstrip().startswith("#")]
        found = self.headings.in_text("\n".join(lines), self.problem).headings
        self.problem = found[-1].problem if found else self.problem


def parse_notebook(text: str, headings: Headings = NO_HEADINGS) -> Parsed:
    """The answers in the code cells of a notebook, and in their outputs.  Raises TextError.

    Under the headings of several problems, answers are called as in `q1.h_2`.  The faults are what
    may be wrong then: names with several values below one heading, and headings without a value.
    """
    root, _ = parse_json(text)
    cells = _items(_at(root, "cells"))
    if not isinstance(root, Fields) or "cells" not in root.entries:
        raise TextError([(root.mark, Fault((), "expected a notebook with `cells`, found none"))])
    book = Book(headings)
    for cell in cells:
        if _text_of(_at(cell, "cell_type")) == "code":
            _read_cell(cell, book)
        else:
            book.read_title(_Joined(_at(cell, "source")).text)
    return _submission(book)


def parse_script(text: str, headings: Headings = NO_HEADINGS) -> Parsed:
    """The answers that a Python file assigns, as those of a notebook.  Raises TextError."""
    book = Book(headings)
    _Code(text, Marks(text).at).read(book)
    return _submission(book)


def _submission(book: Book) -> Parsed:
    """The values of all names as a submission; `name` and `id` may be about anything."""
    mark = Mark(1, 1)
    claimed = {
        book.headings.called(_bare(name), problem): (Scalar(name, True, value.mark), value.node)
        for problem, values in book.by_problem.items()
        for name, value in values.items()
    }
    if not claimed:
        raise TextError([(mark, Fault((), "expected answers, found none", WRITTEN))])
    root = Fields({"claimed": (Scalar("claimed", True, mark), Fields(claimed, mark))}, mark)
    return root, tuple(_doubts(book)) if book.headings.problems else ()


def _doubts(book: Book) -> Iterator[Placed]:
    """What may have gone wrong with headings."""
    for problem, values in book.by_problem.items():
        for name in values.changed & values.keys():
            called = book.headings.called(_bare(name), problem)
            yield values[name].mark, Fault(("claimed", called), SEVERAL_VALUES, A_HEADING)
        if problem and values.has_code and not values:
            fault = Fault(("claimed", problem), NO_VALUE, WRITTEN)
            yield Mark(1, 1), fault


def _texts(node: Node) -> Any:
    """What is written in a value, wherever that is."""
    return node.text if isinstance(node, Scalar) else [*map(_texts, _items(node))]


def _bare(name: str) -> str:
    """A name without that of a mapping of answers: `h_2`, or `q1.h_2` of `answers_q1`."""
    outer, _, inner = name.partition(".")
    problem = _OF_ANSWERS.sub("", outer)
    if not inner or problem == outer:
        return name
    return f"{problem}.{inner}" if problem else inner


def _read_cell(cell: Node, book: Book) -> None:
    """Takes in what a cell assigns, and then what it has printed of names without a value."""
    source = _Joined(_at(cell, "source"))
    code = _Code(source.text, source.mark)
    code.read(book)
    for output in _items(_at(cell, "outputs")):
        data = _at(output, "data")
        shown = _Joined(_at(data, "text/plain"))
        streamed = _Joined(_at(output, "text"))
        if shown.text and code.shown:
            _take(code.values, code.shown, shown.text, shown.mark(0))
        if streamed.text and _text_of(_at(output, "name")) != "stderr":
            _read_printed(streamed, code, book)


def _read_printed(printed: "_Joined", code: "_Code", book: Book) -> None:
    """Takes in what was printed: `h_2 = [..]`, or the value of the names that were printed.

    Which problem a cell about several means is told by headings that it prints.
    """
    names = code.printed
    sections = book.headings.in_text(printed.text)
    told = list(assignments(sections.bare))
    for found in told:
        problem = sections.problem(found.at) if sections.headings else code.only_problem
        _take(book.of(problem), found.name, found.value, printed.mark(found.value_at))
    if told:
        return
    if len(names) == 1:
        _take(*names[0], printed.text, printed.mark(0))
        return
    lines = [line for line in printed.text.splitlines() if line.strip()]
    if len(lines) == len(names):
        for (of_problem, name), line in zip(names, lines, strict=True):
            _take(of_problem, name, line, printed.mark(printed.text.index(line)))


def _take(values: Values, name: str, text: str, mark: Mark) -> None:
    """A printed value of a name; one that is written in the code has more digits, and stays."""
    if name and not (name in values and values[name].is_written):
        inner = text.strip()
        values.put(name, Value(mark, answer(inner, mark, [mark] * inner.count("\n")), False))


class _Joined:
    """The text of a notebook's list of lines, with the places of its characters in the file."""

    def __init__(self, node: Node | None) -> None:
        parts = list(node.nodes) if isinstance(node, Items) else [node]
        self.parts = [part for part in parts if isinstance(part, Scalar)]
        self.text = "".join(part.text for part in self.parts)
        self.starts = list(accumulate((len(part.text) for part in self.parts), initial=0))

    def mark(self, place: int) -> Mark:
        """Where in the file a character of the text is."""
        if not self.parts:
            return Mark(1, 1)
        k = min(bisect_right(self.starts, place), len(self.parts)) - 1
        return self.parts[k].place(place - self.starts[k])


class _Code:
    """Python that is read and not run; `printed` and `shown` are names whose values it shows."""

    def __init__(self, text: str, mark: Any) -> None:
        lines = re.sub(r"\r(?!\n)", "\n", text)  # which ends a line in Python, too
        self.text = _MAGIC.sub(lambda match: "#" + match[0][1:], lines)
        self.mark = mark
        self.starts = Marks(self.text).starts
        self.is_ascii = self.text.isascii()
        self.printed: list[tuple[Values, str]] = []
        self.shown = ""
        self.values = Values()  # those of the problem of the last statement
        self.problems: set[str] = set()

    @property
    def only_problem(self) -> str:
        """The problem that all of it is about; "" where there are several."""
        return min(self.problems) if len(self.problems) == 1 else ""

    def read(self, book: Book) -> None:
        """Takes in what is assigned, statement by statement."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes in texts
                body = ast.parse(self.text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            for match in _ASSIGNED.finditer(self.text):
                book.of(book.problem).forget(match[1])  # of what cannot be read, no value is known
            book.read_comments(self.text)
            self.problems.add(book.problem)
            return
        end, starts = 0, [*self.starts, len(self.text)]
        for statement in body:
            book.read_comments(self.text[end : self._place(statement.lineno, 0)])
            book.read_title(_text_alone(statement))
            self.problems.add(book.problem)
            self.values = book.of(book.problem)
            self.values.has_code |= not _says_nothing(statement)
            self._read(statement, self.values)
            end = starts[statement.end_lineno or 0]
        book.read_comments(self.text[end:])
        if not body:
            self.problems.add(book.problem)
        last = body[-1] if body else None
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
            self.shown = last.value.id

    def _read(self, statement: ast.stmt, values: Values) -> None:
        self.printed += [(values, name) for name in _printed(statement)]
        for name, is_changed in _stored(statement):
            for other in values.shared | {name} if is_changed else {name}:
                values.forget(other)
        values.shared |= _shared(statement)
        for name, value in _assigned(statement):
            self._put(values, name, value)

    def _put(self, values: Values, name: str, value: ast.expr) -> None:
        """Takes in a value, or those of a mapping."""
        if isinstance(value, ast.Dict):
            for key, part in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self._put(values, f"{name}.{key.value}", part)
            return
        node = self._literal(value)
        if node is not None:
            values.put(name, Value(self._mark(value), node, True))

    def _mark(self, part: ast.expr) -> Mark:
        mark: Mark = self.mark(self._place(part.lineno, part.col_offset))
        return mark

    def _place(self, line: int, offset: int) -> int:
        """The place of a character, which Python counts in bytes of its line."""
        start = self.starts[line - 1]
        if self.is_ascii:
            return start + offset
        before = self.text[start : start + offset].encode()[:offset]
        return start + len(before.decode(errors="ignore"))

    def _segment(self, part: ast.expr) -> str:
        """What stands in the text for a part of it."""
        start = self._place(part.lineno, part.col_offset)
        return self.text[start : self._place(part.end_lineno or 0, part.end_col_offset or 0)]

    def _literal(self, value: ast.expr) -> Node | None:
        """What is written: numbers as they stand there, in lists; None for anything else."""
        if isinstance(value, ast.List | ast.Tuple):
            parts = [self._literal(part) for part in value.elts]
            there = tuple(part for part in parts if part is not None)
            is_whole = bool(there) and len(there) == len(parts)
            return Items(there, self._mark(value)) if is_whole else None
        if isinstance(value, ast.Call) and len(value.args) == 1:
            return self._literal(value.args[0]) if _called(value) in (*ARRAYS, *NUMBERS) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            mark = self._mark(value)
            return answer(value.value, mark, [mark] * value.value.count("\n"))
        if _is_number(value):
            text = "".join(self._segment(value).split()).replace("_", "").lstrip("+")
            return Scalar(text, True, self._mark(value))
        return None


def _called(value: ast.Call) -> str:
    """The last part of what is called: array of np.array."""
    function = value.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_number(value: ast.expr) -> bool:
    """Whether a number is written, with a sign or as a fraction, or a word such as True."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub | ast.UAdd):
        return isinstance(value.operand, ast.Constant) and _is_number(value.operand)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        sides = (value.left, value.right)
        return all(_is_number(s) and isinstance(getattr(s, "value", 0), int) for s in sides)
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names of an assignment, each with the expression that becomes its value."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _pairs(statement.target, statement.value)
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _pairs(target, statement.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    name = _name_of(target)
    if name:
        yield name, value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple | ast.List):
        parts = zip(target.elts, value.elts, strict=False)
        for part, inner in parts if len(target.elts) == len(value.elts) else ():
            yield from _pairs(part, inner)


def _name_of(target: ast.expr) -> str:
    """A name, or one such as `answers.h_2` for the entry of a mapping; "" for anything else."""
    keys: list[str] = []
    while isinstance(target, ast.Subscript):
        if not (isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str)):
            return ""
        keys.insert(0, target.slice.value)
        target = target.value
    return ".".join([target.id, *keys]) if isinstance(target, ast.Name) else ""


def _shared(statement: ast.stmt) -> set[str]:
    """The names that stand for one value with another after a statement."""
    if not isinstance(statement, ast.Assign):
        return set()
    targets = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    parts: list[ast.expr] = [statement.value]
    used = set(targets) if len(targets) > 1 else set()
    while parts:
        part = parts.pop()
        parts += part.elts if isinstance(part, ast.List | ast.Tuple) else []
        parts += part.values if isinstance(part, ast.Dict) else []
        used |= {part.id, *targets} if isinstance(part, ast.Name) else set()
    return used


def _stored(statement: ast.stmt) -> Iterator[tuple[str, bool]]:
    """The names that a statement gives a value to, and whether it changes the one they have."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for node in ast.walk(statement):
        base: Any = node
        if isinstance(node, ast.Call) and _called(node) in CHANGING:
            base = node.func
        elif not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            continue
        if isinstance(base, ast.Subscript) and (entry := _name_of(base)):
            yield entry, True
            continue
        while isinstance(base, ast.Subscript | ast.Attribute | ast.Starred):
            base = base.value
        if isinstance(base, ast.Name):
            is_added_to = isinstance(statement, ast.AugAssign) or base is not node
            yield base.id, is_added_to


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is what a blank sheet has, too: imports, texts, names that are None."""
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    is_blank = isinstance(value, ast.Constant) and (value.value is None or _text_alone(statement))
    return bool(is_blank) or isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass)


def _text_alone(statement: ast.stmt) -> str:
    """The text that a statement is, or prints, and nothing else."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Call) and _called(value) == "print" and len(value.args) == 1:
        value = value.args[0]
    if isinstance(value, ast.JoinedStr) and len(value.values) == 1:
        value = value.values[0]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return ""


def _printed(statement: ast.stmt) -> Iterator[str]:
    """The names in print(h_2), and "" for anything else that is printed."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and _called(node) == "print":
            only = node.args[0] if len(node.args) == 1 else None
            yield only.id if isinstance(only, ast.Name) else ""


def _at(node: Node | None, key: str) -> Node | None:
    """What stands under a key, if anything does."""
    entries: Mapping[str, tuple[Scalar, Node]] = node.entries if isinstance(node, Fields) else {}
    return entries[key][1] if key in entries else None


def _items(node: Node | None) -> Sequence[Node]:
    return node.nodes if isinstance(node, Items) else ()


def _text_of(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
