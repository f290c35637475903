"""What several kinds or commands share, a page each."""

from typing import NamedTuple

from lstmhw.glossary.keys import OF_PART

Rows = tuple[tuple[str, ...], ...]


class Part(NamedTuple):
    """A heading with paragraphs and tables; the first row of a table is its head."""

    heading: str
    body: tuple[str | Rows, ...]


class Topic(NamedTuple):
    """A page of its own; `others` are other words for it."""

    name: str
    title: str
    parts: tuple[Part, ...]
    others: tuple[str, ...] = ()


NUMBERS = Topic(
    "numbers",
    "Numbers, as they are written and as they are printed",
    (
        Part(
            "In a file",
            (
                'Numbers are 2, -.5, 1e-3, or exact fractions in quotes, "1/3"; .inf where a limit '
                "is meant. Arrays are lists, matrices lists of rows. 0 in the place of an array is "
                "zeros, of whatever shape belongs there.",
                "Where a number, a vector or a matrix may stand, so may a text for it, as it comes "
                "out of another program; a text of several lines stands behind |. A column or a "
                "row may stand for a vector.",
                (
                    ("from", "as in"),
                    (
                        "NumPy, PyTorch",
                        "[[2 6]\\n [-3 3]], array([...], dtype=float32), tensor([...], "
                        "grad_fn=<...>), np.float64(0.5), .T",
                    ),
                    (
                        "MATLAB",
                        "[2 6; -3 3], [2, 6; -3, 3]', 1.0e+03 * before rows; zeros(6,4), "
                        "ones(2,1), eye(3), in quotes where it stands in braces",
                    ),
                    (
                        "LaTeX",
                        "bmatrix, pmatrix, vmatrix, smallmatrix, array, with ^T, \\frac{1}{3}, "
                        "3 \\cdot 10^{-2}",
                    ),
                    ("a spreadsheet", "rows on lines, apart by blanks, tabs or commas"),
                    (
                        "a student",
                        "in claims also 0,37; 0,11, (a; b), a / b, ≈ 0.37, 55.47%, and the minus "
                        "that is not on the keyboard",
                    ),
                ),
            ),
        ),
        Part(
            "Digits and doubts",
            (
                "The digits are kept: 0.10 is not 0.1 where digits count, and is exactly one tenth "
                "where a proof does. What can be read in two ways (1,234; [0,5 0,6] in a problem; "
                "2 -1 without brackets) is an error that shows both; a print with ... in it is "
                "refused.",
            ),
        ),
        Part(
            "Names of other books",
            (
                "They are understood, and the answer says what they are: gates input, forget, "
                "output and candidate (cell, update, c) of an LSTM, reset, update and candidate "
                "(new) of a GRU; U for W_h, V for the W of an output; h0, c0; dL_dh. Beside U, a "
                "gate's W is W_x; of a plain RNN, on which books differ, the square one of the two "
                "is W_h.",
            ),
        ),
    ),
    ("number", "arrays", "matrix", "names"),
)
CLAIMS = Topic(
    "claimed",
    "Claimed answers, and how they are marked",
    (
        Part(
            "What may be claimed",
            (
                "Each answer stands under its symbol: c_2: [1.14, 2.13]. Where there is one step, "
                "the index may be left out. Numbers may be written as students write them (see "
                "numbers), also behind the name of the symbol, h = 0.37.",
                "A claim may be a formula, plain or LaTeX, under the names that books use: "
                'c: "f*c_prev + i*g". It is right where it is the problem\'s own line for all '
                "values, which algebra decides or else random values do (it is said which); where "
                "there are several steps, h_t is the line of each. A bare h in the line of h is "
                "the one before; a bare c in that of c is not. A sum of numbers (1/3 + 2) is "
                "neither: write what it comes to.",
                "In a formula \\sum, ||v||^2, diag(v) and entries (y_2[3]) are read; \\eta or lr "
                "is the learning rate; beside \\hat{y}, the output, y is the target.",
                "Words are marked where the answer is one: verdict: explodes (vanishes, stays) of "
                "gradient-flow, verdict: proved (refuted, unknown) of sentiment-weights and "
                "sequence-rule, feasible: true or false of step-rnn, beside false also the reasons "
                "(lstmhw explain step-rnn). A claim of null, or one that is asked for and left "
                "out, is unanswered; so is a number of an array: c: [0.55, null].",
                "A claim that cannot be read is an error at its line, exit status 2, and the "
                "others are marked.",
            ),
        ),
        Part(
            "Verdicts",
            (
                (
                    ("in JSON", "on the page", "means"),
                    ("right", "right", "within half a unit of its last digit as written"),
                    (
                        "rounding",
                        "right but for rounding on the way, or digits cut off",
                        "what comes out when lines, products or data are kept to the digits of "
                        "the claim, or to fewer that the sheet shows",
                    ),
                    (
                        "coarse",
                        "too few digits to tell, or undecided",
                        "perhaps right, but with neither two decimals, nor three significant "
                        "digits, nor as many decimals as the data, and off by over 0.005 and "
                        "0.5 %; it earns nothing, and is no accusation",
                    ),
                    ("unanswered", "unanswered", "asked for and left out; it earns nothing"),
                    (
                        "follows",
                        "wrong only because of an earlier answer",
                        "what the right method gives from an earlier wrong answer",
                    ),
                    ("wrong", "wrong", "neither; with the name of the mistake, if one fits"),
                ),
            ),
        ),
        Part(
            "How a mistake gets its name",
            (
                "A mistake is a line of the working that is written differently, or a number of "
                "the data that was read as another one. The story of a sheet is told as a whole: "
                "what was done otherwise costs bits, as seldom as it happens, and so does every "
                "digit that it leaves unexplained. The cheapest story is told, each cause once, "
                "where it is first.",
                "A name is a claim about a person: it is given only where the story is better by "
                "some bits than that nobody knows. Of random wrong numbers hardly one in a hundred "
                "gets a name. How many bits stands in the JSON as evidence. A story that is near "
                "without giving the digits is told as a guess; what is as good a story stands "
                'behind "also explained by". What nothing explains is an arithmetic-slip where '
                "all around it agrees.",
                "Codes are what JSON and CSV have, two at once joined by +; a page says them in "
                "English. explain has an entry for each.",
            ),
        ),
        Part(
            "Weights that are claimed",
            (
                "w1, w2 and b of a step unit, or a network; the gates of sentiment-weights; your "
                "own gates in rnn-in-lstm: they are one row, weights, with why. Where it is not "
                "known whether they do it, they are undecided (coarse).",
                "Where sentiment-weights or sequence-rule ask for weights, those that are claimed "
                "(gates or stacked, activations, output; of a sequence-rule also W_x, W_h, b, "
                "h_prev) are decided like a problem of their own: right with a proof, or wrong "
                "with a shortest sequence on which they fail.",
            ),
        ),
    ),
    ("claims", "claim", "verdicts", "formulas"),
)
MARKING = Topic(
    "marking",
    "How a course marks",
    (
        Part(
            "Keys of marking",
            (
                "They stand in the problem under marking, as in "
                "marking: {decimals: 3, points: {h_2: 4, c_2: 1}, follow: 0.5}.",
                (
                    ("key", "what it says"),
                    *((name, key.said) for name, key in OF_PART["marking"].items()),
                ),
                "absolute and relative stand under tolerance: {absolute: 0.01}.",
            ),
        ),
        Part(
            "What counts",
            (
                "What is asked is the symbols that points names, else find, else what the problem "
                "claims itself, else all that is computed; out_of is the same for all. From "
                "Python, check takes the answers as those that the problem claims. Right and "
                "rounded answers earn their points, what follows its share, the others nothing.",
                "What follows from wrong answers that nothing explains, and would be the same "
                "whatever the data (a cell state of 0 from two gates of 0), earns nothing; what "
                "one slip leads to is paid.",
            ),
        ),
    ),
    ("points", "score"),
)
SCRIPTS = Topic(
    "scripts",
    "Scripts that compute the answer in a framework",
    (
        Part(
            "What they do",
            (
                "lstmhw export q2 --to pytorch -o check.py prints a script that builds the network "
                "with these weights, runs it, compares every state, and prints passed, or says "
                "what differs and exits with 1. PyTorch takes numeric steps of any cell, "
                "sentiment-weights and rnn-in-lstm; Keras and ONNX take numeric steps of the "
                "cells that they have. Each step is taken from the given states, so that rounding "
                "cannot add up.",
                "Layers and directions become one module with num_layers and bidirectional, or a "
                "module each where sizes differ. What no module has (peepholes, coupled, a reset "
                "before the matrix, other activations) is written in operations.",
            ),
        ),
        Part(
            "What is refused",
            (
                (
                    ("in the file", "pytorch", "keras", "onnx"),
                    (
                        "layers, reverse, direction: reverse, a batch, forget_bias, feedback",
                        *("yes", "yes", "yes"),
                    ),
                    ("lengths", "yes", "yes, as a mask", "no"),
                    ("peephole", "yes", "no", "yes"),
                    ("coupled, a gate's value for each example", "yes", "no", "no"),
                    ("targets", "yes", "no", "no"),
                ),
            ),
        ),
    ),
    ("export",),
)
EXACTNESS = Topic(
    "exactness",
    "How exact an answer is",
    (
        Part(
            "Steps",
            (
                "They are computed in float64, with functions that do not overflow, and agree "
                "with PyTorch's and ONNX's cells in float64 to 1e-12. A value that overflows is an "
                "error that names the step. Where a gate is so saturated that its digits hide it, "
                "the distance is printed: 1.0000 (1 - 4.3e-11).",
                "Every row can be redone with a calculator from the numbers that are printed in "
                "it. Data stand in it as they were given (with more than ten decimals, like what "
                "is computed); computed numbers have --digits decimals, below 0.1 four "
                "significant digits, and as many more as the row needs, up to six. Where those do "
                "not do either, as in 1 - 0.9999999999^2, the page names the row: it is carried in "
                "full.",
            ),
        ),
        Part(
            "Proofs",
            (
                "They hold in real arithmetic for the weights as they are written, 0.1 being one "
                "tenth: the cell is run over intervals that are rounded outward, and a document is "
                "called a counterexample only when its interval is outside the tolerance. They "
                "rest on NumPy's exp and tanh being within 16 units in the last place. Step units "
                "and linear cells are decided in exact fractions. An LSTM's trace is computed in "
                "float64.",
            ),
        ),
    ),
    ("exact", "precision"),
)
TOPICS = {topic.name: topic for topic in (NUMBERS, CLAIMS, MARKING, SCRIPTS, EXACTNESS)}


def topic_of(word: str) -> Topic | None:
    """The topic of a word; None where there is none."""
    return next((t for t in TOPICS.values() if word == t.name or word in t.others), None)
