"""Directories and patterns: which of their files are tables, and what becomes of the others."""

import gzip
import json
import os
import unicodedata

import numpy as np
import pytest

from losscheck import InputError
from losscheck.reading import Roles, read_sample
from losscheck.reading.paths import Listing, list_files

ROWS = "y_true,y_pred\n1,2\n3,3.5\n"


@pytest.fixture
def make(tmp_path):
    def make(*names, text=ROWS):
        for name in names:
            path = tmp_path / "preds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "preds"

    return make


def names_in(directory):
    listing = list_files([directory])
    assert [os.path.relpath(path, directory) for path in listing.paths] == sorted(
        os.path.relpath(path, directory) for path in listing.paths
    )
    return {os.path.relpath(path, directory) for path in listing.paths}, set(listing.skipped)


PLAINLY_NONE = [
    *("README", "README.md", "readme.txt", "ReadMe.html", "README-first.txt", "LICENSE", "LICENCE.txt", "LICENSE-MIT"),
    *("COPYING", "NOTICE", "CHANGELOG.rst", "CITATION.cff", "notes.md", "_SUCCESS", "_committed_8123", "_started_8123"),
    *("_metadata", "_common_metadata", ".part-0.csv.crc", "part-0.csv.crc", ".DS_Store", "Thumbs.db", "desktop.ini"),
]
MAY_BE_TABLES = [
    "readme.csv",
    "license.csv",
    "licenses.txt",
    "readmes",
    "notice_period.csv",
    "changelog.parquet",
    "md",
    "a.log",
]


@pytest.mark.parametrize("name", PLAINLY_NONE)
def test_what_is_plainly_no_table_is_passed_over_and_said(make, name):
    directory = make(name, text="# About\n\nnothing to read, really\n")
    make("part-0.csv", "part-1.csv")
    assert names_in(directory) == ({"part-0.csv", "part-1.csv"}, {name})
    sample = read_sample([directory])
    assert sample.n == 4
    assert sample.info.dialect["skipped_files"] == name


@pytest.mark.parametrize("name", MAY_BE_TABLES)
def test_what_may_be_a_table_is_none_or_an_error(make, name):
    directory = make("part-0.csv", name)
    assert names_in(directory) == ({"part-0.csv", name}, set())
    make(name, text="nothing to read, really\n\nat all\n")
    with pytest.raises(InputError, match=name):
        read_sample([directory])


def test_hidden_directories_are_passed_over_as_one(make):
    directory = make("a.csv", ".git/HEAD", ".git/objects/1", "_temporary/0/part-0.csv", "_day=1/b.csv")
    assert names_in(directory) == ({"a.csv", "_day=1/b.csv"}, {".git/", "_temporary/"})


def test_only_the_first_names_are_shown(make):
    directory = make("a.csv", *(f".part-{number:04}.crc" for number in range(2000)))
    said = read_sample([directory]).info.dialect["skipped_files"]
    assert said.startswith(".part-0000.crc, .part-0001.crc, ")
    assert said.endswith(".part-0011.crc and 1,988 more")


def test_partitions_are_read_and_their_files_told_apart(make):
    directory = make("day=1/part-0.csv", "day=2/part-0.csv", "day=2/part-1.csv", "_SUCCESS")
    sample = read_sample([directory])
    assert [(file.name, file.rows) for file in sample.info.files] == [
        ("day=1/part-0.csv", 2),
        ("day=2/part-0.csv", 2),
        ("day=2/part-1.csv", 2),
    ]
    make("day=2/part-0.csv", text=ROWS + "oops,1\n")
    with pytest.raises(InputError, match=r"^day=2/part-0\.csv, line 4, column 'y_true': 'oops'"):
        read_sample([directory])
    with pytest.raises(InputError, match=r"^day=2/part-0\.csv, line 4"):
        read_sample([str(directory / "day=*" / "*.csv")])


def test_parquet_partitions(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"y_true": np.arange(6.0), "y_pred": np.arange(6.0) / 2, "day": [1, 1, 1, 2, 2, 2]})
    pq.write_to_dataset(table, tmp_path / "preds", partition_cols=["day"])
    sample = read_sample([tmp_path / "preds"])
    assert sample.target.tolist() == [0, 1, 2, 3, 4, 5]
    assert read_sample([tmp_path / "preds"], Roles(group="day")).segments.code.tolist() == [0, 0, 0, 1, 1, 1]


def test_keys_of_directories_are_columns_where_they_are_named(make):
    make("day=2024-12-31/model=b/0.csv", text="y_true,y_pred\n1,2\n")
    directory = make("day=2024-12-30/model=a%2Fb/0.csv", text="y_true,y_pred\n3,3.5\n5,4\n")
    assert "partitions" not in read_sample([directory]).info.dialect
    by_model = read_sample([directory], Roles(group="model"))
    assert by_model.segments.names == ("a/b", "b")
    assert by_model.segments.code.tolist() == [0, 0, 1]
    assert by_model.target.tolist() == [3, 5, 1]
    assert by_model.info.dialect["partitions"] == "model"
    assert "others" not in by_model.info.dialect
    first_given = [directory / "day=2024-12-31/model=b/0.csv", directory / "day=2024-12-30"]
    assert read_sample(first_given).target.tolist() == [1, 3, 5]
    assert read_sample(first_given, Roles(order="day")).target.tolist() == [3, 5, 1]


def test_targets_may_be_in_the_names_of_directories(make):
    make("label=0/0.csv", text="y_prob\n0.25\n0.5\n")
    directory = make("label=1/0.csv", text="y_prob\n0.75\n")
    sample = read_sample([directory], Roles(target="label"))
    assert (sample.kind, sample.label.tolist(), sample.outputs[:, 0].tolist()) == (
        "binary",
        [0, 0, 1],
        [0.25, 0.5, 0.75],
    )
    with pytest.raises(InputError, match="no targets"):
        read_sample([directory])


def test_columns_of_the_file_go_before_its_directories(make):
    directory = make("split=1/a.csv", text="y_true,y_pred,split\n1,2,a\n3,3.5,b\n")
    assert read_sample([directory], Roles(group="split")).segments.names == ("a", "b")


def test_accents_in_the_names_of_directories_may_be_composed_or_not(make):
    spelled = [unicodedata.normalize(form, "été") for form in ("NFD", "NFC")]
    directory = make(f"{spelled[0]}=1/a.csv", f"{spelled[0]}=2/b.csv")
    assert read_sample([directory], Roles(group=spelled[1])).segments.names == ("1", "2")


def test_a_missing_key_is_a_missing_value(make):
    make("w=__HIVE_DEFAULT_PARTITION__/a.csv")
    directory = make("w=2/a.csv")
    sample = read_sample([directory], Roles(weight="w"))
    assert (sample.info.rows, sample.n, sample.missing[0].column) == (4, 2, "w")


@pytest.mark.parametrize(
    ("names", "roles", "message"),
    [
        (["day=1/a.csv", "b.csv"], Roles(group="day"), "b.csv has no column 'day'"),
        (["w=1/a.csv", "w=x/a.csv"], Roles(weight="w"), "w=x/a.csv: its directory is w=x, and 'x' is not a number"),
        (["w=-1/a.csv"], Roles(weight="w"), "its directory is w=-1, and '-1' is not a number that is not negative"),
        (["r=1/a.csv"], Roles(residual="r"), "only names of directories are chosen"),
    ],
)
def test_what_is_wrong_with_keys_of_directories_is_said(make, names, roles, message):
    text = "note\nx\n" if roles.residual else ROWS
    with pytest.raises(InputError, match=message):
        read_sample([make(*names, text=text)], roles)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/data/a.csv", "b.csv"], ("a.csv", "b.csv")),
        (["x/a.csv", "y/a.csv", "b.csv"], ("x/a.csv", "y/a.csv", "b.csv")),
        (["/one/x/a.csv", "/two/x/a.csv"], ("one/x/a.csv", "two/x/a.csv")),
        (["a.csv", "a.csv"], ("a.csv", "a.csv")),
        (["/a.csv", "a.csv"], ("a.csv", "a.csv")),
        (["a.csv", "../a.csv"], ("a.csv", "../a.csv")),
        (["-"], ("-",)),
    ],
)
def test_names_are_as_short_as_they_can_be(paths, names):
    assert Listing(tuple(paths), ()).names == names


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        ("_delta_log/00000000000000000000.json", "a Delta table: its _delta_log"),
        (".hoodie/hoodie.properties", "a Hudi table: its .hoodie"),
        ("_spark_metadata/0", "what a Spark stream writes: its _spark_metadata"),
        ("metadata/v1.metadata.json", "an Iceberg table: its metadata"),
    ],
)
def test_tables_whose_log_says_which_files_count_are_refused(make, log, kind):
    directory = make(log, "part-0.csv", "part-1.csv")
    with pytest.raises(InputError) as caught:
        read_sample([directory])
    assert str(caught.value).startswith(f"{directory} is {kind} says which of the files count")
    assert read_sample([directory / "part-0.csv"]).n == 2


def test_a_directory_without_tables_is_one_error(make, run):
    directory = make("README.md", "_SUCCESS", ".git/HEAD")
    code, out, err = run(directory)
    assert (code, out) == (2, "")
    assert err == (
        f"losscheck: {directory} is a directory without files that could be tables, only .git/, README.md, _SUCCESS. "
        "Give a file, or a directory that has some.\n"
    )


def test_links_are_followed_once_and_lead_nowhere_in_words(make):
    directory = make("a.csv", "b/c.csv")
    (directory / "b" / "up").symlink_to(directory, target_is_directory=True)
    assert names_in(directory) == ({"a.csv", "b/c.csv"}, {"b/up/"})
    os.mkfifo(directory / "pipe")
    assert names_in(directory)[1] == {"b/up/", "pipe"}
    (directory / "gone.csv").symlink_to(directory / "nowhere.csv")
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file"):
        read_sample([directory])


def test_linked_directories_are_read(make, tmp_path):
    directory = make("a.csv")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.csv").write_text(ROWS)
    (directory / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert names_in(directory)[0] == {"a.csv", "linked/b.csv"}


def test_a_directory_that_cannot_be_read_is_not_passed_over(make, monkeypatch):
    directory, scandir = make("a.csv", "b/c.csv"), os.scandir

    def denied(path):
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(InputError, match=r"preds/b cannot be read: Permission denied\.$"):
        read_sample([directory])


def test_the_reports_say_what_was_passed_over(make, run):
    rng = np.random.default_rng(8)
    rows = "".join(f"{y!r},{f!r}\n" for y, f in rng.normal(size=(300, 2)).tolist())
    directory = make("a.csv", text="y_true,y_pred\n" + rows)
    make("README.md", "_SUCCESS", text="about")
    assert "skipped_files  README.md, _SUCCESS" in " ".join(run(directory, "-v")[1].split("\n")).replace("    ", " ")
    code, out, _ = run("summarize", directory)
    assert code == 0
    assert json.loads(out)["dialect"]["skipped_files"] == "README.md, _SUCCESS"


def test_summaries_of_a_directory(make, run, tmp_path):
    directory = make("a.csv", text=ROWS + "2,1\n")
    make("b.csv", text=ROWS + "2,1.5\n")
    for name in ("a", "b"):
        assert run("summarize", directory / f"{name}.csv", "-o", tmp_path / f"{name}.lcs.json")[0] == 0
    (tmp_path / "parts").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"{name}.lcs.json").rename(tmp_path / "parts" / f"{name}.lcs.json")
    (tmp_path / "parts" / "README").write_text("about")
    code, out, _ = run("merge", tmp_path / "parts")
    assert code == 0
    assert json.loads(out)["dialect"]["skipped_files"] == "README"
    assert json.loads(out)["rows"] == 6


def test_no_summary_replaces_a_file_in_a_directory_that_is_read(make, run):
    directory = make("a.csv", "b.csv")
    code, _, err = run("summarize", directory, "-o", directory / "a.csv")
    assert (code, "would overwrite the input" in err) == (2, True)
    assert (directory / "a.csv").read_text() == ROWS


def test_files_written_alike_are_not_listed_as_others(make):
    directory = make("a.csv", "c.csv", "d.csv")
    make("b.csv", text=ROWS.replace(",", ";"))
    dialect = read_sample([directory]).info.dialect
    assert list(dialect["others"]) == ["b.csv"]


def test_the_address_of_a_database_is_no_pattern():
    address = "postgres://host/db?sslmode=require"
    assert list_files([address]).paths == (address,)


def parquet(path, rows):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = pa.array([float(row) for row in range(rows)], pa.float64())
    pq.write_table(pa.table({"y_true": numbers, "y_pred": numbers}), path)
    return path.parent


EMPTY = {
    "nothing": b"",
    "header": b"y_true,y_pred\n",
    "blanks": b"\n\n",
    "gz": gzip.compress(b""),
    "more": b"id,y_pred,y_true\n",
}


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("name", ["part-0.csv", "part-1.csv", "part-9.csv"])
def test_parts_without_rows_are_passed_over_and_said(make, run, content, name):
    directory = make("part-1.csv", "part-2.csv", "_SUCCESS", "part-0.csv")
    (directory / name).write_bytes(content)
    others = 4 if name != "part-9.csv" else 6
    for given in ([directory], [directory / "*.csv"], sorted(directory.glob("*.csv"))):
        sample = read_sample(given)
        assert sample.n == others
        assert name not in [file.name for file in sample.info.files]
        skipped = "_SUCCESS, " if given == [directory] else ""
        assert sample.info.dialect["skipped_files"] == skipped + name
    code, out, _ = run("summarize", directory)
    assert (code, json.loads(out)["dialect"]["skipped_files"]) == (0, f"_SUCCESS, {name}")


def test_parts_of_parquet_without_rows(tmp_path):
    for part, rows in enumerate((0, 3, 0, 2)):
        directory = parquet(tmp_path / "preds" / f"part-{part}.parquet", rows)
    sample = read_sample([directory])
    assert (sample.n, sample.info.dialect["skipped_files"]) == (5, "part-0.parquet, part-2.parquet")


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY)
def test_nothing_but_parts_without_rows_is_an_error(make, content):
    directory = make("part-0.csv", "part-1.csv")
    for name in ("part-0.csv", "part-1.csv"):
        (directory / name).write_bytes(content)
    with pytest.raises(InputError, match=r"^part-1.csv (is empty|has a header but|holds nothing but blanks)"):
        read_sample([directory])
    with pytest.raises(InputError, match=r"^part-0.csv (is empty|has a header but|holds nothing but blanks)"):
        read_sample([directory / "part-0.csv"])


def test_a_single_row_is_never_taken_for_a_header(make):
    directory = make("part-0.csv", text="a,1,2\nb,3,3.5\n")
    make("part-1.csv", text="c,5,6\n")
    with pytest.raises(InputError, match=r"part-1.csv has a header but no rows below it"):
        read_sample([directory], Roles(target="2", prediction="3"))
    directory = make("part-0.csv", text=ROWS)
    make("part-1.csv", text="c,5,6\n")
    with pytest.raises(InputError, match=r"part-1.csv has a header but no rows below it"):
        read_sample([directory])


def test_parts_without_rows_beside_targets_and_keys_of_directories(make, tmp_path):
    make("day=1/part-0.csv", "day=1/part-1.csv", "day=2/part-0.csv", text="id,y_pred\n")
    make("day=1/part-0.csv", text="id,y_pred\n1,2\n2,3\n")
    directory = make("day=2/part-1.csv", text="id,y_pred\n3,4\n")
    truth = tmp_path / "truth.csv"
    truth.write_text("id,y_true\n1,2.5\n2,3.5\n3,4.5\n")
    sample = read_sample([directory], Roles(group="day"), targets=truth, on="id")
    assert (sample.n, sample.segments.names) == (3, ("1", "2"))
    assert sample.info.dialect["skipped_files"] == "day=1/part-1.csv, day=2/part-0.csv"
    truth.write_text("id,y_true\n")
    with pytest.raises(InputError, match=r"truth.csv has a header but no rows"):
        read_sample([directory], targets=truth, on="id")


def test_an_empty_file_among_summaries_is_an_error(make, run, tmp_path):
    for name in ("0.csv", "1.csv"):
        assert run("summarize", make(name) / name, "-o", tmp_path / f"{name}.lcs.json")[0] == 0
    (tmp_path / "0.csv.lcs.json").write_text("")
    code, _, err = run("merge", *sorted(tmp_path.glob("*.lcs.json")))
    assert (code, "0.csv.lcs.json is empty" in err) == (2, True)
    code, _, err = run(*sorted(tmp_path.glob("*.lcs.json"), reverse=True))
    assert (code, "0.csv.lcs.json is empty" in err) == (2, True)
