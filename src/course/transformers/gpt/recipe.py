"""How a GPT is trained, as data: steps, rates, and how they fall. Taught in *A small GPT*."""

from dataclasses import dataclass

from course.networks import schedules
from course.words import say


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults suit a small modern GPT and a minute.

    Attributes
    ----------
    steps, batch
        Number of steps, and of windows in each.
    lr, lr_head, lr_embed
        Learning rates of the blocks, of the head, and of everything looked up in a table.
    schedule
        "linear": full rate, then over the last `cooldown` part of the run straight down to
        `final` of it. "cosine": half a cosine down to `final`, over the whole run.
    warmup
        Steps until the full rate.
    beta1, beta2, weight_decay
        Of AdamW; only the matrices of affine maps decay.
    clip
        Longest gradient allowed, all parameters together; 0 for no limit.
    seed
        Draws the weights and, with the step's number, each batch.
    threads
        Parts that `fast` cuts a batch into on a CPU, each computed by a thread of its own. Written
        down with the rest because the order in which numbers are added shows in their last bits.
    """

    steps: int = 500
    batch: int = 12
    lr: float = 5e-3
    lr_head: float = 1e-2
    lr_embed: float = 6e-2
    schedule: str = "linear"
    cooldown: float = 0.65
    final: float = 0.02
    warmup: int = 0
    beta1: float = 0.85
    beta2: float = 0.99
    weight_decay: float = 0.0
    clip: float = 0.0
    seed: int = 0
    threads: int = 1

    def __post_init__(self):
        _check_recipe(self)

    def rate(self, step: int) -> float:
        """The part of the full learning rate that is used at a step, counted from 0."""
        warmup = min(self.warmup, self.steps - 1)
        if self.schedule == "cosine":
            return schedules.warmup_cosine(step, steps=self.steps, warmup=warmup, final=self.final)
        cooldown = max(1, min(round(self.cooldown * self.steps), self.steps - warmup))
        return schedules.warmup_stable_decay(
            step, steps=self.steps, warmup=warmup, cooldown=cooldown, final=self.final
        )


PLAIN = {
    "steps": 2000,
    "lr": 1e-3,
    "lr_head": 1e-3,
    "lr_embed": 1e-3,
    "schedule": "cosine",
    "final": 0.1,
    "warmup": 100,
    "beta1": 0.9,
    "weight_decay": 0.1,
    "clip": 1.0,
}  # Recipe(**PLAIN) is the customary one for a small GPT-2


def _check_recipe(r):
    """Refuse what can't be trained with, and name what can."""
    if r.schedule not in ("linear", "cosine"):
        sentence = "schedule is {schedule!r}; choose 'linear' or 'cosine'"
        raise ValueError(say(sentence, schedule=r.schedule))
    if r.steps < 1 or r.batch < 1:
        sentence = "steps is {steps} and batch {batch}; both must be at least 1"
        raise ValueError(say(sentence, steps=r.steps, batch=r.batch))
    if not 1 <= r.threads <= r.batch:
        sentence = "threads is {threads}; allowed is from 1 to the batch, {batch}"
        raise ValueError(say(sentence, threads=r.threads, batch=r.batch))
    if not (0 <= r.cooldown <= 1 and 0 <= r.final <= 1):
        sentence = "cooldown {cooldown} and final {final} are parts, from 0 to 1"
        raise ValueError(say(sentence, cooldown=r.cooldown, final=r.final))
    if r.warmup < 0 or r.clip < 0:
        sentence = "warmup is {warmup} and clip {clip}; neither can be negative"
        raise ValueError(say(sentence, warmup=r.warmup, clip=r.clip))
