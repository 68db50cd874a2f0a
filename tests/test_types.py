"""The type checker sees every engine: no module is exempt."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENGINES = {"checking", "interactive", "learner", "authoring", "grading", "command"}


def test_no_engine_and_no_module_of_one_is_left_out():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert {f"course.{name}" for name in ENGINES} <= set(settings["packages"])
    assert "overrides" not in settings
    assert not any("mypy: ignore" in p.read_text() for p in (ROOT / "src").rglob("*.py"))
