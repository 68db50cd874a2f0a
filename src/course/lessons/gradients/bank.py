"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law, guard
from course.networks import autograd, gradcheck, paths
from course.words import later, say


def _parabola(x):
    return float(x.flat[0] ** 2 + 3 * x.flat[1])


def _waves(x):
    return float(np.sin(x).sum() + np.prod(np.cos(x)))


def _ripples(x):
    return float(np.sin(300 * x).sum())


def _cubes(x):
    return float((x**3).sum() + x.sum() ** 2)


def _slope_of_a_plane(f, rng) -> bool:
    x = rng.normal(size=2)
    return all(np.allclose(f(lambda x: float(x @ [2, -1]), x, h), [2, -1]) for h in (1, 1e-3, 1e-5))


numerical_gradient = Exercise(
    gradcheck.numerical_gradient,
    kind="derive",
    cases=[
        Case.hand(
            (_parabola, np.array([2.0, 5.0]), 0.1),
            np.array([4.0, 3.0]),
            says="f(x) = x₀² + 3x₁ at (2, 5), h = 0.1",
        ),
        Case.random(
            lambda rng: (_cubes, rng.normal(size=(2, 3)), 0.25),
            says="a function of a matrix, x (2, 3), h = 0.25",
        ),
        Case.random(lambda rng: (_waves, rng.normal(size=7), 1e-6), says="sines, x (7,), h = 1e-6"),
        Case.random(lambda rng: (_ripples, rng.normal(size=3)), says="ripples, the default h"),
        Case.extreme((_cubes, np.array(2.0), 0.5), says="x is a single number, of shape ()"),
    ],
    laws=[Law("the slope of a plane is the same at every step", _slope_of_a_plane)],
    mistakes=[
        """
        f(down)) / (2 * h) ⇒ f(x)) / h
            You compared f(x + h) with f(x). That leans to one side, with an error of the order of
            h; stepping to both sides leaves an error of the order of h².
        (f(up) - f(down)) / (2 * h) ⇒ (f(x) - f(down)) / h
            You compared f(x) with f(x − h). That leans to one side, with an error of the order of
            h; stepping to both sides leaves an error of the order of h².
        (2 * h) ⇒ h
            Your slopes are twice too large. From x − h to x + h, how far is that?
        (2 * h) ⇒ 2 * h
            You multiplied by h: in Python, a / 2 * h is (a / 2) · h. Write (2 * h).
        up[i] += h ⇒ up += h
        down[i] -= h ⇒ down -= h
            You moved every entry together, so you measured the sum of all slopes. A gradient asks
            about each entry with the others held still.
        dx = np.zeros_like(x) ⇒ return (f(x + h) - f(x - h)) / (2 * h)
            You moved every entry together and got one slope for all. A gradient asks about each
            entry with the others held still: one number for each, in the shape of x.
        (f(up) - f(down)) / (2 * h) ⇒ f(up) - f(down) / 2 * h
            Products come before differences: a - b / 2 * h divides b alone, and multiplies it by h.
            Put the difference in parentheses, and 2 * h as well.
        return dx ⇒ return dx.ravel()
            The slopes are right, but they come as one long row. dx has the shape of x: begin with
            np.zeros_like(x) and fill dx[i].
        / (2 * h) ⇒ / (2 * h); return dx
            Only the first entry has a slope. Does your return stand inside the loop?
        np.zeros_like(x) ⇒ np.zeros_like(x); h = 1e-5
            You took a step of 1e-5, whatever h the caller asked for. Use the argument h.
        np.ndindex(x.shape) ⇒ range(len(x))
            You moved a whole row together. np.ndindex(x.shape) visits each single entry, however
            many axes x has.
        dx = np.zeros_like(x) ⇒ dx, x = np.zeros_like(x), x.copy()
        down[i] -= h ⇒ down[i] -= h; x[i] -= h
            You moved an entry and left it moved, so the later slopes are taken somewhere else. What
            must x be when the next entry's turn comes?
        up, down = x.copy(), x.copy() ⇒ up = down = x
        up[i] += h ⇒ up[i] += h; above = f(up)
        down[i] -= h ⇒ down[i] -= 2 * h
        (f(up) - f(down)) / (2 * h) ⇒ (above - f(down)) / (2 * h); x[i] += h
            You changed x and put it back by adding: after + h, − 2h, + h rounding has left it
            beside its old value. Move a copy, or keep the old number.
        up, down = x.copy(), x.copy() ⇒ up = down = x
            Up = x copies nothing: up and down are x itself, so the two steps cancel and f sees the
            same point twice. Take x.copy().
        _checked_floats(x, h) ⇒ _checked_floats(x, h).astype(np.float32)
            You went to float32. It keeps seven digits, the difference of two near values loses most
            of them, and the division by h magnifies what is left.
        f(up) - f(down) ⇒ f(down) - f(up)
            Your sign is turned round: the slope is positive where f(x + h) is the greater.
        """,
    ],
    hints=[
        "How would you measure the slope of a hill under your feet with two altimeter readings?",
        "Raise one entry of x by h, then lower it by h. Its slope is (f above − f below) / (2 h), and "
        "stands at the same place of dx, which has the shape of x.",
        "dx = np.zeros_like(x)\nfor i in np.ndindex(x.shape):\n    up, down = x.copy(), x.copy()\n"
        "    up[i] += …; down[i] -= …\n    dx[i] = …\nreturn dx",
    ],
    why="Fresh copies keep x as it was; stepping to both sides cancels the curve's first"
    " contribution, so the error falls with h² until rounding takes over.",
    difficulty=3,
    minutes=10,
    importance=4,
)


two_slopes = Exercise(
    paths.two_slopes,
    kind="derive",
    cases=[
        Case.hand((3.0, 2.0), (36.0, 45.0), says="x = 3, y = 2"),
        Case.random(lambda rng: tuple(rng.uniform(0.5, 3, 2)), says="x and y positive", n=2),
        Case.random(
            lambda rng: tuple(map(float, (rng.uniform(-3, -1), rng.uniform(1, 3)))),
            says="x negative",
        ),
        Case.extreme((0.0, 5.0), says="x = 0"),
    ],
    mistakes=[
        """
        du = v + u ⇒ du = v
            You followed u to the product and forgot that v is made from u too. L feels u along two
            paths: add the second.
        y * du + u ⇒ y * du
            You followed x through u only. x also enters v by itself, and there its path to L has
            the slope u: add it.
        dx = y * du + u ⇒ dx = y * v + u
            From x you went through u to L, and through v to L. A third path is missing: through u,
            and from there through v.
        du = v + u ⇒ du = v
        y * du + u ⇒ y * du
            You followed one path from each, straight through u. u leads to L through v as well, and
            x also enters v by itself.
        y * du + u ⇒ y * du + 1
            You took the slope of v with respect to x, which is 1, and left out the way on from v to
            L. The slopes along a path multiply.
        y * du + u ⇒ y * du + v
            On the path from x through v you multiplied by v itself. Where L = u v, the slope of L
            with respect to v is the other factor.
        y * du + u ⇒ y * du * u
            You multiplied two paths. Slopes multiply along one path; different paths add.
        du = v + u ⇒ du = v * u
            You multiplied the two paths of u. Slopes multiply along one path; different paths add.
        du = v + u ⇒ du = u + 1
            Your slope of L with respect to u is u. In L = u v the slope with respect to u is the
            other factor, v, and u comes in only through v.
        du = v + u ⇒ du = 2
            You gave L slopes of 1, as if u and v were added. In a product each factor's slope is
            the other factor.
        y * du + u ⇒ x * du + u
        dy = x * du ⇒ dy = y * du
            In u = x y you gave each factor itself for a slope. If y stands still and x moves by 1,
            by how much does x y move?
        dy = x * du ⇒ dy = x * du + u
            You gave y a path of its own into v. Only x is added there; y reaches v through u alone.
        return dx, dy ⇒ return dy, dx
            Both slopes are right, in the other order: the one with respect to x comes first.
        return dx, dy ⇒ return u * v
            You returned L, the value. Two slopes are asked for, with respect to x and with respect
            to y.
        return dx, dy ⇒ return dx + dy
            You added the slopes with respect to x and with respect to y. Paths that begin at the
            same number are added; these are two numbers: return dx, dy.
        return dx, dy ⇒ return y, x
            You stopped at u: y and x are its slopes. Go on from u to L, along both ways.
        """,
    ],
    hints=[
        "By how many paths does x reach L in the drawing, and what are the slopes along each?",
        "With du = v + u, the slope of L with respect to u: dL/dx = y · du + u and dL/dy = x · du.",
        "u = x * y\nv = u + x\ndu = …   # u reaches L by two paths\ndx = y * du + …\n"
        "dy = …\nreturn dx, dy",
    ],
    why="Written out, L = x²y² + x²y, and school's rules give the same slopes. The sum over paths"
    " needs no writing out: each number passes on what it has collected, once.",
    difficulty=2,
    minutes=8,
    importance=5,
)


class Bare(autograd.Value):
    """A value without operations, so that an answer can't lean on them."""

    def __mul__(self, other):
        raise TypeError(say("a * b is what you are to write: use a.data and b.data"))

    __rmul__ = __mul__


PRODUCT = "product"
TO_A, TO_B = "slope of 3ab + a with respect to a", "slope of 3ab + a with respect to b"
SQUARE = "slope of v · v"


def _unsound(y) -> str:
    """What is wrong with a Value's memory; nothing if slopes and parents go together."""
    if not all(isinstance(getattr(y, part), (tuple, list)) for part in ("parents", "slopes")):
        return later("a Value whose parents or slopes are no tuple")
    if len(y.parents) != len(y.slopes):
        return later("a Value that has not one slope for each parent")
    if not all(isinstance(s, (int, float, np.number)) for s in y.slopes):
        return later("a Value whose slopes are no numbers")
    return ""


def _slopes(y, *values) -> list:
    """Slopes of 3y + the first value, as the graph under y gives them."""
    try:
        autograd.backward(autograd.add(autograd.multiply(autograd.Value(3), y), values[0]))
    except (TypeError, AttributeError, ValueError, RecursionError) as error:
        raise guard.Unreadable(say("on the way back from it, {error}", error=error)) from None
    return [v.grad for v in values]


def _multiplied(op, a: float, b: float):
    """ab, and the slopes that its graph gives; also of a value times itself."""
    one, two, v = Bare(a), Bare(b), Bare(a)
    one.grad = two.grad = v.grad = 7.0  # left over from another expression
    y = op(one, two)
    if y is None or not hasattr(y, "slopes"):
        return y
    if fault := _unsound(y):
        return fault
    to_a, to_b = _slopes(y, one, two)
    (square,) = _slopes(op(v, v), v)
    return {PRODUCT: y.data, TO_A: to_a, TO_B: to_b, SQUARE: (square - 1) / 3}


multiply = Exercise(
    autograd.multiply,
    probe=_multiplied,
    kind="derive",
    cases=[
        Case.hand((4.0, 5.0), {PRODUCT: 20.0, TO_A: 16.0, TO_B: 12.0, SQUARE: 8.0}, says="4 and 5"),
        Case.random(lambda rng: (rng.uniform(1.5, 3), rng.uniform(-3, -2)), says="signs differ"),
        Case.random(lambda rng: (rng.uniform(-3, -1), rng.uniform(0.2, 0.9)), says="a negative"),
        Case.extreme((0.0, 3.0), says="a = 0"),
    ],
    mistakes=[
        """
        (b.data, a.data) ⇒ (a.data, b.data)
            You gave each factor itself as its slope. If b stands still and a moves by 1, by how
            much does the product move?
        (b.data, a.data) ⇒ (1.0, 1.0)
            You took the slopes of a sum. When a factor moves by 1, a product moves by the other
            factor.
        (b.data, a.data) ⇒ (a.data * b.data, a.data * b.data)
            You gave the product itself as both slopes. How far does the product move when a moves
            by 1?
        , (a, b), (b.data, a.data) ⇒
            The value is right, but it doesn't remember a and b: hand over parents and slopes, or
            the way back ends here.
        return Value(a.data * b.data, (a, b), (b.data, a.data)) ⇒ return a.data * b.data
            You returned a plain number, which remembers nothing. Wrap it: autograd.Value(number,
            parents, slopes).
        (a, b), (b.data, a.data) ⇒ (a, b)
            It knows its parents and no slopes. The third argument holds one slope for each parent,
            in their order.
        (b.data, a.data) ⇒ (b, a)
            You gave the values themselves as slopes. A slope is a plain number: b.data and a.data.
        (b.data, a.data) ⇒ (b.grad, a.grad)
            You gave the grads of the factors as slopes. On the way forward they are empty or left
            over; the slope is made of the numbers, data.
        (b.data, a.data) ⇒ (b.data * a.grad, a.data * b.grad)
            You multiplied by grad on the way forward, where it is empty or left over. backward does
            that when it is known: give the local slopes alone.
        (b.data, a.data) ⇒ (b.data, -a.data)
            The second slope has the wrong sign. Nothing in a product tells the two factors apart.
        Value(a.data * b.data ⇒ Value(a.data + b.data
            The slopes are right, and the value is the sum. What number does a product hold?
        """,
    ],
    hints=[
        "Hold b still and move a by a little. By how many times that little does a · b move?",
        "The slope of a · b with respect to a is b, with respect to b it is a: slopes = (b.data,"
        " a.data), in the order of the parents.",
        "return autograd.Value(a.data * b.data, (a, b), (…, …))",
    ],
    why="Each factor magnifies what happens to the other. Used with itself, v · v lists v twice"
    " among its parents, and both shares add up to 2v.",
    difficulty=2,
    minutes=5,
    importance=5,
)


def _graph(parents, slopes=None, same: bool = False) -> list:
    """Values made from earlier ones, by their places; the last is the result."""
    made = []
    for n, places in enumerate(parents):
        s = slopes[n] if slopes else (1.0,) * len(places)
        made.append(autograd.Value(n % 3 if same else n, tuple(made[p] for p in places), s))
    return made


def _random_graph(rng, n: int):
    """Places of parents: each of two earlier values, one of them often the last."""
    far = [tuple(map(int, rng.integers(0, max(k, 1), 2))) for k in range(n)]
    return tuple(
        () if k < 2 else (k - 1 if rng.random() < 0.6 else far[k][0], far[k][1]) for k in range(n)
    )


LISTED, TWICE = "number of values listed", "number of values listed again"
EARLY, LAST = "number that stand before one of their parents", "number of results at the end"


def _ordered(f, parents):
    """What is true of a list of a graph's values."""
    made = _graph(parents, same=True)
    for v in made:
        v.grad = 7.0
    listed = f(made[-1])
    if not isinstance(listed, (list, tuple)) or not all(hasattr(v, "parents") for v in listed):
        return listed if listed is None else later("something else than a list of values")
    first = {id(v): n for n, v in reversed(list(enumerate(listed)))}
    early = sum(
        any(first.get(id(p), -1) > first[id(v)] for p in v.parents)
        for v in {id(v): v for v in listed}.values()
    )
    return {
        LISTED: len(listed),
        TWICE: len(listed) - len(first),
        EARLY: early,
        LAST: float(bool(listed) and listed[-1] is made[-1]),
    }


def as_met(result):
    """You list a value when you meet it, before its parents. List it when all its parents are done:
    the line that appends comes after the visits.
    """
    done = []

    def visit(v):
        if not any(v is w for w in done):
            done.append(v)
            for p in v.parents:
                visit(p)

    visit(result)
    return done


def met_and_turned_round(result):
    """You listed values as you met them and turned the list round. On the way down one branch is
    met before another is finished; list a value when all its parents are done.
    """
    return as_met(result)[::-1]


def again_and_again(result):
    """You list a value once for each path to it. One that was met before must not be visited again:
    keep a set of those seen.
    """
    done = []

    def visit(v):
        for p in v.parents:
            visit(p)
        done.append(v)

    visit(result)
    return done


def backwards(result):
    """Your list is right and runs from the result to the beginning. Asked is the other way: parents
    first, the result last.
    """
    return autograd.order(result)[::-1]


def only_parents(result):
    """You looked at the result's own parents and stopped. Their parents belong to the graph too:
    the visit must go on until there are none.
    """
    return [*dict.fromkeys(result.parents), result]


def without_leaves(result):
    """The values that were made from nothing are missing. The weights are among these: they have no
    parents, and still need a gradient.
    """
    return [v for v in autograd.order(result) if v.parents]


def without_result(result):
    """The result itself is missing. It comes last, after all that it was made from."""
    return autograd.order(result)[:-1]


def equal_numbers(result):
    """You took two values for one because they hold the same number. Two weights of 0.5 are still
    two weights: ask whether it is the same object, by `is` or in a set.
    """
    seen, done = set(), []

    def visit(v):
        if v.data not in seen:
            seen.add(v.data)
            for p in v.parents:
                visit(p)
            done.append(v)

    visit(result)
    return done


def by_distance(result):
    """You went through the graph in layers from the result and turned the list round. A value that
    is reached by a short path and a long one then stands too late.
    """
    seen, row = [result], [result]
    while row:
        row = [p for v in row for p in v.parents]
        row = [p for n, p in enumerate(row) if not any(p is w for w in (*seen, *row[:n]))]
        seen += row
    return seen[::-1]


def first_parent_only(result):
    """You followed one parent of each value. A sum or a product has two, each with its own past."""
    done = [result]
    while done[-1].parents:
        done.append(done[-1].parents[0])
    return done[::-1]


order = Exercise(
    autograd.order,
    probe=_ordered,
    kind="build",
    cases=[
        Case.hand(
            (((), (), (0, 1), (2, 0), (3, 2)),),
            {LISTED: 5, TWICE: 0, EARLY: 0, LAST: 1.0},
            says="the graph drawn above: x, y, u, v, L",
        ),
        Case.random(lambda rng: (_random_graph(rng, 9),), says="9 values"),
        Case.random(lambda rng: (_random_graph(rng, 14),), says="14 values", n=2),
        Case.extreme((((), (0,), (0, 1)),), says="u made from x, and L from x and u"),
        Case.extreme((((),),), says="a single value, made from nothing"),
        Case.extreme((((), *((n, n) for n in range(10))),), says="a chain of 10 squares"),
    ],
    mistakes=[
        as_met,
        met_and_turned_round,
        again_and_again,
        backwards,
        only_parents,
        without_leaves,
        without_result,
        equal_numbers,
        by_distance,
        first_parent_only,
    ],
    hints=[
        "When may a value be put into the list: when you first meet it, or when something has"
        " been done with all its parents?",
        "visit(v): if v was seen, return; else mark it seen, visit each of v.parents, and only then"
        " append v. Begin with visit(result).",
        "seen, done = set(), []\ndef visit(v):\n    if v in seen: return\n    seen.add(v)\n"
        "    for parent in v.parents: …\n    …\nvisit(result)\nreturn done",
    ],
    why="A value joins the list after its parents, so read from the end each comes after all that"
    " were made from it. The course's keeps its own stack, because Python lets a function call"
    " itself only about a thousand times deep.",
    difficulty=4,
    minutes=12,
    importance=4,
)


def _random_slopes(rng, n: int):
    parents = _random_graph(rng, n)
    slopes = tuple(tuple(map(float, rng.uniform(0.5, 2, len(p)).round(2))) for p in parents)
    return parents, slopes


FIRST, SECOND = "list of grads after one call", "list of grads after a second call"


def _sent_back(f, parents, slopes):
    """The grads of all values after f has gone back from the last, and after it did so again."""
    made = _graph(parents, slopes)
    for n, v in enumerate(made):
        v.grad = 7.0 + n  # left over from another expression
    seen = []
    for _ in range(2):
        answer = f(made[-1])
        seen.append(np.array([v.grad for v in made], dtype=float))
    if answer is not None and not hasattr(answer, "parents"):
        return later("something, where backward returns nothing and sets each grad")
    return dict(zip((FIRST, SECOND), seen, strict=True))


def in_wrong_order(result):
    """You sent each share on before all had arrived. A value passes on its grad when every value
    made from it is done: go through autograd.order(result) from its end.
    """
    graph = autograd.order(result)
    for v in graph:
        v.grad = 0.0
    result.grad, row = 1.0, [result]
    while row:
        v = row.pop(0)
        for parent, slope in zip(v.parents, v.slopes, strict=True):
            parent.grad += slope * v.grad
            if not any(parent is w for w in row):
                row.append(parent)


def along_every_path(result):
    """You walk down each path and add again what a value has already passed on. A value passes on
    its grad once, when it is complete: go through autograd.order(result) from its end.
    """
    for v in autograd.order(result):
        v.grad = 0.0

    def visit(v):
        for parent, slope in zip(v.parents, v.slopes, strict=True):
            parent.grad += slope * v.grad
            visit(parent)

    result.grad = 1.0
    visit(result)


backward = Exercise(
    autograd.backward,
    probe=_sent_back,
    kind="build",
    cases=[
        Case.hand(
            (((), (), (0, 1), (2, 0), (3, 2)), ((), (), (2.0, 3.0), (1.0, 1.0), (6.0, 9.0))),
            {FIRST: np.array([36.0, 45, 15, 6, 1]), SECOND: np.array([36.0, 45, 15, 6, 1])},
            says="the graph drawn above, x = 3, y = 2",
        ),
        Case.random(lambda rng: _random_slopes(rng, 7), says="7 values"),
        Case.random(lambda rng: _random_slopes(rng, 11), says="11 values", n=2),
        Case.extreme((((),), ((),)), says="a single value"),
    ],
    mistakes=[
        """
        parent.grad += slope * v.grad ⇒ parent.grad = slope * v.grad
            The last share to arrive replaces the others. A value used twice gets the sum of what
            comes along all its paths: +=.
        v.grad = 0.0 ⇒ pass
            The grads begin with what an earlier expression left there. Set every grad of the graph
            to 0 before the first share arrives.
        v.grad = 0.0 ⇒ v.grad = 0.0 if not v.parents else v.grad
            You set the grads of the beginnings to 0, and those in between keep what is left over.
            Every value of the graph collects, so every one begins at 0.
        result.grad = 1.0 ⇒
            Every grad is 0: nobody started. The slope of the result with respect to itself is 1,
            and all shares are parts of that.
        result.grad = 1.0 ⇒ result.grad = result.data
            You began with the result's value. The slope of the result with respect to itself is 1,
            whatever it is worth.
        reversed(graph) ⇒ graph
            You went from the beginnings to the result, so each value passed on its grad before it
            had one. Go through the list from its end.
        slope * v.grad ⇒ slope
            You added the local slope alone. Along a path slopes multiply: the value's own grad,
            times the slope with respect to its parent.
        slope * v.grad ⇒ v.grad
            You passed the grad on undiminished. Each step of a path multiplies by its slope.
        slope * v.grad ⇒ slope * parent.grad
            You multiplied the slope by the parent's own grad. What is handed down is the grad of
            the value that was made from it.
        slope * v.grad ⇒ slope + v.grad
            You added slope and grad. Along one path slopes multiply; only whole paths add.
        slope * v.grad ⇒ slope * v.data
            You multiplied by the number itself, data. On the way back it is the grad that travels.
        """,
        in_wrong_order,
        along_every_path,
    ],
    hints=[
        "What is the slope of the result with respect to itself, and who can say what it is with"
        " respect to its parents?",
        "Set every grad in autograd.order(result) to 0, the result's to 1. Then from the end of the"
        " list: parent.grad += slope · v.grad for each parent of v with its slope.",
        "graph = autograd.order(result)\nfor v in graph: …\nresult.grad = …\n"
        "for v in reversed(graph):\n    for parent, slope in zip(v.parents, v.slopes):\n"
        "        …",
    ],
    why="One pass over the graph, and every slope is known: each value has collected its shares by"
    " the time it passes them on. That is backpropagation; PyTorch does it with arrays.",
    difficulty=4,
    minutes=12,
    importance=5,
)


VALUE, SLOPE = "the value of tanh(v)", "the slope of 3 tanh(v) + v tanh(v)"


def _use(op, x: float):
    """tanh(x) and the slope of 3 · tanh(x) + x · tanh(x), as the op's graph gives it."""
    v = autograd.Value(x)
    v.grad = 7.0  # left over from another expression
    y = op(v)
    if y is None or isinstance(y, tuple):
        return y
    if not all(isinstance(getattr(y, part, ()), (tuple, list)) for part in ("parents", "slopes")):
        return later("a Value whose parents or slopes are no tuple")
    try:
        autograd.backward(3.0 * y + v * y)
    except (TypeError, AttributeError) as error:  # the call itself went well
        raise guard.Unreadable(say("in 3 y + v y, {error}", error=error)) from None
    return {VALUE: autograd.value(y).data, SLOPE: v.grad}


tanh = Exercise(
    autograd.tanh,
    probe=_use,
    kind="transfer",
    cases=[
        Case.hand((0.0,), {VALUE: 0.0, SLOPE: 3.0}, says="v = 0"),
        Case.random(lambda rng: (float(rng.uniform(0.3, 1.5)),), says="v positive", n=2),
        Case.random(lambda rng: (float(rng.uniform(-1.5, -0.3)),), says="v negative"),
        Case.extreme((30.0,), says="v = 30"),
    ],
    mistakes=[
        """
        1 - y**2 ⇒ 1 - v.data**2
            You wrote 1 − v². The formula 1 − y² is in terms of the activation, y = tanh(v).
        , (v,), (1 - y**2,) ⇒
            The value is right, but it doesn't remember v: hand over the parents and the slopes, or
            the way back ends here.
        (v,), (1 - y**2,) ⇒ v, 1 - y**2
            (v) is v itself. A tuple of one needs a comma, (v,), and so do the slopes.
        return Value(y, (v,), (1 - y**2,)) ⇒ return y, 1 - y**2
            You returned the value and the slope side by side. Wrap them, or nothing remembers v:
            autograd.Value(y, parents, slopes).
        v.data ⇒ v
            Functions of math and NumPy take a number, and v remembers how it was made: the number
            in it is v.data.
        1 - y**2 ⇒ y * (1 - y)
            y(1 − y) is the slope of the sigmoid. At v = 0 tanh rises at 1.
        y**2 ⇒ y
            You wrote 1 − y. At the negative end, y = −1, that is 2, where tanh is flat.
        1 - y**2 ⇒ y
            You gave the value as the slope. That is so for exp alone.
        1 - y**2 ⇒ 1.0
            You passed everything on. tanh is as steep as that only at 0.
        1 - y**2 ⇒ v.grad * (1 - y**2)
            You multiplied by v.grad. On the way forward that is nothing, or left over from before;
            backward multiplies when it is known. Give the local slope alone.
        1 - y**2 ⇒ y**2 - 1
            Your slope has the wrong sign: tanh rises everywhere.
        """,
    ],
    hints=[
        "Look at exp: what are its value, its parents and its slopes? Which differ for tanh?",
        "y = tanh(v), dy/dv = 1 − y². A Value takes its number, and tuples of parents and slopes.",
        "y = math.tanh(v.data)\nreturn autograd.Value(y, (v,), (…,))",
    ],
    why="An operation is a value and its local slopes; everything else is the same for all. PyTorch"
    " is built on hundreds of such pairs.",
    difficulty=2,
    minutes=5,
    importance=3,
)


QUOTIENT = "quotient"
DIV_A, DIV_B = "slope of 3a/b + a with respect to a", "slope of 3a/b + a with respect to b"


def _divided(op, a: float, b: float):
    """a / b, and the slopes that its graph gives."""
    one, two = autograd.Value(a), autograd.Value(b)
    one.grad = two.grad = 7.0
    y = op(one, two)
    if y is None or not hasattr(y, "slopes"):
        return y
    if fault := _unsound(y):
        return fault
    to_a, to_b = _slopes(y, one, two)
    return {QUOTIENT: y.data, DIV_A: to_a, DIV_B: to_b}


divide = Exercise(
    autograd.divide,
    probe=_divided,
    kind="diagnose",
    cases=[
        Case.hand((6.0, 2.0), {QUOTIENT: 3.0, DIV_A: 2.5, DIV_B: -4.5}, says="6 divided by 2"),
        Case.random(lambda rng: (rng.uniform(2, 5), rng.uniform(-3, -1.5)), says="b negative"),
        Case.random(lambda rng: (rng.uniform(-4, -2), rng.uniform(0.3, 0.7)), says="b below 1"),
        Case.extreme((1.0, 4.0), says="a = 1"),
    ],
    mistakes=[
        """
        -a.data / b.data**2 ⇒ -1 / b.data**2
            That is the fault you were shown: right for a = 1 alone. The slope of a / b with respect
            to b is a times that of 1 / b.
        -a.data / b.data**2 ⇒ a.data / b.data**2
            The second slope has the wrong sign. When b grows, a / b becomes smaller, if both are
            positive.
        -a.data / b.data**2 ⇒ -a.data / b.data
            You divided by b once. 1 / b is b to the power −1, so its slope has b to the power −2.
        -a.data / b.data**2 ⇒ -a.data * b.data**2
            You multiplied by b². The power of b is −2 after the slope is taken, so b² divides.
        -a.data / b.data**2 ⇒ -b.data / a.data**2
            In the second slope a and b have changed places. The power of b is what falls: −a / b².
        -a.data / b.data**2 ⇒ a.data
            You gave the slope of a product with respect to b. Write a / b as a · b⁻¹ and take the
            slope of the power.
        (1 / b.data, -a.data / b.data**2) ⇒ (-a.data / b.data**2, 1 / b.data)
            Both slopes are right and stand in the wrong order: the slope with respect to a comes
            first, as a does among the parents.
        (1 / b.data, ⇒ (b.data,
            The slope with respect to a is that of a product. When a grows by 1, a / b grows by 1 /
            b.
        (1 / b.data, ⇒ (1.0,
            The slope with respect to a is that of a sum. When a grows by 1, a / b grows by 1 / b.
        -a.data / b.data**2 ⇒ 1 / b.data
            You gave both the slope 1 / b. That is right with respect to a; b stands in the
            denominator.
        -a.data / b.data**2 ⇒ math.log(abs(b.data))
            The logarithm is what has the slope 1 / b. Asked is the slope of 1 / b itself, a power.
        """,
    ],
    hints=[
        "The broken one passes at a = 1 and fails elsewhere. Which slope should depend on a, and"
        " how?",
        "a / b = a · b⁻¹, so its slope is 1 / b with respect to a, and a · (−1) · b⁻² = −a / b² with"
        " respect to b.",
        "return autograd.Value(a.data / b.data, (a, b), (1 / b.data, …))",
    ],
    why="A check at a single convenient point passes wrong formulas. Try a new operation at random"
    " points, of both signs, with no factor equal to 0 or 1.",
    difficulty=3,
    minutes=8,
    importance=4,
)
