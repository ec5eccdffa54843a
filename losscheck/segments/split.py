"""A sample's rows by segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.sample import ClassSample, LabelMap, Sample

if TYPE_CHECKING:
    from losscheck.outputs.stated import Labels


def split(sample: Sample | ClassSample) -> Iterator[tuple[str, Sample | ClassSample]]:
    """Yield the name and the rows of every segment that has some, in the order of the names."""
    segments = sample.segments
    if segments is None:
        return
    order = np.argsort(segments.code, kind="stable")
    ends = np.cumsum(np.bincount(segments.code, minlength=len(segments.names)))
    places = dict(zip(segments.names, np.split(order, ends[:-1]), strict=True))
    for name in sorted(places):
        if places[name].size:
            yield name, _take(sample, places[name])


def _take(sample: Sample | ClassSample, rows: Labels) -> Sample | ClassSample:
    """Return these rows as a sample of their own; what was left out before belongs to none of the segments."""
    info = replace(sample.info, rows=rows.size, rows_used=rows.size)
    weight = None if sample.weight is None else _rescale(sample.weight[rows])
    if isinstance(sample, Sample):
        return replace(
            sample,
            residual=sample.residual[rows],
            row=sample.row[rows],
            info=info,
            target=None if sample.target is None else sample.target[rows],
            prediction=None if sample.prediction is None else sample.prediction[rows],
            weight=weight,
            missing=(),
            non_finite=(),
            segments=None,
        )
    label = None if sample.label is None else sample.label[rows]
    return replace(
        sample,
        outputs=sample.outputs[rows],
        row=sample.row[rows],
        info=info,
        label=label,
        label_map=_recount(sample.label_map, label),
        targets=None if sample.targets is None else sample.targets[rows],
        weight=weight,
        missing=(),
        non_finite=(),
        segments=None,
    )


def _rescale(weight: Array) -> Array | None:
    """Return weights that sum to Kish's effective number of rows."""
    if bool((weight == weight[0]).all()):
        return None
    scaled: Array = weight * (weight.sum() / np.square(weight).sum())
    return scaled


def _recount(label_map: LabelMap | None, label: Labels | None) -> LabelMap | None:
    """Return the labels that have a column with their numbers among these rows."""
    if label_map is None or label is None:
        return label_map
    kept = [i for i, column in enumerate(label_map.column) if column >= 0]
    counts = [int(np.count_nonzero(label == label_map.column[i])) for i in kept]
    return LabelMap(
        label_map.how,
        tuple(label_map.values[i] for i in kept),
        tuple(counts),
        tuple(label_map.column[i] for i in kept),
    )
