"""Trees of formulas as somebody might write them, plain or in LaTeX."""

from collections.abc import Sequence
from random import Random

from claimed_lines import Node, World, leaf


class Speller:
    """Writes trees as somebody might: plain, or in LaTeX."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.latex = rng.random() < 0.5
        self.joins = rng.random() < 0.3  # then W_f is all of the matrix

    def text(self, node: Node) -> str:
        if not node.parts:
            usual = [node.mark], [node.mark]
            found = self.world.spellings.get(node.mark, usual)[self.latex]
            apart = [text for text in found if not (self.joins and _is_whole(text))]
            return self.rng.choice(apart)
        match node.mark:
            case "+":
                return self.added(node)
            case "*":
                return self.multiplied(node.parts)
            case "@":
                return self.matrix_product(*node.parts)
            case "neg":
                return f"-{self.inside(node.parts[0])}"
        return self.applied(node.mark, self.text(node.parts[0]))

    def added(self, node: Node) -> str:
        joined = self.joined(node) if self.joins else ""
        parts = [part for part in node.parts if not (joined and part.mark == "@")]
        texts = [joined] if joined else []
        plain = [*texts, *map(self.text, parts)]
        sign = self.rng.choice((" + ", "+"))
        found = plain[0]
        for text in plain[1:]:
            is_negative = text.startswith("-")
            if is_negative and self.rng.random() < 0.8:
                found += text
            else:
                found += f"{sign}({text})" if is_negative else sign + text
        return found

    def joined(self, node: Node) -> str:
        """W [h; x] for W_x x + W_h h; "" where they are not both there."""
        pairs = {p.parts[0].mark: p.parts[1].mark for p in node.parts if p.mark == "@"}
        end = next((name[3:] for name in pairs if name[:3] == "W_x"), None)
        if end is None or pairs != {f"W_x{end}": "x", f"W_h{end}": "h_prev"}:
            return ""
        h, x = self.text(leaf("h_prev")), self.text(leaf("x"))
        weights = f"W{end}" if end else "W"
        form = self.rng.choice(_JOINED[self.latex])
        column = form % (h, x)
        return f"{column} {weights}" if self.world.rows else f"{weights} {column}"

    def inside(self, node: Node) -> str:
        """A part of a product."""
        text = self.text(node)
        needed = node.mark in ("+", "neg", "@") or text.startswith("1")  # 1/(1 + e^-z)
        return f"({text})" if needed or self.rng.random() < 0.1 else text

    def multiplied(self, parts: Sequence[Node]) -> str:
        left, right = map(self.inside, parts)
        marks = [r" \odot ", r" \cdot ", " ", r"\odot "] if self.latex else _PLAIN_MARKS
        mark = self.rng.choice(marks)
        if left[-1:].isdigit() and right[:1].isdigit():
            mark = "*"
        if self.latex and _may_touch(left, right) and self.rng.random() < 0.5:
            mark = ""
        return f"{left}{mark}{right}"

    def matrix_product(self, matrix: Node, vector: Node) -> str:
        marks = (" ", r" \, ", r" \cdot ") if self.latex else (" ", "*", " * ", " @ ")
        parts = [self.text(matrix), self.inside(vector)]
        if vector.parts:
            parts[1] = f"({parts[1]})"
        if self.world.rows:
            parts.reverse()
        if self.latex and _may_touch(*parts) and self.rng.random() < 0.3:
            return "".join(parts)
        return self.rng.choice(marks).join(parts)

    def applied(self, function: str, inner: str) -> str:
        if function == "sigmoid'":
            return rf"\sigma'({inner})" if self.latex else f"σ'({inner})"
        forms = _FUNCTIONS[function][self.latex]
        found = self.rng.choice(forms if len(inner) < 60 else forms[:2])
        return found.replace("#", inner)


_PLAIN_MARKS = (" * ", "*", " . ", " ", " ⊙ ", " .* ", " ∘ ", " × ")
_JOINED = (
    ["[%s, %s]", "[%s; %s]", "[%s %s]", "concat(%s, %s)"],
    [r"[%s, %s]", r"\begin{bmatrix} %s \\ %s \end{bmatrix}", r"\left[ %s; %s \right]"],
)
_FUNCTIONS = {
    "sigmoid": (
        ["sigmoid(#)", "σ(#)", "1/(1 + exp(-(#)))", "1 ./ (1 + e^(-(#)))"],
        [r"\sigma(#)", r"\sigma\left(#\right)", r"\frac{1}{1+e^{-(#)}}"],
    ),
    "tanh": (
        [
            "tanh(#)",
            "Tanh(#)",
            "(2*sigmoid(2*(#)) - 1)",
            "((e^(#) - e^(-(#))) / (e^(#) + e^(-(#))))",
        ],
        [r"\tanh(#)", r"\tanh\left(#\right)", r"\frac{e^{#}-e^{-(#)}}{e^{#}+e^{-(#)}}"],
    ),
}


def _is_whole(text: str) -> bool:
    """Whether it is a name for all of a matrix, too: W_f."""
    return text[:2] == "W_" and len(text) == 3


def _may_touch(left: str, right: str) -> bool:
    """Whether LaTeX sets what stands on both sides so that all can tell them apart."""
    is_index = left[-2:-1] in ("_", "^") or left[-1:] in ("}", ")")
    return is_index and (right[:1].isalpha() or right[:1] == "\\")
