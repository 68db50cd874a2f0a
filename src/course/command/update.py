"""`course update`: bring lessons that changed to your desk, and keep what you wrote."""

import argparse

from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course update`: none."""


def run(args: argparse.Namespace) -> int:
    """Renew the copies of changed lessons; 1 if one could not be."""
    from course.authoring import checkout
    from course.command import lab
    from course.lessons import renewing
    from course.lessons.desk import Desk

    done, desk = [], Desk(checkout.find_root())
    for sentence, well in renewing.update(desk, stamp=lab.running(desk.folder) is None):
        print(sentence)
        done.append(well)
    if not done:
        print(say("Every lesson on your desk is as it ships."))
    elif any(done):
        print(
            say(
                "If one of these is open in JupyterLab, choose File, then Reload Notebook from "
                "Disk, before you go on. File, then Open from Path… opens what was kept."
            )
        )
    return 0 if all(done) else 1
