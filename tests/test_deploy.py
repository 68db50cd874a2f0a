"""What a teacher deploys: files that can be read, and one thread wherever a kernel starts."""

import re
import runpy
from types import SimpleNamespace

import pytest

from course.command import lab


class Settings(SimpleNamespace):
    """A configuration that takes whatever is set."""

    def __getattr__(self, name):
        setattr(self, name, Settings())
        return getattr(self, name)


@pytest.fixture
def hub(root):
    held = Settings()
    file = root / "deploy" / "jupyterhub_config.py"
    runpy.run_path(str(file), init_globals={"get_config": lambda: held})
    return held


def test_every_kernel_of_a_hub_has_one_thread(hub, root):
    cluster = (root / "deploy" / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8")
    assert set(lab.ONE_THREAD) <= set(hub.Spawner.environment)
    assert set(hub.Spawner.environment.values()) == {"1"}
    for name in hub.Spawner.environment:
        assert re.search(rf'^    {name}: "1"$', cluster, re.MULTILINE), name


def test_the_culler_may_do_what_it_is_for(hub):
    (role,) = hub.JupyterHub.load_roles
    (service,) = hub.JupyterHub.services
    assert role["services"] == [service["name"]] and "delete:servers" in role["scopes"]


def test_what_a_learner_s_server_is_started_by_is_there(hub, root):
    *_, script = hub.Spawner.cmd
    assert script == str(root / "deploy" / "learner.py")
    compile((root / "deploy" / "learner.py").read_text(encoding="utf-8"), script, "exec")
