"""The exercises of this lesson: from counting n-grams to a training loop without faults."""

import math

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.checking.cases import named
from course.networks import layers, schedules
from course.transformers import loop, ngram, numpy_gpt, score, tokens
from course.transformers.gpt import config

# --------------------------------------------------------------------------------------- 10.1


def _counts(rng, n, V):
    """Counts of V followers in each of n contexts, with p of the shorter context."""
    count = rng.integers(0, 4, (n, V)) * (rng.random((n, 1)) < 0.8)
    p = rng.dirichlet(np.ones(V), n)
    return p, count, count.sum(-1, keepdims=True), (count > 0).sum(-1, keepdims=True)


def _sums_to_one(f, rng):
    total = np.asarray(f(*_counts(rng, 50, 6))).sum(-1)
    if not np.allclose(total, 1):
        return (
            f"over all followers of one context your probabilities sum to {total.min():.3g} … "
            f"{total.max():.3g}; they must sum to 1"
        )
    return ""


def _mixed(share):
    """Trust the count by a share of one's own choosing."""

    def witten_bell(p, count, N, D):
        counted, w = count / np.maximum(N, 1), share(N, D)
        return np.where(N > 0, w * counted + (1 - w) * p, p)

    return witten_bell


def _no_fallback(p, count, N, D):
    with np.errstate(all="ignore"):
        return (count + D * p) / (N + D)


witten_bell = Exercise(
    ngram.witten_bell,
    cases=[
        Case.hand((0.25, 3, 6, 2), 0.4375, says="seen 3 times in 6, 2 different followers, p = ¼"),
        Case.hand((0.25, 0, 0, 0), 0.25, says="a context never seen, p = ¼"),
        Case.random(lambda rng: _counts(rng, 7, 5), says="7 contexts, 5 followers"),
        Case.random(lambda rng: _counts(rng, 20, 3), says="20 contexts, 3 followers"),
        Case.extreme(
            (np.array([0.5, 0.5]), np.array([10**9, 0]), 10**9, 1), says="a billion times the same"
        ),
    ],
    laws=[Law("the followers' probabilities sum to 1", _sums_to_one)],
    mistakes=[
        named(
            "counts alone",
            "you gave the share that was counted and nothing else. A follower that was never seen "
            "in this context gets probability 0, and one such character makes the loss infinite.",
            _mixed(lambda N, D: np.ones_like(N, dtype=float)),
        ),
        named(
            "half and half",
            "you trusted every context alike. One that was seen once knows less than one that was "
            "seen a thousand times: the share of the count is N / (N + D).",
            _mixed(lambda N, D: 0.5),
        ),
        named(
            "shares exchanged",
            "you gave the share N / (N + D) to the shorter context. Many observations speak for "
            "the count, many different followers for the shorter context.",
            _mixed(lambda N, D: D / np.maximum(N + D, 1)),
        ),
        named(
            "D without p",
            "you added D itself to the count. D observations are set aside for the shorter context "
            "to share out: D · p.",
            lambda p, count, N, D: np.where(N > 0, (count + D) / np.maximum(N + D, 1), p),
        ),
        named(
            "divided by N",
            "right above the line; below it stands N + D, so that the probabilities sum to 1.",
            lambda p, count, N, D: np.where(N > 0, (count + D * p) / np.maximum(N, 1), p),
        ),
        named(
            "backs off only at zero",
            "you used p where the count was 0 and the count elsewhere. Then the sum exceeds 1: "
            "what is given to the unseen must be taken from the seen.",
            lambda p, count, N, D: np.where(count > 0, count / np.maximum(N, 1), p),
        ),
        named(
            "zero for an unseen context",
            "a context that was never seen knows nothing: pass p on unchanged, not 0.",
            lambda p, count, N, D: (count + D * p) / np.maximum(N + D, 1),
        ),
        named(
            "zero over zero",
            "right, but for a context that was never seen N + D is 0. There, return p.",
            _no_fallback,
        ),
        named(
            "one added",
            "you added 1 to each count, as Laplace did. Witten and Bell add D · p: what the shorter"
            " context knows is used.",
            lambda p, count, N, D: np.where(N > 0, (count + 1) / np.maximum(N + D, 1), p),
        ),
    ],
    hints=[
        (
            "If D of the N times a follower was new when it came, how often do you expect something"
            " new next time, and who should say what it will be?"
        ),
        (
            "p(c | h) = (count + D p) / (N + D); where N = 0, p itself. All are arrays that "
            "broadcast: np.where computes both sides, so keep N + D above 0."
        ),
        "return np.where(N > 0, (… + …) / np.maximum(…, 1), …)",
    ],
    why=(
        "Each of the D followers was new once, so D / (N + D) estimates how often something new "
        "will come. The shorter context shares it out, and what is unseen there goes to a shorter "
        "one still."
    ),
    difficulty=2,
    minutes=10,
    importance=4,
)

# --------------------------------------------------------------------------------------- 10.2


def _padded(rng, B, T, V):
    z, y = 2 * rng.standard_normal((B, T, V)), rng.integers(0, V, (B, T))
    lengths = rng.permutation(np.linspace(1, T, B).astype(int))
    return z, y, np.arange(T) < lengths[:, None]


def _logp(z, y, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.take_along_axis(logp, y[..., None], axis=-1)[..., 0]


def _padding_is_free(f, rng):
    z, y, real = _padded(rng, 4, 6, 5)
    other = np.where(real[..., None], z, rng.standard_normal(z.shape))
    if not np.isclose(f(z, y, real), f(other, y, real)):
        return "changing the logits at padded places changes your result; nobody is asked there"
    return ""


bits_per_token = Exercise(
    score.bits_per_token,
    cases=[
        Case.hand(
            (
                np.array([[[0, np.log(3)], [0, 0]], [[0, np.log(7)], [0, 0]]]),
                np.array([[0, 1], [0, 0]]),
                np.array([[True, True], [True, False]]),
            ),
            2.0,
            says="surprises of 2, 1 and 3 bits",
        ),
        Case.random(lambda rng: _padded(rng, 3, 5, 4), says="B = 3, T = 5, V = 4"),
        Case.random(lambda rng: _padded(rng, 4, 7, 6), says="B = 4, T = 7, V = 6"),
        Case.extreme(
            (
                np.array([[[0.0, 1000.0], [1000.0, 0.0]]]),
                np.array([[1, 1]]),
                np.array([[True, False]]),
            ),
            says="logits of 1000",
        ),
    ],
    laws=[Law("padding costs nothing", _padding_is_free)],
    mistakes=[
        named(
            "in nats",
            "right, in nats. A bit is the surprise at one fair coin: divide by ln 2.",
            lambda z, y, real: -_logp(z, y)[real].mean(),
        ),
        named(
            "times ln 2",
            "you multiplied by ln 2. A nat is 1.44 bits, so there are more bits than nats: divide.",
            lambda z, y, real: -_logp(z, y)[real].mean() * np.log(2),
        ),
        named(
            "padding averaged in",
            "you averaged over the padded places too. Nobody asks for a token there; take the real "
            "ones only.",
            lambda z, y, real: -_logp(z, y).mean() / np.log(2),
        ),
        named(
            "padding counted as zero",
            "you left the padded places out of the sum, but divided by their number all the same: "
            "the padding makes the model look better.",
            lambda z, y, real: -(_logp(z, y) * real).mean() / np.log(2),
        ),
        named(
            "mean of the rows' means",
            "you averaged each row and then the rows: a token of a short row counts for more. All "
            "real tokens count alike.",
            lambda z, y, real: -((_logp(z, y) * real).sum(1) / real.sum(1)).mean() / np.log(2),
        ),
        named(
            "sum",
            "you added the surprises up. The average is what can be compared: divide by the number "
            "of real tokens.",
            lambda z, y, real: -_logp(z, y)[real].sum() / np.log(2),
        ),
        named(
            "logarithm of the mean",
            "you averaged the probabilities and took the logarithm afterwards. Surprise is −log p "
            "of each token; average that.",
            lambda z, y, real: -np.log2(np.exp(_logp(z, y))[real].mean()),
        ),
        named(
            "softmax over time",
            "your softmax runs over the positions. It shares out 1 among the V tokens, along the "
            "last axis.",
            lambda z, y, real: -_logp(z, y, axis=1)[real].mean() / np.log(2),
        ),
        named(
            "the favourite",
            "you took the largest probability of each place. Surprise is about the token that came,"
            " y, whatever the model favoured.",
            lambda z, y, real: -_logp(z, z.argmax(-1))[real].mean() / np.log(2),
        ),
        named(
            "perplexity",
            "you returned 2 to the power of the bits: the perplexity.",
            lambda z, y, real: np.exp(-_logp(z, y)[real].mean()),
        ),
        named(
            "sign",
            "a logarithm of a probability is negative; the surprise is its opposite.",
            lambda z, y, real: _logp(z, y)[real].mean() / np.log(2),
        ),
    ],
    hints=[
        (
            "Three questions, one after the other: which probability did each place give to the "
            "token that came? Which places count? In which unit?"
        ),
        (
            "mean over real places of −log softmax(z)[y], divided by ln 2. layers.log_softmax "
            "works on the last axis of (B, T, V); a table of True and False picks entries: a[real]."
        ),
        (
            "logp = layers.log_softmax(z)\nlogp = np.take_along_axis(logp, y[..., None], axis=…)"
            "[..., 0]\nreturn …"
        ),
    ],
    why=(
        "The average runs over questions that were asked. Padding is no question, and a short row "
        "is not worth more than a long one. Divided by ln 2 it is the number of yes-or-no questions"
        " that a token still costs."
    ),
    difficulty=2,
    minutes=10,
    importance=5,
)

# --------------------------------------------------------------------------------------- 10.3


def _places(answer, rng, N, B, T):
    """Where windows lie in a text whose tokens tell their places."""
    place = np.random.default_rng(3).permutation(N)  # token at i is place[i], each but once
    x, y = answer(rng, place.copy(), B, T)
    where = np.argsort(place)
    x, y = (where[np.asarray(a, dtype=np.int64)] for a in (x, y))
    starts = np.sort(np.unique(x[:, 0])) if x.ndim == 2 else x
    return {
        "places of x, from the start of each window": x - x[..., :1],
        "places of y, from the start of each window": y - x[..., :1],
        "places where windows start": starts,
    }


def _from_starts(draw, ahead=1):
    """Batches with other starts, or targets further on."""

    def batch(rng, ids, B, T):
        places = draw(rng, len(ids), B, T)[:, None] + np.arange(T)
        return ids[places], ids[(places + ahead) % len(ids)]

    return batch


def _right_starts(rng, N, B, T):
    return rng.integers(0, N - T, size=B)


def _one_target(rng, ids, B, T):
    starts = _right_starts(rng, len(ids), B, T)
    return ids[starts[:, None] + np.arange(T)], ids[starts + T][:, None]


def _shuffled(rng, ids, B, T):
    x, y = tokens.batch(rng, ids, B, T)
    return x[:, ::-1], y[:, ::-1]


def _two_draws(rng, ids, B, T):
    x, _ = tokens.batch(rng, ids, B, T)
    _, y = tokens.batch(rng, ids, B, T)
    return x, y


def _transposed_batch(rng, ids, B, T):
    x, y = tokens.batch(rng, ids, B, T)
    return x.T, y.T


def _draws(N, B, T, says):
    return Case.random(lambda rng: (rng.spawn(1)[0], N, B, T), says=says)


batch = Exercise(
    tokens.batch,
    probe=_places,
    cases=[
        Case.hand(
            (np.random.default_rng(1), 3, 4, 2),
            {
                "places of x, from the start of each window": np.array([[0, 1]] * 4),
                "places of y, from the start of each window": np.array([[1, 2]] * 4),
                "places where windows start": np.array([0]),
            },
            says="a text of 3 tokens, windows of T = 2",
        ),
        _draws(10, 90, 7, "a text of 10 tokens, B = 90, T = 7"),
        _draws(9, 120, 5, "a text of 9 tokens, B = 120, T = 5"),
        _draws(7, 80, 1, "a text of 7 tokens, B = 80, T = 1"),
    ],
    mistakes=[
        named(
            "targets not shifted",
            "your targets are the inputs. The model is asked for a token that it has just been "
            "given: the loss falls to 0 and nothing is learnt. y stands one place further on.",
            _from_starts(_right_starts, ahead=0),
        ),
        named(
            "shifted backwards",
            "your targets are the tokens before. Reading left to right, the question at position t "
            "is what comes at t + 1.",
            _from_starts(_right_starts, ahead=-1),
        ),
        named(
            "shifted by two",
            "your targets stand two places further on; the next token is one.",
            _from_starts(lambda rng, N, B, T: rng.integers(0, N - T, size=B), ahead=2),
        ),
        named(
            "one target a window",
            "you gave each window a single target, the token after its end. A window of T tokens "
            "asks T questions at once: y has the shape of x.",
            _one_target,
        ),
        named(
            "two draws",
            "x and y were cut at different places. Draw the starts once, and use them for both.",
            _two_draws,
        ),
        named(
            "the same window for all",
            "every row shows the same window: one start was drawn instead of B.",
            _from_starts(lambda rng, N, B, T: np.full(B, rng.integers(0, N - T))),
        ),
        named(
            "always the beginning",
            "your windows all start at the beginning of the text; their starts are drawn.",
            _from_starts(lambda rng, N, B, T: np.zeros(B, dtype=int)),
        ),
        named(
            "last start never drawn",
            "one start is missing. rng.integers(0, n) gives 0 to n − 1; the last window that has a "
            "token after it starts at N − T − 1.",
            _from_starts(lambda rng, N, B, T: rng.integers(0, max(N - T - 1, 1), size=B)),
        ),
        named(
            "beyond the end",
            "some windows start so late that no token comes after their last one. The last start "
            "is N − T − 1.",
            _from_starts(lambda rng, N, B, T: rng.integers(0, N - T + 1, size=B)),
        ),
        named(
            "transposed",
            "your arrays are (T, B). A row is a window: (B, T).",
            _transposed_batch,
        ),
        named(
            "read backwards",
            "your windows run from right to left.",
            _shuffled,
        ),
    ],
    hints=[
        (
            "A window that starts at s reads places s, …, s + T − 1. Which places are its T "
            "targets, and which is the last s for which all of them exist?"
        ),
        (
            "starts = rng.integers(0, N − T, size=B), N = len(ids); places (B, T) = starts as a "
            "column + arange(T); x = ids[places], y = ids[places + 1]."
        ),
        "starts = …  # (B,)\nplaces = starts[:, None] + …  # (B, T)\nreturn ids[…], ids[…]",
    ],
    why=(
        "One window of T tokens is T examples: at each position the model predicts the next token "
        "from those so far. The causal mask is what makes asking all T at once honest."
    ),
    difficulty=2,
    minutes=10,
    importance=5,
)

# --------------------------------------------------------------------------------------- 10.4


def _tables(rng, B, T, V, C, places, past):
    ids = rng.integers(0, V, (B, T))
    return ids, rng.standard_normal((V, C)), rng.standard_normal((places, C)), past


def _embed(rows):
    """Embedding with other rows of P."""

    def embed(ids, E, P, past=0):
        return E[ids] + rows(P, ids, past, ids.shape[-1])

    return embed


embed = Exercise(
    numpy_gpt.embed,
    cases=[
        Case.hand(
            (np.array([[1, 0]]), np.array([[1.0, 0], [0, 1]]), 10.0 * np.arange(8).reshape(4, 2)),
            np.array([[[0.0, 11], [21, 30]]]),
            says="tokens 1 and 0",
        ),
        Case.hand(
            (
                np.array([[1, 0]]),
                np.array([[1.0, 0], [0, 1]]),
                10.0 * np.arange(8).reshape(4, 2),
                2,
            ),
            np.array([[[40.0, 51], [61, 70]]]),
            says="tokens 1 and 0 after a past of 2",
        ),
        Case.random(lambda rng: _tables(rng, 2, 4, 6, 3, 9, 0), says="B = 2, T = 4, no past"),
        Case.random(lambda rng: _tables(rng, 3, 5, 7, 4, 12, 6), says="B = 3, T = 5, past = 6"),
        Case.random(lambda rng: _tables(rng, 1, 1, 5, 2, 8, 7), says="one token, past = 7"),
        Case.extreme(
            _tables(np.random.default_rng(0), 1, 4, 5, 2, 4, 0), says="a context that is full"
        ),
    ],
    mistakes=[
        named(
            "places from zero",
            "right without a past. After a past of n tokens the first of these stands at place n: "
            "you started again from 0. A model that writes token by token then believes that each "
            "is the first.",
            _embed(lambda P, ids, past, T: P[:T]),
        ),
        named(
            "places from one",
            "you counted places from 1. The first token stands at place 0.",
            _embed(lambda P, ids, past, T: P[np.arange(past + 1, past + T + 1) % len(P)]),
        ),
        named(
            "the last places",
            "you took the last T rows of P. A text begins at place 0, not at the end of the "
            "context.",
            _embed(lambda P, ids, past, T: P[len(P) - T :]),
        ),
        named(
            "past − 1",
            "your places begin one too early: `past` tokens stand at places 0 to past − 1.",
            _embed(lambda P, ids, past, T: P[np.arange(past - 1, past + T - 1)]),
        ),
        named(
            "the place of the last token for all",
            "all tokens got the row of one place. Each has its own: P[past : past + T].",
            _embed(lambda P, ids, past, T: P[past + T - 1]),
        ),
        named(
            "P looked up by token",
            "you looked P up by the tokens. P has a row for each place, E a row for each token.",
            _embed(lambda P, ids, past, T: P[ids % len(P)]),
        ),
        named(
            "no places",
            "the places are missing: the same token gets the same vector wherever it stands.",
            _embed(lambda P, ids, past, T: 0),
        ),
        named(
            "multiplied",
            "you multiplied by the place's vector. It is added.",
            lambda ids, E, P, past=0: E[ids] * P[past : past + ids.shape[-1]],
        ),
        named(
            "scaled by √C",
            "you multiplied the embeddings by √C, as the first Transformer did. GPT-2 does not.",
            lambda ids, E, P, past=0: E[ids] * np.sqrt(E.shape[1]) + P[past : past + ids.shape[-1]],
        ),
    ],
    hints=[
        (
            "Two questions make the vector: which token is it, and where does it stand? If `past` "
            "tokens came before, at which places do these T stand?"
        ),
        (
            "x = E[ids] + P[past], …, P[past + T − 1]. E[ids] is (…, T, C) and the rows of P are "
            "(T, C): they broadcast over the batch."
        ),
        "T = ids.shape[…]\nreturn E[…] + P[… : …]",
    ],
    why=(
        "Looking up a row is a product with a one-hot vector, only faster. The offset matters when "
        "a text is read in parts, as a model does that writes with a cache: part two goes on where "
        "part one ended."
    ),
    difficulty=2,
    minutes=10,
    importance=4,
)

# --------------------------------------------------------------------------------------- 10.5


def _rms(x):
    return x / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True))


def _twice(x):
    return 2 * x


def _first_plus(x):
    return x + np.array([1.0, 0.0])


def _tanh_map(rng, C):
    W = rng.standard_normal((C, C))
    return lambda x: np.tanh(x @ W)


def _parts(rng, B, T, C):
    gamma = 1 + 0.5 * rng.random(C)
    x = 3 * rng.standard_normal((B, T, C))
    return x, _rms, _tanh_map(rng, C), lambda x: gamma * _rms(x), _tanh_map(rng, C)


def _adds_nothing(f, rng):
    x = rng.standard_normal((2, 3, 4))
    if not np.allclose(f(x, _rms, np.zeros_like, _rms, np.zeros_like), x):
        return (
            "when attention and the MLP return 0, the stream must come out as it went in; yours "
            "changes it"
        )
    return ""


def _block(order):
    """A block put together in another way; s is the stream."""

    def block(x, norm1, attend, norm2, mlp):
        return order(x, norm1, attend, norm2, mlp)

    return block


def _norm_on_stream(x, n1, a, n2, m):
    x = n1(x)
    x = n2(x + a(x))
    return x + m(x)


def _from_the_input(x, n1, a, n2, m):
    return x + m(n2(x + a(n1(x))))


def _mlp_first(x, n1, a, n2, m):
    x = x + m(n2(x))
    return x + a(n1(x))


def _twice_first_norm(x, n1, a, n2, m):
    x = x + a(n1(x))
    return x + m(n1(x))


def _post_norm(x, n1, a, n2, m):
    x = n1(x + a(x))
    return n2(x + m(x))


def _norm_of_what_is_added(x, n1, a, n2, m):
    x = x + n1(a(x))
    return x + n2(m(x))


def _second_norm_missing(x, n1, a, n2, m):
    x = x + a(n1(x))
    return x + m(x)


def _first_norm_missing(x, n1, a, n2, m):
    x = x + a(x)
    return x + m(n2(x))


def _second_residual_missing(x, n1, a, n2, m):
    return m(n2(x + a(n1(x))))


def _first_residual_missing(x, n1, a, n2, m):
    x = a(n1(x))
    return x + m(n2(x))


block = Exercise(
    numpy_gpt.block,
    cases=[
        Case.hand(
            (np.array([[3.0, -3.0]]), _rms, _twice, _rms, _first_plus),
            np.array([[7.0, -6.0]]),
            says="x = (3, −3)",
        ),
        Case.random(lambda rng: _parts(rng, 2, 3, 4), says="B = 2, T = 3, C = 4"),
        Case.random(lambda rng: _parts(rng, 3, 5, 6), says="B = 3, T = 5, C = 6"),
        Case.extreme(
            (np.array([[1e6, -1e6]]), _rms, np.zeros_like, _rms, np.zeros_like),
            says="parts that add nothing",
        ),
    ],
    laws=[Law("parts that add nothing change nothing", _adds_nothing)],
    mistakes=[
        named(
            "no residual",
            "nothing is added to x: each part replaces the stream. Then every layer has to carry "
            "the whole text by itself, and the gradient has no straight way back.",
            _block(lambda x, n1, a, n2, m: m(n2(a(n1(x))))),
        ),
        named(
            "first residual missing",
            "attention replaces the stream instead of adding to it.",
            _first_residual_missing,
        ),
        named(
            "second residual missing",
            "the MLP replaces the stream instead of adding to it.",
            _second_residual_missing,
        ),
        named(
            "norm after",
            "you normalised after adding, as the first Transformer did. GPT-2 normalises before: "
            "what a part reads is normalised, the stream is not, and so the gradient of the stream "
            "passes every block untouched.",
            _post_norm,
        ),
        named(
            "norm of what is added",
            "you normalised what the parts return. Normalise what they read.",
            _norm_of_what_is_added,
        ),
        named(
            "stream normalised",
            "you normalised the stream itself and went on with that. Only the part reads the "
            "normalised vector; the sum starts from x as it was.",
            _norm_on_stream,
        ),
        named(
            "side by side",
            "both parts read the same x, as in some models. In GPT-2 the MLP comes after, and reads"
            " what attention has added.",
            _block(lambda x, n1, a, n2, m: x + a(n1(x)) + m(n2(x))),
        ),
        named(
            "added to the input",
            "what attention found was read by the MLP and then lost: the second sum starts from the"
            " first x.",
            _from_the_input,
        ),
        named(
            "MLP first",
            "the MLP came before attention.",
            _mlp_first,
        ),
        named(
            "first norm missing",
            "attention reads the stream as it is; norm1 was not used.",
            _first_norm_missing,
        ),
        named(
            "second norm missing",
            "the MLP reads the stream as it is; norm2 was not used.",
            _second_norm_missing,
        ),
        named(
            "one norm twice",
            "norm1 was used for both parts. Each has its own scale.",
            _twice_first_norm,
        ),
    ],
    hints=[
        (
            "Think of x as a stream that flows through all blocks. What does a part read from it, "
            "and how does its result get back in without disturbing what is there?"
        ),
        (
            "x ← x + attend(norm1(x)); then x + mlp(norm2(x)), with the new x in both places. All "
            "are (…, T, C)."
        ),
        "x = x + …\nreturn … + …",
    ],
    why=(
        "The sum is the reason why deep stacks train: its derivative is 1 plus something, so the "
        "gradient arrives at the first block whatever the others do. Normalising before keeps that "
        "1 a 1."
    ),
    difficulty=2,
    minutes=10,
    importance=5,
)

# --------------------------------------------------------------------------------------- 10.6


def _count(head=None, places=True, last=True, matrices=12, rest=13, norms=1, tables=1):
    """A count with one part wrong, of GPT-2's block."""

    def parameters(c):
        V, T, L, C = c.vocab, c.context, c.layers, c.width
        small = rest * C if c.bias else (rest - 11) * C
        own = (0 if c.tied else V * C) if head is None else head(c)
        end = (2 * C if c.bias else C) if last else 0
        return tables * V * C + places * T * C + L * (matrices * C * C + small * norms) + own + end

    return parameters


def _no_biases(c):
    return config.parameters(c) - (9 * c.layers * c.width if c.bias else 0)


def _heads_multiply(c):
    return config.parameters(c) + c.layers * 4 * c.width**2 * (c.heads - 1)


def _gpt2(rng, **fields):
    heads = int(rng.integers(2, 5))
    return config.Config(
        int(rng.integers(20, 90)),
        context=int(rng.integers(5, 17)),
        layers=int(rng.integers(2, 7)),
        heads=heads,
        width=heads * int(rng.integers(3, 9)),
        **fields,
    )


parameters = Exercise(
    config.parameters,
    cases=[
        Case.hand(
            (config.Config(10, context=4, layers=1, heads=1, width=2),),
            106,
            says="V = 10, T = 4, L = 1, C = 2",
        ),
        Case.random(lambda rng: (_gpt2(rng),), says="a GPT-2 of another size", n=2),
        Case.random(lambda rng: (_gpt2(rng, tied=False),), says="with a head of its own", n=2),
        Case.random(lambda rng: (_gpt2(rng, bias=False),), says="without biases", n=2),
        Case.extreme(
            (config.Config(50257, context=1024, layers=48, heads=25, width=1600),),
            says="GPT-2 XL",
            expected=1_557_611_200,
        ),
    ],
    mistakes=[
        named(
            "head counted twice",
            "a tied head is the embedding table, read the other way: it costs nothing more. You "
            "counted it again.",
            _count(head=lambda c: c.vocab * c.width),
        ),
        named(
            "head never counted",
            "right where the head is tied. With tied=False it has a matrix of its own, C by V.",
            _count(head=lambda c: 0),
        ),
        named(
            "places forgotten",
            "the table of places is missing: T C numbers.",
            _count(places=False),
        ),
        named(
            "last norm forgotten",
            "one norm stands after the last block; its scale and shift are missing.",
            _count(last=False),
        ),
        named(
            "biases forgotten",
            "the biases of the affine maps are missing: 3C for q, k and v, C for the projection, 4C"
            " and C in the MLP.",
            _no_biases,
        ),
        named(
            "norms forgotten",
            "each block has two norms, with a scale and a shift of C numbers each.",
            lambda c: config.parameters(c) - c.layers * (4 if c.bias else 2) * c.width,
        ),
        named(
            "output projection forgotten",
            "attention has four matrices of C by C: q, k, v, and the projection after the heads.",
            lambda c: config.parameters(c) - c.layers * c.width**2,
        ),
        named(
            "MLP as wide as the stream",
            "the MLP is four times as wide inside: C by 4C, and 4C by C.",
            lambda c: config.parameters(c) - c.layers * 6 * c.width**2,
        ),
        named(
            "heads multiply",
            "you gave each head matrices of the full width. H heads of C / H columns share them: "
            "the number of heads changes nothing.",
            _heads_multiply,
        ),
        named(
            "biases always",
            "right with biases. With bias=False affine maps and norms have none.",
            lambda c: config.parameters(c) + (0 if c.bias else (11 * c.layers + 1) * c.width),
        ),
        named(
            "one block",
            "you counted a single block; there are L of them.",
            lambda c: config.parameters(
                config.Config(
                    c.vocab,
                    context=c.context,
                    layers=1,
                    heads=c.heads,
                    width=c.width,
                    bias=c.bias,
                    tied=c.tied,
                )
            ),
        ),
    ],
    hints=[
        (
            "Walk through the model with a token: which tables is it looked up in, which matrices "
            "does it meet in a block, with which biases and norms, and what stands after the last "
            "block?"
        ),
        (
            "V C + T C; in each block 4 C² + 8 C² for matrices, 9 C for biases, two norms of 2 C; "
            "2 C for the last norm; V C for a head that isn't tied. Without biases the 9 C and "
            "half of each norm are gone."
        ),
        (
            "V, T, L, C = config.vocab, config.context, config.layers, config.width\nnorm = 2 * C "
            "if config.bias else C\nblock = … + … + 2 * norm\nhead = 0 if config.tied else …\n"
            "return … + L * block + norm + head"
        ),
    ],
    why=(
        "All weights of a block grow with C², the tables with C: a small model is mostly "
        "embeddings, a large one mostly blocks. GPT-2 small has a third of its numbers in tables."
    ),
    difficulty=3,
    minutes=15,
    importance=4,
)

# --------------------------------------------------------------------------------------- 10.7


def _steps(rng, V, N, rates):
    def pairs():
        x = rng.integers(0, V, N)
        return x, (x + rng.integers(1, 3, N)) % V

    return rng.standard_normal((V, V)), [pairs() for _ in rates], list(rates), pairs()


def _learn(gradient=None, held=True, keep=True, sign=1, reset=True, first=False, rate=None):
    """The loop with one fault."""

    def learn(W, batches, rates, held_out):
        best, lowest, dW = W, np.inf, np.zeros_like(W)
        for t, ((x, y), lr) in enumerate(zip(batches, rates, strict=True)):
            before = W
            dW = np.zeros_like(W) if reset else dW
            dW = dW + (gradient or _gathered)(W, x, y)
            W = W - sign * (rate(rates, t) if rate else lr) * dW
            at = held_out if held else (x, y)
            loss = layers.cross_entropy((before if first else W)[at[0]], at[1])
            if loss < lowest or not keep:
                best, lowest = W, loss
        return best, lowest

    return learn


def _gathered(W, x, y):
    dW = np.zeros_like(W)
    np.add.at(dW, x, layers.cross_entropy_backward(W[x], y))
    return dW


def _repeats_lost(W, x, y):
    dW = np.zeros_like(W)
    dW[x] += layers.cross_entropy_backward(W[x], y)
    return dW


def _in_place(W, batches, rates, held_out):
    best, lowest = W, np.inf
    for (x, y), lr in zip(batches, rates, strict=True):
        W -= lr * _gathered(W, x, y)
        loss = layers.cross_entropy(W[held_out[0]], held_out[1])
        if loss < lowest:
            best, lowest = W, loss
    return best, lowest


def _alias(W, batches, rates, held_out):
    W = W.copy()
    return _in_place(W, batches, rates, held_out)


def _first_batch(W, batches, rates, held_out):
    return loop.learn(W, [batches[0]] * len(batches), rates, held_out)


learn = Exercise(
    loop.learn,
    cases=[
        Case.hand(
            (
                np.zeros((2, 2)),
                [(np.array([0, 0]), np.array([1, 1]))],
                [1.0],
                (np.array([0]), np.array([1])),
            ),
            (np.array([[-0.5, 0.5], [0, 0]]), math.log(1 + math.exp(-1))),
            says="one step on the pair (0, 1), twice",
        ),
        Case.random(lambda rng: _steps(rng, 4, 9, [0.5, 0.3, 0.7]), says="3 steps, V = 4, N = 9"),
        Case.random(
            lambda rng: _steps(rng, 5, 14, [0.9, 0.6, 0.8, 40.0, 60.0]),
            says="5 steps, of which the last two overshoot",
        ),
        Case.random(
            lambda rng: _steps(rng, 3, 11, [0.4, 30.0, 0.2, 0.6]), says="an overshoot in between"
        ),
        Case.extreme(_steps(np.random.default_rng(0), 6, 1, [0.0]), says="a rate of 0"),
    ],
    mistakes=[
        named(
            "gradient kept from step to step",
            "the gradient of each step contains those of all steps before. Begin each step with "
            "zeros; in PyTorch, zero_grad.",
            _learn(reset=False),
        ),
        named(
            "repeated tokens lost",
            "`dW[x] += dz` adds once for each different token: where a token occurs twice in x, "
            "one of the two is lost. np.add.at(dW, x, dz) adds both.",
            _learn(_repeats_lost),
        ),
        named(
            "caller's table changed",
            "`W -= …` writes into the table that the caller passed in, and `best` is that very "
            "table: what you return as the best is the last. Make a new one: W = W − ….",
            _in_place,
        ),
        named(
            "best is no copy",
            "you copied W at the start, and then changed it in place: `best = W` is a name for the "
            "table that goes on changing, so the best is the last. Keep a copy, or make a new W in "
            "each step.",
            _alias,
        ),
        named(
            "scored on the batch",
            "you scored each table on the batch that it had just learnt from. The best of these is "
            "the best at learning by heart; score it on held_out.",
            _learn(held=False),
        ),
        named(
            "the last for the best",
            "you returned the last table. The best one, by its held-out loss, may have come "
            "before.",
            _learn(keep=False),
        ),
        named(
            "scored before the step",
            "the loss that you keep belongs to the table before the step, the table to after it.",
            _learn(first=True),
        ),
        named(
            "uphill",
            "you added the gradient. It points to where the loss grows: subtract.",
            _learn(sign=-1),
        ),
        named(
            "one rate for all steps",
            "every step used the first rate. The schedule has one for each.",
            _learn(rate=lambda rates, t: rates[0]),
        ),
        named(
            "one batch for all steps",
            "every step learnt from the first batch: draw inside the loop, not before it.",
            _first_batch,
        ),
        named(
            "gradient summed",
            "your gradient is that of the sum of the losses; it grows with the batch, and so does "
            "the step. cross_entropy is a mean: divide by N once.",
            _learn(lambda W, x, y: len(x) * _gathered(W, x, y)),
        ),
        named(
            "gradient averaged twice",
            "you divided by N again; layers.cross_entropy_backward has done so.",
            _learn(lambda W, x, y: _gathered(W, x, y) / len(x)),
        ),
    ],
    hints=[
        (
            "Go through the faulty loop with a batch that holds one token twice, and with two "
            "steps. What is in dW when the second step begins? Which table does `best` name at the "
            "end? On what is each table scored?"
        ),
        (
            "In each step: dW starts at zeros; np.add.at gathers the rows of dz (N, V) into dW "
            "(V, V); W becomes a new table; the loss is measured on held_out."
        ),
        (
            "best, lowest = W, np.inf\nfor (x, y), lr in zip(batches, rates):\n    dW = …\n    "
            "np.add.at(…)\n    W = …\n    loss = …\n    if loss < lowest:\n        …\n"
            "return best, lowest"
        ),
    ],
    why=(
        "None of the four faults stops the loss from falling, and that is why they live so long. "
        "A loop is right when it does what was meant on a case so small that you know the answer."
    ),
    difficulty=4,
    minutes=20,
    importance=5,
)

# --------------------------------------------------------------------------------------- 10.8


def _wsd(rise=None, fall=None, begin=None, floor=True):
    """The schedule with one piece replaced."""

    def schedule(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
        if step < warmup:
            return (rise or (lambda s, w: lr * (s + 1) / (w + 1)))(step, warmup)
        left = (begin or (lambda s, n, c: (n - s) / c))(step, steps, cooldown)
        left = min(1.0, max(0.0, left) if floor else left)
        return (fall or (lambda a: final + (lr - final) * a))(left)

    return schedule


def _to_zero(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    return schedules.warmup_stable_decay(
        step, steps=steps, warmup=warmup, cooldown=cooldown, lr=lr, final=0.0
    )


def _to_part(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    return schedules.warmup_stable_decay(
        step, steps=steps, warmup=warmup, cooldown=cooldown, lr=lr, final=final * lr
    )


def _to_cosine(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    a = schedules.warmup_stable_decay(step, steps=steps, warmup=0, cooldown=cooldown)
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    return final + (lr - final) * (1 - math.cos(math.pi * a)) / 2


def _starts_at_zero(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    if step < warmup:
        return lr * step / warmup
    return schedules.warmup_stable_decay(step, steps=steps, cooldown=cooldown, lr=lr, final=final)


def _no_warmup(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    return schedules.warmup_stable_decay(step, steps=steps, cooldown=cooldown, lr=lr, final=final)


def _cools_at_once(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    return schedules.warmup_stable_decay(
        step, steps=steps, warmup=warmup, cooldown=steps - warmup, lr=lr, final=final
    )


_RUN = {"steps": 12, "warmup": 3, "cooldown": 4, "lr": 0.4, "final": 0.1}


def _run(rng):
    steps = int(rng.integers(40, 60))
    return {"steps": steps, "warmup": 6, "cooldown": 17, "lr": 0.3, "final": 0.04}


warmup_stable_decay = Exercise(
    schedules.warmup_stable_decay,
    cases=[
        Case.hand(call(0, **_RUN), 0.1, says="step 0: a quarter of the way up"),
        Case.hand(call(5, **_RUN), 0.4, says="step 5: full rate"),
        Case.hand(call(10, **_RUN), 0.25, says="step 10: halfway down"),
        Case.random(lambda rng: call(int(rng.integers(1, 6)), **_run(rng)), says="warming up"),
        Case.random(lambda rng: call(int(rng.integers(7, 22)), **_run(rng)), says="full rate"),
        Case.random(
            lambda rng: call(37, steps=int(rng.integers(41, 49)), cooldown=15, lr=0.3, final=0.04),
            says="cooling down",
            n=2,
        ),
        Case.random(lambda rng: call(9, steps=10, cooldown=4, lr=0.3), says="the last step"),
        Case.random(lambda rng: call(int(rng.integers(61, 99)), **_run(rng)), says="past the end"),
        Case.extreme(call(0, steps=1, cooldown=1), says="one step in all"),
        Case.extreme(call(3, steps=12, warmup=3, cooldown=4), says="the first at full rate"),
        Case.extreme(call(8, steps=12, warmup=3, cooldown=4), says="where the cooldown begins"),
    ],
    mistakes=[
        named(
            "first step at zero",
            "your first step has rate 0 and moves nothing. The rise is (step + 1) / (warmup + 1).",
            _starts_at_zero,
        ),
        named(
            "no warmup",
            "the rate is full from the first step: warmup was not used.",
            _no_warmup,
        ),
        named(
            "falls from the start",
            "your rate falls all the way from the top. It stays at lr until the last `cooldown` "
            "steps.",
            _cools_at_once,
        ),
        named(
            "falls too soon",
            "your cooldown begins after `cooldown` steps. It takes up the last `cooldown` steps: it"
            " begins at steps − cooldown.",
            _wsd(begin=lambda s, n, c: (n - s) / (n - c)),
        ),
        named(
            "down to zero",
            "you went down to 0; the rate ends at `final`.",
            _to_zero,
        ),
        named(
            "final as a part of lr",
            "you took `final` as a part of lr. It is a rate itself.",
            _to_part,
        ),
        named(
            "final added on top",
            "you added `final` to the whole rate: at the top it is lr + final. What falls is the "
            "difference, lr − final.",
            lambda step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0: (
                schedules.warmup_stable_decay(
                    step, steps=steps, warmup=warmup, cooldown=cooldown, lr=lr
                )
                + (0 if step < warmup else final)
            ),
        ),
        named(
            "never below final forgotten",
            "beyond the last step your rate goes on falling. Keep the part that is left from 0 "
            "to 1.",
            _wsd(floor=False),
        ),
        named(
            "cosine",
            "you came down along a cosine. Here the way down is a straight line.",
            _to_cosine,
        ),
        named(
            "a step too early",
            "your cooldown is over one step too early: the last step should still have a rate "
            "above `final`.",
            _wsd(begin=lambda s, n, c: (n - 1 - s) / c),
        ),
    ],
    hints=[
        (
            "Draw it: three straight pieces. Where does each begin, and what part of the cooldown "
            "is still left at a given step?"
        ),
        (
            "Below warmup: lr (step + 1) / (warmup + 1). Else final + (lr − final) · left, with "
            "left = (steps − step) / cooldown, kept from 0 to 1."
        ),
        ("if step < warmup:\n    return …\nleft = min(1.0, max(0.0, …))\nreturn final + … * left"),
    ],
    why=(
        "At full rate a model strides along the valley and bounces between its walls; the cooldown "
        "lets it sink to the floor. The plateau needs no end fixed in advance: cool down when time "
        "is up."
    ),
    difficulty=2,
    minutes=10,
    importance=4,
)
