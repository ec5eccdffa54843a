"""Measures are taken once a sample, and leave with it."""

import gc
import weakref
from dataclasses import replace

from simulated_outputs import make_outputs

from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.stated import state


def test_a_measure_is_taken_once_per_sample():
    taken = []

    @once_per_sample
    def measure(sample):
        """Return how often it was asked for."""
        taken.append(sample)
        return len(taken)

    sample = make_outputs([[0.2, 0.8], [0.5, 0.5]])
    assert (measure(sample), measure(sample)) == (1, 1)
    assert measure(replace(sample)) == 2
    assert measure.__doc__ == "Return how often it was asked for."


def test_samples_do_not_outlive_their_use():
    sample = make_outputs([[0.2, 0.8], [0.5, 0.5]])
    assert state(sample).sample is sample  # the result holds the sample
    gone = weakref.ref(sample)
    del sample
    gc.collect()
    assert gone() is None
