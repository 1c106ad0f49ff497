"""What tests in a real browser share: Chromium, a workbench that listens, and what may not happen.

A page that is opened here is watched: it may load nothing from elsewhere, break the content
security policy nowhere, raise no error and open no dialog. ``Watched.nothing_happened`` asserts it.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from workbench_kit import Bench, serving

from graphmeta.workbench.security.sessions import OneTimeToken

#: What axe calls these is what a user stumbles over.
_SERIOUS = ("serious", "critical")
_WIDTHS = {1280: 900, 768: 1024}


@dataclass
class Watched:
    """A page of a browser, and what went wrong in it.

    Args:
        page: The page.
        url: The workbench's address, without a path.
        wrong: What may not happen, as it happens.
    """

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str, status: int = 200) -> Page:
        """Open a path of the workbench."""
        answer = self.page.goto(self.url + path)
        assert answer
        assert answer.status == status
        return self.page

    def nothing_happened(self) -> None:
        """Assert that nothing went wrong until now."""
        assert not self.wrong, self.wrong

    def is_accessible(self) -> None:
        """Assert that axe finds nothing serious, and nothing is wider than the window."""
        found = Axe().run(self.page).response["violations"]
        serious = [
            f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}"
            for one in found
            if one["impact"] in _SERIOUS
        ]
        assert not serious, serious
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, "the page is wider than its window"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Debian's Chromium.

    Skips where a user lacks it, and fails in continuous integration, where it must be there.
    """
    program = shutil.which("chromium")
    if program is None:
        reason = "Chromium is not installed (Debian's package chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Inside a container, root is the only user there is, and Chromium's sandbox refuses root.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class LastingToken(OneTimeToken):
    """A token that lets in any number of browsers, since tests share a workbench."""

    def use(self, given: str) -> bool:
        return given == self.value


@contextmanager
def listening(folder: Path, **more: Any) -> Iterator[tuple[Bench, str]]:
    """Give a workbench that listens, and its address; arguments as ``workbench_kit.serving``."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        with serving(folder, port=port, token=LastingToken(), **more) as bench:
            config = uvicorn.Config(bench.app, lifespan="off", log_level="error", access_log=False)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
            thread.start()
            try:
                yield bench, f"http://127.0.0.1:{port}"
            finally:
                server.should_exit = True
                thread.join()


def watch(context: BrowserContext, url: str) -> Watched:
    """Return a new page that is watched."""
    watched = Watched(context.new_page(), url)
    wrong, page = watched.wrong, watched.page
    page.set_default_timeout(120_000)  # the machine may be busy

    def request(made: Any) -> None:
        if made.url.startswith("data:") or urlsplit(made.url).netloc == urlsplit(url).netloc:
            return
        wrong.append(f"request to {made.url}")

    def say(message: Any) -> None:
        if message.type in ("error", "warning"):
            wrong.append(f"console: {message.text}")

    def dialog(shown: Any) -> None:
        wrong.append(f"dialog: {shown.message}")
        shown.dismiss()

    page.on("request", request)
    page.on("console", say)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", dialog)
    return watched


@contextmanager
def visiting(
    browser: Browser, bench: Bench, url: str, *, width: int = 1280, **more: Any
) -> Iterator[Watched]:
    """Give a watched page of somebody who came in.

    Args:
        browser: The browser.
        bench: The workbench.
        url: Its address.
        width: Of the window, in pixels.
        more: For the browser's context, such as ``color_scheme`` or ``java_script_enabled``.
    """
    size = {"width": width, "height": _WIDTHS[width]}
    context = browser.new_context(viewport=size, **more)  # type: ignore[arg-type]
    assert bench.access.token
    watched = watch(context, url)
    watched.open(f"/?token={bench.access.token.value}")
    yield watched
    context.close()
