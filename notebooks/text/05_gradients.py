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
# # Gradients
#
# A large model has billions of numbers, and training asks the same question about each of them: if this
# one grew a little, would the error shrink or grow, and how fast? The answer is called a gradient. In this
# lesson you learn to find it by hand, to measure it, and to build a machine that finds it for any formula.
#
# **You will** measure slopes and see where the measurement fails, follow slopes through a graph, write the
# machine, `backward` included, and let it fit a curve. This takes about two hours.
#
# **You need** Python, NumPy arrays (lesson *Linear algebra*), and from school the slopes of $x^2$ and $e^x$.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning |
# |---|---|
# | $f$, $L$ | a function; the one number that everything else leads to |
# | $h$ | a small step, a nudge |
# | $x$, $y$ | the numbers that we may move |
# | $u$, $v$ | numbers on the way from these to $L$ |
# | $\frac{\partial f}{\partial x}$ | the partial derivative of $f$ with respect to $x$ |
# | $dx$ | the slope of $L$ with respect to $x$; if $x$ is an array, an array of slopes in its shape |
# | `lr` | learning rate: how far a step goes |

# %% tags=["setup"]
import math
import time

import numpy as np

from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.gradients import bank as ex
from course.lessons.gradients import diagrams, widgets
from course.networks import autograd, gradcheck, paths

# %% [markdown]
# ## A slope is what a nudge does
#
# *How fast does a function change, if you have no formula for it?*
#
# Nudge its input and look. For $f(x) = x^2$ at $x = 3$, school says that the slope is 6. Take a step $h$
# upward, and divide the change of $f$ by the step:


# %%
def square(x):
    return x * x


for h in (1.0, 0.1, 0.01):
    one_sided = (square(3 + h) - square(3)) / h
    two_sided = (square(3 + h) - square(3 - h)) / (2 * h)
    print(f"h = {h}: a step up gives {one_sided:.2f}, both sides give {two_sided:.2f}")

# %% [markdown]
# The step up looks only at what lies ahead, where the curve is steeper already, so it is off by $h$. With
# a step up and a step down the two errors cancel. For a parabola they cancel entirely; for other smooth
# curves what is left shrinks with $h^2$.
#
# A function of two numbers has two slopes. Hold $y$ still and nudge $x$: that slope is the **partial
# derivative** with respect to $x$, written $\partial f / \partial x$. Then the other way round. Take
# $f(x) = x_0^2 + 3x_1$ at the point $(2, 5)$. With respect to $x_0$ the slope is $2 x_0 = 4$, and with
# respect to $x_1$ it is 3. All partial derivatives together, in the shape of $x$, are the **gradient**: here
# $(4, 3)$.
#
# ### Exercise: `numerical_gradient`
#
# Measure the gradient of any `f` that takes an array and returns a number, with steps of `h` to both sides.
# By hand: the $f$ above at $(2, 5)$ gives $(4, 3)$ at any step. Leave `x` as it is.


# %% tags=["exercise:gradcheck.numerical_gradient"]
def numerical_gradient(f, x, h=1e-5):
    ...  # about six lines; np.ndindex(x.shape) visits every entry


# %%
ex.numerical_gradient.check(numerical_gradient)

# %% [markdown]
# ## Where the measurement stops being true
#
# *If a smaller step is better, why not take the smallest?*
#
# A computer keeps about 16 digits of a number in the 64-bit format, `float64`, and about 7 in the 32-bit
# format, `float32`, in which many networks are trained. Here is a function whose slope we know exactly. Its
# values lie near 2 and its slopes near 0.1. We measure it at 200 points in both formats. How far off the
# slopes are, we say by the **relative error**: the length of the difference between the measured slopes and the
# true ones, divided by the length of the true ones.


# %%
def curve(x):
    return 2 + (x * x * x + 1 / (1 + x * x)) / 30


def exact_slope(x):
    return (3 * x**2 - 2 * x / (1 + x**2) ** 2) / 30


def measured_slopes(x, h):
    return (curve(x + h) - curve(x - h)) / (2 * h)


# %%
in_single = predict.number(
    "gradients.single",
    "In float32, with a step of 1e-5: how far off are the measured slopes?",
    unit="%",
    low=0,
    high=100,
    factor=4,
)
in_single

# %%
points = np.linspace(0.5, 2, 200)
steps = 10.0 ** -np.arange(1, 10)
errors = {}
for dtype in (np.float64, np.float32):
    x = points.astype(dtype)
    errors[dtype.__name__] = [
        gradcheck.relative_error(exact_slope(x.astype(float)), measured_slopes(x, dtype(h)))
        for h in steps
    ]
at_1e5 = 100 * errors["float32"][4]
in_single.reveal(at_1e5, shown=f"{at_1e5:.1f} %")

# %%
best = {name: min(far) for name, far in errors.items()}
foot = {name: steps[np.argmin(far)] for name, far in errors.items()}
fig, ax = plot.figure(width=5.7, height=2.9)
for n, (name, far) in enumerate(errors.items()):
    ax.loglog(steps, far, "os"[n], ls=plot.LINES[n], color=plot.COLORS[n], label=name)
ax.set(xlabel="step h", ylabel="relative error of the slopes", ylim=(1e-12, 10))
ax.legend()
plot.show(
    fig,
    alt="Relative error of measured slopes over the step, both axes logarithmic: two letters V. The lowest point "
    + ", ".join(f"of {name} is {best[name]:.0e} at h = {foot[name]:.0e}" for name in errors)
    + f". With smaller steps float32 rises to {max(errors['float32']):.0f}.",
)
for name in errors:
    print(f"best in {name}: {best[name]:.0e}, at h = {foot[name]:.0e}")

# %% [markdown]
# On the right of each V the error comes from the curve, which is not straight: ten times the step, a hundred
# times the error. On the left it comes from rounding. In the difference $f(x+h) - f(x-h)$ all digits that the
# two values share cancel, and dividing by a tiny $h$ magnifies what was rounded: a tenth of the step, ten
# times the error, until nothing of the slope is left and the error is 1. So check gradients in `float64`, with a step near $10^{-5}$, whatever format you train in.
#
# ## What the measurement costs
#
# *It needs nothing but the function. Why does nobody train with it?*
#
# Take 1,000 weights $w$ and $L = \frac12 \lVert Xw - t \rVert^2$, a least-squares problem. Its gradient
# has a formula, $X^\top(Xw - t)$: two matrix products. Measuring it takes two evaluations for each weight.

# %%
slower = predict.number(
    "gradients.cost",
    "How many times as long does the measured gradient take as the formula?",
    low=1,
    high=1e6,
    factor=4,
)
slower


# %% tags=["varies"]
def least_squares(w, X, t):
    return 0.5 * np.sum((X @ w - t) ** 2)


rng = np.random.default_rng(0)
X, t, w = rng.normal(size=(400, 1000)), rng.normal(size=400), rng.normal(size=1000)
clock = [time.perf_counter()]
gradcheck.numerical_gradient(lambda w: least_squares(w, X, t), w)
clock.append(time.perf_counter())
for _ in range(1000):
    X.T @ (X @ w - t)
clock.append(time.perf_counter())
nudged, by_formula = np.diff(clock) / (1, 1000)
slower.reveal(nudged / by_formula, shown=f"about {float(f'{nudged / by_formula:.2g}'):,.0f} times")

# %% [markdown]
# Counting says why: the formula takes two products, and nudging takes two evaluations for each weight, with a
# product in each. So the factor is about the number of weights, and it grows with them. With 100 billion
# weights, one step of training would take 200 billion evaluations: at one a second, six thousand years. The
# rest of this lesson finds all partial derivatives at once, and at its end you see what that costs.
#
# ## Along a path slopes multiply
#
# *If $x$ moves $a$, and $a$ moves $L$, how does $x$ move $L$?*
#
# Let $a$ move 8 times as far as $x$, and $L$ 12 times as far as $a$. Then $L$ moves $12 \cdot 8 = 96$ times as
# far as $x$: along a path, slopes multiply. But $x$ may be used twice. In this drawing it goes to $L$ by two
# paths.

# %%
diagrams.two_paths()

# %% [markdown]
# The upper path gives $8 \cdot 12 = 96$, the lower one $3 \cdot 16 = 48$. Now both move at once.

# %%
together = predict.number(
    "gradients.paths",
    "Nudge x a little, and divide by the nudge: what is the slope of L with respect to x?",
    low=0,
    high=500,
    within=0.5,
)
together


# %%
def by_two_paths(x):
    a, b = x * x, 3 * x
    return a * b


measured = (by_two_paths(4 + 1e-5) - by_two_paths(4 - 1e-5)) / 2e-5
together.reveal(measured, shown=f"{measured:.2f}")

# %% [markdown]
# The sum, 144. Why a sum? A small nudge $h$ changes $a$ by $8h$ and $b$ by $3h$, so
#
# $$L + \Delta L = (a + 8h)(b + 3h)$$
# $$= ab + (8h \cdot b + 3h \cdot a) + 24h^2.$$
#
# The first bracket is the contribution of the upper path plus that of the lower one. The last term,
# where both meet, is smaller by another factor $h$ and vanishes beside them.
#
# So multiply the slopes along each path, then add over all paths.

# %% [markdown]
# ### Exercise: `two_slopes`
#
# Here is a graph with more paths. Find how many lead from $x$ to $L$ before you write anything.

# %%
diagrams.graph()

# %% [markdown]
# Return the slopes of $L$ with respect to $x$ and with respect to $y$, as two numbers. By hand, for $x = 3$ and
# $y = 2$ as drawn, they are 36 and 45.


# %% tags=["exercise:paths.two_slopes"]
def two_slopes(x, y):
    ...  # no more than five lines


# %%
ex.two_slopes.check(two_slopes)

# %% [markdown]
# What you used is the **chain rule**: multiply the slopes along each path, then add over all paths,
#
# $$\frac{\partial L}{\partial x} = \sum_{\text{paths}}\ \prod_{\text{steps}} \text{slope of the step}.$$
#
# Did you work out the slope with respect to $u$ once and use it for both? Then you have found the trick that
# makes gradients cheap. A graph can have astronomically many paths. But if every number first collects what
# reaches it, each step has to be taken only once.

# %% [markdown]
# In the figure each number stands above its circle, and below it, in brackets, the slope of $L$ with
# respect to it. On the right is $L$ over $x$, while $y$ is held.

# %% [markdown] tags=["lab"]
# Move $x$ and $y$. Where is the slope of $L$ with respect to $x$ zero?

# %%
widgets.graph()

# %% [markdown]
# ## Numbers that remember
#
# *Can a program follow the paths for us?*
#
# It can, if each number remembers what it was made from. An `autograd.Value` holds four things: `data`, the
# number; `parents`, the values it was made from; `slopes`, its own slope with respect to each parent; and
# `grad`, empty at first, for the slope of $L$ with respect to it. A value made from nothing has no parents.
# This is a sum:


# %% tags=["worked:autograd.add"]
def add(a, b):
    return autograd.Value(a.data + b.data, (a, b), (1.0, 1.0))


# %%
total = add(autograd.Value(4.0), autograd.Value(5.0))
print(total.data, [parent.data for parent in total.parents], total.slopes)

# %% [markdown]
# If either summand moves by a little, the sum moves as much: both slopes are 1. What about a product?
#
# ### Exercise: `multiply`
#
# Write it like `add`. By hand: for $a = 4$ and $b = 5$, the slope of $3ab + a$ is 16 with respect to $a$ and 12
# with respect to $b$, and the slope of $v \cdot v$ at $v = 4$ is 8. Use the numbers, `a.data` and `b.data`, not
# `a * b`.


# %% tags=["exercise:autograd.multiply"]
def multiply(a, b):
    ...  # one line; return an autograd.Value


# %%
ex.multiply.check(multiply)

# %% [markdown]
# ## In which order
#
# *A value may pass on its slope only when it has collected everything. When is that?*
#
# When all values made from it have passed on theirs. In the graph of `two_slopes`, $u$ must wait for $v$,
# because one of its paths leads through $v$. So we need a list in which each value stands after all of its parents, and the
# result last. Read from its end, it is the order for the way back. Such a list is a **topological order**.
#
# ### Exercise: `order`
#
# Return that list for everything that `result` was made from, each value once. By hand: for the $L$ of
# that graph the list may be $x, y, u, v, L$, or $y, x, u, v, L$. A function may define another inside and call it, and
# that one may call itself.


# %% tags=["exercise:autograd.order"]
def order(result):
    ...  # about ten lines; two values may hold the same number


# %%
ex.order.check(order)

# %% [markdown]
# ## The way back
#
# *Every value is in its place. What does each of them do?*
#
# Begin at the end: the slope of $L$ with respect to itself is 1. Then each value hands each parent a share. You
# know from the chain rule what a share is, and what a parent does with several.
#
# ### Exercise: `backward`
#
# Set the `grad` of `result` and of every value that it was made from. Return nothing. Values may carry a
# `grad` left over from another expression. By hand: in the graph of `two_slopes`, $x, y, u, v, L$
# get $36, 45, 15, 6, 1$. Use `autograd.order`.


# %% tags=["exercise:autograd.backward"]
def backward(result):
    ...  # about seven lines


# %%
ex.backward.check(backward)

# %% [markdown]
# This is **backpropagation**, and a machine like this is called **autograd**. It goes through the graph once,
# however many slopes are wanted. A `Value` also understands `+`, `*` and `**`, and the rest of arithmetic
# follows from these three: $a - b$ is $a + b \cdot (-1)$, and $a / b$ is $a \cdot b^{-1}$.
#
# A new operation needs its value and its slope, nothing else. The exponential is its own slope:


# %% tags=["worked:autograd.exp"]
def exp(v):
    y = math.exp(v.data)
    return autograd.Value(y, (v,), (y,))


# %% [markdown]
# ### Exercise: `tanh`
#
# Teach the machine the function `tanh`, an S-shaped curve from −1 to 1. If $y = \tanh v$, its slope is
# $1 - y^2$. By hand: at $v = 0$ the value is 0 and the slope 1, so $3\tanh v + v\tanh v$ has slope 3.


# %% tags=["exercise:autograd.tanh"]
def tanh(v):
    ...  # two lines, as in exp


# %%
ex.tanh.check(tanh)

# %% [markdown]
# Now one expression with all of it, by our machine and by nudging:


# %% tags=["varies"]
def mixed(a, b, grow, squash):
    c = (2 - a) * b + a * a * a / (b - 5.0)
    return grow(-a) * c - squash(c / 7) * c + 1 / b


a, b = autograd.Value(-1.3), autograd.Value(0.7)
autograd.backward(mixed(a, b, autograd.exp, autograd.tanh))
nudge = gradcheck.numerical_gradient(lambda z: mixed(*z, np.exp, np.tanh), np.array([-1.3, 0.7]))
print(f"ours {a.grad:.4f} {b.grad:.4f}, nudged {nudge[0]:.4f} {nudge[1]:.4f}")
print(f"largest gap {np.abs(nudge - [a.grad, b.grad]).max():.0e}")

# %% [markdown]
# ## A wrong slope that passes
#
# *Your check says that a slope is right. At how many points did you look?*
#
# Somebody in a hurry wrote a division with slopes of its own, and checked them at $1/4$ by nudging. They
# passed.


# %%
def hurried(a, b):
    return autograd.Value(a.data / b.data, (a, b), (1 / b.data, -1 / b.data**2))


for top, bottom in ((1.0, 4.0), (6.0, 2.0), (-3.0, 2.0)):
    a, b = autograd.Value(top), autograd.Value(bottom)
    autograd.backward(hurried(a, b))
    true = gradcheck.numerical_gradient(lambda z: z[0] / z[1], np.array([top, bottom]))
    print(
        f"{top} / {bottom}: hurried {a.grad:+.2f} {b.grad:+.2f}, "
        f"nudged {true[0]:+.2f} {true[1]:+.2f}"
    )

# %% [markdown]
# ### Exercise: `divide`
#
# Find the fault from the three printed lines and write the division that has none. By hand: at $6/2$
# the slope of $3a/b + a$ is $2.5$ with respect to $a$ and $-4.5$ with respect to $b$.


# %% tags=["exercise:autograd.divide"]
def divide(a, b):
    ...  # one line; return an autograd.Value


# %%
ex.divide.check(divide)

# %% [markdown]
# ## Downhill
#
# *Every number has its slope. How does that make an error small?*
#
# The gradient points to where the function grows fastest. So take a small step the other way, and again. That
# is **gradient descent**. Each step is the gradient times a small number, the **learning rate**.


# %% tags=["worked:paths.descend"]
def descend(gradient, x, lr, steps):
    path = [x]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return path


# %% [markdown]
# Take the valley $f(x, y) = \frac12(x^2 + 25y^2)$. It is 25 times as curved across, in $y$, as along, in $x$.
# Its gradient is $(x, 25y)$. We start at $(10, 1)$, at height 62.5, with a learning rate of 0.07.

# %%
arrival = predict.number(
    "gradients.valley",
    "From (10, 1), at a rate of 0.07: how many steps until the height is below 0.001?",
    low=1,
    high=10000,
    factor=2,
)
arrival


# %%
def slope_of_valley(p):
    return np.array([p[0], 25 * p[1]])


def steps_needed(lr, most=3000):
    path = np.array(paths.descend(slope_of_valley, np.array([10.0, 1.0]), lr, most))
    low = 0.5 * (path[:, 0] ** 2 + 25 * path[:, 1] ** 2) < 1e-3
    return int(low.argmax()) if low.any() else None


arrived = steps_needed(0.07)
arrival.reveal(arrived)

# %%
with np.errstate(over="ignore", invalid="ignore"):  # a walk that climbs out ends in infinity
    needed = {lr: steps_needed(lr) for lr in (0.01, 0.03, 0.07, 0.079, 0.081)}
print("\n".join(f"lr {lr}: {n or 'never arrives'}" for lr, n in needed.items()))

# %% [markdown]
# Along the valley, each step multiplies $x$ by $1 - 0.07 = 0.93$, and 75 steps are needed to shrink it
# enough. A larger rate would be faster along, but across, each step multiplies $y$ by $1 - 25\,\text{lr}$.
# Beyond $\text{lr} = 0.08$ that factor is below −1, and each jump lands higher on the other wall. The
# steepest direction limits the step, and the flattest one decides how many are needed.

# %% [markdown]
# The figure shows such a walk between lines of equal height, and how its height falls.

# %% [markdown] tags=["lab"]
# Find two rates in the picture: the one at which the walk begins to jump from wall to wall, and the one at
# which it climbs out.

# %%
widgets.valley()

# %% [markdown]
# ## A curve fitted by your own machine
#
# *Is that enough to learn something?* Here are 24 points of a curve. The model is a sum of six S-shaped
# steps, $c_k \tanh(w_k x + b_k)$, so it has 18 numbers to learn. The error $L$ is the mean squared distance.
# Every slope comes from the machine, and the machine is made of your functions, where they have passed.

# %%
made = yours.using("multiply", "gradients.tanh", "order", "backward")


def prediction(made, params, x):
    total = autograd.Value(0.0)
    for c, w, b in params:
        step = made.tanh(autograd.add(made.multiply(w, autograd.Value(x)), b))
        total = autograd.add(total, made.multiply(c, step))
    return total


def error(made, params, xs, ts):
    parts = [prediction(made, params, x) - t for x, t in zip(xs, ts, strict=True)]
    return sum(made.multiply(part, part) for part in parts) * (1 / len(xs))


# %% [markdown]
# Learning is gradient descent again: 300 times, each of the 18 numbers moves against its slope.


# %%
def fit(made, params, xs, ts, lr=0.2, steps=300):
    losses = []
    for _ in range(steps):
        L = error(made, params, xs, ts)
        made.backward(L)
        losses.append(L.data)
        params = [[autograd.Value(v.data - lr * v.grad) for v in unit] for unit in params]
    return params, losses


xs = np.linspace(-2, 2, 24)
ts = np.sin(2 * xs) + 0.3 * xs
rng = np.random.default_rng(3)
start = [[autograd.Value(v) for v in rng.normal(size=3)] for _ in range(6)]
fitted, losses = fit(made, start, xs, ts)
nodes = len(made.order(error(made, start, xs, ts)))
print(f"a graph of {nodes} values; error {losses[0]:.2f} before, {losses[-1]:.3f} after 300 steps")

# %%
fig, (left, right) = plot.figure(1, 2, width=8.2, height=2.8)
fine = np.linspace(-2, 2, 60)
left.plot(xs, ts, "o", color=plot.COLORS[0], label="points")
for n, (params, name) in enumerate(((start, "before"), (fitted, "after")), start=1):
    drawn = [prediction(made, params, x).data for x in fine]
    left.plot(fine, drawn, ls=plot.LINES[n], color=plot.COLORS[n], label=name)
left.set(xlabel="x", ylabel="curve and model")
left.legend()
right.semilogy(losses, color=plot.COLORS[2])
right.set(xlabel="step", ylabel="mean squared error L")
plot.show(
    fig,
    alt=f"First, {len(xs)} points of a wave; the model before training runs elsewhere, after training it goes "
    f"through the points. Then, the error over {len(losses)} steps on a logarithmic axis, rising at first "
    f"from {losses[0]:.2f} to {max(losses):.2f}, then falling to {losses[-1]:.3f}.",
)
print(made.credit("Your curve"))

# %% [markdown]
# The first step makes the error larger, because the learning rate is too large there. With half of it the error
# falls from the start, and ends higher.
#
# *All 18 slopes come from one way back. What does it cost, beside the way forward?*

# %% tags=["varies"]
L = error(made, start, xs, ts)
clock = [time.perf_counter()]
for _ in range(100):
    error(made, start, xs, ts)
clock.append(time.perf_counter())
for _ in range(100):
    autograd.backward(L)
clock.append(time.perf_counter())
forward, back = np.diff(clock)
print(f"the way back takes {back / forward:.1f} times as long as the way forward")

# %% [markdown]
# Nudging would take 36 ways forward, two for each number. The way back goes through the graph once, however
# many slopes are wanted. And nobody derived the slopes of this model: if you change it, the machine follows.
# But it is slow, because it handles one number at a time. The lesson *Backpropagation* does the same with
# whole matrices.
#
# ## What you measured

# %%
plot.table(
    [
        ["slopes in float32 with a step of 1e-5, off by", f"{at_1e5:.1f} %"],
        ["best step in float64, error", f"{best['float64']:.0e}"],
        ["best step in float32, error", f"{best['float32']:.0e}"],
        ["slope along two paths of 96 and 48", f"{measured:.0f}"],
        ["steps down the valley at a learning rate of 0.07", f"{arrived}"],
        ["error of the fitted curve, before and after", f"{losses[0]:.2f}, {losses[-1]:.3f}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** say what a gradient is, measure one and know when not to believe it, and follow slopes
# through any graph. In PyTorch you will meet a call `loss.backward()`: you know what it does, because you
# have written it.
#
# ## Questions to answer without looking
#
# 1. Why does a gradient check in `float64` use $h = 10^{-5}$, and not $10^{-12}$?
#
#    <details><summary>Answer</summary>
#
#    With $10^{-12}$ the two values of $f$ agree in nearly all of their 16 digits, so their difference keeps only
#    a few, and dividing by $h$ magnifies the rounding.
#
#    </details>
#
# 2. $L = x \cdot x \cdot x$, written as $u = x \cdot x$ and $L = u \cdot x$. List the paths from $x$ to $L$ and
#    their slopes at $x = 2$.
#
#    <details><summary>Answer</summary>
#
#    Two paths lead through $u$, one for each factor, with slopes $2 \cdot 2 = 4$ each, and one goes directly, with
#    slope $u = 4$. The sum is 12, which is $3x^2$.
#
#    </details>
#
# 3. Why must `backward` go through the list from its end?
#
#    <details><summary>Answer</summary>
#
#    A value may hand on its slope only when it has collected all of its shares. They come from the values that
#    were made from it, and these stand later in the list.
#
#    </details>
#
# 4. A learning rate makes the height grow at each step. Which direction of the valley is responsible?
#
#    <details><summary>Answer</summary>
#
#    The most curved one: there a step jumps past the floor and lands higher than it began.
#
#    </details>
#
# 5. From *Linear algebra*: the residual of a projection is at right angles to what one projects on. Which gradient
#    is zero there?
#
#    <details><summary>Answer</summary>
#
#    That of the squared length of the residual, with respect to the coefficient $c$: at the nearest point, no small
#    change of it brings the point nearer.
#
#    </details>
#
# ## Sources
#
# - A. Karpathy, *micrograd*, https://github.com/karpathy/micrograd: autograd for numbers, in a hundred
#   lines.
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind (2018), *Automatic differentiation in machine learning: a
#   survey*, https://arxiv.org/abs/1502.05767.
# - D. Rumelhart, G. Hinton, R. Williams (1986), *Learning representations by back-propagating errors*,
#   https://doi.org/10.1038/323533a0.
