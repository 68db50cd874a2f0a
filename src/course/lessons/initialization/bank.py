"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Edit, Exercise, Law, many
from course.networks import initial, layers, norm
from course.words import later, say


def _relu(z):
    return np.maximum(z, 0)


def _measured(draw, rng, n_in, n_out, *gain):
    """What can be said of random weights, whichever way they were drawn.

    Rounded, so that two draws of one kind say the same.
    """
    draws = many(draw, -(-60_000 // (n_in * n_out)), rng, n_in, n_out, *gain)
    try:
        W = np.asarray(draws, dtype=float)
    except (TypeError, ValueError):
        return draws[0]
    if W.ndim == 3 and len(W) > 1 and not np.ptp(W, axis=0).any():
        return later("the same weights each time. Draw from the rng that it is given")
    std = W.std() or 1.0
    return {
        "shape of W": str(W.shape[1:]),
        "mean of W, in standard deviations": round(W.mean() / std, 1),
        "n_in times the variance of W": np.exp(round(np.log(n_in * std**2) / 0.04) * 0.04),
        "share of W within one standard deviation": round(np.mean(np.abs(W - W.mean()) < std), 2),
    }


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


def _grows_as_the_square(f):
    once, twice = f(np.ones((2, 3)), 0.1), f(2 * np.ones((2, 3)), 0.1)
    if np.isclose(twice, 4 * once):
        return ""
    return say(
        "h of shape (2, 3), all 1: {once:.4g}; all 2: {twice:.4g}, where 4 times is right.",
        once=once,
        twice=twice,
    )


layer_variance = Exercise(
    initial.layer_variance,
    kind="derive",
    cases=[
        Case.hand((np.array([[1.0, 2.0, 3.0]]), 0.5), 7.0, says="h = (1, 2, 3), var_w = 1/2"),
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
            You kept one number for each example. Var(z) is asked for, averaged over the examples.
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
        n_in * var_w * np.mean(h**2) ⇒ var_w * np.mean(h.sum(axis=-1) ** 2)
            You added first and squared the sum. Each term w h has a variance of its own, so square
            each h first, then add.
        np.mean(h**2) ⇒ np.mean(np.var(h, axis=-1))
            You used the variance of each example over its units. The weights have mean zero, h
            need not: what counts is the mean of h².
        n_in * var_w * ⇒ var_w / n_in *
            You divided by n_in. A unit adds n_in terms, so the sum multiplies by it; LeCun's
            var_w = 1/n_in is chosen to undo that.
        n_in * var_w * np.mean(h**2) ⇒ var_w * np.mean(np.linalg.norm(h, axis=-1))
            You averaged the lengths of the examples. Variances add up squares: the squared length.
        h**2 ⇒ np.abs(h)
            You averaged the sizes of h. A variance adds up squares: h².
        h.shape[-1] ⇒ np.sqrt(h.shape[-1])
            You multiplied by √n_in. So the standard deviation grows; variances add up to n_in of
            them.
        np.mean(h**2) ⇒ np.mean(h[0] ** 2)
            You looked at the first example alone. The average is over all of them.
        """,
    ],
    hints=[
        "One unit computes z = w₁h₁ + … + w_n h_n. What is the variance of one term, when w has "
        "mean 0 and is independent of h?",
        "Var(z) = n_in · Var(W) · E[h²], h of shape (B, n_in), E the mean over all entries.",
        "n_in = h.shape[-1]\nreturn … * var_w * …",
    ],
    why="For independent w of mean 0, E[wh] = 0 and E[(wh)²] = E[w²] E[h²]; cross terms vanish, so "
    "the n_in variances add. Nothing was assumed about the mean of h.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _keeps_its_second_moment(f, rng):
    h = _relu(rng.standard_normal((200, 400)) @ np.asarray(f(rng, 400, 300), dtype=float))
    moment = np.mean(h**2)
    if abs(moment - 1) < 0.15:
        return ""
    return say(
        "200 examples, 400 units in, 300 out: the second moment goes from 1 to {moment:.3g}.",
        moment=moment,
    )


he_normal = Exercise(
    initial.he_normal,
    kind="derive",
    cases=[
        _by_hand(50, 3, 1 / 25, 0.6827),
        _sizes(200, 300),
        _sizes(90, 30),
    ],
    laws=[
        Law(
            "a batch of unit variance keeps its second moment through a ReLU layer",
            _keeps_its_second_moment,
        ),
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
        * np.sqrt ⇒ / np.sqrt
            You divided by the standard deviation. A standard normal draw is multiplied by it.
        2 / n_in ⇒ 0.5 / n_in
            Your variance is ½/n_in. A ReLU halves the second moment already: 2 makes up for it.
        np.sqrt(2 / n_in) ⇒ 0.2
            You drew with 0.2 for every width. That is right for n_in = 50 only: √(2/n_in).
        rng.standard_normal( ⇒ rng.random(
            rng.random draws evenly between 0 and 1: nothing negative, and no mean of 0. A normal
            draw is rng.standard_normal.
        * np.sqrt(2 / n_in) ⇒
            You did not scale the draw. Its variance is 1 whatever the width is.
        2 / n_in ⇒ 2 / (n_in * n_out)
            Your variance is 2/(n_in n_out). One unit adds n_in terms, however many units there are.
        rng.standard_normal((n_in, n_out)) ⇒ np.abs(rng.standard_normal((n_in, n_out)))
            Your weights are all positive. The derivation needs weights of mean 0.
        """,
    ],
    hints=[
        "What share of E[z²] is left after a ReLU, if z is symmetric about zero?",
        "n_in · Var(W) · ½ = 1, and a standard normal draw times s has variance s².",
        "return rng.standard_normal((n_in, n_out)) * np.sqrt(…)",
    ],
    why="A ReLU zeroes half of a symmetric z, so E[h²] = ½ Var(z). Holding Var(z) from layer to "
    "layer needs n_in · Var(W) / 2 = 1.",
    difficulty=2,
    minutes=10,
    importance=5,
    **_DRAWN,
)

# ----------------------------------------------------------------------------------------


def _pair(u):
    return np.hstack([_relu(u), _relu(-u)])


def _is_linear_through_relu(f, rng):
    u, A = rng.standard_normal((4, 3)), rng.standard_normal((3, 5))
    z = _pair(u) @ np.asarray(f(A), dtype=float)
    if np.allclose(z, np.hstack([u @ A, -u @ A])):
        return ""
    return say(
        "u of shape (4, 3), A of shape (3, 5): (relu(u), relu(−u)) times your W is not (u A, −u A)."
    )


mirrored = Exercise(
    initial.mirrored,
    kind="derive",
    cases=[
        Case.hand((np.array([[5.0]]),), np.array([[5.0, -5.0], [-5.0, 5.0]]), says="A = [[5]]"),
        Case.random(lambda rng: (rng.standard_normal((3, 5)),), says="A of shape (3, 5)"),
        Case.random(lambda rng: (rng.standard_normal((4, 2)),), says="A of shape (4, 2)"),
        Case.extreme((np.zeros((2, 3)),), says="A all zero", expected=np.zeros((4, 6))),
    ],
    laws=[Law("(relu(u), relu(−u)) W = (u A, −u A)", _is_linear_through_relu)],
    mistakes=[
        """
        [-A, A] ⇒ [A, -A]
            Your two halves of rows are equal, so h W is (relu(u) + relu(−u)) A, which is |u| A. The
            second half holds relu(−u): it must count negative, since u = relu(u) − relu(−u).
        [A, -A], [-A, A] ⇒ [A, A], [-A, -A]
            Your layer gives (u A, u A). The next ReLU would lose what is negative in both: the
            second half must be −u A.
        [A, -A], [-A, A] ⇒ [A, A], [A, A]
            You repeated A four times: that adds up relu(u) + relu(−u) = |u| and loses the sign.
        [A, -A], [-A, A] ⇒ [-A, A], [A, -A]
            Your W has the opposite sign: h W is (−u A, u A). The first half should be u A.
        [A, -A], [-A, A] ⇒ [A, 0 * A], [0 * A, A]
            Your two halves never meet: relu(u) A and relu(−u) A. To get u A, take their difference.
        [A, -A], [-A, A] ⇒ [A, 0 * A], [0 * A, -A]
            Relu(u) and relu(−u) stay apart in your layer. u A is the difference of relu(u) A and
            relu(−u) A, and both halves of the output need it.
        [[A, -A], [-A, A]] ⇒ [[A, -A]]
            You mirrored the columns only, as for the first layer. h has 2n entries, so W needs 2n
            rows: what does relu(−u) contribute?
        [[A, -A], [-A, A]] ⇒ [[A], [-A]]
            You mirrored the rows only. That gives u A; the next ReLU also needs −u A beside it.
        np.block([[A, -A], [-A, A]]) ⇒ np.block([[A, -A], [-A, A]]) / 2
            You halved it. Of relu(u) and relu(−u) only one is not zero, so nothing is counted
            twice.
        np.block([[A, -A], [-A, A]]) ⇒ np.block([[A, -A], [-A, A]]) * np.sqrt(2)
            You multiplied by √2, He's gain. Here nothing is lost in the ReLU that a gain would have
            to make up for.
        np.block([[A, -A], [-A, A]]) ⇒ np.kron(A, [[1, -1], [-1, 1]])
            Each entry of A became a block of two by two. Asked are four blocks, each all of A or
            all of −A.
        np.block( ⇒ np.array(
            np.array stacks the four blocks along new axes. np.block puts them side by side.
        [-A, A] ⇒ [A, A]
            Your first half gives (relu(u) + relu(−u)) A, which is |u| A. Your second half is right:
            there the two have different signs.
        [-A, A] ⇒ [0 * A, 0 * A]
            Your lower half is zero, so relu(−u) is lost, as in any ReLU layer.
        [A, -A], [-A, A] ⇒ [layers.relu(A), layers.relu(-A)], [layers.relu(-A), layers.relu(A)]
            You sent A through the ReLU. Weights may be negative: it is u that must be kept whole.
        """,
    ],
    hints=[
        "How do you get u back from relu(u) and relu(−u)?",
        "relu(u) A − relu(−u) A = u A, and the second half of the output is its negative. W has "
        "shape (2n, 2m): four blocks, each A or −A.",
        "return np.block([[…, …], […, …]])",
    ],
    why="relu(u) − relu(−u) = u. The first block column takes that difference times A, the second "
    "its negative, so the next ReLU finds the same kind of pair again.",
    difficulty=3,
    minutes=10,
    importance=3,
)

# ----------------------------------------------------------------------------------------


_RULES = {"zero": 0.0, "PyTorch": 1 / 3, "LeCun": 1.0, "He": 2.0}


def _measured_loss(rng, c, K, B=600, n=200):
    h = rng.standard_normal((B, n))
    z = h @ (np.sqrt(c / n) * rng.standard_normal((n, K)))
    return layers.cross_entropy(z, rng.integers(K, size=B))


def _run(rule, K, low=-0.06, high=0.06):
    def draw(rng):
        loss = np.log(K) + _RULES[rule] / 2 + rng.uniform(low, high)
        return round(float(loss), 3), K, _RULES

    return Case.random(draw, says=f"a run of {K} classes")


def _order_is_nothing(f, rng):
    rules = {"wide": 6.0, "He": 2.0, "narrow": 0.1}
    for name, c in rules.items():
        for given in (rules, dict(reversed(rules.items()))):
            said = f(float(np.log(20) + c / 2), 20, given)
            if said != name:
                return say(
                    "K = 20, loss ln K + {c:g}/2, rules {given}: yours says {said}, not {name}.",
                    c=c,
                    given=given,
                    said=said,
                    name=name,
                )
    return ""


which_start = Exercise(
    initial.which_start,
    kind="diagnose",
    cases=[
        Case.hand((8.0, 1000, _RULES), "He", says="loss 8.0, K = 1000"),
        _run("zero", 50),
        _run("PyTorch", 300),
        _run("LeCun", 40, 0.1, 0.2),
        _run("He", 700),
        Case.extreme((9.0, 40, _RULES), says="a loss far above ln K", expected="He"),
        Case.extreme((2.0, 40, _RULES), says="a loss below ln K", expected="zero"),
        Case.extreme(
            (4.2, 2, {"wide": 6.0, "He": 2.0, "narrow": 0.1}),
            says="two classes, other rules",
            expected="wide",
        ),
    ],
    laws=[Law("any rules, in any order", _order_is_nothing)],
    mistakes=[
        """
        c = 2 * (loss - np.log(K)) ⇒ c = loss - np.log(K)
            You took loss − ln K for the variance. It is half of it: loss ≈ ln K + σ²/2.
        c = 2 * (loss - np.log(K)) ⇒ c = np.sqrt(np.maximum(2 * (loss - np.log(K)), 0))
            You compared the standard deviation σ. The rules are given by variance × fan-in: that is
            σ² itself.
        2 * (loss - np.log(K)) ⇒ 2 * (loss - np.log2(K))
            You took log₂. The losses are in nats: np.log.
        2 * (loss - np.log(K)) ⇒ 2 * (loss - np.log10(K))
            You took log₁₀. The losses are in nats: np.log.
        2 * (loss - np.log(K)) ⇒ loss
            You compared the rules with the loss itself. First find the variance of the logits: what
            does the loss exceed ln K by?
        abs(rules[name] - c) ⇒ rules[name] - c
            You took the smallest difference, sign and all, which is always the narrowest rule. The
            nearest has the smallest absolute difference.
        min(rules ⇒ max(rules
            You took the rule that is farthest away. The nearest is wanted.
        return min(rules, key=lambda name: abs(rules[name] - c)) ⇒ return c
            You returned the variance that you found. Asked is the name of the rule nearest to it.
        2 * (loss - np.log(K)) ⇒ 2 * loss - np.log(K)
            You doubled the loss before ln K was taken off. Twice the difference: 2 (loss − ln K).
        2 * (loss - np.log(K)) ⇒ 2 * (np.log(K) - loss)
            Your difference has the wrong sign. Logits that differ by chance cost more than ln K.
        2 * (loss - np.log(K)) ⇒ (loss - np.log(K)) / 2
            You halved the excess. loss − ln K is σ²/2, so σ² is twice that.
        rules, key=lambda name: abs(rules[name] - c) ⇒ abs(r - c) for r in rules.values()
            You returned how far the nearest rule is. Asked is its name.
        rules, key=lambda name: abs(rules[name] - c) ⇒ rules.values(), key=lambda r: abs(r - c)
            You returned the nearest rule's variance × fan-in. Asked is its name, the key.
        abs(rules[name] - c) ⇒ abs(rules[name] ** 0.5 - c)
            You took the root of each rule's variance. What the loss tells is σ² itself.
        min(rules ⇒ list(rules).index(min(rules
        - c) ⇒ - c))
            You returned the nearest rule's place. Asked is its name, the key.
        np.log(K) ⇒ K
            You took K itself off the loss. Equal logits cost ln K.
        rules[name] - c ⇒ rules[name] / K - c
            Your rules come out divided by K, as they also do inside the logarithm. They are
            variance × fan-in already, and as E[h²] is 1, that is σ².
        2 * (loss - np.log(K)) ⇒ loss / np.log(K)
            You divided the loss by ln K. What tells is by how much it exceeds ln K: a difference.
        min(rules, key=lambda name: abs(rules[name] - c)) ⇒ "He"
            You return one name, whatever the loss is. That is right for the example only.
        """,
    ],
    hints=[
        "By how much does a first loss exceed ln K, if the logits have variance σ²?",
        "σ² = 2 (loss − ln K), and σ² is the last layer's variance × fan-in, because E[h²] = 1. "
        "Return the name whose value is nearest.",
        "c = …\nreturn min(rules, key=lambda name: …)",
    ],
    why="Solving loss = ln K + σ²/2 for σ² gives the variance × fan-in of the last layer; each "
    "rule has its own, so one printed number tells which was used.",
    difficulty=3,
    minutes=10,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _norm_args(rng, *shape, eps):
    C = shape[-1]
    return 2 * rng.standard_normal(shape) + 1, *rng.standard_normal((2, C)), eps


def between_least_and_largest(x, gamma, beta, eps=1e-5):
    """You stretched each row from its least to its largest entry. Layer norm takes mean and
    variance.
    """
    least, largest = x.min(axis=-1, keepdims=True), x.max(axis=-1, keepdims=True)
    return gamma * (x - least) / (largest - least + eps) + beta


layer_norm = Exercise(
    norm.layer_norm,
    cases=[
        Case.hand(
            (np.array([[1.0, 7.0]]), np.ones(2), np.zeros(2), 16.0),
            np.array([[-0.6, 0.6]]),
            says="x = (1, 7), γ = 1, β = 0, ε = 16",
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
        x.var(axis=-1, keepdims=True) ⇒ x.var(axis=-1, keepdims=True) * x.shape[-1]
            You summed the squares. σ² is their mean: divide by C.
        var + eps ⇒ var + 1e-5
            You wrote ε as a number. Take the argument eps.
        np.sqrt(var + eps) ⇒ (np.sqrt(var) + np.sqrt(eps))
            A root of a sum is no sum of roots. Add ε first, then take the root: √(σ² + ε).
        ) + beta ⇒ )
            You left β out: γ scales, β shifts.
        gamma * (x ⇒ (x
            You left γ out: γ scales, β shifts.
        + beta ⇒ - beta
            You subtracted β. A shift is added.
        (x - mean) / ⇒ x - mean /
            Python divides before it subtracts, so only your μ is divided by the root. Put x − μ in
            brackets.
        x.var(axis=-1 ⇒ x.std(axis=-1
            You took the root twice: σ stands where σ² belongs, under the root.
        np.sqrt(var + eps) + ⇒ np.sqrt(var) + eps +
            You added ε to the quotient. It belongs under the root, √(σ² + ε).
        (x - mean) / np.sqrt(var + eps) ⇒ x / np.linalg.norm(x, axis=-1, keepdims=True)
            You gave each row length 1. Layer norm gives it mean 0 and variance 1.
        """,
        between_least_and_largest,
    ],
    hints=[
        "Over which axis must the mean be taken, so that one example never sees another?",
        "y = γ (x − μ)/√(σ² + ε) + β, μ and σ² of shape (..., 1), the variance divided by C.",
        "mean = x.mean(axis=…, keepdims=True)\nvar = …\nreturn gamma * … + beta",
    ],
    why="Mean and variance over the last axis use nothing but the example itself, so training and "
    "evaluation agree and a batch of one works; ε inside the root bounds the slope.",
    difficulty=2,
    minutes=10,
    importance=5,
)


def _rows_are_standard(y):
    y = np.asarray(y)
    for name, values, wanted in (
        (say("mean"), y.mean(axis=-1), 0),
        (say("variance"), y.var(axis=-1), 1),
    ):
        worst = values.flat[np.abs(values - wanted).argmax()]
        if not abs(worst - wanted) < 1e-4:
            return say(
                "x of shape (4, 6), γ = 1, β = 0: a row has {name} {worst:.4g}, not {wanted}.",
                name=name,
                worst=worst,
                wanted=wanted,
            )
    return ""


def _alone_and_together(f, x):
    C = x.shape[-1]
    one = np.asarray(f(x[:1], np.ones(C), np.zeros(C), 1e-5))
    together = np.asarray(f(x, np.ones(C), np.zeros(C), 1e-5))[:1]
    if np.allclose(one, together):
        return ""
    return say(
        "x of shape (4, 6): the first entry of the first row is {one:.4g} alone and {four:.4g} "
        "among four.",
        one=one.flat[0],
        four=together.flat[0],
    )


# ----------------------------------------------------------------------------------------


def _undoes_a_leaky_relu(f, rng):
    z = rng.standard_normal(200_000)
    for slope in (0.1, 0.6):
        moment = float(f(slope)) ** 2 * np.mean(np.where(z > 0, z, slope * z) ** 2)
        if abs(moment - 1) > 0.05:
            return say(
                "slope {slope}: with your gain the second moment goes from 1 to {moment:.3g} in "
                "one layer.",
                slope=slope,
                moment=moment,
            )
    return ""


leaky_gain = Exercise(
    initial.leaky_gain,
    kind="transfer",
    cases=[
        Case.hand((1 / 7,), 1.4, says="slope = 1/7"),
        Case.random(lambda rng: (rng.uniform(0.05, 0.9),), says="any slope", n=3),
        Case.extreme((0.0,), says="slope = 0, a plain ReLU", expected=np.sqrt(2)),
        Case.extreme((1.0,), says="slope = 1, no activation at all", expected=1.0),
    ],
    laws=[Law("a leaky ReLU layer keeps the second moment", _undoes_a_leaky_relu)],
    mistakes=[
        """
        slope**2 ⇒ slope
            You added the slope itself. What counts is the second moment, and a value times slope
            has slope² times the square.
        2 / (1 + slope**2) ⇒ 2
            You returned √2 for every slope. That is the plain ReLU; the negative half now brings
            something through.
        np.sqrt(2 / (1 + slope**2)) ⇒ 2 / (1 + slope**2)
            You returned the factor for the variance. The gain multiplies the weights: take the
            root.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt((1 + slope**2) / 2)
            You returned what a leaky ReLU lets through. The gain undoes it: one over that.
        2 / (1 ⇒ 1 / (1
            You forgot that each half holds half of the second moment: ½ + ½ slope², not 1 + slope².
        2 / (1 + slope**2) ⇒ 2 / (1 - slope**2)
            You subtracted slope². What comes through below zero adds to the second moment, whatever
            its sign.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2) / (1 + slope)
            You added the two halves before squaring. A z is either above or below zero, so the
            squares add, each with weight ½.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2 + slope**2)
            You added slope² to the 2. More comes through than with a ReLU, so the gain must become
            smaller.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2) * (1 - slope)
            Your gain falls to 0 at slope 1. There the activation does nothing, and the gain is 1.
        2 / (1 + slope**2) ⇒ 2 / (2 + slope**2)
            You took the whole of what is positive and half of what is negative. Each half of the z
            holds half of the second moment: ½ + ½ slope².
        2 / (1 + slope**2) ⇒ 1 / (0.5 + slope**2)
            You took half of what is positive and the whole of what is negative. Only half of the z
            are negative too: ½ + ½ slope².
        2 / (1 + slope**2) ⇒ 1 / ((1 + slope**2) / 2 - (1 - slope) ** 2 / (2 * np.pi))
            You made up for the variance of what comes out. Its mean is not 0, and what the next
            layer feels is the second moment.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2) / (1 + slope**2)
            Your root covers the 2 alone. The gain is the root of the whole quotient.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2 * (1 + slope**2))
            You multiplied where the gain divides: more comes through than with a ReLU, so less is
            to be made up for.
        np.sqrt(2 / (1 + slope**2)) ⇒ np.sqrt(2 / (1 + slope**2) / 3)
            You divided by the variance of a uniform draw. The gain says how wide to draw, whatever
            the kind of draw.
        """,
    ],
    hints=[
        "Half of the z are positive. What share of E[z²] do they keep, and what share the others?",
        "E[h²] = ½ (1 + slope²) E[z²], and gain² · E[h²]/E[z²] = 1.",
        "return np.sqrt(2 / …)",
    ],
    why="The positive half brings ½ E[z²], the negative half slope² times as much. The gain is one "
    "over the root of their sum; it goes from √2, the ReLU's, to 1, no activation at all.",
    difficulty=2,
    minutes=10,
    importance=3,
)

# ----------------------------------------------------------------------------------------


def _back_args(rng, *shape, eps):
    x, gamma, _, eps = _norm_args(rng, *shape, eps=eps)
    return rng.standard_normal(shape), x, gamma, eps


def _matches_the_nudge(f, rng):
    dy, x, gamma = *rng.standard_normal((2, 2, 3)), rng.standard_normal(3)
    dx, h = np.asarray(f(dy, x, gamma, 0.1)[0], dtype=float), np.zeros((2, 3))
    h[1, 2] = 1e-6
    up, down = (np.sum(dy * norm.rms_norm(x + s * h, gamma, 0.1)) for s in (1, -1))
    slope = (up - down) / 2e-6
    if abs(dx[1, 2] - slope) < 1e-5:
        return ""
    return say(
        "nudging one entry of x gives a slope of {slope:.4g}; your dx says {yours:.4g}.",
        slope=slope,
        yours=dx[1, 2],
    )


# What both norms' backward passes share.
_GAMMA_FOR_EACH_ROW = (
    "You kept the gradient of γ for each row. γ serves all rows, so its gradient is a sum over all "
    "axes but the last."
)

rms_norm_backward = Exercise(
    norm.rms_norm_backward,
    kind="derive",
    cases=[
        Case.hand(
            (np.eye(1, 4), np.array([[-3.0, 3.0, -3.0, 3.0]]), np.full(4, 10.0), 16.0),
            (np.array([[1.82, 0.18, -0.18, 0.18]]), np.array([-0.6, 0.0, 0.0, 0.0])),
            says="dy = (1, 0, 0, 0), x = (−3, 3, −3, 3), γ = 10, ε = 16",
        ),
        Case.random(lambda rng: _back_args(rng, 3, 5, eps=0.2), says="x of shape (3, 5)"),
        Case.random(lambda rng: _back_args(rng, 6, 2, eps=1e-5), says="x of shape (6, 2)"),
        Case.extreme(
            _back_args(np.random.default_rng(8), 2, 3, 4, eps=1e-5), says="x of shape (2, 3, 4)"
        ),
        Case.extreme((np.ones((2, 3)), np.zeros((2, 3)), np.ones(3), 1e-2), says="rows of zeros"),
    ],
    laws=[Law("dx is the slope that a nudge finds", _matches_the_nudge)],
    mistakes=[
        """
        - xhat * along ⇒
            You sent the gradient through x/r as if r were fixed. r changes with every entry of the
            row: a second term.
        - xhat * along ⇒ + xhat * along
            You added the path through r. A larger x_j makes r larger and so y smaller: minus.
        (dxhat * xhat).mean( ⇒ (dxhat * xhat).sum(
            You summed dx̂ x̂ over the row. ∂r/∂x_j has a 1/C in it, which makes the sum a mean.
        along) / r ⇒ along) * r
            You multiplied by r. Forward x was divided by r, so dx is too.
        along) / r ⇒ along)
            Your dx lacks the division by r.
        along) / r ⇒ along) / r**2
            You divided by r twice. x̂ holds one division already; dx needs one more.
        gamma * dy ⇒ dy
            dx̂ is γ dy: your dx has no γ.
        (dxhat - xhat * along) / r ⇒ (dxhat - x * along) / r
            You multiplied the mean by x where x̂ = x/r is wanted: ∂r/∂x_j = x_j/(C r), and r comes
            down a second time.
        (dy * xhat).sum ⇒ (dy * x).sum
            The gradient of γ sums dy x̂, because x̂ is what γ multiplies; you used x.
        (dy * xhat).sum ⇒ (dxhat * xhat).sum
            You summed dx̂ x̂ for γ. dx̂ already holds γ; its gradient takes dy as it arrives.
        (dy * xhat).sum ⇒ (dy * xhat).mean
            You averaged the gradient of γ over the rows. The loss has already divided; here they
            sum.
        tuple(range(x.ndim - 1)) ⇒ 0
            You summed over axis 0 only. With x of shape (B, T, C), γ acts at every b and t: sum
            over all axes but the last.
        (x**2).mean( ⇒ (x**2).sum(
            Your r is the length of the row. The root mean square divides by C under the root.
        + eps) ⇒ + eps**2)
            You squared ε. It is added to the mean of the squares as it is.
        (dxhat - xhat * along) / r ⇒ (dxhat - dxhat.mean(axis=-1, keepdims=True) - xhat * along) / r
            You took out the mean of dx̂. RMS norm subtracts no mean on the way forward, so there is
            no such path back.
        xhat * along ⇒ xhat * dxhat * xhat / x.shape[-1]
            You followed the path from x_j through r to y_j alone. r stands under every entry of
            the row, so the way back gathers from all of them: mean(dx̂ x̂).
        + eps) ⇒ + 0 * eps)
            You left ε out of r.
        sum(axis=rows) ⇒ sum(axis=-1)
            You summed the gradient of γ over the features. γ has one entry for each of them: sum
            over all axes but the last.
        - xhat * along ⇒ - 2 * xhat * along
            Your second term is doubled. The 2 of x² and the ½ of the root cancel:
            ∂r/∂x_j = x_j/(C r).
        (dxhat * xhat).mean ⇒ (dxhat * x).mean
        - xhat * along ⇒ - x * along
            You wrote x for x̂ in the second term, both times, so it is too large by r².
        gamma * dy ⇒ dy
        return ( ⇒ return gamma * (
            You multiplied by γ at the end. The mean gathers from entries that each have a γ of
            their own: it takes dx̂ = γ dy.
        (dxhat * xhat).mean(axis=-1 ⇒ (dxhat * xhat).mean(axis=0
            Your mean runs over the batch. r belongs to one row: axis=-1.
        (dxhat * xhat).mean ⇒ (dy * xhat).mean
            Your mean takes dy. What comes back to x̂ is dx̂ = γ dy, there as well.
        (dxhat * xhat).mean ⇒ dxhat.mean
            You averaged dx̂ alone. Through r every entry counts with its own x̂: mean(dx̂ x̂).
        (dxhat - xhat * along) / r ⇒ dxhat - xhat * along / r
            Only your second term is divided by r. Put the difference in brackets.
        (dy * xhat).sum ⇒ dy.sum
            You summed dy, which is what a shift would get. γ multiplies x̂: sum dy x̂.
        """,
        Edit("(dy * xhat).sum(axis=rows)", "dy * xhat", _GAMMA_FOR_EACH_ROW),
    ],
    hints=[
        "x_j reaches y on two ways: directly, and through r, on which every entry of the row "
        "depends. What is ∂r/∂x_j?",
        "∂r/∂x_j = x_j/(C r), so dx = (dx̂ − x̂ mean(dx̂ x̂))/r with dx̂ = γ dy, and the gradient "
        "of γ is the sum of dy x̂ over all rows.",
        "r = …\nxhat, dxhat = x / r, …\ndx = (dxhat - xhat * …) / r\nreturn dx, …",
    ],
    why="dx_j = dx̂_j/r − Σ_i dx̂_i x_i/r² · ∂r/∂x_j, and with ∂r/∂x_j = x_j/(C r) the sum becomes "
    "x̂_j mean(dx̂ x̂)/r. At ε = 0 nothing along x is left, for stretching a row changes nothing.",
    difficulty=4,
    minutes=15,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _orthogonal_to_what_y_ignores(f, rng):
    dy, x, gamma = rng.standard_normal((3, 6)), rng.standard_normal((3, 6)), np.ones(6)
    dx = np.asarray(f(dy, x, gamma, 0.0)[0])
    if not np.allclose(dx.sum(axis=-1), 0, atol=1e-4):
        total = np.abs(dx.sum(axis=-1)).max()
        return say(
            "x of shape (3, 6), ε = 0: adding a constant to a row changes nothing in y, so each "
            "row of dx must sum to 0; one sums to {total:.3g} in size.",
            total=total,
        )
    if not np.allclose((dx * x).sum(axis=-1), 0, atol=1e-4):
        along = np.abs((dx * x).sum(axis=-1)).max()
        return say(
            "x of shape (3, 6), ε = 0: stretching a row changes nothing in y, so each row of dx "
            "must be orthogonal to x; one has dx·x = {along:.3g} in size.",
            along=along,
        )
    return ""


layer_norm_backward = Exercise(
    norm.layer_norm_backward,
    kind="build",
    cases=[
        Case.hand(
            (np.eye(1, 4), np.array([[1.0, 7.0, 1.0, 7.0]]), np.full(4, 10.0), 16.0),
            (
                np.array([[1.32, -0.32, -0.68, -0.32]]),
                np.array([-0.6, 0.0, 0.0, 0.0]),
                np.array([1.0, 0.0, 0.0, 0.0]),
            ),
            says="dy = (1, 0, 0, 0), x = (1, 7, 1, 7), γ = 10, ε = 16",
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
    laws=[
        Law("at ε = 0 dx moves neither a row's mean nor its length", _orthogonal_to_what_y_ignores)
    ],
    mistakes=[
        """
        return center_backward(du) ⇒ return du
            The path through the mean is missing: RMS norm's gradient belongs to u = x − μ. Send it
            through the centring too.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(dy, x, gamma, eps)
            You gave RMS norm x. In layer norm it works on u = x − μ.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(center_backward(dy), u, gamma, eps)
        center_backward(du) ⇒ du
            You went through the centring first. Backward the order turns around: RMS norm was last,
            so it comes first.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(gamma * dy, u, gamma, eps)
            You multiplied by γ twice: rms_norm_backward does it already.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(dy, u, np.ones_like(gamma), eps)
            Your dx has no γ.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(dy, u, gamma)
            You left ε out, so RMS norm took its default. Pass eps on.
        backward(du) ⇒ backward(gamma * dy / np.sqrt(x.var(axis=-1, keepdims=True) + eps))
            You sent the gradient through u/s as if s were fixed. s depends on x too.
        x.mean(axis=-1 ⇒ x.mean(axis=0
            Your mean runs over the batch. Forward it ran over the last axis.
        center_backward(du), dgamma, ⇒ center_backward(du),
        x.ndim - 1))) ⇒ x.ndim - 1))), dgamma
            The order is dx, dγ, dβ: dγ is the sum of dy x̂, dβ that of dy.
        dy.sum ⇒ (gamma * dy).sum
            You summed γ dy for dβ. β is added after γ has multiplied: its gradient sums dy.
        dy.sum ⇒ dy.mean
            You averaged dβ over the rows. The loss has already divided; here they sum.
        tuple(range(x.ndim - 1)) ⇒ 0
            You summed dβ over axis 0 only. With x of shape (B, T, C), β acts at every b and t: sum
            over all axes but the last.
        dy.sum(axis=tuple(range(x.ndim - 1))) ⇒ dy
            You kept dβ for each row. β serves all rows, so its gradient is a sum over all axes but
            the last.
        center_backward(du) ⇒ center_backward(dy)
            You sent dy through the centring, and left out what RMS norm made of it.
        center_backward(du) ⇒ center_backward(u)
            You sent u itself back. What goes back is its gradient, du.
        x.mean(axis=-1, keepdims=True) ⇒ x.mean()
            You took one mean over all of x. Each row has its own: axis=-1, keepdims=True.
        dy.sum(axis=tuple(range(x.ndim - 1))) ⇒ dy.sum(axis=-1)
            You summed dβ over the features. β has one entry for each of them: sum over all axes
            but the last.
        rms_norm_backward(dy, u, gamma, eps) ⇒ rms_norm_backward(u, dy, gamma, eps)
            You exchanged two arguments. rms_norm_backward takes the gradient first, then what went
            in: (dy, u, …).
        x - x.mean ⇒ dy - dy.mean
            You centred dy. u is what went into RMS norm on the way forward: x − μ.
        center_backward(du) ⇒ du - du.sum(axis=-1, keepdims=True)
            You subtracted the sum of du. Each x_j is in μ with 1/C: subtract the mean.
        return center ⇒ return gamma * center
            You multiplied by γ once more at the end. rms_norm_backward did it already.
        x.mean(axis=-1, keepdims=True) ⇒ x.mean(axis=-1, keepdims=True); u = u / x.std(-1)[..., None]
            You divided u by its spread before. RMS norm divides itself: give it x − μ.
        """,
    ],
    hints=[
        "Layer norm is centring, then RMS norm, then + β. In which order does the gradient pass?",
        "u = x − μ; rms_norm_backward(dy, u, …) gives du and dγ; dx is du sent through the "
        "centring; dβ sums dy over all rows. In one line dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂))/s.",
        "u = …\ndu, dgamma = …\nreturn …, dgamma, …",
    ],
    why="The chain rule goes through the steps in reverse: β, RMS norm with γ, centring. Written "
    "out it is (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂))/s, because x̂ has mean 0.",
    difficulty=3,
    minutes=10,
    importance=4,
)
