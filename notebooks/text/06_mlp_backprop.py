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
# # A network that learns
#
# A network of eighty thousand numbers reads handwriting. Nobody set those numbers. They were found by
# asking each of them, *would a little more of you have helped?*, and moving it a little. The
# procedure that answers for all at once is backpropagation. GPTs are trained by the same one.
#
# **You will** derive every gradient of a network by hand, write it in NumPy, check it against the function
# itself, train on real handwritten digits, watch the network read digits it has never seen, and find
# out why a wrong gradient is so hard to notice. At the end you build a machine that derives gradients.
#
# **You need** matrix products (lesson *Linear algebra*), logarithms and the chain rule from school.

# %% [markdown]
# ## Symbols
#
# One example is one row. $d\,\cdot$ before a symbol means the gradient of the loss with respect to it,
# and has its shape.
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$, $y$ | inputs; targets or labels ($y$ is the output where a layer or an operation stands alone: 4.3, 4.9) | $(B, n)$; $(B, K)$ or $(B,)$ |
# | $W$, $b$ | weights and biases of a layer | $(n_\text{in}, n_\text{out})$, $(n_\text{out},)$ |
# | $z$ | weighted sums, before the activation; the last are called logits | $(B, n_\text{out})$ |
# | $h$, $o$, $a$ | activations, what comes out of it: hidden, output, any | $(B, n_\text{out})$ |
# | $\delta$ | $dz$, the error signal at a layer's weighted sums | $(B, n_\text{out})$ |
# | $L$, $\alpha$ | loss; learning rate, `lr` in code | one number |

# %% tags=["setup"]
import functools
import math
import sys

import numpy as np
import torch
from tqdm import tqdm

from course.data import digits
from course.interactive import plot, predict
from course.lessons.mlp_backprop import bank as ex
from course.lessons.mlp_backprop import diagrams, widgets
from course.networks import autograd, gradcheck, layers, mlp

# %% [markdown]
# ## What does a network see?

# %%
x, y, x_test, y_test = digits()
fig, ax = plot.figure(width=8, height=1.7)
plot.digits(ax, x[:20], labels=y[:20], cols=10)
plot.show(fig, alt="Twenty handwritten digits in two rows, each with its label in the corner.")

# %% [markdown]
# People wrote these on forms. To the network each is a row of 784 numbers, 0 for paper and 1 for ink. We
# train on 8,000 and keep 2,000 aside, which no training touches: only they can tell whether it learnt
# to read or learnt by heart.

# %% [markdown]
# ## Forward: weigh, add, activate
#
# *How does a row of 784 numbers become ten scores, one for each digit?*
#
# The smallest answer is one **affine** layer: each output is a weighted sum of all inputs, plus a bias.
#
# $$z = x W + b$$
#
# By hand, with two inputs and two outputs: $W = \begin{pmatrix}3&0\\1&-1\end{pmatrix}$, $b = (10, 20)$.
# The row $x = (1, 2)$ gives $(1\cdot3 + 2\cdot1 + 10,\; 1\cdot0 - 2\cdot1 + 20) = (15, 18)$, and
# $x = (0, 1)$ gives $(11, 19)$.
#
# ### Exercise: `affine`
#
# Write `affine` for a whole batch, without a loop.


# %% tags=["exercise:layers.affine"]
def affine(x, W, b):
    ...  # one line


# %%
ex.affine.check(affine)

# %% [markdown]
# Two affine layers in a row are one affine layer: $(xW_1)W_2 = x(W_1W_2)$. To make two layers more than
# one, bend the sums in between by an **activation** function. The classical one is the **sigmoid**, which
# squashes any number into $(0, 1)$:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# Written like that it overflows at $z = -1000$. This way the exponent is never positive:


# %% tags=["worked:layers.sigmoid"]
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


# %%
print(sigmoid(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0])).round(3))

# %% [markdown]
# Weigh, activate, weigh, activate: that is a **multilayer perceptron**. This course grew from a short article that
# trains one with ten formulas: a hidden layer $h$, an output layer $o$. There we begin, and a table below
# puts its formulas, the first of each row, beside ours. By hand, with one neuron in each layer, $x = 2$, $W_h = \frac12$, $W_o = 2$, $b_h = b_o = -1$ and target $y = 1$:
#
# $$z_h = 2\cdot\tfrac12 - 1 = 0,\quad h = \tfrac12,\quad z_o = \tfrac12\cdot2 - 1 = 0,\quad
# o = \tfrac12,\quad L = \tfrac12(o - y)^2 = \tfrac18.$$

# %% [markdown]
# ## Back: which weight, and how much?
#
# *The output is 0.5 and should be 1. Which weight should change, in which direction, by how much?*
#
# Follow one wire. If $W_h$ grows a little, $z_h$ grows, so $h$ grows, so $z_o$, so $o$, so $L$ falls.
# The chain rule says how much: multiply the slopes along the way.

# %%
diagrams.chain()

# %% [markdown]
# **Backpropagation** walks this once, from the right, and keeps at every node the product so far. At a
# weighted sum that product is called $\delta$. With $\sigma' = \sigma(1 - \sigma)$:
#
# $$\delta_o = (o - y)\,o(1 - o) = -\tfrac12\cdot\tfrac14 = -\tfrac18,\qquad
# \delta_h = \delta_o\,W_o\,h(1 - h) = -\tfrac18\cdot2\cdot\tfrac14 = -\tfrac1{16}.$$
#
# A weight's gradient is *what it was given* times *the error signal at its end*:
# $dW_o = h\,\delta_o = -\frac1{16}$ and $dW_h = x\,\delta_h = -\frac18$. The picture begins with these
# numbers. Move the sliders.

# %%
widgets.graph()

# %% [markdown]
# Slide $W_h$ to 3. The curve flattens, and so does everything that flows back: $h$ is close to 1 and its
# slope $h(1-h)$ close to 0. Another activation is the **ReLU**, $\max(z, 0)$. Choose *relu* and slide $W_h$ below
# 0.5: $z_h$ is negative, the neuron is silent, and no error signal reaches its weight at all.
#
# On the way back, an activation multiplies the gradient by its slope. For the sigmoid that slope is
# $a(1 - a)$: we already have $a$, so it costs no new exponential, and $dz = da \cdot a(1 - a)$. By hand:
# $a = (0.5, 0.8)$ and $da = (1, 10)$ give
# $dz = (0.25, 1.6)$.
#
# ### Exercise: `sigmoid_backward`
#
# `a` is the activation, not $z$.


# %% tags=["exercise:layers.sigmoid_backward"]
def sigmoid_backward(da, a):
    ...  # one line


# %%
ex.sigmoid_backward.check(sigmoid_backward)

# %% [markdown]
# Now the affine layer, for a batch. Here it stands alone, so what it gives out is called $y$, and is no
# target. $y = xW + b$ has three inputs, so three gradients go back:
#
# $$dx = dy\,W^\top \qquad dW = x^\top dy \qquad db = \textstyle\sum_\text{batch} dy$$
#
# The shapes force them: $dW$ must be $(n_\text{in}, n_\text{out})$, and $x^\top dy$ is the only product
# that is. Both sums run over the batch: the bias was added to every row, so its gradient collects a
# contribution from every row. By hand, with $x$ and $W$ from above and $dy = \begin{pmatrix}1&0\\0&2\end{pmatrix}$:
#
# $$dx = \begin{pmatrix}3&1\\0&-2\end{pmatrix} \qquad
# dW = \begin{pmatrix}1&0\\2&2\end{pmatrix} \qquad db = (1, 2)$$
#
# ### Exercise: `affine_backward`
#
# No division: the loss will bring its $\frac1B$ along.


# %% tags=["exercise:layers.affine_backward"]
def affine_backward(dy, x, W):
    ...  # three gradients: dx, dW, db


# %%
ex.affine_backward.check(affine_backward)

# %% [markdown]
# Nothing else is needed. Here are the article's formulas beside ours. It writes one example as a column
# $X$; we write a batch as rows, so every product is transposed. $f_h$ and $f_o$ are its activations, $:=$ sets
# anew, and $\odot$ multiplies entry by entry, as `*` does in NumPy.
#
# | the article prints | for rows | code |
# |---|---|---|
# | $z_h = W_h X + b_h$ | $z_h = x W_h + b_h$ | `z_h = layers.affine(x, W_h, b_h)` |
# | $h = f_h(z_h)$ | $h = \sigma(z_h)$ | `h = layers.sigmoid(z_h)` |
# | $z_o = W_oh + b_o$ | $z_o = h W_o + b_o$ | `z_o = layers.affine(h, W_o, b_o)` |
# | $o = f_o(z_o)$ | $o = \sigma(z_o)$ | `o = layers.sigmoid(z_o)` |
# | $\delta_o = (o - y) \odot f_o'(z_o)$ | $\delta_o = \frac1B (o - y)\, o(1 - o)$ | `delta_o = (o - y) / B * o * (1 - o)` |
# | $\delta_h = (W_oh)^T \delta_o \odot f_h'(z_h)$ | $\delta_h = \delta_o W_o^\top\, h(1 - h)$ | `delta_h = delta_o @ W_o.T * h * (1 - h)` |
# | $W_h := W_h - \alpha \cdot \delta_hX^T$ | $dW_h = x^\top \delta_h$ | `x.T @ delta_h` |
# | $b_h := b_h - \alpha \cdot \delta_h$ | $db_h = \sum_\text{batch} \delta_h$ | `delta_h.sum(axis=0)` |
# | $W_o := W_o - \alpha \cdot \delta_oh^T$ | $dW_o = h^\top \delta_o$ | `h.T @ delta_o` |
# | $b_o := b_o - \alpha \cdot \delta_o$ | $db_o = \sum_\text{batch} \delta_o$ | `delta_o.sum(axis=0)` |
#
# Three slips are put right. $W_oh$ in the third line is a product, $W_o$ times $h$; in the sixth only $W_o$
# may be transposed, and $(W_oh)^T$ has the wrong shape. $\delta_oh^T$ means $\delta_o h^T$: only $h$ is
# transposed. And the biases' lines hold for a single example: over a batch the error signals are summed. The loss,
# which the article doesn't name, is the mean of $\frac12\lVert o - y\rVert^2$; hence the $\frac1B$.


# %%
def article_forward(params, x):
    (W_h, b_h), (W_o, b_o) = params
    z_h = layers.affine(x, W_h, b_h)
    h = layers.sigmoid(z_h)
    z_o = layers.affine(h, W_o, b_o)
    o = layers.sigmoid(z_o)
    return h, o


def article_gradients(params, x, y):
    B, W_o = len(x), params[1][0]
    h, o = article_forward(params, x)
    delta_o = (o - y) / B * o * (1 - o)
    delta_h = delta_o @ W_o.T * h * (1 - h)
    return [
        (x.T @ delta_h, delta_h.sum(axis=0)),
        (h.T @ delta_o, delta_o.sum(axis=0)),
    ]


# %%
neuron = [(np.array([[0.5]]), np.array([-1.0])), (np.array([[2.0]]), np.array([-1.0]))]
for (dW, db), name in zip(article_gradients(neuron, np.array([[2.0]]), 1.0), "ho", strict=True):
    print(f"dW_{name} = {dW.item()}, db_{name} = {db.item()}")

# %% [markdown]
# The four numbers found by hand.
#
# ## Is the gradient right?
#
# *A formula was derived, then typed. Who says that both went without a mistake?*
#
# The function itself. Move one input a little to both sides and see what comes out:
#
# $$dx_i \approx \frac{f(x + h\,e_i) - f(x - h\,e_i)}{2h}$$
#
# where $h$ is a small step, here no layer, and $e_i$ is 1 at entry $i$, else 0. By hand:
# $f(x) = x_0^2 + 3x_1$ at $(2, 5)$ with $h = \frac12$ has $\frac{(6.25 + 15) - (2.25 + 15)}{1} = 4$ and
# $\frac{(4 + 16.5) - (4 + 13.5)}{1} = 3$.
#
# ### Exercise: `numerical_gradient`
#
# `f` takes an array and returns a number. Leave `x` as it is.


# %% tags=["exercise:gradcheck.numerical_gradient"]
def numerical_gradient(f, x, h=1e-5):
    ...  # about six lines; np.ndindex(x.shape) visits every entry


# %%
ex.numerical_gradient.check(numerical_gradient)

# %% [markdown]
# Held against the article's network, for every weight of its hidden layer:

# %%
rng = np.random.default_rng(0)
small = mlp.init(rng, [5, 4, 3])
x5, y5 = rng.normal(size=(7, 5)), np.eye(3)[rng.integers(3, size=7)]


def article_loss(params, x, y):
    return layers.squared_error(article_forward(params, x)[1], y)


by_hand = article_gradients(small, x5, y5)[0][0]
by_steps = gradcheck.numerical_gradient(
    lambda W: article_loss([(W, small[0][1]), small[1]], x5, y5), small[0][0]
)
error = gradcheck.relative_error(by_hand, by_steps)
assert error < 1e-8
print(f"relative error below 1e-8: {error < 1e-8}")

# %% [markdown]
# The derivation holds. That was in 64 bits, sixteen digits. Networks are usually trained in 32 bits, seven
# digits, or fewer.

# %%
in_single = predict.number(
    "mlp_backprop.single",
    "In float32, with the same step of 1e-5: how far off is the numerical gradient?",
    unit="%",
    low=0,
    high=100,
    factor=3,
)
in_single


# %%
def check_errors(dtype, steps, x, y):
    (W1, b1), (W2, b2) = mlp.init(np.random.default_rng(0), [784, 16, 10])
    exact = mlp.loss_and_gradients([(W1, b1), (W2, b2)], x, y)[1][1][0]
    h, W2, b2 = (v.astype(dtype) for v in (layers.relu(x @ W1 + b1), W2, b2))

    def loss(W):
        return layers.cross_entropy(layers.affine(h, W, b2), y)

    numerical = [gradcheck.numerical_gradient(loss, W2, dtype(step)) for step in steps]
    return [gradcheck.relative_error(exact, dW) for dW in numerical]


steps = 10.0 ** -np.arange(1, 10)
double = check_errors(np.float64, steps, x[:20], y[:20])
single = check_errors(np.float32, steps, x[:20], y[:20])
at_1e5 = 100 * single[4]
in_single.reveal(at_1e5, shown="more than 10 %" if at_1e5 > 10 else f"{at_1e5:.2g} %")

# %%
def decade(error):
    # rounding noise differs from one processor to the next, its power of ten does not
    return 10.0 ** np.round(np.log10(error) + 0.25)


fig, ax = plot.figure(width=6, height=2.7)
ax.loglog(steps, decade(double), marker="o", label="float64")
ax.loglog(steps, decade(single), marker="s", label="float32")
ax.set(xlabel="step h", ylabel="relative error, power of ten", ylim=(1e-11, 10))
ax.legend()
plot.show(
    fig,
    alt="Relative error of the numerical gradient over the step, both axes logarithmic. With "
    "float64 a letter V, whose foot near 1e-5 is at 1e-9; with float32 a slope that ends at 1e-3 "
    "near a step of 1e-2 and is at 1 from 1e-5 down.",
)
assert min(double) < 1e-8
assert min(single) > 1e-4
assert 1e-6 <= steps[np.argmin(double)] <= 1e-4

# %% [markdown]
# On the right of each curve the error of the formula spoils the answer, in proportion to $h^2$; on the
# left rounding does, in proportion to $1/h$. In 64 bits the bottom lies near $10^{-5}$, below one part in a
# hundred million. In 32 bits no step gets below one part in ten thousand, and at $10^{-6}$ most of the
# answer is noise. Check gradients in float64, whatever you train in.
#
# ## Downhill
#
# *Every parameter has its gradient. Now what?*
#
# The gradient points to where the loss grows fastest. Go a little the other way:
# $W \leftarrow W - \alpha\,dW$. By hand: $W = 1$, $dW = 10$, $b = 2$, $db = -20$ and
# $\alpha = 0.1$ give $W = 0$, $b = 4$.
#
# ### Exercise: `gradient_step`
#
# `params` is a list of pairs `(W, b)`, `grads` one of pairs
# `(dW, db)`. Return the new list.


# %% tags=["exercise:mlp.gradient_step"]
def gradient_step(params, grads, lr):
    ...  # new arrays, the old ones unchanged


# %%
ex.gradient_step.check(gradient_step)

# %% [markdown]
# The gradient over all 8,000 digits costs 250 times as much as over 32, and 32 give a usable estimate. So
# each step takes a random handful, a **minibatch**:


# %%
def descend(gradients, params, x, y, *, lr=0.1, steps=750):
    rng = np.random.default_rng(1)
    for rows in rng.integers(len(x), size=(steps, 32)):
        params = mlp.gradient_step(params, gradients(params, x[rows], y[rows]), lr)
    return params


def percent_right(scores, y):
    return 100 * np.mean(scores.argmax(axis=1) == y)


# %%
start = mlp.init(np.random.default_rng(0), [784, 64, 10])
onehot = np.eye(10)[y]
article = descend(article_gradients, start, x, onehot)
article_right = percent_right(article_forward(article, x_test)[1], y_test)
print(f"unseen digits read right: {article_right:.0f} %, by guessing 10 %")

# %% [markdown]
# It learns, slowly. What holds it back? Look at one output that should be 0, and at its $\delta_o$, which
# is all that the layers below hear of the error.

# %%
loudest = predict.choice(
    "mlp_backprop.signal",
    "The target is 0. For which output o is the error signal o · o(1 − o) strongest?",
    ["0.50", "0.67", "0.90", "0.99"],
)
loudest

# %%
outputs = np.array([0.5, 0.67, 0.9, 0.99])
signal = outputs * outputs * (1 - outputs)
loudest.reveal(f"{outputs[signal.argmax()]:.2f}")
fading = signal.max() / signal[-1]
print(f"at 0.99 the signal is {fading:.0f} times weaker than at 0.67")

# %% [markdown]
# The surer the mistake, the less it is corrected: a sigmoid near its ends is flat, and $o(1-o)$ silences
# the error. The remedy is a loss whose slope undoes that factor. Let the classes compete through
# **softmax**, $p_k = e^{z_k} / \sum_j e^{z_j}$, and pay the surprise at the true class, the
# **cross-entropy** $L = -\frac1B \sum_i \log p_{i, y_i}$.


# %% tags=["worked:layers.softmax", "worked:layers.log_softmax", "worked:layers.cross_entropy"]
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def cross_entropy(z, y):
    return -log_softmax(z)[np.arange(len(y)), y].mean()


# %% [markdown]
# The loss of one example is $\log \sum_j e^{z_j} - z_y$. The slope of the first term is $p_k$, that of the
# second 1 at the true class. No factor is left that could fade:
#
# $$dz = \frac{\mathrm{softmax}(z) - \mathrm{onehot}(y)}{B}$$
#
# By hand, $B = 2$: $z = (0, \ln 3)$ has $p = (\frac14, \frac34)$; with $y = 0$ its row is
# $\frac12(-\frac34, \frac34)$. And $z = (0, 0)$ with $y = 1$ has the row $\frac12(\frac12, -\frac12)$.
#
# ### Exercise: `cross_entropy_backward`
#
# Labels `y` are integers; `layers.softmax` is at hand.


# %% tags=["exercise:layers.cross_entropy_backward"]
def cross_entropy_backward(z, y):
    ...  # about three lines


# %%
ex.cross_entropy_backward.check(cross_entropy_backward)

# %% [markdown]
# One more thing fades: each sigmoid multiplies the error signal by at most $\frac14$. The slope of the ReLU,
# $\max(z, 0)$, is 1 or 0. On the way back it is a gate, set by the sign of what went in:
# $dz = da$ where $z > 0$, else 0. By hand: $z = (-2, 0, 3)$ and $da = (5, 6, -7)$ give
# $dz = (0, 0, -7)$.
#
# ### Exercise: `relu_backward`


# %% tags=["exercise:layers.relu_backward"]
def relu_backward(da, z):
    ...  # one line


# %%
ex.relu_backward.check(relu_backward)

# %% [markdown]
# Both remedies in one picture: the error signal at the output, and how much of it reaches each of
# eight layers of random weights.


# %%
def blame(h, bend, slope, scale):
    rng, seen = np.random.default_rng(0), []
    for n_in, n_out in [(784, 64), *[(64, 64)] * 7]:
        W = rng.normal(size=(n_in, n_out)) * np.sqrt(scale / n_in)
        h = bend(h @ W)
        seen.append((W, h))
    da, sizes = rng.normal(size=h.shape), []
    for W, h in reversed(seen):
        dz = da * slope(h)
        sizes.insert(0, np.linalg.norm(dz))
        da = dz @ W.T
    return np.array(sizes) / sizes[-1]


through_sigmoid = blame(x[:200], layers.sigmoid, lambda h: h * (1 - h), scale=1)
through_relu = blame(x[:200], layers.relu, lambda h: h > 0, scale=2)

# %%
fig, (left, right) = plot.figure(1, 2, width=8, height=2.6)
z = np.linspace(-6, 6, 121)
o = layers.sigmoid(z)
left.plot(z, o, label="softmax, cross-entropy")
left.plot(z, o * o * (1 - o), label="sigmoid, squared error")
left.set(xlabel="score z of a class that is wrong", ylabel="error signal dL/dz")
left.legend(loc="upper left")
right.semilogy(range(1, 9), through_relu, marker="o", label="ReLU")
right.semilogy(range(1, 9), through_sigmoid, marker="s", label="sigmoid")
right.set(xlabel="layer, 8 is the output side", ylabel="blame, relative to layer 8")
right.legend(loc="lower right")
plot.show(
    fig,
    alt="Left: the error signal over the score of a wrong class. With cross-entropy it rises to 1 "
    "and stays; with squared error it peaks at 0.15 and fades to nothing. Right: blame at layers 8 "
    "down to 1 on a logarithmic axis. Through ReLU it stays level, through sigmoids it shrinks "
    "by a constant factor at each layer, below a ten-thousandth in all.",
)
lost = through_sigmoid[-1] / through_sigmoid[0]
assert lost > 1e4
assert through_relu.min() > 0.1

# %% [markdown]
# Cross-entropy corrects sure mistakes most; squared error leaves them alone. After seven sigmoids less
# than a ten-thousandth of the error signal is left, after seven ReLUs nearly all of it. And on the digits, from
# the same start, at two learning rates?


# %%
def relu_gradients(params, x, y):
    return mlp.loss_and_gradients(params, x, y)[1]


rates = [0.1, 0.5]
old = [descend(article_gradients, start, x, onehot, lr=lr) for lr in rates]
new = [descend(relu_gradients, start, x, y, lr=lr) for lr in rates]
old_right = [percent_right(article_forward(params, x_test)[1], y_test) for params in old]
new_right = [percent_right(mlp.forward(params, x_test)[-1], y_test) for params in new]
plot.table(
    [
        ["sigmoid, squared error", *[f"{right:.0f} %" for right in old_right]],
        ["ReLU, cross-entropy", *[f"{right:.0f} %" for right in new_right]],
    ],
    header=["750 steps", *[f"α = {lr}" for lr in rates]],
)

# %% [markdown]
# The old pair stalls where the new one runs. A bolder rate narrows the gap, so part of it was only a small
# step; but no single rate serves eight layers whose error signals differ ten-thousandfold.
#
# ## Any depth, on real digits
#
# *What changes when there are more layers?* Nothing: forward keeps what each layer was given, and the way
# back is a loop.


# %% tags=["worked:mlp.forward"]
def forward(params, x):
    a = [x]
    for W, b in params[:-1]:
        a.append(layers.relu(layers.affine(a[-1], W, b)))
    W, b = params[-1]
    return [*a, layers.affine(a[-1], W, b)]


# %% [markdown]
# `forward` returns the input, every hidden activation, and last the logits. A ReLU's output is positive
# exactly where its input was, so `a[layer]` serves `relu_backward` for its mask.
#
# By hand: $x = 1$, $W_1 = (1, -1)$, $W_2 = \begin{pmatrix}0&\ln 3\\5&1\end{pmatrix}$, biases 0, label
# $y = 0$. Forward, $h = (1, 0)$ and $z = (0, \ln 3)$, so $L = \ln 4$. Back, $dz = (-\frac34, \frac34)$,
# $dW_2 = \begin{pmatrix}-\frac34&\frac34\\0&0\end{pmatrix}$, $dh = (\frac34\ln 3, -3)$. The second unit
# was silent, so its gate is shut: $dW_1 = db_1 = (\frac34\ln 3, 0)$.
#
# ### Exercise: `loss_and_gradients`
#
# Return the loss and the list of pairs `(dW, db)`, first
# layer first, for any number of layers. Build on `mlp.forward` and `layers`.


# %% tags=["exercise:mlp.loss_and_gradients"]
def loss_and_gradients(params, x, y):
    ...  # forward, then from the last layer to the first


# %%
ex.loss_and_gradients.check(loss_and_gradients)

# %% [markdown]
# First in the plane, where everything can be seen. Each hidden unit bends the plane along a line. Find
# the fewest units that enclose the disc of *rings*, and the learning rate at which training breaks.

# %%
widgets.boundary()

# %% [markdown]
# The boundary turns only where it crosses a line: between its folds the network is linear. Two lines can't
# enclose a disc, three can. Near a learning rate of 10 every step overshoots, and the loss only jumps.
#
# Now the digits. One pass over the training set is an **epoch**, each in a new order.


# %% tags=["worked:mlp.train"]
def train(params, x, y, *, rng, epochs=10, batch=32, lr=0.1):
    for _ in range(epochs):
        losses = []
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // batch)):
            loss, grads = mlp.loss_and_gradients(params, x[rows], y[rows])
            params = mlp.gradient_step(params, grads, lr)
            losses.append(loss)
        yield params, float(np.mean(losses))


# %%
def learnt(x, y, *, epochs=10, sizes=(784, 100, 10)):
    start = mlp.init(np.random.default_rng(0), list(sizes))
    passes = mlp.train(start, x, y, rng=np.random.default_rng(1), epochs=epochs, lr=0.2)
    shape = "{desc}: {bar:30} {n_fmt} of {total_fmt}"
    bar = tqdm(passes, "epochs", total=epochs, file=sys.stdout, ascii=" ▁█", bar_format=shape)
    *_, (params, _) = bar
    return params


reader = learnt(x, y)
read_right = percent_right(mlp.forward(reader, x_test)[-1], y_test)
known_right = percent_right(mlp.forward(reader, x)[-1], y)
print(f"read right: {read_right:.0f} % of unseen digits, {known_right:.0f} % of those it trained on")

# %%
p = layers.softmax(mlp.forward(reader, x_test)[-1])
guess = p.argmax(axis=1)
wrong = np.flatnonzero(guess != y_test)
worst = wrong[np.argsort(-p.max(axis=1)[wrong], kind="stable")[:12]]
fig, (left, right) = plot.figure(1, 2, width=8.4, height=1.8)
shown = [f"{guess[i]}" if guess[i] == y_test[i] else f"{guess[i]}✗" for i in range(12)]
plot.digits(left, x_test[:12], shown, cols=6)
left.set_title("never seen, and read as")
plot.digits(right, x_test[worst], [f"{y_test[i]}→{guess[i]}" for i in worst], cols=6)
right.set_title("most confident mistakes")
plot.show(
    fig,
    alt="Left, twelve unseen handwritten digits with the network's readings, a cross where it "
    "errs. Right, the twelve mistakes it was surest of, each with label and reading: many are "
    "oddly written, and some a human would get wrong as well.",
)

# %% [markdown]
# Nothing in the code knows what a digit is. Of the mistakes on the right, which would you have read as
# labelled? Now train one yourself; the stop button keeps what was reached. At which learning rate does
# the curve begin to shake, and at which does it die?

# %%
widgets.digits()

# %% [markdown]
# ## What a good score hides
#
# *The score is high. Is the gradient right? Does the network see digits as you do?* Three predictions.
#
# First, replace $W_2^\top$ on the way back by a fixed random matrix: the error signals go to wrong addresses.

# %%
astray = predict.number(
    "mlp_backprop.feedback",
    "The right gradient reads over 90 % in 750 steps. And with random feedback weights?",
    unit="%",
    low=0,
    high=100,
    within=5,
)
astray


# %%
def bent_gradients(params, x, y, *, back, gate):
    *_, (W2, _) = params
    _, h, z = mlp.forward(params, x)
    dz = layers.cross_entropy_backward(z, y)
    dh = gate(dz @ back(W2), h)
    return [(x.T @ dh, dh.sum(axis=0)), (h.T @ dz, dz.sum(axis=0))]


feedback = np.random.default_rng(5).normal(size=(10, 64)) / 8
shut = layers.relu_backward
bugs = {
    "none": (np.transpose, shut),
    "random feedback for W2ᵀ": (lambda W: feedback, shut),
    "ReLU mask forgotten": (np.transpose, lambda dh, h: dh),
    "first layer never moves": (np.transpose, lambda dh, h: 0 * dh),
    "mask taken from the gradient": (np.transpose, lambda dh, h: dh * (dh > 0)),
}

# %%
correct = mlp.loss_and_gradients(start, x[:100], y[:100])[1][0][0]
score, off = {}, {}
for name, (back, gate) in bugs.items():
    params = descend(functools.partial(bent_gradients, back=back, gate=gate), start, x, y)
    score[name] = percent_right(mlp.forward(params, x_test)[-1], y_test)
    dW = bent_gradients(start, x[:100], y[:100], back=back, gate=gate)[0][0]
    off[name] = 100 * gradcheck.relative_error(dW, correct)
astray.reveal(score["random feedback for W2ᵀ"], shown=f"{score['random feedback for W2ᵀ']:.0f} %")

# %%
plot.table(
    [[name, f"{score[name]:.0f} %", f"{off[name]:.0f} %"] for name in bugs],
    header=["bug in the gradient", "unseen digits right", "gradient of W1 off by"],
)
assert min(score[name] for name in list(bugs)[:3]) > 85 > score["first layer never moves"] > 60
assert min(off[name] for name in list(bugs)[1:]) > 50

# %% [markdown]
# Three of the four bugs train. A gradient can be wrong by more than its own length and the score still
# rises: the last layer learns from whatever it is given, and with random feedback the forward weights
# come to suit it. Only the gradient check tells them apart. **A falling loss proves nothing.**
#
# Second: shuffle the pixels, in one and the same way for every image, and train anew.

# %%
scrambled = predict.number(
    "mlp_backprop.scrambled", "With shuffled pixels, how many unseen digits?", unit="%", low=0, high=100, within=5
)
scrambled

# %%
shuffle = np.random.default_rng(3).permutation(784)
blind = learnt(x[:, shuffle], y)
blind_right = percent_right(mlp.forward(blind, x_test[:, shuffle])[-1], y_test)
scrambled.reveal(blind_right, shown=f"{blind_right:.0f} %")

# %% [markdown]
# Third: the network as trained, on the same unseen digits, each moved two pixels to the right.

# %%
moved = predict.number(
    "mlp_backprop.shift", "Moved by two pixels, how many unseen digits?", unit="%", low=0, high=100, within=10
)
moved

# %%
pictures = x_test.reshape(-1, 28, 28)
shifts = np.arange(6)
shifted_right = [
    percent_right(mlp.forward(reader, np.roll(pictures, s, axis=2).reshape(-1, 784))[-1], y_test)
    for s in shifts
]
moved.reveal(shifted_right[2], shown=f"{shifted_right[2]:.0f} %")

# %%
fig, (left, right) = plot.figure(1, 2, width=8, height=2.5, width_ratios=[1.2, 1])
rows = [x_test[:6], x_test[:6][:, shuffle], np.roll(pictures[:6], 2, axis=2).reshape(-1, 784)]
plot.digits(left, np.concatenate(rows), cols=6)
left.set_title("as written · shuffled · moved by two")
right.plot(shifts, shifted_right, marker="o")
right.axhline(10, color="gray", linestyle=":")
right.set(xlabel="moved to the right by, pixels", ylabel="read right, %", ylim=(0, 100))
plot.show(
    fig,
    alt="Left, six digits as written, the same shuffled into specks, and moved by two pixels. "
    "Right, the share read right over the shift: it falls steeply, to about the level of "
    "guessing at five pixels.",
)
assert abs(blind_right - read_right) < 2
assert shifted_right[2] < read_right - 15

# %% [markdown]
# To you the second row is noise and the third no different from the first. To the network it is the
# reverse. Nothing in $xW$ knows which pixels are neighbours, so a shuffle costs nothing, and the pixel next
# door is another input with other weights. What a network can know for free is decided by its
# architecture; lesson *Attention* comes back to that.
#
# ## Numbers that remember
#
# *You derived every gradient by hand. Must that be done again for each new network?*
#
# No. Every expression is made of few operations, and each knows its own slope. If a number remembers what
# it was made from, with the slope towards each, the chain rule is a loop. Sums, products and powers
# need slopes; these follow from them.


# %% tags=["worked:autograd.Arithmetic"]
class Arithmetic:
    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other


# %% tags=["worked:autograd.Value", "worked:autograd.value"]
class Value(Arithmetic):
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    __radd__, __rmul__ = __add__, __mul__


def value(x):
    return x if hasattr(x, "slopes") else Value(x)


# %% tags=["worked:autograd.exp", "worked:autograd.log"]
def exp(v):
    y = math.exp(v.data)
    return Value(y, (v,), (y,))


def log(v):
    return Value(math.log(v.data), (v,), (1 / v.data,))


# %% [markdown]
# `autograd.relu` is written in the same way. The way back needs an order in which every number comes after
# all that it was made from. Then, from the end, each hands its parents their shares. A number used
# twice gets both: `+=`.


# %% tags=["worked:autograd.order", "worked:autograd.backward"]
def order(result):
    seen, done, stack = set(), [], [(result, False)]
    while stack:
        v, ready = stack.pop()
        if ready:
            done.append(v)
        elif v not in seen:
            seen.add(v)
            stack += [(v, True), *((parent, False) for parent in v.parents)]
    return done


def backward(result):
    graph = order(result)
    for v in graph:
        v.grad = 0.0
    result.grad = 1.0
    for v in reversed(graph):
        for parent, slope in zip(v.parents, v.slopes, strict=True):
            parent.grad += slope * v.grad


# %% [markdown]
# The neuron from the beginning, its loss typed as a formula:

# %%
W_h, W_o = Value(0.5), Value(2.0)
h = 1 / (1 + exp(-(2.0 * W_h - 1)))
o = 1 / (1 + exp(-(h * W_o - 1)))
backward(0.5 * (o - 1) ** 2)
print(f"dW_h = {W_h.grad}, dW_o = {W_o.grad}")

# %% [markdown]
# $-\frac18$ and $-\frac1{16}$, and nobody derived anything. PyTorch does this with arrays for numbers.
#
# ### Exercise: `tanh`
#
# Teach it an operation: `tanh`, whose slope is $1 - y^2$ where
# $y = \tanh v$ is what it gives out. By hand: at $v = 0$ the value is 0 and the slope 1, so $3\tanh v + v\tanh v$ rises at 3.


# %% tags=["exercise:autograd.tanh"]
def tanh(v):
    ...  # two lines, as in exp


# %%
ex.tanh.check(tanh)

# %% [markdown]
# Now everything against everything: the gradients of a network with two hidden layers, by hand, by numbers
# that remember, and by PyTorch.


# %%
def remembering(params, x, y):
    wrap = np.vectorize(autograd.Value, otypes=[object])
    bend = np.vectorize(autograd.relu, otypes=[object])
    values = [(wrap(W), wrap(b)) for W, b in params]
    a = x
    for W, b in values[:-1]:
        a = bend(a @ W + b)
    z = a @ values[-1][0] + values[-1][1]
    surprise = [autograd.log(sum(map(autograd.exp, row))) for row in z] - z[np.arange(len(y)), y]
    autograd.backward(surprise.sum() / len(y))
    grad = np.vectorize(lambda v: v.grad)
    return [(grad(W), grad(b)) for W, b in values]


def by_pytorch(params, x, y):
    tensors = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in params]
    a = torch.tensor(x)
    for W, b in tensors[:-1]:
        a = torch.relu(a @ W + b)
    z = a @ tensors[-1][0] + tensors[-1][1]
    torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
    return [(W.grad.numpy(), b.grad.numpy()) for W, b in tensors]


# %%
def furthest(grads, others):
    pairs = zip(sum(grads, ()), sum(others, ()), strict=True)
    return max(np.abs(g - other).max() for g, other in pairs)


deep = mlp.init(np.random.default_rng(0), [7, 6, 5, 3])
x7, y3 = np.random.default_rng(1).normal(size=(4, 7)), np.array([0, 2, 1, 2])
ours = mlp.loss_and_gradients(deep, x7, y3)[1]
gap = max(
    furthest(ours, remembering(deep, x7, y3)),
    furthest(ours, by_pytorch(deep, x7, y3)),
    furthest(mlp.loss_and_gradients(reader, x, y)[1], by_pytorch(reader, x, y)),
)
assert gap < 1e-12
print(f"largest difference of any two gradients below 1e-12: {gap < 1e-12}")

# %% [markdown]
# The last of the three comparisons takes the trained reader and all 8,000 digits. Three independent
# routes agree to nearly the last digit of float64. From here on PyTorch can do it for you, and you
# know what it does.
#
# ## What you measured

# %%
kept = "under 1 in 10,000" if lost > 1e4 else "more"
finest = "above 1e-4" if min(single) > 1e-4 else "below"
agree = "below 1e-12" if gap < 1e-12 else "above"
plot.table(
    [
        ["unseen digits read right", f"{read_right:.0f} %"],
        ["sigmoid, squared error, after 750 steps", f"{old_right[0]:.0f} %"],
        ["ReLU, cross-entropy, after 750 steps", f"{new_right[0]:.0f} %"],
        ["the same with random feedback", f"{score['random feedback for W2ᵀ']:.0f} %"],
        ["the same, first layer never moved", f"{score['first layer never moves']:.0f} %"],
        ["pixels shuffled", f"{blind_right:.0f} %"],
        ["moved by two pixels", f"{shifted_right[2]:.0f} %"],
        ["blame left after seven sigmoids", kept],
        ["error of the best gradient check in float32", finest],
        ["gap between NumPy, autograd and PyTorch", agree],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** derive the gradient of a layer from its shapes, write backpropagation for any stack of
# layers, check a gradient, say why ReLU and cross-entropy replaced the sigmoid and the squared
# error, and distrust a falling loss. The weights began at random, at a scale that was given
# (`mlp.init`); lesson *Initialization* asks what happens when it isn't.
#
# ## Questions to answer without looking
#
# 1. Why is $db$ a sum over the batch, and why must it not be divided by $B$ there?
#
#    <details><summary>Answer</summary>
#
#    The same $b$ is added to every row, so it reaches the loss in $B$ ways, and their gradients add
#    up. The $\frac1B$ comes from the mean in the loss and is already inside $dy$. Dividing again
#    would make it $\frac{1}{B^2}$.
#
#    </details>
#
# 2. Which slopes cancel in $\mathrm{softmax}(z) - \mathrm{onehot}(y)$, and what would happen if they
#    didn't?
#
#    <details><summary>Answer</summary>
#
#    The slope of the loss, $-1/p_y$, and the factor $p_y$ in the slope of the softmax. With squared
#    error a factor like $p(1 - p)$ remains. It is close to zero where the network is sure and wrong,
#    so the worst mistakes would be corrected least.
#
#    </details>
#
# 3. A network trains to 90 %. Name two bugs in its gradient that this doesn't exclude.
#
#    <details><summary>Answer</summary>
#
#    A fixed random matrix in place of $W_2^\top$ on the way back, and a forgotten ReLU mask: both
#    reached a high score above. Only a gradient check finds them.
#
#    </details>
#
# 4. Why is $h = 10^{-10}$ a worse step than $10^{-5}$ in a gradient check?
#
#    <details><summary>Answer</summary>
#
#    The two values of $f$ are each rounded, to about $10^{-16}$ of their size, and their difference
#    is divided by $2h$. At $h = 10^{-10}$ the rounding alone makes an error of about $10^{-6}$; at
#    $10^{-5}$ it makes $10^{-11}$, and the error of the formula, in proportion to $h^2$, is still
#    small.
#
#    </details>
#
# 5. A network gives every one of ten classes the same score. What is its cross-entropy, whatever the
#    labels?
#
#    <details><summary>Answer</summary>
#
#    Each class gets probability $\frac1{10}$, so every example costs $\ln 10 \approx 2.303$.
#
#    </details>
#
# ## Sources
#
# - D. Rumelhart, G. Hinton, R. Williams (1986), *Learning representations by back-propagating errors*.
# - T. Lillicrap, D. Cownden, D. Tweed, C. Akerman (2016), *Random synaptic feedback weights support error
#   backpropagation for deep learning*: why the second row of the table of bugs trains.
# - X. Glorot, A. Bordes, Y. Bengio (2011), *Deep sparse rectifier neural networks*: ReLU.
# - A. Karpathy, *micrograd*: autograd for numbers, in a hundred lines.
# - The digits: see `src/course/data/manifest.toml` for source and licence.
