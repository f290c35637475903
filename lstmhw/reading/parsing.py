"""YAML text -> plain nodes.

Built from the parser's events, not from `yaml.load`: that keeps every scalar as it was written
(`010`, `no`, `1e5`, `1.50`), gives every key a position, and lets hazards be refused where they
stand (aliases, tags, duplicate keys, deep nesting, several documents).
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from lstmhw.faults import Fault, shown
from lstmhw.reading.nodes import (
    DEEPEST,
    MOST_NODES,
    PROBLEM,
    Fields,
    Items,
    Mark,
    Node,
    Placed,
    Scalar,
    Source,
    Subject,
    TextError,
    TooDeepError,
)
from lstmhw.reading.print_tokens import ESCAPED
from lstmhw.reading.scalars import Pieces, in_quotes, on_lines

if TYPE_CHECKING:
    from lstmhw.reading.runs import Run

TOO_MANY = f"expected at most {MOST_NODES:,} values, found more"
PRINTED = "a print needs quotes around it, or `|` before it and its lines indented below"
LARGE = 2**16  # characters; the runs of numbers in larger files are not left to the parser


def _text_error(mark: Mark, message: str, hint: str = "") -> TextError:
    return TextError([(mark, Fault((), message, hint))])


def decoded(data: bytes) -> str:
    """The text of a file, without a byte order mark.  Raises TextError where it is not UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = "expected UTF-8, found UTF-16"
        raise _text_error(Mark(1, 1), message, "save the file as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"expected UTF-8, found the byte 0x{data[error.start]:02x}"
        raise _text_error(_mark_after(before), message, "save the file as UTF-8") from None
    return text


def parse(text: str, subject: Subject = PROBLEM) -> tuple[Node, tuple[Placed, ...]]:
    """The one document of a text, and what of it is refused though it could be read.

    `subject` is what errors call it.  Raises TextError where it cannot be read as YAML, or where
    reading on would lead astray.
    """
    source = _source(text)
    while True:
        try:
            found = _parsed(source, subject)
        except TextError:
            if source.is_as_parsed:
                raise
        else:
            if source.is_as_parsed:
                return found
        source = source.corrected()


def _source(text: str) -> Source:
    if len(text) < LARGE:
        return Source(text)
    from lstmhw.reading.runs import lifted  # only now: most files have none

    return lifted(text)


def _parsed(source: Source, subject: Subject) -> tuple[Node, tuple[Placed, ...]]:
    loader: Any = getattr(yaml, "CLoader", yaml.Loader)
    text = source.text
    try:
        return _document(iter(yaml.parse(text, Loader=loader)), source, subject)
    except yaml.reader.ReaderError as error:
        before = _before(text, error.position, loader)
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"expected text, found the control character U+{code:04X}"
        line, column = _mark_after(before)
        place = yaml.Mark("", len(before), line - 1, column - 1, None, 0)
        raise _text_error(source.mark(place), message, "delete it") from None
    except yaml.MarkedYAMLError as error:
        _check_nesting(source, error, loader)
        raise _syntax_fault(error, source) from None


def _check_nesting(source: Source, error: yaml.MarkedYAMLError, loader: Any) -> None:
    """Raises TextError where the text is nested too deep before the place of an error.

    A parser looks ahead: what it stumbles over, such as a limit of its own to nesting, may stand
    behind the place where our limit is passed, before it has told us of that place.  Without what
    it stumbles over it comes to tell us.
    """
    before = source.text[: error.problem_mark.index] if error.problem_mark else ""
    try:
        _document(iter(yaml.parse(before, Loader=loader)), source, PROBLEM)
    except TooDeepError:
        raise
    except (yaml.YAMLError, TextError):
        pass  # the text is cut off; what is said of its end is no news


def _before(text: str, position: int, loader: Any) -> str:
    """The text before a position, which the C parser counts in bytes."""
    if loader is yaml.Loader:
        return text[:position]
    return text.encode()[:position].decode("utf-8", "replace")


def _mark_after(text: str) -> Mark:
    lines = f"{text}.".splitlines()
    return Mark(len(lines), len(lines[-1]))


def _syntax_fault(error: yaml.MarkedYAMLError, source: Source) -> TextError:
    place = error.problem_mark or error.context_mark
    message = "this is not YAML: " + " ".join(filter(None, [error.context, error.problem]))
    if place is None:
        return _text_error(Mark(1, 1), message)
    lines = source.text.splitlines()
    line = lines[place.line] if place.line < len(lines) else ""
    hint = PRINTED if line[place.column :].startswith("[") and _is_row(line) else ""
    hint = hint or _yaml_hint(line[: place.column + 1], error, source)
    return _text_error(source.mark(place), message, hint)


def _is_row(line: str) -> bool:
    """Whether there are numbers apart by blanks in brackets, as NumPy prints them."""
    return re.search(r"\[[-+ 0-9.e]*[0-9.] +[-+0-9.][-+ 0-9.e]*\]", line) is not None


def _yaml_hint(line: str, error: yaml.MarkedYAMLError, source: Source) -> str:
    if "escape" in str(error.problem):
        return ESCAPED
    if "\t" in line:
        return "indent with spaces, not with tabs"
    if error.context_mark is not None and "flow" in str(error.context):
        line_opened = source.mark(error.context_mark).line
        return f"a bracket opened at line {line_opened} may not be closed"
    return (
        "write `key: value`, with a space after the colon, and indent what belongs together alike"
    )


def _document(
    events: Iterator[Any], source: Source, subject: Subject
) -> tuple[Node, tuple[Placed, ...]]:
    next(events)  # the start of the stream
    event = next(events)
    if isinstance(event, yaml.StreamEndEvent):
        message = f"expected a {subject.word}, found an empty file"
        raise _text_error(Mark(1, 1), message, f"`{subject.first_key}: ...` comes first")
    builder = _Builder(events, source)
    node = builder.node(next(events), 0)
    next(events)  # the end of the document
    event = next(events)
    if not isinstance(event, yaml.StreamEndEvent):
        message = f"expected one {subject.word}, found a second document"
        builder.refuse(event, message, f"one {subject.word} a file")
    if builder.astray:
        raise TextError(builder.refused)
    return node, tuple(builder.refused)


class _Builder:
    """Builds nodes from events.

    What it refuses stands in `refused`, and is read on all the same; `astray` says that a value is
    missing for it, so that more errors would only be its consequences.
    """

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self.events = events
        self.source = source
        self.count = 0
        self.refused: list[Placed] = []
        self.astray = False

    def mark(self, event: Any) -> Mark:
        return self.source.mark(event.start_mark)

    def refuse(self, event: Any, message: str, hint: str) -> None:
        self.refused.append((self.mark(event), Fault((), message, hint)))

    def refuse_value(self, event: Any, message: str, hint: str) -> None:
        self.refuse(event, message, hint)
        self.astray = True

    def node(self, event: Any, depth: int) -> Node:
        self._check_limits(event, depth)
        self._check_dialect(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._fields(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        return Scalar("", False, self.mark(event))  # in the place of an alias, which is refused

    def _check_limits(self, event: Any, depth: int) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise _text_error(self.mark(event), TOO_MANY)
        if depth > DEEPEST:
            message = f"expected at most {DEEPEST} levels of nesting, found more"
            raise TooDeepError([(self.mark(event), Fault((), message))])

    def _check_count(self, run: "Run") -> None:
        left = MOST_NODES - self.count
        self.count += run.values
        if self.count > MOST_NODES:
            raise _text_error(run.mark_of(left), TOO_MANY)

    def _check_dialect(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            message = f"expected a value, found the alias *{shown(str(event.anchor))}"
            self.refuse_value(event, message, "write the value again")
        elif event.anchor is not None:
            message = f"expected a value, found the anchor &{shown(event.anchor)}"
            self.refuse(event, message, "leave the anchor out")
        elif event.tag is not None:
            message = f"expected a value, found the tag {shown(event.tag)}"
            self.refuse(event, message, "leave the tag out")

    def _scalar(self, event: Any) -> Scalar:
        text, mark, start, end = event.value, self.mark(event), event.start_mark, event.end_mark
        pieces: Pieces = ()
        if end.line > start.line:
            raw = self._lines[start.line : end.line + 1]
            raw[-1] = raw[-1][: end.column]
            raw[0] = raw[0][start.column :]
            pieces = on_lines(text, raw, mark, event.style)
        elif event.style == '"' and len(text) + 2 < end.column - start.column:
            pieces = in_quotes(self.source.text[start.index + 1 : end.index - 1], mark)
        return Scalar(text, event.implicit[0], mark, pieces)

    @cached_property
    def _lines(self) -> list[str]:
        return [*self.source.text.splitlines(), ""]

    def _items(self, start: Any, depth: int) -> Items:
        nodes: list[Node | Run] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, depth + 1))
            run = self.source.run_after(event, bool(start.flow_style), depth + 1)
            if run is not None:
                self._check_count(run)
                nodes.append(run)
        return Items(self.source.joined(nodes), self.mark(start))

    def _fields(self, start: Any, depth: int) -> Fields:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                message = "expected a word as a key, found a list or a mapping"
                self.refuse_value(event, message, "write `key: value`")
            elif key.text == "<<" and key.plain:
                message = "expected a key, found the merge key <<"
                self.refuse_value(event, message, "write the keys out")
            elif key.text in entries:
                first = entries[key.text][0].mark.line
                message = (
                    f"expected each key once, found {shown(key.text)!r} again (see line {first})"
                )
                self.refuse(event, message, f"it stands at line {first} already; keep one")
            else:
                entries[key.text] = key, value
        return Fields(entries, self.mark(start))
