"""Claims that are formulas in other notations: sums, norms, entries, hats, learning rates."""

from typing import Any

import pytest
from conftest import marked, problem

from lstmhw.marking import Marker

CLASSES: dict[str, Any] = {
    "kind": "lstm-gradient",
    "cell": "rnn",
    "xs": [0.7, -0.4],
    "W_x": [[0.9], [-0.3]],
    "W_h": [[0.2, -0.5], [0.6, 0.1]],
    "output": {"W": [[0.4, 1.1], [-0.8, 0.3], [0.2, 0.6]], "activation": "softmax"},
    "loss": "cross-entropy",
    "targets": [[1, 0, 0], [0, 1, 0]],
    "learning_rate": 0.25,
}
ERRORS = {
    **{key: CLASSES[key] for key in ("kind", "cell", "xs", "W_x", "W_h")},
    "targets": [[0.3, -0.2], [0.8, 0.1]],
}
FLOW = {"kind": "gradient-flow", **{key: CLASSES[key] for key in ("xs", "W_x", "W_h")}}
LAYER = {"W_x": [[0.9], [-0.3]], "W_h": [[0.2, -0.5], [0.6, 0.1]], "b": [0.4, -0.1]}
ABOVE = {"W_x": [[0.5, 0.1], [0.3, -0.7]], "W_h": [[0.3, 0.8], [-0.2, 0.4]]}
STACK = {"kind": "rnn-step", "xs": [0.7, -0.4], "layers": [LAYER, ABOVE]}
BOTH = {"kind": "rnn-step", "xs": [0.7, -0.4], **LAYER, "reverse": LAYER}

RIGHT = [
    (CLASSES, "loss_2", "-target_2^T ln(y_2)"),
    (CLASSES, "loss_2", "-ln(y_2[2])"),
    (CLASSES, "loss_1", "-log(y_1[0])"),
    (CLASSES, "loss_1", r"-\sum_{k=1}^{3} target_1 \ln y_1"),
    (CLASSES, "y_2", "exp(z)/sum(exp(z))"),
    (CLASSES, "y_1", r"\frac{e^{z_1}}{\sum_j e^{z_1}}"),
    (CLASSES, "W_h_new", "W_h - 0.25*dW_h"),
    (CLASSES, "W_x_new", "W_x - learning_rate*dW_x"),
    (CLASSES, "W_x_new", r"W_x - \eta dW_x"),
    (CLASSES, "W_x_new", r"W_x - \alpha \cdot dW_x"),
    (CLASSES, "W_x_new", "W_x - lr*dW_x"),
    (CLASSES, "da_y_2", r"\hat{y}_2 - y_2"),
    (CLASSES, "da_y_2", "y_hat_2 - y_2"),
    (CLASSES, "loss_2", r"-y_2^T \ln \hat{y}_2"),
    (ERRORS, "loss_1", "1/2 ||h_1 - target_1||^2"),
    (ERRORS, "loss_1", r"\frac{1}{2} \sum (h_1 - target_1)^2"),
    (ERRORS, "loss_2", r"\frac{1}{2} \left\| h_2 - target_2 \right\|^2"),
    (ERRORS, "da_1", "diag(1 - h_1^2) dh_1"),
    (FLOW, "J_2", "diag(1 - h_2^2) W_h"),
    (FLOW, "norm_2", "||J_2 J_1||"),
    (STACK, "a_2@2", "W_x@2 h_2 + W_h@2 h_1@2"),
    (STACK, "a_2@2", "W_x h_2 + W_h h_1"),
    (BOTH, "a_1@rev", "W_x@rev x_1 + W_h@rev h_2@rev + b@rev"),
    (BOTH, "a_1@rev", "W_x x_1 + W_h h_2 + b"),
]
WRONG = [
    (CLASSES, "loss_2", "-ln(y_2[3])", None),
    (CLASSES, "loss_2", "target_2^T ln(y_2)", "sign-error"),
    (CLASSES, "y_2", "exp(z)/sum(z)", None),
    (CLASSES, "W_h_new", "W_h - 0.5*dW_h", None),
    (CLASSES, "W_h_new", r"W_h + \eta dW_h", "sign-error"),
    (CLASSES, "da_y_2", r"y_2 - \hat{y}_2", "sign-error"),
    (ERRORS, "loss_1", "||h_1 - target_1||^2", "factor-omitted"),
    (FLOW, "J_2", "W_h diag(1 - h_2^2)", "transposed"),
    (STACK, "a_2@2", "W_x@2 h_2 + W_h@2 h_1", None),
    (BOTH, "a_1@rev", "W_x@rev x_1 + W_h@rev h_2 + b@rev", None),
]


@pytest.mark.parametrize(("data", "symbol", "text"), RIGHT)
def test_usual_notations_are_right(data: dict[str, Any], symbol: str, text: str) -> None:
    (check,) = marked({**data, "claimed": {symbol: text}}).checks
    assert check.verdict == "right", check.explanation


@pytest.mark.parametrize(("data", "symbol", "text", "mistake"), WRONG)
def test_what_they_say_wrongly_is_wrong(
    data: dict[str, Any], symbol: str, text: str, mistake: str | None
) -> None:
    (check,) = marked({**data, "claimed": {symbol: text}}).checks
    assert (check.verdict, check.mistake) == ("wrong", mistake)


def test_the_numbers_that_stand_for_data_are_told() -> None:
    claimed = {"loss_2": "-ln(y_2[2])", "W_h_new": "W_h - 0.25*dW_h"}
    found = {c.symbol: c for c in marked({**CLASSES, "claimed": claimed}).checks}
    assert "with target_2 = [0, 1, 0]" in found["loss_2"].explanation
    assert "with rate = 0.25" in found["W_h_new"].explanation


@pytest.mark.parametrize("text", ["-ln(y_2[9])", "||y_2", "-ln(y_2[)", r"\sum", "diag(W_h) y_2"])
def test_what_is_no_formula_is_no_crash(text: str) -> None:
    asked = problem({**CLASSES, "claimed": {"loss_2": text}})
    checks, faults = Marker(asked.solve()).mark(asked.claimed)
    assert len(faults) == 1 or checks[0].verdict == "wrong"
