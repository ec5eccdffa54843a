"""Imports go one way: a module knows only those on levels below its own, and its own package."""

import ast
from pathlib import Path

import losscheck

ROOT = Path(losscheck.__file__).parent
LEVELS = [
    {"plots"},
    {"results"},
    {"sample"},
    {"numeric"},
    {"outputs", "summary", "baseline"},
    {"families", "reading", "checks"},
    {"efficiency", "task", "target", "estimand"},
    {"loss_choice", "posterior", "preparation"},
    {"ranking", "measurement"},
    {"contest"},
    {"facts", "notes", "drawing", "plotting", "refusal", "classes"},
    {"rule"},
    {"response_rules"},
    {"rules", "response_advice", "response_verdict"},
    {"advice", "options"},
    {"verdict", "before_training"},
    {"segments"},
    {"diagnose"},
    {"cli"},
    {"__main__"},
]
ALLOWED = {name: set().union(*LEVELS[:level]) for level, names in enumerate(LEVELS) for name in names}
ALLOWED |= {"render": {"plots", "results"}, "output": {"results", "render"}}
ALLOWED["results"] = {"plots", "render"}  # a report shows itself in a notebook: imported when it does
ALLOWED |= {"explain": {"results", "families", "checks", "render"}}
ALLOWED |= {"testing": {"results", "gate", "render", "diagnose"}}
ALLOWED |= {"gate": {"results", "checks"}, "configuration": {"results"}}
ALLOWED["reading_options"] = set()
ALLOWED |= {"cli_options": {"results", "render", "output", "gate"}}
ALLOWED |= {
    "comparison": {"results", "sample", "numeric", "outputs", "reading", "gate", "render", "options", "diagnose"},
    "comparing": {"results", "cli_options", "gate", "output", "render", "options", "reading", "comparison"},
}
ALLOWED["cli"] = {
    "results",
    "diagnose",
    "explain",
    "render",
    "output",
    "gate",
    "configuration",
    "cli_options",
    "comparing",
    "summaries",
}
ALLOWED["summaries"] = {"results", "output", "reading", "summary", "cli_options"}


def imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Types alone may come from anywhere: they are not imported when the program runs.
    typing = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing and (node.module or "").startswith("losscheck."):
            yield node.module.split(".")[1]


def test_imports_go_one_way():
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).with_suffix("").parts[0]
        if name == "__init__":
            continue
        assert name in ALLOWED, f"{path} has no level in this test"
        assert set(imported(path)) <= ALLOWED[name] | {name}, path


def test_no_module_imports_the_package_by_relative_name():
    sources = [path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")]
    assert not [node for text in sources for node in ast.walk(ast.parse(text)) if getattr(node, "level", 0)]
