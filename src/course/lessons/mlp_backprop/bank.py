"""The exercises of this lesson."""

from itertools import pairwise

import numpy as np

from course.checking import Case, Exercise, Law
from course.networks import gradcheck, layers, mlp


def arrays(*rows):
    """One array of floats for each nested list."""
    return tuple(np.array(r, dtype=float) for r in rows)


def normal(rng, *shapes):
    """One array of standard normal draws for each shape."""
    return tuple(rng.normal(size=shape) for shape in shapes)


def slope_of(f, x, gradient) -> bool:
    """Whether a gradient of f at x is as near to its finite difference as a right one is."""
    return gradcheck.relative_error(gradient, gradcheck.numerical_gradient(f, x)) < 1e-6


ROWS, WEIGHTS = [[1, 2], [0, 1], [2, 0], [0, 0]], [[3, 0, 1], [1, -1, 0]]


def transposed_in_a_loop(x, W, b):
    """Your loop reads W the other way round. Row i of W holds what input i sends to each output, so
    input i and output j meet at W[i, j].
    """
    rows = range(len(W))
    return np.array(
        [[sum(r * W[j][i] for i, r in enumerate(row)) + b[j] for j in rows] for row in x]
    )


affine = Exercise(
    layers.affine,
    kind="transcribe",
    cases=[
        Case.hand(
            arrays(ROWS, WEIGHTS, [10, 20, 30]),
            np.array([[15.0, 18, 31], [11, 19, 30], [16, 20, 32], [10, 20, 30]]),
            says="four rows by hand, x (4, 2), W (2, 3)",
        ),
        Case.random(lambda rng: normal(rng, (5, 4), (4, 3), (3,)), says="x (5, 4), W (4, 3)"),
        Case.random(lambda rng: normal(rng, (3, 3), (3, 3), (3,)), says="x and W (3, 3)"),
        Case.random(lambda rng: normal(rng, (1, 6), (6, 2), (2,)), says="one example, x (1, 6)"),
        Case.extreme(
            arrays([[1e6, -1e6]], [[1], [1]], [5]), says="x = (1000000, −1000000), which cancel"
        ),
    ],
    laws=[
        Law(
            "an input of zeros gives the bias",
            lambda f, rng: np.allclose(
                f(np.zeros((2, 3)), rng.normal(size=(3, 4)), np.arange(4.0)), [np.arange(4.0)] * 2
            ),
        ),
    ],
    mistakes=[
        """
        x @ W ⇒ x @ W.T
            You multiplied with Wᵀ. Row i of W holds what input i sends to each output, so which
            axis of W must meet the columns of x?
        x @ W ⇒ W @ x
            You wrote W x, which suits an example that is a column. Here each example is a row of x:
            on which side of W must it stand?
        @ ⇒ *
            You used *, which multiplies entry by entry and sums nothing. An output is a sum over
            all inputs: which operator does that?
        + b ⇒
            The weighted sum is right, but nothing shifts it: with x = 0 the output must be b.
        + b ⇒ + b[:, None]
            You added b down the batch, one entry for each example. b has one entry for each output:
            it lies along the last axis, the same for every row.
        + b ⇒ + b[np.arange(len(x)), None]
            Your loop gives row i the entry b[i]. b has one entry for each output, not for each
            example: every row gets the whole of b.
        x @ W + b ⇒ x @ (W + b)
            You added b to W before the sum, so x multiplied it. b is added once, to the sum.
        x @ W ⇒ x[:, -1:] * W[-1]
            Only the last input reaches your output. In a loop over the inputs, = forgets the terms
            before; += adds to them.
        x @ W + b ⇒ (x + b) @ W
            You shifted x before the product with W. b belongs to the outputs: it comes after W.
        + b ⇒ - b
            You subtracted b. As a threshold that is a convention too, but here z = x W + b.
        x @ W + b ⇒ np.maximum(x @ W + b, 0)
            Your output is cut off at 0. An affine layer only weighs and shifts; the activation is
            the next layer's work.
        + b ⇒ + b.sum()
            You added the sum of b everywhere. Each output has its own entry of b.
        """,
        transposed_in_a_loop,
    ],
    hints=[
        "Each output is a weighted sum over the inputs. Which product of two arrays sums?",
        "z = x W + b with x (B, n_in), W (n_in, n_out), b (n_out,). b goes to every row.",
        "return x … W … b   # one matrix product, one sum",
    ],
    why="The matrix product sums over the inputs for every example and every output at once;"
    " broadcasting adds b to each row.",
    difficulty=1,
    minutes=5,
    importance=5,
)


def _difference_in_x(f, rng) -> bool:
    dz, x, W, b = normal(rng, (5, 2), (5, 3), (3, 2), (2,))
    return slope_of(lambda x: (dz * layers.affine(x, W, b)).sum(), x, f(dz, x, W)[0])


affine_backward = Exercise(
    layers.affine_backward,
    kind="derive",
    cases=[
        Case.hand(
            arrays([[1, 0, 0], [0, 2, 0], [0, 0, 1], [1, 1, 1]], ROWS, WEIGHTS),
            arrays([[3, 1], [0, -2], [1, 0], [4, 0]], [[1, 0, 2], [2, 2, 0]], [2, 3, 2]),
            says="four rows by hand, dz (4, 3), x (4, 2)",
        ),
        Case.random(
            lambda rng: normal(rng, (5, 3), (5, 4), (4, 3)), says="dz (5, 3), x (5, 4), W (4, 3)"
        ),
        Case.random(lambda rng: normal(rng, (3, 3), (3, 3), (3, 3)), says="dz, x and W (3, 3)"),
        Case.random(lambda rng: normal(rng, (1, 2), (1, 6), (6, 2)), says="one example, x (1, 6)"),
    ],
    laws=[Law("dx is the finite difference of Σ dz · (x W + b)", _difference_in_x)],
    mistakes=[
        """
        W.T ⇒ W
            You sent the gradient through W. Forward, entry (i, j) of W carries from input i to
            output j; on the way back it must carry from j to i.
        x.T @ dz ⇒ dz.T @ x
            Your dW is the transpose of the right one. A gradient has the shape of what it belongs
            to, and W is (n_in, n_out): which factor must be transposed?
        x.T ⇒ x
            You wrote x dz. That product pairs features of x with rows of dz, and fits only where
            the two happen to be equally many. Which must be transposed for a sum over the batch?
        .sum(axis=0) ⇒
            You returned dz for db. The one vector b was added to every row of the batch, so the
            gradients of all rows add up in it.
        .sum( ⇒ .mean(
            You averaged over the batch for db. The loss is a mean already, so dz carries the 1/B;
            dividing again makes the bias learn B times too slowly.
        x.T @ dz ⇒ x.T @ dz / len(x)
        axis=0) ⇒ axis=0) / len(x)
            You divided dW and db by the number of rows. The loss is a mean already, so dz carries
            the 1/B: here you only sum.
        x.T @ dz ⇒ x.T @ dz / len(x)
            You divided dW by the number of rows. The loss is a mean already, so dz carries the 1/B:
            xᵀ dz only sums.
        axis=0 ⇒ axis=1
            You summed dz over the outputs and were left with one number for each example. b has one
            entry for each output: over which axis must the sum run?
        axis=0 ⇒
            You summed the whole of dz into one number. Each output has its own bias and column of
            dz.
        return dx, dW, db ⇒ return dW, db, dx
            All three are right, but they come in another order: the order asked for is dx, dW, db.
        return dx, dW, db ⇒ return dW, dx, db
            All three are right, but dW comes before dx: the order asked for is dx, dW, db.
        x.T ⇒ (x @ W).T
            Your dW pairs dz with x W, what the layer sent, and not with x, what it received. A
            weight's gradient is in proportion to what it was given.
        """,
    ],
    hints=[
        "A gradient has the shape of what it belongs to. Which products of dz, x and W, transposed"
        " or not, have the shapes of x, W and b?",
        "dx (B, n_in) = dz Wᵀ, dW (n_in, n_out) = xᵀ dz, db (n_out,) = the sum of dz over the"
        " batch.",
        "return dz @ …, … @ dz, dz.sum(axis=…)",
    ],
    why="Whatever is multiplied forward passes the other factor back; whatever is copied forward,"
    " as b is to each row, is summed on the way back. The shapes leave no other choice.",
    difficulty=3,
    minutes=12,
    importance=5,
)


def _pairs(rng, *sizes):
    return [normal(rng, (n, m), (m,)) for n, m in pairwise(sizes)]


def _layers(*rows):
    """A list of pairs (W, b) from W, b, W, b, …"""
    made = arrays(*rows)
    return list(zip(made[::2], made[1::2], strict=True))


def _labels_and_scores(rng, B, K):
    return rng.normal(size=(B, K)), rng.integers(K, size=B)


def _slope_of_cross_entropy(f, rng) -> bool:
    z, y = np.linspace(-1, 2, 6).reshape(2, 3), np.array([2, 0])
    return slope_of(lambda z: layers.cross_entropy(z, y), z, f(z, y))


cross_entropy_backward = Exercise(
    layers.cross_entropy_backward,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([[0.0, np.log(2), 0], [0, 0, 0]]), np.array([0, 1])),
            np.array([[-3 / 8, 1 / 4, 1 / 8], [1 / 6, -1 / 3, 1 / 6]]),
            says="z = (0, ln 2, 0) and (0, 0, 0), y = 0 and 1",
        ),
        Case.random(lambda rng: _labels_and_scores(rng, 5, 3), says="z (5, 3)"),
        Case.random(lambda rng: _labels_and_scores(rng, 1, 7), says="one example, z (1, 7)"),
        Case.extreme(
            (np.array([[1000.0, -1000.0, 0.0]]), np.array([1])), says="z = (1000, −1000, 0)"
        ),
        Case.extreme(
            (np.array([[1000.0, 999, 998], [-1000, -1001, -999]]), np.array([1, 0])),
            says="one row near 1000, one near −1000",
        ),
    ],
    laws=[
        Law(
            "each row sums to 0: what one class gains, the others lose",
            lambda f, rng: np.allclose(
                np.sum(f(*_labels_and_scores(rng, 4, 6)), axis=-1), 0, atol=1e-6
            ),
        ),
        Law("it is the finite difference of cross_entropy", _slope_of_cross_entropy),
    ],
    mistakes=[
        """
        / len(y) ⇒
            Your gradient grows with the batch. The loss is the mean over B examples: what does that
            do to its gradient?
        / len(y) ⇒ / len(y) ** 2
            You divided by the batch twice. One mean, one division.
        / len(y) ⇒ / z.size
            You divided by the number of entries, B times K. The mean runs over the examples; over
            the classes there is a sum.
        -= 1 ⇒ -= 0
            Your gradient is softmax(z) / B, the same whatever the label: every class is pushed
            down. Where does the true class come in?
        return dz ⇒ return -dz
            You have one-hot minus softmax. That is the way downhill; the gradient points uphill,
            and the step will turn it round.
        softmax(z) ⇒ softmax(z.T).T
            Your columns were made to sum to 1. Classes compete within one example: over which axis?
        np.arange(len(y)), y ⇒ :, y
            p[:, y] takes the columns y of every row. Row i has one label, y[i]: each row's number
            must be paired with its own label.
        np.arange(len(y)), y ⇒ y
            p[y] takes whole rows, the ones whose numbers are labels. In row i the place y[i] is
            wanted: p[np.arange(len(y)), y].
        dz[np.arange(len(y)), y] -= 1 ⇒ dz = dz - np.eye(len(y))[y]
            np.eye(len(y)) has a place for each example. A one-hot row has one for each class.
        dz / len(y) ⇒ cross_entropy(z, y)
            You returned the loss. Its backward gives a slope for each score, in the shape of z.
        dz[np.arange(len(y)), y] -= 1 ⇒ dz = dz - y[:, None]
            You subtracted the label, a name, from every score of its row. Subtract 1 at the label's
            place.
        dz[np.arange(len(y)), y] -= 1 ⇒ dz -= 1
            You subtracted 1 everywhere. It belongs to the true class alone: one place in each row.
        dz / len(y) ⇒ -np.eye(z.shape[1])[y] / softmax(z) / len(y)
            You stopped at the probabilities: −1/p is the slope of −log p. Go on through the
            softmax, to the scores.
        dz[np.arange(len(y)), y] -= 1 ⇒ dz = dz - y
            You subtracted the labels themselves. A label is a name, not an amount: class 3 is not
            three times class 1. Subtract 1 at the label's place.
        softmax(z) ⇒ z.copy()
            You subtracted the one-hot from the scores. They must become probabilities first.
        dz / len(y) ⇒ dz * np.eye(z.shape[1])[y] / len(y)
            Only the true class gets a gradient from you. Through the sum in softmax's denominator
            every score takes part in the loss.
        dz / len(y) ⇒ dz * softmax(z) * (1 - softmax(z)) / len(y)
            You multiplied by p(1 − p), the slope of a sigmoid. In p − onehot the softmax's slope is
            contained already; that it cancels is why this loss is used.
        softmax(z) ⇒ np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            e¹⁰⁰⁰ is too large for a float. Subtract the row's greatest score first, or let
            layers.softmax do it: the probabilities stay the same, why?
        softmax(z) ⇒ np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True)
            You subtracted one maximum from all rows. A row far below it becomes 0 / 0: each row
            needs its own, z.max(axis=1, keepdims=True).
        """,
    ],
    hints=[
        "Write the loss of one example as log Σ_k exp(z_k) − z_y. What is the derivative of each?",
        "dz = (softmax(z) − onehot(y)) / B, of shape (B, K).",
        "dz = layers.softmax(z)\ndz[np.arange(len(y)), y] -= …\nreturn dz / …",
    ],
    why="The derivative of log Σ e^zⱼ is softmax, that of z_y is one-hot. No slope of an activation"
    " is left, so a confident error is the one that is corrected most.",
    difficulty=3,
    minutes=10,
    importance=5,
)


relu_backward = Exercise(
    layers.relu_backward,
    kind="transfer",
    cases=[
        Case.hand(
            arrays([5, 6, -7], [-2, 0, 3]),
            np.array([0.0, 0.0, -7.0]),
            says="da = (5, 6, −7), z = (−2, 0, 3)",
        ),
        Case.random(lambda rng: normal(rng, (5, 3), (5, 3)), says="da and z of shape (5, 3)"),
        Case.extreme(arrays([1, 1], [-1e300, 1e-300]), says="z = (−1e300, 1e-300)"),
    ],
    laws=[
        Law(
            "where z is positive the gradient passes unchanged, be it negative",
            lambda f, rng: np.allclose(f(*arrays([-3, 3], [1, 1])), [-3, 3]),
        ),
    ],
    mistakes=[
        """
        (z > 0) ⇒ (da > 0)
            You kept the positive gradients. The gate was set on the way forward, by the sign of z;
            what comes back may be of either sign.
        z > 0 ⇒ z >= 0
            You let the gradient pass at z = 0. The kink has no slope of its own; the course and
            PyTorch take 0 there, so that a unit that says nothing gets no gradient.
        * (z > 0) ⇒
            You passed everything. Where z was negative the output stayed at 0 whatever z did: how
            much can the loss depend on z there?
        (z > 0) ⇒ np.maximum(z, 0)
            You multiplied by relu(z), the layer's value. The chain rule wants its slope, which is
            the same wherever z > 0.
        da * (z > 0) ⇒ np.maximum(z, 0)
            You returned relu(z), the way forward. On the way back da passes, and z says only where.
        da * (z > 0) ⇒ da[z > 0]
            da[z > 0] drops the entries that are stopped. dz keeps the shape of z, with 0 in their
            places: multiply, or use np.where.
        da * (z > 0) ⇒ z * (da > 0)
            You let z pass where da is positive. It is z that sets the gate for da.
        da * (z > 0) ⇒ (z > 0).astype(float)
            You returned the slope of the ReLU alone. The chain rule multiplies it with what arrives
            from above: where is da?
        z > 0 ⇒ z < 0
            You let pass what the ReLU stopped, and stopped what it let pass.
        (z > 0) ⇒ np.sign(z)
            You turned the gradient round where z is negative: that is the slope of |z|.
        (z > 0) ⇒ np.where(z > 0, 1.0, 0.01)
            You let a hundredth pass where z is negative. A leaky ReLU does that, if its forward
            pass leaks as well; this one is flat.
        """,
    ],
    hints=[
        "If z moves a little, by how much does max(z, 0) move, at z = 3 and at z = −2?",
        "dz = da where z > 0, else 0; all of one shape.",
        "return da * (…)   # a comparison counts as 0 or 1",
    ],
    why="A comparison gives True or False, which multiply as 1 and 0. The gate depends on what went"
    " forward, never on what comes back.",
    difficulty=1,
    minutes=5,
    importance=4,
)


def _network(rng, B, *sizes):
    return _pairs(rng, *sizes), rng.normal(size=(B, sizes[0])), rng.integers(sizes[-1], size=B)


LN3 = np.log(3)
SMALL = _layers([[1, -1]], [0, 0], [[0, LN3], [5, 1]], [0, 0])


def _finite_difference(f, rng) -> bool:
    ((W, b), last), x, y = _network(rng, 4, 3, 5, 2)
    loss = lambda W: layers.cross_entropy(mlp.forward([(W, b), last], x)[-1], y)  # noqa: E731
    return slope_of(loss, W, f([(W, b), last], x, y)[1][0][0])


def _a_mean(f, rng) -> bool:
    once, twice = (f(SMALL, np.ones((B, 1)), np.zeros(B, int))[1][0][0] for B in (1, 2))
    return np.allclose(once, twice)


loss_and_gradients = Exercise(
    mlp.loss_and_gradients,
    kind="build",
    cases=[
        Case.hand(
            (SMALL, np.array([[1.0]]), np.array([0])),
            (
                np.log(4),
                _layers([[0.75 * LN3, 0]], [0.75 * LN3, 0], [[-0.75, 0.75], [0, 0]], [-0.75, 0.75]),
            ),
            says="the network worked by hand above",
        ),
        Case.random(lambda rng: _network(rng, 7, 5, 4, 3), says="two layers, x (7, 5)"),
        Case.random(lambda rng: _network(rng, 5, 3, 6, 4, 2), says="three layers, x (5, 3)"),
        Case.extreme(
            (_layers(np.ones((2, 3)), [0, 0, 0]), np.array([[1.0, 2.0]]), np.array([1])),
            says="a single layer",
        ),
        Case.extreme(
            (_layers([[1000, 0, -1000]], [0, 0, 0]), np.array([[1.0], [-1]]), np.array([2, 1])),
            says="scores of 1000 and −1000",
        ),
    ],
    laws=[
        Law("the gradient of the first W is its finite difference", _finite_difference),
        Law("doubling the batch by repeating it changes nothing", _a_mean),
    ],
    mistakes=[
        """
        layers.relu_backward(dz @ params[layer][0].T, a[layer]) ⇒ dz @ params[layer][0].T
            The gradient goes through the ReLU as if it were always open. A unit that was silent on
            the way forward had no part in the loss.
        .T, a[layer]) ⇒ .T, dz @ params[layer][0].T)
            You masked with the sign of the gradient. The gate was set on the way forward, by the
            sign of the layer's input.
        [0].T ⇒ [0]
            You sent the gradient through W. Forward, W carries from inputs to outputs; on the way
            back it must carry from outputs to inputs.
        layers.cross_entropy_backward(z, y) ⇒ layers.cross_entropy_backward(z, y) * len(y)
            Your gradients are sums over the batch, the loss is a mean. Which line divides?
        layers.cross_entropy_backward(z, y) ⇒ layers.cross_entropy_backward(z, y) / len(y)
            Your gradients are divided by the batch once too often. The start of the way back holds
            the 1/B; below, only sum.
        dz.sum(axis=0) ⇒ dz.mean(axis=0)
            Your bias gradients are means over the batch. The 1/B is in dz already: only sum.
        params[layer][0].T ⇒ (params[layer][0] - grads[0][0]).T
            The gradient went through weights that had already taken their step. All gradients
            belong to one and the same network: step when the last of them is known.
        (a[layer].T @ dz ⇒ ((layers.affine(a[layer - 1], *params[layer - 1]) if layer else x).T @ dz
            You built dW with z, from before the ReLU. A weight's gradient is in proportion to what
            it was given, and the next layer was given the activation.
        layers.cross_entropy_backward(z, y) ⇒ layers.softmax(z) / len(y)
            You start the way back with softmax(z) / B, whatever the label. Where does the true
            class come in?
        .insert(0, ⇒ .append(
            The gradients are right, in the order in which you found them. params begins with the
            first layer; so must grads.
        a[layer].T @ dz, dz.sum(axis=0) ⇒ dz.sum(axis=0), a[layer].T @ dz
            The gradients are right, but each pair is (db, dW). params holds (W, b): return (dW,
            db).
        loss, grads ⇒ loss, sum(grads, ())
            Your list holds dW and db one after the other. A layer has a pair of them: insert (dW,
            db), in one pair of parentheses.
        loss, grads ⇒ grads
            You returned the gradients alone. The loss comes first: return loss, grads.
        loss, grads ⇒ grads, loss
            Both are right, in the other order: return loss, grads.
        range(len(params)) ⇒ range(1, len(params))
            The first layer has no pair in your list. Its weights learn as well; only the gradient
            below it, at x, is not needed. Where does your range begin?
        grads = [] ⇒ grads = []; dz = layers.relu_backward(dz, z)
            You sent the gradient through a ReLU at the last layer too. forward has one after the
            hidden layers only, so the logits have no gate.
        dz @ params[layer][0].T, a[layer] ⇒ a[layer], dz @ params[layer][0].T
            relu_backward(da, z) takes first the gradient that comes back, then what sets the gate.
            You gave them the other way round.
        forward(params, x) ⇒ forward(params, x); z = layers.softmax(z)
            You gave layers.cross_entropy probabilities. It takes the scores z and does the softmax
            itself, and so does its backward.
        layers.relu_backward( ⇒ 0 * layers.relu_backward(
            Only the last layer has a gradient; below it yours are 0. What dx comes down to it?
        loss, grads ⇒ loss * len(y), grads
            Your gradients are right, your loss is the sum over the batch. Return the mean.
        layers.cross_entropy(z, y) ⇒ -np.log(layers.softmax(z)[np.arange(len(y)), y]).mean()
            You took the logarithm of a probability, which for scores far apart has become 0.
            layers.cross_entropy works from the scores, without forming probabilities.
        """,
    ],
    hints=[
        "Which layer's backward comes first, and what does it hand to the next?",
        "dz (B, K) from cross_entropy_backward. Then for each layer, from the last: dW = aᵀ dz,"
        " db = Σ dz; and unless it was the first, dz ← relu_backward(dz Wᵀ, a).",
        "*a, z = mlp.forward(params, x)\nloss, dz = layers.cross_entropy(z, y), …\ngrads = []\n"
        "for layer in reversed(range(len(params))):\n    grads.insert(0, (…, …))\n"
        "    if layer > 0:\n        dz = layers.relu_backward(…, a[layer])\nreturn loss, grads",
    ],
    why="One dz walks from the loss to the first layer, and every layer takes its two gradients"
    " from it in passing. The cost is about twice that of the forward pass, however many parameters"
    " there are; finite differences would need two forward passes for each.",
    difficulty=4,
    minutes=15,
    importance=5,
)


def _tanh_network(rng, B, *sizes):
    params, x, y = _network(rng, B, *sizes)
    return [(W / np.sqrt(len(W)), b) for W, b in params], x, y


def _tanh_difference(f, rng) -> bool:
    ((W, b), (V, c)), x, y = _tanh_network(rng, 4, 3, 5, 2)

    def loss(W):
        h = np.tanh(layers.affine(x, W, b))
        return layers.cross_entropy(layers.affine(h, V, c), y)

    return slope_of(loss, W, f([(W, b), (V, c)], x, y)[0][0])


tanh_gradients = Exercise(
    mlp.tanh_gradients,
    kind="diagnose",
    cases=[
        Case.hand(
            (
                _layers([[0, 0]], [0, 0], [[1, 0, 0], [0, 2, 0]], [np.log(2), 0, 0]),
                np.array([[3.0]]),
                np.array([1]),
            ),
            _layers([[1.5, -4.5]], [0.5, -1.5], [[0, 0, 0], [0, 0, 0]], [0.5, -0.75, 0.25]),
            says="x = 3, hidden sums 0, as worked above",
        ),
        Case.random(lambda rng: _tanh_network(rng, 7, 5, 4, 3), says="x (7, 5), 4 hidden units"),
        Case.random(lambda rng: _tanh_network(rng, 3, 2, 6, 4), says="x (3, 2), 6 hidden units"),
        Case.extreme(
            (
                _layers([[40.0, -40]], [0, 0], [[1, 0], [0, 1]], [0, 0]),
                np.ones((2, 1)),
                np.array([0, 1]),
            ),
            says="hidden units at both ends of tanh",
        ),
    ],
    laws=[Law("the gradient of the first W is its finite difference", _tanh_difference)],
    mistakes=[
        """
        1 - h**2 ⇒ 1 - np.tanh(h) ** 2
            The slope of tanh is still taken at the wrong place. h is the activation already, so the
            slope is 1 − h², without another tanh.
        dz_h.sum(axis=0) ⇒ dz_h.mean(axis=0)
            The hidden bias still gets a mean over the batch. dz holds the 1/B already: only sum.
        1 - h**2 ⇒ 1 - np.tanh(h) ** 2
        dz_h.sum(axis=0) ⇒ dz_h.mean(axis=0)
        dz.sum(axis=0) ⇒ dz.mean(axis=0)
            That is the broken version itself. Two kinds of fault are in it, and the table says
            which gradients they spoil.
        dz.sum(axis=0) ⇒ dz.mean(axis=0)
            The output bias still gets a mean over the batch. dz holds the 1/B already: only sum.
        dz_h.sum(axis=0) ⇒ dz_h.mean(axis=0)
        dz.sum(axis=0) ⇒ dz.mean(axis=0)
            The slope is mended. Both biases still get means over the batch, and dz holds the 1/B
            already: only sum.
        1 - h**2 ⇒ h * (1 - h)
            h(1 − h) is the slope of the sigmoid. This network's activation is tanh.
        1 - h**2 ⇒ h > 0
            You set the gate of a ReLU. This network's activation is tanh, whose slope is 1 − h².
        (dz @ W2.T) * (1 - h**2) ⇒ dz @ W2.T
            You left out the activation's slope. The way back passes tanh as the way forward did.
        1 - h**2 ⇒ (1 - h) ** 2
            You squared the whole of 1 − h. The slope of tanh is 1 − h², with h alone squared.
        W2.T) * (1 - h**2) ⇒ W2.T) * (1 - h)
            You wrote 1 − h. At h = −1 that is 2, where tanh is flat.
        (1 - h**2) ⇒ (1 - layers.affine(x, W1, b1) ** 2)
            You squared the weighted sum. The formula 1 − h² is in terms of the activation, h.
        h.T @ dz, ⇒ layers.affine(x, W1, b1).T @ dz,
            You built dW2 with the weighted sums. The second layer was given their activation, h.
        (h.T @ dz, dz.sum(axis=0))] ⇒ (h.T @ dz, dz.sum(axis=0))][::-1]
            All gradients are right, the last layer's first. params begins with the first layer; so
            must grads.
        """,
    ],
    hints=[
        "Which gradients does the list above the exercise acquit? What can be wrong if a weight's gradient is right"
        " and the bias of the same layer is not?",
        "The slope of tanh at an activation h is 1 − h², and db = Σ dz over the batch, because dz"
        " holds the 1/B.",
        "(W1, b1), (W2, b2) = params\nh = …\ndz = layers.cross_entropy_backward(…, y)\n"
        "dz_h = (dz @ W2.T) * (…)\nreturn [(x.T @ dz_h, …), (h.T @ dz, …)]",
    ],
    why="A wrong gradient that points roughly downhill trains. A check for each parameter finds"
    " where it is wrong, and which of them are right says in which line to look.",
    difficulty=3,
    minutes=10,
    importance=4,
)


def _probabilities(rng, *shape):
    return rng.normal(size=shape), layers.softmax(rng.normal(size=shape))


def _slope_of_softmax(f, rng) -> bool:
    z, dp = np.linspace(-1, 2, 6).reshape(2, 3), np.array([[1.0, -2, 0.5], [0, 3, 1]])
    return slope_of(lambda z: (dp * layers.softmax(z)).sum(), z, f(dp, layers.softmax(z)))


softmax_backward = Exercise(
    layers.softmax_backward,
    kind="derive",
    cases=[
        Case.hand(
            arrays([[1, 2, 8]], [[0.5, 0.25, 0.25]]),
            np.array([[-1.0, -0.25, 1.25]]),
            says="dp = (1, 2, 8), p = (1/2, 1/4, 1/4)",
        ),
        Case.random(lambda rng: _probabilities(rng, 5, 3), says="dp and p of shape (5, 3)"),
        Case.random(lambda rng: _probabilities(rng, 4, 4), says="dp and p of shape (4, 4)"),
        Case.random(lambda rng: _probabilities(rng, 6), says="a single row of 6"),
        Case.extreme(arrays([[3, -2, 1]], [[1, 0, 0]]), says="p = (1, 0, 0), all on one class"),
    ],
    laws=[
        Law(
            "each row of dz sums to 0: scores that all rise alike change nothing",
            lambda f, rng: np.allclose(np.sum(f(*_probabilities(rng, 4, 6)), axis=-1), 0),
        ),
        Law("it is the finite difference of softmax", _slope_of_softmax),
    ],
    mistakes=[
        """
        p * (dp - (dp * p).sum(axis=-1, keepdims=True)) ⇒ dp * p * (1 - p)
            You gave each score only its own probability, with the slope of a sigmoid. Raising one
            score lowers all the other probabilities too: these paths are missing.
        p * (dp - (dp * p).sum(axis=-1, keepdims=True)) ⇒ dp * p
            You took the slope of the numerator alone. The denominator contains every score, so each
            moves all probabilities: subtract what goes that way.
        dp - (dp * p).sum(axis=-1, keepdims=True) ⇒ (dp * p).sum(axis=-1, keepdims=True) - dp
            Your sign is turned round. A score that rises raises its own probability.
        (dp * p).sum ⇒ dp.sum
            You summed dp with equal weights. Each class counts by its probability: what is
            subtracted is the mean of dp weighted by p.
        (dp * p).sum(axis=-1, keepdims=True) ⇒ dp.mean(axis=-1, keepdims=True)
            You subtracted the plain mean of dp. A class counts by its probability: weight dp by p
            before you sum.
        p * (dp - (dp * p).sum(axis=-1, keepdims=True)) ⇒ p * (1 - p)
            You returned the slope of each probability towards its own score. The chain rule
            multiplies by what arrives, and adds over all paths: where is dp?
        (dp * p).sum ⇒ (dp * p).mean
            You divided the sum by the number of classes. The weights p sum to 1 already, so Σ dp p
            is a mean as it stands.
        axis=-1 ⇒ axis=0
            You summed down the batch, so examples mix. Classes compete within one example, along
            the last axis.
        .sum(axis=-1, keepdims=True) ⇒ .sum()
            You summed over the whole batch. Each row has its own sum: axis=-1, keepdims=True.
        p * (dp - (dp * p).sum(axis=-1, keepdims=True)) ⇒ dp - (dp * p).sum(axis=-1, keepdims=True)
            The bracket is right, and a factor is missing: a class that has almost no probability
            moves almost not at all.
        p * (dp ⇒ p * (1 - p) * (dp
            You multiplied by 1 − p as well. The bracket holds the effect of the denominator
            already, so a single p remains in front.
        return p ⇒ p = softmax(p); return p
            You put p through the softmax again. The second argument is already the softmax's
            result.
        p * (dp - (dp * p) ⇒ p * (dp - p * (dp * p)
            You multiplied the sum by p twice. Along one path slopes multiply: p of the class that
            moves, once, in front of the bracket.
        p * (dp - (dp * p).sum(axis=-1, keepdims=True)) ⇒ p - dp
            You subtracted two things that stand in other places: p − onehot is the slope of
            cross-entropy. Here any dp may arrive.
        """,
    ],
    hints=[
        "Add over the paths from one score: if it rises a little, what happens to its own"
        " probability, and what to each of the others?",
        "∂pᵢ/∂zⱼ is pᵢ(1 − pᵢ) for i = j and −pᵢ pⱼ otherwise, so dzⱼ = pⱼ (dpⱼ − Σᵢ dpᵢ pᵢ).",
        "mean = (dp * p).sum(axis=…, keepdims=…)   # weighted by p\nreturn p * (…)",
    ],
    why="Only differences between the dp of a row matter: a score is pushed by how much better its"
    " class would do than the row's average. Attention goes back through this line too.",
    difficulty=3,
    minutes=12,
    importance=5,
)
