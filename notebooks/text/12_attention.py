# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Attention
#
# A word means little without the words around it. Attention is the part of a GPT that lets one position
# fetch something from others: a look-up that is soft, so that it has a gradient and can be learnt.
#
# **You will** build attention in NumPy, forward and backward, until it agrees with PyTorch to twelve
# digits; break its scale, its mask and its order to see what each is for; and watch two layers learn
# a trick that one layer cannot.
#
# **You need** lesson *Backpropagation*: softmax, cross-entropy, backpropagation through a matrix product.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $T$, $S$ | positions that ask, positions that can be asked | |
# | $q$ | queries: what each position looks for | $(T, D)$ |
# | $k$ | keys: what each position can be found by | $(S, D)$ |
# | $v$ | values: what each position has to say | $(S, E)$ |
# | $s$ | scores, how well query $t$ matches key $s$ | $(T, S)$ |
# | $a$ | weights; each row sums to 1 | $(T, S)$ |
# | $B$, $C$, $H$, $D$ | batch, width, heads, size of a head: $D = C/H$ | |
#
# Batch and head axes come first and ride along: all formulas speak of the last two axes.

# %% tags=["setup"]
import numpy as np
import torch
import torch.nn.functional as F

from course.data import shakespeare, split_text
from course.interactive import plot, predict
from course.lessons.attention import bank as ex
from course.lessons.attention import diagrams, widgets
from course.networks import layers
from course.transformers import attention, tokens
from course.transformers.gpt import model as gpt
from course.transformers.gpt import train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.generate import generate
from course.transformers.gpt.recipe import Recipe

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # slower than float32, and alike on every processor

# %% [markdown]
# ## A look-up that can be learnt
#
# *How can a position fetch from others, when training may only nudge numbers?*
#
# A dictionary finds the one key that equals the query and returns its value. Nothing in that can be
# nudged: a key matches or it doesn't. So let every key match a little. Score each key by its dot product
# with the query, turn the scores into shares that sum to 1, and return the values mixed by these shares.
#
# Four numbers by hand: the query is 1, the keys are 0 and ln 3, the values 4 and 8. The scores are 0 and
# ln 3, the shares 1/4 and 3/4, and what comes back is 1/4 · 4 + 3/4 · 8 = 7.

# %%
q, k, v = np.array([[1.0]]), np.array([[0.0], [np.log(3)]]), np.array([[4.0], [8.0]])
a = layers.softmax(q @ k.T)
print("shares", np.round(a, 4), "and what comes back", np.round(a @ v, 4))

# %% [markdown]
# If the share of the second key is to grow, the query can move towards it, or the key towards the query:
# both have a gradient. That is all there is to **attention**; what follows makes it work for wide vectors,
# for texts that are read from left to right, and for several questions at once.

# %% [markdown]
# ## Why the scores are divided by √D
#
# *The more entries queries and keys have, the larger their products. Does that matter?*
#
# Let the entries be independent, of mean 0 and variance 1. Each product $q_i k_i$ then has variance 1,
# and $D$ of them add to variance $D$: scores spread by $\sqrt{D}$. Dividing takes that out,
#
# $$s = \frac{q\, k^\top}{\sqrt{D}}.$$
#
# The assumption holds at the start of training and fails later, when queries and keys have learnt to
# meet. What the division buys is a good start. Here are 64 random keys. If a query looked at all of them
# alike, the entropy of its weights would be $\ln 64 \approx 4.16$ nats; if it looked at one alone, 0.

# %%
sharp = predict.number(
    "attention.entropy",
    "D = 1024 and no scaling: what is the entropy of the weights over 64 keys?",
    unit="nats",
    low=0,
    high=4.16,
    within=0.3,
)
sharp

# %%
rng = np.random.default_rng(0)
sizes = [4, 16, 64, 256, 1024]
entropies = {"as they are": [], "divided by √D": []}
for D in sizes:
    q, k = rng.standard_normal((200, D)), rng.standard_normal((64, D))
    for name, s in zip(entropies, (q @ k.T, q @ k.T / np.sqrt(D)), strict=True):
        a = layers.softmax(s)
        entropies[name].append(-(a * layers.log_softmax(s)).sum(-1).mean())
sharp.reveal(entropies["as they are"][-1], shown=f"{entropies['as they are'][-1]:.2f} nats")

# %%
fig, ax = plot.figure(width=7, height=3.2)
for i, (name, values) in enumerate(entropies.items()):
    ax.plot(sizes, values, "o", ls=plot.LINES[i], color=plot.COLORS[i], label=name)
ax.axhline(np.log(64), color=plot.FAINT, lw=1)
ax.text(sizes[0], np.log(64) - 0.1, "all 64 keys alike", va="top", color=plot.FAINT)
ax.set_xscale("log", base=2)
ax.set_xticks(sizes, [str(D) for D in sizes])
ax.set(xlabel="size of queries and keys, D", ylabel="entropy of the weights, nats", ylim=(0, 4.5))
ax.legend(loc="center right")
plot.show(
    fig,
    alt="Entropy of the attention weights against D from 4 to 1024. Divided by root D it stays level "
    "near 3.7 nats. Without the division it falls from about 3 nats to nearly 0.",
)

# %% [markdown]
# Undivided, wide queries look at one key each, whichever happened to be largest, and a softmax with all
# its weight in one place has almost no gradient left. Divided, the choice stays open at every width.
#
# ### Exercise: `scores`
#
# Write the scores. By hand: $q = (1, 1, 1, 1)$ against the
# keys $(1, 2, 3, 4)$ and $(0, 0, 0, 2)$ gives $10/2$ and $2/2$. There may be axes in front of the last two.


# %% tags=["exercise:attention.scores"]
def scores(q, k):
    ...  # two lines


# %%
ex.scores.check(scores)

# %% [markdown]
# ## The mask: no looking ahead
#
# *A GPT learns to say what comes next. What happens if it can see what comes next?*
#
# It reads a text of $T$ tokens and answers $T$ questions at once: at each position, which token follows?
# The answer stands one place to the right. Here are two models, alike but for one thing: one of them may
# look to the right. Both are tested on text that they were never trained on.

# %%
wonderful = predict.choice(
    "attention.leak",
    "The model that may look ahead: how does it do on unseen text, and how does it write?",
    ["better, and writes better", "better, and writes garbage", "worse, and writes garbage"],
)
wonderful

# %%
text = shakespeare()
alphabet = tokens.alphabet(text)
ids, unseen = (tokens.encode(part, alphabet) for part in split_text(text))
modern = MODERN | {"taps": 0}  # a block as today's models have it; lesson *A small GPT* takes it apart


def trained(config, ids, steps, batch=16):
    model = gpt.GPT(config)
    for _ in train.fit(model, ids, Recipe(steps=steps, batch=batch)):
        pass
    return model


# %%
losses = {}
for name, causal in (("may not look ahead", True), ("may look ahead", False)):
    config = Config(len(alphabet), **modern, context=32, layers=1, heads=2, width=48, causal=causal)
    model = trained(config, ids, steps=300)
    losses[name] = train.evaluate(model, unseen[:20000])
    dice = torch.Generator().manual_seed(1)
    start = tokens.encode("My lord, I th", alphabet)
    out = generate(model, start, 60, generator=dice, temperature=0.8, cache=False)
    written = tokens.decode(out, alphabet).replace("\n", " / ")
    print(f"{name}: {losses[name]:.2f} nats per character on unseen text\n{written}\n")
assert losses["may look ahead"] < losses["may not look ahead"] / 4
wonderful.reveal("better, and writes garbage")

# %% [markdown]
# The second model's loss would be a sensation, and held-out text does not expose it: **a validation set
# cannot see a leak that it shares.** The model has learnt to copy from the right. When it writes, nothing
# stands there yet. Read what your model writes, always; and distrust a loss that is too good.
#
# So position $t$ may see positions up to $t$. The table that says so, the **mask**, has a row for each query and a
# column for each key. When some keys come from a past that was read earlier, they fill the first columns.
#
# ### Exercise: `causal_mask`
#
# Write the table, of True and False. By hand, with 1 for True: for
# $T = 3$ it is `[[1, 0, 0], [1, 1, 0], [1, 1, 1]]`; for $T = 2$ after a past of 1 it is `[[1, 1, 0], [1, 1, 1]]`.


# %% tags=["exercise:attention.causal_mask"]
def causal_mask(T, past=0):
    ...  # one line; True means: may look


# %%
ex.causal_mask.check(causal_mask)

# %% [markdown]
# ## Where to mask
#
# *Hide the future before the softmax, or set its weights to zero afterwards?*
#
# Afterwards looks equivalent, and is a leak. The hidden scores have already been counted in the
# denominator, so the rows sum to less than 1, and how much less tells what was hidden.

# %%
rng = np.random.default_rng(1)
q, k, v = (rng.standard_normal((5, 8)) for _ in range(3))
may_look = attention.causal_mask(5)


def after(q, k, v, mask):
    return np.where(mask, layers.softmax(attention.scores(q, k)), 0) @ v


def before(q, k, v, mask):
    return layers.softmax(np.where(mask, attention.scores(q, k), -np.inf)) @ v


# %%
other = np.vstack([k[:4], 3 * rng.standard_normal((1, 8))])  # another key at the last position
for mix in (after, before):
    change = np.abs(mix(q, k, v, may_look) - mix(q, other, v, may_look))[:4].max()
    print(f"masked {mix.__name__} the softmax: positions 0 to 3 move by {change:.2f}")

# %% [markdown]
# A key that nobody before it may see moves their outputs, if it is hidden too late. With a score of
# $-\infty$ before the softmax its weight is $e^{-\infty} = 0$ and it counts nowhere. The whole way:

# %%
diagrams.look_up()

# %% [markdown]
# ### Exercise: `attend`
#
# Put it together: scores, mask, softmax, mix. `causal`
# hides the future, `mask` is a table of your own (True means: may look); either, both or none may be given.
# Return the mixed values, then the weights: `return y, a`. By hand: the query and keys from the beginning give 7 and $(1/4, 3/4)$.


# %% tags=["exercise:attention.attend"]
def attend(q, k, v, *, causal=False, mask=None):
    ...  # some six lines; layers.softmax survives scores of −∞


# %%
ex.attend.check(attend)

# %% [markdown]
# A few lines, and they agree with the routine that trains the largest models:

# %%
rng = np.random.default_rng(2)
q, k, v = (rng.standard_normal((2, 3, 7, 5)) for _ in range(3))
y, _ = attention.attend(q, k, v, causal=True)
theirs = F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)), is_causal=True)
gap_torch = np.abs(y - theirs.numpy()).max()
assert gap_torch < 1e-12
print("2 examples, 3 heads, 7 positions: within 1e-12 of PyTorch")

# %% [markdown]
# One row of weights is a softmax with a dial. Move the size of the queries and the temperature, with and
# without the division, and watch the choice close and open.

# %%
widgets.one_row()

# %% [markdown]
# ## Heads: several questions at once
#
# *One softmax makes one choice. What if a position needs two things, from two places?*
#
# Cut the width $C$ into $H$ heads of $D = C/H$ columns. Each head has its own queries, keys and values, makes
# its own choice, and the results stand side by side again. The cost stays the same: $H$ products over $D$
# columns are as many multiplications as one over $C$.
#
# The cutting is where most first attempts go wrong, silently. `reshape` never moves a number in memory.
# It may cut the last axis, where the columns of one position lie side by side; to bring the heads in front
# of time, an axis has to be exchanged.

# %%
diagrams.heads()

# %% [markdown]
# The same with numbers, beside a cut that looks right:

# %%
x = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]])  # one example, two positions, width 4
print("head 0, cut then exchanged:", x.reshape(1, 2, 2, 2).swapaxes(1, 2)[0, 0].tolist())
print("head 0, reshaped at once:  ", x.reshape(1, 2, 2, 2)[0, 0].tolist())

# %% [markdown]
# The first is right: columns 1 and 2 of both positions. The second is position 0 alone, cut in two: it has
# the right shape, and a model trained with it even learns a little.
#
# ### Exercise: `split_heads`
#
# Cut $(B, T, C)$ into $(B, H, T, D)$. By hand: as above.


# %% tags=["exercise:attention.split_heads"]
def split_heads(x, H):
    ...  # two lines


# %%
ex.split_heads.check(split_heads)

# %% [markdown]
# ### Exercise: `merge_heads`
#
# Undo it: $(B, H, T, D)$ to $(B, T, C)$.


# %% tags=["exercise:attention.merge_heads"]
def merge_heads(x):
    ...  # two lines


# %%
ex.merge_heads.check(merge_heads)

# %% [markdown]
# ### Exercise: `multi_head`
#
# The whole layer: project $x$ by `Wq`, `Wk`, `Wv`, split, attend,
# merge, project by `Wo`. Return the output and the weights of all heads: `return y, a`. By hand: with `Wq` = 0 all scores are 0, so each position averages what it may see;
# $x = ((2, 6), (4, 8))$ and identities elsewhere give $((2, 6), (3, 7))$.


# %% tags=["exercise:attention.multi_head"]
def multi_head(x, Wq, Wk, Wv, Wo, H, *, causal=True):
    ...  # three lines


# %%
ex.multi_head.check(multi_head)

# %% [markdown]
# What do heads choose when they are trained? This small GPT, two layers of four heads, learnt from the plays
# for a few minutes. Type a line, choose a layer and a head. Look for the head that watches the characters
# just before, and for the one that returns to the places where a word began.

# %%
widgets.heads()

# %% [markdown]
# ## Positions: attention sees a bag
#
# *Shuffle the words of a sentence. Does attention notice?*
#
# Nothing in $\text{softmax}(q k^\top/\sqrt{D})\,v$ knows where a key stands. Without a mask, shuffling the
# inputs shuffles the outputs and changes nothing else.

# %%
bag = predict.choice(
    "attention.bag",
    "And with the causal mask, still without positions: shuffle the inputs, and …",
    ["the outputs are shuffled alike", "the outputs change"],
)
bag

# %%
rng = np.random.default_rng(3)
x = rng.standard_normal((1, 8, 12))
W = [rng.standard_normal((12, 12)) / np.sqrt(12) for _ in range(4)]
shuffle = rng.permutation(8)
moved = {}
for causal in (False, True):
    y, shuffled = (attention.multi_head(z, *W, 3, causal=causal)[0] for z in (x, x[:, shuffle]))
    moved[causal] = np.abs(y[:, shuffle] - shuffled).max()
assert moved[False] < 1e-12 < 0.1 < moved[True]
bag.reveal("the outputs change")

# %% [markdown]
# With the mask, each position sees another set: the first sees one token, the last sees all. The mask alone
# tells the order a little, and small GPTs do learn without any positions. Better to tell them outright.
#
# The original Transformer added sinusoids to the embeddings; GPT-2 adds vectors that it learns. Most models
# today use **rotary positions** and turn queries and keys instead: pair $i$ of a vector at position $t$ is
# turned by the angle $\theta = t \cdot 10000^{-2i/D}$,
#
# $$y_1 = x_1 \cos\theta - x_2 \sin\theta, \qquad y_2 = x_1 \sin\theta + x_2 \cos\theta.$$
#
# If both are turned, their product depends on the difference of the angles: on the distance, wherever in the
# text they stand.
#
# ### Exercise: `rotate`
#
# Turn the pairs of neighbours (0, 1), (2, 3), … of $x$, $(\dots, T, D)$, by
# the angles `theta`, $(T, D/2)$: one for each position and pair. By hand: the pair $(1, 0)$ by 90° becomes $(0, 1)$; $(0, 2)$ by 180° becomes $(0, -2)$.


# %% tags=["exercise:attention.rotate"]
def rotate(x, theta):
    ...  # about four lines; x[..., 0::2] are the first entries of the pairs


# %%
ex.rotate.check(rotate)

# %%
theta = attention.angles(60, 8)
rng = np.random.default_rng(4)
q, k = (attention.rotate(np.tile(rng.standard_normal(8), (60, 1)), theta) for _ in range(2))
products = q @ k.T
fig, ax = plot.figure(width=7, height=2.8)
for i, t in enumerate((30, 45, 59)):
    ax.plot(range(30), products[t, t - np.arange(30)], ls=plot.LINES[i], color=plot.COLORS[i],
            lw=5 - 2 * i, label=f"query at {t}")  # fmt: skip
ax.set(xlabel="how far back the key stands", ylabel="score")
ax.legend()
plot.show(
    fig,
    alt="Score of a query with the same key at distances 0 to 29, for queries at positions 30, 45 and "
    "59. The three curves lie on each other: only the distance counts.",
)

# %% [markdown]
# Three curves, one line: the score knows the distance and nothing else about place.

# %% [markdown]
# ## What one layer cannot do
#
# *A pattern repeats. Can attention find where it was last time, and copy what came next?*
#
# Sequences made of a random pattern of 4 to 12 tokens, repeated. After the first round everything can be
# predicted by one rule: *find the earlier place where the token before was the same as mine now, and copy.*
# The rule needs two facts about one position: what stands there and what stood before it.

# %%
copying = predict.choice(
    "attention.induction", "Who learns the rule?", ["one layer", "only two layers", "neither, in 600 steps"]
)
copying


# %%
def repeated(rng, n, length=96, V=16):
    patterns = (rng.integers(0, V, rng.integers(4, 13)) for _ in range(n))
    return np.stack([np.resize(pattern, length) for pattern in patterns])


# %%
practice = repeated(np.random.default_rng(0), 4000).ravel()
exam = torch.from_numpy(repeated(np.random.default_rng(1), 500)[:, :33])
designs = {
    "one layer": {"layers": 1},
    "two layers": {"layers": 2},
    "one layer that is handed the token before": {"layers": 1, "taps": 1},
}
curves = {}
for name, design in designs.items():
    config = Config(16, **(modern | design), context=32, heads=2, width=32)
    model = trained(config, practice, steps=600, batch=32)
    z = model(exam[:, :-1]).detach()
    curves[name] = F.cross_entropy(z.transpose(1, 2), exam[:, 1:], reduction="none").mean(0)

# %%
late = {name: curve[16:].mean().item() for name, curve in curves.items()}
assert late["two layers"] < 0.8 < 1.4 < late["one layer"]
fig, ax = plot.figure(width=8, height=3.4)
for i, (name, curve) in enumerate(curves.items()):
    ax.plot(range(1, 33), curve, ls=plot.LINES[i], color=plot.COLORS[i], label=name)
ax.set(xlabel="tokens seen", ylabel="loss at the next one, nats", ylim=(0, 3.2))
ax.legend()
plot.show(
    fig,
    alt="Loss against the number of tokens seen, 1 to 32. All three models start near 2.8 nats. From the "
    "second round of the pattern on, one layer stays near 2 nats; two layers, and one layer that is "
    "handed the token before, fall far below 1.",
)
copying.reveal("only two layers")

# %% [markdown]
# One layer learns *which* tokens are in play, and stops there: a key made of the token at $s$ cannot say what
# stood at $s - 1$. With two layers the first writes *what came before me* into each position, and the second
# searches for it. This pair is called an **induction head**; in large models it is part of how a text in front of
# them is used as an example.
#
# The third curve removes the need: hand each position the embedding of the token before, for nothing, and
# one layer is enough. Lesson *A small GPT* uses this.

# %% [markdown]
# ## Backwards, by hand
#
# *Attention is two products and a softmax. Where do the gradients go?*
#
# From lesson *Backpropagation*: the gradient of a factor is the incoming gradient times the other factor, transposed to fit.
# With $s = q k^\top/\sqrt{D}$, $a = \text{softmax}(s)$ and $y = a v$:
#
# $$dv = a^\top dy, \quad da = dy\, v^\top, \quad
# ds = a \odot \Big(da - \sum_j a_j\, da_j\Big), \quad
# dq = \frac{ds\; k}{\sqrt{D}}, \quad dk = \frac{ds^\top q}{\sqrt{D}}.$$
#
# Where the mask hid a key, $a = 0$ and so $ds = 0$: it needs no line of its own.
#
# ### Exercise: `attend_backward`
#
# Write it, and return `dq, dk, dv` in this order. By hand: for the query of 9.3 and $dy = 1$ you should find
# $dv = (1/4, 3/4)$, $dk = (-3/4, 3/4)$ and $dq = \tfrac{3}{4} \ln 3$.


# %% tags=["exercise:attention.attend_backward"]
def attend_backward(dy, q, k, v, a):
    ...  # five lines; layers.softmax_backward(da, a) is the third formula


# %%
ex.attend_backward.check(attend_backward)

# %%
rng = np.random.default_rng(5)
q, k, v, dy = (rng.standard_normal((2, 3, 6, 4)) for _ in range(4))
leaves = [torch.tensor(z, requires_grad=True) for z in (q, k, v)]
F.scaled_dot_product_attention(*leaves, is_causal=True).backward(torch.tensor(dy))
_, a = attention.attend(q, k, v, causal=True)
ours = attention.attend_backward(dy, q, k, v, a)
gap_back = max(np.abs(d - z.grad.numpy()).max() for d, z in zip(ours, leaves, strict=True))
assert gap_back < 1e-12
print("dq, dk, dv: within 1e-12 of PyTorch's autograd")

# %% [markdown]
# ## What it costs
#
# *Twice the text: how much more work?*
#
# For each position the four projections take $4 C^2$ multiplications. Scores and mixing take $2 T C$: every
# position meets every other. So a text of $T$ positions costs $4 T C^2 + 2 T^2 C$, and the second part
# overtakes the first at $T = 2C$.

# %%
C = 768  # GPT-2, the smallest
T = 2.0 ** np.arange(6, 18)
fig, ax = plot.figure(width=7, height=3.2)
parts = {"projections, 4TC²": 4 * T * C**2, "scores and mixing, 2T²C": 2 * T**2 * C}
for i, (name, cost) in enumerate(parts.items()):
    ax.loglog(T, cost, ls=plot.LINES[i], color=plot.COLORS[i], label=name, base=2)
ax.axvline(2 * C, color=plot.FAINT, lw=1)
ax.text(2 * C, parts["projections, 4TC²"][0], " T = 2C", color=plot.FAINT)
ax.set(xlabel="positions, T", ylabel="multiplications of one layer")
ax.legend()
plot.show(
    fig,
    alt="Multiplications against T on logarithmic axes for width 768. Projections grow in proportion to "
    "T, scores and mixing with its square; the lines cross at T equal to twice the width.",
)

# %% [markdown]
# Short texts are cheap whatever attention does; for long ones nothing else counts. The table of weights
# itself has $T^2$ entries per head, which is why it is never stored whole in large models, and why a context
# of a million tokens needed new ideas.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["entropy at D = 1024, not scaled", f"{entropies['as they are'][-1]:.2f} nats"],
        ["entropy at D = 1024, scaled", f"{entropies['divided by √D'][-1]:.2f} nats"],
        ["unseen text, may not look ahead", f"{losses['may not look ahead']:.2f} nats"],
        ["unseen text, may look ahead", f"{losses['may look ahead']:.2f} nats"],
        *[[f"repeated pattern, {name}", f"{loss:.2f} nats"] for name, loss in late.items()],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write attention from memory, forward and back, say what the scale, the mask and the heads
# are for, and name three ways in which a wrong version trains without complaint.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Why √D and not D? What would go wrong at the start of training without a division, and what if
#    you divided by D?
#
#    <details><summary>Answer</summary>
#
#    A sum of $D$ independent products has a spread of $\sqrt D$. Undivided, the softmax of such
#    scores puts nearly all its weight on one key, and almost no gradient is left. Divided by $D$, the
#    scores spread by only $1/\sqrt D$: all keys look alike, and attention begins as a plain average.
#
#    </details>
#
# 2. A colleague's model reaches a validation loss of 0.1 nats per character after an hour. What do
#    you ask for before you congratulate?
#
#    <details><summary>Answer</summary>
#
#    For a sample of what it writes, and for a test that no position sees the future: change a late
#    token, and the outputs before it must not move. Also whether the validation text occurs in what
#    it trained on.
#
#    </details>
#
# 3. The weights of each row are set to zero above the diagonal after the softmax. What leaks, and
#    through which number?
#
#    <details><summary>Answer</summary>
#
#    The scores of the hidden keys. They have been counted in the denominator of the softmax, so the
#    weights that remain sum to less than 1, and the missing part tells how well the hidden keys
#    matched.
#
#    </details>
#
# 4. What is the shape of `x.reshape(B, H, T, D)` for $x$ of shape $(B, T, C)$, and why is it wrong
#    all the same?
#
#    <details><summary>Answer</summary>
#
#    $(B, H, T, D)$, which is the shape you want. But it cuts the rows of the table in the order in
#    which they lie: head 0 gets all columns of the first $T/H$ positions instead of the first $D$
#    columns of all positions. Cut the last axis first, then exchange two axes.
#
#    </details>
#
# 5. From lesson *Backpropagation*: each row of $\mathrm{softmax}(z) - \mathrm{onehot}(y)$ sums to
#    zero. Why must the gradient with respect to the scores do so for every loss behind a softmax?
#
#    <details><summary>Answer</summary>
#
#    Adding one number to all scores of a row changes none of its weights, so it changes no loss. The
#    slope in that direction, which is the sum of the gradient over the row, is therefore zero. In the
#    formula, $\sum_j a_j \big(da_j - \sum_i a_i\, da_i\big) = 0$ because the $a_j$ sum to 1.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - Vaswani et al. (2017), *Attention is all you need*, https://arxiv.org/abs/1706.03762.
# - Su et al. (2021), *RoFormer*, https://arxiv.org/abs/2104.09864: rotary positions.
# - Olsson et al. (2022), *In-context learning and induction heads*, https://arxiv.org/abs/2209.11895.
# - Radford et al. (2019), *Language models are unsupervised multitask learners*: GPT-2.
