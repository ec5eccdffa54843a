"""A summary is the same integers however its rows came, and nearly the rows themselves for every question."""

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from summaries import report_on, summarize

from losscheck.results import Columns, InputError
from losscheck.sample import LeftOut
from losscheck.summary import is_summary, merge_summaries, parse_summary, sample_of, write_summary
from losscheck.summary import tables as tables_module
from losscheck.summary.buckets import split_bits
from losscheck.summary.expansion import SHARES, expand
from losscheck.summary.tables import LEVELS, MOST_CELLS, Table, add_tables, fine_table, pair_table


def rows(seed: int, n: int = 3000):
    rng = np.random.default_rng(seed)
    return rng.standard_t(3, n), rng.normal(size=n) * rng.choice([0.01, 1, 50], n)


def merged(parts):
    return merge_summaries(parts, [f"part {i}" for i in range(len(parts))])


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_blocks_and_order_do_not_matter(block):
    residual, prediction = rows(1, 2000)
    whole = write_summary(summarize(residual, prediction))
    # in the same pairs: adding the prediction and taking it off again is not exact
    turn = np.random.default_rng(2).permutation(residual.size)
    assert write_summary(summarize(residual[turn], prediction[turn])) == whole
    if block > 1:
        assert write_summary(summarize(residual, prediction, block=block)) == whole
    else:
        parts = [summarize(residual[i : i + 1], prediction[i : i + 1]) for i in range(200)]
        assert write_summary(merged(parts)) == write_summary(summarize(residual[:200], prediction[:200]))


@given(cuts=st.lists(st.integers(1, 2999), max_size=6), seed=st.integers(0, 50), limit=st.sampled_from([50, 400, 2000]))
@settings(max_examples=25, deadline=None)
def test_any_split_merges_to_the_same_bytes(cuts, seed, limit):
    """Also where the cells of the whole must be coarser than those of the parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables_module, "MOST_CELLS", limit)
        residual, prediction = rows(seed)
        whole = summarize(residual, prediction)
        edges = sorted({0, *cuts, residual.size})
        parts = [
            parse_summary(write_summary(summarize(residual[a:b], prediction[a:b])), "part") for a, b in pairwise(edges)
        ]
        assert write_summary(merged(parts)) == write_summary(whole)
        turned = merged([merged(parts[len(parts) // 2 :]), *parts[: len(parts) // 2]])
        assert write_summary(turned) == write_summary(whole)


def test_the_file_gives_the_summary_back():
    residual, prediction = rows(3)
    summary = replace(
        summarize(residual, prediction, center=(0.5, 10.0)),
        missing=(LeftOut("y", 3, (1, 5, 9)),),
        non_finite=(LeftOut("f", 1, (7,)),),
    )
    text = write_summary(summary)
    assert is_summary(text.encode())
    again = parse_summary(text, "s.lcs.json")
    assert write_summary(again) == text
    assert again.center == summary.center
    assert again.missing == summary.missing
    assert again.info == summary.info


def test_the_size_is_bounded():
    """0.5 MB of fine buckets, and MOST_CELLS cells of 40 to 60 bytes, whatever the rows are."""
    rng = np.random.default_rng(4)
    n = 400_000
    wild = summarize(rng.standard_cauchy(n), rng.standard_cauchy(n) * rng.lognormal(0, 3, n))
    assert wild.pairs.table.bucket.size <= MOST_CELLS
    assert len(write_summary(wild)) < 4_000_000
    tame = summarize(rng.standard_normal(n), rng.uniform(2, 10, n))
    assert len(write_summary(tame)) < 1_500_000


def test_levels_are_nested():
    residual, prediction = map(split_bits, rows(5))
    fine = pair_table(residual, prediction, 0)
    for level in range(len(LEVELS)):
        coarse, direct = fine.at_level(level), pair_table(residual, prediction, level)
        assert (coarse.table.bucket == direct.table.bucket).all()
        assert (coarse.table.sums == direct.table.sums).all()


def test_sums_beyond_a_float_are_exact():
    part = fine_table(split_bits(np.full(1000, 1.999)))
    whole = add_tables([Table(part.bucket, part.sums * 10**6), part])
    assert whole.sums.tolist() == [[int(s) * (10**6 + 1)] for s in part.sums[:, 0]]
    with pytest.raises(InputError, match="one bucket"):
        add_tables([Table(part.bucket, part.sums * 2 * 10**6), Table(part.bucket, part.sums * 10**6)])


@pytest.mark.parametrize("center", [(0.0, 0.0), (0.3, 5.0)])
def test_points_keep_count_mean_and_mean_square(center):
    residual, prediction = rows(6, 20_000)
    sample = sample_of(summarize(residual, prediction, center=center))
    assert sample.n == residual.size
    assert sample.count @ sample.residual / sample.n == pytest.approx(residual.mean(), abs=1e-12)
    assert sample.count @ sample.residual**2 / sample.n == pytest.approx((residual**2).mean(), rel=1e-7)
    cells = sample.cells
    assert cells.count.sum() == pytest.approx(residual.size)
    assert cells.count @ cells.residual / sample.n == pytest.approx(residual.mean(), abs=1e-5)
    assert cells.count @ cells.residual**2 / sample.n == pytest.approx((residual**2).mean(), rel=1e-4)
    for power in (1, 2):
        found = cells.count @ cells.prediction**power / sample.n
        assert found == pytest.approx((prediction**power).mean(), rel=1e-4, abs=1e-3)
    assert cells.count @ (cells.residual * cells.prediction) / sample.n == pytest.approx(
        (residual * prediction).mean(), rel=1e-4, abs=1e-3
    )


def test_few_rows_are_points_by_themselves():
    residual, _ = rows(7, 500)
    values = expand(summarize(np.concatenate((residual, [0.5] * 40))).residual, 0.0)
    assert (values.count[~values.merged].max(), values.count[values.merged].max()) == (40, 1)
    alone = values.value[(values.count == 1) & ~values.merged]
    assert_allclose(alone, residual[np.argmin(np.abs(residual[:, None] - alone), axis=0)], rtol=1e-13)


def test_populous_buckets_are_many_points():
    values = expand(summarize(np.random.default_rng(8).uniform(1, 2, 10**6)).residual, 0.0)
    assert values.count.max() <= 10**6 / SHARES + 1e-9
    assert_allclose(np.sort(values.value)[::1000], np.linspace(1, 2, values.value.size)[::1000], atol=2e-3)


def test_one_value_many_times_is_found_among_others():
    rng = np.random.default_rng(9)
    residual = np.concatenate((rng.standard_normal(90_000), np.full(10_000, 1.37)))
    values = expand(summarize(residual).residual, 0.0)
    top = np.argmax(values.count)
    assert not values.merged[top]
    assert values.count[top] == pytest.approx(10_000, rel=0.01)
    assert values.value[top] == pytest.approx(1.37, rel=1e-4)
    assert values.count.sum() == pytest.approx(residual.size)
    plain = expand(summarize(residual[:90_000]).residual, 0.0)
    assert plain.count[~plain.merged].max() < 10


def test_parts_that_do_not_belong_together_are_refused():
    residual, prediction = rows(10, 100)
    one, other = summarize(residual), summarize(residual, prediction)
    with pytest.raises(InputError, match="b summarizes other columns than a"):
        merge_summaries([one, other], ["a", "b"])
    with pytest.raises(InputError, match="another center"):
        merge_summaries([other, summarize(residual, prediction, center=(0.0, 5.0))], ["a", "b"])
    names = replace(other, info=replace(other.info, columns=Columns(target="y", prediction="g")))
    with pytest.raises(InputError, match="'g'"):
        merge_summaries([other, names], ["a", "b"])


DAMAGE = {
    "cut short": lambda text: text[: len(text) // 2],
    "another version": lambda text: text.replace('"losscheck_summary":2', '"losscheck_summary":9'),
    "a negative count": lambda text: text.replace('"count":[', '"count":[-', 1),
    "a count that is no number": lambda text: text.replace('"count":[', '"count":["x",', 1),
    "a count too many": lambda text: text.replace('"count":[', '"count":[1,', 1),
    "rows that do not add up": lambda text: text.replace('"rows_used":100', '"rows_used":99'),
    "no pairs": lambda text: text.replace('"residual_prediction"', '"pears"'),
    "a huge integer": lambda text: text.replace('"upper":[', '"upper":[99999999999999999999', 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_refused_by_name(damage):
    text = write_summary(summarize(*rows(11, 100)))
    broken = DAMAGE[damage](text)
    assert broken != text
    with pytest.raises(InputError, match=r"s\.lcs\.json"):
        parse_summary(broken, "s.lcs.json")


@pytest.mark.parametrize(("shift", "needs"), [(0.0, False), (0.5, False), (20.0, True), (-1e6, True)])
def test_a_bias_larger_than_the_spread_asks_for_a_center(shift, needs):
    residual = shift + np.random.default_rng(12).standard_normal(5000)
    summary, passes = summarize(residual), 0
    while (found := summary.better_center()) is not None:
        summary, passes = summarize(residual, center=(found.residual, found.prediction)), passes + 1
    assert (passes > 0) == needs
    assert passes <= 2
    if needs:
        assert abs(summary.center.residual - shift) < 1
        assert float(f"{summary.center.residual:.8g}") == summary.center.residual  # a short number
        values = expand(summary.residual, summary.center.residual)
        assert_allclose(values.count @ (values.value - shift) ** 2 / 5000, ((residual - shift) ** 2).mean(), rtol=1e-5)


def test_equal_values_far_from_zero_need_one_center():
    found = summarize(np.full(100, 37.5)).better_center()
    assert found.residual == 37.5
    assert summarize(np.full(100, 37.5), center=(37.5, 0.0)).better_center() is None


def test_predictions_far_from_zero_ask_for_a_center():
    rng = np.random.default_rng(13)
    found = summarize(rng.standard_normal(5000), 2000 + rng.standard_normal(5000)).better_center()
    assert found.residual == 0
    assert found.prediction == pytest.approx(2000, abs=1)
    assert summarize(rng.standard_normal(5000), rng.uniform(2, 10, 5000)).better_center() is None


def test_the_report_is_the_same_for_any_split():
    residual, prediction = rows(14, 4000)
    whole = report_on(summarize(residual, prediction)).to_dict()
    parts = merged([summarize(residual[i::3], prediction[i::3]) for i in range(3)])
    assert report_on(parts).to_dict() == whole
    assert whole["input"]["summarized"]


def test_a_report_takes_no_memory_for_rows_that_are_only_counted():
    """Two thousand million rows: what is expanded row by row would take 16 GB."""
    residual, prediction = rows(21, 20_000)
    small = summarize(residual, prediction)
    tables = [Table(table.bucket, table.sums * 100_000) for table in (small.residual, small.target, small.pairs.table)]
    info = replace(small.info, rows=small.info.rows * 100_000, rows_used=small.info.rows_used * 100_000)
    large = replace(small, info=info, residual=tables[0], target=tables[1], pairs=replace(small.pairs, table=tables[2]))
    large = replace(large, joint=None)
    report_on(small)  # imports
    tracemalloc.start()
    found = report_on(large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.input.rows_used == 2_000_000_000
    assert peak < 100e6
