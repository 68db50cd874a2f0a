"""Training in a figure: it can be watched, stopped, and keeps what it has."""

import asyncio
import time

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from course.authoring import kernels
from course.interactive import live, training

ALT = "The error falls while training"


def steps(lr):
    """Gradient descent on w²/2, from 1: after t steps w = (1 − lr)^t."""
    w = 1.0
    while True:
        yield w
        w -= lr * w


def setup(fig):
    ax = fig.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="w", ylabel="error")
    (point,) = ax.plot([0], [0], "o")

    def update(w):
        point.set_data([abs(w)], [min(w * w / 2, 1)])
        return point, f"w is {w:.3f}"

    return update


def made(run=steps, total=40, **more):
    lr = live.slider(0.1, 0.9, start=0.5, label="learning rate")
    return live.training(run, setup, alt=ALT, total=total, lr=lr, **more)


def test_before_its_start_a_picture_tells_that_nothing_is_learnt_yet():
    trained = made(preview=5)
    box = trained.widgets()
    assert box.children[1].children[-1].value == "0 % done"
    (image,) = box.children[2].children
    assert image.tooltip == f"{ALT} Now: learning rate: 0.5; 0 % done. w is 1.000."


def test_a_run_takes_the_steps_it_is_told():
    trained = made()
    assert trained.state == 1  # the picture on the page shows the first state
    assert trained.run(5, lr=0.2) == pytest.approx(0.8**4)
    assert trained.run() == pytest.approx(0.8**39)
    assert trained.done == trained.total == 40


def test_a_run_ends_where_the_steps_end():
    def three(lr):
        yield from (3.0, 2.0, 1.0)

    assert made(three).run() == 1.0


def test_the_preview_shows_as_many_states_as_it_is_told():
    assert made(preview=3).state == pytest.approx(0.25)


def test_the_page_shows_nothing_learnt_and_what_stays_the_preview():
    trained = made(preview=10)
    stays = trained.stays()[0][0]["image/png"]
    trained.widgets()
    assert trained.state == 1.0
    assert trained.stays()[0][0]["image/png"] != stays


def test_a_drive_tries_each_setting_and_raises_what_goes_wrong():
    assert made().drive() >= 4

    def failing(lr):
        yield 1.0
        if lr > 0.8:
            raise ArithmeticError("too fast")
        yield 0.5

    with pytest.raises(ArithmeticError, match="too fast"):
        made(failing).drive()


def test_steps_that_yield_nothing_are_named():
    with pytest.raises(ValueError, match="steps yielded no state"):
        made(lambda lr: iter(()))


@pytest.mark.parametrize("preview", [0, 41])
def test_a_preview_beyond_the_total_is_refused(preview):
    with pytest.raises(ValueError, match="preview must be from 1 to total, which is 40"):
        made(preview=preview)


def slow(lr):
    for w in steps(lr):
        yield w
        time.sleep(0.004)


def test_a_stop_is_heard_at_once_and_keeps_what_was_reached():
    shown = training.TrainingPage(made(slow, total=5000))

    async def watch():
        shown.begin()
        waits = []
        for _ in range(20):
            start = time.monotonic()
            await asyncio.sleep(0.001)
            waits.append(time.monotonic() - start)
        assert shown.start.disabled
        assert not shown.stop.disabled
        shown.end()
        await asyncio.gather(shown.task, return_exceptions=True)
        return waits

    assert np.median(asyncio.run(watch())) < 0.2  # the loop listens in between
    done = shown.training.done
    assert 1 < done < 5000
    assert shown.training.state == pytest.approx(0.5 ** (done - 1))
    assert shown.bar.value == done
    assert shown.count.value == f"{100 * (done - 1) / 4999:.0f} % done"
    assert shown.stop.disabled
    assert not shown.start.disabled


def test_an_error_of_the_steps_is_a_sentence_under_the_picture():
    def failing(lr):
        yield 1.0
        if shown_now:
            raise ArithmeticError("the loss is nan")
        yield 0.5

    shown_now = []
    shown = training.TrainingPage(made(failing))
    shown_now.append(True)
    asyncio.run(shown.train())
    assert "the loss is nan" in shown.error.value
    assert shown.training.state == 1.0


CELL = """
import time
from course.interactive import live, training

def steps():
    for n in range(100_000):
        yield n
        time.sleep(0.002)

def setup(fig):
    (line,) = fig.subplots().plot([0, 1], [0, 1])
    return lambda n: line

shown = training.TrainingPage(live.training(steps, setup, alt="A line that stays", total=100_000))
print(shown.start.comm.comm_id, shown.stop.comm.comm_id)
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_stop_button_works_in_a_real_kernel():
    with kernels.environment() as env:
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(env=env)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(60)
            start, stop = ask(client, CELL).split()
            press(client, start)
            time.sleep(0.7)
            press(client, stop)
            first = int(ask(client, "print(shown.training.done)"))
            time.sleep(0.3)
            second = int(ask(client, "print(shown.training.done)"))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    assert 1 < first == second < 100_000


def ask(client, code: str) -> str:
    """Run a cell; returns what it printed."""
    said = []

    def heard(message):
        assert message["msg_type"] != "error", message["content"]["traceback"]
        said.append(message["content"].get("text", ""))

    client.execute_interactive(code, timeout=60, output_hook=heard)
    return "".join(said)


def press(client, button: str) -> None:
    """Send what the page sends when a button is pressed."""
    data = {"method": "custom", "content": {"event": "click"}}
    content = {"comm_id": button, "data": data}
    client.shell_channel.send(client.session.msg("comm_msg", content))
