"""A class of five: right, two mistakes, a slip beside what cannot be read, and no answers."""

import json
from pathlib import Path

PROBLEM = """\
kind: lstm-step
title: One step of a cell
x: 1
gates:
  f: {value: 0.5}
  i: {value: 0.25}
  g: {value: 0.75}
  o: {value: 0.4}
c_prev: 2
find: [c, tanh_c, h]
marking: {points: {c_1: 2, tanh_c_1: 1, h_1: 1.5}}
"""  # c_1 = 1.1875, tanh_c_1 = 0.829802, h_1 = 0.331921
CLAIMS = {
    "Ann Lee": {"c": 1.1875, "tanh_c": 0.8298, "h": 0.3319},
    "Bo <b>": {"c": 0.1875, "tanh_c": 0.185333, "h": 0.074133},
    "=Cleo|1": {"c": 1.1875, "tanh_c": 0.8298, "h": 1.2298},
    "Dan Ölçer": {"c": "one", "tanh_c": 0.51234, "h": 0.20493},
    "eve@uni.example": {},
}
NAMES = tuple(CLAIMS)


def lines() -> str:
    """The submissions as lines of JSON."""
    return "".join(json.dumps({"name": n, "claimed": c}) + "\n" for n, c in CLAIMS.items())


def write(folder: Path) -> None:
    """The problem and the submissions, as files."""
    (folder / "p.yaml").write_text(PROBLEM)
    (folder / "class.ndjson").write_text(lines())
