"""The exercises of this lesson: scores, mask, attention, heads, positions, gradients."""

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.networks import layers
from course.transformers import attention, heads
from course.words import say


def _normal(rng, *shape):
    return rng.standard_normal(shape)


def _qkv(rng, T, D, E, batch=()):
    return _normal(rng, *batch, T, D), _normal(rng, *batch, T, D), _normal(rng, *batch, T, E)


def _causal(arguments):
    return call(*arguments, causal=True)


def _masked(rng, q, k, v, causal=False):
    mask = rng.random((q.shape[-2], k.shape[-2])) < 0.5
    return call(q, k, v, causal=causal, mask=mask | np.eye(*mask.shape, dtype=bool))


# ----------------------------------------------------------------------------------------


def _spread_stays(f, rng):
    for D in (4, 1024):
        s = np.std(f(_normal(rng, 60, D), _normal(rng, 61, D)))
        if not 0.8 < s < 1.25:
            return say(
                "with random queries and keys of {D} entries your scores spread by {s:.3g}; they "
                "should spread by about 1, however many entries there are",
                D=D,
                s=s,
            )
    return ""


scores = Exercise(
    attention.scores,
    cases=[
        Case.hand(
            (
                np.ones((1, 9)),
                np.array([[2.0, 1, 1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0, 0, 6]]),
            ),
            np.array([[3.0, 2.0]]),
            says="a query of nine ones, two keys",
        ),
        Case.random(
            lambda rng: (_normal(rng, 3, 7), _normal(rng, 5, 7)), says="T = 3, S = 5, D = 7"
        ),
        Case.random(
            lambda rng: (_normal(rng, 2, 3, 4, 6), _normal(rng, 2, 3, 5, 6)),
            says="2 examples of 3 heads, T = 4, S = 5, D = 6",
        ),
        Case.extreme((np.full((1, 2), 1e3), np.full((2, 2), -1e3)), says="entries of ±1000"),
    ],
    laws=[Law("the spread of the scores does not grow with D", _spread_stays)],
    mistakes=[
        """
        np.sqrt(D) ⇒ D
            You divided by D, not by √D. A sum of D independent products has variance D, so its
            spread is √D; dividing by D makes the scores of wide heads too equal.
        / np.sqrt(D) ⇒
            You left the products as they are. A sum over D entries spreads by √D, and the softmax
            of widely spread scores looks at a single key. What must you divide by?
        q.shape[-1] ⇒ k.shape[-2]
            You divided by the root of the number of keys. The sum in a score runs over the D
            entries of a query, not over the keys.
        q.shape[-1] ⇒ len(k)
            You divided by the root of a number of positions or examples. The sum in a score runs
            over the D entries of a query: its size is q.shape[-1].
        q.shape[-1] ⇒ q.shape[-2]
            You divided by the root of the number of queries. The sum in a score runs over the D
            entries of one query, its last axis.
        q.shape[-1] ⇒ len(q)
            You divided by the root of the length of q's first axis, which is a number of queries or
            of examples. The sum in a score runs over its last axis.
        D = q.shape[-1] ⇒ s = q @ k.swapaxes(-1, -2)
        q @ k.swapaxes(-1, -2) / np.sqrt(D) ⇒ s / s.std()
            You divided by the spread of these scores themselves, so that each depends on all the
            others. The divisor must be known before any score is: what does it follow from?
        q @ k.swapaxes ⇒ k @ q.swapaxes
            Your table is transposed: row t should hold the scores of query t with every key.
        k.swapaxes(-1, -2) ⇒ k.T
            Right for plain tables only. With batch and heads in front, the last two axes of k
            change places and all others stay: `.T` turns every axis around.
        / np ⇒ * np
            You multiplied by √D. The spread has grown by √D already; divide by it.
        D = q.shape[-1] ⇒ q, k = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (q, k))
        / np.sqrt(D) ⇒
            You compared directions only: each query and key was divided by its length. Attention
            keeps the lengths; they let a model say how sure it is.
        """,
    ],
    hints=[
        (
            "A dot product adds D terms q_i k_i, each of variance 1 and independent of the others."
            " What is the variance of the sum, what its spread, and so by what do you divide?"
        ),
        (
            "s = q kᵀ / √D, with q (..., T, D), k (..., S, D), s (..., T, S). Only the last two"
            " axes of k are exchanged."
        ),
        "D = q.shape[-1]\nreturn q @ k.swapaxes(…, …) / …",
    ],
    why=(
        "The products of independent entries with mean 0 and variance 1 have variance 1, and D of"
        " them add to variance D. Dividing by √D brings it back to 1 whatever D is, so that the"
        " softmax starts in the range where it can still learn."
    ),
    kind="derive",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _each_sees_itself(f, rng):
    mask = np.asarray(f(6), dtype=bool)
    if not mask.diagonal().all():
        return say("a position must see itself: the diagonal of your mask is not all True")
    return ""


causal_mask = Exercise(
    attention.causal_mask,
    cases=[
        Case.hand(
            (3,),
            np.array([[True, False, False], [True, True, False], [True, True, True]]),
            says="T = 3",
        ),
        Case.hand(
            (2, 1), np.array([[True, True, False], [True, True, True]]), says="T = 2, past = 1"
        ),
        Case.random(lambda rng: (int(rng.integers(5, 9)),), says="a longer T"),
        Case.random(
            lambda rng: (int(rng.integers(2, 5)), int(rng.integers(5, 9))), says="a longer past"
        ),
        Case.extreme((1,), says="T = 1"),
    ],
    laws=[Law("each position sees itself", _each_sees_itself)],
    mistakes=[
        """
        np.tri(T, past + T, past, dtype=bool) ⇒ np.tri(past + T, T, dtype=bool).T
            Your mask shows the future and hides the past: it is transposed. Row t is the query;
            True stands where key s came before it, or is itself.
        np.tri(T, past + T, past, dtype=bool) ⇒ np.triu(np.ones((T, past + T), dtype=bool), past)
            Your rows see themselves and the future, and the past is hidden. The lower triangle is
            wanted: True where the key came before, or is the query's own.
        past, dtype ⇒ past - 1, dtype
            You left out the diagonal. A position may see itself; the first one would see nothing
            at all, and its softmax would divide by zero.
        np.tri ⇒ ~np.tri
            You marked what is hidden. Here True means: may look.
        , past, dtype ⇒ , dtype
            Right without a past. With keys that came before, they take the first columns, and
            every query may see all of them: the staircase begins `past` columns later.
        past, dtype ⇒ past + 1, dtype
            Your staircase stands one column too far right: each position sees the next one, which
            is exactly what it is asked to predict.
        T, past + T, past, dtype ⇒ T, dtype
            Your mask has no columns for the past. There are past + T keys.
        np.tri(T, past + T, past, dtype=bool) ⇒ np.ones((T, past + T), dtype=bool)
            Nothing is hidden. Query t sits at position past + t; may it see key s?
        """,
    ],
    hints=[
        (
            "Query t stands at position past + t of the whole text, key s at position s. When may"
            " the one see the other?"
        ),
        (
            "mask[t, s] is True where s ≤ past + t. Shape (T, past + T). np.tri(rows, columns, k)"
            " is 1 on and below the diagonal that starts k columns further right."
        ),
        "return np.tri(…, …, …, dtype=bool)",
    ],
    why=(
        "np.tri draws the staircase s ≤ t + k; with k = past it starts behind the keys that came "
        "before. Without a past it is the lower triangle."
    ),
    kind="transcribe",
    difficulty=1,
    minutes=5,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _weights(f, q, k, v, **kw):
    return np.asarray(f(q, k, v, **kw)[1], dtype=float)


def _rows_sum_to_one(f, rng):
    q, k, v = _qkv(rng, 5, 3, 4)
    for causal in (False, True):
        sums = _weights(f, q, k, v, causal=causal).sum(-1)
        if not np.allclose(sums, 1):
            return say(
                "with causal={causal} the rows of your weights sum to {low:.3g} … {high:.3g}; "
                "each query shares out exactly 1",
                causal=causal,
                low=sums.min(),
                high=sums.max(),
            )
    return ""


def _future_is_unseen(f, rng):
    q, k, v = _qkv(rng, 6, 3, 4)
    before = np.asarray(f(q, k, v, causal=True)[0])[:4]
    k[4:], v[4:] = _normal(rng, 2, 3), _normal(rng, 2, 4)
    after = np.asarray(f(q, k, v, causal=True)[0])[:4]
    if not np.allclose(before, after):
        return say(
            "changing the keys and values at positions 4 and 5 changed what positions 0 to 3 return"
        )
    return ""


def mask_after_softmax(q, k, v, *, causal=False, mask=None):
    """You hid the future after the softmax. It was still counted in the denominator: the rows no
    longer sum to 1, and how much is missing tells what was hidden. Hide the scores, before the
    softmax.
    """
    keep = np.ones((q.shape[-2], k.shape[-2]), dtype=bool) if mask is None else mask
    if causal:
        keep = keep & attention.causal_mask(q.shape[-2], k.shape[-2] - q.shape[-2])
    a = np.where(keep, layers.softmax(attention.scores(q, k)), 0)
    return a @ v, a


attend = Exercise(
    attention.attend,
    cases=[
        Case.hand(
            (np.array([[1.0]]), np.array([[0.0], [np.log(3)]]), np.array([[4.0], [8.0]])),
            (np.array([[7.0]]), np.array([[0.25, 0.75]])),
            says="one query, keys 0 and ln 3, values 4 and 8",
        ),
        Case.random(lambda rng: _qkv(rng, 5, 3, 4), says="T = 5, D = 3, values of 4"),
        Case.random(
            lambda rng: _causal(_qkv(rng, 5, 3, 4)), says="causal, T = 5, D = 3, values of 4"
        ),
        Case.random(
            lambda rng: _causal(_qkv(rng, 4, 6, 5, batch=(2, 3))),
            says="causal, 2 examples of 3 heads, T = 4, D = 6",
        ),
        Case.random(lambda rng: _masked(rng, *_qkv(rng, 5, 4, 3)), says="a mask with holes, T = 5"),
        Case.random(
            lambda rng: _masked(rng, *_qkv(rng, 6, 4, 3), causal=True),
            says="causal and a mask with holes, T = 6",
        ),
        Case.random(
            lambda rng: _causal((_normal(rng, 2, 3), _normal(rng, 5, 3), _normal(rng, 5, 4))),
            says="causal, 2 queries after a past of 3",
        ),
        Case.extreme(
            (np.array([[1000.0]]), np.array([[1.0], [0.0]]), np.array([[1.0], [2.0]])),
            says="scores of 1000 and 0",
        ),
        Case.extreme(
            call(np.array([[30.0], [9.0]]), np.array([[-9.0], [7.0]]), np.eye(2), causal=True),
            says="scores of −270 that may be seen, causal",
        ),
    ],
    laws=[
        Law("the weights of each query sum to 1", _rows_sum_to_one),
        Law("what comes later changes nothing that came before", _future_is_unseen),
    ],
    mistakes=[
        """
        layers.softmax(s) ⇒ layers.softmax(s.swapaxes(-1, -2)).swapaxes(-1, -2)
            Your softmax runs over the queries: the columns of your weights sum to 1. Each query
            shares out its attention among the keys, which lie along the last axis.
        scores(q, k) ⇒ q @ k.swapaxes(-1, -2)
            The scores are not divided by √D: the weights lean too much on the best match.
        scores(q, k) ⇒ scores(q, k) / np.sqrt(q.shape[-1])
            You divided the scores by D, not by √D: the weights are too even.
        q.shape[-2]), s, -np.inf ⇒ q.shape[-2]), s, 0.0
        (mask, s, -np.inf ⇒ (mask, s, 0.0
            You set hidden scores to 0. A score of 0 is an ordinary one: e⁰ = 1. Which score has
            weight 0?
        q.shape[-2]), s, -np.inf ⇒ q.shape[-2]), s, -100.0
        (mask, s, -np.inf ⇒ (mask, s, -100.0
            You hid with a finite score, which hides only while the others are larger. Where may a
            score of −270 stand, and what weight would the hidden one get beside it?
        q.shape[-2]), s, -np.inf ⇒ q.shape[-2]), s, -1.0
        (mask, s, -np.inf ⇒ (mask, s, -1.0
            Hidden scores became −1, small but not hidden. Only −∞ has the weight 0 exactly.
        causal_mask(q.shape[-2], ⇒ np.triu(np.ones(s.shape[-2:]),
            With causal=True your positions see the future and not the past. Row t of the mask
            belongs to query t: it sees keys up to its own position.
        if causal: ⇒ if False:
            causal=True changes nothing in your function.
        causal_mask(q.shape[-2], k.shape[-2] - q.shape[-2]) ⇒ np.tri(*s.shape[-2:])
            Right when there are as many queries as keys. When fewer queries come after a past, the
            last query stands at the last key: causal_mask(T, past) knows both.
        if causal: ⇒ if causal and mask is None:
            Yours uses the mask alone where both are given. Causal and a mask of one's own may come
            together: a key is seen only if both allow it.
        if mask is not None: ⇒ if mask is not None and not causal:
            Yours forgets the mask where causal=True. Causal and a mask of one's own may come
            together: a key is seen only if both allow it.
        q.shape[-2]), s, -np.inf ⇒ q.shape[-2]), -np.inf, s
        (mask, s, -np.inf ⇒ (mask, -np.inf, s
            You hid what may be seen. np.where(mask, a, b) takes a where the mask is True, and True
            means: may look.
        causal_mask(q.shape[-2], k.shape[-2] - q.shape[-2]) ⇒ causal_mask(q.shape[-2])
            Your causal mask has a column for each query. There may be more keys than queries: the
            others are a past, and causal_mask(T, past) has columns for it.
        if mask is not None: ⇒ if False:
            Right without a mask; the one that is passed in is never used.
        a @ v, a ⇒ a, a @ v
            You returned the weights first. Return the mixed values, then the weights.
        layers.softmax(s) ⇒ np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True)
            e¹⁰⁰⁰ overflows. Subtract each row's largest score before the exponential, or call
            layers.softmax, which does.
        """,
        mask_after_softmax,
    ],
    hints=[
        (
            "Three steps: how well does each key match, what share does each key get, what comes"
            " out when the values are mixed by these shares? Where in this order must the future be"
            " hidden?"
        ),
        (
            "a = softmax(q kᵀ / √D) over the last axis, with −∞ where query t may not look; y = a"
            " v. a is (..., T, S), y is (..., T, E)."
        ),
        (
            "s = scores(q, k)\nif causal: s = np.where(…, s, …)\nif mask is not None: s ="
            " np.where(…, s, …)\na = layers.softmax(…)\nreturn …, a"
        ),
    ],
    why=(
        "A score of −∞ has weight e^−∞ = 0 exactly and takes no part in the denominator, so the"
        " rest still sums to 1. Everything else is two matrix products and a softmax."
    ),
    kind="build",
    difficulty=3,
    minutes=15,
    importance=5,
)

# ----------------------------------------------------------------------------------


def _numbered(B, T, C):
    return np.arange(1.0 * B * T * C).reshape(B, T, C)


def _a_head_keeps_its_position(f, rng):
    x = _normal(rng, 2, 5, 6)
    before = np.array(f(x, 3))
    x[:, 4] += 1
    changed = np.flatnonzero((np.asarray(f(x, 3)) != before).any(axis=(0, 1, 3)))
    if changed.tolist() != [4]:
        return say(
            "changing the vector at position 4 changed positions {changed} of the heads",
            changed=changed.tolist(),
        )
    return ""


split_heads = Exercise(
    attention.split_heads,
    cases=[
        Case.hand(
            (np.array([[[1.0, 2, 3, 4], [5, 6, 7, 8]]]), 2),
            np.array([[[[1.0, 2], [5, 6]], [[3, 4], [7, 8]]]]),
            says="two positions of width 4, cut into 2 heads",
        ),
        Case.random(lambda rng: (_normal(rng, 2, 5, 12), 3), says="B = 2, T = 5, C = 12, H = 3"),
        Case.random(lambda rng: (_normal(rng, 3, 4, 10), 5), says="B = 3, T = 4, C = 10, H = 5"),
        Case.extreme((_numbered(2, 3, 4), 1), says="one head"),
        Case.extreme((_numbered(2, 3, 4), 4), says="as many heads as columns"),
    ],
    laws=[Law("a position's vector stays at its position", _a_head_keeps_its_position)],
    mistakes=[
        """
        x.reshape(B, T, H, C // H).swapaxes(1, 2) ⇒ x.reshape(B, H, T, C // H)
            The shape is right and the numbers are in the wrong places: reshaping straight to (B,
            H, T, D) cuts time, not width. Cut the width first, into (H, D), then exchange two
            axes.
        .swapaxes(1, 2) ⇒
            Your heads stand behind time, (B, T, H, D). The products of attention run over the last
            two axes, which must be T and D.
        H, C // H).swapaxes(1, 2) ⇒ C // H, H).transpose(0, 3, 1, 2)
            Your head h takes every H-th column. Here a head is made of neighbouring columns: cut C
            into (H, D), not into (D, H).
        H, C // H ⇒ C // H, H
            You made D heads of size H. The number of heads is given; their size is C / H.
        swapaxes(1, 2) ⇒ swapaxes(2, 3)
            You exchanged the heads with the entries of a head. The heads must come in front of
            time.
        swapaxes(1, 2) ⇒ transpose(0, 2, 3, 1)
            You exchanged the wrong two axes: time must stay in front of the head's own entries.
        swapaxes(1, 2) ⇒ transpose(2, 0, 1, 3)
            Your heads stand in front of the batch. The batch stays first.
        """,
    ],
    hints=[
        (
            "C columns are H groups of D neighbours. Which single axis must be cut in two, and"
            " which two axes must then change places?"
        ),
        "(B, T, C) → (B, T, H, D) by reshape, then → (B, H, T, D) by swapaxes, with D = C / H.",
        "B, T, C = x.shape\nreturn x.reshape(B, T, …, …).swapaxes(…, …)",
    ],
    why=(
        "reshape reads numbers in the order of memory, where the C entries of one position lie side"
        " by side; cutting that axis is safe, and moving heads past time is the work of swapaxes."
    ),
    kind="transcribe",
    difficulty=3,
    minutes=10,
    importance=4,
)


# ----------------------------------------------------------------------------------------


def _lengths_stay(f, rng):
    x = _normal(rng, 2, 5, 6)
    return np.allclose(
        np.linalg.norm(f(x, attention.angles(5, 6)), axis=-1), np.linalg.norm(x, axis=-1)
    )


def _distance_alone(f, rng):
    q, k = _normal(rng, 4), _normal(rng, 4)
    theta = attention.angles(40, 4)
    y, z = (np.asarray(f(np.tile(a, (40, 1)), theta)) for a in (q, k))
    near, far = y[5] @ z[2], y[35] @ z[32]
    if not np.isclose(near, far):
        return say(
            "a query and a key three places apart score {near:.3g} at the start of the text and "
            "{far:.3g} further on; only their distance should count",
            near=near,
            far=far,
        )
    return ""


rotate = Exercise(
    attention.rotate,
    cases=[
        Case.hand(
            (np.array([[1.0, 0, 0, 2]]), np.array([[np.pi / 2, np.pi]])),
            np.array([[0.0, 1, 0, -2]]),
            says="pair (1, 0) by 90°, pair (0, 2) by 180°",
        ),
        Case.random(lambda rng: (_normal(rng, 5, 6), attention.angles(5, 6)), says="T = 5, D = 6"),
        Case.random(
            lambda rng: (_normal(rng, 2, 3, 4, 8), _normal(rng, 4, 4)),
            says="2 examples of 3 heads, T = 4, D = 8",
        ),
        Case.extreme((np.ones((2, 4)), np.zeros((2, 2))), says="angles of 0"),
    ],
    laws=[
        Law("turning keeps lengths", _lengths_stay),
        Law("scores depend on distance alone", _distance_alone),
    ],
    mistakes=[
        """
        np.sin(theta) ⇒ -np.sin(theta)
            You turned clockwise: (1, 0) by 90° must become (0, 1).
        - x2 * sin ⇒ + x2 * sin
            Both sine terms have the same sign. That is no rotation: lengths change.
        x[..., 0::2], x[..., 1::2] ⇒ np.split(x, 2, axis=-1)
        np.stack ⇒ np.concatenate
            You paired entry i with entry i + D/2, as some libraries do. Here neighbours are pairs:
            0 with 1, 2 with 3. Mixing the two conventions spoils borrowed weights silently.
        np.stack ⇒ np.concatenate
            All first entries came out first, then all second ones. Put each pair back where it
            was: stack on a new last axis, then reshape.
        x1 * sin + x2 ⇒ (x1 * cos - x2 * sin) * sin + x2
            You computed the second entry from the already turned first one. Both need the old
            pair.
        np.cos(theta), np.sin(theta) ⇒ np.sin(theta), np.cos(theta)
            At an angle of 0 nothing should move; yours turns by a quarter. cos and sin are
            exchanged.
        np.cos(theta), np.sin(theta) ⇒ np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
            You took the angles for degrees. They are radians already, as np.cos wants them.
        np.cos(theta), np.sin(theta) ⇒ np.cos(np.rad2deg(theta)), np.sin(np.rad2deg(theta))
            You turned the angles into degrees. np.cos wants radians, which they are already.
        return np ⇒ return x + np
        [x1 * cos - x2 * sin, x1 * sin + x2 * cos] ⇒ [sin, cos]
        .reshape(x.shape) ⇒ .reshape(len(theta), -1)
            You added sines and cosines to the entries, as the first Transformer did to its
            embeddings. Rotary positions multiply.
        """,
    ],
    hints=[
        (
            "A pair (x₁, x₂) is a point in the plane. Where does it land when the plane is turned"
            " by θ? Which entries of x are the first of a pair, which the second?"
        ),
        (
            "y₁ = x₁ cos θ − x₂ sin θ, y₂ = x₁ sin θ + x₂ cos θ, with x₁ = x[..., 0::2] and "
            "x₂ = x[..., 1::2], each (..., T, D/2)."
        ),
        (
            "x1, x2 = x[..., 0::2], x[..., 1::2]\ny1 = …\ny2 = …\n"
            "return np.stack([y1, y2], axis=-1).reshape(x.shape)"
        ),
    ],
    why=(
        "Turning q by its position and k by its own turns their product by the difference: "
        "q·k depends on the distance, which no table of positions has to teach."
    ),
    kind="derive",
    difficulty=3,
    minutes=10,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _maps(rng, H, T, D=3):
    q, k = _normal(rng, 2, H, T, D)
    return attention.attend(2 * q, k, k, causal=True)[1]


def votes(a):
    """You counted how often the previous position is the largest. A head that gives it 0.4 each
    time may never be counted, or always: take the mean weight.
    """
    shares = (a.argmax(-1)[:, 1:] == np.arange(a.shape[-1] - 1)).mean(-1)
    h = int(shares.argmax())
    return h, float(shares[h])


previous_token_head = Exercise(
    heads.previous_token_head,
    cases=[
        Case.hand(
            (
                np.array(
                    [
                        [[1.0, 0, 0], [0.5, 0.5, 0], [0.2, 0.4, 0.4]],
                        [[1.0, 0, 0], [0.9, 0.1, 0], [0.6, 0.1, 0.3]],
                    ]
                ),
            ),
            (1, 0.5),
            says="two heads, three positions",
        ),
        Case.random(lambda rng: (_maps(rng, 5, 7),), says="5 heads, 7 positions", n=3),
        Case.random(lambda rng: (_maps(rng, 4, 11),), says="4 heads, 11 positions", n=2),
        Case.extreme((_maps(np.random.default_rng(3), 1, 5),), says="a single head"),
    ],
    mistakes=[
        """
        diagonal(-1, ⇒ diagonal(1,
            You read the places above the diagonal: row t, column t + 1, which is the future. Rows
            are the positions that look, columns what they look at.
        diagonal(-1, ⇒ diagonal(0,
            You read the diagonal, on which each position looks at itself. The one before stands
            one column further left.
        diagonal(-1, -2, -1) ⇒ diagonal(-1)
            You read a diagonal through heads and positions: without axes, diagonal takes the first
            two. The map of a head is the last two axes.
        .mean(-1) ⇒ .mean(0)
            You averaged over the heads, so that a mean for each position is left. Average over the
            positions: one number for each head.
        .mean(-1) ⇒ .max(-1)
            You took each head's largest weight. One dark place makes no habit: take the mean over
            all positions that have one before them.
        .mean(-1) ⇒ .sum(-1)
            You added the weights up. A share lies between 0 and 1: take the mean.
        .mean(-1) ⇒ .sum(-1) / a.shape[-1]
            You divided by T. The first position has none before it, so only T − 1 weights were
            added.
        shares.argmax() ⇒ shares.argmin()
            This is the head that looks least at the position before.
        return h, ⇒ return h + 1,
            You counted the heads from 1. In code they are counted from 0.
        return h, float(shares[h]) ⇒ return float(shares[h]), h
            You returned the share first. Return the head, then its share.
        return h, float(shares[h]) ⇒ return h, shares
            You returned the shares of all heads. Only that of the head found is asked for.
        """,
        votes,
    ],
    hints=[
        (
            "Row t of a map says where position t looks. In which column stands the position before"
            " it, for t = 1, 2, 3, …, and what line do these places form?"
        ),
        (
            "share of head h = mean over t = 1 … T − 1 of a[h, t, t − 1]; the places lie one below"
            " the diagonal. Then the head of the largest share, and that share."
        ),
        "shares = a.diagonal(…, -2, -1).mean(…)\nh = int(….argmax())\nreturn h, …",
    ],
    why=(
        "The places (t, t − 1) lie on the diagonal below the main one. A mean over them tells a"
        " habit from one dark place, and the head found is a hypothesis: removing it is the test."
    ),
    kind="diagnose",
    difficulty=2,
    minutes=10,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _grouped(rng, H, G, T, S, D, E, batch=(), causal=False):
    q, k, v = (_normal(rng, *batch, *shape) for shape in ((H, T, D), (G, S, D), (G, S, E)))
    return call(q, k, v, causal=causal)


def _neighbours_share(f, rng):
    q, k, v = _grouped(rng, 6, 2, 4, 5, 3, 7).positional
    before = np.array(f(q, k, v)[0])
    v[1] += 1  # of the second group alone
    changed = np.flatnonzero((np.asarray(f(q, k, v)[0]) != before).any(axis=(1, 2)))
    if changed.tolist() != [3, 4, 5]:
        return say(
            "6 query heads share 2 heads of keys; changing the values of the second one changed "
            "the query heads {changed}, and it should change 3, 4 and 5",
            changed=changed.tolist(),
        )
    return ""


def dealt_in_turn(q, k, v, *, causal=False):
    """You dealt the key heads out in turn: query heads 0, 1, 2 use key heads 0, 1, 0. Neighbours
    share: the first H/G query heads use key head 0, the next H/G use key head 1.
    """
    n = q.shape[-3] // k.shape[-3]
    k, v = (np.concatenate([z] * n, axis=-3) for z in (k, v))
    return attention.attend(q, k, v, causal=causal)


grouped = Exercise(
    heads.grouped,
    cases=[
        Case.hand(
            (np.zeros((6, 1, 2)), np.zeros((2, 1, 2)), np.array([[[10.0]], [[20.0]]])),
            (np.array([10.0, 10, 10, 20, 20, 20]).reshape(6, 1, 1), np.ones((6, 1, 1))),
            says="6 query heads, 2 heads of one key each, values 10 and 20",
        ),
        Case.random(
            lambda rng: _grouped(rng, 6, 3, 4, 7, 5, 2), says="H = 6, G = 3, T = 4, S = 7, D = 5"
        ),
        Case.random(
            lambda rng: _grouped(rng, 8, 2, 5, 5, 3, 7, batch=(3,), causal=True),
            says="causal, B = 3, H = 8, G = 2, T = 5, D = 3",
        ),
        Case.random(
            lambda rng: _grouped(rng, 9, 3, 2, 6, 4, 5, batch=(2,), causal=True),
            says="causal, H = 9, G = 3, 2 queries after a past of 4",
        ),
        Case.extreme(_grouped(np.random.default_rng(0), 4, 4, 3, 5, 2, 6), says="G = H"),
        Case.extreme(_grouped(np.random.default_rng(1), 4, 1, 3, 5, 2, 6), says="G = 1"),
    ],
    laws=[Law("neighbouring query heads share a head of keys and values", _neighbours_share)],
    mistakes=[
        dealt_in_turn,
        """
        np.repeat(v, n, axis=-3) ⇒ np.concatenate([v] * n, axis=-3)
            The keys are shared by neighbours and the values are dealt out in turn. A key and its
            value belong together: share both alike.
        k, v = np.repeat(k, n, axis=-3), np.repeat(v, n, axis=-3) ⇒
        attend(q, k, v ⇒ attend(q, k[..., :1, :, :], v[..., :1, :, :]
            Every query head uses key head 0. Each group of H/G query heads has a head of its own.
        k, v = np.repeat(k, n, axis=-3), np.repeat(v, n, axis=-3) ⇒
        attend(q, k, v ⇒ attend(q, k.mean(-3, keepdims=True), v.mean(-3, keepdims=True)
            You averaged the heads of keys and values. Nothing is averaged: each query head uses
            one of them.
        n = q.shape[-3] // k.shape[-3] ⇒ n, G = 1, k.shape[-3]
        attend(q, k, v ⇒ attend(q.reshape(*q.shape[:-3], G, -1, *q.shape[-2:]).mean(-3), k, v
            You averaged the queries of a group, so that only G heads are left. All H queries stay;
            they share keys, not questions.
        k, n, axis=-3 ⇒ k, n, axis=0
        v, n, axis=-3 ⇒ v, n, axis=0
            You repeated the first axis. With a batch in front that is the examples; the heads are
            the third axis from the end.
        k, n, axis=-3 ⇒ k, n, axis=1
        v, n, axis=-3 ⇒ v, n, axis=1
            You repeated axis 1, which is the heads only if exactly one axis stands in front of
            them. Counted from the end it is always −3.
        n = q.shape[-3] // k.shape[-3] ⇒ n = 1
            There are fewer heads of keys than of queries, and yours never shares them out. Each of
            the G heads serves H/G query heads.
        n = q.shape[-3] // k.shape[-3] ⇒ n = k.shape[-3]
            You repeated each head G times. G heads have to serve H queries: each is used H/G times.
        causal=causal ⇒ causal=False
            causal=True changes nothing in your function. Hand it on to attend.
        attend(q, k, v ⇒ attend(q, k[..., ::-1, :, :], v[..., ::-1, :, :]
            The groups are in reverse order: query head 0 uses the last head of keys.
        """,
    ],
    hints=[
        (
            "`attend` wants as many heads of keys as of queries. How often must each of the G heads"
            " be used, and in which order do the copies have to stand?"
        ),
        (
            "Query head h uses key head h // (H/G). np.repeat(x, n, axis) repeats each slice n"
            " times in a row: from (..., G, S, D) to (..., H, S, D) with n = H/G, on axis −3."
        ),
        "n = … // …\nk, v = np.repeat(k, …, axis=…), …\nreturn attention.attend(q, …, …, causal=…)",
    ],
    why=(
        "Attention itself is unchanged; only the number of keys and values that have to be kept"
        " shrinks, by a factor of H/G. A fast implementation doesn't even copy them."
    ),
    kind="transfer",
    difficulty=3,
    minutes=10,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _backward_case(rng, T, S, D, E, batch=(), causal=False):
    q, k, v = _normal(rng, *batch, T, D), _normal(rng, *batch, S, D), _normal(rng, *batch, S, E)
    y, a = attention.attend(q, k, v, causal=causal)
    return _normal(rng, *y.shape), q, k, v, a


def _matches_a_difference(f, rng):
    dy, q, k, v, a = _backward_case(rng, 3, 4, 5, 2)
    got, h = f(dy, q, k, v, a), 1e-6
    for i, name in enumerate(("dq", "dk", "dv")):
        at = [q, k, v]
        step = _normal(rng, *at[i].shape)
        up, down = ([b + s * h * step if j == i else b for j, b in enumerate(at)] for s in (1, -1))
        slope = np.sum(dy * (attention.attend(*up)[0] - attention.attend(*down)[0])) / (2 * h)
        yours = np.sum(np.asarray(got[i]) * step)
        if not np.isclose(slope, yours, rtol=1e-4, atol=1e-6):
            return say(
                "along a random direction the loss changes by {slope:.4g}; your {name} says "
                "{yours:.4g}",
                slope=slope,
                name=name,
                yours=yours,
            )
    return ""


attend_backward = Exercise(
    attention.attend_backward,
    cases=[
        Case.hand(
            (
                np.array([[1.0]]),
                np.array([[1.0]]),
                np.array([[0.0], [np.log(3)]]),
                np.array([[4.0], [8.0]]),
                np.array([[0.25, 0.75]]),
            ),
            (
                np.array([[0.75 * np.log(3)]]),
                np.array([[-0.75], [0.75]]),
                np.array([[0.25], [0.75]]),
            ),
            says="the query of `attend`, dy = 1",
        ),
        Case.random(lambda rng: _backward_case(rng, 3, 5, 4, 2), says="T = 3, S = 5, D = 4, E = 2"),
        Case.random(
            lambda rng: _backward_case(rng, 5, 5, 3, 4, causal=True), says="causal, T = 5, D = 3"
        ),
        Case.random(
            lambda rng: _backward_case(rng, 4, 6, 7, 3, batch=(2, 3)),
            says="2 examples of 3 heads, T = 4, S = 6, D = 7",
        ),
        Case.extreme(
            _backward_case(np.random.default_rng(2), 2, 1, 3, 2),
            says="a single key: nothing to choose",
        ),
    ],
    laws=[Law("gradients match finite differences", _matches_a_difference)],
    mistakes=[
        """
        / np.sqrt(D) ⇒
            Your dq and dk lack the factor 1/√D: what divided the scores on the way forward divides the
            gradient on the way back.
        ds.swapaxes(-1, -2) @ q ⇒ ds.swapaxes(-1, -2) @ q * np.sqrt(D)
            Your dk lacks the factor 1/√D, and dq has it. The score was divided, so both of its factors
            get their gradient divided.
        ds @ k, ⇒ ds @ k * np.sqrt(D),
            Your dq lacks the factor 1/√D, and dk has it. The score was divided, so both of its factors
            get their gradient divided.
        layers.softmax_backward(da, a) ⇒ da
            You treated the softmax as if it changed nothing: ds is not da. Raising one weight of a
            row lowers the others.
        layers.softmax_backward(da, a) ⇒ da * a * (1 - a)
            You used a(1 − a), the derivative of a sigmoid. In a softmax each weight depends on all
            scores of its row: ds = a ⊙ (da − Σ a da).
        layers.softmax_backward(da, a) ⇒ da * a
            Yours, ds = a ⊙ da, is half of it. Subtract each row's Σ a da: the weights sum to 1, so the
            scores' gradient must sum to 0.
        layers.softmax_backward(da, a) ⇒ a * (da - (a * da).sum(-2, keepdims=True))
            The sum inside the softmax's gradient ran over the queries; it runs over the keys of
            one row.
        a.swapaxes(-1, -2) @ dy ⇒ a @ dy
            The gradient dv gathers, for each value, the gradients of the outputs that used it: that is aᵀ dy.
        ds.swapaxes(-1, -2) @ q ⇒ ds @ q
            The gradient dk gathers over the queries that looked at a key: that is dsᵀ q.
        ds @ k, ds.swapaxes(-1, -2) @ q ⇒ ds.swapaxes(-1, -2) @ q, ds @ k
            The gradient dq is made of keys and dk of queries; yours are the other way round.
        """,
    ],
    hints=[
        (
            "Walk backwards through y = a v, a = softmax(s), s = q kᵀ / √D. For a product of"
            " matrices you know the rule from lesson Backpropagation: each factor's gradient is the"
            " incoming one"
            " times the other. Which shapes then demand a transpose?"
        ),
        "dv = aᵀ dy; da = dy vᵀ; ds = softmax_backward(da, a); dq = ds k / √D; dk = dsᵀ q / √D.",
        "dv = … @ dy\nda = dy @ …\nds = layers.softmax_backward(da, a)\n"
        "return ds @ … / …, … @ q / …, dv",
    ],
    why=(
        "Three products and a softmax, walked backwards. Hidden places have a = 0, so their ds is 0"
        " by itself: the mask needs no line of its own."
    ),
    kind="derive",
    difficulty=4,
    minutes=15,
    importance=4,
)
