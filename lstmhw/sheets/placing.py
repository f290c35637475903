"""The values of a sheet at the keys of a cell's problem, each with its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.numerals import number
from lstmhw.sheets.labels import gates_in, labels
from lstmhw.sheets.roles import Book, Key, Role, role_of
from lstmhw.sheets.shapes import flat, spelled
from lstmhw.sheets.sheet import Sheet, shown_value
from lstmhw.sheets.statements import Statement
from lstmhw.sheets.symbols import Symbol, taken_apart
from lstmhw.sheets.tree import Leaf, Loose
from lstmhw.sheets.values import Numbers, axes, claim_readings

_MATRICES = ("W", "W_x", "W_h", "embedding")
_DATA = re.compile(r"weight|bias|matri|state|input|vector|hidden|gate", re.IGNORECASE)
_COMPUTED = ("h", "c", "y", "a", "sum", "answer")
_STATES = ("h", "c", "x", "dh", "dc", "sum", "y", "a")
_ARRAY = re.compile(
    r"[\[(]\s*[-+]?[\d.]+(?:\s*[,;?&]|\s+[-+]?[\d.]|\s*$)|\\begin"
    r"|(?:np|numpy|torch)\.(?:array|asarray|matrix|tensor)\b"
)
"""What begins an array, closed or not; `(1 - z)` does not."""
_SIZES = "nmdkqNMDKTLBHlij"
_NEAR = 10  # lines that a heading may stand above what it is about


class Placed(NamedTuple):
    """Numbers at a key: their line, and what the sheet calls them."""

    numbers: Numbers
    line: int
    name: str
    time: str = ""


class Claim(NamedTuple):
    """Numbers or a formula of the answer part, under a symbol."""

    numbers: Numbers
    line: int


class Placing:
    """What of a question has a key, what of its answer has a symbol, and what has neither."""

    def __init__(self, sheet: Sheet, book: Book) -> None:
        self.sheet = sheet
        self.book = book
        self.placed: dict[tuple[Key, str], Placed] = {}
        self.claims: dict[str, Claim] = {}
        self.loose: list[Loose] = []
        self.refused: dict[tuple[Key, str], str] = {}
        self.homeless: list[Loose] = []
        """Of what is loose, the values that may be data of the problem."""
        for statement in sheet.task.statements:
            self._given(statement)
        for statement in sheet.answer.statements:
            self._answered(statement)

    def of(self, *key: str) -> Mapping[str, Placed]:
        """What is placed at a key, by its time as the sheet has it."""
        return {time: placed for (other, time), placed in self.placed.items() if other == key}

    def drop(self, key: Key, time: str, why: str) -> None:
        """What is placed there after all is not."""
        placed = self.placed.pop((key, time))
        loose = Loose(placed.line, f"{placed.name} = {spelled(placed.numbers)}", why)
        self.loose.append(loose)
        if key[0] in _STATES:
            self.homeless.append(loose)

    def _given(self, statement: Statement) -> None:
        value = statement.value
        if value is None:
            self._equation(statement)
            return
        line = self.sheet.task.line(statement.start)
        said = f"{' = '.join(statement.names) or statement.label} = {shown_value(value)}"
        if self.sheet.task.is_supposed(value.start):
            self.loose.append(Loose(line, said, "only supposed, by a question: not in the draft"))
            return
        if value.refused:
            self.loose.append(Loose(line, said, value.refused))
            self._refuse(statement)
            return
        line = self.sheet.task.line(value.start) if not statement.names else line
        keys = list(self._keys(statement))
        if not keys:
            loose = Loose(line, said, "its name or label says no place in this problem")
            self.loose.append(loose)
            self.homeless += [loose] if _may_be_data(statement) else []
        for key, name, time in keys:
            numbers = _fitting(value.readings, key)
            if numbers is None:
                why = "can be read as " + " or as ".join(map(spelled, value.readings))
                self.loose.append(Loose(line, said, why))
                self.refused[key, time] = why
            elif not _may_be(key, numbers):
                loose = Loose(line, said, f"no value of the gate {key[1]}, which is within a limit")
                self.loose.append(loose)
                self.homeless += [] if isinstance(numbers, str) else [loose]
            else:
                self._place(key, Placed(numbers, line, name, time))

    def _equation(self, statement: Statement) -> None:
        """An equation has no place; numbers of data that could not be read are lacking."""
        keys = list(self._keys(statement))
        is_data = any(not _is_computed(key, time) for key, _, time in keys)
        has_digits = re.search(r"(?<![\w{^-])[-+]?\d", statement.formula) is not None
        if (is_data and has_digits) or _ARRAY.match(statement.formula):
            said = self.sheet.task.text[statement.start : statement.end]
            loose = Loose(
                self.sheet.task.line(statement.start), said, "could not be read as numbers"
            )
            self.loose.append(loose)
            self.homeless.append(loose)

    def _refuse(self, statement: Statement) -> None:
        why = statement.value.refused if statement.value else ""
        for key, _, time in self._keys(statement):
            self.refused[key, time] = why

    def _keys(self, statement: Statement) -> Iterator[tuple[Key, str, str]]:
        """The keys that a statement is about, with the name and the time that it says."""
        for name in statement.names:
            symbol = taken_apart(name)
            key = None if symbol is None else self._key(symbol, statement)
            if key is not None and symbol is not None:
                yield key, name, "" if symbol in self.book.told else symbol.time
        if not statement.names and statement.value is not None:
            rank = _rank(statement.value.readings)
            for key in labels(self._labelled(statement), self.book, rank):
                yield key, statement.label.strip(" :=|") or "a matrix without a name", ""

    def _labelled(self, statement: Statement) -> str:
        """A label; of one that names no gate, with the heading above it."""
        label = statement.label
        is_about = re.search(r"weight|bias|matri", label, re.IGNORECASE)
        is_of_all = re.search(r"\b(?:all|every|each|other)\b", label, re.IGNORECASE)
        if gates_in(label, self.book.cell) or not is_about or is_of_all:
            return label
        gate = self._gate_above(statement)
        return f"{label} of the {gate}" if gate else label

    def _key(self, symbol: Symbol, statement: Statement) -> Key | None:
        role = role_of(symbol, self.book)
        if role is not None:
            return role.key
        is_bare = symbol.base in "WUb" and not symbol.letters and not symbol.time
        heading = self._gate_above(statement) if is_bare and self.book.cell != "rnn" else ""
        gates = gates_in(heading, self.book.cell) if heading else []
        if not gates:
            return None
        return (role_of(symbol._replace(letters=gates[0]), self.book) or Role(("",))).key

    def _gate_above(self, statement: Statement) -> str:
        """The words for one gate on the line of a statement before it, or on one above."""
        number = self.sheet.task.line(statement.start)
        nearest = [self.sheet.task.before(statement.start)]
        nearest += self.sheet.task.lines[max(0, number - 1 - _NEAR) : number - 1][::-1]
        for line in nearest:
            gates = gates_in(line, self.book.cell)
            if gates:
                return line if len(gates) == 1 else ""
        return ""

    def _place(self, key: Key, new: Placed) -> None:
        place = key, new.time
        old = self.placed.get(place)
        if place in self.refused:
            self.loose.append(Loose(new.line, f"{new.name} = {spelled(new.numbers)}"))
        elif old is None:
            self.placed[place] = new
        elif old.numbers != new.numbers:
            self.refused[place] = f"lines {old.line} and {new.line} say different things"
            self.drop(key, new.time, f"line {new.line} says another value")
            why = f"line {old.line} says another value"
            self.loose.append(Loose(new.line, f"{new.name} = {spelled(new.numbers)}", why))

    def _answered(self, statement: Statement) -> None:
        """A claim; what repeats a given value is none, what contradicts it is listed."""
        value = statement.value
        if value is None:
            return
        line = self.sheet.answer.line(statement.start)
        said = f"{' = '.join(statement.names) or statement.label} = {shown_value(value)}"
        for name in statement.names or ("",):
            symbol = taken_apart(name) if name else None
            role = None if symbol is None else role_of(symbol, self.book)
            if role is None or symbol is None:
                self.loose.append(Loose(line, said))
            elif not self._repeats(role, symbol, value.readings):
                self._claim(role, symbol, statement, line)

    def _repeats(self, role: Role, symbol: Symbol, readings: Sequence[Numbers]) -> bool:
        old = self.placed.get((role.key, symbol.time))
        return old is not None and any(flat(old.numbers) == flat(one) for one in readings)

    def _claim(self, role: Role, symbol: Symbol, statement: Statement, line: int) -> None:
        value = statement.value
        assert value is not None, "equations are not claimed as numbers"
        said = f"{statement.names[0]} = {shown_value(value)}"
        is_before = symbol.time == "t-1" and not symbol.is_gradient
        if not role.symbol or is_before:
            old = self.placed.get((role.key, symbol.time))
            why = f"line {old.line} says another value" if old else ""
            self.loose.append(Loose(line, said, why))
            return
        name = self._claimed_name(role, symbol)
        numbers = _claimed(value.readings, value.text)
        if numbers is None or name is None:
            self.loose.append(Loose(line, said, value.refused))
        elif name in self.claims and self.claims[name].numbers != numbers:
            why = f"{name} is claimed as {spelled(self.claims[name].numbers)} at line "
            self.loose.append(Loose(line, said, f"{why}{self.claims[name].line}"))
        else:
            self.claims.setdefault(name, Claim(numbers, line))

    def _claimed_name(self, role: Role, symbol: Symbol) -> str | None:
        if symbol.number is not None:
            return f"{role.symbol}_{symbol.number}"
        if symbol.time == "t-1":
            return f"{role.symbol}_prev" if role.symbol in ("dh", "dc") else None
        return role.symbol


def _may_be_data(statement: Statement) -> bool:
    """Whether a value without a place may be one that the problem needs."""
    value = statement.value
    if value is None or flat(value.readings[0] if value.readings else "0") == ["0"]:
        return False
    is_array = not value.readings or not isinstance(value.readings[0], str)
    if not statement.names:
        return is_array or _DATA.search(statement.label) is not None
    return is_array or not all(_is_size(name, value.text) for name in statement.names)


def _is_size(name: str, text: str) -> bool:
    """Whether a name and its value are a count, such as n = 4 units or T = 2 steps."""
    return name[0] in _SIZES and text.strip().isdecimal()


def _is_computed(key: Key, time: str) -> bool:
    """Whether an equation for what stands at a key is one of the cell's own."""
    return time not in ("t-1", "0") and (key[0] in _COMPUTED or key[-1] == "value")


def _may_be(key: Key, numbers: Numbers) -> bool:
    """Whether numbers may be the value of a gate: between -1 and 1, of most between 0 and 1."""
    if key[0] != "gates" or key[-1] != "value":
        return True
    least = -1 if key[1] in "gn" else 0
    return all(least <= number(text) <= 1 for text in flat(numbers))


def _fitting(readings: Sequence[Numbers], key: Key) -> Numbers | None:
    """The one reading, or the one that has the axes of what stands at the key."""
    if len(readings) == 1:
        return readings[0]
    wanted = 2 if key[-1] in _MATRICES else 1
    fitting = [one for one in readings if len(axes(one)) == wanted]
    return fitting[0] if len(fitting) == 1 else None


def _claimed(readings: Sequence[Numbers], text: str) -> Numbers | None:
    """What a claim is, with the freedoms that answers have; None where that is not one thing."""
    if len(readings) == 1:
        return readings[0]
    if not readings:
        from lstmhw.reading.print_tokens import PastedError

        try:
            readings = claim_readings(text.strip())
        except PastedError:
            return None
    return readings[0] if len(readings) == 1 else None


def _rank(readings: Sequence[Numbers]) -> int:
    """2 for a matrix; 1 for a number, a vector, a row or a column."""
    shape = axes(readings[0]) if readings else ()
    return 2 if len(readings) > 1 or (len(shape) == 2 and shape[1] > 1) else 1


def leaf_of(placed: Placed) -> Leaf:
    """The numbers with their line and their name there."""
    return Leaf(placed.numbers, f"line {placed.line}: {placed.name}")
