"""The floors: a room imports only from floors below its own, and libraries stay in their rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "lstmhw"
FLOORS = {
    "": 0,  # the version
    "faults": 0,
    "functions": 0,
    "automaton": 0,
    "feasibility": 0,
    "counting": 0,
    "numerals": 1,
    "spread": 1,
    "expr": 1,
    "cells": 1,
    "interval": 1,
    "backward": 2,
    "parameters": 2,
    "solution": 2,
    "notation": 2,
    "formula": 2,
    "problem": 3,
    "view": 3,
    "equations": 3,
    "mistakes": 3,
    "recurrent": 4,
    "rules": 4,
    "threshold": 4,
    "render": 4,
    "kinds": 5,
    "reading": 6,
    "marking": 6,
    "export": 6,
    "grading": 7,
    "cli": 8,
    "__main__": 9,
}
LIBRARIES = {
    "click": {"cli"},
    "rich": {"render", "cli"},  # the front door has the progress bar
    "yaml": {"reading"},
    "numpy": {
        "functions",
        "interval",
        "rules",
        "threshold",
        "expr",
        "formula",
        "solution",
        "view",
        "recurrent",
        "kinds",
        "reading",
        "marking",
        "mistakes",
        "spread",
        "render",
        "parameters",
        "export",
        "equations",
    },
}
RELATIVE = "<relative>"
NEIGHBOURS = {"kinds", "render", "export"}  # their modules know the package, not each other


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module by its name inside the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "lstmhw":
            yield from (f"lstmhw.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom):
            yield f"{RELATIVE}.{node.module}"


def offences(name: str, tree: ast.Module) -> Iterator[str]:
    """What in a module's imports breaks the rules."""
    room = name.partition(".")[0]
    for imported in imports(tree):
        top, _, inner = imported.partition(".")
        if top == RELATIVE:
            yield f"{name} imports {inner} by a relative path"
        target = inner.partition(".")[0]
        if top in LIBRARIES and room not in LIBRARIES[top]:
            yield f"{name} imports {top}, which stays in {', '.join(sorted(LIBRARIES[top]))}"
        if top != "lstmhw" or target == "__version__":
            continue
        if target != room and FLOORS[target] >= FLOORS[room]:
            yield f"{name} (floor {FLOORS[room]}) imports {inner} (floor {FLOORS[target]})"
        if target == room and room in NEIGHBOURS and inner != room:
            yield f"{name} imports its neighbour {inner}"


def test_every_module_keeps_to_its_floor() -> None:
    found = [offence for name, tree in modules() for offence in offences(name, tree)]
    assert found == []


def test_every_room_has_a_floor() -> None:
    assert {name.partition(".")[0] for name, _ in modules()} == set(FLOORS)


@pytest.mark.parametrize(
    ("name", "line", "offence"),
    [
        ("functions", "from lstmhw.expr import Expr", "functions (floor 0) imports expr (floor 1)"),
        (
            "kinds.a",
            "from lstmhw.marking import Marker",
            "kinds.a (floor 5) imports marking (floor 6)",
        ),
        ("kinds.a", "from lstmhw.kinds.b import x", "kinds.a imports its neighbour kinds.b"),
        ("render.a", "import lstmhw.render.b", "render.a imports its neighbour render.b"),
        ("marking", "import rich.table", "marking imports rich, which stays in cli, render"),
        ("cli", "import numpy as np", "cli imports numpy"),
        ("faults", "from ..lstmhw.cli import main", "faults imports lstmhw.cli by a relative path"),
        ("view", "def f():\n    from lstmhw import cli", "view (floor 3) imports cli (floor 8)"),
    ],
)
def test_offenders_are_named(name: str, line: str, offence: str) -> None:
    (found,) = offences(name, ast.parse(line))
    assert found.startswith(offence)


def test_every_format_framework_and_kind_is_one_module() -> None:
    from lstmhw.export import FRAMEWORKS
    from lstmhw.kinds import KINDS, record_of
    from lstmhw.render import FORMATS

    def stems(room: str) -> set[str]:
        return {path.stem for path in Path(PACKAGE / room).glob("*.py")} - {"__init__"}

    assert stems("kinds") == {kind.replace("-", "_") for kind in KINDS}
    assert stems("render") == set(FORMATS)
    assert stems("export") == set(FRAMEWORKS)
    assert all(record_of(kind).kind == kind for kind in KINDS)
