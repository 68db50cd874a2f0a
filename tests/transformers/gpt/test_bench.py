"""The benchmarks beside another code run where it isn't: they say how to get it."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[3] / "bench"


@pytest.mark.parametrize("name", ["gpt", "generate"])
def test_without_the_peer_a_benchmark_is_skipped(name, tmp_path):
    line = [sys.executable, str(BENCH / f"{name}.py")]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("skipped: ")
    assert "git clone https://github.com/karpathy/nanoGPT" in done.stdout
    assert f"python bench/{name}.py --nanogpt nanoGPT" in done.stdout
