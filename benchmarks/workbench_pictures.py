"""How do the pictures of the workbench in the README come about? From the demo's run, in a browser.

    .venv/bin/pip install playwright
    .venv/bin/python benchmarks/workbench_pictures.py

runs ``graphmeta demo`` in a temporary folder, gives a verdict on one of its clusters, serves the
run, and takes two pictures in Debian's Chromium, as the pages are: the queue, and the cluster that
recruits, scrolled to its graph. It writes ``graphmeta/docs/workbench-queue.png`` and
``graphmeta/docs/workbench-cluster.png``, in few colours, so that the files stay small.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from PIL import Image
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parents[1] / "graphmeta" / "docs"
#: Of the window, in CSS pixels.
SIZE = {"width": 1280, "height": 900}
COLOURS = 128
MOST_MILLISECONDS = 120_000


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, help="a folder that graphmeta demo made, to save time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = given.demo or folder / "demo"
        if given.demo is None:
            graphmeta("demo", "--quiet", "--out", str(demo))
        run, store = demo / "run", f"sqlite:///{folder}/cases.sqlite"
        clusters = pl.read_parquet(run / "clusters.parquet")
        first = clusters.sort("risk", descending=True)["cluster_id"][0]
        recruiting = clusters.filter(pl.col("behaviour") == "recruitment")["cluster_id"][0]
        said = ("--reason", "They work through one list, by the clock.", "--case-store", store)
        graphmeta("verdict", str(run), first, "spam", *said)
        with serving(run, store) as url, sync_playwright() as browsers:
            # A sandbox of its own is refused to Chromium where it runs as root.
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            program = shutil.which("chromium")
            browser = browsers.chromium.launch(executable_path=program, args=arguments)
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            page.set_default_timeout(MOST_MILLISECONDS)
            page.goto(url)
            keep(page, "workbench-queue.png")
            page.get_by_role("link", name=recruiting).click()
            graph = page.locator("#cluster-graph")
            heading = page.get_by_role("heading", name="Who contacted whom")
            heading.evaluate("it => scrollTo(0, it.getBoundingClientRect().top + scrollY - 16)")
            page.locator("#cluster-graph[data-drawn]").wait_for(state="attached")
            graph.hover(position={"x": 9, "y": 9})  # over it, its tools are seen
            page.wait_for_timeout(1000)  # charts settle their sizes after they are drawn
            keep(page, "workbench-cluster.png")
            browser.close()


def graphmeta(*arguments: str) -> None:
    """Run a command of graphmeta."""
    command = [sys.executable, "-m", "graphmeta", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(run: Path, store: str) -> Iterator[str]:
    """Serve a run, and give the address that lets in."""
    command = [sys.executable, "-m", "graphmeta", "serve", str(run), "--port", "0"]
    command += ["--no-browser", "--case-store", store]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)


def keep(page: Page, name: str) -> None:
    """Keep what the window shows."""
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = shown.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(DOCS / name, optimize=True)


if __name__ == "__main__":
    main()
