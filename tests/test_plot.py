"""Pictures as files: `pytest -m oracle`, where matplotlib is installed."""

import io
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import Run, solved
from test_problems import PROBLEMS, solve

from lstmhw.picture import Chart, HalfPlane
from lstmhw.solution import Solution

pytestmark = pytest.mark.oracle
matplotlib = pytest.importorskip("matplotlib")

BEGINNINGS = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}


def drawn(solution: Solution, suffix: str) -> bytes:
    from lstmhw import plot

    assert solution.picture is not None
    return plot.drawn(solution.picture, suffix)


IN_EVERY_FORMAT = ("q2", "step-rnn-a", "gradient-flow-scalar", "lstm-gradient", "gru")


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_picture_is_drawn_the_same_each_time(name: str) -> None:
    solution = solve(name)
    if solution.picture is None:
        assert solution.kind == "parameter-count"
        return
    for suffix in BEGINNINGS if name in IN_EVERY_FORMAT else (".svg",):
        picture = drawn(solution, suffix)
        assert picture.startswith(BEGINNINGS[suffix])
        assert drawn(solution, suffix) == picture
        assert not re.search(rb"CreationDate|<dc:date>|Software", picture)
    root = ElementTree.fromstring(drawn(solution, ".svg"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))  # letters are paths
    links = {value for e in root.iter() for key, value in e.items() if key.endswith("href")}
    assert all(link.startswith("#") for link in links)


def test_the_users_own_settings_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    solution = solve("lstm-two-layers")
    usual = drawn(solution, ".svg")
    for name, value in {"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}.items():
        monkeypatch.setitem(matplotlib.rcParams, name, value)
    assert drawn(solution, ".svg") == usual
    assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize("name", ["gru", "gradient-flow-lstm", "sentiment-six-units"])
def test_the_lines_of_a_figure_are_the_curves(name: str) -> None:
    from lstmhw.plot import charts

    picture = solve(name).picture
    assert isinstance(picture, Chart)
    figure = charts.figure(picture)
    for axes, panel in zip(figure.axes, picture.panels, strict=True):
        assert axes.get_yscale() == panel.scale
        for line, curve in zip(axes.get_lines(), panel.curves, strict=True):
            wanted = [np.nan if value is None else value for value in curve.values]
            np.testing.assert_array_equal(line.get_ydata(), wanted)
        styles = [(line.get_marker(), str(line.get_linestyle())) for line in axes.get_lines()]
        assert len({marker for marker, _ in styles}) == len(styles)


@pytest.mark.parametrize(("threshold", "style"), [(">", "--"), (">=", "-")])
def test_an_open_border_is_dashed_and_a_closed_one_is_not(threshold: str, style: str) -> None:
    from lstmhw.plot import plane

    data = {"kind": "step-rnn", "inputs": [0, 1, 0], "outputs": [0, 1, 1], "threshold": threshold}
    picture = solved(data).picture
    assert isinstance(picture, HalfPlane)
    (axes,) = plane.figure(picture).axes
    border, *points = axes.get_lines()
    assert border.get_linestyle() == style
    assert len(points) == len(picture.points)
    answer = picture.borders[0]
    for x, s in np.asarray(border.get_xydata(), dtype=np.float64).tolist():
        assert float(answer.w1) * x + float(answer.w2) * s + float(answer.b) == pytest.approx(0)


@pytest.mark.parametrize("values", [[1e-300, 2e-300], [1e99, -1e99], [5, 5]])
def test_numbers_of_any_size_are_drawn(values: list[float]) -> None:
    data = {"kind": "rnn-step", "xs": values, "W_x": [[1]], "W_h": [[0]], "activation": "identity"}
    assert drawn(solved(data), ".png").startswith(BEGINNINGS[".png"])


def test_words_may_be_any_letters() -> None:
    data: dict[str, Any] = {"kind": "sentiment-weights", "sequence": "$a b$ 好 \\frac{"}
    data |= {"vocabulary": ["$a", "b$", "好", "\\frac{"], "score": {"$a": 1, "b$": -1}}
    assert drawn(solved(data), ".pdf").startswith(BEGINNINGS[".pdf"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "q2"],
        ["solve", "q2", "--short", "--format", "html"],
        ["trace", "--sequence", "not good uh"],
        ["check-feasible", "step-rnn-b", "--format", "json"],
        ["check-feasible", "--inputs", "0,1,1", "--outputs", "0,1,0"],
    ],
)
def test_the_answer_is_printed_as_without_a_picture(
    lstmhw: Run, tmp_path: Path, arguments: list[str]
) -> None:
    usual = lstmhw(*arguments)
    done = lstmhw(*arguments, "--plot", "picture.PNG")
    assert (done.returncode, done.stdout, done.stderr) == (0, usual.stdout, "")
    assert (tmp_path / "picture.PNG").read_bytes().startswith(BEGINNINGS[".png"])
    assert os.listdir(tmp_path) == ["picture.PNG"]


def test_a_picture_is_drawn_anew_over_an_older_one(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "p.svg").write_bytes(b"older")
    done = lstmhw("check-feasible", "--inputs", "0,1", "--outputs", "0,1", "--plot", "p.svg")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "p.svg").read_bytes().startswith(BEGINNINGS[".svg"])


def test_where_there_is_no_folder_nothing_is_printed(lstmhw: Run) -> None:
    done = lstmhw("solve", "q2", "--plot", "nowhere/q2.png")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "nowhere/q2.png: error: no such file or directory\n"


def test_a_refused_answer_leaves_an_older_picture(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("kind: rnn-step\nx: [1]\nW_x: [[1, 2]]\nW_h: [[1]]\n")
    (tmp_path / "p.png").write_bytes(b"older")
    assert lstmhw("solve", "p.yaml", "--plot", "p.png").returncode == 2
    assert (tmp_path / "p.png").read_bytes() == b"older"


def test_in_grey_the_marks_of_a_plane_differ_by_shape() -> None:
    from matplotlib.image import imread

    pixels = imread(io.BytesIO(drawn(solve("step-rnn-a"), ".png")))[..., :3]
    assert float(np.ptp(pixels, axis=-1).max()) < 0.01  # it is grey as it is
