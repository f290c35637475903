"""What is said of sequences and a step unit: demands, weights, contradictions, repairs."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

import numpy as np

from lstmhw.feasibility import Certificate, Row, Vector, Witness, dot, is_met, solved
from lstmhw.solution import Block, Inline, Paragraph, Section, Shades, Table, Verdict
from lstmhw.threshold.hidden import Network
from lstmhw.threshold.question import Question, vector_text
from lstmhw.threshold.weights import pleasant_for

MOST_ROWS = 200  # time steps that are listed; of longer sequences those that decide
MOST_DEMANDS = 20  # of which it is said which follow from the others
PICTURE = range(-5, 6)  # w1 and w2 in the picture of the region


class Repair(NamedTuple):
    """Weights that meet all demands but that of time step `t` (from 0) and its repeats, if any."""

    t: int
    weights: Vector | None


def weight_names(inputs: int) -> tuple[str, ...]:
    """w1 (w1[1], w1[2], ... for vectors), w2 and b."""
    first = ("w1",) if inputs == 1 else tuple(f"w1[{k}]" for k in range(1, inputs + 1))
    return (*first, "w2", "b")


def form(vector: Vector, names: Sequence[str]) -> str:
    """A linear form: w1 + 1/2 w2 - b.  What has no name is a number by itself."""
    text = ""
    for coefficient, name in zip(vector, names, strict=True):
        if coefficient:
            sign = "-" if coefficient < 0 else "+"
            size = "" if name and abs(coefficient) == 1 else f"{abs(coefficient)} "
            term = f"{size}{name}".strip()
            text += f" {sign} {term}" if text else f"{'-' * (sign == '-')}{term}"
    return text or "0"


class Page:
    """The sections about one question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.names = weight_names(question.inputs.shape[1])

    @property
    def columns(self) -> tuple[str, ...]:
        """What stands over the places of demands."""
        has_several = bool(len(self.question)) and bool(self.question.place(0).named)
        return ("sequence", "t") if has_several else ("t",)

    def cells(self, t: int) -> tuple[str, ...]:
        """The place of the demand of time step t (from 0), as in the columns."""
        place = self.question.place(t)
        return (*(name.removeprefix("sequence ") for name in place.named), str(place.t))

    def demand(self, t: int) -> str:
        """What time step t (from 0) forces: w1 + b > 0."""
        return f"{form(self.question[t].vector, self.names)} {self.relation(t)} 0"

    def relation(self, t: int) -> str:
        if self.question.outputs[t]:
            return ">" if self.question.strict else ">="
        return "<=" if self.question.strict else "<"

    def listed(self) -> list[int]:
        """The time steps that are listed."""
        steps = len(self.question)
        if steps <= MOST_ROWS:
            return list(range(steps))
        return self.question.decisive[:MOST_ROWS]

    def demands(self) -> Section:
        """The table a student would make."""
        question = self.question
        rows = [
            (
                *self.cells(t),
                vector_text(question.exact(t)),
                str(int(question.before[t])),
                str(int(question.outputs[t])),
                self.demand(t),
            )
            for t in self.listed()
        ]
        table = Table((*self.columns, "x_t", "s_(t-1)", "s_t", "so"), tuple(rows))
        fires = "z > 0" if question.strict else "z >= 0"
        unit = "s_t = step(z_t), z_t = w1 x_t + w2 s_(t-1) + b"
        text = f"{unit}; step(z) = 1 if {fires}, else 0."
        blocks: list[Block] = [Paragraph((text,)), table]
        if len(rows) < len(question):
            blocks.append(Paragraph((self._note(len(rows)),)))
        return Section("What each step demands", tuple(blocks))

    def _note(self, shown: int) -> str:
        if self.question.inputs.shape[1] > 1:
            return f"These are the first {shown} of {len(self.question)} time steps."
        return (
            f"Of {len(self.question)} time steps these decide: for one s_(t-1) and one s_t, z "
            "grows or falls with x, so only the least and the greatest x matter."
        )

    def named(self, weights: Vector) -> str:
        """Weights in words: w1 = 2, w2 = 2, b = -1."""
        return ", ".join(f"{k} = {w}" for k, w in zip(self.names, weights, strict=True))

    def weights(self, weights: Vector) -> Section:
        """The answer, checked at every time step."""
        body: list[Block] = [Paragraph((Verdict("right", "Feasible"), f": {self.named(weights)}."))]
        body.append(self.run(weights))
        if len(self.question) <= MOST_ROWS:
            body.append(Paragraph((self._margin(weights),)))
        return Section("Weights", tuple(body))

    def _margin(self, weights: Vector) -> str:
        sizes = {t: abs(self.question.z(weights, t)) for t in self.listed()}
        nearest = min(sizes, key=lambda t: sizes[t])
        if not sizes[nearest]:
            value = 0 if self.question.strict else 1
            return (
                f"At {self.question.place(nearest)}, z is 0: that will do, since step(0) = {value}."
            )
        return f"z is nearest to 0 at {self.question.place(nearest)}: {sizes[nearest]} away."

    def run(self, weights: Vector) -> Table:
        """z and s at every time step that is listed."""
        rows: list[tuple[Inline, ...]] = []
        for t in self.listed():
            z = self.question.z(weights, t)
            right = is_met(self.question[t], self.question.signed(weights))
            wanted = int(self.question.outputs[t])
            rows.append(
                (
                    *self.cells(t),
                    f"{_substituted(weights, self.question[t].vector)} = {z}",
                    str(wanted if right else 1 - wanted),
                    str(wanted),
                    Verdict("right" if right else "wrong", "yes" if right else "NO"),
                )
            )
        return Table((*self.columns, "z_t", "step(z_t)", "s_t", "ok"), tuple(rows))

    def trajectory(self, weights: Vector) -> Table:
        """z and s at every time step, with the states that these weights lead to themselves."""
        rows: list[tuple[Inline, ...]] = []
        state = Fraction(int(self.question.before[0]))
        for t in range(min(len(self.question), MOST_ROWS)):
            vector = (*self.question.exact(t), state, Fraction(1))
            z, wanted = dot(weights, vector), int(self.question.outputs[t])
            state = Fraction(z > 0 if self.question.strict else z >= 0)
            right = state == wanted
            line = f"{_substituted(weights, vector)} = {z}"
            verdict = Verdict("right" if right else "wrong", "yes" if right else "NO")
            rows.append((str(t + 1), line, str(state), str(wanted), verdict))
        return Table(("t", "z_t", "step(z_t)", "s_t", "ok"), tuple(rows))

    def region(self, weights: Vector) -> Section:
        """All weights that will do: what is left of the demands, and for scalars a picture."""
        left = self._irredundant()
        text = "The weights that will do are exactly those with the following; the rest follows:"
        lines = [(str(self.question.place(t)), self.demand(t)) for t in left]
        body: list[Block] = [Paragraph((text,)), Table(("", ""), tuple(lines))]
        if self.question.inputs.shape[1] == 1:
            body += self._picture(weights, left)
        return Section("The region", tuple(body))

    def region_text(self) -> str:
        """The demands that all the others follow from, in one line."""
        return ", ".join(self.demand(t) for t in self._irredundant())

    def _irredundant(self) -> list[int]:
        """The demands, without repeats, that do not follow from the others that are kept."""
        kept: dict[Row, int] = {}
        for t in self.question.decisive:
            kept.setdefault(self.question[t], t)
        for row in list(kept):
            others = [other for other in kept if other != row]
            opposite = row._replace(positive=not row.positive)
            if isinstance(solved([*others, opposite]), Certificate):
                del kept[row]
        return sorted(kept.values())

    def _picture(self, weights: Vector, left: Sequence[int]) -> Iterator[Block]:
        rows: list[tuple[Inline, ...]] = []
        for w2 in reversed(PICTURE):
            marks = [
                float(all(is_met(self.question[t], self._at(w1, w2, weights[-1])) for t in left))
                for w1 in PICTURE
            ]
            rows.append((f"{w2}", Shades((np.array(marks),))))
        if not any(any(row[1].groups[0]) for row in rows if isinstance(row[1], Shades)):
            return
        yield Paragraph((f"For b = {weights[-1]}, full where the weights will do:",))
        yield Table(("w2", f"w1 from {PICTURE[0]} to {PICTURE[-1]}"), tuple(rows))

    def _at(self, w1: int, w2: int, b: Fraction) -> Vector:
        return self.question.signed((Fraction(w1), Fraction(w2), b))

    def contradiction(self, certificate: Certificate) -> str:
        """The certificate added up, in words."""
        multipliers = certificate.multipliers
        firing = [t for t in sorted(multipliers) if self.question.outputs[t]]
        resting = [t for t in sorted(multipliers) if not self.question.outputs[t]]
        texts = [self._added(steps, multipliers) for steps in (firing, resting) if steps]
        end = "Both cannot be." if len(texts) == 2 else "That cannot be."
        return f"{'; '.join(texts)}. {end}"

    def _added(self, steps: Sequence[int], multipliers: Mapping[int, Fraction]) -> str:
        vectors = [[multipliers[t] * entry for entry in self.question[t].vector] for t in steps]
        total = tuple(sum(entries, start=Fraction()) for entries in zip(*vectors, strict=True))
        times = [f"{multipliers[t]} times " if multipliers[t] != 1 else "" for t in steps]
        names = " and ".join(
            f"{k}{self.question.place(t)}" for k, t in zip(times, steps, strict=True)
        )
        verb = "needs" if len(steps) == 1 and not times[0] else "together need"
        return f"{names} {verb} {form(total, self.names)} {self.relation(steps[0])} 0"

    def infeasible(self, certificate: Certificate, start: str) -> Section:
        """The certificate as lines that can be added up."""
        rows = [
            (*self.cells(t), self.demand(t), str(multiplier))
            for t, multiplier in sorted(certificate.multipliers.items())
        ]
        verdict = Verdict("wrong", "Infeasible")
        about = ": no weights do it. These demands contradict; without any one of them they do not."
        return Section(
            f"Why not, with {start}" if start else "Why not",
            (
                Paragraph((verdict, about)),
                Table((*self.columns, "demand", "times"), tuple(rows)),
                Paragraph((self.contradiction(certificate),)),
            ),
        )

    def repaired(self, repairs: Sequence[Repair]) -> Section:
        rows = [
            (
                f"without {self.question.place(repair.t)}",
                "another contradiction remains"
                if repair.weights is None
                else self.named(repair.weights),
            )
            for repair in repairs
        ]
        text = "If one of these steps (and its repeats) is dropped, these weights do the rest:"
        return Section("Repairs", (Paragraph((text,)), Table(("", ""), tuple(rows))))

    def certificate_json(self, certificate: Certificate) -> list[dict[str, Any]]:
        return [
            {
                **self.place_json(t),
                "constraint": self.demand(t),
                "multiplier": str(multiplier),
            }
            for t, multiplier in sorted(certificate.multipliers.items())
        ]

    def place_json(self, t: int) -> dict[str, Any]:
        """The place of time step t (from 0): its t and, of several, its sequence."""
        place = self.question.place(t)
        letters = place.sequence
        sequence = list(letters) if isinstance(letters, tuple) else letters
        return {"t": place.t} if sequence is None else {"t": place.t, "sequence": sequence}


def repairs(question: Question, certificate: Certificate) -> list[Repair]:
    """For each row of a certificate, what can be done without it and its repeats."""
    found = []
    for t in sorted(certificate.multipliers):
        rest = question.without(t)
        answer = rest.answer()
        weights = pleasant_for(rest, answer.weights) if isinstance(answer, Witness) else None
        found.append(Repair(t, weights))
    return found


def whole(certificate: Certificate) -> Certificate:
    """The certificate with the least whole multipliers."""
    values = certificate.multipliers.values()
    scale = lcm(*(value.denominator for value in values))
    divisor = gcd(*(int(value * scale) for value in values))
    return Certificate(
        {t: value * scale / divisor for t, value in sorted(certificate.multipliers.items())}
    )


def unit_labels(units: int) -> list[str]:
    """The names of the units of a network, the output unit first."""
    return ["s", *(f"u{k}" for k in range(1, units))]


def unit_formulas(network: Sequence[Vector], inputs: int) -> tuple[tuple[str, str], ...]:
    """What each unit of a network is: s_t and step(2 x - u1_(t-1))."""
    names = [f"x[{k + 1}]" if inputs > 1 else "x" for k in range(inputs)]
    labels = unit_labels(len(network))
    before = [f"{label}_(t-1)" for label in labels]
    return tuple(
        (f"{label}_t", f"step({form(weights, [*names, *before, ''])})")
        for label, weights in zip(labels, network, strict=True)
    )


def network_section(network: Network, inputs: int) -> Section:
    """The weights of each unit, and the runs of all of them."""
    is_alone = len(network.runs) == 1
    start = f", and s_0 = {network.runs[0][0][0]}" if is_alone else " of each sequence,"
    rows = [
        (*(() if is_alone else (str(number),)), str(t), *map(str, states))
        for number, run in enumerate(network.runs, 1)
        for t, states in enumerate(run)
    ]
    header = ("t",) if is_alone else ("sequence", "t")
    text = f"With {_extra(network)}, 0 at the start{start} it can be done; with fewer it cannot."
    runs = Table((*header, *unit_labels(len(network.weights))), tuple(rows))
    return Section("A network", (Paragraph((text,)), _units(network, inputs), runs))


def every_network_section(network: Network, inputs: int, induction: Table) -> Section:
    """The weights of each unit, and the states of the rule and of the units as an induction."""
    labels = " ".join(unit_labels(len(network.weights)))
    text = (
        f"With {_extra(network)}, 0 at the start of each sequence, it can be done in every "
        "sequence; with fewer it cannot."
    )
    proof = (
        f"Below are all states of the rule and of the units ({labels}) that are reached together. "
        "A box has the row that the letter leads to / the output after it, which is s and what the "
        "rule asks for. Each box leads to a row again, so by induction over the letters the "
        "network is right in every sequence."
    )
    blocks = (Paragraph((text,)), _units(network, inputs), Paragraph((proof,)), induction)
    return Section("A network", blocks)


def _extra(network: Network) -> str:
    extra = len(network.weights) - 1
    return "one extra unit" if extra == 1 else f"{extra} extra units"


def _units(network: Network, inputs: int) -> Table:
    return Table(("unit", "is"), unit_formulas(network.weights, inputs))


def network_json(network: Sequence[Vector], inputs: int) -> dict[str, Any]:
    """The weights of each unit as matrices of exact texts."""
    return {
        "W_x": [list(map(str, weights[:inputs])) for weights in network],
        "W_h": [list(map(str, weights[inputs:-1])) for weights in network],
        "b": [str(weights[-1]) for weights in network],
    }


def exhausted(most: int, tried: int) -> str:
    """That no network with so many extra units does it."""
    return (
        f"With {_up_to(most)} it cannot be done either: {tried} beginnings of what the extra units "
        "might do were tried, and each comes to time steps whose demands on one unit contradict."
    )


def interrupted(known: int) -> str:
    """What is known of extra units where the search was broken off."""
    return _not_known(known, "was interrupted")


def given_up(known: int) -> str:
    """What is known of extra units where the search became too long."""
    return _not_known(known, "came to too many time steps")


def _not_known(known: int, why: str) -> str:
    cannot = f"With {_up_to(known)} it cannot be done. " if known else ""
    return f"{cannot}The search with {known + 1} {why}; so it is not known."


def _up_to(most: int) -> str:
    return "one extra unit" if most == 1 else f"up to {most} extra units"


def _substituted(weights: Vector, vector: Vector) -> str:
    """w1*x + w2*s + b in numbers."""
    terms = []
    for weight, entry in zip(weights, vector, strict=True):
        factor = f"({entry})" if entry < 0 else str(entry)
        terms.append(f"{weight}*{factor}")
    terms[-1] = str(weights[-1])
    return " + ".join(terms).replace("+ -", "- ")
