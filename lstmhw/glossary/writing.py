"""Mistakes about writing numbers down, and about counting parameters."""

from lstmhw.glossary.entry import Entry

DIGITS = (
    Entry(
        "arithmetic-slip",
        "a slip in the arithmetic",
        "No mistake of method gives this number, and what stands around it is right: it looks "
        "like a slip of the pen or the calculator.",
        (
            "f = 0.5, c_prev = 2, i = 0.5, g = 1",
            "right: f*c_prev + i*g = 1.5",
            "claimed: 1.6; no mistake with a name gives that",
        ),
        "Compute each line twice, the second time from the back.",
        ("wrong", "follows"),
        ("slip",),
    ),
    Entry(
        "truncated",
        "digits cut off",
        "The digits after the last one were dropped, where the last one is rounded.",
        ("true: h = tanh(1) = 0.76159", "right, rounded: 0.762", "wrong, cut off: 0.761"),
        "Look at the next digit: from 5 on, round up.",
        ("rounding", "rounded-early"),
    ),
    Entry(
        "rounded-early",
        "rounding on the way",
        "A number was rounded before it was used, which moves the last digits of what follows.",
        (
            "right: 1.1*sigmoid(0.5) = 0.6847",
            "rounded on the way: f = sigmoid(0.5) = 0.62",
            "then: 1.1*f = 0.682",
        ),
        "Keep all digits in the calculator, and round once, at the end.",
        ("rounding", "truncated"),
    ),
    Entry(
        "too-few-digits",
        "too few digits to tell",
        "The number may be right, but other answers would look the same with so few digits.",
        ("true: f = sigmoid(0.5) = 0.6225", "claimed: 1, off by: 1 - f = 0.3775"),
        "Write at least two decimals or three significant digits.",
        ("coarse",),
    ),
    Entry(
        "another-step",
        "the value of another time step",
        "The right value of this quantity at another time step stands here.",
        (
            "h_1 = tanh(0.5) = 0.4621, h_2 = tanh(1) = 0.7616",
            "right, for h_2: h_2 = 0.7616",
            "wrong: h_1 = 0.4621",
        ),
        "Write the index beside every number, and read it again before you copy.",
        ("time-step", "another-symbol", "wrong-step"),
    ),
    Entry(
        "another-symbol",
        "the value of another symbol",
        "The right value of another quantity stands here: a line above or below was copied.",
        (
            "i = sigmoid(1) = 0.7311, f = sigmoid(2) = 0.8808",
            "right, for f: f = 0.8808",
            "wrong: i = 0.7311",
        ),
        "Label every number with its symbol.",
        ("another-step", "gates-swapped"),
    ),
)
COUNTS = (
    Entry(
        "block-omitted",
        "a block left out",
        "Weights are missing in the count: a matrix, a gate, a layer or a direction.",
        (
            "an RNN layer of 5 units with 6 inputs",
            "right: 5*6 + 5*5 + 5 = 60",
            "wrong, without W_h: 5*6 + 5 = 35",
        ),
        "List W_x, W_h and b of each gate; an LSTM has four gates, a GRU three.",
        ("parameters", "counted-twice"),
    ),
    Entry(
        "counted-twice",
        "counted twice",
        "Some weights were counted twice.",
        (
            "an RNN layer of 5 units with 6 inputs",
            "right: 5*6 + 5*5 + 5 = 60",
            "wrong, W_h twice: 5*6 + 2*5*5 + 5 = 85",
        ),
        "Only a layer that runs in both directions has everything twice.",
        ("bidirectional", "block-omitted"),
    ),
    Entry(
        "time-steps-counted",
        "counted for every time step or example",
        "The number was multiplied by the time steps or the batch. The weights are the same at "
        "every step and for every example, and count once.",
        ("right: 5*6 + 5*5 + 5 = 60", "wrong, with 20 steps: 20*60 = 1200"),
        "Sequence length and batch size are in no count of parameters.",
        ("weights-shared", "batch"),
    ),
    Entry(
        "count-off-by-one",
        "one off",
        "The count is one too small or too large, as where a single bias is missed.",
        ("right: 5*9 + 9 = 54", "wrong: 5*9 + 9 - 1 = 53"),
        "Count the biases of the output: one for each class.",
        ("bias-omitted",),
    ),
    Entry(
        "bias-added",
        "biases counted that are not there",
        "Biases were counted, where the question is about a network without them.",
        ("right, no biases: 5*6 + 5*5 = 55", "wrong: 5*6 + 5*5 + 5 = 60"),
        "bias: false, or no-bias, means the matrices alone.",
        ("biases", "bias-omitted"),
    ),
    Entry(
        "heads-counted",
        "counted for every head",
        "The matrices were multiplied by the number of heads. The heads share the size between "
        "them, so their number changes nothing.",
        (
            "size 8, 2 heads of 4 numbers; W_q alone",
            "right: 2*(4*8) = 64",
            "wrong: 2*(8*8) = 128",
        ),
        "Each head has size/heads rows; all heads together have size rows.",
        ("block-omitted",),
    ),
    Entry(
        "untrained-counted",
        "numbers counted that are not trained",
        "The moving mean and variance of batch-norm were counted. They are no parameters, since "
        "nothing trains them.",
        ("right, size 4, gamma and beta: 2*4 = 8", "wrong, all four rows: 4*4 = 16"),
        "Count trainable parameters; Keras prints both numbers.",
        ("counted-twice",),
    ),
)
WRITING_MISTAKES = (*DIGITS, *COUNTS)
