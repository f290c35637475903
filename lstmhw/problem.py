"""What every problem record shares, and the words its annotations are written in.

A record is a frozen dataclass (`@record`); its annotations are the schema of the file.  A field is
a key (`from_` is the key `from`, a word that Python keeps for itself).  Beside the
plain types (`bool`, `str`, `Literal[...]`, `tuple[str, ...]`, other records, `X | None`) they are:

    Annotated[Floats, Shape("m n")]      a matrix; letters are sizes, the same in the whole file
    Annotated[Floats | str, Shape("m", formula=True)]    a vector, or a formula for one
    Annotated[str, OneOf(names)]         one of these words
    Annotated[int, Range(0, 15)]         a whole number in a range
    Annotated[Fraction, Exact()]         a number, exactly as written
    Annotated[float, Between(0, 1)]      a number in a range
    Mapping[str, ...]                    keys that are data, such as the n-grams of a score
    Record | Record | ...                told apart by the words of their first Literal, or the next
    X | tuple[X, ...]                    told apart by whether a list stands there
    X | Record, X | Mapping[str, ...]    told apart by whether a mapping stands there
    Annotated[Floats, Shape("m"), OfState("c")]    a key that a cell without the state c has not
    Annotated[Record, Embedded()]        a record whose keys stand beside those of this one
    Annotated[Record, Embedded(like="cell")]    the same as the `cell` of the whole file
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    TypeVar,
    dataclass_transform,
)

from lstmhw.faults import Fault, Path, ProblemError, some
from lstmhw.functions import ACTIVATIONS
from lstmhw.solution import Claim, Paragraph, Section, Solution
from lstmhw.spellings import names_told


class Shape:
    """The shapes an array may have: sizes such as `m`, `4m`, `m+n`, `1`; "" is a single number.

    `oriented` matrices stand transposed where the problem's vectors are rows; `limits` allows
    infinities.  A single number stands for an array of any shape that has one entry.  With
    `formula` a text may stand there, which the problem reads as a formula; with `gaps` null may
    stand for a row, which is NaN then.  The `examples` of a batch are the last axis where vectors
    are columns, and the last but one where they are rows.  `varied` says what a variant of the
    problem has in its place.
    """

    def __init__(
        self,
        *shapes: str,
        oriented: bool = False,
        limits: bool = False,
        formula: bool = False,
        gaps: bool = False,
        examples: bool = False,
        varied: "Varied" = "numbers",
    ) -> None:
        self.shapes = tuple(tuple(shape.split()) for shape in shapes)
        self.oriented = oriented
        self.limits = limits
        self.formula = formula
        self.gaps = gaps
        self.examples = examples
        self.varied: Varied = "kept" if formula else varied


Varied = Literal["numbers", "bounded", "letters", "inputs", "shares", "kept"]
"""Other numbers; others that are at most 1 where these are; other one-hot vectors; these where all
are one-hot, else other numbers; the numbers of each vector in another order; the same."""


class OneOf(NamedTuple):
    """The words a text may be."""

    words: tuple[str, ...]


class Range(NamedTuple):
    """The whole numbers from `least` to `most`."""

    least: int
    most: int


class Exact(NamedTuple):
    """A number without rounding, greater than `above` where that is given."""

    above: int | None = None


class Between(NamedTuple):
    """The numbers from `least` to `most`."""

    least: float
    most: float = math.inf


class OfState(NamedTuple):
    """Beside a Shape: the key is there only where an embedded cell has the state of this letter."""

    letter: str


class Embedded(NamedTuple):
    """A record whose keys stand among those of the record that it is a field of.

    Of several records that `options` finds, by name, the word under the field's own key chooses
    one; without that word, the last that has a key which it is `told_by`, or else the `usual` one.
    With `like` it is the record that this field of the whole problem is, in a part of it: without
    the keys that are `of_file`, and with sizes of its own.
    """

    options: Callable[[], Mapping[str, Any]] | None = None
    usual: str = ""
    like: str = ""


CONVENTIONS = "Conventions"
ActivationName = Annotated[str, OneOf(tuple(ACTIVATIONS))]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Record:
    """A mapping of a problem file, key by key.

    `meant` are keys that it has not, under which something is looked for, with what to write;
    `spelled` are the names that other books have for its keys.
    """

    meant: ClassVar[Mapping[str, str]] = {}
    spelled: ClassVar[Mapping[str, str]] = {}


AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def record(cls: type[AnyRecord]) -> type[AnyRecord]:
    """Makes a class a frozen dataclass with keyword arguments.

    It has no == and no repr: records hold arrays, and each generated method costs start-up time.
    """
    return dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)


class Place(NamedTuple):
    """Where a part of a network stands in the file, and what its symbols end in: @2, @2rev."""

    path: Path
    mark: str


ALONE = Place((), "")


Points = Annotated[float, Between(0, 100_000)]


@record
class Tolerance(Record):
    """How far from the truth an answer still is right: so much, or by such a share of the truth."""

    absolute: Annotated[float, Between(0)] = 0.0
    relative: Annotated[float, Between(0)] = 0.0


@record
class Marking(Record):
    """How a course marks: the digits it asks for, and the points that answers earn."""

    decimals: Annotated[int, Range(1, 15)] | None = None
    significant: Annotated[int, Range(1, 15)] | None = None
    tolerance: Annotated[float, Between(0)] | Tolerance | None = None
    points: Points | Mapping[str, Points] | None = None
    per: Literal["symbol", "entry"] = "symbol"
    follow: Annotated[float, Between(0, 1)] = 1.0
    repeated: Literal["each", "once"] = "each"

    def faults(self) -> Iterator[Fault]:
        """What excludes one another, and points for nothing."""
        if self.decimals is not None and self.significant is not None:
            message = "expected decimals or significant digits, found both"
            yield Fault(("marking", "significant"), message, at_key=True)
        if isinstance(self.points, Mapping) and not self.points:
            yield Fault(("marking", "points"), "expected symbols with points, found none")

    def room(self, true: float) -> float:
        """How far from the truth an answer may be and still is right, whatever its digits."""
        match self.tolerance:
            case None:
                return 0.0
            case Tolerance(absolute=absolute, relative=relative):
                return max(absolute, relative * abs(true))
        return self.tolerance

    def points_of(self, symbol: str) -> float:
        """The points of an answer; 1 where nothing is said of it."""
        if isinstance(self.points, Mapping):
            return self.points.get(symbol, 1.0)
        return 1.0 if self.points is None else self.points


def with_conventions(sections: Iterable[Section], said: Sequence[Paragraph]) -> list[Section]:
    """The sections with more conventions, which come before those that are there."""
    told = list(sections)
    titles = [section.title for section in told]
    if not said:
        return told
    if CONVENTIONS not in titles:
        return [*told, Section(CONVENTIONS, tuple(said))]
    place = titles.index(CONVENTIONS)
    told[place] = told[place]._replace(body=(*said, *told[place].body))
    return told


@record
class Problem(Record):
    """A problem of some kind: `class Q(Problem, kind="q")`.

    Four fields are no keys of the file: `sizes` are the letters of the shapes, bound to numbers,
    `written` the numbers of every array as they stand in the file, by key path, `renamed` the
    names of other books that the file has, with the keys that they are, and `left_out` the weights
    that are zeros since others of their gate are there.
    """

    title: str = ""
    source: str = ""
    digits: Annotated[int, Range(0, 15)] = 4
    claimed: Mapping[str, Claim] = field(default_factory=dict)
    marking: Marking | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()

    kind: ClassVar[str]
    marks_claims: ClassVar[bool] = False
    """Whether `solve` marks the claims itself, so that other claims need another solution."""
    claimed_together: ClassVar[frozenset[str]] = frozenset()
    """The claims that are one answer: where one of them cannot be read, none can be marked."""
    weights_claimed: ClassVar[frozenset[str]] = frozenset()
    """The keys of weights that may be claimed, where the problem asks whether there are any."""
    weights_in_programs: ClassVar[frozenset[str]] = frozenset()
    """The names that are an answer where a program gives all of them a value."""
    takes_batches: ClassVar[bool] = False
    """Whether its vectors may be matrices, an example of a batch each."""
    exported_instead: ClassVar[str] = ""
    """What can be exported in its place, where it has no network of its own to run."""
    pictured: ClassVar[str] = ""
    """What of it is drawn, and what it needs for that; a hint where there is no picture."""
    size_lists: ClassVar[Mapping[str, str]] = {}
    """The letters of sizes that a list of the file tells where no array does, and its key."""
    kinds: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            cls.kind = kind
            Problem.kinds[kind] = cls

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the problem beyond the types and shapes of its keys."""
        yield from ()

    @property
    def is_open(self) -> bool:
        """Whether weights are asked for, which may be claimed."""
        return False

    @property
    def wanted(self) -> tuple[str, ...]:
        """The symbols that the problem says are to be found; none where it does not say."""
        return ()

    def varied(self, path: Path, shape: Shape) -> Varied:
        """What a variant of the problem has in the place of the array at a key path."""
        return shape.varied

    @property
    def numbers_besides(self) -> Sequence[Path]:
        """The keys below which a variant has other numbers, beside those of arrays."""
        return ()

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        """What else a variant has in the place of what is at some key paths."""
        return {}

    def solve(self) -> Solution:
        """The worked solution.  Raises ProblemError where the data do not allow one."""
        raise NotImplementedError

    def told(self, sections: Iterable[Section], **more: Any) -> Solution:
        """A solution under the problem's own title; sections without a body are left out."""
        said = [names_told(self.renamed)] if self.renamed else []
        if self.left_out:
            said.append(f"Left out in the file, and so zeros: {some(self.left_out)}.")
        sections = with_conventions(sections, [Paragraph((text,)) for text in said])
        return Solution(
            kind=self.kind,
            title=self.title,
            source=self.source,
            digits=self.digits,
            sections=tuple(section for section in sections if section.body),
            **more,
        )

    @property
    def checked_weights(self) -> dict[str, str]:
        """The claims that are weights, which are one answer, where weights are asked for."""
        names = ("weights", *sorted(self.weights_claimed)) if self.is_open else ()
        return dict.fromkeys(names, "weights")

    def exported(self) -> object:
        """The network of the problem and what it is to compute: one of `parameters.Exported`.

        Raises ProblemError where there is none, or where it is incomplete.
        """
        message = f"expected a problem with a network to run, found {self.kind}"
        raise ProblemError([Fault(("kind",), message, self.exported_instead)])
