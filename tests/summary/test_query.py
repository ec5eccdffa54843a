"""The query gives, on every engine at hand, the integers that the rows give."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from summaries import summarize

from losscheck import InputError, check_file
from losscheck.reading import Roles, read_result, read_summary, write_query
from losscheck.summary import require_disjoint, write_summary
from losscheck.summary.folding import Center

pytest.importorskip("ibis", reason="the extra `ibis` is not installed")
duckdb = pytest.importorskip("duckdb")

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis of DuckDB
ROLES = Roles(target="y_true", prediction="y_pred")
POSTGRES = Path("/usr/lib/postgresql")


def awkward():
    """Rows at every edge: powers of two and their neighbours, zeros, tiny, huge, both signs."""
    rng = np.random.default_rng(1)
    powers = 2.0 ** np.arange(-60, 60)
    edges = np.concatenate(
        (powers, np.nextafter(powers, 0), np.nextafter(powers, np.inf), [0.0, 1e-320, 1e300, 1e-300])
    )
    residual = np.concatenate((edges, -edges, rng.standard_t(2, 3000)))
    prediction = np.concatenate((np.zeros(2 * edges.size), rng.normal(0, 30, 3000)))
    return prediction + residual, prediction


def lines_of(target, prediction):
    pairs = zip(target.tolist(), prediction.tolist(), strict=True)
    return "y_true,y_pred\n" + "".join(f"{t!r},{p!r}\n" for t, p in pairs)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(lines_of(*awkward()) + "nan,1.0\n,2.0\n2.0,inf\n-inf,\n")
    return path


@pytest.fixture
def database(tmp_path, file):
    with duckdb.connect(tmp_path / "rows.ddb") as connection:
        connection.execute(f"create table preds as select y_true::double y_true, y_pred::double y_pred from '{file}'")
    return f"duckdb://{tmp_path}/rows.ddb"


def integers(summary):
    """Everything but where the rows came from: an engine numbers no rows and hashes no file."""
    keep = [line for line in write_summary(summary).splitlines() if not line.startswith(('"files"', '"dialect"'))]
    found = [line for line in keep if not line.startswith(('"missing"', '"non_finite"'))]
    left_out = [sorted((i.column, i.count) for i in items) for items in (summary.missing, summary.non_finite)]
    return found, left_out


def test_duckdb_gives_the_files_own_integers(file, database):
    assert integers(read_summary([database], table="preds")) == integers(read_summary([file]))


def test_the_report_is_that_of_the_file(file, database, tmp_path):
    (tmp_path / "s.lcs.json").write_text(write_summary(read_summary([file])))
    one, other = check_file(database, table="preds").to_dict(), check_file(tmp_path / "s.lcs.json").to_dict()
    one.pop("input")
    other.pop("input")
    for report in (one, other):
        report["checks"] = [{k: v for k, v in check.items() if k != "rows"} for check in report["checks"]]
    assert one == other


@pytest.mark.parametrize("center", [Center(0.5, -3.0), Center(1e-3, 1e6)])
def test_centers_are_taken_off_alike(file, database, center):
    found = read_summary([database], table="preds", center=center)
    assert integers(found) == integers(read_summary([file], center=center))


def test_far_values_are_counted_about_a_better_center(tmp_path):
    rng = np.random.default_rng(2)
    residual, prediction = 500 + rng.standard_normal(2000), 3000 + rng.standard_normal(2000)
    with duckdb.connect(tmp_path / "far.ddb") as connection:
        connection.execute("create table far (residual double, y_pred double)")
        connection.executemany("insert into far values (?, ?)", np.column_stack((residual, prediction)).tolist())
    found = read_summary([f"duckdb://{tmp_path}/far.ddb"], table="far")
    assert found.center.residual == pytest.approx(500, abs=1)
    assert found.center.prediction == pytest.approx(3000, abs=1)
    assert found.residual.rows == 2000


def test_residuals_alone(tmp_path):
    residual = np.random.default_rng(3).standard_normal(500)
    with duckdb.connect(tmp_path / "r.ddb") as connection:
        connection.execute("create table r (residual double)")
        connection.executemany("insert into r values (?)", residual[:, None].tolist())
    found = read_summary([f"duckdb://{tmp_path}/r.ddb"], table="r")
    assert (found.residual.sums == summarize(residual).residual.sums).all()
    assert found.pairs is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "--table"),
        ("no_such", "duckdb has no table 'no_such'. Its tables are 'none', 'preds', 'words'"),
        ("words", "table words, column 'y_true' does not hold numbers. Cast it"),
        ("none", "table none holds no rows"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path, database, table, message):
    with duckdb.connect(tmp_path / "rows.ddb") as connection:
        connection.execute("create table words as select '1.5' y_true, 2.5 y_pred from range(9)")
        connection.execute("create table none (y_true double, y_pred double)")
    with pytest.raises(InputError, match=message):
        read_summary([database], table=table)


def test_the_same_table_is_not_counted_twice(tmp_path, database, run):
    with duckdb.connect(tmp_path / "rows.ddb") as connection:
        connection.execute("create table other as select y_true + 1 y_true, y_pred from preds")
    for name, table in {"one": "preds", "two": "preds", "other": "other"}.items():
        assert run("summarize", database, "--table", table, "-o", tmp_path / f"{name}.lcs.json")[0] == 0
    files = {name: tmp_path / f"{name}.lcs.json" for name in ("one", "two", "other")}
    refused = "the same table is in one.lcs.json and in two.lcs.json: its rows would count twice"
    assert refused in run("merge", files["one"], files["two"])[2]
    assert run("merge", files["one"], files["other"])[0] == 0


def test_a_table_needs_an_address(file):
    with pytest.raises(InputError, match="duckdb://"):
        read_summary([file], table="preds")


def test_the_printed_query_runs_elsewhere(tmp_path, file, database, run):
    code, query, _ = run("sql", "--dialect", "duckdb", "--table", "preds", "-t", "y_true", "-p", "y_pred")
    assert code == 0
    with duckdb.connect(database.removeprefix("duckdb://")) as connection:
        connection.execute(f"copy ({query}) to '{tmp_path}/result.csv' (header)")
    assert integers(read_result(tmp_path / "result.csv", ROLES)) == integers(read_summary([file]))
    arguments = ("summarize", "--query-result", tmp_path / "result.csv", "-t", "y_true", "-p", "y_pred")
    assert run(*arguments, "-o", tmp_path / "s.lcs.json")[0] == 0
    assert check_file(tmp_path / "s.lcs.json").input.rows == read_summary([file]).info.rows
    semicolons = (tmp_path / "result.csv").read_text().replace(",", ";").encode("utf-16-be")
    (tmp_path / "result.csv").write_bytes(semicolons)
    said = ("--delimiter", "semicolon", "--encoding", "utf-16-be")
    code, out, _ = run(*arguments, *said)
    assert code == 0
    assert out.splitlines()[2:] == (tmp_path / "s.lcs.json").read_text().splitlines()[2:]  # the second names the file


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The lines of a result, as integers."""
    place = tmp_path_factory.mktemp("result")
    target, prediction = awkward()
    (place / "rows.csv").write_text(lines_of(target, prediction) + "nan,1.0\n,\n")
    with duckdb.connect() as connection:
        connection.execute(
            f"create table preds as select y_true::double y_true, y_pred::double y_pred from '{place}/rows.csv'"
        )
        connection.execute(f"copy ({write_query('duckdb', 'preds', ROLES)}) to '{place}/result.csv' (header)")
    return (place / "result.csv").read_text().splitlines()


def as_floats(line, place):
    part, *numbers = line.split(",")
    return ",".join([str(place), part, *(repr(float(number)) for number in numbers)])


def test_whole_numbers_saved_as_floats_are_read_while_exact(tmp_path, result):
    (tmp_path / "whole.csv").write_text("\n".join(result))
    small = [line for line in result[1:] if all(abs(int(cell)) < 2**53 for cell in line.split(",")[1:])]
    assert len(small) == len(result) - 1
    lines = [f",{result[0]}", *(as_floats(line, place) for place, line in enumerate(small))]
    assert ".0," in lines[1]
    (tmp_path / "pandas.csv").write_text("\n".join(lines))
    found = read_result(tmp_path / "pandas.csv", ROLES)
    assert integers(found) == integers(read_result(tmp_path / "whole.csv", ROLES))
    assert [(file.name, file.rows) for file in found.info.files] == [("pandas.csv", found.info.rows)]
    with pytest.raises(InputError, match="the same table is in a and in b: its rows would count twice"):
        require_disjoint([found, read_result(tmp_path / "whole.csv", ROLES)], ["a", "b"])


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("9007199254740992.0", r"'9007199254740992\.0' was saved as a float, which is not exact from 2\^53 on"),
        ("1.2345678901234568e+17", "'1.2345678901234568e.17' was saved as a float"),
        ("0.5", r"'0\.5' is no whole number"),
        ("", "'' is no whole number"),
        ("nan", "'nan' is no whole number"),
        ("1_000", "'1_000' is no whole number"),
        ("9223372036854775808", "'9223372036854775808' is beyond 64 bits"),
    ],
)
def test_numbers_that_are_not_whole_are_named(tmp_path, result, cell, message):
    lines = list(result)
    *rest, _ = lines[3].split(",")
    lines[3] = ",".join([*rest, cell])
    (tmp_path / "r.csv").write_text("\n".join(lines))
    with pytest.raises(InputError, match=rf"r\.csv, line 4, column 's5': {message}"):
        read_result(tmp_path / "r.csv", ROLES)


@pytest.mark.parametrize("part", ["residual,", "residual_p", "target,", "target_p", "missing", "rows"])
@pytest.mark.parametrize("columns", [ROLES, Roles()])
def test_a_result_without_some_of_its_lines_is_refused(tmp_path, result, part, columns):
    lines = [line for line in result if line.startswith(part)]
    for lacking in (lines, [min(lines)]):
        (tmp_path / "r.csv").write_text("\n".join(line for line in result if line not in lacking))
        with pytest.raises(InputError, match=r"r\.csv is not the whole result of the query: of [\d,]+ rows it leaves"):
            read_result(tmp_path / "r.csv", columns)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "part,bucket\nresidual,x\n", "part\n", "x\ny,z\n"])
def test_another_file_is_no_result(tmp_path, text):
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(InputError, match=r"r\.csv is no result of the query"):
        read_result(tmp_path / "r.csv", ROLES)


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake", "spark", "databricks", "trino", "clickhouse", "postgres"])
def test_the_query_is_written_for_other_engines(dialect):
    query = write_query(dialect, "preds", ROLES)
    assert "GROUP BY" in query
    assert "preds" in query


def test_an_engine_without_infinities_is_refused(run):
    code, _, err = run("sql", "--dialect", "nosuch", "--table", "t", "-t", "a", "-p", "b")
    assert code == 2
    assert "--dialect nosuch" in err
    assert "name the columns" in run("sql", "--dialect", "duckdb", "--table", "t")[2]


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRES.is_dir(), reason="PostgreSQL (Debian's postgresql) is not installed")
def test_postgresql_gives_the_files_own_integers(file, tmp_path):
    """A server of its own, reached by a socket; servers refuse to be run by root."""
    binaries = max(POSTGRES.iterdir()) / "bin"
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    place = Path("/tmp") / f"losscheck-postgres-{os.getpid()}"
    place.mkdir(mode=0o777)
    place.chmod(0o777)

    def call(*arguments, **options):
        command = [*user, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/tmp", **options).stdout

    def psql(*arguments, **options):
        return call(binaries / "psql", "-X", "-q", "-h", place, "-d", "postgres", *arguments, **options)

    try:
        call(binaries / "initdb", "-D", place / "data", "-A", "trust")
        options = f"-k {place} -c listen_addresses=''"
        call(binaries / "pg_ctl", "-D", place / "data", "-o", options, "-l", place / "log", "-w", "start")
        psql("-c", "create table preds (y_true double precision, y_pred double precision)")
        psql("-c", r"\copy preds from pstdin csv header", input=file.read_text())
        result = psql("--csv", input=write_query("postgres", "preds", ROLES) + ";")
    finally:
        subprocess.run(
            [*user, binaries / "pg_ctl", "-D", place / "data", "-m", "fast", "stop"], cwd="/tmp", check=False
        )
        shutil.rmtree(place)
    (tmp_path / "result.csv").write_text(result)
    assert integers(read_result(tmp_path / "result.csv", ROLES)) == integers(read_summary([file]))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark_with_several_workers_gives_the_files_own_integers(file, tmp_path):
    pyspark = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    session = pyspark.SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    spark = session.getOrCreate()
    try:
        target, prediction = (
            np.append(column, extra)
            for column, extra in zip(
                awkward(), ([np.nan, np.nan, 2.0, -np.inf], [1.0, 2.0, np.inf, np.nan]), strict=True
            )
        )
        rows = list(zip(target.tolist(), prediction.tolist(), strict=True))
        spark.createDataFrame(rows, "y_true double, y_pred double").repartition(4).createOrReplaceTempView("preds")
        found = spark.sql(write_query("spark", "preds", ROLES))
        text = io.StringIO()
        csv.writer(text).writerows([found.columns, *(list(row) for row in found.collect())])
    finally:
        spark.stop()
    (tmp_path / "result.csv").write_text(text.getvalue())
    assert integers(read_result(tmp_path / "result.csv", ROLES)) == integers(read_summary([file]))


def test_a_table_of_classes_has_no_summary(tmp_path):
    p = np.random.default_rng(4).uniform(0.01, 0.99, 500)
    with duckdb.connect(tmp_path / "c.ddb") as connection:
        connection.execute("create table c (y_true double, y_pred double)")
        connection.executemany("insert into c values (?, ?)", np.column_stack((p < 0.4, p)).tolist())
    address = f"duckdb://{tmp_path}/c.ddb"
    with pytest.raises(InputError, match=r"table c holds outputs of classes \('y_pred', a score of two classes\)"):
        read_summary([address], table="c")
    assert read_summary([address], table="c", task="regression").info.rows_used == 500
    assert check_file(address, table="c").task.kind == "binary"  # its rows are read
    assert check_file(address, table="c", task="regression").input.summarized
