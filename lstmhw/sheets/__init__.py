"""Problem files drafted from homework sheets: Markdown, LaTeX, or the text of a PDF.

A sheet becomes plain text, its statements are found, each is placed at a key, and the file is
written and solved.  Nothing is guessed in silence: what is not placed is listed with its line, and
a convention that the sheet does not state is a comment, or lacking.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.answering import answered
from lstmhw.faults import Fault, ProblemError, spelled
from lstmhw.reading import InputError, from_text
from lstmhw.reading.written import as_yaml
from lstmhw.sheets import cells, counts, flow, scores, sequences
from lstmhw.sheets.choosing import Chosen, kinds_in
from lstmhw.sheets.shapes import spelled as spelled_value
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree, as_text

DRAFTS = {
    "step-rnn": sequences.draft,
    "parameter-count": counts.draft,
    "sentiment-weights": scores.draft,
}
CELLS = {"lstm-step": "lstm", "gru-step": "gru", "rnn-step": "rnn"}
LARGEST = 200_000  # characters of a sheet
MOST_TRIES = 12  # of leaving out a claim that cannot be marked


class Draft(NamedTuple):
    """The text of a problem file, and what it lacks to be solved, if anything."""

    text: str
    lacking: Sequence[str]


class NothingFoundError(Exception):
    """A sheet in which there is nothing that a problem could be made of."""


def is_problem(text: str) -> bool:
    """Whether a text is a problem file already: it has a line `kind: ..`."""
    return re.search(r"(?m)^kind:[ \t]*[a-z]+(?:-[a-z]+)*[ \t]*(?:#.*)?$", text) is not None


def drafted(text: str) -> Draft:
    """The problem file that a sheet is about.  Raises NothingFoundError."""
    sheet = Sheet.of(text)
    kinds = kinds_in(sheet)
    has_values = any(statement.value is not None for statement in sheet.task.statements)
    if not kinds and not has_values:
        raise NothingFoundError
    found = _titled(_of_kind(sheet, kinds), sheet)
    return _tried(found, [*_others(sheet)])


def _titled(found: Drafted, sheet: Sheet) -> Drafted:
    """The draft, with the heading of its question behind the kind."""
    one = sheet.question
    kind = found.tree["kind"]
    if not one.heading or isinstance(kind, Note):
        return found
    title = Leaf(one.heading, f"line {one.first}")
    return found._replace(tree={"kind": kind, "title": title, **found.tree})


def _of_kind(sheet: Sheet, kinds: Sequence[Chosen]) -> Drafted:
    """The draft of the kind that the sheet is about, or what can be said without one."""
    main = kinds[0] if kinds else None
    if main is not None and main.kind in DRAFTS:
        return DRAFTS[main.kind](sheet, main)
    if main is not None and main.kind == "gradient-flow":
        return flow.draft(sheet, main, CELLS[kinds[1].kind])
    if main is not None and main.kind == "lstm-gradient":
        return cells.draft(sheet, main, CELLS[kinds[1].kind])
    if main is not None and len(kinds) == 1 and main.kind in CELLS:
        return cells.draft(sheet, main, CELLS[main.kind])
    if kinds:
        said = " or ".join(f'{one.kind} (line {one.line}: "{one.words}")' for one in kinds)
        why = f"the sheet may be about {said}"
    else:
        why = "no words and no symbols of the sheet say what it is about"
    loose = [
        Loose(sheet.task.line(statement.start), sheet.task.text[statement.start : statement.end])
        for statement in sheet.task.statements
        if statement.value is not None
    ]
    tree: Tree = {"kind": Note(f"kind: lacking; {why}")}
    return Drafted(tree, [f"kind: {why}"], [*loose, *sheet.unread()])


def _others(sheet: Sheet) -> Iterator[str]:
    """What the sheet asks besides, which is not in the draft."""
    others = list(sheet.others)
    if others:
        own = sheet.question
        yield f"This is {own.title} of the sheet, {own.lines}; not drafted:"
        for other in others:
            yield f"  {other.title}, {other.lines} (cut it out to draft it)"


def _tried(found: Drafted, others: Sequence[str]) -> Draft:
    """The draft as text, without claims that cannot be marked, and what keeps it from solving."""
    tree, loose = found.tree, list(found.loose)
    text = as_text(tree, loose, others)
    faults: Sequence[Fault] = ()
    for _ in range(0 if found.lacking else MOST_TRIES):
        faults = _faults(text)
        dropped = [fault for fault in faults if fault.path[:1] in (("claimed",), ("find",))]
        if not dropped:
            break
        for fault in dropped:
            loose += _without(tree, fault)
        text = as_text(tree, loose, others)
    lacking = [*found.lacking]
    lacking += [] if lacking else [_told(fault) for fault in faults]
    differing = [] if lacking else list(_differing(found))
    if differing:
        text = as_text(tree, loose, [*others, *differing])
    return Draft(text, [*lacking, *differing])


def _differing(found: Drafted) -> Iterator[str]:
    """The equations of a question that are not those that its draft is computed with.

    Each is claimed as a formula, which is marked; one that cannot be read as such is passed over.
    """
    equations = dict(found.equations)
    while equations:
        claims: Tree = {name: Leaf(as_yaml(one.right), "") for name, one in equations.items()}
        text = as_text({**found.tree, "claimed": claims}, (), ())
        try:
            checks = answered(from_text("draft", text)).checks
        except (InputError, ProblemError) as error:
            faulty = {str(fault.path[1]) for fault in error.faults if len(fault.path) > 1}
            if not faulty & equations.keys():
                return
            equations = {name: one for name, one in equations.items() if name not in faulty}
            continue
        for check in checks:
            one = equations.get(check.symbol.partition("_")[0])
            if one is not None and check.verdict == "wrong":
                yield f"line {one.line}: {one.left} = {one.right} is another equation than here"
        return


def _told(fault: Fault) -> str:
    where = f"{spelled(fault.path)}: " if fault.path else ""
    hint = f" ({fault.hint})" if fault.hint else ""
    return f"{where}{fault.message}{hint}"


def _faults(text: str) -> Sequence[Fault]:
    """What keeps a problem from being solved."""
    try:
        answered(from_text("draft", text))
    except InputError as error:
        return error.faults or [Fault((), str(error))]
    except ProblemError as error:
        return error.faults
    return ()


def _without(tree: Tree, fault: Fault) -> Iterator[Loose]:
    """Takes out of a draft the claim that is at fault, or what is asked, and tells of it."""
    key = str(fault.path[0])
    name = str(fault.path[1]) if len(fault.path) > 1 else ""
    within = tree.get(key)
    claims: Tree = within if isinstance(within, dict) else {}
    holder, name = (claims, name) if name in claims else (tree, key)
    leaf = holder.pop(name) if name in holder else None
    if key in tree and tree[key] == {}:
        del tree[key]
    if isinstance(leaf, Leaf):
        line = re.search(r"\d+", leaf.comment)
        text = f"{name} = {spelled_value(leaf.value)}"
        yield Loose(int(line[0]) if line else 0, text, fault.message)
