"""From the name of a file to a typed problem, or errors that say where.

`read` takes a path, `-` for standard input, or the bare name of a shipped problem.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.faults import MOST_ERRORS, Fault, ProblemError, did_you_mean, printable, spelled
from lstmhw.problem import Problem
from lstmhw.reading.decode import decode, decode_claims
from lstmhw.reading.expanding import likeliest
from lstmhw.reading.letters import key_in
from lstmhw.reading.nodes import MOST_BYTES, Fields, Items, Mark, Node, Placed, Scalar, TextError
from lstmhw.reading.parsing import decoded, parse
from lstmhw.solution import Claim

LONGEST_EXCERPT = 72


class InputError(Exception):
    """What is wrong with a file, ready to be printed: one message an error."""

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class Document(NamedTuple):
    """A problem file that could be read, with what is needed to point into it."""

    name: str
    text: str
    root: Node
    problem: Problem

    def error(self, faults: Iterable[Fault]) -> InputError:
        """The faults as messages with their places in this file."""
        return error_of(self.name, self.text, placed(self.root, faults))


def read(name: str) -> Document:
    """The problem of that name.  Raises InputError."""
    return from_text(*text_of(name))


def text_of(name: str) -> tuple[str, str]:
    """What errors call a file, and what stands in it.  Raises InputError."""
    shown_name = "<stdin>" if name == "-" else name
    data = _data(name)
    try:
        return shown_name, decoded(data)
    except TextError as error:
        raise error_of(shown_name, data.decode("utf-8", "replace"), error.placed) from None


class Sheet(NamedTuple):
    """A problem file whose claims are read apart from the rest.

    `document` has no claims; `claimed` are those that can be understood, `refused` is what is wrong
    with the others, with places.
    """

    document: Document
    claimed: Mapping[str, Claim]
    refused: tuple[Placed, ...]

    def error(self, faults: Iterable[Fault]) -> InputError:
        """The faults as messages with their places in the file."""
        return self.document.error(faults)

    def complaint(self, faults: Iterable[Fault]) -> InputError | None:
        """What is wrong with the claims, with these faults too; None if nothing is."""
        document = self.document
        found = [*self.refused, *placed(document.root, faults)]
        return error_of(document.name, document.text, found) if found else None


def read_sheet(name: str) -> Sheet:
    """The problem of that name, and its claims.  Raises InputError for anything but the claims."""
    shown_name, text = text_of(name)
    try:
        root, refused = parse(text)
    except TextError as error:
        raise error_of(shown_name, text, error.placed) from None
    if not isinstance(root, Fields) or "claimed" not in root.entries:
        return Sheet(_decoded_document(shown_name, text, root, refused), {}, ())
    claimed, faults = decode_claims(root.entries["claimed"][1])
    others = {key: entry for key, entry in root.entries.items() if key != "claimed"}
    of_claims = [pair for pair in refused if _is_within(pair[0], root, "claimed")]
    of_problem = tuple(pair for pair in refused if pair not in of_claims)
    of_claims += placed(root, faults)
    bare = root._replace(entries=others)
    document = _decoded_document(shown_name, text, bare, of_problem, of_claims)
    return Sheet(document._replace(root=root), claimed, tuple(of_claims))


def _is_within(mark: Mark, root: Fields, key: str) -> bool:
    """Whether a place is behind a key of the file, and before the next."""
    starts = sorted(scalar.mark for scalar, _ in root.entries.values())
    start = root.entries[key][0].mark
    return start <= mark and not any(start < other <= mark for other in starts)


def from_text(name: str, text: str) -> Document:
    """The problem that stands in a text, which errors call by this name.  Raises InputError."""
    try:
        root, refused = parse(text)
        return _decoded_document(name, text, root, refused)
    except TextError as error:
        raise error_of(name, text, error.placed) from None


def _decoded_document(
    name: str,
    text: str,
    root: Node,
    refused: tuple[Placed, ...],
    beside: Sequence[Placed] = (),
) -> Document:
    """The document.  Raises InputError where the text or what it says has a fault.

    What is wrong `beside` it is no reason to refuse it, and told with the reasons.
    """
    try:
        document = Document(name, text, root, decode(root))
    except ProblemError as error:
        raise error_of(name, text, [*refused, *beside, *placed(root, error.faults)]) from None
    if refused:
        raise error_of(name, text, [*refused, *beside])
    return document


def shipped() -> dict[str, str]:
    """The problems that come with lstmhw: name -> path."""
    here = os.path.dirname(os.path.dirname(__file__))
    for folder in (os.path.join(here, "problems"), os.path.join(os.path.dirname(here), "problems")):
        if os.path.isdir(folder):
            files = [entry for entry in os.listdir(folder) if entry.endswith(".yaml")]
            names = sorted(file.removesuffix(".yaml") for file in files)
            return {name: os.path.join(folder, f"{name}.yaml") for name in names}
    return {}


def path_of(name: str) -> str:
    """The path of a file, or of the shipped problem of that name."""
    if os.path.sep in name or os.path.isfile(name):
        return name
    return shipped().get(name, name)


def _data(name: str) -> bytes:
    try:
        if name == "-" and sys.stdin is None:
            raise ValueError("standard input is closed")
        if name == "-":
            return within_limit(sys.stdin.buffer.read(MOST_BYTES + 1), "<stdin>")
        with open(path_of(name), "rb") as file:
            return within_limit(file.read(MOST_BYTES + 1), name)
    except FileNotFoundError:
        hint = did_you_mean(os.path.basename(name).removesuffix(".yaml"), shipped())
        hint = hint or "`lstmhw problems` lists what is shipped"
        raise InputError(f"{printable(name)}: error: no such file\n  hint: {hint}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{printable(name)}: error: {reason.lower()}") from None


def within_limit(data: bytes, name: str) -> bytes:
    """The data of a file, or the beginning of it.  Raises InputError where it is too large."""
    if len(data) > MOST_BYTES:
        limit = MOST_BYTES // 2**20
        raise InputError(f"{name}:1:1: error: expected at most {limit} MiB, found a larger file")
    return data


def placed(root: Node, faults: Iterable[Fault]) -> list[Placed]:
    """The faults, each with its place in a document."""
    expanded: dict[int, tuple[Node, Node]] = {}
    return [(_mark(root, fault, expanded), fault) for fault in faults]


def error_of(name: str, text: str, faults: Iterable[Placed]) -> InputError:
    """The faults as messages, with their lines of the text."""
    ordered = sorted(faults, key=lambda pair: pair[0])
    lines = text.splitlines()
    messages, hints = [], {""}
    for mark, fault in ordered[:MOST_ERRORS]:
        new = fault if fault.hint not in hints else fault._replace(hint="")  # a hint is said once
        hints.add(fault.hint)
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        messages.append(_message(printable(name), line, mark, new))
    if len(ordered) > MOST_ERRORS:
        messages.append(f"{printable(name)}: and {len(ordered) - MOST_ERRORS} more errors")
    return InputError("\n".join(messages), (fault for _, fault in ordered))


def _mark(root: Node, fault: Fault, expanded: dict[int, tuple[Node, Node]]) -> Mark:
    """Where a fault is: at the deepest part of its path that is in the file.

    That is a key, or a value that can be pointed at: a word or a number, not a list or a mapping.
    What texts stand for is in `expanded` once it is known, by the identity of the node, with it.
    """
    node, mark = root, root.mark
    for key in fault.path:
        if isinstance(key, int) and id(node) not in expanded:
            expanded[id(node)] = node, likeliest(node)
        node = expanded[id(node)][1] if isinstance(key, int) else node
        name = key_in(node, str(key)) if isinstance(node, Fields) else ""
        if isinstance(node, Fields) and name in node.entries:
            scalar, node = node.entries[name]
            mark = scalar.mark
        elif isinstance(node, Items) and isinstance(key, int) and key < len(node.nodes):
            node = node.nodes[key]
            mark = node.mark
        else:
            return mark
    if not (isinstance(node, Scalar) and node.text) or fault.at_key:
        return mark
    return node.place(fault.at)


def headline(name: str, mark: Mark, fault: Fault) -> str:
    """The first line of an error: the place, the key path, what was expected and found."""
    where = f"{spelled(fault.path)}: " if fault.path else ""
    return f"{name}:{mark.line}:{mark.column}: error: {where}{fault.message}"


def _message(name: str, line: str, mark: Mark, fault: Fault) -> str:
    lines = [headline(name, mark, fault)]
    lines += _excerpt(line, mark)
    if fault.hint:
        lines.append(f"  hint: {fault.hint}")
    return "\n".join(lines)


def _excerpt(line: str, mark: Mark) -> Iterator[str]:
    """The line of the mark with a caret under its column, cut to fit a terminal."""
    start = max(0, mark.column - 1 - LONGEST_EXCERPT // 2) if len(line) > LONGEST_EXCERPT else 0
    part = "".join(c if c.isprintable() else " " for c in line[start : start + LONGEST_EXCERPT])
    if not part.strip():
        return
    number = str(mark.line)
    yield f"  {number} | {part}"
    yield f"  {' ' * len(number)} | {' ' * (mark.column - 1 - start)}^"
