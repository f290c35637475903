"""The cheapest story of a whole sheet: what was done, and what is left unexplained."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import NamedTuple

from lstmhw.marking import prices
from lstmhw.marking.search import Option, Unexplained

ROUNDS = 4
MOST_STARTS = 24
MOST_EQUALS = 4


class Told(NamedTuple):
    """What is told of one claim: its story, the bits by which that is the best, its equals."""

    option: Option
    evidence: float
    equals: tuple[Option, ...] = ()


Story = dict[str, Option]
"""The story of each claim that has one."""


def best_story(claims: Mapping[str, Unexplained]) -> Story:
    """The story of the sheet that leaves the fewest bits, causes being paid for once."""
    starts: list[Story] = [{}, *({s: o} for s, o in _shared(claims))]
    stories = [_settled(claims, start) for start in starts[:MOST_STARTS]]
    return min(stories, key=lambda story: total(claims, story))


def told(claims: Mapping[str, Unexplained]) -> dict[str, Told]:
    """What is told of each claim: a cause only where it beats by a margin that there is none.

    It has to come near every number of the claim, too, but for a slip in one: where the best story
    does not, there is none, for others are less likely still.
    """
    story = best_story(claims)
    while True:
        if weak := _weak(claims, story):
            claims = _without_causes(claims, weak)
        elif absurd := [symbol for symbol in story if _is_absurd(story, symbol)]:
            claims = {**claims, absurd[0]: claims[absurd[0]]._replace(options=())}
        else:
            return {symbol: _told(claims, story, symbol) for symbol in story}
        story = best_story(claims)


def has_slip(story: Mapping[str, Option], symbol: str) -> bool:
    """Whether the story of a claim gives all wrong numbers but one, which is a slip besides.

    Two numbers of which one comes out are not enough, unless other claims have the same cause.
    """
    option = story[symbol]
    same = [other for other in story.values() if other.keys & option.keys]
    is_told = any(other.fit.hit for other in same)
    is_slip = option.partly and option.fit.missed == 1 and is_told
    return is_slip and (option.values.size > 2 or len(same) > 1)


def _is_absurd(story: Story, symbol: str) -> bool:
    """Whether the story of a claim misses a number by far, and that is no slip."""
    return story[symbol].fit.far > 0 and not has_slip(story, symbol)


def _told(claims: Mapping[str, Unexplained], story: Story, symbol: str) -> Told:
    """The story of a claim, and others that are as good without its names."""
    option, cost = story[symbol], total(claims, story)
    evidence: float | None = None
    equals: list[Option] = []
    while evidence is None or (evidence <= prices.TIE and len(equals) < MOST_EQUALS):
        claims = _without_names(claims, {n for o in (option, *equals) for n in o.variant.names})
        rival = best_story(claims)
        behind = total(claims, rival) - cost
        evidence = behind if evidence is None else evidence
        if behind > prices.TIE or symbol not in rival:
            break
        equals.append(rival[symbol])
    return Told(option, evidence, tuple(equals))


def total(claims: Mapping[str, Unexplained], story: Story) -> float:
    """The bits of a story with the bits that it leaves."""
    paid: dict[Hashable, float] = {}
    bits = sum(claim.bits for symbol, claim in claims.items() if symbol not in story)
    for symbol in claims:
        if symbol in story:
            bits += story[symbol].cost(paid)
            paid.update(_causes(story[symbol]))
    return bits


def _causes(option: Option) -> dict[Hashable, float]:
    return {cause.key: cause.bits for cause in option.variant.causes}


def _settled(claims: Mapping[str, Unexplained], start: Story) -> Story:
    """Claim by claim the best story beside those of the others, until nothing changes.

    What the start says is asked last, when the others have had the chance to share its causes.
    """
    story = dict(start)
    for _ in range(ROUNDS):
        before = dict(story)
        for symbol, claim in sorted(claims.items(), key=lambda item: item[0] in start):
            story.pop(symbol, None)
            paid = {key: bits for option in story.values() for key, bits in _causes(option).items()}
            option = min(claim.options, key=lambda o: o.cost(paid), default=None)
            if option is not None and option.cost(paid) < claim.bits:
                story[symbol] = option
        if story == before:
            break
    return story


def _shared(claims: Mapping[str, Unexplained]) -> list[tuple[str, Option]]:
    """Stories of which the cause explains something of several claims, the best first."""
    if len(claims) < 2:
        return []
    saved: dict[Hashable, float] = {}
    first: dict[Hashable, tuple[str, Option]] = {}
    for symbol, claim in claims.items():
        best: dict[Hashable, float] = {}
        for option in claim.options:
            if len(option.variant.causes) == 1:
                (cause,) = option.variant.causes
                gain = claim.bits - option.bits - option.variant.place
                best[cause.key] = max(best.get(cause.key, 0.0), gain)
                first.setdefault(cause.key, (symbol, option))
        for key, gain in best.items():
            saved[key] = saved.get(key, 0.0) + gain
    keys = sorted(saved, key=lambda key: -saved[key])
    return [first[key] for key in keys]


def _weak(claims: Mapping[str, Unexplained], story: Story) -> frozenset[Hashable]:
    """Causes without which the story is not much worse; none where all of them are needed."""
    cost = total(claims, story)
    for option in story.values():
        for keys, margin in _margins(option):
            if total(claims, _dropped(claims, story, keys)) - cost < margin:
                return keys
    return frozenset()


def _margins(option: Option) -> Iterator[tuple[frozenset[Hashable], float]]:
    """By how many bits the causes of a claim have to be the better story, all or one by one."""
    yield option.keys, prices.MARGIN + (prices.PARTLY if option.partly else 0.0)
    if len(option.keys) > 1:
        yield from ((frozenset([key]), prices.MARGIN_MORE) for key in option.keys)


def _dropped(claims: Mapping[str, Unexplained], story: Story, keys: frozenset[Hashable]) -> Story:
    """The story without some causes, with nothing in their place but what is there already."""
    left = {key for option in story.values() for key in option.keys} - keys
    fewer = {}
    for symbol, option in story.items():
        if not keys & option.keys:
            fewer[symbol] = option
            continue
        kept = [o for o in claims[symbol].options if o.keys <= left]
        best = min(kept, key=lambda o: o.bits + o.variant.place, default=None)
        if best is not None and best.bits + best.variant.place < claims[symbol].bits:
            fewer[symbol] = best
    return fewer


def _without_causes(
    claims: Mapping[str, Unexplained], keys: frozenset[Hashable]
) -> dict[str, Unexplained]:
    """The claims without the stories that have all of these causes."""
    return {symbol: _kept(claim, lambda o: not o.keys >= keys) for symbol, claim in claims.items()}


def _without_names(claims: Mapping[str, Unexplained], names: set[str]) -> dict[str, Unexplained]:
    """The claims without the stories that have one of these names."""
    return {
        symbol: _kept(claim, lambda o: not names & {*o.variant.names})
        for symbol, claim in claims.items()
    }


def _kept(claim: Unexplained, is_in: Callable[[Option], bool]) -> Unexplained:
    return claim._replace(options=[option for option in claim.options if is_in(option)])
