"""What every problem record shares, and the words its annotations are written in.

A record is a frozen dataclass (`@record`); its annotations are the schema of the file.  Beside the
plain types (`bool`, `str`, `Literal[...]`, `tuple[str, ...]`, other records, `X | None`) they are:

    Annotated[Floats, Shape("m n")]      a matrix; letters are sizes, the same in the whole file
    Annotated[str, OneOf(names)]         one of these words
    Annotated[int, Range(0, 15)]         a whole number in a range
    Record | Record | ...                told apart by their `layout`
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, NamedTuple, TypeVar, dataclass_transform

from lstmhw.faults import Fault
from lstmhw.solution import Claim, Solution


class Shape:
    """The shapes an array may have: sizes such as `m`, `4m`, `m+n`, `1`; "" is a single number.

    `oriented` matrices stand transposed where the problem's vectors are rows; `limits` allows
    infinities.  A single number stands for an array of any shape that has one entry.
    """

    def __init__(self, *shapes: str, oriented: bool = False, limits: bool = False) -> None:
        self.shapes = tuple(tuple(shape.split()) for shape in shapes)
        self.oriented = oriented
        self.limits = limits


class OneOf(NamedTuple):
    """The words a text may be."""

    words: tuple[str, ...]


class Range(NamedTuple):
    """The whole numbers from `least` to `most`."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Record:
    """A mapping of a problem file, key by key."""


AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def record(cls: type[AnyRecord]) -> type[AnyRecord]:
    """Makes a class a frozen dataclass with keyword arguments.

    It has no == and no repr: records hold arrays, and each generated method costs start-up time.
    """
    return dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)


@record
class Problem(Record):
    """A problem of some kind: `class Q(Problem, kind="q")`.

    `sizes` are the letters of the shapes, bound to numbers; it is not a key of the file.
    """

    title: str = ""
    source: str = ""
    digits: Annotated[int, Range(0, 15)] = 4
    claimed: Mapping[str, Claim] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            cls.kind = kind
            Problem.kinds[kind] = cls

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the problem beyond the types and shapes of its keys."""
        yield from ()

    def solve(self) -> Solution:
        """The worked solution.  Raises ProblemError where the data do not allow one."""
        raise NotImplementedError
