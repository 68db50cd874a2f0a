"""The exercises of this lesson."""

import math

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.lessons.optimizers.bank import near, singles
from course.networks import diagnosis, optim, overfitting, schedules
from course.words import say


def _rises_once(f, rng):
    rates = [float(f(s, steps=40, warmup=5, lr=0.3, final=0.1)) for s in range(50)]
    if max(rates) != rates[5]:
        at = int(np.argmax(rates))
        return say(
            "40 steps, 5 to warm up, lr = 0.3: the rate is highest at step {at}, {rate:.4g}, not at "
            "step 5.",
            at=at,
            rate=rates[at],
        )
    up = next((s for s in range(5, 49) if rates[s + 1] > rates[s]), None)
    if up is None:
        return ""
    return say(
        "40 steps, 5 to warm up, lr = 0.3: from step {at} to {next} it rises, {rate:.4g} to "
        "{higher:.4g}.",
        at=up,
        next=up + 1,
        rate=rates[up],
        higher=rates[up + 1],
    )


def _at(step):
    """A case at a step of a run of 47, 11 to warm up; only the rates are drawn."""
    return Case.random(
        lambda rng: call(
            step, steps=47, warmup=11, lr=rng.uniform(0.3, 0.9), final=rng.uniform(0.02, 0.1)
        ),
        says=f"step {step} of 47, 11 to warm up",
    )


warmup_cosine = Exercise(
    schedules.warmup_cosine,
    kind="derive",
    cases=[
        *(
            Case.hand(call(step, steps=12, warmup=3, lr=0.4, final=0.1), rate, says=says)
            for step, rate, says in (
                (0, 0.1, "step 0 of 12, 3 to warm up"),
                (3, 0.4, "step 3 of 12: the top"),
                (6, 0.325, "step 6 of 12: a third down"),
            )
        ),
        *map(_at, (3, 7, 17, 28, 41, 73)),
        Case.random(lambda rng: call(int(rng.integers(1, 5)), steps=10), says="no warmup"),
        Case.extreme(call(0, steps=1), says="one step in all"),
    ],
    laws=[Law("it rises to lr and then never rises again", _rises_once)],
    mistakes=[
        """
        (step + 1) / (warmup + 1) ⇒ step / warmup
            Your first step has rate 0 and moves nothing. Counting from 0, step s has had s + 1 of
            warmup + 1 parts.
        (warmup + 1) ⇒ warmup
            You reach lr one step early, and have it twice. The rise has warmup steps below lr:
            divide by warmup + 1.
        (step - warmup) / (steps - warmup) ⇒ step / steps
            Your cosine begins at step 0, so the rate jumps where warmup ends. It begins at the top:
            count s − warmup, out of steps − warmup.
        (steps - warmup) ⇒ steps
            You divided by all the steps, so the rate hasn't arrived when the run ends. After
            warmup, steps − warmup are left.
        (1 + math.cos(math.pi * done)) / 2 ⇒ math.cos(math.pi * done / 2)
            You let the angle run to π/2. It then falls fastest at the end; half a cosine, from 0 to
            π, levels out at both ends.
        math.pi * ⇒
            Your angle runs from 0 to 1. Half a cosine runs from 0 to π.
        final + (lr - final) ⇒ lr
            You fall to 0. Where does `final` come in?
        (lr - final) ⇒ lr
            You added `final` to a cosine of height lr, so it begins at lr + final. What is left to
            fall is lr − final.
        1 + math.cos ⇒ 1 - math.cos
            You wrote 1 − cos, which rises from 0. 1 + cos begins at 2 and ends at 0.
        return final ⇒ return 0.0 if step > steps else final
            You returned 0 past the end. The rate stays at `final`.
        math.pi ⇒ 180
            math.cos takes radians: half a cosine runs from 0 to π, not to 180.
        (1 + math.cos(math.pi * done)) / 2 ⇒ math.cos(math.pi * done)
            Your cosine runs from 1 to −1, so the rate ends below `final`. Shift and halve it, so
            that it runs from 1 to 0.
        done)) / 2 ⇒ done))
            1 + cos begins at 2. Halve it, or the run begins at twice the rate.
        min(1.0, (step - warmup) / (steps - warmup)) ⇒ (step - warmup) / (steps - warmup)
            Past the end the cosine turns up. A run that goes on longer than planned should stay at
            `final`: hold the share done at 1.
        (1 + math.cos(math.pi * done)) / 2 ⇒ (1 - done)
            You fall in a straight line: a good schedule, the next one, but not a cosine.
        return lr * (step ⇒ share = (step
        (warmup + 1) ⇒ (warmup + 1); lr, final = lr * share, final * share
        (step - warmup) / (steps - warmup) ⇒ step / steps
            You multiplied the rise with a cosine that was already falling. First the one, then,
            from the top, the other.
        """,
    ],
    hints=[
        "Which share of the warmup is behind you after step s, counted from 0? And of the fall?",
        "s < warmup: lr (s + 1)/(warmup + 1). After: d = (s − warmup)/(steps − warmup), at most 1,"
        " and final + (lr − final)(1 + cos πd)/2. All are single numbers.",
        "if step < warmup:\n    return …\ndone = min(1.0, …)\nreturn final + …",
    ],
    why="Each piece is a share from 0 to 1 that scales a height. (1 + cos πd)/2 goes from 1 to 0"
    " and is level at both ends.",
    difficulty=3,
    minutes=12,
    importance=4,
)


def _keeps_direction(clipped):
    a, b = (float(np.ravel(g)[0]) for g in clipped)
    if np.isclose(30 * b, 0.4 * a):
        return ""
    return say(
        "gradients (30) and (0.4), limit 1: yours are {a:.4g} and {b:.4g}, another direction.",
        a=a,
        b=b,
    )


def clipped_in_place(grads, limit):
    """The numbers are right, but you wrote them into the caller's gradients. Make new ones."""
    clipped, norm = optim.clip_by_norm(grads, limit)
    for g, new in zip(grads, clipped, strict=True):
        g[:] = new
    return grads, norm


clip_by_norm = Exercise(
    optim.clip_by_norm,
    kind="derive",
    cases=[
        Case.hand(
            ([np.array([3.0]), np.array([4.0, 12.0])], 6.5),
            ([np.array([1.5]), np.array([2.0, 6.0])], 13.0),
            says="gradients (3) and (4, 12), limit 6.5",
        ),
        Case.random(
            lambda rng: ([10 * rng.normal(size=s) for s in ((2, 3), (3,), (4,))], 2.5),
            says="three tensors, far too long",
        ),
        Case.random(
            lambda rng: ([0.1 * rng.normal(size=s) for s in ((2, 3), (3,))], 2.5),
            says="two tensors, short enough",
        ),
        Case.random(
            lambda rng: ([9 * rng.normal(size=(3, 2)), 0.01 * rng.normal(size=4)], 1.2),
            says="one tensor long, one short",
        ),
        Case.extreme(([np.zeros(2), np.zeros((2, 2))], 1.0), says="all gradients zero"),
    ],
    laws=[
        Law("the direction stays", lambda f, rng: _keeps_direction(f(singles(30, 0.4), 1.0)[0])),
    ],
    mistakes=[
        """
        scale * g ⇒ min(1.0, limit / (global_norm([g]) or limit)) * g
            You gave every tensor its own limit. The long ones shrink, the short ones stay, and the
            whole points somewhere else. One norm, one factor for all.
        scale * g ⇒ g.clip(-limit, limit)
            You cut off single entries. That turns the direction; a common factor keeps it.
        norm > limit ⇒ norm
            You also stretched gradients that were short enough. The limit is an upper one: the
            factor is never above 1.
        [scale * g for g in grads] ⇒ grads
            Your gradients are as long as they were. In a loop, `g = g * factor` gives the name g a
            new array and leaves the list as it is: make a new list.
        grads], norm ⇒ grads]
            You returned the gradients alone. Return the list, then the norm.
        [scale * g for g in grads], norm ⇒ norm, [scale * g for g in grads]
            You returned the norm first. The list of gradients comes first.
        norm > limit ⇒ 0 < norm < limit
            Short gradients are stretched and long ones kept: is your test the wrong way round, or
            did you take the larger of 1 and limit / norm? The factor is at most 1.
        limit / norm ⇒ norm / limit
            Your factor is norm / limit, so long gradients grow. What must a length of 13 be
            multiplied by to become 6.5?
        global_norm(grads) ⇒ sum(global_norm([g]) for g in grads)
            You added the tensors' norms. Lengths at right angles add by their squares.
        global_norm(grads) ⇒ global_norm(grads) ** 2
            You took the sum of squares for the norm. Which function turns it into a length?
        grads], norm ⇒ grads], min(limit, norm)
            You returned the norm after clipping. The one before is what is worth watching: it says
            how often, and how hard, the clip acts.
        limit / norm ⇒ 1 / norm
            You made the gradient one unit long. It should keep a length up to the limit.
        """,
        clipped_in_place,
    ],
    hints=[
        "All gradients together are one long vector. What must it be multiplied by to be as long as"
        " the limit, and when must it be left alone?",
        "norm = √(Σ g²) over all entries of all tensors; factor = limit / norm where norm > limit,"
        " else 1; return the list of factor · g, and the norm.",
        "norm = optim.global_norm(grads)\nscale = … if … else 1.0\nreturn […], norm",
    ],
    why="One factor for all keeps the direction, so a clipped step is a shorter step along the same"
    " slope. Clipping each tensor alone is another direction.",
    difficulty=2,
    minutes=8,
    importance=4,
)


def _dropped(f, rng):
    """Another generator, another draw; the same again, the same."""
    x = np.ones((40, 5))
    one, again, other = (np.asarray(f(x, 0.4, np.random.default_rng(k))[1]) for k in (3, 3, 4))
    if not np.array_equal(one, again):
        return say("the same generator twice, and two different draws: draw from rng alone.")
    return (
        ""
        if not np.array_equal(one, other)
        else say("another rng gives the same draw: draw from rng.")
    )


dropout = Exercise(
    overfitting.dropout,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([1.0, 3.0, 5.0]), 0.5, np.random.default_rng(29)),
            (np.array([0.0, 6.0, 10.0]), np.array([0.0, 2.0, 2.0])),
            says="x = (1, 3, 5), rate 0.5, a draw in which the first is dropped",
        ),
        Case.random(
            lambda rng: (rng.normal(size=(4, 7)), 0.2, np.random.default_rng(rng.integers(99))),
            says="x of shape (4, 7), rate 0.2",
        ),
        Case.random(
            lambda rng: (rng.normal(size=(5, 3, 8)), 0.75, np.random.default_rng(rng.integers(99))),
            says="x of shape (5, 3, 8), rate 0.75",
        ),
        Case.extreme((np.ones((2, 3)), 0.0, np.random.default_rng(1)), says="rate 0: all stay"),
    ],
    laws=[Law("what is drawn comes from rng", _dropped)],
    mistakes=[
        """
        / (1 - rate) ⇒
            You didn't enlarge what stays. With rate 0.5 half of the sum is missing on average: what
            must the rest be multiplied by?
        / (1 - rate) ⇒ / rate
            You divided by the rate. What stays is the share 1 − rate: divide by that.
        / (1 - rate) ⇒ * (1 - rate)
            You multiplied by 1 − rate, and what stays becomes smaller still. It must become larger.
        >= rate ⇒ < rate
            You kept an entry with probability rate. `rate` is the share that is dropped.
        rng.random(x.shape) ⇒ rng.random(x.shape[-1])
            You drew one row and dropped the same entries in all rows. Each entry has its own draw:
            x.shape.
        rng.random(x.shape) ⇒ np.random.default_rng(0).random(x.shape)
            You drew from a generator of your own. It drops the same units at every step: draw from
            the rng that is given.
        return x * keep, keep ⇒ return x * keep, keep > 0
            You returned which entries stay. The way back multiplies by the same numbers as the way
            forward, 0 or 1 / (1 − rate).
        return x * keep, keep ⇒ return keep, x * keep
            You returned keep first. The output comes first.
        return x * keep, keep ⇒ return x * keep
            You returned the output alone. Return the output, then keep: the way back needs it.
        (rng.random(x.shape) >= rate) ⇒ np.full(x.shape, rng.random() >= rate)
            You drew once for all entries, so everything is dropped or nothing. Each entry has its
            own draw.
        """,
    ],
    hints=[
        "An entry x stays with probability 1 − rate and is 0 otherwise. What is its expectation,"
        " and by which factor c on what stays is it x again?",
        "(1 − rate) · c · x = x gives c = 1/(1 − rate). keep = [draw ≥ rate] / (1 − rate), of x's"
        " shape; return x · keep and keep.",
        "keep = (… >= rate) / …\nreturn x * …, keep",
    ],
    why="The expectation of each entry is unchanged, so the network is used as it is, without"
    " dropout and without another scale.",
    difficulty=2,
    minutes=8,
    importance=4,
)


class Costly:
    """Losses that a run gives one by one; what lies past the stop must not be asked for."""

    def __init__(self, *losses):
        self.losses = losses

    def __iter__(self):
        yield from self.losses
        raise ValueError(say("this loss lies past the stop: read no further"))

    def __repr__(self):
        return ", ".join(map(str, self.losses))


def _bumpy(rng):
    fall = np.linspace(2, 0.5, 14) + 0.25 * rng.normal(size=14)
    return list(np.round([*fall, *np.linspace(0.7, 1.6, 9)], 3)), int(rng.integers(2, 5))


def all_read(losses, patience):
    """You read all losses and took the lowest. Reading them is what costs: stop in time."""
    losses = list(losses)
    return int(np.nanargmin(losses)), len(losses) - 1


def never_reset(losses, patience):
    """You counted all checks without a new best. A new best begins the count again: in a row."""
    best, lowest, last, idle = 0, math.inf, -1, 0
    for loss in losses:
        last += 1
        if loss < lowest:
            best, lowest = last, loss
        else:
            idle += 1
        if idle >= patience:
            break
    return best, last


def previous(losses, patience):
    """You compared each loss with the one before. Better means lower than the best so far."""
    best, lowest, last, idle, before = 0, math.inf, -1, 0, math.inf
    for loss in losses:
        last += 1
        if loss < lowest:
            best, lowest = last, loss
        idle = 0 if loss < before else idle + 1
        before = loss
        if idle >= patience:
            break
    return best, last


early_stop = Exercise(
    overfitting.early_stop,
    kind="build",
    cases=[
        Case.hand(
            ([5.0, 3.0, 4.0, 2.0, 6.0, 2.0, 1.0], 2), (3, 5), says="5, 3, 4, 2, 6, 2, 1, patience 2"
        ),
        Case.random(_bumpy, says="a bumpy fall, then a rise", n=6),
        Case.random(
            lambda rng: (list(np.sort(rng.uniform(0, 3, 11))[::-1]), 3), says="it falls to the end"
        ),
        Case.random(
            lambda rng: (list(np.sort(rng.uniform(0, 3, 9))), 4), says="it rises from the start"
        ),
        Case.extreme(([3.0, 2.0, 2.0, 2.0, 1.0], 2), says="equally low ones: the first counts"),
        Case.extreme(([3.0, math.nan, 2.5, math.nan, math.nan, 2.0], 2), says="nan among them"),
        Case.extreme(([4.0], 1), says="a single check"),
        Case.extreme(
            (Costly(5.0, 3.0, 4.0, 2.0, 6.0, 2.0), 2), says="nothing past the stop is read"
        ),
    ],
    mistakes=[
        """
        last - best >= patience ⇒ last - best > patience
            You waited for one check too many. With patience 2 the second check in a row without
            something better is the last.
        loss < lowest ⇒ loss <= lowest
            You took a loss that is equally low for better. Then a flat line never stops: better
            means lower.
        best, lowest = last, loss ⇒ best, lowest = last, max(loss, 0.0); lowest = loss
        last - best >= patience ⇒ not loss <= lowest
            You stopped at the first loss that isn't better. Held-out losses go up and down: wait
            for `patience` of them in a row.
        return best, last ⇒ return last, best
            You returned the last check first. The best comes first, then the last one read.
        return best, last ⇒ return last, last
            You keep the last parameters. They are `patience` checks worse than the best: return
            the best check.
        return best, last ⇒ return lowest, last
            You returned the lowest loss. What is wanted is which check it was.
        best, lowest, last = 0, math.inf, -1 ⇒ best, lowest, last = 0, math.inf, 0
            You counted the checks from 1. The first check is number 0.
        best, lowest, last = 0, math.inf, -1 ⇒ best, lowest, last = 0, 0.0, -1
            Your lowest loss begins at 0, and no loss is below it. Begin with infinity.
        best, lowest = last, loss ⇒ best, lowest = last, lowest
            You never wrote down the new lowest loss. Then every loss is better than infinity.
        """,
        all_read,
        never_reset,
        previous,
    ],
    hints=[
        "Which three things must be remembered from check to check, and when is the last"
        " improvement too long ago?",
        "Keep best (a check), lowest (its loss) and last (this check). A loss below lowest renews"
        " both; stop when last − best reaches patience; return best, last.",
        "best, lowest, last = 0, …, -1\nfor loss in losses:\n    last += 1\n    if …:\n"
        "        best, lowest = …\n    if …:\n        break\nreturn best, last",
    ],
    why="`loss < lowest` is false for nan, so nan is never better. The parameters of the best check"
    " are what is kept: stopping late then costs time and nothing else.",
    difficulty=3,
    minutes=10,
    importance=4,
)


seeds_needed = Exercise(
    diagnosis.seeds_needed,
    kind="transfer",
    cases=[
        Case.hand((1.5, 2.0), 15, says="gap 1.5, spread 2"),
        Case.random(
            lambda rng: (rng.uniform(0.011, 0.03), rng.uniform(0.02, 0.06)), says="a small gap", n=3
        ),
        Case.random(
            lambda rng: call(rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.9), sure=3.1),
            says="three times the spread and more",
            n=2,
        ),
        Case.extreme((1.0, 0.0), says="no spread at all"),
    ],
    laws=[
        Law(
            "half the gap, four times the seeds",
            lambda f, rng: near(
                f(0.005, 0.1) / f(0.01, 0.1),
                4.0,
                say("gap 0.005 instead of 0.01, spread 0.1: the ratio"),
            ),
        ),
    ],
    mistakes=[
        """
        2 * (sure ⇒ (sure
            You took one of the two means for exact. Both spread, and the variances add.
        (sure * spread / gap) ** 2 ⇒ (sure * spread / gap)
            You forgot the square: a mean spreads by σ/√n, so n is a square.
        2 * (sure ⇒ (2 * sure
            You added the two spreads. It is the variances that add, so the spread of the difference
            is √2 times one of them.
        2 * (sure ⇒ 2**0.5 * (sure
            You took √2 where n is asked for. The spread of the difference has the √2; n goes with
            its square.
        math.ceil( ⇒ math.floor(
            You rounded down, and that is one seed too few. Take the next whole number above.
        math.ceil( ⇒ round(
            You rounded to the nearest. Below it the gap doesn't count yet: take the next whole
            number above.
        max(1, math.ceil(2 * (sure * spread / gap) ** 2)) ⇒ math.ceil(2 * (sure * spread / gap)**2)
            Without spread yours asks for no run at all. At least one seed is needed.
        spread / gap ⇒ gap / spread
            You divided the gap by the spread. A smaller gap needs more seeds, not fewer.
        sure * spread ⇒ spread
            You asked only that the gap equal the spread of the difference. It should be `sure`
            times as large.
        sure * spread ⇒ 2.0 * spread
            You wrote 2 into the formula. It is only the default: use the argument sure.
        """,
    ],
    hints=[
        "By how much does the mean of n results spread, and by how much the difference of two such"
        " means?",
        "The difference spreads by spread · √(2/n). gap ≥ sure · spread · √(2/n) gives"
        " n ≥ 2 (sure · spread / gap)², rounded up, and at least 1.",
        "return max(1, math.ceil(…))",
    ],
    why="The spread of a mean falls with the root of n, so half the gap needs four times the seeds."
    " The 2 stands there because both sides of the comparison are uncertain.",
    difficulty=3,
    minutes=8,
    importance=5,
)


LN10 = math.log(10)


def _log(fault, rng):
    """A log of 13 times with one fault, its numbers drawn."""
    t = np.linspace(0, 1, 13)
    start, end = rng.uniform(2.35, 2.7), rng.uniform(0.1, 0.4)
    train = end + (start - end) * np.exp(-5 * t)
    held, norms = train + 0.2 * t * rng.uniform(0.3, 1), 0.2 + rng.uniform(0.5, 2, 13)
    if fault == "initialization too large":
        train = end + rng.uniform(20, 60) * np.exp(-4 * t)
        held = train * 1.05
    if fault == "learning rate too high":
        train = np.where(t > 0, rng.uniform(8, 90, 13), start)
        held = train * 1.1
    if fault == "dead network":
        train, held, norms = LN10 - 0.001 * t, LN10 + 0.001 * t, 0 * t
    if fault == "wrong labels":
        train, held = LN10 + (start - LN10) * np.exp(-9 * t) - 0.02 * t, LN10 + 0.05 + 0 * t
    if fault == "overfitting":
        train = start * np.exp(-7 * t)
        held = start * np.exp(-4 * t) + rng.uniform(0.6, 1.2) * t
    if fault == "learning rate too low":
        train = start + (rng.uniform(1.8, 2.1) - start) * t
        held = train + 0.02
    return list(train), list(held), list(norms)


def _run(fault):
    return Case.random(lambda rng: _log(fault, rng), says=f"a run: {fault}", n=2)


def _over_then_lower(rng):
    """Held-out loss above training loss throughout, and falling: no overfitting."""
    train, held, norms = _log("healthy", rng)
    return train, [v + 0.35 for v in held], norms


FAULTS = (
    "initialization too large", "learning rate too high", "dead network", "wrong labels",
    "overfitting", "learning rate too low", "healthy",
)  # fmt: skip

name_the_fault = Exercise(
    diagnosis.name_the_fault,
    kind="diagnose",
    cases=[
        Case.hand(
            ([2.4, 1.1, 0.3], [2.4, 1.2, 0.5], [1.0, 2.0, 0.5]), "healthy", says="2.4, 1.1, 0.3"
        ),
        *map(_run, FAULTS),
        Case.random(
            lambda rng: (
                [2.4, *rng.uniform(5, 99, 3), math.nan, math.nan],
                [2.4, *rng.uniform(5, 99, 3), math.nan, math.nan],
                [1.0, 50.0, 90.0, 70.0, math.nan, math.nan],
            ),
            says="the loss becomes nan",
        ),
        Case.random(
            lambda rng: (
                [2.4, rng.uniform(20, 90), 2.31, 2.3, 2.31],
                [2.4, rng.uniform(20, 90), 2.32, 2.31, 2.32],
                [1.0, 40.0, 0.1, 0.1, 0.1],
            ),
            says="one leap, and then a flat line",
        ),
        Case.random(
            lambda rng: (
                [2.4, math.nan, math.nan],
                [2.4, math.nan, math.nan],
                [1.0, math.nan, 1.0],
            ),
            says="nan at once",
        ),
        Case.random(
            lambda rng: (
                list(np.linspace(5.1, 0.2, 9) + rng.uniform(0, 0.05)),
                list(np.linspace(5.1, 0.4, 9)),
                [1.0] * 9,
            ),
            says="a first loss just above twice guessing",
        ),
        Case.random(_over_then_lower, says="held out higher than training, and falling"),
        Case.random(
            lambda rng: call(
                [4.7, 2.0, 0.6], [4.7, 2.2, 0.8], [1.0, 1.0, rng.uniform(0.3, 1)], classes=100
            ),
            says="100 classes: guessing costs 4.6",
        ),
    ],
    laws=[],
    mistakes=[
        """
        train[0] > 2 * guessing ⇒ train[0] > 1000 * guessing
            You didn't look at the first loss. Far above ln K before any step, the network was begun
            too large.
        not max(train[1:]) < 2 * guessing or not train[-1] < math.inf ⇒ max(train) > 2 * guessing
            Your test of the losses is silent for nan: every comparison with nan is false. Ask
            whether the loss is still good, not whether it is bad.
        not max(train[1:]) < 2 * guessing or not train[-1] < math.inf ⇒ not train[-1] < math.inf
            You took only nan or infinity for a rate that is too high. A loss that leaps above twice
            guessing is one too.
        max(norms) == 0 ⇒ max(norms) < 0
            You gave a dead network another name. Where the first layer gets no gradient nothing can
            be learnt, whatever the labels are: ask for that before you ask for the loss.
        max(norms) == 0 ⇒ max(norms) == 0 or train[-1] > 0.95 * guessing
            You took every run that learns nothing for a dead one. With wrong labels gradients flow:
            look at their length.
        held[-1] > 1.1 * min(held) ⇒ held[-1] > 1.1 * train[-1]
            You compared held-out with training loss. A gap between them is normal; overfitting is
            a held-out loss that has risen above its own lowest.
        held[-1] > 1.1 * min(held) ⇒ held[-1] > held[0]
            You compared the held-out loss with its first. It may have fallen far and risen again:
            compare with its lowest.
        train[-1] > 0.5 * guessing ⇒ train[-1] > 50 * guessing
            You call a run healthy that is still high at the end. One that falls steadily and slowly
            has too low a rate.
        math.log(classes) ⇒ math.log(10)
            You wrote ln 10 into the rule. Guessing costs ln(classes).
        math.log(classes) ⇒ math.log2(classes)
            You took the logarithm to base 2. Losses are in nats here: guessing costs ln(classes).
        train[-1] > 0.95 * guessing ⇒ train[-1] > 50 * guessing
            You took a run that never left guessing for a slow one. Its loss doesn't fall at all,
            though gradients flow.
        """,
    ],
    hints=[
        "Which fault shows before the first step? Which shows in the gradient? And what separates"
        " learning nothing, learning slowly and learning by heart?",
        "In this order: first loss > 2 ln K; a later one not < 2 ln K (nan too); all norms 0; last"
        " training loss > 0.95 ln K; last held-out > 1.1 × its lowest; last training > 0.5 ln K.",
        'guessing = …\nif train[0] > …:\n    return "initialization too large"\n'
        'if not max(train[1:]) < …:\n    return …\n…\nreturn "healthy"',
    ],
    why="The order matters: what shows before the first step is asked first, and what needs a whole"
    " curve last. `not loss < bound` is true of nan as well.",
    difficulty=4,
    minutes=15,
    importance=5,
)


def _bowl(p):
    return float(p @ p), 2 * p


def _ravine(p):
    scale = np.array([1.0, 8.0, 3.0])[: len(p)]
    return float(scale @ p**2) / 2 + 0.1, scale * p


def _cliff(p):
    loss = float(p @ p) if abs(p[0]) < 2 else math.nan
    return loss, 2 * p


lr_range_test = Exercise(
    schedules.lr_range_test,
    kind="build",
    cases=[
        Case.hand(
            (_bowl, np.array([1.0]), [0.25, 2.0, 3.0, 4.0]),
            [1.0, 0.25, 2.25],
            says="f(p) = p² from p = 1, rates 0.25, 2, 3, 4",
        ),
        Case.random(
            lambda rng: (_ravine, rng.normal(size=3) + 2, list(np.geomspace(0.01, 3, 25))),
            says="a ravine, 25 rates from 0.01 to 3",
        ),
        Case.random(
            lambda rng: (_ravine, rng.normal(size=2) + 2, list(np.geomspace(0.001, 0.1, 7))),
            says="a ravine, 7 rates that are all safe",
        ),
        Case.random(
            lambda rng: (_bowl, rng.normal(size=2), [0.4, 0.45, *np.linspace(1.05, 1.3, 12)]),
            says="a bowl, slow to blow up",
        ),
        Case.extreme((_cliff, np.array([1.5]), [0.1, 3.0, 4.0, 5.0]), says="the loss becomes nan"),
    ],
    laws=[
        Law(
            "the first entry is the loss at the start",
            lambda f, rng: near(
                np.ravel(f(_bowl, np.array([3.0]), [0.1, 0.2]))[0],
                9.0,
                say("f(p) = p² from p = 3, rates 0.1 and 0.2: the first entry"),
            ),
        ),
    ],
    mistakes=[
        """
        p = p - lr * g ⇒
        loss, g = f(p) ⇒ p = p - lr * f(p)[1]; loss = f(p)[0]
            You noted the loss after each step. The first entry is that at the start: note, then
            move.
        p = p - lr * g ⇒
            You measured at the starting point again and again. The test is one run, in which each
            step begins where the last one ended.
        p = p - lr * g ⇒
        f(p) ⇒ f(p - lr * f(p)[1])
            You tried every rate from the starting point. That is a line search; the range test is
            one run with a rising rate.
        p = p - lr * g ⇒
        f(p) ⇒ f(p - lr * f(p)[1])
        break ⇒ pass
            You tried every rate from the starting point, all of them. The test is one run: each
            step begins where the last one ended, and it stops when the loss blows up.
        return losses ⇒ return lrs[losses.index(min(losses))]
            You returned a rate. Return the losses, and look at their curve to choose one.
        break ⇒ return losses[:-1]
            You stopped before you noted the loss that made you stop. Note first, then ask.
        min(losses) ⇒ min(0.0, *losses)
            You stopped at the first loss. If the best so far begins at 0, no loss is below four
            times that: begin with infinity.
        break ⇒ pass
            You went on after the run had blown up. Once the loss is above four times the best,
            nothing more is learnt: stop.
        not loss <= ⇒ loss >
            Your test of the loss is silent for nan: every comparison with nan is false. Ask whether
            the loss is still good, not whether it is bad.
        min(losses) ⇒ losses[0]
            You compared with the first loss. A run that first falls a hundredfold may then rise
            fiftyfold unnoticed: compare with the best.
        min(losses) ⇒ losses[-2:][0]
            You compared with the loss just before. A slow rise never trips that: compare with the
            best.
        4 * min ⇒ min
            You stopped at the first rise. Losses of batches go up and down; four times the best is
            a rise that means something.
        losses = [] ⇒ losses, slope = [], f(p)[1]
        lr * g ⇒ lr * slope
            You kept the first gradient. The slope changes with p: ask f anew at every step.
        p - lr ⇒ p + lr
            You added the gradient. It points to where the loss grows.
        p = p - lr * g ⇒ p -= lr * g
            The losses are right, but you moved the caller's p: -= writes into their array. The
            training that follows would begin where your test blew up.
        """,
    ],
    hints=[
        "A run whose rate rises at every step must blow up in the end. What would you write down on"
        " the way, and when would you stop?",
        "For each rate: loss, g = f(p); note the loss; stop unless it is at most four times the"
        " best so far; p ← p − lr · g. Return the list of losses.",
        "losses = []\nfor lr in lrs:\n    loss, g = …\n    losses.append(…)\n"
        "    if not …:\n        break\n    p = …\nreturn losses",
    ],
    why="`not loss <= …` is true of nan as well, where `loss > …` is false. The loss noted belongs"
    " to the point before the step, so a rise shows one entry after the rate that caused it.",
    difficulty=3,
    minutes=12,
    importance=3,
)
