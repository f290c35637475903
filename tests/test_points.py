"""How a course marks: the digits it asks for, points, shares, repeats, made-up answers."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run, at_length, examples, problem
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.grading import Grader
from lstmhw.grading.homework import Row
from lstmhw.marking import marked
from lstmhw.marking.scoring import Asked
from lstmhw.problem import Marking
from lstmhw.reading import from_text
from lstmhw.reading.submissions import Source
from lstmhw.solution import Check, Solution

LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [0.5, -1],
    "h_prev": [0.4, -0.2],
    "c_prev": [0.3, 0.8],
    "gates": {
        gate: {"W_x": [[0.5, w], [w, -0.25]], "W_h": [[0.3, -w], [0.2, 0.1]], "b": [w, 0.1]}
        for gate, w in zip("ifgo", (0.4, 0.7, -0.6, 0.2), strict=True)
    },
}
TRUE = {s: value.tolist() for s, value in problem(LSTM).solve().answers.items()}
STATES = {"c": 5, "h": 5}


def texts(values: list[float], digits: int) -> list[str]:
    return [f"{value:.{digits}f}" for value in values]


def answers(**changed: list[float]) -> dict[str, Any]:
    found = {s: texts(TRUE[f"{s}_1"], 5) for s in "ifgoch"}
    return found | {s: texts(values, 5) for s, values in changed.items()}


def solution(marking: Any, claimed: Any, **more: Any) -> Solution:
    data = {**LSTM, "claimed": claimed, **more}
    return solution_of(json.dumps(data if marking is None else {**data, "marking": marking}))


@cache
def solution_of(text: str) -> Solution:
    """Of a file, which several tests may ask something else about."""
    asked = from_text("p.yaml", text).problem
    found, faults = marked(asked, asked.claimed)
    assert not faults
    return found


def score(marking: Any, claimed: Any, **more: Any) -> tuple[float, float]:
    found = solution(marking, claimed, **more).score
    assert found is not None
    return found.earned, found.out_of


def checks(marking: Any, claimed: Any, **more: Any) -> dict[str, Check]:
    return {c.symbol: c for c in solution(marking, claimed, **more).checks}


# Digits.


@pytest.mark.parametrize(
    ("marking", "written", "verdict"),
    [
        ({"decimals": 3}, 3, "right"),
        ({"decimals": 3}, 2, "coarse"),
        ({"significant": 3}, 3, "right"),
        ({"significant": 3}, 1, "coarse"),
        ({}, 2, "right"),
    ],
)
def test_fewer_digits_than_are_asked_for_are_coarse(
    marking: Any, written: int, verdict: str
) -> None:
    claimed = {"c": texts(TRUE["c_1"], written)}
    check = checks(marking, claimed)["c_1"]
    assert check.verdict == verdict
    assert score(marking, claimed, find=["c"]) == (int(verdict == "right"), 1)


@pytest.mark.parametrize(
    ("tolerance", "off", "is_right"),
    [
        (0.01, 0.009, True),
        (0.01, 0.011, False),
        at_length({"absolute": 0.01}, 0.009, True),
        ({"relative": 0.05}, 0.04 * abs(TRUE["c_1"][0]), True),
        at_length({"relative": 0.05}, 0.06 * abs(TRUE["c_1"][0]), False),
    ],
)
def test_so_near_is_right_whatever_its_digits(tolerance: Any, off: float, is_right: bool) -> None:
    claimed = {"c": [f"{TRUE['c_1'][0] + off:.9f}", f"{TRUE['c_1'][1]:.9f}"]}
    marking = {"tolerance": tolerance, "decimals": 12}
    assert (checks(marking, claimed)["c_1"].verdict == "right") == (is_right and off < 1)
    assert checks({"decimals": 3}, claimed)["c_1"].verdict == "wrong"


def test_what_follows_with_too_few_digits_is_coarse_and_the_rest_still_follows() -> None:
    c = [0.91 * TRUE["g_1"][k] + TRUE["f_1"][k] * LSTM["c_prev"][k] for k in range(2)]
    h = [o * math.tanh(float(f"{value:.1f}")) for o, value in zip(TRUE["o_1"], c, strict=True)]
    claimed = answers(i=[0.91, 0.91], h=h) | {"c": texts(c, 1)}
    found = checks({"decimals": 3}, claimed)
    assert [found[s].verdict for s in ("i_1", "c_1", "h_1")] == ["wrong", "coarse", "follows"]
    assert "too few digits" in found["c_1"].explanation.lower()
    assert checks(None, claimed)["c_1"].verdict == "follows"
    assert score({"decimals": 3}, claimed, find=["i", "c", "h"]) == (1, 3)
    assert score({"decimals": 1}, claimed, find=["i", "c", "h"]) == (2, 3)


@examples(5, 15)
@given(st.sampled_from(["decimals", "significant"]), st.integers(1, 9))
def test_a_true_sheet_with_the_digits_that_are_asked_for_gets_all_points(
    key: str, digits: int
) -> None:
    """Written to so many digits by Python's own formatting."""
    form = f".{digits}f" if key == "decimals" else f"#.{digits}g"
    claimed = {s: [format(v, form) for v in TRUE[f"{s}_1"]] for s in "ifgoch"}
    assert score({key: digits}, claimed, find=["g", "c", "h"]) == (3, 3)


COUNT = {"kind": "parameter-count", "layers": [{"type": "lstm", "input": 8, "hidden": 16}]}


@pytest.mark.parametrize(
    ("marking", "total", "verdict"),
    [
        ({"tolerance": 10}, 1606, "right"),
        ({"tolerance": 5}, 1606, "wrong"),
        ({"tolerance": {"relative": 0.01}}, 1606, "right"),
        ({"decimals": 3}, 1600, "right"),
        ({}, None, "unanswered"),
        ({"points": {"total": 3}}, None, "unanswered"),
    ],
)
def test_a_count_is_near_enough_or_left_out_but_never_coarse(
    marking: Any, total: int | None, verdict: str, lstmhw: Run, tmp_path: Path
) -> None:
    """4 x (8 x 16 + 16 x 16 + 16) = 1600."""
    data = {**COUNT, "marking": marking, "claimed": {"total": total}}
    (tmp_path / "p.yaml").write_text(json.dumps(data))
    found = json.loads(lstmhw("check", "p.yaml", "--format", "json").stdout)
    assert [check["verdict"] for check in found["checks"]] == [verdict]
    points = marking.get("points", {"total": 1})["total"]
    assert (found["score"], found["out_of"]) == (points * (verdict == "right"), points)
    row = lstmhw("grade", "p.yaml", "-", stdin=json.dumps({"claimed": {"total": total}}) + "\n")
    assert f",{found['score']},{points}," in row.stdout


# Points.


def test_what_is_asked_earns_and_nothing_else() -> None:
    half = answers(c=[9.0, 9.0])
    assert score(None, half, find=["g", "c", "h"]) == (2, 3)
    assert score({"points": 2}, answers(), find=["c", "h"]) == (4, 4)
    assert score({"points": {"h_1": 4, "c": 1}}, answers()) == (5, 5)
    assert score({"points": {"h_1": 4, "c": 1}}, {"h": texts(TRUE["h_1"], 5)}) == (4, 5)


def test_a_problem_that_claims_nothing_has_no_score_on_its_page(
    lstmhw: Run, tmp_path: Path
) -> None:
    for name, claimed in (("none", {}), ("some", {"h": TRUE["h_1"]})):
        data = {**LSTM, "marking": {"points": {"h_1": 4}}, "claimed": claimed}
        (tmp_path / f"{name}.yaml").write_text(json.dumps(data))
    assert "Score" not in lstmhw("solve", str(tmp_path / "none.yaml")).stdout
    assert "Score: 4 of 4." in lstmhw("solve", str(tmp_path / "some.yaml")).stdout


def test_an_answer_left_out_is_a_row() -> None:
    found = checks({"points": {"h": 4, "c": 1}}, {"h": texts(TRUE["h_1"], 5)})
    assert found["c_1"].verdict == "unanswered"
    assert list(found) == ["c_1", "h_1"]


def test_the_points_of_an_array_are_shared_by_its_entries() -> None:
    claimed = {"c": [f"{TRUE['c_1'][0]:.5f}", "9.00000"]}
    assert score({"per": "entry", "points": 3}, claimed, find=["c"]) == (1.5, 3)
    assert score({"per": "symbol", "points": 3}, claimed, find=["c"]) == (0, 3)


def followed() -> dict[str, Any]:
    """A cell state without its old part, and the hidden state that follows from it."""
    c = [i * g for i, g in zip(TRUE["i_1"], TRUE["g_1"], strict=True)]
    h = [o * math.tanh(v) for o, v in zip(TRUE["o_1"], c, strict=True)]
    return answers(c=c, h=h)


@pytest.mark.parametrize(("share", "earned"), [(1, 1), (0.5, 0.5), (0, 0)])
def test_what_follows_earns_a_share(share: float, earned: float) -> None:
    assert checks(None, followed())["h_1"].verdict == "follows"
    assert score({"follow": share}, followed(), find=["c", "h"]) == (earned, 2)


def without_bias() -> dict[str, Any]:
    """An RNN of three steps, whose bias was forgotten each time."""
    h, claimed = 0.0, {}
    for t, x in enumerate((0.5, -1, 0.8), 1):
        h = math.tanh(0.7 * x + 0.4 * h)
        claimed[f"h_{t}"] = f"{h:.5f}"
    return claimed


def rnn_score(marking: Any, claimed: Any) -> tuple[float, float]:
    data = {"kind": "rnn-step", "xs": [0.5, -1, 0.8], "W_x": 0.7, "W_h": 0.4, "b": 0.3}
    asked = problem({**data, "claimed": claimed, "marking": marking})
    found = marked(asked, asked.claimed)[0].score
    assert found is not None
    return found.earned, found.out_of


@pytest.mark.parametrize(
    ("marking", "earned"),
    [
        ({}, 0),
        ({"repeated": "each"}, 0),
        ({"repeated": "once"}, 2),
        ({"repeated": "once", "per": "entry"}, 2),
        ({"repeated": "once", "follow": 0.25}, 0.5),
    ],
)
def test_a_mistake_made_again_may_cost_once(marking: Any, earned: float) -> None:
    assert rnn_score(marking, without_bias()) == (earned, 3)


def test_a_slip_beside_a_mistake_made_again_is_not_a_repetition() -> None:
    slipped = {**without_bias(), "h_2": "0.12345"}
    assert rnn_score({"repeated": "once"}, slipped)[0] <= 1


@pytest.mark.parametrize(
    ("verdicts", "extras", "earned"),
    [
        (("right", "wrong"), {"repeats": "h_1"}, 0.5 + 0.5 * 0.2),
        (("right", "wrong"), {}, 0.5),
        (("right", "follows"), {"credit": 0}, 0.5),
        (("follows", "follows"), {"credit": [0, 1]}, 0.5 * 0.2),
        (("coarse", "rounding"), {}, 0.5),
    ],
)
def test_each_number_of_an_array_earns_its_own_share(
    verdicts: tuple[str, ...], extras: dict[str, Any], earned: float
) -> None:
    marking = Marking(per="entry", repeated="once", follow=0.2)
    check = Check("h_2", ("0", "0"), None, "wrong", None, None, "", extras, verdicts)
    assert Asked({"h_2": 1.0}, marking).score([check])[:2] == pytest.approx((earned, 1))


def test_a_whole_array_earns_what_its_worst_number_does() -> None:
    asked = Asked({"h_2": 1.0}, Marking(follow=0.2))
    for verdicts, earned in (
        (("right", "follows"), 0.2),
        (("coarse", "follows"), 0),
        (("right", "wrong"), 0),
        (("right", "rounding"), 1),
    ):
        check = Check("h_2", ("0", "0"), None, "follows", None, None, "", {}, verdicts)
        assert asked.score([check])[:2] == (earned, 1)


@pytest.mark.parametrize("made_up", [{"f": [0, 0], "i": [0, 0]}, {"f": [0, 0], "g": [0, 0]}])
def test_made_up_answers_that_leave_nothing_to_compute_earn_nothing(made_up: Any) -> None:
    claimed = answers(**{gate: [0.0, 0.0] for gate in made_up}, c=[0.0, 0.0], h=[0.0, 0.0])
    found = checks(None, claimed)
    assert (found["c_1"].verdict, found["c_1"].extras["credit"]) == ("follows", 0)
    assert found["h_1"].extras["credit"] == 0
    assert score(None, claimed, find=["c", "h"]) == (0, 2)
    assert "left nothing to compute" in found["c_1"].explanation


def test_ones_for_all_gates_leave_the_old_state_to_add() -> None:
    ones = {gate: [1.0, 1.0] for gate in "ifgo"}
    claimed = answers(**ones, c=[v + 1 for v in (0.3, 0.8)])
    assert "credit" not in checks(None, claimed)["c_1"].extras


def slipped(symbol: str, *by: float) -> list[float]:
    return [value + off for value, off in zip(TRUE[symbol], by, strict=True)]


def times(left: list[float], right: list[float]) -> list[float]:
    return [a * b for a, b in zip(left, right, strict=True)]


def honest_sheets() -> dict[str, tuple[dict[str, list[float]], str, dict[str, Any]]]:
    """Slips that no mistake explains, an answer that follows from them, and other data."""
    import math

    z_g = slipped("z_g_1", 0.2737, -0.1913)
    o, c = slipped("o_1", -0.0637, 0.0415), slipped("c_1", 0.1377, -0.0931)
    i, f = slipped("i_1", -0.0637, 0.0415), slipped("f_1", -0.1273, -0.0719)
    g = slipped("g_1", 0.1377, 0.0931)
    h = times(o, list(map(math.tanh, c)))
    old = times(f, [0.3, 0.8])
    new = times(i, g)
    sum_ = [a + b for a, b in zip(old, new, strict=True)]
    return {
        "one answer, and its function": ({"z_g": z_g, "g": list(map(math.tanh, z_g))}, "g", {}),
        "all of a product": ({"o": o, "c": c, "h": h}, "h", {}),
        "beside a state of zeros": ({"i": i, "g": g, "c": new}, "c", {"c_prev": [0, 0]}),
        "all gates": ({"f": f, "i": i, "g": g, "c": sum_}, "c", {}),
    }


@pytest.mark.parametrize(
    "name", ["all gates", *(at_length(name) for name in honest_sheets() if name != "all gates")]
)
def test_slips_never_take_the_credit_of_what_follows(name: str) -> None:
    claimed, last, more = honest_sheets()[name]
    written = {symbol: texts(values, 5) for symbol, values in claimed.items()}
    solved = solution(None, written, find=[last], **more)
    found = {check.symbol: check for check in solved.checks}
    others = [found[f"{symbol}_1"] for symbol in claimed if symbol != last]
    assert [check.verdict for check in others] == ["wrong"] * len(others)
    assert found[f"{last}_1"].verdict == "follows"
    assert "credit" not in found[f"{last}_1"].extras
    assert solved.score is not None
    assert solved.score[:2] == (1, 1)


@pytest.mark.parametrize(("weight", "h", "y"), [(0.2, 537.2, 1), (-0.2, 537.2, 0), (0.2, -80, 0)])
def test_an_output_that_is_saturated_still_rests_on_its_weights(
    weight: float, h: float, y: float
) -> None:
    output = {"W": weight, "b": 0, "activation": "sigmoid"}
    data = {"kind": "rnn-step", "x": 1.5, "W_x": 2, "W_h": 0, "activation": "identity"}
    asked = problem({**data, "output": output, "claimed": {"h": str(h), "y": f"{y:.4f}"}})
    found, _ = marked(asked, asked.claimed)
    (check,) = [check for check in found.checks if check.symbol == "y_1"]
    assert (check.verdict, check.extras) == ("follows", {})


def test_a_made_up_zero_beside_a_slip_is_told_alone() -> None:
    c = slipped("c_1", 0.1377, -0.0931)
    check = checks(None, {"o": ["0.0", "0.0"], "c": texts(c, 5), "h": ["0.0", "0.0"]})["h_1"]
    assert (check.verdict, check.extras["credit"]) == ("follows", 0)
    assert "Your o_1 left nothing to compute here" in check.explanation


def test_an_honest_mistake_keeps_its_credit() -> None:
    assert "credit" not in checks(None, followed())["h_1"].extras


SCALAR: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [1],
    "c_prev": [0.5],
    "gates": {
        gate: {"W_x": w, "W_h": 0} for gate, w in zip("figo", (0.5, 0.6, 0.7, 0.8), strict=True)
    },
}
TRUE_OF_SCALAR = {
    symbol.removesuffix("_1"): float(np.squeeze(value))
    for symbol, value in problem(SCALAR).solve().answers.items()
}


def scalar_checks(**claimed: str) -> dict[str, Check]:
    asked = problem({**SCALAR, "claimed": claimed})
    found, faults = marked(asked, asked.claimed)
    assert not faults
    return {check.symbol: check for check in found.checks}


@given(st.floats(-3, 3).filter(lambda z: abs(z - 0.6) > 0.05 and abs(z) > 0.05))
@examples(5, 30)
def test_a_function_of_an_honest_slip_keeps_its_credit(z: float) -> None:
    z = round(z, 4)
    found = scalar_checks(z_i=f"{z:.4f}", i=f"{1 / (1 + math.exp(-z)):.4f}")
    assert found["z_i_1"].verdict == "wrong"
    assert found["i_1"].verdict in ("follows", "right", "rounding")
    assert "credit" not in found["i_1"].extras


def test_two_slips_that_a_line_rests_on_leave_it_to_be_computed() -> None:
    found = scalar_checks(c="0.8371", o="0.3127", h=f"{0.3127 * math.tanh(0.8371):.4f}")
    assert found["h_1"].verdict == "follows"
    assert "credit" not in found["h_1"].extras


@pytest.mark.parametrize(
    "claimed",
    [
        {"o": "0.0000", "c": "0.8371", "h": "0.0000"},
        {"f": "0.0000", "i": "0.0000", "c": "0.0000", "tanh_c": "0.0000", "h": "0.0000"},
    ],
)
def test_zeros_that_are_carried_on_earn_nothing(claimed: dict[str, str]) -> None:
    found = scalar_checks(**claimed)
    follows = [check for check in found.values() if check.verdict == "follows"]
    assert follows
    assert [check.extras.get("credit") for check in follows] == [0] * len(follows)


def test_pre_activations_that_switch_gates_off_leave_nothing_to_compute() -> None:
    off = {"z_f": "-100.0", "z_i": "-100.0", "f": "0.0000", "i": "0.0000"}
    found = scalar_checks(**off, c="0.0000", h="0.0000")
    assert [s for s, check in found.items() if check.extras.get("credit") == 0] == ["c_1", "h_1"]
    assert "Your i_1 and f_1 left nothing to compute here" in found["c_1"].explanation
    assert "credit" not in found["f_1"].extras


@pytest.mark.parametrize(
    "claimed",
    [
        {"z_o": "-100.0", "o": "0.0000", "h": "0.0000"},
        {"z_f": "-100.0", "f": "0.0000", "c": f"{TRUE_OF_SCALAR['i'] * TRUE_OF_SCALAR['g']:.4f}"},
        {"z_g": "100.0", "g": "1.0000", "c": "0.9569"},
        {"z_o": "100.0", "o": "1.0000", "h": f"{math.tanh(TRUE_OF_SCALAR['c']):.4f}"},
    ],
)
def test_one_slip_that_saturates_a_gate_keeps_the_credit_for_the_rest(
    claimed: dict[str, str],
) -> None:
    found = scalar_checks(**claimed)
    assert [check.verdict for check in found.values()] == ["wrong", "follows", "follows"]
    assert not any("credit" in check.extras for check in found.values())


@pytest.mark.parametrize(("per", "earned"), [("symbol", 0), ("entry", 1)])
def test_one_number_of_an_array_may_be_made_trivial(per: str, earned: float) -> None:
    """One number in each of f and i is made up, one of c and h with it: no whole answer is paid."""
    claimed = {s: ["0.00000", f"{TRUE[f'{s}_1'][1]:.5f}"] for s in ("f", "i", "c", "h")}
    found = checks(None, claimed)
    assert found["c_1"].verdicts == ("follows", "right")
    assert "for c_1[1], so this earns no credit there" in found["c_1"].explanation
    assert score({"per": per}, claimed, find=["c", "h"]) == (earned, 2)


def test_what_is_trivial_is_told_number_by_number() -> None:
    f, i = [0.0, 0.31], [0.0, 0.62]  # the second of each is a slip to go on from
    c = [0.0, f[1] * 0.8 + i[1] * TRUE["g_1"][1]]
    claimed = {s: texts(values, 5) for s, values in (("f", f), ("i", i), ("c", c))}
    check = checks(None, claimed)["c_1"]
    assert (check.verdicts, check.extras["credit"]) == (("follows", "follows"), [0, 1])
    assert score({"per": "entry"}, claimed, find=["c"]) == (0.5, 1)
    assert score({"per": "symbol"}, claimed, find=["c"]) == (0, 1)


def test_a_step_unit_that_stays_where_it_is_is_not_made_trivial() -> None:
    data = {"kind": "rnn-step", "xs": [1, -3], "W_x": 0.7, "W_h": 2.5, "b": 0.3}
    asked = problem({**data, "activation": "step", "claimed": {"h_1": "0", "h_2": "0"}})
    found, _ = marked(asked, asked.claimed)
    checked = {check.symbol: check for check in found.checks}
    assert [check.verdict for check in checked.values()] == ["wrong", "follows"]
    assert "credit" not in checked["h_2"].extras


# The same for all.

MARKINGS = st.fixed_dictionaries(
    {},
    optional={
        "points": st.sampled_from([1, 2.5, {"h_2": 2, "h_1": 0.5, "a_1": 3}]),
        "per": st.sampled_from(["symbol", "entry"]),
        "follow": st.sampled_from([0, 0.25, 1]),
        "repeated": st.sampled_from(["each", "once"]),
        "tolerance": st.sampled_from([0.001, {"relative": 0.01}]),
    },
)
RNN: dict[str, Any] = {
    "kind": "rnn-step",
    "xs": [[0.5], [-1.0]],
    "W_x": [[0.7], [0.2]],
    "W_h": [[0.4, 0.1], [0.3, -0.6]],
    "b": [0.3, -0.1],
    "find": ["a_1", "h_1", "h_2"],
}
SHEETS = st.dictionaries(
    st.sampled_from(["a_1", "h_1", "h_2", "a_2"]),
    st.lists(st.sampled_from(["0.6500", "0.5717", "0.0", "1", "-0.3000"]), min_size=2, max_size=2),
    min_size=1,
    max_size=3,
)


def row(subject: Grader, claimed: Any) -> Row:
    line = json.dumps({"name": "Ann", "claimed": claimed})
    return subject.row(Source("s.ndjson", 1, line.encode()))


@examples(2, 20)
@given(MARKINGS, SHEETS)
def test_scores_lie_between_nothing_and_all_and_grading_is_checking(
    marking: Any, claimed: Any
) -> None:
    data = {**RNN, "marking": marking}
    subject = Grader(from_text("p.yaml", json.dumps(data)))
    true = {s: [f"{v:.6f}" for v in values] for s, values in subject_answers().items()}
    nothing = dict.fromkeys(RNN["find"])
    found, blank, full = (row(subject, sheet) for sheet in (claimed, nothing, true))
    assert found.out_of == blank.out_of == full.out_of == full.score
    assert blank.score == 0
    assert found.score is not None
    assert found.out_of is not None
    assert 0 <= found.score <= found.out_of
    asked = problem({**data, "claimed": claimed})
    score = marked(asked, asked.claimed)[0].score
    assert score is not None
    assert score[:2] == (found.score, found.out_of)


def subject_answers() -> dict[str, Any]:
    solved = problem(RNN).solve().answers
    return {symbol: solved[symbol].tolist() for symbol in RNN["find"]}


def json_of(lstmhw: Run, *command: str) -> Any:
    return json.loads(lstmhw(*command, "--format", "json").stdout)


def test_weights_that_are_the_claim_have_a_score(lstmhw: Run) -> None:
    for command in ("solve", "check"):
        wrong, right = (json_of(lstmhw, command, s) for s in ("rnn-in-lstm-tanh", "step-rnn-b"))
        assert (wrong["score"], wrong["out_of"]) == (0, 1)
        assert (right["score"], right["out_of"]) == (1, 2)


def test_a_sheet_that_claims_nothing(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(json.dumps({**RNN, "marking": {"points": 2}}))
    solved = json_of(lstmhw, "solve", "p.yaml")
    assert (solved["score"], solved["out_of"], solved["checks"]) == (0, 6, [])
    assert lstmhw("check", "p.yaml").returncode == 2
    (tmp_path / "p.yaml").write_text(json.dumps(RNN))
    assert "score" not in json_of(lstmhw, "solve", "p.yaml")


def test_what_is_left_out_is_not_counted_as_claimed(lstmhw: Run, tmp_path: Path) -> None:
    data = {**LSTM, "find": ["c", "h"], "marking": {"points": 61728.125}}
    data["claimed"] = {"c": texts(TRUE["c_1"], 5)}
    (tmp_path / "p.yaml").write_text(json.dumps(data))
    page = lstmhw("check", "p.yaml").stdout
    assert "1 answer is claimed: 1 right." in page
    assert "1 unanswered." in page
    assert "Score: 61728.125 of 123456.25." in page
    assert "Score: 61728.125 of 123456.25." in lstmhw("solve", "p.yaml").stdout


def test_points_on_the_page_and_in_json(lstmhw: Run, tmp_path: Path) -> None:
    data = {**LSTM, "claimed": followed(), "marking": {"follow": 0.5}, "find": ["c", "h"]}
    (tmp_path / "p.yaml").write_text(json.dumps(data))
    assert "Score: 0.5 of 2." in lstmhw("check", "p.yaml").stdout
    for command in ("check", "solve"):
        found = json.loads(lstmhw(command, "p.yaml", "--format", "json").stdout)
        assert (found["score"], found["out_of"]) == (0.5, 2)
    rows = lstmhw("grade", "p.yaml", "-", stdin=json.dumps({"claimed": followed()}) + "\n")
    assert ",0.5,2," in rows.stdout


@pytest.mark.parametrize(
    ("marking", "message"),
    [
        ({"points": -1}, "expected a number from 0 to 100000, found -1"),
        ({"points": {"h_1": -1}}, "expected a number from 0 to 100000, found -1"),
        ({"points": {"h": 4, "h_1": 2}}, "expected the points of h_1 once, found them again"),
        ({"points": {}}, "expected symbols with points, found none"),
        ({"points": 1e308}, "expected a number from 0 to 100000, found"),
        ({"points": {"hh": 1}}, "expected a symbol that is computed here, found 'hh'"),
        ({"decimals": 3, "significant": 3}, "expected decimals or significant digits, found both"),
        ({"follow": 2}, "expected a number from 0 to 1, found 2"),
        ({"tolerance": -0.1}, "expected a number from 0 on, found -0.1"),
        ({"tolerance": {"absolut": 0.1}}, "unknown key 'absolut'"),
        ({"per": "row"}, "expected symbol or entry, found the text 'row'"),
        ({"point": 1}, "unknown key 'point'"),
    ],
)
def test_what_is_wrong_with_the_marking_is_said(
    marking: Any, message: str, lstmhw: Run, tmp_path: Path
) -> None:
    data = {**LSTM, "claimed": answers(), "marking": marking}
    (tmp_path / "p.yaml").write_text(json.dumps(data))
    for command in (("check", "p.yaml"), ("solve", "p.yaml"), ("grade", "p.yaml", "-")):
        result = lstmhw(*command, stdin='{"claimed": {}}\n')
        assert result.returncode == 2
        assert message in result.stderr
        assert result.stderr.startswith("p.yaml:1:")
        assert not result.stdout
