"""Parameter counts: frameworks, arithmetic done twice, and what wrong totals leave out."""

import json
from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from conftest import Run, at_length, marked, problem, solved
from count_sheets import random_layers
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.render import render
from lstmhw.solution import Check
from lstmhw.view import View

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
MODEL = [
    {"type": "embedding", "vocabulary": 9, "size": 6},
    {"type": "rnn", "input": 6, "hidden": 5},
    {"type": "linear", "input": 5, "output": 9},
]


def counting(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "parameter-count", "layers": list(layers), **more}


def total(*layers: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = solved(counting(*layers)).data["total"]
    return found


def check(claimed: Any, layers: list[dict[str, Any]] = MODEL, **more: Any) -> Check:
    (found,) = marked(counting(*layers, claimed={"total": claimed}, **more)).checks
    return found


def lstm(**more: Any) -> dict[str, Any]:
    return {"type": "lstm", "input": 6, "hidden": 5, **more}


def gru(**more: Any) -> dict[str, Any]:
    return {"type": "gru", "input": 6, "hidden": 5, **more}


def conv1d(**more: Any) -> dict[str, Any]:
    return {"type": "conv1d", "channels": 6, "filters": 8, "kernel": 3, **more}


def conv2d(**more: Any) -> dict[str, Any]:
    return {"type": "conv2d", "channels": 3, "filters": 4, "kernel": 5, **more}


def additive(**more: Any) -> dict[str, Any]:
    sizes = {"query": 3, "keys": 4, "hidden": 5}
    return {"type": "attention", "kind": "additive", **sizes, **more}


def heads(**more: Any) -> dict[str, Any]:
    return {"type": "attention", "kind": "multi-head", "size": 12, "heads": 3, **more}


def norm(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "size": 7, **more}


def distributed(layer: dict[str, Any]) -> dict[str, Any]:
    return {"type": "time-distributed", "layer": layer}


@pytest.mark.parametrize(
    ("layer", "framework", "convention"),
    [
        # keras.layers.LSTM(128) on 28 inputs, and torch.nn.LSTM(28, 128)
        (lstm(input=28, hidden=128), 80384, "one-bias"),
        (lstm(input=28, hidden=128), 80896, "two-bias"),
        # keras.layers.GRU(10) on 5 inputs, with its default reset_after=True, and without
        (gru(input=5, hidden=10, reset_after=True), 510, "one-bias"),
        (gru(input=5, hidden=10), 480, "one-bias"),
        (gru(input=5, hidden=10), 510, "two-bias"),
        # torch.nn.LSTM(10, 20, num_layers=2)
        (lstm(input=10, hidden=20, layers=2), 5920, "two-bias"),
        # torch.nn.LSTM(10, 20, num_layers=2, bidirectional=True)
        (lstm(input=10, hidden=20, layers=2, bidirectional=True), 15040, "two-bias"),
        # torch.nn.LSTM(10, 20, num_layers=3, bidirectional=True, proj_size=7)
        (lstm(input=10, hidden=20, layers=3, bidirectional=True, projection=7), 11240, "two-bias"),
        # torch.nn.GRU(4, 3, num_layers=2), torch.nn.RNN(4, 3, bidirectional=True)
        (gru(input=4, hidden=3, layers=2), 153, "two-bias"),
        ({"type": "bidirectional-rnn", "input": 4, "hidden": 3}, 54, "two-bias"),
        (lstm(bias=False), 220, "two-bias"),
        ({"type": "linear", "input": 5, "output": 9}, 54, "one-bias"),
        ({"type": "linear", "input": 5, "output": 9, "bias": False}, 45, "two-bias"),
        ({"type": "embedding", "vocabulary": 9, "size": 6}, 54, "two-bias"),
    ],
)
def test_totals_recorded_from_frameworks(
    layer: dict[str, Any], framework: int, convention: str
) -> None:
    assert total(layer)[convention] == framework


@given(
    name=st.sampled_from(sorted(GATES)),
    sizes=st.tuples(*[st.integers(1, 9)] * 2),
    layers=st.integers(1, 4),
    both=st.booleans(),
)
def test_a_stack_is_its_layers_one_by_one(
    name: str, sizes: tuple[int, int], layers: int, both: bool
) -> None:
    n, m = sizes
    directions = 2 if both else 1
    by_hand = sum(
        directions * GATES[name] * m * (inputs + m + 2)
        for inputs in [n, *[directions * m] * (layers - 1)]
    )
    layer = {"input": n, "hidden": m, "layers": layers}
    stacked = total({**layer, "type": name, "bidirectional": both})
    assert stacked["two-bias"] == by_hand
    assert total({**layer, "type": f"bidirectional-{name}" if both else name}) == stacked
    biases = directions * GATES[name] * m * layers
    assert stacked["two-bias"] - stacked["one-bias"] == biases
    assert stacked["one-bias"] - stacked["no-bias"] == biases


@given(
    layers=st.lists(st.sampled_from([*MODEL, lstm(layers=3, bidirectional=True, projection=2)])),
    last=st.sampled_from(MODEL),
)
def test_the_breakdown_adds_up_to_the_totals(layers: list[dict[str, Any]], last: Any) -> None:
    data = solved(counting(*layers, last)).data
    for convention, sum_of_all in data["total"].items():
        parts = [p for p in data["breakdown"] if convention in p["conventions"]]
        assert sum(part["parameters"] for part in parts) == sum_of_all
        for part in parts:
            copies = part["directions"] * (1 + np.diff(part["stacked"])[0])
            each = part["each"] * max(1, len(part["gates"]))
            assert np.prod(part["shape"]) == part["each"]
            assert each * copies == part["parameters"]


def test_the_working_has_the_products() -> None:
    text = render([solved(counting(lstm(layers=3, bidirectional=True)))], "table", View())
    for product in (
        "4 x (6 x 5) = 120",
        "4 x (5 x 5) = 100",
        "4 x 5 = 20",
        "2 x 120 = 240",
        "Stacked layers 2 to 3, with 10 inputs:",
        "4 x (10 x 5) = 200",
        "2 x 400 = 800",
    ):
        assert product in text


@pytest.mark.parametrize(
    ("claimed", "convention"), [(154, "no-bias"), (168, "one-bias"), ([173], "two-bias")]
)
def test_a_claim_is_right_by_any_convention_and_its_check_says_which(
    claimed: Any, convention: str
) -> None:
    found = check(claimed)
    assert (found.verdict, found.mistake) == ("right", None)
    assert found.extras == {"convention": convention}
    assert found.expected == np.ravel(claimed)[0]


def test_a_claim_written_to_fewer_digits_is_right_by_the_nearest() -> None:
    assert check("1.7e2").extras == {"convention": "one-bias"}  # 168 and 173 are both within 5
    assert check("2e2").verdict == "right"
    assert check("153.5").verdict == "wrong"


@pytest.mark.parametrize(
    ("claimed", "convention", "mistake", "where"),
    [
        (129, None, "block-omitted", "U of layer 2 (rnn)"),
        (99, None, "block-omitted", "layer 2 (rnn)"),
        (164, None, "bias-omitted", "the bias of layer 3 (linear)"),
        (168, "two-bias", "one-bias-for-two", "the second bias of every gate"),
        (154, "two-bias", "bias-omitted", "every bias"),
        (154, "one-bias", "bias-omitted", "every bias"),
        (173, "one-bias", "bias-counted-twice", "the second bias of every gate"),
        (168, "no-bias", "bias-added", "every bias"),
        (129, "two-bias", "bias-omitted + block-omitted", "U of layer 2 (rnn)"),
        (138, "two-bias", "one-bias-for-two + block-omitted", "W of layer 2 (rnn)"),
        (153, None, "count-off-by-one", "one parameter"),
        (174, "two-bias", "count-off-by-one", "one parameter"),
        (179, None, "counted-twice", "U of layer 2 (rnn)"),
        (209, "no-bias", "counted-twice", "layer 2 (rnn)"),
        (7 * 154, None, "time-steps-counted", "the whole network"),
        (152, None, None, None),
        (7 * 154 + 3, None, None, None),
        ("1078.5", None, None, None),
    ],
)
def test_wrong_totals_are_explained(
    claimed: int | str, convention: str | None, mistake: str | None, where: str | None
) -> None:
    more: dict[str, Any] = {"convention": convention} if convention else {}
    found = check(claimed, **more)
    assert (found.verdict, found.mistake, found.where) == ("wrong", mistake, where)
    assert found.extras["convention"] is None
    assert ("evidence" in found.extras) == (mistake is not None)
    assert found.explanation


@pytest.mark.parametrize(
    ("claimed", "layer", "where"),
    [
        (165, lstm(), "one gate of layer 1 (lstm)"),
        (55, lstm(), "3 of the 4 gates of layer 1 (lstm)"),
        (440, lstm(layers=2, bidirectional=True), "the stacked layers of layer 1 (lstm) after the"),
        (520, lstm(layers=2, bidirectional=True), "the second direction of layer 1 (lstm)"),
        (840, lstm(layers=2, bidirectional=True), "one of the two directions that the stacked"),
        (160, lstm(projection=2), "P of layer 1 (lstm)"),
    ],
)
def test_what_is_left_out_of_a_layer(claimed: int, layer: dict[str, Any], where: str) -> None:
    found = check(claimed, [layer], convention="no-bias")
    assert found.mistake == "block-omitted"
    assert where in found.explanation


ONE_WAY = [{"type": "rnn", "input": 8, "hidden": 8}]
BOTH_WAYS = [{"type": "bidirectional-rnn", "input": 8, "hidden": 8}]


@pytest.mark.parametrize("convention", [None, "one-bias"])
def test_two_directions_and_one(convention: str | None) -> None:
    """136 parameters in each direction, 8 of them a bias."""
    more: dict[str, Any] = {"convention": convention} if convention else {}
    short = check(2 * 136 - 8, BOTH_WAYS, **more)
    assert short.mistake == "bias-omitted"
    assert short.where == "the bias of the second direction of layer 1 (bidirectional-rnn)"
    twice = check(2 * 136, ONE_WAY, **more)
    assert twice.mistake == "counted-twice"
    assert "as if it ran in both directions" in twice.explanation
    assert check(2 * 136, BOTH_WAYS, **more).verdict == "right"
    assert check(136, BOTH_WAYS, **more).mistake == "block-omitted"


def test_only_what_recurs_is_counted_at_every_step() -> None:
    words = {"type": "embedding", "vocabulary": 1000, "size": 32}
    layers = [words, lstm(input=32, hidden=16)]
    found = check(32_000 + 25 * 4 * 16 * (32 + 16 + 1), layers)
    assert (found.mistake, found.where) == ("time-steps-counted", "layer 2 (lstm)")
    assert "25 x 3136 + 32000" in found.explanation
    assert check(25 * 32_000, [words]).mistake is None
    small = {"type": "rnn", "input": 1, "hidden": 2}  # 6 weights: much is a multiple of them
    assert check(32_000 + 4 * 6, [words, small], convention="no-bias").mistake is None


@pytest.mark.parametrize("count", [200, at_length(600)])
def test_totals_out_of_thin_air_are_seldom_told_as_counted_again(count: int) -> None:
    """Wrong by up to a quarter, over networks of every size; what is off by one is just that."""
    rng = Random(8)
    said: Counter[str | None] = Counter()
    for _ in range(count):
        layers = random_layers(rng)
        true = total(*layers)["one-bias"]
        claimed = round(true * rng.uniform(0.75, 1.25))
        said[check(claimed, layers).mistake] += abs(claimed - true) > 1
    assert said["time-steps-counted"] == 0
    assert said["counted-twice"] <= 0.02 * count
    assert said.total() - said[None] - said["count-off-by-one"] <= 0.04 * count


def test_the_second_bias_of_a_keras_gru_may_be_forgotten() -> None:
    found = check(180, [gru(reset_after=True)], convention="one-bias")
    assert found.mistake == "one-bias-for-two"


def test_json_has_a_total_for_each_convention() -> None:
    data = counting(*MODEL, claimed={"total": 154})
    content = json.loads(render([marked(data)], "json", View()))
    assert content["answers"]["total"] == {"no-bias": 154, "one-bias": 168, "two-bias": 173}
    assert content["convention"] is None
    (entry,) = content["checks"]
    assert entry["convention"] == "no-bias"
    assert entry["claimed"] == entry["expected"] == 154
    content = json.loads(render([marked({**data, "convention": "two-bias"})], "json", View()))
    assert content["answers"]["total"] == {"no-bias": 154, "one-bias": 168, "two-bias": 173}
    assert content["convention"] == "two-bias"
    (entry,) = content["checks"]
    assert (entry["expected"], entry["convention"]) == (173, None)


def test_layers_that_do_not_fit_are_remarked_on() -> None:
    layers = [lstm(bidirectional=True), {"type": "linear", "input": 5, "output": 2}]
    text = render([solved(counting(*layers))], "table", View())
    assert "Layer 1 gives 10 numbers, layer 2 takes 5" in text
    assert "Remarks" not in render([solved(counting(*MODEL))], "table", View())


def test_many_layers_and_large_ones_are_counted_exactly() -> None:
    deep = lstm(input=10**9, hidden=10**9, layers=10**6, bidirectional=True)
    exact = 2 * 4 * 10**9 * (2 * 10**9 + (10**6 - 1) * 3 * 10**9)
    assert total(deep)["no-bias"] == exact
    assert check(str(exact), [deep]).verdict == "right"
    assert check(str(exact + 1), [deep]).verdict == "wrong"
    text = render([solved(counting(*MODEL * 30))], "table", View())
    assert "54 + 55 + 45 + 54 + ... + 45" in text


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (counting(), ("layers",), "expected 1 to 100 layers, found 0"),
        (counting(*MODEL * 40), ("layers",), "expected 1 to 100 layers, found 120"),
        (counting({"type": "lsm"}), ("layers", 0, "type"), "found the text 'lsm'"),
        (counting({"input": 3}), ("layers", 0), "expected a mapping with `type: embedding | "),
        (counting("lstm"), ("layers", 0), "expected a mapping with `type:"),  # type: ignore[arg-type]
        (counting(lstm(hidden=0)), ("layers", 0, "hidden"), "expected a whole number from 1"),
        (counting(lstm(input=1.5)), ("layers", 0, "input"), "expected a whole number"),
        (counting(lstm(reset_after=True)), ("layers", 0, "reset_after"), "unknown key"),
        (counting(lstm(projection=5)), ("layers", 0, "projection"), "expected fewer than 5"),
        (
            counting(lstm(type="bidirectional-lstm", bidirectional=False)),
            ("layers", 0, "bidirectional"),
            "expected true, as bidirectional-lstm says; found false",
        ),
        (counting(conv1d(kernel=0)), ("layers", 0, "kernel"), "expected a whole number from 1"),
        (
            counting(conv2d(kernel=[3, 3, 3])),
            ("layers", 0, "kernel"),
            "expected a number or [height, width], found a list of 3",
        ),
        (counting(conv2d(kernel=[3, 0])), ("layers", 0, "kernel", 1), "from 1 to 1000000000"),
        (counting(conv2d(kernel={})), ("layers", 0, "kernel"), "expected a whole number"),
        (counting(MODEL[0], conv1d(channels=5)), ("layers", 1, "channels"), "expected 6, which"),
        (
            counting(heads(heads=5)),
            ("layers", 0, "heads"),
            "expected heads that divide the size, 12; found 5",
        ),
        (counting(distributed(heads(heads=5))), ("layers", 0, "layer", "heads"), "found 5"),
        (counting(distributed(lstm())), ("layers", 0, "layer", "type"), "the text 'lstm'"),
        (
            counting({"type": "attention", "size": 3}),
            ("layers", 0),
            "expected a mapping with `kind: additive | multi-head`",
        ),
        (counting(heads(kind="multi")), ("layers", 0, "kind"), "expected additive or multi-head"),
        (counting(heads(query=3)), ("layers", 0, "query"), "unknown key"),
        (counting({"type": "dropout", "rate": 2}), ("layers", 0, "rate"), "from 0 to 1"),
        ({"kind": "parameter-count", "than": MODEL}, (), "expected the key 'layers', found none"),
        (counting(*MODEL, than=[]), ("than",), "expected 1 to 100 layers, found 0"),
        (counting(*MODEL, than=[heads(heads=5)]), ("than", 0, "heads"), "found 5"),
        (counting(*MODEL, claimed={"difference": 3}), ("claimed", "difference"), "'difference'"),
        (counting(*MODEL, steps=0), ("steps",), "expected a whole number from 1"),
        (counting(*MODEL, convention="two"), ("convention",), "found the text 'two'"),
        (counting(*MODEL, claimed={"total": "many"}), ("claimed", "total"), "the text 'many'"),
        (counting(*MODEL, claimed={"total": [1, 2]}), ("claimed", "total"), "a list of 2"),
        (counting(*MODEL, claimed={"total": ".inf"}), ("claimed", "total"), "an infinite one"),
        (counting(*MODEL, claimed={"sum": 3}), ("claimed", "sum"), "found 'sum'"),
    ],
)
def test_faults(data: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        problem(data)
    (fault,) = [fault for fault in caught.value.faults if fault.path == path]
    assert message in fault.message


# Layers without time, and attention.


@pytest.mark.parametrize(
    ("layer", "weights", "one", "two"),
    [
        (conv1d(), [(3, 6, 8)], [8], []),
        (conv1d(bias=False), [(3, 6, 8)], [], []),
        (conv2d(), [(5, 5, 3, 4)], [4], []),
        (conv2d(kernel=[2, 7]), [(2, 7, 3, 4)], [4], []),
        (norm("layer-norm"), [7], [7], []),
        (norm("batch-norm"), [7], [7], []),
        (norm("batch-norm", bias=False), [7], [], []),
        (additive(), [(3, 5), (4, 5), 5], [5], [5, 1]),
        (additive(bias=False), [(3, 5), (4, 5), 5], [], []),
        (heads(), [(12, 12)] * 4, [12] * 4, []),
        (heads(bias=False), [(12, 12)] * 4, [], []),
        (distributed(norm("layer-norm")), [7], [7], []),
        (distributed(MODEL[2]), [(5, 9)], [9], []),
        ({"type": "dropout", "rate": 0.5}, [], [], []),
        ({"type": "max-pooling", "kernel": [2, 2]}, [], [], []),
        ({"type": "average-pooling"}, [], [], []),
        ({"type": "flatten"}, [], [], []),
    ],
)
def test_a_layer_is_as_many_numbers_as_its_arrays(
    layer: dict[str, Any], weights: list[Any], one: list[Any], two: list[Any]
) -> None:
    by_hand = [sum(np.ones(shape).size for shape in shapes) for shapes in (weights, one, two)]
    assert [*total(layer).values()] == np.cumsum(by_hand).tolist()


@given(
    sizes=st.tuples(*[st.integers(1, 6)] * 4),
    heads=st.integers(1, 5),
    each=st.integers(1, 4),
    bias=st.booleans(),
)
def test_kernels_and_heads_one_by_one(
    sizes: tuple[int, int, int, int], heads: int, each: int, bias: bool
) -> None:
    """Every filter has its own kernel over all channels; every head its own rows."""
    high, wide, channels, filters = sizes
    layer = conv2d(kernel=[high, wide], channels=channels, filters=filters, bias=bias)
    assert total(layer)["two-bias"] == sum(
        np.ones((channels, high, wide)).size + bias for _ in range(filters)
    )
    size = heads * each
    of_a_head = 3 * (np.ones((each, size)).size + bias * each)
    out = size * size + bias * size
    layer = {"type": "attention", "kind": "multi-head", "size": size, "heads": heads, "bias": bias}
    assert total(layer)["one-bias"] == heads * of_a_head + out


def test_moving_means_are_told_beside_the_total() -> None:
    solution = solved(counting(norm("batch-norm"), norm("batch-norm", size=3)))
    assert solution.extras["untrained"] == 20
    assert solution.data["total"]["one-bias"] == 20
    text = " ".join(render([solution], "table", View()).split())
    assert "not trained and not in these totals: 14 + 6 = 20. With them: no-bias 30" in text
    assert "untrained" not in solved(counting(*MODEL)).extras
    assert check(40, [norm("batch-norm", size=10)]).mistake == "untrained-counted"


def test_the_frameworks_of_a_gru_are_named() -> None:
    solution = solved(counting(gru()))
    conventions = solution.extras["conventions"]
    assert "Keras (its GRU with reset_after: false)" in conventions["one-bias"]
    assert "Keras's GRU with reset_after: true, its default today" in conventions["two-bias"]
    assert "PyTorch" in conventions["two-bias"]
    text = " ".join(render([solution], "table", View()).split())
    assert all(meaning in text for meaning in conventions.values())
    assert "reset_after" not in str(solved(counting(lstm())).extras["conventions"])
    after = render([solved(counting(gru(reset_after=True)))], "table", View())
    assert "reset_after: true gives the GRU two biases" in after


def test_weights_are_the_same_at_every_step() -> None:
    text = render([solved(counting(distributed(MODEL[2]), steps=20))], "table", View())
    assert "The same weights are used at every time step: they count once." in text
    assert "Time steps and examples do not count" in text
    assert total(distributed(MODEL[2])) == total(MODEL[2])


@pytest.mark.parametrize(
    ("claimed", "layer", "mistake", "where"),
    [
        (3 * 4 * 12**2, heads(), "heads-counted", "every matrix"),
        (3 * 3 * 12**2 + 12**2, heads(), "heads-counted", "W_Q, W_K and W_V"),
        (3 * 12**2, heads(), "block-omitted", "W_Q of layer 1 (multi-head attention)"),
        (5 * 5 * 4 + 4, conv2d(), "block-omitted", "the factor 3 in W"),
        (5 * 3 * 4 + 4, conv2d(), "block-omitted", "the second direction of the kernel"),
        (3 * 8, conv1d(), "block-omitted", "the factor 6 in W"),
    ],
)
def test_slips_of_one_type(claimed: int, layer: Any, mistake: str, where: str) -> None:
    found = check(claimed, [layer])
    assert found.mistake == mistake
    assert where in found.explanation


def test_the_factor_of_time_may_be_known() -> None:
    """With `steps` or `batch`, even a small network or one without time; no other factor is."""
    steps = check(20 * 240, [lstm()], steps=20)
    assert (steps.verdict, steps.mistake) == ("wrong", "time-steps-counted")
    assert "for each of 20 time steps" in steps.explanation
    batch = check(16 * 54, [MODEL[2]], batch=16)
    assert batch.mistake == "time-steps-counted"
    assert "for each of 16 examples" in batch.explanation
    both = check(20 * 16 * 240, [lstm()], steps=20, batch=16)
    assert "20 time steps and 16 examples" in both.explanation
    assert check(19 * 240, [lstm()], steps=20).mistake is None
    assert check(240, [lstm()], steps=20, batch=16).verdict == "right"


# How many more.

TWO_WAYS = [lstm(bidirectional=True), {"type": "linear", "input": 10, "output": 2}]
ONE_WAY_ONLY = [lstm(), {"type": "linear", "input": 5, "output": 2}]


def more(claimed: Any, symbol: str = "difference", **keys: Any) -> Check:
    data = counting(*TWO_WAYS, than=ONE_WAY_ONLY, claimed={symbol: claimed}, **keys)
    (found,) = marked(data).checks
    return found


def test_how_many_more_in_every_convention() -> None:
    """An LSTM of one direction has 220, 240 or 260; the linear layer 10 more with two."""
    data = solved(counting(*TWO_WAYS, than=ONE_WAY_ONLY)).data
    assert data["difference"] == {"no-bias": 230, "one-bias": 250, "two-bias": 270}
    assert data["total"] == total(*TWO_WAYS)
    assert data["than"] == total(*ONE_WAY_ONLY)
    assert sum(part["parameters"] for part in data["breakdown"]) == 542
    assert sum(part["parameters"] for part in data["than_breakdown"]) == 272
    text = render([solved(counting(*TWO_WAYS, than=ONE_WAY_ONLY))], "table", View())
    assert "502 - 252" in text
    assert "Layer 1 (lstm) of the second list" in text


@given(
    first=st.lists(st.sampled_from([*MODEL, conv1d(), heads()]), min_size=1, max_size=4),
    second=st.lists(st.sampled_from([*MODEL, lstm(), additive()]), min_size=1, max_size=4),
)
def test_the_difference_is_one_of_totals(first: list[Any], second: list[Any]) -> None:
    data = counting(*first, than=second)
    try:
        found = solved(data).data
    except ProblemError:
        assert conv1d() in first  # fed by a layer with other channels
        return
    assert set(found["difference"]) == set(total(*first))
    for convention, number in found["difference"].items():
        assert number == total(*first)[convention] - total(*second)[convention]
        claimed = {"difference": str(number)}
        (right,) = marked({**data, "convention": convention, "claimed": claimed}).checks
        assert (right.verdict, right.extras["convention"]) == ("right", convention)


@pytest.mark.parametrize(
    ("claimed", "convention", "verdict", "mistake", "where"),
    [
        (250, None, "right", None, None),
        (270, "two-bias", "right", None, None),
        (250, "two-bias", "wrong", "one-bias-for-two", "the second bias of every gate"),
        (502, None, "wrong", "another-symbol", "total"),
        (252, "one-bias", "wrong", "another-symbol", "than"),
        (-250, None, "wrong", "sign-error", "the sign"),
        (240, "one-bias", "wrong", "block-omitted", "the difference in layer 2 (linear)"),
        (245, None, "wrong", None, None),
    ],
)
def test_claimed_differences(
    claimed: int, convention: str | None, verdict: str, mistake: str | None, where: str | None
) -> None:
    keys = {"convention": convention} if convention else {}
    found = more(claimed, **keys)
    assert (found.verdict, found.mistake, found.where) == (verdict, mistake, where)


def test_the_second_total_may_be_claimed_too() -> None:
    assert more(252, "than").extras == {"convention": "one-bias"}
    assert more(502, "than").where == "total"
    data = counting(*ONE_WAY_ONLY, than=TWO_WAYS, claimed={"difference": -501})
    (fewer,) = marked(data).checks
    assert (fewer.verdict, fewer.mistake) == ("wrong", None)
    assert more(None).verdict == "unanswered"


def test_layers_side_by_side_and_joined_feed_a_convolution() -> None:
    words = {"type": "embedding", "vocabulary": 9, "size": 6}
    side_by_side = [words, conv1d(), conv1d(kernel=4), conv1d(channels=16)]
    text = render([solved(counting(*side_by_side))], "table", View())
    assert "Layer 2 gives 8 numbers, layer 3 takes 6" in text
    flat = [conv2d(), {"type": "flatten"}, {"type": "linear", "input": 100, "output": 2}]
    assert "Remarks" not in render([solved(counting(*flat))], "table", View())


@pytest.mark.parametrize(("name", "claim"), [("v9", 154), ("v8", 143)])
def test_the_sheets_totals_have_no_biases(name: str, claim: int, lstmhw: Run) -> None:
    result = lstmhw("solve", f"parameter-count-{name}", "--strict", "--format", "json")
    assert result.returncode == 0
    (entry,) = json.loads(result.stdout)["checks"]
    assert (entry["claimed"], entry["verdict"], entry["convention"]) == (claim, "right", "no-bias")


def test_the_shipped_sheets_with_mistakes(lstmhw: Run) -> None:
    result = lstmhw("solve", "parameter-count-conv", "--format", "json")
    (entry,) = json.loads(result.stdout)["checks"]
    assert (entry["mistake"], entry["convention"]) == ("time-steps-counted", None)
    result = lstmhw("solve", "parameter-count-both", "--strict", "--format", "json")
    content = json.loads(result.stdout)
    assert result.returncode == 1
    verdicts = {c["symbol"]: (c["verdict"], c["mistake"]) for c in content["checks"]}
    assert verdicts == {
        "total": ("wrong", "bias-omitted"),
        "than": ("right", None),
        "difference": ("follows", None),
    }


@pytest.mark.oracle
@given(
    name=st.sampled_from(sorted(GATES)),
    sizes=st.tuples(*[st.integers(2, 6)] * 2),
    layers=st.integers(1, 3),
    both=st.booleans(),
    bias=st.booleans(),
    projection=st.integers(0, 1),
)
def test_torch_has_as_many(
    name: str, sizes: tuple[int, int], layers: int, both: bool, bias: bool, projection: int
) -> None:
    import torch

    n, m = sizes
    data = {"input": n, "hidden": m, "layers": layers, "bidirectional": both, "bias": bias}
    options: dict[str, Any] = {"num_layers": layers, "bidirectional": both, "bias": bias}
    if name == "lstm":
        data["projection"] = options["proj_size"] = projection
    layer = getattr(torch.nn, name.upper())(n, m, **options)
    parameters = sum(parameter.numel() for parameter in layer.parameters())
    assert total({**data, "type": name})["two-bias"] == parameters


@pytest.mark.oracle
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("LSTM", {}),
        ("SimpleRNN", {}),
        ("GRU", {"reset_after": True}),
        ("GRU", {"reset_after": False}),
    ],
)
def test_keras_has_as_many(
    name: str,
    options: dict[str, Any],
    both: bool,
    bias: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    layer = getattr(keras.layers, name)(5, use_bias=bias, **options)
    layer = keras.layers.Bidirectional(layer) if both else layer
    layer.build((None, 3, 6))
    kind = {"LSTM": "lstm", "SimpleRNN": "rnn", "GRU": "gru"}[name]
    data = {"type": kind, "input": 6, "hidden": 5, "bidirectional": both, "bias": bias, **options}
    assert total(data)["one-bias"] == layer.count_params()


@pytest.mark.oracle
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), heads=st.integers(1, 4), bias=st.booleans())
def test_torch_has_as_many_without_time(
    sizes: tuple[int, int, int, int], heads: int, bias: bool
) -> None:
    from torch import nn

    high, wide, n, m = sizes
    size = n * heads
    pairs = [
        (conv1d(channels=n, filters=m, kernel=wide, bias=bias), nn.Conv1d(n, m, wide, bias=bias)),
        (
            conv2d(channels=n, filters=m, kernel=[high, wide], bias=bias),
            nn.Conv2d(n, m, (high, wide), bias=bias),
        ),
        (
            {"type": "attention", "kind": "multi-head", "size": size, "heads": heads, "bias": bias},
            nn.MultiheadAttention(size, heads, bias=bias),
        ),
        (norm("layer-norm", size=m, bias=bias), nn.LayerNorm(m, bias=bias)),
        (norm("batch-norm", size=m), nn.BatchNorm1d(m)),
        (gru(input=n, hidden=m), nn.GRU(n, m)),
        ({"type": "linear", "input": n, "output": m, "bias": bias}, nn.Linear(n, m, bias=bias)),
    ]
    for layer, module in pairs:
        assert total(layer)["two-bias"] == sum(p.numel() for p in module.parameters())
    scores = nn.ModuleList([nn.Linear(n, m), nn.Linear(size, m), nn.Linear(m, 1)])
    parameters = sum(p.numel() for p in scores.parameters())
    assert total(additive(query=n, keys=size, hidden=m))["two-bias"] == parameters
    kept = [buffer for buffer in nn.BatchNorm1d(m).buffers() if buffer.ndim]
    untrained = solved(counting(norm("batch-norm", size=m))).extras["untrained"]
    assert untrained == sum(buffer.numel() for buffer in kept)
