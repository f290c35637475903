"""Rows of arithmetic as a page prints them, and what a calculator makes of them.

A parser and an interpreter of their own, over decimals of as many digits as a row takes: nothing
here is lstmhw's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

FEWEST_DIGITS = 60
TOKEN = re.compile(
    r"\s*(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[-+]\d+)?|inf\b)"
    r"|\s*(?P<name>[A-Za-z][A-Za-z0-9]*(?:-[a-z0-9]+)*'?)|\s*(?P<mark>[-+*/^()])"
)
NAMED = re.compile(r"[A-Za-z]\w*(@\w+)?(\[\d+\])*")


@dataclass(frozen=True)
class Row:
    """A row below the headline of a symbol; `numbers` is what stands before the `=`."""

    symbol: str
    label: str
    numbers: str
    value: str
    remark: str = ""

    @property
    def place(self) -> str:
        """The symbol and which number of it, without the noun that Markdown has in its header."""
        return without_noun(f"{self.symbol} {self.label}".strip())

    @property
    def is_cut(self) -> bool:
        """Whether terms are left out, so that nobody can redo the row."""
        return "more terms" in self.numbers

    @property
    def is_named(self) -> bool:
        """Whether the row says where its number comes from, and has no arithmetic."""
        typed = NAMED.fullmatch(self.numbers) is not None and self.numbers != "inf"
        return typed or re.search(r"_|\\mathrm", self.numbers) is not None


@dataclass(frozen=True)
class Page:
    """The rows of a page, and those of which it says that they are carried in full."""

    rows: tuple[Row, ...]
    carried: frozenset[str]

    @property
    def unnamed(self) -> int:
        """How many more such rows there are, which it does not name."""
        counts = (re.fullmatch(r"and (\d+) more", place) for place in self.carried)
        return sum(int(count[1]) for count in counts if count)


def table_page(text: str) -> Page:
    """The workings of a page for the terminal, which is so wide that no line is broken."""
    rows, carried, symbol = [], set[str](), ""
    for line in text.splitlines():
        carried |= set(_carried(line))
        if headline := re.match(r"  (\S+) = ", line):
            symbol = headline[1]
        cells = re.split(r" {2,}", line.strip())
        if line.startswith("    ") and cells[-1].startswith("= ") and len(cells) > 1:
            label = cells[0] if len(cells) > 2 else ""
            rows.append(_row(symbol, label, cells[-2], cells[-1].removeprefix("= ")))
    return Page(tuple(rows), frozenset(carried))


def markdown_page(text: str) -> Page:
    """The workings of a page in Markdown."""
    rows, carried, symbol = [], set[str](), ""
    for line in text.splitlines():
        carried |= set(_carried(line.replace("\\", "")))
        if headline := re.match(r"\*\*(.+?)\*\*: ", line):
            symbol = headline[1].replace("\\", "")
        if cells := re.fullmatch(r"\| (.*?) ?\| \$(.*)\$ \| (.*) \|", line):
            rows.append(_row(symbol, cells[1].replace("\\", ""), plain(cells[2]), cells[3]))
    return Page(tuple(rows), frozenset(carried))


def _row(symbol: str, label: str, numbers: str, value: str) -> Row:
    value, _, remark = value.partition(" (")
    return Row(symbol, label, numbers, value, remark.removesuffix(")"))


def _carried(line: str) -> Iterator[str]:
    if found := re.search(r"Shown to \d+ decimals, carried in full: (.*?)\.?$", line):
        yield from map(without_noun, found[1].split("; "))


def without_noun(place: str) -> str:
    return re.sub(r" (unit|state) (?=\d+$)", " ", place)


def plain(latex: str) -> str:
    """A formula of LaTeX as one types it."""
    text = re.sub(r"\\operatorname\{((?:[^{}]|\{[^{}]*\})*)\}", _operator, latex)
    for mark, typed in {r"\cdot": "*", r"\infty": "inf", r"\sigma": "sigmoid"}.items():
        text = text.replace(mark, typed)
    text = re.sub(r"\\(tanh|exp|ln|log|sqrt)", r"\1", text)
    while r"\frac" in text:
        start = text.rindex(r"\frac")
        above, middle = _braced(text, start + len(r"\frac"))
        below, end = _braced(text, middle)
        text = f"{text[:start]}(({above})/({below})){text[end:]}"
    if re.search(r"_|\\mathrm|\\text", text):  # names, or words
        return text
    return text.replace("{", "(").replace("}", ")")


def _operator(match: re.Match[str]) -> str:
    return match[1].replace(r"\text{-}", "-")


def _braced(text: str, start: int) -> tuple[str, int]:
    """What stands in the braces that open there, and where they have ended."""
    depth = 0
    for k in range(start, len(text)):
        depth += (text[k] == "{") - (text[k] == "}")
        if depth == 0:
            return text[start + 1 : k], k + 1
    raise ValueError(text)


def _sigmoid(z: Decimal) -> Decimal:
    return 1 / (1 + (-z).exp())


def _between(z: Decimal) -> Decimal:
    return max(Decimal(0), min(Decimal(1), z))


FUNCTIONS: Mapping[str, Callable[[Decimal], Decimal]] = {
    "sigmoid": _sigmoid,
    "tanh": lambda z: 2 * _sigmoid(2 * z) - 1,
    "relu": lambda z: max(Decimal(0), z),
    "leaky-relu": lambda z: z if z > 0 else z / 100,
    "leaky-relu'": lambda z: Decimal(1) if z > 0 else Decimal("0.01"),
    "hard-sigmoid": lambda z: _between(z / 5 + Decimal("0.5")),
    "hard-sigmoid'": lambda z: Decimal("0.2") if abs(z) < Decimal("2.5") else Decimal(0),
    "hard-sigmoid-6": lambda z: _between(z / 6 + Decimal("0.5")),
    "hard-sigmoid-6'": lambda z: Decimal(1) / 6 if abs(z) < 3 else Decimal(0),
    "step": lambda z: Decimal(z > 0),
    "step-from-0": lambda z: Decimal(z >= 0),
    "identity": lambda z: z,
    "id": lambda z: z,  # as LaTeX has it
    "abs": abs,
    "sqrt": Decimal.sqrt,
    "exp": Decimal.exp,
    "ln": Decimal.ln,
    "arctanh": lambda z: ((1 + z) / (1 - z)).ln() / 2,
}


class Calculator:
    """A sum is read from the left; ^ binds tighter than a sign, and that as * and /."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        end = 0
        while end < len(text.rstrip()):
            match = TOKEN.match(text, end)
            if match is None or match.lastgroup is None:
                raise ValueError(f"{text!r} cannot be typed into a calculator")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            end = match.end()
        self.tokens.append(("end", ""))

    def result(self) -> Decimal:
        value = self.sum()
        assert self.tokens == [("end", "")], f"{self.tokens} is left over"
        return value

    def taken(self, marks: str) -> str:
        """The next token where it is one of these marks, else nothing."""
        group, text = self.tokens[0]
        return self.tokens.pop(0)[1] if group == "mark" and text in marks else ""

    def sum(self) -> Decimal:
        value = self.product()
        while sign := self.taken("+-"):
            term = self.product()
            value = value + term if sign == "+" else value - term
        return value

    def product(self) -> Decimal:
        if self.taken("-"):
            return -self.product()
        value = self.power()
        while mark := self.taken("*/"):
            factor = self.power()
            value = value * factor if mark == "*" else value / factor
        return value

    def power(self) -> Decimal:
        base = self.atom()
        return base ** self.atom() if self.taken("^") else base

    def atom(self) -> Decimal:
        if self.taken("("):
            value = self.sum()
            assert self.taken(")")
            return value
        group, text = self.tokens.pop(0)
        if group == "number":
            return Decimal(text)
        assert group == "name", f"{text!r} where a number should be"
        return FUNCTIONS[text](self.atom())


def calculated(row: Row) -> Decimal:
    """What the numbers of a row come to, with digits enough for what it says of a limit."""
    gap = row.remark.rpartition(" ")[2]
    digits = FEWEST_DIGITS - (Decimal(gap).adjusted() if gap else 0)
    with localcontext(Context(prec=digits)):
        return Calculator(row.numbers).result()


def is_shown_as(value: Decimal, text: str) -> bool:
    """Whether a value rounds to what is written; a tie goes up."""
    written = Decimal(text)
    if not (value.is_finite() and written.is_finite()):
        return value == written
    with localcontext(Context(prec=1000)):
        return value.quantize(written, rounding=ROUND_HALF_UP) == written


def comes_out(row: Row) -> bool:
    """Whether the numbers of a row give its value, and how far that is from a limit."""
    value = calculated(row)
    if row.remark:
        with localcontext(Context(prec=1000)):
            gap = 1 - abs(value)
        return abs(Decimal(row.value)) == 1 and is_shown_as(gap, row.remark.rpartition(" ")[2])
    return is_shown_as(value, row.value)


def redone(page: Page) -> Sequence[Row]:
    """The rows that have arithmetic which is there in full."""
    return [row for row in page.rows if not row.is_cut and not row.is_named]


def failing(page: Page) -> list[Row]:
    """The rows that do not come out, without those that the page says are carried in full."""
    found = [row for row in redone(page) if row.place not in page.carried and not comes_out(row)]
    return found[page.unnamed :]
