"""Moodle's cloze questions, read and graded by Moodle's own rules; nothing here is lstmhw's.

The patterns are those of question/type/multianswer/questiontype.php (Moodle 4), the grading that of
question/type/numerical/question.php.
"""

import html
import re
from typing import NamedTuple
from xml.etree import ElementTree

FRACTION = r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%"
ANSWER = r".+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$)"
FEEDBACK = r".*?(?<!\\)(?=[~}]|$)"
ALTERNATIVE = rf"({FRACTION})?({ANSWER})(#({FEEDBACK}))?"
NUMBER = r"-?(([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?)"
NUMERICAL = re.compile(rf"^({NUMBER})(:{NUMBER})?$", re.DOTALL)
TYPES = (
    r"(NUMERICAL|NM)|(MULTICHOICE|MC)|(MULTICHOICE_V|MCV)|(MULTICHOICE_H|MCH)|"
    r"(SHORTANSWER|SA|MW)|(SHORTANSWER_C|SAC|MWC)"
)
FIELD = re.compile(
    rf"\{{([0-9]*):(?P<type>{TYPES}):(?P<all>{ALTERNATIVE}(~{ALTERNATIVE})*)\}}", re.DOTALL
)
NEXT = re.compile(rf"~?{ALTERNATIVE}", re.DOTALL)
PRECISION = 1e-14


class Alternative(NamedTuple):
    """An answer that Moodle knows: what it earns, and what is told of it."""

    answer: str
    tolerance: float
    fraction: float
    feedback: str

    def takes(self, value: float) -> bool:
        true = float(self.answer)
        room = self.tolerance + PRECISION * max(1.0, abs(true))
        return true - room <= value <= true + room


class Gap(NamedTuple):
    """A field of a question."""

    weight: int
    type: str
    alternatives: list[Alternative]

    def graded(self, value: float) -> tuple[float, str]:
        """The fraction and the feedback of an answer: those of the first that takes it."""
        found = next((a for a in self.alternatives if a.takes(value)), None)
        return (0.0, "") if found is None else (found.fraction, found.feedback)


class Question(NamedTuple):
    """A cloze question; `text` has {#1}, {#2} in the places of its fields."""

    name: str
    text: str
    gaps: list[Gap]


def questions(xml: str) -> list[Question]:
    """The cloze questions of a file, in order."""
    root = ElementTree.fromstring(xml.encode())
    assert root.tag == "quiz"
    found = []
    for element in root.iter("question"):
        if element.get("type") == "cloze":
            name, text = (element.findtext(f"{tag}/text", "") for tag in ("name", "questiontext"))
            found.append(Question(name, *extracted(text)))
    return found


def extracted(text: str) -> tuple[str, list[Gap]]:
    """A text without its fields, and these: qtype_multianswer_extract_question."""
    gaps: list[Gap] = []
    while match := FIELD.search(text):
        remaining, alternatives = match["all"], []
        while (alternative := NEXT.match(remaining)) and remaining:
            alternatives.append(_alternative(alternative))
            remaining = remaining[alternative.end() :]
        gaps.append(Gap(int(match[1] or 1), match["type"], alternatives))
        text = f"{text[: match.start()]}{{#{len(gaps)}}}{text[match.end() :]}"
    return text, gaps


def _alternative(match: re.Match[str]) -> Alternative:
    share, percent, answer, _, feedback = match.groups()
    fraction = 1.0 if share == "=" else 0.01 * float(percent or 0)
    told = html.unescape(feedback or "").replace(r"\}", "}").replace(r"\#", "#")
    number = NUMERICAL.match(answer)
    if number is None:
        return Alternative(html.unescape(answer), 0.0, fraction, told)
    return Alternative(number[1], float(number[6] or 0), fraction, told)
