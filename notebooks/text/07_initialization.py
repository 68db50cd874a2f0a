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
# Before the first step of training, a network is already good or hopeless. What decides is one number
# for each layer: how widely its weights are drawn.
#
# **You will** see signals vanish and explode through fifty layers, derive the scales of Xavier and He
# and find where each derivation fails, predict the loss of a network that knows nothing, and build
# layer norm forward and back.
#
# **You need** lesson *Backpropagation*: affine layers, backpropagation, cross-entropy. From probability: variances of
# independent terms add.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $h$ | what goes into a layer; a row is an example | $(B, n_\text{in})$ |
# | $W$ | weights, drawn with mean 0 and variance $\mathrm{Var}(W)$ | $(n_\text{in}, n_\text{out})$ |
# | $z = hW$ | what goes into the activation $f$ | $(B, n_\text{out})$ |
# | $c$ | $n_\text{in} \cdot \mathrm{Var}(W)$, the scale without the size | |
# | $dh$ | gradient of the loss with respect to $h$ | as $h$ |
# | $K$, $\sigma$ | number of classes, spread of the logits | |
# | spread | short for standard deviation, the root of the variance | |
# | fan-in | $n_\text{in}$, how many inputs one unit adds up | |
# | $\gamma$, $\beta$ | scale and shift of layer norm | $(C,)$ |

# %% tags=["setup"]
import numpy as np
import torch

from course.data import digits
from course.interactive import plot, predict
from course.lessons.initialization import bank as ex
from course.lessons.initialization import diagrams, widgets
from course.networks import initial, layers, mlp, norm, optim

# %% [markdown]
# ## Why not start at zero?
#
# *Weights have to begin somewhere. Why not all at zero, or all at one half?*
#
# The exclusive or is the smallest problem that needs a hidden layer: two inputs, and the label says
# whether they have the same sign. Eight tanh units, 1,500 steps of Adam, an
# update rule that you build in lesson *Optimizers*.


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

# %%
fig, axes = plot.figure(1, 3, width=9, height=3.2, sharey=True)
side = np.linspace(-1, 1, 80)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
for ax, (name, p) in zip(axes, learnt.items(), strict=True):
    z = logits(p, grid)
    ax.imshow((z[:, 1] - z[:, 0]).reshape(80, 80) > 0, extent=(-1, 1, -1, 1), origin="lower",
              cmap="Blues", alpha=0.5, vmin=0, vmax=1.5)  # fmt: skip
    for label, mark in enumerate("ox"):
        few = x[:150][y[:150] == label]
        ax.scatter(*few.T, s=12, marker=mark, color=plot.COLORS[label], linewidths=1)
    ax.grid(False)
    ax.set(title=f"from {name}: {right[name]:.0f} %", xlabel="first input", aspect="equal")
axes[0].set_ylabel("second input")
plot.show(
    fig,
    alt="Three panels of the exclusive-or points. From zero the whole square gets one class. From "
    "one half a single straight cut takes off one corner. From random weights all four quarters "
    "are told apart.",
)

# %% [markdown]
# From zero nothing moves but the output's bias: every gradient has a factor $W_2$ or $h$ in it, and
# both are zero. From one half the loss falls, but the eight units are one unit eight times over: equal
# weights give equal gradients, and equal updates keep them equal. The matrix has rank 1, all columns
# alike (lesson *Linear algebra*), after 1,500 steps as before the first, and one unit makes one straight cut.
#
# How much difference is needed?

# %%
nudge = predict.choice(
    "initialization.nudge",
    "Add noise of one millionth to the weights of one half, and train as before. The result is …",
    ["as bad as one half", "halfway between", "as good as random weights"],
)
nudge

# %%
W1, W2 = starts["one half"]
nudged = learn(W1 + 1e-6 * np.random.default_rng(1).standard_normal(W1.shape), W2, x, y)
right_nudged = 100 * np.mean(logits(nudged, x).argmax(1) == y)
assert right_nudged > 95
nudge.reveal("as good as random weights", shown=f"{right_nudged:.0f} % right")

# %% [markdown]
# A millionth is enough here: equal units balance on a knife's edge, and training amplifies whatever
# tips them. To make units *different*, any randomness will do. The rest of this lesson is about
# something else: how *large* the draws must be.

# %% [markdown]
# ## One layer: what happens to the variance
#
# *If I know the spread of what goes in, what is the spread of what comes out?*
#
# One unit computes $z = \sum_i h_i w_i$. Assume the weights independent, of mean 0, and independent of
# $h$. Then $\mathbb{E}[h_i w_i] = 0$, the products are uncorrelated, and
#
# $$\mathrm{Var}(z) = \sum_i \mathbb{E}[h_i^2]\,\mathbb{E}[w_i^2]
#   = n_\text{in} \cdot \mathrm{Var}(W) \cdot \mathbb{E}[h^2].$$
#
# It is the second moment of $h$ that counts, not its variance: nothing was said about the mean of $h$.
# By hand: $h = (1, 3)$ and $\mathrm{Var}(W) = \tfrac12$ give $2 \cdot \tfrac12 \cdot (1 + 9)/2 = 5$.
#
# ### Exercise: `layer_variance`
#
# Predict the variance of $z$ from the batch $h$.


# %% tags=["exercise:initial.layer_variance"]
def layer_variance(h, var_w):
    ...  # two lines


# %%
ex.layer_variance.check(layer_variance)

# %% [markdown]
# Predicted, then measured, with an $h$ whose mean is far from zero:

# %%
h = layers.relu(rng.standard_normal((500, 256)) + 1)
z = h @ initial.normal(rng, 256, 512, std=0.1)
expected = initial.layer_variance(h, 0.1**2)
print(f"Var(z): predicted {expected:.1f}, measured {z.var():.1f}")
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


# %%
def stack(seed, c, n=256, depth=50):
    rng = np.random.default_rng(seed)
    return [initial.normal(rng, n, n, std=np.sqrt(c / n)) for _ in range(depth)]


x, dy = np.random.default_rng(1).standard_normal((2, 64, 256))
hs, _ = propagate(x, stack(0, c=256), "relu")
print(f"N(0, 1) weights, ReLU: after 50 layers a spread of 10^{np.log10(hs[-1].std()):.0f}")

# %% [markdown]
# With $N(0, 1)$ each layer of width 256 multiplies the spread by about $\sqrt{256/2} \approx 11$. The
# cure suggests itself: $\mathrm{Var}(W) = 1/n_\text{in}$, so that $\mathrm{Var}(z) = \mathbb{E}[h^2]$.
# This is LeCun's choice.

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
scales = [("relu", 1), ("relu", 2), ("relu", 2.78), ("tanh", 1)]
spread = {s: [h.std() for h in propagate(x, stack(0, s[1]), s[0])[0]] for s in scales}
last = {s: f"{spread[s][-1]:.1g}" for s in scales}
vanish.reveal(spread["relu", 1][-1], shown=f"a spread of {last['relu', 1]}")

# %%
fig, ax = plot.figure(width=8, height=3.6)
for i, (name, c) in enumerate(scales):
    ax.plot(spread[name, c], color=plot.COLORS[i], ls=plot.LINES[i], label=f"{name}, variance {c}/n")
ax.set(yscale="log", xlabel="layer", ylabel="standard deviation of activations")
ax.legend(loc="lower left")
plot.show(
    fig,
    alt="Standard deviation of activations over 50 layers on a logarithmic axis. ReLU with variance "
    "1/n falls in a straight line by eight powers of ten, with 2/n stays level, with 2.78/n rises "
    "by three; tanh with 1/n sinks slowly to about a tenth.",
)
print(", ".join(f"{name} {c}/n: {last[name, c]}" for name, c in scales))

# %% [markdown]
# Straight lines on a logarithmic axis: one factor for each layer. Variance $2/n$ holds, $1/n$ vanishes,
# and $2.78/n$, only 39 % more (a factor meant for tanh), ends thousands of times too large. Tanh
# forgives: what is large it squeezes, and what is small it passes on almost unchanged.

# %% [markdown]
# ## Backward: Xavier
#
# *The gradient runs through the same weights the other way. What does it ask for?*


# %% tags=["worked:initial.propagate_back"]
def propagate_back(dy, zs, weights, name):
    _, slope = initial.activation(name)
    dhs = [dy]
    for W, z in zip(reversed(weights), reversed(zs), strict=True):
        dhs.append((dhs[-1] * slope(z)) @ W.T)
    return dhs[::-1]


# %% [markdown]
# In $dh = dz\,W^\top$ each entry sums over $n_\text{out}$ terms. So, for an activation close to
# $f(z) = z$:
#
# $$\text{forward: } n_\text{in}\mathrm{Var}(W) = 1, \qquad
#   \text{backward: } n_\text{out}\mathrm{Var}(W) = 1, \qquad
#   \text{Xavier: } \mathrm{Var}(W) = \frac{2}{n_\text{in} + n_\text{out}}.$$
#
# *Assumed*: $f(z) \approx z$, so an odd activation of slope 1 at zero, and independent weights.
# *Where it fails*: for ReLU, which is neither, as the falling line above shows.
#
# Glorot and Bengio drew from a uniform distribution on $[-a, a]$, whose variance is $a^2/3$. A
# **gain** multiplies the weights for other activations. By hand: $n_\text{in} = 2$,
# $n_\text{out} = 4$, gain 1 want variance $\tfrac13$, so $a = 1$.
#
# ### Exercise: `xavier_uniform`
#
# Draw $W$ of shape $(n_\text{in}, n_\text{out})$ with
# `rng.uniform`.


# %% tags=["exercise:initial.xavier_uniform"]
def xavier_uniform(rng, n_in, n_out, gain=1.0):
    ...  # the bound, then the draw


# %%
ex.xavier_uniform.check(xavier_uniform)

# %% [markdown]
# ## Half is lost: He
#
# *What does a ReLU take away?*
#
# If $z$ is symmetric about zero, half of the squares are set to zero: $\mathbb{E}[h^2] = \tfrac12
# \mathrm{Var}(z)$. Put into the formula of 5.1, level spread needs
#
# $$n_\text{in} \cdot \mathrm{Var}(W) \cdot \tfrac12 = 1 \quad\Rightarrow\quad
#   \mathrm{Var}(W) = \frac{2}{n_\text{in}}.$$
#
# By hand: $n_\text{in} = 8$ wants variance $\tfrac14$, a standard deviation of $\tfrac12$.
#
# ### Exercise: `he_normal`
#
# Draw $W$ from a normal distribution, by He's rule.


# %% tags=["exercise:initial.he_normal"]
def he_normal(rng, n_in, n_out):
    ...  # one line


# %%
ex.he_normal.check(he_normal)

# %% [markdown]
# *Assumed*: that averages over units stand for expectations, so wide layers. *Where it fails*: in narrow
# ones. Twenty networks of each width, 50 layers, variance $2/n$:

# %%
lucks = {}
for n in (16, 256):
    ends = [propagate(x[:, :n], stack(s, 2, n), "relu")[0][-1].std() for s in range(20)]
    lucks[n] = np.log10(max(ends) / max(min(ends), 1e-30))
    print(f"width {n}: the widest spread is about {10 ** round(lucks[n]):,} times the narrowest")

# %% [markdown]
# The rule holds the mean square; a single narrow network may still die, and the deeper the sooner.
#
# Now look inside. Set the scale to 1, to 2, to 2.8. Then choose tanh and find the scale at which
# the activations pile up at $\pm 1$: what do the gradients do there?

# %%
widgets.layers()

# %% [markdown]
# For tanh above 1 the activations look healthy at every layer while the gradient grows by powers of
# ten toward the input: a forward pass alone can't tell you that a network is well initialized.
#
# Does it matter in the end, when training can correct everything? Twelve hidden layers of 64 ReLUs
# on our digits, two passes through the data by plain gradient descent:


# %%
def trained_accuracy(c, data, depth=12, lr=0.01):
    rng = np.random.default_rng(0)
    params = mlp.init(rng, [784] + [64] * depth + [10])  # He's, so variance 2 / n
    params = [(np.sqrt(c / 2) * W, b) for W, b in params]
    with np.errstate(all="ignore"):  # large scales overflow, and are meant to
        *_, (params, _) = mlp.train(params, data.x_train, data.y_train, rng=rng, epochs=2, lr=lr)
        return 100 * mlp.accuracy(params, data.x_test, data.y_test)


# %%
data = digits()
cs = (0.5, 1, 1.5, 2, 2.5, 4, 8)
accuracy = {c: trained_accuracy(c, data) for c in cs}
fig, ax = plot.figure(width=7, height=3)
ax.plot(cs, list(accuracy.values()), "o-")
ax.axhline(10, color=plot.FAINT, ls=":", lw=1.2)
ax.text(5, 12, "guessing", color=plot.INK)
ax.set(xlabel="variance × fan-in at the start", ylabel="digits recognised, %", ylim=(0, 100))
plot.show(
    fig,
    alt="Accuracy after two epochs over the initial variance times fan-in. Little more than 10 "
    "percent up to 1, over 60 at 1.5, over 85 at 2 and 2.5, about 60 at 4 and 10 percent at 8.",
)

# %% [markdown]
# Up to 1 the gradients that arrive below are too small to move anything; at 8 the first steps
# overflow. Between them lies a window. He's 2 is inside it and need not be its best place: the
# derivation is about the first step only.

# %% [markdown]
# ## A gain for any activation
#
# *And for an activation that nobody has derived anything for?*
#
# The derivation needs one number, $\mathbb{E}[f(z)^2]$ for $z \sim N(0, 1)$, and that can be drawn:
#
# $$\text{gain} = \frac{1}{\sqrt{\mathbb{E}[f(z)^2]}}, \qquad
#   \mathrm{Var}(W) = \frac{\text{gain}^2}{n_\text{in}}.$$
#
# By hand: for ReLU the mean is $\tfrac12$ and the gain $\sqrt 2$; for $f(z) = 3z$ it is $\tfrac13$.
#
# ### Exercise: `gain`
#
# Estimate it from `draws` random $z$.


# %% tags=["exercise:initial.gain"]
def gain(f, rng, draws=200_000):
    ...  # two lines


# %%
ex.gain.check(gain)

# %%
gains = {
    name: initial.gain(initial.activation(name)[0], np.random.default_rng(2))
    for name in ("relu", "tanh", "sigmoid")
}
plot.table(
    [[name, f"{g:.2f}", f"{torch.nn.init.calculate_gain(name):.2f}"] for name, g in gains.items()],
    header=["activation", "gain from random draws", "torch.nn.init.calculate_gain"],
)

# %% [markdown]
# PyTorch's 5/3 for tanh and 1 for the sigmoid are conventions; only the ReLU's is derived. *Where it
# fails*: going back, $\mathbb{E}[f'(z)^2]$ counts, and one gain serves both directions only for
# an $f$ as simple as ReLU. With the gain that holds tanh level going forward:

# %%
hs, zs = propagate(x, stack(0, gains["tanh"] ** 2), "tanh")
dhs = propagate_back(dy, zs, stack(0, gains["tanh"] ** 2), "tanh")
print(f"activations, layer 10 and 50: {hs[10].std():.2f} and {hs[50].std():.2f}")
print(f"gradients, layer 50 and 0: {dhs[50].std():.1f} and {dhs[0].std():.0f}")

# %% [markdown]
# Which of these rules does the most used layer in the world follow?

# %%
default = predict.choice(
    "initialization.default",
    "The weights of a fresh torch.nn.Linear(256, 512) have variance × fan-in …",
    ["1, LeCun's", "2, He's", "2/3, Xavier's here", "none of these"],
)
default

# %%
torch.manual_seed(0)
default_c = 256 * torch.nn.Linear(256, 512).weight.var().item()
hs, _ = propagate(x, stack(0, 1 / 3), "relu")
default_end = np.log10(hs[-1].std())
default.reveal("none of these", shown=f"{default_c:.2f}")
print(f"50 ReLU layers at 1/3 leave a spread of 10^{default_end:.0f}")

# %% [markdown]
# One third: it draws evenly from $\pm 1/\sqrt{n_\text{in}}$, an inheritance that no one derived for
# ReLU. Shallow networks don't mind. Deep ones need a rule, or a norm.

# %% [markdown]
# ## Variance is not everything
#
# *Fifty linear layers of variance $1/n$ hold the variance. Do they hold the signal?*
#
# The product of the fifty matrices is one matrix, and its singular values say by how much it
# stretches each direction. Over many draws the mean of their squares is 1; one draw comes near it.

# %%
middle = predict.number(
    "initialization.middle",
    "256 singular values of a product of 50 such matrices: how large is the middle one?",
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


# %%
rng = np.random.default_rng(4)
draws = {"LeCun": initial.lecun_normal, "orthogonal": orthogonal}
singular = {
    name: np.linalg.svd(
        np.linalg.multi_dot([draw(rng, 256, 256) for _ in range(50)]), compute_uv=False
    )
    for name, draw in draws.items()
}
middle_value = singular["LeCun"][128]
middle.reveal(middle_value, shown=f"{middle_value:.0e}")
print(f"mean square of these 256: {np.mean(singular['LeCun'] ** 2):.1f}; over many draws 1")

# %%
fig, ax = plot.figure(width=7.5, height=3)
for i, (name, s) in enumerate(singular.items()):
    ax.plot(s, color=plot.COLORS[i], ls=plot.LINES[i], label=name)
ax.set(yscale="log", ylim=(1e-12, 1e3), xlabel="singular value, largest first", ylabel="stretch")
ax.legend(loc="lower left")
plot.show(
    fig,
    alt="Singular values of a product of 50 matrices of width 256, logarithmic. For LeCun draws "
    "they fall from about ten to below a millionth within the first half; for orthogonal ones all "
    "are exactly 1.",
)

# %% [markdown]
# The variance was held by a few directions that grew while almost all died. An orthogonal matrix
# stretches nothing, nor does a product of them: every singular value is 1. That pays in deep linear
# chains and recurrent networks; a ReLU between the layers spoils it.

# %% [markdown]
# ## The loss before the first step
#
# *Your classifier's first printed loss is 12.8. Is that a bug?*
#
# Assume $K$ logits drawn independently from $N(0, \sigma^2)$. The loss is $\ln \sum_j e^{z_j} - z_y$; the
# second term has mean 0, and the sum is about $K\,\mathbb{E}[e^z] = K e^{\sigma^2/2}$. So
#
# $$\text{loss} \approx \ln K + \frac{\sigma^2}{2}.$$
#
# By hand: $K = 10$ gives 2.303 at $\sigma = 0$ and 4.303 at $\sigma = 2$.
#
# ### Exercise: `expected_loss`
#
# Write it, with `std` for $\sigma$.


# %% tags=["exercise:initial.expected_loss"]
def expected_loss(K, std=0.0):
    ...  # one line


# %%
ex.expected_loss.check(expected_loss)

# %%
start = predict.number(
    "initialization.start",
    "GPT-2 has 50,257 classes, so ln K = 10.8. What is its first loss if the logits spread by 2?",
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


spreads = (0, 1, 2, 8)
losses = {s: first_loss(s) for s in spreads}
start.reveal(losses[2], shown=f"{losses[2]:.1f} nats")
plot.table(
    [[s, f"{losses[s]:.1f}", f"{initial.expected_loss(50257, s):.1f}"] for s in spreads],
    header=["spread of the logits", "measured loss", "ln K + σ²/2"],
)

# %% [markdown]
# *Where it fails*: at 8. The mean of $e^z$ then rests on draws so rare that 50,257 logits don't
# contain them. For a sane start it holds, and is the cheapest test there is: **if the first loss is far
# above $\ln K$, the last layer is drawn too wide.**

# %% [markdown]
# ## The other way out: normalise
#
# *Instead of drawing weights so that the spread survives, why not restore it at every layer?*
#
# **Layer norm** gives each example mean 0 and variance 1 over its $C$ features, then lets the network
# scale and shift:
#
# $$y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta, \qquad
#   \mu = \frac1C \sum_i x_i, \quad \sigma^2 = \frac1C \sum_i (x_i - \mu)^2.$$
#
# Averages run along a row, so one example never looks at another; $\gamma$ and $\beta$ belong to the
# columns.

# %%
diagrams.norm()

# %% [markdown]
# By hand: $x = (1, 3)$ has $\mu = 2$, $\sigma^2 = 1$. With $\varepsilon = 3$, $\gamma = 1$ and $\beta = 0$
# it becomes $(-1, 1)/\sqrt{1 + 3} = (-0.5, 0.5)$.
#
# ### Exercise: `layer_norm`
#
# $x$ has shape $(\dots, C)$; each row is on its own.


# %% tags=["exercise:norm.layer_norm"]
def layer_norm(x, gamma, beta, eps=1e-5):
    ...  # three lines


# %%
ex.layer_norm.check(layer_norm)

# %% [markdown]
# Going back, $x$ acts on $y$ directly, through $\mu$ and through $\sigma^2$. With $\hat x = (x - \mu)/s$,
# $s = \sqrt{\sigma^2 + \varepsilon}$ and $d\hat x = \gamma\,dy$ the three ways add up to
#
# $$dx = \frac1s \left( d\hat x - \overline{d\hat x} - \hat x\, \overline{d\hat x\,\hat x} \right),
#   \qquad d\gamma = \sum dy\,\hat x, \qquad d\beta = \sum dy,$$
#
# bars for means over a row, sums over all rows. Shifting or stretching a row changes nothing in $y$, and
# the two subtracted terms remove just these directions. By hand: $x = (1, 3, 1, 3)$, $\varepsilon = 3$,
# $\gamma$ all 2, $dy = (1, 0, 0, 0)$: $s = 2$, $\hat x = (-\tfrac12, \tfrac12, -\tfrac12, \tfrac12)$ and
# $d\hat x = (2, 0, 0, 0)$, of mean $\tfrac12$; $d\hat x\,\hat x$ has mean $-\tfrac14$. So
# $dx = (0.6875, -0.1875, -0.3125, -0.1875)$, $d\gamma = (-0.5, 0, 0, 0)$, $d\beta = (1, 0, 0, 0)$.
#
# ### Exercise: `layer_norm_backward`
#
# Return $dx$, $d\gamma$, $d\beta$.


# %% tags=["exercise:norm.layer_norm_backward"]
def layer_norm_backward(dy, x, gamma, eps=1e-5):
    ...  # about seven lines


# %%
ex.layer_norm_backward.check(layer_norm_backward)

# %% [markdown]
# Now fifty ReLU layers again, with a norm before each activation, at scales that were hopeless:


# %%
def normed(x, dy, weights):
    one, zero, zs, h = np.ones(x.shape[1]), np.zeros(x.shape[1]), [], x
    for W in weights:
        zs.append(h @ W)
        h = layers.relu(norm.layer_norm(zs[-1], one, zero))
    for W, z in zip(reversed(weights), reversed(zs), strict=True):
        dz = layers.relu_backward(dy, norm.layer_norm(z, one, zero))
        dy = norm.layer_norm_backward(dz, z, one)[0] @ W.T
    return h.std(), dy.std()


# %%
ends = {c: normed(x, dy, stack(0, c)) for c in (1, 2, 256, 1e-4)}
for c, (forward, back) in ends.items():
    print(f"variance {c:g}/n: last activations {forward:.2f}, first gradients {back:.2f}")

# %% [markdown]
# Level, in both directions, whether the variance is 1 or 256: to scale $W$ is to stretch a row, and the
# norm undoes it. *Where it fails*: when rows become as small as $\sqrt\varepsilon$, as in the last line,
# where $\varepsilon$ begins to count. Nor does it break symmetry: it makes equal units all zero.

# %% [markdown]
# ## Residual streams
#
# *A GPT never replaces its signal; each block adds to it. What does adding do to the spread?*
#
# Independent terms add their variances. A block writes twice, once from attention and once from the
# MLP, so after $L$ blocks the **residual stream** has variance $1 + 2L \cdot s^2$ if each write has variance $s^2$.
# GPT-2 holds it by drawing the matrices that write with
#
# $$s = \frac{\text{std}}{\sqrt{2L}}.$$
#
# By hand: std 0.02 and 8 blocks give $0.02/4 = 0.005$.
#
# ### Exercise: `residual_std`
#
# Write it.


# %% tags=["exercise:initial.residual_std"]
def residual_std(std, blocks):
    ...  # one line


# %%
ex.residual_std.check(residual_std)


# %%
def stream(rng, std, blocks=48, n=256):
    h, one, zero = rng.standard_normal((64, n)), np.ones(n), np.zeros(n)
    for _ in range(2 * blocks):
        h = h + norm.layer_norm(h, one, zero) @ initial.normal(rng, n, n, std)
    return h.std()


plain = stream(np.random.default_rng(0), 1 / np.sqrt(256))
scaled = stream(np.random.default_rng(0), initial.residual_std(1 / np.sqrt(256), 48))
print(f"after 48 blocks: {plain:.1f} without the scaling, {scaled:.1f} with it")

# %% [markdown]
# Without it the spread grows as $\sqrt{1 + 2L}$, and every later block writes relatively less. With it
# the whole stack adds as much as there was at the start.

# %% [markdown]
# ## What you measured

# %%
relu_ends = ", ".join(last["relu", c] for c in (1, 2, 2.78))
deep_accuracy = ", ".join(f"{accuracy[c]:.0f} %" for c in (1, 2, 8))
first_losses = ", ".join(f"{losses[s]:.1f}" for s in (0, 1, 2))
plot.table(
    [
        ["rank after training from constant weights", str(ranks["one half"])],
        ["exclusive or right, from constant weights", f"{right['one half']:.0f} %"],
        ["the same, nudged by a millionth", f"{right_nudged:.0f} %"],
        ["spread after 50 ReLU layers, variance 1/n, 2/n, 2.78/n", relu_ends],
        ["spread after 50 tanh layers, variance 1/n", last["tanh", 1]],
        ["12 layers trained, variance 1/n, 2/n, 8/n", deep_accuracy],
        ["torch.nn.Linear, variance × fan-in", f"{default_c:.2f}"],
        ["middle singular value of 50 LeCun layers", f"{middle_value:.0e}"],
        ["first loss of 50,257 classes, spread 0, 1, 2", first_losses],
        ["48 blocks, without and with residual scaling", f"{plain:.1f}, {scaled:.1f}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** choose a scale for any activation and say what was assumed, tell from the first loss
# whether the last layer is sane, and write layer norm with its gradient. In lesson *A small GPT* the GPT starts
# from exactly these rules, and its first loss is a test.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Constant weights learn something, zero weights nothing. Why the difference?
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
# 3. A colleague draws uniformly between $\pm\sqrt{2/n_\text{in}}$ for ReLU. By what factor does the
#    spread change at each layer?
#
#    <details><summary>Answer</summary>
#
#    A uniform draw on $\pm a$ has variance $a^2/3$, here $\frac{2}{3 n_\text{in}}$. He's rule asks
#    for $2/n_\text{in}$, three times as much. So the mean square shrinks to a third at each layer,
#    and the spread by the factor $1/\sqrt3 \approx 0.58$.
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
# ## Sources
#
# - X. Glorot, Y. Bengio (2010), *Understanding the difficulty of training deep feedforward neural
#   networks*, eq. 12 and 16.
# - K. He, X. Zhang, S. Ren, J. Sun (2015), *Delving deep into rectifiers*, eq. 10.
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998), *Efficient BackProp*, section 4.6.
# - A. Saxe, J. McClelland, S. Ganguli (2014), *Exact solutions to the nonlinear dynamics of learning in
#   deep linear neural networks*: orthogonal draws.
# - J. Ba, J. Kiros, G. Hinton (2016), *Layer normalization*. A. Radford et al. (2019), *Language models are
#   unsupervised multitask learners*, section 2.3: residual scaling.
