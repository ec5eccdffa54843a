"""What the options say about the writing of a file goes before what is found, in every command that reads rows."""

import gzip
import json

import numpy as np
import pytest

from losscheck import InputError
from losscheck.reading import Spelling, read_summary

rng = np.random.default_rng(6)
PREDICTION = rng.integers(1000, 9000, 300) / 1000
TARGET = PREDICTION + rng.integers(-900, 900, 300) / 1000


def text(delimiter=",", decimal=".", rows=slice(None)):
    pairs = zip(TARGET[rows].tolist(), PREDICTION[rows].tolist(), strict=True)
    lines = ["y_true,y_pred", *(f"{target:.3f},{prediction:.3f}" for target, prediction in pairs)]
    return "\n".join(lines).replace(",", delimiter).replace(".", decimal) + "\n"


ODD = [
    (text(":"), ["--delimiter", "colon"]),
    (text(";", ","), ["--decimal", "comma"]),
    (text().encode("cp037"), ["--encoding", "cp037"]),
    (text().removeprefix("y_true,y_pred\n"), ["--no-header", "-t", "1", "-p", "2"]),
    (gzip.compress(text().encode()), ["--max-uncompressed", "64K"]),
]


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text(text())
    return path


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("content", "said"), ODD)
def test_a_summary_is_that_of_the_same_numbers(tmp_path, plain, run, content, said):
    code, out, err = run("summarize", write(tmp_path / "odd", content), *said)
    assert (code, err) == (0, "")
    found, expected = json.loads(out), json.loads(run("summarize", plain)[1])
    for part in ("residual", "target", "residual_prediction", "target_prediction"):
        assert found[part] == expected[part]


@pytest.mark.parametrize(("content", "said"), ODD)
def test_a_comparison_reads_both_sides_so(tmp_path, run, content, said):
    first, second = (write(tmp_path / name, content) for name in ("before", "after"))
    code, out, err = run("compare", first, second, *said, "-f", "json")
    assert (code, err) == (0, "")
    losses = {loss["loss"]: loss["before"] for loss in json.loads(out)["losses"]}
    assert losses["mse"] == pytest.approx(((TARGET - PREDICTION) ** 2).mean(), rel=1e-9)


@pytest.mark.parametrize("command", ["summarize", "compare"])
@pytest.mark.parametrize(
    ("said", "message"),
    [
        (["--decimal", "dot"], "--decimal must be point or comma, it is 'dot'"),
        (["--encoding", "klingon"], "Python has no text encoding 'klingon'"),
        (["--max-uncompressed", "100"], "expands to more than 100 bytes"),
        (["--no-header"], "'y_true' is not a number"),
        (["--delimiter", "1"], "--delimiter must be one of comma"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path, run, command, said, message):
    files = [write(tmp_path / name, gzip.compress(text().encode())) for name in ("before.gz", "after.gz")]
    numbered = ["-t", "1", "-p", "2"] if said == ["--no-header"] else []
    code, out, err = run(command, *files[: 2 if command == "compare" else 1], *said, *numbered)
    assert (code, out) == (2, "")
    assert message in err


def test_the_result_of_a_query_is_whole_numbers_under_a_header(tmp_path, run):
    path = write(tmp_path / "result.csv", "part;bucket\nresidual;1\n")
    for said in ("--decimal=comma", "--no-header"):
        code, _, err = run("summarize", "--query-result", path, "-t", "y_true", "-p", "y_pred", said)
        assert (code, "leave --decimal and --header out" in err) == (2, True)


def test_both_readings_of_a_summary_heed_what_is_said(tmp_path):
    far = "".join(f"{1000 + y!r}:{f!r}\n" for y, f in zip(TARGET.tolist(), PREDICTION.tolist(), strict=True))
    path = write(tmp_path / "far", f"y_true:y_pred\n{far}")
    assert read_summary([path], spelling=Spelling(delimiter=":")).center.residual == pytest.approx(1000, abs=2)
    with pytest.raises(InputError, match=r"far"):
        read_summary([path], spelling=Spelling(delimiter=","))
