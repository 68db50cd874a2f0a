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
# A network of eighty thousand numbers reads handwriting. Nobody set those numbers. Each was moved, again and
# again, a little against its gradient. In this lesson you derive every one of these gradients, and train the network
# with functions of your own.
#
# **You will** derive the backward pass of each layer from single numbers, write it in NumPy, check it, train on real
# handwritten digits, find out which changes of the last forty years matter and where, and see how well a network can
# train with a wrong gradient.
#
# **You need** lesson *Gradients* (chain rule, gradient check, learning rate), matrix products from *Linear algebra*,
# and the softmax from *Probability*.

# %% [markdown]
# ## Symbols
#
# One example is one row. $d\,\cdot$ before a symbol means the gradient of the loss with respect to it, and has its shape.
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
import torch
from tqdm import tqdm

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.mlp_backprop import bank as ex
from course.lessons.mlp_backprop import diagrams, widgets
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
# People wrote these on forms. To the network each is a row of 784 numbers, 0 for paper and 1 for ink. We train on 8,000 and
# keep 2,000 aside. No training touches those, so they can tell whether the network has learnt to read or has memorised.
#
# The simplest map from 784 numbers to ten is an **affine layer**: each output is a weighted sum of all inputs, plus a bias.
#
# $$z_j = \sum_i x_i W_{ij} + b_j$$
#
# By hand, with two inputs and two outputs: $W = \begin{pmatrix}3&0\\1&-1\end{pmatrix}$ and $b = (10, 20)$. The row
# $x = (1, 2)$ gives $(1\cdot3 + 2\cdot1 + 10,\; 1\cdot0 - 2\cdot1 + 20) = (15, 18)$, and $x = (0, 1)$ gives $(11, 19)$.
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
# Two affine layers in a row are again one affine layer, because $(xW_1)W_2 = x(W_1W_2)$. So something that is not a straight line must
# stand between them: an **activation**. The classical one is the **sigmoid**, which squashes any number into $(0, 1)$:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# Written like that it overflows at $z = -1000$. In this form the exponent is never positive. Its slope is $\sigma'(z) = a(1 - a)$ with $a = \sigma(z)$:
# differentiate $(1 + e^{-z})^{-1}$ and you get $e^{-z}(1 + e^{-z})^{-2}$, which is $a \cdot (1 - a)$. We already have $a$, so the
# slope costs no new exponential.


# %% tags=["worked:layers.sigmoid", "worked:layers.sigmoid_backward"]
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_backward(da, a):
    return da * a * (1 - a)


# %% [markdown]
# Affine layer, activation, affine layer, activation: that is a **multilayer perceptron**. This course grew from a short article that
# trains one with ten formulas, for a hidden layer $h$ and an output layer $o$; Sources names it. We begin with its network. By hand, with one
# neuron in each layer, $x = 2$, $W_h = \frac12$, $W_o = 2$, $b_h = b_o = -1$ and target $y = 1$:
#
# $$z_h = 2\cdot\tfrac12 - 1 = 0,\quad h = \tfrac12,\quad z_o = \tfrac12\cdot2 - 1 = 0,\quad
# o = \tfrac12,\quad L = \tfrac12(o - y)^2 = \tfrac18.$$
#
# ## Back through one layer
#
# *The output is 0.5 and should be 1. Which weight should change, in which direction, by how much?*
#
# Follow one path. If $W_h$ grows a little, $z_h$ grows, so $h$ grows, so $z_o$, so $o$, and $L$ falls. Along the path slopes multiply:

# %%
diagrams.chain()

# %% [markdown]
# The slope of $L$ towards a layer's weighted sum is called its **error signal** $\delta$. Here
#
# $$\delta_o = (o - y)\,o(1 - o) = -\tfrac12\cdot\tfrac14 = -\tfrac18,\qquad
# \delta_h = \delta_o\,W_o\,h(1 - h) = -\tfrac18\cdot2\cdot\tfrac14 = -\tfrac1{16}.$$
#
# From each, one more step leads to the weight: $dW_o = h\,\delta_o = -\frac1{16}$ and $dW_h = x\,\delta_h = -\frac18$. The picture begins with
# these numbers. Move the sliders.

# %%
widgets.graph()

# %% [markdown]
# Slide $W_h$ to 3. The curve flattens, and so does everything that flows back: $h$ is close to 1 and its slope $h(1-h)$ close to 0.
#
# Now a whole layer, and a batch. Let $dz$ have arrived at its outputs, and find the three gradients entry by entry, as sums over paths.
# Write down for yourself: which outputs does the weight $W_{ij}$ touch, and with what slope? It touches output $j$ of every example $n$ in the batch, and
# there its slope is what it multiplies. Which outputs does the input $x_{ni}$ touch? And the bias $b_j$? Then look for the product of matrices
# that computes each sum. By hand, with $x$ and $W$ from above and $dz = \begin{pmatrix}1&0\\0&2\end{pmatrix}$:
#
# $$dx = \begin{pmatrix}3&1\\0&-2\end{pmatrix} \qquad dW = \begin{pmatrix}1&0\\2&2\end{pmatrix} \qquad db = (1, 2)$$
#
# ### Exercise: `affine_backward`
#
# No division: the loss will bring its $\frac1B$ along. First write the three index lines on paper.


# %% tags=["exercise:layers.affine_backward"]
def affine_backward(dz, x, W):
    ...  # three gradients: dx, dW, db


# %%
ex.affine_backward.check(affine_backward)

# %% [markdown]
# Here are the three lines, each a sum over paths, and what they are as products:
#
# $$dW_{ij} = \sum_n x_{ni}\,dz_{nj} \qquad dx_{ni} = \sum_j dz_{nj}\,W_{ij} \qquad db_j = \sum_n dz_{nj}$$
#
# $$dW = x^\top dz \qquad dx = dz\,W^\top \qquad db = \textstyle\sum_\text{batch} dz$$
#
# Shapes are a good way to remember them, once they are derived.
#
# ## The article's network, put right
#
# *Ten formulas, one line of code each. Do they fit as printed?*
#
# The article writes one example as a column $X$. We write a batch as rows, so every product is transposed. $f_h$ and $f_o$ are its
# activations, and $\odot$ multiplies entry by entry.
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
# Four things had to be put right. $W_oh$ in the third line is a product, $W_o$ times $h$. In the sixth, $(W_oh)^T$ should be $W_o^\top$ alone: with $h$ inside, the
# shapes don't fit. $\delta_oh^T$ means $\delta_o h^\top$. And the lines for the biases hold for one example; over a batch the error signals are summed. The loss,
# which the article doesn't name, is the mean of $\frac12\lVert o - y\rVert^2$ over the batch, hence the $\frac1B$.


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

rng = np.random.default_rng(0)
small = mlp.init(rng, [5, 4, 3])
x5, y5 = rng.normal(size=(7, 5)), np.eye(3)[rng.integers(3, size=7)]
by_steps = gradcheck.numerical_gradient(
    lambda W: layers.squared_error(article_forward([(W, small[0][1]), small[1]], x5)[1], y5),
    small[0][0],
)
error = gradcheck.relative_error(article_gradients(small, x5, y5)[0][0], by_steps)
print(f"gradient of W_h, relative error below 1e-8: {error < 1e-8}")

# %% [markdown]
# The numbers found by hand, and the gradient check of lesson *Gradients*, agree with the code. Now downhill, $W \leftarrow W - \alpha\,dW$, for every layer. The gradient over
# all 8,000 digits costs 250 times as much as over 32 of them, and 32 give a usable estimate. So each step takes a random handful, a **minibatch**.


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
article_right = percent_right(article_forward(article, x_test)[1], y_test)
print(f"unseen digits read right: {article_right:.0f} %, by guessing 10 %")

# %% [markdown]
# It learns, slowly at this learning rate. Look at one output that should be 0, and at its error signal $\delta_o$, which is all that the layers below hear of the error.

# %%
loudest = predict.choice(
    "mlp_backprop.signal",
    "The target is 0. At which output o is the error signal strongest?",
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
# ## Two remedies
#
# *The surer the mistake, the less it is corrected. What would have to change?*
#
# A sigmoid near its ends is flat, and the factor $o(1-o)$ silences the error. The first remedy changes the loss. Let the classes compete through the softmax of lesson *Probability*,
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}},$$
#
# and take as the loss the cross-entropy, $L = -\frac1B \sum_n \log p_{n, y_n}$: the negative logarithm of the probability given to the true class.


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
# How does a gradient pass a softmax? One score $z_j$ reaches every probability: its own through the numerator and the denominator, each other one through the denominator
# alone. Work out the slopes $\partial p_i / \partial z_j$ for $i = j$ and for $i \ne j$, write them with $p$ only, and add over the paths. By hand: for
# $p = (\frac12, \frac14, \frac14)$ and $dp = (1, 2, 8)$ the result is $dz = (-1, -\frac14, \frac54)$.
#
# ### Exercise: `softmax_backward`
#
# `p` is the result of the softmax. Classes lie along the last axis.


# %% tags=["exercise:layers.softmax_backward"]
def softmax_backward(dp, p):
    ...  # one or two lines


# %%
ex.softmax_backward.check(softmax_backward)

# %% [markdown]
# Now both together. You could send $dp$, which is $-1/p$ at the true class, through your function. But where $p$ has become 0 that divides by zero, so a single formula for loss
# and softmax is better. Write the loss of one example as $\log \sum_j e^{z_j} - z_y$ and take the slope of each term. Then divide by what the mean divides by. By hand, $B = 2$:
# $z = (0, \ln 3)$ with $y = 0$ has the row $\frac12(-\frac34, \frac34)$, and $z = (0, 0)$ with $y = 1$ the row $\frac12(\frac12, -\frac12)$.
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
# No factor is left in it that could fade. The second remedy changes the activation. A sigmoid's slope $a(1-a)$ is at most $\frac14$, and every layer multiplies by it once. The **ReLU** passes what is
# positive and stops the rest, $\max(z, 0)$. By hand: $z = (-2, 0, 3)$ and $da = (5, 6, -7)$ give $dz = (0, 0, -7)$. At the kink, $z = 0$, the course takes 0 for its slope.
#
# ### Exercise: `relu_backward`


# %% tags=["exercise:layers.relu_backward"]
def relu_backward(da, z):
    ...  # one line


# %%
ex.relu_backward.check(relu_backward)

# %% [markdown]
# How much of an error signal survives seven such layers depends on the activation and also on the scale of the weights. So let each have the scale that suits it best:


# %%
def survives(act, backward, scale, x):
    rng, seen, h = np.random.default_rng(0), [], x
    for n_in, n_out in [(784, 64), *[(64, 64)] * 7]:
        W = rng.normal(size=(n_in, n_out)) * np.sqrt(scale / n_in)
        h = act(h @ W)
        seen.append((W, h))
    da, sizes = rng.normal(size=h.shape), []
    for W, h in reversed(seen):
        dz = backward(da, h)
        sizes.append(np.linalg.norm(dz))
        da = dz @ W.T
    saturated = np.mean(np.abs(seen[-1][1] - 0.5) > 0.49)
    return sizes[-1] / sizes[0], saturated


scales = 2.0 ** np.arange(-1, 10)
sigmoids = [survives(layers.sigmoid, layers.sigmoid_backward, s, x[:200]) for s in scales]
relus = [survives(layers.relu, layers.relu_backward, s, x[:200]) for s in scales]
kept = {"sigmoid": [share for share, _ in sigmoids], "ReLU": [share for share, _ in relus]}
level = int(np.argmax(np.array(kept["sigmoid"]) > 1))

# %%
fig, (left, right) = plot.figure(1, 2, width=7.6, height=2.6)
z = np.linspace(-6, 6, 121)
o = layers.sigmoid(z)
left.plot(z, o, label="softmax, cross-entropy")
left.plot(z, o * o * (1 - o), ls=plot.LINES[1], label="sigmoid, squared error")
left.set(xlabel="score z of a class that is wrong", ylabel="error signal dL/dz", ylim=(-0.05, 1.45))
left.legend(loc="upper left", fontsize=9)
for n, (name, share) in enumerate(kept.items()):
    right.loglog(scales, share, "os"[n], ls=plot.LINES[n], color=plot.COLORS[n], label=name)
right.axhline(1, color=plot.FAINT, lw=1)
right.set(xlabel="variance of a weight × number of inputs", ylabel="signal at layer 1 / at layer 8")
right.set_ylim(1e-6, 1e6)
right.legend(loc="upper left", fontsize=9)
plot.show(
    fig,
    alt="Left: the error signal over the score of a wrong class. With cross-entropy it rises to 1; "
    "with squared error it peaks at 0.15 and fades. Right: the share of the error signal that "
    "survives seven layers, over the scale of the weights. ReLU crosses 1 near a scale of 2 and "
    "goes on rising; the sigmoid crosses 1 only near a scale of 100.",
)
print(f"ReLU: scale 1 keeps {kept['ReLU'][1]:.2f} of the signal, scale 2 keeps {kept['ReLU'][2]:.2f}")
faint, needs = 1 / kept["sigmoid"][1], scales[level]
print(f"sigmoid: scale 1 keeps 1 part in {faint:.0f}; level at a scale of about {needs:.0f},")
print(f"where {100 * sigmoids[level][1]:.0f} % of the units are within 0.01 of 0 or 1")

# %% [markdown]
# Right: both activations let the error signal fade if the weights are too small, and both have a scale at which it stays level. For ReLU that is 2; lesson *Initialization* says why. For the
# sigmoid it is so large that many units are saturated, and a saturated unit passes nothing: the signal is carried by the others alone.
#
# ## Any depth
#
# *What changes when there are more layers?* Nothing: forward keeps what each layer was given, and the way back is a loop.


# %% tags=["worked:mlp.forward"]
def forward(params, x):
    a = [x]
    for W, b in params[:-1]:
        a.append(layers.relu(layers.affine(a[-1], W, b)))
    W, b = params[-1]
    return [*a, layers.affine(a[-1], W, b)]


# %% [markdown]
# `forward` returns the input, every hidden activation, and last the logits. A ReLU's output is positive exactly where its input was, so `a[layer]` serves `relu_backward` for its mask.
#
# By hand: $x = 1$, $W_1 = (1, -1)$, $W_2 = \begin{pmatrix}0&\ln 3\\5&1\end{pmatrix}$, biases 0, label $y = 0$. Forward, $h = (1, 0)$ and $z = (0, \ln 3)$, so $L = \ln 4$. Back,
# $dz = (-\frac34, \frac34)$, $dW_2 = \begin{pmatrix}-\frac34&\frac34\\0&0\end{pmatrix}$, $dh = (\frac34\ln 3, -3)$. The second unit was silent, so its gate is shut: $dW_1 = db_1 = (\frac34\ln 3, 0)$.
#
# ### Exercise: `loss_and_gradients`
#
# Return the loss and the list of pairs `(dW, db)`, first layer first, for any number of layers. Build on `mlp.forward` and `layers`.


# %% tags=["exercise:mlp.loss_and_gradients"]
def loss_and_gradients(params, x, y):
    ...  # forward, then from the last layer to the first


# %%
ex.loss_and_gradients.check(loss_and_gradients)

# %% [markdown]
# First in the plane, where everything can be seen. Each hidden unit has a line at which it switches on. Find the fewest units that enclose the disc of *rings*, and the learning rate at which training breaks.

# %%
widgets.boundary()

# %% [markdown]
# ## Which remedy bought what?
#
# *The old pair is sigmoid with squared error, the new one ReLU with cross-entropy. How far ahead is the new one, if each may choose its learning rate?*
#
# Both start from the same weights, one hidden layer of 64 units, and take 500 steps. Every learning rate is tried with three seeds.

# %%
ahead = predict.number(
    "mlp_backprop.pairs",
    "Each at its best rate: how many points of accuracy is the new pair ahead?",
    unit="points",
    low=-20,
    high=80,
    within=2,
)
ahead


# %%
SIGMOID = layers.sigmoid, layers.sigmoid_backward
RELU = layers.relu, layers.relu_backward


def squared(z, y):
    o = layers.sigmoid(z)
    return layers.sigmoid_backward(layers.squared_error_backward(o, np.eye(z.shape[1])[y]), o)


def any_forward(params, x, act):
    a = [x]
    for W, b in params[:-1]:
        a.append(act[0](layers.affine(a[-1], W, b)))
    return a, layers.affine(a[-1], *params[-1])


def any_gradients(params, x, y, *, act, signal):
    a, z = any_forward(params, x, act)
    dz, grads = signal(z, y), []
    for layer in reversed(range(len(params))):
        da, dW, db = layers.affine_backward(dz, a[layer], params[layer][0])
        grads.insert(0, (dW, db))
        dz = act[1](da, a[layer]) if layer else None
    return grads


# %%
def score(act, signal, lr, seed, data, hidden=(64,), factor=1):
    x, y, x_test, y_test = data
    params = mlp.init(np.random.default_rng(seed), [784, *hidden, 10])
    params = [(factor * W, b) for W, b in params]
    gradients = functools.partial(any_gradients, act=act, signal=signal)
    with np.errstate(all="ignore"):  # too large a rate overflows
        params = descend(gradients, params, x, y, lr=lr, seed=seed)
        return percent_right(any_forward(params, x_test, act)[1], y_test)


data = x, y, x_test, y_test
rates = np.array([0.125, 0.25, 0.5, 2.0, 4.0])  # near 1, rounding decides how a run of ReLU ends
pairs = {
    "sigmoid, squared error": (SIGMOID, squared),
    "sigmoid, cross-entropy": (SIGMOID, layers.cross_entropy_backward),
    "ReLU, cross-entropy": (RELU, layers.cross_entropy_backward),
}
swept = {
    name: np.array([[score(*pair, lr, seed, data) for seed in range(3)] for lr in rates])
    for name, pair in pairs.items()
}
best = {name: right[right.mean(axis=1).argmax()] for name, right in swept.items()}
lead = best["ReLU, cross-entropy"].mean() - best["sigmoid, squared error"].mean()
ahead.reveal(lead, shown=f"{lead:.1f} points")

# %%
fig, ax = plot.figure(width=6.6, height=2.7)
for n, (name, right) in enumerate(swept.items()):
    low, high = right.min(axis=1), right.max(axis=1)
    ax.fill_between(rates, low, high, color=plot.COLORS[n], alpha=0.2)
    ax.plot(rates, right.mean(axis=1), "os^"[n], ls=plot.LINES[n], color=plot.COLORS[n], label=name)
ax.set_xscale("log", base=2)
ax.set_xticks(rates, [f"{lr:g}" for lr in rates])
ax.set(xlabel="learning rate", ylabel="unseen digits read right, %", ylim=(0, 100))
ax.legend(loc="lower left", fontsize=9)
plot.show(
    fig,
    alt="Share of unseen digits read right over the learning rate, with the range of three seeds. "
    "Sigmoid with squared error climbs from 65 to 91 between rates 0.125 and 4. Sigmoid with "
    "cross-entropy is level near 92. ReLU with cross-entropy is level to 0.5 and broken from 2 on.",
)
for name, right in swept.items():
    lr = rates[right.mean(axis=1).argmax()]
    print(f"{name}: best at {lr:g}, {best[name].mean():.1f} % (seeds {np.ptp(best[name]):.1f} apart)")

# %% [markdown]
# The new pair is ahead by about two and a half points; more than the seeds are apart, and far less than a comparison at one learning rate would say. The green and the orange line reach the
# same height: at this depth cross-entropy is what makes the difference, not ReLU. What also differs is the range of rates that work. ReLU wants a small one, and breaks beyond.
#
# With more layers the picture changes. Again each at the best of several rates, two seeds:

# %%
depths = (1, 3, 5)
tried = {"sigmoid, squared error": (2, 4), "ReLU, cross-entropy": (0.125, 0.25)}


def by_depth(pair, rates, depths, data, factor=1):
    runs = [
        [[score(*pair, lr, seed, data, (64,) * n, factor) for seed in range(2)] for lr in rates]
        for n in depths
    ]
    return np.mean(runs, axis=2).max(axis=1)


deep = {name: by_depth(pairs[name], tried[name], depths, data) for name in tried}
old = "sigmoid, squared error"
deep[f"{old}, first weights × 4"] = by_depth(pairs[old], tried[old], depths, data, 4)
plot.table(
    [[name, *[f"{right:.0f} %" for right in row]] for name, row in deep.items()],
    header=["hidden layers, the better of two rates", *map(str, depths)],
)

# %% [markdown]
# Here the old pair is lost. At five hidden layers none of its rates leads away from guessing, and part of that was the start: larger first weights, which let more of the
# signal through, help it. They don't bring it to where the new pair is.
#
# ## A reader of digits, made of your functions
#
# *Everything is there. Does it read?* One pass over the training set is an **epoch**, each in a new order. Each layer, the loss and the way back are your functions where they have passed.

# %%
made = yours.using("affine", "relu_backward", "cross_entropy_backward", "loss_and_gradients")


def learnt(made, x, y, *, epochs=8, sizes=(784, 100, 10), lr=0.2):
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
print(f"read right: {read_right:.0f} % of unseen digits, {known_right:.0f} % of those it trained on")
print(made.credit("Your reader"))

# %%
p = layers.softmax(read(made, reader, x_test))
guess = p.argmax(axis=1)
wrong = np.flatnonzero(guess != y_test)
worst = wrong[np.argsort(-p.max(axis=1)[wrong], kind="stable")[:10]]
fig, ax = plot.figure(width=6.4, height=3.2)
plot.digits(ax, x_test[worst], [f"{y_test[i]} as {guess[i]}" for i in worst], cols=5)
ax.set_title("its most confident mistakes: label, as read", fontsize=10)
plot.show(
    fig,
    alt="The ten mistakes it was surest of, each with its label and what it was read as: many are "
    "oddly written, and some a person would get wrong as well.",
)

# %% [markdown]
# Which of these would you have read as labelled? Now train one with controls; the stop button keeps what was reached. At which learning rate does the curve begin to shake, and at which does it die?

# %%
widgets.digits()

# %% [markdown]
# ## Wrong gradients that train
#
# *The loss falls and the score is high. Is the gradient right?*
#
# Put a fault into the way back. Replace $W_2^\top$ by a fixed random matrix, so that each hidden unit gets a random mixture of the error signals.

# %%
astray = predict.number(
    "mlp_backprop.feedback",
    "The right gradient reads about 90 % after 500 steps. And with random feedback weights?",
    unit="%",
    low=0,
    high=100,
    within=4,
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
scores, off = {}, {}
for name, (back, gate) in bugs.items():
    gradients = functools.partial(faulty, back=back, gate=gate)
    scores[name] = [
        percent_right(mlp.forward(descend(gradients, start, x, y, lr=0.2, seed=s), x_test)[-1], y_test)
        for s in range(3)
    ]
    off[name] = 100 * gradcheck.relative_error(gradients(start, x[:100], y[:100])[0][0], correct)
astray_right = np.mean(scores["random feedback for W2ᵀ"])
astray.reveal(astray_right, shown=f"{astray_right:.1f} %")

# %%
plot.table(
    [
        [name, f"{np.mean(right):.1f} % ({min(right):.1f} to {max(right):.1f})", f"{off[name]:.0f} %"]
        for name, right in scores.items()
    ],
    header=["fault in the gradient", "unseen digits right, three seeds", "gradient of W1 off by"],
)

# %% [markdown]
# Three of the four faults train. A gradient can be wrong by more than its own length and the score still rises: the last layer learns from whatever it is given, and with random feedback the forward weights come to suit the feedback (Lillicrap and others). Only
# a gradient check tells these rows apart. **A falling loss doesn't show that the gradient is right.**
#
# Now you are the one to find the fault. This network has tanh as its activation, and somebody in a hurry wrote its gradients. It trains:


# %%
def hurried(params, x, y):
    (W1, b1), (W2, b2) = params
    h = np.tanh(layers.affine(x, W1, b1))
    dz = layers.cross_entropy_backward(layers.affine(h, W2, b2), y)
    dz_h = dz @ W2.T * (1 - np.tanh(h) ** 2)
    return [(x.T @ dz_h, dz_h.mean(axis=0)), (h.T @ dz, dz.mean(axis=0))]


def tanh_scores(params, x):
    (W1, b1), (W2, b2) = params
    return layers.affine(np.tanh(layers.affine(x, W1, b1)), W2, b2)


hurried_right = percent_right(tanh_scores(descend(hurried, start, x, y), x_test), y_test)
print(f"unseen digits read right: {hurried_right:.0f} %")


# %%
def off_by(gradients, params, x, y, layer, part):
    def loss(v):
        pairs = [list(pair) for pair in params]
        pairs[layer][part] = v
        return layers.cross_entropy(tanh_scores(pairs, x), y)

    true = gradcheck.numerical_gradient(loss, params[layer][part])
    return gradcheck.relative_error(gradients(params, x, y)[layer][part], true)


tiny, y7 = mlp.init(rng, [5, 4, 3]), np.array([0, 2, 1, 1, 0, 2, 0])
for name, place in {"W1": (0, 0), "b1": (0, 1), "W2": (1, 0), "b2": (1, 1)}.items():
    print(f"gradient of {name}: off by {100 * off_by(hurried, tiny, x5, y7, *place):.0f} %")

# %% [markdown]
# ### Exercise: `tanh_gradients`
#
# Find from this list which lines are at fault, and write the version without a fault. By hand: with $x = 3$, hidden weights and biases 0,
# $W_2 = \begin{pmatrix}1&0&0\\0&2&0\end{pmatrix}$, $b_2 = (\ln 2, 0, 0)$ and label 1, $h = (0, 0)$ and $p = (\frac12, \frac14, \frac14)$, so $dz = (\frac12, -\frac34, \frac14)$ and $dW_1 = (\frac32, -\frac92)$.


# %% tags=["exercise:mlp.tanh_gradients"]
def tanh_gradients(params, x, y):
    ...  # about five lines


# %%
ex.tanh_gradients.check(tanh_gradients)

# %% [markdown]
# ## What a network sees
#
# *Does it see digits as you do?* First, shuffle the pixels, in one and the same way for every image, and train anew.

# %%
scrambled = predict.number(
    "mlp_backprop.scrambled",
    "With shuffled pixels, how many unseen digits are read right?",
    unit="%",
    low=0,
    high=100,
    within=3,
)
scrambled

# %%
shuffle = np.random.default_rng(3).permutation(784)
blind = learnt(made, x[:, shuffle], y)
blind_right = percent_right(read(made, blind, x_test[:, shuffle]), y_test)
scrambled.reveal(blind_right, shown=f"{blind_right:.1f} %")

# %% [markdown]
# Second, take the reader as trained, and move each unseen digit two pixels to the right.

# %%
moved = predict.number(
    "mlp_backprop.shift",
    "Moved by two pixels, how many unseen digits are read right?",
    unit="%",
    low=0,
    high=100,
    within=8,
)
moved

# %%
pictures = x_test.reshape(-1, 28, 28)
shifts = np.arange(6)
shifted = [np.roll(pictures, s, axis=2).reshape(-1, 784) for s in shifts]
shifted_right = [percent_right(read(made, reader, images), y_test) for images in shifted]
moved.reveal(shifted_right[2], shown=f"{shifted_right[2]:.1f} %")

# %%
fig, (left, right) = plot.figure(1, 2, width=8, height=2.5, width_ratios=[1.2, 1])
rows = [x_test[:6], x_test[:6][:, shuffle], shifted[2][:6]]
plot.digits(left, np.concatenate(rows), cols=6)
for n, name in enumerate(("as written", "shuffled", "moved by two")):
    left.text(-4, 30 * n + 14, name, ha="right", va="center", fontsize=10)
right.plot(shifts, shifted_right, marker="o")
right.axhline(10, color=plot.FAINT, linestyle=":")
right.text(0, 12, "guessing", color=plot.FAINT)
right.set(xlabel="moved to the right by, pixels", ylabel="read right, %", ylim=(0, 100))
plot.show(
    fig,
    alt="Left, six digits as written, the same shuffled into specks, and moved by two pixels. "
    "Right, the share read right over the shift: it falls steeply, to about the level of "
    "guessing at five pixels.",
)

# %% [markdown]
# To you the second row is noise and the third no different from the first. To the network it is the reverse. Nothing in $xW$ knows which pixels are neighbours, so a shuffle costs nothing, and the pixel next
# door is another input with other weights.
#
# Last, everything against PyTorch, for a network with two hidden layers and for the trained reader on all 8,000 digits:


# %%
def by_pytorch(params, x, y):
    tensors = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in params]
    a = torch.tensor(x)
    for W, b in tensors[:-1]:
        a = torch.relu(a @ W + b)
    z = a @ tensors[-1][0] + tensors[-1][1]
    torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
    return [(W.grad.numpy(), b.grad.numpy()) for W, b in tensors]


deeper = mlp.init(np.random.default_rng(0), [5, 6, 4, 3])
gaps = [
    np.abs(g - other).max()
    for params, *batch in ((deeper, x5, y7), (reader, x, y))
    for pair, others in zip(
        made.loss_and_gradients(params, *batch)[1], by_pytorch(params, *batch), strict=True
    )
    for g, other in zip(pair, others, strict=True)
]
agree = max(gaps) < 1e-12
print(f"every gradient within 1e-12 of PyTorch's: {agree}")

# %% [markdown]
# ## What you measured

# %%
spans = {name: f"{b.min():.1f} to {b.max():.1f} %" for name, b in best.items()}
shifted_by_two = shifted_right[2]
oldest, newest = deep[old][-1], deep["ReLU, cross-entropy"][-1]
plot.table(
    [
        ["unseen digits read right", f"{read_right:.1f} %"],
        *[[f"{name}, at its best rate", span] for name, span in spans.items()],
        ["random feedback weights", f"{astray_right:.1f} %"],
        ["first layer never moved", f"{np.mean(scores['first layer never moves']):.1f} %"],
        ["pixels shuffled", f"{blind_right:.1f} %"],
        ["moved by two pixels", f"{shifted_by_two:.1f} %"],
        ["five hidden layers, old pair and new", f"{oldest:.0f} %, {newest:.0f} %"],
        ["seven sigmoids at scale 1 keep of the error signal", f"1 part in {faint:.0f}"],
        ["gap to PyTorch", "below 1e-12" if agree else "above 1e-12"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** derive the gradient of a layer entry by entry, write backpropagation for any stack of layers, say what cross-entropy and ReLU change and where, and find a fault in a gradient that trains. The weights began at random, at a scale that was given
# (`mlp.init`); lesson *Initialization* asks what happens when it isn't.
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
#
# ## Sources
#
# - The article from which this course grew: an introduction to large models for founders, in Chinese and English side by side; its ten formulas for a network with one hidden layer stand in the table above.
# - D. Rumelhart, G. Hinton, R. Williams (1986), *Learning representations by back-propagating errors*.
# - T. Lillicrap, D. Cownden, D. Tweed, C. Akerman (2016), *Random synaptic feedback weights support error
#   backpropagation for deep learning*: why the second row of the table of faults trains.
# - X. Glorot, A. Bordes, Y. Bengio (2011), *Deep sparse rectifier neural networks*: ReLU.
# - The digits: see `src/course/data/manifest.toml` for source and licence.
