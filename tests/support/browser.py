"""browser: pages as Chromium lays them out: what overlaps, what is wider than the page, errors.

The page is shown in a frame of the width asked for, because a window of Chromium without a
screen is not made as narrow as a telephone. A script in the page around it looks at where
every text and picture is. Pictures of the page are kept in the directory that
MAILDROP_PY_SCREENSHOTS names, if it is set.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
HEIGHT = 6000
LOOK = """
const faults = [];
const boxes = [];
function name(node) { return node.textContent.trim().slice(0, 60); }
function seen(range, parent) {
  const isCut = getComputedStyle(parent).textOverflow === "ellipsis";
  return isCut ? [parent.getBoundingClientRect()] : range.getClientRects();
}
function look() {
  const frame = document.getElementById("frame");
  const page = frame.contentDocument;
  const root = page.documentElement;
  if (root.scrollWidth > frame.clientWidth)
    faults.push(`the page is ${root.scrollWidth} wide, the window ${frame.clientWidth}`);
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const hidden = "svg, .unseen, details:not([open]) > :not(summary)";
    if (!node.textContent.trim() || parent.closest(hidden)) continue;
    const range = page.createRange();
    range.selectNodeContents(node);
    for (const box of seen(range, parent))
      if (box.width > 1 && box.height > 1) boxes.push([box, name(node), parent]);
  }
  for (const [box, text, parent] of boxes)
    if (!parent.closest(".scroll") && (box.right > frame.clientWidth + 1 || box.left < -1))
      faults.push(`"${text}" is outside the page`);
  for (let a = 0; a < boxes.length; a++)
    for (let b = a + 1; b < boxes.length; b++) {
      const [one, other] = [boxes[a][0], boxes[b][0]];
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > 4) faults.push(`"${boxes[a][1]}" overlaps "${boxes[b][1]}"`);
    }
  for (const picture of page.querySelectorAll("svg"))
    if (!picture.getAttribute("aria-label")) faults.push("a picture has no text");
  document.getElementById("found").textContent = JSON.stringify({faults, texts: boxes.length});
}
"""


def faults_of(page: str, directory: Path, width: int, *, dark: bool, name: str) -> list[str]:
    """What is wrong with a page in a window `width` pixels wide; empty if nothing is."""
    (directory / "page.html").write_text(page, encoding="utf-8")
    size = f'width="{width}" height="{HEIGHT}" style="border:0"'
    frame = f'<iframe id="frame" src="page.html" {size} onload="look()"></iframe>'
    head = f'<!doctype html><meta charset="utf-8"><script>{LOOK}</script>'
    around = f'{head}<pre id="found"></pre>{frame}'
    (directory / "around.html").write_text(around, encoding="utf-8")
    with _served(directory) as address:
        shown = _run(f"{address}/around.html", "--dump-dom", width, dark)
        _keep_picture(address, width, dark, name)
    found = shown.stdout.partition('<pre id="found">')[2].partition("</pre>")[0]
    assert found, f"Chromium laid nothing out: {shown.stderr[-2000:]}"
    result = json.loads(html.unescape(found))
    assert result["texts"] > 10, "the page is empty"
    errors = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
    return [*result["faults"], *errors]


def _keep_picture(address: str, width: int, dark: bool, name: str) -> None:
    directory = os.environ.get("MAILDROP_PY_SCREENSHOTS")
    if directory:
        path = Path(directory) / f"{name}-{width}{'-dark' if dark else ''}.png"
        _run(f"{address}/around.html", f"--screenshot={path}", width, dark)


def _run(address: str, what: str, width: int, dark: bool) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *(
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
            f"--window-size={max(width, 500)},{HEIGHT}",
        ),
        *(["--blink-settings=preferredColorScheme=0"] if dark else []),
    ]
    return subprocess.run(
        [CHROMIUM, *options, what, address],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Nothing is printed."""


@contextmanager
def _served(directory: Path) -> Iterator[str]:
    handler = partial(_Quiet, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
