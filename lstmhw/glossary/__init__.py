"""The words of the pages in plain English: codes, symbols and terms, each in one place.

Mistakes and verdicts have codes, which JSON and CSV keep; a page prints what stands here.
"""

from lstmhw.glossary.activations import ACTIVATION_MISTAKES
from lstmhw.glossary.lines import LINE_MISTAKES
from lstmhw.glossary.networks import NETWORK_MISTAKES
from lstmhw.glossary.verdicts import SHORT
from lstmhw.glossary.writing import WRITING_MISTAKES

MISTAKES = (*ACTIVATION_MISTAKES, *LINE_MISTAKES, *NETWORK_MISTAKES, *WRITING_MISTAKES)
TITLES = {entry.name: entry.title for entry in MISTAKES}
JOINED = " + "
"""What stands between the codes of two mistakes at once."""
SAID_BEFORE = {"wrong": "wrong: ", "rounding": "right but for ", "coarse": ""}
"""What the title of a mistake stands behind, by the verdict."""


def title(code: str) -> str:
    """A code, or several joined, in English; what has no entry is told as it is."""
    *before, last = [TITLES.get(name, name) for name in code.split(JOINED)]
    return f"{', '.join(before)}, and {last}" if before else last


def verdict(code: str, mistake: str | None) -> str:
    """A verdict, with the mistake where it has one, as it stands in a table."""
    if mistake is None or code not in SAID_BEFORE:
        return SHORT[code]
    return SAID_BEFORE[code] + title(mistake)


def counted(number: int, code: str) -> str:
    """So many answers with a verdict: 2 wrong."""
    return f"{number} {SHORT[code]}"
