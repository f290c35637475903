"""The floors: a room imports only from floors below its own, and libraries stay in their rooms."""

import ast
from collections.abc import Collection, Container, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "lstmhw"
FLOORS = {
    "faults": 0,
    "functions": 0,
    "feasibility": 0,
    "spellings": 0,
    "picture": 0,
    "numerals": 1,
    "redrawing": 2,
    "glossary": 1,
    "charts": 1,
    "expr": 1,
    "solution": 2,
    "notation": 2,
    "formula": 2,
    "algebra": 2,
    "graph": 3,
    "handwritten": 3,
    "problem": 3,
    "adjoint": 3,
    "printed": 3,
    "mistakes": 3,
    "cells": 4,
    "counting": 4,
    "view": 4,
    "svg": 4,
    "plot": 5,
    "render": 5,
    "parameters": 5,
    "handouts": 5,
    "rules": 5,
    "threshold": 6,
    "recurrent": 6,
    "gradient": 7,
    "flow": 7,
    "imitation": 7,
    "equations": 8,
    "kinds": 8,
    "reading": 9,
    "marking": 9,
    "grading": 11,
    "varying": 10,
    "practice": 11,
    "answering": 10,
    "explanation": 10,
    "export": 12,
    "api": 13,
    "sheets": 13,
    "cli": 14,
    "__main__": 15,
    "": 15,  # imports what it gives only when that is asked for
}
LIBRARIES = {
    "click": {"cli"},
    "rich": {"render", "cli"},  # the front door has the progress bar
    "yaml": {"reading"},
    "matplotlib": {"plot"},
    "numpy": {
        "functions",
        "expr",
        "formula",
        "algebra",
        "handwritten",
        "solution",
        "printed",
        "adjoint",
        "cells",
        "parameters",
        "recurrent",
        "gradient",
        "flow",
        "imitation",
        "rules",
        "threshold",
        "kinds",
        "view",
        "varying",
        "charts",
        "api",
        "render",
        "reading",
        "marking",
        "mistakes",
        "export",
    },
}
RELATIVE = "<relative>"
# Their modules know the package, and what is shared, not each other.
NEIGHBOURS = {"kinds", "render", "export", "cli"}
SHARED = {
    *("cli.answering", "cli.complaints", "cli.completing", "cli.manner", "cli.pages"),
    *("cli.plotting", "cli.progress", "cli.request", "cli.writing"),
    *("export.exercises", "export.scripts"),
}


@cache
def modules() -> Mapping[str, ast.Module]:
    """Every module by its name inside the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = ast.parse(path.read_text())
    return found


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
        shared = inner == room or inner in SHARED
        if target == room and room in NEIGHBOURS and not shared:
            yield f"{name} imports its neighbour {inner}"


def test_every_module_keeps_to_its_floor() -> None:
    found = [offence for name, tree in modules().items() for offence in offences(name, tree)]
    assert found == []


def test_every_room_has_a_floor() -> None:
    assert {name.partition(".")[0] for name in modules()} == set(FLOORS)


def arrows() -> dict[str, set[str]]:
    """For each module, the modules of the package that it imports, wherever in it."""
    trees = modules()
    return {
        name: {_module(target, trees) for target in named(tree)} for name, tree in trees.items()
    }


def named(tree: ast.Module) -> Iterator[str]:
    """What a module imports of the package, with the names taken from it: cells.cell.Cell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("lstmhw"))
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("lstmhw"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(target: str, trees: Container[str]) -> str:
    """The module that an imported name comes from: itself, or the one that defines it."""
    name = target.removeprefix("lstmhw").removeprefix(".")
    return name if name in trees else name.rpartition(".")[0]


def circle(graph: Mapping[str, Collection[str]]) -> list[str]:
    """A way from a module to itself, if there is one."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        found = (walk(other, [*way, name]) for other in graph[name] if other != name)
        first = next(filter(None, found), [])
        done.add(name)
        return first

    return next(filter(None, (walk(name, []) for name in graph)), [])


def test_no_files_import_each_other_inside_a_room_either() -> None:
    graph = arrows()
    assert graph["marking.search"] >= {"marking.target", "marking.candidates"}
    assert circle(graph) == []


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]}, ["b", "c", "d", "b"]),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, []),
    ],
)
def test_circles_are_found(graph: dict[str, list[str]], found: list[str]) -> None:
    assert circle(graph) == found


@pytest.mark.parametrize(
    ("name", "line", "offence"),
    [
        ("functions", "from lstmhw.expr import Expr", "functions (floor 0) imports expr (floor 1)"),
        (
            "kinds.a",
            "from lstmhw.marking import Marker",
            "kinds.a (floor 8) imports marking (floor 9)",
        ),
        ("kinds.a", "from lstmhw.kinds.b import x", "kinds.a imports its neighbour kinds.b"),
        ("render.a", "import lstmhw.render.b", "render.a imports its neighbour render.b"),
        ("cli.a", "from lstmhw.cli.b import x", "cli.a imports its neighbour cli.b"),
        ("marking", "import rich.table", "marking imports rich, which stays in cli, render"),
        ("cli", "import numpy as np", "cli imports numpy"),
        ("faults", "from ..lstmhw.cli import main", "faults imports lstmhw.cli by a relative path"),
        ("view", "def f():\n    from lstmhw import cli", "view (floor 4) imports cli (floor 14)"),
    ],
)
def test_offenders_are_named(name: str, line: str, offence: str) -> None:
    (found,) = offences(name, ast.parse(line))
    assert found.startswith(offence)


def test_every_command_format_target_of_export_and_kind_is_one_module() -> None:
    from lstmhw.cli import COMMANDS
    from lstmhw.export import TARGETS
    from lstmhw.kinds import KINDS, record_of
    from lstmhw.render import FORMATS

    def stems(room: str) -> set[str]:
        return {path.stem for path in Path(PACKAGE / room).glob("*.py")} - {"__init__"}

    def shared(room: str) -> set[str]:
        names = (name.split(".") for name in SHARED)
        return {name for place, name in names if place == room}

    assert stems("kinds") == {kind.replace("-", "_") for kind in KINDS}
    commands = {command.replace("-", "_") for command in COMMANDS}
    assert stems("cli") == commands | shared("cli")
    assert stems("render") == set(FORMATS)
    assert stems("export") == {*TARGETS} | shared("export")
    assert all(record_of(kind).kind == kind for kind in KINDS)
