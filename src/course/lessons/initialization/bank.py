"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law
from course.networks import initial, layers, norm


def _relu(z):
    return np.maximum(z, 0)


def _measured(draw, rng, n_in, n_out, *gain):
    """What can be said of random weights, whichever way they were drawn.

    Rounded, so that two draws of one kind say the same.
    """
    draws = [draw(rng, n_in, n_out, *gain) for _ in range(-(-60_000 // (n_in * n_out)))]
    try:
        W = np.asarray(draws, dtype=float)
    except (TypeError, ValueError):
        return draws[0]
    std = W.std() or 1.0
    return {
        "shape of W": str(W.shape[1:]),
        "mean of W, in standard deviations": round(W.mean() / std, 1),
        "n_in times the variance of W": np.exp(round(np.log(n_in * std**2) / 0.04) * 0.04),
        "share of W within one standard deviation": round(np.mean(np.abs(W - W.mean()) < std), 2),
    }


def _draws_from_rng(f, rng):
    """The same rng, the same numbers; another rng, others."""
    W, same, other = (np.asarray(f(np.random.default_rng(i), 3, 4)) for i in (5, 5, 6))
    if not np.array_equal(W, same):
        return (
            "two calls with generators of one seed, n_in = 3, n_out = 4, gave different weights. "
            "Draw from `rng`, not from np.random: then a run can be repeated."
        )
    if np.array_equal(W, other):
        return (
            "generators of two seeds, n_in = 3, n_out = 4, gave the same weights. Draw from the "
            "`rng` you are given."
        )
    return ""


_FROM_RNG = Law("the weights come from rng", _draws_from_rng)
_DRAWN = {"probe": _measured, "rtol": 0.06, "atol": 0.01}


def _sizes(n_in, n_out, *gain):
    says = f"n_in = {n_in}, n_out = {n_out}" + (f", gain = {gain[0]}" if gain else "")
    return Case.random(lambda rng: (rng.spawn(1)[0], n_in, n_out, *gain), says=says)


def _by_hand(n_in, n_out, variance, share):
    expected = {
        "shape of W": str((n_in, n_out)),
        "mean of W, in standard deviations": 0.0,
        "n_in times the variance of W": n_in * variance,
        "share of W within one standard deviation": share,
    }
    says = f"n_in = {n_in}, n_out = {n_out}"
    return Case.hand((np.random.default_rng(1), n_in, n_out), expected, says=says)


# ----------------------------------------------------------------------------------------


def _grows_as_the_square(f):
    once, twice = f(np.ones((2, 3)), 0.1), f(2 * np.ones((2, 3)), 0.1)
    if np.isclose(twice, 4 * once):
        return ""
    return f"h of shape (2, 3), all 1: {once:.4g}; all 2: {twice:.4g}, where 4 times is right."


layer_variance = Exercise(
    initial.layer_variance,
    cases=[
        Case.hand((np.array([[1.0, 3.0]]), 0.5), 5.0, says="h = (1, 3), var_w = 1/2"),
        Case.random(lambda rng: (rng.standard_normal((3, 5)), 0.3), says="h of shape (3, 5)"),
        Case.random(
            lambda rng: (_relu(rng.standard_normal((7, 4)) + 1), 0.07),
            says="h of shape (7, 4) after a ReLU",
        ),
        Case.extreme((np.zeros((2, 3)), 0.5), says="h all zero", expected=0.0),
    ],
    laws=[
        Law(
            "doubling h multiplies the variance by 4",
            lambda f, rng: _grows_as_the_square(f),
        ),
    ],
    mistakes=[
        """
        np.mean(h**2) ⇒ np.var(h)
            You used the variance of h. The weights have mean zero, h need not: E[(wh)²] is E[w²]
            E[h²], so the second moment, mean(h²), counts. After a ReLU the two differ.
        n_in * var_w ⇒ var_w
            You have the variance of one product w·h. A unit adds n_in of them, and variances of
            independent terms add.
        h.shape[-1] ⇒ h.shape[0]
            You multiplied by the number of rows. A unit sums over its n_in inputs, the columns of
            h; the rows are different examples.
        float(n_in * var_w * np.mean(h**2)) ⇒ n_in * var_w * np.mean(h**2, axis=-1)
            You averaged over the inputs and kept one number for each example. The formula's mean
            runs over all entries of h: average over the examples too.
        h.shape[-1] ⇒ h.size
            You multiplied by the number of all entries. A unit sums over one example's n_in
            inputs: h.shape[-1].
        h**2 ⇒ h
            You used the mean of h. What counts is the mean of its squares, E[h²].
        * var_w * ⇒ * np.sqrt(var_w) *
            You took the root of var_w. It is wanted as the variance it is.
        float( ⇒ np.sqrt(
            You returned the standard deviation; asked is the variance, its square.
        * var_w * ⇒ * var_w**2 *
            You squared var_w. It is a variance already.
        np.mean(h**2) ⇒ np.mean(h) ** 2
            You squared the mean of h. Wanted is the mean of the squares: square first.
        np.mean(h**2) ⇒ np.mean(np.sum(h**2, axis=-1))
            You summed h² over the inputs and multiplied by n_in as well: the factor n_in is that
            sum.
        np.mean( ⇒ np.sum(
            You summed h² over examples too. The sum over n_in belongs to one example; over the
            examples take the mean.
        """,
    ],
    hints=[
        "One unit computes z = w₁h₁ + … + w_n h_n. What is the variance of one term, when w has "
        "mean 0 and is independent of h?",
        "Var(z) = n_in · Var(W) · E[h²], h of shape (B, n_in), E the mean over all entries.",
        "n_in = h.shape[-1]\nreturn ... * var_w * ...",
    ],
    why="For independent w of mean 0, E[wh] = 0 and E[(wh)²] = E[w²] E[h²]; cross terms vanish, so "
    "the n_in variances add. Nothing was assumed about the mean of h.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _within_one(W):
    far = np.abs(np.asarray(W)).max()
    return "" if far <= 1 else f"n_in = 2, n_out = 4: a weight of size {far:.3g}; the bound is 1."


xavier_uniform = Exercise(
    initial.xavier_uniform,
    cases=[
        _by_hand(2, 4, 1 / 3, 3**-0.5),
        _sizes(200, 300),
        _sizes(90, 30, 1.7),
    ],
    laws=[
        Law(
            "no weight lies beyond the bound, 1 for n_in = 2, n_out = 4",
            lambda f, rng: _within_one(f(rng, 2, 4)),
        ),
        _FROM_RNG,
    ],
    mistakes=[
        """
        6 / ⇒ 2 /
            Your bound is √(2/(n_in + n_out)), which is the standard deviation. A uniform draw on
            [−a, a] has variance a²/3, so a must be √3 times as wide.
        np.sqrt(6 / (n_in + n_out)) ⇒ 6 / (n_in + n_out)
            You used 6/(n_in + n_out) as the bound. That is a²; take the root.
        n_in + n_out ⇒ 2 * n_in
            You used 2·n_in for n_in + n_out. The way back wants n_out; Xavier is the middle.
        n_in + n_out ⇒ 2 * n_out
            You used 2·n_out for n_in + n_out. That holds the gradients alone; the forward pass
            wants n_in.
        gain * np ⇒ np
            Right for gain = 1, but your weights don't grow with the gain.
        gain * np ⇒ gain**2 * np
            Your bound grows as gain². The gain multiplies weights, so the variance already has its
            square.
        gain * np.sqrt(6 / ⇒ np.sqrt(gain * 6 /
            Your gain stands under the root, so the weights grow by √gain only.
        -a, a ⇒ 0, a
            Your weights run from 0 to a. Without mean zero the terms of a sum push one way.
        -a, a, ⇒ a,
            rng.uniform(a, shape) takes the shape for the upper bound. Lower bound, upper bound,
            shape: rng.uniform(-a, a, (n_in, n_out)).
        6 / (n_in + n_out) ⇒ 6 / n_in + n_out
            6 / n_in + n_out divides by n_in alone. Put n_in + n_out in brackets.
        -a, a, (n_in, n_out) ⇒ -a, a
            You drew one number. The third argument of rng.uniform is the shape of W.
        rng.uniform(-a, a, (n_in, n_out)) ⇒ a / np.sqrt(3) * rng.standard_normal((n_in, n_out))
            The variance is right and the shape is not: these are normal draws, a uniform draw has
            a bound.
        (n_in, n_out)) ⇒ (n_out, n_in))
            Your W is (n_out, n_in). Here a row is an example, z = h W, so W is (n_in, n_out);
            PyTorch stores the transpose.
        """,
    ],
    hints=[
        "Which variance do you want, and which variance does a uniform draw on [−a, a] have?",
        "a²/3 = gain² · 2/(n_in + n_out), and W is (n_in, n_out).",
        "a = gain * np.sqrt(...)\nreturn rng.uniform(..., ..., (n_in, n_out))",
    ],
    why="Setting a²/3 equal to gain² 2/(n_in + n_out) gives a = gain √(6/(n_in + n_out)): the 6 is "
    "Xavier's 2 times the uniform's 3.",
    difficulty=2,
    minutes=10,
    importance=4,
    **_DRAWN,
)

# ----------------------------------------------------------------------------------------


def _keeps_its_second_moment(f, rng):
    h = _relu(rng.standard_normal((200, 400)) @ np.asarray(f(rng, 400, 300), dtype=float))
    moment = np.mean(h**2)
    if abs(moment - 1) < 0.15:
        return ""
    return f"200 examples, 400 units in, 300 out: the second moment goes from 1 to {moment:.3g}."


he_normal = Exercise(
    initial.he_normal,
    cases=[
        _by_hand(8, 2, 1 / 4, 0.6827),
        _sizes(200, 300),
        _sizes(90, 30),
    ],
    laws=[
        Law(
            "a batch of unit variance keeps its second moment through a ReLU layer",
            _keeps_its_second_moment,
        ),
        _FROM_RNG,
    ],
    mistakes=[
        """
        np.sqrt(2 / n_in) ⇒ 2 / n_in
            You multiplied by 2/n_in. That is the variance; a normal draw is scaled by the standard
            deviation, its root.
        2 / n_in ⇒ 2 / n_out
            Your variance is 2/n_out. A unit adds n_in terms: n_in is what must be undone going
            forward.
        2 / n_in ⇒ 1 / n_in
            Your variance is 1/n_in. A ReLU then halves the second moment at each layer: after 50
            layers 2⁻⁵⁰ is left.
        2 / n_in ⇒ 2 / (n_in + n_out)
            Your variance is 2/(n_in + n_out), which is Xavier's and assumes f(z) ≈ z.
        np.sqrt(2 / n_in) ⇒ 2 / np.sqrt(n_in)
            Your variance is 4/n_in: the gain √2 came in twice. Either 2 under the root or √2
            before it.
        np.sqrt(2 / n_in) ⇒ np.sqrt(2) / n_in
            You took the root of 2 but not of n_in: the standard deviation is √(2/n_in).
        rng.standard_normal((n_in, n_out)) * np ⇒ rng.normal(size=(n_in, n_out), loc=np
        2 / n_in) ⇒ 2 / n_in))
            rng.normal takes the mean first: rng.normal(0, s, (n_in, n_out)). Yours has mean s.
        rng.standard_normal((n_in, n_out)) * np ⇒ rng.normal(scale=(n_in, n_out), loc=np
        2 / n_in) ⇒ 2 / n_in))
            rng.normal(s, shape) takes s for the mean and the shape for the spread. Mean, spread,
            shape: rng.normal(0, s, (n_in, n_out)).
        (n_in, n_out) ⇒ n_in
            You drew n_in numbers. W has a row for each input and a column for each unit: (n_in,
            n_out).
        rng.standard_normal((n_in, n_out)) ⇒ rng.uniform(-1, 1, (n_in, n_out))
            You drew evenly between ±√(2/n_in). The variance of such a draw is a third of the
            squared bound, and asked was a normal one.
        rng.standard_normal((n_in, n_out)) ⇒ np.sqrt(3) * rng.uniform(-1, 1, (n_in, n_out))
            The variance is right; asked was a normal draw, this one is uniform.
        (n_in, n_out)) ⇒ (n_out, n_in))
            Your W is (n_out, n_in); z = h W needs (n_in, n_out).
        """,
    ],
    hints=[
        "What share of E[z²] is left after a ReLU, if z is symmetric about zero?",
        "n_in · Var(W) · ½ = 1, and a standard normal draw times s has variance s².",
        "return rng.standard_normal((n_in, n_out)) * np.sqrt(...)",
    ],
    why="A ReLU zeroes half of a symmetric z, so E[h²] = ½ Var(z). Holding Var(z) from layer to "
    "layer needs n_in · Var(W) / 2 = 1.",
    difficulty=1,
    minutes=10,
    importance=5,
    **_DRAWN,
)

# ----------------------------------------------------------------------------------------


def _uses_rng_and_draws(f, rng):
    one, same, few = (f(np.tanh, np.random.default_rng(5), n) for n in (1000, 1000, 10))
    if one != same:
        return (
            f"f = tanh, 1,000 draws, the same seed twice: {one:.4f} and {same:.4f}. Draw from "
            "`rng`, not from np.random."
        )
    if one == few:
        return f"f = tanh: 10 draws and 1,000 give the same, {one:.4f}. Take `draws` of them."
    return ""


def _gain_case(says, f):
    return Case.random(lambda rng: (f, rng.spawn(1)[0]), says=says)


gain = Exercise(
    initial.gain,
    cases=[
        Case.hand((_relu, np.random.default_rng(1)), np.sqrt(2), says="f = ReLU"),
        Case.hand((lambda z: 3 * z, np.random.default_rng(2)), 1 / 3, says="f(z) = 3z"),
        _gain_case("f = tanh", np.tanh),
        _gain_case("f = sigmoid", layers.sigmoid),
        _gain_case("f(z) = z²", np.square),
    ],
    laws=[
        Law(
            "an f twice as large needs half the gain",
            lambda f, rng: np.isclose(
                f(lambda z: 2 * np.sin(z), np.random.default_rng(0)),
                f(np.sin, np.random.default_rng(0)) / 2,
                rtol=0.03,
            ),
        ),
        Law("z comes from rng, `draws` of them", _uses_rng_and_draws),
    ],
    mistakes=[
        """
        np.mean(f(rng.standard_normal(draws)) ** 2) ⇒ np.var(f(rng.standard_normal(draws)))
            You used the standard deviation of f(z). The next layer feels the second moment
            E[f(z)²]: its weights have mean zero, f(z) need not.
        1 / np.sqrt( ⇒ np.sqrt(
            You returned how much f lets through; the gain must undo it: one over.
        np.sqrt(second_moment) ⇒ second_moment
            You returned 1/E[f²], the factor for the variance. The gain multiplies the weights:
            take the root.
        np.mean(f(rng.standard_normal(draws)) ** 2) ⇒ np.mean(np.abs(f(rng.standard_normal(draws))))
        np.sqrt(second_moment) ⇒ second_moment
            You averaged |f(z)| where f(z)² is wanted: square, mean, then root.
        f(rng.standard_normal(draws)) ⇒ f(np.ones(1))
            You applied f to a typical z instead of averaging over all of them: E[f(z)²] is not
            f(1)².
        (draws)) ** 2) ⇒ (draws) ** 2))
        1 / np.sqrt(second_moment) ⇒ 1 / np.sqrt(np.abs(second_moment))
            You squared z and then applied f: the mean is over f(z)², so f first.
        np.mean ⇒ np.sum
            You summed f(z)² where the mean is wanted: the more draws, the smaller your gain.
        rng.standard_normal ⇒ rng.random
            You drew z evenly from [0, 1). The derivation has z normal: rng.standard_normal.
        1 / np.sqrt(second_moment) ⇒ np.sqrt(2)
            You returned √2 for every f. That is the gain of a ReLU only.
        """,
    ],
    hints=[
        "If z has variance 1, how large is E[f(z)²], and by what must the next weights be larger?",
        "gain = 1 / √E[f(z)²], z ~ N(0, 1), the mean taken over `draws` draws from rng.",
        "z = rng.standard_normal(draws)\nreturn 1 / np.sqrt(np.mean(...))",
    ],
    why="Var(z) of the next layer is n_in · (gain²/n_in) · E[f(z)²]; 1 if gain² E[f(z)²] is.",
    difficulty=2,
    minutes=10,
    importance=4,
    rtol=0.03,
    atol=1e-6,
)

# ----------------------------------------------------------------------------------------


def _agrees_with_a_draw(f, rng):
    z, y = 1.2 * rng.standard_normal((300, 2000)), rng.integers(2000, size=300)
    measured, said = layers.cross_entropy(z, y), f(2000, 1.2)
    if abs(measured - said) < 0.4:
        return ""
    return (
        f"2000 classes with logits of spread 1.2 cost {measured:.1f} nats; yours says {said:.1f}."
    )


expected_loss = Exercise(
    initial.expected_loss,
    cases=[
        Case.hand((10, 0.0), 2.302585092994046, says="K = 10, σ = 0"),
        Case.hand((10, 2.0), 4.302585092994046, says="K = 10, σ = 2"),
        Case.random(lambda rng: (int(rng.integers(3, 900)), rng.uniform(0.3, 3)), says="any", n=2),
        Case.extreme((1, 0.0), says="one class", expected=0.0),
        Case.extreme((50257, 0.1), says="K = 50257, σ = 0.1"),
    ],
    laws=[Law("the loss of random logits agrees", _agrees_with_a_draw)],
    mistakes=[
        """
        + std**2 / 2 ⇒
            Ln K holds for equal logits. Logits that differ by chance are confident and wrong: that
            costs σ²/2 more.
        std**2 / 2 ⇒ std / 2
            You added σ/2. The mean of e^z for z of spread σ is e^(σ²/2): square it.
        std**2 / 2 ⇒ (std / 2) ** 2
            You added (σ/2)², a quarter of σ². Square σ alone, then halve.
        np.log(K) ⇒ -np.log(K)
            You returned ln(1/K), which is negative. The loss is minus the logarithm of the
            probability 1/K.
        std**2 / 2 ⇒ std**2
            You added σ². The mean of e^z is e^(σ²/2), with a half.
        + std ⇒ - std
            You subtracted. A spread of logits cannot help a network that knows nothing.
        np.log( ⇒ np.log2(
            You took log₂. The losses here are in nats, natural logarithm.
        np.log( ⇒ np.log10(
            You took log₁₀. Use np.log, the natural one.
        np.log(K) + std**2 / 2 ⇒ np.log(K + std**2 / 2)
            Your σ²/2 stands inside the logarithm. ln(K e^(σ²/2)) = ln K + σ²/2.
        + std**2 / 2 ⇒ * (1 + std**2 / 2)
            You multiplied. ln(K e^(σ²/2)) is a sum of logarithms.
        """,
    ],
    hints=[
        "The loss is ln Σ e^z − z_y. Which of the two depends on the label, and what is its mean?",
        "E[−z_y] = 0 and ln Σ e^z ≈ ln(K · E[e^z]) with E[e^z] = e^(σ²/2).",
        "return np.log(...) + ...",
    ],
    why="ln(K e^(σ²/2)) = ln K + σ²/2. A first loss above ln K says how far apart the logits "
    "start: make the last layer smaller.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _norm_args(rng, *shape, eps):
    C = shape[-1]
    return 2 * rng.standard_normal(shape) + 1, *rng.standard_normal((2, C)), eps


layer_norm = Exercise(
    norm.layer_norm,
    cases=[
        Case.hand(
            (np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2), 3.0),
            np.array([[-0.5, 0.5]]),
            says="x = (1, 3), γ = 1, β = 0, ε = 3",
        ),
        Case.random(lambda rng: _norm_args(rng, 3, 5, eps=0.2), says="x of shape (3, 5)"),
        Case.random(lambda rng: _norm_args(rng, 2, 3, 4, eps=1e-5), says="x of shape (2, 3, 4)"),
        Case.extreme(
            (np.full((2, 3), 7.0), np.ones(3), np.full(3, 0.5), 1e-5),
            says="constant rows",
            expected=np.full((2, 3), 0.5),
        ),
        Case.extreme((np.array([[1e6, -1e6, 3.0]]), np.ones(3), np.zeros(3), 1e-5), says="±10⁶"),
    ],
    laws=[
        Law(
            "with γ = 1 and β = 0 each row has mean 0 and variance 1",
            lambda f, rng: _rows_are_standard(
                f(rng.standard_normal((4, 6)) * 3 + 5, np.ones(6), np.zeros(6), 1e-9)
            ),
        ),
        Law(
            "a row does not see the other rows",
            lambda f, rng: _alone_and_together(f, rng.standard_normal((4, 6))),
        ),
    ],
    mistakes=[
        """
        x.mean(axis=-1 ⇒ x.mean(axis=0
        x.var(axis=-1 ⇒ x.var(axis=0
            You averaged over the batch, axis 0: that is batch norm. Layer norm looks at one
            example at a time, axis=-1.
        x.mean(axis=-1 ⇒ x.mean(axis=None
        x.var(axis=-1 ⇒ x.var(axis=None
            You took one mean over all entries; each row has its own: axis=-1, keepdims=True.
        x.var(axis=-1 ⇒ x.var(axis=-1, ddof=1
            You divided by C − 1. Nothing is estimated here, the row is all there is: divide by C,
            NumPy's default (torch.var's is the other).
        np.sqrt(var + eps) ⇒ (np.sqrt(var) + eps)
            Your ε stands outside the root: √σ² + ε. It belongs inside, √(σ² + ε).
        var + eps ⇒ var + 1e-30
            You left ε out: a constant row divides by zero.
        np.sqrt(var + eps) ⇒ (var + eps)
            You divided by σ² + ε. Its root gives a row of variance 1.
        (x - mean) ⇒ x
            You did not subtract the mean.
        (x - mean) ⇒ x
        x.var(axis=-1 ⇒ (x**2).mean(axis=-1
            You divided by the root mean square and left the mean in: that is RMS norm, the modern
            variant. Layer norm centres first.
        x.var(axis=-1 ⇒ (x**2).mean(axis=-1
            You centred x and then divided by its root mean square from before. σ² is the mean of
            (x − μ)².
        x.mean(axis=-1 ⇒ x.mean(axis=1
        x.var(axis=-1 ⇒ x.var(axis=1
            axis=1 is the last axis of a table only. x has shape (…, C): axis=-1 is the features
            whatever stands before them.
        x.mean(axis=-1 ⇒ x.mean(axis=tuple(range(1, x.ndim))
        x.var(axis=-1 ⇒ x.var(axis=tuple(range(1, x.ndim))
            You went through the first axis and normalised all below it at once. Each row of length
            C is on its own: axis=-1.
        gamma * (x ⇒ gamma * ((x
        + beta ⇒ + beta)
            You added β inside the brackets, so γ multiplies it too.
        gamma * (x ⇒ beta * (x
        ) + beta ⇒ ) + gamma
            You multiplied by β and added γ.
        gamma * (x ⇒ (x
        ) + beta ⇒ )
            You left γ and β out: they let the network undo the norm where it pays.
        """,
    ],
    hints=[
        "Over which axis must the mean be taken, so that one example never sees another?",
        "y = γ (x − μ)/√(σ² + ε) + β, μ and σ² of shape (..., 1), the variance divided by C.",
        "mean = x.mean(axis=..., keepdims=True)\nvar = ...\nreturn gamma * ... + beta",
    ],
    why="Mean and variance over the last axis use nothing but the example itself, so training and "
    "evaluation agree and a batch of one works; ε inside the root bounds the slope.",
    difficulty=2,
    minutes=10,
    importance=5,
)


def _rows_are_standard(y):
    y = np.asarray(y)
    for name, values, wanted in (("mean", y.mean(axis=-1), 0), ("variance", y.var(axis=-1), 1)):
        worst = values.flat[np.abs(values - wanted).argmax()]
        if not abs(worst - wanted) < 1e-4:
            return f"x of shape (4, 6), γ = 1, β = 0: a row has {name} {worst:.4g}, not {wanted}."
    return ""


def _alone_and_together(f, x):
    C = x.shape[-1]
    one = np.asarray(f(x[:1], np.ones(C), np.zeros(C), 1e-5))
    together = np.asarray(f(x, np.ones(C), np.zeros(C), 1e-5))[:1]
    if np.allclose(one, together):
        return ""
    entries = f"{one.flat[0]:.4g} alone and {together.flat[0]:.4g} among four"
    return f"x of shape (4, 6): the first entry of the first row is {entries}."


# ----------------------------------------------------------------------------------------


def _back_args(rng, *shape, eps):
    x, gamma, _, eps = _norm_args(rng, *shape, eps=eps)
    return rng.standard_normal(shape), x, gamma, eps


def _orthogonal_to_what_y_ignores(f, rng):
    dy, x, gamma = rng.standard_normal((3, 6)), rng.standard_normal((3, 6)), np.ones(6)
    dx = np.asarray(f(dy, x, gamma, 0.0)[0])
    if not np.allclose(dx.sum(axis=-1), 0, atol=1e-4):
        total = np.abs(dx.sum(axis=-1)).max()
        return (
            "x of shape (3, 6), ε = 0: adding a constant to a row changes nothing in y, so each "
            f"row of dx must sum to 0; one sums to {total:.3g} in size."
        )
    if not np.allclose((dx * x).sum(axis=-1), 0, atol=1e-4):
        along = np.abs((dx * x).sum(axis=-1)).max()
        return (
            "x of shape (3, 6), ε = 0: stretching a row changes nothing in y, so each row of dx "
            f"must be orthogonal to x; one has dx·x = {along:.3g} in size."
        )
    return ""


layer_norm_backward = Exercise(
    norm.layer_norm_backward,
    cases=[
        Case.hand(
            (np.eye(1, 4), np.array([[1.0, 3.0, 1.0, 3.0]]), np.full(4, 2.0), 3.0),
            (
                np.array([[0.6875, -0.1875, -0.3125, -0.1875]]),
                np.array([-0.5, 0.0, 0.0, 0.0]),
                np.array([1.0, 0.0, 0.0, 0.0]),
            ),
            says="dy = (1, 0, 0, 0), x = (1, 3, 1, 3), γ = 2, ε = 3",
        ),
        Case.random(lambda rng: _back_args(rng, 3, 5, eps=0.2), says="x of shape (3, 5)"),
        Case.random(lambda rng: _back_args(rng, 6, 2, eps=1e-5), says="x of shape (6, 2)"),
        Case.extreme(
            _back_args(np.random.default_rng(8), 2, 3, 4, eps=1e-5), says="x of shape (2, 3, 4)"
        ),
        Case.extreme(
            (np.ones((2, 3)), np.full((2, 3), 7.0), np.ones(3), 1e-5), says="constant rows"
        ),
    ],
    laws=[Law("dx moves neither a row's mean nor its length", _orthogonal_to_what_y_ignores)],
    mistakes=[
        """
        (dxhat - dxhat.mean(axis=-1, keepdims=True) - xhat * along) / s ⇒ dxhat / s
            You sent the gradient through (x − μ)/s as if μ and s were fixed. Both depend on x: two
            more terms.
        - xhat * along ⇒
            The path through the variance is missing or zero: − x̂ mean(dx̂ x̂). A product of two
            means is zero, because x̂ has mean 0: multiply first, then average.
        - dxhat.mean(axis=-1, keepdims=True) ⇒
            The path through the mean is missing: − mean(dx̂).
        - xhat * along ⇒ + xhat * along
            You added x̂ mean(dx̂ x̂). Both paths take away: dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂).
        (dxhat * xhat).mean( ⇒ (dxhat * xhat).sum(
            You summed dx̂ x̂ over the row where its mean is wanted: both bars are means.
        along) / s ⇒ along) * s
            You multiplied by s = √(σ² + ε). Forward x was divided by s, so dx is too.
        (dy * xhat).sum ⇒ (dxhat * xhat).sum
        dy.sum ⇒ dxhat.sum
            You summed dx̂ for dγ and dβ. dx̂ already holds γ; both take dy as it arrives.
        , dy.sum ⇒ , (dy * xhat).sum
        dx, (dy * xhat).sum ⇒ dx, dy.sum
            The order is dx, dγ, dβ: dγ is the sum of dy x̂, dβ that of dy.
        (dy * xhat).sum(axis=rows), dy.sum(axis=rows) ⇒ dy * xhat, dy
            You kept dγ and dβ for each row. γ and β serve all rows, so theirs are sums over all
            axes but the last.
        gamma * dy ⇒ dy
            dx̂ is γ dy: your dx has no γ.
        (dy * xhat).sum ⇒ (dy * x).sum
            dγ sums dy x̂ with the normalised x̂, because that is what γ multiplied; you used x.
        (dy * xhat).sum ⇒ (dy * xhat).mean
        dy.sum ⇒ dy.mean
            You averaged dγ and dβ over the rows. The loss has already divided; here they sum.
        tuple(range(x.ndim - 1)) ⇒ 0
            You summed dγ and dβ over axis 0 only. With x of shape (B, T, C), γ acts at every b and
            t: sum over all axes but the last.
        along) / s ⇒ along)
            Your dx lacks the division by s = √(σ² + ε).
        x.var(axis=-1 ⇒ x.var(axis=-1, ddof=1
            Your s divides by C − 1; the forward pass divides by C.
        x.var(axis=-1 ⇒ x.var(axis=0
        x.mean(axis=-1 ⇒ x.mean(axis=0
        xhat).mean(axis=-1 ⇒ xhat).mean(axis=0
        dxhat.mean(axis=-1 ⇒ dxhat.mean(axis=0
            Your means run over the batch. Forward they ran over the last axis, so must these.
        np.sqrt(x.var(axis=-1, keepdims=True) + eps) ⇒ x.var(axis=-1, keepdims=True) + eps
            You divided by σ² + ε instead of its root.
        """,
    ],
    hints=[
        "x reaches y on three ways: directly, through μ and through σ². What does each carry back?",
        "dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂))/s with dx̂ = γ dy; dγ and dβ sum over all rows.",
        "s = ...\nxhat = ...\ndxhat = gamma * dy\ndx = (dxhat - ... - xhat * ...) / s\n"
        "return dx, ..., ...",
    ],
    why="Neither a shift nor a stretch of a row changes y, so dx has no part along either: the two "
    "subtracted terms project it out, exactly so when ε = 0.",
    difficulty=4,
    minutes=15,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _adds_up(s):
    total = 2 * 24 * s**2
    if np.isclose(total, 0.25):
        return ""
    return f"std = 0.5, 24 blocks: yours is {s:.4g}, and 48 writes add up to {total:.4g}, not 0.25."


residual_std = Exercise(
    initial.residual_std,
    cases=[
        Case.hand((0.02, 8), 0.005, says="std = 0.02, 8 blocks"),
        Case.random(lambda rng: (rng.uniform(0.01, 2), int(rng.integers(3, 60))), says="any", n=2),
        Case.extreme((0.02, 1), says="one block"),
        Case.extreme((0.0, 4), says="std = 0", expected=0.0),
    ],
    laws=[
        Law(
            "2·blocks independent writes add up to std²",
            lambda f, rng: _adds_up(f(0.5, 24)),
        ),
    ],
    mistakes=[
        """
        2 * blocks ⇒ blocks
            You divided by √blocks. A GPT's block writes twice into the stream: once from the
            attention, once from the MLP.
        np.sqrt(2 * blocks) ⇒ (2 * blocks)
            You divided by 2·blocks. Variances add, standard deviations don't: the root of it.
        std / np ⇒ std * np
            You made the weights larger with depth. More writes must each be smaller.
        np.sqrt(2 * blocks) ⇒ (2 * np.sqrt(blocks))
            You divided by 2√blocks. There are 2·blocks terms, and all of that is under the root.
        np.sqrt(2 * blocks) ⇒ np.sqrt(2) * blocks
            You divided by √2 and multiplied by blocks: `a / b * c` goes from left to right.
        (std / ⇒ (0.02 /
            You wrote 0.02 into the formula. It is the example's; use the argument std.
        2 * blocks ⇒ 1 + 2 * blocks
            You divided by √(1 + 2·blocks). The 1 is the stream's own variance; the writes alone
            are to add up to std².
        std / np.sqrt(2 * blocks) ⇒ np.sqrt(std / (2 * blocks))
            You took the root of std as well. Only 2·blocks stands under it.
        np.sqrt(2 * blocks) ⇒ 2 * np.sqrt(blocks)
            You divided by 2 and multiplied by √blocks: `a / b * c` goes from left to right.
        / np.sqrt(2 * blocks) ⇒
            You returned std as it is: the stream then grows as the root of the depth.
        std / np.sqrt(2 * blocks) ⇒ std**2 / (2 * blocks)
            You returned the variance; asked is the standard deviation.
        """,
    ],
    hints=[
        "A stream adds up independent terms. What adds, variances or standard deviations?",
        "2·blocks · s² = std², solved for s.",
        "return std / np.sqrt(...)",
    ],
    why="2·blocks independent writes of variance s² sum to variance 2·blocks·s²; for that to be "
    "std², s = std/√(2·blocks). GPT-2 does exactly this to the last matrix of each branch.",
    difficulty=1,
    minutes=5,
    importance=4,
)
