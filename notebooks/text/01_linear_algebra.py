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
# # Linear algebra
#
# More than 99 % of the arithmetic in a language model is one operation, the matrix product. This lesson
# is about that operation: what it means, how to see it, and in which order to do it.
#
# **You will** write the product as loops and see it in four ways, mend a result that is wrong without an
# error message, count what brackets cost, measure lengths and angles, and read handwritten digits by
# distances alone. This takes about two hours.
#
# **You need** Python and NumPy arrays, and lesson *Start here*. No linear algebra.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$, $v$ | vectors: lists of numbers, points, directions | $(n,)$ |
# | $A$, $B$ | matrices: tables of numbers, maps of vectors | $(n, m)$ |
# | $A_{ij}$ | entry in row $i$, column $j$ | |
# | $A^\top$ | transpose: rows become columns | $(m, n)$ |
# | $x \cdot v$ | dot product, $\sum_i x_i v_i$ | |
# | $\lVert x \rVert$ | length, $\sqrt{x \cdot x}$ | |

# %% tags=["setup"]
import functools
import time

import numpy as np

from course.data import digits
from course.foundations import linalg
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.linear_algebra import bank as ex
from course.lessons.linear_algebra import diagrams, widgets

# %% [markdown]
# ## Shapes, and how they stretch
#
# *A table of 8,000 pictures and one average picture: how does the computer know what to subtract from
# what?*
#
# In this course a row is an example. NumPy lines up shapes **from the right**; an axis of length 1, or
# one that is missing on the left, is stretched. That is **broadcasting**.

# %%
data = digits()
x = data.x_train  # (N, 784), a row is a picture of 28 by 28
mean = x.mean(axis=0)
print(f"{x.shape} minus {mean.shape} gives {(x - mean).shape}")

# %% [markdown] tags=["lab"]
# Choose two shapes here.

# %% [markdown]
# The figure adds two arrays whose shapes differ. What is faint is not stored: it is a copy, made by
# stretching.

# %%
widgets.stretch()

# %% [markdown]
# NumPy never asks whether you meant it. Here five predictions, all exactly right, are compared with five
# labels, and one of the two has an axis too many. The mean of the squared differences should be 0:

# %%
labels = np.arange(5.0)
predictions = labels[:, None]  # (5, 1): many models return a column
error = predictions - labels
print(f"shape of the error {error.shape}, mean square {np.mean(error**2):.0f} instead of 0")

# %% [markdown]
# No exception, no warning, a wrong number. What was subtracted from what? Print shapes.
#
# ### Exercise: `mean_square`
#
# Mend it: the mean square of the differences, for predictions of shape $(N,)$ or $(N, 1)$ and labels of
# shape $(N,)$. By hand: predictions 1, 2, 6 and labels 1, 4, 5 give $(0 + 4 + 1)/3$.


# %% tags=["exercise:linalg.mean_square"]
def mean_square(predictions, labels):
    ...  # two lines


# %%
ex.mean_square.check(mean_square)

# %% [markdown]
# ### Exercise: `add_bias`
#
# So far an example was a row of numbers. It may also be a table: for $N$ recordings with $C$ channels (two
# in stereo) at $T$ times, the shape $(N, C, T)$ is usual. (The lessons on text put the channels last. The
# order of the axes is a convention, and you have to know it.)
#
# `x` has shape $(N, C, T)$, and `b` of shape $(C,)$ holds one bias for each channel, a number that is added
# to all of that channel. Add it. By hand: with $x = 0$ of shape $(1, 2, 2)$ and $b = (1, 2)$ the result is
# $((1, 1), (2, 2))$.


# %% tags=["exercise:linalg.add_bias"]
def add_bias(x, b):
    ...  # one line


# %%
ex.add_bias.check(add_bias)

# %% [markdown]
# ## A product is a sum over one index
#
# *How do you multiply two tables of numbers?* One number times a matrix is easy: the number, a **scalar**,
# multiplies each entry. In the **matrix product**, each entry is a sum:
#
# $$C_{ik} = \sum_j A_{ij} B_{jk}$$
#
# $A$ must have as many columns as $B$ has rows, because $j$ runs over both. The result has no $j$ any more.
# By hand:
#
# $$\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}\begin{pmatrix}0 & 1\\2 & 1\end{pmatrix}
#   = \begin{pmatrix}1\cdot0 + 2\cdot2 & 1\cdot1 + 2\cdot1\\3\cdot0 + 4\cdot2 & 3\cdot1 + 4\cdot1\end{pmatrix}$$
# $$= \begin{pmatrix}4 & 3\\8 & 7\end{pmatrix}.$$
#
# ### Exercise: `matmul`
#
# Write it with three loops. When the check passes, replace them by one line.


# %% tags=["exercise:linalg.matmul"]
def matmul(A, B):
    ...  # three loops, or one line


# %%
ex.matmul.check(matmul)

# %% [markdown]
# Do the loops agree with NumPy's `A @ B`, and what becomes of a product when it is transposed?
# (`seconds` says how long a call takes; times are compared further below.)


# %%
def seconds(f, repeat=3):
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


rng = np.random.default_rng(0)
A, B = rng.standard_normal((2, 60, 60))
print(f"loops and A @ B agree: {np.allclose(linalg.matmul(A, B), A @ B)}")
print(f"(AB)ᵀ = BᵀAᵀ: {np.allclose((A @ B).T, B.T @ A.T)}")
loops_ratio = seconds(lambda: linalg.matmul(A, B)) / seconds(lambda: A @ B, 20)

# %% [markdown]
# Transposing reverses a product: $(AB)^\top = B^\top A^\top$. Entry $(k, i)$ of the left side is row $i$
# of $A$ times column $k$ of $B$; on the right, that column is a row of $B^\top$, and it comes first.
#
# One matrix changes nothing: the **identity** $I$, with ones on the diagonal and zeros elsewhere, so that
# $IA = A$. The matrix that undoes $A$ is its **inverse**, $A^{-1}A = I$; not every matrix has one.

# %% [markdown]
# ## Four pictures of one product, and its order
#
# *The same sum can be done in any order. What do you see in each?*
#
# In each picture $A$ stands at the left, $B$ above, and $C = AB$ where they meet. Dark is what is used,
# and what is made of it. In the last one all of $C$ is half dark: each entry gets
# only one of its four terms.


# %%
def product_picture(ax, title, a, b, c, done=1.0):
    canvas = np.full((8, 10), np.nan)  # A below left, B above right, C where they meet
    canvas[5:, :4], canvas[:4, 5:], canvas[5:, 5:] = 0, 0, 0
    canvas[5:, :4][a], canvas[:4, 5:][b], canvas[5:, 5:][c] = 1, 1, done
    ax.pcolormesh(canvas, cmap="Blues", vmin=-0.25, vmax=1.4, edgecolors="white", linewidth=1.5)
    for name, place in {"A": (2, 8.9), "B": (4.4, 2), "C": (7.5, 8.9)}.items():
        ax.text(*place, name, ha="center", va="center", weight="bold")
    ax.set(title=title, xlim=(0, 10), ylim=(9.4, 0), aspect="equal")
    ax.set_axis_off()


every = np.s_[:, :]  # what stands in the brackets of an index, kept under a name
row, column = np.s_[1, :], np.s_[:, 2]
fig, axes = plot.figure(1, 4, width=8.4, height=2.25)
product_picture(axes[0], "one entry", row, column, np.s_[1, 2])
product_picture(axes[1], "one column", every, column, column)
product_picture(axes[2], "one row", row, every, row)
product_picture(axes[3], "one of four layers", column, np.s_[2, :], every, done=0.4)
plot.show(
    fig,
    alt="Four pictures of C = A B, used parts in strong color. One entry: a row of A and a column of B. One "
    "column of C: all of A and a column of B. One row of C: a row of A and all of B. One of four layers: "
    "a column of A and the row of B with the same number give all of C a part of its value, in half as strong a color.",
)


# %% tags=["worked:linalg.matmul_dots", "worked:linalg.matmul_columns", "worked:linalg.matmul_rows", "worked:linalg.matmul_outer"]
def matmul_dots(A, B):
    return np.array([[row @ column for column in B.T] for row in A])


def matmul_columns(A, B):
    return np.stack([A @ column for column in B.T], axis=1)


def matmul_rows(A, B):
    return np.stack([row @ B for row in A])


def matmul_outer(A, B):
    return sum(np.outer(column, row) for column, row in zip(A.T, B, strict=True))


# %%
for product in (matmul_dots, matmul_columns, matmul_rows, matmul_outer):
    print(f"{product.__name__}: {np.allclose(product(A, B), A @ B)}")

# %% [markdown]
# Each will be useful. **Dots** compare every row with every column. **Columns**: each new column mixes those of
# $A$. **Rows**: one example after another goes through the same $B$. **Outer products**, a column times a row
# each, add up layer by layer; gradients of weights will arise that way, one layer for each example.
#
# How much of a network is this? For a picture of 784 pixels, a layer with 128 outputs computes 128 sums of
# 784 products. Then it does two small things to each sum: it adds a number, and it applies a function.

# %%
n_in, n_out = 784, 128
share = 100 * 2 * n_in * n_out / (2 * n_in * n_out + 2 * n_out)
print(f"{share:.2f} % of the layer's arithmetic is the matrix product")

# %% [markdown]
# ## Brackets
#
# *$(AB)v$ and $A(Bv)$ are equal. Does it matter which you compute?*

# %%
order = predict.number(
    "linear_algebra.order",
    "A and B are 1500 by 1500, v is a vector. How many times as long does (AB)v take as A(Bv)?",
    unit="times",
    low=1,
    high=10000,
    factor=3,
)
order

# %% tags=["varies"]
n = 1500
A, B = rng.standard_normal((2, n, n))
v = rng.standard_normal(n)
order_ratio = seconds(lambda: (A @ B) @ v) / seconds(lambda: A @ (B @ v), 10)
order.reveal(order_ratio)
counted = (n**3 + n**2) / (2 * n**2)
print(f"multiplications: {counted:.0f} times as many")
small = A[:300, :300].copy()
for vectors in (B[:300, :1].copy(), B[:300, :64].copy()):
    rate = small.size * vectors.shape[1] / seconds(functools.partial(np.matmul, small, vectors), 100) / 1e9
    print(f"300 by 300, vectors at once {vectors.shape[1]}: {rate:.0f} multiplications in a nanosecond")
print(f"(three loops instead of A @ B, at 60 by 60: {loops_ratio:,.0f} times as long)")
A = B = None  # lets go of 36 MB

# %% [markdown]
# $AB$ costs $n^3$ multiplications, and a matrix times a vector $n^2$. The clock tends to show less than the
# count. In $A v$ each number of $A$ is loaded for a single multiplication, so loading takes more time than
# multiplying. If that is the reason, the same matrix should get through more multiplications in a nanosecond
# when it meets many vectors at once: that is the test above, and why networks read many examples together.
# The line in brackets is about the loops of `matmul`: Python takes so much longer over the same product.

# %% [markdown]
# The drawing multiplies three matrices of different sizes in both ways.

# %%
diagrams.brackets()

# %% [markdown]
# ### Exercise: `bracket_costs`
#
# $A$ is $(n, m)$, $B$ is $(m, p)$ and $C$ is $(p, q)$. How many multiplications do $(AB)C$ and $A(BC)$ take?
# Count first on paper: how many entries has $AB$, and what does each cost? For sizes 2, 3, 5, 7 it is 100
# and 147.


# %% tags=["exercise:linalg.bracket_costs"]
def bracket_costs(n, m, p, q):
    ...  # left, right


# %%
ex.bracket_costs.check(bracket_costs)

# %% [markdown]
# ## Letters for axes: einsum
#
# *What if there are more axes than two?*
#
# `np.einsum` takes the formula itself: name the axes, and what is missing on the right is summed.

# %%
a, M = np.array([1.0, 2, 3]), np.arange(9.0).reshape(3, 3)
sums = {
    "i,i->": a @ a,
    "i,j->ij": np.outer(a, a),
    "ij->ji": M.T,
    "ij->i": M.sum(axis=1),
    "ii->": np.trace(M),  # the sum of the diagonal
}
for letters, expected in sums.items():
    inputs = [a, a] if "," in letters else [M]
    print(f"{letters:8} {np.allclose(np.einsum(letters, *inputs), expected)}")

# %% [markdown]
# ### Exercise: `batch_matmul`
#
# `A` holds a batch of $N$ matrices, $(N, n, m)$, `B` another of $(N, m, p)$. Multiply the first matrix of `A`
# by the first of `B`, the second by the second, and so on. By hand: $(1, 2)\cdot(1, 0) = 1$ and
# $(3, 4)\cdot(0, 1) = 4$, in shapes $(2, 1, 2)$ and $(2, 2, 1)$.


# %% tags=["exercise:linalg.batch_matmul"]
def batch_matmul(A, B):
    ...  # one line


# %%
ex.batch_matmul.check(batch_matmul)

# %% [markdown]
# ## Lengths, angles, projections
#
# *Which point of a line is nearest to a given point?*
#
# The length, or norm, of $x$ is $\lVert x \rVert = \sqrt{x \cdot x}$: for $(3, 4)$ it is 5. The dot product
# also tells the angle $\alpha$ between two vectors: $x \cdot v = \lVert x \rVert \lVert v \rVert \cos\alpha$.
#
# On the line through $v$ the points are $c\,v$. The nearest one, the **projection** of $x$, leaves a
# **residual** at right angles to $v$; every other point is farther away, by Pythagoras.
#
# $$(x - c\,v)\cdot v = 0, \qquad p = c\,v.$$
#
# *Assumed*: $v \neq 0$; there it fails, because zero has no direction. By hand: $x = (2, 3)$ on
# $v = (4, 0)$ gives $(2, 0)$. The figure shows $x$, $v$, the line through $v$
# (dotted) and the point $p$.

# %% [markdown] tags=["lab"]
# For which angles does the dot product become zero, and for which negative?

# %%
widgets.dot()

# %% [markdown]
# ### Exercise: `project`
#
# Solve the condition for the number $c$, then write $p$ for vectors of any length.


# %% tags=["exercise:linalg.project"]
def project(x, v):
    ...  # one line


# %%
ex.project.check(project)

# %% [markdown]
# A mean is a projection too. Project $x$ on $v = (1, 1, \dots, 1)$: then $c$ is the sum of the entries
# divided by their number. So of all constants, the mean is nearest to the data, in the sense that the sum of
# squared residuals is smallest. Fitting in this sense is called **least squares**.

# %%
heights = np.array([2.0, 3.0, 7.0])
print(f"projection on (1, 1, 1): {linalg.project(heights, np.ones(3))}, mean {heights.mean():.0f}")

# %% [markdown]
# ## Angles and dot products in many dimensions
#
# In the plane, two random directions may form any angle. And in a thousand dimensions? To measure how far
# numbers lie from their mean, take the mean of the squared distances, the **variance**, and of that the
# root, the **spread** or standard deviation.

# %%
angle = predict.number(
    "linear_algebra.angle",
    "Two random directions in 1,000 dimensions: how far from 90° is their angle, typically?",
    unit="°",
    low=0,
    high=90,
    within=2,
)
angle

# %%
cosines = {}
for d in (2, 10, 100, 1000):
    X, Y = rng.standard_normal((2, 4000, d))
    lengths = np.linalg.norm(X, axis=1) * np.linalg.norm(Y, axis=1)
    cosines[d] = (X * Y).sum(axis=1) / lengths
off = np.degrees(np.abs(np.arcsin(cosines[1000])).mean())
angle.reveal(off, shown=f"{off:.1f}°")
for d, cosine in cosines.items():
    print(f"d = {d}: spread of the cosine {cosine.std():.2f}, 1/√d = {d**-0.5:.2f}")

# %%
fig, ax = plot.figure(width=5.7, height=3)
for i, (d, cosine) in enumerate(cosines.items()):
    edges = min(1, 4 * d**-0.5) * np.linspace(-1, 1, 33)  # as wide as the hill
    height, _ = np.histogram(cosine, edges, density=True)
    ax.stairs(height, edges, color=plot.COLORS[i], ls=plot.LINES[i], lw=1.8, label=f"d = {d}")
ax.set(xlabel="cosine of the angle between two random vectors", ylabel="density", ylim=(0, 14))
ax.legend()
plot.show(
    fig,
    alt="Densities of the cosine between random vectors on one scale. In 2 dimensions it piles up at −1 "
    "and 1, in 10 it is a wide low hill around 0, in 100 a narrow hill, in 1000 a needle at 0.",
)

# %% [markdown]
# The area under each line is 1, so a narrow hill is high. The spread of the *cosine* is $1/\sqrt d$: in a
# thousand dimensions, random directions are nearly at right angles to each other.

# %% [markdown]
# And the *dot product*? It has not been divided by the lengths, which grow with $d$.

# %%
dots = predict.number(
    "linear_algebra.dots",
    "Two vectors of 1,000 entries, all random with mean 0 and variance 1: how large is the spread of their "
    "dot product?",
    low=0,
    high=1000,
    factor=2,
)
dots

# %%
spread = {}
for d in cosines:
    X, Y = rng.standard_normal((2, 4000, d))
    spread[d] = (X * Y).sum(axis=1).std()
dots.reveal(spread[1000], shown=f"{spread[1000]:.1f}")
for d, size in spread.items():
    print(f"d = {d}: spread of the dot product {size:.1f}, √d = {d**0.5:.1f}")
X = Y = None  # lets go of 64 MB

# %% [markdown]
# It is $\sqrt d$. A dot product of such vectors is a sum of $d$ independent terms of variance 1; variances
# add up to $d$, and the spread is the root. *Attention* scores a query against a key by a dot product, and
# this is the $\sqrt d$ by which it divides: afterwards the spread is 1 for every $d$.

# %% [markdown]
# ## All distances at once
#
# *How far is each of 2,000 pictures from each of 8,000, without a loop over pictures?*
#
# Multiply $\lVert x - y \rVert^2 = (x - y)\cdot(x - y)$ out, as you would $(a - b)^2$. One of the terms
# needs both points: which product of matrices is it, for all pairs at once? Rounding can leave a square
# slightly below zero: cut it off at 0 before the root. By hand: from $(0, 0)$ and $(3, 0)$ to $(3, 4)$ it is 5
# and 4.
#
# ### Exercise: `pairwise_distances`
#
# $X$ is $(n, d)$, $Y$ is $(m, d)$, the result $(n, m)$.


# %% tags=["exercise:linalg.pairwise_distances"]
def pairwise_distances(X, Y):
    ...  # two lines


# %%
ex.pairwise_distances.check(pairwise_distances)

# %%
neighbour = predict.number(
    "linear_algebra.neighbour",
    "A new digit gets the label of the nearest of 8,000 known ones. How often is that right?",
    unit="%",
    low=0,
    high=100,
    within=3,
)
neighbour

# %%
parts = np.split(data.x_test, 4)  # 500 pictures at a time need a quarter of the memory
nearest = [linalg.pairwise_distances(part, data.x_train).argmin(axis=1) for part in parts]
hits = 100 * np.mean(data.y_train[np.concatenate(nearest)] == data.y_test)
neighbour.reveal(hits, shown=f"{hits:.1f} %")

# %% [markdown]
# No training, and hardly more than a matrix product. It is harder to beat than it looks: the network that you
# will build in lesson *Backpropagation* reads the same 2,000 test pictures about as well.

# %% [markdown]
# *Where the formula fails*: where a small difference of large squares is wanted. Two points at distance 1, far
# from the origin, in 32-bit numbers, which keep about 7 digits:

# %%
far = np.array([[10_000, 0]], dtype=np.float32)
one_off = far + np.array([1, 0], dtype=np.float32)
print(f"distance by the formula: {linalg.pairwise_distances(far, one_off).item():.0f}")

# %% [markdown]
# The two squares add up to about 200,000,000, and the 1 that is wanted would be the ninth digit of that
# sum: it is rounded away.

# %% [markdown]
# ## A digit reader of your own
#
# The reader below takes its distances from your `pairwise_distances` if its check has said done, and from
# the course's otherwise. Under each new digit stands its nearest neighbour, and between the two the label
# that the reader takes from it.

# %%
reader = yours.using("linear_algebra.pairwise_distances")
new = data.x_test[:8]
found = reader.pairwise_distances(new, data.x_train).argmin(axis=1)
fig, ax = plot.figure(width=8, height=2.4)
plot.digits(
    ax, np.concatenate([new, data.x_train[found]]), [*[""] * 8, *data.y_train[found]], cols=8
)
plot.show(
    fig,
    alt="Eight new handwritten digits above, and under each its nearest known picture, with its label.",
)
print(reader.credit("Your digit reader"))

# %% [markdown]
# ## Walking through memory
#
# *Does it matter in which direction you walk through a matrix?*
#
# Rows lie in memory one after the other. So neighbours in a row are neighbours in memory, and neighbours in a
# column lie a whole row apart. We add up half a million numbers, each a given number of places behind the last:

# %% tags=["varies"]
memory = np.ones(500_000 * 16)  # 64 MB
for step in (1, 2, 4, 8, 16):
    spaced = memory[: 500_000 * step : step]
    print(f"step {step}: {seconds(spaced.sum, 7) / 500_000 * 1e9:.2f} nanoseconds for each number")
memory = spaced = None

# %% [markdown]
# Same numbers, same additions. Memory comes in blocks of neighbours, on most processors 8 such numbers. The
# larger the step, the fewer numbers of each block are used, until at step 8 every number needs a block of its
# own. By then the price is many times what it was, and how it goes on depends on the machine. So walk along
# rows where you can.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["share of the product in a layer's arithmetic", f"{share:.2f} %"],
        ["(AB)v against A(Bv): multiplications", f"{counted:.0f} times"],
        ["random angle in 1,000 dimensions, off 90°", f"{off:.1f}°"],
        ["spread of a dot product in 1,000 dimensions", f"{spread[1000]:.1f}"],
        ["nearest picture has the right label", f"{hits:.1f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** read any product as dots, columns, rows or layers, put brackets where they save work, and
# find all distances with one product. From here on, $x W + b$ is a sentence you can read.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. `y_pred` has shape $(N, 1)$, `y` has $(N,)$. What shape is their difference, and what does its
#    mean square tell you?
#
#    <details><summary>Answer</summary>
#
#    $(N, N)$: every prediction is compared with every label. Its mean square says how far a randomly
#    chosen prediction lies from a randomly chosen label, and that is not zero even if every
#    prediction is right.
#
#    </details>
#
# 2. Which of the four pictures makes all of $C$ at once, in several layers? What is each layer made of?
#
#    <details><summary>Answer</summary>
#
#    The last one. Each layer is an outer product: a column of $A$ times the row of $B$ with the same number.
#    There are as many layers as $A$ has columns, and their sum is $C$.
#
#    </details>
#
# 3. From lesson *Start here*: a table of counts is divided by the sums of its rows. Which shape must
#    the sums have, and what happens without `keepdims=True` when the table is square?
#
#    <details><summary>Answer</summary>
#
#    $(V, 1)$. Without `keepdims=True` they have shape $(V,)$, and entry $(i, j)$ is divided by the
#    sum of row $j$. The table is square, so the shapes fit and no error tells you.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - G. Strang, *Introduction to Linear Algebra*: the four pictures of a product.
