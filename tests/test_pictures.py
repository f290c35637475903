"""Pictures as data against what they show, inside a page, and what `--plot` refuses."""

import sys
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import Run, problem, solved
from hypothesis import given
from hypothesis import strategies as st
from test_problems import PROBLEMS, solve

from lstmhw import handouts, svg
from lstmhw.answering import traced
from lstmhw.picture import (
    MOST_PLACES,
    MOST_TIERS,
    Border,
    Chart,
    HalfPlane,
    Point,
    box,
    segment,
    side,
    tiers,
)
from lstmhw.render import render
from lstmhw.solution import Graph, Solution
from lstmhw.svg.marks import LETTER, WIDTH
from lstmhw.view import View

RNN = {
    "kind": "rnn-step",
    "W_x": [[1], [0.5]],
    "W_h": [[0.1, -0.2], [0.3, 0.4]],
    "b": [0, -0.25],
    "h_prev": [0.5, -0.5],
}
SENTIMENT: dict[str, Any] = {
    "kind": "sentiment-weights",
    "vocabulary": ["bad", "good", "not", "uh"],
    "score": {"good": 1, "bad": -1, "not good": -2, "not bad": 2},
}
SEQUENCE = "not good uh bad not not bad"
FRACTIONS = st.fractions(-4, 4, max_denominator=4)


def chart_of(solution: Solution) -> Chart:
    assert isinstance(solution.picture, Chart)
    return solution.picture


def plane_of(data: dict[str, Any]) -> HalfPlane:
    picture = solved(data).picture
    assert isinstance(picture, HalfPlane)
    return picture


def curves(chart: Chart) -> Mapping[tuple[str, str], tuple[float | None, ...]]:
    """The numbers by the title of the panel and the name of the curve."""
    return {(p.title, c.name): c.values for p in chart.panels for c in p.curves}


def drawing(picture: Chart | HalfPlane) -> ElementTree.Element:
    """The SVG of a picture."""
    (found,) = ElementTree.fromstring("".join(svg.drawn(picture)))
    assert found.tag == "svg"
    return found


def marks(root: ElementTree.Element, kind: str) -> int:
    """How many elements have a class."""
    return sum(kind in element.get("class", "").split() for element in root.iter())


def test_states_over_time_are_those_of_a_second_recurrence() -> None:
    xs = [0.3, -1.0, 2.0, 0.1]
    chart = chart_of(solved({**RNN, "xs": xs}))
    W_x, W_h, b = (np.array(RNN[key]) for key in ("W_x", "W_h", "b"))
    states = [np.array(RNN["h_prev"])]
    for x in xs:
        states.append(np.tanh(W_x[:, 0] * x + W_h @ states[-1] + b))
    assert chart.places == ("0", "1", "2", "3", "4")
    for unit in range(2):
        drawn = curves(chart)["h: hidden state", f"unit {unit + 1}"]
        assert drawn == pytest.approx([state[unit] for state in states])


@pytest.mark.parametrize("name", ["gru", "lstm-lab-handout", "lstm-peephole-coupled", "q2"])
def test_every_curve_is_an_answer(name: str) -> None:
    solution = solve(name)
    chart, compared = chart_of(solution), 0
    for (title, curve), values in curves(chart).items():
        symbol, unit = (title, int(curve.split()[1]) - 1) if "unit" in curve else (curve, 0)
        letter = symbol.partition(":")[0]
        for t, value in zip(chart.places, values, strict=True):
            if value is None:
                assert f"{letter}_{t}" not in solution.answers
            else:
                assert value == np.ravel(solution.answers[f"{letter}_{t}"])[unit]
                compared += 1
    assert compared >= 2 * len(chart.panels)


def test_of_several_layers_and_directions_each_has_its_states() -> None:
    solution = solve("rnn-bidirectional")
    drawn = curves(chart_of(solution))
    names = {title.partition(":")[0] for title, _ in drawn}
    assert names >= {"h", "h@rev"}
    backwards = drawn["h@rev: hidden state, reversed", "unit 1"]
    assert backwards[0] is None
    assert backwards[-1] == solution.answers[f"h_{chart_of(solution).places[-1]}@rev"][0]


def test_of_a_batch_the_first_example_is_drawn_and_the_title_says_so() -> None:
    data = {**RNN, "orientation": "row", "xs": [[[0.3], [9.0]], [[-1.0], [7.0]]]}
    data |= {"W_x": [[1, 0.5]], "h_prev": [[0.5, -0.5], [0, 0]], "W_h": [[0.1, 0.3], [-0.2, 0.4]]}
    alone, batch = chart_of(solved({**RNN, "xs": [0.3, -1.0]})), chart_of(solved(data))
    assert "example 1" in batch.title
    for name, values in curves(alone).items():
        assert curves(batch)[name] == pytest.approx(values)


def test_a_long_run_is_cut_and_the_title_says_so() -> None:
    chart = chart_of(solved({**RNN, "xs": [0.1] * 1000}))
    assert len(chart.places) == MOST_PLACES
    assert f"the first {MOST_PLACES} of 1001" in chart.title
    wide = {"kind": "rnn-step", "xs": [1, 2], "W_x": [[1]] * 20, "W_h": [[0] * 20] * 20}
    assert "units 1 to 8 of 20" in chart_of(solved(wide)).title


@pytest.mark.parametrize("name", ["gradient-flow-lstm", "gradient-flow-scalar"])
def test_norms_are_the_answers_and_under_their_bounds(name: str) -> None:
    solution = solve(name)
    chart = chart_of(solution)
    (panel,) = chart.panels
    norms, bounds = (curve.values for curve in panel.curves)
    assert panel.scale == "log"
    for t, norm, bound in zip(chart.places, norms, bounds, strict=True):
        product = solution.answers[f"P_{t}"]
        m = product.shape[0] // (2 if name.endswith("lstm") else 1)
        largest = np.sqrt(np.linalg.eigvalsh(product[:m, :m].T @ product[:m, :m])[-1])
        assert norm == pytest.approx(float(largest))
        assert norm is not None
        assert bound is not None
        assert norm <= bound * (1 + 1e-12)


def test_a_norm_of_0_has_no_place_on_a_log_scale() -> None:
    data = {"kind": "gradient-flow", "factors": {"w": 0, "slope": 1, "count": 3}}
    assert solved(data).picture is None


def test_the_output_stands_beside_the_rule() -> None:
    solution = traced(problem(SENTIMENT), SEQUENCE)
    drawn = curves(chart_of(solution))
    words, score, scores = SEQUENCE.split(), 0, []
    for before, word in pairwise(["", *words]):
        score += SENTIMENT["score"].get(word, 0) + SENTIMENT["score"].get(f"{before} {word}", 0)
        scores.append(score)
    beside = "the output beside the rule"
    assert chart_of(solution).places == tuple(words)
    assert drawn[beside, "due by the rule"] == tuple(scores)
    assert drawn[beside, "output"] == pytest.approx(scores, abs=0.5)


def test_a_rule_is_drawn_beside_the_output_of_a_network() -> None:
    drawn = curves(chart_of(solve("rule-parity")))
    beside = "the output beside the rule"
    assert drawn[beside, "due by the rule"] == drawn[beside, "output"]
    assert set(drawn[beside, "due by the rule"]) == {0, 1}


@given(
    st.lists(st.tuples(FRACTIONS, st.integers(0, 1)), min_size=1, max_size=8),
    st.sampled_from([">", ">="]),
)
def test_every_point_is_on_the_side_that_is_asked(
    steps: list[tuple[Fraction, int]], threshold: str
) -> None:
    inputs, outputs = [str(x) for x, _ in steps], [s for _, s in steps]
    data = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs, "threshold": threshold}
    plane = plane_of(data)
    wanted = {(x, b, s) for (x, s), b in zip(steps, [0, *outputs], strict=False)}
    assert {(p.x, p.state, p.asked) for p in plane.points} == wanted
    assert plane.step_of_0 == (threshold == ">=")
    if not plane.borders:  # then those that contradict are marked, and have to be told apart
        assert {p.asked for p in plane.points if p.contradicts} == {0, 1}
        return
    (answer,) = plane.borders
    for point in plane.points:
        z = answer.w1 * point.x + answer.w2 * point.state + answer.b
        assert (z > 0 or (z == 0 and plane.step_of_0 == 1)) == bool(point.asked)
        assert not point.contradicts


def test_claimed_weights_are_a_second_border() -> None:
    claim = {"w1": 1, "w2": 2, "b": -1}
    data = {"kind": "step-rnn", "inputs": [0, 1, 0], "outputs": [0, 1, 1], "claimed": claim}
    answer, claimed = plane_of(data).borders
    assert answer.name == "answer"
    assert claimed == Border("claimed", Fraction(1), Fraction(2), Fraction(-1))


def test_what_contradicts_is_marked() -> None:
    """Parity, of which all four demands are needed for the contradiction, and a step repeated."""
    data = {"kind": "step-rnn", "inputs": [0, 1, 0, 1, 0], "outputs": [0, 1, 1, 0, 0]}
    plane = plane_of(data)
    assert plane.borders == ()
    assert {(int(p.x), p.state): (p.asked, p.times) for p in plane.points if p.contradicts} == {
        (0, 0): (0, "t = 1, 5"),
        (1, 0): (1, "t = 2"),
        (0, 1): (1, "t = 3"),
        (1, 1): (0, "t = 4"),
    }


def test_points_of_the_same_place_have_one_mark_with_their_time_steps() -> None:
    data = {"kind": "step-rnn", "inputs": [0] * 6, "outputs": [0] * 6}
    (point,) = plane_of(data).points
    assert point.times == "t = 1, 2, 3, ..."


def test_there_is_no_plane_for_vectors() -> None:
    data = {"kind": "step-rnn", "inputs": [[0, 1], [1, 0]], "outputs": [0, 1]}
    assert solved(data).picture is None


@given(FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS)
def test_the_shaded_side_is_where_z_is_not_negative(
    w1: Fraction, w2: Fraction, b: Fraction, x: Fraction, s: Fraction
) -> None:
    border = Border("answer", w1, w2, b)
    point = Point(Fraction(0), 0, 1, "t = 1", False)
    shown = box(HalfPlane("", (point, point._replace(x=Fraction(2))), (border,), 0))
    corners = side(border, shown, step_of_0=0)
    assert all(border.z(*corner) >= 0 for corner in corners)
    assert all(border.z(*c) <= 0 or c in corners for c in shown.corners)
    if shown.left <= x <= shown.right and shown.low <= s <= shown.high and border.z(x, s) > 0:
        assert _is_inside((x, s), corners)
    ends = segment(border, shown)
    if ends is not None:
        for end_x, end_s in ends:
            assert border.z(end_x, end_s) == 0
            assert end_x in (shown.left, shown.right) or end_s in (shown.low, shown.high)


@pytest.mark.parametrize(
    ("b", "step_of_0", "is_one"), [(1, 0, True), (0, 0, False), (0, 1, True), (-1, 1, False)]
)
def test_without_a_line_the_unit_is_the_same_everywhere(
    b: int, step_of_0: int, is_one: bool
) -> None:
    border = Border("answer", Fraction(0), Fraction(0), Fraction(b))
    shown = box(HalfPlane("", (Point(Fraction(0), 0, 1, "t = 1", False),), (border,), step_of_0))
    assert segment(border, shown) is None
    assert side(border, shown, step_of_0) == (shown.corners if is_one else ())


def _is_inside(spot: tuple[Fraction, Fraction], corners: Any) -> bool:
    """Whether a spot is in a convex polygon, whose corners go round against the clock."""
    x, s = spot
    edges = pairwise((*corners, corners[0]))
    return all(
        (to_x - at_x) * (s - at_s) - (to_s - at_s) * (x - at_x) >= 0
        for (at_x, at_s), (to_x, to_s) in edges
    )


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9))))
def test_labels_of_a_tier_do_not_overlap(found: list[tuple[int, int]]) -> None:
    spans = [(float(start), float(start + size)) for start, size in sorted(found)]
    ends: dict[int, float] = {}
    for (start, end), tier in zip(spans, tiers(spans), strict=True):
        if tier is None:
            assert len(ends) == MOST_TIERS
            assert all(taken >= start for taken in ends.values())
        else:
            assert ends.get(tier, -inf) < start
            ends[tier] = end


def test_a_chart_has_a_mark_for_each_number_and_one_in_the_legend() -> None:
    root = drawing(chart_of(solved({**RNN, "xs": [0.3, -1.0, 2.0, 0.1]})))
    assert marks(root, "mark") == 2 * 5 + 2
    assert marks(root, "curve") == 2 + 2
    assert len({e.get("stroke-dasharray") for e in root.iter() if e.get("class") == "curve"}) == 2


def test_a_plane_has_a_mark_for_each_point() -> None:
    data = {"kind": "step-rnn", "inputs": [0, 1, 0], "outputs": [0, 1, 1]}
    for threshold, dashes in ((">", {"7 5"}), (">=", {None})):
        root = drawing(plane_of({**data, "threshold": threshold}))
        assert marks(root, "point") == 3
        assert marks(root, "side") == 2
        borders = [e for e in root.iter() if "border" in e.get("class", "")]
        assert {e.get("stroke-dasharray") for e in borders} == dashes


def _drawn() -> list[Chart | HalfPlane]:
    xs = {"xs": [0.1 * k for k in range(80)]}
    inputs = {"inputs": [k * 7 % 23 for k in range(40)]}
    step = {"kind": "step-rnn", **inputs, "outputs": [int(k * 7 % 23 > 11) for k in range(40)]}
    words = {**SENTIMENT, "sequence": " ".join(SEQUENCE.split() * 12)}
    return [chart_of(solved({**RNN, **xs})), plane_of(step), chart_of(solved(words))]


@pytest.mark.parametrize("picture", _drawn(), ids=["80 steps", "40 inputs", "84 words"])
def test_no_text_overlaps_another_or_leaves_the_picture(picture: Chart | HalfPlane) -> None:
    root = drawing(picture)
    by_line: dict[str, list[tuple[float, float]]] = {}
    for element in root.findall("text"):
        x, size = float(element.get("x", "")), (LETTER - 1) * len(element.text or "")
        kind = element.get("class", "").split()
        start = x if "start" in kind else x - size if "end" in kind else x - size / 2
        by_line.setdefault(element.get("y", ""), []).append((start, start + size))
    turned = [e.get("transform", "") for e in root.iter("g")]
    assert all(abs(_x(a) - _x(b)) >= 12 for a, b in pairwise(turned))
    for spans in by_line.values():
        spans.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        assert spans[0][0] >= 0
        assert spans[-1][1] <= WIDTH


def _x(transform: str) -> float:
    return float(transform.removeprefix("translate(").split()[0])


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_picture_in_a_page_is_told_and_has_no_colours_of_its_own(name: str) -> None:
    solution = solve(name)
    page = render([solution], "html", View())
    picture = solution.picture
    if not isinstance(picture, Chart | HalfPlane) or solution.only_step is not None:
        assert "<h2>Picture</h2>" not in page
        return
    assert page.count("<h2>Picture</h2>") == 1
    root = drawing(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label", "").startswith(picture.title)
    assert picture.title in [text.text for text in root.iter("text")]
    used = {name for element in root.iter() for name in element.attrib}
    assert not used & {"fill", "stroke", "style", "href", "font-family"}
    assert "nan" not in "".join(svg.drawn(picture))


def test_a_graph_is_not_shown_twice() -> None:
    solution = solve("lstm-gradient")
    assert isinstance(solution.picture, Graph)
    assert render([solution], "html", View()).count("<svg") == 1


def test_sheets_to_fill_in_and_short_pages_have_no_picture() -> None:
    solution = solved({**RNN, "xs": [0.3, -1.0]})
    assert solution.picture is not None
    assert handouts.blank(solution).picture is None
    assert handouts.short(solution).picture is None


def test_the_marks_of_a_sheet_have_no_picture(lstmhw: Run) -> None:
    text = "kind: rnn-step\nxs: [1, 2]\nW_x: [[1]]\nW_h: [[1]]\nclaimed: {h_2: 0.5}\n"
    done = lstmhw("check", "-", "--format", "html", stdin=text)
    assert done.returncode == 1
    assert "<svg" not in done.stdout


@pytest.mark.parametrize("path", ["q2.gif", "q2", "png", "q2.png.txt"])
def test_a_wrong_suffix_is_told_before_anything_is_read(lstmhw: Run, path: str) -> None:
    done = lstmhw("solve", "no-such-problem", "--plot", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected a name that ends in .png, .svg or .pdf" in done.stderr
    assert "no-such-problem" not in done.stderr


def test_without_matplotlib_it_is_said_what_to_install(
    lstmhw: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    target = tmp_path / "q2.png"
    for command in (["solve", "q2"], ["trace"], ["check-feasible", "step-rnn-a"]):
        done = lstmhw(*command, "--plot", str(target))
        assert (done.returncode, done.stdout) == (2, "")
        assert "pip install 'lstmhw[plot]'" in done.stderr
        assert not target.exists()
    assert lstmhw("solve", "q2").returncode == 0


@pytest.fixture
def _plot_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were a matplotlib: these are refused before it is asked for anything."""
    monkeypatch.setattr("lstmhw.plot.is_installed", lambda: True)


@pytest.mark.usefixtures("_plot_possible")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve", "q1", "q2"], "expected one problem for one picture, found 2"),
        (["check-feasible"], "expected one problem for one picture, found 2"),
        (["solve", "q2", "--blank"], "--blank has no answers"),
        (["solve", "parameter-count-v8"], "there is no picture of this parameter-count problem"),
    ],
)
def test_what_has_no_picture_is_refused_and_nothing_is_printed(
    lstmhw: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    target = tmp_path / "picture.svg"
    done = lstmhw(*arguments, "--plot", str(target))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not target.exists()


@pytest.mark.usefixtures("_plot_possible")
def test_the_picture_is_not_written_over_the_answer(lstmhw: Run, tmp_path: Path) -> None:
    target = str(tmp_path / "q2.svg")
    done = lstmhw("solve", "q2", "--plot", target, "-o", target)
    assert done.returncode == 2
    assert "is where the answer goes" in done.stderr
    assert list(tmp_path.iterdir()) == []
