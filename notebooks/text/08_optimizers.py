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
# # Optimizers
#
# Backpropagation says which way is down. How far to go, and what to remember of earlier steps, is the
# optimizer's part: a few lines that decide whether training takes minutes or days.
#
# **You will** derive the largest learning rate that can work, speed a ravine up twentyfold, build
# Adam and see what each of its pieces prevents, find the batch size that is worth its price, and watch
# rules fail where their derivations stop.
#
# **You need** lesson *Backpropagation*: gradients and a training loop. From calculus, the derivative of $x^2$.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $p$, $g$ | a parameter, and the gradient of the loss with respect to it | equal |
# | $\text{lr}$ | learning rate | |
# | $\lambda$ | curvature: the second derivative of the loss; with weights, the strength of decay | |
# | $\kappa$ | largest curvature over smallest | |
# | $v$, $m$ | what a rule remembers of earlier gradients | as $p$ |
# | $\mu$, $\beta$ | share of the memory that is kept at each step | |
# | $t$ | number of the step, from 1 | |
# | $B$ | examples in a batch | |

# %% tags=["setup"]
from functools import partial

import numpy as np

from course.data import digits
from course.interactive import plot, predict
from course.lessons.optimizers import bank as ex
from course.lessons.optimizers import diagrams, widgets
from course.networks import layers, mlp, optim, schedules, updates

# %% [markdown]
# ## The bowl, and how far a step may go
#
# *The gradient gives a direction. How long may the step be?*
#
# Take the simplest valley, $f(x) = \frac{\lambda}{2} x^2$, with gradient $\lambda x$. One step of
# gradient descent is a multiplication:
#
# $$x \leftarrow x - \text{lr} \cdot \lambda x = (1 - \text{lr}\,\lambda)\, x,
# \qquad x_t = (1 - \text{lr}\,\lambda)^t x_0 .$$
#
# It shrinks if and only if $|1 - \text{lr}\,\lambda| < 1$, that is $0 < \text{lr} < 2/\lambda$. By
# hand, $\lambda = 1$: at $\text{lr} = 0.5$ the factor is $0.5$; at $1$ the step lands in the middle;
# at $1.9$ it is $-0.9$, and $x$ jumps from wall to wall.

# %%
limit = predict.number(
    "optimizers.limit",
    "Half a percent above the limit, lr = 2.01/λ, from x = 1: how far out after 1,000 steps?",
    low=0,
    factor=3,
)
limit

# %%
below, above = (abs(1 - r) ** 1000 for r in (1.99, 2.01))
limit.reveal(above, shown=f"{above:,.0f}")
print(f"at 1.99/λ: {below:.5f}")

# %%
fig, ax = plot.figure(width=6, height=2.3)
t = np.arange(0, 11)
for r, color, line in zip((0.3, 1.9, 2.1), plot.COLORS, plot.LINES, strict=False):
    ax.plot(t, (1 - r) ** t, color=color, ls=line, marker="o", ms=3, label=f"lr = {r}/λ")
ax.set(xlabel="step", ylabel="x, the minimum at 0")
ax.legend(ncols=2)
plot.show(
    fig,
    alt="Distance from the minimum over 10 steps. At 0.3 over lambda it falls smoothly, at 1.9 it "
    "jumps from side to side and shrinks, at 2.1 the jumps grow.",
)

# %% [markdown]
# There is nothing gradual about the limit. But the derivation assumes **one curvature, the same
# everywhere**, and on real digits it is not. One affine layer with cross-entropy, started at zero, finds
# all $K$ classes equally likely, and there its greatest curvature is
# $\lambda = \lambda_{\max}(x^\top x / N) / K$.

# %%
data = digits()
x, y = data.x_train[:2000], data.y_train[:2000]
steepest = np.linalg.eigvalsh(x.T @ x / len(x))[-1] / 10
print(f"λ = {steepest:.2f} at the start, so the limit is lr = {2 / steepest:.2f}")

# %%
real = predict.choice(
    "optimizers.real",
    "On the digits, 1.5 times above that limit, the loss …",
    ["blows up", "stays where it is", "falls, and faster than below the limit"],
)
real


# %%
def softmax_regression(W, x, y):
    z = x @ W
    return layers.cross_entropy(z, y), x.T @ layers.cross_entropy_backward(z, y)


# %%
curves = {}
for r in (0.5, 0.95, 1.5, 4.0):
    W, curves[r] = np.zeros((784, 10)), []
    for _ in range(40):
        loss, dW = softmax_regression(W, x, y)
        curves[r].append(loss)
        W = W - r * 2 / steepest * dW
assert np.all(np.diff(curves[1.5]) < 0)
assert curves[1.5][-1] < curves[0.95][-1]
real.reveal("falls, and faster than below the limit")

# %%
fig, ax = plot.figure(width=6.2, height=2.4)
for (r, curve), color, line in zip(curves.items(), plot.COLORS, plot.LINES, strict=False):
    ax.plot(curve, color=color, ls=line, label=f"{r} × limit")
ax.set(xlabel="step", ylabel="loss on 2,000 digits", ylim=(0, 7))
ax.legend(ncols=2)
plot.show(
    fig,
    alt="Loss of softmax regression over 40 steps. At half the limit it falls slowly, at 0.95 faster, "
    "at 1.5 times the limit fastest of these and without a rise. At four times the limit it first "
    "jumps above its start, then falls below the others.",
)

# %% [markdown]
# Above the limit the run does not die. As the classes come apart the curvature drops, and with it the
# danger; even at four times the limit the run jumps about until it lands where it is flat enough. The
# limit holds for here and now. Deep networks trained on all their data climb to it by themselves and
# hover there (Cohen and others, 2021).

# %% [markdown]
# ## The ravine, and a ball with momentum
#
# *Two directions, two curvatures, one learning rate. What then?*
#
# The steep direction sets the limit, the flat one has to live with it. With
# $\kappa = \lambda_{\max}/\lambda_{\min}$ the best rate is $2/(\lambda_{\min} + \lambda_{\max})$, and
# both directions shrink by $(\kappa - 1)/(\kappa + 1)$ a step: nearly 1. A ball with **momentum** does better. It keeps
# a velocity $v$,
#
# $$v \leftarrow \mu v + g, \qquad p \leftarrow p - \text{lr} \cdot v .$$
#
# By hand, with $p = 1$, $g = 2$, $v = 10$, $\text{lr} = 0.1$, $\mu = 0.5$: the new $v$ is $7$, and
# $p$ becomes $0.3$.
#
# ### Exercise: `momentum_step`
#
# Write it as a pure function: new arrays out, the old ones
# as they were. Return $p$, then $v$.


# %% tags=["exercise:updates.momentum_step"]
def momentum_step(p, g, v, *, lr, momentum=0.9):
    ...  # two lines


# %%
ex.momentum_step.check(momentum_step)

# %% [markdown]
# Nesterov's rule looks one step ahead: whatever happens, the ball will roll on by $\mu v$, so count
# that in now.
#
# $$v \leftarrow \mu v + g, \qquad p \leftarrow p - \text{lr}\,(g + \mu v)$$
#
# With the numbers above: $g + \mu v = 2 + 0.5 \cdot 7 = 5.5$, so $p$ becomes $0.45$.
#
# ### Exercise: `nesterov_step`
#
# The $v$ in the step is the new one. Return $p$, then $v$.


# %% tags=["exercise:updates.nesterov_step"]
def nesterov_step(p, g, v, *, lr, momentum=0.9):
    ...  # two lines


# %%
ex.nesterov_step.check(nesterov_step)

# %% [markdown]
# How much does a ball gain? In each direction a step maps $(p, v)$ by a 2×2 matrix of determinant $\mu$
# and trace (the sum of its diagonal) $1 + \mu - \text{lr}\,\lambda$. Its eigenvalues are complex, and then both of size
# $\sqrt\mu$, while $(1 - \sqrt\mu)^2 \le \text{lr}\,\lambda \le (1 + \sqrt\mu)^2$. Let the two ends of
# the ravine touch the two bounds, and divide:
#
# $$\sqrt\mu = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad
# \text{lr} = \frac{4}{(\sqrt{\lambda_{\min}} + \sqrt{\lambda_{\max}})^2}.$$
#
# Compared with plain descent, $\sqrt\kappa$ stands where $\kappa$ stood.


# %%
def descend(step, curvature, steps, *, noise=0.0, **settings):
    rng = np.random.default_rng(0)
    p, v, distance = np.ones(len(curvature)), np.zeros(len(curvature)), []
    for _ in range(steps):
        distance.append(np.linalg.norm(p))
        g = curvature * p + noise * rng.normal(size=p.shape)
        p, v = step(p, g, v, **settings)
    return np.array(distance)


def best_settings(kappa):
    root = np.sqrt(kappa)
    gradient_descent = {"lr": 2 / (1 + kappa), "momentum": 0.0}
    heavy_ball = {"lr": 4 / (1 + root) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2}
    return gradient_descent, heavy_ball


# %%
needed = {}
for kappa in (10, 100, 1000):
    paths = [
        descend(updates.momentum_step, np.array([1.0, kappa]), 6000, **settings)
        for settings in best_settings(kappa)
    ]
    needed[kappa] = [int(np.argmax(d < 1e-4 * d[0])) for d in paths]
rows = [[kappa, plain, ball, plain / ball] for kappa, (plain, ball) in needed.items()]
plot.table(rows, header=["κ", "gradient descent", "heavy ball", "ratio"])

# %% [markdown]
# Steps until the distance is a ten-thousandth of what it was. At $\kappa = 1000$ the ball needs
# about a twentieth.
#
# The derivation assumes a **quadratic without noise**. A ball that sums its last eight gradients also
# sums eight pieces of noise:

# %%
fig, ax = plot.figure(width=6.6, height=2.5)
names, floors = ("gradient descent", "heavy ball"), []
for k, settings in enumerate(best_settings(1000)):
    look = {"color": plot.COLORS[k], "ls": plot.LINES[k]}
    for noise, label in ((0.0, names[k]), (1.0, f"{names[k]}, noisy gradients")):
        d = descend(updates.momentum_step, np.array([1.0, 1000]), 5000, noise=noise, **settings)
        ax.plot(np.arange(0, 5000, 80), d[::80], lw=2 - 1.2 * noise, label=label, **look)
    floors.append(np.sqrt(np.mean(d[2500:] ** 2)))
ax.set(yscale="log", xlabel="step", ylabel="distance from the minimum", ylim=(1e-7, 5))
ax.legend(loc="lower right", fontsize=8)
plot.show(
    fig,
    alt="Distance from the minimum at kappa 1000, logarithmic. Without noise the heavy ball drops "
    "in a few hundred steps, gradient descent takes thousands. With noisy gradients both stop at a "
    "floor, and the heavy ball's floor lies several times higher.",
)
floor_ratio = floors[1] / floors[0]
print(f"with noise the heavy ball stops {floor_ratio:.0f} times farther out")

# %% [markdown]
# The ball still arrives early, but its floor is higher. Momentum buys speed along the ravine, not
# precision at its bottom.

# %% [markdown]
# ## Noise, batch size and learning rate
#
# *A batch is cheaper than all the data, and its gradient is wrong. How much of that can training
# take?*
#
# Strictly, SGD takes one example a step and minibatch descent $B$; `torch.optim.SGD` takes whatever
# gradient it is given.
#
# Let $g = \lambda x + \xi$ with noise $\xi$ of variance $\sigma^2/B$, independent of $x$. In the long
# run the variance of $x$ stays the same from step to step:
#
# $$\mathrm{Var} = (1 - \text{lr}\,\lambda)^2\, \mathrm{Var} + \text{lr}^2 \frac{\sigma^2}{B}
# \quad\Longrightarrow\quad
# \mathrm{Var} = \frac{\text{lr}}{B} \cdot \frac{\sigma^2}{\lambda\,(2 - \text{lr}\,\lambda)} .$$
#
# Far below the limit only $\text{lr}/B$ matters: twice the batch allows twice the rate. Five thousand
# walkers test it. It assumes **noise that is the same everywhere**. Where all examples agree at the
# minimum, noise vanishes there, and so does the floor.

# %%
rng = np.random.default_rng(1)
walkers = {"even": np.ones(5000), "vanishing": np.ones(5000)}
for _ in range(300):
    for name, w in walkers.items():
        size = 2.0 if name == "even" else 2.0 * w
        walkers[name] = w - 0.2 * (w + size * rng.normal(size=5000) / np.sqrt(16))
expected = np.sqrt(0.2 / 16 * 4 / (2 - 0.2))
assert walkers["vanishing"].std() < 1e-9
print(f"spread derived {expected:.3f}, measured {walkers['even'].std():.3f}; vanishing noise: 0")

# %% [markdown]
# Now real digits: for each batch size, the steps until the held-out loss is below 0.45, at the best of
# five learning rates.

# %%
batches = predict.number(
    "optimizers.batch", "A batch of 256, not 16: how many times fewer steps?", unit="times", low=1, high=16, factor=1.5
)
batches


# %%
def steps_until(B, lr, target, most, data):
    rng, W = np.random.default_rng(1), np.zeros((784, 10))
    for step in range(1, most + 1):
        rows = rng.integers(8000, size=B)
        W = W - lr * softmax_regression(W, data.x_train[rows], data.y_train[rows])[1]
        if step % 5 == 0:
            logits = data.x_test[:500] @ W
            if layers.cross_entropy(logits, data.y_test[:500]) < target:
                return step
    return most


# %%
rates, best = (0.05, 0.2, 0.5, 1.0, 2.0), {}
for B in (1, 4, 16, 64, 256):
    most = 1000 if B == 1 else 300 if B < 64 else 50
    best[B] = min((steps_until(B, lr, 0.45, most, data), lr) for lr in rates)
gain = best[16][0] / best[256][0]
batches.reveal(gain, shown=f"{gain:.0f} times")
plot.table([[B, lr, n, n * B] for B, (n, lr) in best.items()],
           header=["batch", "best lr", "steps", "examples seen"])

# %% [markdown]
# Up to a batch of about 16 the rate grows with the batch and the steps fall in proportion: the larger
# batch costs no more examples, and hardware computes it in parallel. Beyond, the best rate stops growing,
# at about twice the limit of the first section: that limit held at the start, and the curvature has
# fallen since. More examples then buy little. Where this begins is the **critical batch size**.

# %% [markdown]
# ## A scale for each weight: RMSprop and Adam
#
# *Some weights have gradients a thousand times those of others. Must they share one rate?*
#
# Measure each weight's scale with an average that forgets, and divide by it: **RMSprop**.


# %% tags=["worked:updates.average"]
def average(beta, old, new):
    mixed = beta * old
    mixed += (1 - beta) * new  # into memory just made: a tenth faster than one expression
    return mixed


# %% [markdown]
# $$v \leftarrow \beta v + (1 - \beta)\, g^2, \qquad
# p \leftarrow p - \text{lr}\, \frac{g}{\sqrt v + \varepsilon}$$
#
# By hand, with $p = 1$, $g = 2$, $v = 12$, $\text{lr} = 0.5$, $\beta = 0.5$, $\varepsilon = 0.2$: the
# new $v$ is $6 + 2 = 8$, and $p = 1 - 1/(\sqrt 8 + 0.2) \approx 0.67$.
#
# ### Exercise: `rmsprop_step`
#
# Write RMSprop for one array. Return $p$, then $v$.


# %% tags=["exercise:updates.rmsprop_step"]
def rmsprop_step(p, g, v, *, lr, beta=0.99, eps=1e-8):
    ...  # two lines


# %%
ex.rmsprop_step.check(rmsprop_step)

# %% [markdown]
# **Adam** averages $g$ as well. Both averages begin at 0, which is not a measurement.

# %%
bias = predict.choice(
    "optimizers.bias",
    "β₁ = 0.9, β₂ = 0.999, averages used as they are: the first step is, against lr,",
    ["ten times too small", "about right", "three times too large"],
)
bias

# %%
t = np.arange(1, 5001)
uncorrected = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
first, largest, worst_t = uncorrected[0], uncorrected.max(), t[uncorrected.argmax()]
bias.reveal("three times too large", shown=f"{first:.2f} times")
print(f"the worst step is number {worst_t}: {largest:.2f} times too large")

# %% [markdown]
# If the gradient is $g$ at every step, then $m_t = (1 - \beta_1^t)\,g$ and
# $v_t = (1 - \beta_2^t)\,g^2$: the weights of the average do not yet sum to 1. Dividing by what is
# missing repairs both,
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
# p \leftarrow p - \text{lr}\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} .$$

# %%
diagrams.adam()

# %% [markdown]
# Without the corrections, the step is $(1 - \beta_1^t)/\sqrt{1 - \beta_2^t}$ times too long, $0.1/\sqrt{0.001} = 3.16$
# at first: the small $v$ in the denominator wins. The derivation assumes a **steady gradient**; here
# is also the other extreme, noise around zero.

# %%
rng, m, v, size = np.random.default_rng(2), 0.0, 0.0, []
for i in range(1, 1001):
    g = rng.normal(size=5000)
    m, v = average(0.9, m, g), average(0.999, v, g**2)
    corrected = m / (1 - 0.9**i) / np.sqrt(v / (1 - 0.999**i))
    size.append([np.sqrt(np.mean(m**2 / v)), np.sqrt(np.mean(corrected**2))])
noise_raw, noise_corrected = np.transpose(size)
lines = {
    "steady, corrected": np.ones(1000),
    "steady, uncorrected": uncorrected[:1000],
    "noise, corrected": noise_corrected,
    "noise, uncorrected": noise_raw,
}

# %%
fig, ax = plot.figure(width=6.6, height=2.4)
for (name, length), color, line in zip(lines.items(), plot.COLORS, plot.LINES, strict=False):
    ax.plot(t[:1000], length, color=color, ls=line, label=name)
ax.set(xscale="log", xlabel="step t", ylabel="length of step / lr")
ax.legend(fontsize=8.5)
plot.show(
    fig,
    alt="Step length over lr against the step, logarithmic. With a steady gradient the corrected "
    "step is always 1; the uncorrected one begins at 3.2, peaks at 6.6 at step 12 and is near 1 "
    "after a thousand. With pure noise the corrected step falls from 1 to 0.23, the uncorrected one "
    "from 3.2.",
)

# %% [markdown]
# Corrected, a steady gradient gives steps of lr. In pure noise the step settles at
# $\sqrt{0.1/1.9} = 0.23$ of lr: $m$ averages the noise away, $v$ does not. And the first step is lr
# whatever the gradient's scale; its sign alone decides:

# %%
for g in (1e-3, 1.0, 1e3):
    p = updates.adam_step(np.zeros(1), np.array([g]), np.zeros(1), np.zeros(1), 1, lr=0.01)[0]
    print(f"gradient {g:g}, lr 0.01: first step {p[0]:.2f}")

# %% [markdown]
# For one array by hand: $p = 1$, $g = 4$, $m = v = 0$, $t = 1$, $\text{lr} = 0.5$, $\beta_1 = 0.5$,
# $\beta_2 = 0.75$, $\varepsilon = 1$ give $m = 2$, $v = 4$, $\hat m = 4$, $\hat v = 16$ and
# $p = 1 - 0.5 \cdot 4/(4 + 1) = 0.6$.
#
# ### Exercise: `adam_step`
#
# Write Adam; `average` above is yours to use, as
# `updates.average`. Return $p$, $m$, $v$, the averages as they are kept, not corrected.


# %% tags=["exercise:updates.adam_step"]
def adam_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    ...  # three to five lines


# %%
ex.adam_step.check(adam_step)

# %% [markdown]
# ## A race on four surfaces
#
# Five rules, one start, one learning rate. Choose the saddle and see who leaves it first; in the ravine
# find the rate at which gradient descent begins to jump, and check it against $2/\lambda$ with
# $\lambda = 20$; then add noise and see who suffers.

# %%
widgets.race()

# %% [markdown]
# Adam and RMSprop set out on the same diagonal everywhere: divided by its own scale, no direction is
# steep. On the saddle that is the way out. In the round bowl it gains nothing.

# %% [markdown]
# ## Weight decay is not L2
#
# *Adding $\frac{\lambda}{2} \lVert p \rVert^2$ to the loss and shrinking the weights are the same for
# gradient descent. For Adam?*
#
# L2 sends $\lambda p$ through the gradient, where Adam divides it by $\sqrt{\hat v} \approx \sigma$,
# the scale of that weight's gradients. So the weight shrinks by $\text{lr}\,\lambda/\sigma$ a step, and
# loud weights hardly at all. **AdamW** shrinks the weight itself, true **weight decay**:
#
# $$p \leftarrow (1 - \text{lr}\,\lambda)\, p, \quad \text{then Adam's step with } g \text{ alone.}$$
#
# The numbers of `adam_step` with $\lambda = 0.2$: $p$ shrinks to $0.9$, and Adam's step of $0.4$ leaves
# $0.5$.
#
# ### Exercise: `adamw_step`
#
# You may call `updates.adam_step`. Return $p$, $m$, $v$.


# %% tags=["exercise:updates.adamw_step"]
def adamw_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    ...  # two lines


# %%
ex.adamw_step.check(adamw_step)

# %% [markdown]
# To see it bare: weights that start at 1 and get gradients of pure noise, half of them loud
# ($\sigma = 10$), half quiet ($\sigma = 0.1$), for 500 steps at $\text{lr} = 0.01$, $\lambda = 0.1$.

# %%
sigma, kept = np.array([[10.0], [0.1]]), {}
for name, rule in (("Adam + L2", optim.adam), ("AdamW", optim.adamw)):
    rng, params, state = np.random.default_rng(3), [np.ones((2, 2000))], None
    for _ in range(500):
        noise = [sigma * rng.normal(size=(2, 2000))]
        params, state = rule(params, noise, state, lr=0.01, weight_decay=0.1)
    kept[name] = params[0].mean(axis=1)
derived = np.exp(-500 * 0.01 * 0.1 / sigma[:, 0])
rows = [[n, *(f"{abs(k):.2f}" for k in kept[n])] for n in kept]
rows += [["derived for L2", *(f"{d:.2f}" for d in derived)], ["derived for AdamW"] + [f"{np.exp(-0.5):.2f}"] * 2]
plot.table(rows, header=["what is left of 1, on average", "loud weights", "quiet weights"])

# %% [markdown]
# With L2 the loud weights keep nearly everything and the quiet ones lose it all; with AdamW all keep
# the same share. `torch.optim.Adam(weight_decay=…)` is the first, `AdamW` the second. The derivation
# needs gradients larger than $\lambda p$; without any, L2 under Adam is a walk of lr a step towards 0.

# %% [markdown]
# ## Where Adam walks uphill
#
# *Does a rule with a convergence proof converge?*
#
# Reddi and others found the gap in Adam's proof: it needs $v$ to remember. Let the gradient be $+3$ at
# every third step and $-1$ at the other two, with $p$ held between $-1$ and $1$. The sum over three
# steps is $+1$, so the best place is $-1$. Give Adam a short memory, $\beta_1 = 0$, $\beta_2 = 0.1$.

# %%
reddi = predict.choice("optimizers.reddi", "Where does Adam end?", ["at −1", "at 0", "at +1"])
reddi


# %%
def walk(beta2, steps=3000):
    p, m, v, path = 0.0, 0.0, 0.0, []
    for t in range(1, steps + 1):
        g = 3.0 if t % 3 == 1 else -1.0
        p, m, v = updates.adam_step(p, g, m, v, t, lr=0.5 / t**0.5, beta1=0.0, beta2=beta2)
        p = min(1.0, max(-1.0, p))
        path.append(p)
    return np.array(path)


# %%
end, remembers = walk(0.1)[-300:].mean(), walk(0.999)[-300:].mean()
assert end > 0.9
assert remembers < -0.9
reddi.reveal("at +1", shown=f"{end:+.2f}")
print(f"with β₂ = 0.999: {remembers:+.2f}")

# %% [markdown]
# At the large gradient $v$ jumps up with it, so $+3$ counts for about one; two steps later $v$ has
# forgotten, and $-1$ counts for one too. Two wrong steps beat one right one. With a memory longer than
# three steps Adam goes the right way. The gradient of a rare token is such a third step: $1/(1 - \beta_2)$
# must be long enough to span its absence.

# %% [markdown]
# ## Clip what is too long
#
# *One bad batch has a gradient a thousand times the usual. What does it do to a run?*
#
# All gradients together are one vector. If it is longer than a limit, shrink it to the limit, **by one
# factor for all**. This is **clipping**:


# %% tags=["worked:optim.global_norm"]
def global_norm(grads):
    return float(sum((g * g).sum() for g in grads)) ** 0.5


# %% [markdown]
# By hand: gradients $(3)$ and $(4, 12)$ have norm $\sqrt{9 + 16 + 144} = 13$; with limit $6.5$ they
# become $(1.5)$ and $(2, 6)$.
#
# ### Exercise: `clip_by_norm`
#
# Return the list of gradients, then the norm before
# clipping, worth watching in any run.


# %% tags=["exercise:optim.clip_by_norm"]
def clip_by_norm(grads, limit):
    ...  # three lines


# %%
ex.clip_by_norm.check(clip_by_norm)

# %% [markdown]
# For this and what follows, a training loop for lesson *Backpropagation*'s network on digits. `rate` gives each step's
# learning rate. With `spoil`, every 40th batch has pixels that many times too large.


# %%
def fit(rule, rate, data, *, steps, batch=16, seed=0, limit=None, spoil=1.0):
    rng = np.random.default_rng(seed)
    params = [a for pair in mlp.init(rng, [784, 32, 10]) for a in pair]
    state, losses = None, []
    for step in range(steps):
        rows = rng.integers(8000, size=batch)
        x = data.x_train[rows] * (spoil if step % 40 == 39 else 1)
        pairs = list(zip(params[::2], params[1::2], strict=True))
        loss, grads = mlp.loss_and_gradients(pairs, x, data.y_train[rows])
        grads = [g for pair in grads for g in pair]
        grads = optim.clip_by_norm(grads, limit)[0] if limit else grads
        params, state = rule(params, grads, state, lr=rate(step))
        losses.append(loss)
    return params, np.array(losses)


def held_out(params, data):
    pairs = list(zip(params[::2], params[1::2], strict=True))
    return layers.cross_entropy(mlp.forward(pairs, data.x_test)[-1], data.y_test)


# %%
spoilt = {}
for name, limit_ in (("no clipping", None), ("clipped at 2", 2.0)):
    params, _ = fit(optim.sgd, lambda s: 0.1, data, steps=300, limit=limit_, spoil=255.0)
    spoilt[name] = held_out(params, data)
clean = held_out(fit(optim.sgd, lambda s: 0.1, data, steps=300)[0], data)
assert spoilt["no clipping"] > 2 > 2 * spoilt["clipped at 2"]
print(f"held-out loss: clean data {clean:.2f}, spoilt and clipped {spoilt['clipped at 2']:.2f}")
print("spoilt and not clipped: no better than guessing, ln 10 = 2.30")

# %% [markdown]
# Seven batches with pixels from 0 to 255 among three hundred ruin the plain run. Clipped, each is one
# ordinary step in a wrong direction.

# %% [markdown]
# ## Let the rate change
#
# *Early steps want to be long, late steps short. And the very first?*
#
# The noise floor grows with the rate, so a rate that ends near zero ends near the bottom. It also begins
# low: curvature is often highest at the start, and Adam's $v$ rests on few gradients.
#
# $$\text{lr}_s = \text{lr}\,\frac{s + 1}{w + 1} \ \text{ for } s < w, \qquad
# \text{lr}_s = \text{final} + (\text{lr} - \text{final})\,\frac{1 + \cos \pi d}{2}, \quad
# d = \frac{s - w}{n - w}$$
#
# with $w$ steps of **warmup** out of $n$. By hand, $n = 12$, $w = 3$, $\text{lr} = 0.4$, final $0.1$: step 0
# has $0.1$, step 3 has $0.4$, step 6 has $d = 1/3$ and $0.1 + 0.3 \cdot 0.75 = 0.325$.
#
# ### Exercise: `warmup_cosine`
#
# Past the end the rate stays at `final`.


# %% tags=["exercise:schedules.warmup_cosine"]
def warmup_cosine(step, *, steps, warmup=0, lr=1.0, final=0.0):
    ...  # four lines


# %%
ex.warmup_cosine.check(warmup_cosine)

# %% [markdown]
# A cosine must know the end from the beginning. Many runs keep the rate instead, and end with a **cooldown**, a
# straight line, when time is up:


# %% tags=["worked:schedules.warmup_stable_decay"]
def warmup_stable_decay(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    left = min(1.0, max(0.0, (steps - step) / cooldown))
    return final + (lr - final) * left


# %%
momentum = partial(optim.sgd, momentum=0.9, inplace=True)
plans = {
    "constant": lambda s: 0.05,
    "a tenth": lambda s: 0.005,
    "cosine": partial(schedules.warmup_cosine, steps=300, warmup=15, lr=0.05),
    "cooldown": partial(schedules.warmup_stable_decay, steps=300, warmup=15, cooldown=100, lr=0.05),
}
runs = {
    name: [fit(momentum, plan, data, steps=300, seed=seed) for seed in (0, 1, 2)]
    for name, plan in plans.items()
}
ends = {name: np.mean([held_out(params, data) for params, _ in r]) for name, r in runs.items()}

# %%
fig, (left, right) = plot.figure(1, 2, width=7.2, height=2.4)
for (name, plan), color, line in zip(plans.items(), plot.COLORS, plot.LINES, strict=False):
    left.plot([plan(s) for s in range(301)], color=color, ls=line)
    smooth = np.mean([losses for _, losses in runs[name]], axis=0).reshape(-1, 20).mean(axis=1)
    right.plot(np.arange(10, 300, 20), smooth, color=color, ls=line, label=name)
left.set(xlabel="step", ylabel="learning rate")
right.set(xlabel="step", ylabel="loss of the batches", ylim=(0, 1.5))
right.legend(fontsize=8.5)
plot.show(
    fig,
    alt="Left, four plans for the learning rate: constant, constant at a tenth, cosine, and flat "
    "with a straight cooldown over the last third. Right, the loss: the constant one falls and "
    "stays noisy, cosine and cooldown end lowest, the cooldown dropping when its rate does.",
)
plot.table([[name, f"{loss:.2f}"] for name, loss in ends.items()], header=["plan", "held-out loss"])
assert max(ends["cosine"], ends["cooldown"]) < min(ends["constant"], ends["a tenth"])

# %% [markdown]
# A high rate gets far and cannot settle, a low one settles and does not get far. The two plans that end
# low beat both, in the same number of steps.
#
# Where to begin? Let the rate rise at every step of one short run, and see where the loss turns up. By
# hand, $f(p) = p^2$ from $p = 1$ with rates $0.25, 2, 3, 4$: the losses are $1$, then $0.25$, then
# $2.25$ after the step at rate 2; that is above four times the best, so the run stops.
#
# ### Exercise: `lr_range_test`
#
# `f(p)` returns loss and gradient. Return the losses; stop
# after one that is not at most four times the best so far, nan included.


# %% tags=["exercise:schedules.lr_range_test"]
def lr_range_test(f, p, lrs):
    ...  # eight lines


# %%
ex.lr_range_test.check(lr_range_test)


# %%
def batch_loss(W, data, rng):
    rows = rng.integers(8000, size=64)
    return softmax_regression(W, data.x_train[rows], data.y_train[rows])


# %%
lrs = np.geomspace(1e-3, 30, 100)
f = partial(batch_loss, data=data, rng=np.random.default_rng(4))
losses = schedules.lr_range_test(f, np.zeros((784, 10)), lrs)
turn = lrs[int(np.argmin(losses))]
fig, ax = plot.figure(width=6.6, height=2.4)
ax.plot(lrs[: len(losses)], losses)
ax.axvline(2 / steepest, color=plot.COLORS[1], ls=plot.LINES[1])
ax.annotate("2/λ at the start", (0.48, 3), ha="right")
ax.set(xscale="log", xlabel="learning rate, rising with each step", ylabel="loss of the batch")
plot.show(
    fig,
    alt="Loss against the rising learning rate. Flat at 2.3 at first, falling from about 0.01, "
    "lowest between one and two times the limit 2 over lambda, then leaping up.",
)

# %% [markdown]
# A hundred steps found what an eigenvalue told us before: the loss turns up at about twice the first
# section's $2/\lambda$, as the curvature has fallen on the way. The test needs no eigenvalue, so it
# works for any network. Begin at a third of the turning point.

# %% [markdown]
# ## Muon: every direction of a matrix equally far
#
# *Adam gives each entry its own scale. But a weight matrix is not a bag of entries.*
#
# The gradient of a matrix is dominated by a few directions. **Muon** keeps the directions and sets every
# singular value to about 1. No SVD is needed: an odd polynomial of a matrix acts on its singular values alone,
#
# $$X \leftarrow aX + bXX^\top X + c\,(XX^\top)^2 X \quad\text{takes}\quad s \to as + bs^3 + cs^5 .$$


# %% tags=["worked:updates.orthogonalise"]
def orthogonalise(G, *, steps=5, coefficients=updates.QUINTIC):
    a, b, c = coefficients
    wide = G.shape[0] <= G.shape[1]
    X = G if wide else G.T
    X = X / max(float((X * X).sum()) ** 0.5, 1e-7)  # no singular value above 1
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X if wide else X.T


# %%
pairs = mlp.init(np.random.default_rng(0), [784, 32, 10])
grads = mlp.loss_and_gradients(pairs, data.x_train[:256], data.y_train[:256])[1]
U, before, Vt = np.linalg.svd(grads[0][0], full_matrices=False)
after = np.linalg.svd(orthogonalise(grads[0][0]), compute_uv=False)
classical = orthogonalise(grads[0][0], steps=30, coefficients=(1.5, -0.5, 0.0))
assert np.abs(classical - U @ Vt).max() < 1e-10
print(f"largest singular value over smallest: {before[0] / before[-1]:.0f}")
print(f"after five iterations all lie between {after.min():.2f} and {after.max():.2f}")

# %% [markdown]
# The default coefficients hurry and stop near 1; the classical ones, $(1.5, -0.5, 0)$, converge to
# $UV^\top$ of the SVD, to ten digits here. `updates.muon_step` is momentum, then this.
#
# *Who wins on real digits?* Each rule at five rates; the loss is the mean over the last 50 of 150 steps.


# %%
def muon(params, grads, state, *, lr):
    """Matrices by Muon, biases by momentum."""
    first, second = state or (None, None)
    W, first = optim.muon(params[::2], grads[::2], first, lr=0.1 * lr, weight_decay=0.0)
    b, second = optim.sgd(params[1::2], grads[1::2], second, lr=0.1 * lr, momentum=0.9)
    return [a for pair in zip(W, b, strict=True) for a in pair], (first, second)


# %%
rules = {
    "SGD": partial(optim.sgd, inplace=True),
    "momentum": lambda *a, lr: optim.sgd(*a, lr=0.3 * lr, momentum=0.9, inplace=True),
    "RMSprop": lambda *a, lr: optim.rmsprop(*a, lr=0.01 * lr, inplace=True),
    "Adam": lambda *a, lr: optim.adam(*a, lr=0.03 * lr, inplace=True),
    "Muon": muon,
}
scales = np.array([0.03, 0.1, 0.3, 1.0, 3.0])
table = {
    name: [fit(rule, lambda s, r=r: r, data, steps=150, batch=64)[1][-50:].mean() for r in scales]
    for name, rule in rules.items()
}

# %%
fig, ax = plot.figure(width=6.6, height=2.5)
units = (1.0, 0.3, 0.01, 0.03, 0.1)
for (name, row), unit, color, line in zip(table.items(), units, plot.COLORS, plot.LINES, strict=True):
    shown = np.minimum(row, 2.5)  # what lies above has lost its way
    ax.plot(unit * scales, shown, color=color, ls=line, marker="o", ms=4, label=name)
ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss after 150 steps")
ax.set_yticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
ax.minorticks_off()
ax.legend(ncols=2, fontsize=8.5)
plot.show(
    fig,
    alt="Loss after 150 steps against the learning rate, one curve for each of five rules, both axes "
    "logarithmic. Each curve is a valley. Their lowest points differ by less than a factor of two; "
    "each more than doubles at rates ten times too high.",
)
lowest = {name: min(row) for name, row in table.items()}
assert min(lowest, key=lowest.get) == "Muon"
assert max(lowest, key=lowest.get) == "SGD"
too_high = [row[int(np.argmin(row)) + 2] / min(row) for row in table.values()]
assert min(too_high) > max(lowest.values()) / min(lowest.values())

# %% [markdown]
# At its own best rate each rule does well, Muon best and plain SGD last. But look at the slopes: a rate
# ten times too high costs every rule more than the choice of the rule. **Tune the rate first.**
# Adam's fame rests on the width of its valley as much as on its depth.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["1,000 steps at 1.99/λ and 2.01/λ, from 1", f"{below:.5f} and {above:,.0f}"],
        ["steps at κ = 1000, plain and heavy ball", " and ".join(map(str, needed[1000]))],
        ["floor under noise, heavy ball over plain", f"{floor_ratio:.0f} times"],
        ["steps saved by a batch 16 times larger", f"{gain:.0f} times"],
        ["Adam's first step, uncorrected", f"{first:.2f} × lr"],
        ["its worst step, uncorrected", f"{largest:.2f} × lr, at t = {worst_t}"],
        ["loud weights after decay, L2 and AdamW",
         f"{kept['Adam + L2'][0]:.2f} and {kept['AdamW'][0]:.2f}"],
        ["Adam on Reddi's sequence (the optimum is −1)", f"{end:+.2f}"],
        ["held-out loss, constant rate and cooldown",
         f"{ends['constant']:.2f} and {ends['cooldown']:.2f}"],
        ["best loss in the race, SGD, Adam and Muon",
         " and ".join(f"{lowest[n]:.2f}" for n in ("SGD", "Adam", "Muon"))],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write every common update rule and say what each term prevents, predict the rate at
# which a run breaks, choose batch size, warmup and cooldown for a reason, and tell L2 from weight
# decay. Lesson *A small GPT* trains a GPT with the rules you wrote.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. On a bowl, $f(x) = \frac{\lambda}{2} x^2$, gradient descent diverges at $\text{lr} = 0.2$ and not
#    at $0.19$. What do you know about $\lambda$? And what would the same say about a deep network?
#
#    <details><summary>Answer</summary>
#
#    The limit is $2/\lambda$, so $\lambda$ lies between $2/0.2 = 10$ and $2/0.19 \approx 10.5$. In a
#    network the curvature differs from place to place and changes while you train: the limit tells
#    only about the places where the run has been, and a run above it need not diverge, as the digits
#    showed.
#
#    </details>
#
# 2. Why are Adam's first steps too long, not too short, without its corrections?
#
#    <details><summary>Answer</summary>
#
#    Both averages begin at 0 and are too small at first: $m$ by the factor $1 - \beta_1 = 0.1$, and
#    $\sqrt v$ by $\sqrt{1 - \beta_2} \approx 0.03$. The second stands in the denominator and is the
#    smaller one, so the step is $0.1/0.03 \approx 3$ times too long.
#
#    </details>
#
# 3. You double the batch. When may you double the rate, and when does it gain nothing?
#
#    <details><summary>Answer</summary>
#
#    While noise sets the limit: there the spread around the minimum depends on $\text{lr}/B$, so both
#    may double and half the steps are enough. Beyond the critical batch size the curvature sets the
#    limit of the rate, and a larger batch only costs more examples.
#
#    </details>
#
# 4. `Adam(weight_decay=0.1)` hardly shrinks the embeddings of frequent tokens. Why?
#
#    <details><summary>Answer</summary>
#
#    It adds $\lambda p$ to the gradient, and Adam divides the sum by the scale of that weight's
#    gradients. Frequent tokens have large gradients, so little of $\lambda p$ is left. AdamW shrinks
#    the weight itself, outside of that division.
#
#    </details>
#
# 5. From lesson *Backpropagation*: a gradient that is not divided by the batch still trains under
#    Adam. Which rule of this lesson would notice?
#
#    <details><summary>Answer</summary>
#
#    Gradient descent, with or without momentum: its steps would be $B$ times as long. A limit on the
#    norm would notice too. RMSprop, Adam and Muon divide the scale of the gradient away (but for
#    $\varepsilon$).
#
#    </details>

# %% [markdown]
# ## Sources
#
# - B. Polyak (1964), *Some methods of speeding up the convergence of iteration methods*: heavy ball.
# - I. Sutskever and others (2013), *On the importance of initialization and momentum in deep learning*.
# - D. Kingma, J. Ba (2015), *Adam*, https://arxiv.org/abs/1412.6980
# - S. Reddi, S. Kale, S. Kumar (2018), *On the convergence of Adam and beyond*,
#   https://arxiv.org/abs/1904.09237
# - I. Loshchilov, F. Hutter (2019), *Decoupled weight decay regularization*,
#   https://arxiv.org/abs/1711.05101
# - S. McCandlish and others (2018), *An empirical model of large-batch training*,
#   https://arxiv.org/abs/1812.06162
# - L. Smith (2017), *Cyclical learning rates*: the range test, https://arxiv.org/abs/1506.01186
# - A. Hägele and others (2024), *Scaling laws and compute-optimal training beyond fixed training
#   durations*: cooldown, https://arxiv.org/abs/2405.18392
# - J. Cohen and others (2021), *Gradient descent on neural networks typically occurs at the edge of
#   stability*, https://arxiv.org/abs/2103.00065
# - K. Jordan (2024), *Muon*, https://kellerjordan.github.io/posts/muon
