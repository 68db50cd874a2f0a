"""The teacher's page: its commands are commands, its numbers those of the code."""

import argparse
import importlib
import re
import shlex

import pytest

from course.command import main
from course.grading import confine, outside


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "teaching.md").read_text(encoding="utf-8")


def test_every_command_is_one(page):
    blocks = re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [f"course grade x {option}" for option in re.findall(r"`(--[a-z][^`]*)`", page)]
    ours = [shlex.split(line)[1:] for line in lines if line.startswith("course ")]
    assert len(ours) > 5
    for name, *rest in ours:
        parser = argparse.ArgumentParser(exit_on_error=False)
        importlib.import_module(main.COMMANDS[name][0]).add_arguments(parser)
        parser.parse_intermixed_args(rest)


def test_what_is_exported_is_there(page):
    autograde = pytest.importorskip("course.grading.autograde")
    names = re.findall(r"--exporter course\.grading\.autograde\.(\w+)", page)
    assert len(names) == 3 and all(hasattr(autograde, name) for name in names)


def test_the_limits_are_those_of_the_code(page):
    assert (outside.COMPUTING, outside.WALL, confine.MEMORY) == (10, 15, 2 * 2**30)
    flat = " ".join(page.split())
    assert "Ten seconds of computing, fifteen by the clock and two gigabytes" in flat
