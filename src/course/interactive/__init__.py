"""What the learner touches: figures, live widgets, predictions, progress."""
