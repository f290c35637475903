"""A folder of pages that is made by one run, and what must not be written over."""

import os
from collections.abc import Iterable, Sequence

from lstmhw.cli.complaints import complain
from lstmhw.cli.writing import emit, written_to


class Pages:
    """A new folder, or an empty one, for pages; it is made with the first of them."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        is_there = os.path.lexists(folder)
        if is_there and not (os.path.isdir(folder) and not os.listdir(folder)):
            message = "expected a new folder, or an empty one"
            complain(f"{folder}: error: {message}\n  hint: give --feedback another name")

    def write(self, name: str, text: str) -> None:
        """A page, which appears whole or not at all."""
        with written_to(self.folder):
            os.makedirs(self.folder, exist_ok=True)
        emit(text, os.path.join(self.folder, name))


def refuse_places(
    read: Sequence[str], rows: str | None, folder: str | None, summary: str | None
) -> None:
    """Nothing is written over what is read, nor twice: rows, a folder of pages, a summary."""
    if summary is not None:
        _refuse_overwriting(summary, read)
        _refuse_sharing(summary, filter(None, (rows, folder)))
    if rows is not None and folder is not None:
        _refuse_sharing(rows, (folder,))


def _refuse_overwriting(path: str, read: Iterable[str]) -> None:
    for other in read:
        if os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other):
            complain(f"{path}: error: this file is read here\n  hint: give another name")


def _refuse_sharing(path: str, others: Iterable[str]) -> None:
    """Two outputs must not be one file, nor one in the folder of the other."""
    place = os.path.realpath(path)
    for other in map(os.path.realpath, others):
        if place == other or os.path.dirname(place) == other:
            complain(f"{path}: error: this place is written to twice\n  hint: give another name")
