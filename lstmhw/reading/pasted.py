r"""Texts that stand for a number, a vector or a matrix, as other tools print them.

NumPy, PyTorch, MATLAB, LaTeX, and rows on lines.  What can be read in two ways is an error that
shows both; only where the shape decides (a line break in brackets starts a row in MATLAB and none
in NumPy, `zeros(3)` has three numbers in NumPy and nine in MATLAB) are there two readings.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

from lstmhw.faults import shown
from lstmhw.reading.commas import OPENING, refuse_commas, with_points
from lstmhw.reading.nodes import DEEPEST
from lstmhw.reading.print_tokens import (
    NotNumbersError,
    PastedError,
    Token,
    ambiguous,
    scaled,
    tokens,
)

MOST = 1_000_000  # numbers in a text
MOST_CLAIMED = 100_000  # the same of a student: a class does not wait for one
COLUMNS = ("comma", "amp", "tab")
BETWEEN = ("blank", "row", "line", *COLUMNS)
TYPESET = "\u2212\u2013"
NAMED = re.compile(r"\s*(?:[A-Za-z_]\w*\s*=[^\S\n]*\n)?\s*")
"""What may stand before an array: MATLAB prints `W =` on a line of its own."""
WRITTEN = re.compile(rf"{NAMED.pattern}(?:(?:≈|≃|\\approx|\\simeq|~?=)\s*)?")
SUMS = "write what it comes to"
START = Token("start", "", 0)
END = Token("the end of the text", "", 0)


class Entry(NamedTuple):
    """A number as `numerals.number` reads it, and where it stands in the text."""

    text: str
    at: int


class Group(NamedTuple):
    """Numbers, or groups of them, one after the other."""

    items: Sequence["Entry | Group"]
    at: int


Nested = Entry | Group


class Habits(NamedTuple):
    """What two tools mean by one text: whether a line break in brackets starts a row, and whether
    zeros(3) is a matrix."""

    lines_are_rows: bool
    is_square: bool


TOOLS = {"NumPy": Habits(False, False), "MATLAB": Habits(True, True)}


def in_file(text: str) -> list[Nested]:
    """What a text in a problem stands for: one reading, or one for each shape that it may have.

    Raises PastedError, or NotNumbersError for a text that is about something else.
    """
    found = _behind(NAMED, text, MOST)
    for token in found:
        if token.text[:1] in tuple(TYPESET):
            message = f"expected a number, found {token.text} with a typeset minus sign"
            raise PastedError(message, token.at, "type - from the keyboard")
        if token.kind == "percent":
            raise PastedError("expected a number, found a percentage", token.at)
    _check(found, text)
    refuse_commas(found)
    return _readings(_quotients(found, is_list=False))


def in_claim(text: str) -> list[Nested]:
    """The same of what a student writes: decimal commas, typeset minus, per cent, `a / b`."""
    found = [_typed(token) for token in _per_cent(_behind(WRITTEN, text, MOST_CLAIMED))]
    _check(found, text)
    return _readings(_quotients(with_points(found), is_list=_is_list(found)))


def _behind(opening: re.Pattern[str], text: str, most: int) -> list[Token]:
    """The pieces behind what may stand before the numbers.  Raises PastedError for too many."""
    match = opening.match(text)
    start = match.end() if match else 0
    return list(_up_to(most, tokens(text, start)))


def _up_to(most: int, found: Iterable[Token]) -> Iterator[Token]:
    """The pieces as they are read.  Raises PastedError at the number after so many."""
    numbers = 0
    for token in found:
        numbers += token.kind == "number"
        if numbers > most:
            raise PastedError(f"expected at most {most:,} numbers in a text, found more", 0)
        yield token


def shape(nested: Nested) -> tuple[int, ...]:
    """The number of items, and the shape of the first."""
    if isinstance(nested, Entry):
        return ()
    return (len(nested.items), *(shape(nested.items[0]) if nested.items else ()))


def _typed(token: Token) -> Token:
    if token.kind not in ("number", "minus") or token.text[0] not in TYPESET:
        return token
    return token._replace(text=f"-{token.text[1:]}")


def _per_cent(found: Sequence[Token]) -> Iterator[Token]:
    """55.47% is 55.47e-2."""
    for token, after in pairwise([*found, END]):
        if token.kind == "number" and after.kind == "percent":
            yield token._replace(text=scaled(token.text, -2))
        elif token.kind != "percent":
            yield token


def _check(found: Sequence[Token], text: str) -> None:
    """Raises PastedError where there are no numbers, or perhaps differences of them."""
    numbers = [token for token in found if token.kind == "number"]
    if not numbers and not any(token.kind == "made" for token in found):
        raise NotNumbersError(f"expected numbers, found {shown(text)!r}", 0)
    is_line = len(numbers) > 1 and {token.kind for token in found} <= {"number", "blank"}
    if is_line and all(token.text[0] in f"-+{TYPESET}" for token in numbers[1:]):
        signed = " ".join(f"{token.text[0]} {token.text[1:]}" for token in numbers[1:])
        listed = f"[{', '.join(token.text for token in numbers)}]"
        readings = [listed, f"{numbers[0].text} {signed}"]
        raise ambiguous(numbers[1].at, text, readings, "write it as a list, or what it comes to")


def _is_list(found: Sequence[Token]) -> bool:
    """Whether / stands between numbers, not in quotients: 0.37 / 0.11, 1 / 0 / 1, 1 / 0."""
    marks = [k for k, token in enumerate(found) if token.kind == "slash"]
    if not marks or any(len(found[k].text) != 3 for k in marks):
        return False
    numbers = [token.text for token in found if token.kind == "number"]
    are_whole = all(number.lstrip("+-").isdigit() for number in numbers)
    return not are_whole or len(marks) > 1 or numbers[-1] == "0"


def _quotients(found: Sequence[Token], is_list: bool) -> list[Token]:
    """The pieces, 1/3 as one number; where that `is_list`, with a comma for each /."""
    if is_list:
        return [token._replace(kind="comma") if token.kind == "slash" else token for token in found]
    read: list[Token] = []
    for token in found:
        if len(read) > 1 and read[-1].kind == "slash" and _is_whole(read[-2]) and _is_whole(token):
            above = read[-2]
            read[-2:] = [above._replace(text=f"{above.text}/{token.text}")]
        else:
            read.append(token)
    return read


def _is_whole(token: Token) -> bool:
    return token.kind == "number" and token.text.lstrip("+-").isdigit()


def _readings(found: list[Token]) -> list[Nested]:
    """What the pieces are with the habits of each tool; the same only once.

    Raises PastedError where they are nothing with any.
    """
    read: list[Nested] = []
    errors: list[PastedError] = []
    for habits in TOOLS.values():
        try:
            nested = _Reader(found, habits).whole()
        except PastedError as error:
            errors.append(error)
            continue
        if shape(nested) not in map(shape, read):
            read.append(nested)
    if not read:
        raise errors[0]
    return read


class _Reader:
    """Reads the pieces of a text from left to right."""

    def __init__(self, found: list[Token], habits: Habits) -> None:
        end = found[-1].at + len(found[-1].text)
        self.found = [*found, END._replace(at=end)]
        self.habits = habits
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.found[self.place]

    def whole(self) -> Nested:
        """All numbers of the text."""
        power = self._factor()
        nested = self._transposed(self._content(START, END.kind))
        return nested if power == 0 else _times(nested, power)

    def _factor(self) -> int:
        """The power of ten before an array, `1.0e+03 *`, which is passed; 0 where there is none."""
        start = self.place
        self._skip("blank", "line")
        number = self.token
        self.place += number.kind == "number"
        self._skip("blank")
        is_product = number.kind == "number" and self.token.kind == "times"
        self.place += is_product
        self._skip("blank", "line")
        if not is_product and not (number.kind == "number" and self.token.kind == "begin"):
            self.place = start
            return 0
        mantissa, _, exponent = number.text.lower().partition("e")
        if "/" in mantissa or float(mantissa) != 1:
            message = f"expected a power of ten before an array, found {number.text}"
            raise NotNumbersError(message, number.at, "multiply it in")
        return int(exponent or 0)

    def _skip(self, *kinds: str) -> None:
        while self.token.kind in kinds:
            self.place += 1

    def _content(self, opened: Token, closing: str) -> Nested:
        """What stands before the piece that closes it, which is passed."""
        lines_are_rows = closing == END.kind or (self.habits.lines_are_rows and self.depth == 1)
        content = _Content(opened, lines_are_rows)
        while self.token.kind != closing:
            token = self.token
            if token.kind in BETWEEN:
                content.between.append(token)
                self.place += 1
            elif token.kind in ("close", "end", END.kind):
                raise self._unclosed(opened)
            else:
                content.add(token, self._item(content))
        if closing != END.kind and not _closes(self.token, opened):
            raise self._unclosed(opened)
        self.place += 1
        return content.arranged()

    def _unclosed(self, opened: Token) -> PastedError:
        """The error of a bracket without its other."""
        if opened.kind == START.kind:
            message = f"expected no {self.token.text!r} here: nothing is open"
            return PastedError(message, self.token.at)
        other = {"[": "]", "begin": r"\end"}.get(
            opened.text if opened.kind == "open" else opened.kind, ")"
        )
        found = self.token.text or self.token.kind
        return PastedError(f"expected a closing {other}, found {shown(found)}", self.token.at)

    def _item(self, content: "_Content") -> Nested:
        token = self.token
        self.place += 1
        if token.kind == "number":
            return Entry(token.text, token.at)
        if token.kind == "made":
            return _made(token, self.habits)
        if token.kind == "minus" and content.begins and self.token.kind in ("blank", "number"):
            self._skip("blank")
            return self._signed(token)
        if token.kind in OPENING:
            return self._transposed(self._group(token))
        raise NotNumbersError(f"expected a number, found {shown(token.text)!r}", token.at, SUMS)

    def _signed(self, sign: Token) -> Entry:
        number = self.token
        if number.kind != "number" or number.text[0] in "+-":
            raise NotNumbersError(f"expected a number, found {sign.text!r}", sign.at)
        self.place += 1
        return Entry(f"{sign.text}{number.text}", sign.at)

    def _group(self, opening: Token) -> Nested:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PastedError(f"expected at most {DEEPEST} brackets, found more", opening.at)
        found = self._content(opening, "end" if opening.kind == "begin" else "close")
        self.depth -= 1
        return found

    def _transposed(self, nested: Nested) -> Nested:
        while self.place < len(self.found) and self.token.kind == "transposed":
            nested = _turned(nested, self.token)
            self.place += 1
        return nested


class _Content:
    """What has been read of a group: its items, and what stands between them."""

    def __init__(self, opened: Token, lines_are_rows: bool) -> None:
        self.opened = opened
        self.is_environment = opened.kind == "begin"
        self.lines_are_rows = lines_are_rows and not self.is_environment
        self.items: list[Nested] = []
        self.starts = [0]
        self.between: list[Token] = []
        self.has_environment = False

    @property
    def begins(self) -> bool:
        """Whether a number may begin here with a sign apart: `2 & - 3`."""
        return not self.items or any(token.kind != "blank" for token in self.between)

    def add(self, token: Token, item: Nested) -> None:
        """The next item, which begins with a piece."""
        columns = ("amp",) if self.is_environment else COLUMNS
        marks = [between for between in self.between if between.kind in columns]
        if len(marks) > 1 or (marks and not self.items):
            message = f"expected a number before {marks[-1].text!r}, found none"
            raise PastedError(message, marks[-1].at, "write 0 for a zero")
        if self.items and not self.between:
            message = f"expected a blank or a comma before {shown(token.text)!r}, found none"
            raise NotNumbersError(message, token.at, SUMS)
        if self.items and self._starts_row():
            self.starts.append(len(self.items))
        elif self.items and self.is_environment and not marks:
            found = self.between[0].text.strip() or "none"
            message = f"expected & before {shown(token.text)!r}, found {found}"
            raise PastedError(message, token.at)
        self.has_environment |= token.kind == "begin"
        self.items.append(item)
        self.between = []

    def _starts_row(self) -> bool:
        kinds = [token.kind for token in self.between]
        has_line = "line" in kinds and kinds[0] not in COLUMNS
        return "row" in kinds or (has_line and self.lines_are_rows)

    def arranged(self) -> Nested:
        """The items as a number, a vector or rows."""
        opened = self.opened
        if not self.items:
            raise PastedError("expected numbers, found none", opened.at)
        groups = [item for item in self.items if isinstance(item, Group)]
        if groups and len(groups) < len(self.items):
            other = next(item for item in self.items if isinstance(item, Entry))
            raise PastedError("expected numbers or rows, found both", other.at)
        if self._is_around():
            return self.items[0]
        at = self.items[0].at if opened.kind == START.kind else opened.at
        if groups or not (self.is_environment or len(self.starts) > 1):
            return Group(tuple(self.items), at)
        ends = [*self.starts[1:], len(self.items)]
        rows = [tuple(self.items[a:b]) for a, b in zip(self.starts, ends, strict=True)]
        return Group(tuple(Group(row, row[0].at) for row in rows), at)

    def _is_around(self) -> bool:
        """Whether these are but brackets around one thing: array([..]), (0.5)."""
        if len(self.items) > 1 or self.is_environment:
            return False
        is_tuple = any(token.kind == "comma" for token in self.between)
        return self.has_environment or (self.opened.text != "[" and not is_tuple)


def _closes(token: Token, opened: Token) -> bool:
    """Whether a closing piece is the other of an opening one."""
    if opened.kind == "begin":
        return _environment(token) == _environment(opened)
    return token.text == ("]" if opened.text == "[" else ")")


def _environment(token: Token) -> str:
    return token.text.partition("{")[2].partition("}")[0]


def _made(token: Token, habits: Habits) -> Nested:
    """zeros(2,3), ones((2, 3)), eye(3)."""
    name, _, rest = token.text.partition("(")
    sizes = [int(size) for size in re.findall("[0-9]+", rest.partition("dtype")[0])]
    is_diagonal = name.rstrip().endswith(("eye", "identity"))
    if len(sizes) == 1 and (is_diagonal or (habits.is_square and "." not in name)):
        sizes *= 2
    if not 0 < prod(sizes) <= MOST:
        message = f"expected from 1 to {MOST:,} numbers, found {shown(token.text)}"
        raise PastedError(message, token.at)
    filling = "1" if name.rstrip().endswith("ones") else "0"
    if not is_diagonal:
        return _filled(sizes, filling, token.at)
    if len(sizes) != 2:
        raise PastedError(f"expected a matrix, found {shown(token.text)}", token.at)
    rows = range(sizes[0])
    return Group(
        tuple(_row(["01"[k == row] for k in range(sizes[1])], token.at) for row in rows), token.at
    )


def _filled(sizes: Sequence[int], filling: str, at: int) -> Nested:
    if not sizes:
        return Entry(filling, at)
    return Group((_filled(sizes[1:], filling, at),) * sizes[0], at)


def _row(texts: Sequence[str], at: int) -> Group:
    return Group(tuple(Entry(text, at) for text in texts), at)


def _turned(nested: Nested, mark: Token) -> Nested:
    """The transposed: of a vector, a column."""
    if isinstance(nested, Entry):
        return nested
    rows = [item.items if isinstance(item, Group) else [item] for item in nested.items]
    if all(isinstance(item, Entry) for item in nested.items):
        return Group(tuple(Group(tuple(row), row[0].at) for row in rows), nested.at)
    is_matrix = len(set(map(len, rows))) == 1 and all(isinstance(x, Entry) for r in rows for x in r)
    if not is_matrix:
        message = "expected a matrix with rows of one length, which can be transposed"
        raise PastedError(message, mark.at)
    columns = zip(*rows, strict=True)
    return Group(tuple(Group(column, column[0].at) for column in columns), nested.at)


def _times(nested: Nested, power: int) -> Nested:
    """All numbers times a power of ten."""
    if isinstance(nested, Group):
        return nested._replace(items=tuple(_times(item, power) for item in nested.items))
    if "/" in nested.text:
        raise PastedError(f"expected decimals after a power of ten, found {nested.text}", nested.at)
    return nested if "inf" in nested.text else nested._replace(text=scaled(nested.text, power))
