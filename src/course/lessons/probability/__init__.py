"""Probability: from draws to losses, and what a measured number is worth."""

from course.lessons import About

ABOUT = About(
    part="Foundations",
    title="Probability",
    promise="Where losses come from, and what a test-set number is worth",
    builds="Bayes' rule, log-sum-exp, cross-entropy, smoothing, a model of names",
)
