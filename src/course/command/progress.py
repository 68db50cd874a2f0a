"""`course progress`: what you have done so far."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course progress`: none."""


def run(args: argparse.Namespace) -> None:
    """Print the course's map with your progress on it."""
    from course.lessons import map

    print(map.show())
