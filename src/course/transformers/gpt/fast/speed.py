"""Which of the fast parts a model is trained with, on a CPU and on a GPU."""

from course.transformers.gpt import train
from course.transformers.gpt.fast import compiled, flat, fused, team
from course.transformers.gpt.recipe import Recipe


def speed_up(model, recipe: Recipe):
    """Prepare a model and its optimizer for training at speed.

    Parameters
    ----------
    model : GPT
        Stays itself: its parts change their methods, its parameters their place in memory.
    recipe
        Its `threads` share each batch on a CPU.

    Returns
    -------
    learner
        Goes into `train.fit` in the model's place: has its `config` and `loss`.
    optimizer
        Goes with it.
    """
    fused.fuse(model)
    optimizer = flat.AdamW(train.groups(model, recipe), recipe)
    if model.E.device.type != "cpu":
        return compiled.Compiled(model), optimizer
    if recipe.threads == 1:
        return model, optimizer
    return team.Team(model, optimizer, recipe), optimizer
