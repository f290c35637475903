"""Several examples at once, and sequences that end before others."""

import json
from typing import Any

import numpy as np
import pytest
from conftest import marked, solved
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, STATES, Maker, seen_units, stacks
from stack_checks import assert_forward, assert_gradients, refused

from lstmhw.render import FORMATS, render
from lstmhw.view import View

SOME = st.integers(2, 3)
RNN: dict[str, Any] = {"kind": "rnn-step", "W_x": [[0.5, -0.25]], "W_h": [[0.5]]}
ROWS: dict[str, Any] = {  # three examples of two inputs, over three steps
    "kind": "rnn-step",
    "orientation": "row",
    "xs": [[[1, 2], [3, -1], [0, 1]], [[2, 2], [1, 1], [-1, 0]], [[0, 1], [1, 0], [1, 1]]],
    "W_x": [[0.5], [-0.25]],
    "W_h": [[0.5]],
    "lengths": [3, 2, 1],
}
COLUMNS = {**RNN, "xs": np.swapaxes(ROWS["xs"], 1, 2).tolist(), "lengths": [3, 2, 1]}


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=8)
@given(data=st.data())
def test_batches_are_those_of_plain_equations(cell: str, data: st.DataObject) -> None:
    asked = data.draw(stacks(cell, batch=SOME))
    if data.draw(st.booleans()):
        steps, first = len(asked["xs"]), asked["xs"][0]
        count = len(first) if asked.get("orientation") == "row" else len(first[0])
        lengths = st.lists(st.integers(1, steps), min_size=count, max_size=count)
        asked["lengths"] = data.draw(lengths)
    assert_forward(asked)


@pytest.mark.parametrize("row", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=2)
@given(seed=st.integers(0, 1000), lengths=st.lists(st.integers(1, 3), min_size=2, max_size=3))
def test_gradients_of_a_batch_are_sums_over_its_examples(
    cell: str, row: bool, seed: int, lengths: list[int]
) -> None:
    maker = Maker(cell, seed, row=row, batch=len(lengths))
    data = maker.problem(gradient=True, steps=3, layers=((2, 1),)) | {"lengths": lengths}
    data["targets"] = [maker.examples(seen_units(data)) for _ in range(3)]
    assert_gradients(data)


@pytest.mark.parametrize("row", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_that_arrive_arrive_at_each_example(cell: str, row: bool) -> None:
    maker = Maker(cell, 1, row=row, batch=3)
    data = maker.problem(gradient=True, steps=2)
    data["dh"] = maker.examples(2)
    if cell == "lstm":
        data["dc"] = maker.examples(2)
    assert_gradients(data)
    assert_gradients({**data, "lengths": [2, 1, 2]})


@pytest.mark.parametrize("row", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_an_example_of_a_batch_is_what_it_is_alone(cell: str, row: bool) -> None:
    maker = Maker(cell, 2, row=row, batch=3)
    data = maker.problem(steps=3, inputs=2, layers=((2, 1), (1, 2))) | {"lengths": [1, 3, 2]}
    together = solved(data).answers

    def alone(value: Any, k: int) -> Any:
        return value[k] if row else [entries[k] for entries in value]

    for k, length in enumerate(data["lengths"]):
        one = {key: value for key, value in data.items() if key != "lengths"}
        one["xs"] = [alone(x, k) for x in data["xs"][:length]]
        one["layers"] = []
        for layer in data["layers"]:
            ways = []
            for way in (layer, layer["reverse"]):
                states = {f"{s}_prev": alone(way[f"{s}_prev"], k) for s in STATES[cell]}
                ways.append({**way, **states})
            one["layers"].append({**ways[0], "reverse": ways[1]})
        answers = solved(one).answers
        for t in range(1, length + 1):
            for symbol in (f"h_{t}", f"h_{t}@rev", f"h_{t}@2", f"h_{t}@2rev"):
                found = np.array(alone(together[symbol], k))
                assert np.allclose(found, answers[symbol], rtol=0, atol=1e-12), symbol


def test_states_stand_still_after_the_last_step() -> None:
    for data in (ROWS, COLUMNS):
        answers = assert_forward(data)
        found = [np.ravel(answers[f"h_{t}"]) for t in (1, 2, 3)]
        expected = [
            [0, 0.94137554, -0.24491866],
            [0.46211716, 0.61733514, -0.24491866],
            [-0.01893916, 0.61733514, -0.24491866],
        ]
        assert np.allclose(found, expected, rtol=0, atol=5e-9)


def test_a_direction_back_starts_at_the_last_step_of_each_example() -> None:
    both = {**COLUMNS, "reverse": {"W_x": RNN["W_x"], "W_h": RNN["W_h"]}}
    answers = assert_forward(both)
    found = [np.ravel(answers[f"h_{t}@rev"]) for t in (1, 2, 3)]
    assert np.allclose(found[0][2], -0.24491866, rtol=0, atol=5e-9)  # from its only step
    assert np.allclose(found[1][1], 0.24491866, rtol=0, atol=5e-9)
    assert np.allclose(found[0][1], 0.95381656, rtol=0, atol=5e-9)  # tanh(1.75 + 0.1224593)
    assert np.allclose(found[2], [-0.24491866, 0, 0], rtol=0, atol=5e-9)
    backwards = assert_forward({**COLUMNS, "direction": "reverse"})
    for t in (1, 2, 3):
        assert np.allclose(backwards[f"h_{t}"], answers[f"h_{t}@rev"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("row", [False, True])
def test_one_step_of_a_batch(cell: str, row: bool) -> None:
    maker = Maker(cell, 3, row=row, batch=3)
    data = maker.problem(steps=1, inputs=2)
    (data["x"],) = data.pop("xs")
    answers = assert_forward(data)
    assert np.shape(answers["h_1"]) == ((3, 2) if row else (2, 3))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("row", [False, True])
def test_a_batch_through_an_output_layer(cell: str, row: bool) -> None:
    maker = Maker(cell, 4, row=row, batch=3)
    data = maker.problem(steps=2, inputs=2, layers=((2, 1),)) | maker.output(2, 3, "softmax")
    answers = assert_forward(data)
    assert np.allclose(np.sum(answers["y_2"], axis=1 if row else 0), 1)


def test_a_batch_with_lengths_and_a_hard_sigmoid_of_sixths() -> None:
    data = Maker("lstm", 5, batch=3).problem(steps=3, inputs=2) | {"lengths": [1, 2, 3]}
    answers = assert_forward({**data, "activations": {"gate": "hard-sigmoid-6"}})
    assert np.allclose(answers["f_1"], np.clip(answers["z_f_1"] / 6 + 0.5, 0, 1))


@pytest.mark.parametrize("cell", CELLS)
def test_states_of_a_batch_that_are_left_out_are_zero(cell: str) -> None:
    data = Maker(cell, 6, batch=3).problem(steps=2, inputs=2)
    assert_forward({key: value for key, value in data.items() if key not in ("h_prev", "c_prev")})


def test_lengths_that_are_all_the_steps_change_nothing() -> None:
    every = solved({**COLUMNS, "lengths": [3, 3, 3]}).answers
    without = solved({key: value for key, value in COLUMNS.items() if key != "lengths"}).answers
    for t in (1, 2, 3):
        assert np.allclose(every[f"h_{t}"], without[f"h_{t}"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_a_batch(form: str) -> None:
    for asked in (ROWS, COLUMNS):
        assert "Three at once" in render(
            [solved({**asked, "title": "Three at once"})], form, View()
        )


def test_json_has_a_row_for_each_example() -> None:
    written = json.loads(render([solved(ROWS)], "json", View()))["answers"]["h_3"]
    assert np.allclose(written, [[-0.01893916], [0.61733514], [-0.24491866]], rtol=0, atol=5e-9)


def test_marks_of_a_batch() -> None:
    claimed = {"h_2": [[0.4621], [0.6173], [-0.2449]]}
    (check,) = marked({**ROWS, "claimed": claimed}).checks
    assert check.verdict == "right"
    claimed = {"h_2": [[0.4621], [0.6173], [-0.3449]]}
    (check,) = marked({**ROWS, "claimed": claimed}).checks
    assert check.verdict == "wrong"


SHORT: dict[str, Any] = {**COLUMNS, "xs": [[[1, 2], [3, 4]], [[1, 2], [3, 4]]], "lengths": [1, 2]}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({**COLUMNS, "lengths": [3, 4, 1]}, "lengths"),
        ({**COLUMNS, "lengths": [3, 0, 1]}, "lengths"),
        ({**COLUMNS, "lengths": [3, -1, 1]}, "lengths"),
        ({**COLUMNS, "lengths": [3, 1.5, 1]}, "lengths"),
        ({**COLUMNS, "lengths": [3, 2]}, "lengths"),
        ({**COLUMNS, "lengths": [3, 2, 1, 1]}, "lengths"),
        ({**COLUMNS, "lengths": []}, "lengths"),
        ({**COLUMNS, "lengths": "all"}, "lengths"),
        ({**RNN, "xs": [[1, 2], [3, 4]], "lengths": [2, 1]}, "lengths"),
        ({**SHORT, "h_prev": [[1, 2, 3]]}, "h_prev"),
        ({**SHORT, "h_prev": [[1, 2], [3, 4]]}, "h_prev"),
        ({**SHORT, "xs": [[[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]]]}, "xs"),
        ({**SHORT, "xs": [[[1, 2], [3, 4]], [[1, 2], [3]]]}, "xs"),
        ({**SHORT, "xs": [[[1, 2], [3, 4]], [1, 2]]}, "xs"),
        ({**SHORT, "xs": [[[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]]}, "W_x|xs"),
    ],
)
def test_faults(data: dict[str, Any], key: str) -> None:
    refused(data, key)


def test_targets_of_a_batch_have_its_shape() -> None:
    maker = Maker("rnn", 7, batch=3)
    data = maker.problem(gradient=True, steps=2)
    good = [maker.examples(2), maker.examples(2)]
    assert_gradients({**data, "targets": good})
    refused({**data, "targets": [maker.numbers(2, 2), maker.numbers(2, 2)]}, "targets")
    refused({**data, "targets": [*good, maker.examples(2)]}, "targets")


@pytest.mark.parametrize("row", [False, True])
def test_the_words_of_a_batch_are_looked_up(row: bool) -> None:
    words = [[0, 2], [1, 1]]  # a step each, an example each
    hots = np.eye(3)[words]
    table = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]])
    maker = Maker("rnn", 4, row=row, batch=2)
    data = maker.problem(gradient=True, steps=2) | {"embedding": table.tolist()}
    data |= {"targets": [maker.examples(2), maker.examples(2)]}
    del data["xs"]
    data["one_hots"] = (hots if row else hots.swapaxes(1, 2)).tolist()
    answers = solved(data).answers
    for t, pair in enumerate(words, 1):
        np.testing.assert_array_equal(answers[f"x_{t}"], table[pair] if row else table[pair].T)
    plain = {key: value for key, value in data.items() if key not in ("one_hots", "embedding")}
    looked_up = solved(plain | {"xs": [answers["x_1"].tolist(), answers["x_2"].tolist()]}).answers
    np.testing.assert_allclose(answers["h_2"], looked_up["h_2"], rtol=0, atol=1e-15)
    dx = [looked_up[f"dx_{t}"] if row else looked_up[f"dx_{t}"].T for t in (1, 2)]
    shares = sum(hots[t].T @ dx[t] for t in (0, 1))
    np.testing.assert_allclose(answers["dE"], shares, rtol=0, atol=1e-14)
    claims = {"claimed": {"x_1": answers["x_1"].tolist(), "h_1": answers["h_1"].tolist()}}
    assert {check.verdict for check in marked(data | claims).checks} == {"right"}
