"""A hub on one machine: accounts of the system, one thread a kernel, idle servers ended.

Started with `jupyterhub --config deploy/jupyterhub_config.py`; see README.md beside it.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

HERE = Path(__file__).resolve().parent

# Who may come: every account of this machine. Or name them: c.Authenticator.allowed_users = {"ada"}
c.Authenticator.allow_all = True

# Each learner's own server: their desk in ~/my_course, the course itself read by all of them.
c.Spawner.cmd = [sys.executable, str(HERE / "learner.py")]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 180  # thirty who come at the same minute wait for each other
c.Spawner.http_timeout = 120
c.JupyterHub.concurrent_spawn_limit = 8
c.JupyterHub.active_server_limit = 0  # set it to what the memory holds: 0.8 GB a learner

# Thirty kernels with a thread for each core wait for each other: none finished, with one all did.
names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
c.Spawner.environment = {f"{name}_NUM_THREADS": "1" for name in names}
c.Spawner.environment["VECLIB_MAXIMUM_THREADS"] = "1"

# A kernel that nobody uses for 30 minutes ends, a server after an hour.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=300",
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]

# State lies where the hub is started; behind a proxy that speaks https, listen to it alone.
c.JupyterHub.bind_url = os.environ.get("HUB_URL", "http://127.0.0.1:8000")
