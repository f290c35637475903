"""What a word or a value may have been meant as that stands in many books, but not here."""

import re
from collections.abc import Collection, Iterable

from lstmhw.faults import Path, did_you_mean

OTHER_WORDS = {
    **dict.fromkeys(("backward", "backwards", "bwd", "right-to-left"), "reverse"),
    **dict.fromkeys(("forwards", "fwd", "left-to-right"), "forward"),
    **dict.fromkeys(("mse", "mean-squared-error", "l2"), "mean-squared"),
    **dict.fromkeys(("sse", "squared-error"), "squared"),
    **dict.fromkeys(("ce", "nll", "categorical-crossentropy", "crossentropy"), "cross-entropy"),
    **dict.fromkeys(("bce", "binary-crossentropy"), "binary-cross-entropy"),
    **dict.fromkeys(("dense", "fully-connected", "fc"), "linear"),
    **dict.fromkeys(("bahdanau", "mlp"), "additive"),
    **dict.fromkeys(("dot-product", "inner-product"), "dot"),
    **dict.fromkeys(("multiplicative", "bilinear"), "general"),
    **dict.fromkeys(("keys", "encoder-states"), "states"),
}
"""Words of other books and programs, and those that stand for them here."""
TOP_KEYS = {
    **dict.fromkeys(
        ("answers", "answer", "solution", "solutions", "submission", "claims", "claim"),
        "what a sheet says stands under `claimed`",
    ),
    **dict.fromkeys(("question", "name"), "write `title`"),
    **dict.fromkeys(("asked", "wanted", "compute"), "write `find: [c, h]`"),
    **dict.fromkeys(("points", "score_out_of"), "write `marking: {points: ..}`"),
}
"""What stands at the top of many sheets, and what to write here."""
STATE_BEFORE = re.compile(r"([hc])_?(?:[{(]?t-1[)}]?|tm1|old|init|initial|start|last|previous)")
OF_ONE_GATE = re.compile(r"[wub]_?[xh]?_?[ifgocrzn]_?[xh]?")
OF_OUTPUT = re.compile(r"[wb]_?(?:h_?[yq]|y_?h?|q|out)")
CANDIDATES = {"n": ("h", "g", "c", "h~", "h_tilde", "hh"), "g": ("a", "z", "j", "c~", "c_tilde")}
OF_GATES = "weights of a gate stand under its letter: `gates: {f: {W: .., b: ..}, ..}`"
BOTH_WAYS = re.compile(r"bi(?:directional)?-?((?:lstm|gru|rnn)(?:-step)?)")
REVERSE = "`reverse: {W_x: .., W_h: ..}`, the weights of the second direction"
INSTEAD = {"reverse": f"write {REVERSE}", "layers": "write the weights of each: [{..}, {..}]"}
"""What a key takes whose value is often taken for a switch, or a count."""


def near_word(word: str, known: Iterable[str]) -> str:
    """A hint: the word that stands here for this one, or one that is near."""
    options = list(known)
    plain = word.lower().replace("_", "-")
    both = BOTH_WAYS.fullmatch(plain)
    if both is not None and both[1] in options:
        return f"write {both[1]}, and {REVERSE}"
    other = OTHER_WORDS.get(plain, "")
    return f"write {other}" if other in options else did_you_mean(word, options)


def instead(path: Path) -> str:
    """A hint of what a key takes; none of most."""
    return INSTEAD.get(str(path[-1]), "") if path else ""


def of_gate(path: Path, text: str) -> str:
    """A hint where something else stands than the mapping of a gate; `text` is what."""
    gate = str(path[-1]) if path else ""
    if re.fullmatch(r"\s*1\s*-\s*f(_t|_?[0-9]+)?\s*", text):
        return f"leave {gate} out, and write `coupled: true` at the top"
    return f"for a value that is given write {gate}: {{value: {text or '[..]'}}}"


def of_step(key: str, allowed: Collection[str]) -> str:
    """A hint on what books write beside the data of a step, where these keys are allowed."""
    plain = key.lower()
    state = STATE_BEFORE.fullmatch(plain)
    if state is not None and f"{state[1]}_prev" in allowed:
        return f"the state before the first step is `{state[1]}_prev`"
    is_bias = plain == "c" and "c_prev" not in allowed
    if "output" in allowed and (is_bias or OF_OUTPUT.fullmatch(plain)):
        return "weights and bias of the output are `output: {W: .., b: ..}`"
    if re.fullmatch(r"x_?[0-9]+", plain) and "xs" in allowed:
        return "the inputs of several steps are `xs: [[..], [..]]`"
    if plain in ("h", "c") and f"{plain}_prev" in allowed:
        return f"the state before the first step is `{plain}_prev`; answers stand under `claimed`"
    if plain in ("output_activation", "activation_output") and "output" in allowed:
        return "the function of the output is `output: {W: .., activation: ..}`"
    return OF_GATES if "gates" in allowed and OF_ONE_GATE.fullmatch(plain) else ""


def of_gates(key: str, allowed: Collection[str]) -> str:
    """A hint on what other books call the candidate, where these gates are allowed."""
    return next(
        (
            f"the candidate is {letter}"
            for letter, names in CANDIDATES.items()
            if letter in allowed and key.lower() in names
        ),
        "",
    )


def unknown_key(key: str, path: Path) -> str:
    """A hint on a key that is none; none of most. `path` is where it stands."""
    if re.fullmatch(r"[0-9]+\)+", key):
        return "a comma ends a value in braces: put it in quotes, 'zeros(6, 4)'; or write 0"
    plain = key.lower().replace("-", "_")
    if path:
        return ""
    state = re.fullmatch(r"d([hcx])_?(prev|0)", plain)
    if state is not None:
        return "it is computed: name it under `find`, or what a sheet says of it under `claimed`"
    return TOP_KEYS.get(plain, "")
