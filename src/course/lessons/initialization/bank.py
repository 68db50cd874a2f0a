"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law
from course.checking.cases import named
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
        named(
            "variance of h",
            "you used the variance of h. The weights have mean zero, h need not: E[(wh)²] is "
            "E[w²] E[h²], so the second moment, mean(h²), counts. After a ReLU the two differ.",
            lambda h, var_w: h.shape[-1] * var_w * np.var(h),
        ),
        named(
            "fan-in missing",
            "you have the variance of one product w·h. A unit adds n_in of them, and variances "
            "of independent terms add.",
            lambda h, var_w: var_w * np.mean(h**2),
        ),
        named(
            "batch for fan-in",
            "you multiplied by the number of rows. A unit sums over its n_in inputs, the columns "
            "of h; the rows are different examples.",
            lambda h, var_w: h.shape[0] * var_w * np.mean(h**2),
        ),
        named(
            "one variance for each example",
            "you averaged over the inputs and kept one number for each example. The formula's mean "
            "runs over all entries of h: average over the examples too.",
            lambda h, var_w: h.shape[-1] * var_w * np.mean(h**2, axis=-1),
        ),
        named(
            "size for fan-in",
            "you multiplied by the number of all entries. A unit sums over one example's n_in "
            "inputs: h.shape[-1].",
            lambda h, var_w: h.size * var_w * np.mean(h**2),
        ),
        named(
            "mean of h",
            "you used the mean of h. What counts is the mean of its squares, E[h²].",
            lambda h, var_w: h.shape[-1] * var_w * np.mean(h),
        ),
        named(
            "root of var_w",
            "you took the root of var_w. It is wanted as the variance it is.",
            lambda h, var_w: h.shape[-1] * np.sqrt(var_w) * np.mean(h**2),
        ),
        named(
            "standard deviation",
            "you returned the standard deviation; asked is the variance, its square.",
            lambda h, var_w: np.sqrt(h.shape[-1] * var_w * np.mean(h**2)),
        ),
        named(
            "weights' standard deviation",
            "you squared var_w. It is a variance already.",
            lambda h, var_w: h.shape[-1] * var_w**2 * np.mean(h**2),
        ),
        named(
            "square of the mean",
            "you squared the mean of h. Wanted is the mean of the squares: square first.",
            lambda h, var_w: h.shape[-1] * var_w * np.mean(h) ** 2,
        ),
        named(
            "fan-in twice",
            "you summed h² over the inputs and multiplied by n_in as well: the factor n_in is "
            "that sum.",
            lambda h, var_w: h.shape[-1] * var_w * np.mean(np.sum(h**2, axis=-1)),
        ),
        named(
            "sum over everything",
            "you summed h² over examples too. The sum over n_in belongs to one example; over the "
            "examples take the mean.",
            lambda h, var_w: var_w * np.sum(h**2) * h.shape[-1],
        ),
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


def _uniform(rng, a, n_in, n_out):
    return rng.uniform(-a, a, (n_in, n_out))


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
        named(
            "no √3",
            "your bound is √(2/(n_in + n_out)), which is the standard deviation. A uniform draw "
            "on [−a, a] has variance a²/3, so a must be √3 times as wide.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain * np.sqrt(2 / (n_in + n_out)), n_in, n_out
            ),
        ),
        named(
            "variance for bound",
            "you used 6/(n_in + n_out) as the bound. That is a²; take the root.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain * 6 / (n_in + n_out), n_in, n_out
            ),
        ),
        named(
            "fan-in only",
            "you used 2·n_in for n_in + n_out. The way back wants n_out; Xavier is the middle.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(rng, gain * np.sqrt(3 / n_in), n_in, n_out),
        ),
        named(
            "fan-out only",
            "you used 2·n_out for n_in + n_out. That holds the gradients alone; the forward pass "
            "wants n_in.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain * np.sqrt(3 / n_out), n_in, n_out
            ),
        ),
        named(
            "gain missing",
            "right for gain = 1, but your weights don't grow with the gain.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, np.sqrt(6 / (n_in + n_out)), n_in, n_out
            ),
        ),
        named(
            "gain squared",
            "your bound grows as gain². The gain multiplies weights, so the variance already has "
            "its square.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain**2 * np.sqrt(6 / (n_in + n_out)), n_in, n_out
            ),
        ),
        named(
            "gain under the root",
            "your gain stands under the root, so the weights grow by √gain only.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, np.sqrt(6 * gain / (n_in + n_out)), n_in, n_out
            ),
        ),
        named(
            "one-sided",
            "your weights run from 0 to a. Without mean zero the terms of a sum push one way.",
            lambda rng, n_in, n_out, gain=1.0: (
                gain * np.sqrt(6 / (n_in + n_out)) * rng.uniform(0, 1, (n_in, n_out))
            ),
        ),
        named(
            "bounds left out",
            "rng.uniform(a, shape) takes the shape for the upper bound. Lower bound, upper bound, "
            "shape: rng.uniform(-a, a, (n_in, n_out)).",
            lambda rng, n_in, n_out, gain=1.0: rng.uniform(
                gain * np.sqrt(6 / (n_in + n_out)), (n_in, n_out)
            ),
        ),
        named(
            "brackets missing",
            "6 / n_in + n_out divides by n_in alone. Put n_in + n_out in brackets.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain * np.sqrt(6 / n_in + n_out), n_in, n_out
            ),
        ),
        named(
            "one number",
            "you drew one number. The third argument of rng.uniform is the shape of W.",
            lambda rng, n_in, n_out, gain=1.0: _uniform(
                rng, gain * np.sqrt(6 / (n_in + n_out)), 1, 1
            ).item(),
        ),
        named(
            "normal",
            "the variance is right and the shape is not: these are normal draws, a uniform draw "
            "has a bound.",
            lambda rng, n_in, n_out, gain=1.0: initial.xavier_normal(rng, n_in, n_out, gain),
        ),
        named(
            "transposed",
            "your W is (n_out, n_in). Here a row is an example, z = h W, so W is (n_in, n_out); "
            "PyTorch stores the transpose.",
            lambda rng, n_in, n_out, gain=1.0: initial.xavier_uniform(rng, n_in, n_out, gain).T,
        ),
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


def _normal(rng, std, n_in, n_out):
    return std * rng.standard_normal((n_in, n_out))


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
        named(
            "variance for std",
            "you multiplied by 2/n_in. That is the variance; a normal draw is scaled by the "
            "standard deviation, its root.",
            lambda rng, n_in, n_out: _normal(rng, 2 / n_in, n_in, n_out),
        ),
        named(
            "fan-out",
            "your variance is 2/n_out. A unit adds n_in terms: n_in is what must be undone going "
            "forward.",
            lambda rng, n_in, n_out: _normal(rng, np.sqrt(2 / n_out), n_in, n_out),
        ),
        named(
            "LeCun",
            "your variance is 1/n_in. A ReLU then halves the second moment at each layer: after "
            "50 layers 2⁻⁵⁰ is left.",
            lambda rng, n_in, n_out: _normal(rng, np.sqrt(1 / n_in), n_in, n_out),
        ),
        named(
            "Xavier",
            "your variance is 2/(n_in + n_out), which is Xavier's and assumes f(z) ≈ z.",
            lambda rng, n_in, n_out: _normal(rng, np.sqrt(2 / (n_in + n_out)), n_in, n_out),
        ),
        named(
            "gain squared",
            "your variance is 4/n_in: the gain √2 came in twice. Either 2 under the root or √2 "
            "before it.",
            lambda rng, n_in, n_out: _normal(rng, 2 / np.sqrt(n_in), n_in, n_out),
        ),
        named(
            "n_in outside the root",
            "you took the root of 2 but not of n_in: the standard deviation is √(2/n_in).",
            lambda rng, n_in, n_out: _normal(rng, np.sqrt(2) / n_in, n_in, n_out),
        ),
        named(
            "standard deviation in the mean's place",
            "rng.normal takes the mean first: rng.normal(0, s, (n_in, n_out)). Yours has mean s.",
            lambda rng, n_in, n_out: rng.normal(np.sqrt(2 / n_in), size=(n_in, n_out)),
        ),
        named(
            "mean left out",
            "rng.normal(s, shape) takes s for the mean and the shape for the spread. Mean, spread, "
            "shape: rng.normal(0, s, (n_in, n_out)).",
            lambda rng, n_in, n_out: rng.normal(np.sqrt(2 / n_in), (n_in, n_out)),
        ),
        named(
            "one column",
            "you drew n_in numbers. W has a row for each input and a column for each unit: "
            "(n_in, n_out).",
            lambda rng, n_in, n_out: _normal(rng, np.sqrt(2 / n_in), n_in, 1)[:, 0],
        ),
        named(
            "uniform without √3",
            "you drew evenly between ±√(2/n_in). The variance of such a draw is a third of the "
            "squared bound, and asked was a normal one.",
            lambda rng, n_in, n_out: _uniform(rng, np.sqrt(2 / n_in), n_in, n_out),
        ),
        named(
            "uniform",
            "the variance is right; asked was a normal draw, this one is uniform.",
            lambda rng, n_in, n_out: _uniform(rng, np.sqrt(6 / n_in), n_in, n_out),
        ),
        named(
            "transposed",
            "your W is (n_out, n_in); z = h W needs (n_in, n_out).",
            lambda rng, n_in, n_out: initial.he_normal(rng, n_in, n_out).T,
        ),
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
        named(
            "variance of f(z)",
            "you used the standard deviation of f(z). The next layer feels the second moment "
            "E[f(z)²]: its weights have mean zero, f(z) need not.",
            lambda f, rng, draws=200_000: 1 / np.std(f(rng.standard_normal(draws))),
        ),
        named(
            "not inverted",
            "you returned how much f lets through; the gain must undo it: one over.",
            lambda f, rng, draws=200_000: np.sqrt(np.mean(f(rng.standard_normal(draws)) ** 2)),
        ),
        named(
            "gain squared",
            "you returned 1/E[f²], the factor for the variance. The gain multiplies the weights: "
            "take the root.",
            lambda f, rng, draws=200_000: 1 / np.mean(f(rng.standard_normal(draws)) ** 2),
        ),
        named(
            "mean size",
            "you averaged |f(z)| where f(z)² is wanted: square, mean, then root.",
            lambda f, rng, draws=200_000: 1 / np.mean(np.abs(f(rng.standard_normal(draws)))),
        ),
        named(
            "f of the mean square",
            "you applied f to a typical z instead of averaging over all of them: E[f(z)²] is not "
            "f(1)².",
            lambda f, rng, draws=200_000: 1 / np.abs(f(np.ones(1)))[0],
        ),
        named(
            "f of the square",
            "you squared z and then applied f: the mean is over f(z)², so f first.",
            lambda f, rng, draws=200_000: (
                1 / np.sqrt(np.abs(np.mean(f(rng.standard_normal(draws) ** 2))))
            ),
        ),
        named(
            "sum for mean",
            "you summed f(z)² where the mean is wanted: the more draws, the smaller your gain.",
            lambda f, rng, draws=200_000: 1 / np.sqrt(np.sum(f(rng.standard_normal(draws)) ** 2)),
        ),
        named(
            "uniform z",
            "you drew z evenly from [0, 1). The derivation has z normal: rng.standard_normal.",
            lambda f, rng, draws=200_000: 1 / np.sqrt(np.mean(f(rng.random(draws)) ** 2)),
        ),
        named(
            "gain that ignores f",
            "you returned √2 for every f. That is the gain of a ReLU only.",
            lambda f, rng, draws=200_000: np.sqrt(2),
        ),
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
        named(
            "ln K only",
            "ln K holds for equal logits. Logits that differ by chance are confident and wrong: "
            "that costs σ²/2 more.",
            lambda K, std=0.0: np.log(K),
        ),
        named(
            "variance missing its square",
            "you added σ/2. The mean of e^z for z of spread σ is e^(σ²/2): square it.",
            lambda K, std=0.0: np.log(K) + std / 2,
        ),
        named(
            "half squared as well",
            "you added (σ/2)², a quarter of σ². Square σ alone, then halve.",
            lambda K, std=0.0: np.log(K) + (std / 2) ** 2,
        ),
        named(
            "log of the chance",
            "you returned ln(1/K), which is negative. The loss is minus the logarithm of the "
            "probability 1/K.",
            lambda K, std=0.0: -np.log(K) + std**2 / 2,
        ),
        named(
            "no half",
            "you added σ². The mean of e^z is e^(σ²/2), with a half.",
            lambda K, std=0.0: np.log(K) + std**2,
        ),
        named(
            "sign",
            "you subtracted. A spread of logits cannot help a network that knows nothing.",
            lambda K, std=0.0: np.log(K) - std**2 / 2,
        ),
        named(
            "bits",
            "you took log₂. The losses here are in nats, natural logarithm.",
            lambda K, std=0.0: np.log2(K) + std**2 / 2,
        ),
        named(
            "decimal logarithm",
            "you took log₁₀. Use np.log, the natural one.",
            lambda K, std=0.0: np.log10(K) + std**2 / 2,
        ),
        named(
            "inside the logarithm",
            "your σ²/2 stands inside the logarithm. ln(K e^(σ²/2)) = ln K + σ²/2.",
            lambda K, std=0.0: np.log(K + std**2 / 2),
        ),
        named(
            "times instead of plus",
            "you multiplied. ln(K e^(σ²/2)) is a sum of logarithms.",
            lambda K, std=0.0: np.log(K) * (1 + std**2 / 2),
        ),
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


def _standard(x, gamma, beta, eps, *, axis=-1, ddof=0, centre=True):
    mean = x.mean(axis=axis, keepdims=True)
    var = x.var(axis=axis, ddof=ddof, keepdims=True)
    return gamma * (x - mean if centre else x) / np.sqrt(var + eps) + beta


def _eps_outside(x, gamma, beta, eps=1e-5):
    mean, std = x.mean(axis=-1, keepdims=True), x.std(axis=-1, keepdims=True)
    return gamma * (x - mean) / (std + eps) + beta


def _by_variance(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / (var + eps) + beta


def _root_mean_square(x, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + beta


def _centred_by_mean_square(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + beta


def _first_axis_blocks(x, gamma, beta, eps=1e-5):
    return np.stack([_standard(block, gamma, beta, eps, axis=None) for block in x])


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
        named(
            "batch axis",
            "you averaged over the batch, axis 0: that is batch norm. Layer norm looks at one "
            "example at a time, axis=-1.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, eps, axis=0),
        ),
        named(
            "whole array",
            "you took one mean over all entries; each row has its own: axis=-1, keepdims=True.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, eps, axis=None),
        ),
        named(
            "unbiased variance",
            "you divided by C − 1. Nothing is estimated here, the row is all there is: divide by "
            "C, NumPy's default (torch.var's is the other).",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, eps, ddof=1),
        ),
        named(
            "epsilon outside the root",
            "your ε stands outside the root: √σ² + ε. It belongs inside, √(σ² + ε).",
            _eps_outside,
        ),
        named(
            "epsilon missing",
            "you left ε out: a constant row divides by zero.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, 1e-30),
        ),
        named(
            "divided by the variance",
            "you divided by σ² + ε. Its root gives a row of variance 1.",
            _by_variance,
        ),
        named(
            "not centred",
            "you did not subtract the mean.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, eps, centre=False),
        ),
        named(
            "RMS norm",
            "you divided by the root mean square and left the mean in: that is RMS norm, the "
            "modern variant. Layer norm centres first.",
            _root_mean_square,
        ),
        named(
            "mean square for the variance",
            "you centred x and then divided by its root mean square from before. σ² is the mean of "
            "(x − μ)².",
            _centred_by_mean_square,
        ),
        named(
            "axis 1",
            "axis=1 is the last axis of a table only. x has shape (…, C): axis=-1 is the features "
            "whatever stands before them.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, gamma, beta, eps, axis=1),
        ),
        named(
            "one block of rows",
            "you went through the first axis and normalised all below it at once. Each row of "
            "length C is on its own: axis=-1.",
            _first_axis_blocks,
        ),
        named(
            "shift before the scale",
            "you added β inside the brackets, so γ multiplies it too.",
            lambda x, gamma, beta, eps=1e-5: gamma * (_standard(x, 1, 0, eps) + beta),
        ),
        named(
            "scale and shift swapped",
            "you multiplied by β and added γ.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, beta, gamma, eps),
        ),
        named(
            "no scale and shift",
            "you left γ and β out: they let the network undo the norm where it pays.",
            lambda x, gamma, beta, eps=1e-5: _standard(x, 1, 0, eps),
        ),
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


def _back(dy, x, gamma, eps, *, mean=True, along=True, scale=True, ddof=0, axis=-1, root=True):
    s = x.var(axis=axis, ddof=ddof, keepdims=True) + eps
    s = np.sqrt(s) if root else s
    xhat = (x - x.mean(axis=axis, keepdims=True)) / s
    d = gamma * dy if scale else dy
    dx = d - mean * d.mean(axis=axis, keepdims=True)
    dx = dx - along * xhat * (d * xhat).mean(axis=axis, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return dx / s, (dy * xhat).sum(axis=rows), dy.sum(axis=rows)


def _gamma_from_x(dy, x, gamma, eps=1e-5):
    dx, _, dbeta = norm.layer_norm_backward(dy, x, gamma, eps)
    return dx, (dy * x).sum(axis=tuple(range(x.ndim - 1))), dbeta


def _averaged(dy, x, gamma, eps=1e-5):
    dx, dgamma, dbeta = norm.layer_norm_backward(dy, x, gamma, eps)
    rows = x.size // x.shape[-1]
    return dx, dgamma / rows, dbeta / rows


def _first_axis_only(dy, x, gamma, eps=1e-5):
    dx = norm.layer_norm_backward(dy, x, gamma, eps)[0]
    xhat = norm.layer_norm(x, np.ones_like(gamma), np.zeros_like(gamma), eps)
    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)


def _not_divided(dy, x, gamma, eps=1e-5):
    dx, dgamma, dbeta = norm.layer_norm_backward(dy, x, gamma, eps)
    return dx * np.sqrt(x.var(axis=-1, keepdims=True) + eps), dgamma, dbeta


def _times_s(dy, x, gamma, eps=1e-5):
    dx, dgamma, dbeta = norm.layer_norm_backward(dy, x, gamma, eps)
    return dx * (x.var(axis=-1, keepdims=True) + eps), dgamma, dbeta


def _summed_along(dy, x, gamma, eps=1e-5):
    return _back(dy, x, gamma, eps, along=x.shape[-1])


def _not_summed(dy, x, gamma, eps=1e-5):
    dx = norm.layer_norm_backward(dy, x, gamma, eps)[0]
    return dx, dy * _standard(x, 1, 0, eps), dy


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
        named(
            "mean and variance as constants",
            "you sent the gradient through (x − μ)/s as if μ and s were fixed. Both depend on x: "
            "two more terms.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, mean=False, along=False),
        ),
        named(
            "variance as a constant",
            "the path through the variance is missing or zero: − x̂ mean(dx̂ x̂). A product of two "
            "means is zero, because x̂ has mean 0: multiply first, then average.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, along=False),
        ),
        named(
            "mean as a constant",
            "the path through the mean is missing: − mean(dx̂).",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, mean=False),
        ),
        named(
            "sign of the variance's path",
            "you added x̂ mean(dx̂ x̂). Both paths take away: dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂).",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, along=-1),
        ),
        named(
            "sum for mean",
            "you summed dx̂ x̂ over the row where its mean is wanted: both bars are means.",
            _summed_along,
        ),
        named(
            "multiplied by s",
            "you multiplied by s = √(σ² + ε). Forward x was divided by s, so dx is too.",
            _times_s,
        ),
        named(
            "dgamma from dx̂",
            "you summed dx̂ for dγ and dβ. dx̂ already holds γ; both take dy as it arrives.",
            lambda dy, x, gamma, eps=1e-5: (
                norm.layer_norm_backward(dy, x, gamma, eps)[0],
                *norm.layer_norm_backward(gamma * dy, x, gamma, eps)[1:],
            ),
        ),
        named(
            "dγ and dβ exchanged",
            "the order is dx, dγ, dβ: dγ is the sum of dy x̂, dβ that of dy.",
            lambda dy, x, gamma, eps=1e-5: tuple(
                norm.layer_norm_backward(dy, x, gamma, eps)[i] for i in (0, 2, 1)
            ),
        ),
        named(
            "not summed",
            "you kept dγ and dβ for each row. γ and β serve all rows, so theirs are sums over "
            "all axes but the last.",
            _not_summed,
        ),
        named(
            "gamma left out of dx",
            "dx̂ is γ dy: your dx has no γ.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, scale=False),
        ),
        named(
            "dgamma from x",
            "dγ sums dy x̂ with the normalised x̂, because that is what γ multiplied; you used x.",
            _gamma_from_x,
        ),
        named(
            "batch mean",
            "you averaged dγ and dβ over the rows. The loss has already divided; here they sum.",
            _averaged,
        ),
        named(
            "first axis only",
            "you summed dγ and dβ over axis 0 only. With x of shape (B, T, C), γ acts at every b "
            "and t: sum over all axes but the last.",
            _first_axis_only,
        ),
        named(
            "not divided by s",
            "your dx lacks the division by s = √(σ² + ε).",
            _not_divided,
        ),
        named(
            "unbiased variance",
            "your s divides by C − 1; the forward pass divides by C.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, ddof=1),
        ),
        named(
            "batch axis",
            "your means run over the batch. Forward they ran over the last axis, so must these.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, axis=0),
        ),
        named(
            "no root",
            "you divided by σ² + ε instead of its root.",
            lambda dy, x, gamma, eps=1e-5: _back(dy, x, gamma, eps, root=False),
        ),
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
        named(
            "one write a block",
            "you divided by √blocks. A GPT's block writes twice into the stream: once from the "
            "attention, once from the MLP.",
            lambda std, blocks: std / np.sqrt(blocks),
        ),
        named(
            "no root",
            "you divided by 2·blocks. Variances add, standard deviations don't: the root of it.",
            lambda std, blocks: std / (2 * blocks),
        ),
        named(
            "multiplied",
            "you made the weights larger with depth. More writes must each be smaller.",
            lambda std, blocks: std * np.sqrt(2 * blocks),
        ),
        named(
            "two outside the root",
            "you divided by 2√blocks. There are 2·blocks terms, and all of that is under the root.",
            lambda std, blocks: std / (2 * np.sqrt(blocks)),
        ),
        named(
            "brackets missing",
            "you divided by √2 and multiplied by blocks: `a / b * c` goes from left to right.",
            lambda std, blocks: std / np.sqrt(2) * blocks,
        ),
        named(
            "0.02 written in",
            "you wrote 0.02 into the formula. It is the example's; use the argument std.",
            lambda std, blocks: 0.02 / np.sqrt(2 * blocks),
        ),
        named(
            "the stream counted too",
            "you divided by √(1 + 2·blocks). The 1 is the stream's own variance; the writes alone "
            "are to add up to std².",
            lambda std, blocks: std / np.sqrt(1 + 2 * blocks),
        ),
        named(
            "root over all",
            "you took the root of std as well. Only 2·blocks stands under it.",
            lambda std, blocks: np.sqrt(std / (2 * blocks)),
        ),
        named(
            "half times the root",
            "you divided by 2 and multiplied by √blocks: `a / b * c` goes from left to right.",
            lambda std, blocks: std / 2 * np.sqrt(blocks),
        ),
        named(
            "depth ignored",
            "you returned std as it is: the stream then grows as the root of the depth.",
            lambda std, blocks: std,
        ),
        named(
            "variance",
            "you returned the variance; asked is the standard deviation.",
            lambda std, blocks: std**2 / (2 * blocks),
        ),
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
