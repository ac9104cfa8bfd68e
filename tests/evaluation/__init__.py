"""The evaluation: questions that nobody trained on, what is expected of the answers, and the run."""
