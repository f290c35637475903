"""The glossary has a word for every code, symbol and kind, and its numbers are true."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, Run, at_length

from lstmhw import glossary
from lstmhw.counting.slips import CHANGES
from lstmhw.functions import Floats
from lstmhw.glossary.entry import Entry
from lstmhw.glossary.words import ENTRIES, GROUPS, find
from lstmhw.marking.follow_through import VERDICTS
from lstmhw.mistakes import MISTAKES
from lstmhw.reading import read, shipped

CONTRACT = """
    softmax-for-sigmoid sigmoid-for-tanh tanh-for-sigmoid activation-omitted extra-activation
    concat-reversed bias-omitted recurrent-term-omitted input-term-omitted transposed gates-swapped
    gate-order states-swapped plus-for-times forget-term-omitted forget-gate-omitted
    input-gate-omitted recurrent-diagonal block-omitted tanh-omitted update-flipped reset-misplaced
    miscopied-given sign-error bias-counted-twice one-bias-for-two truncated rounded-early
    arithmetic-slip another-step another-symbol forget-bias-added forget-bias-omitted
    hard-sigmoid-slope only-last-step overwritten averaged factor-for-norm count-off-by-one
    time-steps-counted counted-twice too-few-digits
"""
NAMING = ("Mistake", "Slip", "Cause", "Copied", "Difference")
"""The records whose first field is the name of a mistake."""
IN_WORDS = {"unanswered", "time-step", "@2", "@rev", "certificate", "irreducible"}
"""The entries whose examples have nothing to compute."""


def named_in_code() -> set[str]:
    """The names of mistakes that stand in the code as such."""
    rooms = [ROOT / "lstmhw" / room for room in ("mistakes", "marking", "counting")]
    trees = [ast.parse(path.read_text()) for room in rooms for path in room.glob("*.py")]
    return {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in NAMING and node.args and isinstance(node.args[0], ast.Constant)
        if isinstance(node.args[0].value, str)
    }


def test_every_mistake_and_verdict_has_an_entry() -> None:
    in_code = named_in_code()
    assert in_code >= {"heads-counted", "sign-error", "given-value-ignored", "another-symbol"}
    of_tables = {mistake.name for mistake in MISTAKES} | set(CHANGES.values())
    due = {*CONTRACT.split(), *in_code, *of_tables}
    mistakes = {entry.name for entry in GROUPS["mistakes"]}
    assert due - mistakes == set()
    assert mistakes - due == set()
    assert {entry.name for entry in GROUPS["verdicts"]} == set(VERDICTS)


def test_every_entry_is_complete_and_its_words_are_its_own() -> None:
    entries = [entry for group in GROUPS.values() for entry in group]
    assert len({entry.name for entry in entries}) == len(entries)
    titles = [e.title for e in entries if e.name not in ("coarse", "too-few-digits")]
    assert len(set(titles)) == len(titles)
    for entry in entries:
        assert entry.title, entry.name
        assert entry.meaning.endswith("."), entry.name
        assert 1 <= len(entry.example) <= 3, entry.name
        assert all(len(line) <= 76 for line in entry.example), entry.name
        assert set(entry.related) <= set(ENTRIES) - {entry.name}, entry.name
    for entry in GROUPS["mistakes"]:
        assert entry.advice.endswith("."), entry.name
        assert "-" not in entry.name or entry.name not in entry.title


# The small parser of the examples: `label: name = expression = number, ...`.
def pieces(line: str) -> Iterator[str]:
    """What stands between commas outside of brackets, semicolons, colons and `and`s."""
    depth, start = 0, 0
    text = re.sub(r" and |; |: ", ", ", line)
    for k, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if depth == 0 and text[k : k + 2] == ", ":
            yield text[start:k]
            start = k + 2
    yield text[start:]


def value(text: str, names: dict[str, Floats]) -> Floats:
    """An expression of numbers, functions and names."""
    python = re.sub(r"(?<=[a-z][a-z])-(?=[a-z0-9])", "_", text)  # hard-sigmoid-6
    python = python.replace("^", "**").replace("[", "L([").replace("]", "])")
    return np.asarray(eval(python, {"__builtins__": {}}, {**FUNCTIONS, **names}), float)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "L": lambda entries: np.array(entries, float),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, z / 100),
    "identity": lambda z: z,
    "hard_sigmoid": lambda z: np.clip(z / 5 + 0.5, 0, 1),
    "hard_sigmoid_6": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "step": lambda z: np.where(z > 0, 1.0, 0.0),
    "step_from_0": lambda z: np.where(z >= 0, 1.0, 0.0),
    "exp": np.exp,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "sqrt": np.sqrt,
    "abs": np.abs,
}


def half_unit(text: str) -> float:
    """Half a unit of the last digit of a number; of a list, of its first."""
    found = re.search(r"\d+(?:\.(\d+))?(?:e([-+]?\d+))?", text)
    assert found is not None
    return 0.5 * 10.0 ** (int(found[2] or 0) - len(found[1] or ""))


def computed(entry: Entry) -> int:
    """How many expressions the example has, each of which comes to what stands behind it."""
    names: dict[str, Floats] = {}
    count = 0
    for line in entry.example:
        for piece in pieces(line):
            *before, last = piece.split(" = ")
            for text in before:
                word = text.split(" ")[-1]
                if re.fullmatch(r"[A-Za-z]\w*", word) and word not in names:
                    names[word] = value(last, names)
                    continue
                off = np.max(np.abs(value(text, names) - value(last, names)))
                assert off <= half_unit(last) * (1 + 1e-9), (entry.name, piece, off)
                count += not re.fullmatch(r"\w+", text)
    return count


@pytest.mark.parametrize("group", GROUPS)
def test_the_numbers_of_the_examples_are_true(group: str) -> None:
    for entry in GROUPS[group]:
        assert (computed(entry) > 0) != (entry.name in IN_WORDS), entry.name


@pytest.mark.parametrize(
    "line",
    ["z = 2*3 + 1 = 8", "right: sigmoid(0.5) = 0.6226", "[1*2, 3] = [2, 4]", "f = 0.5, f*2 = 2"],
)
def test_a_false_example_would_be_noticed(line: str) -> None:
    with pytest.raises(AssertionError):
        computed(Entry("x", "x", "X.", (line,)))


# Words are found


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("softmax-for-sigmoid", "softmax-for-sigmoid"),
        ("Softmax for Sigmoid", "softmax-for-sigmoid"),
        ("softmax instead of sigmoid", "softmax-for-sigmoid"),
        ("A slip in the arithmetic", "arithmetic-slip"),
        ("h_3", "h_t"),
        ("h", "h_t"),
        ("input_2", "x_t"),
        ("h_(t-1)", "h_t"),
        ("z_f_2", "z_f_t"),
        ("z_o", "z_f_t"),
        ("z_2", "z_t"),
        ("Z_2", "z_t"),
        ("a_r_1", "a_r_t"),
        ("a_7", "a_t"),
        ("tanh_c_1", "tanh_c_t"),
        ("relu_c_1", "tanh_c_t"),
        ("dh_0", "dh_t"),
        ("dz_o_12", "dz_o_t"),
        ("da_1@rev", "dz_o_t"),
        ("dW_x_f@2", "dW_x_f"),
        ("db_f_3", "dW_x_f"),
        ("W_h_i_new@2", "W_x_f_new"),
        ("c_3@2rev", "c_t"),
        ("@2", "@2"),
        ("@3rev", "@rev"),
        ("@L3", "@L3"),
        ("P_50", "P_t"),
        ("P_c_50", "P_c_t"),
        ("p_o", "p_f"),
        ("w2", "w1"),
        ("s_0", "s_t"),
        ("cell state", "cell-state"),
        ("Cell-State", "cell-state"),
        ("forget gate", "f_t"),
        ("update: keep", None),
        ("update keep", "update"),
        ("Farkas", "certificate"),
        ("vanishes", "vanishing-gradient"),
        ("hard-sigmoid-6", "hard-sigmoid-6"),
        ("", None),
        ("h_x_y", None),
        ("sofmax", None),
    ],
)
def test_words_are_found_however_they_are_written(word: str, name: str | None) -> None:
    found = find(word)
    assert (found and found.name) == name


def test_every_entry_is_found_by_its_name_and_title() -> None:
    for entry in ENTRIES.values():
        assert find(entry.name) is entry
        found = find(entry.title.upper())
        assert found is not None
        assert found.title == entry.title


@pytest.mark.parametrize(
    "name",
    [
        *("q2", "gru", "rnn-bidirectional", "lstm-peephole-coupled", "lstm-two-layers"),
        *("lstm-gradient-bptt", "gradient-flow-scalar", "attention-bahdanau", "rnn-characters"),
    ],
)
def test_every_symbol_of_an_answer_is_found(name: str) -> None:
    solution = read(shipped()[name]).problem.solve()
    symbols = {*solution.answers, *(step.symbol for step in solution.steps)}
    assert len(symbols) > 3
    assert [symbol for symbol in symbols if find(symbol) is None] == []


# What pages print


def test_joined_codes_are_told_in_english() -> None:
    assert glossary.title("transposed") == "a matrix transposed"
    said = "bias left out, and a matrix transposed"
    assert glossary.title("bias-omitted + transposed") == said
    three = glossary.title("bias-omitted + transposed + miscopied-given")
    assert three == "bias left out, a matrix transposed, and a given number misread"
    assert glossary.title("of-a-newer-version") == "of-a-newer-version"


@pytest.mark.parametrize(
    ("code", "mistake", "said"),
    [
        ("right", None, "right"),
        ("wrong", None, "wrong"),
        ("wrong", "miscopied-given", "wrong: a given number misread"),
        ("follows", None, "wrong only because of an earlier answer"),
        ("coarse", "too-few-digits", "too few digits to tell"),
        ("coarse", None, "undecided"),
        ("rounding", None, "right but for rounding"),
        ("rounding", "rounded-early", "right but for rounding on the way"),
        ("rounding", "truncated", "right but for digits cut off"),
        ("unanswered", None, "unanswered"),
    ],
)
def test_verdicts_are_told_in_english(code: str, mistake: str | None, said: str) -> None:
    assert glossary.verdict(code, mistake) == said


@pytest.mark.parametrize("format", ["table", "html", at_length("markdown"), at_length("latex")])
def test_no_page_shows_the_code_of_a_mistake(format: str, lstmhw: Run) -> None:
    names = ("q1", "q2", "lstm-lab-handout", "attention-scaled-dot", "rnn-bidirectional")
    page = " ".join(lstmhw("check", *names, "--format", format).stdout.split())
    assert "a given number misread" in page
    codes = [entry.name for entry in GROUPS["mistakes"] if "-" in entry.name]
    assert [code for code in codes if code in page] == []


def test_json_keeps_the_codes(lstmhw: Run) -> None:
    (check, *_) = json.loads(lstmhw("check", "q2", "--format", "json").stdout)["checks"]
    assert (check["verdict"], check["mistake"]) == ("wrong", "miscopied-given")
