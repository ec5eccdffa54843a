from pathlib import Path

import numpy as np
import pytest

import losscheck

SAMPLES = Path(losscheck.__file__).parents[1] / "sample_data"


def plots_of(name):
    return losscheck.check_file(SAMPLES / f"{name}.csv").plots


def test_exchanged_columns_show_in_the_square_of_labels_and_columns():
    plot = plots_of("digits_swapped_columns").confusion
    assert plot.labels == plot.columns == tuple("0123456789")
    assert plot.match == (0, 1, 2, 8, 4, 5, 6, 7, 3, 9)
    assert np.argmax(plot.share, axis=1).tolist() == list(plot.match)
    assert np.sum(plot.share, axis=1) == pytest.approx(np.ones(10))
    assert plots_of("digits_logistic").confusion.match is None


def test_every_row_is_counted_by_its_sum_up_to_the_ends():
    plot = plots_of("digits_missing_column").row_sums
    counts, edges = np.array(plot.counts), np.array(plot.edges)
    assert 594 <= counts.sum() <= 600
    assert counts[edges[:-1] < 0.99].sum() > 50
    whole = plots_of("digits_logistic").row_sums
    inside = (np.array(whole.edges[:-1]) >= 1 - 2 * whole.tolerance) & (
        np.array(whole.edges[1:]) <= 1 + 2 * whole.tolerance
    )
    assert np.array(whole.counts)[inside].sum() >= 594
    for name in ("digits_scores", "digits_log_probabilities", "digits_multilabel", "digits_percent"):
        assert plots_of(name).row_sums is None


def test_classes_lie_within_their_band_as_often_as_calibrated_ones_do():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(40):
        logits = rng.normal(size=(400, 5))
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        label = (p.cumsum(axis=1) < rng.random((400, 1))).sum(axis=1)
        plot = losscheck.check(label, p).plots.classes
        assert plot.observed == pytest.approx(np.bincount(label, minlength=5) / 400)
        assert plot.stated == pytest.approx(p.mean(axis=0))
        inside += [low <= seen <= high for seen, low, high in zip(plot.observed, plot.low, plot.high, strict=True)]
    assert 0.9 <= np.mean(inside) <= 0.985


def test_labels_of_a_multilabel_file_are_the_classes():
    plot = plots_of("digits_multilabel").classes
    assert len(plot.classes) == len(plot.observed) > 2
    assert all(0 < share < 1 for share in plot.observed)
