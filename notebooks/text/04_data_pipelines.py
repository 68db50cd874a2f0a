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
# # Data
#
# A model learns from the rows that it is given, and it is judged by the rows that you kept from it.
# Both are decided before any training starts: when rows are read, cleaned, scaled, split and dealt
# out. Many a result that nobody could repeat went wrong here.
#
# **You will** clean a table in which 129 things are wrong, find out which tests can be believed, hunt
# for a leak, and end with your own way from raw rows to batches, held against the list of what was
# really wrong. That takes about two hours. What stands under *Further* is optional.
#
# **You need** lessons *Linear algebra* (all distances at once) and *Inside a matrix* (condition
# number).

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $N$ | rows of a table; each is an example | |
# | $d$ | columns with measurements | |
# | $x$ | the measurements; a row is an example | $(N, d)$ |
# | $y$ | labels: which class each row belongs to | $(N,)$ |
# | $K$ | number of **classes**, numbered from 0 | |
# | $z$ | how far a number lies from the middle of its column, in spreads | |
# | $B$ | how many rows go into one batch | |

# %% tags=["setup"]
import io
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np

from course.data import digits, dirty_digits, shipped
from course.foundations import augment, leaks, splits, storage, tables
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.data_pipelines import bank as ex
from course.lessons.data_pipelines import diagrams, lookalikes, report, widgets

# %% [markdown]
# ## A table as it comes
#
# *What has to happen to a file before anything can be learnt from it?*
#
# Our table is about 120 handwritten digits. Of each we made four scans: a program turned the
# drawing a little, stretched and moved it, as a scanner does when the sheet lies askew. Every scan
# was measured: how much ink, how high, how slanted, and so on. Then we damaged the table as tables
# are damaged: gaps, repeated rows, wrong units, wrong labels. A list of all of it will tell you at
# the end how well you cleaned. Here are the first four rows, and the way that a row will take.

# %%
text, truth = map(tables.read_csv, dirty_digits())
print(dirty_digits().table[:279])
diagrams.rows()

# %% [markdown]
# Every cell is text. A cell that holds no number must not become one by accident. NumPy has `nan`
# for it, "not a number": whatever is calculated with it is `nan` too, so that it cannot be
# overlooked, as a 0 would be.
#
# Words become whole numbers by their place in a list, as characters did in lesson *Start here*. The
# list is fixed beforehand, so a word that isn't in it gets −1, and no new number.


# %% tags=["worked:tables.number", "worked:tables.classes"]
def number(text):
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def classes(texts, ids):
    return np.array([ids.get(text.strip().lower(), -1) for text in texts])


features = ["ink", "height", "width", "slant", "upper", "left", "tall", "wide"]
words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ids = {word: k for k, word in enumerate(words)} | {str(k): k for k in range(10)}
x = tables.numbers(text, features)
y = tables.classes(text["label"], ids)
drawing = np.array(text["drawing"])
again = tables.repeated(list(zip(*text.values(), strict=True)))
print(f"x has shape {x.shape}; {np.isnan(x).sum()} cells hold no number")
print(f"{(y < 0).sum()} labels are no digit; {again.sum()} rows repeat an earlier one")

# %% [markdown]
# ## Readable, but wrong
#
# *How do you find a cell that can be read, and is wrong?*
#
# An **outlier** lies far from all others. Far can be counted in spreads: the **spread**, or
# standard deviation, is the root of the mean squared distance from the mean. A common rule calls a
# number an outlier if it lies more than 3 spreads from the mean. In the column `ink`, 11 cells are
# wrong: six are ten times too large (per mille for percent), and five hold the code 9999, which
# some instruments write when they have no answer.

# %%
found = predict.number(
    "data_pipelines.found",
    "Of the 11 wrong cells of ink, how many lie more than 3 spreads from the mean?",
    low=0,
    high=11,
    within=1,
)
found

# %%
ink = x[:, 0]
wrong = set(report.damaged(truth, "ink", "code", "unit"))
z = (ink - np.nanmean(ink)) / np.nanstd(ink)
flagged = set(np.flatnonzero(np.abs(z) > 3))
found.reveal(len(flagged & wrong))
print(f"mean {np.nanmean(ink):.0f}, spread {np.nanstd(ink):.0f}; ten times a common ink is about 140")

# %% [markdown]
# The codes are found, and nothing else. Five numbers of 9999 among 500 move the mean and blow up
# the spread, and next to that spread a tenfold error is nothing. Outliers hide each other.
#
# With few rows a single one hides itself. Let $n - 1$ numbers be 0 and one be $a$. The mean is $a/n$,
# and the mean square is $a^2/n$, so the squared spread is $a^2/n - a^2/n^2 = a^2 (n-1)/n^2$. The last
# number therefore lies
#
# $$z = \frac{a - a/n}{a\sqrt{n-1}/n} = \sqrt{n - 1}$$
#
# spreads from the mean, however large $a$ is. If the others differ among themselves, that only widens
# the spread. So among ten numbers none can ever lie more than 3 spreads away.

# %% [markdown]
# The **median**, the number in the middle of the sorted column, doesn't care how far away the
# wild ones are, only on which side. The same is true of the median distance from the median,
# called MAD. For a Gaussian the MAD is the spread divided by 1.4826, so with that factor the two
# rules agree where nothing is wrong.


# %% tags=["worked:tables.robust_z"]
def robust_z(x):
    off = x - np.nanmedian(x, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(off), axis=0)
    return off / np.where(spread > 0, spread, 1)


flagged_robust = set(np.flatnonzero(np.abs(tables.robust_z(ink)) > 3))
print(f"by the median: {len(flagged_robust & wrong)} of {len(wrong)} wrong cells", end="")
print(f" and {len(flagged_robust - wrong)} right ones")

# %% [markdown] tags=["lab"]
# What does the limit cost? With *median and MAD*, find for each column the lowest limit
# that throws no right number away. What is special about `height`?
#
# <details><summary>Answer</summary>
#
# About seven of ten scans are exactly 20 pixels high, because that is how this collection was made.
# So the MAD of `height` is 0, and the rule falls back on pixels: that is what the `np.where` is for.
#
# </details>

# %% [markdown]
# The figure shows a column with the two limits of a rule: a number outside them counts as an outlier.

# %%
widgets.threshold()

# %% [markdown]
# No rule replaces a look at the column. We take a limit of 9, which throws no right number away in any column,
# and make a gap of an outlier: one wrong cell says nothing against the other seven in its row.
#
# A 3 that is labelled 8 is no outlier in any column. What gives it away is something else in the table
# that must agree with it: four scans of one drawing show the same digit, so where three say 3 and one
# says 8, the 8 is wrong.


# %% tags=["worked:tables.majority"]
def majority(y, groups, K):
    names, group = np.unique(groups, return_inverse=True)
    votes = np.zeros((len(names), K), dtype=int)
    np.add.at(votes, (group[y >= 0], y[y >= 0]), 1)
    return np.where(votes.any(axis=1), votes.argmax(axis=1), -1)[group]


x = np.where(np.abs(tables.robust_z(x)) > 9, np.nan, x)  # outliers become gaps
was = report.damaged(truth, "label")
mended = tables.majority(y, drawing, 10)
put_right = sum(mended[row] == int(label) for row, label in was.items())
others = set(np.flatnonzero((mended != y) & ~again)) - set(was)
print(
    f"{put_right} of {len(was)} damaged labels are right now; {len(others)} good ones were changed"
)
y = mended

# %% [markdown]
# ## Scale
#
# *`ink` runs to 30, `upper` to 1. Does a unit matter?*
#
# It does to everything that measures distances: a column in large units drowns the others. It
# also matters to learning by small steps, which is how networks are trained later. Take two
# columns, and find $w$ in $y = xw$ by walking downhill. Each step moves $w$ against the slope of
# the mean squared error, and its length is the best that one fixed length can be. The second
# column is measured in units that make its numbers 1, 10 or 100 times as large as the first. With
# equal units, 3 steps bring the root of that error down to a thousandth.


# %%
steps_100 = predict.number(
    "data_pipelines.steps",
    "How many steps does it take when the second column's numbers are 100 times as large?",
    low=1,
    high=10_000_000,
    factor=3,
)
steps_100

# %%
def walk(x, y):
    A, b = x.T @ x / len(x), x.T @ y / len(x)
    low, *_, high = np.linalg.eigvalsh(A)
    w, steps = np.zeros(x.shape[1]), 0
    while np.linalg.norm(x @ w - y) > 1e-3 * np.linalg.norm(y):
        w, steps = w - 2 / (low + high) * (A @ w - b), steps + 1
    return steps


plain = np.random.default_rng(0).standard_normal((200, 2))
scaled = {ratio: plain * [1, ratio] for ratio in (1, 10, 100)}
steps = {ratio: walk(a, a @ [1, 1 / ratio]) for ratio, a in scaled.items()}
steps_100.reveal(steps[100])
kappa = {ratio: np.linalg.cond(a.T @ a) for ratio, a in scaled.items()}
plot.table(
    [[ratio, f"{steps[ratio]:,}", f"{kappa[ratio]:,.0f}", f"{steps[ratio] / kappa[ratio]:.1f}"] for ratio in scaled],
    header=["ratio of the units", "steps", "condition number of xᵀx", "steps divided by it"],
)

# %% [markdown]
# The steps grow with the square of the ratio. A step that is safe along the large column moves hardly
# at all along the small one, and the slope is made of $x^\top x$, whose condition number is the square
# of that of $x$ (lesson *Inside a matrix*). Ten times the ratio costs a hundred times the steps.

# %% [markdown]
# The remedy is to choose units in which all columns are alike: mean 0 and spread 1. That is
# called **standardising**. The two numbers of a column are found on the rows that are learnt
# from, `train`. Rows that come later, `test`, are treated by the same numbers.
#
# ### Exercise: `standardise`
#
# For each column of `train` find $a$ and $b$ so that $a x + b$ has mean 0 and spread 1 there.
# Treat `test` with the same $a$ and $b$, and return both. A column that never varies has nothing
# to scale: only centre it. By hand: `train` with columns $(0, 0, 0, 0, 5)$ and $(10, 60, 10, 10,
# 10)$, of means 1 and 20 and spreads 2 and 20, becomes $(-\frac12, -\frac12, -\frac12, -\frac12,
# 2)$ and $(-\frac12, 2, -\frac12, -\frac12, -\frac12)$, and a test row $(3, 0)$ becomes $(1, -1)$.


# %% tags=["exercise:tables.standardise"]
def standardise(train, test):
    ...  # about three lines


# %%
ex.standardise.check(standardise)

# %%
unit, _ = tables.standardise(scaled[100], scaled[100][:1])
print(f"after standardising, the ratio of 100 takes {walk(unit, unit @ [1, 1])} steps")

# %% [markdown]
# ## What the test may not see
#
# *How do you find out whether something was learnt, or only remembered?*
#
# By asking about rows that were not there during learning. So rows are **split** into a
# **training set** and a **test set**, which is put away until the end. In code, a split is a mask:
# `True` for the rows to test on. A rare class may end up on one side alone. The remedy is a
# **stratified** split, which takes its share of each class.


# %% tags=["worked:splits.plain_split", "worked:splits.stratified_split"]
def plain_split(rng, N, share):
    test = np.zeros(N, dtype=bool)
    test[rng.permutation(N)[: round(share * N)]] = True
    return test


def stratified_split(rng, y, share):
    test = np.zeros(len(y), dtype=bool)
    for k in np.unique(y):
        rows = np.flatnonzero(y == k)
        taken = round(share * len(rows))
        test[rng.permutation(rows)[:taken]] = True
    return test


rng, rare = np.random.default_rng(0), np.array([0] * 56 + [1] * 4)
without = np.mean([rare[splits.plain_split(rng, 60, 0.25)].sum() == 0 for _ in range(2000)])
fixed = np.mean([rare[splits.stratified_split(rng, rare, 0.25)].sum() == 0 for _ in range(2000)])
print(
    f"4 of 60 rows are rare. Test sets without any: plain {100 * without:.0f} %, "
    f"stratified {100 * fixed:.0f} %"
)

# %% [markdown]
# Now an experiment in which there is nothing to learn. Give each of the 120 *drawings* a random digit
# as its label: all four scans of it get the same one. Then split the 480 scans at random, three
# quarters to learn from, and let the nearest training row answer for each test row, as in lesson
# *Linear algebra*. Whoever knows nothing is right in 10 % of the cases.

# %%
luck = predict.number(
    "data_pipelines.luck",
    "With random labels and scans split at random: how often is the answer right?",
    unit="%",
    low=0,
    high=100,
    within=10,
)
luck


# %%
def over_splits(x, groups, split, y=None):
    right = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        labels = rng.permutation(np.arange(120) % 10)[groups] if y is None else y
        test = split(rng, groups, 0.25)
        x_train, y_train, x_test, y_test = tables.prepare(x, labels, test)  # yours, below
        right.append(100 * np.mean(leaks.nearest(x_train, y_train, x_test) == y_test))
    return right


def by_row(rng, groups, share):
    return splits.plain_split(rng, len(groups), share)


x, y, drawing = x[~again], y[~again], drawing[~again]
which = np.unique(drawing, return_inverse=True)[1]  # the number of each row's drawing
random_by_row = over_splits(x, which, by_row)
luck.reveal(np.mean(random_by_row))

# %% [markdown]
# The test praises a reader that cannot have learnt anything about digits. For nearly every test
# row, another scan of the same drawing stands in the training set, and it may well be the nearest
# row. If that is the explanation, the praise must vanish once all scans of a drawing stay on one
# side.
#
# ### Exercise: `group_split`
#
# Take a share of the *groups* for the test, each with all its rows, and return the mask. `groups`
# holds one name for each row. The number of groups is rounded to a whole one, and groups differ in
# size. By hand: groups $(a, a, a, b, c, c, d)$ with a share of $\frac14$ put exactly one of $a$,
# $b$, $c$, $d$ into the test, each as likely as the others.


# %% tags=["exercise:splits.group_split"]
def group_split(rng, groups, share):
    ...  # about three lines


# %%
ex.group_split.check(group_split)

# %%
right = {("random", "by drawing"): over_splits(x, which, splits.group_split)}
right["true", "row by row"] = over_splits(x, which, by_row, y)
right["true", "by drawing"] = over_splits(x, which, splits.group_split, y)
one = np.unique(drawing, return_index=True)[1]  # one scan of each drawing
twice = np.append(one, one[:24])
right["random", "one scan each"] = over_splits(x[one], which[one], by_row)
right["random", "one scan each, 24 rows twice"] = over_splits(x[twice], which[twice], by_row)
plot.table(
    [
        [labels, how, f"{np.mean(r):.0f} %", f"{np.std(r):.0f}"]
        for (labels, how), r in right.items()
    ],
    header=["labels", "rows and split", "right, mean of 60 splits", "spread, points"],
)

# %% [markdown]
# So the answers came from other scans of the same drawing: split by drawing, random labels are
# guessed at the level of chance. (A little below 10 %: a drawing in the test leaves one fewer of
# its label to learn from.) With true labels the row-by-row split promises a reader that is nearly
# perfect, and on new drawings it is right about half of the time. Will new rows come from people
# that you already have, or from new ones? If from new ones, split by group.
#
# A repeated row is the extreme case: where its copy is in the training set, the answer is right
# for certain. One scan of each drawing gives chance again, and entering 24 of those 120 rows twice
# lifts it to about three times that. So repeats are dropped before the split.

# %% [markdown]
# ## Too many columns
#
# *Of 5,000 measurements most say nothing. How do you find the ones that do?*
#
# Fifty people, half of them ill, and 5,000 measurements of each. We make all of it up from random
# numbers, so no measurement has anything to do with the illness. A colleague keeps the 50 columns
# that go best with it, then tests by **cross-validation**: the rows are dealt out to 5 folds, and
# each fold is judged by the mean ill and the mean healthy person of the other four, whichever is
# nearer.

# %%
praised = predict.number(
    "data_pipelines.praised",
    "On these random numbers, how often does the colleague's cross-validation call the answer right?",
    unit="%",
    low=0,
    high=100,
    within=5,
)
praised

# %%
def colleague(x, y, fold, k):
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    best = leaks.best_columns(x, y, k)
    right = np.zeros(len(y), dtype=bool)
    for f in np.unique(fold):
        test = fold == f
        said = leaks.nearest_mean(x[~test][:, best], y[~test], x[test][:, best])
        right[test] = said == y[test]
    return float(right.mean())


def noise(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((50, 5000)), np.arange(50) % 2
    return x, y, splits.stratified_folds(rng, y, 5), 50


theirs = [100 * colleague(*noise(seed)) for seed in range(20)]
praised.reveal(np.mean(theirs))
print(f"20 sets of random numbers: {min(theirs):.0f} to {max(theirs):.0f} %")

# %% [markdown]
# Right nearly always, about what cannot be known.
#
# ### Exercise: `cross_validate`
#
# Whenever something is fitted on rows that are judged later, what it takes from them **leaks**
# into the judgement. Write this test so that nothing by which a fold is judged was fitted on that
# fold's rows. You have `tables.standardise(train, test)` and `leaks.best_columns(x, y, k)`. By
# hand: one column $(0, 1, 3, 9)$ with $y = (0, 0, 1, 1)$, folds $(0, 1, 0, 1)$ and $k = 1$. Fold 0
# is judged by the means 1 and 9, so its 3 is taken for class 0; all else is right, and the share
# is $\frac34$.


# %% tags=["exercise:leaks.cross_validate"]
def cross_validate(x, y, fold, k):
    ...  # about seven lines


# %%
ex.cross_validate.check(cross_validate)

# %%
inside = [100 * leaks.cross_validate(*noise(seed)) for seed in range(20)]
print(f"all fitted inside the folds: {np.mean(inside):.0f} % right on average,", end=" ")
print(f"from {min(inside):.0f} to {max(inside):.0f} %")
diagrams.leak()

# %% [markdown]
# Chance, as it should be. Of 5,000 random columns some go with the labels of *these* fifty
# people, test rows included. Choosing them by all rows is learning from the test. The drawing
# shows this way above, and the right one below it.
#
# The colleague's mean and spread came from all rows too. That leak does far less harm than this
# choice; *Further* measures it. But to fit nothing on test rows costs nothing, and then you
# needn't know which leaks are harmless.

# %% [markdown]
# ## Batches
#
# *A network wants numbers for words, and a few rows at a time. In which form?*
#
# Classes are numbered, but class 4 is not twice class 2. So a class is written as a row of $K$
# zeros with a one at its place: **one-hot**. An unknown label, −1, belongs to no column. Beware:
# to NumPy, −1 is the last column, and an unknown label would silently become a nine.
#
# ### Exercise: `one_hot`
#
# Return rows of shape $(N, K)$, and for a label of −1 a row of zeros. By hand: $y = (2, 0)$ with
# $K = 4$ gives $(0, 0, 1, 0), (1, 0, 0, 0)$.


# %% tags=["exercise:loader.one_hot"]
def one_hot(y, K):
    ...  # one to three lines


# %%
ex.one_hot.check(one_hot)

# %% [markdown]
# Networks learn from a **batch** of rows at a time. The rows are shuffled anew in each round: in a
# table sorted by label, every batch would hold one class only. And in each round every row should
# come exactly once, the last few included.
#
# ### Exercise: `batches`
#
# Deal the rows $0 \dots N - 1$ out in random order: return a list of arrays of $B$ row numbers
# each, the last one smaller if need be. By hand: $N = 5$ and $B = 2$ give three arrays of 2, 2 and
# 1 row numbers, in which each of 0 to 4 occurs once.


# %% tags=["exercise:loader.batches"]
def batches(rng, N, B):
    ...  # two lines


# %%
ex.batches.check(batches)

# %% [markdown]
# ## Your pipeline, against the truth
#
# *Does it all fit together?*
#
# One piece is missing: from the cleaned table to two sets that are ready. Which of its steps may
# look at which rows?
#
# ### Exercise: `prepare`
#
# Given $x$ with gaps (`nan`), $y$ with −1 for an unknown class, and the mask `test`: leave out
# rows of unknown class, fill each gap with the median of its column, standardise, and return
# `x_train, y_train, x_test, y_test`. Nothing may flow from test rows into training rows. By hand:
# $x = (3, \text{nan}, 7, 9, 5)$ as one column, $y = (0, 1, 1, 0, -1)$, and the fourth row to test
# on: the median of 3 and 7 is 5, so the training rows are $(3, 5, 7)$ before scaling.


# %% tags=["exercise:tables.prepare"]
def prepare(x, y, test):
    ...  # about five lines; tables.standardise is there


# %%
ex.prepare.check(prepare)

# %% [markdown]
# Now everything, from the raw text to a reader: your functions where they have passed. The reader
# learns the mean row of each class, batch by batch, and answers with the nearest. One-hot rows do
# the sorting: $\text{onehot}(y)^\top x$ adds up the rows of each class, in one product.


# %%
def clean(text, features, ids):
    again = tables.repeated(list(zip(*text.values(), strict=True)))
    x = tables.numbers(text, features)
    x = np.where(np.abs(tables.robust_z(x)) > 9, np.nan, x)
    y = tables.majority(tables.classes(text["label"], ids), np.array(text["drawing"]), 10)
    return x, y, again


def learn(made, x, y, rng):
    sums, counts = 0, 0
    for rows in made.batches(rng, len(y), 32):
        member = made.one_hot(y[rows], 10)  # (B, K)
        sums, counts = sums + member.T @ x[rows], counts + member.sum(axis=0)
    return sums / np.maximum(counts, 1)[:, None]  # (K, d)


# %%
made = yours.using("group_split", "standardise", "prepare", "one_hot", "batches")
x, y, again = clean(text, features, ids)
reads = []
for seed in range(20):
    rng = np.random.default_rng(seed)
    test = made.group_split(rng, drawing, 0.25)
    x_train, y_train, x_test, y_test = made.prepare(x[~again], y[~again], test)
    means = learn(made, x_train, y_train, rng)
    reads.append(100 * np.mean(leaks.nearest(means, np.arange(10), x_test) == y_test))
print(
    f"new drawings read by their nearest mean: {np.mean(reads):.0f} %, "
    f"spread {np.std(reads):.0f} points"
)
print(made.credit("Your pipeline"))
dealt, lost_right = report.dealt_with(truth, features, x, y, again)
print(f"right cells thrown away: {lost_right}")
plot.table(dealt, header=["what was made dirty", "how often", "dealt with"])

# %% [markdown]
# In the table, *unit* and *code* are the numbers ten times too large and the 9999 of above, *missing* a
# gap, *comma* a comma for the point. Labels were misspelt (*spelling*), exchanged for another digit
# (*wrong*) or for something that is no digit (*impossible*).
#
# Two remarks. The limits for outliers are fitted too, and `clean` fits them on all rows, before
# the split. By our own rule that is a leak; the end of *Further* measures what it does. And the
# report looks perfect because we knew what we were looking for. Errors that agree with everything
# else, say a drawing all of whose scans carry the same wrong label, pass every rule above.
#
# ## What you measured

# %%
plot.table(
    [
        ["wrong cells of ink beyond 3 spreads, by mean and by median", f"{len(flagged & wrong)} and {len(flagged_robust & wrong)} of {len(wrong)}"],
        ["steps downhill at unit ratios of 1, 10 and 100", ", ".join(f"{n:,}" for n in steps.values())],
        ["random labels, row by row", f"{np.mean(random_by_row):.0f} %"],
        *[[f"{labels} labels, {how}", f"{np.mean(r):.0f} %"] for (labels, how), r in right.items()],
        ["random columns, chosen by all rows and inside the folds", f"{np.mean(theirs):.0f} and {np.mean(inside):.0f} %"],
        ["new drawings read by your pipeline", f"{np.mean(reads):.0f} %"],
    ],
    header=["quantity", "measured"],
)  # fmt: skip

# %% [markdown]
# **You can now** turn a raw table into batches, say of every fitted number which rows it may come
# from, choose a split for the question that is asked, and doubt a result that is too good.
#
# ## Questions to answer without looking
#
# 1. Why can no number among ten lie more than 3 spreads from their mean?
#
#    <details><summary>Answer</summary>
#
#    Because it is one of the ten. The farther it lies, the more it moves the mean and widens the spread
#    that it is measured by. With all others equal, $z = \sqrt{n - 1}$ exactly, and that is the most.
#
#    </details>
#
# 2. A hospital has 30 pictures of each of 100 patients. How do you split, and what does the other way tell
#    you?
#
#    <details><summary>Answer</summary>
#
#    By patient, if the model is meant for new patients. Split by picture, the test measures how well a
#    patient is recognised whose pictures were learnt; random labels for each patient would be "predicted"
#    nearly as well.
#
#    </details>
#
# 3. Which of these can leak: a median for gaps, a choice of columns, a list of words, a class average?
#
#    <details><summary>Answer</summary>
#
#    All of them, because each is fitted on rows. How much it matters differs. A choice among thousands
#    of columns by their labels turned chance into near perfection. Two numbers for each column, which
#    never look at a label, carry far less: *Further* measures it.
#
#    </details>
#
# 4. From lesson *Linear algebra*: rows are $(N, d)$ and one-hot labels $(N, K)$. What does
#    $\text{onehot}^\top x$ hold?
#
#    <details><summary>Answer</summary>
#
#    A row for each class, $(K, d)$: the sum of the rows of that class. Row $k$ of the product is row $k$ of
#    $\text{onehot}^\top$, which is one exactly where the label is $k$, times $x$.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it. It holds pictures that are made of others,
# labels that look wrong, arrays in files, and two more leaks. It takes about 40 minutes, and each part
# can be read by itself.
#
# ### More pictures from few
#
# *A digit that is turned a little is the same digit. Can that be used?*
#
# **Augmentation** adds changed copies of the training rows: turned, stretched, moved. To turn a
# picture, ask for each pixel of the new one where it comes from. That place lies between four pixels
# of the old one, which are mixed, the nearest of them most; `augment.rotate` does it. Moving by whole
# pixels needs no mixing. What leaves the picture is cut off, and what comes in is paper.
#
# ### Exercise: `shift`
#
# Move pictures $x$ of shape $(\dots, H, W)$ by `down` rows and `right` columns; negative numbers move
# up and left. The shape stays, and $x$ itself too. By hand: rows $(1, 2, 3), (4, 5, 6)$ moved down by 1
# and left by 1 become $(0, 0, 0), (2, 3, 0)$.


# %% tags=["exercise:augment.shift"]
def shift(x, down, right):
    ...  # about four lines


# %%
ex.shift.check(shift)

# %% [markdown]
# Now 300 training digits, and nine copies of each, turned by a random angle up to a limit. The nearest
# of these 3,000 pictures reads 1,000 test digits.

# %%
turned = predict.choice(
    "data_pipelines.turned",
    "Compared with no copies at all, copies turned by any angle up to 180° make the reader …",
    ["better", "as good within a point", "worse"],
)
turned


# %%
def read(seed, data, **change):
    rng = np.random.default_rng(seed)
    rows = rng.choice(8000, 300, replace=False)
    x, y = data.x_train[rows].reshape(-1, 28, 28), data.y_train[rows]
    copies = [augment.jitter(rng, x, **change) for _ in range(9 if change else 0)]
    x = np.concatenate([x, *copies]).reshape(-1, 784)
    said = leaks.nearest(x, np.tile(y, 1 + len(copies)), data.x_test[:1000])
    return 100 * np.mean(said == data.y_test[:1000])


data, kinds = digits(), {"no copies": {}}
kinds |= {f"turned by up to {a}°": {"degrees": a} for a in (10, 20, 45, 90, 180)}
kinds["turned, stretched and moved"] = {"degrees": 15, "stretch": 0.1, "pixels": 1}
runs = {kind: [read(seed, data, **change) for seed in range(3)] for kind, change in kinds.items()}
gain = np.mean(runs["turned by up to 180°"]) - np.mean(runs["no copies"])
turned.reveal("better" if gain > 1 else "worse" if gain < -1 else "as good within a point",
              shown=f"{gain:+.0f} points")  # fmt: skip
plot.table(
    [[kind, f"{np.mean(r):.0f}", f"{min(r):.0f} to {max(r):.0f}"] for kind, r in runs.items()],
    header=["copies", "digits read, %, mean of three seeds", "from and to"],
)

# %% [markdown]
# Small changes teach the reader what does not matter, and need no new labels. At 180° the copies
# teach that it does not matter which way up a digit stands, and then a 5, a 7 or a 9 can pass for
# a 6: the label was kept and the meaning was not. Which changes keep a label is knowledge about
# the data, and no rule finds it for you. Copies are made after the split, of training rows only.
# Otherwise they are groups of which one half tests the other.

# %% [markdown]
# For which digits would mirroring left to right keep the label?
#
# <details><summary>Answer</summary>
#
# For 0 and 8, and for a 1 that is a plain stroke. A mirrored 2 or 5 is no digit, so for digits mirroring
# is a bad augmentation, and for photographs of cats a good one.
#
# </details>

# %% [markdown]
# The figure changes one digit at random, eighteen times, up to the limits that are set. The line under it
# says how many of the eighteen are still read right.

# %% [markdown] tags=["lab"]
# How far would you turn, stretch or move a digit, each alone? Is the limit the same for every digit?
#
# <details><summary>Answer</summary>
#
# No: it is another one for each digit and each kind of change.
#
# </details>

# %%
widgets.strength()

# %% [markdown]
# ### Labels that look wrong
#
# *How many of the 10,000 labels that this course ships are wrong?*
#
# No second scan of the same drawing is there to disagree. But a digit usually looks like others
# of its class. So take the ten nearest pictures of each, and suspect a label where all ten agree on
# another one. Here are the suspects, each with its label and, in brackets, that of its ten neighbours:

# %%
data = digits()
labels = np.concatenate([data.y_train, data.y_test])
near = lookalikes.ten_nearest(np.concatenate([data.x_train, data.x_test]))  # (N, 10)


def suspects(labels, near):
    said = labels[near]  # (N, 10)
    return (said == said[:, :1]).all(axis=1) & (said[:, 0] != labels)


# %%
odd = np.flatnonzero(suspects(labels, near))
pictures = np.concatenate([data.x_train, data.x_test])[odd]
fig, ax = plot.figure(width=8.4, height=3.1)
plot.digits(ax, pictures, [f"{labels[n]} ({labels[near[n, 0]]}?)" for n in odd], cols=9)
plot.show(
    fig,
    alt=f"{len(odd)} digits in small pictures, each with its label and, in brackets, what its ten "
    "nearest neighbours are. Nearly all labels are right: thin eights and fours that resemble ones, "
    "crossed sevens. A few could be read either way.",
)
print(f"{len(odd)} of 10,000 labels are suspected")

# %% [markdown]
# Look at each of them and count the labels that *you* would change. To our eyes there is no clear
# error, and perhaps three that could be read either way. So a rule that sounds strict, ten neighbours
# of one opinion, is mostly wrong here. Is it blind, then? That can be tested: damage 200 labels at
# random, and see whether the rule finds them.

# %%
planted, guilty = [], []
for seed in range(3):
    rng = np.random.default_rng(seed)
    hit = rng.choice(10_000, 200, replace=False)
    damaged = labels.copy()
    damaged[hit] = (damaged[hit] + rng.integers(1, 10, 200)) % 10
    caught = suspects(damaged, near)
    planted.append(100 * caught[hit].mean())
    guilty.append(100 * caught[hit].sum() / caught.sum())
print("damaged labels that were found:", ", ".join(f"{p:.0f} %" for p in planted))
print("suspects that were damaged:", ", ".join(f"{p:.0f} %" for p in guilty))

# %% [markdown]
# It finds nearly two thirds of labels that are wrong at random, so hundreds of such errors would
# have shown. An error between two digits that look alike may still hide. And where there is much
# to find, most suspects are guilty. What a suspicion is worth depends on how common the error is.
# Never let such a rule delete rows by itself: here it would delete exactly those eights from
# which there is something to learn.

# %% [markdown]
# ### Files
#
# *How large are 8,000 digits?*
#
# It depends on how they are written. Our arrays hold 64-bit floats, but a scanner gives 256 grey
# levels, for which one byte is enough, and most of a page is white, so it can be compressed.
#
# A file that is larger than the memory need not be read whole. A **memory map** looks like an array,
# and fetches from disk only what is asked for. Models train on hundreds of gigabytes of text in that
# way.
#
# Models are exchanged as **safetensors**. The file begins with a header that says where each
# array begins and ends, and the arrays follow. Nothing in it is ever run. Python's own format,
# pickle, can run code when it is opened; lesson *PyTorch* shows it.


# %%
def size(save, *args, **kwargs):
    file = io.BytesIO()
    save(file, *args, **kwargs)
    return file.tell() / 1e6


data = digits()
pixels = data.x_train
grey = np.rint(255 * pixels).astype(np.uint8)
floats, bytes_ = size(np.save, pixels), size(np.save, grey)
packed = size(np.savez_compressed, x=grey)
print(f"float64 {floats:.1f} MB, uint8 {bytes_:.1f} MB, compressed (npz) {packed:.1f} MB")
with tempfile.TemporaryDirectory() as folder:
    np.save(Path(folder) / "x.npy", pixels)
    for name, mode in (("read whole", None), ("memory map", "r")):
        tracemalloc.start()
        few = np.array(np.load(Path(folder) / "x.npy", mmap_mode=mode)[[3, 7000]])
        print(f"memory for two rows, {name}: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")
        tracemalloc.stop()
header, start = storage.read_header(shipped("small_gpt.safetensors"))
for name in list(header)[:2]:
    begin, end = header[name]["data_offsets"]
    print(f"{name}: shape {header[name]['shape']}, bytes {start + begin:,} to {start + end:,}")
del data, pixels, grey  # 70 MB

# %% [markdown]
# Without the map, two rows cost the memory of all. The last lines are from the header of the course's
# small GPT: the names of its first two arrays, their shapes, and where in the file they lie.
#
# ### Two more leaks
#
# *What does it do if mean and spread have seen the test rows?*
#
# The colleague of *Too many columns* also took mean and spread from all rows, and textbooks warn
# of that. Does it matter? Here are two ways to scale the table of scans, split by drawing, and
# how each differs from scaling by the training rows. The last line asks the same of the limits
# for outliers.


# %%
def scaled_by(how, x, y, test):
    x = np.where(np.isnan(x), np.nanmedian(x[~test], axis=0), x)
    a, b = x[~test], x[test]
    rows = {"training rows": (a, a), "all rows": (x, x), "each part by itself": (a, b)}[how]
    a, b = ((part - r.mean(axis=0)) / r.std(axis=0) for part, r in zip((a, b), rows, strict=True))
    return 100 * np.mean(leaks.nearest(a, y[~test], b) == y[test])


ways = ("training rows", "all rows", "each part by itself")
rngs = map(np.random.default_rng, range(60))
tests = [splits.group_split(rng, drawing, 0.25) for rng in rngs]
tried = {
    how: np.array([scaled_by(how, x[~again], y[~again], test) for test in tests]) for how in ways
}
lost = {how: tried[how] - tried["training rows"] for how in ways[1:]}
for how, off in lost.items():
    print(f"{how}: {off.mean():+.1f} points, uncertain by {off.std() / np.sqrt(len(off)):.1f}")
z = np.abs(tables.robust_z(tables.numbers(text, features)))[~again]
raw = tables.numbers(text, features)[~again]
same = sum(
    np.array_equal(np.abs(tables.robust_z(raw[~test])) > 9, z[~test] > 9) for test in tests
)
print(f"outlier limits of the training rows flag the same cells in {same} of {len(tests)} splits")

# %% [markdown]
# A scaler that has seen the test rows moves the result by a few tenths of a point, where two splits
# differ by several points. (The sixty splits share rows, so even this uncertainty is too small.) It
# takes two numbers from each column and never looks at a label. Scaling the test set by itself is
# worse, because then the same measurement means different things in the two parts. The limits for
# outliers, fitted on all rows, are harmless here: the training rows alone flag the very same cells.

# %% [markdown]
# ## Sources
#
# - P. Rousseeuw, C. Croux (1993), *Alternatives to the median absolute deviation*,
#   https://doi.org/10.1080/01621459.1993.10476408.
# - R. Shiffler (1988), *Maximum Z scores and outliers*, https://doi.org/10.1080/00031305.1988.10475530:
#   the bound on $z$.
# - C. Ambroise, G. McLachlan (2002), *Selection bias in gene extraction on the basis of microarray
#   gene-expression data*, https://doi.org/10.1073/pnas.102102699: columns chosen outside the folds.
# - S. Kapoor, A. Narayanan (2023), *Leakage and the reproducibility crisis in machine-learning-based
#   science*, https://doi.org/10.1016/j.patter.2023.100804.
# - C. Northcutt, A. Athalye, J. Mueller (2021), *Pervasive label errors in test sets destabilize machine
#   learning benchmarks*, https://arxiv.org/abs/2103.14749.
# - P. Simard, D. Steinkraus, J. Platt (2003), *Best practices for convolutional neural networks applied to
#   visual document analysis*, https://doi.org/10.1109/ICDAR.2003.1227801: augmentation of digits.
# - The safetensors format, https://huggingface.co/docs/safetensors.
