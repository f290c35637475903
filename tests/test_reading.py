"""Reading: YAML means what a student means, and every error says where it is."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import at_length
from hypothesis import example, given
from hypothesis import strategies as st

from lstmhw.numerals import number, whole_number
from lstmhw.reading import InputError, from_text, parsing, read, read_sheet, shipped
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Scalar, TextError
from lstmhw.reading.parsing import parse
from lstmhw.reading.runs import lifted

RNN = """\
kind: rnn-step
x: [1, 2]
W_x: [[1, 2], [3, 4]]
W_h: [[1, 0], [0, 1]]
"""


def complaint(tmp_path: Path, content: str | bytes) -> str:
    """What is said about a file that must be refused."""
    file = tmp_path / "q.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as error:
        read(str(file))
    return str(error.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("010", 10),
        ("1e5", 100_000),
        ("-.5", -0.5),
        ("+3.", 3),
        ("1e-3", 0.001),
        ("1/3", 1 / 3),
        ("-2/4", -0.5),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("1e-320", 1e-320),
    ],
)
def test_numbers_mean_what_a_student_means(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("1:30", "text"),
        ("0b11", "decimal"),
        ("0x1F", "decimal"),
        ("0o17", "decimal"),
        ("1_000", "without _"),
        ("null", "no number"),
        ("~", "no number"),
        ("", "nothing"),
        (".nan", "NaN"),
        ("inf", ".inf"),
        ("1,5", "point"),
        ("\u22122", "minus"),
        ("1e999", "overflows"),
        ("1e-400", "exponent"),
        ("1/0", "zero"),
        ("1" * 310 + "/1", "overflows"),
        ("9" * 1000, "1000 characters"),
        ("\u0661", "text"),
        ("1 2", "text"),
        ("no", "text"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(text: str, because: str) -> None:
    with pytest.raises(ValueError, match=because):
        number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_as_itself(value: float) -> None:
    assert number(repr(value)) == value


def test_whole_numbers() -> None:
    assert whole_number("2.0") == 2
    with pytest.raises(ValueError, match=r"2\.5"):
        whole_number("2.5")


def test_nodes_know_their_places_and_their_text() -> None:
    root, _ = parse("kind: no\nx:\n  - 010\n  - {on: '1.50'}\n")
    assert isinstance(root, Fields)
    key, value = root.entries["kind"]
    assert (key.mark, value) == (Mark(1, 1), Scalar("no", True, Mark(1, 7)))
    items = root.entries["x"][1]
    assert isinstance(items, Items)
    assert items.nodes[0] == Scalar("010", True, Mark(3, 5))
    inner = items.nodes[1]
    assert isinstance(inner, Fields)
    assert inner.entries["on"][1] == Scalar("1.50", False, Mark(4, 10))


def expanded(node: Node) -> Any:
    """A node with all in it, so that it can be compared."""
    if isinstance(node, Items):
        return [expanded(item) for item in node.nodes], node.mark
    if isinstance(node, Fields):
        entries = [(key, expanded(value)) for key, value in node.entries.values()]
        return entries, node.mark
    return node


def parsed(text: str, large: int) -> Any:
    """What comes of a text, where texts of so many characters count as large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "LARGE", large)
        try:
            root, refused = parse(text)
        except TextError as error:
            return error.placed
        return expanded(root), refused


numbers = st.sampled_from(["0", "1", "-2", "+3.", ".5", "-.5", "010", "1e5", "2.5E-3"])
odd = st.sampled_from(
    ["1/3", "oops", "1:30", "1_0", "a b", "'1'", "*a", "{a: 1}", "2 #", "]", "- 1"]
)
entries = st.one_of(*[numbers] * 8, odd)
commas = st.sampled_from([", ", ",", " , ", ",\n   ", "\n  , ", ",\r\n ", ", # 1, 2\n "])


def row(entry: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A list in brackets, often with one kind of comma."""
    some = st.lists(entry, min_size=1, max_size=14)
    return st.builds(lambda comma, items: f"[{comma.join(items)}]", commas, some)


def block(indent: str, entry: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A list with dashes, some of its items lists with dashes themselves."""
    inner = st.lists(entry, min_size=1, max_size=3).map(f"\n{indent}  - ".join).map("- ".__add__)
    items = st.lists(st.one_of(entry, inner), min_size=1, max_size=14)
    return items.map(lambda each: "".join(f"\n{indent}- {item}" for item in each))


def often_alike(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Items of which many are the same: runs of one shape are rare by chance."""
    return st.one_of(item, st.shared(item))


documents = st.one_of(
    row(entries),
    row(row(numbers)),
    row(row(row(numbers))),
    row(often_alike(row(entries))),
    block("", entries),
    block("  ", row(numbers)),
    block(" ", often_alike(row(entries))),
    row(numbers).map(lambda text: f"'{text}'"),
    row(numbers).map(lambda text: f"see {text}"),
    row(numbers).map(lambda text: f"# {text}"),
    block("    ", numbers).map("|".__add__),
    block("  ", numbers).map("a".__add__),
    st.builds(lambda text: text + "\n   3", block(" ", numbers)),
)


@given(st.lists(documents, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\u2028"]))
@example(["[" + "1, " * 12 + "2 3]", "\n- 1" * 12 + "\n  4"], "\n")
@example(["{a: " + "1, " * 12 + "2}", "[" + "1, " * 12 + "2: 3, 4]"], "\n")
@example(["\n- - 1\n  - 2" * 12, "\n- - 1\n  - 2" * 10 + "\n  - 3", "[" * 31 + "[1], " * 12], "\n")
@example(["[" + "[1, 2], " * 12 + "[3], [oops]]", "[" + "[[1], [2]], " * 12 + "1]"], "\n")
def test_runs_of_numbers_are_read_as_the_parser_reads_them(parts: list[str], end: str) -> None:
    text = "".join(f"k{k}: {part}{end}" for k, part in enumerate(parts))
    assert parsed(text, 0) == parsed(text, 10**9)


@pytest.mark.parametrize("text", ["1, " * 20, "\n- 1" * 20, "[1, 2], " * 20, "\n- - 1\n  - 2" * 20])
def test_runs_of_numbers_are_lifted_out_of_lists(text: str) -> None:
    text = f"x: [{text}]" if "," in text else f"x:{text}\n"
    assert len(lifted(text).text) < len(text) / 3
    assert lifted(text).corrected().text == text


def test_numbers_in_a_run_have_places_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "LARGE", 0)
    zeros = "0, " * 20
    text = f"kind: step-rnn\ninputs: [{zeros}0]\noutputs: [{zeros}\n  {zeros}7, {zeros}0, x]\n"
    assert complaint(tmp_path, text).startswith("q.yaml:4:129: error: outputs[63]: expected a num")
    said = complaint(tmp_path, text.replace(", x]", f"]\nhiden: [{zeros}"))
    assert said.startswith("q.yaml:6:1: error: this is not YAML")
    said = complaint(tmp_path, text.replace(", x]", "]").replace(" [", f" [{zeros}{zeros}0, ", 1))
    assert said.startswith("q.yaml:4:63: error: outputs[41]: expected outputs 0 and 1, found 7")


def test_the_most_values_are_counted_in_runs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_NODES", 30)
    for text in (f"x: [{'1, ' * 40}]", f"x: [{'[1, 2], ' * 40}]", "x:" + "\n- 1" * 40 + "\n"):
        assert parsed(text, 0) == parsed(text, 10**9)


def test_a_title_is_the_text_as_written(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    file.write_text(RNN + "title: 1.50\nsource: no\n")
    problem = read(str(file)).problem
    assert (problem.title, problem.source) == ("1.50", "no")


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + RNN.encode())
    assert read(str(file)).problem.kind == "rnn-step"


REFUSED = {
    "ragged": (RNN.replace("[3, 4]", "[3]"), "q.yaml:3:15", "row 1 has 2 numbers, row 2 has 1"),
    "too deep": (RNN.replace("[3, 4]", "[3, [4]]"), "q.yaml:3:19", "expected a number"),
    "shape": (RNN.replace("[[1, 0], [0, 1]]", "[[1, 0]]"), "q.yaml:4:1", "2 x 2 (m = 2 from W_x)"),
    "unknown key": (RNN + "bb: 1\n", "q.yaml:5:1", "unknown key 'bb'"),
    "near key": (RNN + "activatoin: tanh\n", "q.yaml:5:1", "did you mean 'activation'?"),
    "text": (
        RNN.replace("[1, 2]", "[one, 2]", 1),
        "q.yaml:2:5",
        "expected a number, found the text",
    ),
    "mapping": (RNN.replace("[1, 2]", "{a: 1}", 1), "q.yaml:2:1", "found a mapping"),
    "nothing": (RNN.replace("[1, 2]", "", 1), "q.yaml:2:1", "found nothing"),
    "empty list": (RNN.replace("[1, 2]", "[]", 1), "q.yaml:2:1", "found an empty list"),
    "NaN": (RNN.replace("[1, 2]", "[.nan, 2]", 1), "q.yaml:2:5", "NaN"),
    "infinity": (RNN.replace("[1, 2]", "[.inf, 2]", 1), "q.yaml:2:5", "a finite number"),
    "number too large": (RNN.replace("[1, 2]", "[1e999, 2]", 1), "q.yaml:2:5", "overflows"),
    "kind": ("kind: rnn-stp\n", "q.yaml:1:7", "did you mean 'rnn-step'?"),
    "no kind": ("x: 1\n", "q.yaml:1:1", "expected a `kind`, found none"),
    "kind is a list": ("kind: [a]\n", "q.yaml:1:1", "found a list of 1"),
    "not a mapping": ("- 1\n", "q.yaml:1:1", "found a list of 1"),
    "broken": ("kind: rnn-step\nx: [1, 2\nW_x: 3\n", "q.yaml:3:4", "opened at line 2"),
    "tab": ("kind: rnn-step\n\tx: 1\n", "q.yaml:2:1", "not with tabs"),
    "alias": ("kind: rnn-step\nx: *a\n", "q.yaml:2:4", "the alias *a"),
    "anchor": ("kind: rnn-step\nx: &a [1]\n", "q.yaml:2:4", "the anchor &a"),
    "merge key": ("kind: rnn-step\n<<: {x: 1}\n", "q.yaml:2:1", "merge key"),
    "duplicate": ("kind: rnn-step\nx: 1\nx: 2\n", "q.yaml:3:", "stands at line 2 already"),
    "tag": ("kind: !!str rnn-step\n", "q.yaml:1:7", "found the tag"),
    "two documents": (RNN + "---\nkind: rnn-step\n", "q.yaml:5:1", "a second document"),
    "empty": ("", "q.yaml:1:1", "an empty file"),
    "only a comment": ("# nothing\n", "q.yaml:1:1", "an empty file"),
    "UTF-16": ("kind: rnn-step".encode("utf-16"), "q.yaml:1:1", "found UTF-16"),
    "Latin-1": (b"kind: rnn-step\ntitle: \xe9\n", "q.yaml:2:8", "found the byte 0xe9"),
    "control character": (b"kind: rnn-step\ntitle: a\x07\n", "q.yaml:2:9", "U+0007"),
    "zero byte": (b'kind: rnn-step\ntitle: "a\x00"\n', "q.yaml:2:10", "U+0000"),
    "deep": ("kind: rnn-step\nx: " + "[" * 100_000, "q.yaml:2:36", "32 levels"),
    "list as a key": ("kind: rnn-step\n? [a]\n: 1\n", "q.yaml:2:", "a word as a key"),
    "bool": (
        "kind: gru-step\nstacked: {layout: keras, reset_after: maybe}\n",
        "q.yaml:2:1",
        "expected true or false, found the text 'maybe'",
    ),
    "layout": (
        "kind: lstm-step\nstacked: {weight_ih: 1}\n",
        "q.yaml:2:1",
        "pytorch | keras | onnx",
    ),
    "wrong layout": (
        "kind: lstm-step\nstacked: {layout: torch}\n",
        "q.yaml:2:19",
        "did you mean 'pytorch'",
    ),
    "missing in a record": (
        "kind: lstm-step\nstacked: {layout: keras, kernel: 1}\n",
        "q.yaml:2:1",
        "expected the key 'recurrent_kernel'",
    ),
    "digits": (RNN + "digits: 99\n", "q.yaml:5:9", "from 0 to 15"),
    "claimed": (RNN + "claimed: [1]\n", "q.yaml:5:1", "a mapping from symbols to values"),
    "list of words": (RNN + "find: h\n", "q.yaml:5:7", "write [h]"),
    "two inputs": (RNN + "xs: [[1, 2]]\n", "q.yaml:5:1", "given twice"),
    "one-hot of nothing": (RNN.replace("x:", "one_hot:", 1), "q.yaml:2:1", "needs the embedding"),
    "scalars for vectors": (
        RNN.replace("x: [1, 2]", "xs: [1, 2]", 1),
        "q.yaml:2:1",
        "expected 2 inputs for each step",
    ),
}


@pytest.mark.parametrize(("content", "place", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_files_are_refused_where_they_are_bad(
    tmp_path: Path, content: str | bytes, place: str, words: str
) -> None:
    text = complaint(tmp_path, content)
    assert text.startswith(place)
    assert words in text


LSTM = """\
kind: lstm-step
x: [1]
concat: [h, x]
gates:
  i: {W: [[1, 2]]}
  f: {W: [[1, 2]]}
  g: {W: [[1, 2]]}
"""
STACKED = """\
stacked: {layout: pytorch, weight_ih: [[1], [1], [1], [1]], weight_hh: [[1], [1], [1], [1]]}
"""
GRU = """\
kind: gru-step
x: 1
reset: before
stacked: {layout: pytorch, weight_ih: [[1], [1], [1]], weight_hh: [[1], [1], [1]]}
"""
LOOKED_UP = RNN.replace("x: [1, 2]", "one_hot: [1, 1]\nembedding: [[1, 2], [3, 4]]", 1)
INCONSISTENT = {
    "no order": (LSTM.replace("concat: [h, x]\n", ""), "q.yaml:4:7", "add `concat: [h, x]`"),
    "wrong order": (LSTM.replace("[h, x]", "[h, h]"), "q.yaml:3:1", "expected [h, x] or [x, h]"),
    "both ways": (LSTM.replace("{W:", "{W_x: 1, W_h: 1, W:", 1), "q.yaml:5:", "found both"),
    "half": ("kind: rnn-step\nx: [1]\nW_x: 1\n", "q.yaml:3:6", "found only W_x"),
    "three biases": (LSTM + "  o: {W: [[1, 2]], b: 1, b_x: 1}\n", "q.yaml:8:", "or b_x and b_h"),
    "two sources": (LSTM + STACKED, "q.yaml:8:1", "given twice"),
    "not one-hot": (LOOKED_UP, "q.yaml:2:1", "a single 1"),
    "embedding alone": (RNN + "embedding: [[1, 2]]\n", "q.yaml:5:1", "needs the word"),
    "conventions": ("kind: gru-step\nx: 1\n", "q.yaml:1:1", "expected the key 'update'"),
    "contradiction": (GRU, "q.yaml:3:8", "expected after, as the stacked layout implies"),
}


@pytest.mark.parametrize(
    ("content", "place", "words"), INCONSISTENT.values(), ids=INCONSISTENT.keys()
)
def test_contradictions_between_keys_are_refused(
    tmp_path: Path, content: str, place: str, words: str
) -> None:
    text = complaint(tmp_path, content)
    assert text.startswith(place)
    assert words in text


LOADERS = [yaml.Loader, *filter(None, [getattr(yaml, "CLoader", None)])]


def nested(style: str, levels: int) -> tuple[str, tuple[int, int]]:
    """A problem with a value that is nested so deep, and where its 33rd level is: in a mapping
    that is the key of the 32nd."""
    flow = {"lists": ("[", 32), "mappings": ("{a: ", 4 * 31 + 1), "mixed": ("[{a: ", 5 * 15 + 2)}
    if style in flow:
        opened, before = flow[style]
        return f"kind: rnn-step\nx: {opened * levels}", (2, 4 + before)
    if style == "flow lines":
        return "kind: rnn-step\nx:\n" + " [\n" * levels, (35, 2)
    if style == "block lists":
        return "kind: rnn-step\nx:\n  " + "- " * levels, (3, 3 + 2 * 32)
    lines = "".join(f"{' ' * k}a:\n" for k in range(1, min(levels, 2000) + 1))
    return f"kind: rnn-step\nx:\n{lines}", (2 + 32, 1 + 32)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("levels", [33, at_length(40), at_length(1500), 100_000])
@pytest.mark.parametrize(
    "style",
    ["lists", "mappings", "mixed", "flow lines", "block lists", "block mappings"],
)
def test_nesting_is_refused_where_it_passes_the_limit_whatever_the_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: Any, levels: int, style: str
) -> None:
    monkeypatch.setattr(yaml, "CLoader", loader, raising=False)
    content, (line, column) = nested(style, levels)
    text = complaint(tmp_path, content)
    assert text.startswith(f"q.yaml:{line}:{column}: error: expected at most 32 levels of nesting")
    assert text.count(": error: ") == 1


@pytest.mark.parametrize("loader", LOADERS)
def test_an_error_that_stands_before_deep_nesting_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: Any
) -> None:
    monkeypatch.setattr(yaml, "CLoader", loader, raising=False)
    assert complaint(tmp_path, "kind: a: b\nx: " + "[" * 5000).startswith("q.yaml:1:8: error: this")


def test_all_errors_are_said_at_once(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN.replace("[1, 2]", "[a, b]", 1) + "bb: 1\n")
    places = [line.split(": ")[0] for line in text.splitlines() if ": error: " in line]
    assert places == ["q.yaml:2:5", "q.yaml:2:8", "q.yaml:5:1"]


SEVERAL = {
    "missing key, wrong value": (
        "kind: rnn-step\nx: [1, oops]\nxs: [[1, 2]]\nW_h: 1\nconcat: [h, h]\n",
        {(2, 8): "a number", (5, 1): "[h, x] or [x, h]"},
    ),
    "unknown key, wrong shape": (
        RNN.replace("[[1, 0], [0, 1]]", "[[1, 0]]") + "bb: 1\n",
        {(4, 1): "2 x 2", (5, 1): "unknown key 'bb'"},
    ),
    "contradiction, wrong type": (
        LSTM.replace("{W: [[1, 2]]}", "{W: [[1, 2]], b: 1, b_x: 1}", 1) + "digits: 99\n",
        {(5, 23): "or b_x and b_h", (8, 9): "from 0 to 15"},
    ),
    "no convention, wrong number": (
        "kind: gru-step\nx: oops\n",
        {(1, 1): "the key 'update'", (2, 4): "a number"},
    ),
    "claims, data and a contradiction": (
        "kind: step-rnn\ninputs: [0, x]\noutputs: [0, 1]\n"
        "claimed: {w1: 1, w2: q, b: 1, feasible: maybe}\n",
        {(2, 13): "a number", (4, 22): "a number", (4, 41): "true or false"},
    ),
    "a claim that is a mapping": (
        RNN + "claimed: {h: {a: 1}, a: [1]}\nfind: []\n",
        {(5, 11): "a number or a list", (6, 1): "an empty list"},
    ),
    "unknown kind": ("kind: rnn-stp\ndigits: 99\n", {(1, 7): "rnn-step", (2, 9): "from 0 to 15"}),
    "no kind": ("x: 1\ndigits: 99\n", {(1, 1): "a `kind`", (2, 9): "from 0 to 15"}),
    "unknown cell": (
        "kind: lstm-gradient\ncell: rn\ndigits: 99\n",
        {(2, 7): "did you mean 'rnn'", (3, 9): "from 0 to 15"},
    ),
}
ALONE = {
    "a slip in a key that has to be there": (
        RNN.replace("W_h", "W_hh"),
        (4, 1),
        "did you mean 'W_h'",
    ),
    "a slip in a key that another needs": (
        LSTM.replace("concat", "conct"),
        (3, 1),
        "did you mean 'concat'",
    ),
    "a wrong value that another key needs": (
        LSTM.replace("h, x", "h, y"),
        (3, 13),
        "expected h or x",
    ),
    "a wrong input": (RNN.replace("[1, 2]", "[1, q]", 1), (2, 8), "a number"),
    "a wrong convention": ("kind: gru-step\nx: 1\nupdate: kepp\nreset: after\n", (3, 9), "keep"),
    "a wrong orientation": (
        "kind: rnn-step\norientation: rwo\nx: [1, 2]\nW_x: [[1], [2]]\nW_h: 1\n",
        (2, 14),
        "did you mean 'row'",
    ),
    "wrong inputs, claims of their size": (
        "kind: step-rnn\ninputs: [[0, 1], [1, x]]\noutputs: [0, 1]\n"
        "claimed: {w1: [1, 2], w2: 1, b: 1}\n",
        (2, 22),
        "a number",
    ),
}


def told(text: str) -> dict[tuple[int, int], str]:
    """What is said at each place."""
    messages = [line.split(": error: ", 1) for line in text.split("q.yaml:") if ": error: " in line]
    said: dict[tuple[int, int], str] = {}
    for place, message in messages:
        line, _, column = place.partition(":")
        key = int(line), int(column)
        said[key] = said.get(key, "") + message
    return said


@pytest.mark.parametrize(("content", "wanted"), SEVERAL.values(), ids=SEVERAL.keys())
def test_independent_errors_are_said_together_in_their_order(
    tmp_path: Path, content: str, wanted: dict[tuple[int, int], str]
) -> None:
    said = told(complaint(tmp_path, content))
    assert list(said) == sorted(said)
    assert wanted.keys() <= said.keys()
    assert all(words in said[place] for place, words in wanted.items())


@pytest.mark.parametrize(("content", "place", "words"), ALONE.values(), ids=ALONE.keys())
def test_what_is_only_wrong_because_of_another_error_is_not_told(
    tmp_path: Path, content: str, place: tuple[int, int], words: str
) -> None:
    said = told(complaint(tmp_path, content))
    assert said.keys() == {place}
    assert words in said[place]


@pytest.mark.parametrize("beside", ["digits: 99\n", "digits: 99\nfind: []\n"])
def test_claims_that_cannot_be_read_are_told_with_the_rest(tmp_path: Path, beside: str) -> None:
    file = tmp_path / "q.yaml"
    file.write_text(RNN + "claimed: {h: {a: 1}}\n" + beside)
    with pytest.raises(InputError) as error:
        read_sheet(str(file))
    said = told(str(error.value))
    assert list(said) == [(5, 11), (6, 9), (7, 1)][: 1 + beside.count("\n")]


SHIPPED = sorted(shipped().values())


def sections(text: str) -> list[str]:
    """The parts of a file at its keys; the comments before the first are one, too."""
    return re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)


BREAKS = {
    "value": lambda key, part: (key, f"{key}: [[[[[oops]]]]]\n"),
    "word": lambda key, part: (key, f"{key}: {{zzq: [{{}}]}}\n"),
    "key": lambda key, part: ("zzq" + key[::-1], f"zzq{key[::-1]}: 1\n{part}"),
}


@given(st.sampled_from(SHIPPED), st.data())
def test_two_breaks_of_a_shipped_problem_are_both_told(
    tmp_path_factory: pytest.TempPathFactory, path: str, data: st.DataObject
) -> None:
    parts = sections(Path(path).read_text())
    places = [k for k, part in enumerate(parts) if re.match(r"(?!kind|cell|score)\w+:", part)]
    chosen = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    keys = []
    for k in chosen:
        way = data.draw(st.sampled_from(sorted(BREAKS)))
        key, parts[k] = BREAKS[way](parts[k].partition(":")[0], parts[k])
        keys.append(key)
    said = told(complaint(tmp_path_factory.mktemp("broken"), "".join(parts)))
    lines = "".join(parts).splitlines()
    for key in keys:
        at = [place for place, message in said.items() if re.match(rf"{key}\b", message)]
        assert at
        assert all(lines[line - 1].startswith(f"{key}:") for line, _ in at)


def test_a_key_that_stands_twice_does_not_hide_other_errors(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN + "x: [q, 2]\nfoo: 1\n")
    places = [line.split(": error")[0] for line in text.splitlines() if ": error" in line]
    assert places == ["q.yaml:5:1", "q.yaml:6:1"]


def test_control_characters_reach_no_terminal(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN + '"\\e[31mx\\nq.yaml:1:1: error": 1\n')
    assert "\x1b" not in text
    assert len([line for line in text.splitlines() if line.startswith("q.yaml")]) == 1
    assert "the control character U+001B" in complaint(tmp_path, RNN + 'title: "a\\e[31mb"\n')


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_are_counted_as_yaml_counts_them(tmp_path: Path, end: str) -> None:
    text = complaint(tmp_path, f"kind: rnn-step{end}# a{end}foo: 1{end}x: 1{end}W_x: 1{end}W_h: 1")
    assert text.startswith("q.yaml:3:1: error: foo: unknown key")
    assert text.splitlines()[1] == "  3 | foo: 1"


def test_a_file_over_64_mib_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    with file.open("wb") as stream:
        stream.truncate(64 * 2**20 + 1)
    with pytest.raises(InputError, match="at most 64 MiB"):
        read(str(file))


def test_a_flat_list_for_a_matrix_gets_a_hint(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN.replace("[[1, 2], [3, 4]]", "[1, 2]"))
    assert "a matrix is a list of rows; one row is written [[...]]" in text


def test_a_transposed_matrix_gets_a_hint(tmp_path: Path) -> None:
    text = "kind: rnn-step\nx: [1, 2, 3]\nh_prev: [0]\nW_x: [[1], [2], [3]]\nW_h: 1\n"
    assert "is it transposed?" in complaint(tmp_path, text)


def test_very_many_errors_are_counted(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN + "".join(f"k{k}: 1\n" for k in range(5000)))
    assert text.count(": error: ") == 20
    assert text.endswith("and 4980 more errors")


def test_messages_stay_small_whatever_the_file(tmp_path: Path) -> None:
    text = complaint(tmp_path, RNN + f"{'k' * 900}: 1\n{'q' * 50}: {'v' * 100_000}\n")
    assert len(text) < 2000
    assert max(len(line) for line in text.splitlines() if " | " in line) <= 80


def test_the_excerpt_points_at_the_column_even_in_a_long_line(tmp_path: Path) -> None:
    numbers = ", ".join(["1"] * 200)
    text = complaint(tmp_path, RNN.replace("[1, 2]", f"[{numbers}, oops, {numbers}]", 1))
    excerpt, caret = text.splitlines()[1:3]
    assert excerpt[caret.index("^") :].startswith("oops")


def test_shipped_problems_are_found_by_name_and_near_names_suggested() -> None:
    assert read("q2").problem.kind == "lstm-step"
    with pytest.raises(InputError, match="did you mean 'q2'"):
        read("q2x")
    with pytest.raises(InputError, match="no such file"):
        read("nowhere/q2.yaml")


def test_a_folder_is_not_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        read(str(tmp_path))


@given(st.binary(max_size=200))
@example(b"kind: lstm-step\ngates: {f: {W: 1, value: [[]]}}")
@example(b"kind: rnn-step\nx: 1\nW_x: 1\nW_h: [[1, 2], [3, 4]]\n")
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    refused_or_read(tmp_path_factory, content)


KEYS = """kind x xs W W_x W_h b gates f value t find concat stacked layout output claimed one_hot
embedding digits lstm-step gru-step rnn-step keras h 1 -.5 .inf 1/3 null ~ &a *a << 1e999"""
words = st.sampled_from([*KEYS.split(), "!!int 3"])
values = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
        | st.dictionaries(words, inner, max_size=4).map(
            lambda v: "{" + ", ".join(f"{key}: {value}" for key, value in v.items()) + "}"
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(words, values, max_size=6),
    st.sampled_from(["lstm-step", "gru-step", "rnn-step"]),
)
def test_no_yaml_breaks_the_reader_or_the_solver(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str], kind: str
) -> None:
    lines = {**keys, "kind": kind}
    content = "\n".join(f"{key}: {value}" for key, value in lines.items())
    refused_or_read(tmp_path_factory, content.encode())


def refused_or_read(factory: pytest.TempPathFactory, content: bytes) -> None:
    """Solves a file; the only exception that may come out is a complaint about the file."""
    from lstmhw.faults import ProblemError

    file = factory.mktemp("fuzz") / "q.yaml"
    file.write_bytes(content)
    said = ""
    try:
        document = read(str(file))
        try:
            document.problem.solve()
        except ProblemError as error:
            said = str(document.error(error.faults))
    except InputError as error:
        said = str(error)
    assert said == "" or said.startswith(f"{file}:")


def test_a_missing_word_for_yes_or_no_accuses_nothing_else() -> None:
    text = (
        "kind: gru-step\nx: [1]\nstacked: {layout: keras, kernel: [[1, 2, 3]], "
        "recurrent_kernel: [[1, 2, 3]], bias: [1, 2, 3]}\n"
    )
    with pytest.raises(InputError) as error:
        from_text("q.yaml", text)
    assert "expected the key 'reset_after', found none" in str(error.value)
    assert "row(s) of biases" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("kind: rnn-step\nx: 1\nW_x: 1\nW_h: 1\ndirection: backwards", "write reverse"),
        ("kind: rnn-step\nx: 1\nW_x: 1\nW_h: 1\ntargets: [1]\nloss: BCE", "binary-cross-entropy"),
        ("kind: rnn-step\nx: 1\nW_x: 1\nW_h: 1\nreverse: yes", "reverse: {W_x: .., W_h: ..}"),
        ("kind: rnn-step\nx: 1\nlayers: 3", "[{..}, {..}]"),
        ("kind: bigru-step\nx: 1", "write gru-step, and `reverse:"),
    ],
)
def test_words_of_other_books_get_a_hint(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        from_text("q.yaml", text)
    assert hint in str(caught.value)


def test_a_bare_zero_is_an_array_of_zeros() -> None:
    text = "kind: gru-step\nupdate: keep\nreset: before\nx: [1, -2]\ngates:\n"
    gate = "{W_x: [[0.5, 0.2], [1, 0.1], [0.3, -1]], W_h: %s, b: %s}"
    zeros = "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]", "[0, 0, 0]"

    def answers(*written: str) -> Any:
        gates = "".join(f"  {letter}: {gate % written}\n" for letter in "rzn")
        return from_text("q.yaml", text + gates).problem.solve().answers

    short, long = answers("0", "0"), answers(*zeros)
    assert short["h_1"].tolist() == long["h_1"].tolist()


@pytest.mark.parametrize("place", ["peephole: {i: [1, 2, 3], f: [1, 2]}", "h_prev: [1, 2, 3]"])
def test_the_array_that_disagrees_with_most_is_blamed(place: str) -> None:
    gate = "{W: [[1, 2, 3], [4, 5, 6]]}"
    gates = ", ".join(f"{letter}: {gate}" for letter in "ifgo")
    text = f"kind: lstm-step\nx: 1\n{place}\nconcat: [h, x]\ngates: {{{gates}}}\n"
    with pytest.raises(InputError) as caught:
        from_text("q.yaml", text)
    assert str(caught.value).count("error:") == 1
    assert "expected a vector of shape 2" in str(caught.value)
