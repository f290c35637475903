"""Whether a claimed text is meant as a formula, and not as a number or a word."""

import re

from lstmhw.formula import FormulaError
from lstmhw.handwritten import is_known
from lstmhw.handwritten.words import LONGEST, NAME, tokens
from lstmhw.marking.symbols import Symbols
from lstmhw.numerals import number

OPERATIONS = ("+", "*", "/", "^", "=", "@", "(")
MISTYPED = re.compile(r"[-+]?[0-9oOlI,_.]*[0-9.][0-9oOlI,_.]*")
"""A number with letters that look like digits, or marks that do not belong there."""
ARITHMETIC = re.compile(r"[0-9.)]\s*(?:[*+]|\s-\s)\s*[-(]*[0-9.]")


def is_formula(text: str, symbols: Symbols) -> bool:
    """Whether a text is meant as a formula: no number, and with symbols or operations in it."""
    try:
        number(text)
        return False
    except ValueError:
        pass
    is_name = re.fullmatch(NAME, text.strip()) and symbols.meanings(text.strip(), False)
    is_mistyped = MISTYPED.fullmatch(text.strip()) and not is_name
    if len(text) > LONGEST or is_mistyped:
        return False
    try:
        found = tokens(text)
    except FormulaError:
        return True
    words = [token.text for token in found if token.kind == "name"]
    if any(is_known(word, symbols) for word in words):
        return True
    operations = any(token.text in OPERATIONS for token in found)
    return operations if words else bool(ARITHMETIC.search(text))
