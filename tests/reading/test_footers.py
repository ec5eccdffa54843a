"""Rows that sum up the others are no observations: Total, mean, std; a name that rows have is one."""

import pytest

import losscheck.reading.table as table
from losscheck.reading import Roles, read_sample
from losscheck.results import InputError

STORES = [f"S{number}" for number in range(1, 41)]
NUMBERS = [str(number) for number in range(101, 141)]


def write(path, names, header="store,y_true,y_pred\n", quote=""):
    rows = [f"{quote}{name}{quote},{100 + number % 7}.25,{100 + number % 5}.5\n" for number, name in enumerate(names)]
    path.write_text(header + "".join(rows))
    return path


WORDS = ["Total", "TOTAL:", "Grand total", "Sum", "Summe", "Average", "mean", "std", "Subtotal North", "Total (n=40)"]


@pytest.mark.parametrize("names", [STORES, NUMBERS], ids=["words", "numbers"])
@pytest.mark.parametrize("word", WORDS)
def test_a_sum_below_the_rows_is_refused_and_can_be_dropped(tmp_path, names, word):
    path = write(tmp_path / "sums.csv", [*names, word])
    with pytest.raises(InputError) as caught:
        read_sample([path])
    assert str(caught.value) == (
        f"sums.csv, line 42, column 'store': '{word}' says that the row sums up others, and is no observation. Remove "
        "the line, or leave such rows out with --on-bad-row drop."
    )
    sample = read_sample([path], drop_bad_rows=True)
    assert (sample.info.rows, sample.info.rows_used) == (41, 40)
    assert [(item.column, item.count, item.rows) for item in sample.missing] == [("(unreadable row)", 1, (41,))]


@pytest.mark.parametrize("word", ["Total", "Subtotal"])
def test_among_numbers_it_is_seen_in_any_of_the_first_rows(tmp_path, word):
    path = write(tmp_path / "sums.csv", [*NUMBERS[:20], word, *NUMBERS[20:]])
    with pytest.raises(InputError, match=r"line 22, column 'store'"):
        read_sample([path])
    assert read_sample([path], drop_bad_rows=True).info.rows_used == 40


def test_the_end_of_pandas_describe(tmp_path):
    words = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]
    for names in (STORES, NUMBERS):
        path = write(tmp_path / "described.csv", [*names, *words])
        assert read_sample([path], drop_bad_rows=True).info.rows_used == 40


@pytest.mark.parametrize(
    "names",
    [
        ["Total", *STORES],  # a name among the first rows of words
        [*STORES, "Max"],
        [*STORES, "Min", "Max"],
        [*STORES, "Total Wine", "Summers"],
        ["mean", "median", "last"] * 8 + ["mean"],  # a name that other rows have
        ["mean", "sum", "Total"],  # nothing but such names
        [*("lasso", "mean") * 20, "mean"],
        [*STORES[:20], "", "", *STORES[20:]],
        [*NUMBERS[:20], "S1", *NUMBERS[20:]],
    ],
)
def test_names_of_rows_are_no_sums(tmp_path, names):
    assert read_sample([write(tmp_path / "names.csv", names)]).info.rows_used == len(names)


def test_a_group_of_its_own_is_a_sum_and_a_class_is_none(tmp_path):
    names = [*["north", "south"] * 20, "Total"]
    path = write(tmp_path / "groups.csv", names)
    with pytest.raises(InputError, match=r"line 42, column 'store': 'Total'"):
        read_sample([path], Roles(group="store"))
    assert read_sample([path], Roles(group="store"), drop_bad_rows=True).segments.names == ("north", "south")
    labels = "".join(f"{name},0.{5 + number % 4},0.{5 - number % 4}\n" for number, name in enumerate(names))
    path.write_text("label,prob_north,prob_south\n" + labels)
    assert read_sample([path]).info.rows_used == 41  # a check says that the label has no column


def test_a_key_is_a_name_of_rows_too(tmp_path):
    predictions = write(tmp_path / "preds.csv", [*STORES, "Total"], header="store,other,y_pred\n")
    truth = write(tmp_path / "truth.csv", STORES, header="store,y_true,other\n")
    with pytest.raises(InputError, match=r"preds.csv, line 42, column 'store': 'Total'"):
        read_sample([predictions], targets=truth, on="store")


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("rows", [20_000, 60_000])
def test_a_large_file_has_it_in_its_last_block_however_that_is_cut(tmp_path, monkeypatch, rows, quote):
    monkeypatch.setattr(table, "SHORT_BLOCK", 1024)
    path = write(tmp_path / "large.csv", [*(f"S{number}" for number in range(rows)), "mean", "Total"], quote=quote)
    with pytest.raises(InputError, match=rf"line {rows + 2}, column 'store': 'mean'"):
        read_sample([path])
    sample = read_sample([path], drop_bad_rows=True)
    assert (sample.info.rows, sample.info.rows_used) == (rows + 2, rows)


def test_a_short_last_block_is_put_to_the_one_before():
    texts = [b"1\n" * table.SHORT_BLOCK, b"2\n" * table.SHORT_BLOCK, b"3\n"]
    blocks = list(table._mark_ends(texts))
    assert [(first, last) for _, first, last in blocks] == [(True, False), (False, True)]
    assert b"".join(text for text, _, _ in blocks) == b"".join(texts)
    assert [block[1:] for block in table._mark_ends([b"1\n"])] == [(True, True)]


def test_what_cannot_be_had_raises_behind_the_blocks_before_it():
    def texts():
        yield b"1\n"
        raise InputError("cut short")

    blocks = table._mark_ends(texts())
    assert next(blocks) == (b"1\n", True, False)
    with pytest.raises(InputError, match="cut short"):
        next(blocks)
