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
# the dot product to a small GPT that writes after Shakespeare, on your own computer, without a
# network and without a graphics card.
#
# **You will** meet the four devices that every lesson uses, and build the smallest language model
# there is while you do: a worked cell, a prediction, an exercise that checks itself, and a figure
# that you can move.
#
# **You need** Python as far as functions, loops and NumPy arrays. No calculus yet.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $V$ | size of the vocabulary: how many different characters there are | |
# | $N$ | length of the text | |
# | `ids` | the text, each character as its place in the alphabet | $(N,)$ |
# | `counts` | how often character $j$ came after character $i$ | $(V, V)$ |
# | `p` | probability that $j$ comes after $i$; rows sum to 1 | $(V, V)$ |
#
# A lesson that needs one of these letters for something else says so in its own table. Later ones
# add $B$ for the examples of a batch, $T$
# for positions in time, $C$ for the width of a layer, $H$ for heads and $D$ for their size; the
# README has them all.

# %% [markdown]
# ## How to read a notebook
#
# A notebook is a column of cells. Click on one and press **Shift + Enter**: it runs, and the next
# one is selected. Run them in order, from top to bottom. If the page gets confused, choose *Kernel*,
# then *Restart Kernel*, and start again from the top: nothing of your progress is lost.
#
# The first code cell of each lesson imports what the lesson needs. Names with a dot, as in
# `bigram.write`, come from the course. Names without one are yours.

# %% tags=["setup"]
import numpy as np

from course.command import doctor
from course.data import shakespeare
from course.foundations import bigram
from course.interactive import plot, predict
from course.lessons import map as course_map
from course.lessons.start_here import bank as ex
from course.lessons.start_here import widgets
from course.transformers import tokens

# %% [markdown]
# ## Is everything here?

# %%
parts = {
    "Python": [doctor.python()],
    "packages": doctor.packages(),
    "data": doctor.data_files(),
    "PyTorch": [doctor.pytorch()],
}
for name, findings in parts.items():
    for found in findings:
        print(f"{name}: " + ("ready" if found.well else f"{found.what} {found.mend}"))

# %% [markdown]
# Four times *ready* is all you need. Otherwise the line says how to mend it, and `course doctor` in
# a terminal tells more.

# %% [markdown]
# ## A worked cell: read it, run it, change it
#
# *What could a machine know about a language if it may look at only one character at a time?*
#
# It could know what tends to come next. Whatever knows that is a **language model**. Here is a text
# to learn from: nine of Shakespeare's plays.

# %%
text = shakespeare()
print(text[:172])

# %% [markdown]
# A computer counts more easily with integers than with letters, so each character becomes its place
# in the alphabet of those that occur.

# %%
alphabet = tokens.alphabet(text)
ids = tokens.encode(text, alphabet)
N, V = len(ids), len(alphabet)
print(f"{N:,} characters, {V} different ones. To be is {tokens.encode('To be', alphabet)}.")

# %% [markdown]
# Learning is counting: at row $i$, column $j$ we note how often character $j$ came directly after
# character $i$. Cells like the next one are **worked**: nothing is missing, and the package holds
# the very same function. Change it, break it, run it again: a later lesson never leans on your copy.


# %% tags=["worked:bigram.count_pairs"]
def count_pairs(ids, V):
    counts = np.zeros((V, V), dtype=np.int64)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


# %%
counts = count_pairs(ids, V)
t, h, z = (alphabet.index(c) for c in "thz")
print(f"after t: h {counts[t, h]:,} times, z {counts[t, z]:,} times")

# %% [markdown]
# The pair *th* is everywhere and *tz* is rare. The table is the whole model. It has $V^2$ entries,
# and the picture shows how many of them were never touched.

# %%
fig, ax = plot.figure(width=6, height=5)
seen = np.where(counts > 0, counts, np.nan)
image = ax.imshow(seen, norm="log", cmap="YlGnBu")
letters = "ACEILNRTaceilnrt"
places = [alphabet.index(c) for c in letters]
ax.set_xticks(places, list(letters), fontsize=8)
ax.set_yticks(places, list(letters), fontsize=8)
ax.set(xlabel="second character", ylabel="first character")
ax.grid(False)
fig.colorbar(image, label="times seen (white: never)", shrink=0.8)
plot.show(
    fig,
    alt="Table of 64 by 64 squares, one for each pair of characters, darker for frequent pairs. "
    "Capitals after capitals and small letters after small letters form two blocks; most of the "
    "rest is white: those pairs never occur.",
)

# %% [markdown]
# Two blocks stand out: capitals follow capitals in the speakers' names, small letters follow small
# letters in the verse, and a small letter is never followed by a capital. Most squares are white.

# %% [markdown]
# ## A prediction: commit before you run
#
# Reading an answer feels like knowing it. Guessing first, and being wrong, is what makes it stay.
# So before each surprise the course asks, and keeps the score. Type a number and press *Commit*;
# if you run on without one, the lesson continues and only shows what was measured.

# %%
never = predict.number(
    "start_here.never", "Of all V² pairs of characters, how many never occur?", unit="%", low=0, high=100, within=10
)
never

# %%
share = 100 * np.mean(counts == 0)
never.reveal(share, shown=f"{share:.0f} %")

# %% [markdown]
# A million characters, and most pairs are missing: language is far from an arbitrary sequence.
# That emptiness is what a model can learn.
#
# Now let the model play a game. It sees one character and must name the next; it always names the
# most frequent one.

# %%
right = predict.number(
    "start_here.right", "How often does the most frequent follower come true?", unit="%", low=0, high=100, within=5
)
right

# %%
hits = 100 * counts.max(axis=1).sum() / counts.sum()
chance = 100 / V
right.reveal(hits, shown=f"{hits:.0f} %")

# %% [markdown]
# More than one in four, knowing a single character. Guessing blindly would be right less than one
# time in fifty.

# %% [markdown]
# ## An exercise: the check tells you what you misunderstood
#
# *The counts of a row say how often each character followed. What is the probability of each?*
#
# A probability is a share: what was counted, divided by all that was counted in the same situation.
#
# $$p_{ij} = \frac{\text{counts}_{ij}}{\sum_k \text{counts}_{ik}}$$
#
# By hand: the row $(3, 1)$ has 4 observations, so it becomes $(3/4, 1/4)$; the row $(2, 8)$ becomes
# $(0.2, 0.8)$.
#
# ### Exercise: `probabilities`
#
# Replace the dots. Then run the check under it: it says
# what is right, or what is wrong and why. It has seen many wrong answers, so try one: divide by
# `counts.sum()`.


# %% tags=["exercise:bigram.probabilities"]
def probabilities(counts):
    ...  # one or two lines


# %%
ex.probabilities.check(probabilities)

# %% [markdown]
# Stuck? In a new cell, `ex.probabilities.hint()` asks you a question; called again, it shows the
# formula with its shapes, then a skeleton. After an attempt, `ex.probabilities.solution()` shows the
# course's answer and why it is so. An exercise left open never stops a lesson: from here on the
# notebook uses the course's version.

# %%
p = bigram.probabilities(counts)
print(f"after t: h {p[t, h]:.2f}, z {p[t, z]:.4f}; row t sums to {p[t].sum():.2f}")

# %% [markdown]
# ## A model that writes
#
# To write, the model draws the next character from the row of the last one, again and again.


# %% tags=["worked:bigram.write"]
def write(rng, p, start, n):
    ids = [start]
    for _ in range(n):
        ids.append(rng.choice(len(p), p=p[ids[-1]]))
    return np.array(ids)


# %%
line = write(np.random.default_rng(1), p, t, 160)
print(tokens.decode(line, alphabet))

# %% [markdown]
# Not English, and not noise either: words have plausible lengths, vowels and consonants take turns,
# lines begin with capitals. All of it from one character of memory.
#
# It drew at random. Would it write better if it never took a risk?

# %%
careful = predict.choice(
    "start_here.careful",
    "Always taking the most probable next character, the model writes …",
    ["its best English", "a short loop, for ever", "one long word"],
)
careful

# %%
ids_careful = write(np.random.default_rng(1), bigram.sharpen(p, 0.01), alphabet.index("T"), 60)
print(tokens.decode(ids_careful, alphabet))
careful.reveal("a short loop, for ever")

# %% [markdown]
# The most probable next step, over and over, is not the most probable text. Large models have the
# same weakness.

# %% [markdown]
# ## A live figure: move it
#
# Between *always the most probable* and *as counted* lies a dial, the **temperature** $\tau$: each
# probability is raised to the power $1/\tau$, then the row is shared out anew.
#
# $$q_j = \frac{p_j^{1/\tau}}{\sum_k p_k^{1/\tau}}$$
#
# Click on the slider and use the arrow keys. Find the temperature at which the line under the bars
# begins to repeat itself, and the one at which it falls apart.

# %%
widgets.followers()

# %% [markdown]
# Low temperatures repeat, high ones babble, and what is worth reading lies between. The dial called
# temperature in products built on language models is this formula.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["characters in the text", f"{N:,}"],
        ["different characters, V", str(V)],
        ["pairs that never occur", f"{share:.0f} %"],
        ["right guesses, one character of memory", f"{hits:.0f} %"],
        ["right guesses, blind", f"{chance:.1f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** turn text into integers, learn a language model by counting, draw from it, and say
# what temperature does. A GPT has the same interface: what was read so far goes in, a **distribution**
# of the next **token** (here a character) comes out. What the rest of the course adds is a better
# way to remember.

# %% [markdown]
# ## The course, and where you are
#
# The map fills as your checks pass. It is kept in one small file on this computer and sent nowhere.
# Run the cell again whenever you come back; `course progress` shows the same in a terminal.

# %% tags=["varies"]
course_map.show()

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
#    The next character then depends on the last one alone, and always in the same way. There are only
#    64 characters, so after at most 64 steps one of them comes up again, and from there everything
#    repeats.
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
#   concerning the connection of samples in chains*: vowels and consonants of a poem, counted by hand.
# - C. E. Shannon (1948), *A mathematical theory of communication*, section 3: text drawn from counted
#   pairs of letters.
# - The plays: see `src/course/data/manifest.toml` for edition and licence.
