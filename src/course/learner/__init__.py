"""What a learner leaves behind, on their own machine: progress and passed answers."""
