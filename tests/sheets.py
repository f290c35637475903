"""Answer sheets with known mistakes, and correct ones with every kind of rounding.

A sheet is drawn from a seed; its numbers come from `working`, never from lstmhw.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from mistakes import MAKERS, NAMES, NEEDS, SLIP, names, slip
from questions import TRIES, UnsuitedError, file, kind_of, problem, suited
from working import GATES, HALF_EVEN, TRUNCATED, Hand, Mistake, Question, Working

Written = dict[str, Any]  # symbol -> numbers as text, nested


@dataclass(frozen=True)
class Sheet:
    """A problem file with claims.

    `cells` are the claimed symbols in which each of the mistakes shows first.
    """

    text: str
    mistakes: tuple[str, ...]
    first_wrong: str | None
    kind_of_sheet: str
    cells: tuple[str, ...] = ()
    claims: str = ""
    also: tuple[str, ...] = ()  # names that say the same
    origin: "Origin | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Origin:
    """What a sheet was made of."""

    question: Question
    hand: Hand
    symbols: tuple[str, ...]
    written: Written


# Claims.


def draw_claims(rng: Random, q: Question, symbols: Sequence[str]) -> tuple[str, list[str]]:
    """How much is claimed, and which symbols, in the order of the working."""
    kinds = ["everything", "everything", "gates", "sums", "states", "states", "h"]
    kind = rng.choice(kinds)
    wanted = {
        "everything": ["z", "a", "gate", "c", "h", "y"],
        "gates": ["gate", "c", "h", "y"],
        "sums": ["z", "a", "c", "h", "y"],
        "states": ["c", "h", "y"],
        "h": ["h", "y"],
    }[kind]
    steps = {*q.steps}
    if len(steps) > 1 and rng.random() < 0.3:
        steps = {*rng.sample([*q.steps][:-1], len(steps) - 2), q.steps[-1]}
    extra = {"tanh"} if kind == "everything" and rng.random() < 0.3 else set()
    if q.embedding is not None and rng.random() < 0.5:
        extra.add("x")
    return kind, [
        symbol
        for symbol in symbols
        if kind_of(symbol) in {*wanted, *extra}
        and int(symbol.rpartition("_")[2]) in steps
        and not _given(q, symbol)
        and not (symbol[1:4] == "_y_" and q.usual("y") == "identity")
    ]


def _given(q: Question, symbol: str) -> bool:
    name = symbol.rpartition("_")[0]
    return name in GATES[q.cell] and q.gates[name].value is not None


def draw_digits(rng: Random, symbols: Iterable[str], claimed: Iterable[str]) -> dict[str, int]:
    """The digits of each symbol; what is not claimed has those of something that is."""
    base = rng.choice([2, 3, 3, 4, 4, 4, 4, 5, 6])
    if rng.random() < 0.75:
        return dict.fromkeys(symbols, base)
    known = {name: rng.randint(2, 6) for name in sorted({*map(kind_of, claimed)})}
    other = rng.choice([*known.values()])
    return {symbol: known.get(kind_of(symbol), other) for symbol in symbols}


def write(hand: Hand, values: Mapping[str, Any], symbols: Iterable[str]) -> Written:
    def text(symbol: str, value: Any) -> Any:
        if isinstance(value, list):
            return [text(symbol, part) for part in value]
        return hand.text(symbol, value)

    return {symbol: text(symbol, values[symbol]) for symbol in symbols}


def _flat(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from _flat(part)


def _units_apart(one: Any, other: Any) -> int:
    """How many units of the last digit two written answers differ by, at most."""
    most = 0
    for left, right in zip(_flat(one), _flat(other), strict=True):
        a, b = Decimal(left), Decimal(right)
        exponent = max(int(a.as_tuple().exponent), int(b.as_tuple().exponent))
        most = max(most, round(abs(a - b).scaleb(-exponent)))
    return most


def most_apart(one: Written, other: Written) -> int:
    return max(_units_apart(one[symbol], other[symbol]) for symbol in one)


def first_difference(one: Written, other: Written) -> tuple[str, int] | None:
    """The first symbol that is written otherwise, and by how many units."""
    for symbol in one:
        apart = _units_apart(one[symbol], other[symbol])
        if apart:
            return symbol, apart
    return None


def claims_of(rng: Random, q: Question, written: Written) -> Written:
    """The claims of the file: the index may be dropped, a vector of one be a number."""
    drop = len(q.xs) == 1 and rng.random() < 0.5
    alone = rng.random() < 0.5
    found: Written = {}
    for symbol, texts in written.items():
        name = symbol.removesuffix(f"_{q.t}") if drop else symbol
        one = alone and isinstance(texts, list) and len(texts) == 1
        found[name] = texts[0] if one else texts
    return found


# Correct sheets.


def _everywhere(hand: Hand) -> Hand:
    """Computing on from what is (or would be) written."""
    return replace(hand, inside=hand.shown)


def _in_part(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    """Computing on from some of the rounded answers."""
    inside = {symbol: digits for symbol, digits in hand.shown.items() if rng.random() < 0.5}
    return replace(hand, inside=inside)


def _fewer_inside(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    """Fewer digits kept than most answers show, and one answer shows as few."""
    few = rng.choice([2, 3])
    shown = dict.fromkeys(hand.shown, few + rng.choice([1, 2]))
    if len(claimed) < 2:
        raise UnsuitedError
    shown[rng.choice(claimed)] = few
    return replace(hand, shown=shown, inside=dict.fromkeys(shown, few))


def _of_given_in_short(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    digits = rng.choice([3, 4, 4])
    hand = replace(hand, shown=dict.fromkeys(hand.shown, digits), given=digits)
    return _everywhere(hand) if rng.random() < 0.4 else hand


def _by_products(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    digits = rng.choice([2, 3, 4])
    shown = dict.fromkeys(hand.shown, digits)
    return replace(hand, shown=shown, inside=shown, products=digits)


def _significant(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    shown = dict.fromkeys(hand.shown, rng.choice([3, 4, 5]))
    hand = replace(hand, shown=shown, significant=True)
    return _everywhere(hand) if rng.random() < 0.4 else hand


ROUNDINGS: dict[str, Callable[[Random, Hand, Sequence[str]], Hand]] = {
    "rounded": lambda rng, hand, claimed: hand,
    "half to even": lambda rng, hand, claimed: replace(hand, how=HALF_EVEN),
    "carried": lambda rng, hand, claimed: _everywhere(hand),
    "carried, half to even": lambda rng, hand, _: _everywhere(replace(hand, how=HALF_EVEN)),
    "carried where written": lambda rng, hand, claimed: replace(
        hand, inside={symbol: hand.shown[symbol] for symbol in claimed}
    ),
    "carried in part": _in_part,
    "more digits inside": lambda rng, hand, claimed: replace(
        hand, inside={symbol: digits + 1 for symbol, digits in hand.shown.items()}
    ),
    "products rounded": _by_products,
    "fewer digits inside": _fewer_inside,
    "truncated": lambda rng, hand, claimed: replace(hand, how=TRUNCATED),
    "truncated, carried": lambda rng, hand, _: _everywhere(replace(hand, how=TRUNCATED)),
    "given numbers rounded": _of_given_in_short,
    "float32": lambda rng, hand, claimed: replace(hand, float32=True),
    "significant figures": _significant,
    "scientific notation": lambda rng, hand, claimed: replace(hand, scientific=True),
    "final zeros left out": lambda rng, hand, claimed: replace(hand, zeros=False),
    "carried, final zeros left out": lambda rng, hand, _: _everywhere(replace(hand, zeros=False)),
    "fractions": lambda rng, hand, claimed: replace(hand, fractions=True),
}


def correct_sheet(seed: int, rounding: str, cell: str = "lstm") -> Sheet:
    """A sheet without a mistake."""
    rng = Random(f"correct {seed} {rounding} {cell}")
    for _ in range(TRIES):
        try:
            return _correct(rng, rounding, cell)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {rounding}, {cell}")


def _correct(rng: Random, rounding: str, cell: str) -> Sheet:
    fixed: dict[str, Any] = {}
    if rounding == "given numbers rounded":
        fixed = {"states": "long"}
    if rounding == "fractions":
        fixed = {"style": rng.choice(["thirds", "tenths"]), "states": "tenths"}
    q = suited(rng, cell, **fixed)
    if rounding == "fractions" and cell == "rnn":
        q = replace(q, activations={**q.activations, "a": rng.choice(["relu", "identity"])})
    exact = Working(q, Hand({})).values
    claims, symbols = draw_claims(rng, q, [*exact])
    if not symbols:
        raise UnsuitedError
    hand = ROUNDINGS[rounding](rng, Hand(draw_digits(rng, exact, symbols)), symbols)
    values = Working(q, hand).values
    _check_correct(rounding, hand, values, exact, symbols)
    written = write(hand, values, symbols)
    text = file(problem(q), claims_of(rng, q, written))
    return Sheet(text, (), None, rounding, (), claims, (), Origin(q, hand, (*symbols,), written))


def _check_correct(
    rounding: str, hand: Hand, values: Written, exact: Written, symbols: Sequence[str]
) -> None:
    """Beyond what is agreed to be float32 noise, or figures that leave out whole units: no."""
    for symbol in symbols:
        for value, true in zip(values[symbol], exact[symbol], strict=True):
            noise = rounding == "float32" and abs(value - true) > 0.9e-6 * abs(true)
            large = rounding == "significant figures" and abs(value) >= 10 ** hand.shown[symbol]
            if noise or large:
                raise UnsuitedError


# Sheets with mistakes.

HANDS: dict[str, tuple[Callable[[Hand], Hand], int]] = {  # and by how many units a mistake shows
    "in full": (lambda hand: hand, 6),
    "carried": (_everywhere, 21),
    "truncated": (lambda hand: replace(hand, how=TRUNCATED), 6),
}


@dataclass(frozen=True)
class Draft:
    """What sheets with mistakes are made of, before it is known what the mistakes are."""

    q: Question
    hand: Hand
    least: int
    claims: str
    symbols: tuple[str, ...]

    def written(self, *mistakes: Mistake) -> Written:
        try:
            return write(self.hand, Working(self.q, self.hand, mistakes).values, self.symbols)
        except (OverflowError, ArithmeticError):
            raise UnsuitedError from None

    def shows(self, one: Written, other: Written) -> str:
        """The first symbol that differs, by clearly more than rounding."""
        found = first_difference(one, other)
        if found is None or found[1] < self.least:
            raise UnsuitedError
        return found[0]

    def digits_changed(self, one: Written, other: Written) -> int:
        pairs = [
            (a, b)
            for symbol in one
            for a, b in zip(_flat(one[symbol]), _flat(other[symbol]), strict=True)
        ]
        return sum(len(a.partition(".")[2]) for a, b in pairs if a != b)


def draft(rng: Random, cell: str, names: Sequence[str]) -> Draft:
    fixed: dict[str, Any] = {}
    for name in names:
        fixed |= {key: rng.choice(among) for key, among in NEEDS.get(name, {}).items()}
    q = suited(rng, cell, **fixed)
    symbols = [*Working(q, Hand({})).values]
    claims, claimed = draw_claims(rng, q, symbols)
    if "tanh-omitted" in names:
        claimed = [symbol for symbol in claimed if kind_of(symbol) != "tanh"]
    if not claimed:
        raise UnsuitedError
    style = rng.choices([*HANDS], [6, 3, 1])[0]
    change, least = HANDS[style]
    hand = change(Hand(draw_digits(rng, symbols, claimed)))
    return Draft(q, hand, least, claims, (*claimed,))


def _make(rng: Random, name: str, made: Draft) -> Mistake:
    if name == SLIP:
        return slip(rng, made.symbols, made.hand.shown, made.q.units)
    return MAKERS[name](rng, made.q)


def mistaken_sheet(seed: int, name: str, cell: str = "lstm") -> Sheet:
    """A sheet with one mistake."""
    rng = Random(f"mistaken {seed} {name} {cell}")
    for _ in range(TRIES):
        try:
            return _mistaken(rng, name, cell)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {name}, {cell}")


def _mistaken(rng: Random, name: str, cell: str) -> Sheet:
    made = draft(rng, cell, [name])
    if name == SLIP and made.claims not in ("everything", "gates"):
        raise UnsuitedError  # nothing around it would show that the rest is right
    mistake = _make(rng, name, made)
    clean, written = made.written(), made.written(mistake)
    first = made.shows(written, clean)
    if made.digits_changed(written, clean) < 4 or (mistake.slip and mistake.slip[0] != first):
        raise UnsuitedError
    text = file(problem(made.q), claims_of(rng, made.q, written))
    origin = Origin(made.q, made.hand, made.symbols, written)
    return Sheet(text, (name,), first, "one mistake", (first,), made.claims, (), origin)


def _stage(mistake: Mistake) -> int:
    """Where in a step a mistake is made: in what is read, in a gate, in a state."""
    if mistake.edit:
        return 0
    return 1 if any(key.startswith(("act", "state")) for key in mistake.options) else 2


def two_mistakes_sheet(seed: int, names: tuple[str, str], cell: str = "lstm") -> Sheet | None:
    """A sheet with two mistakes, if they can be made together."""
    rng = Random(f"two {seed} {names} {cell}")
    for _ in range(TRIES // 10):
        try:
            return _with_two(rng, names, cell)
        except UnsuitedError:
            continue
    return None


def _with_two(rng: Random, names: tuple[str, str], cell: str) -> Sheet:
    made = draft(rng, cell, names)
    if SLIP in names and made.claims not in ("everything", "gates"):
        raise UnsuitedError
    mistakes = sorted((_make(rng, name, made) for name in names), key=_stage)
    if {*mistakes[0].options} & {*mistakes[1].options}:
        raise UnsuitedError
    clean, written = made.written(), made.written(*mistakes)
    without = [made.written(mistakes[1]), made.written(mistakes[0])]
    shown = [
        (made.symbols.index(made.shows(written, other)), mistake.name)
        for mistake, other in zip(mistakes, without, strict=True)
    ]
    shown.sort(key=lambda pair: pair[0])
    cells = tuple(made.symbols[k] for k, _ in shown)
    if made.shows(written, clean) != cells[0]:
        raise UnsuitedError
    same = cells[0] == cells[1]
    changed = min(made.digits_changed(written, other) for other in (clean, *without))
    slipped = [m.slip[0] for m in mistakes if m.slip]
    if changed < 8 or not {*slipped} <= {*cells} or (slipped and same):
        raise UnsuitedError
    kind = "two mistakes in one cell" if same else "two mistakes in two cells"
    named = tuple(name for _, name in shown)
    text = file(problem(made.q), claims_of(rng, made.q, written))
    origin = Origin(made.q, made.hand, made.symbols, written)
    return Sheet(text, named, cells[0], kind, cells, made.claims, (), origin)


def explained_by(sheet: Sheet, name: str, tries: int = 80) -> bool:
    """Whether some mistake of another name gives every number that the sheet claims."""
    if sheet.origin is None or name not in MAKERS:
        return False
    origin, rng = sheet.origin, Random(name)
    made = Draft(origin.question, origin.hand, 0, "", origin.symbols)
    for _ in range(tries):
        try:
            written = made.written(MAKERS[name](rng, made.q))
        except UnsuitedError:
            continue
        if most_apart(written, origin.written) <= 1:
            return True
    return False


# Many sheets.

CELLS = ("lstm", "gru", "rnn")


def correct_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Correct sheets: every rounding in turn."""
    rng = Random(f"correct sheets {seed}")
    for k in range(count):
        rounding = [*ROUNDINGS][k % len(ROUNDINGS)]
        yield correct_sheet(1000 * seed + k, rounding, _draw_cell(rng, cells))


def _draw_cell(rng: Random, cells: Sequence[str]) -> str:
    return rng.choice([cell for cell in cells for _ in range({"lstm": 6}.get(cell, 2))])


def mistaken_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Sheets with one mistake: every name in turn."""
    rng = Random(f"mistaken sheets {seed}")
    for k in range(count):
        name = NAMES[k % len(NAMES)]
        among = [cell for cell in cells if name in names(cell)]
        if among:
            yield mistaken_sheet(1000 * seed + k, name, _draw_cell(rng, among))


def two_mistakes_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Sheets with two different mistakes."""
    rng = Random(f"two mistakes {seed}")
    found = 0
    while found < count:
        cell = _draw_cell(rng, cells)
        one, other = rng.sample(names(cell), 2)
        sheet = two_mistakes_sheet(rng.randrange(10**6), (one, other), cell)
        if sheet is not None:
            found += 1
            yield sheet
