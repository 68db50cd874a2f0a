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
# # A small GPT
#
# All pieces are there: layers, gradients, a good start, an optimizer, attention. Now they become one
# machine that reads a million characters and then writes on by itself.
#
# **You will** set the bar by counting, build a GPT, hold it to two tests before it may train, mend a
# training loop that looks right, train on your own computer, and measure what each modern trick buys.
#
# **You need** lesson *Attention* for attention, 06 for AdamW and schedules, 05 for the loss before training.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $V$, $T$, $B$ | size of the vocabulary, length of a window, windows in a batch | |
# | $L$, $C$, $H$ | blocks, width, heads | |
# | $E$, $P$ | a row for each token, a row for each place | $(V, C)$, $(T, C)$ |
# | $x$ | the stream that runs through all blocks | $(B, T, C)$ |
# | $z$ | logits of the token that comes next | $(B, T, V)$ |
# | $N(h)$, $D(h)$ | how often a context $h$ was seen, and with how many different followers | |

# %% tags=["setup"]
import itertools
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course.data import shakespeare, split_text
from course.foundations import bigram
from course.interactive import plot, predict
from course.lessons.small_gpt import bank as ex
from course.lessons.small_gpt import diagrams, widgets
from course.networks import initial, layers
from course.practice import costs
from course.transformers import ngram, numpy_gpt, score, tokens
from course.transformers.gpt import gpt2, pretrained, train
from course.transformers.gpt import model as gpt
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.generate import generate
from course.transformers.gpt.recipe import PLAIN, Recipe
from course.transformers.gpt.speedrun import ROWS, settings, speed_run

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # slower than float32, and alike on every processor

# %% [markdown]
# ## What must be beaten
#
# *How good is a model that needs no network at all?*
#
# A loss means nothing alone. Set the bar first, with the cheapest models there are: all characters alike,
# the frequencies of single characters, and the table of pairs from lesson *Start here*. All learn from the same nine
# tenths of the plays and are examined on 30,000 characters of *The Tempest*, which is kept apart.

# %%
text = shakespeare()
alphabet = tokens.alphabet(text)
V = len(alphabet)
ids, rest = (tokens.encode(part, alphabet) for part in split_text(text))
unseen = rest[40_000:70_000]
single = np.bincount(ids, minlength=V) / len(ids)
pairs = bigram.probabilities(1 + bigram.count_pairs(ids, V))  # 1 more, so that none is 0
bar = {
    "all characters alike": np.log(V),
    "single characters": -np.log(single[unseen]).mean(),
    "pairs": -np.log(pairs[unseen[:-1], unseen[1:]]).mean(),
}
for name, loss in bar.items():
    print(f"{name}: {loss:.2f} nats per character")

# %% [markdown]
# Two characters of memory are better than one; are ten better than two? The longer a context $h$, the more it
# says, and the more rarely it was seen. So trust a count as far as it goes, and ask the context one character
# shorter, $h'$, about the rest. If $D(h)$ different characters have followed $h$ in $N(h)$ sightings, then $D$
# times in $N$ something new came. Set aside $D$ more for what is new:
#
# $$p(c \mid h) = \frac{\text{count}(h c) + D(h)\, p(c \mid h')}{N(h) + D(h)}.$$
#
# This is Witten and Bell's formula, from text compression. By hand: a context was seen 6 times with 2 different
# followers, one of them 3 times, and the shorter context gives that one ¼. Then
# $p = (3 + 2 \cdot \tfrac14)/(6 + 2) = 0.4375$. A context never seen knows nothing: it passes $p(c \mid h')$ on.
#
# ### Exercise: `witten_bell`
#
# Write the formula. `p` is that of the shorter context; all four
# are arrays of shapes that broadcast, and for a context never seen `N` and `D` are 0.


# %% tags=["exercise:ngram.witten_bell"]
def witten_bell(p, count, N, D):
    ...  # one line


# %%
ex.witten_bell.check(witten_bell)

# %% [markdown]
# Every length $n$ from 1 to 8 characters, context and follower together (an **n-gram**), each mixed with all shorter ones:

# %%
longest = predict.number(
    "small_gpt.order", "Which length, in characters, does best on the unseen text?", low=1, high=8, within=1
)
longest

# %%
lengths = range(1, 9)
counted = {n: ngram.fit(ids, V, n) for n in lengths}
on_unseen = [ngram.loss(counted[n], unseen) for n in lengths]
on_seen = [ngram.loss(counted[n], ids[:30_000]) for n in lengths]
best = 1 + int(np.argmin(on_unseen))
five = counted[best]
bar[f"{best}-grams"] = min(on_unseen)
longest.reveal(best, shown=f"{best} characters, {min(on_unseen):.2f} nats")

# %%
fig, ax = plot.figure(width=7, height=3.2)
for i, (name, losses) in enumerate({"unseen text": on_unseen, "learnt text": on_seen}.items()):
    ax.plot(lengths, losses, "o", ls=plot.LINES[i], color=plot.COLORS[i], label=name)
ax.set(xlabel="characters, context and follower together", ylabel="loss, nats", ylim=(0, 3.6))
ax.legend()
plot.show(
    fig,
    alt="Loss against the length counted, 1 to 8 characters. On learnt text it falls all the way, below "
    "1 nat. On unseen text it falls to 5 characters and then rises again.",
)

# %%
dice = np.random.default_rng(0)
out = ngram.generate(dice, five, tokens.encode("ROMEO:\n", alphabet), 200)
print(tokens.decode(out, alphabet))

# %% [markdown]
# A second of counting, and it writes names and almost words. Longer contexts learn the plays by heart and
# then meet sentences they have never seen: the lines part after five characters. That is the bar. A GPT has
# to use a context of 64 characters without learning it by heart.
#
# A **nat** is the surprise at an event of probability $1/e$. A **bit**, of ½, is the more usual unit: divide by
# $\ln 2 \approx 0.69$. And an average needs care when rows differ in length and the short ones were filled up:
# filled-up places are no questions. By hand: a row with surprises of 2 bits and 1 bit, and a row with one of
# 3 bits, then padding: the average is $6/3 = 2$. The mean of the rows' means would be 2¼.
#
# ### Exercise: `bits_per_token`
#
# Logits $z$ of shape $(B, T, V)$, the tokens $y$ that came, and
# `real`, which is False where a row was filled up. Return bits per real token.


# %% tags=["exercise:score.bits_per_token"]
def bits_per_token(z, y, real):
    ...  # about three lines; layers.log_softmax


# %%
ex.bits_per_token.check(bits_per_token)

# %% [markdown]
# ## One window, T questions
#
# *A text of a million characters is one example. How do you make a batch of it?*
#
# Cut out windows at random places. A window of $T$ characters asks $T$ questions at once: at each position,
# which one comes next? So the targets are the same window, one place further on.

# %%
x, y = tokens.batch(np.random.default_rng(3), ids, B=2, T=24)
for row in range(2):
    print("x", repr(tokens.decode(x[row], alphabet)))
    print("y", repr(tokens.decode(y[row], alphabet)), "\n")

# %% [markdown]
# By hand: a text of three tokens (5, 7, 9) has a single window of $T = 2$ with a token after it: $x = (5, 7)$,
# $y = (7, 9)$.
#
# ### Exercise: `batch`
#
# Draw `B` starts with `rng`, so that every window with a token
# after it can come, and return $x$ and $y$, each $(B, T)$.


# %% tags=["exercise:tokens.batch"]
def batch(rng, ids, B, T):
    ...  # three lines


# %%
ex.batch.check(batch)

# %% [markdown]
# ## Inside: a stream, and what is added to it
#
# *What does a GPT do between a token and the next?*

# %%
diagrams.whole()

# %% [markdown]
# Each token becomes a vector: its **embedding**, a row of $E$, plus the row of $P$ for its place. Places are
# counted from 0, and when part of the text was read before, they go on where that part ended. By hand: with
# $E = ((1, 0), (0, 1))$ and $P = ((0, 10), (20, 30), (40, 50), (60, 70))$ the tokens (1, 0) become
# $((0, 11), (21, 30))$; after a past of 2 they become $((40, 51), (61, 70))$.
#
# ### Exercise: `embed`
#
# Embed tokens that come after `past` others.


# %% tags=["exercise:numpy_gpt.embed"]
def embed(ids, E, P, past=0):
    ...  # two lines


# %%
ex.embed.check(embed)

# %% [markdown]
# This vector is the beginning of a stream that runs to the end. A block reads from it twice and adds to it twice:
# attention fetches from other positions, the MLP works on each position alone. What is read is normalised
# first; the stream itself never is.

# %%
diagrams.block()

# %% [markdown]
# By hand: $x = (3, -3)$, norms that divide by the root mean square, an
# attention that doubles, an MLP that adds 1 to the first entry. Attention reads $(1, -1)$ and adds $(2, -2)$:
# the stream is $(5, -5)$. The MLP reads $(1, -1)$ and adds $(2, -1)$: it ends as $(7, -6)$.
#
# ### Exercise: `block`
#
# Put the block together from its four parts, which are functions.


# %% tags=["exercise:numpy_gpt.block"]
def block(x, norm1, attend, norm2, mlp):
    ...  # two lines


# %%
ex.block.check(block)

# %% [markdown]
# With that, all of GPT-2's forward pass fits on a page. `heads` is the attention of lesson *Attention* with its four
# matrices, `two_layers` the MLP of lesson *Backpropagation*, four times as wide inside:


# %% tags=["worked:numpy_gpt.forward"]
def forward(p, ids, L, H):
    x = numpy_gpt.embed(ids, p["E"], p["P"])
    for i in range(L):
        at = f"blocks.{i}"
        x = numpy_gpt.block(
            x,
            lambda x, at=at: numpy_gpt.normalise(x, p, f"{at}.norm1"),
            lambda x, at=at: numpy_gpt.heads(x, p, f"{at}.attention", H),
            lambda x, at=at: numpy_gpt.normalise(x, p, f"{at}.norm2"),
            lambda x, at=at: numpy_gpt.two_layers(x, p, f"{at}.mlp"),
        )
    return numpy_gpt.normalise(x, p, "norm") @ p["E"].T


# %% [markdown]
# To train we want its gradients, and PyTorch makes them. The same block, as a module:


# %% tags=["worked:model.Block"]
class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm1, self.attention = gpt.Norm(config), gpt.Attention(config)
        self.norm2, self.mlp = gpt.Norm(config), gpt.MLP(config)

    def forward(self, x, turn=None):
        x = x + self.attention(self.norm1(x), turn)
        return x + self.mlp(self.norm2(x))


# %%
small = Config(V, context=16, layers=3, heads=2, width=24, activation="gelu_tanh")
model = gpt.GPT(small)
p = {name: value.numpy() for name, value in model.state_dict().items()}
gap_numpy = np.abs(
    forward(p, x[:, :16], L=3, H=2) - model(torch.from_numpy(x[:, :16])).detach().numpy()
).max()
assert gap_numpy < 1e-12
print("NumPy and PyTorch give the same logits, within 1e-12")

# %% [markdown]
# The whole model is `course/transformers/gpt/model.py`, 200 lines with its two kinds of block; read it now, there is nothing
# in it that you have not built.

# %% [markdown]
# ## What it costs, before it runs
#
# *How many numbers does it learn, and where are they?*
#
# Count along the way of a token. Tables: $VC + TC$. In each block: four matrices $C \times C$ in attention, $8C^2$ in the
# MLP, biases of $3C + C + 4C + C$, two norms with scale and shift. One norm at the end. The head is $E$ once
# more, if it is **tied** to it. Without biases the norms have no shift either. By hand: $V = 10$, $T = 4$, $L = 1$,
# $C = 2$ give $28 + (48 + 18 + 8) + 4 = 106$.
#
# ### Exercise: `parameters`
#
# Count exactly, for a `config` of GPT-2's kind with the fields `vocab`,
# `context`, `layers`, `width`, `bias` and `tied`.


# %% tags=["exercise:costs.parameters"]
def parameters(config):
    ...  # about five lines


# %%
ex.parameters.check(parameters)

# %%
tables = predict.number(
    "small_gpt.tables",
    "What part of GPT-2's parameters (the smallest) are tables?",
    unit="%",
    low=0,
    high=100,
    within=10,
)
tables

# %%
rows, parts = [], {}
for name in gpt2.SIZES:
    c = gpt2.config(name)
    in_tables = (c.vocab + c.context) * c.width
    parts[name] = 100 * in_tables / costs.parameters(c)
    rows.append(
        [name, c.layers, c.heads, c.width, f"{costs.parameters(c):,}", f"{parts[name]:.0f} %"]
    )
tables.reveal(parts["gpt2"], shown=f"{parts['gpt2']:.0f} %")
plot.table(rows, header=["model", "layers", "heads", "width", "parameters", "in tables"])

# %% [markdown]
# Tables grow with $C$, blocks with $C^2$. Small models are mostly dictionary.
#
# The work is as easy to count. Every weight of a matrix is used once forward and twice backward, at a
# multiplication and an addition each: 6 operations per weight and token, and attention adds $12\,L\,T\,C$. Memory holds
# four numbers per parameter (weight, gradient, Adam's two averages) and what the backward pass needs again.
# Move the sizes until you would not like to wait, then ask how fast this machine is.

# %%
widgets.cost()

# %% [markdown]
# ## Two tests before training
#
# *How do you find a fault in a model that would train anyway?*
#
# First: before the first step it knows nothing, so its loss must be that of knowing nothing. Lesson *Initialization* said what
# that is: $\ln V$ if the logits are equal, about $\ln V + \sigma^2/2$ if they spread by $\sigma$.

# %%
shape = {"context": 64, "layers": 2, "heads": 2, "width": 48}
starts = {
    "GPT-2's start": Config(V, **shape),
    "N(0, 1/n) everywhere": Config(V, **shape, init="fan_in", tied=False),
    "modern: head and projections at 0": Config(V, **MODERN, **shape),
}
x, y = tokens.batch(np.random.default_rng(0), ids, 32, 64)
for name, c in starts.items():
    z = gpt.GPT(c)(torch.from_numpy(x)).detach().numpy()
    loss = layers.cross_entropy(z.reshape(-1, V), y.ravel())
    print(f"{name}: {loss:.3f}, expected {initial.expected_loss(V, z.std()):.3f}")
assert abs(loss - np.log(V)) < 1e-12
bits = score.bits_per_token(z, y, np.ones(y.shape, dtype=bool))
print(f"the last one in bits: {bits:.4f}")

# %% [markdown]
# The modern start is $\ln 64$ to the last digit, six yes-or-no questions: a head of zeros has no opinion. A first loss of 8, or of 3, is a fault
# found before any time was spent.
#
# Second: give it a single window, over and over. It has far more parameters than that has characters, so it
# must learn it by heart.

# %%
by_heart = gpt.GPT(Config(V, **MODERN, **shape))
for report in train.fit(by_heart, ids[:65], Recipe(steps=60, batch=1)):
    if report.step in (1, 20, 40, 60):
        print(f"step {report.step}: {report.loss:.3f}")
assert report.loss < 0.01

# %% [markdown]
# Both tests pass. Now a model with a fault: its targets are not shifted, so that it is asked for the very character
# that it is shown.

# %%
noticed = predict.choice(
    "small_gpt.unshifted",
    "Which test notices that the targets are not shifted?",
    ["the loss before training", "the window learnt by heart", "neither"],
)
noticed


# %%
def unshifted(ids, recipe, T, step):
    x, _ = train.batch(ids, recipe, T, step)
    return x, x


def write(model, alphabet, start, n):
    dice = torch.Generator().manual_seed(1)
    ids = tokens.encode(start, alphabet)
    ids = generate(model, ids, n, generator=dice, temperature=0.8)
    return tokens.decode(ids, alphabet)


# %%
faulty = gpt.GPT(Config(V, **MODERN, **shape))
fall = [loss for _, loss in train.fit(faulty, ids, Recipe(steps=60, batch=4), batch=unshifted)]
print(f"loss {fall[0]:.2f} at the start, {fall[-1]:.2f} after 60 steps; it writes:")
print(write(faulty, alphabet, "ROMEO:\nI", 40))
assert fall[-1] < 0.1
noticed.reveal("neither")

# %% [markdown]
# The start is right, it learns anything by heart, and its loss on unseen text would be wonderful too. It has learnt to
# repeat. Only what it writes gives it away: read samples, from the first minute on.

# %% [markdown]
# ## A loop that looks right
#
# *The loss falls. Is the loop right?*
#
# Here is a training loop for the smallest model: a table of logits, a row for each character. It runs, its loss
# falls, and it has four faults.
#
# ```python
# def learn(W, batches, rates, held_out):
#     dW, best, lowest = np.zeros_like(W), W, np.inf
#     for (x, y), lr in zip(batches, rates):
#         dz = layers.cross_entropy_backward(W[x], y)   # (N, V)
#         dW[x] += dz
#         W -= lr * dW
#         loss = layers.cross_entropy(W[x], y)
#         if loss < lowest:
#             best, lowest = W, loss
#     return best, lowest
# ```
#
# It shall return the table that did best on the held-out pairs, and their loss, and leave the caller's table as it
# was. By hand: $W = 0$ for two characters, one batch with the pair (0, 1) twice, rate 1. Each of the two has
# $dz = (\tfrac12, -\tfrac12)/2$, together $(\tfrac12, -\tfrac12)$, so the first row becomes $(-\tfrac12, \tfrac12)$, and the
# held-out pair (0, 1) costs $\ln(1 + e^{-1}) \approx 0.313$.
#
# ### Exercise: `learn`
#
# Write it without the faults.


# %% tags=["exercise:loop.learn"]
def learn(W, batches, rates, held_out):
    ...  # about eight lines


# %%
ex.learn.check(learn)

# %% [markdown]
# The loop for a GPT, `train.fit`, is the same with AdamW in place of the plain step. One piece is still missing, the
# learning rate. Rise to the full rate, stay, and over the last `cooldown` steps go down in a straight line to
# `final`. By hand, with 12 steps, 3 to warm up, 4 to cool down, from 0.4 to 0.1: step 0 has a quarter of 0.4, step 5
# all of it, and step 10, with half of the cooldown left, $0.1 + 0.3/2 = 0.25$.
#
# ### Exercise: `warmup_stable_decay`
#
# Write the rate at a step.


# %% tags=["exercise:schedules.warmup_stable_decay"]
def warmup_stable_decay(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    ...  # about four lines


# %%
ex.warmup_stable_decay.check(warmup_stable_decay)

# %%
fig, ax = plot.figure(width=7, height=2.4)
kinds = {
    "customary: cosine": Recipe(**PLAIN),
    "straight down": train.Recipe(steps=2000),
}
for i, (name, recipe) in enumerate(kinds.items()):
    rates = [recipe.rate(step) for step in range(2000)]
    ax.plot(rates, ls=plot.LINES[i], color=plot.COLORS[i], label=name)
ax.set(xlabel="step", ylabel="part of the full rate")
ax.legend()
plot.show(
    fig,
    alt="Part of the full learning rate over 2000 steps. The customary one rises for 100 steps and falls along "
    "a cosine to a tenth; the other is full at once, stays for a third of the run and falls straight to nearly 0.",
)

# %% [markdown]
# ## Watch it learn
#
# *What does a GPT learn first?*
#
# Press *Start*. A model of one layer learns from the plays; *Stop* keeps what it has. Then try no layers at all, and
# learning rates that are far too small or too large.

# %%
widgets.learning()

# %% [markdown]
# Now in earnest: two layers, 64 characters of context, 600 steps.

# %%
model = gpt.GPT(Config(V, **MODERN, **shape))
fall, curve = [], [(0, train.evaluate(model, unseen))]
for step, loss in train.fit(model, ids, Recipe(steps=600)):
    fall.append(loss)
    if step in (5, 10, 20, 30) or step % 50 == 0:
        curve.append((step, train.evaluate(model, unseen)))
    if step in (10, 100, 600):
        sample = write(model, alphabet, "ROMEO:\n", 110)
        print(f"--- step {step}\n{sample}\n")

# %%
fig, ax = plot.figure(width=8, height=3.6)
ax.plot(fall, ".", ms=2, color=plot.FAINT, label="batches")
ax.plot(*zip(*curve, strict=True), color=plot.COLORS[0], label="unseen text")
for name, loss in list(bar.items())[1:]:
    ax.axhline(loss, color=plot.INK, lw=0.8, ls=":")
    ax.text(610, loss, name, va="center", color=plot.INK)
ax.set(xlabel="steps", ylabel="loss, nats per character", ylim=(1.5, 4.3), xlim=(0, 600))
ax.legend(loc="upper right")
plot.show(
    fig,
    alt="Loss of the GPT over 600 steps: it starts at 4.16, falls below single characters and below pairs within the "
    "first fifty steps, then slowly, and ends a little above the dotted line of the 5-grams.",
)

# %% [markdown]
# First the frequencies of characters, then pairs, then the shape of a speech: a name, a colon, lines. At the end it
# stands just above the 5-grams. Counting is hard to beat in a minute.
#
# Shall we wait, then? Runs of different lengths, each with its own cooldown, say what waiting buys. And a promise from
# above can be tested on the way: count operations, time a model of another shape, predict.


# %%
def seconds_and_loss(c, steps, ids, unseen):
    begun = time.process_time()
    model = gpt.GPT(c)
    for _ in train.fit(model, ids, Recipe(steps=steps)):
        pass
    return time.process_time() - begun, train.evaluate(model, unseen)


other, ours = Config(V, **MODERN, context=32, layers=1, heads=2, width=96), model.config
work = [costs.flops_per_token(c) * c.context for c in (other, ours)]
predicted = seconds_and_loss(other, 30, ids, unseen[:100])[0] / 30 * 300 * work[1] / work[0]
waits = {n: seconds_and_loss(ours, n, ids, unseen) for n in (75, 150, 300)}
assert 1 / 3 < predicted / waits[300][0] < 3
print("300 steps took what was predicted, within a factor of 3")

# %%
bought = {n: loss for n, (_, loss) in waits.items()} | {600: curve[-1][1]}
trained, _ = pretrained.small_gpt()  # 4,000 steps of 24 windows: some minutes
minutes = train.evaluate(trained, unseen)
fig, ax = plot.figure(width=7, height=3)
ax.plot(bought.keys(), bought.values(), "o-", color=plot.COLORS[0], label="this GPT")
ax.axhline(min(on_unseen), color=plot.INK, lw=0.8, ls=":")
ax.text(75, min(on_unseen) - 0.02, "5-grams", va="top", color=plot.INK)
ax.set_xscale("log", base=2)
ax.set_xticks(list(bought), [str(n) for n in bought])
ax.set(xlabel="steps", ylabel="loss on unseen text, nats", ylim=(1.6, 2.4))
plot.show(
    fig,
    alt="Loss on unseen text after runs of 75, 150, 300 and 600 steps, on a logarithmic axis: each doubling takes off "
    "less than the one before, from about 2.3 to below 1.9. The 5-grams lie at 1.8.",
)
print(f"a GPT twice as wide, after some minutes: {minutes:.2f} nats")
assert minutes < min(on_unseen) < bought[600]

# %% [markdown]
# Each doubling of the time buys something, and less than the one before. The model that ships with the course, twice as
# wide and trained for minutes, is past the 5-grams, which have no such option: counting longer contexts makes them worse.
#
# But must one wait? Mix the two, half and half: this GPT that had 600 steps, and a second of counting.

# %%
half = predict.choice(
    "small_gpt.mix",
    "Half the GPT's probability plus half the 5-gram's: the loss is …",
    ["between the two", "as good as the better one", "clearly better than both"],
)
half


# %%
def surprise(model, ids):
    T = model.config.context
    n = (len(ids) - 1) // T * T
    x, y = (torch.from_numpy(ids[shift : n + shift]).view(-1, T) for shift in (0, 1))
    with torch.no_grad():
        return F.cross_entropy(model(x).transpose(1, 2), y, reduction="none").numpy()


by_place = surprise(model, unseen)
p_gpt = np.exp(-by_place.ravel())
p_five = ngram.probabilities(five, unseen)[1 : 1 + len(p_gpt)]
alone = [-np.log(q).mean() for q in (p_gpt, p_five)]
mixed = -np.log((p_gpt + p_five) / 2).mean()
assert mixed < min(alone) - 0.05
half.reveal(
    "clearly better than both", shown=f"{mixed:.2f} against {alone[0]:.2f} and {alone[1]:.2f}"
)

# %% [markdown]
# Better than the GPT that had minutes. They are wrong in different places: one knows by heart which five letters occur, the
# other has a feeling for what kind of text this is, and where one is surprised the other often isn't.

# %% [markdown]
# ## The speed run: what each trick buys
#
# *Between GPT-2's recipe and today's lie a dozen changes. Which of them count?*
#
# One layer of width 48, windows of 32, 200 steps each: the standard recipe first, and every row keeps the changes of the rows
# above it. The batches are the same in all of them.

# %%
tricks = predict.choice(
    "small_gpt.tricks",
    "Which buys the most?",
    [
        "three times the learning rate",
        "rotary positions",
        "squared ReLU",
        "embeddings of the tokens before",
    ],
)
tricks

# %%
sizes = {"vocab": V, "context": 32, "layers": 1, "heads": 2, "width": 48}
steps = ROWS[:-1]  # the last one saves time and changes no value
losses = {m.row.name: m.loss for m in speed_run(ids, unseen, sizes, steps=200, rows=steps)}
names = list(losses)
gains = {now: losses[was] - losses[now] for was, now in itertools.pairwise(names)}
plot.table(
    [
        [name, f"{losses[name]:.2f}", f"{gains[name]:+.2f}" if name in gains else ""]
        for name in names
    ],
    header=["what was changed", "loss, nats", "gained"],
)
most = max(tricks.options, key=gains.get)
tricks.reveal(most, shown=f"{most}, {gains[most]:.2f} nats")

# %% [markdown]
# No heroes, and some rows lose: RMS norm and the missing biases buy no loss here, they save work; and in so short a run it costs a
# little to start at zero. Rotary positions and the embeddings of the tokens before pay at once, since in 200 steps nobody learns
# what a place is, and lesson *Attention* showed what a layer saves when the token before is handed to it.
#
# What a row gains depends on the rows above it. Take the start of the modern block, and leave the head tied:

# %%
odd = Config(**sizes, norm="rms", bias=False, positions="none", init="fan_in", zero_init=True)
z = gpt.GPT(odd)(torch.from_numpy(x[:, :32])).detach().numpy()
before = layers.cross_entropy(z.reshape(-1, V), y[:, :32].ravel())
assert before > 20
print(f"{before:.0f} nats before the first step, where knowing nothing costs {np.log(V):.0f}")

# %% [markdown]
# Embeddings of variance 1 are the head as well, and each token's logit for itself is about $C = 48$: this model begins by being sure
# that every character is followed by itself. The first of the two tests finds it in a second. Tricks come in families.

# %%
last = settings(steps[-1], sizes, 50, steps)
quick = gpt.GPT(last[0])
for _ in train.fit(quick, ids, last[1]):
    pass
early = train.evaluate(quick, unseen)
assert early < losses[names[0]]
print("all tricks, 50 steps: already below the customary recipe after 200")

# %% [markdown]
# ## Is it still a GPT?
#
# *Embeddings of the tokens before cost nothing. What if one keeps only them?*
#
# No attention, no MLP: the embeddings of the last four characters, added up, a norm, a head. Compare it with the GPT, place by
# place in the window: at place 5, five characters have been seen.

# %%
no_layers = Config(V, **MODERN, context=64, layers=0, heads=2, width=48)
bag = gpt.GPT(no_layers)
for _ in train.fit(bag, ids, Recipe(steps=600)):
    pass
bag_loss = train.evaluate(bag, unseen)
cheaper = costs.flops_per_token(model.config) / costs.flops_per_token(no_layers)
print(f"no layers: {bag_loss:.2f} nats, for {cheaper:.0f} times fewer operations")

# %%
advantage = (surprise(bag, unseen) - by_place).mean(0)
fig, ax = plot.figure(width=8, height=3)
ax.plot(np.arange(4, 65, 4) - 1.5, advantage.reshape(-1, 4).mean(1), "o-", color=plot.COLORS[0])
ax.set(xlabel="characters seen", ylabel="what layers gain, nats", ylim=(0, 0.5), xlim=(0, 64))
plot.show(
    fig,
    alt="How much lower the loss of the GPT is than that of the model without layers, against the number of "
    "characters seen. About 0.2 nats at the beginning of the window, 0.3 after some six characters, "
    "around 0.35 from a dozen on.",
)

# %% [markdown]
# The sum of four embeddings costs next to nothing and is well below the pairs. It cannot use the fifth character back, nor let one embedding change the meaning of another: a sum has no *if*. The GPT can do
# both, and the picture says how far back it reaches after 600 steps: a dozen characters, then attention pays no more. It pays
# later, and to those who wait. Is a model of these sums alone a GPT? What would you have to take away before you say no: the
# attention, the stream, the next-token loss? There is no official answer; write yours down.

# %% [markdown]
# ## Your own sentence
#
# The model of 600 steps is in your notebook's memory. Type a line, watch what it expects next and how it goes on. Lower the
# temperature until it repeats itself; raise it until it forgets its letters.

# %%
widgets.next_token(model, alphabet)

# %% [markdown]
# For more than a minute of training there is a command, in a terminal: `course train --out mine --minutes 10`, with
# `--text` for a text of your own, and `course generate mine --prompt "…"`. Cores take parts of each batch and the
# gradients are added up, as on the thousands of machines that train a large model.

# %% [markdown]
# ## What you measured

# %%
final, bits = bought[600], bought[600] / np.log(2)
plot.table(
    [
        *[[f"loss, {name}", f"{loss:.2f} nats"] for name, loss in bar.items()],
        ["loss, this GPT after 600 steps", f"{final:.2f} nats"],
        ["the same in bits", f"{bits:.2f} bits per character"],
        ["loss, GPT and 5-grams mixed", f"{mixed:.2f} nats"],
        ["loss, the GPT that had minutes", f"{minutes:.2f} nats"],
        ["loss, no layers at all", f"{bag_loss:.2f} nats"],
        ["all tricks together, against the customary recipe", f"{sum(gains.values()):.2f} nats"],
        ["parameters of this GPT", f"{costs.parameters(model.config):,}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** build a GPT from a blank page, count what it costs before it runs, test it before it trains, and say of a
# trick what it bought rather than that it is modern.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Why does the 8-gram lose against the 5-gram on unseen text and win on the text it learnt from?
#
#    <details><summary>Answer</summary>
#
#    Seven characters nearly always name one place in the learnt text, so it knows by heart what comes
#    next. In unseen text most such contexts were never seen, and many of the others once or twice: it
#    trusts these few counts and is often wrong.
#
#    </details>
#
# 2. A new model starts at a loss of 6.2 with 64 characters. What does that tell about its logits?
#
#    <details><summary>Answer</summary>
#
#    Knowing nothing costs $\ln 64 = 4.16$. The other $2.04$ is $\sigma^2/2$, so the logits spread by
#    about 2. The model begins with opinions that it has no reason for.
#
#    </details>
#
# 3. The head is tied. What does it cost in parameters, and what in operations?
#
#    <details><summary>Answer</summary>
#
#    No parameters: it is $E$ once more. The operations are those of any head, $VC$ multiplications
#    and as many additions for each token, and twice that again on the way back: $6VC$ in all.
#
#    </details>
#
# 4. Which of the four faults in the loop would survive a test with one step and no repeated token?
#
#    <details><summary>Answer</summary>
#
#    Two: the gradient that is never cleared, since there is no second step, and `dW[x] += dz`, since
#    it only loses tokens that come twice. That the caller's table is changed shows at once, if the
#    test looks; so does a loss from the batch instead of the held-out pairs, if the two differ.
#
#    </details>
#
# 5. From lesson *Attention*: a GPT without a mask has a wonderful validation loss. Which of this
#    lesson's models was fooled in the same way, and what gave it away?
#
#    <details><summary>Answer</summary>
#
#    The one whose targets were not shifted. It was asked for the character it was shown, in training
#    and on unseen text alike, so its loss was near zero. What it wrote gave it away: it repeats.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - Radford et al. (2019), *Language models are unsupervised multitask learners*: GPT-2.
# - Witten and Bell (1991), *The zero-frequency problem*, https://doi.org/10.1109/18.87000.
# - Karpathy, *nanoGPT*, https://github.com/karpathy/nanoGPT: the standard recipe.
# - Jordan et al., *modded-nanogpt*, https://github.com/KellerJordan/modded-nanogpt: the speed run that many of the tricks come
#   from.
# - Hägele et al. (2024), *Scaling laws and compute-optimal training beyond fixed training durations*,
#   https://arxiv.org/abs/2405.18392: cooling down in a straight line.
