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
# is about that operation: what it means, in which order to do it, and when it goes wrong although
# every step was right.
#
# **You will** write the product as loops and see it in four ways, measure lengths and angles, find the
# directions that a matrix keeps, squeeze a picture into a few numbers, and watch correct
# formulas give wrong answers.
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
# | $\lambda$ | eigenvalue: factor along a direction that $A$ keeps | |
# | $s$ | singular values, largest first | $(\min(n, m),)$ |

# %% tags=["setup"]
import time

import numpy as np

from course.data import digits
from course.foundations import linalg
from course.interactive import plot, predict
from course.lessons.linear_algebra import bank as ex
from course.lessons.linear_algebra import widgets

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
centred = x - x.mean(axis=0)  # (8000, 784) minus (784,)
print(f"{x.shape} minus {x.mean(axis=0).shape} gives {centred.shape}")

# %% [markdown]
# It never asks whether you meant it. Here five predictions, all exactly right, are compared with five
# labels, and one of the two has an axis too many:

# %%
labels = np.arange(5.0)
predictions = labels[:, None]  # (5, 1): many models return a column
error = predictions - labels
print(f"shape of the error {error.shape}, mean square {np.mean(error**2):.0f} instead of 0")

# %% [markdown]
# No exception, no warning, a wrong loss: every row was subtracted from every column. Print shapes.
#
# ### Exercise: `add_bias`
#
# So far an example was a row of numbers. It may also be a table: layers for sound and pictures lay $N$
# examples with $C$ channels at $T$ times out as $(N, C, T)$. (The lessons on text put the channels last,
# and there the bias needs no care. The order of the axes is a convention, and you have to know it.)
#
# `x` has shape $(N, C, T)$, and `b` of shape $(C,)$ holds one bias for each channel. Add it. By hand: with $x = 0$ of shape $(1, 2, 2)$ and
# $b = (1, 2)$ the result is $((1, 1), (2, 2))$.


# %% tags=["exercise:linalg.add_bias"]
def add_bias(x, b):
    ...  # one line


# %%
ex.add_bias.check(add_bias)

# %% [markdown]
# ## A product is a sum over one index
#
# *What is the least that a product of two matrices must do?* The **matrix product** is one sum:
#
# $$C_{ik} = \sum_j A_{ij} B_{jk}$$
#
# Columns of $A$ and rows of $B$ must agree in number, because $j$ runs over both; $j$ is gone
# afterwards. By hand:
#
# $$\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}\begin{pmatrix}0 & 1\\2 & 1\end{pmatrix}
#   = \begin{pmatrix}1\cdot0 + 2\cdot2 & 1\cdot1 + 2\cdot1\\3\cdot0 + 4\cdot2 & 3\cdot1 + 4\cdot1\end{pmatrix}
#   = \begin{pmatrix}4 & 3\\8 & 7\end{pmatrix}.$$
#
# ### Exercise: `matmul`
#
# Write it with three loops. When the check passes, replace
# them by one line.


# %% tags=["exercise:linalg.matmul"]
def matmul(A, B):
    ...  # three loops, or one line


# %%
ex.matmul.check(matmul)


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


# %%
def product_picture(ax, title, a, b, c):
    canvas = np.full((8, 10), np.nan)  # A below left, B above right, C where they meet
    canvas[5:, :4], canvas[:4, 5:], canvas[5:, 5:] = 0, 0, 0
    canvas[5:, :4][a], canvas[:4, 5:][b], canvas[5:, 5:][c] = 1, 1, 1
    ax.pcolormesh(canvas, cmap="Blues", vmin=-0.25, vmax=1.4, edgecolors="white", linewidth=1.5)
    for name, place in {"A": (2, 8.9), "B": (4.4, 2), "C": (7.5, 8.9)}.items():
        ax.text(*place, name, ha="center", va="center", weight="bold")
    ax.set(title=title, xlim=(0, 10), ylim=(9.4, 0), aspect="equal")
    ax.set_axis_off()


every = np.s_[:, :]
row, column = np.s_[1, :], np.s_[:, 2]
fig, axes = plot.figure(1, 4, width=9.6, height=2.7)
product_picture(axes[0], "one entry", row, column, np.s_[1, 2])
product_picture(axes[1], "one column", every, column, column)
product_picture(axes[2], "one row", row, every, row)
product_picture(axes[3], "one layer of a sum", column, np.s_[2, :], every)
plot.show(
    fig,
    alt="Four pictures of C = A B, used parts dark. One entry: a row of A and a column of B. One "
    "column of C: all of A and a column of B. One row of C: a row of A and all of B. One layer of a "
    "sum that covers all of C: a column of A and the row of B with the same number.",
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
# Each will be useful: **dots** are attention's scores, every query with every key. **Columns**: a layer
# mixes features. **Rows**: one example after another goes through the same layer. **Outer products**:
# a weight gradient is a sum over examples.
#
# How much of a network is this? A layer of 128 units on 784 pixels multiplies and adds $784 \cdot 128$
# times for each picture; its bias and its activation do one thing each for every unit.

# %%
n_in, n_out = 784, 128
share = 100 * 2 * n_in * n_out / (2 * n_in * n_out + 2 * n_out)
print(f"{share:.2f} % of the layer's arithmetic is the matrix product")

# %% [markdown]
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
counted = (n**3 + n**2) / (2 * n**2)
order.reveal(order_ratio)
print(f"multiplications: {counted:.0f} times as many")
print(f"(three loops instead of A @ B, at 60 by 60: {loops_ratio:,.0f} times as long)")

# %% [markdown]
# $AB$ costs $n^3$ multiplications, a matrix times a vector $n^2$. The clock tends to show less than the count: a
# large product uses the processor at its best, and a matrix with a vector waits for memory. Brackets
# are an algorithm.

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
    "ii->": np.trace(M),
}
for letters, expected in sums.items():
    inputs = [a, a] if "," in letters else [M]
    print(f"{letters:8} {np.allclose(np.einsum(letters, *inputs), expected)}")

# %% [markdown]
# ### Exercise: `batch_matmul`
#
# `A` holds a batch of $N$ matrices, $(N, n, m)$, `B` another of
# $(N, m, p)$. Multiply the first matrix of `A` by the first of `B`, the second by the second, and so on. By hand: $(1, 2)\cdot(1, 0) = 1$ and
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
# The length of $x$ is $\lVert x \rVert = \sqrt{x \cdot x}$: for $(3, 4)$ it is 5. Other norms measure
# otherwise: the sum of sizes is 7, the largest is 4. The dot product holds the angle:
# $x \cdot v = \lVert x \rVert \lVert v \rVert \cos\alpha$.
#
# On the line through $v$ the points are $c\,v$. The nearest one, the **projection** of $x$,
# leaves a **residual** at right angles to $v$:
#
# $$(x - c\,v)\cdot v = 0 \quad\Rightarrow\quad p = \frac{x \cdot v}{v \cdot v}\, v.$$
#
# *Assumed*: $v \neq 0$; there it fails, because zero has no direction. By hand: $x = (2, 3)$ on
# $v = (4, 0)$ gives $\tfrac{8}{16}(4, 0) = (2, 0)$.
#
# ### Exercise: `project`
#
# Write it for vectors of any length.


# %% tags=["exercise:linalg.project"]
def project(x, v):
    ...  # one line


# %%
ex.project.check(project)

# %% [markdown]
# In the plane, two random directions may form any angle. In a network's space?

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
fig, ax = plot.figure(width=7.5, height=3)
for i, (d, cosine) in enumerate(cosines.items()):
    height, edges = np.histogram(cosine, np.linspace(-1, 1, 81), density=True)
    ax.stairs(height, edges, color=plot.COLORS[i], ls=plot.LINES[i], lw=1.8, label=f"d = {d}")
ax.set(xlabel="cosine of the angle between two random vectors", ylabel="density", ylim=(0, 14))
ax.legend()
plot.show(
    fig,
    alt="Densities of the cosine between random vectors on one scale. In 2 dimensions it piles up at −1 "
    "and 1, in 10 it is a wide low hill around 0, in 100 a narrow hill, in 1000 a needle at 0.",
)

# %% [markdown]
# The spread of the *cosine* is $1/\sqrt d$: in a thousand dimensions everything random is nearly at right
# angles to everything else. So many more directions than there are dimensions can be kept nearly apart.
#
# The *dot product* does the opposite. It has not been divided by the lengths, which grow with $d$. How
# large does it get?

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
    print(f"d = {d}: spread of the dot product {spread[d]:.1f}, √d = {d**0.5:.1f}")
dots.reveal(spread[1000], shown=f"{spread[1000]:.1f}")

# %% [markdown]
# It is $\sqrt d$. A dot product of such vectors is a sum of $d$ independent terms of variance 1; variances
# add up to $d$, and the spread is the root. *Attention* scores a query against a key by a dot product, and
# this is the $\sqrt d$ by which it divides: afterwards the spread is 1 for every $d$.

# %% [markdown]
# ## All distances at once
#
# *How far is each of 500 pictures from each of 8,000, without a loop?*
#
# Multiply out: $\lVert x - y \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot y + \lVert y \rVert^2$. The
# middle term for all pairs is $X Y^\top$. Rounding can leave a square slightly below zero: cut it
# off at 0 before the root. By hand: from $(0, 0)$ and $(3, 0)$ to $(3, 4)$ it is 5 and 4.
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
D = linalg.pairwise_distances(data.x_test[:500], data.x_train)
nearest = data.y_train[D.argmin(axis=1)]
neighbour = 100 * np.mean(nearest == data.y_test[:500])
print(f"The label of the nearest picture is right for {neighbour:.0f} % of 500 new digits.")

# %% [markdown]
# No training, and one matrix product. It is a number to remember when networks read digits later; but
# hold two methods side by side only on the same test pictures, and these are the first 500. *Where the
# formula fails*: where a small difference of large squares is wanted. Two points at distance 1, far
# from the origin, in single precision:

# %%
far = np.array([[10_000, 0]], dtype=np.float32)
one_off = far + np.array([1, 0], dtype=np.float32)
print(f"distance by the formula: {linalg.pairwise_distances(far, one_off).item():.0f}")

# %% [markdown]
# ## A matrix moves the plane, and keeps some directions
#
# *What does multiplying by a matrix do to space?*
#
# The columns of $A$ are the images of $(1, 0)$ and $(0, 1)$; all else follows. Straight lines stay
# straight, the origin stays, and all areas grow by one factor, the **determinant**, $ad - bc$ for rows
# $(a, b)$ and $(c, d)$; it is negative where the plane is flipped. Some directions are only
# stretched, not turned: the **eigenvectors**, $A x = \lambda x$.
#
# Find a matrix that flattens the square to a line; one that only turns (no direction is kept); and one
# with $b = c$: what is the angle between its eigenvectors?

# %%
widgets.plane()

# %% [markdown]
# A matrix that flattens has determinant and one eigenvalue 0. A rotation by a quarter, rows $(0, -1)$
# and $(1, 0)$, keeps no direction. Symmetric matrices always keep two, at right angles.

# %% [markdown]
# *How do you find an eigenvector of a matrix too large to look at?*
#
# Multiply again and again: **power iteration**. If $x = \sum_i c_i v_i$ in eigenvectors, then
# $A^k x = \sum_i \lambda_i^k c_i v_i$:
# the part with the largest $|\lambda|$ wins, the others shrink by $|\lambda_i / \lambda_1|$ a step. Rescale
# each time, or the numbers overflow. At the end $\lambda = x \cdot A x$ for the unit vector $x$.
#
# *Assumed*: one eigenvalue is larger in size than all others, and the start leans a little toward its
# vector. By hand, $A = \mathrm{diag}(2, 1)$, $x = (3, 8)$, one step: $(6, 8)$ becomes $(0.6, 0.8)$, and
# $\lambda \approx 2 \cdot 0.36 + 1 \cdot 0.64 = 1.36$.
#
# ### Exercise: `power_iteration`
#
# Return the eigenvalue and the unit vector.


# %% tags=["exercise:linalg.power_iteration"]
def power_iteration(A, x, steps):
    ...  # a loop of two lines, then the result


# %%
ex.power_iteration.check(power_iteration)

# %%
fig, ax = plot.figure(width=7.5, height=3)
steps = np.arange(1, 61)
for i, second in enumerate((0.5, 0.9, 0.99)):
    xs = [linalg.power_iteration(np.diag([1, second]), np.ones(2), int(k))[1] for k in steps]
    tilt = [abs(x[1] / x[0]) for x in xs]
    ax.plot(steps, tilt, color=plot.COLORS[i], ls=plot.LINES[i], label=f"λ₂ / λ₁ = {second}")
ax.set(yscale="log", xlabel="steps", ylabel="part along the wrong vector", ylim=(1e-18, 3))
ax.legend(loc="lower left")
plot.show(
    fig,
    alt="Error of power iteration over 60 steps, logarithmic: three straight lines. Ratio 0.5 falls "
    "to 1e-18, 0.9 to about a thousandth, 0.99 hardly at all.",
)

# %% [markdown]
# Straight lines with the slope of the ratio. *Where it fails*: two eigenvalues of one size. With
# $\mathrm{diag}(1, -1)$ it never settles:

# %%
for k in (100, 101):
    print(k, linalg.power_iteration(np.diag([1.0, -1.0]), np.array([0.6, 0.8]), k)[1].round(2))

# %% [markdown]
# On real data: the **covariance** of the digits' pixels, a table of 784 by 784. Entry $[i, j]$ is the mean
# of pixel $i$ times pixel $j$, both centred: how far the two vary together. Its first eigenvector is
# the direction in which handwriting differs most.

# %%
covariance = centred.T @ centred / len(centred)
value, direction = linalg.power_iteration(covariance, rng.standard_normal(784), 200)
values, vectors = np.linalg.eigh(covariance)
cosine = abs(linalg.cosine(direction, vectors[:, -1]))
top_share = 100 * value / values.sum()
print(f"cosine with the first vector of eigh: {cosine:.4f}; ratio of the values: {value / values[-1]:.4f}")
print(f"this one direction of 784 holds {top_share:.0f} % of the variance")

# %% [markdown]
# ## Rank: how much is in a matrix?
#
# *A picture of 784 pixels: how many numbers does it need?*
#
# Vectors are **independent** if none of them can be mixed from the others, and a set of independent
# vectors from which all others can be mixed is a **basis**. The **rank** of a matrix is the smallest number
# of columns from which all its columns can be mixed: the size of a basis for them. A column times a row
# has rank one, because every column is a multiple of the first factor. Every matrix is a sum of such
# pieces, ordered by size:
#
# $$A = \sum_i s_i\, u_i v_i^\top, \qquad s_1 \ge s_2 \ge \dots \ge 0,$$
#
# the **singular value decomposition**. Here the $u_i$ are **orthonormal**: each has length 1, and any two
# of them are at right angles. The $v_i$ are so too. That is what makes the $s_i$ definite: otherwise a
# factor could be moved from $s_i$ into $u_i$. The first $k$ pieces are the nearest matrix of rank $k$ (Eckart and
# Young), and the squares of the $s_i$ left out are the squared error.

# %%
pieces = predict.number(
    "linear_algebra.pieces",
    "How many of the 28 pieces of a digit hold 90 % of the sum of squares, for a typical digit?",
    low=1,
    high=28,
    within=2,
)
pieces

# %%
pictures = x[:1000].reshape(-1, 28, 28)
s = np.linalg.svd(pictures, compute_uv=False)  # (1000, 28)
held = np.cumsum(s**2, axis=1) / (s**2).sum(axis=1, keepdims=True)
needed = (held < 0.9).sum(axis=1) + 1
typical = int(np.median(needed))
pieces.reveal(typical)
ours = linalg.svd(pictures[0])[1]
print(f"SVD by our own loops agrees with the library: {np.allclose(ours, s[0], atol=1e-8)}")

# %% [markdown]
# ### Exercise: `low_rank`
#
# Keep the first $k$ pieces. `np.linalg.svd(A,
# full_matrices=False)` returns $U$, $s$ and $V^\top$: the last one's *rows* are the $v_i$. By hand:
# $((0, 3), (1, 0))$ has singular values 3 and 1, and at rank 1 it becomes $((0, 3), (0, 0))$.


# %% tags=["exercise:linalg.low_rank"]
def low_rank(A, k):
    ...  # two lines


# %%
ex.low_rank.check(low_rank)

# %% [markdown]
# Move the rank. From which $k$ on do you recognise the digit?

# %%
widgets.ranks()

# %% [markdown]
# A few pieces carry the picture, the others the edges. Weights of trained networks are often like
# this, which is why a model can be adapted by learning pieces of low rank only.

# %% [markdown]
# ## Right formulas, wrong answers
#
# *If every operation is exact to 16 digits, how many digits has the answer?*
#
# **Least squares**, $\min_w \lVert V w - b \rVert$, has a formula in every textbook: the residual must be at right
# angles to all columns, $V^\top (b - V w) = 0$.


# %% tags=["worked:linalg.normal_equations"]
def normal_equations(A, b):
    return np.linalg.solve(A.T @ A, A.T @ b)


# %% [markdown]
# Fit a polynomial of degree 13 to 100 points, made without noise from a polynomial whose 14 coefficients
# are all 1. The fit through `normal_equations` misses the points by less than a millionth.

# %%
digits_right = predict.number(
    "linear_algebra.digits",
    "The coefficients should all be 1. How far is the worst of them off?",
    low=0,
    high=1000,
    factor=10,
)
digits_right

# %% tags=["varies"]
V = np.vander(np.linspace(0, 1, 100), 14, increasing=True)
b = V @ np.ones(14)
w_normal, w_lstsq = normal_equations(V, b), np.linalg.lstsq(V, b, rcond=None)[0]
rest = np.linalg.norm(V @ w_normal - b) / np.linalg.norm(b)
off_normal, off_lstsq = (np.abs(w - 1).max() for w in (w_normal, w_lstsq))
digits_right.reveal(off_normal, shown=f"{off_normal:.1f}")
print(f"normal equations: residual {rest:.0e}, worst coefficient off by {off_normal:.1f}")
print(f"np.linalg.lstsq: worst coefficient off by {off_lstsq:.0e}")

# %% [markdown]
# The fit is excellent and the coefficients are wrong. (How wrong depends on the last digits, so on your
# machine the number may be another.)
#
# The **condition number** $\kappa = s_1 / s_{\min}$ says how much a relative error can grow on the way
# from $b$ to $w$. If $V = \sum_i s_i u_i v_i^\top$, then $V^\top V = \sum_i s_i^2 v_i v_i^\top$: its singular
# values are the squares, so its condition number should be $\kappa^2$. Here is what is measured, and a
# double holds 16 digits:

# %% tags=["picture:rounding"]
degrees = range(1, 16)
powers = [np.vander(np.linspace(0, 1, 100), d + 1) for d in degrees]
kappa = np.array([linalg.condition(P) for P in powers])
measured = np.array([linalg.condition(P.T @ P) for P in powers])
fig, ax = plot.figure(width=7.5, height=3)
for i, (label, c) in enumerate({"V, as in lstsq": kappa, "VᵀV, measured": measured, "κ(V) squared": kappa**2}.items()):
    ax.plot(degrees, c, color=plot.COLORS[i], ls=plot.LINES[i], label=label)
ax.axhline(1 / np.finfo(float).eps, color=plot.FAINT, ls=":", lw=1.5)
ax.text(1, 1e16, "no digit left", color=plot.INK)
ax.set(yscale="log", xlabel="degree of the polynomial", ylabel="condition number")
ax.legend(loc="lower right")
plot.show(
    fig,
    alt="Condition number over the degree of the polynomial, logarithmic. V rises to about 1e11 at "
    "degree 15. VᵀV follows the square of it until the line where no digit is left, near degree 11, and "
    "stays between 1e17 and 1e20 from there on, while the square goes on to 1e22.",
)

# %% [markdown]
# A small residual says that the fit is good, not that the coefficients are known: many sets of them fit
# almost equally well. Forming $V^\top V$ squares $\kappa$, and that doubles the number of digits lost: where
# $V$ loses 7 of 16, $V^\top V$ loses 14. Beyond $10^{16}$ nothing is left to lose, and the smallest singular
# value that is measured is itself rounding error: that is why the curve of $V^\top V$ leaves the square.

# %% [markdown]
# ## What memory and rounding do
#
# *Does it matter in which direction you walk through a matrix?*
#
# Rows lie in memory one after the other; a column is picked out of every row. Adding up each row of a
# 3000 by 3000 matrix, then each column:

# %% tags=["varies"]
X = rng.standard_normal((3000, 3000))
by_rows = seconds(lambda: [X[i].sum() for i in range(3000)], 5)
by_columns = seconds(lambda: [X[:, i].sum() for i in range(3000)], 5)
all_columns = seconds(lambda: X.sum(axis=0), 5)
print(f"column by column takes {by_columns / by_rows:.1f} times as long as row by row,")
print(f"and {by_columns / all_columns:.1f} times as long as X.sum(axis=0), which adds whole rows")

# %% [markdown]
# Same numbers, same additions. Memory comes in blocks of neighbours, and a column uses one number of
# each block. A library call knows a better order than your loop.
#
# Last, rounding. A 32-bit float has 24 binary digits.

# %%
counting = predict.number(
    "linear_algebra.counting",
    "Start at 0 and add 1, twenty million times, in float32. Where do you arrive?",
    low=0,
    high=20_000_000,
    within=1_000_000,
)
counting

# %%
steps = np.ones(20_000_000, dtype=np.float32)
arrived = int(np.cumsum(steps)[-1])
counting.reveal(arrived, shown=f"{arrived:,}")
print(f"np.sum, which adds in pairs: {int(steps.sum()):,}")

# %% [markdown]
# At $2^{24}$ the next float is 2 away, and $2^{24} + 1$ rounds back to $2^{24}$: counting stops. `np.sum`
# splits the work in halves and arrives. This is why sums over long sequences, and averages of gradients,
# are kept in higher precision than the numbers they add.

# %% [markdown]
# ## What you measured

# %%
kappa_13, squared = (k[degrees.index(13)] for k in (kappa, kappa**2))
plot.table(
    [
        ["share of the product in a layer's arithmetic", f"{share:.2f} %"],
        ["(AB)v against A(Bv): multiplications", f"{counted:.0f} times"],
        ["random angle in 1,000 dimensions, off 90°", f"{off:.1f}°"],
        ["spread of a dot product in 1,000 dimensions", f"{spread[1000]:.1f}"],
        ["nearest picture has the right label", f"{neighbour:.0f} %"],
        ["variance of digits along one direction of 784", f"{top_share:.0f} %"],
        ["pieces of 28 that hold 90 % of a digit", str(typical)],
        ["condition number at degree 13, and squared", f"{kappa_13:.0e}, {squared:.0e}"],
        ["counting in float32 ends at", f"{arrived:,}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** read any product as dots, columns, rows or layers, put brackets where they save work, and
# say why a result may be wrong although the formula is right. From here on, $x W + b$ is a sentence you
# can read.

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
# 2. Which of the four pictures is the gradient of a weight matrix, and why is it a sum over examples?
#
#    <details><summary>Answer</summary>
#
#    The last one: a sum of layers, each a column times a row. One example contributes the outer
#    product of what went into the layer and the gradient that came back to it. The loss adds up (or
#    averages) what the examples cost, so its gradient adds up what they contribute.
#
#    </details>
#
# 3. Power iteration on a matrix with eigenvalues 3 and −3: what happens?
#
#    <details><summary>Answer</summary>
#
#    After $k$ steps the vector is $3^k\,(c_1 v_1 + (-1)^k c_2 v_2)$, rescaled. Neither part wins, and
#    the direction alternates between two for ever, unless the start was one of the eigenvectors.
#
#    </details>
#
# 4. Why can the residual of a fit be tiny and its coefficients wrong?
#
#    <details><summary>Answer</summary>
#
#    Because the columns are nearly dependent: there are directions in which $w$ can move far while $V
#    w$ hardly changes. Those are the directions with tiny singular values. The residual sees only $V
#    w$.
#
#    </details>
#
# 5. From lesson *Start here*: a table of counts is divided by the sums of its rows. Which shape must
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
# - C. Eckart, G. Young (1936), *The approximation of one matrix by another of lower rank*.
# - G. Golub, C. Van Loan, *Matrix Computations*: power iteration, one-sided Jacobi, and why normal
#   equations square the condition number.
# - D. Goldberg (1991), *What every computer scientist should know about floating-point arithmetic*.
