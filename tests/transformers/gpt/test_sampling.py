"""What may be drawn is what was asked for, as other people's code has it too."""

import torch

from course.transformers.gpt import sampling


def test_distributions_by_hand():
    z = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    expected = {
        (): [0.5, 0.3, 0.15, 0.05],
        (("top_k", 2),): [0.625, 0.375, 0, 0],
        (("top_p", 0.75),): [0.625, 0.375, 0, 0],
        (("top_p", 0.49),): [1, 0, 0, 0],
        (("top_p", 1.0),): [0.5, 0.3, 0.15, 0.05],
        (("min_p", 0.3),): [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0],
        (("temperature", 0),): [1, 0, 0, 0],
        (("temperature", 0.5),): [0.25 / 0.365, 0.09 / 0.365, 0.0225 / 0.365, 0.0025 / 0.365],
        (("top_k", 3), ("top_p", 0.8)): [0.625, 0.375, 0, 0],
    }
    for options, p in expected.items():
        got = sampling.distribution(z, **dict(options))
        torch.testing.assert_close(
            got, torch.tensor(p, dtype=torch.float32), msg=lambda m, o=options: f"{o}: {m}"
        )


def test_distributions_agree_with_transformers():
    from transformers import MinPLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    z = torch.randn(6, 50, generator=torch.Generator().manual_seed(0)) * 3
    for ours, theirs in (
        ({"top_k": 7}, TopKLogitsWarper(7)),
        ({"top_p": 0.8}, TopPLogitsWarper(0.8)),
        ({"min_p": 0.1}, MinPLogitsWarper(0.1)),
    ):
        expected = theirs(None, z.clone()).softmax(-1)
        torch.testing.assert_close(sampling.distribution(z, **ours), expected)


def test_draws_follow_the_distribution():
    z = torch.tensor([[0.6, 0.3, 0.1]]).log().expand(20000, 3)
    drawn = sampling.choose(z, torch.Generator().manual_seed(0))
    share = torch.bincount(drawn, minlength=3) / 20000
    torch.testing.assert_close(share, torch.tensor([0.6, 0.3, 0.1]), rtol=0, atol=0.015)
