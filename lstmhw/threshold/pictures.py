"""The picture of a step unit with a number as its input: what is asked, and where it is 1."""

from collections.abc import Container, Iterator

from lstmhw.feasibility import Vector
from lstmhw.picture import Border, HalfPlane, Point, is_drawable
from lstmhw.threshold.question import Question
from lstmhw.threshold.report import Page

MOST_NAMED = 3  # time steps of one point
CROWDED = 12  # points; among more there may be no room for a name


def half_plane(
    question: Question,
    title: str,
    weights: dict[str, Vector],
    contradicting: Container[int] = (),
) -> HalfPlane | None:
    """What is asked, with the borders of `weights` by name; None where inputs are vectors.

    `contradicting` are the time steps, from 0, whose demands contradict.
    """
    if question.inputs.shape[1] > 1:
        return None
    borders = tuple(Border(name, *numbers) for name, numbers in weights.items())
    points = tuple(_points(question, contradicting))
    room = "; time steps are named where there is room" if len(points) > CROWDED else ""
    plane = HalfPlane(f"{title}{room}", points, borders, 0 if question.strict else 1)
    return plane if is_drawable(plane) else None


def _points(question: Question, contradicting: Container[int]) -> Iterator[Point]:
    """A point for all time steps that ask the same at the same place."""
    together: dict[tuple[Vector, bool, bool], list[int]] = {}
    for t in Page(question).listed():
        where = (question.exact(t), bool(question.before[t]), bool(question.outputs[t]))
        together.setdefault(where, []).append(t)
    for ((x,), before, asked), steps in together.items():
        marked = any(t in contradicting for t in steps)
        yield Point(x, int(before), int(asked), _named(question, steps), marked)


def _named(question: Question, steps: list[int]) -> str:
    """t = 1, 4, 5, ...; of several sequences the first place, and how many more there are."""
    places = [question.place(t) for t in steps]
    if not places[0].named:
        times = [str(place.t) for place in places[:MOST_NAMED]]
        return f"t = {', '.join([*times, *['...'] * (len(steps) > MOST_NAMED)])}"
    more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
    return f"{places[0]}{more}"
