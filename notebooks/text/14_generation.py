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
# that choice, and about writing faster without changing the text.
#
# **You will** let the model take the most probable character every time, search for the most probable text, mend a sampler, cut
# the tail of a distribution, and write faster in two ways.
#
# **You need** lesson *A small GPT* for the model, and lesson *Attention* for keys, values and the mask. This takes about two hours.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $z$, $p$ | logits of the token that comes next, and its probabilities | $(V,)$ |
# | $u$, $w$ | a number drawn evenly between 0 and 1; weights to draw by | none, $(V,)$ |
# | $q$, $k$, $v$ | queries, keys and values | $(B, H, T, D)$ |
# | $T$, $S$ | new positions, positions that were read before | |
# | $d$ | probabilities that a draft is drawn from | $(V,)$ |
# | $a$, $r$ | probability that a draft is kept; probabilities of what replaces it otherwise | $(V,)$ |
# | $K$ | tokens that are drafted at a time | |

# %% tags=["setup"]
import time

import numpy as np

from course.data import shakespeare, split_text
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.generation import bank as ex
from course.lessons.generation import diagrams, widgets
from course.networks import layers
from course.transformers import beam, choosing, ngram, reading, repetition, speculative, tokens

# %% [markdown]
# ## Always the most probable
#
# *The model says which character is most probable. Why not take it, every time?*
#
# The course ships a small GPT that was trained on nine tenths of the plays and sees at most 64 characters. A `Reader` holds it and
# gives the logits after a text. Writing is a loop around that:


# %% tags=["worked:reading.write"]
def write(reader, ids, n, pick):
    texts = np.atleast_2d(ids)
    for _ in range(n):
        new = pick(reader.logits(texts)[:, -1])
        texts = np.concatenate([texts, new[:, None]], axis=1)
    return texts


# %% [markdown]
# Taking the largest logit is called **greedy**. To see how much a text repeats itself, look at its runs of $n$ characters, and ask
# which share of them came before in the same text.


# %% tags=["worked:repetition.repeated"]
def repeated(ids, n):
    grams = np.lib.stride_tricks.sliding_window_view(ids, n)
    return 1 - len(np.unique(grams, axis=0)) / len(grams)


# %%
loops = predict.number(
    "generation.loops",
    "Greedy writes 1,000 characters. What share of its runs of eight characters came before in them?",
    unit="%", low=0, high=100, within=10
)  # fmt: skip
loops

# %%
model = reading.small_gpt()
learnt, rest = (tokens.encode(part, model.alphabet) for part in split_text(shakespeare()))
unseen = rest[40_000:70_000]  # The Tempest
starts = np.random.default_rng(5).integers(0, len(unseen) - 1008, 8)
real = np.array([unseen[s : s + 1008] for s in starts])


def greedy(z):
    return z.argmax(axis=-1)


greedy_texts = write(reading.Reader(model), real[:, :8], 1000, greedy)
share_greedy = 100 * np.mean([repeated(text, 8) for text in greedy_texts])
share_real = 100 * np.mean([repeated(text, 8) for text in real])
loops.reveal(share_greedy, shown=f"{share_greedy:.0f} % over eight texts; Shakespeare {share_real:.0f} %")
print(tokens.decode(greedy_texts[0, :160], model.alphabet))

# %% [markdown]
# Greedy leaves nothing to chance: the same view is always followed by the same character. The model sees at most 64 characters, so
# there are finitely many views. Sooner or later one comes back, and from then on the text goes round for ever. (Why it comes back
# so soon, this argument doesn't say.) Would it help to look further ahead than one character?

# %% [markdown]
# ## The most probable text
#
# *Greedy takes the best next character. Does that give the best text?*
#
# Not always: a second choice may lead to better continuations. **Beam search** carries several texts along. At each step it continues
# each of them by every token, and of all these it keeps the most probable few, the beam.

# %%
diagrams.tree()

# %% [markdown]
# The probability of a text is a product, so its logarithm is a sum: a text's total grows by the log probability of each new token.
# By hand: after *A* come *B* with 0.6 and *C* with 0.4. After *B*, the best is *A* with 0.5; after *C*, it is *A* with 0.98. Greedy,
# which is a beam of 1, ends with *ABA* at 0.30. A beam of 2 finds *ACA* at 0.392.
#
# ### Exercise: `beam_search`
#
# `follow(texts)` takes texts $(B, T)$ and gives the log probabilities $(B, V)$ of what follows each. Start from the one text `ids`, add
# `n` tokens and keep `width` texts. Return the texts, most probable first, and the total of each over what was added.


# %% tags=["exercise:beam.beam_search"]
def beam_search(follow, ids, n, width):
    ...  # about eight lines


# %%
ex.beam_search.check(beam_search)

# %% [markdown]
# How much does a text surprise the model? Call the mean of $-\ln p$ over its characters the text's **cost**, in nats (lesson
# *Probability*). Each text below begins with eight characters of a play, and the next 56 are counted.


# %%
def logits(model, texts):
    z = reading.Reader(model).logits(texts[:, :-1], 56)
    return z.reshape(-1, z.shape[-1])


def cost(model, texts):
    return layers.cross_entropy(logits(model, texts), texts[:, 8:].ravel())


def passages(rng, ids, n):
    return np.array([ids[s : s + 64] for s in rng.integers(0, len(ids) - 64, n)])


tempest = passages(np.random.default_rng(0), unseen, 300)
plays = passages(np.random.default_rng(1), learnt, 300)
by_greedy = write(reading.Reader(model), tempest[:, :8], 56, greedy)
known = {"greedy": by_greedy, "the learnt plays": plays, "The Tempest": tempest}
costs = {name: cost(model, texts) for name, texts in known.items()}
for name, nats in costs.items():
    print(f"{name}: {nats:.2f} nats a character")

# %%
found = predict.number(
    "generation.beam",
    "A beam of 64 texts: what does the best text that it finds cost, in nats a character?",
    low=0, high=2, within=0.15
)  # fmt: skip
found

# %%
best = {}
for width in (1, 4, 16, 64):
    follow = reading.Reader(model).follow
    searched = [beam.beam_search(follow, text[:8], 56, width) for text in tempest[:6]]
    best[width] = np.mean([-totals[0] / 56 for _, totals in searched])
found.reveal(best[64], shown=f"{best[64]:.2f} nats")
for width, nats in best.items():
    print(f"beam {width}: {nats:.2f} nats a character")
print("the best texts of the beam of 64, from three starts:")
for texts, _ in searched[:3]:
    print(repr(tokens.decode(texts[0], model.alphabet)))

# %% [markdown]
# The wider the beam, the more probable the text, and what comes out is stock phrases, names of speakers, loops. Real text costs about
# three times as much. So the most probable text isn't a typical one. Take a coin that shows heads in 60 of 100 throws: its most probable
# row of 100 throws is heads throughout, and you will never see it.
#
# Beam search is used where there is more or less one right answer, as in translation. An open text has none, so it is drawn.

# %% [markdown]
# ## Drawing
#
# *A search looks for the most probable text. What about a text that is drawn from the model's own probabilities?*

# %%
typical = predict.choice(
    "generation.drawn",
    "Begin with eight characters of The Tempest and draw the rest. What it draws costs the model about as much as …",
    ["greedy", "the learnt plays", "The Tempest"],
)
typical

# %%
drawn = []
for seed in range(3):
    pick = choosing.picker(np.random.default_rng(seed))
    texts = write(reading.Reader(model), tempest[:100, :8], 56, pick)
    drawn.append(cost(model, texts))
nearest = min(costs, key=lambda name: abs(costs[name] - np.mean(drawn)))
typical.reveal(nearest, shown=f"{min(drawn):.2f} to {max(drawn):.2f} nats over three seeds")
print("drawn:", repr(tokens.decode(texts[0], model.alphabet)))

# %% [markdown]
# Why should that be? At each position, token $i$ would cost $-\ln p_i$ and is drawn with probability $p_i$. So a drawn text costs
# $-\sum_i p_i \ln p_i$ on average, which is what the model expects.

# %% [markdown] tags=["answers"]
# And what does real text cost, beside what the model expects?

# %% tags=["answers"]
for name in ("the learnt plays", "The Tempest"):
    p = layers.softmax(logits(model, known[name]))
    expected = -(p * np.log(p)).sum(axis=-1).mean()
    print(f"{name}: the model expects {expected:.2f} nats, the text costs {costs[name]:.2f}")

# %% [markdown] tags=["answers"]
# On the plays that it has learnt, the model is right about its own surprise. On a new play it expects the same and is surprised
# more, so it is too sure of itself there.

# %% [markdown]
# ## A sampler that is off
#
# *How does a computer draw a token with given probabilities?*
#
# Lay the weights end to end on a line. A number $u$, drawn evenly between 0 and 1, falls on one of them. The sampler below does that
# wrongly. It is given weights that a cut has left over, so they don't sum to 1.


# %%
def off(u, w):
    edges = np.cumsum(w)
    return np.minimum(np.searchsorted(edges, u) + 1, len(w) - 1)


w = np.array([0.4, 0.1, 0, 0.25, 0.05, 0])
comes = np.bincount(off(np.random.default_rng(0).random(10_000), w), minlength=6) / 10_000
for name, shares in {"should come": w / w.sum(), "comes": comes}.items():
    print(f"{name:11}", *(f"{100 * share:3.0f} %" for share in shares))

# %% [markdown]
# The columns are tokens 0 to 5. Compare the rows: there are two faults.
#
# By hand, without them: $w = (0, 2, 0, 6)$ reaches 0, 2, 2, 8 along its line. So $u = 0$ and $u = 0.24$, at 0 and 1.92 of 8, give token
# 1, and $u = 0.25$, at 2 of 8, gives token 3. A token of weight 0 never comes, not even for $u = 0$.
#
# ### Exercise: `draw`
#
# Write the sampler without the faults, for an array of $u$ or a single one.


# %% tags=["exercise:choosing.draw"]
def draw(u, w):
    ...  # two lines


# %%
ex.draw.check(draw)

# %% [markdown]
# ## Cutting the tail
#
# *Drawn text has words that don't exist. Where may they come from?*


# %%
p = layers.softmax(logits(model, tempest))
rare = 100 * np.where(p < 0.01, p, 0).sum(axis=-1).mean()
many = (p < 0.01).sum(axis=-1).mean()
print(f"on average {many:.0f} of 64 characters have less than 1 %, together {rare:.1f} %")
held = (np.cumsum(-np.sort(-p), axis=-1) < 0.9).sum(axis=-1) + 1
low, middle, high = np.percentile(held, [10, 50, 90]).astype(int)
print(
    f"to hold 90 %: {middle} characters in the middle case, {low} to {high} in eight of ten cases"
)

# %% [markdown]
# In a line of 40 characters, one of these rare ones comes more often than not, and then the model may have to go on from a word that
# doesn't exist. So cut the tail off before you draw. The oldest rule, **top-k**, keeps the $k$ most probable tokens. But the second
# line says that no $k$ fits: sometimes one character is enough, sometimes it takes a dozen and more.
#
# **Top-p** keeps the fewest most probable tokens that together reach a given mass, and scales them to sum to 1 again. By hand:
# $p = (\tfrac18, \tfrac12, \tfrac14, \tfrac18)$ and mass $\tfrac34$: tokens 1 and 2 reach it exactly, and become $\tfrac23$ and
# $\tfrac13$. Of equal tokens, the first is taken first.
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
# A newer rule, **min-p**, compares each token with the most probable one: it stays if it is at least a given ratio times as
# probable. By hand: with the same $p$ and a ratio of $\tfrac12$, tokens 1 and 2 stay.
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
# Here is what top-p leaves of the characters after “The king is d”, with a mass of 0.9. (The temperature is that of lesson
# *Start here*; at 1 it changes nothing.)

# %% [markdown] tags=["lab"]
# Now move the sliders. After which of the lines does top-k cut too much, and after which too little? What does the temperature do
# that no cut does?

# %%
widgets.cuts()

# %% [markdown]
# Do cuts help? You want words that exist, and not always the same ones. So count the share of words that occur in the learnt plays, and
# the share of different ones.

# %%
exist = set(repetition.words([tokens.decode(learnt, model.alphabet)]))
written = {"The Tempest": tempest}
for mass in (1, 0.95, 0.8, 0.5):
    pick = choosing.picker(np.random.default_rng(0), 1, lambda p, m=mass: choosing.top_p(p, m))
    written[f"top-p, {mass}"] = write(reading.Reader(model), tempest[:, :8], 56, pick)
rows = []
for name, texts in written.items():
    words = repetition.words(tokens.decode(text, model.alphabet) for text in texts)
    shares = np.mean([word in exist for word in words]), len(set(words)) / len(words)
    rows.append([name, *(f"{100 * share:.0f} %" for share in shares)])
plot.table(rows, header=["text", "words that exist", "different ones"])

# %% [markdown]
# A sharper cut gives more words that exist and fewer different ones. So how sharp to cut depends on what the text is for.

# %% [markdown]
# One can also choose by hand. The bars are the nine most probable characters after the text above them, and a digit writes the
# character of the bar with that number: after “My b”, the digits 3111 wrote “est” and a space.

# %% [markdown] tags=["lab"]
# Now choose yourself: add digits, or change them. Can you stay below the cost of greedy?

# %%
widgets.writing()

# %% [markdown]
# ## Not computing twice
#
# *To write a character, the model reads the whole text. How much of that did it compute a moment ago?*
#
# Almost everything. Under the causal mask, a position never sees what comes after it, so its key and value stay the same. Keep them,
# and only the new token has to be computed: its query meets the keys that were kept, and its own. That is the **KV cache**.

# %%
diagrams.cache()

# %% [markdown]
# By hand: let the new query be 0, so that all scores are equal. The kept values are 1 and 2, the new one is 6, and the result is
# their mean, 3. With two new positions of values 6 and 7, the first sees 1, 2, 6 and the second 1, 2, 6, 7, so the results are 3 and 4.
#
# ### Exercise: `attend_cached`
#
# The arrays `q`, `k`, `v` belong to $T$ new positions, `k_past` and `v_past` to the $S$ before. Return what the new positions read, and
# all keys and values to keep. You may use `attention.attend` and `attention.causal_mask` of lesson *Attention*.


# %% tags=["exercise:cached.attend_cached"]
def attend_cached(q, k, v, k_past, v_past):
    ...  # about five lines


# %%
ex.attend_cached.check(attend_cached)

# %% [markdown]
# What does it save? Without a cache, the whole text is read for each new token; with it, each position is read once. For the time
# alone, let the model go on to 256 characters, beyond the 64 that it was trained for.

# %% tags=["varies"]
endless = model._replace(context=10_000)
results = {}
for keep in (False, True):
    before, reader = time.process_time(), reading.Reader(endless, keep=keep)
    results[keep] = write(reader, real[0, :8], 248, greedy)
    seconds = time.process_time() - before
    print(
        f"{'with' if keep else 'without'} a cache: "
        f"{reader.read:,} positions computed in {seconds:.2f} s"
    )
print(f"the same text: {np.array_equal(*results.values())}")

# %% [markdown]
# There are 128 times fewer positions, and it is nowhere near 128 times faster. Is a call that reads one position as expensive as one
# that reads several?

# %% tags=["varies"]
for T in (1, 4, 16, 64):
    before = time.process_time()
    for _ in range(60):
        reading.Reader(model).logits(real[0, :T])
    print(f"positions in one call: {T}, {1000 * (time.process_time() - before) / 60:.1f} ms")

# %% [markdown]
# For a few positions, nearly: a call has a cost of its own, however many positions it reads. In a large model that is mostly fetching
# the weights from memory. So writing one token at a time uses a machine badly.
#
# The cache takes memory. GPT-3 has 96 layers of width 12,288, each with a key and a value, and two bytes a number: that is
# $96 \cdot 12{,}288 \cdot 2 \cdot 2$ bytes a token, or 4.7 MB. This is why models of today let several query heads share one head of
# keys and values, the grouped queries of lesson *Attention*.

# %% [markdown]
# ## Several tokens at a call
#
# *A call that reads four tokens takes little longer than one that reads one. But the next four aren't known yet. Can they be guessed?*
#
# Let a cheap model draft $K$ tokens, and let the expensive model read them all in one call, which gives its own probabilities $p$ at
# each. Keep the draft as far as it is good, and drop the rest. This is **speculative decoding**.

# %%
diagrams.speculation()

# %% [markdown]
# What is good? The text must come out exactly as often as if the expensive model had drawn it alone. The draft is token $x$ with
# probability $d_x$. Keep it with a probability $a_x$ that you may choose, and otherwise draw a replacement from probabilities $r$, which
# you may choose too. So $x$ comes out in two ways, and together they must give $p$:
#
# $$d_x\, a_x + \Big(1 - \sum_y d_y a_y\Big)\, r_x = p_x \quad \text{for every } x.$$
#
# Among all such choices, find the one that keeps as many drafts as it can. By hand: $p = (\tfrac12, \tfrac14, \tfrac14)$ and
# $d = (\tfrac14, \tfrac12, \tfrac14)$ have $a = (1, \tfrac12, 1)$ and $r = (1, 0, 0)$. Check the first token: it is kept with
# $\tfrac14 \cdot 1$, a quarter of all drafts is refused, and all of these become the first token, so $\tfrac14 + \tfrac14 = \tfrac12$.
#
# ### Exercise: `acceptance`
#
# Return $a$ and $r$. Where $d_x = 0$ nothing is drafted: let $a_x$ be 1 there. If $p = d$ nothing is ever replaced: return $r = p$.


# %% tags=["exercise:speculative.acceptance"]
def acceptance(p, d):
    ...  # about four lines


# %%
ex.acceptance.check(acceptance)

# %% [markdown]
# Our cheap model is the 5-gram of lesson *A small GPT*: counts of what follows four characters.

# %%
kept = predict.number(
    "generation.kept",
    "The 5-gram drafts four characters at a time. What share of them is kept?",
    unit="%", low=0, high=100, within=10
)  # fmt: skip
kept

# %%
five = ngram.fit(learnt, 64, 5)
drawing = speculative.pair(reading.Reader(model), five)
certain = speculative.pair(reading.Reader(model), five, lambda p: choosing.top_k(p, 1))  # greedy
rates, rows = {}, []
for K in (1, 2, 4, 8):
    rng = np.random.default_rng(K)
    runs = [speculative.write(rng, *drawing, text[:8], 160, K)[1:] for text in real]
    drafts, good, calls = np.sum(runs, axis=0)
    rates[K] = 100 * good / drafts, 8 * 160 / calls
    sure = [speculative.write(rng, *certain, text[:8], 160, K)[0] for text in real]
    same = np.sum(np.all(sure == greedy_texts[:, :168], axis=1))
    rows.append([K, f"{rates[K][0]:.0f} %", f"{rates[K][1]:.1f}", f"{same} of 8"])
kept.reveal(rates[4][0], shown=f"{rates[4][0]:.0f} %")
plot.table(rows, header=["drafted", "kept", "characters a call", "greedy texts unchanged"])

# %% [markdown]
# Counting agrees with a GPT more often than not. With longer drafts a smaller share is kept, because one refusal throws away all that
# follows it; so the calls that are saved level off. And greedy text doesn't change by a single character.

# %% [markdown]
# ## Your generator
#
# Now put together what you wrote: `attend_cached` inside the model, `top_p` and `draw` for each character, `acceptance` for the
# drafts. Where you haven't passed one, the course's stands in.

# %% tags=["varies"]
made = yours.using("top_p", "draw", "attend_cached", "acceptance")
start, written = tokens.encode("PROSPERO:\n", model.alphabet), {}
for way in ("without a cache", "with your cache", "and with drafts"):
    before, rng = time.process_time(), np.random.default_rng(4)
    reader = reading.Reader(model, made.attend_cached, keep=way != "without a cache")
    if way == "and with drafts":
        pair = speculative.pair(reader, five, lambda p: made.top_p(p, 0.9))
        parts = {"accept": made.acceptance, "draw": made.draw}
        written[way], *_ = speculative.write(rng, *pair, start, 300, 3, **parts)
    else:
        pick = choosing.picker(rng, 1, lambda p: made.top_p(p, 0.9), made.draw)
        written[way] = write(reader, start, 300, pick)[0]
    print(f"{way}: {300 / (time.process_time() - before):,.0f} characters a second")
print(f"with and without the cache alike: {np.array_equal(*[*written.values()][:2])}")
print(made.credit("Your generator"))
print(tokens.decode(written["and with drafts"], model.alphabet))

# %% [markdown]
# The cache pays at once. The drafts save calls and little or no time here, perhaps because a call of this small model is hardly longer
# than drafting for it. In a large model it is far longer.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["runs of eight that greedy text repeats", f"{share_greedy:.0f} %"],
        ["cost of the most probable text that was found", f"{min(best.values()):.2f} nats"],
        ["cost of drawn text, and of the learnt plays", f"{np.mean(drawn):.2f}, {costs['the learnt plays']:.2f} nats"],
        ["drafts of four: kept, characters a call", f"{rates[4][0]:.0f} %, {rates[4][1]:.1f}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn a model's probabilities into text, say what a cut buys and costs, and write faster without changing the text.
#
# ## Questions to answer without looking
#
# 1. A friend finds that beam search makes a chatbot dull, and widens the beam. What will happen?
#
#    <details><summary>Answer</summary>
#
#    It becomes duller. A wider beam finds more probable texts, and the most probable texts are far
#    less surprising than anything people write. The fault is in what is searched for.
#
#    </details>
#
# 2. Under which change of the model would a KV cache give wrong results?
#
#    <details><summary>Answer</summary>
#
#    If earlier positions could see later ones, as without the causal mask: then each new token would
#    change the keys and values of the positions before it.
#
#    </details>
#
# 3. From lesson *Attention*: what does a cache keep if eight query heads share one head of keys and values?
#
#    <details><summary>Answer</summary>
#
#    An eighth. The cache holds keys and values only, so their heads count, not those of the queries.
#
#    </details>
#
# ## Sources
#
# - A. Holtzman et al. (2020), *The curious case of neural text degeneration*, https://arxiv.org/abs/1904.09751: greedy loops, the
#   cost of human text, top-p.
# - M. Nguyen et al. (2024), *Turning up the heat: min-p sampling*, https://arxiv.org/abs/2407.01082.
# - Y. Leviathan et al. (2023), *Fast inference from transformers via speculative decoding*, https://arxiv.org/abs/2211.17192, and
#   C. Chen et al. (2023), https://arxiv.org/abs/2302.01318.
# - T. Brown et al. (2020), *Language models are few-shot learners*, https://arxiv.org/abs/2005.14165: the sizes of GPT-3.
