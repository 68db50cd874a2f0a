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
# # PyTorch
#
# You have written a network by hand, with every gradient. In practice a library finds the
# gradients, and what remains is short. It is so short that its faults are easy to overlook: most of
# them raise no error.
#
# **You will** write the digit reader again, with tensors and as a module, train it with a loop of
# your own, run a published example and mend it, find faults that stay silent, store weights
# safely, and draw a digit that your own network reads. This takes about two hours. What stands
# under *Further* is optional and takes about an hour more.
#
# **You need** lesson *Backpropagation* for the network by hand, *Optimizers* for momentum and
# AdamW, and *Training runs* for dropout and held-out data.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$, $y$ | inputs, and their labels | $(B, 784)$, $(B,)$ |
# | $W$, $b$ | weights and bias of an affine layer | $(n_\text{in}, n_\text{out})$, $(n_\text{out},)$ |
# | $z$, $p$ | logits, and the probabilities that a softmax makes of them | $(B, K)$ |
# | $B$, $K$ | examples in a batch, classes | |
# | $\text{lr}$ | learning rate | |

# %% tags=["setup"]
import io
import pickle

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import SGD, AdamW

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.pytorch import bank as ex
from course.lessons.pytorch import curves, diagrams, keras_door, trials, widgets
from course.networks import mlp
from course.networks.pytorch import learning, nets

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # as NumPy; PyTorch's own default is float32

# %% [markdown]
# ## Tensors that remember
#
# *How much of the network by hand is left when a library finds the gradients?*
#
# A **tensor** is PyTorch's array. It calculates as NumPy's arrays do, and it can do one thing more:
# if you ask it to, with `requires_grad_()`, it remembers which operation made it from which other
# tensors. That is the graph which you built in lesson *Gradients*. `loss.backward()` goes through
# it in reverse and leaves the gradient of each tensor at the start in its `.grad`.


# %% tags=["worked:learning.loss_and_gradients"]
def loss_and_gradients(params, x, y):
    leaves = [p.detach().requires_grad_() for pair in params for p in pair]
    *hidden, (W, b) = zip(leaves[::2], leaves[1::2], strict=True)
    for V, c in hidden:
        x = torch.relu(x @ V + c)
    loss = F.cross_entropy(x @ W + b, y)
    loss.backward()
    grads = [p.grad for p in leaves]
    return loss.item(), list(zip(grads[::2], grads[1::2], strict=True))


# %% [markdown]
# There is no backward pass in it. `F.cross_entropy` takes the logits and has the softmax inside, as
# yours did. Does it find the gradients that you derived?

# %% tags=["varies"]
data = digits()
x, y, x_held, y_held = map(torch.from_numpy, data)
held = x_held[:1000], y_held[:1000]
params = mlp.init(np.random.default_rng(0), [784, 32, 10])
loss_np, grads_np = mlp.loss_and_gradients(params, data.x_train[:64], data.y_train[:64])
twins = [(torch.from_numpy(W), torch.from_numpy(b)) for W, b in params]
loss, grads = loss_and_gradients(twins, x[:64], y[:64])
gaps = [np.abs(a - b.numpy()).max() for a, b in zip(sum(grads_np, ()), sum(grads, ()), strict=True)]
print(
    f"losses {loss_np:.3f} and {loss:.3f}, largest difference between two gradients {max(gaps):.0e}"
)

# %% [markdown]
# They agree to the last digits of a double. Autograd approximates nothing: it applies the chain
# rule to the operations that ran.

# %% [markdown]
# ## Modules
#
# *Where do the weights live?*
#
# In an `nn.Module`. A **module** is a class whose `__init__` makes the parts and whose `forward`
# uses them. Whatever stands in `self` and is itself a module or a parameter is found:
# `parameters()` gives all weights to the optimizer, and the **state dict** names each, as in
# `layers.0.weight`. Parts in a plain Python list are not found; `nn.ModuleList` is for those. You
# call the module itself, `net(x)`, which runs `forward` and what PyTorch adds to it.
#
# `nn.Linear(n, m)` is the affine layer. It draws its own weights and stores $W$ transposed,
# $(m, n)$. `nn.Dropout(rate)` is the dropout of lesson *Training runs*. By hand, with `sizes`
# $[2, 2, 1]$: the first weight has rows $(1, -1)$ and $(0, 2)$, its bias is $(0, 1)$; the second
# weight is $(5, 10)$, its bias 3. Then $(2, 5)$ becomes $(-3, 11)$, then $(0, 11)$, and last 113.
#
# ### Exercise: `Net`
#
# Write the network of any depth: affine layers with the given sizes in `self.layers`, and after
# each but the last one a ReLU and then `self.dropout`. Begin with `super().__init__()`. Return the
# logits.


# %% tags=["exercise:nets.Net"]
class Net(nn.Module):
    def __init__(self, sizes, rate=0.0):
        ...  # three lines

    def forward(self, x):
        ...  # three lines


# %%
ex.Net.check(Net)

# %% [markdown]
# ## The training loop
#
# *The gradients are found. Who clears them?*
#
# The drawing shows one step of training.

# %%
diagrams.step()

# %% [markdown]
# An **optimizer** knows the parameters and their `.grad`, and `optimizer.step()` applies the rule
# of its name. `backward` adds to `.grad`, because a parameter may be used several times. What an
# earlier step has left there stays until `optimizer.zero_grad()`. By hand: an epoch over 5 examples
# in batches of 2 takes three steps, of 2, 2 and 1.
#
# ### Exercise: `train_epoch`
#
# Put the model into training mode with `model.train()` (what that switches is told under *Two
# modes*), then go through all examples once, in an order drawn with `rng.permutation`. Return the
# list of the batches' losses as floats. The model and its weights are changed in place: that is
# PyTorch's way.


# %% tags=["exercise:learning.train_epoch"]
def train_epoch(model, optimizer, x, y, rng, batch):
    ...  # about nine lines


# %%
ex.train_epoch.check(train_epoch)

# %% [markdown]
# What if `zero_grad` is forgotten? Nothing complains. We train 784-32-10 for 200 steps, with and
# without it, by SGD (plain gradient descent on batches) and by AdamW. Each has the best of two or
# three learning rates, and three seeds, whose spread will stand behind the ±.

# %%
uncleared = predict.number(
    "pytorch.uncleared", "Cleared, SGD reads 89 % of the held-out digits after 200 steps. Never cleared, at its own best rate?",
    unit="%", low=0, high=100, within=5,
)  # fmt: skip
uncleared

# %%
cleared = {
    ("SGD", "each step"): trials.best_of_steps(SGD, (0.1, 0.3), x, y, held),
    ("SGD", "never"): trials.best_of_steps(SGD, (1e-3, 3e-3, 1e-2), x, y, held, clear=False),
    ("AdamW", "each step"): trials.best_of_steps(AdamW, (3e-3, 1e-2), x, y, held),
    ("AdamW", "never"): trials.best_of_steps(AdamW, (1e-4, 3e-4, 1e-3), x, y, held, clear=False),
}
never = cleared["SGD", "never"][1].mean()
uncleared.reveal(never, shown=f"{never:.0f} %")
plot.table(
    [[*case, f"{lr:g}", f"{a.mean():.0f} ± {a.std():.0f} %"] for case, (lr, a) in cleared.items()],
    header=["rule", "gradients cleared", "best lr", "held-out accuracy, 3 seeds"],
)

# %% [markdown]
# It trains, after a fashion, at a small fraction of the rate.

# %% [markdown]
# What does forgetting amount to? The gradient in use is then the sum of all gradients so far. In
# lesson *Optimizers* you met such a sum: momentum, $v \leftarrow \mu v + g$. Forgetting to clear
# would be momentum with $\mu = 1$, a ball without friction, which rolls through the valley and up
# the other side. If that is right, SGD with momentum 1 must give the very same weights.

# %%
forgot, loss_forgot = trials.few_steps(SGD, 0.1, x, y, clear=False)
ball, _ = trials.few_steps(SGD, 0.1, x, y, momentum=1.0)
both = zip(forgot.parameters(), ball.parameters(), strict=True)
same = all(torch.allclose(a, b, rtol=0, atol=1e-9) for a, b in both)
print("not cleared, and momentum 1: weights equal to 1e-9:", same)

# %% [markdown]
# It does. What do such runs look like, at the rates at which cleared ones did best?

# %% tags=["plot"]
curves.losses(
    {
        "SGD 0.1, cleared": trials.few_steps(SGD, 0.1, x, y)[1],
        "SGD 0.1, never cleared": loss_forgot,
        "AdamW 0.003, never cleared": trials.few_steps(AdamW, 0.003, x, y, clear=False)[1],
    },
    alt="Loss over 200 steps, with a line at the loss of guessing. Cleared SGD falls steadily below "
    "0.5. SGD that is never cleared falls to 1.2, turns, and swings up to twice the loss of guessing. "
    "AdamW that is never cleared falls to 1, turns, and swings below and above guessing.",
)

# %% [markdown]
# SGD turns after about twenty steps and swings up to nearly twice the loss of guessing. AdamW divides
# by the size of what it is given, so no step is much longer than lr; but it goes on in the
# direction of old gradients, and its loss swings between 1 and 3. Neither run prints a warning.

# %% [markdown]
# ## A published example, as printed
#
# *The code runs and a loss is printed. What more do you need to know?*
#
# Here is the PyTorch example of an article that explains how large models are built. It draws
# inputs and labels at random and makes one step. (The last line is ours.)

# %%
torch.manual_seed(0)
inputs, labels = torch.randn(1000, 784), torch.randn(1000, 10)
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss = criterion(model(inputs), labels)
optimizer.zero_grad()
loss.backward()
optimizer.step()
print(f"loss {loss.item():.2f}")

# %%
onward = predict.choice(
    "pytorch.onward", "The loss is 0.08, where guessing among ten classes costs 2.30. Where is it after 100 more such steps?",
    ["about 2.3", "between 0 and 0.08", "far below 0"],
)  # fmt: skip
onward

# %%
for _ in range(100):
    loss = criterion(model(inputs), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
after = loss.item()
onward.reveal("far below 0" if after < 0 else "about 2.3", shown=f"{after:.0f}")
print(f"rows of the labels sum to {labels.sum(dim=1).min():.1f} up to {labels.sum(dim=1).max():.1f}")

# %% [markdown]
# A cross-entropy can't be negative if its labels are probabilities. Here $-\sum_k y_k \ln p_k$
# meets labels drawn from $N(0, 1)$: where $y_k$ is negative, it pays to make $p_k$ as small as
# can be, without end. PyTorch takes any table of floats for probabilities and doesn't check that
# they are.

# %% [markdown]
# (`learning.evaluate` gives the held-out loss and the share of right answers.) Repaired, the
# example has labels that are classes, many steps, and an evaluation on digits that no gradient
# has seen. Then it may predict.

# %%
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
rng = np.random.default_rng(0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for _ in range(2):
    losses = learning.train_epoch(model, optimizer, x, y, rng, 32)
    loss_held, right = learning.evaluate(model, *held)
    print(
        f"training loss {np.mean(losses):.2f}, held out {loss_held:.2f}, {100 * right:.1f} % right"
    )
print("read as", model(held[0][:8]).argmax(-1).tolist(), "meant were", held[1][:8].tolist())

# %% [markdown]
# ## One softmax too many
#
# *Another example of that article ends its network with a softmax, and gives its output to a loss
# that applies one. Which loss will you see?*

# %%
floor = predict.number(
    "pytorch.floor", "K = 10 classes. A network is right about everything, and certain. It returns its probabilities, and "
    "cross_entropy takes them for logits. Which loss?", low=0, high=10, within=0.15,
)  # fmt: skip
floor

# %% tags=["answers"]
certain = torch.eye(10)  # ten examples, each with probability 1 for its own class
least_two = F.cross_entropy(certain, torch.arange(10)).item()
floor.reveal(least_two)

# %% [markdown]
# That is the floor. No training gets below it, and the network that has reached it seems to have
# stalled. With two classes, the logits are 1 and 0, so the label gets $e/(e+1) = 0.73$, and the
# loss is $0.313$.
#
# ### Exercise: `doubled_floor`
#
# Derive the floor, the least loss that such a network can reach, for any $K$. By hand: two classes
# give $0.313$.


# %% tags=["exercise:learning.doubled_floor"]
def doubled_floor(K):
    ...  # one line


# %%
ex.doubled_floor.check(doubled_floor)

# %% [markdown]
# Does it show in the accuracy? AdamW again, at the better of two rates, with three seeds:

# %%
doubled = {(n, twice): trials.best_of_steps(AdamW, (2e-3, 4e-3), x, y, held, steps=n, twice=twice)
           for n in (100, 500) for twice in (False, True)}  # fmt: skip
for (n, twice), (_, a) in doubled.items():
    print(
        f"{n} steps, softmax {'twice' if twice else 'once'}: {a.mean():.1f} ± {a.std():.1f} % right"
    )

# %% [markdown]
# At first the network learns more slowly. After 500 steps the difference is no larger than the
# spread over seeds. Nor does the second softmax change any answer of a given network, because it
# keeps the order of the classes. So after a long run the accuracy says nothing, and only someone
# who knows what the loss should be sees the fault. Before the first step it should be about $\ln
# K$, but it is that with two softmaxes as well. On a handful of examples learnt by heart it
# should be 0, and there it stops at the floor.

# %% [markdown]
# ## Two modes
#
# *Dropout belongs to training. Who switches it off?*
#
# You do. `model.eval()` puts all parts into **evaluation mode**: dropout lets everything pass.
# `model.train()` goes back. `torch.no_grad()` is another matter: it only stops tensors from
# remembering, which saves memory and time.


# %% tags=["worked:learning.evaluate"]
@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    z = model(x)
    return F.cross_entropy(z, y).item(), (z.argmax(-1) == y).double().mean().item()


# %% [markdown]
# What does it cost to forget it? Here half of the units are dropped in training, and digits are read with
# dropout off, then on:

# %%
modes = []
for seed in range(3):
    torch.manual_seed(seed)
    net, rng = nets.Net([784, 64, 10], rate=0.5), np.random.default_rng(seed)
    learning.train_epoch(net, AdamW(net.parameters(), lr=0.005), x, y, rng, 32)
    right = evaluate(net, *held)[1]
    net.train()  # the mistake: dropout is on while the digits are read
    modes.append((100 * right, 100 * (net(held[0]).argmax(-1) == held[1]).double().mean().item()))
off, on = np.mean(modes, axis=0)
print("seed by seed, off and on:", ", ".join(f"{a:.1f} and {b:.1f} %" for a, b in modes))

# %% [markdown]
# Left on, dropout costs about 6 or 7 points on each seed. Now a whole run, written by a
# colleague. Its losses fall, it raises no error, and it reports an excellent accuracy.
#
# ```python
# def fit(model, optimizer, data, held, rng, epochs, batch):
#     (x, y), scores = data, []
#     for _ in range(epochs):
#         for rows in torch.from_numpy(rng.permutation(len(x))).split(batch):
#             p = model(x[rows]).softmax(-1)
#             loss = F.cross_entropy(p, y[rows])
#             loss.backward()
#             optimizer.step()
#         with torch.no_grad():
#             z = model(x)
#         scores.append((z.argmax(-1) == y).double().mean().item())
#     return scores
# ```
#
# ### Exercise: `fit`
#
# It has four silent faults. Find them, and write it as it should be: train on `data`, and after
# each epoch note the accuracy on `held`, a pair as well. Return the list.


# %% tags=["exercise:learning.fit"]
def fit(model, optimizer, data, held, rng, epochs, batch):
    ...  # about fifteen lines


# %%
ex.fit.check(fit)

# %% [markdown]
# ## Random labels
#
# *What does a training accuracy prove?*
#
# Take 500 digits and shuffle their labels, so that picture and label have nothing to do with each
# other. A network with 128 hidden units is trained by AdamW for 30 epochs.

# %%
heart = predict.number(
    "pytorch.heart", "What is its accuracy on these 500 digits, whose labels are random?",
    unit="%", low=0, high=100, within=5,
)  # fmt: skip
heart

# %%
read_right = []
for seed in range(3):
    torch.manual_seed(seed)
    net, rng = nets.Net([784, 128, 10]), np.random.default_rng(seed)
    shuffled = y[:500][torch.from_numpy(rng.permutation(500))]
    optimizer = AdamW(net.parameters(), lr=0.01)
    for _ in range(30):
        learning.train_epoch(net, optimizer, x[:500], shuffled, rng, 100)
    read_right.append(
        [100 * learning.evaluate(net, *pair)[1] for pair in ((x[:500], shuffled), held)]
    )
seen_right, held_right = np.mean(read_right, axis=0)
heart.reveal(seen_right, shown=f"{seen_right:.0f} %")
print("held out:", ", ".join(f"{b:.0f} %" for _, b in read_right))

# %% [markdown]
# All of them, on every seed, and on held-out digits it guesses. So a perfect training accuracy
# proves that the network is large enough, and nothing else.

# %% [markdown]
# And what if only some labels are wrong? The figure begins with half of them drawn at random. At which
# epoch would you stop?
#
# <details><summary>Answer</summary>
#
# After about three epochs, where the held-out accuracy is highest. From there on the wrong labels are
# learnt by heart too: the training accuracy goes on to 100 %, and what is said of new digits gets worse.
#
# </details>

# %% [markdown] tags=["lab"]
# What do fewer wrong labels change, fewer units, or more examples?

# %%
widgets.dial()

# %% [markdown]
# ## Weights that leave the notebook
#
# *You load a file of weights from the internet. What may it do on your computer?*
#
# A **checkpoint** is the state of a model on disk. PyTorch's own format is built on Python's
# `pickle`, and a pickle may contain calls, which run when it is read:


# %%
class Trap:
    def __reduce__(self):
        return print, ("This line was printed by the file.",)


pickle.loads(pickle.dumps({"weight": Trap()}))
file = io.BytesIO()
torch.save({"weight": Trap()}, file)
try:
    torch.load(io.BytesIO(file.getvalue()), weights_only=True)
except pickle.UnpicklingError:
    print("torch.load(…, weights_only=True) refused it.")

# %% [markdown]
# It printed a line, and it could have done anything. `weights_only=True`, the default since PyTorch
# 2.6, reads tensors and refuses the rest. A **safetensors** file goes further: it holds names,
# shapes and numbers, and nothing in it can be run. `safetensors.torch.save(tensors)` makes its
# bytes of a dict, and `load` reads them. What if a file doesn't fit the model?

# %%
part = nets.Net([4, 3, 2])
before = {name: t.clone() for name, t in part.state_dict().items()}
other = {name: torch.ones_like(t) for name, t in before.items()} | {"layers.1.bias": torch.ones(7)}
content = safetensors.torch.save(other)
try:
    part.load_state_dict(safetensors.torch.load(content))
except RuntimeError as error:
    print(str(error).split("\n")[1].strip()[:60], "…")
kept = [name for name, t in part.state_dict().items() if torch.equal(t, before[name])]
print(f"tensors that are what they were: {len(kept)} of {len(before)}")

# %% [markdown]
# The error came, and the model is a mixture: what fitted had been copied before. Whoever catches
# the error goes on with weights that belong to no training run.
#
# ### Exercise: `restore`
#
# Fill a model from the bytes of a safetensors file, all of it or nothing. Return the sorted names
# that are missing in the file, too many in it, or of another shape; the model is filled only if
# there are none. By hand: the bytes above, `content`, give `["layers.1.bias"]`.


# %% tags=["exercise:weights.restore"]
def restore(model, content):
    ...  # about six lines


# %%
ex.restore.check(restore)

# %% [markdown]
# ## Your digit, read by your network
#
# Now train your own network with your own loop, on all 8,000 digits.

# %%
made = yours.using("Net", "train_epoch")
torch.manual_seed(0)
mine, rng = made.Net([784, 64, 10]), np.random.default_rng(0)
optimizer = AdamW(mine.parameters(), lr=0.005)
for _ in range(2):
    made.train_epoch(mine, optimizer, x, y, rng, 32)
mine_right = 100 * learning.evaluate(mine, *held)[1]
print(f"held-out digits read: {mine_right:.0f} %")
print(made.credit("Your reader"))

# %% [markdown]
# What is drawn is scaled so that the longer side takes 20 of 28 pixels, and moved until its centre of
# mass lies in the middle, as the makers of the data did. The figure begins with a 3 that we drew.

# %% [markdown] tags=["lab"]
# Draw a digit, with the mouse, a finger or the keyboard. What does the network see, and say, when it is
# neither scaled nor centred? And what does it say of a letter?


# %%
def read(net, picture):
    z = net.eval()(torch.from_numpy(picture).reshape(1, -1))
    return z.softmax(-1)[0].detach().numpy()


widgets.draw(lambda picture: read(mine, picture))

# %% [markdown]
# Your hand is not in the data, so expect more mistakes than on the held-out digits. A letter gets a
# digit's name too, because the softmax distributes 100 % among what it knows, and "none of these"
# is not among it.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["SGD, cleared and never cleared", f"{cleared['SGD', 'each step'][1].mean():.0f} %, {never:.0f} %"],
        ["AdamW, cleared and never cleared", ", ".join(f"{cleared['AdamW', when][1].mean():.0f} %" for when in ("each step", "never"))],
        ["the article's loss after 100 steps", f"{after:.0f}"],
        ["least loss with two softmaxes, K = 10", f"{least_two:.3f}"],
        ["accuracy after the longer run, one softmax and two", ", ".join(f"{a.mean():.0f} %" for _, a in list(doubled.values())[-2:])],
        ["dropout off, and left on, while reading", f"{off:.0f} %, {on:.0f} %"],
        ["random labels, training and held out", f"{seen_right:.0f} %, {held_right:.0f} %"],
        ["your reader, held-out digits", f"{mine_right:.0f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write a network and its loop in PyTorch, say which faults stay silent and how
# each is found, and store and load weights without running code from the file.
#
# ## Questions to answer without looking
#
# 1. Your loss on ten classes stops at 1.46 and the accuracy is excellent. What is wrong?
#
#    <details><summary>Answer</summary>
#
#    $\ln(e + 9) - 1 = 1.46$: probabilities are given to a loss that takes logits. The softmax
#    in the model has to go.
#
#    </details>
#
# 2. Why does AdamW without `zero_grad` not explode, and why does it not learn well either?
#
#    <details><summary>Answer</summary>
#
#    It divides the sum of gradients by its own size, so a step is about lr long, however large the
#    sum. But the direction is that of all gradients so far, in which the present one hardly counts.
#
#    </details>
#
# 3. `torch.no_grad()` and `model.eval()`: which of them changes what a network with dropout says?
#
#    <details><summary>Answer</summary>
#
#    `eval()` alone: it switches dropout off. `no_grad()` only stops the graph from being recorded.
#
#    </details>
#
# 4. From lesson *Optimizers*: momentum $\mu$ has the effective rate $\text{lr}/(1-\mu)$. What does it
#    say of gradients that are never cleared?
#
#    <details><summary>Answer</summary>
#
#    They are momentum with $\mu = 1$, and the effective rate has no bound: under a steady
#    gradient each step is longer than the last, and in a valley the swing never dies away.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it. It holds the article's examples in another
# library, an operation with a derivative of your own, ways to look inside a network and to move it
# to another processor, and a network that knows which pixels are neighbours. It takes about an
# hour.
#
# ### The published examples in Keras
#
# The article's other examples use **Keras**, which leaves the loop to the library as well:
# `compile` names optimizer, loss and what to report, `fit` trains. Here Keras runs on PyTorch.
# The next cell is such an example as printed, with its random labels between 0 and 1. One thing
# is changed: how the size of an input is given, which is different in this version.

# %%
keras = keras_door.load()
if keras:
    rng = np.random.default_rng(0)
    X, Y = rng.random((100, 10)), rng.random((100, 1))
    printed = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    printed.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    past = printed.fit(X, Y, epochs=10, verbose=0).history
    print(
        f"loss {past['loss'][0]:.2f} to {past['loss'][-1]:.2f}, accuracy {past['accuracy'][-1]:.2f}"
    )
    least = -np.mean(Y * np.log(Y) + (1 - Y) * np.log(1 - Y))
    print(f"always one half: {np.log(2):.2f}; every label learnt by heart: {least:.2f}")
    print("has a method minimize:", hasattr(printed.optimizer, "minimize"))

# %% [markdown]
# Three numbers say what this is worth. Always saying one half costs $\ln 2 = 0.69$, so next to
# nothing was learnt, and there was nothing to learn. No network, however good, gets below the
# entropy of these labels. And an accuracy of 0 doesn't say that it is bad: a label such as 0.37
# never equals a class. The article's first example, the one with a softmax too many, doesn't even
# get so far: it ends with one call of `optimizer.minimize`, which this version no longer has.
#
# Repaired, it is our own network in Keras: logits and a loss that is told so, labels that are
# classes, an evaluation, and a prediction. It starts with `params`, the weights of the first
# section. Keras keeps $W$ as you do, $(n_\text{in}, n_\text{out})$, and takes the weights through
# float32.

# %%
if keras:
    adopted = keras.Sequential([
        keras.Input((784,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
    adopted.set_weights(sum(params, ()))
    by_keras = adopted.predict(data.x_train[:64], verbose=0)
    by_hand = mlp.forward(params, data.x_train[:64])[-1]
    print("the logits are those by hand, to 1e-5:", np.abs(by_keras - by_hand).max() < 1e-5)
    ours = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adopted.compile(keras.optimizers.Adam(0.003), ours, metrics=["accuracy"])
    adopted.fit(data.x_train, data.y_train, batch_size=64, epochs=2, verbose=0)
    right = adopted.evaluate(*(a.numpy() for a in held), verbose=0)[1]
    print(f"held out: {100 * right:.1f} % right")
    read_as = adopted.predict(held[0][:8].numpy(), verbose=0).argmax(axis=1)
    print("read as", read_as.tolist(), "meant were", held[1][:8].tolist())

# %% [markdown]
# ### A function in two cases
#
# *A function is written in two cases. Which slope does autograd find?*
#
# The **softplus** $\ln(1 + e^z)$ is a smooth ReLU. For $z = 1000$ the exponential overflows,
# although the answer is plainly 1000. So a programmer takes $z$ itself wherever $z$ is large:
#
# `torch.where(z > 30, z, torch.log(1 + torch.exp(z)))`

# %%
patched = predict.choice(
    "pytorch.patched", "At z = 1000 that gives 1000. What does autograd give for the slope there?",
    ["0", "1", "nan"],
)  # fmt: skip
patched

# %%
z = torch.tensor([0.0, 1000.0], requires_grad=True)
out = torch.where(z > 30, z, torch.log(1 + torch.exp(z)))
out.sum().backward()
slope = z.grad[1].item()
patched.reveal("nan" if np.isnan(slope) else f"{slope:.0f}")
print("softplus", [f"{v:.2f}" for v in out.tolist()], "slope", [f"{v:.2f}" for v in z.grad.tolist()])

# %% [markdown]
# `where` computes both branches and throws one away. On the way back the branch not taken receives
# the gradient 0, and multiplies it by its own slopes: $0 \cdot \frac{1}{\infty} \cdot \infty$ is
# nan, and nan plus 1 is nan. Autograd differentiates the code that ran and not the function that
# you meant.

# %% [markdown]
# A function can also be written so that nothing overflows, or be given a derivative of your own.
# A `torch.autograd.Function` has a `forward`, which may keep what it needs with
# `ctx.save_for_backward`, and a `backward`, which finds it in the tuple `ctx.saved_tensors` and
# turns the gradient `dy` of the output into that of the input. (`torch.autograd.gradcheck` is the
# numerical check of lesson *Gradients*.)
#
# By hand: at $z = 0$ the softplus is $\ln 2$ with slope $\tfrac12$; at $z = \ln 3$ it is $\ln 4$,
# with slope $\tfrac34$.
#
# ### Exercise: `Softplus`
#
# Find a form in which no exponential exceeds 1 (what is $\ln(1 + e^z) - z$?), derive the slope of
# the softplus, and write both.


# %% tags=["exercise:softplus.Softplus"]
class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ...  # two lines

    @staticmethod
    def backward(ctx, dy):
        ...  # two lines


# %%
ex.Softplus.check(Softplus)

# %% [markdown]
# ### Inside a network, and elsewhere
#
# A **hook** is a function that PyTorch calls whenever a part has run, with the part, what it was
# given and what came out. Hooks show the inside of any network, also of one that somebody else
# wrote. They are the reason for calling `net(x)` and not `net.forward(x)`, which passes them
# over. Here too the net has the weights `params`.


# %%
def tell(part, given, out):
    print(f"{type(part).__name__}: {tuple(out.shape)}, spread {out.std():.2f}")


net = nets.adopt(nets.Net([784, 32, 10]), params)
hooks = [part.register_forward_hook(tell) for part in net.modules()]
z = net(x[:64])
for hook in hooks:
    hook.remove()
print(f"its loss on the 64 digits: {F.cross_entropy(z, y[:64]):.3f}, by hand {loss_np:.3f}")

# %% [markdown]
# `torch.compile(net)` gives a module that computes the same, translated into one program for your
# processor. It needs a C++ compiler, and where there is none its first call raises an error;
# where there is one, that call is slow, because it compiles. So it is not run here. A test of the
# course runs the part that comes before the C++, for two nets, and checks that their outputs stay
# the same.
#
# A tensor also lives somewhere: on a **device**, the main memory ("cpu") or a graphics card
# ("cuda"). `net.to(device)` moves a module and `x.to(device)` a tensor, and what meets in one
# operation must be on one device. You can see that without a graphics card, because there is a
# device without any memory, "meta": its tensors have shapes and no numbers.

# %%
far = nets.Net([784, 32, 10]).to("meta")
shape, size = tuple(far(x[:64].to("meta")).shape), sum(p.numel() for p in far.parameters())
print("on meta:", shape, "from", size, "weights without numbers")
try:
    far(x[:64])
except RuntimeError as error:
    print(
        "weights on meta, digits on the cpu:", "device" in str(error) and "an error about devices"
    )

# %% [markdown]
# ### Neighbours: a second network
#
# *A network of affine layers doesn't know that two pixels are neighbours: in lesson
# Backpropagation all pixels were shuffled, at no cost. What does a network gain that knows?*
#
# A **convolution** is an affine layer that looks at 3 by 3 pixels only, and uses the same weights
# everywhere. `nn.Conv2d(n, m, 3, padding=1)` takes $n$ numbers for each pixel, its channels, and
# makes $m$; the padding, a border of zeros, keeps the size. `F.max_pool2d(x, 2)` then keeps the
# largest of each square of 2 by 2 pixels. Pictures have the shape (B, channels, rows, columns). The
# drawn network has $C$ channels after its first convolution.

# %%
diagrams.convolutions()

# %% [markdown]
# ### Exercise: `ConvNet`
#
# Write the drawn network for pictures of any `side`, with the parts `conv1`, `conv2` and `out`, and
# a ReLU after each convolution. It is given rows of `side * side` pixels, as `Net` is. An odd
# number of rows loses its last one when halved.
#
# By hand, for side 4 and $C = K = 1$, pixels 0 to 15: let `conv1` pass each pixel on, and `conv2`
# make two channels, the pixel and its negative. The first keeps 15, the second 0 because of the
# ReLU, and an `out` of $(10, 100)$ with bias 3 gives 153.


# %% tags=["exercise:nets.ConvNet"]
class ConvNet(nn.Module):
    def __init__(self, side, C, K):
        ...  # five lines

    def forward(self, x):
        ...  # four lines


# %%
ex.ConvNet.check(ConvNet)

# %% [markdown]
# If neighbourhood is what it gains, then shuffling the pixels must take the gain away. Both
# networks learn from 1,500 digits for three epochs, at the better of two rates, over three seeds.

# %% tags=["table"]
shuffle = torch.from_numpy(np.random.default_rng(9).permutation(784))
makers = {"affine": lambda: nets.Net([784, 32, 10]), "convolutions": lambda: nets.ConvNet(28, 4, 10)}
for name, make in makers.items():
    print(f"{name}, {sum(p.numel() for p in make().parameters()):,} weights")
    for order, columns in {"as they are": slice(None), "shuffled": shuffle}.items():
        few, unseen = (x[:1500, columns], y[:1500]), (held[0][:, columns], held[1])
        _, a = trials.best_of_epochs(make, (0.005, 0.015), *few, unseen)
        print(f"    pixels {order}: {a.mean():.0f} ± {a.std():.0f} % of the held-out digits")

# %% [markdown]
# With a sixth of the weights the convolutions read better, and on shuffled pixels they are worse
# than the affine layers. So the gain does come from the neighbourhood. The other half of the
# explanation, that sharing weights helps because a stroke looks alike wherever it lies, is not
# tested here.
#
# Now the second network learns from all digits.

# %%
also = yours.using("ConvNet")
second = trials.few_epochs(lambda: also.ConvNet(28, 4, 10), 0.005, x, y, epochs=2)
right = 100 * learning.evaluate(second, *held)[1]
print(f"held-out digits read: {right:.0f} %, before {mine_right:.0f} %")
print(also.credit("Your second reader"))

# %% [markdown] tags=["lab"]
# Does your drawing profit? Draw what the first one misread.

# %% tags=["lab"]
widgets.draw(lambda picture: read(second, picture))

# %% [markdown]
# ## Sources
#
# - The article from which this course grew: an introduction to large models for founders, in Chinese and
#   English side by side. Its example in PyTorch and one of those in Keras are run above;
#   variables are renamed.
# - A. Paszke et al. (2019), *PyTorch: an imperative style, high-performance deep learning library*,
#   https://arxiv.org/abs/1912.01703.
# - F. Chollet et al. (2015), *Keras*, https://keras.io.
# - C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals (2017), *Understanding deep learning requires rethinking
#   generalization*, https://arxiv.org/abs/1611.03530: random labels learnt to 100 %.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), *Gradient-based learning applied to document recognition*,
#   https://doi.org/10.1109/5.726791: convolutions, and how the digits were scaled and centred.
# - N. Srivastava et al. (2014), *Dropout: a simple way to prevent neural networks from overfitting*,
#   https://jmlr.org/papers/v15/srivastava14a.html.
