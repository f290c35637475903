"""Numbers of a sheet: their shapes, and the vectors and matrices that they stand for."""

from lstmhw.sheets.values import Numbers, axes


def vector(numbers: Numbers) -> Numbers:
    """A column or a row matrix as the vector that it stands for."""
    shape = axes(numbers)
    if len(shape) != 2 or isinstance(numbers, str):
        return numbers
    if all(not isinstance(row, str) and len(row) == 1 for row in numbers):
        return [row[0] for row in numbers]
    return numbers[0] if shape[0] == 1 else numbers


def as_rows(numbers: Numbers, units: int | None) -> Numbers:
    """A vector as the matrix of an output: a column where there is one unit, else a row."""
    if len(axes(numbers)) != 1 or isinstance(numbers, str):
        return numbers
    return [[one] for one in numbers] if units == 1 and len(numbers) > 1 else [numbers]


def turned(numbers: Numbers) -> Numbers:
    """The transpose of a matrix."""
    assert not isinstance(numbers, str), "a matrix has rows"
    return [list(column) for column in zip(*numbers, strict=True)]


def is_one_hot(numbers: Numbers) -> bool:
    """Whether one number is 1 and the others are 0."""
    digits = sorted(map(str, numbers)) if len(axes(numbers)) == 1 else []
    return digits == ["0"] * (len(digits) - 1) + ["1"]


def spelled(numbers: Numbers) -> str:
    """The numbers in brackets."""
    if isinstance(numbers, str):
        return numbers
    return f"[{', '.join(map(spelled, numbers))}]"


def flat(numbers: Numbers) -> list[str]:
    """The numbers one after the other."""
    if isinstance(numbers, str):
        return [numbers]
    return [text for part in numbers for text in flat(part)]
