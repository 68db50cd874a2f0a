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
# # Initialization
#
# Before the first step of training, a network can already be hopeless. What decides is how its first
# weights are drawn: how widely, and in what pattern.
#
# **You will** follow signals through fifty layers, derive how widely to draw, read an
# initialization off the first loss, write layer norm, and train a network so deep that the usual
# rules fail on it. This takes about two hours. *Further* takes three quarters of an hour more.
#
# **You need** lesson *Backpropagation*: affine layers, cross-entropy, gradients. From *Probability*: the
# variances of independent terms add.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $h$ | what goes into a layer; a row is an example | $(B, n_\text{in})$ |
# | $W$ | weights, drawn with mean 0 and variance $\mathrm{Var}(W)$ | $(n_\text{in}, n_\text{out})$ |
# | $z = hW$ | what goes into the activation $f$ | $(B, n_\text{out})$ |
# | $\mathbb{E}[\cdot]$ | expectation: the average over all random draws | |
# | $dh$ | gradient of the loss with respect to $h$ | as $h$ |
# | $K$, $\sigma$ | number of classes, spread of the logits | |
# | spread | short for standard deviation, the root of the variance | |
# | fan-in | $n_\text{in}$, how many inputs one unit adds up | |
# | $\gamma$, $\beta$ | scale and shift of layer norm | $(C,)$ |

# %% tags=["setup"]
import numpy as np

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.initialization import bank as ex
from course.lessons.initialization import curves, diagrams, widgets
from course.networks import gradcheck, initial, layers, mlp, norm, optim

# %% [markdown]
# ## Why not start at zero?
#
# *Weights have to begin somewhere. Why not all at zero, or all at one half?*
#
# The exclusive or needs a hidden layer: two inputs, and the label says whether they have the same
# sign. Eight tanh units get 1,500 steps of Adam, which you build in lesson *Optimizers*.


# %%
def learn(W1, W2, x, y, steps=1500):
    params, state = [W1, np.zeros(W1.shape[1]), W2, np.zeros(2)], None
    for _ in range(steps):
        W1, b1, W2, b2 = params
        h = np.tanh(layers.affine(x, W1, b1))
        dz = layers.cross_entropy_backward(layers.affine(h, W2, b2), y)
        dh, dW2, db2 = layers.affine_backward(dz, h, W2)
        _, dW1, db1 = layers.affine_backward(layers.tanh_backward(dh, h), x, W1)
        params, state = optim.adam(params, [dW1, db1, dW2, db2], state, lr=0.02)
    return params


def logits(params, x):
    W1, b1, W2, b2 = params
    return layers.affine(np.tanh(layers.affine(x, W1, b1)), W2, b2)


# %% [markdown]
# Three starts: all weights zero, all one half, and random ones.

# %%
rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (400, 2))
y = (x[:, 0] * x[:, 1] > 0).astype(int)
starts = {
    "zero": (initial.zeros(2, 8), initial.zeros(8, 2)),
    "one half": (initial.constant(2, 8, 0.5), initial.constant(8, 2, 0.5)),
    "random": (initial.xavier_normal(rng, 2, 8), initial.xavier_normal(rng, 8, 2)),
}
learnt = {name: learn(*start, x, y) for name, start in starts.items()}
right = {name: 100 * np.mean(logits(p, x).argmax(1) == y) for name, p in learnt.items()}
ranks = {name: np.linalg.matrix_rank(p[0], rtol=1e-3) for name, p in learnt.items()}
for name in starts:
    print(f"{name}: {right[name]:.0f} % right, rank of W1 is {ranks[name]}")
curves.exclusive_or(logits, learnt, right, x, y)

# %% [markdown]
# A point's mark is its label, and the colour behind it is the network's answer. From zero nothing
# moves but the output's bias: every other gradient has a factor $W_2$ or $h$ in it, and both are
# zero. From one half the loss falls, but the eight units are one unit eight times over: equal
# weights give equal gradients, and equal updates keep them equal. All columns of $W_1$ are alike,
# so its rank is 1 (lesson *Inside a matrix*), and one unit makes one straight cut.
#
# How much difference is needed?

# %%
nudge = predict.choice(
    "initialization.nudge",
    "Start at one half, add noise of one millionth to the first layer's weights, and train as before. The result is …",
    ["as bad as one half", "halfway between", "as good as random weights"],
)
nudge

# %%
W1, W2 = starts["one half"]
nudged = learn(W1 + 1e-6 * np.random.default_rng(1).standard_normal(W1.shape), W2, x, y)
right_nudged = 100 * np.mean(logits(nudged, x).argmax(1) == y)
nudge.reveal("as good as random weights", shown=f"{right_nudged:.0f} % right")
print(f"spread between units: 1e-6 before, {nudged[0].std(axis=1).mean():.1f} after training")


# %% [markdown]
# A millionth is enough: training has made the difference between the units about a million times
# as large. So any randomness makes units *different*. The rest of this lesson asks how *large*
# the random weights must be.
#
# ## One layer: what happens to the variance
#
# *If you know what goes into a layer, how widely does what comes out spread?*
#
# One unit computes $z = \sum_i h_i w_i$. Assume that the weights are independent of each other and of
# $h$, with mean 0. Start with one example, $h = (1, 2, 3)$, and $\mathrm{Var}(W) = \tfrac12$. The three
# terms $1 w_1$, $2 w_2$, $3 w_3$ have variances $\tfrac12$, $\tfrac42$ and $\tfrac92$, which add up to 7.
#
# ### Exercise: `layer_variance`
#
# Find the formula for any batch $h$ of shape $(B, n_\text{in})$, and return $\mathrm{Var}(z)$, averaged
# over the examples. Nothing is said about the mean of $h$.

# %% tags=["exercise:initial.layer_variance"]
def layer_variance(h, var_w):
    ...  # two lines


# %%
ex.layer_variance.check(layer_variance)

# %% [markdown]
# Here is the prediction beside a measurement, for an $h$ whose mean is far from zero. The last line
# uses the variance of $h$ instead of its **second moment**, the mean of $h^2$:

# %%
h = layers.relu(rng.standard_normal((500, 256)) + 1)
z = h @ initial.normal(rng, 256, 512, std=0.1)
print(f"Var(z): predicted {initial.layer_variance(h, 0.1**2):.1f}, measured {z.var():.1f}")
print(f"with Var(h) in place of the second moment: {256 * 0.1**2 * h.var():.1f}")

# %% [markdown]
# ## Fifty layers
#
# *A layer that changes the spread by a factor does so fifty times in fifty layers. How exact must the
# factor be?*


# %% tags=["worked:initial.propagate"]
def propagate(x, weights, name):
    f, _ = initial.activation(name)
    hs, zs = [x], []
    for W in weights:
        zs.append(hs[-1] @ W)
        hs.append(f(zs[-1]))
    return hs, zs


# %% [markdown]
# `propagate` keeps what enters each layer. Here is a stack for it, of variance $c/n$, and 64 random inputs
# `x`; `dy` are as many random gradients, for the way back.


# %%
def stack(seed, c, n=256, depth=50):
    rng = np.random.default_rng(seed)
    return [initial.normal(rng, n, n, std=np.sqrt(c / n)) for _ in range(depth)]


x, dy = np.random.default_rng(1).standard_normal((2, 64, 256))

# %% [markdown]
# LeCun's choice is $\mathrm{Var}(W) = 1/n_\text{in}$, so that $\mathrm{Var}(z) = \mathbb{E}[h^2]$ by
# your formula.

# %%
vanish = predict.number(
    "initialization.vanish",
    "Var(W) = 1/n, ReLU, 50 layers: how large is the spread of the last activations?",
    low=1e-30,
    high=1e30,
    factor=10,
)
vanish

# %%
scales = [("relu", 1), ("relu", 2), ("relu", 25 / 9), ("tanh", 1)]
spread = {s: [h.std() for h in propagate(x, stack(0, s[1]), s[0])[0]] for s in scales}
last = {s: f"{spread[s][-1]:.1g}" for s in scales}
vanish.reveal(spread["relu", 1][-1], shown=f"a spread of {last['relu', 1]}")

# %% [markdown]
# ## He: a variance for the ReLU
#
# *What does a ReLU do to the second moment, and how do you keep the spread level?*
#
# Let $z$ be symmetric about zero, with variance $\mathrm{Var}(z)$, and $h = \text{relu}(z)$. What
# is the second moment of $h$? Put your answer into the formula that you found, and ask that
# $\mathrm{Var}(z)$ is the same at the next layer. As a check, $n_\text{in} = 50$ wants a standard
# deviation of 0.2.
#
# ### Exercise: `he_normal`
#
# Derive the variance that a ReLU layer needs, and draw $W$ from a normal distribution of that variance.


# %% tags=["exercise:initial.he_normal"]
def he_normal(rng, n_in, n_out):
    ...  # one line


# %%
ex.he_normal.check(he_normal)

# %% [markdown]
# Now the spread at every layer, for the ReLU at three variances and for tanh at one:

# %%
curves.spreads(spread)
print(", ".join(f"{name} {c:.3g}/n: {last[name, c]}" for name, c in scales))

# %% [markdown]
# A straight line on a logarithmic axis means the same factor at each layer. With your variance the
# spread stays. With $2.78/n$, only 39 % more, it explodes. That number is $(5/3)^2$: PyTorch
# suggests multiplying weights by $5/3$ for tanh, and here it is used with a ReLU.
#
# The **gain** of an activation is the factor on the weights that makes up for what it does to the
# spread: $\mathrm{Var}(W) = \text{gain}^2 / n_\text{in}$. For any $f$, draw many $z$ from $N(0, 1)$ and average
# $f(z)^2$: the gain is $1/\sqrt{\mathbb{E}[f(z)^2]}$.

# %%
gains = {
    name: initial.gain(initial.activation(name)[0], np.random.default_rng(2))
    for name in ("relu", "tanh", "sigmoid")
}
plot.table(
    [[name, f"{g:.2f}", f"{initial.PYTORCH_GAINS[name]:.2f}"] for name, g in gains.items()],
    header=["activation", "gain from random draws", "torch.nn.init.calculate_gain"],
)
default_c = 256 * initial.pytorch_linear(np.random.default_rng(0), 256, 512).var()
print(f"A fresh torch.nn.Linear has variance × fan-in {default_c:.2f}.")

# %% [markdown]
# Of PyTorch's three gains only the ReLU's follows from the derivation; 5/3 and 1 are conventions. And
# its default layer follows neither LeCun nor He: it draws evenly from $\pm 1/\sqrt{n_\text{in}}$, whose
# variance is a third of the squared bound.
#
# *Assumed*: an average over units is as good as an expectation, which takes wide layers. *Where
# it fails*: in narrow ones. Here are twenty networks of each width, 50 ReLU layers, variance
# $2/n$:

# %%
for n in (16, 256):
    ends = [propagate(x[:, :n], stack(s, 2, n), "relu")[0][-1].std() for s in range(20)]
    print(f"width {n}: the widest spread is {max(ends) / min(ends):,.0f} times the narrowest")

# %% [markdown]
# ## Two inputs in fifty layers
#
# *With variance $2/n$ the spread stays level. What becomes of the angle between two inputs?*
#
# The 64 random inputs point in very different directions: the **cosine** of two of them, their dot
# product divided by both lengths, has an average size of 0.05.

# %%
angle = predict.number(
    "initialization.angle",
    "After 50 ReLU layers with variance 2/n: what is the average size of that cosine?",
    low=0,
    high=1,
    within=0.1,
)
angle


# %% tags=["worked:initial.mean_cosine", "worked:initial.propagate_back"]
def mean_cosine(h):
    length = np.linalg.norm(h, axis=1, keepdims=True)
    u = h / np.where(length > 0, length, 1)
    pairs = np.abs(u @ u.T)[~np.eye(len(h), dtype=bool)]
    return float(pairs.mean())


def propagate_back(dy, zs, weights, name):
    _, slope = initial.activation(name)
    dhs = [dy]
    for W, z in zip(reversed(weights), reversed(zs), strict=True):
        dhs.append((dhs[-1] * slope(z)) @ W.T)
    return dhs[::-1]


# %%
cases = {"relu": 2, "tanh": gains["tanh"] ** 2, "sigmoid": gains["sigmoid"] ** 2}
signals = {}
for name, c in cases.items():
    hs, zs = propagate(x, stack(0, c), name)
    signals[name] = hs, propagate_back(dy, zs, stack(0, c), name)
relu_cosine = mean_cosine(signals["relu"][0][-1])
angle.reveal(relu_cosine, shown=f"{relu_cosine:.3f}")
rows = [
    [name, k, f"{hs[k].std():.2g}", f"{initial.spread_between(hs[k]):.1g}",
     f"{mean_cosine(hs[k]):.2f}", f"{dhs[50 - k].std():.1g}", f"{mean_cosine(dhs[50 - k]):.2f}"]
    for name, (hs, dhs) in signals.items() for k in (10, 50)
]  # fmt: skip
plot.table(
    rows,
    header=["activation", "layers", "spread", "between examples", "cosine", "gradient", "its cosine"],
)
del signals, hs, zs  # 45 MB

# %% [markdown]
# Each activation has the gain that holds its spread, and the column *spread* is indeed level. But it
# counts differences between units as well. The column *between examples* counts only how far the
# 64 examples lie from their mean. With ReLU it falls to a quarter of the spread, and the examples
# end up nearly on one line. With the sigmoid they coincide after ten layers.
#
# The last two columns are for random gradients of spread 1, sent back through as many layers. With
# ReLU their spread stays level and those of different examples stay apart. With tanh the spread
# grows, and with the sigmoid it vanishes: on the way back $f'(z)^2$ counts, and the gain was chosen
# for $f(z)^2$.

# %% [markdown]
# **Xavier**, the random start of the exclusive or above, is a compromise between the two ways. In
# $dh = dz\,W^\top$ each entry sums over $n_\text{out}$ terms, so for $f(z) \approx z$ the way
# forward asks for $\mathrm{Var}(W) = 1/n_\text{in}$ and the way back for $1/n_\text{out}$. Xavier
# takes $2/(n_\text{in} + n_\text{out})$.
#
# The figure begins with fifty layers of tanh and $1/n_\text{in}$. At the left are the activations of some
# layers. Then come the spreads, of which the first two lie on one line here, and the average size of the
# cosine of two examples, layer by layer. Gradients enter at the last layer, so their lines are read from
# right to left.

# %% [markdown] tags=["lab"]
# Which settings keep the spread, which keep directions, and does any keep both, forward and back?

# %%
widgets.layers()

# %% [markdown]
# ## Mirrored weights
#
# *Can a ReLU network pass its input on whole?*
#
# A ReLU loses what is negative. So send $u$ and $-u$ through it side by side: nothing is lost
# in the pair $(\text{relu}(u), \text{relu}(-u))$.
#
# Let $A$ have shape $(n, m)$. You want weights $W$ of shape $(2n, 2m)$ for which
#
# $$(\text{relu}(u), \text{relu}(-u))\, W = (u A, -u A),$$
#
# so that the next ReLU makes the same kind of pair of $uA$. For $A = (5)$ this is
# $W = \begin{pmatrix} 5 & -5 \\ -5 & 5 \end{pmatrix}$.
#
# ### Exercise: `mirrored`
#
# Find $W$ for any $A$.


# %% tags=["exercise:initial.mirrored"]
def mirrored(A):
    ...  # one line


# %%
ex.mirrored.check(mirrored)

# %% [markdown]
# The drawing shows one layer, with what $W$ does to the pair:

# %%
diagrams.mirror()

# %% [markdown]
# At its start such a network is linear: it multiplies $u$ by the product of all $A$. Which $A$ should
# you draw? LeCun's draw keeps the variance. An **orthogonal** matrix has columns of length 1 at right
# angles, so it changes neither lengths nor angles. To draw one, NumPy's `qr` takes a random matrix and
# makes its columns perpendicular, one after the other; the result $Q$ is orthogonal.
#
# Singular values say by how much a matrix stretches its directions (lesson *Inside a matrix*).

# %%
middle = predict.number(
    "initialization.middle",
    "50 LeCun matrices of width 256, multiplied: how large is the middle singular value?",
    low=1e-20,
    high=1e5,
    factor=10,
)
middle


# %% tags=["worked:initial.orthogonal"]
def orthogonal(rng, n_in, n_out, scale=1.0):
    tall = rng.standard_normal((max(n_in, n_out), min(n_in, n_out)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return scale * (q if n_in >= n_out else q.T)


rng = np.random.default_rng(4)
chain = np.linalg.multi_dot([initial.lecun_normal(rng, 256, 256) for _ in range(50)])
straight = np.linalg.multi_dot([orthogonal(rng, 256, 256) for _ in range(50)])
stretch = np.linalg.svd(chain, compute_uv=False)
middle.reveal(stretch[128], shown=f"{stretch[128]:.0e}")
kept = np.linalg.svd(straight, compute_uv=False)
print(f"LeCun: mean square {np.mean(stretch**2):.1f}, largest {stretch[0]:.0f}")
print(f"orthogonal: largest {kept[0]:.2f}, smallest {kept[-1]:.2f}")

# %% [markdown]
# The LeCun product keeps the mean square near 1, but a few directions grow and most die. The
# orthogonal product keeps every one.
#
# ## The loss before the first step
#
# *GPT-2 chooses among 50,257 classes, and $\ln 50{,}257 = 10.8$. What does it cost if its logits
# differ by chance?*

# %%
start = predict.number(
    "initialization.start",
    "50,257 random logits with a spread of 2: what is the first loss?",
    unit="nats",
    low=0,
    high=30,
    within=0.5,
)
start


# %%
def first_loss(std, K=50257, B=64, labels=100):
    rng = np.random.default_rng(3)
    log_p = layers.log_softmax(std * rng.standard_normal((B, K)))
    return -np.take_along_axis(log_p, rng.integers(K, size=(B, labels)), axis=1).mean()


losses = {s: first_loss(s) for s in (0, 1, 2, 8)}
start.reveal(losses[2], shown=f"{losses[2]:.1f} nats")

# %% [markdown]
# Assume $K$ logits drawn independently from $N(0, \sigma^2)$. The loss is $\ln \sum_j e^{z_j} - z_y$. The
# second term has mean 0. The first needs the average of $e^z$ over normal draws, which is
# $\mathbb{E}[e^z] = e^{\sigma^2/2}$: completing the square in $e^z e^{-z^2/2\sigma^2}$ moves the bell curve by
# $\sigma^2$ and leaves this factor. So the sum is about $K e^{\sigma^2/2}$, and
#
# $$\text{loss} \approx \ln K + \frac{\sigma^2}{2}.$$

# %% tags=["answers"]
plot.table(
    [[s, f"{loss:.1f}", f"{initial.expected_loss(50257, s):.1f}"] for s, loss in losses.items()],
    header=["spread of the logits", "measured loss", "ln K + σ²/2"],
)

# %% [markdown] tags=["answers"]
# *Where it fails*: at 8. The average of $e^z$ then rests on values so rare that 50,257 draws don't
# contain them.

# %% [markdown]
# Where the spread is small, it alone decides by how much a first loss exceeds $\ln K$. So one printed number
# tells how wide the last layer was drawn. Here are the first losses of four runs with $K = 1{,}000$. In each, $\mathbb{E}[h^2] = 1$ below the last layer.

# %%
rules = {"zero": 0, "PyTorch": 1 / 3, "LeCun": 1, "He": 2}  # variance × fan-in
rng = np.random.default_rng(12)
h, y = rng.standard_normal((600, 200)), rng.integers(1000, size=600)
firsts = [
    layers.cross_entropy(h @ initial.normal(rng, 200, 1000, np.sqrt(rules[rule] / 200)), y)
    for rule in rng.permutation(list(rules))
]
print("first losses:", ", ".join(f"{loss:.2f}" for loss in firsts))

# %% [markdown]
# ### Exercise: `which_start`
#
# Which rule drew the last layer? Return the name in `rules` that fits the loss best. By hand: a loss
# of 8.0 with $K = 1{,}000$ is He's.


# %% tags=["exercise:initial.which_start"]
def which_start(loss, K, rules):
    ...  # two lines


# %%
ex.which_start.check(which_start)

# %% tags=["answers"]
named = [initial.which_start(loss, 1000, rules) for loss in firsts]
print("the four runs:", ", ".join(named))

# %% [markdown]
# ## The other way out: normalise
#
# *Instead of drawing weights so that the spread survives, why not restore it at every layer?*
#
# **Layer norm** gives each example mean 0 and variance 1 over its $C$ features, then scales and shifts:
#
# $$y = \gamma\,\hat x + \beta, \qquad \hat x = \frac{x - \mu}{s},$$
#
# $$s = \sqrt{\tfrac1C \textstyle\sum_i (x_i - \mu)^2 + \varepsilon}, \quad
#   \mu = \tfrac1C \textstyle\sum_i x_i.$$
#
# By hand: $x = (1, 7)$ has $\mu = 4$ and variance 9. With $\varepsilon = 16$, $\gamma = 1$ and
# $\beta = 0$ it becomes $(-3, 3)/5 = (-0.6, 0.6)$.

# %%
diagrams.norm()

# %% [markdown]
# ### Exercise: `layer_norm`
#
# $x$ has shape $(\dots, C)$; each row is on its own.


# %% tags=["exercise:norm.layer_norm"]
def layer_norm(x, gamma, beta, eps=1e-5):
    ...  # three lines


# %%
ex.layer_norm.check(layer_norm)

# %% [markdown]
# Many recent models leave the centring out: **RMS norm** divides a row by its root mean square,
# $y = \gamma\,x / r$ with $r = \sqrt{\frac1C\sum_i x_i^2 + \varepsilon}$.
#
# Now fifty ReLU layers again, with a layer norm before each activation:


# %%
def normed(x, weights):
    one, zero = np.ones(x.shape[1]), np.zeros(x.shape[1])
    for W in weights:
        x = layers.relu(norm.layer_norm(x @ W, one, zero))
    return x


for c in (1, 2, 256, 1e-4):
    h = normed(x, stack(0, c))
    print(f"variance {c:g}/n: spread {h.std():.2f}, cosine {mean_cosine(h):.2f}")

# %% [markdown]
# The spread no longer depends on the variance, until in the last line the rows become so small
# that $\varepsilon$ counts. But layer norm doesn't bring lost directions back.
#
# A GPT adds to its signal instead of replacing it. This sum is the **residual stream**. Each of $L$ blocks
# writes to it twice, and independent writes add their variances. GPT-2 draws the matrices that write with
# $0.02/\sqrt{2L}$ instead of 0.02. Here with width 768 and 12 blocks:


# %%
def stream(rng, std, blocks=12, n=768):
    h, one, zero = rng.standard_normal((32, n)), np.ones(n), np.zeros(n)
    first = h
    for _ in range(2 * blocks):
        h = h + norm.layer_norm(h, one, zero) @ initial.normal(rng, n, n, std)
    return (h - first).std()


plain = stream(np.random.default_rng(0), 0.02)
scaled = stream(np.random.default_rng(0), initial.residual_std(0.02, 12))
print(f"all writes together spread by {plain:.2f}, with the scaling by {scaled:.2f}")

# %% [markdown]
# The stream began with a spread of 1. With the scaling, all writes together have a spread of
# about half of that, so they add about a third to the variance. $2L$ writes of variance
# proportional to $1/(2L)$ add up to the same at any depth.
#
# ## How deep can your network be?
#
# *If lost directions are what makes deep networks fail, weights that keep them should train deeper. Do
# they?*
#
# If they don't, the explanation is wrong. All networks have ReLU layers of width 64, no norm and
# no residual stream, and take 100 steps of plain gradient descent on the digits. One kind uses
# your `he_normal`, one your `mirrored` with orthogonal $A$, one `mirrored` with LeCun's $A$. At each
# depth each has the better of two learning rates, smaller ones from 20 layers on, and three seeds.

# %%
made = yours.using("he_normal", "mirrored")


def begin(kind, rng, depth, made, W=64):
    sizes = [(W, W)] * (depth - 1)
    if kind == "He":
        hidden = [made.he_normal(rng, *size) for size in [(784, W), *sizes]]
    else:
        draw = orthogonal if kind == "mirrored, orthogonal" else initial.lecun_normal
        first = initial.lecun_normal(rng, 784, W // 2)
        hidden = [np.hstack([first, -first])]
        hidden += [made.mirrored(draw(rng, W // 2, W // 2)) for _ in sizes]
    ends = [*hidden, initial.he_normal(rng, W, 10)]
    return [(M, np.zeros(M.shape[1])) for M in ends]


# %% [markdown]
# First the start, before any training. What twenty hidden layers do to the spread and to the cosine of
# 64 digits, the mean of three seeds:

# %%
data, rows = digits(), []
kinds = ("mirrored, orthogonal", "mirrored, LeCun", "He")
for kind in kinds:
    starts = [begin(kind, np.random.default_rng(seed), 20, made) for seed in range(3)]
    hs = [mlp.forward(params, data.x_test[:64]) for params in starts]
    ends = [np.mean([f(h[k]) for h in hs]) for f in (np.std, mean_cosine) for k in (1, 20)]
    rows.append([kind, *(f"{end:.2f}" for end in ends)])
plot.table(rows, header=["kind", "spread, layer 1", "layer 20", "cosine, layer 1", "layer 20"])

# %% [markdown]
# All three spreads are level. What differs is the cosine: orthogonal matrices keep it, LeCun's let it
# rise, and He's weights leave the digits with nearly one direction. Now train:


# %%
def trained(params, data, rng, lr, steps=100, B=32):
    with np.errstate(all="ignore"):  # too large a rate overflows, and scores as guessing
        for _ in range(steps):
            few = rng.integers(len(data.x_train), size=B)
            _, grads = mlp.loss_and_gradients(params, data.x_train[few], data.y_train[few])
            params = mlp.gradient_step(params, grads, lr)
        return 100 * mlp.accuracy(params, data.x_test, data.y_test)


def scores(kind, depth, data, made, seeds=(0, 1, 2)):
    tried = []
    for lr in (0.03, 0.1) if depth < 20 else (0.01, 0.03):
        rngs = [np.random.default_rng(seed) for seed in seeds]
        tried.append([trained(begin(kind, r, depth, made), data, r, lr) for r in rngs])
    return max(tried, key=np.mean)


# %% [markdown]
# In the figure a line is the mean of the three seeds, and its band reaches from the worst to the best.

# %%
data, depths = digits(), (5, 10, 20, 40, 80)
reached = {kind: [scores(kind, depth, data, made) for depth in depths] for kind in kinds}
curves.depths_reached(depths, reached)
deepest = {
    kind: max((d for d, r in zip(depths, runs, strict=True) if np.mean(r) > 50), default=0)
    for kind, runs in reached.items()
}
for kind, depth in deepest.items():
    print(f"{kind}: reads more than half of the digits with up to {depth} layers")
print(made.credit("Your deep reader"))
del data  # 63 MB

# %% [markdown]
# At five layers all three read about four digits in five. The explanation survives its test: the
# kinds fail in the order in which they lose directions, and the kind that keeps them all trains
# deepest. But orthogonal weights keep the directions of gradients as well, so the test doesn't say
# which of the two counts. And it is one data set, one width and 100 steps.

# %% [markdown]
# ## What you measured

# %%
relu_ends = ", ".join(last["relu", c] for c in (1, 2, 25 / 9))
plot.table(
    [
        ["rank after training from constant weights", str(ranks["one half"])],
        ["exclusive or right, from constant weights", f"{right['one half']:.0f} %"],
        ["the same, nudged by a millionth", f"{right_nudged:.0f} %"],
        ["spread after 50 ReLU layers, variance 1/n, 2/n, 2.78/n", relu_ends],
        ["cosine of two examples after 50 layers, 2/n", f"{relu_cosine:.3f}"],
        ["torch.nn.Linear, variance × fan-in", f"{default_c:.2f}"],
        ["middle singular value of 50 LeCun layers", f"{stretch[128]:.0e}"],
        ["first loss of 50,257 classes, spread 2", f"{losses[2]:.1f}"],
        ["writes of 12 blocks, without and with scaling", f"{plain:.2f}, {scaled:.2f}"],
        ["deepest plain network, He", str(deepest["He"])],
        ["deepest plain network, mirrored orthogonal", str(deepest["mirrored, orthogonal"])],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** derive a scale for an activation and say what it assumes, tell a level spread from a
# healthy signal, read the last layer's scale off the first loss, and write layer norm.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. From one half the network learns something, from zero only the output's bias. Why the
#    difference?
#
#    <details><summary>Answer</summary>
#
#    Every gradient of this network but that of the output's bias has a factor $W_2$ or $h$. From zero
#    both are zero, and stay so. From one half they are not, so the loss falls; but all units get the
#    same gradient, stay equal, and together do the work of one.
#
#    </details>
#
# 2. Why does $\mathbb{E}[h^2]$ stand in the formula and not $\mathrm{Var}(h)$, and for which
#    activation are the two the same?
#
#    <details><summary>Answer</summary>
#
#    The weights are random and have mean 0, so even an $h$ that never varies, times random weights,
#    makes a $z$ that differs from draw to draw. The mean of $h$ contributes, and $\mathbb{E}[h^2] =
#    \mathrm{Var}(h) + (\mathbb{E}[h])^2$ holds both parts. They are the same where the mean is 0: for
#    an odd activation, such as tanh, whose inputs are symmetric about zero.
#
#    </details>
#
# 3. Fifty He layers hold the spread of activations. Why can the network be useless all the same?
#
#    <details><summary>Answer</summary>
#
#    The spread counts differences between units as well as between examples. The cosine of two different
#    examples rises to 0.99, so that all examples get nearly the same activations, and nearly the same
#    answer.
#
#    </details>
#
# 4. Your model prints a first loss of 13.3 at $K = 50{,}257$. How far do its logits spread?
#
#    <details><summary>Answer</summary>
#
#    $\ln K = 10.8$, so $\sigma^2/2 = 2.5$, and $\sigma \approx 2.2$.
#
#    </details>
#
# 5. From lesson *Backpropagation*: the gradient of cross-entropy is $(p - \text{onehot})/B$. What is
#    it for a network whose logits are all equal?
#
#    <details><summary>Answer</summary>
#
#    All $p$ are $1/K$. So it is $\frac{1}{KB}$ at every wrong class and $\frac1B\left(\frac1K -
#    1\right)$ at the right one: all wrong classes are pushed down a little, and the right one up by
#    what they lose.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it: the gain of one more activation, and layer norm's
# backward pass, derived in steps that you check one by one. It takes about three quarters of an hour.
#
# ### The gain of a leaky ReLU
#
# A **leaky ReLU** returns $z$ above zero and $\text{slope} \cdot z$ below. By hand, a slope of
# $\tfrac17$ has gain 1.4.
#
# ### Exercise: `leaky_gain`
#
# Change your derivation of He's variance so that it gives the gain of a leaky ReLU.


# %% tags=["exercise:initial.leaky_gain"]
def leaky_gain(slope):
    ...  # one line


# %%
ex.leaky_gain.check(leaky_gain)

# %% [markdown]
# ### The way back through layer norm
#
# Layer norm goes in three steps: centre the row, divide it by its root mean square, scale and
# shift. Its gradient goes through them in reverse. First each step by itself:
#
# **Centring.** $u_i = x_i - \frac1C \sum_j x_j$. So $x_j$ reaches $u_j$ with slope 1, and every $u_i$ with
# slope $-\frac1C$ through the mean. Adding over all paths,
#
# $$dx_j = du_j - \frac1C \sum_i du_i.$$


# %% tags=["worked:norm.center_backward"]
def center_backward(du):
    return du - du.mean(axis=-1, keepdims=True)


x3, du = np.random.default_rng(5).standard_normal((2, 2, 3))
slope = gradcheck.numerical_gradient(
    lambda x: ((x - x.mean(axis=-1, keepdims=True)) * du).sum(), x3
)
agree = np.allclose(center_backward(du), slope, atol=1e-8)
print(f"Nudging x gives the same slopes: {agree}")

# %% [markdown]
# **Dividing.** This is RMS norm: $y = \gamma\,x / r$ with $r = \sqrt{\frac1C\sum_i x_i^2 + \varepsilon}$.
# Again $x_j$ reaches $y$ on two ways, directly and through $r$. Write $\hat x = x/r$ and
# $d\hat x = \gamma\,dy$. First find $\partial r / \partial x_j$, then add both ways up.
#
# By hand: $x = (-3, 3, -3, 3)$, $\varepsilon = 16$, $\gamma$ all 10 and $dy = (1, 0, 0, 0)$ give $r = 5$,
# $dx = (1.82, 0.18, -0.18, 0.18)$ and $d\gamma = (-0.6, 0, 0, 0)$.
#
# ### Exercise: `rms_norm_backward`
#
# Return $dx$ and $d\gamma$.


# %% tags=["exercise:norm.rms_norm_backward"]
def rms_norm_backward(dy, x, gamma, eps=1e-5):
    ...  # about six lines


# %%
ex.rms_norm_backward.check(rms_norm_backward)

# %% [markdown]
# **All together.** Layer norm is centring, then RMS norm of $u = x - \mu$, then $+\beta$. By hand:
# $x = (1, 7, 1, 7)$ with the other numbers as before has $u = (-3, 3, -3, 3)$, so
# $dx = (1.32, -0.32, -0.68, -0.32)$, $d\gamma = (-0.6, 0, 0, 0)$ and $d\beta = (1, 0, 0, 0)$.
#
# ### Exercise: `layer_norm_backward`
#
# Build it from `center_backward` and `rms_norm_backward`. (Until yours works, `norm.rms_norm_backward`
# is the course's.) Return $dx$, $d\gamma$ and $d\beta$.


# %% tags=["exercise:norm.layer_norm_backward"]
def layer_norm_backward(dy, x, gamma, eps=1e-5):
    ...  # about three lines


# %%
ex.layer_norm_backward.check(layer_norm_backward)

# %% [markdown]
# Shifting a row changes nothing in $y$, so $dx$ sums to 0. Does stretching it change anything?

# %%
row = np.array([[1.0, 7, 1, 7]])
for eps in (0.0, 16.0):
    dx = norm.layer_norm_backward(np.eye(1, 4), row, np.full(4, 10.0), eps)[0]
    along = (dx * (row - row.mean())).sum()
    print(f"eps = {eps:g}: dx sums to {abs(dx.sum()):.2f}; dx · u = {along:.2f}")

# %% [markdown]
# Only at $\varepsilon = 0$ is the gradient free of every part along $u$. With $\varepsilon$ a stretched row
# does come out a little different.
#
# Now the gradients of fifty ReLU layers with a norm before each activation. The spread of the
# gradients that go in at the top is 1:


# %%
def first_gradients(x, dy, weights):
    one, zero, zs = np.ones(x.shape[1]), np.zeros(x.shape[1]), []
    for W in weights:
        zs.append(x @ W)
        x = layers.relu(norm.layer_norm(zs[-1], one, zero))
    for W, z in zip(reversed(weights), reversed(zs), strict=True):
        dz = layers.relu_backward(dy, norm.layer_norm(z, one, zero))
        dy = norm.layer_norm_backward(dz, z, one)[0] @ W.T
    return dy


for c in (1, 2, 256):
    print(
        f"variance {c}/n: first gradients spread by {first_gradients(x, dy, stack(0, c)).std():.1f}"
    )

# %% [markdown]
# After fifty layers their spread is 0.8, whatever the variance: wider weights make the gradient
# larger, and the norm, which divides by a larger root, makes it smaller by the same factor.

# %% [markdown]
# ## Sources
#
# - X. Glorot, Y. Bengio (2010), *Understanding the difficulty of training deep feedforward neural
#   networks*, https://proceedings.mlr.press/v9/glorot10a.html, eq. 12 and 16.
# - K. He, X. Zhang, S. Ren, J. Sun (2015), *Delving deep into rectifiers*,
#   https://arxiv.org/abs/1502.01852, eq. 10.
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998), *Efficient BackProp*,
#   https://doi.org/10.1007/3-540-49430-8_2, section 4.6.
# - A. Saxe, J. McClelland, S. Ganguli (2014), *Exact solutions to the nonlinear dynamics of learning in
#   deep linear neural networks*, https://arxiv.org/abs/1312.6120: orthogonal draws.
# - J. Ba, J. Kiros, G. Hinton (2016), *Layer normalization*, https://arxiv.org/abs/1607.06450.
# - A. Radford et al. (2019), *Language models are unsupervised multitask learners*, section 2.3: residual
#   scaling.
# - D. Balduzzi et al. (2017), *The shattered gradients problem*, https://arxiv.org/abs/1702.08591: mirrored
#   ("looks linear") weights.
# - B. Zhang, R. Sennrich (2019), *Root mean square layer normalization*, https://arxiv.org/abs/1910.07467.
