"""The widget of this lesson: five rules race on four surfaces."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.interactive import live, numerals, plot
from course.networks import updates
from course.words import later, say, say_n

STEPS = 150
WALL = 50.0  # a path that leaves this far stays there
LOWEST, HIGHEST = 1e-8, 1e5  # heights shown
SHADES = [str(shade) for shade in np.linspace(0.72, 1.0, 9)]  # of grey, from low to high


@dataclass(frozen=True)
class Surface:
    """A function of the plane: its height, gradient and start; all lowest at height 0."""

    height: Callable
    gradient: Callable
    start: tuple
    minima: tuple


def _rosenbrock(x, y):
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]) / 40


SURFACES = {
    "bowl": Surface(
        lambda x, y: (x * x + y * y) / 2, lambda x, y: np.array([x, y]), (-1.9, 1.3), ((0, 0),)
    ),
    "ravine": Surface(
        lambda x, y: (x * x + 20 * y * y) / 2,
        lambda x, y: np.array([x, 20 * y]),
        (-1.9, 1.3),
        ((0, 0),),
    ),
    "saddle": Surface(
        lambda x, y: 2 * x * x + (y * y - 1) ** 2 / 2,
        lambda x, y: np.array([4 * x, 2 * y * (y * y - 1)]),
        (-1.9, 0.01),
        ((0, 1), (0, -1)),
    ),
    "Rosenbrock": Surface(
        lambda x, y: ((1 - x) ** 2 + 100 * (y - x * x) ** 2) / 40,
        _rosenbrock,
        (-1.2, 1.0),
        ((1, 1),),
    ),
}
RULES = (later("gradient descent"), later("momentum"), "Nesterov", "RMSprop", "Adam")


def _step(rule: str, p, g, memory: list, t: int, lr: float, momentum: float):
    """One step of a rule by its name; Adam's β₁ is the momentum."""
    if rule == "gradient descent":
        return updates.momentum_step(p, g, *memory, lr=lr, momentum=0.0)
    if rule == "momentum":
        return updates.momentum_step(p, g, *memory, lr=lr, momentum=momentum)
    if rule == "Nesterov":
        return updates.nesterov_step(p, g, *memory, lr=lr, momentum=momentum)
    if rule == "RMSprop":
        return updates.rmsprop_step(p, g, *memory, lr=lr, beta=0.9)
    return updates.adam_step(p, g, *memory, t, lr=lr, beta1=momentum)


@functools.cache
def best_rate(surface: str, rule: str) -> float:
    """The rate, of two to a decade, at which a rule is lowest after STEPS steps without noise."""
    rates = np.geomspace(1e-3, 3.16, 8)
    return min(rates, key=lambda lr: float(_run(surface, rule, lr, 0.85, 0.0)[1][-1]))


@functools.lru_cache(maxsize=64)
def paths(surface: str, lr: float, own: bool, momentum: float, noise: float):
    """Run every rule for STEPS steps from the surface's start, with the same noise.

    With `own`, each at its own best rate.

    Returns
    -------
    p : (5, STEPS + 1, 2)
        Where each rule is after each step.
    height : (5, STEPS + 1)
        How far above the lowest point.
    """
    rates = {rule: best_rate(surface, rule) if own else lr for rule in RULES}
    runs = [_run(surface, rule, rates[rule], momentum, noise) for rule in RULES]
    p, height = zip(*runs, strict=True)
    return np.stack(p), np.stack(height)


def _run(surface: str, rule: str, lr: float, momentum: float, noise: float):
    """One rule's path (STEPS + 1, 2), and its heights."""
    land, shakes = SURFACES[surface], np.random.default_rng(6).normal(size=(STEPS, 2))
    p = np.empty((STEPS + 1, 2))
    p[0] = land.start
    memory = [np.zeros(2)] * (2 if rule == "Adam" else 1)
    for t in range(1, STEPS + 1):
        g = land.gradient(*p[t - 1]) + noise * shakes[t - 1]
        new, *memory = _step(rule, p[t - 1], g, memory, t, lr, momentum)
        p[t] = new.clip(-WALL, WALL)
    return p, np.clip(land.height(*p.T), LOWEST, HIGHEST)


def race():
    """Five update rules on one of four surfaces: their paths, and their heights step by step."""
    return live.figure(
        _setup,
        alt="First, a surface in bands of equal height and the paths of five update rules from one "
        "start. Then, the height of each above the minimum, step by step, on a logarithmic axis."
        " In the "
        "ravine gradient descent drops to the floor and creeps along it, momentum swings from wall "
        "to wall, RMSprop and Adam take the diagonal; momentum and Nesterov arrive first.",
        width=8.2,
        height=3.1,
        surface=live.choice(list(SURFACES), start="ravine", label="surface"),
        lr=live.slider(0.001, 1.0, start=10**-1.5, log=True, label="learning rate"),
        momentum=live.slider(0.0, 0.98, start=0.85, step=0.01, label="momentum"),
        noise=live.slider(0.0, 5.0, start=0.0, step=0.1, label="gradient noise"),
        own=live.toggle(label="own best rates"),
        step=live.play(0, STEPS, start=STEPS, label="step"),
    )


def _setup(fig):
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    lands = {name: _contours(left, surface) for name, surface in SURFACES.items()}
    styles = [
        {"color": c, "ls": s, "lw": 1.8} for c, s in zip(plot.COLORS, plot.LINES, strict=True)
    ]
    styles[3]["lw"] = 3.2  # RMSprop often lies under Adam
    trails = [left.plot([], [], **style)[0] for style in styles]
    heads = [left.plot([], [], "o", color=style["color"], ms=7)[0] for style in styles]
    curves = [
        right.plot([], [], label=rule, **style)[0]
        for rule, style in zip(RULES, styles, strict=True)
    ]
    right.set(xlim=(0, STEPS), ylim=(LOWEST, HIGHEST), yscale="log")
    right.set(xlabel="step", ylabel="height above the minimum")
    legend = right.legend(loc="upper right", ncols=2)
    legend.set_zorder(1)  # under the curves, so that it need not be drawn with them

    def update(surface, lr, own, momentum, noise, step):
        for name, artists in lands.items():
            for artist in artists:
                artist.set_visible(name == surface)
        name = say("{surface}: first parameter", surface=say(surface))
        left.set_xlabel(name)  # a new label has all drawn anew
        p, height = paths(surface, lr, own, momentum, noise)
        for k in range(len(RULES)):
            trails[k].set_data(*p[k, : step + 1].T)
            heads[k].set_data(*p[k, step : step + 1].T)
            curves[k].set_data(range(step + 1), height[k, : step + 1])
        return [*trails, *heads, *curves], _said(height[:, step], step)

    return update


def _contours(ax, surface: Surface) -> list:
    """Bands of equal height, darker below, and a cross on each lowest point."""
    x, y = np.meshgrid(np.linspace(-2.2, 2.2, 200), np.linspace(-1.7, 1.7, 160))
    ax.set(xlim=(-2.2, 2.2), ylim=(-1.7, 1.7), ylabel="second parameter")
    ax.grid(False)
    levels = [0, *np.geomspace(0.01, 80, 9)]
    height = surface.height(x, y).clip(0, 79)
    bands = ax.contourf(x, y, height, levels, colors=SHADES, antialiased=False)
    (crosses,) = ax.plot(*np.transpose(surface.minima), "+", color=plot.INK, ms=11, mew=2, zorder=1)
    return [bands, crosses]


def _said(height, step: int) -> str:
    arrived = [rule for rule, h in zip(RULES, height, strict=True) if h <= LOWEST]
    if arrived:
        return say_n(
            "After {n} step at the bottom: {rules}.",
            "After {n} steps at the bottom: {rules}.",
            step,
            rules=", ".join(map(say, arrived)),
        )
    best = int(np.argmin(height))
    if height[best] >= HIGHEST:
        return say_n(
            "After {n} step all have left the picture: the learning rate is too high.",
            "After {n} steps all have left the picture: the learning rate is too high.",
            step,
        )
    name = RULES[best]
    return say_n(
        "After {n} step {rule} is lowest, at {height}.",
        "After {n} steps {rule} is lowest, at {height}.",
        step,
        rule=say(name),
        height=numerals.write(height[best], 1),
    )


WIDGETS = (race,)
