"""The exercises of this lesson."""

import math

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.checking.cases import named
from course.networks import optim, schedules, updates


def draws(rng, *shape, n):
    """n arrays of standard normal draws."""
    return [rng.normal(size=shape) for _ in range(n)]


def uneven(rng, *shape):
    """Positive draws, as a running mean of squares is."""
    return rng.uniform(0.2, 3.0, shape)


def near(got, wanted, given):
    """A law's verdict on one number: "" where it is right, else what came of what was given."""
    worst = np.ravel(got)[np.abs(np.ravel(got) - wanted).argmax()]
    return (
        "" if np.allclose(got, wanted) else f"{given} gives {worst:.4g}, where {wanted} is right."
    )


def reordered(reference, *order):
    """The right values in another order."""
    return lambda *args, **settings: tuple(reference(*args, **settings)[i] for i in order)


# momentum_step


def _momentum_in_place(p, g, v, *, lr, momentum=0.9):
    v *= momentum
    v += g
    p -= lr * v
    return p, v


def _momentum(velocity, move):
    """A step that makes v by velocity(v, g, μ, lr) and p by move(p, g, new v, old v, lr)."""

    def step(p, g, v, *, lr, momentum=0.9):
        new = velocity(v, g, momentum, lr)
        return move(p, g, new, v, lr), new

    return step


def _ball(v, g, mu, lr):
    return mu * v + g


def _along(p, g, new, old, lr):
    return p - lr * new


momentum_step = Exercise(
    updates.momentum_step,
    cases=[
        Case.hand(
            call(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.1, momentum=0.5),
            (np.array([0.3]), np.array([7.0])),
            says="p = 1, g = 2, v = 10, lr = 0.1, μ = 0.5",
        ),
        Case.random(
            lambda rng: call(*draws(rng, 3, 2, n=3), lr=0.07, momentum=0.83), says="arrays (3, 2)"
        ),
        Case.random(lambda rng: call(*draws(rng, 4, n=3), lr=0.3), says="the default μ = 0.9"),
        Case.extreme(
            call(np.ones(2), np.array([3.0, -3.0]), np.zeros(2), lr=0.5, momentum=0.0),
            says="μ = 0, plain gradient descent",
        ),
    ],
    laws=[
        Law(
            "without a gradient the ball rolls on, slower by μ",
            lambda f, rng: near(
                f(np.zeros(2), np.zeros(2), np.ones(2), lr=0.1, momentum=0.8)[1],
                0.8,
                "v = 1 and g = 0 with μ = 0.8: the new v",
            ),
        ),
    ],
    mistakes=[
        named(
            "lr inside the velocity",
            "You put lr into the velocity. Then the steps already summed keep the old rate when a"
            " schedule changes it. Here v sums gradients, and lr scales the whole at the end.",
            _momentum(lambda v, g, mu, lr: mu * v + lr * g, lambda p, g, new, old, lr: p - new),
        ),
        named(
            "an average, not a sum",
            "You weighed g by 1 − μ, which makes v an average. That is Adam's way; here v is a sum,"
            " so a steady gradient is amplified 1 / (1 − μ) times.",
            _momentum(lambda v, g, mu, lr: mu * v + (1 - mu) * g, _along),
        ),
        named(
            "old velocity",
            "You moved with the velocity from before this gradient. Renew v first, then move by"
            " it.",
            _momentum(_ball, lambda p, g, new, old, lr: p - lr * old),
        ),
        named(
            "velocity unused",
            "You kept a velocity and then moved along g alone. What is the velocity for?",
            _momentum(_ball, lambda p, g, new, old, lr: p - lr * g),
        ),
        named(
            "nothing forgotten",
            "Your velocity never decays: it is the sum of all gradients ever seen. Where does μ"
            " act?",
            _momentum(lambda v, g, mu, lr: v + g, _along),
        ),
        named(
            "μ on the gradient",
            "You weighed the new gradient by μ and kept the old velocity whole. It is the past"
            " that fades.",
            _momentum(lambda v, g, mu, lr: v + mu * g, _along),
        ),
        named(
            "look-ahead",
            "You looked a step ahead: that is Nesterov's rule, the next exercise. Here p moves by"
            " lr · v.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (g + momentum * (momentum * v + g)),
                momentum * v + g,
            ),
        ),
        named(
            "uphill",
            "You added. The velocity sums gradients, and gradients point uphill.",
            _momentum(_ball, lambda p, g, new, old, lr: p + lr * new),
        ),
        named(
            "the other sign",
            "You put −lr · g into the velocity and added it. Textbooks do that too, but the v you"
            " keep is another one: here it sums gradients, and lr and the minus come at the end.",
            _momentum(lambda v, g, mu, lr: mu * v - lr * g, lambda p, g, new, old, lr: p + new),
        ),
        named(
            "exchanged",
            "You returned v first. The parameter comes first: return p, then v.",
            reordered(updates.momentum_step, 1, 0),
        ),
        named(
            "0.9 written in",
            "You wrote 0.9 into the formula. It is only the default: use the argument momentum.",
            lambda p, g, v, *, lr, momentum=0.9: updates.momentum_step(p, g, v, lr=lr),
        ),
        named(
            "in place",
            "The numbers are right, but you wrote them into the caller's arrays: *=, += and -="
            " change an array for everyone who holds it. A pure rule makes new ones.",
            _momentum_in_place,
        ),
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


# nesterov_step

nesterov_step = Exercise(
    updates.nesterov_step,
    cases=[
        Case.hand(
            call(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.1, momentum=0.5),
            (np.array([0.45]), np.array([7.0])),
            says="p = 1, g = 2, v = 10, lr = 0.1, μ = 0.5",
        ),
        Case.random(
            lambda rng: call(*draws(rng, 2, 3, n=3), lr=0.07, momentum=0.83), says="arrays (2, 3)"
        ),
        Case.random(lambda rng: call(*draws(rng, 5, n=3), lr=0.3), says="the default μ = 0.9"),
        Case.extreme(
            call(np.ones(2), np.array([3.0, -3.0]), np.ones(2), lr=0.5, momentum=0.0),
            says="μ = 0, plain gradient descent",
        ),
    ],
    laws=[
        Law(
            "with a steady gradient it goes as far as momentum in the end",
            lambda f, rng: near(
                f(np.zeros(1), np.ones(1), np.array([5.0]), lr=0.1, momentum=0.8)[0],
                -0.5,
                "p = 0, g = 1, v = 5, lr = 0.1, μ = 0.8: the new p",
            ),
        ),
    ],
    mistakes=[
        named(
            "no look-ahead",
            "Your step is plain momentum's. It comes of moving by v, and also of g + μv with the"
            " old v, which is the same thing. Renew v first, then move by g + μv with the new one.",
            updates.momentum_step,
        ),
        named(
            "look-ahead without this gradient",
            "You faded the old velocity twice and left this gradient out of it. The new v holds g:"
            " renew v first; what then is μv?",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (g + momentum**2 * v),
                momentum * v + g,
            ),
        ),
        named(
            "look-ahead kept",
            "Your step is right, but you stored the looked-ahead velocity. It is for this step"
            " only; kept, it counts g twice next time.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (g + momentum * (momentum * v + g)),
                g + momentum * (momentum * v + g),
            ),
        ),
        named(
            "μ on the gradient",
            "You moved by μg + v. It is the velocity that has faded a step ahead: g + μv.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (momentum * g + momentum * v + g),
                momentum * v + g,
            ),
        ),
        named(
            "brackets missing",
            "You took lr times g alone and then added μv. Both stand in brackets: lr · (g + μv).",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * g + momentum * (momentum * v + g),
                momentum * v + g,
            ),
        ),
        named(
            "exchanged",
            "You returned v first. The parameter comes first: return p, then v.",
            reordered(updates.nesterov_step, 1, 0),
        ),
        named(
            "velocity and a bit more",
            "You added μv to v. The look-ahead is g + μv: the new v already contains this gradient"
            " and the old velocity once.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (1 + momentum) * (momentum * v + g),
                momentum * v + g,
            ),
        ),
        named(
            "μ missing in the look-ahead",
            "You moved by g + v. One step ahead the velocity will have faded once more: g + μv.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * (g + momentum * v + g),
                momentum * v + g,
            ),
        ),
        named(
            "lr inside the velocity",
            "You put lr into the velocity. It sums gradients; lr scales the whole step at the end.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p - lr * g - momentum * (momentum * v + lr * g),
                momentum * v + lr * g,
            ),
        ),
        named(
            "uphill",
            "You added. The velocity sums gradients, and gradients point uphill.",
            lambda p, g, v, *, lr, momentum=0.9: (
                p + lr * (g + momentum * (momentum * v + g)),
                momentum * v + g,
            ),
        ),
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


# rmsprop_step


def _rmsprop(memory, scale):
    """A step that makes v by memory(v, g, β) and divides g by scale(new v, ε)."""

    def step(p, g, v, *, lr, beta=0.99, eps=1e-8):
        v = memory(v, g, beta)
        return p - lr * g / scale(v, eps), v

    return step


def _mean_square(v, g, beta):
    return beta * v + (1 - beta) * g**2


def _root(v, eps):
    return np.sqrt(v) + eps


def _rmsprop_stale(p, g, v, *, lr, beta=0.99, eps=1e-8):
    return p - lr * g / (np.sqrt(v) + eps), _mean_square(v, g, beta)


rmsprop_step = Exercise(
    updates.rmsprop_step,
    cases=[
        Case.hand(
            call(np.array([1.0]), np.array([2.0]), np.array([12.0]), lr=0.5, beta=0.5, eps=2e-1),
            (np.array([1 - 1 / (np.sqrt(8) + 0.2)]), np.array([8.0])),
            says="p = 1, g = 2, v = 12, lr = 0.5, β = 0.5, ε = 0.2",
        ),
        Case.random(
            lambda rng: call(
                *draws(rng, 3, 2, n=2), uneven(rng, 3, 2), lr=0.07, beta=0.85, eps=1e-2
            ),
            says="arrays (3, 2), ε = 0.01",
        ),
        Case.random(
            lambda rng: call(*draws(rng, 4, n=2), uneven(rng, 4), lr=0.3),
            says="the defaults β = 0.99, ε = 1e-8",
        ),
        Case.extreme(
            call(np.ones(2), np.zeros(2), np.zeros(2), lr=0.1), says="a gradient of exactly zero"
        ),
    ],
    laws=[
        Law(
            "gradients a thousand times larger take the same step",
            lambda f, rng: near(
                f(np.zeros(1), np.array([1e3]), np.array([1e6]), lr=1, eps=0)[0],
                -1,
                "p = 0, g = 1000, v = 1000², lr = 1, ε = 0: the new p",
            ),
        ),
    ],
    mistakes=[
        named(
            "ε inside the root",
            "You put ε under the root. There it acts like √ε, ten thousand times larger for 1e-8."
            " It is added to √v.",
            _rmsprop(_mean_square, lambda v, eps: np.sqrt(v + eps)),
        ),
        named(
            "no ε",
            "You left ε out. What is 0 / 0, for a weight that has had no gradient yet?",
            _rmsprop(_mean_square, lambda v, eps: np.sqrt(v)),
        ),
        named(
            "no root",
            "You divided by v. It is in units of the gradient squared; which function brings it"
            " back to the gradient's own?",
            _rmsprop(_mean_square, lambda v, eps: v + eps),
        ),
        named(
            "not squared",
            "You averaged |g|. Then what is under the root is no mean square: square g first.",
            _rmsprop(lambda v, g, beta: beta * v + (1 - beta) * np.abs(g), _root),
        ),
        named(
            "g for g²",
            "You averaged g itself. Its signs cancel, and the root of a negative average is nan:"
            " square g first.",
            _rmsprop(lambda v, g, beta: beta * v + (1 - beta) * g, _root),
        ),
        named(
            "no gradient",
            "You divided lr by the scale and left g out. The step is lr · g / (√v + ε).",
            lambda p, g, v, *, lr, beta=0.99, eps=1e-8: (
                p - lr / _root(_mean_square(v, g, beta), eps),
                _mean_square(v, g, beta),
            ),
        ),
        named(
            "brackets missing",
            "You divided by √v and then added ε to p. Brackets: g / (√v + ε).",
            lambda p, g, v, *, lr, beta=0.99, eps=1e-8: (
                p - lr * g / np.sqrt(_mean_square(v, g, beta)) + eps,
                _mean_square(v, g, beta),
            ),
        ),
        named(
            "exchanged",
            "You returned v first. The parameter comes first: return p, then v.",
            reordered(updates.rmsprop_step, 1, 0),
        ),
        named(
            "weights swapped",
            "You gave the newest gradient the weight β and the past 1 − β. With β = 0.99 the past"
            " would be forgotten at once.",
            _rmsprop(lambda v, g, beta: (1 - beta) * v + beta * g**2, _root),
        ),
        named(
            "a sum, not an average",
            "You added g² with its full weight. An average gives it 1 − β, so that v stays as large"
            " as a typical g².",
            _rmsprop(lambda v, g, beta: beta * v + g**2, _root),
        ),
        named(
            "nothing forgotten",
            "You summed all squares ever seen, so steps only shrink: that is AdaGrad. Where does β"
            " make the past fade?",
            _rmsprop(lambda v, g, beta: v + g**2, _root),
        ),
        named(
            "old average",
            "You divided by the average from before this gradient. Renew v first: on the very first"
            " step the old one is 0.",
            _rmsprop_stale,
        ),
    ],
    hints=[
        "Each weight has its own scale of gradients. How would you measure that scale while it"
        " drifts?",
        "v ← βv + (1 − β)g², entry by entry, then p ← p − lr · g / (√v + ε); return p, v.",
        "v = average(beta, v, ...)\nreturn p - lr * g / ..., v",
    ],
    why="g / √v has no units: a weight with large gradients and one with small ones move about"
    " equally far. ε only prevents 0 / 0, so it stays outside the root, where it is small.",
    difficulty=2,
    minutes=8,
    importance=4,
)


# adam_step


def _adam(first=None, second=None, scale=None, m_hat=None, v_hat=None):
    """Adam with one piece replaced."""

    def step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        m = (first or (lambda m, g, b: b * m + (1 - b) * g))(m, g, beta1)
        v = (second or (lambda v, g, b: b * v + (1 - b) * g**2))(v, g, beta2)
        a = (m_hat or (lambda m, b1, b2, t: m / (1 - b1**t)))(m, beta1, beta2, t)
        s = (v_hat or (lambda v, b1, b2, t: v / (1 - b2**t)))(v, beta1, beta2, t)
        return p - lr * a / (scale or _root)(s, eps), m, v

    return step


def _adam_corrected_state(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return p - lr * m / (np.sqrt(v) + eps), m, v


def _adam_draw(rng, *shape, t, **settings):
    return call(*draws(rng, *shape, n=3), uneven(rng, *shape), t, **settings)


adam_step = Exercise(
    updates.adam_step,
    cases=[
        Case.hand(
            call(
                np.array([1.0]),
                np.array([4.0]),
                np.array([0.0]),
                np.array([0.0]),
                1,
                lr=0.5,
                beta1=0.5,
                beta2=0.75,
                eps=1.0,
            ),
            (np.array([0.6]), np.array([2.0]), np.array([4.0])),
            says="p = 1, g = 4, m = v = 0, t = 1, lr = 0.5, β₁ = 0.5, β₂ = 0.75, ε = 1",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 3, 2, t=3, lr=0.07, beta1=0.6, beta2=0.95, eps=1e-2),
            says="arrays (3, 2), t = 3, β₁ = 0.6, β₂ = 0.95, ε = 0.01",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 4, t=7, lr=0.3), says="t = 7 and the default β₁, β₂, ε"
        ),
        Case.extreme(
            call(np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, lr=0.1),
            says="a first gradient of exactly zero",
        ),
    ],
    laws=[
        Law(
            "the first step has length lr whatever the gradient's scale",
            lambda f, rng: "".join(
                near(
                    f(np.zeros(1), np.array([g]), np.zeros(1), np.zeros(1), 1, lr=0.1)[0],
                    -0.1,
                    f"p = 0, g = {g:g}, m = v = 0, t = 1, lr = 0.1: the new p",
                )
                for g in (1e-3, 1e5)
            ),
        ),
    ],
    mistakes=[
        named(
            "no bias correction",
            "You used m and v as they are. Both begin at 0 and v catches up far more slowly, so the"
            " first steps are too large: divide by 1 − β₁ᵗ and 1 − β₂ᵗ.",
            _adam(m_hat=lambda m, b1, b2, t: m, v_hat=lambda v, b1, b2, t: v),
        ),
        named(
            "only m corrected",
            "You corrected m and not v. With v near 0 at first, the division makes the steps huge.",
            _adam(v_hat=lambda v, b1, b2, t: v),
        ),
        named(
            "only v corrected",
            "You corrected v and not m. The first step is then (1 − β₁) of what it should be.",
            _adam(m_hat=lambda m, b1, b2, t: m),
        ),
        named(
            "β₂ for m",
            "You corrected m with β₂'s power. m has forgotten at the rate β₁; each average is"
            " corrected with its own β.",
            _adam(m_hat=lambda m, b1, b2, t: m / (1 - b2**t)),
        ),
        named(
            "β₁ for v",
            "You corrected v with β₁'s power. v has forgotten at the rate β₂; each average is"
            " corrected with its own β.",
            _adam(v_hat=lambda v, b1, b2, t: v / (1 - b1**t)),
        ),
        named(
            "no power of t",
            "You divided by 1 − β at every step. That is right only for t = 1: what is missing from"
            " the average has shrunk to βᵗ.",
            _adam(m_hat=lambda m, b1, b2, t: m / (1 - b1), v_hat=lambda v, b1, b2, t: v / (1 - b2)),
        ),
        named(
            "ε inside the root",
            "You put ε under the root. There it acts like √ε, ten thousand times larger for 1e-8."
            " It is added to √v̂.",
            _adam(scale=lambda v, eps: np.sqrt(v + eps)),
        ),
        named(
            "no root",
            "You divided by v̂. It is in units of the gradient squared: take its root.",
            _adam(scale=lambda v, eps: v + eps),
        ),
        named(
            "t counted twice",
            "You corrected with the power t + 1. t counts from 1 already.",
            _adam(
                m_hat=lambda m, b1, b2, t: m / (1 - b1 ** (t + 1)),
                v_hat=lambda v, b1, b2, t: v / (1 - b2 ** (t + 1)),
            ),
        ),
        named(
            "multiplied by the correction",
            "You multiplied by 1 − βᵗ. The averages are too small at first: divide.",
            _adam(
                m_hat=lambda m, b1, b2, t: m * (1 - b1**t),
                v_hat=lambda v, b1, b2, t: v * (1 - b2**t),
            ),
        ),
        named(
            "brackets missing",
            "m / 1 - beta1**t divides by 1 and then subtracts. Brackets: m / (1 - beta1**t).",
            _adam(
                m_hat=lambda m, b1, b2, t: m / 1 - b1**t,
                v_hat=lambda v, b1, b2, t: v / 1 - b2**t,
            ),
        ),
        named(
            "β₁ and β₂ exchanged",
            "You averaged g with β₂ and g² with β₁. m forgets quickly, with β₁; v slowly, with β₂.",
            lambda p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8: updates.adam_step(
                p, g, m, v, t, lr=lr, beta1=beta2, beta2=beta1, eps=eps
            ),
        ),
        named(
            "m and v exchanged",
            "You returned v before m. The order is p, m, v.",
            reordered(updates.adam_step, 0, 2, 1),
        ),
        named(
            "g for g²",
            "You averaged g itself for v. The root of a negative average is nan: square g first.",
            _adam(second=lambda v, g, b: b * v + (1 - b) * g),
        ),
        named(
            "ε before the correction",
            "You divided by √v + ε and corrected afterwards. The correction then acts on ε as well:"
            " correct v first, take the root, add ε last.",
            lambda p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8: (
                p
                - lr
                * np.sqrt(1 - beta2**t)
                / (1 - beta1**t)
                * (beta1 * m + (1 - beta1) * g)
                / _root(_mean_square(v, g, beta2), eps),
                beta1 * m + (1 - beta1) * g,
                _mean_square(v, g, beta2),
            ),
        ),
        named(
            "corrected averages kept",
            "Your step is right, but you stored m̂ and v̂. The correction is for this step only;"
            " stored, it is applied again at the next.",
            _adam_corrected_state,
        ),
        named(
            "m a sum",
            "You added g with its full weight. Adam's m is an average: g enters with 1 − β₁.",
            _adam(first=lambda m, g, b: b * m + g),
        ),
        named(
            "not squared",
            "You put g into v, not g². v then loses track of the size wherever the sign changes.",
            _adam(second=lambda v, g, b: b * v + (1 - b) * np.abs(g)),
        ),
        named(
            "g for m̂",
            "You moved along g: that is RMSprop with a correction. Adam moves along the average m̂.",
            lambda p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8: (
                p - lr * g / (np.sqrt((beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)) + eps),
                beta1 * m + (1 - beta1) * g,
                beta2 * v + (1 - beta2) * g**2,
            ),
        ),
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


# adamw_step


def _adamw(before=None, gradient=None, after=None):
    """Adam with decay put elsewhere: before(p, lr, λ), gradient(g, p, λ), after(new, p, lr, λ)."""

    def step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        start = before(p, lr, weight_decay) if before else p
        g = gradient(g, p, weight_decay) if gradient else g
        new, m, v = updates.adam_step(start, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return (after(new, p, lr, weight_decay) if after else new), m, v

    return step


adamw_step = Exercise(
    updates.adamw_step,
    cases=[
        Case.hand(
            call(
                np.array([1.0]),
                np.array([4.0]),
                np.array([0.0]),
                np.array([0.0]),
                1,
                lr=0.5,
                beta1=0.5,
                beta2=0.75,
                eps=1.0,
                weight_decay=0.2,
            ),
            (np.array([0.5]), np.array([2.0]), np.array([4.0])),
            says="exercise 6.4's numbers and λ = 0.2",
        ),
        Case.random(
            lambda rng: _adam_draw(
                rng, 2, 3, t=3, lr=0.3, beta1=0.6, beta2=0.95, eps=1e-2, weight_decay=0.4
            ),
            says="arrays (2, 3), t = 3, λ = 0.4",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 5, t=7, lr=0.8), says="t = 7 and the default β₁, β₂, ε, λ"
        ),
        Case.extreme(
            call(
                np.array([2.0]), np.zeros(1), np.zeros(1), np.zeros(1), 1, lr=0.1, weight_decay=0.5
            ),
            says="no gradient: only the decay acts",
        ),
    ],
    laws=[
        Law(
            "the averages never see the decay",
            lambda f, rng: near(
                f(
                    np.array([1e3]),
                    *np.ones((1, 1)),
                    *np.zeros((2, 1)),
                    1,
                    lr=0.1,
                    weight_decay=0.5,
                )[2],
                0.001,
                "p = 1000, g = 1, m = v = 0, t = 1, λ = 0.5: the new v",
            ),
        ),
    ],
    mistakes=[
        named(
            "through the gradient",
            "You added λp to the gradient: that is L2 under Adam. It is then divided by √v̂ like"
            " everything else, so weights with large gradients hardly decay. AdamW shrinks p"
            " directly.",
            _adamw(gradient=lambda g, p, lam: g + lam * p),
        ),
        named(
            "without lr",
            "You shrank p by λ, not by lr · λ. Then decay doesn't follow the schedule, and at"
            " λ = 0.1 a tenth of every weight is lost at every step.",
            _adamw(before=lambda p, lr, lam: (1 - lam) * p),
        ),
        named(
            "decay after the step",
            "You shrank what came out of Adam's step. The decay belongs to p as it was: shrink"
            " first, or subtract lr · λ times the old p.",
            _adamw(after=lambda new, p, lr, lam: (1 - lr * lam) * new),
        ),
        named(
            "settings not passed on",
            "Your decay is right, but Adam's step ran with its own β₁, β₂ and ε. Pass yours on:"
            " beta1=beta1, beta2=beta2, eps=eps.",
            lambda p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01: (
                updates.adam_step((1 - lr * weight_decay) * p, g, m, v, t, lr=lr)
            ),
        ),
        named(
            "step thrown away",
            "You called adam_step and did not keep what it returned, so only the decay is left."
            " A pure function changes nothing: return its result.",
            lambda p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01: (
                (1 - lr * weight_decay) * p,
                m,
                v,
            ),
        ),
        named(
            "no decay",
            "That is Adam. Where does λ act?",
            _adamw(),
        ),
        named(
            "growth",
            "You made the weights grow: p is multiplied by 1 + lr · λ. Decay takes away.",
            _adamw(before=lambda p, lr, lam: (1 + lr * lam) * p),
        ),
        named(
            "towards the sign",
            "You took the same amount lr · λ from every weight. That is L1 decay; here a weight"
            " loses a share of itself.",
            _adamw(before=lambda p, lr, lam: p - lr * lam * np.sign(p)),
        ),
        named(
            "twice",
            "You decayed p twice: once directly and once through the gradient.",
            _adamw(
                before=lambda p, lr, lam: (1 - lr * lam) * p, gradient=lambda g, p, lam: g + lam * p
            ),
        ),
    ],
    hints=[
        "Adam divides all that enters through g by √v̂. How does the decay get round that division?",
        "p ← (1 − lr · λ) p, then Adam's step from there with the gradient as it is; return p, m,"
        " v.",
        "p = ...\nreturn updates.adam_step(p, g, m, v, t, lr=lr, ...)",
    ],
    why="Decoupled, every weight loses the same share lr · λ a step, whatever its gradients are,"
    " and the decay follows the schedule of lr.",
    difficulty=2,
    minutes=6,
    importance=5,
)


# clip_by_norm


def _clip(scale):
    """Clip by the factor scale(norm, limit); the norm comes out as measured."""

    def clip(grads, limit):
        norm = optim.global_norm(grads)
        return [scale(norm, limit) * g for g in grads], norm

    return clip


def _clip_each(grads, limit):
    norms = [np.linalg.norm(g) for g in grads]
    clipped = [g * min(1.0, limit / n) if n else g for g, n in zip(grads, norms, strict=True)]
    return clipped, optim.global_norm(grads)


def _summed_norms(grads, limit):
    norm = sum(np.linalg.norm(g) for g in grads)
    return [g * min(1.0, limit / norm) if norm else g for g in grads], norm


def _in_place_clip(grads, limit):
    norm = optim.global_norm(grads)
    for g in grads:
        g *= min(1.0, limit / norm) if norm else 1
    return grads, norm


def _squared_norm(grads, limit):
    square = float(sum((g**2).sum() for g in grads))
    return [g * min(1.0, limit / square) if square else g for g in grads], square


def _keeps_direction(clipped):
    a, b = (float(np.ravel(g)[0]) for g in clipped)
    if np.isclose(30 * b, 0.4 * a):
        return ""
    return f"gradients (30) and (0.4), limit 1: yours are {a:.4g} and {b:.4g}, another direction."


clip_by_norm = Exercise(
    optim.clip_by_norm,
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
        Law(
            "the direction stays",
            lambda f, rng: _keeps_direction(f([np.array([30.0]), np.array([0.4])], 1.0)[0]),
        ),
    ],
    mistakes=[
        named(
            "clipped one by one",
            "You gave every tensor its own limit. The long ones shrink, the short ones stay, and"
            " the whole points somewhere else. One norm, one factor for all.",
            _clip_each,
        ),
        named(
            "clipped by value",
            "You cut off single entries. That bends the direction towards a corner; a common factor"
            " keeps it.",
            lambda grads, limit: (
                [np.clip(g, -limit, limit) for g in grads],
                optim.global_norm(grads),
            ),
        ),
        named(
            "always rescaled",
            "You also stretched gradients that were short enough. The limit is an upper one: the"
            " factor is never above 1.",
            _clip(lambda norm, limit: limit / norm if norm else 1.0),
        ),
        named(
            "not shrunk",
            "Your gradients are as long as they were. In a loop, `g = g * factor` gives the name g"
            " a new array and leaves the list as it is: make a new list.",
            lambda grads, limit: (grads, optim.global_norm(grads)),
        ),
        named(
            "norm not returned",
            "You returned the gradients alone. Return the list, then the norm.",
            lambda grads, limit: optim.clip_by_norm(grads, limit)[0],
        ),
        named(
            "exchanged",
            "You returned the norm first. The list of gradients comes first.",
            reordered(optim.clip_by_norm, 1, 0),
        ),
        named(
            "the larger factor",
            "Short gradients are stretched and long ones kept: is your test the wrong way round, or"
            " did you take the larger of 1 and limit / norm? The factor is at most 1.",
            _clip(lambda norm, limit: max(1.0, limit / norm) if norm else 1.0),
        ),
        named(
            "factor upside down",
            "Your factor is norm / limit, so long gradients grow. What must a length of 13 be"
            " multiplied by to become 6.5?",
            _clip(lambda norm, limit: norm / limit if norm > limit else 1.0),
        ),
        named(
            "norms added",
            "You added the tensors' norms. Lengths at right angles add by their squares: one norm"
            " of all entries together.",
            _summed_norms,
        ),
        named(
            "no root",
            "You took the sum of squares for the norm. Which function turns it into a length?",
            _squared_norm,
        ),
        named(
            "norm after clipping",
            "You returned the norm after clipping. The one before is what is worth watching: it"
            " says how often, and how hard, the clip acts.",
            lambda grads, limit: (
                optim.clip_by_norm(grads, limit)[0],
                min(limit, optim.global_norm(grads)),
            ),
        ),
        named(
            "unit length",
            "You made the gradient one unit long. It should keep a length up to the limit.",
            _clip(lambda norm, limit: 1 / norm if norm > limit else 1.0),
        ),
        named(
            "in place",
            "The numbers are right, but you wrote them into the caller's gradients. Make new ones.",
            _in_place_clip,
        ),
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


# warmup_cosine


def _schedule(rise=None, fall=None, clamp=True, begin=None):
    """The schedule with one piece replaced."""

    def schedule(step, *, steps, warmup=0, lr=1.0, final=0.0):
        if step < warmup:
            return (rise or (lambda s, w, lr: lr * (s + 1) / (w + 1)))(step, warmup, lr)
        done = (begin or (lambda s, n, w: (s - w) / (n - w)))(step, steps, warmup)
        done = min(1.0, done) if clamp else done
        return (fall or _half_cosine)(done, lr, final)

    return schedule


def _half_cosine(done, lr, final):
    return final + (lr - final) * (1 + math.cos(math.pi * done)) / 2


def _product(step, *, steps, warmup=0, lr=1.0, final=0.0):
    cosine = _half_cosine(min(1.0, step / steps), lr, final)
    return cosine * min(1.0, (step + 1) / (warmup + 1))


def _rises_once(rates):
    given = "40 steps, 5 to warm up, lr = 0.3: "
    if max(rates) != rates[5]:
        at = int(np.argmax(rates))
        return f"{given}the rate is highest at step {at}, {rates[at]:.4g}, not at step 5."
    up = next((s for s in range(5, 49) if rates[s + 1] > rates[s]), None)
    if up is None:
        return ""
    return f"{given}from step {up} to {up + 1} it rises, {rates[up]:.4g} to {rates[up + 1]:.4g}."


def _span(rng):
    steps = int(rng.integers(40, 60))
    return {"steps": steps, "warmup": int(rng.integers(5, 12)), "lr": 0.3, "final": 0.04}


warmup_cosine = Exercise(
    schedules.warmup_cosine,
    cases=[
        Case.hand(
            call(0, steps=12, warmup=3, lr=0.4, final=0.1), 0.1, says="step 0 of 12, 3 to warm up"
        ),
        Case.hand(
            call(3, steps=12, warmup=3, lr=0.4, final=0.1), 0.4, says="step 3 of 12: the top"
        ),
        Case.hand(
            call(6, steps=12, warmup=3, lr=0.4, final=0.1), 0.325, says="step 6 of 12: a third down"
        ),
        Case.random(lambda rng: call(int(rng.integers(0, 5)), **_span(rng)), says="warming up"),
        Case.random(lambda rng: call(int(rng.integers(14, 39)), **_span(rng)), says="falling", n=3),
        Case.random(lambda rng: call(int(rng.integers(1, 9)), steps=10), says="no warmup"),
        Case.random(lambda rng: call(int(rng.integers(61, 99)), **_span(rng)), says="past the end"),
        Case.extreme(call(0, steps=1), says="one step in all"),
    ],
    laws=[
        Law(
            "it rises to lr and then never rises again",
            lambda f, rng: _rises_once(
                [float(f(s, steps=40, warmup=5, lr=0.3, final=0.1)) for s in range(50)]
            ),
        ),
    ],
    mistakes=[
        named(
            "a first step of zero",
            "Your first step has rate 0 and moves nothing. Counting from 0, step s has had s + 1 of"
            " warmup + 1 parts.",
            _schedule(rise=lambda s, w, lr: lr * s / w),
        ),
        named(
            "top reached twice",
            "You reach lr one step early, and have it twice. The rise has warmup steps below lr:"
            " divide by warmup + 1.",
            _schedule(rise=lambda s, w, lr: lr * (s + 1) / w),
        ),
        named(
            "cosine from step 0",
            "Your cosine begins at step 0, so the rate jumps where warmup ends. It begins at the"
            " top: count s − warmup, out of steps − warmup.",
            _schedule(begin=lambda s, n, w: s / n),
        ),
        named(
            "too late an end",
            "You divided by all the steps, so the rate hasn't arrived when the run ends. After"
            " warmup, steps − warmup are left.",
            _schedule(begin=lambda s, n, w: (s - w) / n),
        ),
        named(
            "quarter of a cosine",
            "You let the angle run to π/2. It then falls fastest at the end; half a cosine, from 0"
            " to π, levels out at both ends.",
            _schedule(fall=lambda d, lr, final: final + (lr - final) * math.cos(math.pi * d / 2)),
        ),
        named(
            "no π",
            "Your angle runs from 0 to 1. Half a cosine runs from 0 to π.",
            _schedule(fall=lambda d, lr, final: final + (lr - final) * (1 + math.cos(d)) / 2),
        ),
        named(
            "final forgotten",
            "You fall to 0. Where does `final` come in?",
            _schedule(fall=lambda d, lr, final: lr * (1 + math.cos(math.pi * d)) / 2),
        ),
        named(
            "final on top",
            "You added `final` to a cosine of height lr, so it begins at lr + final. What is left"
            " to fall is lr − final.",
            _schedule(fall=lambda d, lr, final: final + lr * (1 + math.cos(math.pi * d)) / 2),
        ),
        named(
            "minus the cosine",
            "You wrote 1 − cos, which rises from 0. 1 + cos begins at 2 and ends at 0.",
            _schedule(
                fall=lambda d, lr, final: final + (lr - final) * (1 - math.cos(math.pi * d)) / 2
            ),
        ),
        named(
            "zero past the end",
            "You returned 0 past the end. The rate stays at `final`.",
            lambda step, *, steps, warmup=0, lr=1.0, final=0.0: (
                0.0
                if step > steps
                else schedules.warmup_cosine(step, steps=steps, warmup=warmup, lr=lr, final=final)
            ),
        ),
        named(
            "degrees",
            "math.cos takes radians: half a cosine runs from 0 to π, not to 180.",
            _schedule(fall=lambda d, lr, final: _half_cosine(d * 180 / math.pi, lr, final)),
        ),
        named(
            "no halving",
            "1 + cos begins at 2. Halve it, or the run begins at twice the rate.",
            _schedule(fall=lambda d, lr, final: final + (lr - final) * (1 + math.cos(math.pi * d))),
        ),
        named(
            "rising again",
            "Past the end the cosine turns up. A run that goes on longer than planned should stay"
            " at `final`: hold the share done at 1.",
            _schedule(clamp=False),
        ),
        named(
            "straight line",
            "You fall in a straight line: a good schedule, the next one, but not a cosine.",
            _schedule(fall=lambda d, lr, final: lr + (final - lr) * d),
        ),
        named(
            "both at once",
            "You multiplied the rise with a cosine that was already falling. First the one, then,"
            " from the top, the other.",
            _product,
        ),
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


# lr_range_test


def _range(before=True, move=None, stop=None, restart=False):
    """The test with one piece replaced."""

    def test(f, p, lrs):
        losses, start = [], p
        for lr in lrs:
            loss, g = f(start if restart else p)
            new = (move or (lambda p, g, lr: p - lr * g))(p, g, lr)
            losses.append(float(loss if before else f(new)[0]))
            if (stop or (lambda loss, seen: not loss <= 4 * min(seen)))(losses[-1], losses):
                break
            p = new
        return losses

    return test


def _one_gradient(f, p, lrs):
    g, losses = f(p)[1], []
    for lr in lrs:
        losses.append(float(f(p)[0]))
        if not losses[-1] <= 4 * min(losses):
            break
        p = p - lr * g
    return losses


def _in_place_range(f, p, lrs):
    losses = []
    for lr in lrs:
        loss, g = f(p)
        losses.append(float(loss))
        if not loss <= 4 * min(losses):
            break
        p -= lr * g
    return losses


def _always_back(f, p, lrs):
    losses = []
    for lr in lrs:
        losses.append(float(f(p - lr * f(p)[1])[0]))
        if not losses[-1] <= 4 * min(losses):
            break
    return losses


def _every_rate(f, p, lrs):
    return [float(f(p - lr * f(p)[1])[0]) for lr in lrs]


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
        named(
            "loss after the step",
            "You noted the loss after each step. The first entry should be the loss at the start:"
            " note, then move.",
            _range(before=False),
        ),
        named(
            "never moved",
            "You measured at the starting point again and again. The test is one run, in which each"
            " step begins where the last one ended.",
            _range(restart=True),
        ),
        named(
            "back to the start",
            "You tried every rate from the starting point. That is a line search; the range test is"
            " one run with a rising rate.",
            _always_back,
        ),
        named(
            "every rate from the start, without a stop",
            "You tried every rate from the starting point, all of them. The test is one run: each"
            " step begins where the last one ended, and it stops when the loss blows up.",
            _every_rate,
        ),
        named(
            "the rate, not the losses",
            "You returned a rate. Return the losses, and look at their curve to choose one.",
            lambda f, p, lrs: lrs[int(np.nanargmin(schedules.lr_range_test(f, p, lrs)))],
        ),
        named(
            "last loss missing",
            "You stopped before you noted the loss that made you stop. Note first, then ask.",
            lambda f, p, lrs: (
                lambda losses: losses[:-1] if not losses[-1] <= 4 * min(losses) else losses
            )(schedules.lr_range_test(f, p, lrs)),
        ),
        named(
            "a best of zero",
            "You stopped at the first loss. If the best so far begins at 0, no loss is below four"
            " times that: begin with infinity.",
            _range(stop=lambda loss, seen: not loss <= 4 * min(0.0, *seen)),
        ),
        named(
            "never stopped",
            "You went on after the run had blown up. Once the loss is above four times the best,"
            " nothing more is learnt: stop.",
            _range(stop=lambda loss, seen: False),
        ),
        named(
            "nan not noticed",
            "Your test of the loss is silent for nan: every comparison with nan is false. Ask"
            " whether the loss is still good, not whether it is bad.",
            _range(stop=lambda loss, seen: loss > 4 * min(seen)),
        ),
        named(
            "compared with the start",
            "You compared with the first loss. A run that first falls a hundredfold may then rise"
            " fiftyfold unnoticed: compare with the best.",
            _range(stop=lambda loss, seen: not loss <= 4 * seen[0]),
        ),
        named(
            "compared with the last",
            "You compared with the loss just before. A slow rise never trips that: compare with the"
            " best.",
            _range(stop=lambda loss, seen: not loss <= 4 * seen[max(len(seen) - 2, 0)]),
        ),
        named(
            "stopped at once",
            "You stopped at the first rise. Losses of batches go up and down; four times the best"
            " is a rise that means something.",
            _range(stop=lambda loss, seen: not loss <= min(seen)),
        ),
        named(
            "one gradient for all",
            "You kept the first gradient. The slope changes with p: ask f anew at every step.",
            _one_gradient,
        ),
        named(
            "uphill",
            "You added the gradient. It points to where the loss grows.",
            _range(move=lambda p, g, lr: p + lr * g),
        ),
        named(
            "in place",
            "The losses are right, but you moved the caller's p: -= writes into their array. The"
            " training that follows would begin where your test blew up.",
            _in_place_range,
        ),
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
