"""A cell that is not in the package: a minimal gated unit, from its equations and its record alone.

f_t = sigmoid(W_f x_t + U_f h_(t-1) + b_f)
n_t = tanh(W_n x_t + U_n (f_t*h_(t-1)) + b_n)
h_t = (1 - f_t)*h_(t-1) + f_t*n_t                        (Zhou et al. 2016)
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pytest
import yaml
from conftest import marked, solved

from lstmhw import vary
from lstmhw.cells import Activations, Named, PreActivations, state
from lstmhw.cells.cell import Cell, GatedCell
from lstmhw.cells.weights import Gate
from lstmhw.equations import equations
from lstmhw.export.scripts import script_of
from lstmhw.expr import Let
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.problem import ActivationName, Embedded, Problem, Record, Shape, record
from lstmhw.recurrent.steps import StepProblem
from lstmhw.render import FORMATS, render
from lstmhw.view import View

FORGET = Named("f", "a_f", "forget gate")
CANDIDATE = Named("n", "a_n", "candidate", what="candidate")


@record
class MguGates(Record):
    f: Gate = Gate()
    n: Gate = Gate()


@record
class MguActivations(Record):
    gate: ActivationName = "sigmoid"
    candidate: ActivationName = "tanh"


@pytest.fixture(autouse=True, scope="module")
def mgu() -> Iterator[type[Problem]]:
    """The cell and a kind for its steps, known while these tests run."""

    @record
    class Mgu(GatedCell, name="mgu"):
        gates: MguGates | None = None
        stacked: None = None
        activations: MguActivations = MguActivations()
        h_prev: Annotated[Floats, Shape("m")] | None = None

        title: ClassVar[str] = "a minimal gated unit"
        letters: ClassVar[str] = "fn"
        candidate: ClassVar[str] = "n"

        @property
        def use(self) -> Activations:
            use = self.activations
            return Activations(ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate])

        def step(
            self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any
        ) -> tuple[Any, ...]:
            (h,) = states
            f = FORGET.at(let, t, z["f"](x, h), self.use.gate, ": how much of h is replaced")
            n = CANDIDATE.at(let, t, z["n"](x, f * h), self.use.candidate, "")
            return (let(f"h_{t}", (1 - f) * h + f * n, "hidden state", state("h")),)

    @record
    class MguStep(StepProblem, kind="mgu-step"):
        cell: Annotated[Mgu, Embedded()]

    yield MguStep
    del Cell.named["mgu"], Problem.kinds["mgu-step"]


Way = Literal["separate", "concat", "row"]


def numbers(seed: int = 0, units: int = 3, inputs: int = 2) -> dict[str, Any]:
    draw = np.random.default_rng(seed).normal
    return {
        "xs": draw(size=(3, inputs)),
        "h": draw(size=units),
        **{f"W_{g}": draw(size=(units, inputs)) for g in "fn"},
        **{f"U_{g}": draw(size=(units, units)) for g in "fn"},
        **{f"b_{g}": draw(size=units) for g in "fn"},
    }


def file_of(v: dict[str, Any], way: Way = "separate", **more: Any) -> dict[str, Any]:
    """The keys of a problem with these numbers."""

    def gate(g: str) -> dict[str, Any]:
        if way == "concat":
            return {"W": np.hstack([v[f"U_{g}"], v[f"W_{g}"]]), "b": v[f"b_{g}"]}
        turned = np.transpose if way == "row" else np.asarray
        return {"W_x": turned(v[f"W_{g}"]), "W_h": turned(v[f"U_{g}"]), "b": v[f"b_{g}"]}

    gates = {g: gate(g) for g in "fn"}
    keys = {"kind": "mgu-step", "xs": v["xs"], "h_prev": v["h"], "gates": gates}
    ways: dict[Way, dict[str, Any]] = {
        "concat": {"concat": ["h", "x"]},
        "row": {"orientation": "row"},
        "separate": {},
    }
    plain: dict[str, Any] = json.loads(
        json.dumps({**keys, **ways[way], **more}, default=lambda array: array.tolist())
    )
    return plain


def by_hand(v: dict[str, Any]) -> list[Any]:
    """All states, by three lines of our own; complex numbers pass through."""
    h, found = v["h"], []
    for x in v["xs"]:
        f = 1 / (1 + np.exp(-(v["W_f"] @ x + v["U_f"] @ h + v["b_f"])))
        n = np.tanh(v["W_n"] @ x + v["U_n"] @ (f * h) + v["b_n"])
        h = (1 - f) * h + f * n
        found.append(h)
    return found


def derivative(v: dict[str, Any], name: str, dh: Any) -> Any:
    """dL/dv[name] for L = dh . h_T, by complex steps through the three lines."""
    result = np.zeros(np.shape(v[name]))
    for index in np.ndindex(result.shape):
        changed = np.array(v[name], dtype=complex)
        changed[index] += 1e-100j
        result[index] = np.imag(dh @ by_hand({**v, name: changed})[-1]) / 1e-100
    return result


@pytest.mark.parametrize("way", ["separate", "concat", "row"])
def test_it_solves(way: Way) -> None:
    v = numbers()
    answers = solved(file_of(v, way)).answers
    for t, h in enumerate(by_hand(v), 1):
        np.testing.assert_allclose(answers[f"h_{t}"], h, rtol=0, atol=1e-14)


@pytest.mark.parametrize("format", FORMATS)
def test_it_is_explained_in_every_format(format: str) -> None:
    text = render([solved(file_of(numbers()))], format, View())
    assert "forget gate" in text
    if format == "table":
        assert "h_1 = (1 - f_1)*h_0 + f_1*n_1" in text
        assert "a_n_1 = W_x_n x_1 + W_h_n (f_1*h_0) + b_n" in text


@pytest.mark.parametrize("way", ["separate", "concat", "row"])
def test_it_is_differentiated(way: Way) -> None:
    v, dh = numbers(1), np.array([0.5, -1.0, 0.25])
    data = file_of(v, way, kind="lstm-gradient", cell="mgu", dh=dh.tolist())
    solution = solved(data)
    assert solution.extras["second_method"]["agrees"]
    names = {"h": "dh_0", "b_f": "db_f", "b_n": "db_n"}
    if way == "separate":
        names |= {f"W_{g}": f"dW_x_{g}" for g in "fn"} | {f"U_{g}": f"dW_h_{g}" for g in "fn"}
    for name, symbol in names.items():
        expected = derivative(v, name, dh)
        np.testing.assert_allclose(solution.answers[symbol], expected, rtol=0, atol=1e-13)
    dxs = np.array([solution.answers[f"dx_{t}"] for t in (1, 2, 3)])
    np.testing.assert_allclose(dxs, derivative(v, "xs", dh), rtol=0, atol=1e-13)


def test_its_gradient_flows() -> None:
    v = numbers(2)
    solution = solved(file_of(v, kind="gradient-flow", cell="mgu"))
    rows = [derivative(v, "h", unit) for unit in np.eye(3)]
    np.testing.assert_allclose(solution.answers["P_3"], rows, rtol=0, atol=1e-14)


def test_its_equations_are_listed() -> None:
    def formulas(name: str) -> dict[str, str]:
        content = json.loads(render([equations(name)], "json", View()))
        return {step["symbol"]: step["formula"] for step in content["steps"]}

    assert formulas("mgu")["h_t"] == "(1 - f_t)*h_(t-1) + f_t*n_t"
    back = formulas("mgu-gradient")
    assert back["dn_t"] == "dh_t*f_t"
    assert back["df_t"] == "(W_h_n^T da_n_t)*h_(t-1) + dh_t*(n_t - h_(t-1))"
    assert back["da_f_t"] == "df_t*f_t*(1 - f_t)"


def test_its_numbers_are_varied() -> None:
    data = file_of(numbers(6), h_prev=[0.5, 0, -0.25])
    other = yaml.safe_load(vary({**data, "title": "MGU"}, 3))
    assert other["h_prev"][1] == 0 != other["h_prev"][0]
    assert other["gates"] != data["gates"]
    for gate, arrays in data["gates"].items():
        for key, array in arrays.items():
            assert np.shape(other["gates"][gate][key]) == np.shape(array)


def test_a_sheet_on_it_is_marked() -> None:
    v = numbers(3)
    answers = solved(file_of(v)).answers
    f = answers["f_1"]
    swapped = (f * v["h"] + (1 - f) * answers["n_1"]).round(4)
    claims = {"f_1": f.round(4).tolist(), "h_1": swapped.tolist()}
    checks = marked(file_of(v, claimed=claims)).checks
    verdicts = {check.symbol: check.verdict for check in checks}
    assert verdicts == {"f_1": "right", "h_1": "wrong"}
    biased = np.tanh(answers["a_n_1"] - v["b_n"]).round(4)
    (check,) = marked(file_of(v, claimed={"n_1": biased.tolist()})).checks
    assert (check.verdict, check.mistake) == ("wrong", "bias-omitted")


@pytest.mark.oracle
def test_its_script_runs_in_torch(mgu: type[Problem], tmp_path: Path) -> None:
    script = tmp_path / "mgu.py"
    script.write_text(_script())
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert result.stdout.startswith("passed: the MGU in operations of PyTorch"), result.stderr


def test_its_script_has_its_equations() -> None:
    assert "    h_new = (1.0 - f) * h + f * n\n    return (h_new,)\n" in _script()
    with pytest.raises(Exception, match="found a minimal gated unit"):
        script_of(_problem(), "keras")


def _script() -> str:
    return script_of(_problem(), "pytorch")


def _problem() -> Problem:
    from conftest import problem

    return problem(file_of(numbers(4)))
