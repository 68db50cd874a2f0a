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
# # A small GPT
#
# You have layers, gradients, an initialization, an optimizer and attention. Here you put them
# together, in PyTorch: a model that reads a million characters of Shakespeare and then goes on by
# itself.
#
# **You will** set a bar by counting, write a GPT module by module, test it before it may train,
# train it on your own computer, and make a program of your own functions that writes.
#
# **You need** lesson *Attention* for attention, *Optimizers* for AdamW, *Initialization* for the
# loss before training, *PyTorch* for modules. This takes about two hours; what stands under
# *Further* is optional.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $V$, $T$, $B$ | size of the vocabulary, length of a window, windows in a batch | |
# | $L$, $C$, $H$ | blocks, width, heads | |
# | $E$, $P$ | a row for each token, a row for each position | $(V, C)$, $(T, C)$ |
# | $x$ | the residual stream that runs through all blocks | $(B, T, C)$ |
# | $z$ | logits of the token that comes next | $(B, T, V)$ |

# %% tags=["setup"]
import itertools

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course.command.mine import passed
from course.data import shakespeare, split_text
from course.foundations import bigram
from course.interactive import plot, predict
from course.lessons import trial, yours
from course.lessons.small_gpt import bank as ex
from course.lessons.small_gpt import diagrams, widgets
from course.networks import initial, layers
from course.practice import costs
from course.transformers import ngram, tokens
from course.transformers.gpt import gpt2, plain, pretrained, train
from course.transformers.gpt import model as gpt
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.speedrun import ROWS, speed_run

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # slower than float32, and alike on every processor

# %% [markdown]
# ## What must be beaten
#
# *How good is a model that needs no network at all?*
#
# A loss means nothing alone, so set a bar first, with the cheapest models there are: all
# characters alike, the frequencies of single characters, and the table of pairs from lesson *Start
# here*. All learn from nine tenths of the plays, and are examined on 30,000 characters of *The
# Tempest*, which is kept apart. A loss is counted in nats (lesson *Probability*).

# %%
text = shakespeare()
alphabet = tokens.alphabet(text)
V = len(alphabet)
ids, rest = (tokens.encode(part, alphabet) for part in split_text(text))
unseen = rest[40_000:70_000]
single = np.bincount(ids, minlength=V) / len(ids)
pairs = bigram.probabilities(1 + bigram.count_pairs(ids, V))  # 1 more, so that none is 0
bar = {
    "all characters alike": np.log(V),
    "single characters": -np.log(single[unseen]).mean(),
    "pairs": -np.log(pairs[unseen[:-1], unseen[1:]]).mean(),
}
for name, loss in bar.items():
    print(f"{name}: {loss:.2f} nats per character")

# %% [markdown]
# One character of context is better than none. What of longer contexts? An **n-gram** is a run of
# $n$ characters, the last of which is to be predicted from those before. A longer context says
# more and was seen more rarely. So `ngram` trusts a count as far as it goes: where a context was
# seen 100 times with few different followers, it has nearly all the say, and where it was seen
# once, it shares the say equally with the context that is one character shorter (Witten and
# Bell's rule).

# %%
longest = predict.number(
    "small_gpt.order", "Which length n does best on the unseen text?", low=1, high=8, within=1
)
longest

# %%
lengths = range(1, 9)
counted = {n: ngram.fit(ids, V, n) for n in lengths}
on_unseen = [ngram.loss(counted[n], unseen) for n in lengths]
on_seen = [ngram.loss(counted[n], ids[:30_000]) for n in lengths]
best = 1 + int(np.argmin(on_unseen))
bar[f"{best}-grams"] = min(on_unseen)
longest.reveal(best, shown=f"{best} characters, {min(on_unseen):.2f} nats")
fig, ax = plot.figure(width=5.7, height=3.2)
for i, (name, losses) in enumerate({"unseen text": on_unseen, "learnt text": on_seen}.items()):
    ax.plot(lengths, losses, "o", ls=plot.LINES[i], color=plot.COLORS[i], label=name)
ax.set(xlabel="n, context and follower together", ylabel="loss, nats", ylim=(0, 3.6))
ax.legend()
plot.show(
    fig,
    alt="Loss against the length counted, 1 to 8 characters. On learnt text it falls all the way, "
    "below 1 nat. On unseen text it falls to 5 characters and then rises again.",
)

# %% [markdown]
# After five characters the line of the unseen text turns up. What a longer context adds there is
# memory of the learnt plays, which doesn't help with a new one. That is the bar. A GPT has to use
# a context of 64 characters without such a table.

# %% [markdown]
# ## One window, T questions
#
# *A text of a million characters is one example. How do you make a batch of it?*
#
# Cut out **windows** at random positions. A window of $T$ characters asks $T$ questions at once:
# at each position, which one comes next? So the targets are the same window, shifted by one. If
# $x$ is `call thee bac`, then $y$ is `all thee back`.
#
# By hand: a text of three tokens (5, 7, 9) has a single window of $T = 2$ with a token after it:
# $x = (5, 7)$, $y = (7, 9)$.
#
# ### Exercise: `batch`
#
# Draw `B` starts with `rng`, so that every window with a token after it can be drawn, and return
# $x$ and $y$, each $(B, T)$.


# %% tags=["exercise:tokens.batch"]
def batch(rng, ids, B, T):
    ...  # three lines


# %%
ex.batch.check(batch)

# %% [markdown]
# ## Your GPT, first step: a module
#
# *What does a GPT do between one token and the next?*
#
# It takes about 45 lines of PyTorch. You write them in three steps, each with its check. Here is
# the whole:

# %%
diagrams.whole()

# %% [markdown]
# Each token becomes a vector, its **embedding**: a row of $E$, plus the row of $P$ for its
# position. These vectors are the beginning of the residual stream. It runs through the blocks,
# and at the end each position's vector is compared with every token's row of $E$ again: the head
# is **tied** to the table.
#
# Each piece with weights is a module, as in lesson *PyTorch*. Here is the MLP, which is four
# times as wide inside. `F.gelu` is a smooth relative of ReLU.


# %% tags=["worked:plain.MLP"]
class MLP(nn.Module):
    def __init__(self, C):
        super().__init__()
        self.up = nn.Linear(C, 4 * C)
        self.down = nn.Linear(4 * C, C)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))  # (B, T, C)


# %% [markdown]
# You wrote attention in NumPy as `multi_head`. Here one map `qkv` makes queries, keys and values
# of all heads, side by side in $3C$ columns, and a map `out` mixes the heads.
# `F.scaled_dot_product_attention(q, k, v, is_causal=True)` does what your `attend` does, on
# $(B, H, T, D)$.
#
# By hand: with $C = H = 2$, queries and keys of 0, values $x$, and `out` the identity, each
# position is the mean of those so far: $(2, 6), (4, 8), (9, 1)$ becomes $(2, 6), (3, 7), (5, 5)$.
#
# ### Exercise: `Attention`
#
# Write the module. Begin `__init__` with `super().__init__()`, and name the parts `qkv` and `out`:
# the check, like every stored model, finds weights by their names.


# %% tags=["exercise:plain.Attention"]
class Attention(nn.Module):
    def __init__(self, C, H):
        ...  # about four lines

    def forward(self, x):
        ...  # about four lines


# %%
ex.Attention.check(Attention)

# %% [markdown]
# ### Second step: the block
#
# A block reads from the stream twice and adds to it twice. What a part reads is normalised first;
# the stream itself never is.

# %%
diagrams.block()

# %% [markdown]
# By hand: if the last matrices of both parts are 0, each part gives its bias alone. With biases
# $(1, 2)$ and $(10, 20)$ the stream $(3, -3)$ becomes $(4, -1)$ and then $(14, 19)$.
#
# ### Exercise: `Block`
#
# Write it with the parts `norm1`, `attention`, `norm2` and `mlp`. `nn.LayerNorm(C)` is the layer
# norm with a scale and a shift. Use your own `Attention`, or `plain.Attention`, and `plain.MLP`.


# %% tags=["exercise:plain.Block"]
class Block(nn.Module):
    def __init__(self, C, H):
        ...  # about five lines

    def forward(self, x):
        ...  # two lines


# %%
ex.Block.check(Block)

# %% [markdown]
# ### Third step: the GPT
#
# Now the whole of the first drawing. `nn.Embedding(V, C)` holds a table as its `weight` and looks
# up a row for each integer. It draws the table from $N(0, 1)$. Think of what that does to the
# logits, since $E$ is the head as well: lesson *Initialization* has the answer, and the check
# measures the loss before training.
#
# By hand, without blocks: let $E$ have the rows $(1, 0), (0, 1), (1, 1)$ and $P$ the rows
# $(1000, 0), (0, 1000), \dots$ The tokens $(0, 1)$ become $(1001, 0), (0, 1001)$. Normalised,
# these are $(1, -1), (-1, 1)$, and the logits are $(1, -1, 0)$ and $(-1, 1, 0)$.
#
# ### Exercise: `GPT`
#
# Write it with the parts `E`, `P`, `blocks` (an `nn.ModuleList`) and `norm`. `T` is the longest
# window; a shorter one uses the first rows of $P$.


# %% tags=["exercise:plain.GPT"]
class GPT(nn.Module):
    def __init__(self, V, T, C, H, L):
        ...  # about seven lines

    def forward(self, ids):
        ...  # about four lines


# %%
ex.GPT.check(GPT)

# %% [markdown]
# ## Two tests before training
#
# *How do you find a fault without waiting for the training?*
#
# Your class is GPT-2. The course's own `model.py` says the same with a switch for each modern
# change, so it can stand in for several models here.
#
# First test: before the first step the model knows nothing, so its loss must be that of knowing
# nothing. Lesson *Initialization* said what that is: $\ln V$ if the logits are equal, about
# $\ln V + \sigma^2/2$ if they spread by $\sigma$.

# %%
shape = {"context": 64, "layers": 2, "heads": 2, "width": 48}
starts = {
    "GPT-2's start": Config(V, **shape),
    "N(0, 1/n) everywhere": Config(V, **shape, init="fan_in", tied=False),
    "N(0, 1/n), and the head tied": Config(V, **shape, init="fan_in", positions="none"),
}
x, y = tokens.batch(np.random.default_rng(0), ids, 32, 64)
for name, c in starts.items():
    z = gpt.GPT(c)(torch.from_numpy(x)).detach().numpy()
    before = layers.cross_entropy(z.reshape(-1, V), y.ravel())
    print(f"{name}: {before:.2f}, expected {initial.expected_loss(V, z.std()):.2f}")

# %% [markdown]
# The first two starts agree with the rule. The last one has embeddings of variance 1, and they are
# the head as well. So each token's logit for itself is large, and the model begins by being sure
# that every character is followed by itself. The rule is only roughly true there, and the test
# finds the fault in a second.
#
# Second test: give the model a single window, over and over. It has far more parameters than the
# window has characters, so it should be able to memorise it.

# %%
by_heart = gpt.GPT(Config(V, **MODERN, **shape))
print(f"{costs.parameters(by_heart.config):,} parameters")
for report in train.fit(by_heart, ids[:65], Recipe(steps=60, batch=1)):
    if report.step in (1, 20, 60):
        print(f"step {report.step}: {report.loss:.2f}")

# %% [markdown]
# This model passes both. Now a model with a fault: its targets are not shifted, so it is asked
# for the very character that it is shown.

# %%
noticed = predict.choice(
    "small_gpt.unshifted",
    "Which test notices that the targets are not shifted?",
    ["the loss before training", "the window learnt by heart", "neither"],
)
noticed


# %%
def unshifted(ids, recipe, T, step):
    x, _ = train.batch(ids, recipe, T, step)
    return x, x


def continued(model, alphabet, start, n, T=64):
    dice = torch.Generator().manual_seed(1)
    out = plain.write(model, tokens.encode(start, alphabet), n, T, dice)
    return tokens.decode(out, alphabet)


falls = []
for seed in range(3):
    faulty, recipe = gpt.GPT(by_heart.config, seed), Recipe(steps=60, batch=4, seed=seed)
    falls.append([loss for _, loss in train.fit(faulty, ids, recipe, batch=unshifted)])
noticed.reveal("neither")
for seed, fall in enumerate(falls):
    print(f"seed {seed}: loss {fall[0]:.2f} at the start, {fall[-1]:.2f} after 60 steps")
print("the last one writes:", continued(faulty, alphabet, "ROMEO:\nI", 40))

# %% [markdown]
# With every seed the start is right, so the first test passes. The loss falls to almost nothing
# on batches that are new each time, so a single window would be learnt as well, and unseen text,
# asked in the same way, would look as good. It has learnt to repeat. Only what it writes gives it
# away, so read samples from the first minute on.

# %% [markdown]
# ## The training step
#
# PyTorch finds the gradients. A step is then five calls: the model, the loss `F.cross_entropy`,
# `loss.backward()`, `optimizer.step()` and `optimizer.zero_grad()`. Their order matters, since an
# earlier step may have left its gradients behind.
#
# By hand: logits of 0 for four tokens, the pair (0, 1) three times, rate 1. The loss is $\ln 4$,
# and row 0 becomes $(-\tfrac14, \tfrac34, -\tfrac14, -\tfrac14)$.
#
# ### Exercise: `training_step`
#
# Learn from one batch; return the loss that was found on it as a float.


# %% tags=["exercise:plain.training_step"]
def training_step(model, optimizer, x, y):
    ...  # about six lines


# %%
ex.training_step.check(training_step)

# %% [markdown]
# ## Watch it learn
#
# *What does a GPT learn first?*
#
# In the figure a GPT of one layer learns from the plays. At the left its loss falls, and at the right
# stands what it writes meanwhile.

# %% [markdown] tags=["lab"]
# Press *Start*; *Stop* keeps what it has. Then try no layers at all, and learning rates that are far too
# small or too large.

# %%
widgets.learning()

# %% [markdown]
# Now a longer run: two layers, 64 characters of context, 600 steps. The model has a dozen changes
# that came after GPT-2; *Further* takes them one by one.

# %%
model = gpt.GPT(Config(V, **MODERN, **shape))
fall, curve = [], [(0, train.evaluate(model, unseen))]
for step, loss in train.fit(model, ids, Recipe(steps=600)):
    fall.append(loss)
    if step in (10, 20) or step % 100 == 0:
        curve.append((step, train.evaluate(model, unseen)))
    if step in (10, 100, 600):
        sample = continued(model, alphabet, "ROMEO:\n", 110)
        print(f"--- step {step}\n{sample}\n")
final = curve[-1][1]

# %%
fig, ax = plot.figure(width=5.7, height=3.6)
ax.plot(fall, ".", ms=2, color=plot.FAINT, label="batches")
ax.plot(*zip(*curve, strict=True), color=plot.COLORS[0], label="unseen text")
for name, loss in list(bar.items())[1:]:
    ax.axhline(loss, color=plot.INK, lw=0.8, ls=":")
    ax.text(610, loss, name, va="center", color=plot.INK)
ax.set(xlabel="steps", ylabel="loss, nats per character", ylim=(1.5, 4.3), xlim=(0, 600))
ax.legend(loc="upper right")
plot.show(
    fig,
    alt="Loss of the GPT over 600 steps: it starts at 4.16, falls below single characters and "
    "below pairs within the first hundred steps, then slowly, and ends a little above the dotted "
    "line of the 5-grams. The dots of the batches lie somewhat below the line.",
)

# %% [markdown]
# After 10 steps its loss is below that of single characters, and soon after 20 below that of
# pairs. The sample of step 100 has words and lines, that of step 600 also a name with a colon. At
# the end it stands just above the 5-grams.
#
# The dots lie below the line. Whether it has learnt its batches by heart is asked under *Further*.

# %% [markdown]
# ## Your GPT, trained and taken home
#
# Now your own pieces: your `GPT` with your `Block` and `Attention`, taught by your `training_step`
# on your `batch`. It is small, one block and windows of 32, so that a thousand steps take seconds.
# Where you haven't passed a piece, the course's stands in.

# %%
made = yours.using("batch", "Attention", "Block", "GPT", "training_step")
torch.manual_seed(0)
mine = made.GPT(V, 32, 48, 2, 1)
mine.blocks[0] = made.Block(48, 2)
mine.blocks[0].attention = made.Attention(48, 2)
optimizer = torch.optim.AdamW(mine.parameters(), lr=5e-3, betas=(0.9, 0.99))
cooling, rng = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.02, 1000), np.random.default_rng(0)
for _ in range(1000):
    x, y = map(torch.from_numpy, made.batch(rng, ids, 12, 32))
    made.training_step(mine, optimizer, x, y)
    cooling.step()
mine_loss = train.evaluate(mine, rest[70_000:90_000], T=32)  # its size was chosen on `unseen`
print(made.credit("Your GPT"))
print(f"{mine_loss:.2f} nats on another unseen passage; it writes:\n")
print(continued(mine, alphabet, "ROMEO:\n", 200, T=32))

# %% [markdown]
# One thing is left: a program that runs where this course isn't installed. In a terminal,
# `course mine` gathers your functions from all lessons into one file, `my_gpt.py`. Beside it lie
# the weights of a model that is twice as wide and was trained for some minutes. The file computes
# in NumPy, without PyTorch, and reads the weights with safetensors. So it needs the two shortest
# pieces of this lesson once more, for arrays.
#
# When a text is read in parts, its positions go on where the part before ended. By hand: with
# $E = ((1, 0), (0, 1))$ and $P = ((0, 10), (20, 30), (40, 50), (60, 70))$ the tokens (1, 0) become
# $((0, 11), (21, 30))$; after a past of 2 they become $((40, 51), (61, 70))$.
#
# ### Exercise: `embed`
#
# Embed tokens that come after `past` others. Time is the last axis of `ids`: its shape is $(T,)$
# or $(B, T)$.


# %% tags=["exercise:numpy_gpt.embed"]
def embed(ids, E, P, past=0):
    ...  # two lines


# %%
ex.embed.check(embed)

# %% [markdown]
# By hand: $x = (3, -3)$, norms that divide by the root mean square, an attention that doubles, an
# MLP that adds 1 to the first entry. Attention reads $(1, -1)$ and adds $(2, -2)$. The MLP reads
# $(1, -1)$ and adds $(2, -1)$, so the stream ends as $(7, -6)$.
#
# ### Exercise: `block`
#
# Put the block together from its four parts, which are functions.


# %% tags=["exercise:numpy_gpt.block"]
def block(x, norm1, attend, norm2, mlp):
    ...  # two lines


# %%
ex.block.check(block)

# %% [markdown]
# Of whose functions would the file be made now, and how good are the weights beside it?

# %%
program, _ = trial.settled(passed())
trained, _ = pretrained.small_gpt()  # 4,000 steps of 24 windows: some minutes
minutes = train.evaluate(trained, unseen)
print(yours.credit("my_gpt.py", *program.whose()))
print(f"its weights: {minutes:.2f} nats on unseen text")
print("made in a terminal by: course mine")
print("started by: python my_gpt.py --prompt 'ROMEO:' --length 300")

# %% [markdown]
# These weights beat the 5-grams. For more than a minute of training there is
# `course train --out mine --minutes 10`, with `--text` for a text of your own.
#
# Last, the model of 600 steps goes on with a line. The bars are what it expects next, and under them is
# what it goes on with; a / is the end of a line.

# %% [markdown] tags=["lab"]
# Type a line, and see what it expects next and how it goes on. Lower the temperature until it
# repeats itself, and raise it until it no longer writes words.

# %%
widgets.next_token(model, alphabet)

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        *[[f"loss, {name}", f"{loss:.2f} nats"] for name, loss in bar.items()],
        ["loss, this GPT after 600 steps", f"{final:.2f} nats"],
        ["the same in bits", f"{final / np.log(2):.2f} bits per character"],
        ["loss, the GPT that had minutes", f"{minutes:.2f} nats"],
        ["loss on another passage, the GPT made of your pieces", f"{mine_loss:.2f} nats"],
        ["parameters of this GPT", f"{costs.parameters(model.config):,}"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write a GPT from a blank page, test it before it trains, train it, and let it
# write from a program of your own.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. Why does the 8-gram lose against the 5-gram on unseen text and win on the text it learnt from?
#
#    <details><summary>Answer</summary>
#
#    Seven characters often name one place in the learnt text, so it knows by heart what comes
#    next. In unseen text the same seven characters often go on differently or were never seen.
#    Where they were seen, the rule gives their counts at least half of the say, so it is too sure
#    too often.
#
#    </details>
#
# 2. A new model starts at a loss of 6.2 with 64 characters. What does that tell about its logits?
#
#    <details><summary>Answer</summary>
#
#    Knowing nothing costs $\ln 64 = 4.16$. The other $2.04$ is $\sigma^2/2$, so the logits
#    spread by about 2. The model begins with opinions that it has no reason for.
#
#    </details>
#
# 3. The head is tied to the table. What does it cost in parameters, and how must the table be
#    drawn?
#
#    <details><summary>Answer</summary>
#
#    No parameters: it is $E$ once more. But its entries must be small. Drawn from $N(0, 1)$, each
#    token's logit for itself is large, so the model starts sure that every character repeats.
#
#    </details>
#
# 4. From lesson *Attention*: a GPT without a mask has a wonderful validation loss. Which of this
#    lesson's models was fooled in the same way, and what gave it away?
#
#    <details><summary>Answer</summary>
#
#    The one whose targets were not shifted. It was asked for the character it was shown, so its
#    loss fell to almost nothing even on new batches. What it wrote gave it away: it repeats.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it. It counts what a GPT costs before it runs,
# mends a loop that looks right, and measures what each modern change buys, whether batches are
# learnt by heart, what more time and a mixture do, and how far back a GPT looks. It takes about an hour
# and a quarter.
#
# ### What it costs, before it runs
#
# *How many numbers does a GPT learn, and where are they?*
#
# Count along the way of a token: the tables, the matrices, biases and norms of each block, the
# last norm, and the head where it is a matrix of its own. Without biases the norms have no shift
# either. By hand: $V = 10$, $T = 4$, $L = 1$, $C = 2$ give $28 + (48 + 18 + 8) + 4 = 106$.
#
# ### Exercise: `parameters`
#
# Count exactly, for a `config` of GPT-2's kind with the fields `vocab`, `context`, `layers`,
# `width`, `bias` and `tied`.


# %% tags=["exercise:costs.parameters"]
def parameters(config):
    ...  # about five lines


# %%
ex.parameters.check(parameters)

# %%
sizes = {name: gpt2.config(name) for name in gpt2.SIZES}
sizes["GPT-2's kind, this lesson's size"] = Config(V, **shape)
parts = {n: 100 * (c.vocab + c.context) * c.width / costs.parameters(c) for n, c in sizes.items()}
rows = [
    [n, c.layers, c.width, f"{costs.parameters(c):,}", f"{parts[n]:.0f} %"]
    for n, c in sizes.items()
]
plot.table(rows, header=["model", "blocks", "width", "parameters", "in tables"])

# %% [markdown]
# Tables grow with $C$, a block with $C^2$, and larger models have more blocks, so the share of
# the tables falls from GPT-2's smallest model to its largest. But a small model isn't always
# mostly table: ours has a vocabulary of 64 and not of 50,257, so its tables are a small part.
#
# The work is as easy to count. Every weight of a matrix is used once forward and twice backward,
# at a multiplication and an addition each. That is 6 operations per weight and token, and
# attention adds $12\,L\,T\,C$. The figure does both counts for a model of given sizes. A machine that does
# a billion operations in a second has 1 GFLOP/s, and 1 TFLOP/s is a thousand times that.

# %% [markdown] tags=["lab"]
# Move the sizes until you wouldn't want to wait for the training. Then ask how fast this machine is.

# %%
widgets.cost()

# %% [markdown]
# ### A loop that looks right
#
# *The loss falls. Is the loop right?*
#
# Here is a training loop in NumPy for the smallest model: a table of logits, a row for each
# character. It runs, its loss falls, and it has four faults.
#
# ```python
# def learn(W, batches, rates, held_out):
#     dW, best, lowest = np.zeros_like(W), W, np.inf
#     for (x, y), lr in zip(batches, rates):
#         dz = layers.cross_entropy_backward(W[x], y)   # (N, V)
#         dW[x] += dz
#         W -= lr * dW
#         loss = layers.cross_entropy(W[x], y)
#         if loss < lowest:
#             best, lowest = W, loss
#     return best, lowest
# ```
#
# It should return the table that did best on the held-out pairs, together with their loss, and
# leave the caller's table as it was. By hand: $W = 0$ for two characters, one batch with the pair
# (0, 1) twice, rate 1. Each of the two has $dz = (\tfrac12, -\tfrac12)/2$, together
# $(\tfrac12, -\tfrac12)$, so the first row becomes $(-\tfrac12, \tfrac12)$, and the held-out pair
# (0, 1) costs $\ln(1 + e^{-1}) \approx 0.313$.
#
# ### Exercise: `learn`
#
# Write it without the faults.


# %% tags=["exercise:loop.learn"]
def learn(W, batches, rates, held_out):
    ...  # about eight lines


# %%
ex.learn.check(learn)

# %% [markdown]
# ### What each change buys
#
# *Between GPT-2's recipe and today's lie a dozen changes. Which of them count?*
#
# One layer of width 48, windows of 32, 80 steps each: the standard recipe first, and every row
# adds one change to the rows above it. Each is run with three seeds, which draw weights and
# batches anew.

# %%
tricks = predict.choice(
    "small_gpt.tricks",
    "Which buys the most?",
    [
        "three times the learning rate",
        "rotary positions",
        "squared ReLU",
        "embeddings of the tokens before",
    ],
)
tricks

# %%
little = {"vocab": V, "context": 32, "layers": 1, "heads": 2, "width": 48}
steps = ROWS[:-1]  # the last one saves time and changes no value
runs = [
    {
        m.row.name: m.loss
        for m in speed_run(ids, unseen[:15_000], little, steps=80, rows=steps, seed=s)
    }
    for s in range(3)
]
names = list(runs[0])
gains = {b: [run[a] - run[b] for run in runs] for a, b in itertools.pairwise(names)}
means = {name: np.mean(gained) for name, gained in gains.items()}
rows = [
    [n, f"{np.mean([r[n] for r in runs]):.2f}", f"{means[n]:+.2f}" if n in gains else "",
     f"{min(gains[n]):+.2f} to {max(gains[n]):+.2f}" if n in gains else ""]
    for n in names
]  # fmt: skip
most = max(tricks.options, key=means.get)
tricks.reveal(most, shown=f"{means[most]:.2f} nats")
plot.table(rows, header=["what was changed", "loss, nats", "gained", "over three seeds"])
print(f"all together: {sum(means.values()):.2f} nats")

# %% [markdown]
# Begin with the gains over three seeds. Where they have both signs, as with normalised queries and keys, the
# gain is noise here. Some rows lose: RMS norm without biases costs 0.05 nats here, and the start
# from $N(0, 1/n)$ 0.07. The first is meant to save work, which this table doesn't measure. What a
# row gains depends on the rows above it, on the learning rate and on the length of the run, so
# this is a measurement of this size and no law.

# %% [markdown] tags=["answers"]
# Of these rows, today's open models, Llama 3 and Qwen 3 for example, have RMS norm, no biases and
# rotary positions; Qwen 3 normalises queries and keys too.

# %% [markdown]
# The MLP of today's open models has a **gate**. Beside `up`, a second matrix, the gate, makes
# another row of the same width. Where the gate's row is near 0, nothing of the first passes. Their
# variant is called **SwiGLU**: the gate's row goes through silu, which turns $a$ into $a$ times its
# sigmoid, and multiplies what `up` gives. Then `down` leads back. None of the three has a bias. By
# hand: $x = \ln 3$, gate $x$, up $2x$, down 10. The sigmoid of $\ln 3$ is $\tfrac34$, so the result
# is $10 \cdot \tfrac34 \ln 3 \cdot 2 \ln 3 \approx 18.1$.
#
# ### Exercise: `SwiGLU`
#
# Write it with the parts `gate`, `up` and `down`, `inside` wide.


# %% tags=["exercise:plain.SwiGLU"]
class SwiGLU(nn.Module):
    def __init__(self, C, inside):
        ...  # about four lines

    def forward(self, x):
        ...  # one line


# %%
ex.SwiGLU.check(SwiGLU)

# %% [markdown]
# Does it buy anything? Exchange the MLP for it, at as many weights (8C/3 inside), and give each
# side the best of three learning rates.


# %%
def tried(part, lr, seed, ids, unseen):
    torch.manual_seed(seed)
    model, rng = plain.GPT(64, 32, 48, 2, 1), np.random.default_rng(seed)
    if part is not None:
        model.blocks[0].mlp = part(48, 128)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for _ in range(120):
        x, y = map(torch.from_numpy, tokens.batch(rng, ids, 12, 32))
        plain.training_step(model, optimizer, x, y)
    return train.evaluate(model, unseen, T=32)

for name, part in {"MLP": None, "SwiGLU": plain.SwiGLU}.items():
    by_rate = {
        lr: [tried(part, lr, s, ids, unseen[:10_000]) for s in range(3)]
        for lr in (2.5e-3, 5e-3, 1e-2)
    }
    lr = min(by_rate, key=lambda lr: np.mean(by_rate[lr]))
    each = ", ".join(f"{loss:.2f}" for loss in by_rate[lr])
    print(f"{name}: {np.mean(by_rate[lr]):.2f} nats, seed by seed {each}, at a rate of {lr}")


# %% [markdown]
# The middle rate is best for both. At each seed SwiGLU is ahead, by one to three hundredths of a
# nat. Two equal parts would give all three seeds to the same side in one case of four, so three
# seeds can't tell the two apart here. That open models use SwiGLU is no proof that it helps a
# small one.
#
# ### Are the batches learnt by heart?
#
# In the long run above, the dots of the batches lie below the line of the unseen text. Compare
# windows that the model has learnt from with other windows of the same plays, in three draws of
# each.


# %%
def average(model, recipe, ids, steps):
    batches = [train.batch(ids, recipe, model.config.context, step) for step in steps]
    with torch.no_grad():
        return float(np.mean([model.loss(x, y) for x, y in batches]))


five = counted[best]
learnt = [average(model, Recipe(seed=0), ids, range(s, s + 60)) for s in (420, 480, 540)]
others = [average(model, Recipe(seed=s), ids, range(60)) for s in (7, 8, 9)]
passages = [ngram.loss(five, rest[i : i + 10_000]) for i in range(0, 100_000, 10_000)]
print(f"windows it learnt from: {min(learnt):.2f} to {max(learnt):.2f} nats")
print(f"other windows of these plays: {min(others):.2f} to {max(others):.2f}")
print(f"5-grams on ten passages that nobody saw: {min(passages):.2f} to {max(passages):.2f}")

# %% [markdown]
# Windows that it learnt from cost a few hundredths of a nat less than others of the same plays.
# Those others overlap with learnt windows in about a third of their characters, so the true
# difference is somewhat larger. Even so, memory is a small part of the gap between dots and line.
# The passage is probably the larger one: for the 5-grams the hardest of ten passages costs 0.27
# nats more than the easiest, which is more than the whole gap.
#
# ### More time, and a mixture
#
# *Does waiting pay?*
#
# Runs of different lengths, each with its own cooldown, say what it buys.


# %%
def waited(c, steps, ids, unseen):
    model = gpt.GPT(c)
    for _ in train.fit(model, ids, Recipe(steps=steps)):
        pass
    return train.evaluate(model, unseen)


waits = {n: waited(model.config, n, ids, unseen) for n in (150, 300)} | {600: final}
plot.table([[n, f"{loss:.2f}"] for n, loss in waits.items()], header=["steps", "loss, nats"])

# %% [markdown]
# The first doubling of the time buys about a tenth of a nat, the second a little less. Each length
# was run once, so the second decimal says little.
#
# Now mix two models, half and half: this GPT that had 600 steps, and the 5-grams.

# %%
half = predict.choice(
    "small_gpt.mix",
    "Half the GPT's probability plus half the 5-gram's: the loss is …",
    ["between the two", "as good as the better one", "clearly better than both"],
)
half


# %%
def surprise(model, ids):
    T = model.config.context
    n = (len(ids) - 1) // T * T
    x, y = (torch.from_numpy(ids[shift : n + shift]).view(-1, T) for shift in (0, 1))
    with torch.no_grad():
        return F.cross_entropy(model(x).transpose(1, 2), y, reduction="none").numpy()


by_place = surprise(model, unseen)
p_gpt = np.exp(-by_place.ravel())
p_five = ngram.probabilities(five, unseen)[1 : 1 + len(p_gpt)]
alone = [-np.log(q).mean() for q in (p_gpt, p_five)]
mixed = -np.log((p_gpt + p_five) / 2).mean()
together = np.corrcoef(np.log(p_gpt), np.log(p_five))[0, 1]
half.reveal(
    "clearly better than both", shown=f"{mixed:.2f} against {alone[0]:.2f} and {alone[1]:.2f}"
)
print(f"correlation of their surprises: {together:.2f}")

# %% [markdown]
# Their surprises are correlated, but not equal. Where one of them gives the true character almost
# nothing, the mixture still has half of what the other gives.
#
# ### How far back does it look?
#
# *What if one keeps nothing but the embeddings of the tokens before?*
#
# No attention, no MLP: the embeddings of the last four characters, added up, a norm, a head.
# Compare it with the GPT, position by position in the window: at position 5, five characters have
# been seen.

# %%
no_layers = Config(V, **MODERN, context=64, layers=0, heads=2, width=48)
bag = gpt.GPT(no_layers)
for _ in train.fit(bag, ids, Recipe(steps=600)):
    pass
bag_loss = train.evaluate(bag, unseen)
cheaper = costs.flops_per_token(model.config) / costs.flops_per_token(no_layers)
print(f"no layers: {bag_loss:.2f} nats, for {cheaper:.0f} times fewer operations")

# %%
gain = (surprise(bag, unseen) - by_place).reshape(-1, 16, 4).mean(-1)  # windows, groups of 4
error = gain.std(0) / np.sqrt(len(gain))
fig, ax = plot.figure(width=5.7, height=3)
ax.errorbar(np.arange(4, 65, 4) - 1.5, gain.mean(0), 2 * error, fmt="o-", color=plot.COLORS[0])
ax.set(xlabel="characters seen", ylabel="what layers gain, nats", ylim=(0, 0.6), xlim=(0, 64))
plot.show(
    fig,
    alt="How much lower the loss of the GPT is than that of the model without layers, against the "
    "number of characters seen, with error bars of two standard errors. It rises over the first "
    "dozen characters from about 0.2 to 0.35 and is level within the bars from there on.",
)

# %% [markdown]
# The loss of the sum of four embeddings is well below that of the pairs, for 23 times fewer
# operations than the GPT. It can't use the fifth character back, and in a sum no embedding
# changes the meaning of another. The layers gain more as the first dozen characters come in.
# Beyond that no further gain shows within the error bars, which reach two standard errors up and down.
# Longer training might change this; here
# it wasn't tried.

# %% [markdown]
# ## Sources
#
# - Radford et al. (2019), *Language models are unsupervised multitask learners*: GPT-2.
# - Witten and Bell (1991), *The zero-frequency problem*, https://doi.org/10.1109/18.87000.
# - Shazeer (2020), *GLU variants improve Transformer*, https://arxiv.org/abs/2002.05202.
# - Grattafiori et al. (2024), *The Llama 3 herd of models*, https://arxiv.org/abs/2407.21783.
# - Yang et al. (2025), *Qwen3 technical report*, https://arxiv.org/abs/2505.09388.
# - Karpathy, *nanoGPT*, https://github.com/karpathy/nanoGPT: the standard recipe.
# - Jordan et al., *modded-nanogpt*, https://github.com/KellerJordan/modded-nanogpt: the speed run
#   that many of the changes come from.
# - Hägele et al. (2024), *Scaling laws and compute-optimal training beyond fixed training
#   durations*,
#   https://arxiv.org/abs/2405.18392: cooling down in a straight line.
