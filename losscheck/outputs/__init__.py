"""Outputs of classifiers: what the numbers are, the distributions that they state, and statistics of those."""
