"""Training that takes seconds, inside a figure: a start button, a progress bar, a stop button.

The steps run as a task of the kernel's own event loop and hand control back every few
milliseconds, so that the stop button is heard and the picture moves. What was reached is kept.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable, Iterator

import ipywidgets as w

from course.interactive import controls as hands
from course.interactive import page
from course.interactive.moving import Moving
from course.interactive.names import Told
from course.words import say

TURN = 0.02  # seconds of work before the kernel may listen
FRAME = 0.1  # seconds between two pictures


class Training(Moving):
    """A figure that learns while it is watched; show it as the last expression of a cell.

    Parameters
    ----------
    steps
        ``steps(**values)`` yields states, the first one before any learning.
    setup
        ``setup(fig)`` builds the artists once and returns ``update(state)``, which changes them
        and returns those that moved, with a caption or without.
    total
        How many states are wanted, the first among them.
    preview
        How many of them are run for the picture that stands on the page.
    """

    def __init__(
        self,
        steps: Callable[..., Iterator],
        setup: Callable,
        *,
        alt: str,
        total: int,
        preview: int = 1,
        width: float = 9,
        height: float = 3,
        **controls,
    ):
        if not 1 <= preview <= total:
            raise ValueError(f"preview must be from 1 to total, which is {total}, not {preview}")
        super().__init__(setup, alt=alt, width=width, height=height, **controls)
        self.steps, self.total = steps, total
        self.state, self.done = None, 0
        self.run(preview)

    def run(self, steps: int | None = None, **values):
        """Train from the beginning without a page. Returns the state reached."""
        self.set(**values)
        for _ in self.advance(self.total if steps is None else steps):
            pass
        self.stage.draw(self.state)
        return self.state

    def advance(self, steps: int) -> Iterator[int]:
        """Train from the beginning, step by step; yields how many are done."""
        self.done = 0
        for state in self.steps(**self.values):
            self.state, self.done = state, self.done + 1
            yield self.done
            if self.done >= steps:
                return
        if not self.done:
            raise ValueError("steps yielded no state")

    def drive(self, most: int | None = None, *, steps: int = 3) -> int:
        """Train a few steps with each control over its range. Returns the number of pictures.

        Of a control with more than `most` values, so many are tried, its ends among them.
        Errors of the callbacks are raised.
        """
        seen = set()
        for values in hands.singles(self.controls, most):
            self.set(**values)
            for _ in self.advance(min(steps, self.total)):
                seen.add(zlib.crc32(self.stage.draw(self.state)))
        self.run(1, **hands.starts(self.controls))
        return len(seen)

    def now(self) -> list[str]:
        """Return how the controls stand, and how far it has learnt."""
        return [*super().now(), self.learnt()]

    def learnt(self) -> str:
        """Say which share of the training is done; the first state is before any."""
        share = max(self.done - 1, 0) / max(self.total - 1, 1)
        return say("{share:.0f} % done", share=100 * share)

    def widgets(self) -> w.Box:
        """Return the controls, the buttons and the picture, before anything is learnt."""
        if self.done > 1:
            self.run(1)
        return TrainingPage(self).box


class TrainingPage:
    """The widgets of a training figure."""

    def __init__(self, training: Training):
        self.training, self.error = training, Told()
        self.task: asyncio.Task | None = None
        self.image = page.picture(training.stage, training.heard(), training.state)
        self.bar = w.IntProgress(value=1, min=1, max=training.total, layout=w.Layout(width="260px"))
        self.count = w.HTML(training.learnt())
        self.start = w.Button(description=say("Start"), button_style="primary", icon="play")
        self.stop = w.Button(description=say("Stop"), icon="stop", disabled=True)
        self.start.on_click(lambda _: self.begin())
        self.stop.on_click(lambda _: self.end())
        rows = [page.row(training.controls, self.moved, training.stage.width)]
        parts = [self.start, self.stop, self.bar, self.count]
        buttons = w.HBox(parts, layout=w.Layout(**page.WRAP))
        self.box = w.VBox([*rows, buttons, page.framed(self.image), self.error])

    def moved(self, name: str, value) -> None:
        """Keep a setting for the next run."""
        self.training.values[name] = value

    def begin(self) -> None:
        """Start training as a task of the running loop."""
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.train())

    def end(self) -> None:
        """Stop, and keep what was reached."""
        if self.task is not None:
            self.task.cancel()

    async def train(self) -> None:
        """Train, letting the kernel listen in between."""
        self.start.disabled, self.stop.disabled = True, False
        self.error.tell("")
        training = self.training
        training.begun()
        try:
            turn = frame = time.monotonic()
            for _ in training.advance(training.total):
                now = time.monotonic()
                if now - frame > FRAME:
                    self.show()
                    frame = now = time.monotonic()
                if now - turn > TURN:
                    await asyncio.sleep(0.001)
                    turn = time.monotonic()
        except asyncio.CancelledError:
            pass  # stopped: the state stays
        except Exception as error:
            self.error.tell(page.sentence(error))
        finally:
            self.start.disabled, self.stop.disabled = False, True
            self.show()

    def show(self) -> None:
        """Draw the present state and say how far it is."""
        training = self.training
        try:
            self.image.value = page.encode(training.stage.draw(training.state))
        except Exception as error:
            self.error.tell(page.sentence(error))
        self.bar.value = training.done
        self.count.value = training.learnt()
        training.rested(self.image)
