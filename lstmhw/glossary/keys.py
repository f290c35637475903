"""What each key of a problem file says, in a line."""

from collections.abc import Mapping

COMMON = {
    "title": "shown above the answer",
    "source": "where the question is from; shown",
    "digits": "how many decimals are shown; 4 if left out",
    "claimed": "answers to be marked, each under its symbol",
    "marking": "how a course marks: digits asked for, tolerance, points",
}
CELL = {
    "cell": "which cell it is; left out, the other keys tell",
    "concat": "the order of the vector that W multiplies: [h, x] or [x, h]",
    "orientation": "vectors are columns (W v, if left out) or rows (v W)",
    "gates": "the weights of each gate, or its value as it stands on the sheet",
    "stacked": "instead of gates: all weights in the layout of a framework",
    "activations": "other functions than the usual ones, for gates, candidate, state",
    "activation": "the function of the cell; tanh if left out",
    "h_prev": "the hidden state before the first step; zeros if left out",
    "c_prev": "the cell state before the first step; zeros if left out",
    "peephole": "weights with which gates see the cell state",
    "coupled": "whether i is 1 - f; then i has no weights",
    "forget_bias": "a number added in the forget gate beside its bias",
    "update": "keep: h = z*h_prev + (1 - z)*n; new: h = (1 - z)*h_prev + z*n",
    "reset": "before: W_h (r*h); after: r*(W_h h + b_h)",
    "W": "the weights on state and input put together, as concat says",
    "W_x": "the weights on the input",
    "W_h": "the weights on the state before",
    "b": "the bias; zero if left out",
    "b_x": "the bias beside W_x, where there are two",
    "b_h": "the bias beside W_h, where there are two",
}
STEPS = {
    "t": "the index of the first step; 1 if left out",
    "x": "the input of one step",
    "xs": "the inputs, one a step",
    "one_hot": "instead of x: a 1 for the word, 0 elsewhere",
    "one_hots": "the same for several steps",
    "embedding": "the table of which a one-hot picks a row",
    "output": "the weights and the function of y, read from h",
    "find": "what is asked; if left out, all that can be computed",
    "layers": "cells on top of one another, the first next to the input",
    "reverse": "a second cell, from the last step to the first",
    "direction": "reverse: the one cell runs from the last step to the first",
    "lengths": "of a batch: how many steps each example has",
    "feedback": "y: the output of a step is the input of the next",
    "steps": "how many steps, with feedback",
    "targets": "what y (or h) should be, a row a step; null has no loss",
    "loss": "how the distance from the targets is measured",
    "classes_from": "targets are numbers of classes, counted from 0 or 1",
    "over_steps": "whether the losses of the steps are added up or averaged",
    "random": "instead of xs: so many random inputs, from a seed",
    "dh": "the gradient that arrives at the last h; zero if left out",
    "dc": "the gradient that arrives at the last c; zero if left out",
    "learning_rate": "also do one step of gradient descent",
    "truncate": "the loss of a step reaches back through so many steps",
}
RULES = {
    "delay": "the output is what the rule gives so many letters ago; 0 if left out",
    "tolerance": "an output so far off, or further, is wrong; 0.5 if left out",
    "sequence": "what is traced in the working",
    "output": "how a number is read from a state; decide makes 0 or 1 of it",
    "score": "the weight of each word or n-gram",
    "alphabet": "the letters, in the order of the one-hot vectors",
}
OF_KIND: Mapping[str, Mapping[str, str]] = {
    "rnn-in-lstm": {
        "c_prev": "the LSTM's cell state before the first step: one number, or one a unit",
        "rnn": "the weights of the RNN: W_x, W_h, b_x, b_h",
        "construction": "which LSTM is built: one of four",
        "K": "the size of the biases that hold a gate; 50 if left out",
        "gates": "your own LSTM instead, in numbers or formulas such as W_h / tanh(1)",
        "readout": "how the RNN's h is read from yours: h / tanh(1), (h + 1) / 2",
    },
    "sentiment-weights": {
        **RULES,
        "vocabulary": "the words, in the order of the one-hot vectors",
        "delay": "the output is the score of so many words ago; 0 if left out",
        "sequence": "a document that is traced word by word",
    },
    "sequence-rule": {
        **RULES,
        "cell": "which cell it is; without weights a network is constructed",
        "rule": "states and outputs, a regex, or a score with decide",
        "inputs": "the number or vector that each letter is, if not one-hot",
        "units": "of constructed step units: at most so many",
    },
    "step-rnn": {
        "inputs": "the inputs: numbers, or vectors",
        "outputs": "the output due at each step: 0 or 1",
        "sequences": "instead of these: several sequences for the same weights",
        "every": "or every sequence, by a rule",
        "alphabet": RULES["alphabet"],
        "initial": "s_0: 0 (if left out), 1 or free",
        "threshold": 'step(z) is 1 where z ">" 0 (if left out), or ">=" 0',
        "hidden": "try up to so many extra units",
    },
    "gradient-flow": {
        "from": "the first state",
        "to": "the last state; from 1 to 50 is 49 factors",
        "below": "the first t whose norm is under this is told; 1e-3 if left out",
        "factors": "instead of a cell: so many factors w times slope",
        "clip": "a gradient that is scaled down to a norm",
    },
    "parameter-count": {
        "layers": "the layers, each with its type (embedding, lstm, linear ..) and sizes",
        "than": "a second list: how many more has the first?",
        "convention": "which biases count; if left out, each convention is told",
        "steps": "the time steps, which never count",
        "batch": "the batch size, which never counts",
    },
    "attention-step": {
        "states": "the encoder's states, a row each",
        "score": "how a state is compared with the query",
        "query": "the decoder's state",
        "t": "the index of the decoder step; 1 if left out",
        "W": "the weights of the general score, query by state",
        "W_q": "the additive score's weights on the query",
        "W_k": "the additive score's weights on a state",
        "v": "what the additive score multiplies its hidden layer by",
        "b": "the bias of the additive score; zero if left out",
        "values": "what is averaged; the states if left out",
        "mask": "1 for each state that counts, 0 for the others",
        "length": "or how many states count, from the first",
        "decoder": "the decoder's cell, whose next step is computed",
        "output": "the weights and the function of y",
        "dcontext": "the gradient that arrives at the context",
        "targets": "what y should be, or h, or without a decoder the context",
    },
}
KEYS: Mapping[str, str] = COMMON | CELL | STEPS


def key_said(kind: str, key: str) -> str:
    """What a key of a kind says; "" where nobody has written it down."""
    return OF_KIND.get(kind, {}).get(key) or KEYS.get(key, "")
