"""What makes training fast. Without this folder every number stays, but for its last digits.

`fused` has parts of the model with their backward passes by hand, `flat` the optimizer on a few
long vectors, `team` threads that share a batch, `compiled` what a GPU likes. `speed_up` switches
on what suits a machine; the loop is `train.fit` all the same.
"""

from course.transformers.gpt.fast.speed import speed_up

__all__ = ["speed_up"]
