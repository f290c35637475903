"""The variants of a problem in a folder: those that its `variants.csv` names, or all there are."""

import csv
import os

from lstmhw.faults import printable
from lstmhw.reading import InputError

LIST = "variants.csv"
COLUMN = "file"
ENDINGS = (".yaml", ".yml")


def variant_files(folder: str) -> list[str]:
    """The paths of the files, in their order.  Raises InputError where there are none."""
    entries = sorted(os.listdir(folder))
    names = [name for name in entries if name.endswith(ENDINGS) and not name.startswith(".")]
    if LIST in entries:
        names = _listed(os.path.join(folder, LIST))
    if not names:
        raise InputError(f"{printable(folder)}: error: expected problem files (.yaml), found none")
    return [os.path.join(folder, name) for name in dict.fromkeys(names)]


def _listed(path: str) -> list[str]:
    """What stands in the column `file` of a list of variants."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{printable(path)}: error: {printable(reason.lower())}") from None
    names = [row.get(COLUMN) for row in rows]
    for number, name in enumerate(names, 2):
        if not name:
            message = f"expected a file name in the column {COLUMN!r}, found none"
            raise InputError(f"{printable(path)}:{number}:1: error: {message}")
    return [name for name in names if name]
