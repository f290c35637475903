"""The terms of the field, as the pages use them."""

from lstmhw.functions import ACTIVATIONS, Function
from lstmhw.glossary.entry import Entry

NOT_SHOWN = ("softmax",)  # a function of several numbers, which has an entry of its own
AT = 0.5


def _function(function: Function) -> Entry:
    """An activation, its formula and two of its values."""
    name = function.name.replace("-", "_")
    values = [f"{name}({z:g}) = {function([z])[0]:.4f}" for z in (-AT, AT)]
    return Entry(
        function.name,
        f"the function {function.name}",
        f"{function.definition}.",
        (*values,),
        related=("activation",),
    )


CELLS = (
    Entry(
        "pre-activation",
        "pre-activation",
        "The weighted sum before the activation: W_x x + W_h h + b.",
        (
            "W_x = 2, x = 1, W_h = 3, h = 0.5, b = -1",
            "z = W_x*x + W_h*h + b = 2.5",
            "the gate: sigmoid(z) = 0.9241",
        ),
        related=("logit", "activation", "z_f_t"),
    ),
    Entry(
        "activation",
        "activation function",
        "The function that a weighted sum goes through. Gates use sigmoid, candidates tanh.",
        ("z = 0.5", "sigmoid(z) = 0.6225", "tanh(z) = 0.4621"),
        related=("sigmoid", "tanh", "softmax", "pre-activation"),
    ),
    Entry(
        "softmax",
        "the function softmax",
        f"{ACTIVATIONS['softmax'].definition}: shares that add up to 1.",
        ("softmax([1, 0]) = [0.7311, 0.2689]", "0.7311 + 0.2689 = 1"),
        related=("logit", "cross-entropy", "sigmoid"),
    ),
    Entry(
        "gate",
        "gate",
        "A vector of shares from 0 to 1, which multiplies another vector entry by entry: 0 lets "
        "nothing through, 1 all.",
        (
            "z = 2, and what it multiplies: c = 1.5",
            "gate = sigmoid(z) = 0.8808",
            "let through: gate*c = 1.3212",
        ),
        related=("i_t", "f_t", "o_t", "r_t", "z_t"),
        others=("gates",),
    ),
    Entry(
        "candidate",
        "candidate",
        "What may be written into the state, before a gate says how much of it: g in an LSTM, "
        "n in a GRU.",
        ("i = 0.5, g = tanh(1) = 0.7616", "written: i*g = 0.3808"),
        related=("g_t", "n_t", "i_t"),
    ),
    Entry(
        "cell-state",
        "cell state",
        "The memory c of an LSTM. It is a plain sum, so it may be larger than 1.",
        ("f = 0.9, c_prev = 2, i = 0.5, g = 0.8", "c = f*c_prev + i*g = 2.2"),
        related=("c_t", "hidden-state"),
        others=("memory",),
    ),
    Entry(
        "hidden-state",
        "hidden state",
        "The h of a cell: what it shows to the output, to the next layer and to its own next step.",
        ("o = 0.5, c = 1.2", "of an LSTM: h = o*tanh(c) = 0.4168"),
        related=("h_t", "cell-state"),
    ),
    Entry(
        "unit",
        "unit",
        "One entry of the state vector; a cell of m units has m numbers in h. Row j of a weight "
        "matrix belongs to unit j.",
        ("5 units, 6 inputs", "entries of W_x: 5*6 = 30", "entries of W_h: 5*5 = 25"),
        related=("h_t", "W_x_f"),
        others=("units", "neuron"),
    ),
    Entry(
        "time-step",
        "time step",
        "One input, and all that is computed with it. The same weights serve at every step.",
        ("three inputs are three steps: x_1, x_2, x_3 lead from h_0 to h_3",),
        related=("x_t", "weights-shared"),
        others=("step t", "time steps"),
    ),
    Entry(
        "rnn",
        "plain recurrent network (RNN)",
        "One line a step: h_t = tanh(W_x x_t + W_h h_(t-1) + b).",
        (
            "W_x = 0.5, x = 1, W_h = 1, h_prev = 0.25, b = -0.25",
            "h = tanh(W_x*x + W_h*h_prev + b) = 0.4621",
        ),
        related=("lstm", "gru", "a_t"),
        others=("recurrent network",),
    ),
    Entry(
        "lstm",
        "long short-term memory (LSTM)",
        "A recurrent cell with a memory c and the gates i, f and o. `lstmhw equations lstm` "
        "prints its lines.",
        (
            "f = 0.5, c_prev = 2, i = 0.5, g = 1, o = 0.5",
            "c = f*c_prev + i*g = 1.5",
            "h = o*tanh(c) = 0.4526",
        ),
        related=("cell-state", "gate", "gru"),
    ),
    Entry(
        "gru",
        "gated recurrent unit (GRU)",
        "A recurrent cell with the gates r and z and no memory beside h. `lstmhw equations gru` "
        "prints its lines.",
        (
            "z = 0.9, h_prev = 1, n = 0",
            "update: keep: h = z*h_prev + (1 - z)*n = 0.9",
        ),
        related=("update", "reset", "lstm"),
    ),
    Entry(
        "saturation",
        "saturation",
        "A sigmoid or tanh far from 0 is so near its limit that its digits hide the rest; the "
        "pages then print the distance, as 1.0000 (1 - 2.06e-9). Its slope is nearly 0 there.",
        (
            "sigmoid(20) = 1.0000",
            "short of 1 by: 1/(1 + exp(20)) = 2.06e-9",
            "the slope there: sigmoid(20)*(1 - sigmoid(20)) = 2.06e-9",
        ),
        related=("vanishing-gradient", "sigmoid"),
        others=("saturated",),
    ),
)
CONVENTIONS = (
    Entry(
        "concat-order",
        "order of the concatenation",
        "W multiplies state and input put together, [h; x] or [x; h]: its columns for the first "
        "come first. The key is concat: [h, x].",
        (
            "W = [2, 5], h = 1, x = 3",
            "[h; x]: 2*h + 5*x = 17",
            "[x; h]: 2*x + 5*h = 11",
        ),
        related=("concat-reversed", "orientation"),
        others=("concat", "concatenation"),
    ),
    Entry(
        "orientation",
        "orientation: columns or rows",
        "With column vectors a matrix stands on the left, W x; with rows on the right, x W, and "
        "every matrix is the transpose. The key is orientation: column or row.",
        (
            "W = [[1, 2], [3, 4]], x = [1, 0]",
            "column, W x: [1*1 + 2*0, 3*1 + 4*0] = [1, 3]",
            "row, x W: [1*1 + 0*3, 1*2 + 0*4] = [1, 2]",
        ),
        related=("transposed",),
        others=("column", "row"),
    ),
    Entry(
        "update",
        "update: keep or new",
        "What the update gate z of a GRU multiplies. update: keep is h = z*h_prev + (1 - z)*n; "
        "update: new is h = (1 - z)*h_prev + z*n.",
        (
            "z = 0.9, h_prev = 1, n = 0",
            "keep: z*h_prev + (1 - z)*n = 0.9",
            "new: (1 - z)*h_prev + z*n = 0.1",
        ),
        "Books differ, so a gru-step has to say it, unless its stacked layout does.",
        ("z_t", "update-flipped"),
        others=("keep", "new", "update keep", "update new"),
    ),
    Entry(
        "reset",
        "reset: before or after",
        "Where the reset gate r of a GRU acts. reset: before is W_h (r*h), reset: after is "
        "r*(W_h h + b_h).",
        (
            "W_h = 2, r = 0.5, h = 1, b_h = 3",
            "before: W_h*(r*h) + b_h = 4",
            "after: r*(W_h*h + b_h) = 2.5",
        ),
        "Books differ, so a gru-step has to say it, unless its stacked layout does.",
        ("r_t", "reset-misplaced"),
        others=("before", "after", "reset before", "reset after", "reset_after"),
    ),
    Entry(
        "biases",
        "one bias or two",
        "Textbooks and Keras mostly add one bias b in a gate; PyTorch adds two, b_x and b_h. "
        "In an RNN or an LSTM only their sum matters, yet both are parameters.",
        (
            "an RNN layer of 5 units with 6 inputs",
            "one-bias: 5*6 + 5*5 + 5 = 60",
            "two-bias: 5*6 + 5*5 + 2*5 = 65",
        ),
        related=("one-bias-for-two", "b", "parameters"),
        others=("one-bias", "two-bias", "no-bias", "two biases", "one bias"),
    ),
    Entry(
        "forget-bias",
        "forget bias",
        "A number that is added in the forget gate beside its bias, often 1, so that at first "
        "the cell keeps its memory. The key is forget_bias.",
        (
            "z_f = 0",
            "without: sigmoid(z_f) = 0.5",
            "with 1: sigmoid(z_f + 1) = 0.7311",
        ),
        related=("forget-bias-added", "f_t"),
    ),
    Entry(
        "peephole",
        "peephole",
        "A term p*c, entry by entry, with which a gate sees the cell state: the old one in i and "
        "f, the new one in o.",
        ("z = 0.5, p_f = 0.2, c_prev = 2", "z + p_f*c_prev = 0.9"),
        related=("p_f", "peephole-omitted"),
        others=("peepholes",),
    ),
    Entry(
        "coupled-gates",
        "coupled gates",
        "An LSTM whose input gate is 1 - f: what is forgotten makes room for what is written.",
        ("f = 0.9, c_prev = 2, g = 1", "i = 1 - f = 0.1", "c = f*c_prev + i*g = 1.9"),
        related=("coupling-omitted", "i_t", "f_t"),
        others=("coupled", "coupled gate"),
    ),
    Entry(
        "layer",
        "layer",
        "Cells on top of one another: the h of one is the input of the next.",
        ("h_1 = 0.5, W_x of layer 2 is 2", "its term in layer 2: 2*h_1 = 1"),
        related=("@2", "layer-skipped"),
        others=("layers", "stacked"),
    ),
    Entry(
        "bidirectional",
        "bidirectional",
        "A second cell reads the sequence from the last input to the first; what comes next "
        "reads both states, [h; h@rev].",
        ("h = 0.5, h_rev = 0.1, W_1 = 2, W_2 = 4", "W_1*h + W_2*h_rev = 1.4"),
        related=("@rev", "directions-swapped"),
        others=("reverse",),
    ),
    Entry(
        "batch",
        "batch",
        "Several examples at once, each with its own states, all with the same weights.",
        ("W = 2, x_1 = 3, x_2 = 5", "example 1: W*x_1 = 6", "example 2: W*x_2 = 10"),
        related=("length-ignored", "averaged"),
    ),
    Entry(
        "weights-shared",
        "shared weights",
        "The same weights are used at every time step, so they count once, and their gradient "
        "is a sum over the steps.",
        ("dW_1 = 0.1, dW_2 = 0.2", "dW = dW_1 + dW_2 = 0.3"),
        related=("bptt", "time-steps-counted"),
    ),
    Entry(
        "one-hot",
        "one-hot vector",
        "A 1 in the place of the word or letter and 0 elsewhere. A matrix times it is one of its "
        "columns.",
        (
            "W = [[1, 2, 3], [4, 5, 6]], the second of three words: x = [0, 1, 0]",
            "W x is the second column: [1*0 + 2*1 + 3*0, 4*0 + 5*1 + 6*0] = [2, 5]",
        ),
        related=("embedding", "x_t"),
    ),
    Entry(
        "embedding",
        "embedding",
        "A table with a row of numbers for each word; a one-hot vector picks its row.",
        ("9 words, rows of 6 numbers", "parameters: 9*6 = 54"),
        related=("one-hot",),
    ),
    Entry(
        "parameters",
        "number of parameters",
        "How many numbers training may change: all weights and biases, each once.",
        (
            "an RNN layer of 5 units with 6 inputs",
            "5*6 + 5*5 + 5 = 60",
            "an LSTM layer has four such: 4*60 = 240",
        ),
        related=("biases", "block-omitted", "time-steps-counted"),
        others=("number of parameters", "parameter count", "total"),
    ),
)
GRADIENTS = (
    Entry(
        "gradient",
        "gradient",
        "By how much the loss changes if a number is changed a little. dX stands for dL/dX and "
        "has the shape of X.",
        (
            "the loss 0.5*(h - 0.2)^2 at h = 0.5",
            "its gradient: h - 0.2 = 0.3",
            "a little more h: (0.5*(0.501 - 0.2)^2 - 0.5*(0.5 - 0.2)^2)/0.001 = 0.3005",
        ),
        related=("chain-rule", "dh_t"),
    ),
    Entry(
        "chain-rule",
        "chain rule",
        "Along one way from a number to the loss slopes are multiplied; over several ways the "
        "products are added.",
        (
            "two ways: a = 0.5, b = 0.4, and c = 0.1",
            "in all: a*b + c = 0.3",
        ),
        related=("gradient", "term-omitted", "factor-omitted"),
    ),
    Entry(
        "bptt",
        "backpropagation through time",
        "Going back from the losses through every time step; the shares of the steps in the "
        "gradient to shared weights are added up.",
        ("dW_2 = 0.2, dW_1 = 0.1", "dW = dW_2 + dW_1 = 0.3"),
        related=("truncation", "overwritten", "weights-shared"),
        others=("backpropagation through time", "backpropagation"),
    ),
    Entry(
        "truncation",
        "truncation of the gradient",
        "The loss of a step reaches back through so many steps only: truncate: 2 is its own step "
        "and the one before.",
        (
            "shares of steps 3, 2, 1: s_3 = 0.4, s_2 = 0.2, s_1 = 0.1",
            "truncate: 2: s_3 + s_2 = 0.6",
            "in full: s_3 + s_2 + s_1 = 0.7",
        ),
        related=("bptt", "truncation-ignored", "@L3"),
        others=("truncate", "truncated gradient"),
    ),
    Entry(
        "learning-rate",
        "learning rate",
        "How far one step of gradient descent goes: W_new = W - rate*dW.",
        ("W = 0.5, dW = 0.2, rate = 0.1", "W_new = W - rate*dW = 0.48"),
        "Subtract: the gradient points to where the loss grows.",
        ("W_x_f_new", "sign-error"),
        others=("rate",),
    ),
    Entry(
        "jacobian",
        "Jacobian",
        "The matrix of all slopes of one vector by another: row j, column k says how entry j "
        "changes with entry k.",
        (
            "a is W h, for W = [[1, 2], [3, 4]]: the Jacobian of a by h is W itself",
            "unit 1 at h = [1, 0]: a_1 = 1*1 + 2*0 = 1",
            "0.1 more of h_2: (1*1 + 2*0.1 - a_1)/0.1 = 2, in row 1, column 2",
        ),
        related=("J_t", "spectral-norm"),
    ),
    Entry(
        "spectral-norm",
        "spectral norm",
        "The most by which a matrix can stretch a vector: its largest singular value.",
        (
            "W = [[3, 0], [0, 2]]",
            "[1, 0] becomes [3, 0], of length: sqrt(3^2 + 0^2) = 3",
            "[0, 1] becomes [0, 2], of length: sqrt(0^2 + 2^2) = 2; the norm is 3",
        ),
        related=("norm_t", "jacobian"),
        others=("largest singular value",),
    ),
    Entry(
        "spectral-radius",
        "spectral radius",
        "The size of the largest eigenvalue. It decides what becomes of many equal factors in the "
        "end; of factors that change only the norms bound the product.",
        (
            "[[0.5, 4], [0, 0.5]] has the eigenvalue 0.5 twice",
            "but [0, 1] becomes [4, 0.5], of length: sqrt(4^2 + 0.5^2) = 4.0311",
        ),
        related=("spectral-norm", "vanishing-gradient"),
        others=("largest eigenvalue", "eigenvalue"),
    ),
    Entry(
        "slope",
        "slope",
        "How steep a function is: by how much its value changes with its argument. Of sigmoid it "
        "is y*(1 - y), at most 1/4; of tanh 1 - y^2, at most 1.",
        (
            "y = sigmoid(0) = 0.5, its slope: y*(1 - y) = 0.25",
            "a little further: (sigmoid(0.01) - sigmoid(0))/0.01 = 0.2500",
        ),
        related=("gradient", "saturation"),
        others=("slopes", "derivative"),
    ),
    Entry(
        "complex-step",
        "complex step",
        "A second way to a slope: the function is computed at x + i*h with a tiny h; the imaginary "
        "part divided by h is the slope. No digits cancel, so h may be very small.",
        (
            "of x^2, at x = 3, h = 1e-20",
            "the imaginary part of (x + i*h)^2: 2*x*h = 6e-20",
            "divided by h: 6e-20/h = 6",
        ),
        related=("gradient", "slope"),
        others=("second method",),
    ),
    Entry(
        "vanishing-gradient",
        "vanishing gradient",
        "A product of many factors well below 1 is next to 0, so early steps get next to no "
        "gradient.",
        ("w = 0.8, slope = 0.5", "49 factors: (w*slope)^49 = 3.17e-20"),
        related=("exploding-gradient", "P_t", "factor-for-norm"),
        others=("vanishes", "vanishing"),
    ),
    Entry(
        "exploding-gradient",
        "exploding gradient",
        "A product of many factors well above 1 is huge. Clipping scales a gradient down to a "
        "given norm.",
        (
            "49 factors of 1.5: 1.5^49 = 4.25e8",
            "the length of [6, 8]: sqrt(6^2 + 8^2) = 10",
            "clipped to the length 5: [6, 8]*5/10 = [3, 4]",
        ),
        related=("vanishing-gradient",),
        others=("explodes", "exploding", "clip", "clipped", "clipping"),
    ),
    Entry(
        "logit",
        "logit",
        "The pre-activation of an output, before sigmoid or softmax makes a probability of it.",
        ("logits [1, 0]", "probabilities: softmax([1, 0]) = [0.7311, 0.2689]"),
        related=("pre-activation", "softmax"),
        others=("logits",),
    ),
    Entry(
        "cross-entropy",
        "cross-entropy",
        "The loss -ln(y) of the right class, y being the probability given to it. Through "
        "softmax the gradient to the logits is y - target.",
        (
            "y = [0.75, 0.25], the right class is the second",
            "loss: -ln(0.25) = 1.3863",
            "dz = [0.75 - 0, 0.25 - 1] = [0.75, -0.75]",
        ),
        related=("loss", "perplexity", "logarithm-base"),
    ),
    Entry(
        "perplexity",
        "perplexity",
        "exp of the mean cross-entropy of a step: between how many equally likely words the "
        "network is as good as guessing.",
        (
            "loss_1 = -ln(0.25) = 1.3863, loss_2 = -ln(0.25) = 1.3863",
            "perplexity: exp((loss_1 + loss_2)/2) = 4.0000",
        ),
        related=("cross-entropy",),
    ),
    Entry(
        "attention",
        "attention",
        "An average over states: each is compared with a query, softmax makes weights of the "
        "scores, and the weighted sum is the context.",
        (
            "scores e = [1, 0], values 4 and 8",
            "alpha = softmax(e) = [0.7311, 0.2689]",
            "context = 0.7311*4 + 0.2689*8 = 5.0756",
        ),
        related=("e_t", "alpha_t", "context_t"),
    ),
    Entry(
        "mask",
        "mask",
        "Which states count. -inf is added to the score of one that does not, so that its "
        "weight is exp(-inf) = 0.",
        ("scores 1 and 0, the second masked", "weights: [exp(1), 0]/(exp(1) + 0) = [1, 0]"),
        related=("alpha_t", "mask-omitted"),
    ),
)
PROOFS = (
    Entry(
        "certificate",
        "Farkas certificate",
        "Demands on the weights, each taken so many times, that add up to something impossible: "
        "so no weights meet all of them.",
        (
            "step 1 asks for b > 0, step 5 for b <= 0, which is -b >= 0",
            "added up: b - b > 0, which is 0 > 0, and that is false",
        ),
        related=("irreducible", "w1"),
        others=("Farkas", "Farkas certificate", "certificates"),
    ),
    Entry(
        "irreducible",
        "irreducible",
        "Demands that contradict one another, but do not if any one of them is left out.",
        (
            "b > 0, b <= 0 and w1 > 0 contradict, but w1 > 0 is not needed",
            "irreducible: b > 0 and b <= 0; 1 meets the first, 0 the second",
        ),
        related=("certificate",),
    ),
    Entry(
        "induction",
        "induction",
        "It holds before the first step, and if it holds before a step it holds after it: so it "
        "holds after every step.",
        (
            "the sum of the first t inputs, each at most 2, is at most 2*t",
            "before the first input it is 0, and 2*0 = 0",
            "each step adds at most 2; from 3 to 4: 2*3 + 2 = 2*4 = 8",
        ),
        related=("automaton",),
    ),
    Entry(
        "automaton",
        "automaton",
        "A rule with finitely many states: each letter leads from a state to a state, and the "
        "output depends on the state (or on the state and the letter).",
        (
            "parity of ones: even -1-> odd, odd -1-> even, 0 stays",
            "ones in 1 0 1 1: 1 + 0 + 1 + 1 = 3, so its state is odd",
        ),
        related=("induction", "delay"),
    ),
    Entry(
        "interval",
        "interval",
        "Two numbers between which a value certainly is. A proof runs the network over intervals, "
        "rounded outward, so that it holds for every value in them.",
        ("x is between 0.4 and 0.6", "2*x is at least: 2*0.4 = 0.8", "at most: 2*0.6 = 1.2"),
        related=("induction", "counterexample"),
        others=("intervals", "bounds"),
    ),
    Entry(
        "fixed-point",
        "fixed point",
        "A state that a step leaves as it is. With constant gates a cell state stands still at "
        "i*g/(1 - f).",
        (
            "f = 0.5, i = 0.5, g = 0.8",
            "the fixed point: c = i*g/(1 - f) = 0.8",
            "after a step: f*c + i*g = 0.8",
        ),
        related=("cell-state",),
    ),
    Entry(
        "delay",
        "delay",
        "The output is what the rule gives so many letters ago: with delay: 1 the score one "
        "word late.",
        (
            "weights of good and bad: 1 and -1; read: good good bad",
            "the score now: 1 + 1 - 1 = 1",
            "due with delay: 1: 1 + 1 = 2",
        ),
        related=("tolerance", "automaton"),
    ),
    Entry(
        "tolerance",
        "tolerance",
        "How far an output may be off. Of a rule: an output so far off, or further, is wrong; in "
        "marking: so near is right, whatever the digits.",
        ("score 2, output 1.7, tolerance 0.5", "off by: 2 - 1.7 = 0.3, which is under 0.5"),
        related=("delay", "right"),
    ),
    Entry(
        "counterexample",
        "counterexample",
        "A sequence on which the network does not give what the rule asks for: one is enough to "
        "refute it.",
        ("score due 1, output 0.2, tolerance 0.5", "off by: 1 - 0.2 = 0.8, which is not under 0.5"),
        related=("tolerance",),
        others=("refuted",),
    ),
    Entry(
        "evidence",
        "evidence in bits",
        "How much better the story with a mistake explains a sheet than the story without it. "
        "One bit more makes it twice as likely.",
        ("three digits hit by chance, once in: 10^3 = 1000", "in bits: log2(1000) = 9.97"),
        related=("wrong",),
        others=("bits",),
    ),
)
ONE_BY_ONE = tuple(
    _function(function) for name, function in ACTIVATIONS.items() if name not in NOT_SHOWN
)
TERMS = (*CELLS, *CONVENTIONS, *ONE_BY_ONE, *GRADIENTS, *PROOFS)
