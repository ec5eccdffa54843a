"""Tables of a database read row by row, where something needs the rows: the same as a file of them."""

import sqlite3

import numpy as np
import pytest

from losscheck import InputError, check_file
from losscheck.reading import Roles, read_sample
from losscheck.reading.spelling import make_spelling
from losscheck.results import TaskKind

pytest.importorskip("ibis", reason="the extra `ibis` is not installed")
duckdb = pytest.importorskip("duckdb")

pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),  # Ibis of pandas
]
ROWS = """
    create table preds as
    select i as id, (i % 3)::varchar as day, 1 + i % 2 as w, 10 * p as y_pred, 10 * p + e as y_true
    from (select i, (i * 7919 % 1009) / 1009::double p, (i * 104729 % 2003) / 2003::double - 0.5 e
        from range(2000) t(i))
"""
CLASSES = """
    create table classes as
    select i % 3 as label, [0.2, 0.3, 0.5]::double[] as prob from range(300) t(i)
"""
ODD = """
    create table odd as
    select (i % 7 + (i * 7919 % 101) / 101::double)::decimal(18, 6) y_true, (i % 7)::hugeint y_pred,
        timestamp '2024-01-01' + interval (5000 - i) minute as at, uuid() u, 'x'::blob b, interval 1 day iv,
        map {'a': 1} m, i::varchar word
    from range(500) t(i)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory with a database and the same rows in files."""
    place = tmp_path_factory.mktemp("database")
    with duckdb.connect(place / "p.ddb") as connection:
        connection.execute(ROWS)
        connection.execute("create table half as select id, y_pred from preds")
        connection.execute("create table truth as select y_true from preds")
        connection.execute("insert into preds values (2000, '0', 1, null, 1.0), (2001, '1', 1, 1.0, 'inf')")
        connection.execute(f"copy preds to '{place}/preds.csv' (header)")
        connection.execute(f"copy (select id, y_true from preds where id < 1990) to '{place}/truth.csv' (header)")
        connection.execute(CLASSES)
        connection.execute(ODD)
    return place


@pytest.fixture
def address(place):
    return f"duckdb://{place}/p.ddb"


@pytest.mark.parametrize(
    ("roles", "options"),
    [
        (Roles(), {"exact": True}),
        (Roles(weight="w"), {}),
        (Roles(order="y_pred"), {}),
        (Roles(group="day"), {}),
    ],
)
def test_rows_are_those_of_the_file(place, address, roles, options):
    names = {"target": "y_true", "prediction": "y_pred"}
    roles = Roles(**{**{field: getattr(roles, field) for field in ("weight", "order", "group")}, **names})
    found = read_sample([address], roles, table="preds", **options)
    there = read_sample([place / "preds.csv"], roles, **options)
    for column in ("residual", "target", "prediction", "row"):
        assert np.array_equal(getattr(found, column), getattr(there, column))
    assert (found.weight is None) == (there.weight is None)
    assert found.weight is None or np.array_equal(found.weight, there.weight)
    assert found.segments is None or np.array_equal(found.segments.code, there.segments.code)
    assert (found.missing, found.non_finite) == (there.missing, there.non_finite)
    assert (found.info.rows, found.info.rows_used, found.info.summarized) == (2002, 2000, False)
    assert found.info.columns == there.info.columns
    assert (found.info.files, found.info.dialect) == ((), {"engine": "duckdb", "table": "preds"})


def test_rows_of_an_engine_have_an_order_only_where_one_is_named(address):
    roles = {"target": "y_true", "prediction": "y_pred"}
    assert not read_sample([address], Roles(**roles), table="preds", exact=True).ordered
    assert read_sample([address], Roles(**roles, order="id"), table="preds").ordered


def test_targets_of_a_file_are_found_for_the_rows_of_a_table(place, address, run):
    options = {"targets": place / "truth.csv", "on": "id"}
    found = read_sample([address], table="half", **options)
    assert np.array_equal(found.target, read_sample([place / "preds.csv"], Roles(prediction="y_pred")).target[:1990])
    assert found.info.dialect["targets"]["rows_without_target"] == 10
    assert (
        "targets.csv: there is no such file"
        in run(address, "--table", "half", "--targets", "targets.csv", "--on", "x")[2]
    )
    clash = run(address, "--table", "preds", "--targets", place / "truth.csv", "--on", "id")
    assert "table preds has a column 'y_true', and so has truth.csv" in clash[2]
    assert "--targets FILE" in run(address, "--table", "half")[2]


def test_a_table_of_targets_alone_is_looked_at_before_training(address, run):
    assert check_file(address, table="truth", target="y_true").task.kind is TaskKind.TARGETS
    code, _, err = run("summarize", address, "--table", "truth", "-t", "y_true")
    assert code == 2
    assert "table truth has targets ('y_true') and no predictions, and a summary is of both" in err


def test_lists_of_outputs_are_read(address):
    found = read_sample([address], table="classes")
    assert (found.kind, found.outputs.shape, found.label[:3].tolist()) == (TaskKind.MULTICLASS, (300, 3), [0, 1, 2])


def test_columns_of_any_kind_may_be_beside(address):
    found = read_sample([address], Roles(order="at"), table="odd")
    assert found.row[:3].tolist() == [500, 499, 498]
    assert found.target[0] == pytest.approx(499 % 7 + 499 * 7919 % 101 / 101, abs=1e-6)
    assert check_file(address, table="odd").input.summarized
    with pytest.raises(InputError, match=r"table odd, row 1, column 'u': '.*' is not a date"):
        read_sample([address], Roles(order="u"), table="odd")


@pytest.mark.parametrize("spelling", [{"delimiter": "semicolon"}, {"header": False}, {"decimal": "comma"}])
def test_a_table_is_not_written_in_any_way(address, spelling):
    with pytest.raises(InputError, match=f"--{next(iter(spelling))} says how files are written"):
        read_sample([address], table="preds", spelling=make_spelling(**spelling))


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_no_database_is_made_where_there_is_none(tmp_path, run, engine):
    code, _, err = run(f"{engine}://{tmp_path}/typo.db", "--table", "t")
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "typo.db: there is no such file" in err


def test_an_engine_that_cannot_count_gives_its_rows(tmp_path, run):
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute("create table preds (y_true real, y_pred real)")
        rows = [(i % 7 + (i * 7919 % 101) / 101, i % 7) for i in range(500)]
        connection.executemany("insert into preds values (?, ?)", rows)
    connection.close()
    address = f"sqlite://{tmp_path}/s.db"
    assert check_file(address, table="preds").input.summarized is False
    assert "sqlite does not offer what a summary is counted with" in run("summarize", address, "--table", "preds")[2]
    assert "sqlite has no table 'pred'. Its tables are 'preds'" in run(address, "--table", "pred")[2]
