"""Names of columns, classes and files that mean to do harm in one format or another, written by hand and combined."""

from __future__ import annotations

from itertools import product

MARKUP = (
    "[bold]x[/bold]", "[red]", "[/]", "[link=file:///etc/passwd]x[/link]", "[@click=quit]x[/]", r"\[bold]", ":smile:",
    ":warning: x", "[blink]x", "[[x]]", "[not a tag", "x]", "[=]", "[/bold", "[b]a[/b]:smile:",
)  # fmt: skip
"""Of rich and of forges."""

TERMINAL = (
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;http://x.example\x1b\\x\x1b]8;;\x1b\\", "a\rb", "a\nb", "a\tb", "\x00",
    "a\x08\x08b", "\x07", "\x0b\x0c", "\x7f", "\x80", "\x85", "\x9b31m", "\x9d0;x\x9c", "\x1bc", "\x1b[2J\x1b[H",
    "\r\n",
    "a\u2028b", "a\u2029b", "\ud800", "a\udfffb", "\udcff.csv", "\x1b[1A\x1b[2K", "x\x1f",
)  # fmt: skip

DIRECTION = (
    "\u202eevil", "\u202dx", "\u202ax\u202c", "\u2066x\u2069", "\u2067x", "\u2068x", "\u200ex", "\u200fx", "\u061cx",
    "a\u200bb", "a\u200cb", "a\u200db", "\ufeffx", "a\u00adb", "a\u2060b", "\U000e0041x", "\ufff9x\ufffbb", "\u180ex",
    "\ufdd0", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "שלום", "مرحبا 123", "a\u0301\u0301\u0301\u0301",
)  # fmt: skip

HTML = (
    "<script>alert(1)</script>", "</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</style><b>",
    "\"><b>", "'><b>", "\" onmouseover=\"alert(1)", "&lt;b&gt;", "&amp;", "&#60;b&#62;", "<!--", "-->", "<![CDATA[x",
    "]]>", "<?xml version='1.0'?>", "<!DOCTYPE html>", "<!ENTITY x 'y'>", "&x;", "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=//x.example>", "<style>*{display:none}</style>", "<base href=//x.example>", "</article>", "</table>",
    "<details open ontoggle=alert(1)>", "<math><mi>x</mi></math>", "javascript:alert(1)", "<", ">", "&", "\"", "'",
    "<b", "</", "<meta http-equiv=refresh content=0>", "{{x}}", "${x}", "<%=x%>", "expression(alert(1))",
)  # fmt: skip

MARKDOWN = (
    "[x](http://x.example)", "![x](http://x.example/y.png)", "<http://x.example>", "http://x.example/?a=b",
    "www.x.example",
    "a@x.example", "mailto:a@x.example", "@everyone", "@octocat", "#1", "octo/repo#12", "GH-7", "!42", "**x**", "__x__",
    "*x*", "_x_", "***", "---", "___", "===", "~~x~~", "~x~", "`x`", "``x`y``", "```", "~~~", "```\n# x", "# x", "## x",
    "> x", "- x", "+ x", "* x", "1. x", "1) x", "- [ ] x", "| x", "a|b", "a\\|b", "a\\", "\\", "\\*x\\*", "|---|",
    "a\n---",
    "    code", "\tcode", "[^1]", "[^1]: x", "[x]: http://x.example", "[x][y]", "$x$", "$$x$$", "$`x`$", "a  \nb",
    "x  ",
    "  x", " ", "", "&copy;", "&#35;", "a_b_c", "_a", "b_", "2*3*4", "a*b", "==x==", ":+1:", "&zwj;", "x^2^", "H~2~O",
)  # fmt: skip

COMMANDS = (
    "::error::x", "::set-output name=x::y", "::add-mask::x", "::stop-commands::x", "::group::x", "::endgroup::",
    " ::error::x", "\u00a0::error::x", "a\n::error::x", "##[error]x", "##[group]x", "x ##[warning]y",
    "##vso[task.complete]",
    "##teamcity[x]", "::error file=a,line=1::x", "%0A::error::x", "a%0Ab", "%25", "%", "a:b", "a,b", "a,b:c=d::e",
    "::warning title=x::y", "::debug::x", "###[x]", "echo $(id)", "`id`", "; rm -rf .", "$(x)", "=cmd|' /C calc'!A0",
    "a::b", "::",
)  # fmt: skip

PLAIN = (
    "x" * 2000,
    "x y " * 300,
    "größe",
    "列 名",
    "👩‍👩‍👧",
    "None",
    "null",
    "true",
    "NaN",
    "../../etc/passwd",
    "a/b\\c",
)

WRITTEN = (*MARKUP, *TERMINAL, *DIRECTION, *HTML, *MARKDOWN, *COMMANDS, *PLAIN)
FRONTS = ("", "a ", "\u202e", "\x1b[0m", "::", "| ", "`", "<b>", "**")
COMBINED = tuple(
    front + name for front, name in product(FRONTS[1:], (*MARKUP[:4], *HTML[:6], *MARKDOWN[:8], *COMMANDS[:6]))
)

NAMES = tuple(dict.fromkeys((*WRITTEN, *COMBINED)))
