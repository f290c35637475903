"""The README's Python in a notebook, executed by Jupyter's own kernel."""

import pytest
from test_readme import README, blocks

from lstmhw import solve

pytestmark = pytest.mark.oracle


def test_a_notebook_shows_pages() -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    code, _ = blocks(README, "python")
    cells = [code, "solution", "marks"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert {output.name for output in outputs[0]} == {"stdout"}
    assert "[0.27228403 0.97247811]" in "".join(output.text for output in outputs[0])
    (solution,) = outputs[1]
    assert solution.data["text/html"] == solve("q2")._repr_html_()
    (marks,) = outputs[2]
    assert "right" in marks.data["text/html"]
