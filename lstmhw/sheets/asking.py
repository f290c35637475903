"""What a sheet asks for, what it claims, and the equations that it states."""

import re
from collections.abc import Iterator

from lstmhw.reading.written import as_yaml
from lstmhw.sheets.conventions import Equation
from lstmhw.sheets.labels import symbols_in_words
from lstmhw.sheets.placing import Placing
from lstmhw.sheets.roles import role_of
from lstmhw.sheets.shapes import vector
from lstmhw.sheets.stretch import Stretch
from lstmhw.sheets.symbols import NAME, taken_apart
from lstmhw.sheets.tree import Leaf, Loose, Tree

_ASKED = re.compile(
    r"\b(?:compute|find|calculate|determine|work out|evaluate|what (?:is|are))\b"
    r"((?:[^.?!\n]|\.(?=\S)|\n(?!\s*\n))*)",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:given|using|from|with|when|if|where|assuming|for)\b", re.IGNORECASE)
_ASKABLE = set("xifgozrnchyae")


class Asked:
    """The question and the answer of a sheet whose values are placed."""

    def __init__(self, placing: Placing) -> None:
        self.sheet = placing.sheet
        self.placing = placing
        self.book = placing.book

    def find(self) -> Leaf | None:
        """What a question asks for, in its order."""
        found: list[tuple[int, str]] = []
        for match in _ASKED.finditer(self.sheet.task.text):
            asked = _UNTIL.split(match[1])[0]
            start = match.start(1)
            for name in re.finditer(rf"(?<![A-Za-z]){NAME}(?![A-Za-z])", asked):
                symbol = taken_apart(name[0])
                role = None if symbol is None else role_of(symbol, self.book)
                is_known = role is not None and role.symbol and role.symbol[-1] in _ASKABLE
                if symbol is None or role is None or not is_known or symbol.time == "t-1":
                    continue
                index = f"_{symbol.time}" if symbol.number is not None else ""
                found.append((start + name.start(), f"{role.symbol}{index}"))
            found += [(start + at, name) for at, name in symbols_in_words(asked, self.book)]
        names = list(dict.fromkeys(name for _, name in sorted(found)))
        bare = {name for name in names if "_" not in name}
        names = [name for name in names if not ("_" in name and name.split("_")[0] in bare)]
        given = {key[1] for key, _ in self.placing.placed if key[-1] == "value"}
        has_output = any(key[0] == "output" for key, _ in self.placing.placed)
        names = [name for name in names if name not in given and (name != "y" or has_output)]
        if not names:
            return None
        lines = sorted({self.sheet.task.line(at) for at, _ in found})
        return Leaf(names, f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}")

    def has_loss(self) -> bool:
        """Whether a loss is asked for."""
        asked = _ASKED.finditer(self.sheet.task.text)
        return any(re.search(r"\bloss\b", _UNTIL.split(match[1])[0]) for match in asked)

    def unknown(self) -> Iterator[Loose]:
        """What is asked for by a name that is none of the problem's."""
        for match in _ASKED.finditer(self.sheet.task.text):
            for name in re.finditer(
                rf"(?<![A-Za-z\\]){NAME}(?![A-Za-z])", _UNTIL.split(match[1])[0]
            ):
                symbol = taken_apart(name[0])
                is_name = symbol is not None and (symbol.time or symbol.letters)
                if symbol is not None and is_name and role_of(symbol, self.book) is None:
                    line = self.sheet.task.line(match.start(1) + name.start())
                    yield Loose(line, name[0], "asked for, but no quantity of this problem")

    def claimed(self, first: int) -> Tree:
        """The values and formulas of the answer, by their symbols; `first` is the first step."""
        claims: Tree = {}
        for name, claim in self.placing.claims.items():
            key = name.replace("_prev", f"_{first - 1}")
            is_matrix = key.startswith(("dW", "dU"))
            numbers = claim.numbers if is_matrix else vector(claim.numbers)
            claims[key] = Leaf(numbers, f"line {claim.line}")
        for symbol, equation in self.formulas(self.sheet.answer):
            if not any(name.split("_")[0] == symbol for name in claims):
                claims[symbol] = Leaf(as_yaml(equation.right), f"line {equation.line}")
        return claims

    def formulas(self, stretch: Stretch) -> Iterator[tuple[str, Equation]]:
        """The equations without numbers, by the symbol of the problem on their left."""
        for statement in stretch.statements:
            symbol = taken_apart(statement.names[-1]) if statement.names else None
            role = None if symbol is None else role_of(symbol, self.book)
            if symbol is None or role is None or not role.symbol or statement.value is not None:
                continue
            formula = re.sub(r"\s+", " ", statement.formula).strip(" .\\&")
            if role.symbol != "x" and symbol.time != "t-1" and re.search("[A-Za-z]", formula):
                line = stretch.line(statement.start)
                yield role.symbol, Equation(statement.names[-1], formula, line)
