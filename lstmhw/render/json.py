"""JSON: one object for one solution, a list for several."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lstmhw.notation import Text, write
from lstmhw.numerals import number
from lstmhw.solution import (
    NO_ANSWER,
    Check,
    Claim,
    Entry,
    Inline,
    Paragraph,
    Section,
    Shades,
    Solution,
    Step,
    Verdict,
    Working,
)
from lstmhw.view import Gap, View, listed, shaded, unabridged


def render(solutions: Sequence[Solution], view: View) -> str:
    """The solutions at full precision; `view` decides how numbers are put into formulas."""
    objects = [_solution(s, view._replace(digits=s.digits)) for s in solutions]
    content = objects[0] if len(objects) == 1 else objects
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _solution(solution: Solution, view: View) -> dict[str, Any]:
    blocks = [block for section in solution.sections for block in section.body]
    steps = [step for block in blocks if isinstance(block, Working) for step in block.steps]
    return {
        "kind": solution.kind,
        "title": solution.title,
        "source": solution.source,
        "answers": _plain({**solution.answers, **solution.data}),
        "steps": [_step(step, view) for step in steps],
        "checks": [check_object(check) for check in solution.checks],
        **_score(solution),
        "asked": "".join(_part(part, view) for part in solution.asked),
        "notes": [_note(section, p, view) for section, p in _paragraphs(solution)],
        **{key: _plain(value) for key, value in solution.extras.items()},
    }


def _score(solution: Solution) -> dict[str, float]:
    if solution.score is None:
        return {}
    return {"score": solution.score.earned, "out_of": solution.score.out_of}


def _paragraphs(solution: Solution) -> list[tuple[Section, Paragraph]]:
    sections = [Section("Result", solution.result), *solution.sections]
    return [(s, block) for s in sections for block in s.body if isinstance(block, Paragraph)]


def _note(section: Section, paragraph: Paragraph, view: View) -> dict[str, str]:
    text = "".join(_part(part, view) for part in paragraph.parts)
    return {"section": section.title, "text": text}


def _part(part: Inline, view: View) -> str:
    match part:
        case str(text) | Verdict(text=text):
            return text
        case Entry():
            return listed(part, view)
        case Shades():
            return shaded(part)
    return write(part, Text(), view.digits)


def _step(step: Step, view: View) -> dict[str, Any]:
    return {
        "symbol": step.symbol,
        "formula": write(step.expr, Text(), view.digits),
        "substituted": "\n".join(_substituted(step, view)),
        "value": _numbers(step.value),
        "note": step.note,
    }


def _substituted(step: Step, view: View) -> Iterator[str]:
    """A line for each unit; of very many, the middle is left out unless all is asked for."""
    for unit in unabridged(step, view):
        if isinstance(unit, Gap):
            yield f"... ({unit.size} more units) ..."
        else:
            yield write(unit, Text(), view.digits)


def check_object(check: Check) -> dict[str, Any]:
    """A check as plain data."""
    claimed = None if check.claimed is None else _claim(check.claimed)
    entry = {**check._asdict(), **check.extras, "claimed": claimed}
    del entry["extras"], entry["verdicts"], entry["method"]
    return {key: _plain(value) for key, value in entry.items()}


def _claim(claim: Claim) -> Any:
    if claim in ("true", "false"):
        return claim == "true"
    if isinstance(claim, Mapping):
        return {name: _claim(part) for name, part in claim.items()}
    if not isinstance(claim, str):
        return [None if part in NO_ANSWER else _claim(part) for part in claim]
    try:
        return _numbers(number(claim))
    except ValueError:  # a formula, a reason or a word
        return claim


def _plain(value: Any) -> Any:
    """Extras as JSON has them: arrays as nested lists, infinities as null."""
    if callable(value):  # what takes long is made only here
        return _plain(value())
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return _numbers(value) if isinstance(value, float | np.ndarray) else value


def _numbers(value: Any) -> Any:
    """Nested lists; null for what is infinite by intent."""
    if isinstance(value, np.ndarray):
        return _numbers(value.tolist())
    if isinstance(value, list):
        return [_numbers(entry) for entry in value]
    return value if np.isfinite(value) else None
