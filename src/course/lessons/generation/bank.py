"""The exercises of this lesson: choosing, searching, and not computing twice."""

import numpy as np

from course.checking import Case, Edit, Exercise, Law
from course.transformers import attention, beam, cached, choosing, speculative
from course.words import say


def _searched(answer, p, ids, n, width):
    """What a search finds in a model that looks at the last token alone."""
    with np.errstate(divide="ignore"):
        logp = np.log(p)
    texts, totals = answer(lambda texts: logp[np.asarray(texts)[:, -1]], ids, n, width)
    return {"texts": texts, "totals": totals}


def _table(rng, V):
    return rng.dirichlet(np.full(V, 0.7), V)


def _search(V, n, width, T=1):
    return Case.random(
        lambda rng: (_table(rng, V), rng.integers(0, V, T), n, width),
        says=f"V = {V}, a start of {T}, n = {n}, width {width}",
    )


def _one_is_greedy(f, rng):
    p, ids = _table(rng, 6), [4]
    texts, _ = f(lambda texts: np.log(p)[np.asarray(texts)[:, -1]], np.array(ids), 5, 1)
    for _ in range(5):
        ids.append(int(p[ids[-1]].argmax()))
    if np.array_equal(np.asarray(texts)[0], ids):
        return ""
    return say("V = 6, n = 5: your beam of 1 doesn't write the most probable token at each step.")


beam_search = Exercise(
    beam.beam_search,
    kind="build",
    probe=_searched,
    cases=[
        Case.hand(
            (np.array([[0, 0.6, 0.4], [0.5, 0.25, 0.25], [0.98, 0.01, 0.01]]), np.array([0]), 2, 2),
            {
                "texts": np.array([[0, 2, 0], [0, 1, 0]]),
                "totals": np.log([0.392, 0.3]),
            },
            says="from A, two steps, width 2",
        ),
        _search(5, 4, 3),
        _search(7, 3, 4, T=2),
        _search(4, 6, 2, T=3),
        _search(6, 5, 1),
        Case.extreme(
            (np.array([[0.5, 0.3, 0.2]] * 3), np.array([1]), 1, 5),
            says="fewer texts than the width",
        ),
        Case.extreme((np.full((2, 2), 0.5), np.array([1, 0]), 0, 3), says="n = 0"),
    ],
    laws=[Law("a beam of 1 is greedy", _one_is_greedy)],
    mistakes=[
        """
        totals[:, None] + follow(texts) ⇒ follow(texts)
            You forgot what each text has gathered so far: the totals of the texts must be added
            before they are compared.
        -ways, ⇒ ways,
            You kept the least probable texts: argsort begins with the smallest.
        texts[rows], tokens ⇒ texts[np.arange(len(rows)) % len(texts)], tokens
            The new tokens were put behind other texts than those that they continue. Each kept way
            belongs to a row: take the texts by these rows.
        np.array([ids]), np.zeros(1) ⇒ np.array([ids] * width), np.zeros(width)
            You began with copies of one text. They all get the same continuations and stay copies:
            begin with one.
        np.zeros(1) ⇒ np.ones(1)
        None] + follow ⇒ None] * follow
            You multiplied. These are logarithms of probabilities: add them.
        return texts, totals ⇒ return texts, np.exp(totals)
            You returned probabilities; of long texts they fall to 0. Keep the logarithms.
        return texts, totals ⇒ return texts, totals / max(n, 1)
            You returned means. The total is the sum over what was added.
        return texts, totals ⇒ return texts[:1], totals[:1]
            You returned the best text alone. All that were kept are wanted, the best first.
        return texts, totals ⇒ return texts[0], totals[0]
            You returned one text and one number. All that were kept are wanted: texts as rows.
        return texts, totals ⇒ return texts[:, len(ids) :], totals
            You returned what was added. The texts begin with `ids`.
        return texts, totals ⇒ return texts, totals - totals[0]
            Your totals are counted from the best one. Each is the log probability of its own text.
        """,
        Edit(
            'np.argsort(-ways, axis=None, kind="stable")[:width]',
            "np.arange(len(ways)) * ways.shape[1] + ways.argmax(axis=1)",
            "You continued each text by its best token alone. From one text that makes one text: it "
            "is greedy. Compare all continuations of all texts.",
        ),
        Edit(
            'np.argsort(-ways, axis=None, kind="stable")[:width]',
            "(np.argsort(-ways, axis=1)[:, :width] + ways.shape[1] * np.arange(len(ways))[:, None])"
            ".ravel()",
            "You kept `width` continuations of every text, so their number grows at each step. Keep "
            "`width` in all.",
        ),
        Edit(
            "totals = ways[rows, tokens]",
            "totals = follow(texts[:, :-1])[np.arange(len(rows)), tokens]",
            "Your totals hold the last step alone. Each adds up all steps of its text.",
        ),
        Edit(
            "    return",
            "        return",
            "Your `return` stands inside the loop, so the search ends after one step.",
        ),
    ],
    hints=[
        "If there are B texts and V tokens, how many continuations are compared, and what number "
        "does each of them have?",
        "ways = totals as a column + follow(texts), (B, V). The place of an entry in the flattened "
        "table is row · V + token: np.divmod gives both back.",
        "texts, totals = np.array([ids]), np.zeros(1)\nfor _ in range(n):\n    ways = …\n"
        "    best = np.argsort(…, axis=None)[…]\n    rows, tokens = np.divmod(best, …)\n"
        "    texts = np.concatenate([texts[…], …], axis=1)\n    totals = …\n"
        "return texts, totals",
    ],
    why="All continuations of all texts stand in one table of B rows and V columns. The best of the "
    "whole table are kept, so a good text may have several heirs and a poor one none.",
    difficulty=4,
    minutes=20,
    importance=3,
)

# ---------------------------------------------------------------------------------------


def _weights(rng, V, N):
    w = rng.gamma(0.6, size=V)
    w[rng.integers(0, V, 2)] = 0
    return rng.random(N), w * 3


def _never_draws_nothing(f, rng):
    w = np.array([0, 0.3, 0, 0, 0.4, 0.1, 0])
    drawn = np.asarray(f(np.append(rng.random(500), [0.0, 1 - 2**-53]), w))
    if np.isin(drawn, np.flatnonzero(w)).all():
        return ""
    return say(
        "w = (0, 0.3, 0, 0, 0.4, 0.1, 0): a token of weight 0 came, or one that doesn't exist."
    )


draw = Exercise(
    choosing.draw,
    kind="diagnose",
    cases=[
        Case.hand(
            (np.array([0.0, 0.24, 0.25, 0.99]), np.array([0.0, 2.0, 0.0, 6.0])),
            np.array([1, 1, 3, 3]),
            says="w = (0, 2, 0, 6), u = 0, 0.24, 0.25, 0.99",
        ),
        Case.random(lambda rng: _weights(rng, 7, 60), says="seven weights, 60 draws"),
        Case.random(
            lambda rng: (rng.random(50), rng.dirichlet(np.ones(5)) * 0.7),
            says="five weights that sum to 0.7, 50 draws",
        ),
        Case.random(
            lambda rng: (rng.random(40), rng.dirichlet(np.ones(9))),
            says="nine weights that sum to 1, 40 draws",
        ),
        Case.extreme((0.5, np.array([1.0, 3.0])), says="a single u"),
        Case.extreme((np.array([1 - 2**-53]), np.array([0.1, 0.2, 0.0])), says="u just below 1"),
    ],
    laws=[Law("what weighs nothing never comes", _never_draws_nothing)],
    mistakes=[
        """
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u) + 1, len(w) - 1)
            This is the sampler as it was, with both faults: it is one token off, and what the
            weights lack to 1 falls to the last token.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u, side="right") + 1, len(w) - 1)
            Both faults are still in it: it is one token off, and the line ends at Σ w while u ends
            at 1.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u * edges[-1], side="right") + 1, len(w) - 1)
            It is still one token off: each token comes as often as the one before it should.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u * edges[-1]) + 1, len(w) - 1)
            You made the line fit, and it is still one token off.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u, side="right"), len(w) - 1)
            Your line ends at Σ w and u ends at 1. Where the sum is below 1, the rest falls to the
            last token; where it is above, the last ones never come. Stretch u.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.minimum(np.searchsorted(edges, u), len(w) - 1)
            The shift is mended. But your line ends at Σ w and u ends at 1: stretch u. And a u that
            falls on an edge belongs to the token behind it.
        u * edges[-1] ⇒ u
            Your line ends at Σ w and u ends at 1, so some u fall behind the last token. Stretch u
            to the length of the line.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.searchsorted(edges, u)
            Some of your tokens don't exist, or never come. The shift is mended, but the line ends at
            Σ w and not at 1.
        , side="right" ⇒
            A u that falls exactly on an edge belongs to the token that begins there. At u = 0 a
            first token of weight 0 would come: side="right".
        side="right") ⇒ side="right") - 1
            You are one token off, to the other side. The first edge is the end of token 0, not its
            beginning.
        np.cumsum(w) ⇒ np.cumsum(np.sort(w)[::-1])
            You sorted the weights, and the answer is a rank. Asked is the token.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ (u * len(w)).astype(int)
            You gave every token the same share. The weights are its shares.
        np.searchsorted(edges, u * edges[-1], side="right") ⇒ np.argmax(w) + 0 * np.searchsorted(edges, u)
            You took the largest weight each time. u is to decide.
        """,
    ],
    hints=[
        "Which bar of the histogram equals which bar beside it, and who gets what the weights lack "
        "to 1?",
        "Token i has the stretch from w[0] + … + w[i − 1] to w[0] + … + w[i]. The line is as long "
        "as the sum: the place is u Σ w. On an edge, the token behind it.",
        "edges = …\nreturn np.searchsorted(edges, …, side=…)",
    ],
    why="searchsorted counts the edges at or below a place, and that is the number of tokens that "
    "end before it: the token itself, without + 1. Stretching u does what scaling w would.",
    difficulty=3,
    minutes=10,
    importance=4,
)

# ---------------------------------------------------------------------------------------

_EIGHTHS = np.array([0.125, 0.5, 0.25, 0.125])


def _probabilities(rng, V, concentration=0.5):
    return rng.dirichlet(np.full(V, concentration))


def _fewest(f, rng):
    p = _probabilities(rng, 12)
    left = np.asarray(f(p, 0.8)) > 0
    reached, least = p[left].sum(), p[left].min()
    if reached < 0.8 - 1e-9:
        return say("V = 12, mass 0.8: what you keep has {reached:.2f} together.", reached=reached)
    if reached - least >= 0.8:
        return say("V = 12, mass 0.8: what you keep would reach 0.8 with a token less.")
    return ""


top_p = Exercise(
    choosing.top_p,
    cases=[
        Case.hand(
            (_EIGHTHS, 0.75), np.array([0, 2 / 3, 1 / 3, 0]), says="p = (⅛, ½, ¼, ⅛), mass ¾"
        ),
        Case.random(lambda rng: (_probabilities(rng, 9), 0.8), says="V = 9, mass 0.8"),
        Case.random(lambda rng: (_probabilities(rng, 14, 2), 0.5), says="V = 14, mass 0.5"),
        Case.random(lambda rng: (_probabilities(rng, 6), 0.97), says="V = 6, mass 0.97"),
        Case.extreme((_EIGHTHS, 1.0), says="mass 1: all of it"),
        Case.extreme((np.full(4, 0.25), 0.5), says="four equal tokens, mass ½"),
        Case.extreme((np.array([0.2, 0.5, 0.3]), 1e-9), says="mass 0.000000001"),
    ],
    laws=[Law("the fewest that reach the mass", _fewest)],
    mistakes=[
        """
        before < mass ⇒ before <= mass
            Where the mass is reached exactly, you keep one token too many: it is reached without
            it.
        before < mass ⇒ before + p[order] <= mass
            You dropped the token that crosses the mass. Without it the mass isn't reached: keep it.
        before < mass ⇒ before + p[order] < mass
            You kept only what stays below the mass. The token that reaches it is kept too.
        kept / kept.sum() ⇒ kept
            You didn't scale what is left: it sums to the mass that was kept, not to 1.
        kept / kept.sum() ⇒ kept / mass
            You divided by the mass that was asked for. What was kept is mostly more: divide by its
            sum.
        kept[order] = ⇒ kept[:] =
            Your probabilities come sorted. Each must go back to the place of its token.
        kept[order] = np.where(before < mass, p[order], 0) ⇒ kept = np.where(before < mass, p, 0)
            You cut the right ranks from the wrong tokens: `before` is in sorted order and p isn't.
        argsort(-p ⇒ argsort(p
            You began with the least probable tokens.
        np.argsort(-p, kind="stable") ⇒ np.arange(len(p))
            You added up in the order of the tokens. Sort by probability first, the largest first.
        np.argsort(-p, kind="stable") ⇒ np.argsort(p, kind="stable")[::-1]
            Of equal tokens you took the last first. Sort −p with kind="stable".
        np.where(before < mass, p[order], 0) ⇒ np.where(p[order] >= mass, p[order], 0)
            You kept tokens that have the mass alone. It is reached by several together.
        np.where(before < mass, p[order], 0) ⇒ np.where(p[order] >= 1 - mass, p[order], 0)
            You compared each token with 1 − mass. What counts is what the more probable ones reach
            together.
        """,
    ],
    hints=[
        "A token is kept if the more probable ones haven't reached the mass yet. What do they "
        "reach, in sorted order?",
        "order = argsort(−p); before = cumsum(p[order]) − p[order]; keep where before < mass; put "
        "back by kept[order] = …; divide by the sum.",
        'order = np.argsort(-p, kind="stable")\nbefore = …\nkept = np.zeros_like(p)\n'
        "kept[order] = np.where(…)\nreturn …",
    ],
    why="What the more probable tokens reach without it decides about a token: so the one that "
    "crosses the mass stays, and the first always does.",
    difficulty=3,
    minutes=10,
    importance=4,
)

min_p = Exercise(
    choosing.min_p,
    kind="transfer",
    cases=[
        Case.hand(
            (_EIGHTHS, 0.5), np.array([0, 2 / 3, 1 / 3, 0]), says="p = (⅛, ½, ¼, ⅛), ratio ½"
        ),
        Case.random(lambda rng: (_probabilities(rng, 9), 0.1), says="V = 9, ratio 0.1"),
        Case.random(lambda rng: (_probabilities(rng, 14, 2), 0.4), says="V = 14, ratio 0.4"),
        Case.random(lambda rng: (_probabilities(rng, 30, 1), 0.05), says="V = 30, ratio 0.05"),
        Case.extreme((np.array([0.3, 0.4, 0.3]), 1.0), says="ratio 1: the best alone"),
        Case.extreme((np.full(5, 0.2), 1.0), says="five equal tokens, ratio 1"),
    ],
    mistakes=[
        """
        ratio * p.max() ⇒ ratio
            You compared p with the ratio itself. A token is compared with the most probable one.
        p >= ratio ⇒ p > ratio
            A token that is exactly the ratio times as probable stays: at least, so ≥.
        kept / kept.sum() ⇒ kept
            You didn't scale what is left to sum to 1.
        ratio * p.max() ⇒ ratio * p.min()
            You compared with the least probable token. The most probable one is the measure.
        ratio * p.max() ⇒ p.max() / ratio
            You divided by the ratio, and nothing is as probable as that. The bound is ratio times
            the largest.
        ratio * p.max() ⇒ p.max() - ratio
            You subtracted the ratio. It multiplies the largest probability.
        ratio * p.max() ⇒ (1 - ratio) * p.max()
            You kept what has 1 − ratio of the best. The bound is ratio times the largest.
        ratio * p.max() ⇒ ratio * p.mean()
            You compared with the mean. The most probable token is the measure.
        kept / kept.sum() ⇒ kept / kept.max()
            You divided by the largest. Probabilities sum to 1: divide by the sum.
        p, 0) ⇒ 1, 0)
            What is left all has the same probability now. Keep p where it is kept.
        """,
    ],
    hints=[
        "The most probable token has ½ and the ratio is 0.1. How probable must a token be to stay?",
        "Keep where p ≥ ratio · max p, then divide by the sum of what is kept; p is (V,).",
        "kept = np.where(…, p, 0)\nreturn …",
    ],
    why="Where the model is sure, the largest probability is high and the bound with it; where it "
    "isn't, both are low. So the number of tokens that stay follows the model, as with top-p.",
    difficulty=2,
    minutes=5,
    importance=3,
)

# ---------------------------------------------------------------------------------------


def _positions(rng, B, H, T, S, D):
    shapes = [(B, H, T, D)] * 3 + [(B, H, S, D)] * 2
    return tuple(rng.standard_normal(shape) for shape in shapes)


def _parts(B, H, T, S, D):
    return Case.random(
        lambda rng: _positions(rng, B, H, T, S, D),
        says=f"B = {B}, H = {H}, T = {T} new, S = {S} before, D = {D}",
    )


def _column(*values):
    return np.array(values, dtype=float).reshape(1, 1, -1, 1)


def _cut_in_two(f, rng):
    """A text read in one part and in two."""
    q, k, v, *nothing = _positions(rng, 1, 2, 5, 0, 4)
    whole = np.asarray(f(q, k, v, *nothing)[0])
    _, *past = f(q[:, :, :3], k[:, :, :3], v[:, :, :3], *nothing)
    later = np.asarray(f(q[:, :, 3:], k[:, :, 3:], v[:, :, 3:], *map(np.asarray, past))[0])
    if later.shape == whole[:, :, 3:].shape and np.allclose(later, whole[:, :, 3:], atol=1e-4):
        return ""
    return say("Five positions, read as 3 and then 2, don't give what they give when read at once.")


def along_another_axis(q, k, v, k_past, v_past):
    """You joined past and new along another axis. Positions stand on the last but one, −2."""
    k = np.concatenate([k_past, k], axis=0)
    v = np.concatenate([v_past, v], axis=0)
    return attention.attend(q, k, v, causal=True)[0], k, v


def along_heads(q, k, v, k_past, v_past):
    """You joined past and new along the heads. Positions stand on the last axis but one, −2."""
    k = np.concatenate([k_past, k], axis=1)
    v = np.concatenate([v_past, v], axis=1)
    return attention.attend(q, k, v, causal=True)[0], k, v


attend_cached = Exercise(
    cached.attend_cached,
    kind="build",
    cases=[
        Case.hand(
            (*[_column(0, 0)] * 2, _column(6, 7), _column(0, 0), _column(1, 2)),
            (_column(3, 4), _column(0, 0, 0, 0), _column(1, 2, 6, 7)),
            says="queries 0, values 1, 2 before and 6, 7 new",
        ),
        _parts(2, 3, 4, 6, 5),
        _parts(1, 2, 1, 5, 4),
        _parts(3, 2, 5, 4, 2),
        Case.random(lambda rng: _positions(rng, 2, 2, 3, 0, 4), says="nothing before, S = 0"),
        Case.extreme(
            (*[np.ones((1, 1, 1, 2))] * 3, *[np.ones((1, 1, 0, 2))] * 2), says="the first"
        ),
    ],
    laws=[Law("a text in two parts is the whole text", _cut_in_two)],
    mistakes=[
        """
        , mask=attention.causal_mask(T, S) ⇒
            New positions see each other's future. One new position needs no mask; several do.
        attention.causal_mask(T, S) ⇒ np.tri(T, T + S, dtype=bool)
            Your mask begins at the first key, so the first new position sees one key of the past
            and nothing else. It sees all S before it, and itself.
        np.concatenate([k_past, k], axis=-2) ⇒ np.concatenate([k, k_past], axis=-2)
        np.concatenate([v_past, v], axis=-2) ⇒ np.concatenate([v, v_past], axis=-2)
            The past stands behind what is new. Time runs on: the past comes first.
        return y, k, v ⇒ return y, k[..., S:, :], v[..., S:, :]
            You kept what is new and lost the past: the next token would see these T positions
            alone.
        (q, k, v, mask=attention.causal_mask(T, S)) ⇒ (q, k[..., S:, :], v[..., S:, :], causal=True)
            The new positions see only each other. Their queries must meet the keys of the past too.
        (q, k, v, mask=attention.causal_mask(T, S)) ⇒ (q, k, v, mask=np.arange(T + S) < S + (S == 0))
            The new positions see the past and not themselves.
        (q, k, v, mask=attention.causal_mask(T, S)) ⇒ (k, k, v, causal=True)
            You asked for all positions again, with the keys as queries. Queries are those of the
            new ones.
        return y, k, v ⇒ return y
            You returned what was read, and nothing is kept. y, k and v are wanted.
        y, _ = ⇒ y =
            attention.attend gives two things, y and the weights. Take the first.
        return y, k, v ⇒ return k, v, y
            The order is y, then k and v.
        return y, k, v ⇒ return y, v, k
            Keys and values have changed places in what you return.
        attention.attend(q, k, v, ⇒ attention.attend(q, v, k,
            Keys and values have changed places in attend.
        np.concatenate([v_past, v], axis=-2) ⇒ np.concatenate([k_past, v], axis=-2)
            You put the keys of the past before the new values.
        return y, k, v ⇒ return y, np.concatenate([k_past, k], axis=-2), v
            The past stands in your keys twice: k holds it already when you return.
        np.concatenate([k_past, k], axis=-2) ⇒ k_past
        np.concatenate([v_past, v], axis=-2) ⇒ v_past
        mask=attention.causal_mask(T, S) ⇒ mask=np.ones((T, S), dtype=bool)
            What is new was never added to the past.
        """,
        along_another_axis,
        along_heads,
    ],
    hints=[
        "If S positions were read before, how many keys does the first of the new ones see, and the "
        "last?",
        "k = [k_past, k] and v = [v_past, v] along the axis of positions, −2: (…, S + T, D). Query t "
        "of the T new ones sees keys 0 … S + t: attention.causal_mask(T, S).",
        "k = np.concatenate([…], axis=-2)\nv = …\nT, S = q.shape[-2], k_past.shape[-2]\n"
        "y, _ = attention.attend(q, …, …, mask=…)\nreturn y, k, v",
    ],
    why="The last T rows of causal attention need the last T queries, and all keys and values. "
    "Those of the past don't change, since no position sees what comes after it.",
    difficulty=3,
    minutes=10,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _pair(rng, V, concentration=0.6):
    return tuple(rng.dirichlet(np.full(V, concentration), size=2))


def _some_never(rng, V):
    p, d = _pair(rng, V)
    p[:2], d[1:4] = 0, 0
    return p / p.sum(), d / d.sum()


def _becomes_p(f, rng):
    p, d = _pair(rng, 7)
    a, r = map(np.asarray, f(p, d))
    out = d * a + (1 - (d * a).sum()) * r
    if np.allclose(out, p, atol=1e-4):
        return ""
    i = int(np.argmax(np.abs(out - p)))
    return say(
        "V = 7: token {i} comes out with {q:.3f} where p has {p:.3f}.",
        i=i,
        q=out[i],
        p=p[i],
    )


def _keeps_the_overlap(f, rng):
    p, d = _pair(rng, 7)
    kept, most = (d * np.asarray(f(p, d)[0])).sum(), np.minimum(p, d).sum()
    if np.isclose(kept, most, atol=1e-4):
        return ""
    return say(
        "V = 7: you keep a draft with probability {kept:.3f}; {most:.3f} is the most possible.",
        kept=kept,
        most=most,
    )


acceptance = Exercise(
    speculative.acceptance,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.5, 0.25])),
            (np.array([1, 0.5, 1]), np.array([1.0, 0, 0])),
            says="p = (½, ¼, ¼), d = (¼, ½, ¼)",
        ),
        Case.random(lambda rng: _pair(rng, 6), says="V = 6"),
        Case.random(lambda rng: _pair(rng, 11), says="V = 11"),
        Case.random(lambda rng: _some_never(rng, 8), says="V = 8, zeros in p and in d"),
        Case.extreme((_EIGHTHS, _EIGHTHS), says="p = d"),
        Case.extreme((_EIGHTHS, np.array([0, 0, 1.0, 0])), says="a draft that is sure"),
        Case.extreme((np.array([0, 0, 1.0, 0]), _EIGHTHS), says="a model that is sure"),
    ],
    laws=[
        Law("what comes out follows p", _becomes_p),
        Law("as many drafts are kept as possible", _keeps_the_overlap),
    ],
    mistakes=[
        """
        np.where(p < d, p / np.where(d > 0, d, 1), 1) ⇒ p
            You keep a draft with probability p. It came with d already, so it would come out with
            d p. Which a makes d a at most p?
        p < d, ⇒ d > 0,
            Your a rises above 1, which is no probability. Where p is larger than d, a is 1 and the
            replacement has to bring the rest.
        p < d, p / np.where(d > 0, d, 1), ⇒ d < p, d / np.where(p > 0, p, 1),
            Your ratio is turned over. A draft is refused where d is larger than p: a = p / d there.
        np.where(p < d, p / np.where(d > 0, d, 1), 1) ⇒ np.where(p < d, 0.0, 1)
            You refuse every draft that is too frequent. Keep it sometimes: as often as makes it come
            out with p.
        np.where(p < d, p / np.where(d > 0, d, 1), 1) ⇒ np.minimum(p, d)
            That is how often a token is drafted and kept, d a. Asked is a: divide by d.
        left / left.sum() if left.sum() > 0 else p ⇒ p
            You replace by draws from p. Tokens that were kept would come too often: the replacement
            brings what is missing, p − d where it is above 0.
        left / left.sum() if left.sum() > 0 else p ⇒ left if left.sum() > 0 else p
            Your r doesn't sum to 1.
        np.maximum(p - d, 0) ⇒ np.abs(p - d)
            You took the size of p − d. Where d is larger, nothing is missing: 0 there.
        np.maximum(p - d, 0) ⇒ np.maximum(d - p, 0)
            You replace by what the draft has too much of. It is missing where p is larger than d.
        np.maximum(p - d, 0) ⇒ p * (p > d)
            You kept p where it is larger than d. Of it, d comes out of the drafts already: p − d is
            missing.
        np.maximum(p - d, 0) ⇒ p * (1 - a)
            You replace by what was refused of p. Missing is p − d, where it is above 0.
        np.maximum(p - d, 0) ⇒ p - d
        left / left.sum() if left.sum() > 0 else p ⇒ left
            Your r has negative entries, which are no probabilities: 0 where d is larger.
        left / left.sum() if left.sum() > 0 else p ⇒ left / left.sum()
            Right wherever p and d differ. If they are equal nothing is missing, and you divide 0 by
            0: return p there.
        np.where(p < d, p / np.where(d > 0, d, 1), 1) ⇒ np.minimum(1, np.divide(p, d))
            Where p and d are both 0 you divide 0 by 0. Nothing is drafted there: a = 1.
        return a, r ⇒ return r, a
            The two are exchanged: a first, then r.
        left / left.sum() if left.sum() > 0 else p ⇒ d
            You draw again from the draft. Then its own distribution comes through.
        """,
    ],
    hints=[
        "Token x may come out of drafts with at most p[x]. How large may a[x] be where d[x] is "
        "larger than p[x], and what is missing where it is smaller?",
        "a = min(1, p / d). Then d a = min(p, d), and p − min(p, d) = max(p − d, 0) is missing; r is "
        "that, divided by its sum. All are (V,).",
        "a = np.where(p < d, …, 1)\nleft = …\nr = … if left.sum() > 0 else p\nreturn a, r",
    ],
    why="Drafts that are kept come out with min(p, d). What is missing to p is max(p − d, 0), and its "
    "sum is the probability that a draft was refused: so the replacements bring exactly that.",
    difficulty=4,
    minutes=15,
    importance=4,
)
