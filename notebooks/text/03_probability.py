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
# A language model gives probabilities, its loss is a probability in disguise, and whether it is better
# than another one is a question of probability too. This lesson has what the others need of it, and
# tries each piece on real names.
#
# **You will** draw, average and condition, find the distribution that made your data most probable, turn that
# into the two losses that nearly every network uses, build a model of names in two ways, and mend a report
# that claims too much.
#
# **You need** lesson *Start here* (a table of pairs as a language model), and from school the slopes of
# $x^2$ and $\ln x$.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $p$, $q$ | distributions: what is true, what is believed | $(K,)$ |
# | $p(m \mid k)$ | **conditional probability**: of $m$, if we know that $k$ | |
# | $\mathbb{E}[x]$ | **expectation** of $x$: its average over all draws, $\sum_i p_i x_i$ | |
# | $\mathrm{Var}(x)$ | **variance** of $x$: $\mathbb{E}[(x - \mathbb{E}[x])^2]$ | |
# | $\mu$, $\sigma$ | centre and **spread** of a distribution; spread is short for standard deviation, $\sqrt{\mathrm{Var}(x)}$ | |
# | $z$, $y$ | logits, labels | $(N, K)$, $(N,)$ |
# | $N$, $K$ | examples, classes | |
# | $V$ | letters of the model of names, and the point that ends a name | |

# %% tags=["setup"]
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
# ## Draws, and their averages
#
# *You don't know what the next draw will be. What do you know?*
#
# A distribution gives each outcome its probability. With two outcomes it is a coin (**Bernoulli**), with
# $K$ of them a die with $K$ unequal sides (**categorical**). If the outcomes are numbers, they have an
# expectation and a variance. Take the lengths of given names, as the people of a country bear them:


# %% tags=["worked:probability.moments"]
def moments(x, p):
    mean = p @ x
    return mean, p @ (x - mean) ** 2


# %%
census = given_names()
length = np.array([len(name) for name in census.name])
share = np.bincount(length, weights=census.percent) / census.percent.sum()
lengths = np.arange(len(share))
mu, variance = moments(lengths, share)
sigma = variance**0.5
print(f"{census.name[0]}, {census.name[4275]}, …: {mu:.2f} letters on average, with a spread of {sigma:.2f}")

# %% [markdown]
# One person tells little about that average. How much do $n$ people tell? Draw $n$ of them, take the mean of their
# lengths, and do it a thousand times: how far do these means spread?

# %%
rng = np.random.default_rng(0)
for n in (1, 100, 10_000):
    means = rng.multinomial(n, share, size=1000) @ lengths / n
    near = 100 * np.mean(abs(means - mu) < sigma / n**0.5)
    print(f"n = {n:6,}: the means spread by {means.std():.3f}; σ/√n is {sigma / n**0.5:.3f}, and {near:.0f} % lie within it")

# %% [markdown]
# A sum of $n$ independent draws has $n$ times the variance. So its spread is $\sqrt n\,\sigma$, and that of the
# mean $\sigma/\sqrt n$: a hundred times the data buy one more digit.
#
# Sums of many independent parts have one more thing in common. If none of the parts outweighs the others, the sum is
# close to a **Gaussian**, the bell curve
#
# $$p(x) = \frac{1}{\sigma\sqrt{2\pi}}\; e^{-(x-\mu)^2/2\sigma^2},$$
#
# of which 68 % lie within $\sigma$ of the centre. This is a **density**: probability for each unit of length, so it may exceed 1. It is largest at $\mu$. Now
# draw 10,000 Gaussian numbers with $\mu = 0$ and $\sigma = 1$, and read them as one vector. Its density is largest
# at the vector 0. The lengths of such vectors are about 100.

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
fig, ax = plot.figure(width=7.5, height=3)
plot.histograms(ax, {f"d = {d:,}": r / d**0.5 for d, r in norms.items()}, bins=90, span=(0, 3))
ax.set(xlabel="length of a Gaussian vector, divided by √d")
plot.show(
    fig,
    alt="Four histograms of lengths divided by the root of d. With 1 entry most lie near 0 and some reach 3. "
    "With 10 and 100 entries they form narrower hills around 1, and with 10,000 a single bar at 1.",
)

# %% [markdown]
# The squared length is a sum of $d$ squares, with expectation $d$ and spread $\sqrt{2d}$ (the variance of one
# square is 2). So near $\sqrt d$ the length itself spreads by $\sqrt{2d}/(2\sqrt d) = 0.7$, for every $d$. In many
# dimensions practically no draw is near the most probable vector. That is the *probable is not typical* of lesson
# *Start here*: there is so much more room far out.

# %% [markdown]
# ## What a positive test means
#
# *You learn something. What should you believe now?*
#
# A test finds 99 % of those who are ill. Of the healthy it gives 5 % a false alarm. One person in a hundred is ill.

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
positive.reveal(ill_if_alarm, shown=f"{ill_if_alarm:.0f} % of a million people drawn at random")

# %% [markdown]
# $p(\text{alarm} \mid \text{ill})$ is 99 %, and $p(\text{ill} \mid \text{alarm})$ is another question. In the figure, the
# people are a square. It is divided from left to right into ill and healthy, and each part by height into alarm and
# none. Only areas count. Go down to one in a hundred, then find out what helps more: a test that misses fewer of
# the ill, or one with fewer false alarms?

# %%
widgets.areas()

# %% [markdown]
# At one in a hundred, even a test that misses nobody stays near 17 %. What helps is fewer false alarms, because nearly everyone
# is healthy and most alarms come from there.
#
# **Bayes' rule** is the area written down. The part of the square that belongs to class $k$ *and* shows $m$ is
# $p(k)\,p(m \mid k)$. Among all that show $m$, its share is $p(k \mid m)$. What was believed before, $p(k)$, is
# called the **prior**, and what is believed after, $p(k \mid m)$, the **posterior**. By hand: the prior
# $(\frac14, \frac34)$ and the rows $(0.8, 0.2)$ and $(0.4, 0.6)$ give the areas $(0.2, 0.05)$ and $(0.3, 0.45)$, so the
# posterior has the columns $(0.4, 0.6)$ and $(0.1, 0.9)$.
#
# ### Exercise: `bayes`
#
# `prior` has shape $(K,)$; row $k$ of `likelihood`, of shape $(K, M)$, is $p(m \mid k)$. Return the table of $p(k \mid m)$,
# of shape $(K, M)$.


# %% tags=["exercise:probability.bayes"]
def bayes(prior, likelihood):
    ...  # two lines


# %%
ex.bayes.check(bayes)

# %% [markdown]
# On real data: the census has a column for women and one for men. What does the last letter of a name say about
# the column? The rows are $p(\text{letter} \mid \text{column})$; the prior depends on whom you ask, a whole country
# or a crew of which one in ten is a woman.

# %%
last = np.array([ord(name[-1]) - ord("a") for name in census.name])
is_f = np.array(census.sex) == "f"
ends = np.stack([np.bincount(last[who], census.percent[who], minlength=26) for who in (is_f, ~is_f)])
ends /= ends.sum(axis=1, keepdims=True)  # (2, 26)
seen = np.flatnonzero(ends.sum(axis=0) > 0)  # no name ends in q
even, crew = (probability.bayes(np.array(prior), ends[:, seen]) for prior in ([0.5, 0.5], [0.1, 0.9]))
letters = {chr(97 + m): (100 * even[0, i], 100 * crew[0, i]) for i, m in enumerate(seen)}
plot.table(
    [[f"…{c}", *(f"{p:.0f} %" for p in letters[c])] for c in "aeynd"],
    header=["name ends in", "a woman, in a country", "a woman, in that crew"],
)

# %% [markdown]
# What the letters say of women and men is the same in both columns, and the conclusions are not. Whoever calls a name in *e* a woman's
# is right most of the time in the country, and wrong most of the time in the crew.

# %% [markdown]
# ## Which distribution made this?
#
# *So far the distribution was known, and data were drawn from it. What if only the data are known?*
#
# A coin fell 7 times of 10 on the same side. If that side has probability $p$, these ten throws, in their order, have
# probability $p^7 (1-p)^3$. Read as a function of $p$, with the data held still, that is called the **likelihood**
# of $p$. It is no distribution over $p$: nothing makes it sum to 1. The $p$ at its top is the
# **maximum likelihood** estimate.

# %%
p = np.linspace(0.001, 0.999, 999)
fig, ax = plot.figure(width=7.5, height=3)
for i, n in enumerate((10, 100, 1000)):
    log_likelihood = 0.7 * n * np.log(p) + 0.3 * n * np.log(1 - p)
    relative = np.exp(log_likelihood - log_likelihood.max())
    ax.plot(p, relative, color=plot.COLORS[i], ls=plot.LINES[i], label=f"{0.7 * n:.0f} of {n:,}")
ax.set(xlabel="probability of that side, p", ylabel="likelihood, over its largest")
ax.legend(loc="upper left")
plot.show(
    fig,
    alt="Likelihood over p for 7 of 10, 70 of 100 and 700 of 1,000 throws: three hills with their tops at 0.7. "
    "The first reaches from 0.3 to 0.95, the last is a narrow peak.",
)
for n in (10, 10_000):
    product = 0.7 ** (0.7 * n) * 0.3 ** (0.3 * n)
    log_product = n * (0.7 * np.log(0.7) + 0.3 * np.log(0.3))
    print(f"{n:6,} throws: largest likelihood {product:.2g}, its logarithm {log_product:.1f}")

# %% [markdown]
# The top is at the share, 0.7, and more data make it narrower. With 10,000 throws the product is too small for a computer, which rounds it
# to 0. Its logarithm is a sum, and harmless; and where the logarithm is largest, the likelihood is too.
#
# Now a Gaussian. $N$ independent numbers have the log-likelihood
#
# $$\ell(\mu, \sigma) = \sum_{i=1}^N \left( -\frac{(x_i - \mu)^2}{2\sigma^2} - \ln \sigma \right) + \text{a constant}.$$
#
# At the top, both slopes are zero. By hand: $x = (1, 3, 3, 9)$ gives $\mu = 4$ and $\sigma = 3$.
#
# ### Exercise: `gaussian_fit`
#
# Derive which $\mu$ and which $\sigma$ make $x$, of shape $(N,)$, most probable. Return both.


# %% tags=["exercise:probability.gaussian_fit"]
def gaussian_fit(x):
    ...  # two lines


# %%
ex.gaussian_fit.check(gaussian_fit)

# %% [markdown]
# Most probable isn't the same as right on average. Here are 100,000 sets of five draws with $\sigma = 1$:

# %%
fives = rng.standard_normal((100_000, 5))
fitted = fives.var(axis=1)  # what maximum likelihood makes of each set
print(f"σ² is 1; on average the fit says {fitted.mean():.2f}, and five fourths of that is {1.25 * fitted.mean():.2f}")

# %% [markdown]
# The fitted $\mu$ lies in the middle of the five draws it was made from, nearer to them than the true $\mu$ is. So the distances are
# too small. Dividing by $N - 1$ in place of $N$ mends the average; for the large $N$ of this course it makes no difference.

# %% [markdown]
# ## From likelihood to loss
#
# *A model is to give a distribution for each example. What should training make small?*
#
# The most probable data is what we want, so the likelihood is to be large. Products become sums by the logarithm,
# and whoever prefers valleys to hills puts a minus before. The mean of $-\ln p(\text{what was seen})$ is a **loss**.

# %%
diagrams.to_loss()

# %% [markdown]
# So a loss says what you believe of the noise. If the model gives the centre of a Gaussian of fixed $\sigma$, only
# $(x - \mu)^2$ is left: squared error. If it believes in $e^{-|x-\mu|}$, with its long tails, absolute error is left. Which
# single number fits these lengths best, one of which was mistyped?

# %%
typed = np.array([4, 5, 5, 6, 60])
centre = np.linspace(0, 60, 6001)[:, None]
losses = {"squared error": (typed - centre) ** 2, "absolute error": np.abs(typed - centre)}
fits = {name: centre[np.argmin(loss.mean(axis=1)), 0] for name, loss in losses.items()}
for name, fit in fits.items():
    print(f"{name} is least at {fit:.1f}")

# %% [markdown]
# To a Gaussian a 60 is all but impossible unless its centre moves, so the centre moves: to the mean. The other loss takes
# the middle number and shrugs.
#
# If the outcomes are classes, the model gives one probability for each, and the loss is
#
# $$-\frac1N \sum_n \ln p_{n, y_n},$$
#
# the **cross-entropy**: whatever the other classes got, only the probability of the true one counts. But a network
# computes numbers of any size and sign, the **logits** $z$. The **softmax** makes them positive and divides by
# their sum, $p_k = e^{z_k} / \sum_j e^{z_j}$. Then
#
# $$-\ln p_y = \ln \sum_j e^{z_j} - z_y .$$
#
# The first term is called log-sum-exp, and it has a trap: for a computer $e^{1000}$ is infinite, and so is its logarithm.
#
# ### Exercise: `log_sum_exp`
#
# What becomes of $\ln \sum_j e^{z_j}$ if a number $c$ is subtracted from all $z_j$? Use it. `z` has shape $(\dots, K)$, and
# the result has a number for each row. By hand: $(0, \ln 3)$ gives $\ln 4$, and $(1000, 1000)$ gives $1000 + \ln 2$.


# %% tags=["exercise:information.log_sum_exp"]
def log_sum_exp(z):
    ...  # two lines


# %%
ex.log_sum_exp.check(log_sum_exp)

# %% [markdown]
# ### Exercise: `cross_entropy`
#
# Build the loss of a whole table of logits, $(N, K)$, with labels `y`, integers of shape $(N,)$. (`information.log_sum_exp` is
# at hand.) By hand: the rows $(0, \ln 3)$ and $(\ln 2, 0)$ with labels 0 and 0 have the probabilities $\frac14$ and $\frac23$
# at their labels, and the loss is $\frac12 \ln 6$.


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
# $-\ln p$ is the **surprise** at an event of probability $p$: 0 for the certain, and it adds up for independent events. With
# the natural logarithm it is counted in **nats**, with the logarithm to base 2 in **bits**. A bit is the surprise at one throw of a coin, and
# $\ln 2 \approx 0.69$ nats. The average surprise at what a distribution draws is its **entropy**.


# %% tags=["worked:information.entropy"]
def entropy(p):
    terms = np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)  # 0 ln 0 is 0
    return -terms.sum(axis=-1)


# %%
names = sorted(set(census.name))  # each once, however frequent, and whichever column
text = "." + ".".join(names) + "."
alphabet = tokens.alphabet(text)
V = len(alphabet)
first = np.bincount(tokens.encode("".join(name[0] for name in names), alphabet), minlength=V)
first_nats = entropy(first / first.sum())
print(f"{len(names):,} names; entropy of the first letter {first_nats:.2f} nats, {first_nats / np.log(2):.2f} bits")
print(f"as surprising as {information.perplexity(first_nats):.1f} letters of equal probability; there are {V - 1}")

# %% [markdown]
# That last number, $e^\text{nats}$, is the **perplexity**. It turns an average surprise back into a number of choices.
#
# In the figure, a temperature $\tau$ divides the logarithms of the probabilities before the softmax. Where does the
# entropy go as $\tau$ becomes small, and as it becomes large? Which letter leaves the least to choose?

# %%
widgets.temperature()

# %% [markdown]
# From 0, when one letter is sure, to $\ln 27 = 3.30$, when all are alike. Up to temperature 1 a *q* leaves the least to
# choose, because a *u* follows it so often.
#
# *And if the distribution that you believe in is wrong?* Then you will be surprised by $-\ln q_i$ where the draws come
# with $p_i$, and pay $-\sum_i p_i \ln q_i$ on average. Somebody who knows $p$ pays only its entropy. The difference is the
# **KL divergence** (Kullback and Leibler) of $q$ from $p$. By hand: if $p = (\frac12, \frac12, 0)$ and
# $q = (\frac14, \frac14, \frac12)$, it is $\ln 2$. The other way round it is infinite: why?
#
# ### Exercise: `kl`
#
# Write the difference as one sum, and return it for $p$ and $q$ of shape $(\dots, K)$. What never happens costs nothing.


# %% tags=["exercise:information.kl"]
def kl(p, q):
    ...  # three lines


# %%
ex.kl.check(kl)

# %% [markdown]
# Which way round matters. Here is a $p$ with two hills, and of all Gaussians the one that is nearest in each of the
# two senses:

# %%
x = np.linspace(-6, 6, 241)
hills = np.exp(-2 * (x + 2) ** 2) + 0.8 * np.exp(-2 * (x - 2) ** 2)
p = hills / hills.sum()
grid = [(m, s) for m in np.linspace(-3, 3, 61) for s in np.linspace(0.3, 3, 55)]
bells = np.stack([np.exp(-((x - m) ** 2) / (2 * s**2)) for m, s in grid])
q = bells / bells.sum(axis=1, keepdims=True)  # (Gaussians, places)
q = np.maximum(q, 1e-300)  # so that nothing is excluded
nearest = {"kl(p, q)": information.kl(p, q).argmin(), "kl(q, p)": information.kl(q, p).argmin()}
fig, ax = plot.figure(width=7.5, height=2.8)
ax.fill_between(x, p, color=plot.FAINT, alpha=0.3, label="p")
for i, (name, best) in enumerate(nearest.items()):
    ax.plot(x, q[best], color=plot.COLORS[i], ls=plot.LINES[i], label=f"q of least {name}")
ax.set(xlabel="x", ylabel="probability of a step of 0.05")
ax.legend(loc="upper right")
plot.show(
    fig,
    alt="A grey distribution with two separate hills. One Gaussian is wide and covers both, its top in the gap "
    "between them. The other fits the left, higher hill and leaves the right one out.",
)

# %% [markdown]
# Averaged over $p$, a $q$ that excludes what happens is punished without limit, so it covers both hills and the
# gap. Averaged over $q$, it may forget a hill, but must not stand where $p$ is small. Training by likelihood is
# the first kind: the draws come from the data.

# %% [markdown]
# ## A model of names
#
# *What is the least surprise, on average, of a model that sees one letter?*
#
# All names in one line, with a point after each: then a table of pairs is a model of names, and the point tells it
# where to begin and when to stop. One name of five is put aside: half of these to make choices with, half for the
# very end.

# %%
order = np.random.default_rng(1).permutation(names)
learn, choose, test = np.split(order, [len(names) * 8 // 10, len(names) * 9 // 10])


def encode(names, alphabet):
    return tokens.encode("." + ".".join(names) + ".", alphabet)


ids = encode(learn, alphabet)
counts = bigram.count_pairs(ids, V)
counted = bigram.probabilities(counts)
counted_nats = smoothing.surprises(counted, ids).mean()
print(f"{len(learn):,} names, {len(ids) - 1:,} pairs: {counted_nats:.4f} nats a letter; all alike would be {np.log(V):.2f}")

# %%
diagrams.names()

# %% [markdown]
# Nothing here minimised a loss: this was counting. A network would start from a table of logits, all 0, and go
# downhill. Where its softmax gives a follower less than its share of the data, the logit is raised a little, and where more,
# it is lowered. (Why that is downhill, lesson *Gradients* tells.) Does it get below what counting reached?


# %%
def descend(counts, steps, rate):
    z = np.zeros(counts.shape)
    total = counts.sum(axis=1, keepdims=True)
    for _ in range(steps):
        z = z + rate * (counts - total * layers.softmax(z)) / counts.sum()
    return z


descended = {}
for steps in (0, 10, 100, 1000, 5000):
    z = descend(counts, steps, rate=50)
    descended[steps] = layers.cross_entropy(z[ids[:-1]], ids[1:])
    print(f"{steps:5,} steps: {descended[steps]:.4f} nats")
apart = information.kl(counted, layers.softmax(z)) @ counts.sum(axis=1) / counts.sum()
print(f"above counting by {descended[5000] - counted_nats:.5f}, and the KL divergence is {apart:.5f}")

# %% [markdown]
# It comes ever closer and never below. The shares of each row are the maximum likelihood estimate, as the share of the coin
# was, so counting *is* the minimum. What is left above it is the KL divergence of the descended rows from the counted ones. Descent is for models in which the minimum can't be counted.

# %% [markdown]
# ## Names it has never seen
#
# *How well does it do on the names that were put aside?* There are 517 of them for the end, about as like the others as names can be.

# %%
unseen = predict.choice(
    "probability.unseen",
    "The counted model reached about 2.33 nats a letter on the names that it counted. Its loss on the others is …",
    ["the same within 0.1", "between 0.1 and 1 higher", "more than 1 higher"],
)
unseen

# %%
test_ids = encode(test, alphabet)
test_nats = smoothing.surprises(counted, test_ids)
missing = int(np.isinf(test_nats).sum())
unseen.reveal("more than 1 higher", shown=f"more than 1 higher: {test_nats.mean()} nats")
print(f"{missing} of {len(test_nats):,} pairs were never counted; without these {test_nats[np.isfinite(test_nats)].mean():.3f} nats")

# %% [markdown]
# A pair that was never counted has probability 0, and one such pair makes the whole average infinite. It doesn't help that the
# thousands of others are no more surprising than before. The cure is called **smoothing**: pretend to have seen every follower $\alpha$ times more.


# %% tags=["worked:smoothing.add_alpha"]
def add_alpha(counts, alpha):
    return (counts + alpha) / (counts + alpha).sum(axis=1, keepdims=True)


# %% [markdown]
# Each follower gets as much as any other, a *q* as much as an *a*. One could do better: let the pretended followers
# be $w$ in each row, and divided among the letters as a distribution says, the **base**; for example, as frequent as each letter is in
# the names that were counted. By hand: the row $(3, 0, 1)$ with base $(\frac12, \frac14, \frac14)$ and $w = 4$ becomes
# $(5, 1, 2)/8$.
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
# Which one is better? Each chooses its $\alpha$ or $w$ on the names for choosing, and is measured on the names for the end. Five
# draws of names to learn from, of each size:


# %%
def frequencies(counts):
    return (counts.sum(axis=0) + 1) / (counts.sum() + len(counts))


def chosen(kind, counts, ids):
    base = frequencies(counts)
    tried = {
        "add 1": [smoothing.add_alpha(counts, 1)],
        "add α": [smoothing.add_alpha(counts, a) for a in (0.03, 0.1, 0.3, 1)],
        "base": [smoothing.smooth(counts, base, w) for w in (1, 3, 10, 30, 100)],
    }[kind]
    return min(tried, key=lambda p: smoothing.surprises(p, ids).mean())


# %%
choose_ids, sizes, kinds = encode(choose, alphabet), (30, 100, 300, 1000, 3000), ("add 1", "add α", "base")
reached = {kind: [] for kind in kinds}
for size in sizes:
    few = [np.random.default_rng(seed).choice(learn, size, replace=False) for seed in range(5)]
    tables = [bigram.count_pairs(encode(part, alphabet), V) for part in few]
    for kind in kinds:
        models = [chosen(kind, table, choose_ids) for table in tables]
        reached[kind].append([smoothing.surprises(p, test_ids).mean() for p in models])
fig, ax = plot.figure(width=7.5, height=3.2)
for i, (kind, runs) in enumerate(reached.items()):
    ax.fill_between(sizes, np.min(runs, axis=1), np.max(runs, axis=1), color=plot.COLORS[i], alpha=0.2)
    ax.plot(sizes, np.mean(runs, axis=1), "o", ls=plot.LINES[i], color=plot.COLORS[i], label=kind)
ax.set(xscale="log", xlabel="names learnt from", ylabel="nats a letter, unseen names")
ax.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
ax.minorticks_off()
ax.legend()
plot.show(
    fig,
    alt="Loss on unseen names over the number of names learnt from, 30 to 3,000. Add 1 is highest throughout. "
    "Add α with the best α and the base lie below it. With 30 and 100 names the base is lowest; from 300 on the "
    "two coincide.",
)

# %%
saved = {s: np.subtract(a, b) for s, a, b in zip(sizes, reached["add α"], reached["base"], strict=True)}
for size, less in saved.items():
    print(f"{size:5,} names: the base saves {less.mean():+.3f} nats, {less.min():+.3f} to {less.max():+.3f} over five draws")

# %% [markdown]
# With few names it matters what one pretends. From 300 on the data speak for themselves: what the base saves is smaller than its
# range over the draws.

# %% [markdown]
# ## What is a test-set number worth?
#
# *Two models learnt from the same 100 names. One is better on 517 others. Would it be on the next 517?*
#
# The names that you test on are a draw too. You have only this one, but you can draw from it: 517 of the 517, with
# repetition, again and again. That is the **bootstrap**.


# %% tags=["worked:probability.bootstrap"]
def bootstrap(rng, x, draws=2000, level=0.95):
    means = [rng.choice(x, len(x)).mean() for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return low, high


# %%
def nats_each(p, names, alphabet):
    return np.array([smoothing.surprises(p, encode([name], alphabet)).sum() for name in names])


hundred = bigram.count_pairs(encode(np.random.default_rng(0).choice(learn, 100, replace=False), alphabet), V)
costs = {kind: nats_each(chosen(kind, hundred, choose_ids), test, alphabet) for kind in ("add α", "base")}
rng = np.random.default_rng(2)
between = {kind: bootstrap(rng, cost) for kind, cost in costs.items()}
between["difference"] = bootstrap(rng, costs["add α"] - costs["base"])
for kind, (low, high) in between.items():
    print(f"{kind}: {low:.2f} to {high:.2f} nats a name")
print(f"correlation of the two costs of a name: {np.corrcoef(*costs.values())[0, 1]:.2f}")

# %% [markdown]
# The two intervals overlap, so one might shrug. But both models read the *same* names, and a name that is expensive for one
# is expensive for the other, as the correlation shows. The difference, name by name, is free of that, and its interval is far from 0. So
# compare on the same examples, and ask about the difference.

# %%
enough = predict.number(
    "probability.enough",
    "One classifier is right in 90 % of all cases, another in 91 %. Each is tested on n examples of its own. From which n "
    "on does the better one come out ahead in 39 of 40 tests?",
    low=1, high=1_000_000, factor=2
)  # fmt: skip
enough

# %%
sizes_tried = np.arange(500, 15_001, 500)
ahead = np.array([np.mean(rng.binomial(n, 0.91, 20_000) > rng.binomial(n, 0.90, 20_000)) for n in sizes_tried])
needed = int(sizes_tried[np.argmax(ahead >= 39 / 40)])
enough.reveal(needed, shown=f"about {needed:,}")
print(f"with 1,000 examples each, the worse one is not behind in {100 * (1 - ahead[1]):.0f} % of the tests")

# %% [markdown]
# The difference of two shares has variance $(0.9 \cdot 0.1 + 0.91 \cdot 0.09)/n$. One point is twice its spread at $n \approx 6{,}900$.
#
# Now a temptation. You try twenty models on 100 questions with two answers each, and report the best. None of them knows
# anything: they throw coins.

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

# %% [markdown]
# A report says: *We tried 20 models on 100 yes-or-no questions. The best is right on 59. A program computed how probable such a result is by luck, and
# it is 2.8 %, so this model knows something.* Here is the program:


# %%
def luck_as_reported(right, n):
    ways = [np.prod(np.arange(n - k + 1, n + 1) / np.arange(1, k + 1)) for k in range(right + 1, n + 1)]
    return sum(ways) / 2**n


reported = 100 * luck_as_reported(59, 100)
print(f"as reported: {reported:.1f} %; of the simulated twenties {100 * np.mean(bests >= 59):.0f} % have 59 or more")

# %% [markdown]
# Two things are wrong with it. (`np.prod(…)` is not: it counts the ways to choose $k$ questions of $n$, as `math.comb(n, k)`
# does.) By hand: with 3 questions, 2 of them right, and 2 guessers, the answer is $\frac34$.
#
# ### Exercise: `by_luck`
#
# Find both faults. Then write the probability that the best of `tried` coin throwers gets at least `right` of `n` questions right.


# %% tags=["exercise:probability.by_luck"]
def by_luck(right, n, tried):
    ...  # two lines


# %%
ex.by_luck.check(by_luck)

# %%
luck = probability.by_luck(59, 100, 20)
convincing = next(k for k in range(101) if probability.by_luck(k, 100, 20) < 0.025)
print(f"59 by luck: {100 * luck:.0f} %; less than 2.5 % only from {convincing} on")

# %% [markdown]
# This is why the names for choosing and the names for the end are not the same. Whatever is chosen because it looked best
# on some data has, on average, been lucky there.

# %% [markdown]
# ## Names, written by you
#
# All 4,130 names, your smoothing, your loss, and your log-sum-exp for the temperature. The model draws letter after letter until it draws a
# point. The bits of a name are the surprise at being told it, letter by letter. Put in your own name, and another temperature.

# %%
my_name, tau = "ada", 1.0
made = yours.using("smooth", "log_sum_exp", "cross_entropy", "kl")
base = frequencies(counts)
z = np.log(made.smooth(counts, base, 3.0))


def write(seed, z, tau, alphabet, made):
    p = np.exp(z / tau - made.log_sum_exp(z / tau)[:, None])
    line = bigram.write(np.random.default_rng(seed), p, alphabet.index("."), 4000)
    return [name for name in tokens.decode(line, alphabet).split(".")[1:-1] if name]


def cost(names, z, alphabet, made):
    ids = encode(names, alphabet)
    return made.cross_entropy(z[ids[:-1]], ids[1:])


shown = [my_name, *write(4, z, tau, alphabet, made)[:9]]
nats = [cost([name], z, alphabet, made) * (len(name) + 1) for name in shown]
plot.table(
    [[name, f"{n / np.log(2):.1f}", "yes" if name in names else "no"] for name, n in zip(shown, nats, strict=True)],
    header=["name", "bits", "in the census"],
)

# %%
cost_test = cost(test, z, alphabet, made)
cost_written = {}
for t in (0.5, 1, 2):
    written = write(5, z, t, alphabet, made)
    cost_written[t] = cost(written, z, alphabet, made)
    known = 100 * np.mean([name in names for name in written])
    print(f"temperature {t}: {cost_written[t]:.2f} nats a letter, {known:.0f} % of the names are in the census")
print(f"names that it has never seen: {cost_test:.2f} nats a letter")
memory = made.kl(np.exp(z), np.tile(base, (V, 1))) @ counts.sum(axis=1) / counts.sum()
print(f"what one letter of memory is worth: {memory:.2f} nats a letter")
print(made.credit("Your model of names"))

# %% [markdown]
# At temperature 1 the names that it writes surprise it as much as real ones do: they are typical. At ½ it writes what is probable, and
# real names would surprise it more.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["length of a Gaussian vector of 10,000 entries", f"{around.mean():.1f} ± {around.std():.1f}"],
        ["ill, if the test is positive", f"{ill_if_alarm:.0f} %"],
        ["a woman, if the name ends in e, in a country and in the crew", f"{letters['e'][0]:.0f} %, {letters['e'][1]:.0f} %"],
        ["σ² fitted to five draws, where 1 is true", f"{fitted.mean():.2f}"],
        ["perplexity of the first letter of a name", f"{information.perplexity(first_nats):.1f}"],
        ["loss by counting, and by 5,000 steps downhill", f"{counted_nats:.4f}, {descended[5000]:.4f}"],
        ["pairs of unseen names that were never counted", f"{missing} of {len(test_nats):,}"],
        ["what the base saves with 100 names", f"{saved[100].mean():.3f} nats a letter"],
        ["examples to tell 91 % from 90 %", f"{needed:,}"],
        ["best of 20 that throw coins, 100 questions", f"{bests.mean():.1f} %"],
        ["59 of 100 by luck, as reported and of 20", f"{reported:.1f} %, {100 * luck:.0f} %"],
        ["unseen names, after smoothing", f"{cost_test:.2f} nats a letter"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn a conditional probability around, derive a loss from what you believe of the noise, count surprise in nats and
# bits, give a table of counts the probabilities that it lacks, and say what a number measured on a test set is worth.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. A test with 99 % and 5 % is positive twice, independently. How probable is the illness now, at one in a hundred?
#
#    <details><summary>Answer</summary>
#
#    The posterior of the first test is the prior of the second. $0.01 \cdot 0.99^2 = 0.0098$ against
#    $0.99 \cdot 0.05^2 = 0.0025$: about 80 %. If the same people get false alarms again, the tests
#    aren't independent, and the second one says little.
#
#    </details>
#
# 2. Which belief about the noise makes squared error the right loss, and which makes it cross-entropy?
#
#    <details><summary>Answer</summary>
#
#    Squared error: the numbers scatter around the model's answer as a Gaussian of fixed spread.
#    Cross-entropy: the label is drawn from the categorical distribution that the model gives.
#
#    </details>
#
# 3. Your model's loss is 2.3 nats a letter. What is its perplexity, and what does it say?
#
#    <details><summary>Answer</summary>
#
#    $e^{2.3} \approx 10$: on average it is as surprised as if it had to choose among ten equally
#    probable letters.
#
#    </details>
#
# 4. Why did a few pairs of thousands make the whole loss infinite, and what does the cure cost?
#
#    <details><summary>Answer</summary>
#
#    $-\ln 0$ is infinite, and so is an average with it. Smoothing takes a little probability from
#    the pairs that were seen. On the names that it learnt from, counting was the minimum, so there the
#    loss can only rise.
#
#    </details>
#
# 5. From lesson *Linear algebra*: the dot product of two random vectors of $d$ entries spreads by $\sqrt d$. Which rule of this lesson is that?
#
#    <details><summary>Answer</summary>
#
#    The variances of independent terms add: $d$ terms of variance 1 have a sum of variance $d$, and
#    the spread is the root. It is the same rule that makes a mean of $n$ draws spread by
#    $\sigma/\sqrt n$.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - C. E. Shannon (1948), *A mathematical theory of communication*: surprise, entropy, bits.
# - S. Kullback, R. Leibler (1951), *On information and sufficiency*.
# - R. A. Fisher (1922), *On the mathematical foundations of theoretical statistics*: likelihood.
# - B. Efron (1979), *Bootstrap methods: another look at the jackknife*.
# - D. MacKay, L. Peto (1995), *A hierarchical Dirichlet language model*: smoothing towards a base.
# - United States Census Bureau (1995), *Frequently occurring first names and surnames from the 1990 census*.
