"""The output formats: one module each, with `render(solutions, view) -> str`."""

from collections.abc import Sequence
from importlib import import_module

from lstmhw.solution import Solution
from lstmhw.view import View

FORMATS = ("table", "markdown", "latex", "html", "json")


def render(solutions: Sequence[Solution], format: str, view: View) -> str:
    """The solutions in a format of FORMATS; only that format's module is imported."""
    text: str = import_module(f"lstmhw.render.{format}").render(solutions, view)
    return text
