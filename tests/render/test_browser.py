"""The page in a real browser, headless: no word on its console, light and dark, no wider than a phone."""

import re
import shutil
import subprocess

import pytest
from hand_made_plots import CLASSES_DRAWN, DRAWN
from PIL import Image

from losscheck.render import Verbosity, render_html
from losscheck.render.page import POLICY

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = {"residuals": DRAWN, "classes": CLASSES_DRAWN}
PAPER = {"light": (255, 255, 255), "dark": (0x12, 0x17, 0x1E)}
"""The colours of the style sheet."""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --enable-logging=stderr"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here (apt-get install chromium)"),
]


def browse(directory, page, *flags):
    """Open a page with a new profile; return what it printed and what it said on its console."""
    command = [BROWSER, *FLAGS.split(), f"--user-data-dir={directory / 'profile'}", *flags, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def write(directory, text):
    page = directory / "page.html"
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize("scheme", PAPER)
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_screenshot_shows_the_page_and_the_console_is_silent(tmp_path, name, width, scheme):
    page, picture = write(tmp_path, render_html(PAGES[name], Verbosity.NORMAL)), tmp_path / "shot.png"
    preferred = f"--blink-settings=preferredColorScheme={int(scheme == 'light')}"
    _, console = browse(tmp_path, page, preferred, f"--window-size={width},3000", f"--screenshot={picture}")
    assert console == []
    image = Image.open(picture).convert("RGB")
    assert image.size[0] == width
    assert image.getpixel((2, 2)) == PAPER[scheme]
    colors = image.getcolors(maxcolors=1 << 24)
    assert len(colors) > 200  # letters, bars and lines, and not an empty page
    assert max(colors)[1] == PAPER[scheme]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone_and_formulas_have_a_size(tmp_path, name):
    script = (
        "<script>const size = document.querySelector('mfrac, msub').getBoundingClientRect();"
        "document.title = [document.documentElement.scrollWidth, innerWidth, size.height].join(' ')</script>"
    )
    text = render_html(PAGES[name], Verbosity.NORMAL).replace(POLICY, "default-src 'unsafe-inline'")
    page = write(tmp_path, text.replace("<details>", "<details open>").replace("</body>", f"{script}</body>"))
    dom, _ = browse(tmp_path, page, "--window-size=390,800", "--dump-dom")
    scrolled, inner, height = map(float, re.search(r"<title>(.*?)</title>", dom)[1].split())
    assert scrolled <= inner <= 500
    assert height > 10


def test_an_error_would_be_seen(tmp_path):
    script = "<script>document.title = 'ran'</script>"
    page = write(tmp_path, render_html(DRAWN, Verbosity.NORMAL).replace("</body>", f"{script}</body>"))
    dom, console = browse(tmp_path, page, "--dump-dom")
    assert "<title>ran</title>" not in dom
    assert any("Content Security Policy" in line for line in console)
