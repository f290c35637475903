"""The pages in a real browser: `pytest -m browser`, where there is one to run."""

import html
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import solved
from test_problems import PROBLEMS, solve

import lstmhw
from lstmhw.render import render
from lstmhw.solution import Solution
from lstmhw.view import View

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PDFTOTEXT = shutil.which("pdftotext")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH"),
]

WIDTHS = (390, 900, 1400)
LEAST_CONTRAST = 4.5  # WCAG 2.1, AA
WIDE = {
    "kind": "rnn-step",
    "title": "Many units with long numbers",
    "x": [1 / 7 + k for k in range(30)],
    "W_x": [[1 / (3 + k + row) for k in range(30)] for row in range(3)],
    "W_h": [[-100 / 3] * 3] * 3,
    "h_prev": [-0.123456789, 0.23456789, 1],
    "activation": "softmax",
}

ON_PAPER = (
    "q2",
    "attention-scaled-dot",
    "gradient-flow-lstm",
    "lstm-gradient-bptt",
    "lstm-two-layers",
    "parameter-count-conv",
    "rnn-characters",
    "rule-parity",
    "sentiment-six-units",
    "step-rnn-b",
)

# Loads each page in a frame of each width and writes down what it finds there, as JSON.
HARNESS = """<!DOCTYPE html>
<meta charset="utf-8">
<body style="margin: 0">
<script>
const pages = %s, widths = %s;
const channels = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
const luminance = color => {
  const [r, g, b] = channels(color).map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const measured = (page, width) => {
  const frame = document.createElement("iframe");
  frame.style = `border: 0; height: 800px; width: ${width}px`;
  document.body.append(frame);
  frame.contentDocument.write(page);
  frame.contentDocument.close();
  const root = frame.contentDocument, view = frame.contentWindow;
  const paper = view.getComputedStyle(root.body).backgroundColor;
  const found = {width, outside: [], scrolled: [], seen: [], faint: [], paper};
  found.page = root.documentElement.scrollWidth;
  const walk = root.createTreeWalker(root.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), parent = walk.currentNode.parentElement;
    if (!text || parent.closest(".aloud")) continue;
    const range = root.createRange();
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect(), scroller = parent.closest(".scroll");
    found.seen.push(text);
    if (box.width === 0 || box.left < 0 || (box.right > width + 1 && !scroller))
      found.outside.push(text);
    if (box.right > width + 1) found.scrolled.push(text);
    if (contrast(view.getComputedStyle(parent).color, paper) < %s) found.faint.push(text);
  }
  found.clipping = [...root.querySelectorAll("main *")].filter(element =>
    element.scrollWidth > element.clientWidth + 1 && !element.closest(".aloud")
    && ["hidden", "clip"].includes(view.getComputedStyle(element).overflowX)).length;
  frame.remove();
  return found;
};
const found = pages.map(page => widths.map(width => measured(page, width)));
const answer = document.createElement("pre");
answer.textContent = JSON.stringify(found);
document.body.replaceChildren(answer);
</script>
"""


def chromium(folder: Path, *arguments: str) -> str:
    """What chromium prints; no name of a host leads anywhere."""
    assert CHROMIUM is not None
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"]
    quiet = ["--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/user"]
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    command = [CHROMIUM, *quiet, *root, *offline, *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


@cache
def everything() -> list[Solution]:
    return [*map(solve, PROBLEMS), solved(WIDE)]


def on_paper() -> list[Solution]:
    return [*map(solve, ON_PAPER), solved(WIDE)]


def measurements(folder: Path, pages: list[str], *arguments: str) -> list[list[dict[str, Any]]]:
    """For each page, what is found in it at each width."""
    content = json.dumps(pages).replace("</", r"<\/")
    (folder / "all.html").write_text(HARNESS % (content, list(WIDTHS), LEAST_CONTRAST))
    text = chromium(folder, *arguments, "--dump-dom", f"file://{folder}/all.html")
    answer = re.search(r"<pre>(.*)</pre>", text, re.DOTALL)
    assert answer is not None
    found: list[list[dict[str, Any]]] = json.loads(html.unescape(answer[1]))
    return found


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, Any]]]:
    pages = [render([solution], "html", View()) for solution in everything()]
    return measurements(tmp_path_factory.mktemp("light"), pages)


def numbers(text: str) -> Counter[str]:
    """The decimal numbers of a text, whatever minus signs are in it."""
    return Counter(re.findall(r"\d+\.\d+", text))


def test_nothing_is_cut_off_at_any_width(light: list[list[dict[str, Any]]]) -> None:
    assert len(light) == len(PROBLEMS) + 1
    for page in light:
        assert [found["width"] for found in page] == list(WIDTHS)
        for found in page:
            assert found["page"] <= found["width"]
            assert found["outside"] == []
            assert found["clipping"] == 0


def test_only_a_narrow_screen_has_to_scroll(light: list[list[dict[str, Any]]]) -> None:
    scrolled = [found["scrolled"] for page in light for found in page if found["width"] > 390]
    assert scrolled == [[]] * (2 * len(light))


def test_every_number_of_the_terminal_is_on_the_page(light: list[list[dict[str, Any]]]) -> None:
    for solution, page in zip(everything(), light, strict=True):
        wanted = numbers(render([solution], "table", View()))
        for found in page:
            assert wanted - numbers(" ".join(found["seen"])) == Counter()


def test_light_and_dark_are_both_legible(light: list[list[dict[str, Any]]], tmp_path: Path) -> None:
    names = ("q2", "step-rnn-b", "sentiment-six-units")
    pages = [render([solve(name)], "html", View()) for name in names]
    dark = measurements(tmp_path, pages, "--force-dark-mode")
    assert {found["paper"] for page in light for found in page} == {"rgb(255, 255, 255)"}
    assert {found["paper"] for page in dark for found in page} == {"rgb(22, 24, 27)"}
    assert [found["faint"] for page in (*light, *dark) for found in page if found["faint"]] == []


def test_the_text_of_a_formula_stands_where_mathml_is_unknown(tmp_path: Path) -> None:
    """An unknown element is a line of text; the style sheet puts the alternative in its place."""
    page = render([solve("q2")], "html", View())
    known, unknown = "@supports not (math-style: normal)", "@supports (math-style: normal)"
    assert page.count(known) == 1
    page = page.replace(known, f"math, math * {{ display: inline }} {unknown}")
    script = """<script>document.title = [...document.querySelectorAll("math")].map(math => [
      getComputedStyle(math, "::after").content, math.innerText,
      math.getBoundingClientRect().width > 0]).join("|")</script></body>"""
    (tmp_path / "q2.html").write_text(page.replace("</body>", script))
    text = chromium(tmp_path, "--dump-dom", f"file://{tmp_path}/q2.html")
    titles = re.findall("<title>(.*?)</title>", text, re.DOTALL)
    shown = html.unescape(titles[0]).split("|")
    texts = re.findall(r'<math alttext="(.*?)"', page)
    assert shown == [f'"{html.unescape(each)}",,true' for each in texts]
    assert " ".join(texts).count("z_g_2 = W_g [h_1; x_2] + b_g") == 1


def test_a_page_in_a_notebook_keeps_its_style_to_itself(tmp_path: Path) -> None:
    """What is around it looks as without it, and the page itself as it does alone."""
    seen = """<script>const seen = document.querySelectorAll("body, h2, table, .wrong");
      document.title = [...seen].map(each => getComputedStyle(each)).map(style => [style.fontFamily,
        style.margin, style.color, style.backgroundColor, style.borderCollapse].join("/")
      ).join("|")</script>"""

    def looks(name: str, before: str, inside: str) -> list[str]:
        page = f"<!DOCTYPE html><title></title><body>{before}{inside}{seen}"
        (tmp_path / name).write_text(page)
        text = chromium(tmp_path, "--dump-dom", f"file://{tmp_path}/{name}")
        return html.unescape(re.findall("<title>(.*?)</title>", text)[0]).split("|")

    around = "<h2>A notebook</h2><table><tr><td>1</table>"
    inside = lstmhw.solve("q2")._repr_html_()
    page = lstmhw.solve("q2").render("html")
    alone = looks("alone.html", "", page[page.index("<style>") :].replace("</head>", ""))
    together = looks("together.html", around, inside)
    assert together[:3] == looks("around.html", around, "")
    assert len(alone) > 9
    assert together[3:] == alone[1:]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for A4."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "all.html").write_text(render(on_paper(), "html", View()))
    paper = ["--no-pdf-header-footer", f"--print-to-pdf={folder}/all.pdf"]
    chromium(folder, *paper, f"file://{folder}/all.html")
    return folder


def text_of(pdf: Path, *arguments: str) -> str:
    assert PDFTOTEXT is not None
    command = [PDFTOTEXT, *arguments, str(pdf), "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.mark.skipif(PDFTOTEXT is None, reason="there is no pdftotext on PATH")
def test_every_number_is_on_paper(printed: Path) -> None:
    text = numbers(text_of(printed / "all.pdf"))
    wanted = numbers(render(on_paper(), "table", View()))
    assert wanted.total() > 1000
    assert wanted - text == Counter()


@pytest.mark.skipif(PDFTOTEXT is None, reason="there is no pdftotext on PATH")
def test_the_paper_is_a4_and_nothing_is_made_smaller_or_stands_beside_it(printed: Path) -> None:
    boxes = text_of(printed / "all.pdf", "-bbox")
    (size,) = set(re.findall(r'<page width="(.*?)" height="(.*?)"', boxes))
    assert tuple(map(float, size)) == pytest.approx((595, 842), abs=1)  # in points
    assert max(float(x) for x in re.findall(r'xMax="(.*?)"', boxes)) < 595 - 40
    (top, bottom), *_ = re.findall(r'yMin="(.*?)" xMax=".*?" yMax="(.*?)">Solutions<', boxes)
    assert float(bottom) - float(top) > 15


def requested(folder: Path, page: str) -> list[str]:
    """What a page asks for when it is opened, whether it gets it or not."""
    script = """<script>addEventListener("load", () => { document.title =
      performance.getEntriesByType("resource").map(entry => entry.name).join(" "); })</script>"""
    (folder / "page.html").write_text(page.replace("</head>", f"{script}</head>"))
    text = chromium(folder, "--dump-dom", f"file://{folder}/page.html")
    (title, *_) = re.findall("<title>(.*?)</title>", text, re.DOTALL)
    return str(title).split()


def test_a_page_asks_for_nothing(tmp_path: Path) -> None:
    page = render([solve("q2"), solve("sentiment-six-units")], "html", View())
    assert requested(tmp_path, page) == []
    picture = "http://nowhere.invalid/picture.png"
    assert requested(tmp_path, page.replace("<main>", f'<main><img src="{picture}">')) == [picture]
