"""`course update`: bring lessons that changed to your desk, and keep what you wrote."""

import argparse

from course.words import say, say_n


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course update`: none."""


def run(args: argparse.Namespace) -> int:
    """Renew the copies of changed lessons; 1 if one could not be."""
    from course.authoring import checkout
    from course.command import lab
    from course.lessons import renewing
    from course.lessons.desk import Desk

    done, desk = [], Desk(checkout.find_root())
    missing = desk.missing
    for sentence, well in renewing.update(desk, stamp=lab.running(desk.folder) is None):
        print(sentence)
        done.append(well)
    if new := [stem for stem in missing if desk.path(stem).exists()]:
        print(_laid_out(new, desk))
    elif not done:
        print(say("Nothing newer is there: your lessons are up to date; what you wrote stands."))
    if any(done):
        print(
            say(
                "If one of these is open in JupyterLab, choose File, then Reload Notebook from "
                "Disk, before you go on. File, then Open from Path… opens what was kept."
            )
        )
    return 0 if all(done) else 1


def _laid_out(new: list[str], desk) -> str:
    """Tell which lessons were not on the desk before; the first time it is all of them."""
    if new == desk.stems:
        told = "Your lessons are laid out in {folder}. `course lab` opens them."
        return say(told, folder=desk.folder)
    return say_n(
        "{n} lesson is new on your desk: {names}.",
        "{n} lessons are new on your desk: {names}.",
        len(new),
        names=", ".join(new),
    )
