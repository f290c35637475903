"""Mistakes about activation functions."""

from lstmhw.functions import ACTIVATIONS, hard_sigmoid, hard_sigmoid_6
from lstmhw.glossary.entry import Entry

WHERE = {
    "sigmoid": "Gates go through sigmoid: they are shares from 0 to 1.",
    "tanh": "Candidates, and c where h reads it, go through tanh: they are from -1 to 1.",
    "softmax": "softmax is for shares that add up to 1: the output over classes, or attention.",
    "relu": "Where the sheet says relu, negative numbers become 0 and the others stay.",
    "identity": "Where no activation is named, the number stays as it is.",
}
"""Where a function is due, by its name."""
Z = (1.0, -0.5)


def _taken_for(other: str, right: str) -> Entry:
    """One function in the place of another; the formulas are the functions' own."""
    is_due = right != "identity"
    title = f"{other} instead of {right}" if is_due else f"{other} where no activation is due"
    definitions = [ACTIVATIONS[name].definition for name in dict.fromkeys((other, right))]
    taken = f"{other} was taken where the sheet has {right if is_due else 'no activation'}."
    return Entry(
        f"{other}-for-{right}",
        title,
        f"{taken} {'; '.join(definitions)}.",
        (
            f"z = [{Z[0]:g}, {Z[1]:g}]",
            f"right: {right}(z) = {_list(ACTIVATIONS[right](Z).tolist())}",
            f"wrong: {other}(z) = {_list(ACTIVATIONS[other](Z).tolist())}",
        ),
        WHERE[right],
        (right, other),
    )


def _list(numbers: list[float]) -> str:
    return f"[{', '.join(f'{number:.4f}' for number in numbers)}]"


TAKEN_FOR = tuple(
    _taken_for(other, right)
    for right, others in {
        "sigmoid": ("softmax", "tanh", "relu"),
        "tanh": ("sigmoid", "softmax", "relu"),
        "softmax": ("sigmoid", "tanh"),
        "relu": ("sigmoid", "tanh"),
        "identity": ("sigmoid", "tanh", "softmax"),
    }.items()
    for other in others
)
OTHERWISE = (
    Entry(
        "activation-omitted",
        "activation left out",
        "The pre-activation was written down as the answer. On the way back: the slope of the "
        "activation was left out.",
        ("z = 2 - 0.5 = 1.5", "right: sigmoid(z) = 0.8176", "wrong: z = 1.5"),
        "A gate outside 0 to 1, or a candidate outside -1 to 1, cannot be: check the range.",
        ("pre-activation", "gate", "extra-activation"),
    ),
    Entry(
        "extra-activation",
        "an activation too many",
        "An activation was applied where none is due, or twice.",
        (
            "f = 0.5, c_prev = 2, i = 0.5, g = 1",
            "right: c = f*c_prev + i*g = 1.5",
            "wrong: tanh(c) = 0.9051",
        ),
        "A pre-activation goes through one function, once; c is a plain sum, and may pass 1.",
        ("cell-state", "activation-omitted"),
    ),
    Entry(
        "tanh-omitted",
        "tanh of c left out",
        "h was read from c itself. It reads c through tanh, or through the function that the "
        "sheet names for the state.",
        (
            "o = 0.5, c = 1.2",
            "right: h = o*tanh(c) = 0.4168",
            "wrong: o*c = 0.6",
        ),
        "The last line of an LSTM is h = o*tanh(c): three things, one of them a function.",
        ("tanh_c_t", "hidden-state"),
    ),
    Entry(
        "hard-sigmoid-slope",
        "another book's hard sigmoid",
        f"Two functions have this name. {hard_sigmoid.definition}; {hard_sigmoid_6.definition}.",
        ("z = 1", "right: 0.2*z + 0.5 = 0.7", "wrong: z/6 + 0.5 = 0.6667"),
        "See which one the sheet defines before you use it.",
        ("hard-sigmoid", "hard-sigmoid-6"),
    ),
    Entry(
        "step-from-0-for-step",
        "step(0) taken as 1",
        "On this sheet a step unit is 1 only where z > 0, so at z = 0 it is 0.",
        ("z = 1 - 1 = 0", "right: step(z) = 0", "wrong: 1"),
        "At z = 0 look up what the sheet says: books differ only there.",
        ("step", "step-for-step-from-0"),
    ),
    Entry(
        "step-for-step-from-0",
        "step(0) taken as 0",
        "On this sheet a step unit is 1 where z >= 0, so at z = 0 it is 1.",
        ("z = 1 - 1 = 0", "right: step_from_0(z) = 1", "wrong: 0"),
        "At z = 0 look up what the sheet says: books differ only there.",
        ("step-from-0", "step-from-0-for-step"),
    ),
)
ACTIVATION_MISTAKES = (*TAKEN_FOR, *OTHERWISE)
