"""The symbols of the pages.  `_t` stands for the time step: h_3 is h_t at t = 3."""

from lstmhw.glossary.entry import Entry

STEP = (
    Entry(
        "x_t",
        "input at step t",
        "What the cell reads at time step t: a number or a vector.",
        ("x_1 = 3, W_x = 2", "its term in the pre-activation: W_x*x_1 = 6"),
        related=("h_t", "one-hot"),
        pattern="(x|input)(_T)?",
    ),
    Entry(
        "h_t",
        "hidden state after step t",
        "What the cell shows after step t, to the output and to its own next step. h_0 is the "
        "state before the first step.",
        ("o = 0.5, c = 1.2", "of an LSTM: h = o*tanh(c) = 0.4168"),
        related=("c_t", "o_t", "hidden-state"),
        pattern="h(_T)?|h_prev|h_lstm_T|read_T",
    ),
    Entry(
        "c_t",
        "cell state after step t",
        "The memory of an LSTM: some of the old kept, some of the new written.",
        (
            "f = 0.5, c_prev = 2, i = 0.5, g = 1",
            "c = f*c_prev + i*g = 1.5",
        ),
        related=("f_t", "i_t", "g_t", "cell-state"),
        pattern="c(_T)?|c_prev",
    ),
    Entry(
        "z_f_t",
        "pre-activation of a gate of an LSTM",
        "The sum that goes into the gate, before sigmoid or tanh. The second letter is that of "
        "the gate: z_i, z_f, z_g, z_o. z_y is that of the output.",
        (
            "W_x = 2, x = 1, W_h = 3, h = 0.5, b = -1",
            "z_f = W_x*x + W_h*h + b = 2.5",
            "f = sigmoid(z_f) = 0.9241",
        ),
        related=("pre-activation", "a_r_t", "W_x_f"),
        pattern="z_[ifgoy](_T)?",
    ),
    Entry(
        "i_t",
        "input gate at step t",
        "How much of the candidate g is written into the cell state: a share from 0 to 1.",
        ("z_i = 0, g = 0.8", "i = sigmoid(z_i) = 0.5", "written: i*g = 0.4"),
        related=("g_t", "c_t", "gate"),
        others=("input gate",),
        pattern="i(_T)?",
    ),
    Entry(
        "f_t",
        "forget gate at step t",
        "How much of the old cell state is kept: 1 keeps all of it, 0 forgets it.",
        ("z_f = 2, c_prev = 1.5", "f = sigmoid(z_f) = 0.8808", "kept: f*c_prev = 1.3212"),
        related=("c_t", "gate", "forget-bias"),
        others=("forget gate",),
        pattern="f(_T)?",
    ),
    Entry(
        "g_t",
        "candidate at step t (LSTM)",
        "What may be written into the cell state, from -1 to 1. Keras and ONNX call it c.",
        ("z_g = 1, i = 0.5", "g = tanh(z_g) = 0.7616", "written: i*g = 0.3808"),
        related=("i_t", "c_t", "candidate"),
        pattern="g(_T)?",
    ),
    Entry(
        "o_t",
        "output gate at step t",
        "How much of the cell state is shown in h: a share from 0 to 1.",
        ("z_o = 0, c = 1", "o = sigmoid(z_o) = 0.5", "h = o*tanh(c) = 0.3808"),
        related=("h_t", "tanh_c_t", "gate"),
        others=("output gate",),
        pattern="o(_T)?",
    ),
    Entry(
        "tanh_c_t",
        "the cell state as h sees it",
        "tanh of the cell state, from -1 to 1; h_t = o_t*tanh(c_t). Where c is read through "
        "another function, its name stands there: relu_c_t.",
        ("c = 1.2, o = 0.5", "tanh_c = tanh(c) = 0.8337", "h = o*tanh_c = 0.4168"),
        related=("h_t", "c_t"),
        pattern="(tanh|relu|sigmoid|identity|softmax|leaky-relu|hard-sigmoid|hard-sigmoid-6)_c(_T)?",
    ),
    Entry(
        "y_t",
        "output at step t",
        "What is read from h: y = activation(W_y h + b_y).",
        (
            "W_y = 2, h = 0.5, b_y = -1",
            "a_y = W_y*h + b_y = 0",
            "y = sigmoid(a_y) = 0.5",
        ),
        related=("h_t", "loss"),
        pattern="y(_T)?|output",
    ),
    Entry(
        "a_t",
        "pre-activation of a plain RNN",
        "The sum that goes into the activation of an RNN: h_t = tanh(a_t). a_y is that of the "
        "output.",
        (
            "W_x = 0.5, x = 1, W_h = 1, h_prev = 0.25, b = -0.25",
            "a = W_x*x + W_h*h_prev + b = 0.5",
            "h = tanh(a) = 0.4621",
        ),
        related=("pre-activation", "h_t"),
        pattern="a(_y)?(_T)?",
    ),
    Entry(
        "a_r_t",
        "pre-activation of a gate of a GRU",
        "The sum that goes into the gate: a_r for reset, a_z for update, a_n for the candidate.",
        (
            "W_x = 2, x = 1, W_h = 3, h = 0.5, b = -1",
            "a_r = W_x*x + W_h*h + b = 2.5",
            "r = sigmoid(a_r) = 0.9241",
        ),
        related=("pre-activation", "z_f_t"),
        pattern="a_[rzn](_T)?",
    ),
    Entry(
        "r_t",
        "reset gate at step t",
        "How much of the state before the candidate of a GRU sees.",
        ("r = sigmoid(0) = 0.5, h_prev = 2, W_h = 3", "seen: W_h*(r*h_prev) = 3"),
        related=("n_t", "reset"),
        others=("reset gate",),
        pattern="r(_T)?",
    ),
    Entry(
        "z_t",
        "update gate at step t",
        "How the old h and the candidate are mixed in a GRU. Books differ on which of the two z "
        "multiplies.",
        (
            "z = 0.9, h_prev = 1, n = 0",
            "update: keep: z*h_prev + (1 - z)*n = 0.9",
            "update: new: (1 - z)*h_prev + z*n = 0.1",
        ),
        related=("update", "h_t", "update-flipped"),
        others=("update gate",),
        pattern="z(_T)?",
    ),
    Entry(
        "n_t",
        "candidate at step t (GRU)",
        "The new state that a GRU may take, from -1 to 1.",
        ("a_n = 1", "n = tanh(a_n) = 0.7616"),
        related=("r_t", "z_t", "candidate"),
        pattern="n(_T)?",
    ),
)
WEIGHTS = (
    Entry(
        "W_x_f",
        "weights",
        "W_x multiplies the input, W_h the state before, W both put together. A letter at the "
        "end is the gate: W_x_f. W_y is that of the output; some books write U for W_h.",
        (
            "W_x_f = 2, x = 1, W_h_f = 3, h = 0.5, b_f = -1",
            "z_f = W_x_f*x + W_h_f*h + b_f = 2.5",
        ),
        related=("b", "orientation", "concat-order"),
        others=("weights", "weight"),
        pattern="[WU](_[xhaqk])?(_[ifgorzny])?",
    ),
    Entry(
        "b",
        "bias",
        "The number that is added in a pre-activation, one for each unit. b_x stands beside W_x, "
        "b_h beside W_h; a letter at the end is the gate.",
        ("W = 2, x = 3, b = 1", "W*x + b = 7"),
        related=("biases", "bias-omitted"),
        others=("bias",),
        pattern="b(_[xha])?(_[ifgorzny])?",
    ),
    Entry(
        "p_f",
        "peephole weights",
        "What the gate multiplies the cell state by, entry by entry: p_i, p_f, p_o.",
        ("p_f = 0.2, c_prev = 2, z = 0.5", "z + p_f*c_prev = 0.9"),
        related=("peephole",),
        pattern="p_[ifo]",
    ),
    Entry(
        "W_x_f_new",
        "weights after one step of descent",
        "The weights less the learning rate times their gradient.",
        (
            "W = 0.5, dW = 0.2, rate = 0.1",
            "W_new = W - rate*dW = 0.48",
        ),
        related=("dW_x_f", "learning-rate"),
        pattern="[WUpb](_[xha])?(_[ifgorzny])?_new",
    ),
    Entry(
        "w1",
        "weights of a step unit",
        "s_t = step(w1 x_t + w2 s_(t-1) + b): w1 on the input, w2 on the state before.",
        (
            "w1 = 1, w2 = 1, b = -1.5, x = 1, s_prev = 1",
            "z = w1*x + w2*s_prev + b = 0.5",
            "s = step(z) = 1",
        ),
        related=("s_t", "step", "certificate"),
        pattern="w[12]",
    ),
    Entry(
        "s_t",
        "state of a step unit",
        "0 or 1 after each input; s_0 is the state before the first one.",
        (
            "w1 = 1, w2 = 1, b = -1.5, x = 1, s_prev = 0",
            "z = w1*x + w2*s_prev + b = -0.5",
            "s = step(z) = 0",
        ),
        related=("w1", "step"),
        others=("step unit", "threshold unit"),
        pattern="s(_T)?",
    ),
)
GRADIENTS = (
    Entry(
        "dh_t",
        "gradient to a state, gate, input or output",
        "dX is short for dL/dX: by how much the loss L changes if X is changed a little, along "
        "every way from X to L.",
        (
            "h = 0.5, target = 0.2",
            "the loss: 0.5*(h - target)^2 = 0.045",
            "dh = h - target = 0.3",
        ),
        related=("gradient", "dz_o_t", "chain-rule"),
        pattern="d(h|c|x|y|[ifgorzn]|tanh_c|alpha|e|u|context|query)(_T)?|dstates|dvalues",
    ),
    Entry(
        "dz_o_t",
        "gradient to a pre-activation",
        "The gradient to the gate times the slope of its activation: y*(1 - y) for sigmoid, "
        "1 - y^2 for tanh.",
        (
            "do = 0.2, o = 0.5",
            "sigmoid: do*o*(1 - o) = 0.05",
            "tanh, with g = 0.5 and dg = 0.2: dg*(1 - g^2) = 0.15",
        ),
        related=("dh_t", "pre-activation"),
        pattern="d(z_[ifgoyqu]|a(_[rzny])?)(_T)?",
    ),
    Entry(
        "dW_x_f",
        "gradient to weights or a bias",
        "The total over all time steps; with a time index (dW_x_f_2) the share of that step. It "
        "has the shape of the weights: pre-activation gradient times what was multiplied.",
        (
            "dz_1 = 0.1, x_1 = 2, dz_2 = 0.3, x_2 = 1",
            "dW_x = dz_1*x_1 + dz_2*x_2 = 0.5",
            "db = dz_1 + dz_2 = 0.4",
        ),
        related=("gradient", "bptt", "only-last-step"),
        pattern="d([WU](_[xhaqk])?|b(_[xha])?|p|v)(_[ifgorzny])?(_T)?",
    ),
    Entry(
        "J_t",
        "one factor: dh_t/dh_(t-1)",
        "By how much each unit of h_t changes with each unit of h_(t-1): row j, column k.",
        ("W_h = 0.8, h = 0.5", "of a tanh RNN: J = W_h*(1 - h^2) = 0.6"),
        related=("jacobian", "P_t", "norm_t"),
        pattern="J(_T)?",
    ),
    Entry(
        "P_t",
        "product of the factors up to t",
        "dh_t/dh_from: all factors from the first state to state t, multiplied.",
        ("J_2 = 0.6, J_3 = 0.5", "P_3 = J_3*J_2 = 0.3"),
        related=("J_t", "norm_t", "vanishing-gradient"),
        pattern="P(_T)?",
    ),
    Entry(
        "P_c_t",
        "product of the forget gates up to t",
        "What reaches the cell state of step t along c alone: each step multiplies by f.",
        ("f_2 = 0.9, f_3 = 0.8", "P_c_3 = f_3*f_2 = 0.72"),
        related=("P_t", "f_t"),
        pattern="P_c(_T)?",
    ),
    Entry(
        "norm_t",
        "size of the product at t",
        "The spectral norm of dh_t/dh_from: by how much it can stretch a vector at most.",
        ("a product of one number: P_3 = -0.3", "its size: abs(P_3) = 0.3"),
        related=("spectral-norm", "bound_t"),
        pattern="norm(_T)?|norm_gradient",
    ),
    Entry(
        "bound_t",
        "a bound on norm_t",
        "The product of what each factor can stretch at most. The norm is never larger, and is "
        "often much smaller.",
        (
            "W_h = 0.8, the slope of tanh is at most 1, h_2 = 0.5, h_3 = 0.5",
            "bound: W_h^2 = 0.64",
            "norm: W_h*(1 - h_2^2)*W_h*(1 - h_3^2) = 0.36",
        ),
        related=("norm_t", "factor-for-norm"),
        pattern="bound(_T)?",
    ),
)
OTHERS = (
    Entry(
        "loss",
        "loss",
        "How far the outputs are from their targets, in one number: the sum (or mean) over the "
        "steps of loss_t. It is half the squared distance if the file does not say.",
        (
            "h = 0.5, target = 0.2",
            "half-squared: 0.5*(h - target)^2 = 0.045",
            "squared: (h - target)^2 = 0.09",
        ),
        related=("cross-entropy", "perplexity", "summed"),
        pattern="loss(_T)?",
    ),
    Entry(
        "target_t",
        "target at step t",
        "What the output (or h) should be at step t.",
        ("y = 0.5, target = 0.2", "the error: y - target = 0.3"),
        related=("loss",),
        pattern="targets?(_T)?",
    ),
    Entry(
        "@2",
        "of layer 2",
        "What stands behind @ says where in a network it is: h_1@2 is h_1 of layer 2, and @2rev "
        "its reverse direction. What has no mark is of layer 1, forward.",
        ("h_1@2 reads h_1, as h_1 reads x_1",),
        related=("@rev", "layer"),
        pattern="@[0-9]+",
    ),
    Entry(
        "@rev",
        "of the reverse direction",
        "The reverse direction runs from the last step to the first. Indices are those of the "
        "inputs, so h_1@rev is its last state.",
        ("three inputs: h_4@rev, then h_3@rev, h_2@rev, h_1@rev",),
        related=("bidirectional", "@2"),
        pattern="@[0-9]*rev",
    ),
    Entry(
        "@L3",
        "of the loss of step 3 alone",
        "With truncate each loss goes back through a few steps only, so the gradients from each "
        "are told apart: dh_2@L3 is what the loss of step 3 sends to h_2.",
        ("0.1 in dh_2@L3 and 0.2 in dh_2@L2 are added up: 0.1 + 0.2 = 0.3",),
        related=("truncation", "dh_t"),
        pattern="@.*L[0-9]+",
    ),
    Entry(
        "e_t",
        "attention scores",
        "How well each state fits the query, one number a state.",
        (
            "query [0.5, 1] and state [2, 1]",
            "dot: 0.5*2 + 1*1 = 2",
            "scaled-dot, size 2: 2/sqrt(2) = 1.4142",
        ),
        related=("alpha_t", "attention"),
        others=("scores", "attention score"),
        pattern="e(_T)?",
    ),
    Entry(
        "alpha_t",
        "attention weights",
        "softmax of the scores: the weight of each state, which add up to 1.",
        ("e = [1, 0]", "alpha = softmax(e) = [0.7311, 0.2689]", "together: 0.7311 + 0.2689 = 1"),
        related=("e_t", "context_t"),
        pattern="alpha(_T)?",
    ),
    Entry(
        "context_t",
        "context",
        "The states (or values), averaged with the attention weights.",
        ("alpha = [0.75, 0.25], values 4 and 8", "context = 0.75*4 + 0.25*8 = 5"),
        related=("alpha_t", "attention"),
        pattern="context(_T)?",
    ),
    Entry(
        "u_t",
        "hidden layer of the additive score",
        "u = tanh(W_q query + W_k state + b), a row for each state; v . u is the score. z_q is "
        "what the query adds to every row, z_u the sum before tanh.",
        (
            "z_q = 0.5, from the state 0.5",
            "u = tanh(z_q + 0.5) = 0.7616",
            "with v = 2: v*u = 1.5232",
        ),
        related=("e_t",),
        pattern="u(_T)?|z_[qu](_T)?|qW_T|v",
    ),
    Entry(
        "query_t",
        "query",
        "What is looked for at decoder step t: the decoder's state, which each encoder state is "
        "compared with.",
        ("query [0.5, 1] and state [2, 1]", "their score: 0.5*2 + 1*1 = 2"),
        related=("e_t",),
        others=("key", "keys"),
        pattern="query(_T)?",
    ),
)
SYMBOLS = (*STEP, *WEIGHTS, *GRADIENTS, *OTHERS)
