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
# A word means little without the words around it. Attention is the part of a GPT that lets one
# position fetch something from others. It is a look-up that is soft, so it has a gradient and can
# be learnt.
#
# **You will** build attention in NumPy and compare it with PyTorch to twelve digits; break its
# scale, its mask and its order to see what each is for; ask what it takes to continue a repeated
# pattern, and test heads by removing them; and let a trained model read with your functions.
#
# This takes about two hours; what stands under *Further* is optional. **You need** lesson
# *Backpropagation*: softmax and cross-entropy.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $T$, $S$ | positions that ask, positions that can be asked | |
# | $q$ | queries: what each position looks for | $(T, D)$ |
# | $k$ | keys: what each position can be found by | $(S, D)$ |
# | $v$ | values, of size $E$: what each position has to say | $(S, E)$ |
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
from course.lessons import yours
from course.lessons.attention import bank as ex
from course.lessons.attention import characters, diagrams, figures, small, widgets
from course.networks import layers
from course.transformers import attention, heads, numpy_modern, tokens
from course.transformers.gpt import pretrained, train
from course.transformers.gpt.config import MODERN, Config

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # slower than float32, and alike on every processor

# %% [markdown]
# ## A look-up that can be learnt
#
# *How can a position fetch from others, when training may only nudge numbers?*
#
# A dictionary finds the one key that equals the query and returns its value. Training can't nudge
# that: a key matches or it doesn't. So let every key match a little. Score each key by its dot
# product with the query, turn the scores into weights that sum to 1, and return the values mixed by
# these weights. That is **attention**. If training wants more weight on a key, it can move the
# query towards that key, or the key towards the query, because both have a gradient.
#
# Four numbers by hand: the query is 1, the keys are 0 and $\ln 3$, the values 4 and 8. The scores are
# 0 and $\ln 3$, the weights $1/4$ and $3/4$, and what comes back is $1/4 \cdot 4 + 3/4 \cdot 8 = 7$.

# %%
q, k, v = np.array([[1.0]]), np.array([[0.0], [np.log(3)]]), np.array([[4.0], [8.0]])
a = layers.softmax(q @ k.T)
print("weights", np.round(a, 4), "and what comes back", np.round(a @ v, 4))

# %% [markdown]
# ## Wide queries and keys
#
# *Queries and keys may have few entries or many. Does that matter?*
#
# Here are 64 random keys, and queries whose entries have mean 0 and variance 1, as at the start of
# training. The entropy of a query's weights tells how sharply it chooses. If it looked at all keys
# alike, the entropy would be $\ln 64 \approx 4.16$ nats; if it looked at one alone, it would be 0.
# At $D = 4$ it is about 3 nats.

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
def choice_entropy(s):
    """Mean entropy of the weights that scores give, in nats."""
    return -(layers.softmax(s) * layers.log_softmax(s)).sum(-1).mean()


rng = np.random.default_rng(0)
sizes = [4, 16, 64, 256, 1024]
drawn = [(rng.standard_normal((200, D)), rng.standard_normal((64, D))) for D in sizes]
products = [q @ k.T for q, k in drawn]
undivided = choice_entropy(products[-1])
sharp.reveal(undivided, shown=f"{undivided:.2f} nats")
for D, s in zip(sizes, products, strict=True):
    print(f"D = {D:4}: scores spread by {s.std():5.2f}, entropy {choice_entropy(s):.2f} nats")

# %% [markdown]
# The wider the vectors, the further the scores spread, and the softmax gives nearly all weight to
# whichever key happens to score highest.
#
# ### Exercise: `scores`
#
# Return the dot product of each query with each key, divided by what makes the scores spread by 1
# at every width. Derive it: how far does a score spread that adds up $D$ products $q_i k_i$ of
# independent numbers with mean 0 and variance 1? By hand: nine ones as the query, and a key whose
# nine entries sum to 9, give the score 3. There may be axes in front of the last two.


# %% tags=["exercise:attention.scores"]
def scores(q, k):
    ...  # two lines


# %%
ex.scores.check(scores)

# %% [markdown]
# <details><summary>Why by this number, once you have yours</summary>
#
# Each product $q_i k_i$ has mean 0 and variance $1 \cdot 1 = 1$. The variances of independent
# numbers add up, so the sum has variance $D$ and spreads by $\sqrt{D}$. Hence
#
# $$s = \frac{q\, k^\top}{\sqrt{D}}.$$
#
# </details>
#
# The entries are independent at the start of training only: later, queries and keys have learnt to
# match. The division gives training a start at which no choice has been made yet.

# %%
divided = [choice_entropy(attention.scores(q, k)) for q, k in drawn]
for D, entropy in zip(sizes, divided, strict=True):
    print(f"D = {D:4}: divided, entropy {entropy:.2f} nats")

# %% [markdown]
# Divided, the choice stays open at every width. Here is one query over 12 keys without the division:
# at D = 64, one key gets nearly nine tenths of the weight.

# %% [markdown] tags=["lab"]
# Divide the scores, then move D and the temperature. Which of them closes the choice again?

# %%
widgets.one_row()

# %% [markdown]
# ## The mask
#
# *A GPT learns to say what comes next. What happens if it can see what comes next?*
#
# It reads a text of $T$ tokens and answers $T$ questions at once: at each position, which token
# follows? Here are two models, alike but for one thing: one of them may look to the right. Each is
# trained from three seeds and tested on text that it was never trained on.

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
modern = MODERN | {"taps": 0}  # newer than GPT-2: see lesson A small GPT

losses, samples = {}, {}
for name, causal in (("may not look ahead", True), ("may look ahead", False)):
    config = Config(len(alphabet), **modern, context=32, layers=1, heads=2, width=48, causal=causal)
    three = [small.trained(config, ids, steps=300, seed=seed) for seed in range(3)]
    losses[name] = [train.evaluate(model, unseen[:20000]) for model in three]
    samples[name] = small.written(three[0], "My lord, I th", 60, alphabet)
wonderful.reveal("better, and writes garbage")
for name, found in losses.items():
    print(f"{name}: {np.mean(found):.2f} nats, {min(found):.2f} to {max(found):.2f} over three seeds")
    print(samples[name], "\n")

# %% [markdown]
# The gap is far wider than the spread over seeds, and held-out text doesn't expose it: **held-out
# data can't show a leak that it shares.** The model has learnt to copy the answer from the right.
# When it writes, nothing stands there yet. So always read what your model writes, and distrust a
# loss that is too good.
#
# ### Exercise: `causal_mask`
#
# What comes after position $t$ is what it is asked for, so it may see positions up to $t$ only. The
# table that says so is the **mask**.
# It has a row for each query and a column for each key, True where the query may look.
#
# When a model writes, it adds one token at a time. The keys and values of the earlier tokens don't
# change, so they are kept, and only the new token needs a query. The keys that are kept are called
# the past here, and they fill the first columns.
#
# Write the table, of True and False, for $T$ new queries. By hand, with 1 for True: for $T = 3$ it
# is `[[1, 0, 0], [1, 1, 0], [1, 1, 1]]`; for $T = 2$ after a past of 1 it is
# `[[1, 1, 0], [1, 1, 1]]`.


# %% tags=["exercise:attention.causal_mask"]
def causal_mask(T, past=0):
    ...  # one line; True means: may look


# %%
ex.causal_mask.check(causal_mask)

# %% [markdown]
# ### Before the softmax, or after it?
#
# Is it the same to set the hidden scores to $-\infty$ before the softmax, and to set the hidden
# weights to zero after it? Change the last key, which positions 0 to 3 may not see, and watch their
# outputs.

# %%
rng = np.random.default_rng(1)
q, k, v = (rng.standard_normal((5, 8)) for _ in range(3))
other = np.vstack([k[:4], 3 * rng.standard_normal((1, 8))])  # another key at the last position
may_look, s, s_other = attention.causal_mask(5), attention.scores(q, k), attention.scores(q, other)
after = [np.where(may_look, layers.softmax(z), 0) @ v for z in (s, s_other)]
before = [layers.softmax(np.where(may_look, z, -np.inf)) @ v for z in (s, s_other)]
for name, (y, y_other) in {"after": after, "before": before}.items():
    change = np.abs(y - y_other)[:4].max()
    print(f"masked {name} the softmax: positions 0 to 3 move by {change:.2f}")

# %% [markdown]
# Masking afterwards leaks. The hidden score was counted in the denominator of the softmax, so the
# remaining weights sum to less than 1, and how much is missing tells what was hidden. With a score
# of $-\infty$ before the softmax, the weight is $e^{-\infty} = 0$ and the key counts nowhere. Here
# is the whole path:

# %%
diagrams.look_up()

# %% [markdown]
# ### Exercise: `attend`
#
# Put it together: scores, mask, softmax, mix. `causal` hides the future, `mask` is a table of your
# own (True means: may look); either, both or none may be given. Return the mixed values, then the
# weights: `return y, a`. By hand: the query and keys from the beginning give 7 and $(1/4, 3/4)$.


# %% tags=["exercise:attention.attend"]
def attend(q, k, v, *, causal=False, mask=None):
    ...  # some six lines; layers.softmax survives scores of −∞


# %%
ex.attend.check(attend)

# %% [markdown]
# These few lines agree with PyTorch's own routine:

# %%
rng = np.random.default_rng(2)
q, k, v = (rng.standard_normal((2, 3, 7, 5)) for _ in range(3))
y, _ = attention.attend(q, k, v, causal=True)
theirs = F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)), is_causal=True)
print("within 1e-12 of PyTorch is", bool(np.abs(y - theirs.numpy()).max() < 1e-12))

# %% [markdown]
# ## Heads: several questions at once
#
# *One softmax makes one choice. What if a position needs two things, from two places?*
#
# Cut the width $C$ into $H$ heads of $D = C/H$ columns. Each head has its own queries, keys and
# values and makes its own choice. Afterwards the results are put side by side again. The cost stays
# the same, because $H$ products over $D$ columns are as many multiplications as one over $C$.

# %%
diagrams.heads()

# %% [markdown]
# NumPy reads a table row by row, and `reshape` keeps that order. So it may cut the last axis,
# where the columns of one position lie side by side. Here is head 0 as it should be, and what a
# single `reshape` makes of it:

# %%
x = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]])  # one example, two positions, width 4
print("head 0, as it should be: ", x[0, :, :2].tolist())
print("head 0, reshaped at once:", x.reshape(1, 2, 2, 2)[0, 0].tolist())

# %% [markdown]
# Head 0 holds the first two columns of both positions. What `reshape` gives holds position 0
# alone, cut in two, and since it has the right shape, nothing complains.
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
# The way back exchanges the axes first and then joins the last two. With that, a whole layer of
# attention takes three steps: project $x$ to queries, keys and values, let the heads attend, and
# mix their results by a last matrix.


# %% tags=["worked:attention.merge_heads", "worked:attention.multi_head"]
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * D)


def multi_head(x, Wq, Wk, Wv, Wo, H, *, causal=True):
    q, k, v = (
        attention.split_heads(x @ Wq, H),
        attention.split_heads(x @ Wk, H),
        attention.split_heads(x @ Wv, H),
    )
    y, a = attention.attend(q, k, v, causal=causal)  # (B, H, T, D), (B, H, T, T)
    return attention.merge_heads(y) @ Wo, a


# %% [markdown]
# A model that writes must keep the keys and values of every earlier token, in every layer: $2HD$
# numbers a token. So in **grouped-query attention** the heads form $G$ groups, and the query heads
# of a group share one head of keys and values. That leaves $2GD$ numbers.

# %% [markdown]
# ## What does a trained head look at?
#
# *Maps of attention invite stories. Which of them are true?*
#
# This small GPT, two layers of four heads, learnt from the plays for a few minutes.

# %% [markdown] tags=["lab"]
# Type a line, choose a head, and say what it looks at.

# %%
widgets.heads()

# %% [markdown]
# Head 1 of layer 2 shows vertical stripes, and it is tempting to say that it returns to where a
# word began. So measure it. For each head, add up the weight that goes to characters of one sort,
# and divide it by what they would get if each position looked at all it may see alike. At 1 the
# head doesn't care about that sort.

# %%
reader, letters = pretrained.small_gpt()
heard = tokens.encode(split_text(text)[1], letters)[: 64 * 100].reshape(100, 64)
sorts = characters.sorts_of(np.array(list(letters))[heard])  # name -> where such a character stands
alike = np.tri(64) / np.arange(1, 65)[:, None]  # every visible position the same weight
rows, lift = [], {}
for i, layer in enumerate(reader.weights(torch.from_numpy(heard)), start=1):
    for h, a in enumerate(layer.numpy().swapaxes(0, 1), start=1):  # a is (100, 64, 64)
        found = [(a @ z[:, :, None]).sum() / (alike @ z[:, :, None]).sum() for z in sorts.values()]
        lift[i, h] = dict(zip(sorts, found, strict=True))
        one_back = a.diagonal(-1, -2, -1).mean()
        rows.append([f"layer {i}, head {h}", f"{one_back:.2f}", *(f"{z:.1f}" for z in found)])
plot.table(rows, header=["head", "weight one back", *sorts])

# %% [markdown]
# The story is false. Head 1 of layer 2 gives the first letters of words about half of their
# share; it prefers punctuation, spaces and the last letters of words, the places where something
# ended. Head 4 of layer 2 prefers spaces. The other heads put a fifth to a third of their weight
# on the character just before. A map shows where weight goes in one text; what a head does in
# general takes a count like this one. Whether it matters takes a third step: remove it, and see
# what is lost. You will do that below, in a smaller model.

# %% [markdown]
# ## Does attention know the order?
#
# *Shuffle the words of a sentence. Does attention notice?*
#
# Nothing in $\text{softmax}(q k^\top/\sqrt{D})\,v$ knows where a key stands. Without a mask,
# shuffling the inputs shuffles the outputs alike and changes nothing else.

# %%
bag = predict.choice(
    "attention.bag",
    "And with the causal mask, still without positions: shuffle the inputs, and …",
    ["the outputs are shuffled alike", "the outputs change"],
)
bag

# %%
rng, moved = np.random.default_rng(3), {}
x, shuffle = rng.standard_normal((1, 8, 12)), rng.permutation(8)
W = [rng.standard_normal((12, 12)) / np.sqrt(12) for _ in range(4)]
for causal in (False, True):
    y, shuffled = (attention.multi_head(z, *W, 3, causal=causal)[0] for z in (x, x[:, shuffle]))
    moved[causal] = np.abs(y[:, shuffle] - shuffled).max()
bag.reveal("the outputs change")
print(f"without the mask, the same outputs: {moved[False] < 1e-12}")
print(f"with the mask they move by {moved[True]:.2f}")

# %% [markdown]
# With the mask, the first position sees one token and the last sees all, so after shuffling each
# token sees another set. The mask alone therefore tells a little about order.
#
# ### Exercise: `rotate`
#
# Attention has to be told where a key stands. The original Transformer added sines and cosines
# of the position to the embeddings; GPT-2 adds vectors that it learns. Most models today use
# **rotary positions**: they turn queries and keys.
# Take the entries of a vector in pairs. Each pair is a point in the plane, and at position $t$ pair
# $i$ is turned about the origin, counterclockwise, by the angle $\theta = t \cdot 10000^{-2i/D}$.
# The first pair turns quickly, the last one slowly.
#
# Turn the pairs of neighbours (0, 1), (2, 3), … of $x$, $(\dots, T, D)$, by the angles `theta` in
# radians, $(T, D/2)$: one for each position and pair. Derive it: where does $(1, 0)$ land, where
# does $(0, 1)$, and so where does $(x_1, x_2) = x_1 (1, 0) + x_2 (0, 1)$? By hand: the pair
# $(1, 0)$ by 90° becomes $(0, 1)$; $(0, 2)$ by 180° becomes $(0, -2)$.


# %% tags=["exercise:attention.rotate"]
def rotate(x, theta):
    ...  # about four lines; x[..., 0::2] are the first entries of the pairs


# %%
ex.rotate.check(rotate)

# %% [markdown]
# Why turn? Write $R_a$ for the rotation by the angle $a$. Turning back undoes a rotation, and
# transposing it does the same: $R_a^\top = R_{-a}$. Two rotations in a row add their angles. So the
# score of a query at angle $a$ and a key at angle $b$ is
#
# $$(R_a q) \cdot (R_b k) = q^\top R_a^\top R_b\, k = q^\top R_{-a} R_b\, k = q \cdot R_{b-a} k.$$
#
# Only the difference $b - a$ is left, and it grows in proportion to the distance of the two
# positions. So the score depends on how far away the key is, and not on where in the text that
# happens. Here are a query and a key two positions apart, at two places of a text:

# %% tags=["plot"]
theta = attention.angles(60, 2) / 4  # one pair; a quarter of the usual speed, to see it
q, k = (attention.rotate(np.tile(z, (60, 1)), theta) for z in ([1.0, 0.0], [0.3, 0.9]))
figures.turned(q, k, places=((3, 1), (9, 7)))

# %% [markdown]
# ## A pattern repeats
#
# *Can attention find where it was last time, and copy what came next?*
#
# Each sequence here is made of a random pattern of 4 to 12 tokens, all different, repeated. After
# the first token of the second round everything can be predicted. A guess among the tokens of the
# pattern would cost 2.02 nats.

# %%
copying = predict.choice(
    "attention.induction",
    "Which models learn to continue the pattern, at a loss below 0.1 nats?",
    ["one layer is enough", "only two layers", "neither, in 600 steps"],
)
copying


# %%
def late_loss(model, exam):
    """Loss on the tokens at positions 17 to 32, which all repeat the round before."""
    z = model(exam[:, :-1]).detach()
    return F.cross_entropy(z[:, 16:].flatten(0, 1), exam[:, 17:].flatten()).item()


practice = small.repeated(np.random.default_rng(0), 4000).ravel()
exam = torch.from_numpy(small.repeated(np.random.default_rng(1), 500)[:, :33])
shape = modern | {"context": 32, "heads": 2, "width": 32}
models = {}
for name, depth in {"one layer": 1, "two layers": 2}.items():
    config = Config(16, **shape, layers=depth)
    models[name] = [small.trained(config, practice, steps=600, seed=s) for s in range(3)]
copying.reveal("only two layers")
late = {name: [late_loss(model, exam) for model in three] for name, three in models.items()}
for name, nats in late.items():
    print(f"{name}: {min(nats):.3f} to {max(nats):.3f} nats over three seeds")

# %% [markdown]
# One layer fails from each seed, and two layers succeed. The rule that continues a pattern is:
# *find the earlier place where the token before was the same as mine now, and copy what stands
# there.* It needs two facts about one position, what stands there and what stood before it. A key
# in the first layer is made of one token and knows only the first fact.
#
# If that is the reason, one layer must be enough once it is handed the second fact: the embedding of
# the token before as well.

# %% tags=["answers"]
handed = Config(16, **(shape | {"taps": 1}), layers=1)
three = [small.trained(handed, practice, steps=600, seed=s) for s in range(3)]
helped = [late_loss(model, exam) for model in three]
print(f"handed the token before: {min(helped):.3f} to {max(helped):.3f} nats over three seeds")

# %% [markdown] tags=["answers"]
# It is. Two layers can do it for themselves: a head of the first hands on what one of the second
# needs.

# %% tags=["answers"]
diagrams.induction()

# %% [markdown]
# ### Inside a trained model
#
# To copy, a model has to find the place after an earlier copy of the present token. A head that
# looks there is called an **induction head**. But a key that is made of one token doesn't know
# which one came before. A head that fetches that, because it looks one position back, is a
# **previous-token head**. Are there such heads in a trained model? Here are the maps of one of the
# models with two layers, of all its four heads on a pattern of eight tokens.

# %% tags=["plot"]
model = models["two layers"][1]
sequence = np.resize(np.random.default_rng(4).permutation(16)[:8], 24)
seen = [a[0].numpy() for a in model.weights(torch.from_numpy(sequence)[None])]  # (H, T, T) each
figures.heads(
    seen,
    alt="Four maps of weights. In layer 1, head 1 keeps near the diagonal and head 2 spreads over more places; in layer 2 much weight lies on lines "
    "seven and fifteen places below it.",
)

# %% [markdown]
# ### Exercise: `previous_token_head`
#
# Which head of the first layer looks one back? Given maps of shape $(H, T, T)$, return the number
# of the head that gives the position just before its own the most weight on average, counted from
# 0, and that average: `return h, share`. The first position has none before it. By hand: the maps
# `[[1, 0, 0], [.5, .5, 0], [.2, .4, .4]]` and `[[1, 0, 0], [.9, .1, 0], [.6, .1, .3]]` give 1 and
# 0.5.


# %% tags=["exercise:heads.previous_token_head"]
def previous_token_head(a):
    ...  # some three lines; a.diagonal(offset, -2, -1) reads a diagonal of each map


# %%
ex.previous_token_head.check(previous_token_head)

# %% [markdown]
# Such a number gives a hypothesis. Test it: remove one head at a time, by setting its rows of the
# output matrix to zero, and measure the loss again. Beside it stand the weight that each head
# puts one back, and the weight on places that came after an earlier copy of the present token.


# %%
def loss_without(model, layer, head, exam, D=16):
    W = model.blocks[layer].attention.out.W
    kept = W.detach().clone()
    W.data[head * D : (head + 1) * D] = 0
    loss = late_loss(model, exam)
    W.data.copy_(kept)
    return loss


came_after = exam[:, None, :-2] == exam[:, 1:-1, None]  # (t, s): is t's token that before s?
rows = []
for i, a in enumerate(model.weights(exam[:, :-1])):
    one_back = a.diagonal(-1, -2, -1)[:, :, 15:].mean((0, 2))  # (H,)
    copies = (a[:, :, 1:, 1:] * came_after[:, None])[:, :, 15:].sum(-1).mean((0, 2))
    for h in range(2):
        told = one_back[h], copies[h], loss_without(model, i, h, exam)
        rows.append([f"layer {i + 1}, head {h + 1}", *(f"{z:.2f}" for z in told)])
plot.table(rows, header=["head", "weight one back", "after an earlier copy", "loss without it"])

# %% [markdown]
# With all heads the loss was between 0.05 and 0.06 nats. Layer 1, head 1 puts the most weight one
# back. Without it all is lost, without its neighbour almost nothing. The loss even rises above
# $\ln 16 = 2.77$ nats, a blind guess, probably because the second layer now reads what it was
# never trained on. In the second layer both heads search: about half of their weight lies after
# an earlier copy of the present token, and each of them is missed.
#
# This was one model. Here is the same test for all three: the measure, on the mean of all maps,
# finds a head; that head is removed, then its neighbour instead.

# %%
for seed, one in enumerate(models["two layers"]):
    h, _ = heads.previous_token_head(one.weights(exam[:, :-1])[0].mean(0).numpy())
    found, other = (loss_without(one, 0, z, exam) for z in (h, 1 - h))
    print(f"seed {seed}: {found:.2f} nats without it, {other:.2f} without its neighbour")

# %% [markdown]
# In two models one head does this work alone. In the other both share it, and each of them is
# missed. So how the work is divided depends on the seed, and a name such as *previous-token head*
# has to be measured anew for each model.

# %% [markdown]
# ## A trained model reads with your attention
#
# The small GPT whose heads you looked at is made of two blocks. A block reads the residual stream
# twice and adds to it twice: what attention fetches from other positions, then what an MLP makes
# of each position alone. In the picture, `split_heads`, `rotate`, `attend` and `merge_heads` are
# functions of this lesson. Where yours have passed, the model reads a passage that it never saw with
# yours; all the rest is the course's. This model also normalises queries and keys before they are
# turned.

# %%
diagrams.block()

# %%
made = yours.using("split_heads", "causal_mask", "rotate", "attend")


def look(x, p, at, H, parts):
    """Attention of one block, made of given parts: x is (1, T, C)."""
    qkv = np.split(numpy_modern.project(x, p[f"{at}.qkv.W"]), 3, axis=-1)
    q, k, v = (parts.split_heads(z, H) for z in qkv)
    theta = attention.angles(*q.shape[-2:])
    q, k = (parts.rotate(numpy_modern.rms_norm(z), theta) for z in (q, k))
    y, _ = parts.attend(q, k, v, mask=parts.causal_mask(q.shape[-2]))
    return numpy_modern.project(attention.merge_heads(y), p[f"{at}.out.W"])


def read(ids, p, config, parts):
    """Logits (T, V) of the token after each of ids (T,)."""
    x = p["E"][ids][None]
    for i in range(config.layers):
        at = f"blocks.{i}"
        x = x + look(numpy_modern.rms_norm(x), p, f"{at}.attention", config.heads, parts)
        x = x + numpy_modern.think(numpy_modern.rms_norm(x), p, f"{at}.mlp")
    return numpy_modern.project(numpy_modern.rms_norm(x), p["head.W"])[0]


# %%
p = {name: w.detach().numpy() for name, w in reader.named_parameters()}
passage = heard[7]
z = read(passage[:-1], p, reader.config, made)
surprise = -layers.log_softmax(z)[np.arange(63), passage[1:]]
theirs = reader(torch.from_numpy(passage)[None, :-1]).detach()[0].numpy()
print(repr(tokens.decode(passage, letters)))
print(f"read at {surprise.mean():.3f} nats per character")
print("within 1e-9 of the same model in PyTorch is", bool(np.abs(z - theirs).max() < 1e-9))
print(made.credit("Your reader"))

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["entropy at D = 1024, not divided", f"{undivided:.2f} nats"],
        ["entropy at D = 1024, divided by √D", f"{divided[-1]:.2f} nats"],
        *[[f"unseen text, {name}", f"{np.mean(found):.2f} nats"] for name, found in losses.items()],
        ["first letters, layer 2 head 1", f"{lift[2, 1]['first letters']:.1f} of their share"],
        *[[f"repeated pattern, {name}", f"{np.mean(z):.2f} nats"] for name, z in late.items()],
        ["repeated pattern, one layer handed the token before", f"{np.mean(helped):.2f} nats"],
        ["a passage read with these functions", f"{surprise.mean():.2f} nats"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write attention from memory, say what the scale, the mask, the heads and the
# rotations are for, find out what a head looks at, and test by removing it whether it matters.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Why √D and not D? What would go wrong at the start of training without a division, and what if
#    you divided by D?
#
#    <details><summary>Answer</summary>
#
#    A sum of $D$ independent products spreads by $\sqrt D$. Undivided, the softmax of such scores
#    puts nearly all its weight on one key. Then hardly any gradient reaches the scores (*Further*
#    derives it). Divided by $D$, the scores spread by only $1/\sqrt D$: at the start all keys
#    look alike, and attention begins as a plain average.
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
# 3. A head's map has a dark column at every full stop. What may you say about the head, and what
#    would you measure before you say more?
#
#    <details><summary>Answer</summary>
#
#    That it looked at full stops in this text. Over many texts, compare the weight on full stops
#    with what they would get if all visible positions had the same weight. Then remove the head and
#    measure the loss: only that tells whether it matters.
#
#    </details>
#
# 4. From lesson *Backpropagation*: the gradient of the cross-entropy with respect to the logits is
#    $\mathrm{softmax}(z) - \mathrm{onehot}(y)$. What does each row sum to, and why could you have
#    known?
#
#    <details><summary>Answer</summary>
#
#    To zero: the probabilities sum to 1, and so does the one-hot row. You could have known, because
#    adding one number to all logits of a row changes none of the probabilities, and so no loss.
#    The slope in that direction is the sum of the gradient over the row.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional: nothing later needs it. It holds grouped queries as code, the gradients
# of attention derived by hand, and the length from which attention dominates the cost of a block.
# It takes about 40 minutes.
#
# ### Fewer keys than queries
#
# Llama 3 with 8 billion parameters has 32 query heads and 8 heads of keys, and so keeps a quarter
# of the numbers.
#
# ### Exercise: `grouped`
#
# Attend with `q` of shape $(\dots, H, T, D)$ and with `k` and `v` that have only $G$ heads.
# Neighbours share: the first $H/G$ query heads use key head 0. Return the mixed values and the
# weights, of $H$ heads both. By hand: six query heads and two heads of one key each, with the
# values 10 and 20, return 10, 10, 10, 20, 20, 20.


# %% tags=["exercise:heads.grouped"]
def grouped(q, k, v, *, causal=False):
    ...  # some three lines; attention.attend does the rest


# %%
ex.grouped.check(grouped)

# %% [markdown]
# ### Backwards, by hand
#
# Forward, attention takes three steps: $s = q k^\top/\sqrt{D}$, then $a = \text{softmax}(s)$, then
# $y = a v$. Backward you walk through them in reverse order, with $dy$, the gradient of the loss
# with respect to $y$, in hand.
#
# For the two products you have the rule of lesson *Backpropagation*: the gradient of a factor is
# the incoming gradient times the other factor, transposed so that the shapes fit. The softmax needs
# its own. Changing score $j$ changes every weight of its row, by
# $\partial a_i / \partial s_j = a_i (\delta_{ij} - a_j)$, where $\delta_{ij}$ is 1 for $i = j$ and
# 0 otherwise. Summed over the weights,
#
# $$ds_j = \sum_i da_i\, a_i (\delta_{ij} - a_j) = a_j \Big(da_j - \sum_i a_i\, da_i\Big).$$
#
# A check that needs no calculation: adding one number to all scores of a row changes none of its
# weights. So the slope in that direction is zero, and that slope is the sum $\sum_j ds_j$.

# %%
rng = np.random.default_rng(6)
a = layers.softmax(rng.standard_normal((3, 5)))
ds = layers.softmax_backward(rng.standard_normal((3, 5)), a)
print("gradient of one row:", np.round(ds[0], 3))
print("the rows sum to zero:", np.allclose(ds.sum(-1), 0))

# %% [markdown]
# Where the mask hid a key, $a_j = 0$ and so $ds_j = 0$: it needs no line of its own.
#
# ### Exercise: `attend_backward`
#
# Derive the gradients step by step, first $dv$ and $da$, then $ds$, then $dq$ and $dk$, and return
# `dq, dk, dv` in this order. By hand, to check each step: for the query of 1 with the keys 0 and ln
# 3, the values 4 and 8, and $dy = 1$, the steps give $dv = (1/4, 3/4)$ and $da = (4, 8)$, then
# $ds = (-3/4, 3/4)$, and at last $dk = (-3/4, 3/4)$ and $dq = \tfrac{3}{4} \ln 3$.


# %% tags=["exercise:attention.attend_backward"]
def attend_backward(dy, q, k, v, a):
    ...  # five lines; layers.softmax_backward(da, a) gives ds


# %%
ex.attend_backward.check(attend_backward)

# %% [markdown]
# ### What it costs
#
# *Attention compares every position with every other. From what length on does that dominate?*
#
# A block of a GPT is attention with its four projections, of $C \times C$ each, and then an MLP
# that is four times as wide inside: one matrix of $C \times 4C$ and one of $4C \times C$. Take the
# smallest GPT-2, with $C = 768$.

# %%
crossing = predict.number(
    "attention.crossing",
    "At how many positions T do scores and mixing cost as much as the rest of the block?",
    unit="positions",
    low=1,
    factor=1.5,
)
crossing

# %% tags=["answers"]
C = 768
rest = 4 * C**2 + 8 * C**2  # a position's projections and MLP
crossed = rest / (2 * C)  # the T at which scores q kᵀ and mixing a v, T C each, cost as much
crossing.reveal(crossed, shown=f"{crossed:,.0f} positions")
for T in (64, 1024, 100_000):
    share = 2 * T * C / (2 * T * C + rest)
    print(f"T = {T:6}: scores and mixing are {100 * share:.0f} % of a block's multiplications")

# %% [markdown]
# For each position, the projections take $4C^2$ multiplications and the MLP takes $8C^2$. Scores
# take $TC$, because each of $T$ keys costs $C$ over all heads, and mixing takes $TC$ again. So they
# are equal where $2TC = 12C^2$, at $T = 6C$. At GPT-2's own context of 1,024, attention to other
# positions is the small part. At 100,000 it is nearly all.

# %% [markdown]
# ## Sources
#
# - Vaswani et al. (2017), *Attention is all you need*, https://arxiv.org/abs/1706.03762.
# - Su et al. (2021), *RoFormer*, https://arxiv.org/abs/2104.09864: rotary positions.
# - Ainslie et al. (2023), *GQA*, https://arxiv.org/abs/2305.13245: grouped-query attention.
# - Grattafiori et al. (2024), *The Llama 3 herd of models*, https://arxiv.org/abs/2407.21783: sizes.
# - Olsson et al. (2022), *In-context learning and induction heads*,
#   https://arxiv.org/abs/2209.11895.
# - Radford et al. (2019), *Language models are unsupervised multitask learners*: GPT-2.
