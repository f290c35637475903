"""The draft of a step of an LSTM, a GRU or a plain RNN, and of the gradients through one."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lstmhw.reading.written import as_yaml
from lstmhw.sheets import conventions
from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.conventions import Equation, Said
from lstmhw.sheets.placing import Placed, Placing
from lstmhw.sheets.roles import GATES, Book, book_of, role_of, symbols_in_words
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.statements import Statement
from lstmhw.sheets.symbols import NAME, taken_apart
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree
from lstmhw.sheets.values import Numbers, axes

_ASKED = re.compile(
    r"\b(?:compute|find|calculate|determine|work out|evaluate|what (?:is|are))\b"
    r"((?:[^.?!\n]|\.(?=\S)|\n(?!\s*\n))*)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:given|using|from|with|when|if|where|assuming|for which)\b", re.IGNORECASE
)
_WEIGHTS = re.compile(r"(?<![A-Za-z])[WUb](?:_|\b)|weight|bias", re.IGNORECASE)
_ASKABLE = set("xifgozrnchyae")


def draft(sheet: Sheet, chosen: Chosen, cell: str) -> Drafted:
    """The draft of a sheet on a cell: lstm, gru or rnn."""
    return _Cell(sheet, chosen, cell).drafted()


def weights(sheet: Sheet, chosen: Chosen) -> tuple[Tree, Sequence[Loose]]:
    """The gates of an LSTM alone, and what of the values is none of them."""
    cell = _Cell(sheet, chosen, "lstm")
    return cell.gates(), cell.placing.loose


class _Cell:
    """A sheet on a cell, placed, as it becomes a file."""

    def __init__(self, sheet: Sheet, chosen: Chosen, cell: str) -> None:
        self.sheet = sheet
        self.cell = cell
        self.chosen = chosen
        self.lacking: list[str] = []
        self.on_input = conventions.on_input(sheet.equations, sheet.numbered) or _by_shape(sheet)
        on_input = self.on_input.choice if self.on_input else "W"
        self.book: Book = book_of(cell, sheet.symbols, on_input)
        self.placing = Placing(sheet, self.book)
        self.lacking += [
            f"{'.'.join(key)}: {why}" for (key, _), why in self.placing.refused.items()
        ]
        self.first, self.first_line = self._first_step()

    def drafted(self) -> Drafted:
        kind, line, words = self.chosen
        tree: Tree = {"kind": Leaf(kind, f'line {line}: "{words}"')}
        if kind == "lstm-gradient" and self.cell != "lstm":
            tree["cell"] = Leaf(self.cell, "")
        if self.first is not None and self.first != 1:
            tree["t"] = Leaf(str(self.first), self.first_line)
        tree |= dict(self._inputs())
        tree |= dict(self._states())
        weights = dict(self._weights())
        tree |= dict(self._conventions(weights))
        tree |= weights
        tree |= dict(self._output())
        tree |= dict(self._gradients())
        find = self._find()
        if find is not None and kind != "lstm-gradient":
            tree["find"] = find
        claims = self._claimed()
        if claims:
            tree["claimed"] = claims
        self._check_all_used(tree)
        self.lacking += [
            f"line {one.line}: {_cut(one.text)}: {one.why}" for one in self.placing.homeless
        ]
        unread = list(self.sheet.unread())
        self.lacking += [
            f"line {one.line} was not read" for one in unread if _WEIGHTS.search(one.text)
        ]
        loose = [*self.placing.loose, *unread]
        return Drafted(tree, self.lacking, loose, dict(self._formulas(self.sheet.given, False)))

    def _check_all_used(self, tree: Tree) -> None:
        """What is placed at a key that the draft does not have is not placed."""
        used = {"x", "one_hot", "xs", "h", "c", "h_prev", "c_prev", "t", "embedding"}
        used |= {"W", "W_x", "W_h", "b", "b_x", "b_h"} if self.cell == "rnn" else set()
        for key, time in list(self.placing.placed):
            if key[0] not in used and key[0] not in tree:
                self.placing.drop(key, time, f"no place in {self.chosen.kind}")

    # Time

    def _first_step(self) -> tuple[int | None, str]:
        """The number of the first step, from x_2, h_1 or t = 2, and where that stands."""
        placing = self.placing
        inputs = {int(t): p for t, p in placing.of("x").items() if t.isdecimal()}
        if inputs:
            first = min(inputs)
            return first, f"line {inputs[first].line}: {inputs[first].name}"
        for placed in placing.of("t").values():
            if isinstance(placed.numbers, str) and placed.numbers.isdecimal():
                return int(placed.numbers), f"line {placed.line}: t = {placed.numbers}"
        for letter in "hc":
            numbered = {int(t): p for t, p in placing.of(letter).items() if t.isdecimal()}
            if len(numbered) == 1:
                ((before, placed),) = numbered.items()
                return before + 1, f"line {placed.line}: {placed.name} is the state before"
        return None, ""

    # What is given

    def _inputs(self) -> Iterator[tuple[str, Leaf | Note]]:
        placing = self.placing
        named: Mapping[str, Placed] = {
            **placing.of("x"),
            **{f"one-hot {t}": p for t, p in placing.of("one_hot").items()},
        }
        sequence = placing.of("xs")
        embedding = placing.of("embedding").get("")
        if sequence and not named:
            named = sequence
        if not named:
            self.lacking.append("x: the sheet has no input that was understood")
            yield "x", Note("x: lacking")
            return
        ordered = sorted(named.values(), key=lambda placed: (placed.line, placed.time))
        numbered = sorted((p for p in ordered if p.time.isdecimal()), key=lambda p: int(p.time))
        if len(numbered) > 1:
            yield from self._several(numbered, embedding)
        elif len({str(placed.numbers) for placed in ordered}) > 1:
            lines = " and ".join(str(placed.line) for placed in ordered)
            self.lacking.append(f"x: lines {lines} say different things")
            yield "x", Note(f"x: lacking; lines {lines} say different things")
        else:
            yield from self._one(ordered[0], embedding, bool(sequence))
        if embedding is not None:
            yield "embedding", _leaf(embedding)

    def _several(
        self, numbered: Sequence[Placed], embedding: Placed | None
    ) -> Iterator[tuple[str, Leaf | Note]]:
        """Inputs of several steps, x_1, x_2, .., which follow one another."""
        times = [int(placed.time) for placed in numbered]
        if times != list(range(times[0], times[0] + len(times))):
            self.lacking.append(f"xs: there are x_{times[0]} to x_{times[-1]}, but not all between")
        values = [_vector(placed.numbers) for placed in numbered]
        lines = ", ".join(f"{placed.name} line {placed.line}" for placed in numbered)
        is_hot = embedding is not None and all(map(_is_one_hot, values))
        yield "one_hots" if is_hot else "xs", Leaf(values, lines)

    def _one(
        self, placed: Placed, embedding: Placed | None, is_sequence: bool
    ) -> Iterator[tuple[str, Leaf | Note]]:
        value = _vector(placed.numbers)
        shape = axes(value)
        if embedding is not None and _is_one_hot(value):
            yield "one_hot", _leaf(placed._replace(numbers=value))
        elif len(shape) == 2:
            if not is_sequence and self._first_words(r"sequence|time steps|over \w+ steps") is None:
                self.lacking.append(
                    f"x: line {placed.line} has {shape[0]} rows, which may be steps (xs) or"
                    " examples (x of a batch)"
                )
                yield "x", Note(f"xs: or x: {_spelled(value)} of line {placed.line}: lacking")
                return
            yield "xs", Leaf(value, f"line {placed.line}: a row a step")
        elif len(shape) == 1 and (is_sequence or (shape[0] > 1 and self._reads_numbers())):
            yield "xs", Leaf(value, f"line {placed.line}: one number a step")
        else:
            yield "x", _leaf(placed._replace(numbers=value))

    def _reads_numbers(self) -> bool:
        """Whether the weights take one number a step."""
        for (key, _), placed in self.placing.placed.items():
            if key[-1] == "W_x":
                shape = axes(placed.numbers)
                return (
                    shape in ((), (1,))
                    or shape[-1:] == (1,)
                    or (len(shape) == 1 and len(shape) < 2 and shape[0] == self._units())
                )
        return False

    def _first_words(self, pattern: str) -> int | None:
        compiled = re.compile(pattern, re.IGNORECASE)
        found = (k for k, line in self.sheet.numbered if compiled.search(line))
        return next(found, None)

    def _states(self) -> Iterator[tuple[str, Leaf | Note]]:
        for letter in "hc" if self.cell == "lstm" else "h":
            key = f"{letter}_prev"
            placed = self._before(letter)
            if placed is None:
                zeros = self._first_words(r"initial\w*[^.\n]*\bzeros?\b|zeros?[^.\n]*\binitial")
                where = f"line {zeros}" if zeros else "the sheet gives none"
                yield key, Note(f"{key}: zeros, as where it is left out ({where})")
            else:
                yield key, _leaf(placed._replace(numbers=_vector(placed.numbers)))

    def _before(self, letter: str) -> Placed | None:
        """The state before the first step; what is given of others is not placed."""
        placing = self.placing
        first = self.first if self.first is not None else 1
        before = {"t-1", "", str(first - 1)}
        named = placing.of(f"{letter}_prev")
        found = [*named.values()]
        for time, placed in dict(placing.of(letter)).items():
            if time not in before:
                placing.drop((letter,), time, "the step computes it")
            elif time == "" and len(placing.of(letter)) > 1:
                placing.drop((letter,), time, "of no time, beside one that has a time")
            else:
                found.append(placed)
        different = {str(_vector(placed.numbers)) for placed in found}
        if len(different) > 1:
            lines = " and ".join(str(placed.line) for placed in found)
            self.lacking.append(f"{letter}_prev: lines {lines} say different things")
            self.placing.loose += [
                Loose(p.line, f"{p.name} = {_spelled(p.numbers)}", "two values") for p in found
            ]
            return None
        return found[0] if found else None

    # Weights

    def _units(self) -> int | None:
        """How many units there are, where states, biases or values of gates tell."""
        keys = (("h",), ("c",), ("h_prev",), ("c_prev",), ("b",))
        for (key, _), placed in self.placing.placed.items():
            if key in keys or (key[0] == "gates" and key[-1] in ("b", "value", "b_x", "b_h")):
                shape = axes(_vector(placed.numbers))
                if shape != () or key[-1] != "value":
                    return shape[0] if shape else 1
        return None

    def _weights(self) -> Iterator[tuple[str, Leaf | Tree | Note]]:
        found = {k: p for (k, _), p in self.placing.placed.items()}
        if self.cell == "rnn":
            for name in ("W", "W_x", "W_h", "b", "b_x", "b_h"):
                if (name,) in found:
                    yield self._written(name), self._shaped(name, found[(name,)])
            return
        gates = self.gates()
        yield from gates.items()
        stacked = {key[1]: placed for key, placed in found.items() if key[0] == "stacked"}
        if stacked:
            parts: Tree = {"layout": Leaf("pytorch", "whose names these are")}
            yield "stacked", {**parts, **{name: _leaf(placed) for name, placed in stacked.items()}}
        elif not gates:
            self.lacking.append("gates: the sheet has no weights or gates that were understood")

    def gates(self) -> Tree:
        """The gates, under their key; nothing where there is none."""
        found = {k: p for (k, _), p in self.placing.placed.items()}
        gates: Tree = {}
        for gate in GATES[self.cell]:
            parts: Tree = {
                self._written(name): self._shaped(name, found["gates", gate, name])
                for name in ("value", "W", "W_x", "W_h", "b", "b_x", "b_h")
                if ("gates", gate, name) in found
            }
            if parts:
                gates[gate] = parts
        return {"gates": gates} if gates else {}

    def _written(self, name: str) -> str:
        """The name of a weight in the file; W and U where nothing says which is on x."""
        is_open = self.book.has_u and self.on_input is None
        return {"W_x": "W", "W_h": "U"}.get(name, name) if is_open else name

    def _shaped(self, name: str, placed: Placed) -> Leaf:
        """A weight; a row or column that is written as a vector, as a matrix."""
        numbers, note = placed.numbers, ""
        if name in ("b", "b_x", "b_h", "value"):
            numbers = _vector(numbers)
        elif len(axes(numbers)) == 1:
            units = self._units()
            is_column = name == "W_x" and units == len(numbers) and units != 1
            numbers = [[one] for one in numbers] if is_column else [numbers]
            note = ", as one column" if is_column else ", as one row"
        return Leaf(numbers, f"line {placed.line}{note}")

    # Conventions

    def _conventions(self, weights: Mapping[str, object]) -> Iterator[tuple[str, Leaf | Note]]:
        names = {key[-1] for key, _ in self.placing.placed}
        if "W" in {key[-1] for key, _ in self.placing.placed if key[0] != "output"}:
            yield self._concat()
        if self.book.has_u and {"W_x", "W_h"} <= names:
            yield "_letters", Note(self._letters())
        row = self._orientation()
        if row is not None:
            yield row
        if self.cell == "gru":
            yield self._gru("update", conventions.update(self.sheet.equations))
            yield self._gru("reset", conventions.reset(self.sheet.equations))
        yield from self._activations()

    def _letters(self) -> str:
        other = "U" if self.book.on_input == "W" else "W"
        said = self.on_input
        if said is not None:
            where = f"line {said.line}: {said.words}" if said.line else said.words
            return f"{self.book.on_input} is on x, {other} on h: {where}"
        why = "the sheet does not say which of W and U is on x; the other is on h"
        self.lacking.append(f"W and U: {why} (write W_x and W_h)")
        return f"W and U: lacking; {why}: write W_x and W_h"

    def _concat(self) -> tuple[str, Leaf | Note]:
        said = conventions.concat(self.sheet.numbered)
        if len(said) == 1:
            return "concat", Leaf(said[0].choice, f'line {said[0].line}: "{said[0].words}"')
        if said:
            where = " and ".join(f"line {one.line}: {one.words}" for one in said)
            why = f"the sheet has both orders ({where})"
        else:
            why = "the sheet does not say whether W is on [h, x] or on [x, h]"
        self.lacking.append(f"concat: {why}")
        return "concat", Note(f"concat: [h, x]   lacking, or [x, h]: {why}")

    def _gru(self, key: str, said: Said | None) -> tuple[str, Leaf | Note]:
        if said is not None:
            return key, Leaf(said.choice, f"line {said.line}: {said.words}")
        torch = self._first_words(r"py\s?torch|torch\.nn")
        choices = {"update": ("keep", "new"), "reset": ("before", "after")}[key]
        if torch is not None:
            choice = {"update": "keep", "reset": "after"}[key]
            return key, Leaf(choice, f"line {torch}: PyTorch's")
        meanings = {
            "update": "keep is h = z*h_prev + (1-z)*n, new is h = (1-z)*h_prev + z*n",
            "reset": "before is W_h (r*h_prev), after is r*(W_h h_prev + b_h)",
        }
        self.lacking.append(f"{key}: the sheet does not say ({meanings[key]})")
        return key, Note(f"{key}: {choices[0]}   lacking, or {choices[1]}: {meanings[key]}")

    def _orientation(self) -> tuple[str, Leaf | Note] | None:
        """Whether matrices stand left or right of vectors: by shapes, else by an equation."""
        fits = self._fitting_orientations()
        said = conventions.orientation(self.sheet.equations)
        if fits == {"row"}:
            return "orientation", Leaf("row", "x W: so the shapes fit; the other is column, W x")
        if fits == {"column"}:
            return None
        if said is not None and said.choice == "row":
            return "orientation", Leaf("row", f'line {said.line}: "{said.words}"')
        has_square = any(
            len(set(axes(placed.numbers))) == 1 and axes(placed.numbers)[0] > 1
            for (key, _), placed in self.placing.placed.items()
            if key[-1] in ("W", "W_x", "W_h") and len(axes(placed.numbers)) == 2
        )
        if said is None and has_square:
            text = (
                "orientation: column (W x) is taken; the sheet does not say; the other is row (x W)"
            )
            return "orientation", Note(text)
        return None

    def _fitting_orientations(self) -> set[str]:
        """The orientations with which the weights on the input have the shape they need."""
        units = self._units()
        fits = {"row", "column"}
        for (key, _), placed in self.placing.placed.items():
            shape = axes(placed.numbers)
            if key[-1] not in ("W", "W_x") or len(shape) != 2 or key[0] == "output":
                continue
            if units is not None and shape[0] != shape[1] and units in shape:
                fits &= {"column"} if shape[0] == units else {"row"}
        return fits

    def _activations(self) -> Iterator[tuple[str, Leaf | Note]]:
        if self.cell == "rnn":
            yield self._of_rnn()
            return
        for equation in self.sheet.equations:
            symbol = taken_apart(equation.left)
            role = None if symbol is None else role_of(symbol, self.book)
            usual = "tanh" if role and role.symbol in "gn" else "sigmoid"
            if role is None or role.key[0] != "gates" or role.symbol not in GATES[self.cell]:
                continue
            found = conventions.function_of(equation)
            if found not in (usual, None) and re.search("[WU]", equation.right):
                self.lacking.append(
                    f"activations: line {equation.line} has {found} for {role.symbol}, where"
                    f" {usual} is usual: write activations: {{..}} if that is meant"
                )

    def _of_rnn(self) -> tuple[str, Leaf | Note]:
        for equation in self.sheet.equations:
            symbol = taken_apart(equation.left)
            role = None if symbol is None else role_of(symbol, self.book)
            found = conventions.function_of(equation) if role and role.key == ("h",) else None
            if found is not None and not (found == "identity" and "a" in equation.right):
                return "activation", Leaf(found, f"line {equation.line}: {equation.right}")
        said = conventions.activation_in_words(self.sheet.numbered)
        if said is not None:
            return "activation", Leaf(said.choice, f'line {said.line}: "{said.words}"')
        return "activation", Note(
            "activation: tanh is taken, as where it is left out; others: sigmoid, relu, identity"
        )

    # Output, gradients, what is asked and claimed

    def _output(self) -> Iterator[tuple[str, Leaf | Note | Tree]]:
        found = {k[1]: p for (k, _), p in self.placing.placed.items() if k[0] == "output"}
        if "W" not in found:
            for key, time in [place for place in self.placing.placed if place[0][0] == "output"]:
                self.placing.drop(key, time, "there is no W of an output")
            return
        numbers = found["W"].numbers
        parts: Tree = {"W": _leaf(found["W"]._replace(numbers=_as_rows(numbers, self._units())))}
        if "b" in found:
            parts["b"] = _leaf(found["b"]._replace(numbers=_vector(found["b"].numbers)))
        said = self._of_output()
        parts["activation"] = said
        yield "output", parts

    def _of_output(self) -> Leaf | Note:
        for equation in self.sheet.equations:
            if re.match(r"\\?[yoŷp]", equation.left) and re.search(r"\bW|V", equation.right):
                found = conventions.function_of(equation)
                if found is not None:
                    return Leaf(found, f"line {equation.line}: {equation.right}")
        softmax = self._first_words(r"soft-?max")
        if softmax is not None:
            return Leaf("softmax", f'line {softmax}: "softmax"')
        return Note("activation: identity is taken; the sheet does not say: sigmoid, softmax, ..")

    def _gradients(self) -> Iterator[tuple[str, Leaf]]:
        for key in ("dh", "dc"):
            for placed in list(self.placing.of(key).values())[:1]:
                yield key, _leaf(placed._replace(numbers=_vector(placed.numbers)))
        for placed in self.placing.of("learning_rate").values():
            if self.chosen.kind == "lstm-gradient":
                yield "learning_rate", _leaf(placed)

    def _find(self) -> Leaf | None:
        """What a question asks for, in its order."""
        found: list[tuple[int, str]] = []
        for match in _ASKED.finditer(self.sheet.text):
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
        lines = sorted({self.sheet.line(at) for at, _ in found})
        return Leaf(names, f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}")

    def _claimed(self) -> Tree:
        first = self.first if self.first is not None else 1
        claims: Tree = {}
        for name, claim in self.placing.claims.items():
            key = name.replace("_prev", f"_{first - 1}")
            is_matrix = key.startswith(("dW", "dU"))
            numbers = claim.numbers if is_matrix else _vector(claim.numbers)
            claims[key] = Leaf(numbers, f"line {claim.line}")
        for symbol, equation in self._formulas(self.sheet.answered, True):
            if not any(name.split("_")[0] == symbol for name in claims):
                claims[symbol] = Leaf(as_yaml(equation.right), f"line {equation.line}")
        return claims

    def _formulas(
        self, statements: Sequence[Statement], is_answer: bool
    ) -> Iterator[tuple[str, Equation]]:
        """The equations without numbers, by the symbol of the problem on their left."""
        for statement in statements:
            symbol = taken_apart(statement.names[-1]) if statement.names else None
            role = None if symbol is None else role_of(symbol, self.book)
            if symbol is None or role is None or not role.symbol or statement.value is not None:
                continue
            formula = re.sub(r"\s+", " ", statement.formula).strip(" .\\&")
            if role.symbol != "x" and symbol.time != "t-1" and re.search("[A-Za-z]", formula):
                line = self.sheet.line(statement.start, is_answer)
                yield role.symbol, Equation(statement.names[-1], formula, line)


def _by_shape(sheet: Sheet) -> Said | None:
    """Which of W and U is on the input, where the other alone is square."""
    shapes: dict[str, set[bool]] = {"W": set(), "U": set()}
    for statement in sheet.given:
        symbol = taken_apart(statement.names[0]) if statement.names else None
        readings = statement.value.readings if statement.value is not None else ()
        if symbol is not None and symbol.base in shapes and readings and "y" not in symbol.letters:
            shape = axes(readings[-1])
            shapes[symbol.base].add(
                shape in ((), (1,)) or (len(shape) == 2 and len(set(shape)) == 1)
            )
    for name, other in (("W", "U"), ("U", "W")):
        if shapes[name] == {False} and shapes[other] == {True}:
            return Said(name, 0, f"{other} is square, {name} is not")
    return None


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _leaf(placed: Placed) -> Leaf:
    return Leaf(placed.numbers, f"line {placed.line}: {placed.name}")


def _vector(numbers: Numbers) -> Numbers:
    """A column or a row matrix as the vector that it stands for."""
    shape = axes(numbers)
    if len(shape) != 2 or isinstance(numbers, str):
        return numbers
    if all(not isinstance(row, str) and len(row) == 1 for row in numbers):
        return [row[0] for row in numbers]
    return numbers[0] if shape[0] == 1 else numbers


def _as_rows(numbers: Numbers, units: int | None) -> Numbers:
    if len(axes(numbers)) != 1 or isinstance(numbers, str):
        return numbers
    return [[one] for one in numbers] if units == 1 and len(numbers) > 1 else [numbers]


def _is_one_hot(numbers: Numbers) -> bool:
    digits = sorted(map(str, numbers)) if len(axes(numbers)) == 1 else []
    return digits == ["0"] * (len(digits) - 1) + ["1"]


def _spelled(numbers: Numbers) -> str:
    if isinstance(numbers, str):
        return numbers
    return f"[{', '.join(map(_spelled, numbers))}]"
