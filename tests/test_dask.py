"""The README's lines for a large class, run by a real cluster of Dask on this machine."""

import re
from typing import Any

import pytest
from test_readme import README, blocks

import lstmhw

pytestmark = [
    pytest.mark.oracle,
    # Dask's own: its event loop and its clean-up.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


def sheets(count: int) -> list[dict[str, Any]]:
    """Right, slipped and unreadable answers in turn."""
    answers = ([0.2723, 0.9725], [0.2723, 0.9719], [0.27, "O.97"], None)
    return [{"id": str(k), "claimed": {"h": answers[k % 4], "g": [1, 1]}} for k in range(count)]


def test_a_cluster_gives_the_rows_of_one_process() -> None:
    distributed = pytest.importorskip("distributed")
    _, code = blocks(README, "python")
    few = sheets(90)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0
    )
    with cluster, distributed.Client(cluster) as client:
        names: dict[str, Any] = {"client": client, "sheets": few}
        exec(compile(code, "README.md", "exec"), names)
    expected = list(lstmhw.grade("q2", few))
    assert len({row.score for row in expected}) > 1
    assert any(row.error for row in expected)
    assert list(map(told, names["rows"])) == list(map(told, expected))


def told(row: object) -> str:
    """A row with all its checks; errors count the submissions of their part."""
    return re.sub(r"submissions:\d+", "submissions", repr(row))
