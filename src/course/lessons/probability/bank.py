"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Edit, Exercise, Law
from course.foundations import information, probability, smoothing
from course.networks import layers
from course.words import say


def _rows(rng, *shape):
    """Draw distributions over the last axis."""
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])


def _causes(rng, K, M):
    return _rows(rng, K), _rows(rng, K, M)


def _columns_sum_to_one(f, rng):
    sums = np.sum(f(*_causes(rng, 3, 5)), axis=0)
    if np.allclose(sums, 1):
        return ""
    return say(
        "K = 3, M = 5: your columns sum to {low:.3g} … {high:.3g}. Whatever is seen, it came from "
        "one of the K classes.",
        low=sums.min(),
        high=sums.max(),
    )


def _nothing_learnt(f, rng):
    prior, row = _rows(rng, 3), _rows(rng, 4)
    return np.allclose(f(prior, np.tile(row, (3, 1))), prior[:, None])


bayes = Exercise(
    probability.bayes,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([0.25, 0.75]), np.array([[0.8, 0.2], [0.4, 0.6]])),
            np.array([[0.4, 0.1], [0.6, 0.9]]),
            says="prior (¼, ¾), rows (0.8, 0.2) and (0.4, 0.6)",
        ),
        Case.random(lambda rng: _causes(rng, 3, 5), says="prior (3,), likelihood (3, 5)"),
        Case.random(lambda rng: _causes(rng, 4, 4), says="prior (4,), likelihood (4, 4)"),
        Case.random(lambda rng: _causes(rng, 5, 2), says="prior (5,), likelihood (5, 2)"),
        Case.extreme(
            (np.array([1.0, 0.0]), np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])),
            says="a prior that is certain, (1, 0)",
        ),
        Case.extreme(
            (np.array([1e-9, 1 - 1e-9]), np.array([[1.0, 0.0], [1e-6, 1 - 1e-6]])),
            says="a prior of 10⁻⁹ and a test that never misses",
        ),
    ],
    laws=[
        Law("each column is a distribution over classes", _columns_sum_to_one),
        Law("where all classes show the same, the posterior is the prior", _nothing_learnt),
    ],
    mistakes=[
        """
        joint.sum(axis=0) ⇒ joint.sum(axis=1, keepdims=True)
            You divided each row by its sum: that is p(m | k) again. Given m, which areas are to be
            compared, those of a row or those of a column?
        joint = prior[:, None] * likelihood ⇒ joint = likelihood
            The prior is missing. Without it all classes count as equally frequent.
        joint / joint.sum(axis=0) ⇒ joint
            These are the areas, p(k and m), which together are 1. Asked is a share of those that show
            m: divide each column by its own sum.
        joint.sum(axis=0) ⇒ likelihood.sum(axis=0)
            The prior is missing in the denominator: it is the sum of the areas of a column, not
            the sum of the likelihoods.
        joint / joint.sum(axis=0) ⇒ likelihood
            This is p(m | k), what was given. Asked is p(k | m).
        joint / joint.sum(axis=0) ⇒ joint.sum(axis=0)
            This is p(m), how often m is seen at all. Divide the areas by it.
        joint / joint.sum(axis=0) ⇒ (joint / joint.sum(axis=0)).T
            The numbers are right and the table is turned over: k chooses the row, m the column.
        prior[:, None] * likelihood ⇒ np.resize(prior, likelihood.shape) * likelihood
            The prior was laid along the rows, so that it multiplies what is seen, m, not the classes, k. It
            needs an axis of length 1 behind, prior[:, None].
        joint / joint.sum(axis=0) ⇒ np.tile(prior[:, None], likelihood.shape[1])
            This is the prior, in each column. Nothing was learnt from what is seen.
        joint / joint.sum(axis=0) ⇒ (joint / joint.sum(axis=0))[:, 0]
            You returned one column, for one m that may be seen. Asked are all M of them.
        prior[:, None] * likelihood ⇒ prior[:, None] ** 2 * likelihood
            The prior stands in it twice. An area is p(k) times p(m | k).
        """,
        Edit(
            "prior[:, None] * likelihood",
            "prior * likelihood",
            "The shapes (K,) and (K, M) meet at their last axes, so this multiplies along m. The "
            "prior belongs to the rows: give it an axis behind, prior[:, None].",
        ),
    ],
    hints=[
        "In the square, which areas show m, and which of them belongs to class k?",
        "p(k | m) = p(k) p(m | k) / Σ_j p(j) p(m | j): areas (K, M), each column over its sum.",
        "areas = prior[:, None] * …  # (K, M)\nreturn areas / …",
    ],
    why="p(k and m) can be written in two ways, p(k) p(m | k) and p(m) p(k | m). Setting them equal "
    "and dividing by p(m), the sum of column m, is Bayes' rule.",
    difficulty=2,
    minutes=10,
    importance=5,
)


# ----------------------------------------------------------------------------------------


def _spread_of(rng, N):
    return 2.5 * rng.standard_normal(N) ** 2 - 4


def _is_the_top(f, rng):
    x = _spread_of(rng, 12)
    mu, sigma = f(x)
    if not sigma > 0:
        return say("12 numbers: your sigma is {sigma:.4g}; a spread is above 0.", sigma=sigma)
    top = probability.gaussian_log_density(x, mu, sigma).sum()
    for dm, ds in ((0.3, 0), (-0.3, 0), (0, 0.2), (0, -0.2)):
        beside = probability.gaussian_log_density(x, mu + dm, max(sigma + ds, 1e-3)).sum()
        if beside > top:
            return say(
                "12 numbers: their log-likelihood at your answer is {top:.3f}; with mu = {mu:.3g} "
                "and sigma = {sigma:.3g} it is {beside:.3f}, which is higher.",
                top=top,
                mu=mu + dm,
                sigma=sigma + ds,
                beside=beside,
            )
    return ""


gaussian_fit = Exercise(
    probability.gaussian_fit,
    kind="derive",
    cases=[
        Case.hand((np.array([1.0, 3.0, 3.0, 9.0]),), (4.0, 3.0), says="x = (1, 3, 3, 9)"),
        Case.random(lambda rng: (_spread_of(rng, 7),), says="7 numbers"),
        Case.random(lambda rng: (_spread_of(rng, 20) + 30,), says="20 numbers far from 0"),
        Case.extreme(
            (1e9 + np.array([0.0, 2.0, 2.0, 4.0]),), says="x = 10⁹ + (0, 2, 2, 4), whose mean is 2"
        ),
    ],
    laws=[Law("no Gaussian beside it makes the data more probable", _is_the_top)],
    mistakes=[
        """
        ((x - mu) ** 2).mean() ⇒ ((x - mu) ** 2).sum() / (len(x) - 1)
            You divided by N − 1. That is right on average, and asked is what makes these data most
            probable: set the slope in σ to zero, and see what N stands beside.
        np.sqrt(((x - mu) ** 2).mean()) ⇒ ((x - mu) ** 2).mean()
            You returned the variance, σ². Asked is σ, its root.
        mu, np.sqrt(((x - mu) ** 2).mean()) ⇒ np.sqrt(((x - mu) ** 2).mean()), mu
            The two are exchanged: the centre first, then the spread.
        mu = x.mean() ⇒ mu = np.median(x)
            You took the middle number. That is least in absolute error; set the slope of
            Σ (x − μ)² in μ to zero.
        return mu, np.sqrt(((x - mu) ** 2).mean()) ⇒ return np.median(x), np.sqrt(((x - mu) ** 2).mean())
            Your centre is the middle number, not the mean. Set the slope of Σ (x − μ)² in μ to zero.
        np.sqrt(((x - mu) ** 2).mean()) ⇒ np.abs(x - mu).mean()
            You averaged the distances from μ. In ℓ the distances stand squared.
        ((x - mu) ** 2).mean() ⇒ ((x - mu) ** 2).sum()
            You added the squares and did not divide by N: the more data, the wider your Gaussian.
        ((x - mu) ** 2).mean() ⇒ (x**2).mean()
            You measured the distances from 0. They are meant from μ.
        return mu, np.sqrt(((x - mu) ** 2).mean()) ⇒ return mu
            You returned one number. Asked are both, the centre and the spread.
        ((x - mu) ** 2).mean() ⇒ ((x - mu) ** 2).mean() / len(x)
            You divided by N twice. That is how far the mean of N draws spreads, not a draw.
        np.sqrt(((x - mu) ** 2).mean()) ⇒ np.sqrt(max((x**2).mean() - mu**2, 0))
            Right on paper. Far from 0 the two terms agree in nearly all digits and rounding is left:
            subtract μ before you square.
        np.sqrt(((x - mu) ** 2).mean()) ⇒ ((x - mu) ** 2).sum() / (len(x) - 1)
            That is the variance, and divided by N − 1. Asked is σ, a root, of what is divided by N.
        return mu, np.sqrt(((x - mu) ** 2).mean()) ⇒ return np.sqrt(((x - mu) ** 2).mean())
            You returned the spread alone. Asked are both, the centre first.
        ((x - mu) ** 2).mean() ⇒ abs((x - mu).mean())
            The distances from the mean cancel. Square them before you average.
        """,
    ],
    hints=[
        "Where is the slope of ℓ in μ zero, and does σ matter for that?",
        "Slope in μ: Σ (x_i − μ)/σ² = 0. Slope in σ: Σ (x_i − μ)²/σ³ − N/σ = 0.",
        "mu = …\nreturn mu, np.sqrt(…)",
    ],
    why="The first slope is zero at the mean, whatever σ is. The second gives σ² = Σ (x_i − μ)²/N: "
    "each number brings one 1/σ with it, so N stands there, not N − 1.",
    difficulty=3,
    minutes=10,
    importance=4,
)


# ----------------------------------------------------------------------------------------


def _shifts_along(f, rng):
    z = 2 * rng.standard_normal((3, 4))
    here, there = np.asarray(f(z)), np.asarray(f(z + 2.5))
    if here.shape == (3,) and np.allclose(there - here, 2.5):
        return ""
    return say(
        "z (3, 4): adding 2.5 to every entry must add 2.5 to every result; yours don't follow."
    )


log_sum_exp = Exercise(
    information.log_sum_exp,
    kind="derive",
    cases=[
        Case.hand((np.array([0.0, np.log(3)]),), np.log(4), says="z = (0, ln 3)"),
        Case.random(lambda rng: (2 * rng.standard_normal((3, 5)),), says="z (3, 5)"),
        Case.random(lambda rng: (2 * rng.standard_normal((4, 4)),), says="z (4, 4)"),
        Case.random(lambda rng: (rng.standard_normal((2, 3, 6)),), says="z (2, 3, 6)"),
        Case.extreme(
            (np.array([1000.0, 1000.0]),), says="z = (1000, 1000)", expected=1000 + np.log(2)
        ),
        Case.extreme(
            (np.array([[3000.0, 0.0, 1.0], [-1000.0, -1001.0, -1002.0]]),),
            says="the rows (3000, 0, 1) and (−1000, −1001, −1002)",
        ),
        Case.extreme((np.array([[5.0], [-7.0]]),), says="one number in each row"),
    ],
    laws=[Law("a number added to all z is added to the result", _shifts_along)],
    mistakes=[
        """
        np.exp(z - top[..., None]) ⇒ np.exp(z)
        top + np.log ⇒ np.log
            e^1000 overflows, and e^−1000 is rounded to 0. Take a number c out of each row first: ln Σ
            e^z = c + ln Σ e^(z − c). Which c keeps all powers at most 1?
        top + np.log ⇒ np.log
            You subtracted c and did not put it back: ln Σ e^z is c more than ln Σ e^(z − c).
        top + np.log ⇒ -top + np.log
            You subtracted c a second time. It came off every z, so it must be added at the end.
        top = z.max(axis=-1) ⇒ top = np.broadcast_to(z.max(), z.shape[:-1])
            You took one maximum for the whole table. A row that lies far below it becomes e^−2000,
            which is 0. Each row needs its own.
        top = z.max(axis=-1) ⇒ top = z.mean(axis=-1)
            You subtracted a number that is smaller than the largest: what lies far above it still
            overflows. Which number keeps all powers at most 1?
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ z.max() + np.log(np.exp(z - z.max()).sum())
            You added up the whole table. Each row gives a number of its own: axis=-1.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ z.max(axis=0) + np.log(np.exp(z - z.max(axis=0)).sum(axis=0))
            You went along the first axis. A row lies along the last one.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ (top + np.log(np.exp(z - top[..., None]).sum(axis=-1)))[..., None]
            The numbers are right; each stands in an axis of its own that keepdims left. Take it
            away, with [..., 0] or squeeze(axis=-1).
        np.exp(z - top[..., None]).sum(axis=-1) ⇒ np.exp(z - top[..., None]).mean(axis=-1)
            You averaged the powers. Their sum is wanted; the difference is ln K.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ z.sum(axis=-1)
            The logarithm of a sum is not the sum of the logarithms: that belongs to a product.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ top
            You returned the largest. It is near, and too small by up to ln K.
        np.log( ⇒ (
            The logarithm is missing: the powers were added and stay a sum.
        z - top[..., None] ⇒ z - top
            The maxima have shape (…), without the axis that was maximised, and don't line up with
            the rows of z. Give them an axis of length 1: keepdims=True, or top[..., None].
        np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ np.log10(np.exp(z - top[..., None]).sum(axis=-1))
            That is the logarithm to base 10, and ln undoes e^z: np.log.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ np.log(np.exp(np.clip(z, -700, 700)).sum(axis=-1))
            You cut z off where it overflows. Then 1000 and 2000 give the same. Subtract instead, and
            add again.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ np.exp(z - top[..., None]) / np.exp(z - top[..., None]).sum(axis=-1)[..., None]
            That is the softmax, a row of probabilities. Asked is one number for each row.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ z - (top + np.log(np.exp(z - top[..., None]).sum(axis=-1)))[..., None]
            You took the log-sum-exp off each z: that is ln p of every entry. Asked is one number
            for each row.
        top + np.log(np.exp(z - top[..., None]).sum(axis=-1)) ⇒ 1000 + np.log(np.exp(z - 1000).sum(axis=-1))
            You subtracted 1000 from every row. That suits the example; each row needs a number of
            its own, its largest.
        """,
    ],
    hints=[
        "e^(z − c) is e^z over e^c. What may be taken out of the sum, and what of the logarithm?",
        "ln Σ e^z = c + ln Σ e^(z − c), with c the largest of the row; the sum over axis −1.",
        "c = z.max(…)\nreturn … + np.log(np.exp(…).sum(axis=-1))",
    ],
    why="e^c is a factor of every term, so it comes out of the sum, and as +c out of the logarithm. "
    "With the row's largest as c one term is e⁰ = 1, so nothing overflows and ln 0 can't happen.",
    difficulty=3,
    minutes=10,
    importance=5,
)


# ----------------------------------------------------------------------------------------


def _labelled(rng, N, K):
    return 2 * rng.standard_normal((N, K)), rng.integers(K, size=N)


def _equal_logits_cost_ln_k(f, rng):
    loss = float(f(np.full((3, 7), rng.normal()), np.array([0, 6, 2])))
    if np.isclose(loss, np.log(7)):
        return ""
    return say(
        "three rows of 7 equal logits: your loss is {loss:.4g}; seven alike cost ln 7 = 1.946.",
        loss=loss,
    )


cross_entropy = Exercise(
    layers.cross_entropy,
    kind="build",
    cases=[
        Case.hand(
            (np.log([[1.0, 3.0], [2.0, 1.0]]), np.array([0, 0])),
            np.log(6) / 2,
            says="z = ((0, ln 3), (ln 2, 0)), labels 0 and 0",
        ),
        Case.random(lambda rng: _labelled(rng, 5, 3), says="z (5, 3)"),
        Case.random(lambda rng: _labelled(rng, 4, 4), says="z (4, 4)"),
        Case.random(lambda rng: _labelled(rng, 2, 6), says="z (2, 6)"),
        Case.extreme(
            (np.array([[1000.0, 0.0], [-3.0, 1000.0]]), np.array([1, 0])),
            says="logits of 1000 at the wrong class",
        ),
        Case.extreme((np.array([[2.0, -1.0, 0.5]]), np.array([2])), says="one row"),
    ],
    laws=[Law("K equal logits cost ln K", _equal_logits_cost_ln_k)],
    mistakes=[
        """
        [np.arange(len(y)), y].mean() ⇒ [np.arange(len(y)), y].sum()
            You added the examples up. The loss is their mean, so that it doesn't grow with N.
        [np.arange(len(y)), y].mean() ⇒ [np.arange(len(y)), y]
            You returned a loss for each example. Asked is their mean, one number.
        -log_softmax(z) ⇒ log_softmax(z)
            The sign is missing: a logarithm of a probability is negative, a surprise is not.
        [np.arange(len(y)), y].mean() ⇒ .mean()
            You averaged over all classes. Only the true one of each row counts.
        [np.arange(len(y)), y].mean() ⇒ [:, y].mean()
            z[:, y] takes, from every row, the columns of all labels. Row n wants its own:
            z[np.arange(N), y].
        [np.arange(len(y)), y].mean() ⇒ .sum(axis=1).mean()
            You added up all classes. Only the true one of each row counts.
        log_softmax(z)[np.arange(len(y)), y] ⇒ np.log(z[np.arange(len(y)), y])
            You took the logarithm of a logit. Logits are no probabilities: they go through the softmax
            first.
        log_softmax(z)[np.arange(len(y)), y] ⇒ z[np.arange(len(y)), y]
            This is −z at the label. The other half, ln Σ e^z of the row, is missing.
        -log_softmax(z)[np.arange(len(y)), y] ⇒ (1 - softmax(z)[np.arange(len(y)), y])
            You took 1 − p at the label. The surprise is −ln p: it has no upper end.
        log_softmax(z)[np.arange(len(y)), y] ⇒ softmax(z)[np.arange(len(y)), y]
            The logarithm is missing: this is the mean probability of the labels.
        log_softmax(z)[np.arange(len(y)), y].mean() ⇒ log_softmax(z)[np.arange(len(y)), y].mean() / np.log(2)
            You counted in bits. Asked are nats: the natural logarithm.
        log_softmax(z)[np.arange(len(y)), y].mean() ⇒ np.log(softmax(z)[np.arange(len(y)), y].mean())
            You averaged the probabilities and then took the logarithm. Each example is surprised by
            itself: the logarithm comes first.
        log_softmax(z)[np.arange(len(y)), y] ⇒ np.log(softmax(z))[np.arange(len(y)), y]
            You went through p. Where e^1000 overflows, or p is rounded to 0, nothing is left of a loss
            that is a thousand. −ln p is log-sum-exp minus the logit.
        [np.arange(len(y)), y].mean() ⇒ [y].mean()
            [y] takes whole rows, the ones whose numbers are in y. Row n wants its entry y[n]:
            [np.arange(N), y].
        [np.arange(len(y)), y].mean() ⇒ .max(axis=1).mean()
            You took the class with the largest logit. Which one is the true one, y says.
        [np.arange(len(y)), y].mean() ⇒ [np.arange(len(y)), y].sum() / z.shape[1]
            You divided by the number of classes. The mean is over the N examples.
        -log_softmax(z)[np.arange(len(y)), y].mean() ⇒ (z - log_softmax(z))[:, 0].mean()
            This is log-sum-exp alone. Take off the logit at the label.
        -log_softmax(z)[np.arange(len(y)), y].mean() ⇒ -(softmax(z) * log_softmax(z)).sum(axis=1).mean()
            You weighed the surprises by the model's own p: that is its entropy, whatever is true. The
            label alone counts.
        -log_softmax(z)[np.arange(len(y)), y].mean() ⇒ np.log(np.exp(z).sum()) - z[np.arange(len(y)), y].mean()
            You added up the powers of the whole table. Each row has a sum of its own.
        -log_softmax(z)[np.arange(len(y)), y].mean() ⇒ ((z - log_softmax(z))[:, 0] - z[y]).mean()
            z[y] takes whole rows, of the examples whose numbers are the labels. Row n wants its own
            label: z[np.arange(N), y].
        log_softmax(z)[np.arange ⇒ (z - (z - log_softmax(z))[:, 0])[np.arange
            You laid the log-sum-exp of each row along the columns. It has shape (N,): [:, None]
            makes a column of it.
        log_softmax(z)[np.arange ⇒ log_softmax(z.T).T[np.arange
            Your softmax went down the columns, over the examples. The classes of one example lie in
            its row.
        """,
    ],
    hints=[
        "For one example the loss is ln Σ e^z − z_y. Which entry of its row is z_y?",
        "L = mean over n of (log_sum_exp(z_n) − z[n, y_n]); z (N, K), y (N,).",
        "chosen = z[np.arange(…), …]  # (N,)\nreturn (information.log_sum_exp(z) - …).mean()",
    ],
    why="−ln softmax(z)[y] is log-sum-exp minus the logit at the label. Written so, no probability "
    "is ever computed that could be rounded to 0.",
    difficulty=2,
    minutes=10,
    importance=5,
)


# ----------------------------------------------------------------------------------------


def _pair(rng, *shape):
    return _rows(rng, *shape), _rows(rng, *shape)


def _with_zeros(rng, *shape):
    p, q = _pair(rng, *shape)
    p[..., 0] = 0
    return p / p.sum(axis=-1, keepdims=True), q


def _costs_only_if_wrong(f, rng):
    p, q = _pair(rng, 5)
    same, other = float(f(p, p)), float(f(p, q))
    if abs(same) < 1e-9 and other > 0:
        return ""
    return say(
        "K = 5: your divergence of p from itself is {same:.4g}, of another q from p {other:.4g}.",
        same=same,
        other=other,
    )


def _the_impossible_is_infinite(f, rng):
    cost = float(f(np.array([0.25, 0.75]), np.array([1.0, 0.0])))
    if cost == np.inf:
        return ""
    return say(
        "p = (¼, ¾), q = (1, 0): yours is {cost:.4g}. What q excludes happens, with surprise −ln "
        "0, so it is infinite; nothing is to be added to q, and nothing left out.",
        cost=cost,
    )


kl = Exercise(
    information.kl,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.25, 0.5])),
            np.log(2),
            says="p = (½, ½, 0), q = (¼, ¼, ½)",
        ),
        Case.random(lambda rng: _pair(rng, 4), says="p and q (4,)"),
        Case.random(lambda rng: _pair(rng, 3, 5), says="p and q (3, 5)"),
        Case.random(lambda rng: _with_zeros(rng, 2, 6), says="p and q (2, 6), zeros in p"),
        Case.extreme(
            (np.array([0.25, 0.25, 0.5]), np.array([0.5, 0.5, 0.0])),
            says="q excludes what happens",
            expected=np.inf,
        ),
        Case.extreme((np.array([0.5, 0.5, 0.0]), np.array([0.1, 0.9, 0.0])), says="a zero in both"),
    ],
    laws=[
        Law("0 for q = p, and above 0 for another q", _costs_only_if_wrong),
        Law("a q that excludes what happens costs infinitely much", _the_impossible_is_infinite),
    ],
    mistakes=[
        """
        terms = p * np.log(p / q) ⇒ terms = q * np.log(q / p)
        np.where(p > 0 ⇒ np.where(q > 0
            You wrote it the other way round, for draws from q. The draws come from p, so p weighs
            the surprises.
        p * np.log(p / q) ⇒ -p * np.log(q)
            This is the cross-entropy, all of the surprise. Take off what is paid even by who
            knows p: its entropy.
        p * np.log(p / q) ⇒ p * np.log(q / p)
            The sign is wrong: where p is larger than q, a surprise is added. Extra surprise is −ln q
            minus −ln p.
        p * np.log(p / q) ⇒ -p * np.log(p * q)
            You added the two surprises. Asked is their difference.
        p * np.log(p / q) ⇒ -p * np.log(p)
            This is the entropy of p, which q has no part in.
        p * np.log(p / q) ⇒ np.log(p / q)
            The surprises are not weighed: each outcome comes with probability p.
        p * np.log(p / q) ⇒ (p - q) * np.log(p / q)
            You averaged over p and over q and took the difference. Only p draws.
        p * np.log(p / q) ⇒ p * np.abs(np.log(p / q))
            You took sizes. Where q is larger than p you are surprised less, and that counts too.
        p * np.log(p / q) ⇒ p * np.log2(p / q)
            These are bits. Asked are nats: the natural logarithm.
        p * np.log(p / q) ⇒ p * np.log((p + 1e-12) / (q + 1e-12))
            You added a little to q, so that excluding what happens costs a finite amount. It costs
            infinitely much.
        .sum(axis=-1) ⇒ .mean(axis=-1)
            You divided by K. The average is already taken: p weighs the terms.
        .sum(axis=-1) ⇒ .sum()
            You added up all rows. Each row is a pair of distributions of its own: axis=-1.
        np.where(p > 0, terms, 0).sum ⇒ terms.sum
            0 · ln 0 became nan. What never happens costs nothing: leave out where p is 0.
        np.where(p > 0, terms, 0) ⇒ np.where((p > 0) & (q > 0), terms, 0)
            You left out where q is 0. If p is not 0 there, the impossible happens, and the surprise
            is infinite.
        np.where(p > 0, terms, 0).sum(axis=-1) ⇒ (np.where(p > 0, terms, 0) + np.where(q > 0, q * np.log(q / p), 0)).sum(axis=-1) / 2
            You averaged the two ways round. The draws come from p alone.
        np.where(p > 0, terms, 0) ⇒ ((p - q) ** 2)
            That is a squared distance. Asked is a difference of surprises, −ln q and −ln p.
        p * np.log(p / q) ⇒ q * np.log(p / q)
            You weighed by q what happens with probability p.
        np.where(p > 0, terms, 0).sum(axis=-1) ⇒ np.where(p > 0, terms, 0)
            You returned the terms. Asked is their sum, one number for each row.
        np.where(p > 0, terms, 0).sum(axis=-1) ⇒ -np.where(q > 0, q * np.log(q), 0).sum(axis=-1) + np.where(p > 0, p * np.log(p), 0).sum(axis=-1)
            You took the difference of two entropies. Who believes q is surprised by −ln q at draws
            from p, not from q.
        .sum(axis=-1) ⇒ .sum(axis=0)
            You added over the pairs of distributions. The outcomes of one pair lie along the last
            axis.
        """,
        Edit(
            "np.where(p > 0, terms, 0)",
            "np.where(q > 0, terms, 0)",
            "You left out where q is 0, and kept where p is. What never happens is told by p.",
        ),
    ],
    hints=[
        "How surprised is somebody who believes q by outcome i, and somebody who knows p?",
        "Σ p_i (−ln q_i) − Σ p_i (−ln p_i) = Σ p_i ln(p_i / q_i), over i with p_i > 0.",
        "terms = p * …\nreturn np.where(p > 0, …, 0).sum(axis=-1)",
    ],
    why="Both pay on average over p, so the terms can be taken together. A zero in p removes its "
    "term, because the outcome never comes. A zero in q makes the surprise infinite if it does.",
    difficulty=2,
    minutes=10,
    importance=4,
)


# ----------------------------------------------------------------------------------------


def _counted(rng, V):
    return rng.integers(0, 7, size=(V, V)), _rows(rng, V), float(rng.uniform(0.5, 9))


def _unseen_is_the_base(f, rng):
    counts, base, weight = _counted(rng, 4)
    counts[2] = 0
    row = np.asarray(f(counts, base, weight))[2]
    if np.allclose(row, base):
        return ""
    return say(
        "V = 4, row 2 never seen: it must be the base, {base}; yours is {row}.",
        base=base.round(2),
        row=row.round(2),
    )


def _rows_sum_to_one(f, rng):
    sums = np.sum(f(*_counted(rng, 5)), axis=1)
    if np.allclose(sums, 1):
        return ""
    return say(
        "V = 5: your rows sum to {low:.3g} … {high:.3g}. Each must sum to 1.",
        low=sums.min(),
        high=sums.max(),
    )


smooth = Exercise(
    smoothing.smooth,
    kind="transfer",
    cases=[
        Case.hand(
            (np.array([[3, 0, 1], [0, 0, 0], [2, 4, 6]]), np.array([0.5, 0.25, 0.25]), 4.0),
            np.array([[5, 1, 2], [4, 2, 2], [2, 2.5, 3.5]]) / 8,
            says="rows (3, 0, 1), (0, 0, 0) and (2, 4, 6), base (½, ¼, ¼), w = 4",
        ),
        Case.random(lambda rng: _counted(rng, 5), says="V = 5"),
        Case.random(lambda rng: _counted(rng, 8), says="V = 8"),
        Case.extreme(
            (np.array([[10**9, 0], [0, 10**9]]), np.array([0.5, 0.5]), 1e-3),
            says="counts of 10⁹ and w = 0.001",
        ),
    ],
    laws=[
        Law("each row sums to 1", _rows_sum_to_one),
        Law("a row that was never seen is the base", _unseen_is_the_base),
    ],
    mistakes=[
        """
        weight * base) ⇒ weight)
        counts.sum(axis=1, keepdims=True) + weight ⇒ (counts + weight).sum(axis=1, keepdims=True)
            You added w to every entry: that is α = w, and each follower gets as much as any other.
            The base divides the w among them.
        + weight) ⇒ )
            The w pretended followers are missing in the denominator: the rows sum to more than 1.
        counts.sum(axis=1, keepdims=True) + weight ⇒ counts.sum(axis=1, keepdims=True) + weight * len(counts)
            You divided by the count plus w V. Each row gets w pretended followers in all, because the
            base sums to 1.
        counts.sum(axis=1, keepdims=True) + weight ⇒ counts.sum(axis=0) + weight
            You divided by the counts of the columns. A row is a distribution of its own.
        counts.sum(axis=1, keepdims=True) + weight ⇒ (counts + weight * base).sum(axis=0)
            You divided by the sums of the columns. A row is a distribution of its own.
        counts.sum(axis=1, keepdims=True) ⇒ counts.sum(axis=1)
            The sums have shape (V,) and were laid along the rows, so that column j was divided by
            the sum of row j. Keep the axis: keepdims=True.
        weight * base) ⇒ weight * base[:, None])
        counts.sum(axis=1, keepdims=True) + weight ⇒ (counts + weight * base[:, None]).sum(axis=1, keepdims=True)
            You added base[i] all along row i. The base says how frequent each follower j is, so it
            lies along the row, as it is.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) + weight * base) / (1 + weight)
            You mixed shares with the base, so that a row seen once and one seen a million times
            are moved alike. Add the pretended followers to the counts.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (counts / counts.sum(axis=1, keepdims=True) + weight * base) / (1 + weight)
            You turned counts into shares first. A row that was never seen has none, and the others are
            all moved alike. Add the pretended followers to the counts.
        weight * base ⇒ base
        + weight) ⇒ + 1)
            You added the base once, so w has no effect. There are w pretended followers.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ counts + weight * base
            These are counts with the pretended ones added. Divide each row by its sum.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (counts + weight * base) / (counts.sum() + weight * len(counts))
            You divided by the sum of the whole table. Each row is a distribution of its own.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (counts + weight / len(counts)) / (counts.sum(axis=1, keepdims=True) + weight)
            You divided the w evenly among the followers. The base says how.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (counts + weight * base) / (counts.sum() + weight)
            You divided by the sum of the whole table and w. Each row has its own sum.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ counts + weight * base / counts.sum(axis=1, keepdims=True) + weight
            Division comes before addition: put both the sum above and the sum below in parentheses.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ np.where(counts == 0, weight * base, counts) / np.where(counts == 0, weight * base, counts).sum(axis=1, keepdims=True)
            Only what was never seen got something. Each follower gets w · base[j], seen or not.
        (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight) ⇒ (1 - weight) * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) + weight * base
            You mixed two distributions in shares 1 − w and w. Here w is a number of followers, and may
            be 4: add them to the counts.
        weight * base) ⇒ base)
            You added w below and only 1 above: each row gets w pretended followers, w times the
            base.
        weight * base) ⇒ weight * base[:, None])
            You gave the base to the rows. It says how probable each follower is, so it lies along
            the columns.
        """,
    ],
    hints=[
        "In row i, how many followers were seen, and how many are pretended in all?",
        "p[i, j] = (counts[i, j] + w base[j]) / (Σ_k counts[i, k] + w).",
        "return (counts + …) / (counts.sum(axis=1, keepdims=True) + …)",
    ],
    why="w followers are added to each row, w · base[j] of kind j, and Σ base = 1. A row that was "
    "seen much more often than w times hardly notices; one that was never seen is the base.",
    difficulty=2,
    minutes=5,
    importance=4,
)


# ----------------------------------------------------------------------------------------


def _questions(rng, n, tried):
    return int(rng.integers(n // 2, n // 2 + 4)), n, tried


def _more_tries_more_luck(f, rng):
    one, ten = float(f(8, 11, 1)), float(f(8, 11, 10))
    if one < ten <= 1:
        return ""
    return say(
        "8 of 11 or more: you say {one:.4g} for one guesser and {ten:.4g} for the best of ten. "
        "The best of ten has the better chance, and no chance is above 1.",
        one=one,
        ten=ten,
    )


by_luck = Exercise(
    probability.by_luck,
    kind="diagnose",
    cases=[
        Case.hand((2, 3, 2), 0.75, says="2 of 3 right, 2 guessers"),
        Case.random(lambda rng: _questions(rng, 9, 4), says="9 questions, 4 guessers"),
        Case.random(lambda rng: _questions(rng, 14, 3), says="14 questions, 3 guessers"),
        Case.random(lambda rng: _questions(rng, 17, 1), says="17 questions, one guesser"),
        Case.extreme((62, 100, 20), says="62 of 100, 20 guessers: the report's case"),
        Case.extreme((0, 6, 5), expected=1.0, says="none right or more, which is certain"),
        Case.extreme((7, 7, 3), says="all of 7 right"),
    ],
    laws=[
        Law("the best of more guessers is luckier, and never surer than 1", _more_tries_more_luck)
    ],
    mistakes=[
        """
        range(right, ⇒ range(right + 1,
            Your sum begins at right + 1, so it leaves out exactly `right` right. Asked is at least
            `right`: that was the report's other fault.
        1 - (1 - tail) ** tried ⇒ tail
            This is the chance of one guesser who was named before. The best was picked out of several
            after the result was seen: that was the report's other fault.
        1 - (1 - tail) ** tried ⇒ tried * tail
            You added the chances up. Several guessers may be lucky at once, which is then counted
            twice, and the sum may exceed 1. How probable is it that all of them miss?
        1 - (1 - tail) ** tried ⇒ min(tried * tail, 1)
            You added the chances up and cut at 1. Several may be lucky at once. How probable is it that
            all of them miss?
        1 - (1 - tail) ** tried ⇒ tail**tried
            This is the chance that all of them get there. The best gets there if any one does.
        1 - (1 - tail) ** tried ⇒ (1 - tail) ** tried
            This is the chance that none of them gets there. Asked is the opposite.
        1 - (1 - tail) ** tried ⇒ 1 - tail**tried
            This is the chance that not all of them get there. The best misses only if all miss: which
            chance is to be multiplied?
        sum(math.comb(n, k) for k in range(right, n + 1)) ⇒ math.comb(n, right)
            This counts exactly `right` right answers. More than that is at least as good.
        n + 1) ⇒ n)
            Your sum ends at n − 1: range leaves its end out, and all n right counts as well.
        1 - (1 - tail) ** tried ⇒ 100 * (1 - (1 - tail) ** tried)
            You returned percent. A probability is between 0 and 1.
        math.comb(n, k) ⇒ 1
            You counted each number of right answers once. There are comb(n, k) ways to be right on k of
            the n.
        range(right, ⇒ range(right + 1,
        1 - (1 - tail) ** tried ⇒ tail
            That is the report's program as it was. Does its sum hold exactly `right`? And whose
            chance is it, if the best of several was picked?
        range(right, ⇒ range(right + 1,
        1 - (1 - tail) ** tried ⇒ tried * tail
            Your sum leaves out exactly `right`, and the chances are added up though several may be
            lucky at once.
        1 - (1 - tail) ** tried ⇒ tried * tail * (1 - tail) ** (tried - 1)
            This is the chance that exactly one of them gets there. Two are as good as one.
        1 - (1 - tail) ** tried ⇒ 1 - (1 - tail) * tried
            The chances of independent guessers to miss are multiplied, not added: a power.
        1 - (1 - tail) ** tried ⇒ tail / tried
            More guessers make luck more probable, not less. How probable is it that all of them miss?
        1 - (1 - tail) ** tried ⇒ sum(math.comb(n * tried, k) for k in range(right * tried, n * tried + 1)) / 2 ** (n * tried)
            You put all questions of all guessers together. The best was picked: how probable is it that
            all of them miss?
        / 2**n ⇒
            You counted the ways and did not divide by all there are, 2ⁿ.
        1 - (1 - tail) ** tried ⇒ tail * 2**n
            You counted the ways of one guesser. Divide by all there are, 2ⁿ, and let `tried` try.
        """,
    ],
    hints=[
        "Is exactly 62 in the sum? And when do all 20 guessers stay below 62?",
        "t = Σ_{k ≥ right} comb(n, k) / 2ⁿ for one; all miss with (1 − t)^tried.",
        "tail = sum(math.comb(n, k) for k in range(…, n + 1)) / 2**n\nreturn 1 - …",
    ],
    why="The report asked how lucky one model was that had been named before, and began one too "
    "high. The best of 20 misses only if all miss, (1 − t)²⁰, and that leaves luck about one case in "
    "five.",
    difficulty=3,
    minutes=10,
    importance=5,
)
