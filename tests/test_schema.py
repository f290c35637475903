"""The JSON Schema: what the reader takes fits it, what it refuses for its keys does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Run
from jsonschema import Draft7Validator
from test_cells import RECORDED

from lstmhw.kinds import KINDS
from lstmhw.reading.schema import schema

FILES = [
    *(ROOT / "problems").glob("*.yaml"),
    *(ROOT / "tests" / "data" / "published").glob("*.yaml"),
]
VALIDATOR = Draft7Validator(schema())
RNN = {"kind": "rnn-step", "x": [1], "W_x": [[1]], "W_h": [[1]]}
INSIDE = {"kind": "rnn-in-lstm", "rnn": {"W_x": [[1]], "W_h": [[1]]}, "xs": [[1]]}
COUNT = {"kind": "parameter-count", "layers": [{"type": "lstm", "input": 6, "hidden": 5}]}
ATTENTION = {"type": "attention"}
GRADIENT = {"kind": "lstm-gradient", "x": [1], "dh": [1]}
FLOW = {"kind": "gradient-flow", "W_x": [[1]], "W_h": [[1]], "random": {"steps": 3}}
OWN = {"o": {"W_x": "W_x", "W_h": "W_h / tanh(1)", "b": [0]}, "f": {"b": "-.inf"}, "g": {"b": 1}}


def test_it_is_a_schema_of_draft_07() -> None:
    Draft7Validator.check_schema(schema())
    assert schema()["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_problems_fit(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


def test_recorded_problems_fit() -> None:
    assert len(RECORDED) > 10
    assert len(FILES) > 10
    for _, case in RECORDED:
        VALIDATOR.validate(case["problem"])


@pytest.mark.parametrize(
    "data",
    [
        RNN,
        {**RNN, "x": 1},
        {**RNN, "x": ["1/3"]},
        {**RNN, "W_x": "[[2 6]\n [-3 3]]", "W_h": "tensor([[1.]], grad_fn=<AddBackward0>)"},
        {**RNN, "W_x": r"\begin{bmatrix} 2 \end{bmatrix}^T", "W_h": ["2 6", "-3 3"]},
        {**RNN, "W_x": "zeros(2, 3)", "x": "$1$"},
        {**RNN, "h0": 0, "U": [[1]], "V": [[1]]},
        {**GRADIENT, "dL_dc": 1, "gates": {"forget": {"W_x": 1, "U": 1}, "c": {"value": 1}}},
        {**RNN, "claimed": {"h": [[1, "x"], False]}},
        {**GRADIENT, "cell": "rnn", "W_x": 1, "W_h": 1, "learning_rate": "1/3"},
        {**GRADIENT, "update": "keep", "reset": "before", "gates": {"r": {"value": 1}}},
        {**GRADIENT, "dc": 1, "gates": {"f": {"value": 1}}},
        {**INSIDE, "construction": "saturated", "K": "1/2", "c_prev": 0.5},
        {**INSIDE, "gates": OWN, "readout": "h / tanh(1)"},
        COUNT,
        {**COUNT, "layers": [{"type": "bidirectional-gru", "input": 1, "hidden": 1}]},
        {**COUNT, "convention": "two-bias", "claimed": {"total": 260}},
        {**COUNT, "than": COUNT["layers"], "steps": 20, "batch": 8},
        {**COUNT, "layers": [{"type": "conv2d", "channels": 1, "filters": 2, "kernel": [3, 3]}]},
        {**COUNT, "layers": [{"type": "conv2d", "channels": 1, "filters": 2, "kernel": 3}]},
        {**COUNT, "layers": [{**ATTENTION, "kind": "multi-head", "size": 4, "heads": 2}]},
        {
            **COUNT,
            "layers": [{**ATTENTION, "kind": "additive", "query": 1, "keys": 1, "hidden": 1}],
        },
        {
            **COUNT,
            "layers": [{"type": "time-distributed", "layer": {"type": "layer-norm", "size": 2}}],
        },
        {**FLOW, "from": 1, "to": 3, "below": "1/1000"},
        {"kind": "gradient-flow", "factors": {"w": 0.8, "slope": 0.3, "count": 49}},
        {"kind": "gradient-flow", "clip": {"norm": 5, "gradient": [3, 4]}},
    ],
)
def test_what_the_reader_takes_fits(data: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "rnn-stp"},
        {**RNN, "bais": [1]},
        {**RNN, "x": "one"},
        {**RNN, "x": [[[1]]]},
        {**RNN, "x": []},
        {**RNN, "activation": "tahn"},
        {**RNN, "t": 1.5},
        {**RNN, "t": -1},
        {**RNN, "find": "h"},
        {**RNN, "output": {"b": [1]}},
        {**RNN, "claimed": [1]},
        {**RNN, "gates": {}},
        {"kind": "lstm-step", "gates": {"f": {"w": 1}}},
        {"kind": "gru-step", "stacked": {"layout": "torch"}},
        {**GRADIENT, "loss": "entropy"},
        {**GRADIENT, "cell": "rnn", "dc": [1]},
        {**GRADIENT, "gates": {"r": {"value": 1}, "f": {"value": 1}}},
        {**INSIDE, "construction": "saturate"},
        {**INSIDE, "rnn": {"W_x": "W_x", "W_h": [[1]]}},  # only gates may be formulas
        {**INSIDE, "gates": {"o": {"W_x": [["W_x"]]}}},
        {**INSIDE, "gates": {"a": {}}},
        {**INSIDE, "random": {"seed": 1}},
        {**COUNT, "layers": [{"type": "lsm", "input": 6, "hidden": 5}]},
        {**COUNT, "layers": [{"type": "linear", "input": 6, "hidden": 5}]},
        {**COUNT, "layers": [{"input": 6, "hidden": 5}]},
        {**COUNT, "convention": "three-bias"},
        {**COUNT, "layers": [{**ATTENTION, "size": 4, "heads": 2}]},
        {**COUNT, "layers": [{**ATTENTION, "kind": "additive", "size": 4, "heads": 2}]},
        {**COUNT, "layers": [{"type": "time-distributed", "layer": {"type": "lstm"}}]},
        {"kind": "parameter-count", "than": COUNT["layers"]},
        {**FLOW, "gates": {}},
        {**FLOW, "from_": 1},
        {**FLOW, "clip": {"norm": 5}},
    ],
)
def test_what_the_reader_refuses_does_not_fit(data: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(data)


def test_the_command_prints_it(lstmhw: Run) -> None:
    assert json.loads(lstmhw("schema").stdout) == schema()


def keys_of(part: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a schema, however deep, with its own schema."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            yield from keys_of(value)
    if isinstance(part, dict) and isinstance(part.get("properties"), dict):
        yield from part["properties"].items()


def test_every_key_says_what_it_is_with_an_example_that_fits() -> None:
    found = schema()
    checked: dict[str, str] = {}
    for case in found["allOf"]:
        for name, value in keys_of(case["then"]):
            if name == "kind" and value == {}:
                continue
            assert value.get("description"), name
            told = json.dumps(value, sort_keys=True)
            if checked.setdefault(name, "") != told:
                checked[name] = told
                validator = Draft7Validator({**value, "definitions": found["definitions"]})
                assert [validator.is_valid(example) for example in value["examples"]] == [True], (
                    name
                )
    assert len(checked) > 100
    assert not Draft7Validator(value_of(found, "lstm-step", "coupled")).is_valid("perhaps")


def value_of(found: Any, kind: str, key: str) -> Any:
    """The schema of a key at the top of a file."""
    (case,) = (c for c in found["allOf"] if c["if"]["properties"]["kind"]["const"] == kind)
    return case["then"]["properties"][key]
