"""The exercises of this lesson: from counting n-grams to a training loop without faults."""

import math

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.networks import schedules
from course.practice import costs
from course.transformers import loop, ngram, numpy_gpt, score, tokens
from course.transformers.gpt.config import Config

# ---------------------------------------------------------------------------------------


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
        """
        (count + D * p) / np.maximum(N + D, 1) ⇒ count / np.maximum(N, 1)
            You gave the share that was counted and nothing else. A follower that was never seen in
            this context gets probability 0, and one such character makes the loss infinite.
        (count + D * p) / np.maximum(N + D, 1) ⇒ 0.5 * count / np.maximum(N, 1) + 0.5 * p
            You trusted every context alike. One that was seen once knows less than one that was
            seen a thousand times: the share of the count is N / (N + D).
        count + D * p ⇒ D * count / np.maximum(N, 1) + N * p
            You gave the share N / (N + D) to the shorter context. Many observations speak for the
            count, many different followers for the shorter context.
        D * p ⇒ D
            You added D itself to the count. D observations are set aside for the shorter context
            to share out: D · p.
        N + D, 1 ⇒ N, 1
            Right above the line; below it stands N + D, so that the probabilities sum to 1.
        N > 0 ⇒ count > 0
        (count + D * p) / np.maximum(N + D, 1) ⇒ count / np.maximum(N, 1)
            You used p where the count was 0 and the count elsewhere. Then the sum exceeds 1: what
            is given to the unseen must be taken from the seen.
        np.where(N > 0, ( ⇒ ((
        , 1), p) ⇒ , 1))
            A context that was never seen knows nothing: pass p on unchanged, not 0.
        np.where(N > 0, ( ⇒ ((
        np.maximum(N + D, 1), p) ⇒ (N + D))
            Right, but for a context that was never seen N + D is 0. There, return p.
        D * p ⇒ 1
            You added 1 to each count, as Laplace did. Witten and Bell add D · p: what the shorter
            context knows is used.
        """,
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

# ---------------------------------------------------------------------------------------


def _padded(rng, B, T, V):
    z, y = 2 * rng.standard_normal((B, T, V)), rng.integers(0, V, (B, T))
    lengths = rng.permutation(np.linspace(1, T, B).astype(int))
    return z, y, np.arange(T) < lengths[:, None]


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
        """
        / np.log(2) ⇒
            Right, in nats. A bit is the surprise at one fair coin: divide by ln 2.
        / np.log(2) ⇒ * np.log(2)
            You multiplied by ln 2. A nat is 1.44 bits, so there are more bits than nats: divide.
        logp[real] ⇒ logp
            You averaged over the padded places too. Nobody asks for a token there; take the real
            ones only.
        logp[real] ⇒ (logp * real)
            You left the padded places out of the sum, but divided by their number all the same:
            the padding makes the model look better.
        logp[real].mean() ⇒ ((logp * real).sum(1) / real.sum(1)).mean()
            You averaged each row and then the rows: a token of a short row counts for more. All
            real tokens count alike.
        .mean() ⇒ .sum()
            You added the surprises up. The average is what can be compared: divide by the number
            of real tokens.
        -logp[real].mean() / np.log(2) ⇒ -np.log2(np.exp(logp)[real].mean())
            You averaged the probabilities and took the logarithm afterwards. Surprise is −log p of
            each token; average that.
        layers.log_softmax(z) ⇒ layers.log_softmax(z.swapaxes(1, 2)).swapaxes(1, 2)
            Your softmax runs over the positions. It shares out 1 among the V tokens, along the
            last axis.
        y[..., None] ⇒ z.argmax(-1)[..., None]
            You took the largest probability of each place. Surprise is about the token that came,
            y, whatever the model favoured.
        -logp[real].mean() / np.log(2) ⇒ np.exp(-logp[real].mean())
            You returned 2 to the power of the bits: the perplexity.
        -logp ⇒ logp
            A logarithm of a probability is negative; the surprise is its opposite.
        """,
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

# ---------------------------------------------------------------------------------------


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
        """
        places + 1 ⇒ places
            Your targets are the inputs. The model is asked for a token that it has just been
            given: the loss falls to 0 and nothing is learnt. y stands one place further on.
        places + 1 ⇒ places - 1
            Your targets are the tokens before. Reading left to right, the question at position t
            is what comes at t + 1.
        places + 1 ⇒ (places + 2) % len(ids)
            Your targets stand two places further on; the next token is one.
        ids[places + 1] ⇒ ids[starts + T][:, None]
            You gave each window a single target, the token after its end. A window of T tokens
            asks T questions at once: y has the shape of x.
        ids[places + 1] ⇒ ids[rng.integers(1, len(ids) - T + 1, size=B)[:, None] + np.arange(T)]
            X and y were cut at different places. Draw the starts once, and use them for both.
        rng.integers(0, len(ids) - T, size=B) ⇒ np.full(B, rng.integers(0, len(ids) - T))
            Every row shows the same window: one start was drawn instead of B.
        rng.integers(0, len(ids) - T, size=B) ⇒ np.zeros(B, dtype=int)
            Your windows all start at the beginning of the text; their starts are drawn.
        len(ids) - T, ⇒ max(len(ids) - T - 1, 1),
            One start is missing. rng.integers(0, n) gives 0 to n − 1; the last window that has a
            token after it starts at N − T − 1.
        len(ids) - T, ⇒ len(ids) - T + 1,
        places + 1 ⇒ (places + 1) % len(ids)
            Some windows start so late that no token comes after their last one. The last start is
            N − T − 1.
        ids[places], ids[places + 1] ⇒ ids[places].T, ids[places + 1].T
            Your arrays are (T, B). A row is a window: (B, T).
        ids[places], ids[places + 1] ⇒ ids[places][:, ::-1], ids[places + 1][:, ::-1]
            Your windows run from right to left.
        """,
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

# ---------------------------------------------------------------------------------------


def _tables(rng, B, T, V, C, places, past):
    ids = rng.integers(0, V, (B, T))
    return ids, rng.standard_normal((V, C)), rng.standard_normal((places, C)), past


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
        """
        P[past : past + T] ⇒ P[:T]
            Right without a past. After a past of n tokens the first of these stands at place n:
            you started again from 0. A model that writes token by token then believes that each is
            the first.
        P[past : past + T] ⇒ P[np.arange(past + 1, past + T + 1) % len(P)]
            You counted places from 1. The first token stands at place 0.
        P[past : past + T] ⇒ P[len(P) - T :]
            You took the last T rows of P. A text begins at place 0, not at the end of the context.
        P[past : past + T] ⇒ P[np.arange(past - 1, past + T - 1)]
            Your places begin one too early: `past` tokens stand at places 0 to past − 1.
        P[past : past + T] ⇒ P[past + T - 1]
            All tokens got the row of one place. Each has its own: P[past : past + T].
        P[past : past + T] ⇒ P[ids % len(P)]
            You looked P up by the tokens. P has a row for each place, E a row for each token.
        + P[past : past + T] ⇒
            The places are missing: the same token gets the same vector wherever it stands.
        + P ⇒ * P
            You multiplied by the place's vector. It is added.
        E[ids] ⇒ E[ids] * np.sqrt(E.shape[1])
            You multiplied the embeddings by √C, as the first Transformer did. GPT-2 does not.
        """,
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

# ---------------------------------------------------------------------------------------


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
        """
        x + attend ⇒ attend
        x + mlp ⇒ mlp
            Nothing is added to x: each part replaces the stream. Then every layer has to carry the
            whole text by itself, and the gradient has no straight way back.
        x + attend ⇒ attend
            Attention replaces the stream instead of adding to it.
        x + mlp ⇒ mlp
            The MLP replaces the stream instead of adding to it.
        x + attend(norm1(x)) ⇒ norm1(x + attend(x))
        x + mlp(norm2(x)) ⇒ norm2(x + mlp(x))
            You normalised after adding, as the first Transformer did. GPT-2 normalises before:
            what a part reads is normalised, the stream is not, and so the gradient of the stream
            passes every block untouched.
        attend(norm1(x)) ⇒ norm1(attend(x))
        mlp(norm2(x)) ⇒ norm2(mlp(x))
            You normalised what the parts return. Normalise what they read.
        x + attend(norm1(x)) ⇒ norm2(norm1(x) + attend(norm1(x)))
        mlp(norm2(x)) ⇒ mlp(x)
            You normalised the stream itself and went on with that. Only the part reads the
            normalised vector; the sum starts from x as it was.
        x = x + attend ⇒ a = attend
        return x + ⇒ return x + a +
            Both parts read the same x, as in some models. In GPT-2 the MLP comes after, and reads
            what attention has added.
        x = x + ⇒ y = x +
        norm2(x) ⇒ norm2(y)
            What attention found was read by the MLP and then lost: the second sum starts from the
            first x.
        attend(norm1(x)) ⇒ mlp(norm2(x))
        return x + mlp(norm2(x)) ⇒ return x + attend(norm1(x))
            The MLP came before attention.
        norm1(x) ⇒ x
            Attention reads the stream as it is; norm1 was not used.
        norm2(x) ⇒ x
            The MLP reads the stream as it is; norm2 was not used.
        norm2(x) ⇒ norm1(x)
            norm1 was used for both parts. Each has its own scale.
        """,
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

# ---------------------------------------------------------------------------------------


def _gpt2(rng, **fields):
    heads = int(rng.integers(2, 5))
    return Config(
        int(rng.integers(20, 90)),
        context=int(rng.integers(5, 17)),
        layers=int(rng.integers(2, 7)),
        heads=heads,
        width=heads * int(rng.integers(3, 9)),
        **fields,
    )


parameters = Exercise(
    costs.parameters,
    cases=[
        Case.hand(
            (Config(10, context=4, layers=1, heads=1, width=2),),
            106,
            says="V = 10, T = 4, L = 1, C = 2",
        ),
        Case.random(lambda rng: (_gpt2(rng),), says="a GPT-2 of another size", n=2),
        Case.random(lambda rng: (_gpt2(rng, tied=False),), says="with a head of its own", n=2),
        Case.random(lambda rng: (_gpt2(rng, bias=False),), says="without biases", n=2),
        Case.extreme(
            (Config(50257, context=1024, layers=48, heads=25, width=1600),),
            says="GPT-2 XL",
            expected=1_557_611_200,
        ),
    ],
    mistakes=[
        """
        0 if config.tied else V * C ⇒ V * C
            The head is counted twice: a tied head is the embedding table, read the other way, and
            costs nothing more.
        0 if config.tied else V * C ⇒ 0
            Right where the head is tied. With tied=False it has a matrix of its own, C by V.
        T * C if ⇒ 0 if
            The table of places is missing: T C numbers.
        + norm + head ⇒ + head
            One norm stands after the last block; its scale and shift are missing.
        (3 + 1 + 4 + 1) * C if config.bias else 0 ⇒ 0
            The biases of the affine maps are missing: 3C for q, k and v, C for the projection, 4C
            and C in the MLP.
        2 * norm ⇒ 0
            Each block has two norms, with a scale and a shift of C numbers each.
        12 * C ⇒ 11 * C
            Attention has four matrices of C by C: q, k, v, and the projection after the heads.
        12 * C ⇒ 6 * C
            The MLP is four times as wide inside: C by 4C, and 4C by C.
        12 * C * C ⇒ (8 + 4 * config.heads) * C * C
            You gave each head matrices of the full width. H heads of C / H columns share them: the
            number of heads changes nothing.
        * C if config.bias else 0 ⇒ * C
        2 * C if config.bias else C ⇒ 2 * C
            Right with biases. With bias=False affine maps and norms have none.
        L * ( ⇒ (
            You counted a single block; there are L of them.
        """,
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

# ---------------------------------------------------------------------------------------


def _steps(rng, V, N, rates):
    def pairs():
        x = rng.integers(0, V, N)
        return x, (x + rng.integers(1, 3, N)) % V

    return rng.standard_normal((V, V)), [pairs() for _ in rates], list(rates), pairs()


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
        """
        best, lowest = W, np.inf ⇒ best, lowest, old = W, np.inf, 0
        dW = np.zeros_like(W) ⇒ dW = old = np.zeros_like(W) + old
            The gradient of each step contains those of all steps before. Begin each step with
            zeros; in PyTorch, zero_grad.
        np.add.at(dW, x, layers ⇒ dW[x] += (layers
            `dW[x] += dz` adds once for each different token: where a token occurs twice in x, one
            of the two is lost. np.add.at(dW, x, dz) adds both.
        W = W - ⇒ W -=
            `W -= …` writes into the table that the caller passed in, and `best` is that very
            table: what you return as the best is the last. Make a new one: W = W − ….
        W, np.inf ⇒ (W := W.copy()), np.inf
        W = W - ⇒ W -=
            You copied W at the start, and then changed it in place: `best = W` is a name for the
            table that goes on changing, so the best is the last. Keep a copy, or make a new W in
            each step.
        W[held_out[0]], held_out[1] ⇒ W[x], y
            You scored each table on the batch that it had just learnt from. The best of these is
            the best at learning by heart; score it on held_out.
        loss < lowest ⇒ True
            You returned the last table. The best one, by its held-out loss, may have come before.
        W = W - ⇒ before, W = W, W -
        W[held_out[0]] ⇒ before[held_out[0]]
            The loss that you keep belongs to the table before the step, the table to after it.
        W - lr ⇒ W + lr
            You added the gradient. It points to where the loss grows: subtract.
        lr * dW ⇒ rates[0] * dW
            Every step used the first rate. The schedule has one for each.
        in zip(batches, ⇒ in zip([batches[0]] * len(batches),
            Every step learnt from the first batch: draw inside the loop, not before it.
        lr * dW ⇒ lr * len(x) * dW
            Your gradient is that of the sum of the losses; it grows with the batch, and so does
            the step. cross_entropy is a mean: divide by N once.
        lr * dW ⇒ lr * dW / len(x)
            You divided by N again; layers.cross_entropy_backward has done so.
        """,
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

# ---------------------------------------------------------------------------------------


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
        """
        (step + 1) / (warmup + 1) ⇒ step / warmup
            Your first step has rate 0 and moves nothing. The rise is (step + 1) / (warmup + 1).
        step < warmup ⇒ False
            The rate is full from the first step: warmup was not used.
        / cooldown ⇒ / (steps - warmup)
            Your rate falls all the way from the top. It stays at lr until the last `cooldown`
            steps.
        / cooldown ⇒ / (steps - cooldown)
            Your cooldown begins after `cooldown` steps. It takes up the last `cooldown` steps: it
            begins at steps − cooldown.
        final + (lr - final) * left ⇒ lr * left
            You went down to 0; the rate ends at `final`.
        final + (lr - final) ⇒ final * lr + (lr - final * lr)
            You took `final` as a part of lr. It is a rate itself.
        (lr - final) ⇒ lr
            You added `final` to the whole rate: at the top it is lr + final. What falls is the
            difference, lr − final.
        max(0.0, (steps - step) / cooldown) ⇒ (steps - step) / cooldown
            Beyond the last step your rate goes on falling. Keep the part that is left from 0 to 1.
        * left ⇒ * (1 - math.cos(math.pi * left)) / 2
            You came down along a cosine. Here the way down is a straight line.
        (steps - step) ⇒ (steps - 1 - step)
            Your cooldown is over one step too early: the last step should still have a rate above
            `final`.
        """,
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
