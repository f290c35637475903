"""What each key of a problem file says, with an example."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Key(NamedTuple):
    """A sentence on a key, and what may stand there; the example alone need not make a problem.

    The `others` are examples for other cells, which have other keys.
    """

    said: str
    example: Any
    others: tuple[Any, ...] = ()


Keys = Mapping[str, Key]
GATE = {"W_x": [[1, -2]], "W_h": [[0.5]], "b": [0.1]}
ABOVE = {"W_x": [[1]], "W_h": [[0.5]]}  # of a layer that reads the one unit of GATE
LSTM = {"gates": {"f": GATE}}
GRU = {"gates": {"z": GATE}}
COMMON: Keys = {
    "title": Key("shown above the answer", "One step of an LSTM"),
    "source": Key("where the question is from; shown", "sheet 3, question 2"),
    "digits": Key("how many decimals are shown; 4 if left out", 4),
    "claimed": Key("answers to be marked, each under its symbol", {"h_2": [0.27, 0.97]}),
    "marking": Key(
        "how a course marks: digits asked for, tolerance, points", {"decimals": 3, "points": 2}
    ),
}
CELL: Keys = {
    "cell": Key("which cell it is; left out, the other keys tell", "gru"),
    "concat": Key("needed with W: the order of what it multiplies, [h, x] or [x, h]", ["h", "x"]),
    "orientation": Key("vectors are columns (W v, if left out) or rows (v W)", "row"),
    "gates": Key(
        "the weights of each gate, or its value as it stands on the sheet",
        {"f": {"value": 0.5}},
        ({"z": {"value": 0.5}},),
    ),
    "stacked": Key(
        "instead of gates: all weights in the layout of a framework",
        {
            "layout": "keras",
            "kernel": [[1, 2, 3]],
            "recurrent_kernel": [[0, 1, 0]],
            "reset_after": False,
        },
        (
            {
                "layout": "pytorch",
                "weight_ih": [[1], [2], [3], [4]],
                "weight_hh": [[0], [1], [0], [1]],
            },
        ),
    ),
    "activations": Key(
        "other functions than the usual ones, for gates, candidate, state",
        {"gate": "hard-sigmoid"},
    ),
    "activation": Key("the function of the cell; tanh if left out", "relu"),
    "h_prev": Key("the hidden state before the first step; zeros if left out", [0.5, 0]),
    "c_prev": Key("the cell state before the first step; zeros if left out", [0.25, -1]),
    "peephole": Key("weights with which gates see the cell state", {"o": [0.5, -0.5]}),
    "coupled": Key("whether i is 1 - f; then i has no weights", True),
    "forget_bias": Key("a number added in the forget gate beside its bias", 1),
    "update": Key("keep: h = z*h_prev + (1 - z)*n; new: h = (1 - z)*h_prev + z*n", "keep"),
    "reset": Key("before: W_h (r*h); after: r*(W_h h + b_h)", "before"),
    "W": Key("the weights on state and input put together, as concat says", [[2, 6, 0]]),
    "W_x": Key("the weights on the input", [[1, -2]]),
    "W_h": Key("the weights on the state before", [[0.5]]),
    "b": Key("the bias; zero if left out; .inf for a limit", [0.1]),
    "b_x": Key("the bias beside W_x, where there are two", [0.1]),
    "b_h": Key("the bias beside W_h, where there are two", [0]),
}
STEPS: Keys = {
    "t": Key("the index of the first step; 1 if left out", 2),
    "x": Key("the input of one step; of a batch a matrix", [1, -2]),
    "xs": Key("the inputs, one a step", [[1, -2], [0, 1]]),
    "one_hot": Key("instead of x, with embedding: 1 at the word, 0 elsewhere", [0, 1, 0]),
    "one_hots": Key("the same for several steps", [[0, 1, 0], [1, 0, 0]]),
    "embedding": Key("the table of which a one-hot picks a row", [[1, 2], [2, 3], [4, 1]]),
    "output": Key(
        "the weights and the function of y, read from h", {"W": [[1, -1]], "activation": "sigmoid"}
    ),
    "find": Key(
        "what is asked, of every step or of one; if left out, the states and outputs",
        ["c", "h_2"],
    ),
    "layers": Key(
        "cells on top of one another, each with its weights, the first next to the input",
        [GATE, ABOVE],
        ([LSTM, {"gates": {"f": ABOVE}}], [GRU, {"gates": {"z": ABOVE}}]),
    ),
    "reverse": Key("a second cell, from the last step to the first", GATE, (LSTM, GRU)),
    "direction": Key("reverse: the one cell runs from the last step to the first", "reverse"),
    "lengths": Key("of a batch: how many steps each example has", [3, 2]),
    "feedback": Key("y: the output of a step is the input of the next; x is the first", "y"),
    "steps": Key("how many steps, with feedback", 3),
    "targets": Key("what y (or h) should be, a row a step; null has no loss", [[0.5], None, [1]]),
    "loss": Key("how the distance from the targets is measured", "cross-entropy"),
    "classes_from": Key("targets are numbers of classes, counted from 0 or 1", 0),
    "over_steps": Key("whether the losses of the steps are added up or averaged", "mean"),
    "random": Key(
        "instead of xs: so many standard normal inputs, from a seed", {"steps": 20, "seed": 0}
    ),
    "dh": Key("the gradient that arrives at the last h; zero if left out", [1, 0]),
    "dc": Key("the gradient that arrives at the last c; zero if left out", [0, 0.5]),
    "learning_rate": Key("also do one step of gradient descent", 0.1),
    "truncate": Key("the loss of a step reaches back through so many steps, its own counted", 2),
}
RULES: Keys = {
    "delay": Key("the output is what the rule gives so many letters ago; 0 if left out", 1),
    "tolerance": Key("an output so far off, or further, is wrong; 0.5 if left out", "1/2"),
    "sequence": Key(
        "what is traced: letters, between them blanks unless they are characters", "a b b a"
    ),
    "output": Key(
        "how a number is read from a state; decide makes 0 or 1 of it",
        {"from": "h", "weights": [1, 0], "decide": "> 0.5"},
    ),
    "alphabet": Key("the letters, in the order of the one-hot vectors", ["a", "b"]),
    "inputs": Key(
        "the number or vector that each letter is, if not one-hot", {"a": [0, 1], "b": [1, 1]}
    ),
    "score": Key("the weight of each word or n-gram", {"good": 1, "not good": -2}),
    "states": Key("where each state goes with each letter", {"p": {"a": "p", "b": "p"}}),
    "outputs": Key("what each state gives, or a state and a letter together", {"p": 0, "q": 1}),
    "start": Key("the state before the first letter; the first if left out", "p"),
    "regex": Key("1 where all letters so far match, else 0", "(a|b)*ab"),
    "decide": Key("1 where the number is so, else 0", "> 0"),
}
LAYERS: Keys = {
    "type": Key("which layer it is", "lstm"),
    "vocabulary": Key("how many words an embedding has", 8),
    "size": Key("how many numbers: of each word, or of what is normalized", 6),
    "input": Key("how many numbers go in", 6),
    "output": Key("how many numbers come out", 9),
    "hidden": Key("how many units", 5),
    "layers": Key("how many of them on top of one another; 1 if left out", 2),
    "bidirectional": Key("whether there are two directions", True),
    "bias": Key("false: this layer has no biases", False),
    "projection": Key("of an LSTM: how many numbers h has, proj_size of PyTorch", 3),
    "reset_after": Key("of a GRU, as in Keras: whether it has two biases", True),
    "channels": Key("how many numbers a place has before a convolution", 3),
    "filters": Key("how many a place has after it", 8),
    "kernel": Key("how many places it sees at once; of conv2d also [height, width]", 5),
    "kind": Key("of attention: additive or multi-head", "additive"),
    "query": Key("the size of the query", 4),
    "keys": Key("the size of each state that is compared with it", 4),
    "heads": Key("how many attentions side by side", 2),
    "layer": Key(
        "the layer that is used at every step, and counts once",
        {"type": "linear", "input": 5, "output": 9},
    ),
    "rate": Key("the share of numbers that dropout sets to 0", 0.5),
}
OF_KIND: Mapping[str, Keys] = {
    "gru-step": {
        "find": STEPS["find"]._replace(example=["z", "h_2"]),
        "activations": Key(
            "other functions than the usual ones, for gates and candidate", {"gate": "hard-sigmoid"}
        ),
    },
    "rnn-step": {"find": STEPS["find"]._replace(example=["a", "h_2"])},
    "lstm-gradient": {
        "find": Key(
            "which gradients are asked for; if left out, of inputs, first states and weights",
            ["db_f", "dh_0"],
        ),
        "claimed": COMMON["claimed"]._replace(example={"db_f": [0.03, -0.01]}),
    },
    "rnn-in-lstm": {
        "c_prev": Key("the LSTM's cell state before the first step: one number, or one a unit", 1),
        "rnn": Key(
            "the weights of the RNN: W_x, W_h, b_x, b_h", {"W_x": [[1, -2]], "W_h": [[0.5]]}
        ),
        "construction": Key("which LSTM is built", "fixed-point"),
        "K": Key("the size of the biases that hold a gate; 50 if left out", 50),
        "gates": Key(
            "your own LSTM instead, in numbers or formulas such as W_h / tanh(1)",
            {"o": {"W_x": "W_x", "W_h": "W_h / tanh(1)"}},
        ),
        "readout": Key("how the RNN's h is read from yours: h / tanh(1), (h + 1) / 2", "h"),
    },
    "sentiment-weights": {
        **RULES,
        "vocabulary": Key("the words, in the order of the one-hot vectors", ["bad", "good", "not"]),
        "delay": Key("the output is the score of so many words ago; 0 if left out", 1),
        "output": Key("how the score is read from c or h", {"from": "c", "weights": [1, 0]}),
        "sequence": Key("a document that is traced word by word", "not good"),
        "claimed": COMMON["claimed"]._replace(example={"verdict": "proved"}),
    },
    "sequence-rule": {
        **RULES,
        "cell": Key("which cell it is; without weights a network is constructed", "rnn"),
        "rule": Key("states and outputs, a regex, or a score with decide", {"regex": "(a|b)*ab"}),
        "units": Key("of constructed step units: at most so many", 3),
        "claimed": COMMON["claimed"]._replace(example={"verdict": "refuted"}),
    },
    "step-rnn": {
        "inputs": Key("the inputs: numbers, or vectors (then w1 is one too)", [0, 0, 1, 0]),
        "outputs": Key("the output due at each step: 0 or 1", [0, 0, 1, 1]),
        "sequences": Key(
            "instead of these: several sequences for the same weights",
            [{"inputs": [0, 1], "outputs": [0, 1]}, {"inputs": [1, 1], "outputs": [1, 0]}],
        ),
        "every": Key(
            "or every sequence, by a rule",
            {"regex": "(0|1)*1", "alphabet": ["0", "1"], "inputs": {"0": 0, "1": 1}},
        ),
        "alphabet": RULES["alphabet"],
        "initial": Key("s_0: 0 (if left out), 1 or free", "free"),
        "threshold": Key('step(z) is 1 where z ">" 0 (if left out), or ">=" 0', ">="),
        "hidden": Key("the fewest extra step units, up to so many, with which it can be done", 2),
        "claimed": COMMON["claimed"]._replace(example={"w1": 2, "w2": 2, "b": -1}),
    },
    "gradient-flow": {
        "from": Key("the first state", 1),
        "to": Key("the last state; from 1 to 50 is 49 factors", 50),
        "below": Key("the first t whose norm is under this is told; 1e-3 if left out", 0.001),
        "factors": Key(
            "instead of a cell: so many factors w times slope", {"w": 0.8, "slope": 0.3, "count": 9}
        ),
        "clip": Key("a gradient that is scaled down to a norm", {"norm": 1, "gradient": [3, 4]}),
        "find": Key("not in this kind, which answers all that it can", ["h"]),
        "claimed": COMMON["claimed"]._replace(example={"verdict": "vanishes", "norm_5": 0.072}),
    },
    "parameter-count": {
        "layers": Key(
            "the layers, each with its type and sizes",
            [{"type": "lstm", "input": 6, "hidden": 5}],
        ),
        "than": Key(
            "a second list: how many more has the first?",
            [{"type": "gru", "input": 6, "hidden": 5}],
        ),
        "convention": Key("which biases count; if left out, each convention is told", "one-bias"),
        "steps": Key("the time steps, which never count; a total times them is known by it", 20),
        "batch": Key("the batch size, which never counts; likewise", 8),
        "claimed": COMMON["claimed"]._replace(example={"total": 260}),
    },
    "attention-step": {
        "states": Key("the encoder's states, a row each", [[1, 0], [0.5, -1]]),
        "score": Key("how a state is compared with the query", "scaled-dot"),
        "query": Key("the decoder's state", [0.5, 1]),
        "t": Key("the index of the decoder step; 1 if left out", 2),
        "W": Key("the weights of the general score, query by state", [[1, 0], [0, 1]]),
        "W_q": Key("the additive score's weights on the query", [[1, 0], [0, 1]]),
        "W_k": Key("the additive score's weights on a state", [[1, 0], [0, 1]]),
        "v": Key("what the additive score multiplies its hidden layer by", [1, -1]),
        "b": Key("the bias of the additive score; zero if left out", [0.1, 0]),
        "values": Key("what is averaged; the states if left out", [[1], [2]]),
        "mask": Key("1 for each state that counts, 0 for the others", [1, 1, 0]),
        "length": Key("or how many states count, from the first", 2),
        "decoder": Key(
            "the decoder's cell, whose next step is computed",
            {"cell": "rnn", "x": [1], "W_x": [[1, 0, 0]], "W_h": [[0.5]], "h_prev": [0.5]},
        ),
        "output": Key("the weights and the function of y", {"W": [[1, -1]]}),
        "dcontext": Key("the gradient that arrives at the context", [1, 0]),
        "targets": Key("what y should be, or h, or without a decoder the context", [0.5]),
        "find": Key(
            "what is asked; if left out, the scores, weights and context, the states and outputs, "
            "and the gradients",
            ["alpha", "context"],
        ),
        "claimed": COMMON["claimed"]._replace(example={"alpha_1": [0.269, 0.731]}),
    },
}
OF_PART: Mapping[str, Keys] = {
    "gates": {
        "i": Key("the input gate", GATE),
        "f": Key("the forget gate", GATE),
        "g": Key("the candidate", GATE),
        "o": Key("the output gate", GATE),
        "r": Key("the reset gate", GATE),
        "z": Key("the update gate", GATE),
        "n": Key("the candidate", GATE),
        **{name: CELL[name] for name in ("W", "b", "b_x", "b_h")},
        "W_x": Key("the weights on the input; zero if other keys are there", [[1, -2]]),
        "W_h": Key("the weights on the state before; likewise", [[0.5]]),
        "value": Key("as the sheet gives it; beside weights it is checked", [0.3, 0.9]),
    },
    "stacked": {
        "layout": Key("whose layout it is", "pytorch"),
        "weight_ih": Key("weights on x, gate under gate: i f g o, or r z n", [[1], [2], [3], [4]]),
        "weight_hh": Key("weights on h, likewise", [[0], [1], [0], [1]]),
        "bias_ih": Key("the biases beside them", [0, 1, 0, 0]),
        "bias_hh": Key("the biases beside them", [0, 0, 0, 0]),
        "kernel": Key("weights on x, gate beside gate: i f g o, or z r n", [[1, 2, 3, 4]]),
        "recurrent_kernel": Key("weights on h, likewise", [[0, 1, 0, 1]]),
        "bias": Key("the biases", [0, 1, 0, 0]),
        "reset_after": Key("of a Keras GRU: two rows of biases, and reset: after", True),
        "W": Key("weights on x, gate under gate: i o f g, or z r n", [[1], [2], [3], [4]]),
        "R": Key("weights on h, likewise", [[0], [1], [0], [1]]),
        "B": Key("the biases beside W, then those beside R", [0, 1, 0, 0, 0, 0, 0, 0]),
        "linear_before_reset": Key("of an ONNX GRU: 1 is reset: after", 0),
    },
    "activations": {
        "gate": Key("of the gates; sigmoid if left out", "hard-sigmoid"),
        "candidate": Key("of the candidate; tanh if left out", "relu"),
        "state": Key("of c on its way to h; tanh if left out", "identity"),
    },
    "peephole": {
        "i": Key("of the input gate, on the old c", [0.5, -0.5]),
        "f": Key("of the forget gate, on the old c", [0.5, -0.5]),
        "o": Key("of the output gate, on the new c", [0.5, -0.5]),
    },
    "output": {
        "W": Key("the weights on h, a row for each output", [[1, -1]]),
        "b": Key("the bias; zero if left out", [0.5]),
        "activation": Key("identity if left out", "softmax"),
        "concat": Key("of attention: what y is read from", ["context", "query"]),
        "from": Key("the state that is read", "c"),
        "weights": Key(
            "one for each unit; without weights of the cell they are constructed", [1, 0]
        ),
        "bias": Key("added to it; 0 if left out", 0),
        "decide": RULES["decide"],
    },
    "rule": RULES,
    "every": RULES,
    "random": {
        "steps": Key("how many inputs", 20),
        "seed": Key("the same seed gives the same inputs; 0 if left out", 0),
    },
    "rnn": {"activation": Key("sigmoid, for which the question is asked", "sigmoid")},
    "factors": {
        "w": Key("the recurrent weight", 0.8),
        "slope": Key("of the function; 1 if left out", 0.25),
        "count": Key("how many factors", 49),
    },
    "clip": {
        "norm": Key("the greatest norm that is left as it is", 1),
        "gradient": Key("what is scaled down to it", [3, 4]),
    },
    "decoder": {
        "x": Key("the decoder's own input", [1]),
        "input": Key(
            "the order in which its input is put together: [x, context], if left out, or "
            "[context, x]",
            ["x", "context"],
        ),
        **{name: CELL[name] for name in ("orientation", "W", "b")},
        "cell": Key("lstm, gru or rnn", "gru"),
    },
    "layers": LAYERS,
    "than": LAYERS,
    "marking": {
        "decimals": Key("answers with fewer decimals are too coarse, and earn nothing", 3),
        "significant": Key("instead: how many significant digits are asked for", 3),
        "tolerance": Key("so near is right, whatever its digits", 0.01),
        "points": Key("of each answer asked, or of each by name; 1 if left out", {"h_2": 4}),
        "per": Key(
            "entry: the points of an array are shared by its entries; symbol, if left out: all or "
            "none, by the worst entry",
            "entry",
        ),
        "follow": Key("the share that `follows` earns; 1 if left out", 0.5),
        "repeated": Key(
            "once: a mistake made again, and nothing else, costs once; each, if left out", "once"
        ),
        "absolute": Key("so far from the truth", 0.01),
        "relative": Key("or by such a share of it", 0.001),
    },
}
PART_OF_KIND: Mapping[tuple[str, str], Keys] = {
    ("gru-step", "stacked"): {
        "weight_ih": Key("weights on x, gate under gate: r z n", [[1], [2], [3]]),
        "weight_hh": Key("weights on h, likewise", [[0], [1], [0]]),
        "bias_ih": Key("the biases beside them", [0, 1, 0]),
        "bias_hh": Key("the biases beside them", [0, 0, 0]),
        "kernel": Key("weights on x, gate beside gate: z r n", [[1, 2, 3]]),
        "recurrent_kernel": Key("weights on h, likewise", [[0, 1, 0]]),
        "bias": Key("the biases; with reset_after two rows of them", [0, 1, 0]),
        "reset_after": Key("two rows of biases, and reset: after", False),
        "W": Key("weights on x, gate under gate: z r n", [[1], [2], [3]]),
        "R": Key("weights on h, likewise", [[0], [1], [0]]),
        "B": Key("the biases beside W, then those beside R", [0, 1, 0, 0, 0, 0]),
        "linear_before_reset": Key("1 is reset: after", 0),
    },
    ("lstm-step", "stacked"): {
        "weight_ih": Key("weights on x, gate under gate: i f g o", [[1], [2], [3], [4]]),
        "kernel": Key("weights on x, gate beside gate: i f g o", [[1, 2, 3, 4]]),
        "W": Key("weights on x, gate under gate: i o f g", [[1], [2], [3], [4]]),
    },
}
KEYS: Keys = {**COMMON, **CELL, **STEPS}


def key_of(kind: str, part: str, name: str) -> Key | None:
    """What is said of a key of a kind, or of a part of its file; None if nobody has."""
    own = PART_OF_KIND.get((kind, part), {}) if part else OF_KIND.get(kind, {})
    tables = (own, OF_PART.get(part, {}), KEYS)
    return next((table[name] for table in tables if name in table), None)
