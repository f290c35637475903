"""How the name of one of several problems is spelled: `q1`, Q 1, Question 1, Problem No. 1."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import takewhile

NUMBERED = (
    *("question", "q", "problem", "prob", "p", "exercise", "ex", "task"),
    *("aufgabe", "aufg", "frage", "exercice", "exo", "ejercicio", "problema", "pregunta"),
)
"""Words that are followed by the number of a problem, and stand for each other."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_NUMBER = r"[ \t_.:(\-]{0,3}(?:(?:number|no\.?|nr\.?|n\u00b0|\u2116)[ \t]{0,2}|#[ \t]?)?"


def same_problem(name: str) -> tuple[str, ...]:
    """What names of problems have in common that are read alike."""
    parts = [part.lower() for part in _PARTS.findall(composed(name))]
    return ("", *parts[1:]) if parts[:1] and parts[0] in NUMBERED else tuple(parts)


def spellings(problems: Sequence[str]) -> Mapping[str, str]:
    """A pattern for the names of each problem: whole, and without what all begin with."""
    parts = {name: _PARTS.findall(name) or [name] for name in problems}
    columns = zip(*parts.values(), strict=False)
    shared = len([*takewhile(lambda column: len(set(column)) == 1, columns)])
    short = {}
    for name, each in parts.items():
        begin = shared - 1 if shared and not each[shared - 1].isdigit() else shared
        short[name] = each[begin:] if is_telling("".join(each[begin:])) else each
    is_told = len({same_problem(" ".join(each)) for each in short.values()}) == len(parts)
    found = {}
    for name, each in parts.items():
        ways = [each, short[name]] if is_told and short[name] != each else [each]
        found[name] = "|".join(map(_spelled, ways))
    return found


def _spelled(parts: Sequence[str]) -> str:
    """A pattern for a name of these parts."""
    if parts[0].lower() in NUMBERED and len(parts) > 1:
        return rf"(?:{'|'.join(NUMBERED)}){_NUMBER}{_joined(parts[1:])}"
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    return r"[ \t_.(\-]{0,2}".join("".join(map(_letter, part)) for part in parts)


def _letter(letter: str) -> str:
    """A letter, or that with its marks behind it, as file names on a Mac have it."""
    apart = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if apart == letter else rf"(?:{letter}|{apart})"


def in_line(name: str, spelled: str) -> str:
    """The pattern of a name in a line of text, where a number alone is that of anything."""
    if not name.isdigit():
        return spelled
    return rf"(?:{'|'.join(NUMBERED)}){_NUMBER}{spelled}"


def is_telling(name: str) -> bool:
    """Whether a name is long enough to be told from other words and numbers."""
    return len(name) > 1 and not name.isdigit()


def composed(text: str) -> str:
    """A text without blanks around it, each letter with its marks as one character."""
    return unicodedata.normalize("NFC", text.strip())
