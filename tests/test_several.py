"""Several predictions of the same number: a report for each, in every format."""

from __future__ import annotations

import io
import json
import sys
import xml.etree.ElementTree as ElementTree

import jsonschema
import numpy as np
import pytest

from losscheck.reading import Roles, SeveralPredictions, read_sample
from losscheck.render.as_json import read_schema


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("several") / "two.csv"
    random = np.random.default_rng(3)
    prediction = random.normal(0, 3, 200)
    target = prediction + random.normal(0, 1, 200)
    other = target - random.standard_t(2, 200)
    rows = zip(target.tolist(), prediction.tolist(), other.tolist(), strict=True)
    path.write_text("y,forest,net\n" + "".join(f"{y!r},{a!r},{b!r}\n" for y, a, b in rows))
    return path


def test_json_is_that_of_the_contract(run, file):
    code, out, _ = run(file, "-p", "forest", "-p", "net", "-f", "json")
    found = json.loads(out)
    jsonschema.validate(found, json.loads(read_schema()))
    assert list(found) == ["schema_version", "tool", "reports"]
    assert [report["input"]["columns"]["prediction"] for report in found["reports"]] == ["forest", "net"]
    for report in found["reports"]:
        alone = json.loads(run(file, "-p", report["input"]["columns"]["prediction"], "-f", "json")[1])
        assert report == alone
    assert code == 0


def test_text_has_one_after_the_other_and_a_summary(run, file):
    _, out, _ = run(file, "-p", "forest", "-p", "net", "-q")
    places = [out.index(words) for words in ("Prediction forest", "Prediction net", "All 2 predictions")]
    assert places == sorted(places)
    assert [line.split()[0] for line in out.splitlines()[-2:]] == ["forest", "net"]


def test_a_pattern_stands_for_its_columns(run, file):
    _, out, _ = run(file, "-p", "*e*t", "-q")
    assert ("Prediction forest" in out, "Prediction net" in out) == (True, True)


def test_every_format(run, file, tmp_path):
    outputs = [tmp_path / f"report{ending}" for ending in (".json", ".md", ".html", ".xml", ".txt")]
    options = [word for path in outputs for word in ("-o", path)]
    code, out, _ = run(file, "-p", "forest", "-p", "net", "-f", "github", *options)
    assert code == 0
    assert [line.partition("::")[2] for line in out.splitlines() if "::Prediction" in line] == [
        "notice title=losscheck::Prediction forest",
        "notice title=losscheck::Prediction net",
    ]
    suites = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert [suite.get("name") for suite in suites] == ["two.csv: forest", "two.csv: net"]
    assert int(suites.get("tests")) == sum(int(suite.get("tests")) for suite in suites)
    for path in outputs[1:3]:
        assert "All 2 predictions" in path.read_text(encoding="utf-8")


def test_the_gate_is_that_of_the_worst(run, file):
    one = run(file, "-p", "forest", "--loss", "mse", "--min-efficiency", "0.99", "-q")[0]
    other = run(file, "-p", "net", "--loss", "mse", "--min-efficiency", "0.99", "-q")[0]
    assert run(file, "-p", "forest", "-p", "net", "--loss", "mse", "--min-efficiency", "0.99", "-q")[0] == max(
        one, other
    )
    assert other == 1


def test_what_cannot_be_done_for_several(run, file, tmp_path):
    earlier = tmp_path / "earlier.json"
    run(file, "-p", "forest", "-o", earlier)
    code, _, err = run(file, "-p", "forest", "-p", "net", "--against", earlier)
    assert (code, "2 predictions have one each" in err) == (2, True)


def test_standard_input_is_read_once(run, file, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    code, _, err = run("-", "-p", "forest", "-p", "net")
    assert (code, "standard input can be read only once" in err) == (2, True)


def test_counts_with_two_predictions_are_no_classes(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("y,forest,net\n" + "".join(f"{k},{k + 0.5},{k - 0.25}\n" for k in range(60)))
    with pytest.raises(SeveralPredictions) as caught:
        read_sample([path], Roles(prediction=("forest", "net")))
    assert caught.value.columns == ("forest", "net")


def test_outputs_of_classes_stay_one_report(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("y,a,b\n" + "a,0.75,0.25\nb,0.5,0.5\n" * 3)
    assert read_sample([path], Roles(prediction=("a", "b"))).classes == ("a", "b")
