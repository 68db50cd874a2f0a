"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law, call
from course.networks import diagnosis, updates
from course.words import say


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
    """A law's verdict on one number: "" where it is right, else what came of what was given.

    What was given is a clause that has gone through `say`.
    """
    if np.allclose(got, wanted):
        return ""
    worst = np.ravel(got)[np.abs(np.ravel(got) - wanted).argmax()]
    return say(
        "{given} gives {worst:.4g}, where {wanted} is right.",
        given=given,
        worst=worst,
        wanted=wanted,
    )


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
                say("v = 1 and g = 0 with μ = 0.8: the new v"),
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
        "v = … * v + …\nreturn p - …, v",
    ],
    why="v is a sum of gradients in which each step's share has faded by μ for every step since."
    " With lr outside, a schedule acts on the whole step at once.",
    difficulty=1,
    minutes=6,
    importance=5,
)


nesterov_step = Exercise(
    updates.nesterov_step,
    kind="derive",
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
                say("p = 0, g = 1, v = 5, lr = 0.1, μ = 0.8: the new p"),
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
        return p - lr * (g + momentum * v), v ⇒ return p - lr * (g + momentum * v) - lr * v, v
            You took momentum's step and then the next one as well. Only the next one is taken, from
            p as it was.
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
        "If the same gradient came again, what would the velocity be next time? And which step"
        " would momentum take then?",
        "v ← μv + g as before, then p ← p − lr · (g + μv) with the new v; return p, v.",
        "v = …\nreturn p - lr * (g + …), v",
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
                say("p = 0, g = 1000, v = 1000², lr = 1, ε = 0: the new p"),
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
        "v = average(beta, v, …)\nreturn p - lr * g / …, v",
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
    steps = {g: f(*singles(0, g, 0, 0), 1, lr=0.1)[0] for g in (1e-3, 1e5)}
    return " ".join(
        near(p, -0.1, say("p = 0, g = {g:g}, m = v = 0, t = 1, lr = 0.1: the new p", g=g))
        for g, p in steps.items()
    ).strip()


TINY = Case.extreme(
    call(np.ones(2), np.array([1e-8, -3e-8]), np.zeros(2), np.zeros(2), 1, lr=0.1),
    says="gradients as small as the default ε",
)


adam_step = Exercise(
    updates.adam_step,
    kind="derive",
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
        (1 - beta1**t) ⇒ (t * (1 - beta1))
        (1 - beta2**t) ⇒ (t * (1 - beta2))
            You divided by t · (1 − β). Earlier gradients fade, so the weights sum to less than
            that: what is the sum of (1 − β)βᵏ for k from 0 to t − 1?
        (1 - beta1**t) ⇒ beta1**t
        (1 - beta2**t) ⇒ beta2**t
            You divided by βᵗ. That is the part that is still missing; the weights that are there
            sum to 1 − βᵗ.
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
        "m = average(beta1, m, …)\nv = average(beta2, v, …)\nm_hat = m / …\nv_hat = v / …\n"
        "return p - lr * …, m, v",
    ],
    why="With t equal gradients the weights of an average that began at 0 sum to 1 − βᵗ, so"
    " dividing by that makes them sum to 1. The package folds lr into the first correction, and"
    " its one line for the average writes into memory it has just made: both for speed, the"
    " formula is the same.",
    difficulty=3,
    minutes=12,
    importance=5,
)


LENGTHS = {  # a step's length by the rule, from a steady gradient and memories of zero
    "gradient descent": lambda p, g, memory, t, lr, a, b: updates.momentum_step(
        p, g, *memory, lr=lr, momentum=0.0
    ),
    "momentum": lambda p, g, memory, t, lr, a, b: updates.momentum_step(
        p, g, *memory, lr=lr, momentum=a
    ),
    "Nesterov": lambda p, g, memory, t, lr, a, b: updates.nesterov_step(
        p, g, *memory, lr=lr, momentum=a
    ),
    "RMSprop": lambda p, g, memory, t, lr, a, b: updates.rmsprop_step(
        p, g, *memory, lr=lr, beta=b, eps=0.0
    ),
    "Adam": lambda p, g, memory, t, lr, a, b: updates.adam_step(
        p, g, *memory, t, lr=lr, beta1=a, beta2=b, eps=0.0
    ),
}


def two_steps(rule, g, lr, a=0.9, b=0.99):
    """The first two steps' lengths of a rule under the gradient g."""
    p, memory, lengths = 0.0, [0.0] * (2 if rule == "Adam" else 1), []
    for t in (1, 2):
        new, *memory = LENGTHS[rule](p, g, memory, t, lr, a, b)
        lengths.append(p - new)
        p = new
    return tuple(lengths)


def _seen(rule):
    """A case of two steps that a rule took, its settings drawn."""

    def draw(rng):
        g, lr = rng.choice([rng.uniform(0.05, 0.6), rng.uniform(1.7, 40)]), rng.uniform(0.01, 0.9)
        steps = two_steps(rule, g, lr, rng.uniform(0.3, 0.95), rng.uniform(0.5, 0.999))
        return (*steps, float(g), lr)

    return Case.random(draw, says=f"two steps of {rule}", n=2)


which_rule = Exercise(
    diagnosis.which_rule,
    kind="diagnose",
    cases=[
        Case.hand((0.1, 0.1, 2.0, 0.1), "Adam", says="P: steps 0.1 and 0.1, g = 2, lr = 0.1"),
        Case.hand((0.2, 0.38, 2.0, 0.1), "momentum", says="Q: steps 0.2 and 0.38"),
        Case.hand((1.0, 0.709, 2.0, 0.1), "RMSprop", says="R: steps 1 and 0.709"),
        Case.hand((0.2, 0.2, 2.0, 0.1), "gradient descent", says="S: steps 0.2 and 0.2"),
        Case.hand((0.38, 0.542, 2.0, 0.1), "Nesterov", says="T: steps 0.38 and 0.542"),
        Case.extreme(
            (0.3, 0.1 + 0.2, 3.0, 0.1),
            says="equal steps, but for rounding",
            expected="gradient descent",
        ),
        *map(_seen, LENGTHS),
    ],
    laws=[
        Law(
            "twice the learning rate, twice the steps, the same rule",
            lambda f, rng: all(
                str(f(*two_steps(rule, 3.0, lr), 3.0, lr)) == rule
                for rule in LENGTHS
                for lr in (0.02, 0.04)
            ),
        ),
    ],
    mistakes=[
        """
        lr * g, rel_tol ⇒ g, rel_tol
            You held the first step against g. Gradient descent's step is lr times g.
        lr * g, rel_tol ⇒ lr, rel_tol
            You took a first step of length lr for gradient descent's. That is Adam's, whatever the
            gradient; gradient descent goes lr times g.
        return "gradient descent" if plain else "Adam" ⇒ return "gradient descent"
            You took all equal steps for gradient descent's. Adam's two steps are equal too: what
            does it divide by?
        return "gradient descent" if plain else "Adam" ⇒ return "Adam"
            You took all equal steps for Adam's. Gradient descent's are equal too; how long are
            they?
        "gradient descent" if plain else "Adam" ⇒ "Adam" if plain else "gradient descent"
            You have gradient descent and Adam the wrong way round. Whose first step grows with the
            gradient?
        second < first ⇒ second > first
            You took steps that grow for RMSprop's. Its v begins at 0, so the first division is by
            the smallest root: its steps shrink. A velocity makes steps grow.
        return "momentum" if plain else "Nesterov" ⇒ return "Nesterov" if plain else "momentum"
            You have momentum and Nesterov the wrong way round. Which of them adds μv to its very
            first step?
        return "momentum" if plain else "Nesterov" ⇒ return "momentum"
            You took all growing steps for momentum's. Nesterov's grow too; compare the first step
            with lr · g.
        math.isclose(second, first, rel_tol=1e-6) ⇒ second == first
            You asked with == whether the two steps are equal. Equal steps may differ by rounding,
            as 0.3 and 0.1 + 0.2 do: use math.isclose.
        math.isclose(first, lr * g, rel_tol=1e-6) ⇒ first > 0.999 * lr * g
            You took a first step of lr · g or more for a plain one. Nesterov's is longer by its
            look ahead, so ask whether they are equal.
        """,
    ],
    hints=[
        "Which rules' steps grow from the first to the second, which shrink, and which stay? And"
        " whose first step is exactly lr times g?",
        "Equal steps: gradient descent (lr · g) or Adam (lr). Shrinking: RMSprop, whose v grows"
        " from 0. Growing: momentum (first lr · g) or Nesterov (first (1 + μ) · lr · g).",
        "plain = math.isclose(first, …)\nif math.isclose(second, first):\n    return … if plain"
        " else …\nif second < first:\n    return …\nreturn … if plain else …",
    ],
    why="No constant is needed: a velocity makes steps grow, an uncorrected mean square makes them"
    " shrink, and both corrected averages of Adam give g and g² at once, so its steps are lr.",
    difficulty=3,
    minutes=10,
    importance=3,
)


adamw_step = Exercise(
    updates.adamw_step,
    kind="transfer",
    cases=[
        Case.hand(
            call(*singles(1, 4, 0, 0), 1, lr=0.5, beta1=0.5, beta2=0.75, eps=1.0, weight_decay=0.2),
            tuple(singles(0.5, 2, 4)),
            says="the numbers of adam_step, and w = 0.2",
        ),
        Case.random(
            lambda rng: _adam_draw(
                rng, 2, 3, t=3, lr=0.3, beta1=0.6, beta2=0.95, eps=0.01, weight_decay=0.4
            ),
            says="arrays (2, 3), t = 3, w = 0.4",
        ),
        Case.random(
            lambda rng: _adam_draw(rng, 5, t=7, lr=0.8), says="t = 7 and the default β₁, β₂, ε, w"
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
                say("p = 1000, g = 1, m = v = 0, t = 1, w = 0.5: the new v"),
            ),
        ),
    ],
    mistakes=[
        """
        p = (1 - lr * weight_decay) * p ⇒ g = g + weight_decay * p
            You added wp to the gradient: that is L2 under Adam. It is then divided by √v̂ like
            everything else, so weights with large gradients hardly decay. AdamW shrinks p directly.
        lr * weight_decay ⇒ weight_decay
            You shrank p by w, not by lr · w. Then decay doesn't follow the schedule, and at w = 0.1
            a tenth of every weight is lost at every step.
        p = (1 - lr * weight_decay) * p ⇒
        return adam ⇒ p, m, v = adam
        eps=eps) ⇒ eps=eps); return (1 - lr * weight_decay) * p, m, v
            You shrank what came out of Adam's step. The decay belongs to p as it was: shrink first,
            or subtract lr · w times the old p.
        , beta1=beta1, beta2=beta2, eps=eps ⇒
            Your decay is right, but Adam's step ran with its own β₁, β₂ and ε. Pass yours on:
            beta1=beta1, beta2=beta2, eps=eps.
        return adam ⇒ adam
        eps=eps) ⇒ eps=eps); return p, m, v
            You called adam_step and did not keep what it returned, so only the decay is left. A
            pure function changes nothing: return its result.
        (1 - lr * weight_decay) * p ⇒ p
            That is Adam. Where does w act?
        1 - lr ⇒ 1 + lr
            You made the weights grow: p is multiplied by 1 + lr · w. Decay takes away.
        (1 - lr * weight_decay) * p ⇒ p - lr * weight_decay * p / abs(p)
            You took the same amount lr · w from every weight. That is L1 decay; here each loses a
            share.
        p = (1 ⇒ g = g + weight_decay * p; p = (1
            You decayed p twice: once directly and once through the gradient.
        """,
    ],
    hints=[
        "Adam divides all that enters through g by √v̂. How does the decay get round that division?",
        "p ← (1 − lr · w) p, then Adam's step from there with g as it is; return p, m, v.",
        "p = …\nreturn updates.adam_step(p, g, m, v, t, lr=lr, …)",
    ],
    why="Decoupled, every weight loses the same share lr · w a step, whatever its gradients are,"
    " and the decay follows the schedule of lr.",
    difficulty=2,
    minutes=6,
    importance=5,
)
