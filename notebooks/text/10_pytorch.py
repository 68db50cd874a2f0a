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
# You have written a network by hand, with every gradient. In practice a library finds the gradients, and
# what remains is short. So its faults are easy to overlook, because most of them raise no error.
#
# **You will** meet the digit reader three times more, with tensors, as a module and in Keras, run two
# published examples and mend them, give a function a derivative of your own, and draw a digit that your
# own network reads. This takes two hours.
#
# **You need** lesson *Backpropagation* for the network by hand, *Optimizers* for momentum and AdamW, and
# *Training runs* for dropout and held-out data.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$, $y$ | inputs, and their labels | $(B, 784)$, $(B,)$ |
# | $W$, $b$ | weights and bias of an affine layer | $(n_\text{in}, n_\text{out})$, $(n_\text{out},)$ |
# | $z$, $p$ | logits, and the probabilities that a softmax makes of them | $(B, K)$ |
# | $B$, $K$ | examples in a batch, classes | |
# | $C$ | channels of a picture: how many numbers a pixel has | |
# | $\text{lr}$ | learning rate | |

# %% tags=["setup"]
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.pytorch import bank as ex
from course.lessons.pytorch import diagrams, keras_door, runs, widgets
from course.networks import mlp
from course.networks.pytorch import learning, nets

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # as NumPy; PyTorch's own default is float32

# %% [markdown]
# ## The network again: tensors that remember
#
# *How much of the network by hand is left when a library finds the gradients?*
#
# A **tensor** is PyTorch's array. It calculates as NumPy's arrays do, and it can do one thing more: from
# `requires_grad_()` on, it remembers what is computed from it, and how. That is the graph which you built in
# lesson *Gradients*. `loss.backward()` goes through the graph in reverse, and leaves in the `.grad` of each
# such tensor the gradient of the loss.
#
# In the function below, `p.detach()` is a tensor with the numbers of `p` and no memory, so that the caller's
# weights stay as they are. The list `leaves` holds $W$ and $b$ of each layer in turn.


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
# Nobody wrote a backward pass here. `F.cross_entropy` takes the logits and has the softmax inside, as yours did.
# Are these the gradients that you derived?

# %% tags=["varies"]
data = digits()
x, y, x_held, y_held = map(torch.from_numpy, data)
held = x_held[:1000], y_held[:1000]
params = mlp.init(np.random.default_rng(0), [784, 32, 10])
loss_np, grads_np = mlp.loss_and_gradients(params, data.x_train[:64], data.y_train[:64])
twins = [(torch.from_numpy(W), torch.from_numpy(b)) for W, b in params]
loss, grads = loss_and_gradients(twins, x[:64], y[:64])
pairs = zip(sum(grads_np, ()), sum(grads, ()), strict=True)
print(f"losses {loss_np:.3f} and {loss:.3f}")
print(f"largest difference between two gradients: {max(np.abs(a - b.numpy()).max() for a, b in pairs):.0e}")

# %% [markdown]
# They agree to the last digits of a double. Autograd approximates nothing: it applies the chain rule to each operation that ran.
#
# ## Autograd follows the code
#
# *If a function is right, is its gradient right too?*
#
# The **softplus** $\ln(1 + e^z)$ is a smooth ReLU. For $z = 1000$ the exponential overflows, although the
# answer is plainly 1000. So a programmer takes $z$ itself wherever $z$ is large:
#
# `torch.where(z > 30, z, torch.log(1 + torch.exp(z)))`

# %%
patched = predict.choice(
    "pytorch.patched", "At z = 1000 that gives 1000. What does autograd give for the slope there?", ["0", "1", "nan"]
)
patched

# %%
z = torch.tensor([0.0, 1000.0], requires_grad=True)
out = torch.where(z > 30, z, torch.log(1 + torch.exp(z)))
out.sum().backward()
slope = z.grad[1].item()
patched.reveal("nan" if np.isnan(slope) else f"{slope:.0f}")
print("softplus", [f"{v:.2f}" for v in out.tolist()], "slope", [f"{v:.2f}" for v in z.grad.tolist()])

# %% [markdown]
# `where` computes both branches and then picks one. On the way back the branch that was not picked gets the
# gradient 0. It is multiplied by the slope of the logarithm, $1/(1 + e^z)$, which comes out as $1/\infty = 0$,
# and then by that of the exponential, $e^z = \infty$. But $0 \cdot \infty$ is nan, and nan plus the 1 of
# the other branch is nan. Autograd differentiates the code that ran and not the function that you meant.
#
# So write the function in such a way that nothing overflows, and give it a derivative of your own. The `forward` of a
# `torch.autograd.Function` computes the output, and keeps what it will need with
# `ctx.save_for_backward`. Its `backward` finds that in the tuple `ctx.saved_tensors`, and turns `dy`, the
# gradient of the output, into the gradient of the input.
#
# By hand: at $z = 0$ the softplus is $\ln 2$ with slope $\tfrac12$; at $z = \ln 3$ it is $\ln 4$, with slope $\tfrac34$.
#
# ### Exercise: `Softplus`
#
# Find a form in which no exponential exceeds 1 (what is $\ln(1 + e^z) - z$?), derive the slope of the
# softplus, and write both.


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
# ## A third time: modules
#
# *Where do the weights live?*
#
# In a **module**, a class whose `__init__` makes the parts and whose `forward` uses them. PyTorch finds the parts that
# stand in `self`: `parameters()` gives all their weights, and the
# **state dict** has each by its name, such as `layers.0.weight`. Parts in a plain Python list are not found, so there is
# `nn.ModuleList`.
#
# `nn.Linear(n, m)` is the affine layer. It draws its own weights and stores $W$ transposed, $(m, n)$.
# `nn.Dropout(rate)` is the dropout of lesson *Training runs*.
#
# By hand, with `sizes` $[2, 2, 1]$: let the first weight as it is stored have the rows
# $(1, -1)$ and $(0, 2)$, and its bias be $(0, 1)$; let the second weight be $(5, 10)$ and its bias 3. Then the input $(2, 5)$ becomes
# $(-3, 11)$, the ReLU makes $(0, 11)$ of it, and the logit is 113.
#
# ### Exercise: `Net`
#
# Write the network for any depth: affine layers of the given sizes in `self.layers`, and after each of them but the last a
# ReLU and then `self.dropout`. Begin with `super().__init__()`. Return the logits.


# %% tags=["exercise:nets.Net"]
class Net(nn.Module):
    def __init__(self, sizes, rate=0.0):
        ...  # three lines

    def forward(self, x):
        ...  # three lines


# %%
ex.Net.check(Net)

# %% [markdown]
# You call the module itself, `net(x)`, and it calls `forward`. With the weights from above, is it the same network?

# %%
net = nets.adopt(nets.Net([784, 32, 10]), params)
print({name: tuple(p.shape) for name, p in net.state_dict().items()})
print(f"loss on the 64 digits {F.cross_entropy(net(x[:64]), y[:64]):.3f}, by hand {loss_np:.3f}")

# %% [markdown]
# It is. As PyTorch stores it, each weight is the transpose of yours.
#
# ## The training loop
#
# *The gradients are found. Who clears them?*

# %%
diagrams.step()

# %% [markdown]
# An **optimizer** such as `torch.optim.SGD` knows the parameters, and `optimizer.step()` moves each by its `.grad`. `backward`
# adds to `.grad`, because a parameter may be used several times. So what an earlier step has left there stays
# until `optimizer.zero_grad()`.
#
# By hand: `t.split(2)` cuts a tensor `t` of 5 entries into parts of 2, 2 and 1. An epoch over 5 examples in batches of 2 takes three steps.
#
# ### Exercise: `train_epoch`
#
# Put the model into training mode with `model.train()`. Then go through all examples once, in an order drawn with
# `rng.permutation`. Return the list of the batches' losses as floats; `loss.item()` makes one. The model itself is
# changed: that is PyTorch's way.


# %% tags=["exercise:learning.train_epoch"]
def train_epoch(model, optimizer, x, y, rng, batch):
    ...  # about nine lines


# %%
ex.train_epoch.check(train_epoch)

# %% [markdown]
# What if `zero_grad` is forgotten? We train 784-32-10 for 200 steps with it and without it, by SGD
# (gradient descent on batches) and by AdamW, each at its best learning rate and over three seeds.

# %%
uncleared = predict.number(
    "pytorch.uncleared", "Cleared, SGD reads 89 % of the held-out digits after 200 steps. Never cleared, at its own best rate?",
    unit="%", low=0, high=100, within=5,
)  # fmt: skip
uncleared


# %%
def few_steps(rule, x, y, lr, seed=0, steps=200, clear=True, twice=False):
    torch.manual_seed(seed)
    rng, net, losses = np.random.default_rng(seed), nets.Net([784, 32, 10]), []
    optimizer = rule(net.parameters(), lr=lr)
    for rows in torch.from_numpy(rng.integers(len(x), size=(steps, 32))):
        if clear:
            optimizer.zero_grad()
        z = net(x[rows])
        loss = F.cross_entropy(z.softmax(-1) if twice else z, y[rows])  # twice: for a later question
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return net, losses


# %%
SGD, AdamW = torch.optim.SGD, torch.optim.AdamW
cleared = {
    ("SGD", "each step"): runs.best(few_steps, (0.1, 0.3), held, SGD, x, y),
    ("SGD", "never"): runs.best(few_steps, (1e-3, 3e-3, 1e-2), held, SGD, x, y, clear=False),
    ("AdamW", "each step"): runs.best(few_steps, (3e-3, 1e-2), held, AdamW, x, y),
    ("AdamW", "never"): runs.best(few_steps, (1e-4, 3e-4, 1e-3), held, AdamW, x, y, clear=False),
}
never = cleared["SGD", "never"][1].mean()
uncleared.reveal(never, shown=f"{never:.0f} %")
plot.table([[*how, f"{lr:g}", f"{a.mean():.0f} ± {a.std():.0f} %"] for how, (lr, a) in cleared.items()],
           header=["rule", "gradients cleared", "best lr", "held-out accuracy, 3 seeds"])  # fmt: skip

# %% [markdown]
# It still trains, but worse, and only at a small fraction of the rate. Why? The gradient in use is the sum of all gradients so far. In
# lesson *Optimizers* you met such a sum: momentum, $v \leftarrow \mu v + g$. So forgetting to clear would be
# momentum with $\mu = 1$, a ball without friction, which rolls through the valley and up the other side. If
# that explanation is right, SGD with momentum 1 must give the very same weights.

# %%
forgot, loss_forgot = few_steps(SGD, x, y, 0.1, clear=False)
ball, _ = few_steps(lambda p, lr: SGD(p, lr=lr, momentum=1.0), x, y, 0.1)
same = all(torch.allclose(a, b, rtol=0, atol=1e-9) for a, b in zip(forgot.parameters(), ball.parameters(), strict=True))
print("not cleared, and momentum 1: weights equal to 1e-9:", same)
curves = {"SGD 0.1, cleared": few_steps(SGD, x, y, 0.1)[1], "SGD 0.1, never cleared": loss_forgot,
          "AdamW 0.003, never cleared": few_steps(AdamW, x, y, 0.003, clear=False)[1]}  # fmt: skip
fig, ax = plot.figure(width=7.4, height=3)
for (name, losses), color, ls in zip(curves.items(), plot.COLORS, plot.LINES, strict=False):
    ax.plot(range(5, 200, 10), np.reshape(losses, (-1, 10)).mean(axis=1), color=color, ls=ls, label=name)
ax.axhline(np.log(10), color=plot.FAINT, ls=":", lw=1.2)
ax.text(30, 2.36, "guessing", fontsize=9)
ax.set(xlabel="step", ylabel="loss, mean of 10 batches", ylim=(0, 5))
ax.legend(fontsize=9, loc="upper left")
plot.show(fig, alt="Loss over 200 steps, with a line at the loss of guessing. Cleared SGD falls steadily below "
          "0.5. SGD that is never cleared falls to 1.2, turns, and swings up to twice the loss of guessing. "
          "AdamW that is never cleared falls to 1, turns, and swings below and above guessing.")  # fmt: skip

# %% [markdown]
# It does. At the rates that are best for cleared runs, SGD that is never cleared turns after thirty steps and swings up to twice
# the loss of guessing. AdamW divides by the size of what it is given, so no step is much longer than lr. But it goes on in the direction
# of old gradients, and its loss swings too. Neither run prints a warning.
#
# ## A published example, as printed
#
# *The code runs and a loss is printed. What more do you need to know?*
#
# Here is the PyTorch example of an article that explains how large models are built. It draws inputs and
# labels at random and makes one step. (The last line is ours.)

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

# %% [markdown]
# A loss of 0.08, where guessing among ten classes costs 2.30: is this network so good before its first step?

# %%
onward = predict.choice(
    "pytorch.onward", "Let it make 100 more such steps. Where is the loss then?", ["about 2.3", "between 0 and 0.08", "far below 0"]
)
onward

# %%
for _ in range(100):
    loss = criterion(model(inputs), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
below = loss.item()
onward.reveal("far below 0" if below < 0 else "about 2.3", shown=f"{below:.0f}")

# %% [markdown]
# A cross-entropy can't be negative if its labels are probabilities. But these are drawn from $N(0, 1)$, and where
# $y_k$ is negative, the term $-y_k \ln p_k$ falls without end as $p_k$ goes to 0. PyTorch doesn't check that
# labels given as floats are probabilities.
#
# Repaired, the example has labels that are classes, many
# steps, and an evaluation on digits that no gradient has seen. Then it may predict.

# %%
torch.manual_seed(0)
model, rng = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)), np.random.default_rng(0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for _ in range(2):
    losses = learning.train_epoch(model, optimizer, x, y, rng, 32)
    loss_held, right = learning.evaluate(model, *held)
    print(f"training loss {np.mean(losses):.2f}, held out {loss_held:.2f}, {100 * right:.1f} % right")
print("read as", model(held[0][:8]).argmax(-1).tolist(), "meant were", held[1][:8].tolist())

# %% [markdown]
# ### A fourth time: Keras
#
# **Keras** leaves the loop to the library as well: `compile` names optimizer, loss and
# what to report, and `fit` trains. It runs on PyTorch. The next cell is another of the article's examples, with
# random labels between 0 and 1. Only its layout, and how the size of an input is told, are changed.

# %%
keras = keras_door.load()
if keras:
    rng = np.random.default_rng(0)
    X, Y = rng.random((100, 10)), rng.random((100, 1))
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    printed = keras.Sequential([keras.Input((10,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
    printed.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    past = printed.fit(X, Y, epochs=10, verbose=0).history
    least = -np.mean(Y * np.log(Y) + (1 - Y) * np.log(1 - Y))
    print(f"accuracy {past['accuracy'][-1]:.2f}, loss {past['loss'][0]:.2f} to {past['loss'][-1]:.2f}, never below {least:.2f}")

# %% [markdown]
# Is that a good loss and a bad accuracy? Neither. Whoever always says one half pays $\ln 2 = 0.69$, so next to nothing was learnt,
# and there was nothing to learn. A network that knew each label by heart would still pay their entropy, 0.50. The accuracy is 0 because
# a label such as 0.37 never equals a class. Here is our own network in Keras, with the weights from above.

# %%
keras_right = "not installed"
if keras:
    adopted = keras.Sequential([
        keras.Input((784,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
    adopted.set_weights(sum(params, ()))
    by_keras, by_hand = adopted.predict(data.x_train[:64], verbose=0), mlp.forward(params, data.x_train[:64])[-1]
    print("the logits are those by hand, to 1e-5:", np.abs(by_keras - by_hand).max() < 1e-5)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adopted.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    adopted.fit(data.x_train, data.y_train, batch_size=64, epochs=2, verbose=0)
    right = 100 * adopted.evaluate(*(a.numpy() for a in held), verbose=0)[1]
    keras_right = f"{right:.0f} %"
    print(f"held out: {right:.1f} % right")

# %% [markdown]
# Keras keeps $W$ as you do, $(n_\text{in}, n_\text{out})$. Mind `from_logits=True`: it says that the softmax is still to come.
#
# ### One softmax too many
#
# *One of the article's networks ends with a softmax, and its output goes to a loss that applies another.
# Which loss does a network reach that is right about everything?*
#
# Its probabilities are 1 for the label and 0 for all other classes, and the loss takes them for logits. By hand, with two
# classes: the logits are 1 and 0, so the label gets $e/(e+1) = 0.73$, and the loss is $-\ln 0.73 = 0.313$. No training gets below
# that, because no probability is above 1 or below 0.
#
# ### Exercise: `doubled_floor`
#
# Derive this floor for any number of classes $K$.


# %% tags=["exercise:learning.doubled_floor"]
def doubled_floor(K):
    ...  # one line


# %%
ex.doubled_floor.check(doubled_floor)

# %% [markdown]
# Does it show in the accuracy? Here is AdamW at the better of two rates, over three seeds.

# %%
least_two = F.cross_entropy(torch.eye(10), torch.arange(10)).item()  # right and certain, for ten classes
print(f"floor with two softmaxes, K = 10: {least_two:.3f}")
doubled = {(n, twice): runs.best(few_steps, (2e-3, 4e-3), held, AdamW, x, y, steps=n, twice=twice)[1]
           for n in (100, 500) for twice in (False, True)}  # fmt: skip
for (n, twice), a in doubled.items():
    print(f"{n} steps, softmax {'twice' if twice else 'once'}: {a.mean():.1f} ± {a.std():.1f} % right")

# %% [markdown]
# At first the network learns more slowly. After 500 steps the difference is no larger than the spread over seeds, so the accuracy
# hides the fault. The loss shows it to someone who knows what it should be: on a few examples learnt by heart
# it should go to 0, and here it can't get below 1.46.
#
# ## Two modes
#
# *Dropout belongs to training. Who switches it off?*
#
# You do. `model.eval()` puts all parts into **evaluation mode**, in which dropout lets everything pass, and `model.train()` puts them back.
# `torch.no_grad()` does something else: it only stops tensors from remembering, which saves memory and time.


# %% tags=["worked:learning.evaluate"]
@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    z = model(x)
    return F.cross_entropy(z, y).item(), (z.argmax(-1) == y).double().mean().item()


# %%
modes = []
for seed in range(3):
    net, _ = runs.trained(lambda: nets.Net([784, 64, 10], rate=0.5), x, y, 0.005, seed)
    right = evaluate(net, *held)[1]
    net.train()  # the mistake: dropout is on while the digits are read
    modes.append((100 * right, 100 * (net(held[0]).argmax(-1) == held[1]).double().mean().item()))
off, on = np.mean(modes, axis=0)
print(f"dropout off {off:.1f} %, left on {on:.1f} %; points lost, by seed:", ", ".join(f"{a - b:.1f}" for a, b in modes))

# %% [markdown]
# Now a whole run, as a colleague wrote it. It raises no error.
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
# It has four silent faults. Find them and write the run as it should be: train on `data`, a pair of inputs and labels, and after each
# epoch note the accuracy on `held`, a pair as well. Return the list.


# %% tags=["exercise:learning.fit"]
def fit(model, optimizer, data, held, rng, epochs, batch):
    ...  # about fifteen lines


# %%
ex.fit.check(fit)

# %% [markdown]
# ## Labels learnt by heart
#
# *What does a training accuracy of 100 % prove?*
#
# Take 500 digits and shuffle their labels, so that a picture says nothing about its label. AdamW trains a network of 128 hidden
# units on them for 30 epochs.

# %%
heart = predict.number(
    "pytorch.heart", "What is its accuracy on these 500 digits, whose labels are random?", unit="%", low=0, high=100, within=5
)
heart

# %%
by_heart = []
for seed in range(3):
    shuffled = y[:500][torch.from_numpy(np.random.default_rng(seed).permutation(500))]
    net, _ = runs.trained(lambda: nets.Net([784, 128, 10]), x[:500], shuffled, 0.01, seed, epochs=30, batch=100)
    by_heart.append([100 * learning.evaluate(net, *pair)[1] for pair in ((x[:500], shuffled), held)])
seen_right, held_right = np.mean(by_heart, axis=0)
heart.reveal(seen_right, shown=f"{seen_right:.0f} %")
print("held out:", ", ".join(f"{b:.0f} %" for _, b in by_heart))

# %% [markdown]
# It knows all of them, over three seeds, and on held-out digits it guesses. So a perfect training accuracy proves that the network can
# learn so many examples by heart, and nothing else. Now start with half of the labels random. At which epoch would
# you stop? What do fewer units change, or more examples?

# %%
widgets.dial()

# %% [markdown]
# Held-out accuracy rises, turns and sinks, while the training accuracy climbs on.
#
# ## Neighbours: a second network
#
# *An affine layer doesn't know which pixels are neighbours: in lesson *Backpropagation* all pixels were shuffled, at no cost. What
# does a network gain that knows?*
#
# A **convolution** is an affine layer that looks at 3 by 3 pixels at a time, with the same weights everywhere. `nn.Conv2d(n, m, 3,
# padding=1)` takes $n$ numbers for each pixel, its channels, and makes $m$ of them. The padding is a border of zeros, which keeps the size.
# `F.max_pool2d(x, 2)` then keeps the largest of each 2 by 2. Pictures have the shape (B, channels, rows, columns).

# %%
diagrams.convolutions()

# %% [markdown]
# ### Exercise: `ConvNet`
#
# Write the drawn network for pictures of any `side`, with the parts `conv1`, `conv2` and `out`, and a ReLU after each
# convolution. An example comes as a row of `side * side` pixels, as in `Net`. Where a side is odd, pooling drops its last row and column.
#
# By hand, for side 4, $C = K = 1$ and the pixels 0 to 15: let `conv1` pass each pixel on, and `conv2` make two channels, the
# pixel and its negative. The first channel keeps 15. The second keeps 0, because of the ReLU. An `out` with the weights $(10, 100)$ and bias 3 makes 153 of them.


# %% tags=["exercise:nets.ConvNet"]
class ConvNet(nn.Module):
    def __init__(self, side, C, K):
        ...  # five lines

    def forward(self, x):
        ...  # four lines


# %%
ex.ConvNet.check(ConvNet)

# %% [markdown]
# If the neighbourhood is what helps, then shuffling the pixels must take the help away. Both networks learn from 1,500 digits for three epochs, at the better of
# two rates, over three seeds.

# %%
shuffle = torch.from_numpy(np.random.default_rng(9).permutation(784))
makers = {"affine": lambda: nets.Net([784, 32, 10]), "convolutions": lambda: nets.ConvNet(28, 4, 10)}
rows = []
for name, make in makers.items():
    size = sum(p.numel() for p in make().parameters())
    for order, columns in {"as they are": slice(None), "shuffled": shuffle}.items():
        seen, unseen = x[:1500, columns], (held[0][:, columns], held[1])
        _, a = runs.best(runs.trained, (0.005, 0.015), unseen, make, seen, y[:1500], epochs=3)
        rows.append([name, f"{size:,}", order, f"{a.mean():.0f} ± {a.std():.0f} %"])
plot.table(rows, header=["network", "weights", "pixels", "held-out accuracy, 3 seeds"])

# %% [markdown]
# With a sixth of the weights the convolutions read better, and on shuffled pixels they read worse than the affine layers. So the gain does come from
# the neighbourhood. Whether sharing the weights helps too is not tested here.
#
# ## Your digit, read by your network
#
# Now train your own network with your own loop, on all 8,000 digits.

# %%
made = yours.using("ConvNet", "train_epoch")
torch.manual_seed(0)
mine, rng = made.ConvNet(28, 4, 10), np.random.default_rng(0)
optimizer = AdamW(mine.parameters(), lr=0.005)
for _ in range(2):
    made.train_epoch(mine, optimizer, x, y, rng, 32)
mine_right = 100 * learning.evaluate(mine, *held)[1]
print(f"held-out digits read: {mine_right:.0f} %")
print(made.credit("Your reader"))

# %% [markdown]
# Draw a digit, with the mouse, a finger or the keyboard. Your strokes are scaled so that the longer side takes 20 of 28 pixels, and
# moved until their centre of mass lies in the middle, as the makers of the data did. What does the network see and
# say if you switch that off? And if you draw a letter?


# %%
widgets.draw(mine)

# %% [markdown]
# Your hand is not in the data, so expect more mistakes than on the held-out digits. A letter gets a digit's name
# too, because the softmax distributes 100 % over ten digits, and "none of these" is not among them.
#
# ## What you measured

# %%
plot.table(
    [
        ["slope of the patched softplus at 1000", f"{slope}"],
        ["SGD, cleared and never cleared", f"{cleared['SGD', 'each step'][1].mean():.0f} %, {never:.0f} %"],
        ["the article's loss after 100 steps", f"{below:.0f}"],
        ["our network in Keras", keras_right],
        ["least loss with two softmaxes, K = 10", f"{least_two:.3f}"],
        ["dropout off, and left on, while reading", f"{off:.0f} %, {on:.0f} %"],
        ["random labels, training and held out", f"{seen_right:.0f} %, {held_right:.0f} %"],
        ["your reader, held-out digits", f"{mine_right:.0f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** write a network and its loop in PyTorch, say which faults stay silent and how each is
# found, and give a function its own derivative.
#
# ## Questions to answer without looking
#
# 1. Your loss on ten classes stops at 1.46 and the accuracy is excellent. What is wrong?
#
#    <details><summary>Answer</summary>
#
#    $\ln(e + 9) - 1 = 1.46$: probabilities are given to a loss that takes logits. The softmax in the model has
#    to go.
#
#    </details>
#
# 2. Why does AdamW without `zero_grad` not explode, and why does it not learn well either?
#
#    <details><summary>Answer</summary>
#
#    It divides the sum of gradients by its own size, so each weight moves by about lr, however large the sum. But the
#    direction is that of all gradients so far, in which the newest hardly counts.
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
# 4. From lesson *Optimizers*: momentum $\mu$ has the effective rate $\text{lr}/(1-\mu)$. What does it say of gradients that are never cleared?
#
#    <details><summary>Answer</summary>
#
#    They are momentum with $\mu = 1$, so the rate has no bound: as long as the gradients agree, each step is longer than the last.
#
#    </details>
#
# ## Sources
#
# - The article from which this course grew: an introduction to large models for founders, in Chinese and
#   English side by side. Its examples in PyTorch and Keras are run above; variables are renamed.
# - A. Paszke et al. (2019), *PyTorch: an imperative style, high-performance deep learning library*.
# - F. Chollet et al. (2015), *Keras*, https://keras.io.
# - C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals (2017), *Understanding deep learning requires rethinking
#   generalization*: random labels learnt to 100 %.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), *Gradient-based learning applied to document recognition*:
#   convolutions, and how the digits were scaled and centred.
