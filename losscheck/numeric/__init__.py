"""Machinery without opinions: weighted points, Newton steps, robust scales."""
