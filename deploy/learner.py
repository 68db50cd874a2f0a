"""Start one learner's server: their copies of the lessons, the course's settings.

The hub runs this as the learner, in place of `jupyterhub-singleuser`. The installation is read by
all and written by nobody: copies, progress and kept answers lie in the learner's home.
"""

import os
import sys
from pathlib import Path

from course.command import lab
from course.learner import home
from course.lessons.desk import Desk


def main() -> None:
    """Lay out the desk, then become the server."""
    os.environ.setdefault("COURSE_LEARNER", os.environ.get("JUPYTERHUB_USER", ""))
    desk = Desk(home.CHECKOUT, Path(os.environ.get("COURSE_HOME") or Path.home() / home.NAME))
    os.environ.update(lab.environment(desk.folder))
    for sentence in desk.open():
        print(sentence)
    options = {
        "ServerApp.root_dir": desk.folder,
        "ServerApp.jpserver_extensions": "jupyterlab_jupytext=False",  # writes no text beside
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    os.chdir(desk.folder)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:], *given])


if __name__ == "__main__":
    main()
