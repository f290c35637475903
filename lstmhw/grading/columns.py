"""The columns of tables that course systems and forms write: who, when, and what else is there.

Moodle's names of columns are in the language of the site; Canvas' and those of forms as here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

MOODLE, CANVAS, FORM, PLAIN = "Moodle", "Canvas", "a form", "a table"
LAST = ("last name", "surname", "family name", "nachname", "nom", "nom de famille", "apellido(s)")
FIRST = ("first name", "given name", "vorname", "prénom", "nombre")
MAILS = (
    *("email address", "e-mail address", "email", "e-mail", "mail", "e-mail-adresse"),
    *("adresse de courriel", "adresse e-mail", "dirección de correo"),
)
USERS = (
    *("username", "user name", "anmeldename", "nutzername"),
    *("nom d'utilisateur", "nombre de usuario"),
)
NUMBERS = (
    *("id number", "student id", "student_id", "student number", "matriculation number"),
    *("sid", "id-nummer", "numéro d'identification", "número de id"),
)
NAMES = (
    *("name", "full name", "student", "student name", "your name", "student_name"),
    *("vollständiger name", "nom complet", "nombre completo"),
)
BEGUN = ("started", "started on", "begonnen am", "begonnen", "commencé le", "comenzado el")
ENDED = (
    *("completed", "beendet", "terminé", "finalizado"),
    *("timestamp", "zeitstempel", "horodateur", "marca temporal"),
    *("completion time", "submitted", "submission time"),
)
FORM_TIMES = ("timestamp", "zeitstempel", "horodateur", "marca temporal", "start time")
_RESPONSE = re.compile(r"\D+ [0-9]+")


class People(NamedTuple):
    """The columns that say who handed a row in; of several for an id the first with one counts."""

    system: str
    ids: Sequence[int]
    names: Sequence[int]
    time: int | None
    attempt: int | None

    @property
    def used(self) -> set[int]:
        """All of these columns."""
        return {*self.ids, *self.names, *(k for k in (self.time, self.attempt) if k is not None)}


def people(titles: Sequence[str]) -> People:
    """The columns for people of a table with these titles."""
    places: dict[str, int] = {}
    for k, title in enumerate(titles):
        places.setdefault(" ".join(title.split()).casefold(), k)
    system = _system(places)
    numbers = ("id", *NUMBERS)
    ranked = (*MAILS, *USERS, *numbers) if system in (MOODLE, FORM) else (*numbers, *USERS, *MAILS)
    whole = [places[name] for name in NAMES if name in places]
    in_parts = [_first(places, FIRST), _first(places, LAST)]
    parts = [k for k in in_parts if k is not None]
    return People(
        system,
        [places[name] for name in ranked if name in places],
        whole[:1] or parts,
        _first(places, ENDED),
        _first(places, ("attempt",)),
    )


def _system(places: Mapping[str, int]) -> str:
    """What wrote a table, by the titles of its columns."""
    if {"name", "id", "section"} <= set(places) and {"n correct", "section_id"} & set(places):
        return CANVAS
    is_named = _first(places, FIRST) is not None and _first(places, LAST) is not None
    if is_named and (_first(places, BEGUN) is not None or any(map(_RESPONSE.fullmatch, places))):
        return MOODLE
    return FORM if _first(places, FORM_TIMES) is not None else PLAIN


def _first(places: Mapping[str, int], names: Sequence[str]) -> int | None:
    return next((places[name] for name in names if name in places), None)
