"""A problem file to begin with: an example of its kind that can be solved, and all other keys."""

import re
from collections.abc import Iterator

from lstmhw.explanation.kinds import kind_page

EXAMPLES = {
    "lstm-step": """\
x: [1, -2]
h_prev: [0.5]
c_prev: [0.25]
concat: [h, x]
gates:
  i: {W: [[1, 0.5, -1]], b: [0.1]}
  f: {value: 0.5}
  g: {W: [[-2, 1, 0.5]]}
  o: {W: [[0.5, -0.5, 0.25]], b: [0.2]}
claimed: {c: -0.604}
""",
    "gru-step": """\
x: [1, -0.5]
h_prev: [0.25]
update: keep
reset: before
gates:
  r: {W_x: [[0.5, -1]], W_h: [[1]], b: [0.1]}
  z: {W_x: [[-0.5, 1]], W_h: [[0.25]]}
  n: {W_x: [[1, 0.5]], W_h: [[2]], b: [-0.1]}
""",
    "rnn-step": """\
xs: [[1, 0], [0, 1]]
W_x: [[0.5, -0.25], [0.1, 0.4]]
W_h: [[0.2, 0.3], [-0.4, 0.1]]
b: [0.1, 0]
output: {W: [[1, -1]], activation: sigmoid}
""",
    "lstm-gradient": """\
x: [1]
h_prev: [0.5]
c_prev: [-0.25]
gates:
  i: {W_x: [[0.5]], W_h: [[-0.25]], b: [0.1]}
  f: {W_x: [[0.75]], W_h: [[0.5]], b: [1]}
  g: {W_x: [[1]], W_h: [[-0.5]]}
  o: {W_x: [[-0.5]], W_h: [[0.25]]}
dh: [1]
learning_rate: 0.1
""",
    "gradient-flow": """\
xs: [0, 1, 1, 0, 1]
W_x: 0.5
W_h: 1
from: 1
to: 5
""",
    "attention-step": """\
states: [[1, 0.5], [-0.5, 1], [0.25, -1]]
query: [0.4, -0.6]
score: dot
""",
    "parameter-count": """\
layers:
  - {type: embedding, vocabulary: 8, size: 6}
  - {type: lstm, input: 6, hidden: 5}
  - {type: linear, input: 5, output: 8}
claimed: {total: 336}
""",
    "sentiment-weights": """\
vocabulary: [bad, good, not, uh]
score: {good: 1, bad: -1, not good: -2, not bad: 2}
sequence: uh good good not bad
""",
    "sequence-rule": """\
alphabet: ["0", "1"]
rule:
  states: {even: {"0": even, "1": odd}, odd: {"0": odd, "1": even}}
  outputs: {even: 0, odd: 1}
cell: rnn
activation: step
sequence: "0 1 1 0 1"
""",
    "step-rnn": """\
inputs: [0, 0, 0, 1, 0, 1, 0]
outputs: [0, 0, 0, 1, 1, 1, 1]
initial: 0
claimed: {w1: 2, w2: 2, b: -1}
""",
    "rnn-in-lstm": """\
rnn: {W_x: [[0.8, -0.5]], W_h: [[0.6]], b_x: [0.1], b_h: [0]}
xs: [[1, 0], [0, 1], [1, 1]]
construction: saturated
""",
}
"""The data of a small problem of each kind."""
WIDTH = 34  # of a line before its comment


def template(kind: str) -> str:
    """The file: every key of the kind once, those that the example has not as comments."""
    keys = _keys(kind)
    return "\n".join([*_head(kind), *_example(kind, keys), "", *_others(kind, keys)]) + "\n"


def _keys(kind: str) -> dict[str, dict[str, str]]:
    """What is said of each key; of one that several cells have, all that may stand there."""
    keys: dict[str, dict[str, str]] = {}
    for row in kind_page(kind).extras["keys"]:
        name = row["key"].removesuffix(" (needed)")
        before = [keys[name]["type"]] if name in keys else []
        keys[name] = {**row, "type": " or ".join(dict.fromkeys([*before, row["type"]]))}
    return keys


def _head(kind: str) -> Iterator[str]:
    yield "# yaml-language-server: $schema=lstmhw.schema.json"
    yield "# (an editor completes keys with it: lstmhw schema -o lstmhw.schema.json)"
    yield f"# lstmhw explain {kind}  says more of each key"
    yield f"kind: {kind}"
    yield _commented("title: A title of your own", "shown above the answer")


def _example(kind: str, keys: dict[str, dict[str, str]]) -> Iterator[str]:
    for line in EXAMPLES[kind].splitlines():
        key = re.match(r"\w+(?=:)", line)
        yield _commented(line, keys[key[0]]["meaning"]) if key else line


def _others(kind: str, keys: dict[str, dict[str, str]]) -> Iterator[str]:
    """The keys that the example has not."""
    present = {"title", *re.findall(r"^\w+(?=:)", EXAMPLES[kind], re.MULTILINE)}
    yield "# What else there may be:"
    for key, row in keys.items():
        if key not in present:
            yield _commented(f"# {key}: {row['type']}", row["meaning"])


def _commented(line: str, said: str) -> str:
    """A line with what its key says behind it; above it where the line is long."""
    return f"{line:{WIDTH}}  # {said}" if len(line) <= WIDTH else f"# {said}\n{line}"
