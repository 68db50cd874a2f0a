"""Answers that a check once misjudged: right ones refused, and wrong ones let through."""

import numpy as np
import pytest

from course import lessons
from course.checking import compare
from course.checking.plain import plain


def bank(slug):
    return lessons.bank(slug)


def test_a_tuple_of_one_number_is_a_vector_of_length_one():
    def write_greedily(p, start, n):
        ids = [start]
        while len(ids) <= n:
            ids.append(int(p[ids[-1]].argmax()))
        return tuple(ids)

    assert bank("start_here").write_greedily.examine(write_greedily).state == "done"
    comma = compare.first_fault(plain((np.zeros(3),)), np.zeros(3), rtol=0, atol=0)
    assert "comma" in comma.text
    comma = compare.first_fault(plain((np.zeros(1),)), np.zeros(1), rtol=0, atol=0)
    assert "comma" in comma.text


def test_a_factor_as_large_as_the_numbers_is_no_exact_variance():
    verdict = bank("inside_a_matrix").variance.examine(lambda x: np.mean(x * (x - x.mean())))
    assert verdict.state == "wrong"
    assert "adding 10⁹" in verdict.text


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def gpt(torch, begin):
    """A right GPT whose stream begins as it is told."""
    from course.transformers.gpt import plain

    class GPT(torch.nn.Module):
        def __init__(self, V, T, C, H, L):
            super().__init__()
            self.E, self.P = torch.nn.Embedding(V, C), torch.nn.Embedding(T, C)
            for table in (self.E, self.P):
                torch.nn.init.normal_(table.weight, std=0.02)
            self.blocks = torch.nn.ModuleList(plain.Block(C, H) for _ in range(L))
            self.norm = torch.nn.LayerNorm(C)

        def forward(self, ids):
            x = begin(self, ids)
            for block in self.blocks:
                x = block(x)
            return self.norm(x) @ self.E.weight.T

    return GPT


@pytest.mark.parametrize(
    "begin",
    [
        lambda m, ids: m.E(ids) + m.P(ids.new_tensor(range(ids.shape[1]))),
        lambda m, ids: m.E.weight[ids] + m.P.weight[: ids.shape[1]],
    ],
    ids=["P is called", "E is not"],
)
def test_a_table_may_be_called_or_indexed(torch, begin):
    verdict = bank("small_gpt").GPT.examine(gpt(torch, begin))
    assert verdict.state == "done", str(verdict)


def test_a_part_is_called_and_not_its_forward(torch):
    model = gpt(torch, lambda m, ids: m.E.forward(ids) + m.P.weight[: ids.shape[1]])
    verdict = bank("small_gpt").GPT.examine(model)
    assert verdict.state == "wrong"
    assert "that no hook sees" in verdict.text


def test_a_loss_that_holds_its_graph_is_no_float(torch):
    def training_step(model, optimizer, x, y):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x).transpose(1, 2), y)
        loss.backward()
        optimizer.step()
        return loss

    exercise = bank("small_gpt").training_step
    assert exercise.examine(training_step).mistake == "You returned the tensor"
    right = exercise.examine(lambda *args: training_step(*args).detach())
    assert right.state == "done", str(right)


def test_none_is_told_as_such_where_a_probe_reads_the_result(torch):
    verdict = bank("small_gpt").training_step.examine(lambda model, optimizer, x, y: print())
    assert verdict.text == "Your function returned None. Is a `return` missing?"


def test_tokens_to_embed_may_be_one_text_or_a_batch():
    exercise = bank("small_gpt").embed
    one = exercise.examine(lambda ids, E, P, past=0: E[ids] + P[past : past + len(ids)])
    assert one.mistake == "You took len(ids) for the number of tokens"
