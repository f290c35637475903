"""What each kind of problem asks, and what its answers are called."""

from collections.abc import Mapping

from lstmhw.glossary.topics import Part

ACTIVATIONS = Part(
    "Functions",
    (
        "sigmoid, tanh, relu, leaky-relu, identity, softmax, hard-sigmoid (0.2 z + 0.5, Keras 1 "
        "and 2), hard-sigmoid-6 (z/6 + 1/2, PyTorch and Keras 3), step (1 where z > 0) and "
        "step-from-0 (1 where z >= 0).",
    ),
)
NETWORKS = Part(
    "Layers, directions, batches",
    (
        "What belongs to layer 2 is marked @2, to the reverse direction @rev: h_1@2, c_3@2rev, "
        "W_x@rev. Time indices are those of the inputs, so with three inputs the reverse direction "
        "starts from h_4@rev. The next layer and the output read [h; h@rev].",
        "In a batch x is a matrix (xs a list of such), with an example in each column, or in each "
        "row with orientation: row; so are the states. After its last step, as lengths has it, the "
        "states of an example stand still. Losses of a batch are added up over its examples; "
        "mean-squared is the mean.",
        "With targets the answers are also loss_1 .., loss, and with cross-entropy perplexity. A "
        "loss is half-squared if left out.",
    ),
)
GRU = (
    "Books differ on the GRU, so update and reset have to be said, unless a stacked layout implies "
    "them: update: keep is h = z*h_prev + (1 - z)*n, update: new is h = (1 - z)*h_prev + z*n; with "
    "reset: before the candidate sees W_h (r*h_prev), with reset: after r*(W_h h_prev + b_h)."
)


def _step(cell: str, symbols: str, *more: str) -> tuple[Part, ...]:
    return (
        Part(
            "What it asks",
            (
                f"One or more steps of {cell}, all or some quantities given: what is asked is "
                "worked line by line. Only what that needs has to be given.",
                *more,
            ),
        ),
        Part(
            "What the answers are called",
            (
                symbols,
                "numbers and claimed have pages of their "
                "own: lstmhw explain numbers, lstmhw explain claimed.",
            ),
        ),
        ACTIVATIONS,
        NETWORKS,
    )


ABOUT: Mapping[str, tuple[Part, ...]] = {
    "lstm-step": _step(
        "an LSTM",
        "x_1 h_0 c_0, the pre-activations z_i_1 z_f_1 z_g_1 z_o_1, the gates i_1 f_1 o_1 and the "
        "candidate g_1, c_1, tanh_c_1 (relu_c_1 where c is read through relu), h_1, y_1 and z_y_1.",
    ),
    "gru-step": _step(
        "a GRU",
        "x_1 h_0, the pre-activations a_r_1 a_z_1 a_n_1, the gates r_1 z_1 and the candidate n_1, "
        "h_1, y_1 and a_y_1.",
        GRU,
    ),
    "rnn-step": _step("a plain RNN", "x_1 h_0, the pre-activation a_1, h_1, y_1 and a_y_1."),
    "lstm-gradient": (
        Part(
            "What it asks",
            (
                "The way back through the steps of an LSTM (or with cell: gru, cell: rnn), line by "
                "line, from the gradients that arrive at the last step, or from a loss. Every "
                "gradient is checked against a second method, and that is printed (where numbers "
                "are too large for it, not checked).",
            ),
        ),
        Part(
            "What the answers are called",
            (
                "After what they are the gradient of: dh_1, dz_f_1, dx_1, dW_x_f, db_f; dW_x_f@2 "
                "in layer 2; with learning_rate W_x_f_new, b_f_new. With truncate, what comes from "
                "the loss of step 3 alone is marked @L3.",
                "Through softmax and cross-entropy at once the gradient is y - target; --full "
                "derives it line by line.",
            ),
        ),
        ACTIVATIONS,
        NETWORKS,
    ),
    "gradient-flow": (
        Part(
            "What it asks",
            (
                "Does the gradient vanish or explode? The factors dh_t/dh_(t-1) of an RNN, a GRU "
                "or an LSTM are multiplied over many steps; from 1 to 50 is 49 factors.",
            ),
        ),
        ACTIVATIONS,
    ),
    "sentiment-weights": (
        Part(
            "What it asks",
            (
                "Do these LSTM weights compute this score of every document? The score is the sum "
                'of the weights of its words and n-grams, each wherever it occurs, so "not good" '
                "counts 1 - 2. The output after each word is to be the score so far. Without gates "
                "the weights are constructed, and proved.",
            ),
        ),
        Part(
            "What is answered",
            (
                "proved, for every document or for documents up to a length; refuted, by a "
                "shortest document; or, as a last resort, unknown. A gate with finite weights is "
                "never quite open, so a proof tells what a word may add to the error, and for how "
                "many words that does no harm.",
                "For cells that are linear, with fixed gates, it is decided by exact fractions; "
                "where no such cell of any size can compute the rule, four documents show it.",
            ),
        ),
    ),
    "sequence-rule": (
        Part(
            "What it asks",
            (
                "Does this network compute this rule, for every sequence? A rule is one of three: "
                "an automaton with outputs, of the state after the letter (outputs: {even: 0, "
                "odd: 1}) or of the state before it and the letter (outputs: {p: {a: 0, b: 1}}); "
                'a regular expression; or a score, with decide: "> 0" for 1 where that holds.',
                "An expression has letters of one character, or in <angle brackets>, and "
                "| * + ? ( ) . [abc]. With a delay, the output before the first letter is due is "
                "what the rule gives for no letters; where outputs are of states and letters, it "
                "may be anything.",
            ),
        ),
        Part(
            "What is answered",
            (
                "A step unit (activation: step, or step-from-0) is 0 or 1 after each letter, so "
                "network and rule together have finitely many states. All of them are gone through "
                "in exact fractions: proved, with the table of states, or refuted, with the "
                "shortest sequence, of those the first in the order of the alphabet. A number that "
                "is read from an LSTM or a plain RNN is bounded as a score is.",
                "Without weights a network of step units is constructed, or with cell: lstm an "
                "LSTM, and proved. What no step units can do is impossible, with an argument to "
                "check. With units: 3 a network of 3 units or fewer is found and proved, or there "
                "is none; of more than 4, fewer than are constructed, it may stay unknown, and the "
                "answer says how far the search looked.",
                "For a network to be constructed, none of the inputs may be a combination of "
                "others with shares that add up to 1.",
            ),
        ),
    ),
    "rnn-in-lstm": (
        Part(
            "What it asks",
            (
                "Does an LSTM of PyTorch's form do what a sigmoid RNN does, step for step? The "
                "LSTM is constructed in one of four ways, or your own gates are judged. In each "
                "way the output gate is the RNN, and the others keep tanh(c) at one number.",
            ),
        ),
        Part(
            "Constructions",
            (
                (
                    ("construction", "how c is held", "h is read as", "is"),
                    ("fixed-point", "c never moves from c_0", "h / tanh(c_0)", "exact"),
                    (
                        "saturated",
                        "biases of size K hold i and g at 1, f at 0, so c is 1",
                        "h / tanh(1)",
                        "near, the more the larger K",
                    ),
                    (
                        "projected",
                        "the same; PyTorch's proj_size divides by tanh(1)",
                        "h",
                        "near, the more the larger K",
                    ),
                    (
                        "large-cell",
                        "i, f and g are held at 1, so c grows by 1 a step",
                        "h",
                        "near where c_0 is large, as 20",
                    ),
                ),
                "The page says how near, and why. PyTorch starts from c_0 = 0, "
                "which suits saturated and projected; fixed-point and large-cell have to be given "
                "theirs.",
            ),
        ),
    ),
    "step-rnn": (
        Part(
            "What it asks",
            (
                "Are there weights of a step unit, s_t = step(w1 x_t + w2 s_(t-1) + b), that give "
                "these outputs? Exact weights, or a contradiction that can be added up. All of "
                "this is decided in fractions; every set of weights is run, and every "
                "contradiction is added up, before it is printed.",
            ),
        ),
        Part(
            "What may be claimed",
            (
                "{w1, w2, b}, or a network {W_x, W_h, b} (the output unit first, the others from "
                "0), also under weights, which are run; or {feasible: false}, and why: "
                'certificate: ["b > 0", "b <= 0"]; where initial is free, certificates: '
                '{"0": [...], "1": [...]}.',
            ),
        ),
        Part(
            "What was not asked",
            (
                "What the sequences left open is said: pairs of x and s that never occur, and, of "
                "a network that was found, another sequence on which a second one differs.",
            ),
        ),
    ),
    "parameter-count": (
        Part(
            "What it asks",
            (
                "How many parameters have these layers? Totals are given in every convention: "
                "without biases, with one a gate (textbooks, Keras; its GRU with reset_after: "
                "false), with two (PyTorch, and Keras's GRU with reset_after: true, its default "
                "today). A claimed total is right when one of them gives it, or the one that "
                "convention names. Time steps and batches never count.",
            ),
        ),
        Part(
            "What the answers are called",
            ("total; with a second list, than, also than and difference.",),
        ),
    ),
    "attention-step": (
        Part(
            "What it asks",
            (
                "One step of a decoder that attends to the states of an encoder: the scores e_1, "
                "the weights alpha_1, the context context_1, and, where there is a decoder, its "
                "next state. The decoder's h_prev is the query, as in Bahdanau 2015.",
                "The W of the general score is query by state, also where orientation is row. y is "
                "read from h, or without a decoder from the context; with concat: [context, "
                "query] in output from both, as in Luong 2015.",
            ),
        ),
        Part(
            "Scores",
            (
                (
                    ("score", "is"),
                    ("dot", "query . state"),
                    ("scaled-dot", "the same / sqrt(size of a state)"),
                    ("general", "query^T W state"),
                    ("additive", "v . tanh(W_q query + W_k state + b)"),
                ),
            ),
        ),
        Part(
            "What the answers are called",
            (
                "e_1, alpha_1, context_1; of the additive score also z_q_1, what the query adds, "
                "and u_1, the hidden layer, a row for each state; those of the decoder. Gradients "
                "are dalpha_1, de_1, dstates, dvalues, dquery_1 (with a decoder dh_0), dW, dW_q, "
                "dW_k, dv, db. Beside a plain RNN, whose weights are W and b, those of the score "
                "are called W_a and b_a.",
            ),
        ),
    ),
}
