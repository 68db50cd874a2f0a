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
# # Inside a matrix
#
# A matrix is more than a table. It moves space, it keeps some directions, and it is a sum of pieces,
# ordered by size. This lesson takes it apart. Then it shows where computing with it goes wrong although
# every formula was right.
#
# **You will** see a matrix move the plane, find the directions that it keeps, squeeze a picture into fewer
# numbers, and find the step at which digits were lost. This takes about two hours.
#
# **You need** lesson *Linear algebra*: products, transposes, projections.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $A$, $V$ | matrices | $(n, m)$ |
# | $x$, $b$, $w$ | vectors | $(n,)$ or $(m,)$ |
# | $I$ | identity: ones on the diagonal, zeros elsewhere, $I x = x$ | $(n, n)$ |
# | $A^{-1}$ | inverse: the matrix that undoes $A$, $A^{-1} A = I$ | $(n, n)$ |
# | $\lambda$ | eigenvalue: factor along a direction that $A$ keeps | |
# | $s_i$ | singular values, largest first | |
# | $u_i$, $v_i$ | directions that belong to $s_i$ | $(n,)$, $(m,)$ |
# | $\kappa$ | condition number | |

# %% tags=["setup"]
from fractions import Fraction

import numpy as np

from course.data import digits
from course.foundations import linalg, spectral
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.inside_a_matrix import bank as ex
from course.lessons.inside_a_matrix import diagrams, widgets

# %% [markdown]
# ## A matrix moves the plane, and keeps some directions
#
# *What does multiplying by a matrix do to space?*
#
# The columns of $A$ are where $(1, 0)$ and $(0, 1)$ go, and all else follows: $(2, 3)$ goes to twice the
# first column plus three times the second. Straight lines stay straight, the origin stays, and all areas are
# multiplied by one factor, the **determinant**, $ad - bc$ for rows $(a, b)$ and $(c, d)$. It is negative where
# the plane is flipped. Some directions are only stretched, not turned: the **eigenvectors**, $A x = \lambda x$.
#
# In the picture, î stands for $(1, 0)$ and ĵ for $(0, 1)$; the solid arrows show where they go, and the dashed
# ones are directions that are kept. Find a matrix that flattens the square to a line; one that only turns (no
# direction is kept); and one with $b = c$: what is the angle between its eigenvectors?
#
# <details><summary>Answer</summary>
#
# A matrix that flattens has determinant 0, and 0 is one of its eigenvalues. A quarter turn, with rows
# $(0, -1)$ and $(1, 0)$, keeps no direction. A matrix with $b = c$ always keeps two, at right angles.
#
# </details>

# %%
widgets.plane()

# %% [markdown]
# Nothing can undo a matrix that flattens: a matrix has an **inverse** only if its determinant is not 0.

# %% [markdown]
# ## The direction that wins
#
# *How do you find an eigenvector of a matrix too large to look at?*
#
# Multiply again and again: **power iteration**. Suppose that $x = \sum_i c_i v_i$ is a mix of
# eigenvectors. One product with $A$ multiplies each part by its own $\lambda_i$. What is left after many
# products? The numbers would overflow, so rescale $x$ to length 1 each time. At the end, $A x$ is about
# $\lambda x$, and $x$ has length 1. Which dot product then gives $\lambda$?
#
# *Assumed*: one eigenvalue is larger in size than all others, and the start leans a little toward its
# vector. By hand, take $A = \mathrm{diag}(2, 1)$, that is, 2 and 1 on the diagonal and zeros elsewhere. From
# $x = (3, 8)$ one step leads to $(6, 8)$, rescaled to $(0.6, 0.8)$, and
# $\lambda \approx 2 \cdot 0.36 + 1 \cdot 0.64 = 1.36$.
#
# ### Exercise: `power_iteration`
#
# Return the eigenvalue and the unit vector.


# %% tags=["exercise:spectral.power_iteration"]
def power_iteration(A, x, steps):
    ...  # a loop of two lines, then the result


# %%
ex.power_iteration.check(power_iteration)

# %% [markdown]
# The part with the largest $|\lambda|$ wins. The question is how fast.

# %%
slow = predict.number(
    "inside_a_matrix.slow",
    "The second eigenvalue is 0.99 of the first, and both parts start equal. After how many steps is the "
    "wrong part a thousandth of the right one?",
    low=1,
    high=100000,
    factor=2,
)
slow

# %% tags=["answers"]
tilts = np.cumprod(np.full(100_000, 0.99))
enough = int(np.argmax(tilts < 1e-3)) + 1
x_end = spectral.power_iteration(np.diag([1, 0.99]), np.ones(2), enough)[1]
slow.reveal(enough)
print(f"power iteration after that many steps: wrong part over right part {x_end[1] / x_end[0]:.4f}")

# %%
fig, (left, right) = plot.figure(1, 2, width=8.4, height=3.2, width_ratios=[1, 1.9])
A, x = np.array([[1.5, 0.5], [0.5, 1.0]]), np.array([-0.4, 0.9])
left.axline((0, 0), np.linalg.eigh(A)[1][:, -1], color=plot.INK, ls="--", lw=1.2)
for k in range(5):
    x = x / np.linalg.norm(x)
    left.plot([0, x[0]], [0, x[1]], "o-", color=plot.COLORS[0], markevery=[1], ms=5, lw=1.5)
    left.text(*(1.13 * x), k, ha="center", va="center", color=plot.INK)
    x = A @ x
left.set_aspect("equal", adjustable="datalim")
left.set(xlim=(-0.7, 1.2), title="x after 0 to 4 steps")
left.set(xlabel="first coordinate", ylabel="second coordinate", yticks=[0, 0.5, 1])
steps = np.arange(1, 801, 8)
for i, second in enumerate((0.5, 0.9, 0.99)):
    xs = [spectral.power_iteration(np.diag([1, second]), np.ones(2), int(k))[1] for k in steps]
    tilt = [abs(x[1] / x[0]) for x in xs]
    right.plot(steps, tilt, color=plot.COLORS[i], ls=plot.LINES[i], label=f"λ₂ / λ₁ = {second}")
right.set(yscale="log", xlabel="steps", ylabel="part along the wrong vector", ylim=(1e-9, 3))
right.legend(loc="lower right")
words = (
    "First, a vector turns step by step toward a dashed line, the first eigenvector. Then, the error over the "
    f"steps, logarithmic: three straight lines, and for the ratio 0.99 it takes {enough} steps to a thousandth."
)
plot.show(fig, alt=words)

# %% [markdown]
# Step by step, $x$ turns toward the first eigenvector. After $k$ steps the mix is
# $A^k x = \sum_i \lambda_i^k c_i v_i$. So each step multiplies the wrong part, beside the right one, by
# $\lambda_2 / \lambda_1$, and on a logarithmic axis that is a straight line.

# %% [markdown]
# *Where it fails*: two eigenvalues of one size. With $\mathrm{diag}(1, -1)$ it never settles:

# %%
for k in (100, 101):
    print(k, spectral.power_iteration(np.diag([1.0, -1.0]), np.array([0.6, 0.8]), k)[1].round(2))

# %% [markdown]
# On real data: the **covariance** of the digits' pixels, a table of 784 by 784. Entry $[i, j]$ is the mean
# of pixel $i$ times pixel $j$, both centred: how far the two vary together. Its first eigenvector is
# the direction in which the pictures differ most. The library's `eigh` finds all of them at once.


# %%
def covariances(x):
    centred = x - x.mean(axis=0)
    return centred.T @ centred / len(x)


data = digits()
x = data.x_train  # (N, 784), a row is a picture of 28 by 28
rng = np.random.default_rng(0)
covariance = covariances(x)
value, direction = spectral.power_iteration(covariance, rng.standard_normal(784), 200)
values, vectors = np.linalg.eigh(covariance)
cosine = abs(linalg.cosine(direction, vectors[:, -1]))
top_share = 100 * value / values.sum()  # each eigenvalue is the variance along its vector
print(
    f"cosine with the first vector of eigh: {cosine:.4f}; "
    f"ratio of the values: {value / values[-1]:.4f}"
)
print(f"this one direction of 784 holds {top_share:.0f} % of the variance")

# %% [markdown]
# *And the second direction?* Power iteration always finds the first. For a **symmetric** matrix, one that
# equals its transpose, all eigenvectors are at right angles to each other. So the first one can be taken
# out of the matrix without touching the others. That is called **deflation**.
#
# ### Exercise: `deflate`
#
# You have a symmetric $A$, an eigenvalue and its eigenvector $x$ of length 1. Return the matrix that takes $x$
# to zero and keeps the other eigenvectors with their eigenvalues. By hand: $\mathrm{diag}(5, 2, 1)$ with 5 and
# $(1, 0, 0)$ becomes $\mathrm{diag}(0, 2, 1)$.


# %% tags=["exercise:spectral.deflate"]
def deflate(A, value, x):
    ...  # one line


# %%
ex.deflate.check(deflate)

# %%
left = spectral.deflate(covariance, value, direction)
second, _ = spectral.power_iteration(left, rng.standard_normal(784), 400)
print(f"second eigenvalue over that of eigh: {second / values[-2]:.4f}")

# %% [markdown]
# ## Rank: how much is in a matrix?
#
# *A picture has 784 pixels. How many numbers does it need?*
#
# Vectors are **independent** if none of them can be mixed from the others. Independent vectors from which all
# others can be mixed are a **basis**. The **rank** of a matrix is the smallest number of columns from which
# all its columns can be mixed: the size of a basis for them. A column times a row has rank 1, because all
# its columns are multiples of one. Every matrix is a sum of such pieces, ordered by size:
#
# $$A = \sum_i s_i\, u_i v_i^\top, \qquad s_1 \ge s_2 \ge \dots \ge 0,$$
#
# the **singular value decomposition**. Here the $u_i$ are **orthonormal**: each has length 1, and any two
# of them are at right angles. So are the $v_i$. That is what makes the $s_i$ definite: otherwise a factor
# could be moved from $s_i$ into $u_i$. No matrix of rank $k$ is nearer to $A$ than the first $k$ pieces
# (Eckart and Young), and the squares of the $s_i$ left out add up to the squared error.

# %%
diagrams.pieces()

# %% [markdown]
# A real digit is a table of 28 by 28, so it has 28 pieces.

# %%
pieces = predict.number(
    "inside_a_matrix.pieces",
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

# %%
ours = spectral.svd(pictures[0])[1]
print(f"SVD by our own loops agrees with the library: {np.allclose(ours, s[0], atol=1e-8)}")

# %% [markdown]
# ### Exercise: `low_rank`
#
# Keep the first $k$ pieces. `np.linalg.svd(A, full_matrices=False)` returns $U$, $s$ and $V^\top$: the
# columns of $U$ are the $u_i$, and the *rows* of $V^\top$ are the $v_i$. By hand: $((0, 3), (1, 0))$ has
# singular values 3 and 1, and at rank 1 it becomes $((0, 3), (0, 0))$.


# %% tags=["exercise:spectral.low_rank"]
def low_rank(A, k):
    ...  # two lines


# %%
ex.low_rank.check(low_rank)

# %% [markdown] tags=["lab"]
# Move the rank, up and down, and try other digits. How many pieces does it take to recognise one?

# %%
widgets.ranks()

# %% [markdown]
# The first pieces carry the shape, and the later ones sharpen its edges.

# %% [markdown]
# ## Least squares by formula
#
# *If every operation is exact to 16 digits, how many digits of the answer are right?*
#
# **Least squares** asks for the $w$ that makes $\lVert V w - b \rVert$ smallest. Every textbook has a formula
# for it: the residual must be at right angles to all columns, $V^\top (b - V w) = 0$, so
# $V^\top V w = V^\top b$.


# %% tags=["worked:spectral.normal_equations"]
def normal_equations(A, b):
    return np.linalg.solve(A.T @ A, A.T @ b)


# %% [markdown]
# Fit a polynomial of degree 13 to 100 points, made without noise from a polynomial whose 14 coefficients are
# all 1: column $j$ of $V$ holds the $j$-th powers of the 100 places. The fit by `normal_equations` misses the
# points by less than a millionth of their size.

# %%
digits_right = predict.number(
    "inside_a_matrix.coefficients",
    "The coefficients should all be 1. How far off is the worst of them?",
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
fit = np.linalg.norm(V @ w_lstsq - b) / np.linalg.norm(b)
print(f"normal equations: residual {rest:.0e}, worst coefficient off by {off_normal:.1f}")
print(f"np.linalg.lstsq: residual {fit:.0e}, worst coefficient off by {off_lstsq:.0e}")

# %% [markdown]
# The fit is excellent and the coefficients are wrong. (How wrong depends on the last digits, so your number may
# differ.) The library's solver, `lstsq`, gets six or seven digits right. A small residual says that the fit is
# good, not that the coefficients are known: many sets of them fit almost equally well.

# %% [markdown]
# The **condition number** $\kappa = s_1 / s_{\min}$ says how much a relative error can grow on the way from
# $b$ to $w$. If $V = \sum_i s_i u_i v_i^\top$, then $V^\top V = \sum_i s_i^2 v_i v_i^\top$: its singular
# values are the squares, so its condition number should be $\kappa^2$. The picture holds that against what is
# measured. A 64-bit number keeps 16 digits, so a $\kappa$ above $10^{16}$ leaves none:

# %%
degrees = range(1, 16)
powers = [np.vander(np.linspace(0, 1, 100), d + 1) for d in degrees]
kappa = np.array([spectral.condition(P) for P in powers])
measured = np.array([spectral.condition(P.T @ P) for P in powers])
meant = np.where(measured < 1e15, measured, np.nan)  # what is measured above is rounding
fig, ax = plot.figure(width=5.7, height=3)
ax.plot(degrees, kappa, color=plot.COLORS[0], ls="-", label="V, as in lstsq")
ax.plot(degrees, kappa**2, color=plot.COLORS[2], ls="-.", label="κ(V) squared")
ax.plot(degrees, meant, "o", color=plot.COLORS[1], label="VᵀV, measured")
ax.axhline(1 / np.finfo(float).eps, color=plot.FAINT, ls=":", lw=1.5)
ax.text(1, 1e16, "no digit left", color=plot.INK)
ax.set(yscale="log", xlabel="degree of the polynomial", ylabel="condition number")
ax.legend(loc="lower right")
plot.show(
    fig,
    alt=f"Condition number over the degree of the polynomial, logarithmic. V rises to {kappa[-1]:.0e} at degree "
    f"{degrees[-1]}. The points measured for VᵀV lie on the square of it and end at degree "
    f"{np.isfinite(meant).sum()}, just below the line above which no digit is left.",
)

# %% tags=["varies"]
print(f"degree 15: VᵀV measured {measured[-1]:.0e}, κ(V) squared {kappa[-1]**2:.0e}")
print(f"a 64-bit number is rounded by up to {np.finfo(float).eps / 2:.0e} of its size")

# %% [markdown]
# Forming $V^\top V$ squares $\kappa$, and that doubles the number of digits lost: where $V$ loses 7 of 16,
# $V^\top V$ loses 14. Beyond $10^{16}$ nothing is left to lose, and the smallest singular
# value that is measured is itself rounding error. That is why the two numbers at degree 15 disagree.

# %% [markdown]
# *Can the pieces solve it without squaring?* If $A = \sum_i s_i u_i v_i^\top$, then $A$ takes $v_i$ to
# $s_i u_i$. So take $b$ apart along the $u_i$, and ask what each part came from.
#
# ### Exercise: `solve_by_svd`
#
# Find $w$ so that $\lVert A w - b \rVert$ is as small as can be, from `np.linalg.svd(A,
# full_matrices=False)`. By hand: rows $(2, 0), (0, 5), (0, 0)$ and $b = (6, 20, 1)$ give $w = (3, 4)$.


# %% tags=["exercise:spectral.solve_by_svd"]
def solve_by_svd(A, b):
    ...  # two lines


# %%
ex.solve_by_svd.check(solve_by_svd)

# %% [markdown]
# ## A variance, step by step
#
# *A colleague computes a variance as $\mathrm{mean}(x^2) - \mathrm{mean}(x)^2$. On numbers near $10^9$ it
# comes out wrong. In which step?* The table compares each step with what it would be without rounding.

# %%
offsets = [0, 1, 2, 3, 9]
big = 10**9 + np.array(offsets, dtype=float)
exact = [10**9 + n for n in offsets]  # Python's integers don't round
mean_exact, square_exact = Fraction(sum(exact), 5), Fraction(sum(n * n for n in exact), 5)
steps = {
    "mean(x)": (np.mean(big), mean_exact),
    "mean(x²)": (np.mean(big**2), square_exact),
    "mean(x)²": (np.mean(big) ** 2, mean_exact**2),
    "difference": (np.mean(big**2) - np.mean(big) ** 2, square_exact - mean_exact**2),
}
plot.table(
    [
        [name, f"{float(abs(Fraction(got) - true) / true):.0e}"]
        for name, (got, true) in steps.items()
    ],
    header=["step", "relative error"],
)

# %% [markdown]
# ### Exercise: `variance`
#
# At which step does the error jump? Write the variance so that it doesn't. By hand: 1, 2, 6 has mean 3 and
# variance $(4 + 1 + 9)/3$.


# %% tags=["exercise:spectral.variance"]
def variance(x):
    ...  # one or two lines


# %%
ex.variance.check(variance)

# %% [markdown]
# ## Counting in 32 bits
#
# A 32-bit number has 24 binary digits, about 7 decimal ones.

# %%
counting = predict.number(
    "inside_a_matrix.counting",
    "Start at 0 and add 1, twenty million times, in float32. Where do you arrive?",
    low=0,
    high=20_000_000,
    within=1_000_000,
)
counting

# %%
ones = np.ones(20_000_000, dtype=np.float32)
arrived = int(np.cumsum(ones)[-1])
counting.reveal(arrived, shown=f"{arrived:,}")
print(f"np.sum, which adds in pairs: {int(ones.sum()):,}")
ones = None  # lets go of 80 MB

# %% [markdown]
# At $2^{24}$ the next 32-bit number is 2 away, and $2^{24} + 1$ rounds back to $2^{24}$: counting stops.
# `np.sum` splits the work in halves and arrives. This is why long sums are often kept in higher precision than
# the numbers they add.

# %% [markdown]
# ## A digit, compressed by you
#
# Two ways lead to the best $k$ pieces. One is your `low_rank`. The other is built from your
# `power_iteration` and `deflate`: the $v_i$ are the eigenvectors of $A^\top A$, one after another.

# %% tags=["varies"]
made = yours.using("power_iteration", "deflate", "low_rank")
A, k = pictures[0], 6
G, rebuilt = A.T @ A, np.zeros_like(A)
for _ in range(k):
    squared, v_i = made.power_iteration(G, rng.standard_normal(28), 500)
    rebuilt = rebuilt + np.outer(A @ v_i, v_i)  # s_i u_i is A v_i
    G = made.deflate(G, squared, v_i)
direct = made.low_rank(A, k)
fig, ax = plot.figure(width=5.7, height=2.3)
names = ["the digit", "piece by piece", "low_rank"]
plot.digits(ax, np.clip([A, rebuilt, direct], 0, 1), names, cols=3)
plot.show(
    fig,
    alt=f"A handwritten digit, and twice the same digit rebuilt from {k} pieces, a little softer.",
)
print(f"the two ways differ by at most {np.abs(rebuilt - direct).max():.0e}")
print(f"{k * 57} numbers instead of 784")
print(made.credit("Your compressed digit"))

# %% [markdown]
# ## What you measured

# %%
kappa_13, squared_13 = (c[degrees.index(13)] for c in (kappa, kappa**2))
plot.table(
    [
        ["steps until a wrong part with ratio 0.99 is a thousandth", str(enough)],
        ["variance of digits along one direction of 784", f"{top_share:.0f} %"],
        ["pieces of 28 that hold 90 % of a digit", str(typical)],
        ["condition number at degree 13, and its square", f"{kappa_13:.0e}, {squared_13:.0e}"],
        ["counting in float32 ends at", f"{arrived:,}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** say what a matrix does to space, find the directions that it keeps, write it as pieces
# and keep the best of them, and say why a result may be wrong although the formula is right.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Power iteration on a matrix with eigenvalues 3 and −3: what happens?
#
#    <details><summary>Answer</summary>
#
#    After $k$ steps the vector is $3^k\,(c_1 v_1 + (-1)^k c_2 v_2)$, rescaled. Neither part wins, and
#    the direction alternates between two for ever, unless the start was one of the eigenvectors.
#
#    </details>
#
# 2. Why can the residual of a fit be tiny and its coefficients wrong?
#
#    <details><summary>Answer</summary>
#
#    Because the columns are nearly dependent: there are directions in which $w$ can move far while $V
#    w$ hardly changes. Those are the directions with tiny singular values. The residual sees only $V
#    w$.
#
#    </details>
#
# 3. Why must the $u_i$ and the $v_i$ be orthonormal for the $s_i$ to mean something?
#
#    <details><summary>Answer</summary>
#
#    Without lengths of 1, a factor could be moved from $s_i$ into $u_i$. Without right angles, the pieces
#    would overlap, and the squares of those left out would no longer add up to the squared error.
#
#    </details>
#
# 4. From lesson *Linear algebra*: how many multiplications do $(A^\top A)x$ and $A^\top(A x)$ take for $A$ of
#    shape $(n, m)$, and which would you use in power iteration?
#
#    <details><summary>Answer</summary>
#
#    $m^2 n + m^2$ the first, and $2nm$ the second. For one product the second is far cheaper. For many
#    steps, $A^\top A$ needs to be made only once, and then each step costs $m^2$.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - C. Eckart, G. Young (1936), *The approximation of one matrix by another of lower rank*,
#   https://doi.org/10.1007/BF02288367.
# - G. Golub, C. Van Loan, *Matrix Computations*: power iteration, deflation, one-sided Jacobi, and why
#   normal equations square the condition number.
# - D. Goldberg (1991), *What every computer scientist should know about floating-point arithmetic*,
#   https://doi.org/10.1145/103162.103163.
