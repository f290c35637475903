"""What is said of a search for few step units: what was found, or how far it looked."""

from collections.abc import Iterator, Sequence

from lstmhw.rules.apart import differing
from lstmhw.rules.few_units import Behaviour, BrokenOff, Exhausted, Sought
from lstmhw.rules.letters import Rule
from lstmhw.rules.rule_report import Impossible, Subject
from lstmhw.solution import Paragraph, Section


def search_section(behaviour: Behaviour, before: Sequence[Exhausted | BrokenOff]) -> Section:
    """That the weights were found, and what is known of fewer units."""
    text = (
        f"A search found these weights of {_units(behaviour.units)}: it chose, for each letter and "
        "each state of the units that is reached, which of them are on next, and then weights that "
        "do so. The proof below does not rest on how they were found: it goes through all of it "
        "again."
    )
    return Section("Construction", (Paragraph((" ".join([text, *_known(before)]),)),))


def exhausted(subject: Subject, rule: Rule, result: Exhausted) -> Impossible:
    """Why so many units do not do it: everything was gone through."""
    documents = differing(rule, subject.judge)
    named = "; ".join(f"'{subject.text(word)}'" for word in documents)
    argument = (
        f"No network of {_units(result.units)} does it, whatever its weights and h_0. After a "
        f"letter its units are in one of {2**result.units} states. Where each letter leads from "
        "each state that is reached was chosen in all ways, one choice after the other, until they "
        f"could not be continued: {result.tried} choices, not counting those that only rename the "
        "units, or on and off. Each way ends in one of these: (1) The demands on a unit "
        "contradict: it is on where w . h + (what the letter puts in) > 0, so of two states before "
        "the same letter the one after which it is on has the greater w . h, and no weights w have "
        "all of these in the order that is asked for. (2) Two sequences lead to the same state, "
        "and the outputs due there, or after the same further letters, are not the same. (3) No "
        f"weights of the output are right in all states that are reached. This "
        "was gone through by computer: it is too long to be printed. Sequences of which no two may "
        f"leave the units in the same state are: {named}."
    )
    return Impossible(documents, argument)


def how_far(sought: Sought | None, asked: int, constructed: int) -> str:
    """What a search without an end says: of how many units what is known."""
    many = f"With {_units(constructed)} there is one: leave `units` out."
    if sought is None:
        return f"No network was found, and none of fewer units was searched for. {many}"
    known = [*sought.before, sought.last]
    results = [result for result in known if not isinstance(result, Behaviour)]
    texts = list(_known(results))
    most = results[-1].units
    if most < asked:
        further = f"{most + 1} to {asked}" if most + 1 < asked else f"{asked}"
        texts.append(f"Of {further} units none was searched for.")
    return f"It is not known whether {_units(asked)} can do it. {' '.join(texts)} {many}"


def _known(results: Sequence[Exhausted | BrokenOff]) -> Iterator[str]:
    """What was found out about so many units; where there are none of some, neither of fewer."""
    none = max((k.units for k in results if isinstance(k, Exhausted)), default=0)
    if none:
        yield f"No network of {_units(none)} does it: all that they can do was gone through."
    for result in results:
        if isinstance(result, BrokenOff) and result.units > none:
            yield (
                f"Of {_units(result.units)} none was found in {result.tried} choices, where the "
                "search was broken off."
            )


def _units(count: int) -> str:
    return "1 step unit" if count == 1 else f"{count} step units"
