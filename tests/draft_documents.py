"""Homework documents printed in five looks: Markdown, LaTeX, plain text, pdftotext, and OCR."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Pair = tuple[str, Any]


class Document(NamedTuple):
    """A question with its data and an answer; names are in LaTeX's letters."""

    heading: str
    text: str
    data: Sequence[Pair]
    asked: str
    claims: Sequence[Pair] = ()


def rows_of(value: Any) -> list[list[str]]:
    """The rows of a matrix, or of a column vector."""
    rows = value if isinstance(value[0], list) else [[one] for one in value]
    return [[str(one) for one in row] for row in rows]


def _listed(value: Any) -> str:
    return f"[{', '.join(map(_listed, value))}]" if isinstance(value, list) else str(value)


# Markdown and LaTeX


def _latex(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    body = r" \\ ".join(" & ".join(row) for row in rows_of(value))
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def markdown(one: Document) -> str:
    data = "\n".join(f"- $\\mathbf{{{n[0]}}}{n[1:]} = {_latex(v)}$" for n, v in one.data)
    claims = "\n\n".join(f"${name} = {_listed(value)}$" for name, value in one.claims)
    answer = f"\n### Solution\n\n{claims}\n" if one.claims else ""
    text = one.text.replace("`", "$")
    asked = one.asked.replace("`", "$")
    return (
        f"# Deep learning\n\n## {one.heading} (4 points)\n\n{text}\n\n{data}\n\n{asked}\n{answer}"
    )


def document(one: Document) -> str:
    data = "\n".join(rf"\[ {name} = {_latex(value)} \]" for name, value in one.data)
    claims = "\n".join(f"${name} = {_listed(value)}$\n" for name, value in one.claims)
    answer = f"\\begin{{solution}}\n{claims}\\end{{solution}}\n" if one.claims else ""
    text, asked = one.text.replace("`", "$"), one.asked.replace("`", "$")
    return (
        "\\documentclass[11pt]{article}\n\\usepackage{amsmath} % matrices\n\\begin{document}\n"
        f"\\section*{{{one.heading}}}\n{text}\n{data}\n{asked}\n{answer}\\end{{document}}\n"
    )


# Plain text


def _bare(text: str) -> str:
    """Without backticks, backslashes and the braces of short subscripts."""
    text = re.sub(r"\\tilde\{(\w)\}", "\\1\u0303", text.replace("`", ""))
    text = text.replace("\\sigma", "σ").replace("\\odot", "⊙").replace("\\hat{y}", "y")
    return re.sub(r"_\{(\w)\}", r"_\1", text.replace("\\", ""))


def text(one: Document) -> str:
    data = "\n".join(f"{_bare(name)} = {_listed(value)}" for name, value in one.data)
    claims = "\n".join(f"{_bare(name)} = {_listed(value)}" for name, value in one.claims)
    answer = f"\nAnswer:\n{claims}\n" if one.claims else ""
    return f"{one.heading}\n\n{_bare(one.text)}\n\n{data}\n\n{_bare(one.asked)}\n{answer}"


_LOW = str.maketrans("0123456789t-", "₀₁₂₃₄₅₆₇₈₉ₜ₋")


def _lowered(text: str) -> str:
    """Times as a PDF prints them: h₀, xₜ, hₜ₋₁."""
    return re.sub(r"_(?:\{(t-1)\}|([t\d])\b)", lambda m: (m[1] or m[2]).translate(_LOW), text)


def _drawn(name: str, value: Any) -> str:
    if not isinstance(value, list) or not isinstance(value[0], list):
        shown = value if not isinstance(value, list) else f"({', '.join(map(str, value))})ᵀ"
        return f"   {name} = {shown}".replace("-", "−")
    rows = [[one.replace("-", "−") for one in row] for row in rows_of(value)]
    if len(rows) == 1:
        return f"   {name} = [ {'  '.join(rows[0])} ]"
    signs = ["⎡⎤", *["⎢⎥"] * (len(rows) - 2), "⎣⎦"]
    lines = [f"{sign[0]} {'  '.join(row)} {sign[1]}" for sign, row in zip(signs, rows, strict=True)]
    middle = (len(rows) - 1) // 2
    return "\n".join(
        (f"   {name} = " if k == middle else " " * (len(name) + 6)) + line
        for k, line in enumerate(lines)
    )


def pdf(one: Document) -> str:
    data = "\n\n".join(_drawn(_lowered(_bare(name)), value) for name, value in one.data)
    claims = "\n".join(f"{_lowered(_bare(n))} = {_listed(v)}" for n, v in one.claims)
    answer = f"\nSolution\n{claims}\n" if one.claims else ""
    words = _lowered(_bare(one.text)).replace(". ", ".\n")
    asked = _lowered(_bare(one.asked))
    head = "Neural Networks" + " " * 40 + "Sheet 5\n\n"
    foot = "\n" + " " * 35 + "2\n\f"
    return f"{head}{one.heading}\n{words}\n\n{data}\n\n{asked}\n{answer}{foot}"


def _scanned(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    if not isinstance(value[0], list):
        return f"[{' '.join(map(str, value))}]"
    return "[" + "\n".join(" ".join(row) for row in rows_of(value)) + "]"


def ocr(one: Document) -> str:
    """As a scan is read: subscripts on the line, a bracket around rows, a point too few."""
    data = "\n".join(f"{_bare(name)} = {_scanned(value)}" for name, value in one.data)
    claims = "\n".join(f"{_bare(name)} = {_scanned(value)}" for name, value in one.claims)
    answer = f"Solution\n{claims}\n" if one.claims else ""
    return f"{one.heading}\n{_bare(one.text)}\n{data}\n{_bare(one.asked)}\n{answer}3\n"


PRINTS: dict[str, Callable[[Document], str]] = {
    "Markdown": markdown,
    "LaTeX": document,
    "text": text,
    "pdftotext": pdf,
    "OCR": ocr,
}
ONE_HOT = Document(
    "Question 1",
    "An LSTM has 4 units. The rows of `E` are embeddings. `W_i` acts on `[h, x]`. "
    "The state before is h_prev = 0.76 in each of 4 units. The gates f = o = g = 1 are given.",
    [
        ("x_{hot}", [0, 1, 0, 0]),
        ("E", [[1, 1, 3, 4], [2, 3, 3, 4], [4, 1, 1, 0], [2, 0, 2, 4]]),
        (
            "W_i",
            [
                [6, 4, 3, 1, 5, 6, 2, 0],
                [0, 0, 6, 6, 1, 3, 3, 5],
                [6, 4, 2, 3, 4, 5, 1, 2],
                [6, 6, 2, 6, 1, 4, 0, 0],
            ],
        ),
        ("b_i", [4, 4, 2, 1]),
        ("c_{t-1}", [1, 1, 1, 0.99]),
    ],
    "Compute `x`, `i`, `c` and `h`.",
    [
        ("x", [2, 3, 3, 4]),
        ("i", ["0.017", "0.980", "0.003", "0"]),
        ("c", [1.017, 1.98, 1.003, 0.99]),
        ("h", [0.769, 0.963, 0.763, 0.757]),
    ],
)
GIVEN_GATES = Document(
    "Question 2",
    "An LSTM with two units at t = 2. `f_t = \\sigma(W_f [h_{t-1}, x_t] + b_f)`, and so on.",
    [
        ("h_1", [0.4165792, 0.32134238]),
        ("c_1", [0.44354576, 1.99999732]),
        ("x_2", [0, 2]),
        ("W_f", [[2, 6, 0, 0], [-3, 3, 6, 0]]),
        ("b_f", [1, 0]),
        ("W_i", [[3, 1, 2, 2], [-6, 3, 2, 1]]),
        ("b_i", [0, 3]),
        ("W_g", [[0, 4, 0, 5], [-2, 6, 2, 5]]),
        ("b_g", [1, 1]),
        ("W_o", [[4, 3, 4, 4], [-2, 2, 0, 4]]),
        ("b_o", [1, -1]),
        ("f_2", [0.33209835, 0.9014788]),
        ("i_2", [0.99999057, 0.333263]),
        ("o_2", [0.33333224, 0.99998962]),
    ],
    "Compute `g_2`, `c_2` and `h_2`.",
    [("g_2", [1, 1]), ("c_2", [1.1469, 2.1363]), ("h_2", [0.2723, 0.9719])],
)
LANGUAGE_MODEL = Document(
    "Exercise 3",
    "An RNN language model: `e_t = E x_t`, `h_t = \\sigma(W_h h_{t-1} + W_e e_t + b_1)`, "
    "`\\hat{y}_t = softmax(U h_t + b_2)`.",
    [
        ("E", [[1, 0, 2], [0, 1, -1]]),
        ("W_h", [[0.5, 0.25], [-0.25, 0.5]]),
        ("W_e", [[1, -1], [0.5, 1]]),
        ("b_1", [0, 0.1]),
        ("U", [[1, 0], [0, 1], [1, 1]]),
        ("b_2", [0.5, 0, -0.5]),
        ("h_0", [0.1, -0.2]),
        ("x_1", [0, 1, 0]),
    ],
    "Compute `h_1` and `\\hat{y}_1`.",
)
ROW_GRU = Document(
    "Problem 4",
    "A GRU in rows: `r_t = \\sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r)`, "
    "`z_t = \\sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z)`, "
    "`\\tilde{h}_t = tanh(x_t W_{xh} + (r_t \\odot h_{t-1}) W_{hh} + b_h)`, "
    "`h_t = z_t \\odot h_{t-1} + (1 - z_t) \\odot \\tilde{h}_t`.",
    [
        ("x_1", [1, -2]),
        ("h_0", [0.5, 0.25]),
        ("W_{xr}", [[0.5, 1], [-0.5, 0.25]]),
        ("W_{hr}", [[1, 0], [0.5, -1]]),
        ("b_r", [0, 0.5]),
        ("W_{xz}", [[0.25, -1], [0.5, 2]]),
        ("W_{hz}", [[0.5, 0.75], [0, 1]]),
        ("b_z", [0.1, 0]),
        ("W_{xh}", [[1, 0.5], [-1, 0.25]]),
        ("W_{hh}", [[0.5, -0.5], [0.25, 1]]),
        ("b_h", [0, -0.1]),
    ],
    "Compute `h_1`.",
)
BACKWARD = Document(
    "Task 5",
    "One step of an LSTM, backwards, with backpropagation.",
    [
        ("x_t", [1, -0.5]),
        ("h_{t-1}", [0.25, 0.5]),
        ("c_{t-1}", [0.5, -1]),
        *(
            pair
            for gate, k in (("i", 0.5), ("f", -0.25), ("o", 0.75), ("g", 1))
            for pair in (
                (f"W_{{x{gate}}}", [[k, 0.5], [-0.5, k + 1]]),
                (f"W_{{h{gate}}}", [[0.25, k], [k - 1, 0.5]]),
                (f"b_{gate}", [0, k]),
            )
        ),
    ],
    "Given ∂L/∂h_t = [1, -0.5] and ∂L/∂c_t = [0.1, 0.2], compute ∂L/∂x_t.",
)
STEP_UNIT = Document(
    "Exercise 6",
    "One step unit: `s_t = step(w_1 x_t + w_2 s_{t-1} + b)`, step(z) = 1 if z > 0. `s_0 = 0`.\n\n"
    "Input: 0 0 0 1 0 1 0\n\nOutput: 0 0 0 1 1 1 1",
    [],
    "Find weights.",
    [("w_1", 1), ("w_2", 2), ("b", -1)],
)
COUNT = Document(
    "Question 7",
    "An RNN language model has a vocabulary of 9 words, embedding size 6 and hidden size 5.",
    [],
    "How many parameters does it have without biases?",
    [("total", 154)],
)
DOCUMENTS = {
    "step unit": STEP_UNIT,
    "count": COUNT,
    "one-hot": ONE_HOT,
    "given gates": GIVEN_GATES,
    "language model": LANGUAGE_MODEL,
    "row GRU": ROW_GRU,
    "backward": BACKWARD,
}
