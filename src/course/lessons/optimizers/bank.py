"""The exercises of this lesson."""

import math

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.networks import optim, schedules, updates


def singles(*numbers):
    """Each number as an array of one entry."""
    return [np.array([float(x)]) for x in numbers]


def draws(rng, *shape, n):
    """n arrays of standard normal draws."""
    return [rng.normal(size=shape) for _ in range(n)]


def uneven(rng, *shape):
    """Positive draws, as a running mean of squares is."""
    return rng.uniform(0.2, 3.0, shape)


def near(got, wanted, given):
    """A law's verdict on one number: "" where it is right, else what came of what was given."""
    if np.allclose(got, wanted):
        return ""
    worst = np.ravel(got)[np.abs(np.ravel(got) - wanted).argmax()]
    return f"{given} gives {worst:.4g}, where {wanted} is right."


VELOCITY = """
    v + g ⇒ v + (1 - momentum) * g
        You weighed g by 1 − μ, which makes v an average. That is Adam's way; here v is a sum, so a
        steady gradient is amplified 1 / (1 − μ) times.
    v = momentum * v ⇒ v = v
        Your velocity never decays: it is the sum of all gradients ever seen. Where does μ act?
    momentum * v + g ⇒ v + momentum * g
        You weighed the new gradient by μ and kept the old velocity whole. It is the past that
        fades.
    p - lr ⇒ p + lr
        You added. The velocity sums gradients, and gradients point uphill.
"""  # of both rules that keep a velocity


MOVES = [
    Case.random(
        lambda rng: call(*draws(rng, 3, 2, n=3), lr=0.07, momentum=0.83), says="arrays (3, 2)"
    ),
    Case.random(lambda rng: call(*draws(rng, 5, n=3), lr=0.3), says="the default μ = 0.9"),
    Case.extreme(
        call(np.ones(2), np.array([3.0, -3.0]), np.ones(2), lr=0.5, momentum=0.0),
        says="μ = 0, plain gradient descent",
    ),
]


momentum_step = Exercise(
    updates.momentum_step,
    kind="transcribe",
    cases=[
        Case.hand(
            call(*singles(1, 2, 10), lr=0.1, momentum=0.5),
            tuple(singles(0.3, 7)),
            says="p = 1, g = 2, v = 10, lr = 0.1, μ = 0.5",
        ),
        *MOVES,
    ],
    laws=[
        Law(
            "without a gradient the ball rolls on, slower by μ",
            lambda f, rng: near(
                f(*singles(0, 0, 1), lr=0.1, momentum=0.8)[1],
                0.8,
                "v = 1 and g = 0 with μ = 0.8: the new v",
            ),
        ),
    ],
    mistakes=[
        VELOCITY,
        """
        v + g ⇒ v + lr * g
        p - lr * v ⇒ p - v
            You put lr into the velocity. Then the steps already summed keep the old rate when a
            schedule changes it. Here v sums gradients, and lr scales the whole at the end.
        v = momentum * v + g ⇒ return p - lr * v, momentum * v + g
            You moved with the velocity from before this gradient. Renew v first, then move by it.
        lr * v ⇒ lr * g
            You kept a velocity and then moved along g alone. What is the velocity for?
        lr * v ⇒ lr * (g + momentum * v)
            You looked a step ahead: that is Nesterov's rule, the next exercise. Here p moves by lr
            · v.
        v + g ⇒ v - lr * g
        p - lr * v ⇒ p + v
            You put −lr · g into the velocity and added it. Textbooks do that too, but the v you
            keep is another one: here it sums gradients, and lr and the minus come at the end.
        return p - lr * v, v ⇒ return v, p - lr * v
            You returned v first. The parameter comes first: return p, then v.
        momentum * v ⇒ 0.9 * v
            You wrote 0.9 into the formula. It is only the default: use the argument momentum.
        v = momentum * v + g ⇒ v *= momentum; v += g; p -= lr * v
        return p - lr * v ⇒ return p
            The numbers are right, but you wrote them into the caller's arrays: *=, += and -= change
            an array for everyone who holds it. A pure rule makes new ones.
        """,
    ],
    hints=[
        "A ball on a slope keeps most of its speed and gains what the slope gives. What is its new"
        " speed, and where is it then?",
        "v ← μv + g, then p ← p − lr · v with the new v. All have the shape of p; return p, v.",
        "v = ... * v + ...\nreturn p - ..., v",
    ],
    why="v is a sum of gradients in which each step's share has faded by μ for every step since."
    " With lr outside, a schedule acts on the whole step at once.",
    difficulty=1,
    minutes=6,
    importance=5,
)


nesterov_step = Exercise(
    updates.nesterov_step,
    kind="transcribe",
    cases=[
        Case.hand(
            call(*singles(1, 2, 10), lr=0.1, momentum=0.5),
            tuple(singles(0.45, 7)),
            says="p = 1, g = 2, v = 10, lr = 0.1, μ = 0.5",
        ),
        *MOVES,
    ],
    laws=[
        Law(
            "with a steady gradient it goes as far as momentum in the end",
            lambda f, rng: near(
                f(*singles(0, 1, 5), lr=0.1, momentum=0.8)[0],
                -0.5,
                "p = 0, g = 1, v = 5, lr = 0.1, μ = 0.8: the new p",
            ),
        ),
    ],
    mistakes=[
        VELOCITY,
        """
        (g + momentum * v) ⇒ v
            Your step is plain momentum's. It comes of moving by v, and also of g + μv with the old
            v, which is the same thing. Renew v first, then move by g + μv with the new one.
        v = momentum * v + g ⇒ return p - lr * (g + momentum**2 * v), momentum * v + g
            You faded the old velocity twice and left this gradient out of it. The new v holds g:
            renew v first; what then is μv?
        ), v ⇒ ), g + momentum * v
            Your step is right, but you stored the looked-ahead velocity. It is for this step only;
            kept, it counts g twice next time.
        (g + momentum * v) ⇒ (momentum * g + v)
            You moved by μg + v. It is the velocity that has faded a step ahead: g + μv.
        (g + momentum * v) ⇒ g + momentum * v
            You took lr times g alone and then added μv. Both stand in brackets: lr · (g + μv).
        return p - lr * (g + momentum * v), v ⇒ return v, p - lr * (g + momentum * v)
            You returned v first. The parameter comes first: return p, then v.
        (g + momentum * v) ⇒ (v + momentum * v)
            You added μv to v. The look-ahead is g + μv: the new v already contains this gradient
            and the old velocity once.
        (g + momentum * v) ⇒ (g + v)
            You moved by g + v. One step ahead the velocity will have faded once more: g + μv.
        v + g ⇒ v + lr * g
        lr * (g + momentum * v) ⇒ (lr * g + momentum * v)
            You put lr into the velocity. It sums gradients; lr scales the whole step at the end.
        v = momentum ⇒ v = 0.9
        g + momentum * v ⇒ g + 0.9 * v
            You wrote 0.9 into the formula. It is only the default: use the argument momentum.
        v = momentum * v + g ⇒ v *= momentum; v += g; p -= lr * (g + momentum * v)
        return p - lr * (g + momentum * v) ⇒ return p
            The numbers are right, but you wrote them into the caller's arrays: *=, += and -= change
            an array for everyone who holds it. A pure rule makes new ones.
        """,
    ],
    hints=[
        "Momentum will carry the ball on by μv whatever happens. Why not count that in now?",
        "v ← μv + g as before, then p ← p − lr · (g + μv) with the new v; return p, v.",
        "v = ...\nreturn p - lr * (g + ...), v",
    ],
    why="Written for the point one momentum step ahead, Nesterov's rule needs no second gradient:"
    " this gradient counts at once, and again in the velocity it has just joined.",
    difficulty=2,
    minutes=6,
    importance=3,
)


MEAN_SQUARE = """
    + eps ⇒
        You left ε out. What is 0 / 0, for a weight that has had no gradient yet?
    g**2 ⇒ abs(g)
        You averaged |g|. Then what is under the root is no mean square: square g first.
    g**2 ⇒ g
        You averaged g itself for v. Its signs cancel, and the root of a negative average is nan:
        square g first.
    p - lr ⇒ p + lr
        You went uphill. The gradient points to where the loss grows: subtract.
"""  # of both rules that divide by √v


rmsprop_step = Exercise(
    updates.rmsprop_step,
    kind="transcribe",
    cases=[
        Case.hand(
            call(*singles(1, 2, 12), lr=0.5, beta=0.5, eps=0.2),
            tuple(singles(1 - 1 / (8**0.5 + 0.2), 8)),
            says="p = 1, g = 2, v = 12, lr = 0.5, β = 0.5, ε = 0.2",
        ),
        Case.random(
            lambda rng: call(
                *draws(rng, 3, 2, n=2), uneven(rng, 3, 2), lr=0.07, beta=0.85, eps=0.01
            ),
            says="arrays (3, 2), ε = 0.01",
        ),
        Case.random(
            lambda rng: call(*draws(rng, 4, n=2), uneven(rng, 4), lr=0.3),
            says="the defaults β = 0.99, ε = 1e-8",
        ),
        Case.extreme(
            call(np.ones(2), np.array([1e-7, -3e-7]), np.zeros(2), lr=0.1),
            says="gradients as small as the default ε",
        ),
        Case.extreme(call(*singles(1, 0, 0), lr=0.1), says="a gradient of exactly zero"),
    ],
    laws=[
        Law(
            "gradients a thousand times larger take the same step",
            lambda f, rng: near(
                f(*singles(0, 1e3, 1e6), lr=1, eps=0)[0],
                -1,
                "p = 0, g = 1000, v = 1000², lr = 1, ε = 0: the new p",
            ),
        ),
    ],
    mistakes=[
        MEAN_SQUARE,
        """
        (v**0.5 + eps) ⇒ (v + eps) ** 0.5
            You put ε under the root. There it acts like √ε, ten thousand times larger for 1e-8. Add
            it to √v.
        v**0.5 ⇒ v
            You divided by v. It is in units of the gradient squared; which function undoes the
            square?
        lr * g ⇒ lr
            You divided lr by the scale and left g out. The step is lr · g / (√v + ε).
        (v**0.5 + eps) ⇒ v**0.5 + eps
            You divided by √v and then added ε to p. Brackets: g / (√v + ε).
        return p - lr * g / (v**0.5 + eps), v ⇒ return v, p - lr * g / (v**0.5 + eps)
            You returned v first. The parameter comes first: return p, then v.
        average(beta, v, g**2) ⇒ average(beta, g**2, v)
            You gave the newest gradient the weight β and the past 1 − β. With β = 0.99 the past
            would be forgotten at once.
        average(beta, v, g**2) ⇒ beta * v + g**2
            You added g² with its full weight. An average gives it 1 − β, and v stays as large as
            g².
        average(beta, v, g**2) ⇒ v + g**2
            You summed all squares ever seen, so steps only shrink: that is AdaGrad. Where does β
            make the past fade?
        v = average(beta, v, g**2) ⇒ return p - lr * g / (v**0.5 + eps), average(beta, v, g**2)
            You divided by the average from before this gradient. Renew v first: the very first is
            0.
        """,
    ],
    hints=[
        "Each weight has its own scale of gradients. How would you measure it while it drifts?",
        "v ← βv + (1 − β)g², entry by entry, then p ← p − lr · g / (√v + ε); return p, v.",
        "v = average(beta, v, ...)\nreturn p - lr * g / ..., v",
    ],
    why="g / √v has no units: a weight with large gradients and one with small ones move about"
    " equally far. ε only prevents 0 / 0, so it stays outside the root, where it is small.",
    difficulty=2,
    minutes=8,
    importance=4,
)


def _adam_draw(rng, *shape, t, **settings):
    return call(*draws(rng, *shape, n=3), uneven(rng, *shape), t, **settings)


def _first_step_of_adam(f, rng):
    told = "p = 0, g = {:g}, m = v = 0, t = 1, lr = 0.1: the new p"
    steps = {g: f(*singles(0, g, 0, 0), 1, lr=0.1)[0] for g in (1e-3, 1e5)}
    return "".join(near(p, -0.1, told.format(g)) for g, p in steps.items())


TINY = Case.extreme(
    call(np.ones(2), np.array([1e-8, -3e-8]), np.zeros(2), np.zeros(2), 1, lr=0.1),
    says="gradients as small as the default ε",
)


adam_step = Exercise(
    updates.adam_step,
    kind="transcribe",
    cases=[
        Case.hand(
            call(*singles(1, 4, 0, 0), 1, lr=0.5, beta1=0.5, beta2=0.75, eps=1.0),
            tuple(singles(0.6, 2, 4)),
            says="p = 1, g = 4, m = v = 0, t = 1, lr = 0.5, β₁ = 0.5, β₂ = 0.75, ε = 1",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 3, 2, t=3, lr=0.07, beta1=0.6, beta2=0.95, eps=0.01),
            says="arrays (3, 2), t = 3, β₁ = 0.6, β₂ = 0.95, ε = 0.01",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 4, t=7, lr=0.3), says="t = 7 and the default β₁, β₂, ε"
        ),
        TINY,
        Case.extreme(call(*singles(1, 0, 0, 0), 1, lr=0.1), says="a first gradient of exactly 0"),
    ],
    laws=[
        Law("the first step has length lr whatever the gradient's scale", _first_step_of_adam),
    ],
    mistakes=[
        MEAN_SQUARE,
        """
        lr / (1 - beta1**t) ⇒ lr
        v / (1 - beta2**t) ⇒ v
            You used m and v as they are. Both begin at 0 and v catches up far more slowly, so the
            first steps are too large: divide by 1 − β₁ᵗ and 1 − β₂ᵗ.
        v / (1 - beta2**t) ⇒ v
            You corrected m and not v. With v near 0 at first, the division makes the steps huge.
        lr / (1 - beta1**t) ⇒ lr
            You corrected v and not m. The first step is then (1 − β₁) of what it should be.
        beta1**t ⇒ beta2**t
            You corrected m with β₂'s power. m has forgotten at the rate β₁; each average is
            corrected with its own β.
        beta2**t ⇒ beta1**t
            You corrected v with β₁'s power. v has forgotten at the rate β₂; each average is
            corrected with its own β.
        beta1**t ⇒ beta1
        beta2**t ⇒ beta2
            You divided by 1 − β at every step. That is right only for t = 1: what is missing from
            the average has shrunk to βᵗ.
        (v / (1 - beta2**t)) ⇒ (v / (1 - beta2**t) + eps)
        (root + eps) ⇒ root
            You put ε under the root. There it acts like √ε, ten thousand times larger for 1e-8. Add
            it to √v̂.
        ) ** 0.5 ⇒ )
            You divided by v̂. It is in units of the gradient squared: take its root.
        beta1**t ⇒ beta1 ** (t + 1)
        beta2**t ⇒ beta2 ** (t + 1)
            You corrected with the power t + 1. t counts from 1 already.
        lr / (1 ⇒ lr * (1
        v / (1 ⇒ v * (1
            You multiplied by 1 − βᵗ. The averages are too small at first: divide.
        lr / (1 - beta1**t) * m ⇒ lr * (m / 1 - beta1**t)
        v / (1 - beta2**t) ⇒ v / 1 - beta2**t
            M / 1 - beta1**t divides by 1 and then subtracts. Brackets: m / (1 - beta1**t).
        m, v = average ⇒ beta1, beta2 = beta2, beta1; m, v = average
            You averaged g with β₂ and g² with β₁. m forgets quickly, with β₁; v slowly, with β₂.
        eps), m, v ⇒ eps), v, m
            You returned v before m. The order is p, m, v.
        (v / (1 - beta2**t)) ⇒ v
        lr / (1 - beta1**t) ⇒ lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
            You divided by √v + ε and corrected afterwards. The correction then acts on ε as well:
            correct v first, take the root, add ε last.
        eps), m, v ⇒ eps), m / (1 - beta1**t), v / (1 - beta2**t)
            Your step is right, but you stored m̂ and v̂. The correction is for this step only;
            stored, it is applied again at the next.
        average(beta1, m, g) ⇒ beta1 * m + g
            You added g with its full weight. Adam's m is an average: g enters with 1 − β₁.
        lr / (1 - beta1**t) * m ⇒ lr * g
            You moved along g: that is RMSprop with a correction. Adam moves along the average m̂.
        average(beta1, m, g) ⇒ average(beta1, g, m)
        average(beta2, v, g**2) ⇒ average(beta2, g**2, v)
            You gave the newest gradient the weight β and the past 1 − β. With β₂ = 0.999 the past
            would be forgotten at once.
        """,
    ],
    hints=[
        "After one step from zero, m is (1 − β₁)g and v is (1 − β₂)g². By what must each be divided"
        " to be g and g² again? And after t equal gradients?",
        "m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ),"
        " p ← p − lr · m̂ / (√v̂ + ε); return p, m, v.",
        "m = average(beta1, m, ...)\nv = average(beta2, v, ...)\nm_hat = m / ...\nv_hat = v / ...\n"
        "return p - lr * ..., m, v",
    ],
    why="With t equal gradients the weights of an average that began at 0 sum to 1 − βᵗ, so"
    " dividing by that makes them sum to 1. The package folds lr into the first correction, and"
    " its one line for the average writes into memory it has just made: both for speed, the"
    " formula is the same.",
    difficulty=3,
    minutes=12,
    importance=5,
)


adamw_step = Exercise(
    updates.adamw_step,
    kind="transcribe",
    cases=[
        Case.hand(
            call(*singles(1, 4, 0, 0), 1, lr=0.5, beta1=0.5, beta2=0.75, eps=1.0, weight_decay=0.2),
            tuple(singles(0.5, 2, 4)),
            says="the numbers of adam_step, and λ = 0.2",
        ),
        Case.random(
            lambda rng: _adam_draw(
                rng, 2, 3, t=3, lr=0.3, beta1=0.6, beta2=0.95, eps=0.01, weight_decay=0.4
            ),
            says="arrays (2, 3), t = 3, λ = 0.4",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 5, t=7, lr=0.8), says="t = 7 and the default β₁, β₂, ε, λ"
        ),
        TINY,
        Case.extreme(
            call(*singles(2, 0, 0, 0), 1, lr=0.1, weight_decay=0.5),
            says="no gradient: only the decay acts",
        ),
    ],
    laws=[
        Law(
            "the averages never see the decay",
            lambda f, rng: near(
                f(*singles(1e3, 1, 0, 0), 1, lr=0.1, weight_decay=0.5)[2],
                0.001,
                "p = 1000, g = 1, m = v = 0, t = 1, λ = 0.5: the new v",
            ),
        ),
    ],
    mistakes=[
        """
        p = (1 - lr * weight_decay) * p ⇒ g = g + weight_decay * p
            You added λp to the gradient: that is L2 under Adam. It is then divided by √v̂ like
            everything else, so weights with large gradients hardly decay. AdamW shrinks p directly.
        lr * weight_decay ⇒ weight_decay
            You shrank p by λ, not by lr · λ. Then decay doesn't follow the schedule, and at λ = 0.1
            a tenth of every weight is lost at every step.
        p = (1 - lr * weight_decay) * p ⇒
        return adam ⇒ p, m, v = adam
        eps=eps) ⇒ eps=eps); return (1 - lr * weight_decay) * p, m, v
            You shrank what came out of Adam's step. The decay belongs to p as it was: shrink first,
            or subtract lr · λ times the old p.
        , beta1=beta1, beta2=beta2, eps=eps ⇒
            Your decay is right, but Adam's step ran with its own β₁, β₂ and ε. Pass yours on:
            beta1=beta1, beta2=beta2, eps=eps.
        return adam ⇒ adam
        eps=eps) ⇒ eps=eps); return p, m, v
            You called adam_step and did not keep what it returned, so only the decay is left. A
            pure function changes nothing: return its result.
        (1 - lr * weight_decay) * p ⇒ p
            That is Adam. Where does λ act?
        1 - lr ⇒ 1 + lr
            You made the weights grow: p is multiplied by 1 + lr · λ. Decay takes away.
        (1 - lr * weight_decay) * p ⇒ p - lr * weight_decay * p / abs(p)
            You took the same amount lr · λ from every weight. That is L1 decay; here each loses a
            share.
        p = (1 ⇒ g = g + weight_decay * p; p = (1
            You decayed p twice: once directly and once through the gradient.
        """,
    ],
    hints=[
        "Adam divides all that enters through g by √v̂. How does the decay get round that division?",
        "p ← (1 − lr · λ) p, then Adam's step from there with g as it is; return p, m, v.",
        "p = ...\nreturn updates.adam_step(p, g, m, v, t, lr=lr, ...)",
    ],
    why="Decoupled, every weight loses the same share lr · λ a step, whatever its gradients are,"
    " and the decay follows the schedule of lr.",
    difficulty=2,
    minutes=6,
    importance=5,
)


def _keeps_direction(clipped):
    a, b = (float(np.ravel(g)[0]) for g in clipped)
    if np.isclose(30 * b, 0.4 * a):
        return ""
    return f"gradients (30) and (0.4), limit 1: yours are {a:.4g} and {b:.4g}, another direction."


def clipped_in_place(grads, limit):
    """The numbers are right, but you wrote them into the caller's gradients. Make new ones."""
    clipped, norm = optim.clip_by_norm(grads, limit)
    for g, new in zip(grads, clipped, strict=True):
        g[:] = new
    return grads, norm


clip_by_norm = Exercise(
    optim.clip_by_norm,
    kind="transcribe",
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
        "norm = optim.global_norm(grads)\nscale = ... if ... else 1.0\nreturn [...], norm",
    ],
    why="One factor for all keeps the direction, so a clipped step is a shorter step along the same"
    " slope. Clipping each tensor alone is another direction.",
    difficulty=2,
    minutes=8,
    importance=4,
)


def _rises_once(f, rng):
    rates = [float(f(s, steps=40, warmup=5, lr=0.3, final=0.1)) for s in range(50)]
    given = "40 steps, 5 to warm up, lr = 0.3: "
    if max(rates) != rates[5]:
        at = int(np.argmax(rates))
        return f"{given}the rate is highest at step {at}, {rates[at]:.4g}, not at step 5."
    up = next((s for s in range(5, 49) if rates[s + 1] > rates[s]), None)
    if up is None:
        return ""
    return f"{given}from step {up} to {up + 1} it rises, {rates[up]:.4g} to {rates[up + 1]:.4g}."


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
    kind="transcribe",
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
        "if step < warmup:\n    return ...\ndone = min(1.0, ...)\nreturn final + ...",
    ],
    why="Each piece is a share from 0 to 1 that scales a height. (1 + cos πd)/2 goes from 1 to 0"
    " and is level at both ends.",
    difficulty=3,
    minutes=12,
    importance=4,
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
                "f(p) = p² from p = 3, rates 0.1 and 0.2: the first entry",
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
        "losses = []\nfor lr in lrs:\n    loss, g = ...\n    losses.append(...)\n"
        "    if not ...:\n        break\n    p = ...\nreturn losses",
    ],
    why="`not loss <= …` is true of nan as well, where `loss > …` is false. The loss noted belongs"
    " to the point before the step, so a rise shows one entry after the rate that caused it.",
    difficulty=3,
    minutes=12,
    importance=3,
)
