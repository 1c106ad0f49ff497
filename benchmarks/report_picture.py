"""How does the picture in the README come about? From the demo's report, in a browser.

    .venv/bin/pip install playwright
    .venv/bin/python benchmarks/report_picture.py

runs ``graphmeta demo`` in a temporary folder, opens its report in Debian's Chromium, and puts two
stretches of one cluster side by side, as they are: what it is and why, and who contacted whom. It
writes ``graphmeta/docs/report.png``.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from PIL import Image
from playwright.sync_api import Locator, sync_playwright

PICTURE = Path(__file__).parents[1] / "graphmeta" / "docs" / "report.png"
WIDTH = 800
MARGIN = 16
COLOURS = 64


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        command = [sys.executable, "-m", "graphmeta", "demo", "--quiet", "--out", str(demo)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        clusters = pl.read_parquet(demo / "run" / "clusters.parquet")
        # A recruiting cluster shows most: it has a hub, and reasons against as well as for.
        recruiting = clusters["behaviour"].to_list().index("recruitment")
        left, right = photographed(demo / "report.html", f"#c{recruiting + 1}")
    side_by_side(left, right).save(PICTURE, optimize=True)


def photographed(report: Path, cluster: str) -> tuple[Image.Image, Image.Image]:
    """Return two stretches of a cluster's section: its reasons, and its graph and times."""
    with sync_playwright() as browsers:
        # A sandbox of its own is refused to Chromium where it runs as root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        page.goto(report.as_uri())
        places = page.locator(f"{cluster} .chart-place")
        for place in places.all():
            place.scroll_into_view_if_needed()
        undrawn = f"document.querySelectorAll('{cluster} .chart-place:not([data-drawn])').length"
        page.wait_for_function(f"{undrawn} === 0")
        page.wait_for_timeout(1000)  # charts settle their sizes after they are drawn
        section = page.locator(cluster)
        whole = Image.open(io.BytesIO(section.screenshot()))
        start, _ = stretch(section)
        _, reasons_end = stretch(section.locator("section.score .sides").first)
        graph, _ = stretch(section.get_by_role("heading", name="Who contacted whom"))
        _, times_end = stretch(section.locator(f"{cluster}-week"))
        browser.close()
    left = whole.crop((0, 0, whole.width, int(reasons_end - start) + MARGIN))
    right = whole.crop((0, int(graph - start) - MARGIN, whole.width, int(times_end - start)))
    return left, right


def stretch(element: Locator) -> tuple[float, float]:
    """Return where an element begins and ends, in pixels from the top of the window."""
    box = element.bounding_box()
    assert box, "the report has no such element; this script looks for what is gone"
    return box["y"], box["y"] + box["height"]


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return both on one sheet, in few colours, so that the file stays small."""
    sheet = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), "white")
    sheet.paste(left, (0, 0))
    sheet.paste(right, (left.width, 0))
    return sheet.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
