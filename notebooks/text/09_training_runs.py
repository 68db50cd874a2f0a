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
# # Training runs
#
# You know how one step is made. A run is thousands of them, and most of what goes wrong in practice goes
# wrong between the first loss and the report.
#
# **You will** let the learning rate rise and fall, survive bad batches, stop before a network
# learns by heart, count how many seeds a claim needs, and name what is wrong with six broken runs
# from their curves. This takes about two hours; *Further*, about half an hour more.
#
# **You need** lesson *Optimizers*: curvature and the limit of the learning rate, momentum, AdamW.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | shape |
# |---|---|---|
# | $p$, $g$ | a parameter, and the gradient of the loss with respect to it | equal |
# | $\text{lr}$ | learning rate | |
# | $s$, $n$, $w$ | a step, counted from 0; the steps of a run; those of its warmup | |
# | $\mu$ | share of the velocity that momentum keeps | |
# | $B$ | examples in a batch | |
# | $K$ | classes | |
# | $\sigma$ | spread: the standard deviation of a result over seeds | |

# %% tags=["setup"]
from functools import partial

import numpy as np

from course.data import digits
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.training_runs import bank as ex
from course.lessons.training_runs import curves, diagrams, widgets
from course.networks import diagnosis, layers, mlp, optim, overfitting, schedules

# %% [markdown]
# ## A run, from the first loss to the report
#
# One step of a run looks like this. The parts with a question mark are what you build here.

# %%
diagrams.step()

# %% [markdown]
# Three sets of data have three jobs. The gradient sees the **training data**. The **held-out data**
# decide every choice that you make: the rate, the schedule, when to stop. The **test data** are looked
# at once, for the report, because whatever you choose by a set of data looks better on it than it is.

# %%
data = digits()
x_train, y_train = data.x_train, data.y_train  # 8,000
x_held, y_held = data.x_test[:1000], data.y_test[:1000]
x_final, y_final = data.x_test[1000:], data.y_test[1000:]


def fit(rule, rate, x, y, *, steps, batch=16, seed=0, limit=None):
    """Train 784-32-10 on x, y; `rate` gives each step's learning rate."""
    rng = np.random.default_rng(seed)
    params = [a for pair in mlp.init(rng, [784, 32, 10]) for a in pair]
    state, losses = None, []
    for step in range(steps):
        rows = rng.integers(len(x), size=batch)
        pairs = list(zip(params[::2], params[1::2], strict=True))
        loss, grads = mlp.loss_and_gradients(pairs, x[rows], y[rows])
        grads = [g for pair in grads for g in pair]
        grads = optim.clip_by_norm(grads, limit)[0] if limit else grads
        params, state = rule(params, grads, state, lr=rate(step))
        losses.append(loss)
    return params, np.array(losses)


def loss_on(params, x, y):
    pairs = list(zip(params[::2], params[1::2], strict=True))
    return layers.cross_entropy(mlp.forward(pairs, x)[-1], y)


# %% [markdown]
# Look at the loss before the first step. A network that knows nothing should find all $K$ classes about
# equally likely, and that costs $\ln K = \ln 10 = 2.30$. A first loss far above it means that the
# initialization is too large.

# %%
for scale in (1, 3, 10):
    pairs = [(scale * W, b) for W, b in mlp.init(np.random.default_rng(0), [784, 32, 10])]
    first = layers.cross_entropy(mlp.forward(pairs, x_held)[-1], y_held)
    print(f"weights {scale} times He's: first loss {first:.1f}")

# %% [markdown]
# ## Let the rate change
#
# *Noise leaves a floor that grows with the rate, and a small rate gets nowhere. Must you choose?*
#
# A large learning rate helps early in training and hurts late, so let it fall. The usual plan has two
# parts. In **warmup**, the first $w$ steps, the rate rises in a straight line: step $s$ has
# the share $(s+1)/(w+1)$ of lr, and step $w$ is the first that has all of it. Over the remaining
# $n - w$ steps it falls from lr to `final` along half a cosine, the piece of $\cos$ from $0$ to $\pi$.
#
# By hand, with $n = 12$, $w = 3$, $\text{lr} = 0.4$, final $0.1$: step 0 has $0.1$, step 3 has $0.4$.
# Step 6 is a third of the way down, where the cosine has fallen by a quarter of its height: $0.325$.
#
# ### Exercise: `warmup_cosine`
#
# Stretch and shift the cosine so that it begins at lr and ends at `final`, then write the schedule. Past
# the end the rate stays at `final`.


# %% tags=["exercise:schedules.warmup_cosine"]
def warmup_cosine(step, *, steps, warmup=0, lr=1.0, final=0.0):
    ...  # four lines


# %%
ex.warmup_cosine.check(warmup_cosine)

# %% [markdown]
# A cosine must know the end from the beginning. Many runs keep the rate instead and end with a
# **cooldown**, a straight line down, whenever time is up:


# %% tags=["worked:schedules.warmup_stable_decay"]
def warmup_stable_decay(step, *, steps, warmup=0, cooldown, lr=1.0, final=0.0):
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    left = min(1.0, max(0.0, (steps - step) / cooldown))
    return final + (lr - final) * left


# %% [markdown]
# Now five plans are tried on the network with 32 hidden units, with batches of 16 and momentum
# 0.9. Each gets the best of four rates, and three seeds; what stands after ± is the spread over them.

# %%
short = predict.choice(
    "training_runs.short",
    "A cosine over 200 steps, a constant rate over 300, each at its best: which ends lower?",
    ["about equal", "the cosine, in two thirds of the steps", "the constant rate"],
)
short

# %%
cosine = schedules.warmup_cosine
plans = {
    "constant, 300 steps": (300, lambda lr: lambda s: lr),
    "cosine, 300 steps": (300, lambda lr: partial(cosine, steps=300, warmup=15, lr=lr)),
    "cosine without warmup": (300, lambda lr: partial(cosine, steps=300, lr=lr)),
    "cooldown, 300 steps": (300, lambda lr: partial(
        schedules.warmup_stable_decay, steps=300, warmup=15, cooldown=100, lr=lr)),
    "cosine, 200 steps": (200, lambda lr: partial(cosine, steps=200, warmup=15, lr=lr)),
}  # fmt: skip
momentum, ends = partial(optim.sgd, momentum=0.9, inplace=True), {}
for name, (n, plan) in plans.items():
    tries = {lr: [fit(momentum, plan(lr), x_train, y_train, steps=n, seed=s) for s in range(3)]
             for lr in (0.01, 0.02, 0.05, 0.1)}  # fmt: skip
    scores = {lr: [loss_on(p, x_held, y_held) for p, _ in runs] for lr, runs in tries.items()}
    lr = min(scores, key=lambda lr: np.mean(scores[lr]))
    ends[name] = lr, np.array(scores[lr]), np.mean([losses for _, losses in tries[lr]], axis=0)
constant, shorter = (ends[name][1] for name in ("constant, 300 steps", "cosine, 200 steps"))
gap, spread = constant.mean() - shorter.mean(), max(constant.std(), shorter.std())
short.reveal(short.options[0 if abs(gap) < spread else 1 if gap > 0 else 2])

# %% tags=["table"]
rows = [[name, lr, f"{s.mean():.3f} ± {s.std():.3f}"] for name, (lr, s, _) in ends.items()]
plot.table(rows, header=["plan", "best rate", "held-out loss, 3 seeds"])
curves.plans_and_losses(plans, ends)


# %% [markdown]
# (The cosine without warmup is not drawn: its rate is nearly that of the cosine with it.)
#
# In 300 steps, the plans that end at zero stop lower than the constant rate, by more than the
# spread over seeds, and they can afford a higher peak: 0.05 where the constant plan does best
# with 0.02. And a cosine of 200 steps ends where the constant rate ends after 300, as far as three
# seeds can tell.
#
# Between cosine and cooldown, with warmup and without, the gaps are smaller than the spread: here
# warmup buys nothing. (It is said to help where the curvature is high at the start, or where Adam's
# averages rest on few gradients. That isn't tested here.)
#
# ## Clip what is too long
#
# *One bad batch has a gradient that is far too long. What does it do to a run?*
#
# All gradients together are one long vector. **Clipping** limits its length: if it is longer than a
# limit, it is shrunk to that limit, and its direction stays.

# %% tags=["worked:optim.global_norm"]
def global_norm(grads):
    return float(sum((g * g).sum() for g in grads)) ** 0.5


# %% [markdown]
# By hand: gradients $(3)$ and $(4, 12)$ have the norm $\sqrt{9 + 16 + 144} = 13$. With limit $6.5$ they
# become $(1.5)$ and $(2, 6)$.
#
# ### Exercise: `clip_by_norm`
#
# Return the list of gradients, then the norm before clipping, which is worth watching in any run. Make
# new arrays; leave the ones you are given as they are.


# %% tags=["exercise:optim.clip_by_norm"]
def clip_by_norm(grads, limit):
    ...  # three lines


# %%
ex.clip_by_norm.check(clip_by_norm)

# %% [markdown]
# Now spoil the data: one picture in 500 has pixels from 0 to 255 instead of 0 to 1. A batch of 16 meets
# one about every 30 steps. The run has 300 steps of gradient descent at rate 0.1.

# %%
clip = predict.number(
    "training_runs.clip",
    "Guessing costs 2.30, and a run on clean data reaches about 0.4. What is the held-out loss "
    "after the run on spoilt data, without clipping?",
    low=0,
    factor=1.5,
)
clip

# %%
spoilt = x_train.copy()
spoilt[::500] *= 255
usual, tenth = (lambda s: 0.1), (lambda s: 0.01)
cases = {"clean": (x_train, None, usual), "spoilt": (spoilt, None, usual),
         "spoilt, a tenth of the rate": (spoilt, None, tenth),
         "clean, clipped at 2": (x_train, 2.0, usual),
         "spoilt, clipped at 2": (spoilt, 2.0, usual)}  # fmt: skip
survived = {}
for name, (x, limit, rate) in cases.items():
    runs = [fit(optim.sgd, rate, x, y_train, steps=300, seed=s, limit=limit)[0] for s in range(3)]
    survived[name] = np.array([loss_on(p, x_held, y_held) for p in runs])
clip.reveal(np.median(survived["spoilt"]), shown=f"{np.median(survived['spoilt']):.2f}, the median of 3 seeds")
rows = [[name, *(f"{v:.2f}" for v in s)] for name, s in survived.items()]
plot.table(rows, header=["data", "seed 0", "seed 1", "seed 2"])
del cases, spoilt, x  # 50 MB

# %% [markdown]
# Two pictures in a thousand make the loss two to four times as high, and a smaller rate doesn't
# help. Clipped, a step is never longer than $0.1 \cdot 2 = 0.2$, and the loss is what it was on
# clean data. There the clip itself costs nothing that three seeds could show.
#
# ## Learning by heart
#
# *A network can fit every training example. What is that worth on the held-out data?*
#
# So far a run drew at most 4,800 times from 8,000 examples, so it hardly met one twice. Now take
# only 300 digits, and let AdamW go round and round. This is **overfitting** on purpose: training
# loss falls to nearly nothing.

# %%
overfit = predict.number(
    "training_runs.overfit",
    "At step 400 the training loss is 0.001. The held-out loss was 0.48 at its lowest. And now?",
    low=0,
    high=10,
    within=0.05,
)
overfit

# %% [markdown]
# **Dropout** is one remedy: during training it sets each activation to zero with probability
# `rate`, with the idea that no unit should rely on a particular other one. Its output should keep
# its expectation, so that nothing need be changed when the network is used. By hand, with rate
# $0.5$: $(1, 3, 5)$ with the first entry dropped becomes $(0, 6, 10)$. With rate $0.2$ what stays
# becomes $1.25$ times as large.
#
# ### Exercise: `dropout`
#
# Derive the factor from the expectation of one entry. An entry stays where
# `rng.random(x.shape) >= rate`. Return the output, then `keep`, the array that x was multiplied by:
# the way back needs it.


# %% tags=["exercise:overfitting.dropout"]
def dropout(x, rate, rng):
    ...  # two lines


# %%
ex.dropout.check(dropout)

# %% [markdown]
# **Early stopping** is another: check the held-out loss now and then, keep a copy of the best
# parameters, and stop when `patience` checks in a row have brought nothing better. By hand, with
# patience 2: losses $5, 3, 4, 2, 6, 2, 1$ stop at check 5, counted from 0. The best is check 3, and
# the $1$ is never seen.
#
# ### Exercise: `early_stop`
#
# `losses` may be a generator: each one that you read costs training time, so read none past the stop.
# Where two are equally low the first counts; nan is never better. Return the best check and the last
# one read.


# %% tags=["exercise:overfitting.early_stop"]
def early_stop(losses, patience):
    ...  # eight lines


# %%
ex.early_stop.check(early_stop)

# %% [markdown]
# To try the remedies, the way back goes through what dropout kept, and a run notes its held-out loss
# at every 20th step.


# %% tags=["worked:overfitting.dropout_gradients"]
def dropout_gradients(params, x, y, rate, rng):
    W1, b1, W2, b2 = params
    h = layers.relu(layers.affine(x, W1, b1))
    y_h, keep = overfitting.dropout(h, rate, rng)
    z = layers.affine(y_h, W2, b2)
    dz = layers.cross_entropy_backward(z, y)
    dh = layers.relu_backward(dz @ W2.T * keep, h)
    return layers.cross_entropy(z, y), [x.T @ dh, dh.sum(axis=0), y_h.T @ dz, dz.sum(axis=0)]


# %%
def by_heart(x, y, held, *, seed, rate=0.0, decay=0.0, steps=400):
    """Held-out loss at every 20th step, and the training loss at the end."""
    rng = np.random.default_rng(seed)
    params = [a for pair in mlp.init(rng, [784, 64, 10]) for a in pair]
    state, curve = None, []
    for step in range(1, steps + 1):
        rows = rng.integers(len(x), size=32)
        _, grads = dropout_gradients(params, x[rows], y[rows], rate, rng)
        params, state = optim.adamw(
            params, grads, state, lr=0.005, weight_decay=decay, inplace=True
        )
        if step % 20 == 0:
            curve.append(loss_on(params, *held))
    return curve, loss_on(params, x, y)


# %%
settings = {"nothing": [{}], "weight decay": [{"decay": d} for d in (0.3, 1.0, 3.0)],
            "dropout": [{"rate": r} for r in (0.25, 0.5, 0.75)],
            "both": [{"rate": 0.5, "decay": 1.0}]}  # fmt: skip
few, held, checks, learnt = (x_train[:300], y_train[:300]), (x_held, y_held), {}, {}
for name, strengths in settings.items():
    tries = [[by_heart(*few, held, seed=s, **how) for s in range(3)] for how in strengths]
    best = min(tries, key=lambda runs: np.mean([min(curve) for curve, _ in runs]))
    checks[name], learnt[name] = (np.array(part) for part in zip(*best, strict=True))
stopped = {
    name: np.array([curve[overfitting.early_stop(curve, 5)[0]] for curve in runs])
    for name, runs in checks.items()
}
plain = checks["nothing"]
overfit.reveal(plain[:, -1].mean(), shown=f"{plain[:, -1].mean():.2f}")
print(f"training loss at the end: {learnt['nothing'].mean():.3f}")

# %% tags=["table"]
curves.remedies(checks)
rows = [[name, *(f"{s.mean():.3f} ± {s.std():.3f}" for s in (runs[:, -1], stopped[name]))]
        for name, runs in checks.items()]
plot.table(rows, header=["remedy", "loss at step 400", "stopped early, patience 5"])


# %% [markdown]
# The lines are means over three seeds, the bands reach from the lowest to the highest, and ± is the
# spread. At step 400 weight decay helps clearly, and dropout alone does not help. But once each run is
# stopped early, the four lie much closer together, and the spreads of the first three overlap. So
# most of what the remedies win at step 400, early stopping wins alone. (Dropout and
# weight decay each had three strengths, and the table shows the one whose held-out loss goes
# lowest. At another strength dropout may do better at step 400, and worse at its best.)
#
# ## How many seeds does a claim need?
#
# *Trick A does better than trick B. Is that the trick, or the seed?*
#
# Suppose that the mean losses of two settings differ by one hundredth, and that the runs of each
# spread over the seeds by two. Two facts tell how many seeds you need. The mean of $n$ independent results (here
# $n$ counts seeds) spreads by $\sigma/\sqrt n$. And the variance of a difference of two
# independent numbers is the **sum** of their variances.
#
# Let the gap between two settings count when it is at least `sure` times the spread of the difference
# of their two means. By hand: gap $1.5$, $\sigma = 2$, `sure` $2$. The difference spreads by
# $2\sqrt{2/n}$, and $1.5 \ge 2 \cdot 2\sqrt{2/n}$ needs $n \ge 14.2$, so 15 seeds for each setting.
#
# ### Exercise: `seeds_needed`
#
# Solve for $n$ in general, and return the smallest whole number of seeds for each setting, at least 1.

# %% tags=["exercise:diagnosis.seeds_needed"]
def seeds_needed(gap, spread, *, sure=2.0):
    ...  # one line


# %%
ex.seeds_needed.check(seeds_needed)

# %%
a, b = stopped["nothing"], stopped["both"]
gap, spread = abs(a.mean() - b.mean()), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
print(f"stopped early, nothing against both: gap {gap:.3f}, spread {spread:.3f}")
print(f"seeds needed for each: {diagnosis.seeds_needed(gap, spread)}")

# %% [markdown]
# Four seeds each, and three were run: this gap does not count yet. (Gap and spread come from three
# seeds themselves, so the answer is rough.)
#
# ## The clinic
#
# Six runs of one network are broken, each by one fault. You see what an engineer sees: the losses on
# training data and on held-out data at 13 times, from before the first step to the last, and in the
# table the greatest length of the first layer's gradient. The dotted line is $\ln 10$.


# %%
def log_run(x, y, held, *, lr=0.1, scale=1.0, steps=480):
    """Losses on training and held-out data and the first layer's gradient norm, 13 times."""
    rng, log = np.random.default_rng(0), []
    params = [(scale * W, b) for W, b in mlp.init(rng, [784, 32, 10])]
    for step in range(steps + 1):
        if step % (steps // 12) == 0:
            loss, grads = mlp.loss_and_gradients(params, x[:500], y[:500])
            unseen = layers.cross_entropy(mlp.forward(params, held[0])[-1], held[1])
            log.append((loss, unseen, np.linalg.norm(grads[0][0])))
        rows = rng.integers(len(x), size=32)
        params = mlp.gradient_step(params, mlp.loss_and_gradients(params, x[rows], y[rows])[1], lr)
    return tuple(np.array(log).T)


# %% tags=["table"]
shuffled = np.random.default_rng(1).permutation(y_train)
some = (x_train[:60], y_train[:60])
broken = {
    "A": log_run(x_train, y_train, held, scale=0.0),
    "B": log_run(*some, held, lr=0.5, steps=960),
    "C": log_run(x_train, y_train, held, scale=12.0, lr=0.02),
    "D": log_run(x_train, shuffled, held),
    "E": log_run(x_train, y_train, held, lr=40.0),
    "F": log_run(x_train, y_train, held, lr=0.002),
}
curves.six_runs(broken)
plot.table(
    [[name, f"{train[0]:.3g}", *map(curves.seen, (train[-1], unseen.min(), unseen[-1])), f"{norm.max():.3g}"]
     for name, (train, unseen, norm) in broken.items()],
    header=["run", "first loss", "last loss", "held-out, lowest", "held-out, last", "longest gradient"],
)

# %% [markdown]
# The faults are: `"initialization too large"`, `"learning rate too high"`, `"learning rate too low"`,
# `"dead network"` (the first layer gets no gradient at all), `"wrong labels"` (they don't belong to
# the pictures), and `"overfitting"`.
#
# ### Exercise: `name_the_fault`
#
# Name each run for yourself first. Then write your reasoning as a function of the three lists, which
# returns one of the six names, or `"healthy"`. The cases of the check are clear, so your thresholds need
# not be the course's: a first loss of twice guessing is far too large; a run that never leaves the
# neighbourhood of guessing has learnt nothing; one that ends at more than half of guessing is slow;
# and a held-out loss a tenth above its lowest has risen. A learning rate too high makes the loss leap
# above twice guessing, or become nan. By hand: training $2.4, 1.1, 0.3$, held out
# $2.4, 1.2, 0.5$, gradients $1, 2, 0.5$ is healthy.


# %% tags=["exercise:diagnosis.name_the_fault"]
def name_the_fault(train, held, norms, *, classes=10):
    ...  # a dozen lines


# %%
ex.name_the_fault.check(name_the_fault)

# %% [markdown] tags=["answers"]
# A name is useful if it tells what to mend. So change only what the name says, and run again:

# %% tags=["table", "answers"]
cures = {
    "dead network": ("He's initialization", (x_train, y_train, held), {}),
    "overfitting": ("8,000 digits", (x_train, y_train, held), {"lr": 0.5, "steps": 960}),
    "initialization too large": ("He's initialization", (x_train, y_train, held), {"lr": 0.02}),
    "wrong labels": ("labels in their order", (x_train, y_train, held), {}),
    "learning rate too high": ("lr 0.1, not 40", (x_train, y_train, held), {"lr": 0.1}),
    "learning rate too low": ("lr 0.1, not 0.002", (x_train, y_train, held), {"lr": 0.1}),
}
rows = []
for name, log in broken.items():
    fault = diagnosis.name_the_fault(*log)
    cure, given, how = cures[fault]
    mended = log_run(*given, **how)[1][-1]
    rows.append([name, fault, cure, curves.seen(log[1][-1]), f"{mended:.2f}"])
plot.table(rows, header=["run", "fault", "what was changed", "held-out before", "after"])

# %% [markdown]
# The next figure is one run on 300 digits. Its training loss goes on falling long after its held-out
# loss has stopped.

# %% [markdown] tags=["lab"]
# Start it. Then break runs yourself: these dials can bring about most of the faults. Which one makes
# training and held-out loss part? Which brings them together again?

# %%
widgets.dials()

# %% [markdown]
# ## Your best reader, and an honest report
#
# All together, within a budget of 600 steps: AdamW with warmup and cosine, clipped gradients, dropout,
# and the best of the checks. The settings were chosen by the held-out data. The test data, 1,000 digits
# that no choice has seen, are looked at once for each seed.


# %%
def reader(made, x, y, held, *, seed, steps=600, lr=0.005):
    rng, kept, checks = np.random.default_rng(seed), [], []
    params = [a for pair in mlp.init(rng, [784, 64, 10]) for a in pair]
    memory = [(0 * p, 0 * p) for p in params]
    rates = [made.warmup_cosine(s, steps=steps, warmup=30, lr=lr) for s in range(steps)]
    for s in range(steps):
        rows = rng.integers(len(x), size=32)
        h = layers.relu(layers.affine(x[rows], *params[:2]))
        y_h, keep = made.dropout(h, 0.2, rng)
        dz = layers.cross_entropy_backward(layers.affine(y_h, *params[2:]), y[rows])
        dh = layers.relu_backward(dz @ params[2].T * keep, h)
        grads = [x[rows].T @ dh, dh.sum(axis=0), y_h.T @ dz, dz.sum(axis=0)]
        grads, _ = made.clip_by_norm(grads, 2.0)
        for i, g in enumerate(grads):
            params[i], *memory[i] = made.adamw_step(params[i], g, *memory[i], s + 1, lr=rates[s])
        if s % 50 == 49:
            kept.append(list(params))
            checks.append(loss_on(params, *held))
    return kept[made.early_stop(checks, patience=4)[0]]


# %%
made = yours.using("warmup_cosine", "clip_by_norm", "dropout", "early_stop", "adamw_step")
right = []
for seed in range(3):
    W1, b1, W2, b2 = reader(made, x_train, y_train, held, seed=seed)
    right.append(100 * mlp.accuracy([(W1, b1), (W2, b2)], x_final, y_final))
report = f"{np.mean(right):.1f} % ± {np.std(right, ddof=1):.1f}"
print(f"{report} of 1,000 unseen digits read right: mean and spread of 3 seeds, none left out,")
print("600 steps of 32 from 8,000 digits; settings and the stop chosen on 1,000 other digits.")
print(made.credit("Your reader"))

# %% [markdown]
# The report says how many seeds, what the spread is, how the settings were chosen, and on which
# data. With 1,000 test digits there is also the luck of the test set: at 93 % right, a share of
# 1,000 spreads by $\sqrt{0.93 \cdot 0.07 / 1000}$, 0.8 points. That is more than the seeds contribute.

# %% [markdown]
# ## What you measured

# %%
plot.table(
    [
        ["held-out loss, constant rate and cosine, each at its best",
         " and ".join(f"{ends[n][1].mean():.2f}" for n in ("constant, 300 steps", "cosine, 300 steps"))],
        ["loss on spoilt data, plain and clipped (median)",
         f"{np.median(survived['spoilt']):.2f} and {np.median(survived['spoilt, clipped at 2']):.2f}"],
        ["300 digits: held-out loss at its lowest and after 400 steps",
         f"{plain.min(axis=1).mean():.2f} and {plain[:, -1].mean():.2f}"],
        ["seeds needed for the gap between nothing and both", f"{diagnosis.seeds_needed(gap, spread)}"],
        ["your reader on the test data", report],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** plan the learning rate of a run, clip its gradients, stop it in time, say how
# many seeds a claim needs, name a fault from its log, and write a report that others can trust.

# %% [markdown]
# ## Questions to answer without looking
#
# 1. A classifier of 100 classes begins with a loss of 31. What do you look at first?
#
#    <details><summary>Answer</summary>
#
#    Guessing costs $\ln 100 = 4.6$, so the network begins with strong wrong opinions: the weights of
#    the last layer, or all of them, are too large. (Or the inputs are.)
#
#    </details>
#
# 2. Why is a whole list of gradients clipped by one factor, and not each array by its own?
#
#    <details><summary>Answer</summary>
#
#    One factor keeps the direction of the whole vector. If each array had its own limit, long ones
#    would shrink and short ones stay, and the step would point somewhere else.
#
#    </details>
#
# 3. Held-out loss is higher than training loss. Is that overfitting?
#
#    <details><summary>Answer</summary>
#
#    Not by itself: some gap is normal. It is overfitting when the held-out loss rises while the
#    training loss goes on falling, that is, when more training makes the network worse.
#
#    </details>
#
# 4. From lesson *Optimizers*: you go from $\mu = 0.9$ to gradient descent without momentum. Which rate?
#
#    <details><summary>Answer</summary>
#
#    Ten times the old one, because the effective rate $\text{lr}/(1 - \mu)$ should stay. But try
#    it: momentum allows effective rates at which gradient descent diverges.
#
#    </details>

# %% [markdown]
# ## Further
#
# What follows is optional, and nothing later needs it: a test that finds a learning rate in one short run,
# and what the best rate has to do with the size of the batch. It takes about half an hour.
#
# ### Where to begin: the range test
#
# *Which learning rate should the first run have?*
#
# Make one short run in which the rate rises at every step, and write the losses down. While the
# rate is tiny nothing happens; then the loss falls; and at some rate it turns up. A good rate
# lies below that. This is the **range test**.
#
# By hand, $f(p) = p^2$ from $p = 1$ with rates $0.25, 2, 3, 4$: the losses are $1$, then $0.25$, then
# $2.25$ after the step at rate 2. That is above four times the best loss so far, so the run stops.
#
# ### Exercise: `lr_range_test`
#
# `f(p)` returns loss and gradient. At each rate, note the loss, then take the step. Return the list of
# losses; stop after one that is not at most four times the best so far, nan included. Make new arrays;
# leave the ones you are given as they are.


# %% tags=["exercise:schedules.lr_range_test"]
def lr_range_test(f, p, lrs):
    ...  # eight lines


# %%
ex.lr_range_test.check(lr_range_test)


# %% [markdown]
# For this test take the smallest classifier: one matrix of weights, without a bias, started at zero.


# %%
def batch_loss(W, x, y, rng, batch):
    rows = rng.integers(len(x), size=batch)
    z = x[rows] @ W
    dz = layers.cross_entropy_backward(z, y[rows])
    return layers.cross_entropy(z, y[rows]), x[rows].T @ dz


def one_matrix(lr, x, y, *, seed, steps=100, batch=64):
    rng, W = np.random.default_rng(seed), np.zeros((784, 10))
    for _ in range(steps):
        W = W - lr * batch_loss(W, x, y, rng, batch)[1]
    return W


# %%
lrs = np.geomspace(1e-3, 30, 100)
f = partial(batch_loss, x=x_train, y=y_train, rng=np.random.default_rng(4), batch=64)
losses = schedules.lr_range_test(f, np.zeros((784, 10)), lrs)
turn = lrs[int(np.argmin(losses))]
curves.range_test(lrs, losses, turn)
for share in (1 / 30, 1 / 3, 1, 3):
    reached = [one_matrix(share * turn, x_train, y_train, seed=s) for s in range(3)]
    scores = [layers.cross_entropy(x_held @ W, y_held) for W in reached]
    print(
        f"{share:.2f} of the turning point: "
        f"held-out loss {np.mean(scores):.2f} ± {np.std(scores):.2f}"
    )

# %% [markdown]
# A rule of thumb says: begin at about a third of the turning point. Here, after 100 steps, a
# third does well: a thirtieth is too slow and three times is too much. (The turning point itself
# does as well here, with a larger spread.) The test needs one run and no eigenvalue, and it works
# for any network and any rule.
#
# ### Batch size and learning rate
#
# *With twice the batch, which rate, and how many steps?*
#
# While noise sets the floor, only $\text{lr}/B$ matters, as you derived in lesson *Optimizers*: twice the
# batch allows twice the rate, and half the steps should do. For the single matrix of weights, here are
# the steps until the held-out loss is below 0.45, at the best of five rates.

# %%
batches = predict.number(
    "training_runs.batch",
    "A batch of 256, not 16: how many times fewer steps?",
    unit="times",
    low=1,
    high=16,
    factor=1.5,
)
batches


# %%
def steps_until(B, lr, x, y, held, *, seed, target=0.45, most=300):
    rng, W = np.random.default_rng(seed), np.zeros((784, 10))
    for step in range(1, most + 1):
        W = W - lr * batch_loss(W, x, y, rng, B)[1]
        if step % 5 == 0 and layers.cross_entropy(held[0] @ W, held[1]) < target:
            return step
    return most


# %% tags=["answers"]
part, best = (x_held[:500], y_held[:500]), {}
for B in (4, 16, 64, 256):
    tries = {lr: [steps_until(B, lr, x_train, y_train, part, seed=s) for s in (1, 2, 3)]
             for lr in (0.05, 0.2, 0.5, 1.0, 2.0)}  # fmt: skip
    best[B] = min((np.mean(n), lr, np.std(n)) for lr, n in tries.items())
gain = best[16][0] / best[256][0]
batches.reveal(gain, shown=f"{gain:.1f} times")
plot.table([[B, lr, f"{n:.0f} ± {spread:.0f}", round(n * B)] for B, (n, lr, spread) in best.items()],
           header=["batch", "best lr", "steps, 3 seeds", "examples seen"])

# %% [markdown]
# From 4 to 64 the best rate grows, though less than the batch, and the steps fall. From 64 to 256
# it stops growing, and four times the batch saves few steps and costs three times the examples.
# (A conjecture: now the curvature sets the limit and no longer the noise. The range test turned
# up near a rate of 1 as well.) Where this begins is the **critical batch size**.

# %% [markdown]
# ## Sources
#
# - L. Smith (2017), *Cyclical learning rates*: the range test, https://arxiv.org/abs/1506.01186
# - I. Loshchilov, F. Hutter (2017), *SGDR*: the cosine, https://arxiv.org/abs/1608.03983
# - A. Hägele and others (2024), *Scaling laws and compute-optimal training beyond fixed training
#   durations*: cooldown, https://arxiv.org/abs/2405.18392
# - R. Pascanu, T. Mikolov, Y. Bengio (2013), *On the difficulty of training recurrent neural networks*:
#   clipping, https://arxiv.org/abs/1211.5063
# - S. McCandlish and others (2018), *An empirical model of large-batch training*,
#   https://arxiv.org/abs/1812.06162
# - N. Srivastava and others (2014), *Dropout*, https://jmlr.org/papers/v15/srivastava14a.html
# - L. Prechelt (1998), *Early stopping: but when?*
# - A. Karpathy (2019), *A recipe for training neural networks*,
#   https://karpathy.github.io/2019/04/25/recipe/
