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
# # Start here
#
# This course teaches how large language models work by having you build one: every piece, from
# the dot product to a small GPT that writes in the style of Shakespeare, on your own computer, without
# a network and without a graphics card.
#
# The first figure shows a far smaller machine that writes. By the end of this lesson you will have built
# it.

# %% [markdown] tags=["lab"]
# This page is a column of cells; a blue bar marks the selected one. **Shift + Enter** runs it and
# selects the next. Go on until the figure below has a slider, and move it.

# %% tags=["setup"]
import itertools
import time

import numpy as np

from course.command import doctor
from course.data import shakespeare
from course.foundations import bigram
from course.interactive import plot, predict
from course.lessons import map as course_map
from course.lessons import yours
from course.lessons.start_here import bank as ex
from course.lessons.start_here import diagrams, widgets
from course.transformers import tokens

# %%
widgets.writing()

# %% [markdown]
# The line under the bars is what the machine writes, one character after another. The bars show the
# characters that are likeliest to come next, and how probable the machine finds each; ␣ stands for a
# space and ↵ for the end of a line. It draws one, and the bars change.
#
# **You will** meet the four devices that every lesson uses, and build the smallest language model
# there is while you do: a worked cell, a prediction, an exercise that checks itself, and a figure
# that you can move.
#
# **You need** Python as far as functions, loops and NumPy arrays. No calculus yet.

# %% [markdown] tags=["lab"]
# ## How to read a notebook
#
# Run the cells in order, from top to bottom. If the page gets confused, choose *Kernel*, then *Restart
# Kernel*, and start again from the top: nothing of your progress is lost.
#
# The first code cell of each lesson imports what the lesson needs, and nothing else. In your copy it
# is folded, like every cell whose code teaches nothing; a click on its line opens it. Whatever is
# listed there comes from a library or from the course, mostly as a name with a dot, such as
# `bigram.write`. What you define yourself, in an exercise, never replaces it.
#
# Without a mouse: ↑ and ↓ choose a cell, Enter opens its text, Tab leads on to its sliders and buttons,
# and Escape leads back to the cell.

# %% [markdown]
# ## A worked cell: read it line by line
#
# *What could a machine know about a language if it may look at only one character at a time?*
#
# It could know what tends to come next. A function that gives each possible next piece of text its
# probability is a **language model**. Here is a text to learn from: nine of Shakespeare's plays.

# %%
text = shakespeare()
print(text[:172])

# %% [markdown]
# A computer counts more easily with integers than with letters. So each character becomes a number: its
# place in the alphabet of all characters that occur, counted from 0.

# %%
alphabet = tokens.alphabet(text)
ids = tokens.encode(text, alphabet)
N, V = len(ids), len(alphabet)
print(f"{N:,} characters, {V} different ones. To be is {tokens.encode('To be', alphabet)}.")

# %% [markdown]
# Learning is counting: at row $i$, column $j$ we note how often character $j$ came directly after
# character $i$. Cells like the next one are **worked**: nothing is missing, and the package holds
# the very same function.

# %% [markdown] tags=["lab"]
# Change it, break it, run it again: a later cell never leans on your copy.


# %% tags=["worked:bigram.count_one_by_one"]
def count_one_by_one(ids, V):
    counts = np.zeros((V, V), dtype=np.int64)
    for i, j in itertools.pairwise(ids):
        counts[i, j] += 1
    return counts


# %%
counts = bigram.count_one_by_one(ids, V)
t, h, z = (alphabet.index(c) for c in "thz")
print(f"after t: h {counts[t, h]:,} times, z {counts[t, z]:,} times")

# %% [markdown]
# The pair *th* is everywhere and *tz* is rare. The loop says what is meant, and it is slow: for each
# of a million pairs, Python finds out anew what `counts[i, j]` and `+=` mean, and only then adds 1. A
# library does the same additions in one call. For that, each pair becomes one integer, $iV + j$: row 2,
# column 3 of a table with 10 columns is place 23. `np.bincount` counts how often each integer occurs.


# %% tags=["worked:bigram.count_pairs"]
def count_pairs(ids, V):
    pairs = ids[:-1] * V + ids[1:]
    return np.bincount(pairs, minlength=V * V).reshape(V, V)


# %% [markdown]
# Do both count the same, and how much time does the one call save?

# %% tags=["varies"]
clock = [time.perf_counter()]
for count in (bigram.count_one_by_one, bigram.count_pairs):
    same = np.array_equal(count(ids, V), counts)
    clock.append(time.perf_counter())
slow, fast = np.diff(clock)
print(f"same counts: {same}. The loop takes {slow / fast:.0f} times as long as the one call.")

# %% [markdown]
# So write the loop first, to be sure what you mean. Then replace it by one call, and check that the two
# agree. The course does this again and again.

# %% [markdown]
# ## A prediction: commit before you look
#
# Reading an answer feels like knowing it. Guessing first, and being wrong, is what makes it stay.
# So before each surprise the course asks, and keeps the score.

# %% [markdown] tags=["lab"]
# Type a number and press Enter. If you run on without one, the lesson continues and only shows what
# was measured. A run of all cells stops where nobody could have guessed yet.

# %%
never = predict.number(
    "start_here.never", "Of all V² pairs of characters, how many never occur?", unit="%", low=0, high=100, within=10
)
never

# %%
share = 100 * np.mean(counts == 0)
never.reveal(share, shown=f"{share:.0f} %")

# %%
fig, ax = plot.figure(width=5.7, height=5.4)
seen = np.where(counts > 0, counts, np.nan)
image = ax.imshow(seen, norm="log", cmap="viridis_r", interpolation="nearest")
image.set_clim(vmin=0.03)  # so that even a single occurrence stands out from white
letters = " AEIOTaeiot"
for set_ticks in (ax.set_xticks, ax.set_yticks):
    set_ticks([alphabet.index(c) for c in letters], list(letters.replace(" ", "␣")), fontsize=9)
filled = []
for name, first, last, pair, side in (("capitals", "A", "Z", "Ab", "left"), ("small letters", "a", "z", "Zy", "right")):
    low, high = alphabet.index(first) - 0.5, alphabet.index(last) + 0.5
    ax.plot([low, high, high, low, low], [low, low, high, high, low], "-", color=plot.DARK_RED, lw=2, clip_on=False)
    ax.text(*map(alphabet.index, pair), name, color=plot.DARK_RED, ha=side, va="center")
    block = counts[int(low + 0.5) : int(high + 0.5), int(low + 0.5) : int(high + 0.5)]
    filled.append(f"{100 * np.mean(block > 0):.0f} % of the pairs of {name}")
ax.set(xlabel="second character", ylabel="first character")
ax.grid(False)
fig.colorbar(image, label="times seen (white: never)", shrink=0.8).ax.set_ylim(bottom=1)
plot.show(
    fig,
    alt=f"Table of {V} by {V} squares, one for each pair of characters: coloured where the pair occurs, white "
    f"for the {share:.0f} % that never do. Two blocks are outlined: {' and '.join(filled)} occur. Where a capital "
    "would follow a small letter all is white. The row of the space is filled almost throughout.",
)

# %% [markdown]
# The picture shows which pairs occur in these million characters, and how often. Two blocks stand
# out: capitals follow capitals in the speakers' names, small letters follow small letters in the verse. A small letter is never followed by a capital. After a space, marked ␣, almost
# any letter can come. Elsewhere there are gaps, and a model can learn where they are.

# %% [markdown]
# ## How good is a guess?
#
# Now let the model play a game. It sees one character and must name the next. To judge its score, we need
# to know what could be had for nothing. A blind guess among $V$ characters is right once in $V$ times. And
# you can always say *space*, the most frequent character, without looking at anything:

# %%
chance = 100 / V
space = 100 * np.mean(ids == alphabet.index(" "))
print(f"blind: {chance:.1f} %; always a space: {space:.0f} %")

# %%
right = predict.number(
    "start_here.right",
    "If you look at one character and always guess its most frequent follower, how often are you right?",
    unit="%", low=0, high=100, within=5,
)  # fmt: skip
right

# %%
# The guess of a row is right as often as its maximum says.
hits = 100 * counts.max(axis=1).sum() / counts.sum()
right.reveal(hits, shown=f"{hits:.0f} %")
print(f"{hits / space:.1f} times as often as with a space each time")

# %% [markdown]
# ## An exercise: the check tells you what you misunderstood
#
# *The counts of a row say how often each character followed. What is the probability of each?*
#
# A **probability** is a share: what was counted, divided by all that was counted in the same situation.
# By hand: the row $(3, 1)$ has 4 observations, so it becomes $(3/4, 1/4)$; the row $(2, 8)$ becomes
# $(0.2, 0.8)$. A whole row of probabilities, which sum to 1, is a **distribution**.
#
# ### Exercise: `probabilities`
#
# Do for every row of a table what was done by hand for two.

# %% [markdown] tags=["lab"]
# Replace the dots, run their cell, then the check under it: it says what is right, or what is wrong
# and why. It knows many wrong answers, so try one first: divide by `counts.sum()`.


# %% tags=["exercise:bigram.probabilities"]
def probabilities(counts):
    ...  # one or two lines


# %%
ex.probabilities.check(probabilities)

# %% [markdown] tags=["lab"]
# Stuck? The button under the check asks you a question; pressed again, it shows the formula with its
# shapes, then a skeleton. After that, and after an attempt, a second button shows the course's answer
# and why it is so. Where there are no buttons, `ex.probabilities.hint()` and
# `ex.probabilities.solution()` in a new cell do the same.

# %% [markdown]
# An exercise left open never stops a lesson: from here on the notebook uses the course's version.

# %%
p = bigram.probabilities(counts)
print(f"after t: h {p[t, h]:.2f}, z {p[t, z]:.4f}; row t sums to {p[t].sum():.2f}")

# %% [markdown]
# ## A model that writes
#
# To write, the model draws the next character from the row of the last one, again and again.

# %%
diagrams.writing()


# %% tags=["worked:bigram.write"]
def write(rng, p, start, n):
    ids = [start]
    for _ in range(n):
        ids.append(rng.choice(len(p), p=p[ids[-1]]))
    return np.array(ids)


# %%
line = bigram.write(np.random.default_rng(1), p, t, 160)
print(tokens.decode(line, alphabet))

# %% [markdown]
# It is not English, and it is not noise either: words have plausible lengths, vowels and consonants
# take turns, a new line begins with a capital. All of it comes from one character of memory.
#
# The model drew at random. Would it write better if it never took a risk?

# %%
careful = predict.choice(
    "start_here.careful",
    "Always taking the most probable next character, the model writes …",
    ["its best English", "a short loop, for ever", "one long word"],
)
careful

# %% [markdown]
# This way of writing is called **greedy**. You have seen `write`, so you can write it yourself.
#
# ### Exercise: `write_greedily`
#
# Begin with `start` and add `n` characters, each the most probable one after the last. By hand: where
# 2 most often follows 0, and 1 most often follows 2, the start 0 and $n = 2$ give $(0, 2, 1)$.


# %% tags=["exercise:bigram.write_greedily"]
def write_greedily(p, start, n):
    ...  # four lines, much like write


# %%
ex.write_greedily.check(write_greedily)

# %%
T = alphabet.index("T")
greedy = bigram.write_greedily(p, T, 60)
careful.reveal("a short loop, for ever")
print(tokens.decode(greedy, alphabet))

# %% [markdown]
# Without chance, each character has exactly one successor. There are only 64 characters, so after at
# most 64 steps one of them comes up a second time. From there on, everything repeats.
#
# ## The most probable line
#
# Is the greedy line at least the most probable one? The probability of a line is the product of the
# probabilities of its steps. That is a tiny number, so one takes its logarithm, which is a sum.

# %%
lines = [bigram.write(np.random.default_rng(seed), p, T, 60) for seed in range(20)]
scores = np.array([bigram.log_probability(p, drawn) for drawn in lines])
starts = [i for i in range(N - 60) if text[i - 1 : i + 1] == "\nT"][::100]
real = np.array([bigram.log_probability(p, ids[i : i + 61]) for i in starts])
print(f"20 drawn lines: {scores.mean():.0f} on average, with a spread of {scores.std():.0f}")
print(f"{len(real)} pieces of Shakespeare: {real.mean():.0f}, with a spread of {real.std():.0f}")

# %%
typical = predict.choice(
    "start_here.typical",
    "Of all lines of 61 characters that begin with T, which does the model find the most probable?",
    ["one like those it draws", "the greedy one", "a line that neither way wrote"],
)
typical

# %%
best = bigram.most_probable(p, T, 60)
typical.reveal("a line that neither way wrote")
score_greedy, score_best = (bigram.log_probability(p, x) for x in (greedy, best))
print(f"greedy {score_greedy:.0f}; the best of all {score_best:.0f}:")
print(tokens.decode(best, alphabet))
dash = alphabet.index("-")
print(f"the probability that a dash follows a dash: {p[dash, dash]:.2f}")

# %% [markdown]
# The greedy line takes the best step each time, but the best first step need not lead to where the good
# steps are. `bigram.most_probable` compares all lines (its method is named after Viterbi). What it finds
# is a row of dashes, because a dash is often followed by another.
#
# So the most probable line looks like nothing that anyone wrote, and neither does the greedy one. What
# Shakespeare wrote lies near −150, and so does what the model draws: there are so many more lines there
# that together they have nearly all the probability. That is why one *draws* from a language model.

# %% [markdown]
# ## A live figure: what a dial changes
#
# Between *always the most probable* and *as counted* lies a dial, the **temperature** $\tau$: each
# probability is raised to the power $1/\tau$, then the row is divided by its sum again.
#
# $$q_j = \frac{p_j^{1/\tau}}{\sum_k p_k^{1/\tau}}$$
#
# By hand, $p = (0.8, 0.2)$ and $\tau = \tfrac12$: the squares are 0.64 and 0.04, so $q$ is about
# $(0.94, 0.06)$.

# %% [markdown] tags=["lab"]
# Drag the handle of the temperature, or click on it and use the arrow keys. Find the temperature at which
# the line under the bars begins to repeat itself, and the one at which it falls apart.

# %%
widgets.followers()

# %% [markdown]
# A temperature of 1 leaves the row as it was counted. Here are lines from a colder and from a hotter one:

# %%
for tau in (0.2, 1, 5):
    drawn = bigram.write(np.random.default_rng(0), bigram.sharpen(p, tau), t, 60)
    print(f"temperature {tau}:", tokens.decode(drawn, alphabet).replace("\n", " "))

# %% [markdown]
# Low temperatures repeat, high ones babble, and what is worth reading lies between. In products built on
# language models, the dial called temperature is this formula.

# %% [markdown]
# ## A model of your own
#
# What you have written so far can learn from any text. Each lesson ends like this, with something made of
# your own functions where their checks have passed, and of the course's where they have not. The last
# line says which are yours.

# %% [markdown] tags=["lab"]
# Put a text of your own between the quotation marks and run the cell again.

# %%
own = """Peter Piper picked a peck of pickled peppers. A peck of pickled peppers Peter Piper picked.
If Peter Piper picked a peck of pickled peppers, where is the peck that Peter Piper picked? """
made = yours.using("probabilities", "write_greedily")
letters = tokens.alphabet(own)
own_ids = tokens.encode(own + own[0], letters)  # round again, so that something follows the last
own_p = made.probabilities(bigram.count_pairs(own_ids, len(letters)))
print(tokens.decode(bigram.write(np.random.default_rng(3), own_p, own_ids[0], 120), letters))
print(tokens.decode(made.write_greedily(own_p, own_ids[0], 40), letters))
print(made.credit("Your model"))

# %% [markdown]
# One tongue twister is enough for the drawn line to sound like it. The greedy line finds its loop within
# a word.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["characters in the text", f"{N:,}"],
        ["pairs that never occur", f"{share:.0f} %"],
        ["right guesses, blind", f"{chance:.1f} %"],
        ["right guesses, always a space", f"{space:.0f} %"],
        ["right guesses, one character of memory", f"{hits:.0f} %"],
        ["log-probability of a drawn line", f"{scores.mean():.0f}"],
        ["of Shakespeare's", f"{real.mean():.0f}"],
        ["of the greedy line", f"{score_greedy:.0f}"],
        ["of the most probable line", f"{score_best:.0f}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn text into integers, learn a language model by counting, draw from it, and say
# what temperature does. A GPT has the same interface: what was read so far goes in, a distribution
# of the next **token** (here a character) comes out. What the rest of the course adds is a better
# way to remember.

# %% [markdown]
# ## Symbols
#
# Each lesson has such a table. In another lesson a letter may stand for something else, and then its table
# says so.
#
# | symbol | meaning | shape |
# |---|---|---|
# | $V$ | size of the vocabulary: how many different tokens, here characters, there are | |
# | $N$ | length of the text; in later lessons the number of examples | |
# | `ids` | the text, each character as its place in the alphabet | $(N,)$ |
# | `counts` | how often character $j$ came after character $i$ | $(V, V)$ |
# | `p` | the language model, as probabilities: row $i$ is the distribution of what comes after $i$ | $(V, V)$ |
# | $\tau$ | temperature | |

# %% [markdown]
# ## Map of the course
#
# This is the whole course.

# %% [markdown] tags=["lab"]
# The map fills as your checks pass. Run the cell again whenever you come back; `course progress`
# shows the same in a terminal. What you have done is kept in one small file on this computer and
# sent nowhere.

# %% tags=["varies"]
course_map.show()

# %% [markdown] tags=["lab"]
# You have got this far, so Python and NumPy work. Later lessons need a little more. Is it here?

# %% tags=["lab"]
doctor.look()

# %% [markdown] tags=["lab"]
# Four times *ready* is all you need. Otherwise the line says how to mend it, and `course doctor` in
# a terminal tells more.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. The text is read twice from beginning to end. What happens to `counts`, and what to `p`?
#
#    <details><summary>Answer</summary>
#
#    Every count doubles. So does the sum of its row, and the shares in `p` stay as they were. (If the
#    two readings are joined into one text, the pair at the joint is counted once more.)
#
#    </details>
#
# 2. `counts / counts.sum(axis=1)` runs without an error on a square table. What does it compute?
#
#    <details><summary>Answer</summary>
#
#    The sums have shape $(V,)$, and NumPy lays them along the columns: entry $(i, j)$ is divided by
#    the sum of row $j$, not of row $i$. The rows of the result no longer sum to 1. With
#    `keepdims=True` the sums have shape $(V, 1)$ and each row meets its own.
#
#    </details>
#
# 3. Why does the most probable next character, taken every time, lead into a loop?
#
#    <details><summary>Answer</summary>
#
#    The next character then depends on the last one alone, and always in the same way: the model has
#    become a fixed map of 64 characters into themselves. After at most 64 steps one of them comes up
#    again, and from there everything repeats.
#
#    </details>
#
# 4. The model has $V^2$ entries. How many would it need to remember the last *two* characters, and
#    how many of them could a million characters fill?
#
#    <details><summary>Answer</summary>
#
#    One row for each pair of characters: $V^2 \cdot V = V^3 = 64^3 = 262{,}144$ entries. A million
#    characters hold about a million triples, enough to fill them all. But language is not arbitrary:
#    the plays contain only about 12,000 different triples, so 95 % of the table stays empty.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - A. A. Markov (1913), *An example of statistical investigation of the text "Eugene Onegin"
#   concerning the connection of samples in chains*: vowels and consonants of a poem, counted by hand,
#   https://doi.org/10.1017/S0269889706001074 (in English).
# - C. E. Shannon (1948), *A mathematical theory of communication*, section 3: text drawn from counted
#   pairs of letters, https://doi.org/10.1002/j.1538-7305.1948.tb01338.x.
# - A. J. Viterbi (1967), *Error bounds for convolutional codes and an asymptotically optimum decoding
#   algorithm*: the best way through all steps at once, https://doi.org/10.1109/TIT.1967.1054010.
# - The plays: see `src/course/data/manifest.toml` for edition and licence.
