"""Mistakes about what stands around a step: directions, sums over time, losses, attention."""

from lstmhw.glossary.entry import Entry

LAYERS = (
    Entry(
        "directions-swapped",
        "the two directions swapped",
        "The states of both directions were put together in reverse order: [h@rev; h].",
        (
            "h = 0.5, h_rev = 0.1, W_1 = 2, W_2 = 4",
            "right: W_1*h + W_2*h_rev = 1.4",
            "wrong: W_1*h_rev + W_2*h = 2.2",
        ),
        "The forward direction comes first: [h; h@rev].",
        ("bidirectional", "@rev"),
    ),
    Entry(
        "direction-not-reversed",
        "reverse direction not turned round",
        "The reverse direction read the inputs from the first on, or its states were used in "
        "the order in which they were computed.",
        (
            "x_1 = 1, x_2 = 2, x_3 = 5, W_x = 2",
            "right, where it starts: W_x*x_3 = 10",
            "wrong: W_x*x_1 = 2",
        ),
        "Indices are those of the inputs: h_1@rev is computed last, and stands beside h_1.",
        ("bidirectional", "@rev"),
    ),
    Entry(
        "direction-omitted",
        "one of the two directions left out",
        "What reads both directions read only one of them: half of [h; h@rev].",
        (
            "h = 0.5, in reverse r = -0.25",
            "right: 2*h + 4*r = 0",
            "wrong: 2*h = 1",
        ),
        "Count the columns of W: they are as many as both directions have units together.",
        ("bidirectional", "@rev"),
    ),
    Entry(
        "layer-skipped",
        "a layer skipped",
        "A layer read the input x, where it reads the h of the layer below.",
        (
            "x = 3, h_below = 0.5, W_x = 2",
            "right: W_x*h_below = 1",
            "wrong: W_x*x = 6",
        ),
        "Only layer 1 sees x. Layer 2 gets h_t where layer 1 gets x_t.",
        ("layer", "@2"),
    ),
    Entry(
        "length-ignored",
        "the end of an example ignored",
        "An example of the batch has ended, and its state moved on or was set to 0. It stands "
        "still from then on.",
        (
            "an example of two steps, with h_2 = 0.5, W_h = 2, b = 0.1",
            "right, no step 3: h_3 = h_2 = 0.5",
            "wrong, one more step: tanh(W_h*h_2 + b) = 0.8005",
        ),
        "lengths says how many steps each example has.",
        ("batch",),
    ),
)
SUMS = (
    Entry(
        "only-last-step",
        "only the last step counted",
        "Only the share of the last time step was taken, but all steps share the weights, so "
        "their shares are added up.",
        (
            "dW_1 = 0.1, dW_2 = 0.2, dW_3 = 0.4",
            "right: dW_1 + dW_2 + dW_3 = 0.7",
            "wrong: dW_3 = 0.4",
        ),
        "One weight, used at every step: one term for every step.",
        ("bptt", "overwritten"),
    ),
    Entry(
        "overwritten",
        "overwritten, not added up",
        "Each step's share replaced the one before, so the one computed last is left: = where "
        "+= is meant.",
        (
            "dW_3 = 0.4, dW_2 = 0.2, dW_1 = 0.1",
            "right: dW_3 + dW_2 + dW_1 = 0.7",
            "wrong, the last on the way back: dW_1 = 0.1",
        ),
        "In code: dW += share, with dW = 0 before the loop.",
        ("bptt", "only-last-step"),
    ),
    Entry(
        "averaged",
        "a plain mean taken",
        "The mean was taken where a sum is due; in attention, the plain mean where each state "
        "counts with its weight.",
        (
            "dW_1 = 0.1, dW_2 = 0.2, dW_3 = 0.6",
            "right: dW_1 + dW_2 + dW_3 = 0.9",
            "wrong: (dW_1 + dW_2 + dW_3)/3 = 0.3",
        ),
        "Divide only where the sheet says mean.",
        ("summed", "loss"),
    ),
    Entry(
        "summed",
        "a sum instead of the mean",
        "The numbers were added up, where the sheet asks for their mean.",
        (
            "loss_1 = 0.2, loss_2 = 0.4",
            "right: (loss_1 + loss_2)/2 = 0.3",
            "wrong: loss_1 + loss_2 = 0.6",
        ),
        "mean-squared and over_steps: mean divide by how many there are.",
        ("averaged", "loss"),
    ),
    Entry(
        "truncation-ignored",
        "carried back too far",
        "The gradient was carried back to the first step, where the sheet cuts it off earlier.",
        (
            "shares of the steps: s_1 = 0.1, s_2 = 0.2, s_3 = 0.4",
            "right, with truncate: 2, from step 3: s_3 + s_2 = 0.6",
            "wrong: s_3 + s_2 + s_1 = 0.7",
        ),
        "truncate: k goes back through k steps, the loss's own counted.",
        ("truncation", "bptt"),
    ),
    Entry(
        "logarithm-base",
        "another base of the logarithm",
        "The loss was computed with log10 or log2. Cross-entropy uses the natural logarithm.",
        ("y = 0.25", "right: -ln(y) = 1.3863", "wrong: -log10(y) = 0.6021"),
        "Use the key ln of your calculator.",
        ("cross-entropy",),
    ),
    Entry(
        "factor-for-norm",
        "slopes left out of the product",
        "The power of the weight was taken for the product, but each factor also has the slope "
        "of the activation.",
        (
            "w = 0.8, slope = 0.5",
            "right, 3 factors: (w*slope)^3 = 0.064",
            "wrong: w^3 = 0.512",
        ),
        "A factor is W_h times the slope at that step; the slope of tanh is at most 1.",
        ("jacobian", "bound_t", "vanishing-gradient"),
    ),
)
ATTENTION = (
    Entry(
        "scale-omitted",
        "not divided by the square root",
        "Scaled-dot attention divides each score by the square root of the size d_k of a state. "
        "That was left out.",
        ("dot = 3, d_k = 4", "right: dot/sqrt(d_k) = 1.5", "wrong: dot = 3"),
        "Scaled means: / sqrt(d_k), before softmax.",
        ("e_t", "scale-added", "root-omitted"),
    ),
    Entry(
        "scale-added",
        "scores divided where that is not due",
        "The scores were divided by a square root. This sheet's score is the plain one.",
        ("dot = 3, d_k = 4", "right: dot = 3", "wrong: dot/sqrt(d_k) = 1.5"),
        "Only the score called scaled is divided.",
        ("e_t", "scale-omitted"),
    ),
    Entry(
        "root-omitted",
        "scores divided by the wrong number",
        "The scores were divided by d_k itself, or by the root of the number of states. They are "
        "divided by sqrt(d_k), d_k being the size of a state.",
        ("dot = 3, d_k = 4", "right: dot/sqrt(d_k) = 1.5", "wrong: dot/d_k = 0.75"),
        "d_k is how many numbers a state has, not how many states there are.",
        ("e_t", "scale-omitted"),
    ),
    Entry(
        "mask-omitted",
        "mask left out",
        "States that do not count were given weights. Their weight is 0, and the others share 1.",
        (
            "scores e = [1, 0], the second state masked",
            "right: softmax over the first alone: exp(1)/exp(1) = 1",
            "wrong: softmax([1, 0]) = [0.7311, 0.2689]",
        ),
        "Add -inf to the masked scores before softmax.",
        ("mask", "alpha_t"),
    ),
    Entry(
        "exp-omitted",
        "exp left out of softmax",
        "Each score was divided by the sum of the scores; softmax divides their exponentials.",
        (
            "a = 2, b = 1",
            "right: exp(a)/(exp(a) + exp(b)) = 0.7311",
            "wrong: a/(a + b) = 0.6667",
        ),
        "exp first, then divide by the sum.",
        ("softmax", "normalisation-omitted"),
    ),
    Entry(
        "normalisation-omitted",
        "not divided by the sum",
        "exp was taken of each score, but not divided by the sum: the weights do not add up to 1.",
        (
            "a = 2, b = 1",
            "right: exp(a)/(exp(a) + exp(b)) = 0.7311",
            "wrong: exp(a) = 7.3891",
        ),
        "Check that the weights add up to 1.",
        ("softmax", "exp-omitted"),
    ),
    Entry(
        "weights-omitted",
        "weights left out of a sum",
        "The vectors were added up, where each counts with its weight.",
        (
            "alpha = [0.75, 0.25], values 4 and 8",
            "right: 0.75*4 + 0.25*8 = 5",
            "wrong: 4 + 8 = 12",
        ),
        "A context lies between the values that it averages.",
        ("context_t", "averaged"),
    ),
    Entry(
        "largest-only",
        "only the largest weight counted",
        "The state with the largest weight was taken alone; attention averages all of them.",
        (
            "alpha = [0.75, 0.25], values 4 and 8",
            "right: 0.75*4 + 0.25*8 = 5",
            "wrong: 4",
        ),
        "Every state counts, with its weight.",
        ("context_t", "weights-omitted"),
    ),
    Entry(
        "keys-for-values",
        "states averaged instead of the values",
        "The states, from which the scores come, were averaged. The sheet gives values for that.",
        (
            "alpha = [0.75, 0.25], states 1 and 2, values 4 and 8",
            "right: 0.75*4 + 0.25*8 = 5",
            "wrong: 0.75*1 + 0.25*2 = 1.25",
        ),
        "Keys decide the weights, values are what is averaged.",
        ("context_t",),
    ),
    Entry(
        "softmax-misplaced",
        "softmax in the wrong place",
        "softmax was taken over the units of the weighted sum, not over the states.",
        (
            "e = [1, 0]",
            "right, shares of the states: softmax(e) = [0.7311, 0.2689]",
            "wrong: the states added up with e first, and softmax of the sum",
        ),
        "Scores, then softmax over the states, then the average.",
        ("alpha_t", "e_t"),
    ),
)
NETWORK_MISTAKES = (*LAYERS, *SUMS, *ATTENTION)
