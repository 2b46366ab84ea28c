"""Opens every page of a folder in Chromium, as a small phone shows it, and examines it: with
axe-core's rules of accessibility, in light and dark, and with measurements of its own. Leaves a
photograph of each.

Usage: page.py PAGES PHOTOGRAPHS
"""

import shutil
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

# As the host sends them.
HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}

# WCAG 2.2, 1.4.10 (reflow): no scrolling in two directions at this width.
SCREEN = {"width": 320, "height": 700}

# axe-core forbids every page that loads itself again, because it takes away what is being read or
# filled in. This one has a sentence that stays the same, and nothing to fill in.
WAITING = "invoice-coming."

# WCAG 2.2, 2.5.5 (target size): 44 by 44 pixels. iOS enlarges the page when a field has less than
# 16 pixels.
MEASURE = """() => {
    const [TARGET, BODY_TEXT, SMALL_TEXT] = [44, 16, 14];
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        found.push(`scrolls sideways: it is ${root.scrollWidth} px wide`);
    }
    const size = element => parseFloat(getComputedStyle(element).fontSize);
    const column = document.querySelector("main").getBoundingClientRect();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        const range = document.createRange();
        range.selectNodeContents(text);
        for (const box of range.getClientRects()) {
            if (box.left < column.left || box.right > column.right) {
                found.push(`outside of the column: ${text.data}`);
            }
        }
        if (size(text.parentElement) < SMALL_TEXT) {
            found.push(`too small: ${text.data}`);
        }
    }
    for (const element of document.querySelectorAll("dt, dd, label, input, textarea, button, a")) {
        if (size(element) < BODY_TEXT) {
            found.push(`too small: ${element.outerHTML}`);
        }
    }
    for (const target of document.querySelectorAll("input, textarea, button, a")) {
        const box = target.getBoundingClientRect();
        if (box.width < TARGET || box.height < TARGET) {
            found.push(`hard to hit: ${box.width} x ${box.height} px, ${target.outerHTML}`);
        }
        target.focus();
        const style = getComputedStyle(target);
        if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
            found.push(`the focus is not seen: ${target.outerHTML}`);
        }
        target.blur();
    }
    return found;
}"""

ON_PAPER = """() => [...document.querySelectorAll("nav")]
    .filter(part => part.checkVisibility())
    .map(part => `printed: ${part.textContent}`)"""


class Pages(SimpleHTTPRequestHandler):
    def end_headers(self):
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_):
        pass


class Examiner:
    """One window, in which the pages are opened one after the other."""

    def __init__(self, browser, photographs):
        self.window = browser.new_page(viewport=SCREEN, device_scale_factor=2)
        self.axe = Axe()
        self.photographs = photographs
        self.found = []
        self.address = None
        self.window.on("console", lambda it: self.found.append(f"{it.type}: {it.text}"))
        self.window.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        self.window.route("**/*", self.request)

    def request(self, route):
        """Nothing is asked for but the page; when that loads itself again, it stays as it is."""
        url = route.request.url
        if url != self.address:
            self.found.append(f"asked for {url}")
            route.abort()
        elif self.is_loaded:
            route.fulfill(status=204)
        else:
            self.is_loaded = True
            route.continue_()

    def examine(self, address, name):
        self.found, self.address, self.is_loaded = [], address, False
        self.window.emulate_media(media="screen", color_scheme="light")
        answer = self.window.goto(address)
        assert answer.ok, f"{name}: {answer.status}"
        # From here on, focus is shown as to someone who uses a keyboard.
        self.window.keyboard.press("Tab")
        self.found += self.window.evaluate(MEASURE)
        for scheme in ["light", "dark"]:
            self.window.emulate_media(color_scheme=scheme)
            self.look(name, scheme)
        self.window.emulate_media(media="print")
        self.found += self.window.evaluate(ON_PAPER)
        return self.found

    def look(self, name, scheme):
        rules = {"meta-refresh": {"enabled": False}} if name.startswith(WAITING) else {}
        results = self.axe.run(self.window, options={"rules": rules})
        assert results.response["passes"], "axe-core examined nothing"
        if results.violations_count:
            self.found.append(f"{scheme}: {results.generate_report()}")
        photograph = self.photographs / f"{name}.{scheme}.png"
        self.window.screenshot(path=photograph, full_page=True)


def main(pages, photographs):
    chromium = shutil.which("chromium")
    assert chromium, "there is no chromium on the PATH"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=pages))
    Thread(target=server.serve_forever, daemon=True).start()
    examined = 0
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        examiner = Examiner(browser, Path(photographs))
        for page in sorted(Path(pages).glob("*.html")):
            address = f"http://127.0.0.1:{server.server_port}/{page.name}"
            for problem in examiner.examine(address, page.stem):
                failed = True
                print(f"{page.name}: {problem}", file=sys.stderr)
            examined += 1
        browser.close()
    print(f"{examined} pages checked")
    sys.exit(failed or examined == 0)


main(*sys.argv[1:])
