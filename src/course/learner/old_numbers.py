"""What the exercises of the first edition were called: it numbered seven lessons otherwise.

Progress kept by number (exercise 4.2, prediction 04.check) is carried over by these lists, and so
is what was kept under a lesson that an exercise has left since.
"""

SLUGS = {
    0: "start_here",
    1: "linear_algebra",
    4: "mlp_backprop",
    5: "initialization",
    6: "optimizers",
    9: "attention",
    10: "small_gpt",
}
EXERCISES = {  # in the order in which they were numbered
    0: "probabilities",
    1: "add_bias matmul batch_matmul project pairwise_distances power_iteration low_rank",
    4: "affine sigmoid_backward affine_backward numerical_gradient gradient_step "
    "cross_entropy_backward relu_backward loss_and_gradients tanh",
    5: "layer_variance xavier_uniform he_normal gain expected_loss layer_norm layer_norm_backward "
    "residual_std",
    6: "momentum_step nesterov_step rmsprop_step adam_step adamw_step clip_by_norm warmup_cosine "
    "lr_range_test",
    9: "scores causal_mask attend split_heads merge_heads multi_head rotate attend_backward",
    10: "witten_bell bits_per_token batch embed block parameters learn warmup_stable_decay",
}
NEW = {
    f"{lesson}.{i}": f"{SLUGS[lesson]}.{name}"
    for lesson, names in EXERCISES.items()
    for i, name in enumerate(names.split(), start=1)
}

MOVED = {  # exercises and predictions that went to another lesson when one became two
    "optimizers.clip_by_norm": "training_runs.clip_by_norm",
    "optimizers.warmup_cosine": "training_runs.warmup_cosine",
    "optimizers.lr_range_test": "training_runs.lr_range_test",
    "optimizers.batch": "training_runs.batch",
    "linear_algebra.power_iteration": "inside_a_matrix.power_iteration",
    "linear_algebra.low_rank": "inside_a_matrix.low_rank",
    "linear_algebra.pieces": "inside_a_matrix.pieces",
    "linear_algebra.counting": "inside_a_matrix.counting",
    "mlp_backprop.numerical_gradient": "gradients.numerical_gradient",
    "mlp_backprop.tanh": "gradients.tanh",
    "mlp_backprop.single": "gradients.single",
}


def renamed(key: str) -> str:
    """Return what an exercise or a prediction is called now; what is unknown stays as it is."""
    number, _, rest = key.partition(".")
    known = number.isdecimal() and len(number) == 2 and int(number) in SLUGS
    return moved(NEW.get(key) or (f"{SLUGS[int(number)]}.{rest}" if known else key))


def moved(key: str) -> str:
    """Return the key of an exercise or a prediction in the lesson where it stands now."""
    return MOVED.get(key, key)
