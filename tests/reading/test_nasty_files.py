"""Nasty files, and what must happen to each: the values that are read, or the words of the refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from losscheck.reading import Roles, read_sample
from losscheck.results import InputError

NASTY = Path(__file__).parent / "nasty"
T, P, R = [1.5, -2.25, 300.0], [1.0, 0.5, 250.0], [0.5, -1.0, 2.25]
"""The targets, predictions and residuals of nearly all files."""


@dataclass(frozen=True)
class Read:
    target: list[float] | None = None
    prediction: list[float] | None = None
    residual: list[float] | None = None
    left_out: int = 0
    dialect: dict[str, Any] = field(default_factory=dict)


class Refused:
    def __init__(self, *words: str) -> None:
        self.words = words


OPTIONS = {
    "no_header_chosen.csv": Roles(target="1", prediction="2"),
    "numbers_for_names_chosen.csv": Roles(target="0", prediction="1"),
}
FILES = {
    # encodings
    "utf8_bom.csv": Read(T, P),
    "utf16_le_bom.csv": Read(T, P),
    "utf16_be_bom.csv": Read(T, P),
    "utf16_le.csv": Read(T, P),
    "utf16_be.csv": Read(T, P),
    "utf32.csv": Read(T, P),
    "latin1.csv": Read(T, P),
    "cp1252.csv": Read(T, P),
    "utf16_odd_byte.csv": Refused("no sound UTF-16-LE text"),
    # delimiters, quotes and decimal marks
    "semicolon_comma.csv": Read(T, P),
    "tab_comma.csv": Read(T, P),
    "tab.csv": Read(T, P),
    "pipe.csv": Read(T, P),
    "blanks.csv": Read(T, P),
    "comma_and_blank.csv": Read(T, P),
    "quoted.csv": Read(T, P),
    "single_quoted.csv": Read(T, P),
    "quoted_comma.csv": Read(T, P),
    "comma_for_both.csv": Refused("line 2 has 4 fields", "the header has 2"),
    "late_decimal_comma.csv": Refused("line 5, column 'y_true'", "'4,5'", "decimal mark as a point"),
    "late_decimal_point.csv": Refused("line 5, column 'y_true'", "'4.5'", "same decimal mark"),
    "comma_or_thousands.csv": Refused("it cannot be told", "'1,234'", "thousands separator"),
    "point_or_thousands.csv": Refused("line 4, column 'y_true'", "cannot be told", "'1.205'", "--decimal point"),
    "thousands_beside_commas.csv": Refused("line 2, column 'y_true'", "'1.234'", "'12,50' in column 'preis'"),
    "one_column_of_commas.csv": Refused("it cannot be told", "two cells"),
    "one_column_decimal_comma.csv": Read(residual=R),
    "sep_semicolon.csv": Read(T, P),
    "sep_tab.csv": Read(T, P),
    "sep_wrong.csv": Refused("no column of numbers"),
    # thousands
    "german_thousands.csv": Refused("line 2, column 'y_true'", "'1.234,5'", "without thousands separators"),
    "english_thousands.csv": Refused("line 2, column 'y_true'", "'1,234.5'", "without thousands separators"),
    "french_thousands.csv": Refused("line 2, column 'y_true'", "'1 234,5'", "without thousands separators"),
    "narrow_blank_thousands.csv": Refused("line 2, column 'y_true'", "without thousands separators"),
    "swiss_thousands.csv": Refused("line 2, column 'y_true'", "without thousands separators"),
    "underscores.csv": Refused("line 5, column 'y_true'", "'1_000'", "without thousands separators"),
    "late_thousands.csv": Refused("line 5, column 'y_true'", "'1,234.5'", "without thousands separators"),
    # above the table
    "comments.csv": Read(T, P),
    "savetxt.csv": Read(T, P),
    "title.csv": Read(T, P),
    "title_of_three_lines.csv": Read(T, P),
    "title_with_cells.csv": Read(T, P),
    "title_between_blanks.csv": Read(T, P, dialect={"skipped_lines": 2}),
    "title_of_paragraphs_between_blanks.csv": Read(T, P, dialect={"skipped_lines": 5}),
    "title_of_as_many_words.csv": Refused("'run', '3'"),
    "title_without_blank_line.csv": Refused("cannot be told which columns", "'Results', 'of', 'run', '3'"),
    "other_table_above.csv": Refused("cannot be told which columns"),
    "other_table_between_blanks.csv": Refused("cannot be told which columns", "'model', 'loss', 'sd'"),
    "row_above_between_blanks.csv": Refused("cannot be told which columns", "'loss', '0.5', '0.25'"),
    "word_below_blank_line.csv": Refused("line 3, column 'resid'", "'oops' is not a number"),
    "units.csv": Read(T, P, dialect={"units": "[m], [m]"}),
    "units_in_parentheses.csv": Read(T, P),
    "units_in_words.csv": Refused("line 2, column 'y_true'", "'metres' is not a number"),
    "negative_in_parentheses.csv": Refused("line 2, column 'y_true'", "'(1.5)'", "negative numbers with a '-'"),
    "no_header.csv": Refused("no header and 2 columns", "-t 1 -p 2"),
    "no_header_chosen.csv": Read(T, P),
    "no_header_one_column.csv": Read(residual=R),
    "no_header_misspelt.csv": Refused("line 1", "'1_000'", "--header"),
    "no_header_percent.csv": Refused("line 1", "'10%'", "--header"),
    "duplicate_header.csv": Refused("2 columns named 'y_pred'", "Rename"),
    "header_only.csv": Refused("header but no rows"),
    "only_comments.csv": Refused("nothing but comments"),
    "empty.csv": Refused("is empty"),
    "blank.csv": Refused("nothing but blanks"),
    "one_row.csv": Read([1.5], [1]),
    "numbered_by_pandas.csv": Read(T, P),
    "numbers_for_names.csv": Refused("line 1", "'0,1'", "--header or --no-header"),
    "numbers_for_names_chosen.csv": Read(T, P),
    "row_names_of_r.csv": Read(T, P, dialect={"row_names": True}),
    "row_names_in_words.csv": Read(T, P, dialect={"row_names": True}),
    "index_without_name.csv": Refused("line 2 has 3 fields", "give row names a header"),
    # rows
    "blank_lines.csv": Read(T, P),
    "comment_between.csv": Refused("line 3 has 1 field"),
    "trailing_delimiters.csv": Refused("line 2 has 3 fields", "ends in a delimiter"),
    "trailing_delimiters_everywhere.csv": Read(T, P),
    "short_row.csv": Refused("line 3 has 2 fields", "the header has 3"),
    "long_row.csv": Refused("line 5 has 3 fields", "the header has 2"),
    "name_with_comma.csv": Refused("line 3 has 4 fields", "quote cells that contain it"),
    "line_ends_in_quotes.csv": Read(T, P),
    "open_quote.csv": Refused("line 3", "opened and never closed"),
    "text_after_quote.csv": Refused("line 4 has 4 fields", "quote cells that contain it"),
    "inches.csv": Read(T, P),
    "nul.csv": Refused("binary data"),
    "nul_utf16.csv": Refused("line 5 has a NUL byte"),
    "repeated_header.csv": Refused("line 5, column 'y_true'", "header is repeated"),
    "total_below.csv": Refused("line 5, column 'y_true'", "'Total'"),
    "sum_below.csv": Refused("line 5, column 'store'", "'Total' says that the row sums up others", "Remove the line"),
    "sum_between.csv": Refused("line 4, column 'id'", "'Subtotal' says that the row sums up others"),
    "count_below.csv": Refused("line 5 has 1 field"),
    "cr_only.csv": Read(T, P),
    "crlf.csv": Read(T, P),
    "mixed_line_ends.csv": Read(T, P),
    "cr_cr_lf.csv": Read(T, P),
    "no_last_line_end.csv": Read(T, P),
    "mixed_delimiters.csv": Refused("line 5 has 1 field"),
    "markdown_table.csv": Refused("line 2, column 'y_true'", "'---'"),
    # cells
    "missing.csv": Read(T, P, left_out=13),
    "missing_of_databases.csv": Read(T, P, left_out=4),
    "missing_in_parentheses.csv": Read(residual=R, left_out=1),  # no row of units
    "excel_text.csv": Refused("line 2, column 'y_pred'", "'=\"1\"'", "export the values, as plain numbers"),
    "excel_text_quoted.csv": Refused("line 2, column 'y_true'", "'=\"1.5\"'", "export the values, as plain numbers"),
    "late_formula.csv": Refused("line 5, column 'y_true'", "'=A2+1'", "export the values"),
    "numpy_scalars.csv": Refused("line 2, column 'y_pred'", "'np.float64(1.0)'", "as float(x) gives it"),
    "tensors.csv": Refused("line 2, column 'y_pred'", "'tensor(1.)'", "as float(x) gives it"),
    "arrays_of_one.csv": Refused("line 2, column 'y_pred'", "'[1.0]'", "Squeeze the array"),
    "lists_of_two.csv": Refused("line 2, column 'y_pred'", "'[1.0 2.0]'", "a column of its own"),
    "scores_of_numpy.csv": Refused("line 2, column 'y_prob'", "'np.float64(0.9)'", "as float(x) gives it"),
    "percent_beside_words.csv": Refused("line 2, column 'prob_ham'", "'10%'", "percentages as plain numbers"),
    "infinite.csv": Read(T, P, left_out=5),
    "word.csv": Refused("line 5, column 'y_true'", "'oops' is not a number"),
    "hexadecimal.csv": Refused("line 5, column 'y_true'", "decimal notation"),
    "percent.csv": Refused("line 5, column 'y_true'", "percentages as plain numbers"),
    "dollars.csv": Refused("line 5, column 'y_true'", "amounts as plain numbers"),
    "euros.csv": Refused("line 5, column 'y_true'", "amounts as plain numbers"),
    "date.csv": Refused("line 5, column 'y_true'", "not a date"),
    "day_first_date.csv": Refused("line 5, column 'y_true'", "not a date"),
    "truth.csv": Refused("line 5, column 'y_true'", "1 and 0"),
    "fortran_exponent.csv": Refused("line 5, column 'y_true'", "exponent with an e"),
    "two_dashes.csv": Refused("line 5, column 'y_true'", "missing"),
    "one_dash.csv": Refused("line 5, column 'y_true'", "missing"),
    "one_point.csv": Refused("line 5, column 'y_true'", "missing"),
    "question_mark.csv": Refused("line 5, column 'y_true'", "missing"),
    "unicode_minus.csv": Refused("line 5, column 'y_true'", "ASCII '-'"),
    "arabic_digits.csv": Refused("line 5, column 'y_true'", "digits 0 to 9"),
    "full_width_digits.csv": Refused("line 5, column 'y_true'", "digits 0 to 9"),
    "no_break_blank.csv": Refused("line 5, column 'y_true'", "blanks of another kind"),
    "no_break_blank_between_blanks.csv": Refused("line 5, column 'y_true'", "'1\\xa0'", "blanks of another kind"),
    "no_break_blank_for_blank.csv": Refused("line 5 has 1 field", "the blank U+00A0 separates no cells"),
    "trailing_minus.csv": Refused("line 5, column 'y_true'", "negative numbers"),
    "spreadsheet_error.csv": Refused("line 5, column 'y_true'", "formula"),
    "fraction.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "time.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "two_points.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "exponent_without_digits.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "apostrophe.csv": Refused("line 5", "opened and never closed"),
    "complex.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "bracket.csv": Refused("line 5, column 'y_true'", "is not a number"),
    "exponents.csv": Read(T, P),
    "all_percent.csv": Refused("line 2, column 'y_true'", "percentages as plain numbers"),
    "all_dollars.csv": Refused("line 2, column 'y_true'", "amounts as plain numbers"),
    "all_dates.csv": Refused("line 2, column 'y_true'", "not a date"),
    "truth_values_and_decisions.csv": Refused("predicted class"),
    "spreadsheet_ids.csv": Read(T, P),
    "spreadsheet_ids_as_target.csv": Refused("no targets"),
    # scores whose class cannot be told
    "score_of_another_class.csv": Refused("'prob_churn'", "'leave', 'stay'", "as in prob_leave or prob_stay"),
    "confidence_of_three_classes.csv": Refused(
        "how sure the model is", "'prediction_label', one of 3", "a column each"
    ),
    "class_beside_label.csv": Refused("several columns could be the target: 'class', 'label'", "-t class"),
    "absolute_errors.csv": Refused("'abs_error' is named like the size of an error", "takes its sign"),
    # what is no table of predictions
    "training_log.csv": Refused("training log"),
    "training_log_of_tensorboard.csv": Refused("training log"),
    "predictions_only.csv": Refused("no targets", "--targets FILE --on id"),
    "libsvm.csv": Refused("no header and 3 columns"),
    "html.csv": Refused("HTML or XML"),
    "spreadsheet_xml.csv": Refused("HTML or XML"),
    "json_array.csv": Refused("JSON", "one object a line"),
    "json_columns.csv": Refused("single JSON object", "one object a line"),
    "json_pretty.csv": Refused("JSON", "one object a line"),
    "binary.csv": Refused("binary data"),
    "pickle.csv": Refused("binary data"),
    "tar.csv": Refused("binary data"),
    "excel.csv": Refused("Excel workbook"),
    "old_excel.csv": Refused("Excel workbook"),
    "hdf5.csv": Refused("HDF5"),
    "sqlite.csv": Refused("SQLite"),
    "pdf.csv": Refused("PDF"),
    "png.csv": Refused("picture"),
    # compressed, whatever the name
    "gz.csv": Read(T, P),
    "gz_of_two.csv": Read(T, P),
    "bz2.csv": Read(T, P),
    "xz.csv": Read(T, P),
    "zst.csv": Read(T, P),
    "zst_of_two.csv": Read(T, P),
    "zip.csv": Read(T, P),
    "zip_of_two.csv": Refused("2 files", "one file in it"),
    "zip_of_none.csv": Refused("zip"),
    "gz_cut_short.csv": Refused("gz data is damaged or cut short"),
    "zst_cut_short.csv": Refused("zst data is damaged or cut short"),
    "xz_cut_short.csv": Refused("xz data is damaged or cut short"),
    "bz2_cut_short.csv": Refused("bz2 data is damaged or cut short"),
    "zip_cut_short.csv": Refused("damaged zip file"),
    "gz_of_nothing.csv": Refused("nothing but blanks"),
    "utf16_in_gz.csv": Read(T, P),
    # other formats, whatever the name
    "jsonl.csv": Read(T, P),
    "jsonl_missing_key.csv": Read(T, P, left_out=2),
    "jsonl_broken_line.csv": Refused("line 4", "no row of JSON Lines"),
    "jsonl_key_twice.csv": Refused("line 4", "'y_true' is there twice"),
    "jsonl_word.csv": Refused("line 4, column 'y_true'", "'oops'"),
    "parquet.csv": Read(T, P),
    "parquet_cut_short.csv": Refused("damaged Parquet file"),
    "parquet_of_words.csv": Refused("row 2, column 'y_true'", "'oops'"),
    "feather.csv": Read(T, P),
    "arrow_stream.csv": Read(T, P),
    "npz.csv": Read(T, P),
    "npz_of_objects.csv": Refused("Python objects"),
    "npz_of_unequal_lengths.csv": Refused("different numbers of rows", "'y_pred' 2"),
    "npy.csv": Read(residual=R),
    "npy_records.csv": Read(T, P),
    "npy_claims_more.csv": Refused("claims 79,992 bytes"),
}


def test_every_file_is_in_the_table():
    assert sorted(FILES) == sorted(path.name for path in NASTY.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_nasty_file(name):
    roles, expected = OPTIONS.get(name, Roles()), FILES[name]
    if isinstance(expected, Refused):
        with pytest.raises(InputError) as caught:
            read_sample([NASTY / name], roles)
        message = str(caught.value)
        assert message.startswith(name)
        assert all(words in message for words in expected.words), message
        assert message.endswith((".", "?")), "the last sentence says what to do"
        return
    sample = read_sample([NASTY / name], roles)
    if expected.residual is not None:
        assert sample.residual.tolist() == expected.residual
    else:
        assert sample.target.tolist() == expected.target
        assert sample.prediction.tolist() == expected.prediction
    assert sample.info.rows - sample.info.rows_used == expected.left_out
    assert sum(item.count for item in (*sample.missing, *sample.non_finite)) == expected.left_out
    assert expected.dialect.items() <= sample.info.dialect.items()
