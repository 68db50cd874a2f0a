"""The exercises of this lesson."""

from itertools import pairwise

import numpy as np

from course.checking import Case, Exercise, Law, guard
from course.networks import autograd, gradcheck, layers, mlp


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
        "return x ... W ... b   # one matrix product, one sum",
    ],
    why="The matrix product sums over the inputs for every example and every output at once;"
    " broadcasting adds b to each row.",
    difficulty=1,
    minutes=5,
    importance=5,
)


def _slope_of_sigmoid(f, rng) -> bool:
    z = np.linspace(-3, 3, 6)
    return slope_of(lambda z: layers.sigmoid(z).sum(), z, f(np.ones(6), layers.sigmoid(z)))


sigmoid_backward = Exercise(
    layers.sigmoid_backward,
    kind="transcribe",
    cases=[
        Case.hand(
            arrays([1, 10], [0.5, 0.8]), np.array([0.25, 1.6]), says="da = (1, 10), a = (0.5, 0.8)"
        ),
        Case.random(
            lambda rng: (rng.normal(size=(5, 3)), rng.uniform(0.05, 0.95, (5, 3))),
            says="da and a of shape (5, 3)",
        ),
        Case.extreme(arrays([1, -3], [0, 1]), says="a = (0, 1), both ends of the range"),
    ],
    laws=[Law("it is the slope that a finite difference of sigmoid finds", _slope_of_sigmoid)],
    mistakes=[
        """
        a * (1 - a) ⇒ sigmoid(a) * (1 - sigmoid(a))
            You put a through the sigmoid again. The second argument is already the activation a =
            σ(z), so what is left of σ(z)(1 − σ(z))?
        da * a ⇒ a
            You returned the slope of the sigmoid alone. The chain rule multiplies it with what
            arrives from above: where is da?
        * (1 - a) ⇒
            You multiplied by a only, so a full unit, a = 1, passes everything. Where σ is flat, at
            both ends, nothing may pass.
        da * a ⇒ da
            You multiplied by 1 − a only, so an empty unit, a = 0, passes everything. Where σ is
            flat, at both ends, nothing may pass.
        a * (1 - a) ⇒ (1 - a**2)
            1 − a² is the slope of tanh. At a = 0.5 the sigmoid rises at 0.25, as said above.
        * a * (1 - a) ⇒ / (a * (1 - a))
            You divided by the slope. That goes from z to a; the gradient goes from a to z, and is
            multiplied by the slope.
        da * ⇒ -da *
            Your sign is turned round. The sigmoid rises everywhere, so its slope is above 0: is a ·
            (1 − a), or a · (a − 1)?
        (1 - a) ⇒ 1 - a
            Products come before differences: da * a * 1 - a is (da · a · 1) − a. Put 1 - a in
            parentheses.
        (1 - a) ⇒ (1 - a) / len(a)
            You divided by the number of rows. The loss is a mean and has done that once; a layer in
            between must not do it again.
        """,
    ],
    hints=[
        "σ'(z) can be written with σ(z) alone. Which of the two do you have, z or σ(z)?",
        "dz = da · a · (1 − a), entry by entry; all three have the same shape.",
        "return da * ... * (1 - ...)",
    ],
    why="σ' = σ(1 − σ): the forward pass has already paid for the derivative. It is never above"
    " 1/4, so each sigmoid layer shrinks what passes it at least fourfold.",
    difficulty=2,
    minutes=5,
    importance=4,
)


def _difference_in_x(f, rng) -> bool:
    dy, x, W, b = normal(rng, (5, 2), (5, 3), (3, 2), (2,))
    return slope_of(lambda x: (dy * layers.affine(x, W, b)).sum(), x, f(dy, x, W)[0])


affine_backward = Exercise(
    layers.affine_backward,
    kind="transcribe",
    cases=[
        Case.hand(
            arrays([[1, 0, 0], [0, 2, 0], [0, 0, 1], [1, 1, 1]], ROWS, WEIGHTS),
            arrays([[3, 1], [0, -2], [1, 0], [4, 0]], [[1, 0, 2], [2, 2, 0]], [2, 3, 2]),
            says="four rows by hand, dy (4, 3), x (4, 2)",
        ),
        Case.random(
            lambda rng: normal(rng, (5, 3), (5, 4), (4, 3)), says="dy (5, 3), x (5, 4), W (4, 3)"
        ),
        Case.random(lambda rng: normal(rng, (3, 3), (3, 3), (3, 3)), says="dy, x and W (3, 3)"),
        Case.random(lambda rng: normal(rng, (1, 2), (1, 6), (6, 2)), says="one example, x (1, 6)"),
    ],
    laws=[Law("dx is the finite difference of Σ dy · (x W + b)", _difference_in_x)],
    mistakes=[
        """
        W.T ⇒ W
            You sent the gradient through W. Forward, entry (i, j) of W carries from input i to
            output j; on the way back it must carry from j to i.
        x.T @ dy ⇒ dy.T @ x
            Your dW is the transpose of the right one. A gradient has the shape of what it belongs
            to, and W is (n_in, n_out): which factor must be transposed?
        x.T ⇒ x
            You wrote x dy. That product pairs features of x with rows of dy, and fits only where
            the two happen to be equally many. Which must be transposed for a sum over the batch?
        .sum(axis=0) ⇒
            You returned dy for db. The one vector b was added to every row of the batch, so the
            gradients of all rows add up in it.
        .sum( ⇒ .mean(
            You averaged over the batch for db. The loss is a mean already, so dy carries the 1/B;
            dividing again makes the bias learn B times too slowly.
        x.T @ dy ⇒ x.T @ dy / len(x)
        axis=0) ⇒ axis=0) / len(x)
            You divided dW and db by the number of rows. The loss is a mean already, so dy carries
            the 1/B: here you only sum.
        x.T @ dy ⇒ x.T @ dy / len(x)
            You divided dW by the number of rows. The loss is a mean already, so dy carries the 1/B:
            xᵀ dy only sums.
        axis=0 ⇒ axis=1
            You summed dy over the outputs and were left with one number for each example. b has one
            entry for each output: over which axis must the sum run?
        axis=0 ⇒
            You summed the whole of dy into one number. Each output has its own bias and column of
            dy.
        return dx, dW, db ⇒ return dW, db, dx
            All three are right, but they come in another order: dx, dW, db is promised.
        return dx, dW, db ⇒ return dW, dx, db
            All three are right, but dW comes before dx: dx, dW, db is promised.
        x.T ⇒ (x @ W).T
            Your dW pairs dy with x W, what the layer sent, and not with x, what it received. A
            weight's gradient is in proportion to what it was given.
        """,
    ],
    hints=[
        "A gradient has the shape of what it belongs to. Which products of dy, x and W, transposed"
        " or not, have the shapes of x, W and b?",
        "dx (B, n_in) = dy Wᵀ, dW (n_in, n_out) = xᵀ dy, db (n_out,) = the sum of dy over the"
        " batch.",
        "return dy @ ..., ... @ dy, dy.sum(axis=...)",
    ],
    why="Whatever is multiplied forward passes the other factor back; whatever is copied forward,"
    " as b is to each row, is summed on the way back. The shapes leave no other choice.",
    difficulty=3,
    minutes=12,
    importance=5,
)


def _parabola(x):
    return float(x.flat[0] ** 2 + 3 * x.flat[1])


def _waves(x):
    return float(np.sin(x).sum() + np.prod(np.cos(x)))


def _ripples(x):
    return float(np.sin(300 * x).sum())


def _cubes(x):
    return float((x**3).sum() + x.sum() ** 2)


def _slope_of_a_plane(f, rng) -> bool:
    x = rng.normal(size=2)
    return all(np.allclose(f(lambda x: float(x @ [2, -1]), x, h), [2, -1]) for h in (1, 1e-3, 1e-5))


numerical_gradient = Exercise(
    gradcheck.numerical_gradient,
    kind="transcribe",
    cases=[
        Case.hand(
            (_parabola, np.array([2.0, 5.0]), 0.1),
            np.array([4.0, 3.0]),
            says="f(x) = x₀² + 3x₁ at (2, 5), h = 0.1",
        ),
        Case.random(
            lambda rng: (_cubes, rng.normal(size=(2, 3)), 0.25),
            says="a function of a matrix, x (2, 3), h = 0.25",
        ),
        Case.random(lambda rng: (_waves, rng.normal(size=7), 1e-6), says="sines, x (7,), h = 1e-6"),
        Case.random(lambda rng: (_ripples, rng.normal(size=3)), says="ripples, the default h"),
        Case.extreme((_cubes, np.array(2.0), 0.5), says="x is a single number, of shape ()"),
    ],
    laws=[Law("the slope of a plane is the same at every step", _slope_of_a_plane)],
    mistakes=[
        """
        f(down)) / (2 * h) ⇒ f(x)) / h
            You compared f(x + h) with f(x). That leans to one side, with an error of the order of
            h; stepping to both sides leaves an error of the order of h².
        (f(up) - f(down)) / (2 * h) ⇒ (f(x) - f(down)) / h
            You compared f(x) with f(x − h). That leans to one side, with an error of the order of
            h; stepping to both sides leaves an error of the order of h².
        (2 * h) ⇒ h
            Your slopes are twice too large. From x − h to x + h, how far is that?
        (2 * h) ⇒ 2 * h
            You multiplied by h: in Python, a / 2 * h is (a / 2) · h. Write (2 * h).
        up[i] += h ⇒ up += h
        down[i] -= h ⇒ down -= h
            You moved every entry together, so you measured the sum of all slopes. A gradient asks
            about each entry with the others held still.
        dx = np.zeros_like(x) ⇒ return (f(x + h) - f(x - h)) / (2 * h)
            You moved every entry together and got one slope for all. A gradient asks about each
            entry with the others held still: one number for each, in the shape of x.
        (f(up) - f(down)) / (2 * h) ⇒ f(up) - f(down) / 2 * h
            Products come before differences: a - b / 2 * h divides b alone, and multiplies it by h.
            Put the difference in parentheses, and 2 * h as well.
        return dx ⇒ return dx.ravel()
            The slopes are right, but they come as one long row. dx has the shape of x: begin with
            np.zeros_like(x) and fill dx[i].
        / (2 * h) ⇒ / (2 * h); return dx
            Only the first entry has a slope. Does your return stand inside the loop?
        np.zeros_like(x) ⇒ np.zeros_like(x); h = 1e-5
            You took a step of 1e-5, whatever h the caller asked for. Use the argument h.
        np.ndindex(x.shape) ⇒ range(len(x))
            You moved a whole row together. np.ndindex(x.shape) visits each single entry, however
            many axes x has.
        dx = np.zeros_like(x) ⇒ dx, x = np.zeros_like(x), x.copy()
        down[i] -= h ⇒ down[i] -= h; x[i] -= h
            You moved an entry and left it moved, so the later slopes are taken somewhere else. What
            must x be when the next entry's turn comes?
        up, down = x.copy(), x.copy() ⇒ up = down = x
        up[i] += h ⇒ up[i] += h; above = f(up)
        down[i] -= h ⇒ down[i] -= 2 * h
        (f(up) - f(down)) / (2 * h) ⇒ (above - f(down)) / (2 * h); x[i] += h
            You changed x and put it back by adding: after + h, − 2h, + h rounding has left it
            beside its old value. Move a copy, or keep the old number.
        up, down = x.copy(), x.copy() ⇒ up = down = x
            Up = x copies nothing: up and down are x itself, so the two steps cancel and f sees the
            same point twice. Take x.copy().
        _checked_floats(x, h) ⇒ _checked_floats(x, h).astype(np.float32)
            You went to float32. It keeps seven digits, the difference of two near values loses most
            of them, and the division by h magnifies what is left.
        f(up) - f(down) ⇒ f(down) - f(up)
            Your sign is turned round: the slope is positive where f(x + h) is the greater.
        """,
    ],
    hints=[
        "How would you measure the slope of a hill under your feet with two altimeter readings?",
        "dxᵢ = (f(x + h eᵢ) − f(x − h eᵢ)) / 2h, for each entry i of x; dx has the shape of x.",
        "dx = np.zeros_like(x)\nfor i in np.ndindex(x.shape):\n    up, down = x.copy(), x.copy()\n"
        "    up[i] += ...; down[i] -= ...\n    dx[i] = ...\nreturn dx",
    ],
    why="Fresh copies keep x as it was; stepping to both sides cancels the curve's first"
    " contribution, so the error falls with h² until rounding takes over.",
    difficulty=3,
    minutes=10,
    importance=4,
)


def _pairs(rng, *sizes):
    return [normal(rng, (n, m), (m,)) for n, m in pairwise(sizes)]


def _layers(*rows):
    """A list of pairs (W, b) from W, b, W, b, …"""
    made = arrays(*rows)
    return list(zip(made[::2], made[1::2], strict=True))


def _goes_down(f, rng) -> bool:
    bowl = _layers(np.eye(2), [1, 1])  # the gradient of half the sum of squares is the point
    return float(np.sum(f(bowl, bowl, 0.1)[0][0] ** 2)) < 2


def in_place(params, grads, lr):
    """The numbers are right, but you changed the caller's params: -= writes into an array,
    params[i] = … into the list, for everyone who holds them. Backpropagation may still need the
    old weights: make a new list of new arrays.
    """
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return params


gradient_step = Exercise(
    mlp.gradient_step,
    kind="transcribe",
    cases=[
        Case.hand(
            (_layers([[1]], [2]), _layers([[10]], [-20]), 0.1),
            _layers([[0]], [4]),
            says="W = 1, dW = 10, b = 2, db = −20, lr = 0.1",
        ),
        Case.random(
            lambda rng: (_pairs(rng, 4, 3, 2), _pairs(rng, 4, 3, 2), 0.3), says="two layers"
        ),
        Case.random(
            lambda rng: (_pairs(rng, 2, 5, 4, 3), _pairs(rng, 2, 5, 4, 3), 0.07),
            says="three layers",
        ),
        Case.extreme(
            (_layers(np.ones((2, 3)), np.ones(3)), _layers(np.ones((2, 3)), np.ones(3)), 0.0),
            says="lr = 0",
        ),
    ],
    laws=[Law("a small step on a bowl goes down", _goes_down)],
    mistakes=[
        """
        W - lr * dW, b - lr * db ⇒ W + lr * dW, b + lr * db
            You added the gradient. It points to where the loss grows; which way is down?
        W - lr * dW, b - lr * db ⇒ W - dW, b - db
            You went the whole gradient. It is a slope, not a distance: how far do you trust it?
        return ⇒ return params or
            Nothing moved. W = W - … in a loop lets the name W stand for a new array; the list still
            holds the old one. Put the new pairs into a new list.
        return [ ⇒ return sum([
        strict=True)] ⇒ strict=True)], ())
            Your list holds W and b one after the other. A layer is a pair: append (W, b) as one.
        strict=True)] ⇒ strict=True)][0]
            You returned the pair of the first layer. params is a list of pairs, one for each layer:
            so is what you return, even with one layer.
        strict=True)] ⇒ strict=True)][-1:]
            Only the last pair is left. Does the line that makes the empty list stand inside the
            loop, or the return?
        W - lr * dW, b - lr * db ⇒ W - 0.1 * dW, b - 0.1 * db
            You went 0.1 times the gradient, whatever lr the caller asked for. Use the argument lr.
        W - lr * dW, b - lr * db ⇒ dW - lr * W, db - lr * b
            You moved the gradients by the parameters. Which is the place, which the direction?
        b - lr * db ⇒ b
            You moved the weights and left the biases where they were. A bias has a gradient too.
        W - lr * dW, b - lr * db ⇒ -lr * dW, -lr * db
            You returned how far to go, −lr times the gradient. Where does one arrive?
        * dW ⇒ * dW / np.linalg.norm(dW)
        * db ⇒ * db / np.linalg.norm(db)
            You divided the gradient by its length, so that every step is equally long. Gradient
            descent takes shorter steps where the slope is gentler.
        return [ ⇒ return params[:-1] + [
        strict=True)] ⇒ strict=True)][-1:]
            Only the last layer moved. Backpropagation brought gradients to every layer.
        (W - lr * dW, b - lr * db) ⇒ ((1 - lr) * W + lr * dW, (1 - lr) * b + lr * db)
            You moved the parameters towards the gradient's value, as an average does. The gradient
            is a direction, not a place.
        """,
        in_place,
    ],
    hints=[
        "The gradient says where the loss grows fastest. Which way do you go, and how far?",
        "W ← W − lr · dW and b ← b − lr · db for every layer, as new arrays in a list of pairs.",
        "return [(W - ..., b - ...) for (W, b), (dW, db) in zip(params, grads)]",
    ],
    why="W - lr * dW makes a new array, W -= lr * dW writes into the old one. With new arrays the"
    " state before the step still exists: nothing can go wrong behind anyone's back.",
    difficulty=2,
    minutes=5,
    importance=4,
)


def _labels_and_scores(rng, B, K):
    return rng.normal(size=(B, K)), rng.integers(K, size=B)


def _slope_of_cross_entropy(f, rng) -> bool:
    z, y = np.linspace(-1, 2, 6).reshape(2, 3), np.array([2, 0])
    return slope_of(lambda z: layers.cross_entropy(z, y), z, f(z, y))


cross_entropy_backward = Exercise(
    layers.cross_entropy_backward,
    kind="transcribe",
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
        "Write the loss of one example as log Σⱼ e^zⱼ − z_y. What is the derivative of each?",
        "dz = (softmax(z) − onehot(y)) / B, of shape (B, K).",
        "dz = layers.softmax(z)\ndz[np.arange(len(y)), y] -= ...\nreturn dz / ...",
    ],
    why="The derivative of log Σ e^zⱼ is softmax, that of z_y is one-hot. No slope of an activation"
    " is left, so a confident error is the one that is corrected most.",
    difficulty=3,
    minutes=10,
    importance=5,
)


relu_backward = Exercise(
    layers.relu_backward,
    kind="transcribe",
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
        "return da * (...)   # a comparison counts as 0 or 1",
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
        "*a, z = mlp.forward(params, x)\nloss, dz = layers.cross_entropy(z, y), ...\ngrads = []\n"
        "for layer in reversed(range(len(params))):\n    grads.insert(0, (..., ...))\n"
        "    if layer > 0:\n        dz = layers.relu_backward(..., a[layer])\nreturn loss, grads",
    ],
    why="One dz walks from the loss to the first layer, and every layer takes its two gradients"
    " from it in passing. The cost is about twice that of the forward pass, however many parameters"
    " there are; finite differences would need two forward passes for each.",
    difficulty=4,
    minutes=15,
    importance=5,
)


VALUE, SLOPE = "the value of tanh(v)", "the slope of 3 tanh(v) + v tanh(v)"


def _use(op, x: float):
    """tanh(x) and the slope of 3 · tanh(x) + x · tanh(x), as the op's graph gives it."""
    v = autograd.Value(x)
    v.grad = 7.0  # left over from another expression
    y = op(v)
    if y is None or isinstance(y, tuple):
        return y
    if not all(isinstance(getattr(y, part, ()), (tuple, list)) for part in ("parents", "slopes")):
        return "a Value whose parents or slopes are no tuple"
    try:
        autograd.backward(3.0 * y + v * y)
    except (TypeError, AttributeError) as error:  # the call itself went well
        raise guard.Unreadable(f"in 3 y + v y, {error}") from None
    return {VALUE: autograd.value(y).data, SLOPE: v.grad}


tanh = Exercise(
    autograd.tanh,
    probe=_use,
    kind="transfer",
    cases=[
        Case.hand((0.0,), {VALUE: 0.0, SLOPE: 3.0}, says="v = 0"),
        Case.random(lambda rng: (float(rng.uniform(0.3, 1.5)),), says="v positive", n=2),
        Case.random(lambda rng: (float(rng.uniform(-1.5, -0.3)),), says="v negative"),
        Case.extreme((30.0,), says="v = 30"),
    ],
    mistakes=[
        """
        1 - y**2 ⇒ 1 - v.data**2
            You wrote 1 − v². The formula 1 − y² is in terms of the activation, y = tanh(v).
        , (v,), (1 - y**2,) ⇒
            The value is right, but it doesn't remember v: hand over the parents and the slopes, or
            the way back ends here.
        (v,), (1 - y**2,) ⇒ v, 1 - y**2
            (v) is v itself. A tuple of one needs a comma, (v,), and so do the slopes.
        return Value(y, (v,), (1 - y**2,)) ⇒ return y, 1 - y**2
            You returned the value and the slope side by side. Wrap them, or nothing remembers v:
            autograd.Value(y, parents, slopes).
        v.data ⇒ v
            Functions of math and NumPy take a number, and v remembers how it was made: the number
            in it is v.data.
        1 - y**2 ⇒ y * (1 - y)
            y(1 − y) is the slope of the sigmoid. At v = 0 tanh rises at 1.
        y**2 ⇒ y
            You wrote 1 − y. At the negative end, y = −1, that is 2, where tanh is flat.
        1 - y**2 ⇒ y
            You gave the value as the slope. That is so for exp alone.
        1 - y**2 ⇒ 1.0
            You passed everything on. tanh is as steep as that only at 0.
        1 - y**2 ⇒ v.grad * (1 - y**2)
            You multiplied by v.grad. On the way forward that is nothing, or left over from before;
            backward multiplies when it is known. Give the local slope alone.
        1 - y**2 ⇒ y**2 - 1
            Your slope has the wrong sign: tanh rises everywhere.
        """,
    ],
    hints=[
        "Look at exp: what are its value, its parents and its slopes? Which differ for tanh?",
        "y = tanh(v), dy/dv = 1 − y². A Value takes its number, and tuples of parents and slopes.",
        "y = math.tanh(v.data)\nreturn autograd.Value(y, (v,), (...,))",
    ],
    why="An operation is a value and its local slopes; everything else is the same for all. PyTorch"
    " is built on hundreds of such pairs.",
    difficulty=2,
    minutes=5,
    importance=3,
)
