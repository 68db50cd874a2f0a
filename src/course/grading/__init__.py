"""Grading: a mark is a verdict made in a process that the learner's code cannot reach.

The judge holds the reference, the cases and what they should give. The learner's code runs in a
process of its own, from which the reference is missing, and all that passes between the two are
arguments and results, as plain data (`wire`).
"""
