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
# # Probability
#
# A language model gives probabilities. The loss that trains it is made of probabilities, and so is the answer to
# whether one model is better than another.
#
# **You will** draw and average, turn a conditional probability around, find where losses come from, build a model of
# names in two ways, and mend a report that claims too much. This takes about two hours.
#
# **You need** lesson *Start here* (a table of pairs as a language model), and from school the slopes of $x^n$ and
# $\ln x$.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $p$, $q$ | distributions: the true one, and one that somebody believes in | $(K,)$ |
# | $p(m \mid k)$ | **conditional probability**: how probable $m$ is if $k$ holds | |
# | $\mathbb{E}[x]$ | **expectation** of $x$: its average over all draws, $\sum_i p_i x_i$ | |
# | $\mathrm{Var}(x)$ | **variance** of $x$: $\mathbb{E}[(x - \mathbb{E}[x])^2]$ | |
# | $\mu$, $\sigma$ | centre and **spread** of a distribution; spread is short for standard deviation, $\sqrt{\mathrm{Var}(x)}$ | |
# | $z$, $y$ | logits (numbers that become probabilities), labels (the true classes) | $(N, K)$, $(N,)$ |
# | $N$, $K$ | examples, classes | |
# | $V$ | letters of the model of names, and the point that ends a name | |

# %% tags=["setup"]
import math

import numpy as np

from course.data import given_names
from course.foundations import bigram, information, probability, smoothing
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.probability import bank as ex
from course.lessons.probability import diagrams, widgets
from course.networks import layers
from course.transformers import tokens

# %% [markdown]
# ## Draws and averages
#
# *You can't know the next draw. What can you know?*
#
# A distribution over two outcomes is a coin (**Bernoulli**). Over $K$ outcomes it is a die whose sides needn't be
# equally probable (**categorical**). If the outcomes are numbers, they have an expectation and a variance.


# %% tags=["worked:probability.moments"]
def moments(x, p):
    mean = p @ x
    return mean, p @ (x - mean) ** 2


# %% [markdown]
# Take the number of letters in a person's given name, from a census. How close does the mean of $n$ people come to the
# average of all? Draw $n$ people, take their mean, and do that a thousand times.

# %%
census = given_names()
length = np.array([len(name) for name in census.name])
share = np.bincount(length, weights=census.percent) / census.percent.sum()
mu, variance = moments(np.arange(len(share)), share)
print(
    f"{census.name[0]}, {census.name[4275]}, …: {mu:.2f} letters on average, "
    f"with a spread of {variance**0.5:.2f}"
)
rng = np.random.default_rng(0)
for n in (1, 100, 10_000):
    means = rng.multinomial(n, share, size=1000) @ np.arange(len(share)) / n
    print(f"n = {n:6,}: the means spread by {means.std():.3f}; σ/√n is {(variance / n) ** 0.5:.3f}")

# %% [markdown]
# The variances of independent draws add up. So a sum of $n$ draws has variance $n\sigma^2$ and spread $\sqrt n\,\sigma$,
# and their mean spreads by $\sigma/\sqrt n$. One more digit takes a hundred times as much data.
#
# You will often meet the **Gaussian**, a bell:
#
# $$p(x) = \frac{1}{\sigma\sqrt{2\pi}}\; e^{-(x-\mu)^2/2\sigma^2}.$$
#
# This is a **density**, that is, probability per unit of length, so it may exceed 1. Now draw 10,000 independent Gaussian
# numbers with $\mu = 0$ and $\sigma = 1$, and read them as one vector. Its density is the product of theirs, so it is
# largest at the vector 0. But the lengths of such vectors are about 100.

# %%
shell = predict.number(
    "probability.shell",
    "Draw many such vectors of 10,000 entries. How far do their lengths spread around 100?",
    low=0.0001, high=100, factor=2
)  # fmt: skip
shell

# %%
norms = {d: np.linalg.norm(rng.standard_normal((1000, d)), axis=1) for d in (1, 10, 100, 10_000)}
around = norms[10_000]
shell.reveal(around.std(), shown=f"{around.mean():.1f} ± {around.std():.1f}")
print("; ".join(f"d = {d:,}: {r.mean():.1f} ± {r.std():.1f}" for d, r in norms.items()))
fig, ax = plot.figure(width=5.7, height=3)
plot.histograms(ax, {f"d = {d:,}": r / d**0.5 for d, r in norms.items()}, bins=90, span=(0, 3))
ax.set(xlabel="length of a Gaussian vector, divided by √d")
plot.show(
    fig,
    alt="Four histograms of lengths divided by the root of d. With 1 entry most lie near 0 and some reach 3. "
    "With 10 and 100 entries they form narrower hills around 1, and with 10,000 a single bar at 1.",
)

# %% [markdown]
# From top to bottom, the hills become bells: the squared length is a sum of $d$ squares, and a sum of many independent
# parts, none of which outweighs the others, is close to a Gaussian.
#
# Each square has expectation 1 and variance 2, so the sum is about $d \pm \sqrt{2d}$. The length is the root of that, and
# the root has slope $1/(2\sqrt d)$ at $d$. So the length is about $\sqrt d \pm \sqrt{2d}/(2\sqrt d)$, and the last term is
# 0.7 for every large $d$. Practically no draw is near the point of highest density, because there is so much more room
# farther out: *probable is not typical*, as in lesson *Start here*.

# %% [markdown]
# ## What a positive test means
#
# *You learn something. What should you believe now?*
#
# A test is positive for 99 % of those who are ill, and for 5 % of those who are healthy. One person in a hundred is ill.

# %%
positive = predict.number(
    "probability.positive",
    "Somebody's test is positive. How probable is it that they are ill?",
    unit="%", low=0, high=100, within=5
)  # fmt: skip
positive

# %%
ill = rng.random(1_000_000) < 0.01
alarm = np.where(ill, rng.random(ill.size) < 0.99, rng.random(ill.size) < 0.05)
ill_if_alarm = 100 * ill[alarm].mean()
positive.reveal(ill_if_alarm, shown=f"{ill_if_alarm:.0f} % of the positive, among a million people")

# %% [markdown]
# $p(\text{positive} \mid \text{ill})$ is 99 %, but $p(\text{ill} \mid \text{positive})$ was asked.

# %% [markdown]
# In the figure, the square is everybody, cut from left to right into ill and healthy, and each part by height into positive
# and negative. It begins with one in ten who is ill. Think of the strip of the ill as ten times narrower, one in a hundred:
# which then helps more, a test that misses fewer of the ill, or one with fewer false alarms?
#
# <details><summary>Answer</summary>
#
# Even a test that misses nobody helps little. Fewer false alarms help more, because nearly everybody is healthy, so most
# alarms come from there.
#
# </details>

# %%
widgets.areas()

# %% [markdown]
# **Bayes' rule** is these areas written down. Call the class $k$ (ill or healthy) and what is seen $m$ (positive or
# negative). The piece that belongs to $k$ and shows $m$ is $p(k)$ wide and $p(m \mid k)$ high. Its share of all that show
# $m$ is $p(k \mid m)$. What you believed before, $p(k)$, is called the **prior**, and $p(k \mid m)$ the **posterior**.
#
# By hand: the prior $(\frac14, \frac34)$ and the rows $(0.8, 0.2)$ and $(0.4, 0.6)$ give the areas $(0.2, 0.05)$ and
# $(0.3, 0.45)$. In the first column these are 0.2 and 0.3, so its posterior is $(0.4, 0.6)$; that of the second is
# $(0.1, 0.9)$.
#
# ### Exercise: `bayes`
#
# `prior` has shape $(K,)$, and row $k$ of `likelihood`, of shape $(K, M)$, is $p(m \mid k)$. Return the table of
# $p(k \mid m)$, of shape $(K, M)$.


# %% tags=["exercise:probability.bayes"]
def bayes(prior, likelihood):
    ...  # two lines


# %%
ex.bayes.check(bayes)

# %% [markdown]
# ## Which distribution made this?
#
# *So far data were drawn from a known distribution. What if you know only the data?*
#
# A coin came up tails in 7 of 10 throws. If tails has probability $p$, these ten throws, in their order, have
# probability $p^7 (1-p)^3$. Read as a function of $p$, with the data fixed, this is called the **likelihood** of $p$. The
# $p$ for which it is largest is the **maximum likelihood** estimate.

# %%
p = np.linspace(0.001, 0.999, 999)
fig, ax = plot.figure(width=5.7, height=3)
for i, n in enumerate((10, 100, 1000)):
    log_likelihood = 0.7 * n * np.log(p) + 0.3 * n * np.log(1 - p)
    relative = np.exp(log_likelihood - log_likelihood.max())
    ax.plot(p, relative, color=plot.COLORS[i], ls=plot.LINES[i], label=f"{0.7 * n:.0f} of {n:,}")
ax.set(xlabel="probability of tails, p", ylabel="likelihood, over its largest")
ax.legend(loc="upper left")
plot.show(
    fig,
    alt="Likelihood over p for 7 of 10, 70 of 100 and 700 of 1,000 throws: three hills with their tops at 0.7. "
    "The first reaches from 0.3 to 0.95, the last is a narrow peak.",
)

# %%
logarithm = 7000 * np.log(0.7) + 3000 * np.log(0.3)
print(f"7,000 of 10,000, p = 0.7: {0.7**7000 * 0.3**3000}; the logarithm is {logarithm:.1f}")

# %% [markdown]
# The top is at the share that was seen, 0.7, and the more data, the narrower the hill. With 10,000 throws the product is
# rounded to 0. Its logarithm is a sum and does no harm, and as $\ln$ always rises, it is largest at the same $p$.
#
# For a Gaussian, $N$ independent numbers $x_i$ have the log-likelihood
#
# $$\ell(\mu, \sigma) = \sum_i \left( -\frac{(x_i - \mu)^2}{2\sigma^2} - \ln \sigma \right) + \text{constant}.$$
#
# At the top, its slopes in $\mu$ and in $\sigma$ are both zero. By hand: $x = (1, 3, 3, 9)$ gives $\mu = 4$ and
# $\sigma = 3$.
#
# ### Exercise: `gaussian_fit`
#
# Derive the $\mu$ and the $\sigma$ under which $x$, of shape $(N,)$, is most probable. Return both.


# %% tags=["exercise:probability.gaussian_fit"]
def gaussian_fit(x):
    ...  # two lines


# %%
ex.gaussian_fit.check(gaussian_fit)

# %% [markdown]
# ## From likelihood to loss
#
# *A model gives a distribution for each example. What should training make small?*
#
# A good model makes the data probable. The logarithm turns their likelihood, a product, into a sum, and a minus turns large
# into small. The mean of $-\ln p(\text{what was seen})$ is a **loss**, one number that training makes small.

# %%
diagrams.to_loss()

# %% [markdown]
# So behind each loss stands a belief about how data scatter around the model's answer. If you believe in a Gaussian with the
# model's answer as $\mu$ and a fixed $\sigma$, then $-\ln p(x)$ is $(x-\mu)^2/2\sigma^2$ plus a constant: squared error. A
# density proportional to $e^{-|x-\mu|}$ has much longer tails, and gives absolute error. Here are five lengths of names, one
# of them mistyped. Which single number fits best?

# %%
typed = np.array([4, 5, 5, 6, 60])
centre = np.linspace(0, 60, 6001)[:, None]
fits = [
    centre[np.argmin(loss.mean(axis=1)), 0] for loss in ((typed - centre) ** 2, abs(typed - centre))
]
print(f"squared error is least at {fits[0]:.1f}, absolute error at {fits[1]:.1f}")

# %% [markdown]
# Under a Gaussian a 60 is all but impossible, so the centre moves: to the mean. Longer tails allow for a 60, and the best
# centre stays at the number in the middle.
#
# If the outcomes are classes, the model gives a probability to each, and the loss is
#
# $$-\frac1N \sum_n \ln p_{n, y_n},$$
#
# the **cross-entropy**. Only the probability of the true class counts. But a network computes numbers of any size and sign,
# the **logits** $z$. The **softmax** turns them into probabilities, $p_k = e^{z_k} / \sum_j e^{z_j}$. So
#
# $$-\ln p_y = \ln \sum_j e^{z_j} - z_y .$$
#
# The first term is called log-sum-exp. Computed as it stands it is a trap: a computer takes $e^{1000}$ to be infinite, and
# then the logarithm is infinite too.
#
# ### Exercise: `log_sum_exp`
#
# What becomes of $\ln \sum_j e^{z_j}$ if you subtract the same number $c$ from all $z_j$? Use that. `z` has shape
# $(\dots, K)$, and the result has one number for each row. By hand: $(0, \ln 3)$ gives $\ln 4$, and $(1000, 1000)$ gives
# $1000 + \ln 2$.


# %% tags=["exercise:information.log_sum_exp"]
def log_sum_exp(z):
    ...  # two lines


# %%
ex.log_sum_exp.check(log_sum_exp)

# %% [markdown]
# ### Exercise: `cross_entropy`
#
# Build the loss of a whole table of logits, $(N, K)$, with labels `y`, integers of shape $(N,)$. You may use
# `information.log_sum_exp`. By hand: in the rows $(0, \ln 3)$ and $(\ln 2, 0)$ with labels 0 and 0, the labels have
# probabilities $\frac14$ and $\frac23$, so the loss is $\frac12 \ln 6$.


# %% tags=["exercise:layers.cross_entropy"]
def cross_entropy(z, y):
    ...  # one or two lines


# %%
ex.cross_entropy.check(cross_entropy)

# %% [markdown]
# ## Surprise
#
# *The loss has a unit. What does it count?*
#
# $-\ln p$ is the **surprise** at an event of probability $p$. It is 0 for what is certain, and adds up for independent events,
# because their probabilities multiply. It is counted in **nats**, or with the logarithm to base 2 in
# **bits**. One throw of a fair coin is worth one bit, which is $\ln 2 \approx 0.69$ nats. The average surprise at the draws
# of a distribution is its **entropy**, $-\sum_i p_i \ln p_i$.


# %% tags=["worked:information.entropy"]
def entropy(p):
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)  # 0 ln 0 is 0


# %%
names = sorted(set(census.name))  # each once, however frequent
alphabet = tokens.alphabet("." + "".join(names))
V = len(alphabet)
first = np.bincount(tokens.encode("".join(name[0] for name in names), alphabet), minlength=V)
first_nats = entropy(first / first.sum())
print(
    f"{len(names):,} names; entropy of the first letter {first_nats:.2f} nats, "
    f"{first_nats / np.log(2):.2f} bits"
)
print(
    f"as surprising as {information.perplexity(first_nats):.1f} letters of equal probability; "
    f"there are {V - 1}"
)

# %% [markdown]
# That number of letters, $e^\text{nats}$, is the **perplexity**: surprise turned back into a number of choices.
#
# In the figure, the logarithms of the probabilities are divided by a temperature $\tau$ before the softmax. Where does the
# entropy go if $\tau$ is small, and where if it is large?
#
# <details><summary>Answer</summary>
#
# It goes to 0, when one letter is certain, and to $\ln 27 = 3.30$, when all are equal.
#
# </details>

# %% [markdown] tags=["lab"]
# At temperature 1, where are you left the least to choose?
#
# <details><summary>Answer</summary>
#
# After a *q*, because a *u* follows it so often.
#
# </details>

# %%
widgets.temperature()

# %% [markdown]
# *And if you believe in the wrong distribution?* Outcome $i$ then surprises you by $-\ln q_i$, but it comes with
# probability $p_i$, so you pay $-\sum_i p_i \ln q_i$ on average. Somebody who knows $p$ pays its entropy. What you pay
# on top is the **KL divergence** of $q$ from $p$. By hand: $p = (\frac12, \frac12, 0)$ and
# $q = (\frac14, \frac14, \frac12)$ give $\ln 2$. If you exchange the two, it is infinite, because the third outcome then
# comes, and was believed to be impossible.
#
# ### Exercise: `kl`
#
# Write the difference as one sum, for $p$ and $q$ of shape $(\dots, K)$. What never happens costs nothing.


# %% tags=["exercise:information.kl"]
def kl(p, q):
    ...  # three lines


# %%
ex.kl.check(kl)

# %% [markdown]
# ## A model of names
#
# *A model sees one letter and gives a distribution of the next. How small can its average surprise be?*
#
# Write all names in one line, each followed by a point. Then a table of pairs is a model of names, and the point says where
# to begin and when to stop. One name in five is put aside: half of these to make choices with, half for the very end.

# %%
order = np.random.default_rng(1).permutation(names)
learn, choose, test = np.split(order, [len(names) * 8 // 10, len(names) * 9 // 10])


def encode(names, alphabet):
    return tokens.encode("." + ".".join(names) + ".", alphabet)


ids, choose_ids, test_ids = (encode(part, alphabet) for part in (learn, choose, test))
counts = bigram.count_pairs(ids, V)
counted = bigram.probabilities(counts)
counted_nats = smoothing.surprises(counted, ids).mean()
print(
    f"{len(learn):,} names, {len(ids) - 1:,} pairs: {counted_nats:.4f} nats a letter; "
    f"all alike would be {np.log(V):.2f}"
)

# %%
diagrams.names()

# %% [markdown]
# That was counting. A network would start from a table of logits, all 0, and go downhill: where its softmax gives a
# follower less than its share of the data, the logit is raised a little, and where more, it is lowered. (Why that is
# downhill stands in lesson *Gradients*.) Does it get below what counting reached?


# %%
def descend(counts, steps, rate):
    z = np.zeros(counts.shape)
    total = counts.sum(axis=1, keepdims=True)
    for _ in range(steps):
        z = z + rate * (counts - total * layers.softmax(z)) / counts.sum()
    return z


for steps in (0, 10, 100, 1000, 5000):
    z = descend(counts, steps, rate=50)
    descended_nats = layers.cross_entropy(z[ids[:-1]], ids[1:])
    print(f"{steps:5,} steps: {descended_nats:.4f} nats")
apart = information.kl(counted, layers.softmax(z)) @ counts.sum(axis=1) / counts.sum()
print(
    f"above counting by {descended_nats - counted_nats:.5f}, and the KL divergence is {apart:.5f}"
)

# %% [markdown]
# It comes closer and never gets below. After a letter, let $p$ be the shares of its followers and $q$ what the model gives.
# The average surprise is the entropy of $p$, and the KL divergence on top. That is never negative, since $\ln x \le x - 1$ and so
#
# $$-\text{KL} = \sum_i p_i \ln \frac{q_i}{p_i} \le \sum_i p_i \left(\frac{q_i}{p_i} - 1\right) \le 1 - 1 = 0.$$
#
# So counting *is* the minimum: the shares are the maximum likelihood estimate, as they were for the coin. Descent is for
# models whose minimum can't be counted.

# %% [markdown]
# ## Names it has never seen
#
# *How well does the model do on the names that were put aside?*

# %%
unseen = predict.choice(
    "probability.unseen",
    "The counted model reached about 2.33 nats a letter on the names that it counted. Its loss on the 517 for the end is …",
    ["the same within 0.1", "between 0.1 and 1 higher", "more than 1 higher"],
)
unseen

# %%
test_nats = smoothing.surprises(counted, test_ids)
unseen.reveal("more than 1 higher", shown="it is infinite")
missing = int(np.isinf(test_nats).sum())
print(f"{missing} of {len(test_nats):,} pairs were never counted; without these {test_nats[np.isfinite(test_nats)].mean():.3f} nats")

# %% [markdown]
# A pair that was never counted has probability 0, like the third outcome when you exchanged $p$ and $q$. One infinite surprise
# makes the average infinite, although the thousands of others are hardly more surprising than before.

# %% [markdown]
# **Smoothing** changes the counts before they become shares, so that a pair that was never seen gets a share as well. For
# example, pretend that you saw every follower $\alpha$ times more:
#
# $$p_{ij} = \frac{c_{ij} + \alpha}{\sum_k c_{ik} + \alpha V} .$$
#
# So a *q* gets as much as an *a*. One might do better: pretend $w$ more followers in each row, and divide them among the
# letters by a distribution, the **base**, such as how frequent each letter is. By hand: the row $(3, 0, 1)$ with base
# $(\frac12, \frac14, \frac14)$ and $w = 4$ becomes $(5, 1, 2)/8$.
#
# ### Exercise: `smooth`
#
# Write it for a table of counts, $(V, V)$, with one base, $(V,)$, for all rows.


# %% tags=["exercise:smoothing.smooth"]
def smooth(counts, base, weight):
    ...  # one line


# %%
ex.smooth.check(smooth)

# %% [markdown]
# Is the base of letter frequencies better than an even one? Each chooses its $w$ on the names for choosing and is measured
# on those for the end, with five draws of names to learn from:


# %%
def even_and_base(names, choose_ids, alphabet):
    counts = bigram.count_pairs(encode(names, alphabet), len(alphabet))
    bases = np.full(len(alphabet), 1 / len(alphabet)), smoothing.frequencies(counts)
    return [smoothing.choose(counts, base, choose_ids) for base in bases]


saved = {}
for size in (30, 100, 300, 1000):
    draws = [np.random.default_rng(seed).choice(learn, size, replace=False) for seed in range(5)]
    losses = [
        [smoothing.surprises(p, test_ids).mean() for p in even_and_base(d, choose_ids, alphabet)]
        for d in draws
    ]
    saved[size] = less = -np.diff(losses)
    print(
        f"{size:5,} names: the base saves {less.mean():+.3f} nats a letter, "
        f"{less.min():+.3f} to {less.max():+.3f}"
    )

# %% [markdown]
# With few names it matters what you pretend. From 300 on, what the base saves is smaller than its range over the draws.

# %% [markdown]
# ## What is a test-set number worth?
#
# *Two models learnt from the same 100 names, and one is better on 517 others. Would it be better on the next 517?*
#
# The names that you test on are a draw too. You have no other, but you can draw from it, 517 of the 517 with repetition,
# again and again: the **bootstrap**.


# %% tags=["worked:probability.bootstrap"]
def bootstrap(rng, x, draws=2000, level=0.95):
    means = [rng.choice(x, len(x)).mean() for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return low, high


# %%
models = even_and_base(draws[0][:100], choose_ids, alphabet)
even, base = np.array(
    [[smoothing.surprises(p, encode([name], alphabet)).sum() for name in test] for p in models]
)
rng = np.random.default_rng(2)
for kind, nats in {"even": even, "base": base, "difference": even - base}.items():
    low, high = bootstrap(rng, nats)
    print(f"{kind}: {low:.2f} to {high:.2f} nats a name")
print(f"correlation of the two costs of a name: {np.corrcoef(even, base)[0, 1]:.2f}")

# %% [markdown]
# The first two intervals overlap, so you might call it a tie. But a name that is expensive for one model is expensive for the
# other, as the correlation shows. In the difference, taken name by name, that part cancels, and its interval is far from 0.
# So compare on the same examples, and look at the difference.
#
# Now you try twenty models on 100 questions with two answers each, and report the best. None of them
# knows anything: they throw coins.

# %%
best = predict.number(
    "probability.best",
    "What share of the 100 questions does the best of the 20 get right, on average?",
    unit="%", low=0, high=100, within=2
)  # fmt: skip
best

# %%
bests = rng.binomial(100, 0.5, size=(10_000, 20)).max(axis=1)
best.reveal(bests.mean(), shown=f"{bests.mean():.1f} %")

# %% [markdown] tags=["open"]
# A report says: *We tried 20 models on 100 yes-or-no questions. The best is right on 62. By our program, a result like that
# has a probability of 0.6 % if the model only guesses. So this model knows something.* This is the program:


# %%
def luck_as_reported(right, n):
    ways = (math.comb(n, k) for k in range(right + 1, n + 1))  # to be right on k of n
    return sum(ways) / 2**n


reported, simulated = 100 * luck_as_reported(62, 100), 100 * np.mean(bests >= 62)
print(
    f"as reported: {reported:.1f} %; in the simulation, "
    f"the best of 20 has 62 or more in {simulated:.0f} % of the draws"
)

# %% [markdown]
# ### Exercise: `by_luck`
#
# The report makes two mistakes. Find them, then write the probability that the best of `tried` coin throwers gets at
# least `right` of `n` questions right. By hand: 2 of 3 questions and 2 guessers give $\frac34$.


# %% tags=["exercise:probability.by_luck"]
def by_luck(right, n, tried):
    ...  # two lines


# %%
ex.by_luck.check(by_luck)

# %% [markdown]
# What was chosen because it looked best on some data has, on average, been lucky there. This is why there were names for
# choosing and other names for the end.
#
# ## Names, written by you
#
# Here are the smoothing, the loss, and the log-sum-exp for the temperature, yours where they have passed. The bits of a
# name are its surprise, summed over its letters and the point.

# %% [markdown] tags=["lab"]
# Try your own name and another temperature.

# %%
my_name, tau = "ada", 1.0
made = yours.using("smooth", "log_sum_exp", "cross_entropy")
z = np.log(made.smooth(counts, smoothing.frequencies(counts), 3.0))


def write(seed, z, tau, alphabet, made):
    p = np.exp(z / tau - made.log_sum_exp(z / tau)[:, None])
    line = bigram.write(np.random.default_rng(seed), p, alphabet.index("."), 4000)
    return [name for name in tokens.decode(line, alphabet).split(".")[1:-1] if name]


def cost(names, z, alphabet, made):  # nats a letter
    ids = encode(names, alphabet)
    return made.cross_entropy(z[ids[:-1]], ids[1:])


shown = [my_name, *write(4, z, tau, alphabet, made)[:9]]
bits = [cost([name], z, alphabet, made) * (len(name) + 1) / np.log(2) for name in shown]
plot.table(
    [
        [name, f"{b:.1f}", "yes" if name in names else "no"]
        for name, b in zip(shown, bits, strict=True)
    ],
    header=["name", "bits", "in the census"],
)

# %%
test_cost = cost(test, z, alphabet, made)
print(f"real names that it has never seen cost it {test_cost:.2f} nats a letter")
for t in (0.5, 1, 2):
    written = write(5, z, t, alphabet, made)
    known = 100 * np.mean([name in names for name in written])
    print(
        f"those written at temperature {t} cost {cost(written, z, alphabet, made):.2f}; "
        f"{known:.0f} % of them are in the census"
    )
print(made.credit("Your model of names"))

# %% [markdown]
# The names that it writes at temperature 1 surprise it as much as real ones do: they are typical. Those at ½ surprise it less.
#
# ## What you measured

# %%
luck = 100 * probability.by_luck(62, 100, 20)
plot.table(
    [
        ["length of a Gaussian vector of 10,000 entries", f"{around.mean():.1f} ± {around.std():.1f}"],
        ["ill, if the test is positive", f"{ill_if_alarm:.0f} %"],
        ["loss by counting, and by 5,000 steps downhill", f"{counted_nats:.4f}, {descended_nats:.4f}"],
        ["pairs of unseen names that were never counted", f"{missing} of {len(test_nats):,}"],
        ["what the base saves with 100 names", f"{saved[100].mean():.3f} nats a letter"],
        ["best of 20 that throw coins, 100 questions", f"{bests.mean():.1f} %"],
        ["62 of 100 by luck, the best of 20", f"{luck:.0f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn a conditional probability around, derive a loss, count surprise in nats and bits, smooth counts, and
# say what a test-set number is worth.
#
# ## Questions to answer without looking
#
# 1. A test with 99 % and 5 % is positive twice, independently. How probable is the illness now, at one in a hundred?
#
#    <details><summary>Answer</summary>
#
#    The posterior of the first test is the prior of the second: $0.01\cdot 0.99^2 = 0.0098$ against
#    $0.99\cdot 0.05^2 = 0.0025$, about 80 %. If the same people get false alarms again, the tests
#    aren't independent, and the second says little.
#
#    </details>
#
# 2. Which belief makes squared error the right loss, and which cross-entropy?
#
#    <details><summary>Answer</summary>
#
#    Squared error: the numbers scatter around the model's answer as a Gaussian of fixed spread.
#    Cross-entropy: the label is drawn from the categorical distribution that the model gives.
#
#    </details>
#
# 3. One model answers 90 % of all questions correctly, another 91 %. About how many questions of its own must each
#    be asked until the difference, one point, is twice its spread?
#
#    <details><summary>Answer</summary>
#
#    One answer is a coin of variance $p(1-p)$, and the mean of $n$ has $p(1-p)/n$. The difference has
#    $(0.9\cdot 0.1 + 0.91\cdot 0.09)/n$, whose root is half a point at $n \approx 6{,}900$.
#
#    </details>
#
# 4. From lesson *Linear algebra*: the dot product of two random vectors of $d$ entries spreads by $\sqrt d$. Which
#    rule of this lesson is that?
#
#    <details><summary>Answer</summary>
#
#    The variances of independent terms add up: $d$ terms of variance 1 have a sum of variance $d$, and
#    the spread is the root.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - C. E. Shannon (1948), *A mathematical theory of communication*.
# - S. Kullback, R. Leibler (1951), *On information and sufficiency*.
# - R. A. Fisher (1922), *On the mathematical foundations of theoretical statistics*.
# - B. Efron (1979), *Bootstrap methods: another look at the jackknife*.
# - D. MacKay, L. Peto (1995), *A hierarchical Dirichlet language model*.
# - United States Census Bureau (1995), *Frequently occurring first names and surnames from the 1990 census*.
