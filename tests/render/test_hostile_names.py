"""Names that come with the data are data in every format: read back whole, and without any effect of their own."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hand_made_plots import CLASSES_DRAWN, class_calibration, confusion
from hand_made_reports import HEAVY
from hostile_names import NAMES
from markdown_it import MarkdownIt

import losscheck
from losscheck.plots import Plots
from losscheck.render import RENDERERS, Verbosity
from losscheck.render.figures import escape, is_unprintable
from losscheck.results import CheckResult, Code, Columns, Group, InputFile, Status, Task, TaskKind

HARMLESS = "harmless"
FORMATS = sorted(RENDERERS)


def report_with(name):
    """The report of heavy tails, with a name wherever one from the data can be; the pictures are tested apart."""
    checks = tuple(
        CheckResult("bias", "LC101", "Bias", status, f"of {name} by {name}.", f"repair {name}", rows=(1,))
        for status in Status
    )
    because = (name, f"see {name}")
    verdict = replace(
        HEAVY.verdict, headline=f"{name} is at fault: {name}", because=because, efficiency={}, code=Code()
    )
    files = tuple(InputFile(name, "ab" * 32, 10, 9) for _ in range(2))
    columns = Columns(target=name, prediction=name, weight=name, group=name, order=name)
    return replace(
        HEAVY,
        input=replace(HEAVY.input, files=files, columns=columns, dialect={"delimiter": name, "decimal": "."}),
        task=Task(TaskKind.REGRESSION, f"{name} holds numbers"),
        verdict=verdict,
        checks=checks,
        groups=(Group(name, 9, verdict, HEAVY.checks[0]),),
        notes=(f"{name}: a note", name),
        fits=(),
        histogram=None,
        quantiles=None,
    )


@pytest.fixture(scope="module", params=range(8))
def some(request):
    """An eighth of the names, so that a failure is found soon."""
    return NAMES[request.param :: 8]


def render(format, name, verbosity=Verbosity.VERBOSE):
    return RENDERERS[format](report_with(name), verbosity)


def test_there_are_more_than_200_names():
    assert len(NAMES) > 200


WITH_VERBOSITY = [(format, verbosity) for format in ("text", "markdown") for verbosity in Verbosity]
WHOLE = [(format, Verbosity.NORMAL) for format in FORMATS if format not in ("text", "markdown")]


@pytest.mark.parametrize(("format", "verbosity"), [*WITH_VERBOSITY, *WHOLE])
def test_nothing_steers_a_terminal_or_a_ci_log(some, format, verbosity):
    for name in some:
        text = render(format, name, verbosity)
        assert not [char for char in text if char != "\n" and is_unprintable(char)], name
        text.encode("utf-8")
        assert not re.search(r"##\w*\[", text), name
        if format != "github":
            assert not re.search(r"^\s*::", text, re.MULTILINE), name


def test_text_shows_the_escaped_name_and_takes_nothing_for_markup(some):
    for name in some:
        words = "".join(render("text", name).split())
        assert "".join(escape(f"repair {name}").split()) in words.replace(r"\x3a::", ":::").replace(r"\x3a:", "::"), (
            name
        )


def test_json_gives_the_name_back(some):
    for name in some:
        found = json.loads(render("json", name))
        assert found["input"]["columns"]["target"] == found["groups"][0]["name"] == name
        assert found["checks"][0]["advice"] == f"repair {name}"


class Structure(HTMLParser):
    """The elements and attributes of a page, and its texts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        # The words of a picture and the title of a formula are data; a formula in a name would be another element.
        self.elements.append((tag, sorted((name, value) for name, value in attributes if name != "aria-label")))

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.elements.append(("comment", data))

    def unknown_decl(self, data):
        self.elements.append(("declaration", data))

    def handle_pi(self, data):
        self.elements.append(("instruction", data))


def test_html_has_the_same_elements_whatever_the_name(some):
    expected = Structure(render("html", HARMLESS)).elements
    for name in filter(str.strip, some):  # of an empty one there is no element
        page = Structure(render("html", name))
        assert page.elements == expected, name
        assert f"repair {escape(name)}" in "\n".join(page.texts).replace("→ ", ""), name


def test_xml_has_the_same_elements_whatever_the_name(some):
    def outline(root):
        return [(element.tag, sorted(element.attrib)) for element in root.iter()]

    expected = outline(ET.fromstring(render("junit", HARMLESS)))
    for name in some:
        root = ET.fromstring(render("junit", name).encode())
        assert outline(root) == expected, name
        assert root.find(".//failure").get("message") == f"of {escape(name)} by {escape(name)}.".replace("\n", " ")


def read_commands(text):
    """Parse annotations as GitHub's runner does: level, properties and data of each line."""
    for line in text.splitlines():
        level, properties, data = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line).groups()
        named = dict(pair.split("=", 1) for pair in properties.split(","))
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            named = {key: value.replace(code, char) for key, value in named.items()}
            data = data if code in ("%3A", "%2C") else data.replace(code, char)
        yield level, named, data


def test_annotations_are_as_many_and_give_the_name_back(some):
    expected = [(level, named) for level, named, _ in read_commands(render("github", HARMLESS))]
    for name in some:
        commands = list(read_commands(render("github", name)))
        assert [(level, named) for level, named, _ in commands] == expected, name
        assert f"→ repair {escape(name)}" in commands[0][2], name


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SET_APART = re.compile(r"@\w|#\d|!\d|\bGH-\d|://|\bwww\.|:[\w+-]+:|\$", re.IGNORECASE)


def read_markdown(text):
    """Return the outline of a Markdown text, its texts, and the texts outside of code."""
    outline, texts, bare = [], [], []
    code = 0
    for block in MARKDOWN.parse(text):
        outline.append((block.type, block.tag, block.level))
        for token in block.children or []:
            if token.type == "html_inline":
                assert token.content in ("<br>", "<code>", "</code>")
                code += {"<code>": 1, "</code>": -1}.get(token.content, 0)
                texts.append("\n" if token.content == "<br>" else "")
                continue
            assert token.type in ("text", "softbreak", "hardbreak", "strong_open", "strong_close"), token
            texts.append(token.content)
            bare += [token.content] if not code else []
        if block.type == "fence":
            texts.append(block.content)
        texts.append("\n")
        bare.append("\n")
    assert code == 0
    return outline, "".join(texts), "".join(bare)


@pytest.mark.parametrize("verbosity", [Verbosity.NORMAL, Verbosity.VERBOSE])
def test_markdown_has_the_same_outline_whatever_the_name(some, verbosity):
    expected = read_markdown(render("markdown", HARMLESS, verbosity))[0]
    for name in filter(str.strip, some):
        outline, texts, bare = read_markdown(render("markdown", name, verbosity))
        assert outline == expected, name
        # Markdown reads some blanks as one, or as none at the ends of a line.
        assert " ".join(f"repair {escape(name)}".split()) in " ".join(texts.split()), name
        assert not SET_APART.search(bare), name


def test_pictures_with_the_names_of_classes_have_the_same_elements():
    def drawn(names):
        plots = Plots(confusion=confusion(names), classes=class_calibration(names))
        return replace(CLASSES_DRAWN, plots=plots, reliability=replace(CLASSES_DRAWN.reliability, title=names[0]))

    def outline(names):
        page = Structure(RENDERERS["html"](drawn(names), Verbosity.NORMAL))
        # Places and sizes follow the widths of the names; what may be there does not.
        return [(tag, [name for name, _ in attributes]) for tag, attributes in page.elements], page.texts

    short = [name for name in NAMES if 3 < len(escape(name)) <= 20 and name.isprintable()]
    expected = outline(tuple(f"class{k}" for k in range(10)))[0]
    for start in range(0, 60, 10):
        names = tuple(short[start : start + 10])
        elements, texts = outline(names)
        assert elements == expected, names
        assert {escape(name) for name in names} <= set(texts)


def test_a_long_name_does_not_make_markdown_too_long():
    text = render("markdown", "x" * 300_000)
    assert len(text.encode()) < 900_000
    assert text.endswith("`losscheck -o report.html` has everything.\n")


HEADERS = [
    ("::error::x", "##[error]y"),
    ("<script>alert(1)</script>", "[bold]y[/bold]"),
    ("a|b`c`", "@everyone $x$"),
    ("\u202etarget", "\x1b[31mprediction"),
    ("t u", "'\"><b>"),
]


@pytest.mark.parametrize(("target", "prediction"), HEADERS)
def test_whole_runs_with_such_columns(tmp_path, run, target, prediction):
    quoted = ['"' + name.replace('"', '""') + '"' for name in (target, prediction)]
    rows = [f"{i % 7 + (i * 37 % 11) / 10:.3f},{i % 7}" for i in range(60)]
    (tmp_path / "data.csv").write_text("\n".join([",".join(quoted), *rows]) + "\n", encoding="utf-8", newline="\n")
    outputs = [tmp_path / f"report{ending}" for ending in (".txt", ".json", ".md", ".html", ".xml")]
    options = [word for path in outputs for word in ("-o", path)]
    code, out, err = run(tmp_path / "data.csv", "-t", target, "-p", prediction, "-f", "github", *options)
    assert (code, err) == (0, "")
    assert list(read_commands(out))
    texts = {path.suffix: path.read_text(encoding="utf-8") for path in outputs}
    assert json.loads(texts[".json"])["input"]["columns"]["target"] == target
    for text in (out, *texts.values()):
        assert not [char for char in text if char != "\n" and is_unprintable(char)]
        assert not re.search(r"##\w*\[", text)
    assert not [tag for tag, _ in Structure(texts[".html"]).elements if tag in ("script", "b")]
    ET.fromstring(texts[".xml"])
    report = losscheck.check_file(tmp_path / "data.csv", target=target, prediction=prediction)
    assert report.input.columns.target == target
