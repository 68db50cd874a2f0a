"""The learner's copies as JupyterLab opens them: with the way on as it is now.

What stands above and below a copy is written when `course lab` starts (`Desk.stamp`). A page that
is opened later, after something was done, gets it anew; its file changes when the page is saved.
"""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class Copies(AsyncLargeFileManager):
    """Jupyter's own manager of files, but for the lines that the course adds to a lesson."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.began = time.time()

    async def get(self, path, content=True, type=None, **asked):
        """Return a file as it is opened."""
        model = await super().get(path, content, type, **asked)
        if content and model["type"] == "notebook":
            self.renew(PurePosixPath(path.strip("/")), model["content"]["cells"])
        return model

    def renew(self, file: PurePosixPath, cells: list[dict]) -> None:
        """Write into a copy's cells how far the learner is, if that has changed since the start."""
        from course.learner import progress

        kept = progress.path()
        if not kept.is_file() or kept.stat().st_mtime < self.began:
            return
        from course.authoring.checkout import find_root
        from course.lessons.desk import Desk

        try:
            desk = Desk(find_root())
            if str(file) in (f"{stem}.ipynb" for stem in desk.stems):
                desk.renew(file.stem, cells)
        except Exception:  # whatever is wrong with the course, the page must open
            self.log.debug("not renewed", exc_info=True)
