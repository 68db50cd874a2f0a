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
# # Generation
#
# A language model doesn't write. It says how probable each next token is, and something else has to choose. This lesson is about
# that something: what it does to the text, and how to pay less for it without changing a single character.
#
# **You will** catch the model in a loop, search for the most probable text, cut the tail of a distribution in three ways, mend a
# sampler, and make writing faster twice, with exactly the same result.
#
# **You need** lesson *A small GPT* for the model, and lesson *Attention* for keys, values and the mask.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $z$, $p$ | logits of the token that comes next, and its probabilities | $(V,)$ |
# | $\tau$ | temperature | |
# | $u$ | a number drawn evenly between 0 and 1 | |
# | $w$ | weights to draw by | $(V,)$ |
# | $q$, $k$, $v$ | queries, keys and values | $(B, H, T, D)$ |
# | $T$, $S$ | positions that are new, positions that were read before | |
# | $d$ | probabilities that a draft is drawn from | $(V,)$ |
# | $a$, $r$ | how often a draft is kept, and what replaces it otherwise | $(V,)$ |
# | $K$ | tokens that are drafted at a time | |

# %% tags=["setup"]
import re
import time

import numpy as np

from course.data import shakespeare, split_text
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.generation import bank as ex
from course.lessons.generation import diagrams, widgets
from course.networks import layers
from course.transformers import (
    beam,
    cached,
    choosing,
    ngram,
    numpy_modern,
    reading,
    repetition,
    speculative,
    tokens,
)

# %% [markdown]
# ## Always the most probable
#
# *The model says which character is most probable. Why not take it, every time?*
#
# The model is the one that ships with the course: two blocks, a context of 64 characters, some minutes of training on nine tenths
# of the plays. A `Reader` holds it and gives the logits after a text. Writing is a loop around it:


# %% tags=["worked:reading.write"]
def write(reader, ids, n, pick):
    texts = np.atleast_2d(ids)
    for _ in range(n):
        new = pick(reader.logits(texts)[:, -1])
        texts = np.concatenate([texts, new[:, None]], axis=1)
    return texts


# %% [markdown]
# Taking the largest logit is called **greedy**. To see how much a text repeats itself, count its runs of $n$ characters, its
# $n$-grams, and ask which share of them came before in the same text.


# %% tags=["worked:repetition.repeated"]
def repeated(ids, n):
    grams = np.lib.stride_tricks.sliding_window_view(ids, n)
    return 1 - len(np.unique(grams, axis=0)) / len(grams)


# %%
loops = predict.number(
    "generation.loops",
    "Greedy writes 1,000 characters. What share of its runs of eight characters came before in them?",
    unit="%",
    low=0,
    high=100,
    within=10,
)
loops

# %%
model = reading.small_gpt()
learnt, rest = (tokens.encode(part, model.alphabet) for part in split_text(shakespeare()))
unseen = rest[40_000:70_000]  # The Tempest
starts = np.random.default_rng(5).integers(0, len(unseen) - 1008, 8)
real = np.array([unseen[s : s + 1008] for s in starts])


def greedy(z):
    return z.argmax(axis=-1)


stuck = write(reading.Reader(model), real[:, :8], 1000, greedy)
share_loops = 100 * np.mean([repeated(text, 8) for text in stuck])
share_real = 100 * np.mean([repeated(text, 8) for text in real])
loops.reveal(share_loops, shown=f"{share_loops:.0f} % over eight texts; Shakespeare {share_real:.0f} %")
print(tokens.decode(stuck[0, :240], model.alphabet))

# %% [markdown]
# Greedy is a rule without chance: the same 64 characters are always followed by the same one. So as soon as the model's view comes
# back, the text has to go round for ever. But why does it come back so soon? A common explanation is that a phrase which has just been
# written makes itself more probable, because attention copies it. That can be measured: does a passage cost less when it comes
# a second time? And does a model without attention, which can't copy, write without loops?

# %%
def cost(model, texts, start):
    logp = layers.log_softmax(numpy_modern.forward(model.p, texts, model.L, model.H))
    return -np.take_along_axis(logp[:, start - 1 : -1], texts[:, start:, None], axis=-1)[..., 0]


one, other = np.split(real[:, :960].reshape(-1, 2, 30), 2, axis=1)  # 128 passages of 30, and their successors
twice, after = np.concatenate([one, one], axis=2)[:, 0], np.concatenate([other, one], axis=2)[:, 0]
print(f"a passage for the second time: {cost(model, twice, 35).mean():.2f} nats a character")
print(f"the same after another passage: {cost(model, after, 35).mean():.2f}")
five = ngram.fit(learnt, 64, 5)
ids = list(real[0, :8])
for _ in range(1000):
    ids.append(int(ngram.next_token(five, ids[-4:]).argmax()))
print(f"5-grams, greedy: {100 * repeated(ids, 8):.0f} % of the runs of eight come again")

# %% [markdown]
# The costs are in nats a character, over the last 25 of each passage of 30. In this model the explanation fails: it doesn't expect a
# passage that it has just read. And counts of five characters, which copy nothing, loop even more. Both, it seems, go by the last few
# characters alone, so that few views are enough to come back. That is a conjecture; nothing here has tested it. (Larger models do copy,
# by the induction heads of lesson *Attention*, and there both may count.)
#
# One cure is a ban. Before each character, look at the last $n - 1$ characters: wherever the same ones stand earlier in the text,
# the character that followed there would complete a run of $n$ for the second time. By hand: in *abcab* with $n = 3$ the text ends
# in *ab*, which was followed by *c* before, so *c* is banned. A text that is shorter than $n$ bans nothing.
#
# ### Exercise: `banned`
#
# Return a boolean for each of the $V$ tokens: `True` where it would complete a run of `n` that `ids` already holds.


# %% tags=["exercise:repetition.banned"]
def banned(ids, n, V):
    ...  # about six lines


# %%
ex.banned.check(banned)

# %%
ids, reader = real[0, :8], reading.Reader(model)
for _ in range(240):
    z = reader.logits(ids)[0, -1]
    z = np.where(repetition.banned(ids, 8, len(z)), -np.inf, z)
    ids = np.append(ids, z.argmax())
print(tokens.decode(ids, model.alphabet))

# %% [markdown]
# Nothing of eight characters comes twice, and it is still no good text. The ban treats the symptom. Is the fault in taking one
# character at a time?

# %% [markdown]
# ## The most probable text
#
# *Greedy takes the best next character. Does that give the best text?*
#
# No: a second choice may lead to better continuations. **Beam search** carries several texts along. At each step every one of them
# is continued by every token, and of all these the most probable few, the beam, are kept.

# %%
diagrams.tree()

# %% [markdown]
# The probability of a text is a product, so its logarithm is a sum: a text's total grows by the log probability of each new token.
# By hand: after *A* come *B* with 0.6 and *C* with 0.4. After *B*, the best is *A* with 0.5; after *C*, it is *A* with 0.98. Greedy, a
# beam of 1, ends with *ABA* at 0.30. A beam of 2 finds *ACA* at 0.392.
#
# ### Exercise: `beam_search`
#
# `follow(texts)` takes texts $(B, T)$ and gives log probabilities $(B, V)$ of what follows each. Start from the one text `ids`, add `n`
# tokens and keep `width` texts. Return the texts, most probable first, and their totals over what was added.


# %% tags=["exercise:beam.beam_search"]
def beam_search(follow, ids, n, width):
    ...  # about eight lines


# %%
ex.beam_search.check(beam_search)

# %% [markdown]
# Here is what several texts cost the model, in nats a character. Each begins with the same eight characters of *The Tempest*, and the 56
# after them are counted, so that all fit into the context.


# %%
def passages(rng, ids, n):
    return np.array([ids[s : s + 64] for s in rng.integers(0, len(ids) - 64, n)])


tempest = passages(np.random.default_rng(0), unseen, 300)
by_greedy = write(reading.Reader(model), tempest[:, :8], 56, greedy)
costs = {"real, The Tempest": cost(model, tempest, 8).mean(), "greedy": cost(model, by_greedy, 8).mean()}
for name, nats in costs.items():
    print(f"{name}: {nats:.2f} nats a character")

# %%
found = predict.number(
    "generation.beam",
    "A beam of 64 texts: what does the best text that it finds cost, in nats a character?",
    low=0,
    high=2,
    within=0.15,
)
found

# %%
widths, best = (1, 4, 16, 64), {}
for width in widths:
    searched = [
        beam.beam_search(reading.Reader(model).follow, text[:8], 56, width) for text in tempest[:6]
    ]
    best[width] = np.mean([-totals[0] / 56 for _, totals in searched])
    print(f"beam {width}: {best[width]:.2f} nats a character")
found.reveal(best[64], shown=f"{best[64]:.2f} nats")
for texts, _ in searched[:3]:
    print(repr(tokens.decode(texts[0], model.alphabet)))

# %% [markdown]
# The wider the search, the more probable the text, and the less it is like anything that Shakespeare would go on writing: stock
# phrases, names of speakers, loops. Real text costs about three times as much. So the most probable text isn't a typical one. A coin
# that shows heads in 60 of 100 throws is the same: the most probable row of 100 throws is heads throughout, and you will never see it.
#
# Beam search is used where there is one right answer, more or less, as in translation. An open text has none, so it is drawn.

# %% [markdown]
# ## Drawing
#
# *If the most probable text is too probable, how surprising is a text that is drawn from the model's own probabilities?*
#
# Compare it with two kinds of real text: passages of the plays that the model learnt from, and of *The Tempest*, which it has never seen.

# %%
plays = passages(np.random.default_rng(1), learnt, 300)
costs["real, the learnt plays"] = cost(model, plays, 8).mean()
print(f"the learnt plays: {costs['real, the learnt plays']:.2f} nats a character")
print(f"The Tempest: {costs['real, The Tempest']:.2f} nats a character")

# %%
typical = predict.choice(
    "generation.drawn",
    "A text that is drawn character by character from the model's probabilities costs it …",
    [
        "about as much as greedy text",
        "about as much as the learnt plays",
        "about as much as The Tempest",
        "clearly more than The Tempest",
    ],
)
typical

# %%
drawn = {}
for name, start in {"the learnt plays": plays, "The Tempest": tempest}.items():
    texts = [
        write(reading.Reader(model), start[:100, :8], 56, choosing.picker(np.random.default_rng(s)))
        for s in range(3)
    ]
    drawn[name] = [cost(model, t, 8).mean() for t in texts]
    print(f"begun like {name}: {min(drawn[name]):.2f} to {max(drawn[name]):.2f} over three seeds")
known = costs["greedy"], costs["real, the learnt plays"], costs["real, The Tempest"], np.inf
marks = dict(zip(typical.options, known, strict=True))
average = np.mean([*drawn.values()])
typical.reveal(min(marks, key=lambda option: abs(marks[option] - average)))
print(repr(tokens.decode(texts[0][0], model.alphabet)))

# %% [markdown]
# Why should that be? The mean cost of a drawn text is the surprise that the model expects, $-\sum_i p_i \ln p_i$, averaged over
# positions. If its probabilities are honest on some text, that text costs what the model expects. Then no temperature should
# improve the prediction either. Both can be measured.


# %%
def logits(model, texts):
    return numpy_modern.forward(model.p, texts, model.L, model.H)[:, 7:-1]


taus = np.arange(0.7, 1.61, 0.1)
honest = {}
for name, texts in {"the learnt plays": plays, "The Tempest": tempest}.items():
    z = logits(model, texts)
    p = layers.softmax(z)
    expected = -(p * np.log(p)).sum(axis=-1).mean()
    curve = [layers.cross_entropy((z / t).reshape(-1, 64), texts[:, 8:].ravel()) for t in taus]
    honest[name] = expected, curve, taus[np.argmin(curve)]
plot.table(
    [[n, f"{c[3]:.2f}", f"{e:.2f}", f"{t:.1f}"] for n, (e, c, t) in honest.items()],
    header=["text", "cost, nats", "expected by the model", "best temperature"],
)

# %% [markdown]
# On the plays that it has learnt, the model is honest: cost and expectation agree, and the best temperature is 1. On a new play it expects
# the same and is surprised more often. It is too sure of itself there, and a temperature above 1 would predict better. What it
# draws is like what it has learnt.
#
# The cost is often given as its exponential, the **perplexity**: as unsure as among so many equally probable characters. It depends on
# the unit:

# %%
nats = costs["real, The Tempest"]
length = len(unseen) / len(tokens.decode(unseen, model.alphabet).split())
print(f"perplexity {np.exp(nats):.1f} per character; a word has {length:.1f} characters with what follows it,")
print(f"so it is about {np.exp(nats * length):,.0f} per word: the same model, the same text")

# %% [markdown]
# So perplexities of two models compare only if both have the same tokens.

# %% [markdown]
# ## A sampler that is off
#
# *How does a computer draw a token with given probabilities?*
#
# Lay the weights end to end on a line. A number $u$, drawn evenly between 0 and 1, falls on one of them. Here is a sampler that has been
# in use for a while, and a histogram of what it draws. Its weights are what was left after a cut, so they don't sum to 1.


# %%
def off(u, w):
    edges = np.cumsum(w)
    return np.minimum(np.searchsorted(edges, u) + 1, len(w) - 1)


w = np.array([0.4, 0.1, 0, 0.25, 0.05, 0])
comes = np.bincount(off(np.random.default_rng(0).random(10_000), w), minlength=6) / 10_000
fig, ax = plot.figure(width=7, height=2.8)
places = np.arange(6)
ax.bar(places - 0.2, w / w.sum(), 0.4, color=plot.COLORS[0], label="should come")
ax.bar(places + 0.2, comes, 0.4, color=plot.COLORS[1], hatch="//", label="comes")
ax.set(xlabel="token", ylabel="share", ylim=(0, 0.6))
ax.legend()
plot.show(
    fig,
    alt="Two bars for each of six tokens: the share that should come, and the share that comes. Token 0 should come in half of "
    "the draws and never does; token 1 comes in 0.4 of them; token 5 should never come and comes in a quarter.",
)

# %% [markdown]
# Compare the bars. Each sampler's fault has its own histogram, and this one has two faults.
#
# By hand: $w = (0, 2, 0, 6)$ reaches 0, 2, 2, 8 along its line. So $u = 0$ and $u = 0.24$, at 0 and 1.92 of 8, give token 1, and $u =
# 0.25$, at 2 of 8, gives token 3. A token of weight 0 never comes, not even for $u = 0$.
#
# ### Exercise: `draw`
#
# Write it without the faults, for an array of $u$ or a single one.


# %% tags=["exercise:choosing.draw"]
def draw(u, w):
    ...  # two lines


# %%
ex.draw.check(draw)

# %% [markdown]
# ## Cutting the tail
#
# *Drawn text has strange words. Where do they come from?*


# %%
z = logits(model, tempest).reshape(-1, 64)
p = layers.softmax(z)
rare = 100 * np.where(p < 0.01, p, 0).sum(axis=-1).mean()
many = (p < 0.01).sum(axis=-1).mean()
print(f"on average {many:.0f} of 64 characters have less than 1 %, together {rare:.1f} %")
held = (np.cumsum(-np.sort(-p), axis=-1) < 0.9).sum(axis=-1) + 1
low, middle, high = np.percentile(held, [10, 50, 90]).astype(int)
print(f"to hold 90 %: {middle} characters in the middle case, {low} to {high} in eight of ten cases")

# %% [markdown]
# Each of them is improbable, but in a line of 40 characters one of them comes more often than not, and then the model has to go on from a word that
# doesn't exist. So cut the tail off before you draw. Keeping the $k$ most probable tokens, **top-k**, is the oldest rule. But
# the numbers above say that no $k$ fits: sometimes one character is enough, sometimes it takes a dozen and more.
#
# **Top-p** keeps the fewest most probable tokens that together reach a given mass, and scales them to sum to 1 again. By hand:
# $p = (\tfrac18, \tfrac12, \tfrac14, \tfrac18)$ and mass $\tfrac34$: tokens 1 and 2 reach it exactly, and become $\tfrac23$ and $\tfrac13$. Of equal
# tokens, the first is taken first.
#
# ### Exercise: `top_p`
#
# Return the probabilities after the cut, in the order in which they came.


# %% tags=["exercise:choosing.top_p"]
def top_p(p, mass):
    ...  # about five lines


# %%
ex.top_p.check(top_p)

# %% [markdown]
# A newer rule looks at the most probable token alone: a token stays if it is at least a given ratio times as
# probable as that one. It is called **min-p**. By hand: with the same $p$ and a ratio of $\tfrac12$, tokens 1 and 2 stay.
#
# ### Exercise: `min_p`
#
# Write it, scaled to sum to 1 again.


# %% tags=["exercise:choosing.min_p"]
def min_p(p, ratio):
    ...  # two lines


# %%
ex.min_p.check(min_p)

# %% [markdown]
# Move the sliders. After which of the lines does top-k cut too much, and after which too little? What does a temperature do that no cut does?

# %%
widgets.cuts()

# %% [markdown]
# Which rule is best? That depends on what you want, and two wishes pull against each other: words that exist, and not always the same ones.
# So give each rule three settings, and measure both: the share of words that occur in the learnt plays, and
# the share of words that are different from one another. Three seeds each.


# %%
def words(texts, alphabet):
    lines = [tokens.decode(text, alphabet).lower() for text in texts]
    return [word for line in lines for word in re.findall("[a-z']+", line)[1:-1]]  # whole ones


def two_shares(texts, alphabet, known):
    found = words(texts, alphabet)
    return np.mean([word in known for word in found]), len(set(found)) / len(found)


known = set(words([learnt], model.alphabet))
rules = {
    "temperature": [(tau, None) for tau in (0.5, 0.75, 1)],
    "top-k": [(1, lambda p, k=k: choosing.top_k(p, k)) for k in (2, 5, 12)],
    "top-p": [(1, lambda p, m=m: choosing.top_p(p, m)) for m in (0.5, 0.8, 0.95)],
    "min-p": [(1, lambda p, m=m: choosing.min_p(p, m)) for m in (0.4, 0.15, 0.04)],
}

# %%
shares = {}
for name, settings in rules.items():
    for i, (tau, cut) in enumerate(settings):
        for seed in range(3):
            rng = np.random.default_rng(seed)
            start = passages(rng, unseen, 50)[:, :8]
            texts = write(reading.Reader(model), start, 56, choosing.picker(rng, tau, cut))
            shares[name, i, seed] = two_shares(texts, model.alphabet, known)
for seed in range(3):
    play = passages(np.random.default_rng(seed), unseen, 50)
    shares["The Tempest", 0, seed] = two_shares(play, model.alphabet, known)

# %%
fig, ax = plot.figure(width=7.5, height=3.6)
for n, name in enumerate([*rules, "The Tempest"]):
    settings = range(len(rules.get(name, [0])))
    points = 100 * np.array([[shares[name, i, s] for s in range(3)] for i in settings])
    (y, x), (dy, dx) = points.mean(axis=1).T, points.std(axis=1).T
    style = {"color": plot.COLORS[n], "ls": plot.LINES[n], "marker": "os^D*"[n], "capsize": 2}
    ax.errorbar(x, y, yerr=dy, xerr=dx, label=name, lw=1.4, ms=10 if n == 4 else 5, **style)
ax.set(xlabel="words that differ from one another, %", ylabel="words that exist, %", ylim=(82, 101))
ax.legend(loc="lower left")
plot.show(
    fig,
    alt="Share of words that exist against the share of words that differ, with the spread over three seeds. Four lines, one for each "
    "rule, fall from upper left to lower right and lie close together, that of top-k lowest. A star for The Tempest lies on the "
    "lines of top-p and min-p, towards their right end.",
)

# %% [markdown]
# Every rule buys words that exist with variety, at much the same price; top-k pays a little more than the others. Where variety is high,
# top-p and min-p keep about two points more words than a temperature does, and a seed changes one. There they reach the
# real play. But read what they write: counting words doesn't see sense, and no choice of tokens puts in what the model
# hasn't got. In a vocabulary of 50,000 the tail is longer, and the cuts may differ more there; that isn't measured here.
#
# Now choose yourself. The bars are numbered from the most probable; each digit that you add writes one character. Can you
# stay below the cost of greedy, without writing what greedy writes?

# %%
widgets.writing()

# %% [markdown]
# ## Not computing twice
#
# *To write a character, the model reads the whole text. What of that did it compute a moment ago?*
#
# Almost everything. Under the causal mask, a position never sees what comes after it. So its keys and values stay the same, however
# the text goes on. Keep them, and a new token costs one row: its query meets the keys that were kept, and its own. That is the
# **KV cache**.

# %%
diagrams.cache()

# %% [markdown]
# By hand: let the new query be 0, so that all scores are equal. The kept values are 1 and 2, the new one is 6, and the result is
# their mean, 3. With two new positions of values 6 and 7, the first sees 1, 2, 6 and the second 1, 2, 6, 7: the results are 3 and 4.
#
# ### Exercise: `attend_cached`
#
# The arrays `q`, `k`, `v` belong to $T$ new positions, `k_past` and `v_past` to the $S$ before. Return what the new positions read, and the
# keys and values to keep. You may use `attention.attend` of lesson *Attention*.


# %% tags=["exercise:cached.attend_cached"]
def attend_cached(q, k, v, k_past, v_past):
    ...  # about five lines


# %%
ex.attend_cached.check(attend_cached)

# %% [markdown]
# What does it save? Without a cache, the text of $n$ tokens is read from its beginning each time, $1 + 2 + \dots + n$ positions. With
# it, each position is read once. For the time alone, let the model go on to 256 characters, four times its context.

# %%
faster = predict.number(
    "generation.cache",
    "From 8 to 256 characters, greedy: how many times faster is it with the cache?",
    low=1,
    high=1000,
    factor=2,
)
faster

# %% tags=["varies"]
endless = model._replace(context=10_000)
seconds, results = {}, {}
for keep in (False, True):
    before = time.process_time()
    readers = reading.Reader(endless, keep=keep)
    results[keep] = write(readers, real[0, :8], 248, greedy), readers.read
    seconds[keep] = time.process_time() - before
speed_up = seconds[False] / seconds[True]
faster.reveal(speed_up, shown=f"{speed_up:.0f} times")
print(f"positions computed: {results[False][1]:,} and {results[True][1]}")
print(f"the same text: {np.array_equal(results[False][0], results[True][0])}")

# %% [markdown]
# There are 128 times fewer positions, and it is not 128 times faster. Is a call that reads one position as expensive as one that reads several?

# %% tags=["varies"]
rows = []
for T in (1, 2, 4, 16, 64):
    before = time.process_time()
    for _ in range(60):
        numpy_modern.forward(model.p, real[0, :T], model.L, model.H)
    rows.append([T, f"{1000 * (time.process_time() - before) / 60:.1f} ms"])
plot.table(rows, header=["positions in one call", "time"])

# %% [markdown]
# A call of one position takes a good part of what one of 16 takes. Something has to be done once for each call, however many rows there are:
# here it is mostly Python's own work, in a large model it is fetching the weights. So one new token at a time uses a machine badly.
#
# The cache isn't free. It holds a key and a value of width $C$ for each layer and token. In GPT-3, with 96 layers of width 12,288 and two
# bytes a number:

# %%
gpt3 = cached.bytes_per_token(96, 12_288) / 1e6
print(f"GPT-3 keeps {gpt3:.1f} MB a token, {2048 * gpt3 / 1000:.1f} GB for its context of 2048")
ours = cached.bytes_per_token(model.L, model.p["E"].shape[1], 8)
print(f"this model keeps {ours / 1e3:.1f} kB a token")

# %% [markdown]
# That is why models of today let several query heads share one head of keys and values, the grouped queries of lesson *Attention*.

# %% [markdown]
# ## Several tokens at a call
#
# *A call that reads four tokens takes little longer than one that reads one. But the next four aren't known yet. Can they be guessed?*
#
# Let a cheap model draft $K$ tokens, and let the expensive model read them all in one call. It then knows its own probabilities $p$ at each of
# them. Keep the draft as far as it is good, and drop the rest. This is **speculative decoding**.

# %%
diagrams.speculation()

# %% [markdown]
# What is good? The text must come out as if the expensive model had drawn it alone: no approximation. The draft's token $x$ comes with probability
# $d_x$. Keep it with a probability $a_x$ that you may choose, and otherwise draw a replacement from probabilities $r$, which you may
# choose too. A token $x$ then comes out in two ways, and together they must give $p$:
#
# $$d_x\, a_x + \Big(1 - \sum_y d_y a_y\Big)\, r_x = p_x \quad \text{for every } x.$$
#
# Among all choices, find the one that keeps as many drafts as it can. By hand: $p = (\tfrac12, \tfrac14, \tfrac14)$ and $d = (\tfrac14, \tfrac12, \tfrac14)$
# have $a = (1, \tfrac12, 1)$ and $r = (1, 0, 0)$. Check the first token: $\tfrac14 \cdot 1 + \tfrac14 \cdot 1 = \tfrac12$.
#
# ### Exercise: `acceptance`
#
# Return $a$ and $r$. Where $d_x = 0$ nothing is drafted: say 1 there. If $p = d$ nothing is ever replaced: return $r = p$.


# %% tags=["exercise:speculative.acceptance"]
def acceptance(p, d):
    ...  # about four lines


# %%
ex.acceptance.check(acceptance)

# %% [markdown]
# Our cheap model is the 5-gram of lesson *A small GPT*. It was made by counting, it looks back four characters, and it knows
# nothing of the GPT. First the law. At one position, draw a draft 200,000 times, accept or replace it, and compare with what the GPT says there.

# %%
before = unseen[1000:1040]
p = layers.softmax(reading.Reader(model).logits(before)[0, -1])
d = ngram.next_token(five, before)
a, r = speculative.acceptance(p, d)
u, keep, again = np.random.default_rng(0).random((3, 200_000))
draft = choosing.draw(u, d)
out = np.where(keep < a[draft], draft, choosing.draw(again, r))
came = np.bincount(out, minlength=64) / len(out)
off_by = np.abs(came - p) / np.sqrt(p * (1 - p) / len(out))
order = np.argsort(-p)[:5]
plot.table(
    [[repr(model.alphabet[i]), *(f"{100 * x[i]:.1f} %" for x in (d, p, came))] for i in order],
    header=["character", "draft", "GPT", "came out"],
)
print(f"largest difference of {np.sum(p > 1e-3)}: {off_by[p > 1e-3].max():.1f} standard errors")

# %%
kept = predict.number(
    "generation.kept",
    "The 5-gram drafts four characters at a time, at temperature 1. What share of them is kept?",
    unit="%",
    low=0,
    high=100,
    within=10,
)
kept


# %%
def speculate(model, counted, start, n, K, tau, rng):
    reader = reading.Reader(model)

    def verdicts(ids, m):
        return choosing.temper(reader.logits(ids, m)[0], tau)

    def drafts(ids):
        return choosing.temper(np.log(ngram.next_token(counted, ids[-4:])), tau)

    return speculative.write(rng, verdicts, drafts, start, n, K)


# %%
n, rates = 160, {}
for K in (1, 2, 4, 8):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        runs = [speculate(model, five, text[:8], n, K, 1.0, rng)[1:] for text in real[:4]]
        drafts, kept_drafts, calls = np.sum(runs, axis=0)
        rates[K, seed] = kept_drafts / drafts, 4 * n / calls
chance = np.mean([rates[1, seed][0] for seed in range(3)])
rows = []
for K in (1, 2, 4, 8):
    share, each = np.transpose([rates[K, seed] for seed in range(3)])
    alike = (1 - chance ** (K + 1)) / (1 - chance)
    rows.append([K, f"{100 * share.mean():.0f} %", f"{each.min():.1f} to {each.max():.1f}", f"{alike:.1f}"])
plot.table(rows, header=["drafted", "kept", "characters a call", "if each were kept alike"])
share_kept, a_call = np.mean([rates[4, seed] for seed in range(3)], axis=0)
kept.reveal(100 * share_kept, shown=f"{100 * share_kept:.0f} %")

# %% [markdown]
# Counting agrees with a GPT more often than not. With longer drafts a smaller share is kept, because one refusal throws away all that
# follows it, and the calls that are saved level off. The last column would be the number of characters a call, $1 + c + c^2 + \dots + c^K$,
# if each were kept with the chance $c$ of the first row, whatever happened before. It is close to what is measured.
#
# Greedy text must not change at all:

# %%
for K in (2, 4):
    same, calls = [], 0
    for text, expected in zip(real[:6], stuck[:6], strict=True):
        ids, *_, more = speculate(model, five, text[:8], n, K, 0, np.random.default_rng(K))
        same.append(np.array_equal(ids, expected[: n + 8]))
        calls += more
    print(f"K = {K}: {sum(same)} of {len(same)} texts identical, {6 * n / calls:.1f} characters a call")

# %% [markdown]
# ## Your generator
#
# Now everything that you wrote: your `attend_cached` inside the model, your `top_p` and `draw` for each character, your `acceptance`
# for the drafts of the 5-gram. Where you haven't passed one, the course's stands in. The first line is the model without a cache.

# %%
made = yours.using("top_p", "draw", "attend_cached", "acceptance")
reader, start = reading.Reader(model, made.attend_cached), tokens.encode("PROSPERO:\n", model.alphabet)
pick = {k: choosing.picker(np.random.default_rng(4), 1, lambda p: made.top_p(p, 0.9), made.draw) for k in (0, 1)}


def both(reader, counted, made):
    def by_model(ids, m):
        return np.array([made.top_p(p, 0.9) for p in layers.softmax(reader.logits(ids, m)[0])])

    def by_counting(ids):
        return made.top_p(ngram.next_token(counted, ids[-4:]), 0.9)

    return by_model, by_counting


ways = {
    "before": lambda: write(reading.Reader(model, keep=False), start, 300, pick[0])[0],
    "with your cache": lambda: write(reader, start, 300, pick[1])[0],
    "and with drafts": lambda: speculative.write(
        np.random.default_rng(4), *both(reader, five, made), start, 300, 3, accept=made.acceptance, draw=made.draw
    )[0],
}

# %% tags=["varies"]
written = {}
for name, way in ways.items():
    before = time.process_time()
    written[name] = way()
    print(f"{name}: {300 / (time.process_time() - before):,.0f} characters a second")
before = time.process_time()
for _ in range(300):
    ngram.next_token(five, start[-4:])
print(f"a character of the draft: {1000 * (time.process_time() - before) / 300:.2f} ms")

# %%
print(f"the same with and without the cache: {np.array_equal(written['before'], written['with your cache'])}")
print(made.credit("Your generator"))
print(tokens.decode(written["and with drafts"], model.alphabet))

# %% [markdown]
# The cache pays at once. The drafts save more than half of the calls and little or no time here: the expensive model is so small that three
# characters of the draft take nearly as long as one of its calls. In a large model a call takes far longer than its draft, and there calls are what
# you wait for. `course generate` writes with a cache too.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["runs of eight that greedy text repeats", f"{share_loops:.0f} %"],
        ["cost of the most probable text that was found", f"{min(best.values()):.2f} nats"],
        ["cost of drawn text, and of the learnt plays", f"{np.mean(drawn['the learnt plays']):.2f}, {costs['real, the learnt plays']:.2f} nats"],
        ["cost of The Tempest", f"{costs['real, The Tempest']:.2f} nats"],
        ["best temperature for The Tempest", f"{honest['The Tempest'][-1]:.1f}"],
        ["characters that hold 90 %", f"{low} to {high}"],
        ["cache of GPT-3", f"{gpt3:.1f} MB a token"],
        ["drafted characters that are kept", f"{100 * share_kept:.0f} %"],
        ["characters a call, with drafts of four", f"{a_call:.1f}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn a model's probabilities into text in the way that the purpose asks for, say what a rule buys and costs, and make
# writing faster without changing what is written.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Why does greedy text end in a loop, and why can drawn text not be stuck for ever?
#
#    <details><summary>Answer</summary>
#
#    Greedy is a fixed rule from the last 64 characters to the next one. There are finitely many such
#    views, so one comes back, and from then on all repeats. In a drawn text every character has some
#    probability at each step, so sooner or later it leaves the loop.
#
#    </details>
#
# 2. A friend finds that beam search makes a chatbot dull, and widens the beam. What will happen?
#
#    <details><summary>Answer</summary>
#
#    It becomes duller. A wider beam finds more probable texts, and the most probable texts are far
#    less surprising than anything people write. The fault is in what is searched for.
#
#    </details>
#
# 3. Under which change of the model would a KV cache give wrong results?
#
#    <details><summary>Answer</summary>
#
#    If earlier positions could see later ones, as without the causal mask: then each new token would
#    change the keys and values of all positions before it. The same happens when the window
#    moves and positions are dropped.
#
#    </details>
#
# 4. A draft model is exchanged for a worse one. What changes in the text, and what in the time?
#
#    <details><summary>Answer</summary>
#
#    In the text nothing: it follows $p$ whatever $d$ is. Fewer drafts are kept, so more calls of the
#    expensive model are needed, at least one for each token in the worst case, and the drafting comes on top.
#
#    </details>
#
# 5. From lesson *Attention*: what is kept by a cache if eight query heads share one head of keys and
#    values?
#
#    <details><summary>Answer</summary>
#
#    An eighth. The cache holds keys and values only, and their heads are counted, not those of the
#    queries.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - A. Holtzman et al. (2020), *The curious case of neural text degeneration*, https://arxiv.org/abs/1904.09751: greedy loops, the
#   cost of human text, top-p.
# - M. Nguyen et al. (2024), *Turning up the heat: min-p sampling*, https://arxiv.org/abs/2407.01082.
# - R. Paulus et al. (2017), *A deep reinforced model for abstractive summarization*, https://arxiv.org/abs/1705.04304: no run twice.
# - Y. Leviathan et al. (2023), *Fast inference from transformers via speculative decoding*, https://arxiv.org/abs/2211.17192, and
#   C. Chen et al. (2023), https://arxiv.org/abs/2302.01318.
# - T. Brown et al. (2020), *Language models are few-shot learners*, https://arxiv.org/abs/2005.14165: the sizes of GPT-3.
