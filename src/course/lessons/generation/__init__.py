"""Generation: how a trained model's probabilities become a text, and what a text costs."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="Generation",
    promise="From probabilities to a text: choosing, searching, and not computing twice",
    builds="samplers, beam search, a key-value cache, speculative decoding",
    megabytes=320,  # 207 as a rule, 255 in one run of six
)
