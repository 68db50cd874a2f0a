"""The exercises of this lesson: a GPT in PyTorch, module by module, and the loop that trains it."""

import math

import numpy as np
import torch
from torch import nn

from course.checking import Case, Exercise, Law
from course.lessons.modules import WANTED, Descent, drawn, fitted
from course.networks import layers
from course.practice import costs
from course.transformers import loop, numpy_gpt, tokens
from course.transformers.gpt import plain
from course.transformers.gpt.config import Config
from course.words import later, say

# ---------------------------------------------------------------------------------------


def _places(answer, rng, N, B, T):
    """Where windows lie in a text whose tokens tell their places."""
    place = np.random.default_rng(3).permutation(N)  # token at i is place[i], each but once
    x, y = answer(rng, place.copy(), B, T)
    where = np.argsort(place)
    x, y = (where[np.asarray(a, dtype=np.int64)] for a in (x, y))
    y = y[:, None] if y.ndim < x.ndim else y  # a single target for each window
    starts = np.sort(np.unique(x[:, 0])) if x.ndim == 2 else x
    return {
        "places of x, from the start of each window": x - x[..., :1],
        "places of y, from the start of each window": y - x[..., :1],
        "places where windows start": starts,
    }


def _draws(N, B, T, says):
    return Case.random(lambda rng: (rng.spawn(1)[0], N, B, T), says=says)


def windows_past_the_end(rng, ids, B, T):
    """Your windows run past the end of the text, where a slice becomes shorter. The last start
    whose T tokens have each a token after them is N − T − 1.
    """
    starts = rng.integers(0, len(ids) - T + 1, size=B)
    return tuple(np.stack([ids[i + j : i + j + T] for i in starts]) for j in (0, 1))


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
        len(ids) - T, ⇒ len(ids) - T - 1,
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
        ids[places + 1] ⇒ np.roll(ids[places], -1, axis=1)
            You turned each window round: its last target is its own first token. What follows the
            last token stands in the text behind the window, so cut y there.
        """,
        windows_past_the_end,
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
    kind="derive",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _looked_into(answer, reference, sizes, given, weights):
    """What a module with these weights gives, the gradients it leaves, and what hooks miss."""
    module, ours = answer(*sizes), reference(*sizes)
    names = fitted(module, ours, weights or drawn(ours, sum(sizes)))
    if names != WANTED:
        known = {"set of parameters": names, "output": np.zeros(0)}
        return known if weights else known | dict.fromkeys((_GRADIENTS, _UNSEEN), 0.0)
    x = torch.from_numpy(given)
    y = module(x.requires_grad_() if x.is_floating_point() else x)
    seen = {"set of parameters": names, "output": y}
    if weights:
        return seen
    unseen = [_unseen(part) for part in module.children()]
    (module(x) * torch.linspace(-1, 2, y.numel()).reshape(y.shape).double()).sum().backward()
    grads = [p.grad for p in module.parameters()]
    size = sum(float(g.abs().sum()) for g in grads if g is not None)
    return {
        **seen,
        _GRADIENTS: size,
        _UNSEEN: float(sum(sum(runs) for runs in unseen)),
    }


_GRADIENTS = "sum of the sizes of all gradients"
_UNSEEN = "number of calls of .forward that no hook sees"


def _unseen(part):
    """A list that sums to how often a part ran and its hooks did not: part.forward(x)."""
    runs, forward = [], part.forward

    def counted(*args, **kwargs):
        runs.append(1)
        return forward(*args, **kwargs)

    part.forward = counted
    part.register_forward_hook(lambda *_: runs.append(-1))
    return runs


def _future_is_hidden(answer, sizes, given, other):
    """Whether what comes last leaves all before it as it was."""
    torch.manual_seed(0)
    module = answer(*sizes).double()
    a, b = (module(torch.from_numpy(x))[:, :-1].detach().numpy() for x in (given, other))
    if not np.allclose(a, b):
        return say(
            "Changing the last position changes what comes out at positions before it: they see "
            "the future."
        )
    return ""


def _attention(answer, C, H, x, weights=None):
    return _looked_into(answer, plain.Attention, (C, H), x, weights)


def _last_changed(rng, B, T, C):
    x = rng.standard_normal((B, T, C))
    y = x.copy()
    y[:, -1] += 1
    return x, y


_AVERAGING = {
    "qkv.weight": np.vstack([np.zeros((4, 2)), np.eye(2)]),
    "qkv.bias": np.zeros(6),
    "out.weight": np.eye(2),
    "out.bias": np.zeros(2),
}

Attention = Exercise(
    plain.Attention,
    probe=_attention,
    cases=[
        Case.hand(
            (2, 2, np.array([[[2.0, 6.0], [4.0, 8.0], [9.0, 1.0]]]), _AVERAGING),
            {
                "set of parameters": WANTED,
                "output": np.array([[[2.0, 6.0], [3.0, 7.0], [5.0, 5.0]]]),
            },
            says="queries and keys of 0, values x",
        ),
        Case.random(lambda rng: (6, 3, rng.standard_normal((2, 5, 6))), says="C = 6, H = 3, T = 5"),
        Case.random(lambda rng: (8, 2, rng.standard_normal((3, 7, 8))), says="C = 8, H = 2, T = 7"),
        Case.random(lambda rng: (5, 1, rng.standard_normal((2, 4, 5))), says="one head of 5"),
        Case.extreme((4, 2, np.ones((1, 1, 4))), says="a single position"),
    ],
    laws=[
        Law(
            "no position sees one after it",
            lambda f, rng: _future_is_hidden(f, (6, 2), *_last_changed(rng, 2, 4, 6)),
        )
    ],
    mistakes=[
        """
        super().__init__() ⇒ pass
            The first line of __init__ is missing: super().__init__(). It makes the module able to
            hold parts.
        , is_causal=True ⇒
            Every position sees the future. Training would look wonderful, and writing would fail:
            is_causal=True.
        y.transpose(1, 2).reshape(B, T, C) ⇒ y.reshape(B, T, C)
            You glued the heads together without bringing time in front of them, so positions were
            mixed up: transpose first, then reshape.
        self.H, C // self.H) ⇒ C)
        permute(2, 0, 3, 1, 4) ⇒ permute(2, 0, 1, 3).reshape(3, B, self.H, T, -1)
            Your heads were cut by a view without a transpose, so that each of them mixes
            positions. View as (B, T, heads, D) and then bring the heads in front of time.
        3, self.H, C // self.H).permute(2, 0, 3, ⇒ self.H, 3, C // self.H).permute(3, 0, 2,
            Your columns take turns between q, k and v. The first C columns of qkv are the queries
            of all heads, the next C the keys, the last C the values.
        self.H, C // self.H).permute(2, 0, 3, 1, 4) ⇒ C // self.H, self.H).permute(2, 0, 4, 1, 3)
            Your columns take turns between the heads. Head 0 has the first D columns, head 1 the
            next D.
        self.H, C // self.H) ⇒ C)
        permute(2, 0, 3, 1, 4) ⇒ permute(2, 0, 1, 3).reshape(3, B, self.H, T, -1)
        y.transpose(1, 2).reshape(B, T, C) ⇒ y.reshape(B, T, C)
            Your heads were cut and glued by a view alone, so that each of them mixes positions.
            View as (B, T, H, D), bring H in front of T with transpose(1, 2), and go back the same
            way.
        permute(2, 0, 3, 1, 4) ⇒ permute(2, 0, 1, 3, 4)
        y.transpose(1, 2).reshape(B, T, C) ⇒ y.reshape(B, T, C)
            Your positions don't look at each other: at each position the heads do. Attention runs
            over the last axis but one, so H must stand in front of T: transpose(1, 2).
        self.out(y.transpose(1, 2).reshape(B, T, C)) ⇒ x + self.out(y.transpose(1, 2).reshape(B, T, C))
            You added x. The block does that; the part returns only what is added.
        self.out(y.transpose(1, 2).reshape(B, T, C)) ⇒ y.transpose(1, 2).reshape(B, T, C)
            The heads stand side by side and never meet: the last map, `out`, was not used.
        F.scaled_dot_product_attention(q, k, v, ⇒ F.scaled_dot_product_attention(k, q, v,
            Queries and keys have changed places. The first third of qkv's columns are queries.
        F.scaled_dot_product_attention(q, k, v, ⇒ F.scaled_dot_product_attention(q, k, k,
            The values are your keys. The last third of qkv's columns are values.
        , is_causal=True ⇒ , is_causal=True, scale=1
            Your scores are not divided by √D. Written by hand it is q @ k.mT / D ** 0.5.
        , is_causal=True ⇒ , is_causal=True, scale=C**-0.5
            You divided the scores by √C, the width of the model. A score sums over the D columns of
            one head.
        self.H, C // self.H) ⇒ 1, C)
            You attended once over the whole width. Cut queries, keys and values into H heads first.
        nn.Linear(C, 3 * C) ⇒ nn.Linear(C, 3 * C, bias=False)
            Your qkv has no bias. GPT-2's maps all have one, as nn.Linear has if nothing is said.
        nn.Linear(C, C) ⇒ nn.Linear(C, C, bias=False)
            Your `out` has no bias. GPT-2's maps all have one, as nn.Linear has if nothing is said.
        """,
    ],
    hints=[
        (
            "You wrote this in the lesson Attention, as multi_head. Which lines of it hold weights, and so"
            " belong to __init__? Through which shapes does x go in forward?"
        ),
        (
            "qkv(x) is (B, T, 3C); its three thirds are q, k and v. Each (B, T, C) is viewed as "
            "(B, T, H, D) and transposed to (B, H, T, D). The result goes the same way back, and "
            "through out."
        ),
        (
            "def __init__(self, C, H):\n    super().__init__()\n    self.H = H\n    self.qkv = "
            "nn.Linear(C, …)\n    self.out = …\n\ndef forward(self, x):\n    B, T, C = x.shape\n"
            "    q, k, v = (…  for z in self.qkv(x).chunk(3, dim=-1))\n"
            "    y = F.scaled_dot_product_attention(…)\n    return self.out(…)"
        ),
    ],
    why=(
        "One product makes q, k and v of all heads: that is quicker than three, and the same. "
        "Whatever is a module or a parameter and stands in `self` is found by parameters(), so the "
        "optimizer sees it without a list."
    ),
    kind="build",
    difficulty=3,
    minutes=15,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _block(answer, C, H, x, weights=None):
    return _looked_into(answer, plain.Block, (C, H), x, weights)


def _biases_alone():
    """Weights with which attention gives (1, 2) and the MLP (10, 20), whatever they read."""
    weights = {n: np.zeros(p.shape) for n, p in plain.Block(2, 1).named_parameters()}
    ones = {f"{norm}.weight": np.ones(2) for norm in ("norm1", "norm2")}
    return (
        weights
        | ones
        | {
            "attention.out.bias": np.array([1.0, 2.0]),
            "mlp.down.bias": np.array([10.0, 20.0]),
        }
    )


Block = Exercise(
    plain.Block,
    probe=_block,
    cases=[
        Case.hand(
            (2, 1, np.array([[[3.0, -3.0]]]), _biases_alone()),
            {"set of parameters": WANTED, "output": np.array([[[14.0, 19.0]]])},
            says="parts that give their biases alone",
        ),
        Case.random(lambda rng: (6, 3, rng.standard_normal((2, 5, 6))), says="C = 6, H = 3, T = 5"),
        Case.random(lambda rng: (8, 2, rng.standard_normal((3, 4, 8))), says="C = 8, H = 2, T = 4"),
        Case.extreme((4, 2, np.ones((1, 1, 4))), says="a single position"),
    ],
    laws=[
        Law(
            "no position sees one after it",
            lambda f, rng: _future_is_hidden(f, (6, 2), *_last_changed(rng, 2, 4, 6)),
        )
    ],
    mistakes=[
        """
        super().__init__() ⇒ pass
            The first line of __init__ is missing: super().__init__(). It makes the module able to
            hold parts.
        x + self.attention ⇒ self.attention
        x + self.mlp ⇒ self.mlp
            Nothing is added to x: each part replaces the stream. Then every layer has to carry the
            whole text by itself, and the gradient has no straight way back.
        x + self.attention ⇒ self.attention
            Attention replaces the stream instead of adding to it.
        x + self.mlp ⇒ self.mlp
            The MLP replaces the stream instead of adding to it.
        x + self.attention(self.norm1(x)) ⇒ self.norm1(x + self.attention(x))
        x + self.mlp(self.norm2(x)) ⇒ self.norm2(x + self.mlp(x))
            You normalised after adding, as the first Transformer did. GPT-2 normalises before: what
            a part reads is normalised, the stream is not.
        self.attention(self.norm1(x)) ⇒ self.norm1(self.attention(x))
        self.mlp(self.norm2(x)) ⇒ self.norm2(self.mlp(x))
            You normalised what the parts return. Normalise what they read.
        x + self.attention(self.norm1(x)) ⇒ self.norm1(x) + self.attention(self.norm1(x))
        x + self.mlp(self.norm2(x)) ⇒ self.norm2(x) + self.mlp(self.norm2(x))
            You normalised the stream itself and went on with that. Only the part reads the
            normalised vector; the sum starts from x as it was.
        x + self.attention(self.norm1(x)) ⇒ self.norm1(x) + self.attention(self.norm1(x))
            Attention's sum starts from the normalised vector. The stream itself goes on as it was:
            x + attention(norm1(x)).
        x + self.mlp(self.norm2(x)) ⇒ self.norm2(x) + self.mlp(self.norm2(x))
            The MLP's sum starts from the normalised vector. The stream itself goes on as it was:
            x + mlp(norm2(x)).
        x = x + self.attention ⇒ a = self.attention
        return x + ⇒ return x + a +
            Both parts read the same x, as in some models. In GPT-2 the MLP comes after attention
            and reads what attention has added.
        x = x + self.attention ⇒ y = x + self.attention
        self.norm2(x) ⇒ self.norm2(y)
            What attention found was read by the MLP and then lost: the second sum starts from the
            first x.
        self.attention(self.norm1(x)) ⇒ self.mlp(self.norm2(x))
        return x + self.mlp(self.norm2(x)) ⇒ return x + self.attention(self.norm1(x))
            The MLP came before attention.
        self.norm1(x) ⇒ x
        self.norm2(x) ⇒ x
            Both parts read the stream as it is: no norm was used.
        self.norm1(x) ⇒ x
            Attention reads the stream as it is; norm1 was not used.
        self.norm2(x) ⇒ x
            The MLP reads the stream as it is; norm2 was not used.
        self.norm2(x) ⇒ self.norm1(x)
            One norm was used for both parts. Each part has its own scale and shift.
        self.norm2 = nn.LayerNorm(C) ⇒ self.norm2 = self.norm1
            Both norms are one and the same module. Each part has its own scale and shift.
        """,
    ],
    hints=[
        (
            "Follow the drawing from top to bottom. What does each part read, and where does the"
            " stream that it is added to come from?"
        ),
        (
            "Four parts in __init__: norm1 and norm2, each nn.LayerNorm(C); attention, and mlp. In "
            "forward, twice: x ← x + part(norm(x)), the second time with the new x."
        ),
        (
            "def __init__(self, C, H):\n    super().__init__()\n    self.norm1 = …\n    "
            "self.attention = Attention(…)\n    self.norm2 = …\n    self.mlp = plain.MLP(…)\n\n"
            "def forward(self, x):\n    x = x + …\n    return …"
        ),
    ],
    why=(
        "Along the sum the gradient arrives at the first block as it was at the last, whatever the "
        "parts do. Normalising what a part reads, and not the stream, leaves that way open."
    ),
    kind="build",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _gpt(answer, V, T, C, H, L, ids, weights=None):
    seen = _looked_into(answer, plain.GPT, (V, T, C, H, L), ids, weights)
    if weights:
        return seen
    if seen["set of parameters"] != WANTED:
        return {**seen, "loss before training": ""}
    torch.manual_seed(0)
    z = answer(V, T, C, H, L)(torch.from_numpy(ids)).detach().double().numpy()
    first = layers.cross_entropy(z.reshape(-1, V), ids.ravel())
    far = first - math.log(V)
    where = later("far above ln V") if far > 0 else later("far below ln V")
    where = later("near ln V") if abs(far) < 0.5 else where
    return {**seen, "loss before training": where}


_NO_BLOCKS = {
    "E.weight": np.array([[1.0, 0], [0, 1], [1, 1]]),
    "P.weight": np.array([[1000.0, 0], [0, 1000], [0, 0], [5, 5]]),
    "norm.weight": np.ones(2),
    "norm.bias": np.zeros(2),
}


def _ids(rng, V, B, T):
    return rng.integers(0, V, (B, T))


def _last_token(rng, V, B, T):
    ids = _ids(rng, V, B, T)
    other = ids.copy()
    other[:, -1] = (ids[:, -1] + 1) % V
    return ids, other


GPT = Exercise(
    plain.GPT,
    probe=_gpt,
    cases=[
        Case.hand(
            (3, 4, 2, 1, 0, np.array([[0, 1]]), _NO_BLOCKS),
            {
                "set of parameters": WANTED,
                "output": np.array([[[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]]]),
            },
            says="no blocks, tokens 0 and 1",
        ),
        Case.random(
            lambda rng: (11, 9, 24, 2, 2, _ids(rng, 11, 3, 5)), says="V = 11, C = 24, two blocks"
        ),
        Case.random(
            lambda rng: (17, 6, 32, 4, 3, _ids(rng, 17, 2, 6)), says="V = 17, C = 32, three blocks"
        ),
        Case.extreme((5, 4, 16, 1, 1, np.array([[3]])), says="a single token"),
    ],
    laws=[
        Law(
            "no position sees one after it",
            lambda f, rng: _future_is_hidden(f, (7, 9, 12, 2, 2), *_last_token(rng, 7, 2, 5)),
        )
    ],
    rtol=1e-6,
    mistakes=[
        """
        super().__init__() ⇒ pass
            The first line of __init__ is missing: super().__init__(). It makes the module able to
            hold parts.
        nn.ModuleList(Block(C, H) for _ in range(L)) ⇒ [Block(C, H) for _ in range(L)]
            Your blocks stand in a plain list, and PyTorch doesn't look into lists: parameters()
            lacks theirs, and the optimizer would never move them. Use nn.ModuleList.
        nn.ModuleList(Block(C, H) for _ in range(L)) ⇒ nn.ModuleList([Block(C, H)] * L)
            All your blocks are one and the same module, [block] * L. Make a new one for each layer.
        nn.init.normal_(self.E.weight, std=0.02) ⇒ pass
        nn.init.normal_(self.P.weight, std=0.02) ⇒ pass
            The tables were left as nn.Embedding draws them, from N(0, 1). Since E is the head too,
            each token's logit for itself begins at about C: draw both tables with std=0.02.
        x = self.E(ids) + self.P.weight[: ids.shape[1]] ⇒ x = self.E(ids)
            The positions are missing: the same token gets the same vector wherever it stands.
        self.P.weight[: ids.shape[1]] ⇒ self.P(ids % self.P.num_embeddings)
            You looked P up by the tokens. P has a row for each position, E a row for each token.
        self.P.weight[: ids.shape[1]] ⇒ self.P.weight[-ids.shape[1] :]
            You took the last rows of P. A window begins at position 0.
        self.P.weight[: ids.shape[1]] ⇒ self.P.weight[1 : ids.shape[1] + 1]
            You counted positions from 1. The first token stands at position 0.
        self.E(ids) + self ⇒ self.E(ids) * self
            You multiplied by the position's vector. It is added.
        self.norm(x) @ ⇒ x @
            The last norm was not used: the head reads the bare stream.
        @ self.E.weight.T ⇒
            You returned the stream itself, of width C. Logits are its products with each token's
            row of E: @ self.E.weight.T.
        self.norm(x) @ self.E.weight.T ⇒ torch.softmax(self.norm(x) @ self.E.weight.T, -1)
            You returned probabilities. The loss takes logits and has the softmax inside; twice is
            once too often.
        x = block(x) ⇒ block(x)
            Your blocks run, and what they return is thrown away: x = block(x).
        self.P.weight[: ids.shape[1]] ⇒ self.P.weight[: len(ids), None]
            You counted the windows of the batch, not the positions. ids is (B, T): the first T
            rows of P, T = ids.shape[1].
        x = block(x) ⇒ x = x + block(x)
            You added each block's output to x. A block has added already; it returns the stream.
        self.norm(x) @ ⇒ self.norm(x)[:, -1:] @
            You returned logits for the last position alone. A window asks at every position.
        x = block(x) ⇒ x = block(self.norm(x))
        self.norm(x) @ ⇒ x @
            You normalised the stream before each block. There is one norm of the whole model, after
            the last block.
        """,
    ],
    hints=[
        (
            "Follow the first drawing from the tokens to the logits. Which of its boxes hold "
            "weights? What must be looked up, by what?"
        ),
        (
            "x = E[ids] + P[0 … T−1], (B, T, C); then every block in turn; then norm(x) Eᵀ, "
            "(B, T, V). An nn.Embedding's table is its `weight`; blocks stand in an nn.ModuleList."
        ),
        (
            "def __init__(self, V, T, C, H, L):\n    super().__init__()\n    self.E = "
            "nn.Embedding(…)\n    self.P = …\n    self.blocks = nn.ModuleList(…)\n"
            "    self.norm = …\n    …  # both tables from N(0, 0.02²)\n\n"
            "def forward(self, ids):\n    x = …\n    for block in self.blocks:\n        …\n"
            "    return …"
        ),
    ],
    why=(
        "A GPT is a table, a stack of like blocks, a norm and the table again. All that is asked "
        "in every position at once is honest because each block hides the future."
    ),
    kind="build",
    difficulty=3,
    minutes=15,
    importance=5,
)

# ---------------------------------------------------------------------------------------


class _Table(nn.Module):
    """The smallest model: a row of logits for each token."""

    def __init__(self, W):
        super().__init__()
        self.W = nn.Parameter(torch.tensor(W))

    def forward(self, ids):
        return self.W[ids]


def _steps_of(answer, W, x, y, lr):
    """Losses and table of three steps, begun with a gradient that an earlier step has left."""
    model = _Table(W)
    model.W.grad = torch.ones_like(model.W)
    optimizer = Descent(model, lr)
    losses = [
        answer(model, optimizer, *map(torch.from_numpy, pair)) for pair in zip(x, y, strict=True)
    ]
    kept = any(getattr(loss, "requires_grad", False) for loss in losses)
    return {
        "losses": [float(loss) for loss in losses],
        "table": model.W,
        "result": _GRAPH if kept else _FLOAT,
    }


_FLOAT = later("a float")
_GRAPH = later("a tensor that still holds the whole way back")


def _windows(rng, V, n, B, T):
    ids = rng.integers(0, V, (n, B, T + 1))
    return rng.standard_normal((V, V)), ids[..., :-1], ids[..., 1:]


training_step = Exercise(
    plain.training_step,
    probe=_steps_of,
    cases=[
        Case.hand(
            (np.zeros((4, 4)), np.array([[[0, 0, 0]]]), np.array([[[1, 1, 1]]]), 1.0),
            {
                "losses": [math.log(4)],
                "table": np.array([[-0.25, 0.75, -0.25, -0.25]] + [[0.0] * 4] * 3),
                "result": _FLOAT,
            },
            says="a table of zeros, the pair (0, 1) three times",
        ),
        Case.random(lambda rng: (*_windows(rng, 5, 3, 2, 7), 0.7), says="3 steps, B = 2, T = 7"),
        Case.random(lambda rng: (*_windows(rng, 9, 4, 3, 5), 1.3), says="4 steps, B = 3, T = 5"),
    ],
    mistakes=[
        """
        optimizer.zero_grad() ⇒ pass
            The gradient of each step contains those of all steps before. PyTorch adds gradients
            up; clear them before backward.
        optimizer.zero_grad() ⇒ pass
        return loss.item() ⇒ return optimizer.zero_grad() or loss.item()
            You cleared the gradients at the end alone. What an earlier step has left, as here, is
            in your first gradient: clear them before backward.
        return loss.item() ⇒ return loss
            You returned the tensor. It keeps the whole way back to the weights in memory, for each
            step whose loss you keep: loss.item() is the float that is asked for.
        optimizer.step() ⇒ pass
            Nothing moves. First clear the gradients, then let backward fill them, then step: where
            one of the three is missing, or they stand in another order, the step finds none.
        y.flatten() ⇒ x.flatten()
            You asked for the tokens that the model was shown. The targets are y.
        F.cross_entropy(z.flatten(0, 1) ⇒ F.cross_entropy(z.softmax(-1).flatten(0, 1)
            You gave probabilities to cross_entropy, which applies a softmax of its own. It wants
            the logits.
        y.flatten()) ⇒ y.flatten(), reduction="sum")
            Your loss is a sum over the batch. Gradients and rate would grow with the batch; take
            the mean.
        y.flatten() ⇒ y.T.flatten()
            Predictions and targets are in different orders: one of them was transposed before it
            was flattened.
        F.cross_entropy(z.flatten(0, 1), y.flatten()) ⇒ F.cross_entropy(z[:, -1], y[:, -1])
            You scored the last position alone. A window asks at every position.
        return loss.item() ⇒ return F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
            You returned the loss after the step, on the batch that was just learnt. Return the one
            that was found before it.
        loss.backward() ⇒ (-loss).backward()
            You climbed: the sign of the loss was turned before backward.
        """,
    ],
    hints=[
        (
            "In which order must these four happen: move the weights, clear old gradients, compute"
            " the loss, find its gradients?"
        ),
        (
            "Clear, predict, score, go back, step. F.cross_entropy wants logits (N, V) and targets "
            "(N,): flatten B and T into one axis. item() makes a tensor of one number a float."
        ),
        (
            "optimizer.…\nz = model(…)  # (B, T, V)\nloss = F.cross_entropy(z.flatten(0, 1), …)\n"
            "…\n…\nreturn …"
        ),
    ],
    why=(
        "PyTorch adds gradients to what is there, which is wanted where a batch comes in parts. So "
        "a step begins by clearing them. This loop is the same for a table and for GPT-3."
    ),
    kind="build",
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
            (np.array([1, 0]), np.array([[1.0, 0], [0, 1]]), 10.0 * np.arange(8).reshape(4, 2)),
            np.array([[0.0, 11], [21, 30]]),
            says="tokens 1 and 0",
        ),
        Case.hand(
            (
                np.array([1, 0]),
                np.array([[1.0, 0], [0, 1]]),
                10.0 * np.arange(8).reshape(4, 2),
                2,
            ),
            np.array([[40.0, 51], [61, 70]]),
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
        ids.shape[-1] ⇒ len(ids)
            You took len(ids) for the number of tokens. It is the length of the first axis: in a
            batch of shape (B, T) that is B. Time is the last axis, ids.shape[-1].
        P[past : past + T] ⇒ P[past:T]
            You cut P from `past` to T. The place after the last is past + T.
        P[past : past + T] ⇒ P[past:]
            You took all rows of P from `past` on. These tokens need T of them: P[past : past + T].
        P[past : past + T] ⇒ P[past]
            All tokens got the row of the first one's place. Each has its own: P[past : past + T].
        E[ids] + P[past : past + T] ⇒ E[(ids + past) % len(E)] + P[:T]
            You moved the tokens by `past`. It is their places that have moved: E is looked up by
            the tokens as they are.
        P[past : past + T] ⇒ P[past + T - 1]
            All tokens got the row of the last place. Each has its own: P[past : past + T].
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
    difficulty=1,
    minutes=5,
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
        return say(
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
        norm1(x) ⇒ norm2(x)
        mlp(norm2(x)) ⇒ mlp(norm1(x))
            The norms have changed places: norm1 stands before attention, norm2 before the MLP.
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
    difficulty=1,
    minutes=5,
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
        2 * norm ⇒ norm
            A block has two norms, one before each part. You counted one.
        (3 + 1 + 4 + 1) * C if config.bias else 0 ⇒ 0
        2 * norm) + norm + head ⇒ 0) + head
            You counted tables and matrices alone. Maps have biases, and norms a scale and a shift.
        T * C if ⇒ V * C if
            Your table of places has V rows. It has a row for each place of the window, T.
        2 * C if config.bias else C ⇒ 2 * C
            Without biases a norm has no shift either: its scale alone, C numbers.
        (3 + 1 + 4 + 1) * C if config.bias else 0 ⇒ (3 + 1 + 4 + 1) * C
            You counted the biases of the maps even where bias=False says that there are none.
        else V * C ⇒ else V * C + V
            You gave the head a bias. It has none: a matrix of V by C alone.
        L * (matrices + biases + 2 * norm) ⇒ L * matrices + biases + 2 * norm
            Your L multiplies the matrices alone. Each block has biases and norms too: brackets.
        2 * norm ⇒ 0
            Each block has two norms, with a scale and a shift of C numbers each.
        12 * C ⇒ 11 * C
        3 + 1 + 4 + 1 ⇒ 3 + 4 + 1
            The map after the heads is missing: a matrix of C by C, and its bias.
        12 * C ⇒ 8 * C
        3 + 1 + 4 + 1 ⇒ 3 + 1 + 4
            The MLP's second map is missing: it leads from 4C back to C, and has a bias of C.
        12 * C ⇒ 6 * C
        3 + 1 + 4 + 1 ⇒ 3 + 1 + 1 + 1
            You counted an MLP that is C wide inside. It is four times as wide: C by 4C, 4C biases,
            and 4C by C.
        12 * C ⇒ 10 * C
        3 + 1 + 4 + 1 ⇒ 1 + 1 + 4 + 1
            You counted one matrix for q, k and v. They are three: 3C columns, and 3C biases.
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
        "The matrices of a block grow with C², the tables with C, so the tables' share falls as "
        "models grow: a third of GPT-2's smallest, a twentieth of its largest. It falls with depth "
        "too, since a second block needs no second table."
    ),
    kind="derive",
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
        W = W - ⇒ before, W = W, W -
        W[held_out[0]] ⇒ before[held_out[0]]
        best, lowest = W, loss ⇒ best, lowest = before, loss
            You scored each table before its step, so the last step counts for nothing. First the
            step, then the loss.
        W - lr ⇒ W + lr
            You added the gradient. It points to where the loss grows: subtract.
        lr * dW ⇒ rates[0] * dW
            Every step used the first rate. The schedule has one for each.
        lr * dW ⇒ rates[-1] * dW
            Every step used the last rate. The schedule has one for each.
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
    kind="diagnose",
    difficulty=4,
    minutes=20,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _swiglu(answer, C, inside, x, weights=None):
    return _looked_into(answer, plain.SwiGLU, (C, inside), x, weights)


_ONE_ROW = {
    "gate.weight": np.array([[1.0]]),
    "up.weight": np.array([[2.0]]),
    "down.weight": np.array([[10.0]]),
}

SwiGLU = Exercise(
    plain.SwiGLU,
    probe=_swiglu,
    cases=[
        Case.hand(
            (1, 1, np.array([[[math.log(3)]]]), _ONE_ROW),
            {
                "set of parameters": WANTED,
                "output": np.array([[[15 * math.log(3) ** 2]]]),
            },
            says="x = ln 3, gate x, up 2x, down 10",
        ),
        Case.random(lambda rng: (6, 16, rng.standard_normal((2, 5, 6))), says="C = 6, 16 inside"),
        Case.random(lambda rng: (4, 9, rng.standard_normal((3, 7, 4))), says="C = 4, 9 inside"),
        Case.extreme((3, 8, np.zeros((1, 2, 3))), says="x = 0"),
    ],
    mistakes=[
        """
        super().__init__() ⇒ pass
            The first line of __init__ is missing: super().__init__(). It makes the module able to
            hold parts.
        F.silu(self.gate(x)) * self.up(x) ⇒ self.gate(x) * F.silu(self.up(x))
            The activation stands on `up`. It belongs to the gate: silu(gate) · up.
        F.silu(self.gate(x)) ⇒ torch.sigmoid(self.gate(x))
            Your gate is a plain sigmoid, as in the first gated linear units. silu(a) = a σ(a).
        F.silu(self.gate(x)) ⇒ F.gelu(self.gate(x))
            You used GELU (that variant is called GEGLU). Here the gate passes through silu.
        F.silu(self.gate(x)) ⇒ F.relu(self.gate(x))
            You used ReLU (that variant is called ReGLU). Here the gate passes through silu.
        F.silu(self.gate(x)) * self.up(x) ⇒ F.silu(self.gate(x)) + self.up(x)
            You added the two. A gate multiplies: where it is 0, nothing passes.
        F.silu(self.gate(x)) * self.up(x) ⇒ F.silu(self.gate(x) * self.up(x))
            You multiplied first and then applied silu. Only the gate passes through it.
        F.silu(self.gate(x)) * self.up(x) ⇒ self.gate(x) * self.up(x)
            There is no activation: silu is missing on the gate.
        F.silu(self.gate(x)) * self.up(x) ⇒ F.silu(self.gate(x)) * self.gate(x)
            The gate was used twice, and `up` not at all.
        F.silu(self.gate(x)) * self.up(x) ⇒ F.silu(self.up(x))
            The gate was not used. That is an MLP with silu.
        return self.down(F.silu(self.gate(x)) * self.up(x)) ⇒ return F.silu(self.gate(x)) * self.up(x)
            The way back is missing: `down` was not used.
        return self ⇒ return x + self
            You added x. The block does that; the part returns only what is added.
        self.gate = nn.Linear(C, inside, bias=False) ⇒ self.gate = nn.Linear(C, inside)
        self.up = nn.Linear(C, inside, bias=False) ⇒ self.up = nn.Linear(C, inside)
        self.down = nn.Linear(inside, C, bias=False) ⇒ self.down = nn.Linear(inside, C)
            Your maps have biases. Those of this part have none: bias=False.
        """,
    ],
    hints=[
        (
            "Three matrices: two lead from C to the inside, one back. Which of the two decides how"
            " much passes, and what is done to it before they meet?"
        ),
        (
            "The gate's row goes through F.silu and is multiplied, entry by entry, by the row of up; "
            "down leads back. Gate and up lead from C to inside, down from inside to C."
        ),
        (
            "def __init__(self, C, inside):\n    super().__init__()\n    self.gate = nn.Linear(…, "
            "bias=False)\n    self.up = …\n    self.down = …\n\ndef forward(self, x):\n"
            "    return self.down(… * …)"
        ),
    ],
    why=(
        "Two matrices enter instead of one, so at 8C/3 inside the part has as many weights as an "
        "MLP of 4C. Why the product helps is an open question; its author thanks divine "
        "benevolence."
    ),
    kind="transfer",
    difficulty=3,
    minutes=10,
    importance=4,
)
