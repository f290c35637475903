"""Claims that are words: what happens to a gradient, what is proved of weights."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, problem

from lstmhw.marking import Marker
from lstmhw.solution import Check

FACTORS = {"kind": "gradient-flow", "factors": {"w": 0.8, "slope": 0.5, "count": 10}}
GROWING = {"kind": "gradient-flow", "factors": {"w": 3, "slope": 0.5, "count": 10}}
STEADY = {"kind": "gradient-flow", "factors": {"w": 2, "slope": 0.5, "count": 10}}
WORDS = {
    "kind": "sentiment-weights",
    "vocabulary": ["bad", "good"],
    "score": {"good": 1, "bad": -1},
}


def judged(data: dict[str, Any], word: str) -> Check:
    asked = problem({**data, "claimed": {"verdict": word}})
    (check,), faults = Marker(asked.solve()).mark(asked.claimed)
    assert faults == ()
    return check


@pytest.mark.parametrize(
    ("data", "word"),
    [(FACTORS, "vanishes"), (GROWING, "explodes"), (STEADY, "stays"), (WORDS, "proved")],
)
def test_the_right_word_is_right(data: dict[str, Any], word: str) -> None:
    check = judged(data, word)
    assert (check.verdict, check.expected, check.explanation) == ("right", word, "")


@pytest.mark.parametrize(
    ("data", "word", "said"),
    [
        (FACTORS, "explodes", "The gradient vanishes: after 10 steps its norm is 0.0001049"),
        (GROWING, "stays", "The gradient explodes: after 10 steps its norm is 57.67"),
        (STEADY, "vanishes", "The gradient stays: after 10 steps its norm is 1"),
        (WORDS, "refuted", "It is proved for "),
    ],
)
def test_another_word_is_wrong_and_told_why(data: dict[str, Any], word: str, said: str) -> None:
    check = judged(data, word)
    assert check.verdict == "wrong"
    assert said in check.explanation


@pytest.mark.parametrize("word", ["exploding", "Explodes", "explode"])
def test_other_spellings_are_understood_and_that_is_said(word: str) -> None:
    check = judged(GROWING, word)
    assert (check.verdict, check.claimed) == ("right", word)
    assert check.explanation == f"{word!r} is read as explodes."


@pytest.mark.parametrize("claim", ["explods", "1", ["vanishes"]])
def test_a_word_that_is_no_answer_is_an_error(claim: Any) -> None:
    asked = problem({**GROWING, "claimed": {"verdict": claim}})
    checks, (fault,) = Marker(asked.solve()).mark(asked.claimed)
    assert checks == ()
    assert fault.path == ("claimed", "verdict")
    assert fault.message.startswith("expected vanishes, explodes or stays, found ")


def test_null_is_no_answer() -> None:
    assert judged(GROWING, "null").verdict == "unanswered"


def test_refuted_weights_say_by_which_document(lstmhw: Run, tmp_path: Path) -> None:
    gate = {"W_x": [[0, 0]], "W_h": [[0]], "b": [100]}
    gates, output = dict.fromkeys("ifgo", gate), {"from": "c", "weights": [1]}
    data = {**WORDS, "gates": gates, "output": output, "claimed": {"verdict": "proved"}}
    (tmp_path / "a.yaml").write_text(json.dumps(data))
    result = lstmhw("check", "a.yaml", "--format", "json")
    weights, check = json.loads(result.stdout)["checks"]
    assert (weights["symbol"], weights["verdict"], weights["where"]) == ("weights", "wrong", "bad")
    assert (check["verdict"], check["expected"]) == ("wrong", "refuted")
    assert check["explanation"].endswith(
        "It is refuted: after 'bad' (1 word) the output is 1.0000 and should be -1."
    )


def test_the_handout_says_that_the_gradient_stays(lstmhw: Run) -> None:
    content = json.loads(lstmhw("check", "gradient-flow-scalar", "--format", "json").stdout)
    check = content["checks"][-1]
    assert (check["symbol"], check["claimed"], check["verdict"]) == ("verdict", "stays", "wrong")
    assert check["expected"] == content["verdict"] == "vanishes"


def test_submissions_may_hold_words(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps({**GROWING, "claimed": {"verdict": "explodes"}}))
    lines = [{"name": w, "claimed": {"verdict": w}} for w in ("exploding", "vanishes", "melts")]
    (tmp_path / "class.ndjson").write_text("\n".join(map(json.dumps, lines)))
    result = lstmhw("grade", "a.yaml", "class.ndjson")
    rows = result.stdout.splitlines()[1:]
    assert rows[0] == ",exploding,1,1,,,,"
    assert rows[1] == ",vanishes,0,1,verdict,,verdict,"
    assert "expected vanishes, explodes or stays, found 'melts'" in rows[2]
