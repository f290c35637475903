"""The verdicts on an answer."""

from lstmhw.glossary.entry import Entry

SHORT = {
    "right": "right",
    "rounding": "right but for rounding",
    "coarse": "undecided",
    "unanswered": "unanswered",
    "follows": "wrong only because of an earlier answer",
    "wrong": "wrong",
}
"""A verdict by itself, where there is little room: in a table, and behind a number of answers."""

VERDICTS = (
    Entry(
        "right",
        "right",
        "The answer is within half a unit of its last written digit, so fewer digits claim less.",
        (
            "h = sigmoid(0.5) = 0.622459",
            "right: 0.622, off by: h - 0.622 = 0.000459",
            "half a unit of its last digit: 0.001/2 = 0.0005",
        ),
        related=("rounding", "coarse"),
    ),
    Entry(
        "rounding",
        "right but for rounding on the way",
        "Numbers were rounded or cut off before the end, which moves the last digits. "
        "The answer counts as right.",
        (
            "right: 1.1*sigmoid(0.5) = 0.6847",
            "rounded on the way: f = sigmoid(0.5) = 0.62",
            "then: 1.1*f = 0.682",
        ),
        "Carry two digits more than the answer needs, and round once, at the end.",
        ("rounded-early", "truncated", "right"),
    ),
    Entry(
        "coarse",
        "too few digits to tell",
        "The answer may be right, but has so few digits that a wrong one would look the same; or, "
        "of weights, nobody knows whether they do it. It earns no points and is no accusation.",
        (
            "true: f = sigmoid(0.5) = 0.6225",
            "claimed: 1, off by: 1 - f = 0.3775",
        ),
        "Write at least two decimals or three significant digits, or what the sheet asks for.",
        ("too-few-digits", "right"),
        ("undecided",),
    ),
    Entry(
        "unanswered",
        "unanswered",
        "It was asked for, and nothing or null stands there, or in the place of a number of an "
        "array of which the rest is right. What has no answer earns no points.",
        ("asked: i, c and h; claimed: i and h; so c is unanswered",),
        "Write down what you have: a wrong start can still be followed.",
    ),
    Entry(
        "follows",
        "wrong only because an earlier answer was; the method is right",
        "The number is not the true one, but the right method gives it from your own earlier "
        "wrong answer. So it is credited, unless made-up answers left nothing to compute.",
        (
            "true: f = 0.5, c_prev = 2, f*c_prev = 1",
            "your wrong gate: f_yours = 0.6",
            "follows: f_yours*c_prev = 1.2",
        ),
        "Mend the first wrong answer; the ones that follow then come right with it.",
        ("wrong", "arithmetic-slip"),
        others=("follow through", "carried on"),
    ),
    Entry(
        "wrong",
        "wrong",
        "Neither right nor what follows from an earlier wrong answer. Where one mistake gives "
        "these digits, it is named.",
        (
            "true: f = sigmoid(1) = 0.7311",
            "wrong: 0.7616, for this is: tanh(1) = 0.7616",
        ),
        related=("follows", "evidence"),
    ),
)
