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
# Backpropagation says which way is down. How far to go, and what to remember of earlier steps, is
# the optimizer's part.
#
# **You will** derive the largest learning rate that can work and measure what a network makes of
# it, make a slow descent twenty times faster with momentum and let noise into it, build Adam
# and see what each of its pieces prevents, and tell from two steps which rule took them. This
# takes about two hours; *Further*, ten minutes more.
#
# **You need** lesson *Backpropagation*: gradients and a training loop. From school, the
# derivative of $x^2$ and the formula for the roots of a quadratic equation, complex ones
# included.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $p$, $g$ | a parameter, and the gradient of the loss with respect to it | equal |
# | $\text{lr}$ | learning rate | |
# | $\lambda$ | curvature: the second derivative of the loss along a direction | |
# | $\kappa$ | largest curvature over smallest | |
# | $v$, $m$ | what a rule remembers of earlier gradients | as $p$ |
# | $\mu$, $\beta$ | share of the memory that is kept at each step | |
# | $w$ | strength of weight decay | |
# | $t$ | number of the step, from 1 | |
# | $B$ | examples in a batch | |
# | $\sigma$ | spread of the noise in a gradient | |
# | $\varepsilon$ | a tiny number that prevents $0/0$ | |

# %% tags=["setup"]
from functools import partial

import numpy as np

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.optimizers import bank as ex
from course.lessons.optimizers import diagrams, edge, figures, widgets
from course.networks import mlp, optim, updates

# %% [markdown]
# ## The bowl, and how far a step may go
#
# *The gradient gives a direction. How long may the step be?*
#
# Take the simplest valley, $f(x) = \frac{\lambda}{2} x^2$. Its gradient is $\lambda x$, and its
# **curvature**, the second derivative, is $\lambda$ everywhere. So one step of gradient descent is
# a multiplication:
#
# $$x \leftarrow x - \text{lr} \cdot \lambda x = (1 - \text{lr}\,\lambda)\, x,$$
#
# and after $t$ steps
#
# $$x_t = (1 - \text{lr}\,\lambda)^t x_0 .$$
#
# By hand, with $\lambda = 1$: at $\text{lr} = 0.5$ each step halves $x$; at $\text{lr} = 1$ the
# first step lands in the middle; at $\text{lr} = 1.9$ the factor is $-0.9$.

# %%
limit = predict.number(
    "optimizers.limit",
    "At lr = 1.99/λ, from x = 1, x is 0.00004 after 1,000 steps. Where is it at lr = 2.01/λ?",
    low=0, factor=3,
)
limit

# %% tags=["answers"]
below, above = (abs(1 - r) ** 1000 for r in (1.99, 2.01))
limit.reveal(above, shown=f"{above:,.0f}")

# %% [markdown]
# At $2.01/\lambda$ a step multiplies $x$ by $-1.01$, and $1.01^{1000} = 20{,}959$. In general, a step
# shrinks $x$ if and only if $|1 - \text{lr}\,\lambda| < 1$, that is, for $0 < \text{lr} < 2/\lambda$.

# %% [markdown]
# The rate has three regions. Below $1/\lambda$ the factor is positive and
# $x$ slides down on one side. From $1/\lambda$ to $2/\lambda$ it is negative: each step crosses the
# valley to the other wall, but lands lower. Beyond $2/\lambda$ each crossing lands higher.

# %%
figures.bowl((0.3, 1.9, 2.1))

# %% [markdown]
# ## The curvature of a network
#
# *The bowl has one curvature. A network has another one at every point. What is the limit worth
# then?*
#
# A loss of many parameters has a curvature for each direction. The largest of them sets the limit.
# The second derivatives stand in a matrix, the **Hessian**, far too large to write down. But along
# a unit direction $u$ you can feel it: walk a little way $h$ forward and back, and see how the
# gradient changed,
#
# $$H u \approx \frac{\nabla(p + h u) - \nabla(p - h u)}{2h} .$$
#
# The result, made a unit vector again, is the next $u$. This is **power iteration**: it turns $u$
# towards the direction in which the curvature is largest in size.


# %% tags=["worked:curvature.sharpness"]
def sharpness(gradient, p, direction, *, iterations=20, h=1e-4):
    for _ in range(iterations):
        u = direction / np.linalg.norm(direction)
        direction = (gradient(p + h * u) - gradient(p - h * u)) / (2 * h)  # H u
    return float((u * direction).sum()), u


# %% [markdown]
# Now a small network: 300 digits, 16 hidden units with tanh, squared error, and all the data at
# every step, so there is no noise. `edge.loss_and_gradient` computes its loss and gradient. All
# its parameters stand in one long vector $p$.


# %%
def follow(lr, x, target, steps=400):
    """Descend; at every 20th step measure the largest curvature."""
    rng = np.random.default_rng(0)
    p = edge.start(rng)
    losses, measured, u = [], [], rng.normal(size=p.size)
    for step in range(steps + 1):
        if step % 20 == 0:
            rounds = 20 if step == 0 else 6  # later it begins with the direction found before
            lam, u = sharpness(
                lambda p: edge.loss_and_gradient(p, x, target)[1], p, u, iterations=rounds
            )
            measured.append(lam)
        loss, g = edge.loss_and_gradient(p, x, target)
        losses.append(loss)
        p = p - lr * g
    return np.array(losses), np.array(measured)


# %% [markdown]
# At the start its largest curvature is 8. With $\text{lr} = 0.2$ that is below the limit,
# $2/\text{lr}$, so the run begins on the safe side.

# %%
ahead = predict.number(
    "optimizers.edge", "What is its curvature after 400 steps at lr = 0.2?", low=0, high=100, within=2
)
ahead

# %%
data = digits()
x, target = data.x_train[:300], np.eye(10)[data.y_train[:300]]
runs = {lr: follow(lr, x, target) for lr in (0.05, 0.2)}
settled = runs[0.2][1][15:].mean()
ahead.reveal(settled, shown=f"{settled:.1f}, the mean over the last quarter")
figures.curvatures(runs)

p = edge.start(np.random.default_rng(0))
for _ in range(20):
    p = p - 1.0 * edge.loss_and_gradient(p, x, target)[1]
print(f"lr = 1: a loss of {edge.loss_and_gradient(p, x, target)[0]:.0e} after 20 steps")

# %% [markdown]
# At the small rate the curvature grows slowly as the network learns, and passes 10. At the larger
# rate it grows past $2/\text{lr}$, comes back, and stays near that line. There the loss rises at many
# single steps, as the jumps of its curve show, and nevertheless falls in the long run.
#
# This is the **edge of stability** (Cohen and others, 2021). The learning rate doesn't only obey the
# curvature: here it also sets it. (The usual explanation, which isn't tested here: past the limit
# the run jumps along the steepest direction, and the jumps carry it to a place that is less
# curved.) Two warnings: this was gradient descent without noise and with squared error, and a rate
# much too large, such as the 1 of the printed line, still diverges.
#
# ## The ravine, and a ball with momentum
#
# *Two directions, two curvatures, one learning rate. What then?*
#
# The steep direction sets the limit, and the flat one has to live with it. Write
# $\kappa = \lambda_{\max}/\lambda_{\min}$. The best rate makes both directions shrink equally fast,
# $\text{lr} = 2/(\lambda_{\min} + \lambda_{\max})$, by the factor $(\kappa - 1)/(\kappa + 1)$ at
# each step. For $\kappa = 1000$ that is 0.998: painfully slow.
#
# A ball that rolls does better. With **momentum** a rule keeps a velocity $v$, a sum of gradients
# in which older ones fade:
#
# $$v \leftarrow \mu v + g, \qquad p \leftarrow p - \text{lr} \cdot v .$$

# %%
diagrams.momentum()

# %% [markdown]
# By hand, with $p = 1$, $g = 2$, $v = 10$, $\text{lr} = 0.1$, $\mu = 0.5$: the new $v$ is
# $0.5 \cdot 10 + 2 = 7$, and $p$ becomes $1 - 0.1 \cdot 7 = 0.3$.
#
# ### Exercise: `momentum_step`
#
# Write it as a pure function, as every step of this lesson: make new arrays, and leave the ones you
# are given as they are. Return $p$, then $v$.


# %% tags=["exercise:updates.momentum_step"]
def momentum_step(p, g, v, *, lr, momentum=0.9):
    ...  # two lines


# %%
ex.momentum_step.check(momentum_step)

# %% [markdown]
# How much does the ball gain? On the bowl, $g = \lambda p$. Call the places $p_0, p_1, p_2, \dots$
# The velocity is what the last step was, $\text{lr}\, v_t = p_{t-1} - p_t$. Put this into the rule,
# and $v$ is gone:
#
# $$p_{t+1} = (1 + \mu - \text{lr}\,\lambda)\, p_t - \mu\, p_{t-1} .$$
#
# Try $p_t = r^t$. It works if $r^2 - (1 + \mu - \text{lr}\,\lambda)\, r + \mu = 0$. The product of
# the two roots of a quadratic equation is its last coefficient, here $\mu$. So if the roots are
# complex, they are a conjugate pair and both have the size $\sqrt\mu$: the ball swings, and each
# step shrinks the swing by $\sqrt\mu$, **whatever $\lambda$ is**. The roots are complex while the
# discriminant is negative, $(1 + \mu - \text{lr}\,\lambda)^2 < 4\mu$, that is, while
#
# $$(1 - \sqrt\mu)^2 < \text{lr}\,\lambda < (1 + \sqrt\mu)^2 .$$
#
# Let $\lambda_{\min}$ touch the lower bound and $\lambda_{\max}$ the upper one. The ratio of the two
# says that $(1 + \sqrt\mu)/(1 - \sqrt\mu) = \sqrt\kappa$, and the sum of their roots gives lr:
#
# $$\sqrt\mu = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad
# \text{lr} = \frac{4}{(\sqrt{\lambda_{\min}} + \sqrt{\lambda_{\max}})^2}.$$
#
# Where gradient descent has $\kappa$, this has $\sqrt\kappa$. To test it, both rules descend a bowl with
# the curvatures 1 and $\kappa$, from the same place.


# %%
def descend(lr, momentum, curvatures, steps, *, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    p, v, distance = np.ones(len(curvatures)), np.zeros(len(curvatures)), []
    for _ in range(steps):
        distance.append(np.linalg.norm(p))
        g = curvatures * p + noise * rng.normal(size=p.shape)
        p, v = updates.momentum_step(p, g, v, lr=lr, momentum=momentum)
    return np.array(distance)


def best_settings(kappa):
    root = np.sqrt(kappa)
    return (2 / (1 + kappa), 0.0), (4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2)


# %%
needed = {}
for kappa in (10, 100, 1000):
    paths = [descend(*how, np.array([1.0, kappa]), 6000) for how in best_settings(kappa)]
    needed[kappa] = [int(np.argmax(d < 1e-4 * d[0])) for d in paths]
rows = [[kappa, plain, ball, f"{plain / ball:.1f}"] for kappa, (plain, ball) in needed.items()]
plot.table(rows, header=["κ", "gradient descent", "momentum", "ratio"])

# %% [markdown]
# These are the steps until the distance is a ten-thousandth of what it was, each rule at its best
# setting. The gain grows almost like $\sqrt\kappa$.
#
# **Nesterov's rule** looks ahead. If the same gradient came once more, momentum's *next* step would
# be lr times a newer velocity. Nesterov takes that step now, but keeps momentum's velocity.
#
# By hand, with the numbers from before: the new $v$ is 7. If $g = 2$ came again, the velocity would
# be $0.5 \cdot 7 + 2 = 5.5$, so $p$ becomes $1 - 0.1 \cdot 5.5 = 0.45$, and 7 is kept.
#
# ### Exercise: `nesterov_step`
#
# Turn these sentences into a formula, then into a pure function. Return $p$, then $v$.


# %% tags=["exercise:updates.nesterov_step"]
def nesterov_step(p, g, v, *, lr, momentum=0.9):
    ...  # two lines


# %%
ex.nesterov_step.check(nesterov_step)

# %% [markdown]
# ## Noise, minibatches and the effective rate
#
# *A batch is cheaper than all the data, and its gradient is wrong. What does that do at the
# bottom?*
#
# Strictly, stochastic gradient descent (SGD) takes one example at a step and minibatch descent
# takes $B$; in practice both are called SGD. In the bowl $g = \lambda x + \xi$, with noise $\xi$ of
# variance $\sigma^2/B$. Noise pushes $x$ away from the minimum and the step pulls it back, until
# its variance stays the same from one step to the next:
#
# $$\mathrm{Var} = (1 - \text{lr}\,\lambda)^2\, \mathrm{Var} + \text{lr}^2 \frac{\sigma^2}{B},$$
#
# so that
#
# $$\mathrm{Var} = \frac{\text{lr}}{B} \cdot \frac{\sigma^2}{\lambda\,(2 - \text{lr}\,\lambda)} .$$
#
# Five thousand walkers test it, with $\lambda = 1$, $\text{lr} = 0.2$, $\sigma = 2$, $B = 16$.

# %%
rng, walkers = np.random.default_rng(1), np.ones(5000)
for _ in range(300):
    walkers = walkers - 0.2 * (walkers + 2 * rng.normal(size=5000) / np.sqrt(16))
expected = np.sqrt(0.2 / 16 * 4 / (2 - 0.2))
print(f"spread derived {expected:.3f}, measured {walkers.std():.3f}")

# %% [markdown]
# So noise leaves a floor below which no step count helps. Far below the limit, $\text{lr}/B$ is
# all that you can choose in it. (The derivation assumes noise of the same size everywhere. Where
# all examples agree at the minimum, the noise vanishes there, and the floor with it.)
#
# Now back to the ravine with $\kappa = 1000$. Gradient descent and the ball each keep the setting
# that was best without noise, and both now get gradients with noise of $\sigma = 1$.

# %%
floor = predict.number(
    "optimizers.floor",
    "How far from the minimum does the ball end up, over where gradient descent does?",
    unit="times", low=0.01, factor=1.5,
)
floor


# %%
def stop_at(lr, momentum, seeds=5):
    """Mean distance late in noisy runs, and its spread over seeds."""
    late = [descend(lr, momentum, np.array([1.0, 1000.0]), 4000, noise=1.0, seed=s)[2000:]
            for s in range(seeds)]  # fmt: skip
    ends = [np.sqrt(np.mean(d**2)) for d in late]
    return np.mean(ends), np.std(ends)


(lr_plain, _), (lr_ball, mu) = best_settings(1000)
floors = {
    "gradient descent": stop_at(lr_plain, 0.0),
    "momentum, best lr": stop_at(lr_ball, mu),
    "momentum, equal lr/(1 − μ)": stop_at(lr_plain * (1 - mu), mu),
}
floor_ratio = floors["momentum, best lr"][0] / floors["gradient descent"][0]
floor.reveal(floor_ratio, shown=f"{floor_ratio:.1f} times")
rows = [[name, f"{mean:.3f} ± {spread:.3f}"] for name, (mean, spread) in floors.items()]
plot.table(rows, header=["rule", "distance under noise, mean ± spread of 5 seeds"])

# %% [markdown] tags=["open"]
# Look at how far the ball really walks. Under a steady gradient $g$ its velocity
# grows until $v = \mu v + g$, so $v = g/(1 - \mu)$, and a step is $\text{lr}\,g/(1 - \mu)$. This is
# the **effective rate**:
#
# $$\text{lr}_{\text{eff}} = \frac{\text{lr}}{1 - \mu} .$$
#
# How large is the ball's, over that of gradient descent, and does it explain the floor?

# %% tags=["answers"]
effective = lr_ball / (1 - mu) / lr_plain
print(f"The ball's effective rate is {effective:.1f} times that of gradient descent.")
print(f"The root of that is {effective**0.5:.1f}; its floor was {floor_ratio:.1f} times as high.")

# %% [markdown] tags=["answers"]
# The variance grows with the rate, so the distance grows with its root, and this explains the
# floor. The third row of the table tests the explanation: at an equal effective rate the ball's
# floor is no higher. (Here it is lower: half of gradient descent's variance comes from the steep
# direction, where its rate is close to the limit.) So momentum isn't noisier in itself. It lets you use an effective rate at which gradient descent would diverge, and that
# rate costs precision.
#
# %% [markdown]
# A rule for practice: **when you change $\mu$, change lr so that $\text{lr}/(1 - \mu)$
# stays.** From $\mu = 0$ to $0.9$, lr becomes a tenth.
#
# ## A scale for each weight: RMSprop and Adam
#
# *Some weights have gradients a thousand times those of others. Must they share one rate?*
#
# **RMSprop** measures each weight's scale with an average of squares that forgets, and divides by
# its root. This is such an average:


# %% tags=["worked:updates.average"]
def average(beta, old, new):
    mixed = beta * old
    mixed += (1 - beta) * new  # into memory just made: a tenth faster than one expression
    return mixed


# %% [markdown]
# $$v \leftarrow \beta v + (1 - \beta)\, g^2, \qquad
# p \leftarrow p - \text{lr}\, \frac{g}{\sqrt v + \varepsilon}$$
#
# By hand, with $p = 1$, $g = 2$, $v = 12$,
# $\text{lr} = 0.5$, $\beta = 0.5$, $\varepsilon = 0.2$: the new $v$ is $6 + 2 = 8$, and
# $p = 1 - 1/(\sqrt 8 + 0.2) \approx 0.67$.
#
# ### Exercise: `rmsprop_step`
#
# Write RMSprop for one array, as a pure function; `updates.average` is yours to use. Return $p$,
# then $v$.


# %% tags=["exercise:updates.rmsprop_step"]
def rmsprop_step(p, g, v, *, lr, beta=0.99, eps=1e-8):
    ...  # two lines


# %%
ex.rmsprop_step.check(rmsprop_step)

# %% [markdown]
# **Adam** averages $g$ as well, with $\beta_1 = 0.9$, and walks along that average $m$ instead of
# along $g$. For $g^2$ it takes $\beta_2 = 0.999$. Both averages begin at 0, and that 0 is not a
# measurement.

# %%
bias = predict.number(
    "optimizers.bias",
    "If both averages are used as they are, how long is the very first step, over lr?",
    unit="times lr", low=0, factor=1.3,
)
bias

# %%
m, v, uncorrected = 0.0, 0.0, []
for _ in range(5000):
    m, v = average(0.9, m, 1.0), average(0.999, v, 1.0)  # a steady gradient of 1
    uncorrected.append(m / v**0.5)
uncorrected = np.array(uncorrected)
first = uncorrected[0]
bias.reveal(first, shown=f"{first:.2f} times lr")
largest, worst_t = uncorrected.max(), uncorrected.argmax() + 1
print(f"The worst step is number {worst_t}: {largest:.2f} times lr.")

# %%
diagrams.adam()

# %% [markdown]
# After one step $m = 0.1\,g$ and $v = 0.001\,g^2$. Both are too small, but $v$ stands under a
# root in the denominator, and $0.1/\sqrt{0.001} = 3.16$.

# %% [markdown]
# So Adam **corrects** both averages before it uses them; corrected they are written $\hat m$
# and $\hat v$. By what must they be divided, where the drawing has a question mark? Ask what $m$ and $v$ are after $t$ steps with one
# and the same gradient, and make of them $g$ and $g^2$.
#
# By hand, with $p = 1$, $g = 4$, $m = v = 0$, $t = 1$, $\text{lr} = 0.5$, $\beta_1 = 0.5$,
# $\beta_2 = 0.75$, $\varepsilon = 1$: $m = 2$ and $v = 4$, corrected 4 and 16, and
# $p = 1 - 0.5 \cdot 4/(\sqrt{16} + 1) = 0.6$.
#
# ### Exercise: `adam_step`
#
# Derive the two corrections for any $t$, then write Adam as a pure function. Return $p$, $m$, $v$,
# the averages as they are kept, not corrected.


# %% tags=["exercise:updates.adam_step"]
def adam_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    ...  # three to five lines


# %%
ex.adam_step.check(adam_step)

# %% [markdown]
# The correction was derived for a steady gradient. Here is also the other extreme: noise around
# zero.

# %%
rng, m, v, size = np.random.default_rng(2), 0.0, 0.0, []
for i in range(1, 1001):
    g = rng.normal(size=5000)
    m, v = average(0.9, m, g), average(0.999, v, g**2)
    corrected = m / (1 - 0.9**i) / np.sqrt(v / (1 - 0.999**i))
    size.append([np.sqrt(np.mean(corrected**2)), np.sqrt(np.mean(m**2 / v))])
noisy, noisy_raw = np.transpose(size)
figures.step_lengths({
    "steady, corrected": np.ones(1000), "steady, uncorrected": uncorrected[:1000],
    "noise, corrected": noisy, "noise, uncorrected": noisy_raw,
})

# %% [markdown]
# Corrected, a steady gradient gives steps of length lr. In pure noise the step settles at
# $\sqrt{0.1/1.9} = 0.23$ of lr: $m$ averages the noise away and $v$ does not. And the very first
# step has length lr whatever the gradient's scale, because $\hat m/\sqrt{\hat v}$ is then $g/|g|$.
#
# ## Five rules side by side
#
# In this race all five rules start at one place. At the left are their paths, on a surface that is darker
# where it is lower; at the right, how high each still is above the lowest point.

# %% [markdown] tags=["lab"]
# First keep one learning rate for all. In the ravine, $\lambda = 20$ across: find the rate from
# which gradient descent crosses the valley at every step, and the rate from which it flies off. Do they agree with $1/\lambda$ and $2/\lambda$?
# Then tick *own best rates*. Who leaves the saddle first, and who suffers from noise?

# %%
widgets.race()

# %% [markdown]
# Adam and RMSprop set out on the same diagonal, in the ravine and on any surface: divided by its own
# scale, no direction is steep. On a saddle that is the way out. In a round bowl it gains nothing. And
# near the bottom RMSprop may leap, as in the ravine at a rate of 0.03: with the gradients $\sqrt v$
# shrinks, so $\text{lr}/\sqrt v$ grows, until it passes $2/\lambda$.
#
# Could you recognise a rule by its steps? Here a single weight met the same gradient, $g = 2$,
# twice, at $\text{lr} = 0.1$. Every memory began at 0.

# %%
plot.table(
    [["P", "0.1", "0.1"], ["Q", "0.2", "0.38"], ["R", "1", "0.709"], ["S", "0.2", "0.2"],
     ["T", "0.38", "0.542"]],
    header=["rule", "first step", "second step"],
)

# %% [markdown]
# ### Exercise: `which_rule`
#
# Find out which is which, from the formulas above. Then write a function that names the rule for
# any two steps (positive lengths), a gradient $g$ (positive, not 1) and lr, **without knowing $\mu$
# or $\beta$**. Return `"gradient descent"`, `"momentum"`, `"Nesterov"`, `"RMSprop"` or `"Adam"`.
# Compare with `math.isclose` or `np.isclose`: equal numbers may differ by rounding.


# %% tags=["exercise:diagnosis.which_rule"]
def which_rule(first, second, g, lr):
    ...  # five lines


# %%
ex.which_rule.check(which_rule)

# %% [markdown]
# ## Weight decay is not L2
#
# *To keep weights small you can add $\frac{w}{2} \lVert p \rVert^2$ to the loss (L2), or shrink
# them at every step. For gradient descent it is the same. For Adam?*
#
# L2 sends $w p$ through the gradient, where Adam divides it by $\sqrt{\hat v} \approx \sigma$, the
# scale of that weight's gradients. So the weight shrinks by about $\text{lr}\,w/\sigma$ a step, and
# a weight with loud gradients hardly at all. **AdamW** has true **weight decay**: first every
# weight loses the share $\text{lr}\,w$ of itself, and then Adam takes its step from there, with the
# gradient alone.
#
# By hand: the numbers of `adam_step` with $w = 0.2$. The weight shrinks to $0.9$, and Adam's step
# of $0.4$ leaves $0.5$.
#
# ### Exercise: `adamw_step`
#
# A pure function once more; it may call `updates.adam_step`. Return $p$, $m$, $v$.


# %% tags=["exercise:updates.adamw_step"]
def adamw_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    ...  # two lines


# %%
ex.adamw_step.check(adamw_step)

# %% [markdown]
# To see it by itself: weights that start at 1 and get gradients of pure noise, half of them loud
# ($\sigma = 10$), half quiet ($\sigma = 0.1$), for 500 steps at $\text{lr} = 0.01$, $w = 0.1$.

# %%
sigma, kept = np.array([[10.0], [0.1]]), {}
for name, rule in (("Adam + L2", optim.adam), ("AdamW", optim.adamw)):
    rng, params, state = np.random.default_rng(3), [np.ones((2, 2000))], None
    for _ in range(500):
        noise = [sigma * rng.normal(size=(2, 2000))]
        params, state = rule(params, noise, state, lr=0.01, weight_decay=0.1)
    kept[name] = params[0].mean(axis=1)
derived = np.exp(-500 * 0.01 * 0.1 / sigma[:, 0]), np.exp(-500 * 0.01 * 0.1 * np.ones(2))
rows = [[name, *(f"{abs(k):.2f}" for k in kept[name]), *(f"{d:.2f}" for d in ds)]
        for name, ds in zip(kept, derived, strict=True)]  # fmt: skip
plot.table(rows, header=["what is left of 1", "loud", "quiet", "derived: loud", "derived: quiet"])

# %% [markdown]
# With L2 the loud weights keep nearly everything and the quiet ones lose nearly all. With AdamW all
# keep the same share. `torch.optim.Adam(weight_decay=…)` is the first, `torch.optim.AdamW` the
# second.
#
# ## Each rule at its best, on real digits
#
# *Which rule wins?* That question means little at one learning rate. So each rule gets five rates,
# a factor of about 3 apart, and each run three seeds. The loss is the mean over the last 50 of 150
# steps, for a network with 32 hidden units and batches of 64. In the figure a band reaches from the
# lowest to the highest of the three seeds, and in the table their spread stands behind the ±.


# %%
def train(rule, lr, data, *, seed, steps):
    """The parameters [W, b, W, b] after so many steps of a rule, and the loss at each."""
    rng = np.random.default_rng(seed)
    params = [a for pair in mlp.init(rng, [784, 32, 10]) for a in pair]
    state, losses = None, []
    for _ in range(steps):
        rows = rng.integers(8000, size=64)
        pairs = list(zip(params[::2], params[1::2], strict=True))
        loss, grads = mlp.loss_and_gradients(pairs, data.x_train[rows], data.y_train[rows])
        params, state = rule(params, [g for pair in grads for g in pair], state, lr=lr)
        losses.append(loss)
    return params, losses


def at_rates(rule, rates, data):
    """The loss at each rate and seed."""
    return np.array([[np.mean(train(rule, lr, data, seed=s, steps=150)[1][-50:]) for s in range(3)]
                     for lr in rates])


# %%
rules = {  # each with the middle one of its five rates
    "SGD": (partial(optim.sgd, inplace=True), 0.3),
    "momentum": (partial(optim.sgd, momentum=0.9, inplace=True), 0.1),
    "RMSprop": (partial(optim.rmsprop, inplace=True), 0.007),
    "Adam": (partial(optim.adam, inplace=True), 0.01),
}
scales = np.array([0.1, 0.32, 1.0, 3.2, 10.0])
losses = {name: at_rates(rule, lr * scales, data) for name, (rule, lr) in rules.items()}

# %% tags=["picture:rounding"]
figures.valleys(scales, losses)
plot.table(
    [[name, *figures.at_best(L)] for name, L in losses.items()],
    header=["rule", "loss at its best rate", "at a third of it, over best",
            "at three times, over best"],
)

# %% [markdown]
# At its best rate each rule does well. Adam is best and plain SGD last, by gaps larger than the
# spread over seeds; momentum and RMSprop can't be told apart. But the columns at the right matter
# more in practice: a factor of 3 in the learning rate can double the loss, and the best
# rule is only 1.3 times better than the worst. **Tune the rate first.** Adam and RMSprop forgive a
# rate that is three times too large better than SGD and momentum do; at a third of the rate,
# momentum does as well as they. (A conjecture: their steps don't depend on the scale of the
# gradients, so one rate also serves many networks.)
#
# Finally, five readers of digits, each trained for 300 steps by one of the rules that you wrote.
# Each has one seed and a constant rate, so don't read a ranking into the table.


# %%
def rule_of(step, slots):
    """A rule for a list of parameters, from a step for one; slots arrays of memory begin at 0."""
    def rule(params, grads, state, *, lr):
        t, memory = state or (1, [[0 * p] * slots for p in params])
        count = [t] if slots == 2 else []
        new = [step(p, g, *m, *count, lr=lr) for p, g, m in zip(params, grads, memory, strict=True)]
        return [p for p, *_ in new], (t + 1, [m for _, *m in new])
    return rule


made = yours.using("momentum_step", "nesterov_step", "rmsprop_step", "adam_step", "adamw_step")
settings = {"momentum_step": (1, 0.1), "nesterov_step": (1, 0.1), "rmsprop_step": (1, 0.003),
            "adam_step": (2, 0.01), "adamw_step": (2, 0.01)}  # fmt: skip
read = []
for name, (slots, lr) in settings.items():
    W1, b1, W2, b2 = train(rule_of(getattr(made, name), slots), lr, data, seed=5, steps=300)[0]
    right = mlp.accuracy([(W1, b1), (W2, b2)], data.x_test, data.y_test)
    read.append([name, f"{100 * right:.1f} %"])
plot.table(read, header=["trained by", "of 2,000 unseen digits read right"])
print(made.credit("Your five readers"))

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["1,000 steps at 2.01/λ, from 1", f"{above:,.0f}"],
        ["curvature that lr = 0.2 settles at", f"{settled:.1f}"],
        ["steps at κ = 1,000, plain and momentum", " and ".join(f"{n:,}" for n in needed[1000])],
        ["floor under noise, momentum over plain, each at its best", f"{floor_ratio:.1f} times"],
        ["its effective rate over that of plain descent", f"{effective:.1f} times"],
        ["Adam's first step, uncorrected", f"{first:.2f} × lr"],
        ["its worst step, uncorrected", f"{largest:.2f} × lr, at t = {worst_t}"],
        ["loud weights after decay, L2 and AdamW",
         f"{kept['Adam + L2'][0]:.2f} and {kept['AdamW'][0]:.2f}"],
        ["best loss, SGD and Adam",
         " and ".join(f"{losses[n].mean(axis=1).min():.2f}" for n in ("SGD", "Adam"))],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write every common update rule and say what each term prevents, predict the rate
# at which descent in a bowl diverges, say what a network does there instead, keep the effective
# rate when you change the momentum, and tell L2 from weight decay. Lesson *Training runs* makes a
# whole run of these steps.
#
# ## Questions to answer without looking
#
# 1. On a bowl, $f(x) = \frac{\lambda}{2} x^2$, gradient descent diverges at $\text{lr} = 0.2$ and not
#    at $0.19$. What do you know about $\lambda$? And what would the same say about a network?
#
#    <details><summary>Answer</summary>
#
#    The limit is $2/\lambda$, so $\lambda$ lies between $2/0.2 = 10$ and $2/0.19 \approx 10.5$. In a
#    network the curvature changes while you train, and near the limit it moves to where $2/\text{lr}$
#    is. So a run above the first limit need not diverge.
#
#    </details>
#
# 2. You train with $\text{lr} = 0.02$ and $\mu = 0.9$, and you want $\mu = 0.95$. Which lr?
#
#    <details><summary>Answer</summary>
#
#    The effective rate is $0.02/0.1 = 0.2$. With $\mu = 0.95$ it stays 0.2 at
#    $\text{lr} = 0.2 \cdot 0.05 = 0.01$.
#
#    </details>
#
# 3. Why are Adam's first steps too long, not too short, without its corrections?
#
#    <details><summary>Answer</summary>
#
#    Both averages begin at 0 and are too small at first: $m$ by the factor $1 - \beta_1 = 0.1$, and
#    $\sqrt v$ by $\sqrt{1 - \beta_2} \approx 0.03$. The second stands in the denominator and is the
#    smaller one, so the step is $0.1/0.03 \approx 3$ times too long.
#
#    </details>
#
# 4. `Adam(weight_decay=0.1)` hardly shrinks the weights whose gradients are large. Why?
#
#    <details><summary>Answer</summary>
#
#    It adds $w p$ to the gradient, and Adam divides the sum by the scale of that weight's gradients.
#    Where they are large, little of $w p$ is left. AdamW shrinks the weight itself, outside of that
#    division.
#
#    </details>
#
# 5. From lesson *Backpropagation*: somebody forgets to divide the gradient by the batch size. Which
#    rules of this lesson would notice?
#
#    <details><summary>Answer</summary>
#
#    Gradient descent, with or without momentum: its steps would be $B$ times as long. RMSprop and Adam
#    divide the scale of the gradient away (but for $\varepsilon$).
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it: what Adam makes of rare, large gradients,
# and a newer rule, made for matrices. It takes about ten minutes.
#
# ### Rare, large gradients
#
# *A gradient is large and rare, and small the other way in between. Where does Adam go?*
#
# Let the gradient be $+3$ at every third step and $-1$ at the other two, with $p$ held between $-1$
# and $1$. The sum over three steps is $+1$, so the best place is $-1$. Give Adam a short memory,
# $\beta_1 = 0$ and $\beta_2 = 0.1$.

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
end, end_long = walk(0.1)[-300:].mean(), walk(0.999)[-300:].mean()
reddi.reveal("at +1" if end > 0.5 else "at −1" if end < -0.5 else "at 0")
print(f"with β₂ = 0.1 it ends at {end:+.2f}, with 0.999 at {end_long:+.2f}")

# %% [markdown]
# Adam was published with a proof that it converges; Reddi and others (2018) found the gap in it.
# At the large gradient $v$ jumps up with it, so $+3$ counts for about one. Two steps later $v$ has
# forgotten, and $-1$ counts for about one too. So two wrong steps beat one right one. With a long
# memory, as the second line shows, Adam goes the right way. (A conjecture: the gradient of a rare
# token is like that third step, and $1/(1 - \beta_2)$ must be long enough to span its absence.)
#
# ### Muon: every direction of a matrix about equally far
#
# *Adam gives each entry its own scale. But the entries of a weight matrix belong together.*
#
# The gradient of a matrix is dominated by a few directions, those of its largest singular values.
# **Muon** keeps the directions and sets every singular value to about 1. No SVD is needed. Let
# $X$ begin as the gradient, divided by its length, and let $s$ be one of its singular values. An
# odd polynomial of a matrix acts on these alone:
#
# $$X \leftarrow aX + bXX^\top X + c\,(XX^\top)^2 X$$
#
# takes $s$ to $as + bs^3 + cs^5$.


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
G = mlp.loss_and_gradients(pairs, data.x_train[:256], data.y_train[:256])[1][0][0]
before = np.linalg.svd(G, compute_uv=False)
after = np.linalg.svd(orthogonalise(G), compute_uv=False)
figures.singular_values(before, after)
print(
    f"largest over smallest: {before[0] / before[-1]:.0f} before, "
    f"{after.max() / after.min():.1f} after"
)

# %% [markdown]
# So a step moves the weights about equally far along all 32 directions, the rare ones too.
# `updates.muon_step` is Nesterov's velocity, and then this. Biases are no matrices and get
# momentum. Muon gets five rates and three seeds, as the others did.


# %%
def muon(params, grads, state, *, lr):
    """Matrices by Muon, biases by momentum."""
    first, second = state or (None, None)
    W, first = optim.muon(params[::2], grads[::2], first, lr=lr, weight_decay=0.0)
    b, second = optim.sgd(params[1::2], grads[1::2], second, lr=lr, momentum=0.9)
    return [a for pair in zip(W, b, strict=True) for a in pair], (first, second)


losses["Muon"] = at_rates(muon, 0.03 * scales, data)
for name in ("Adam", "Muon"):
    loss, low, high = figures.at_best(losses[name])
    print(f"{name}: {loss} at its best rate; {low} times that at a third, {high} at three times")

# %% [markdown]
# At their best rates Muon's loss is lower than Adam's, by more than the spread over seeds. But its
# valley is steeper: a rate that is wrong by a factor of 3 costs it more.

# %% [markdown]
# ## Sources
#
# - B. Polyak (1964), *Some methods of speeding up the convergence of iteration methods*,
#   https://doi.org/10.1016/0041-5553(64)90137-5: momentum.
# - I. Sutskever and others (2013), *On the importance of initialization and momentum in deep learning*,
#   https://proceedings.mlr.press/v28/sutskever13.html: Nesterov's rule in this form.
# - G. Hinton (2012), *Neural networks for machine learning*, lecture 6e: RMSprop.
# - D. Kingma, J. Ba (2015), *Adam*, https://arxiv.org/abs/1412.6980
# - S. Reddi, S. Kale, S. Kumar (2018), *On the convergence of Adam and beyond*,
#   https://arxiv.org/abs/1904.09237
# - I. Loshchilov, F. Hutter (2019), *Decoupled weight decay regularization*,
#   https://arxiv.org/abs/1711.05101
# - J. Cohen and others (2021), *Gradient descent on neural networks typically occurs at the edge of
#   stability*, https://arxiv.org/abs/2103.00065
# - K. Jordan (2024), *Muon*, https://kellerjordan.github.io/posts/muon
