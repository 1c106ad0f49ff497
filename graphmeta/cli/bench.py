"""``graphmeta bench``: how good are detectors, and how real are the worlds they are measured on?"""

from __future__ import annotations

from cyclopts import App, Group

from graphmeta.cli.bench_realism import realism


def bench(group: Group) -> App:
    """Return the commands that measure graphmeta itself."""
    app = App(name="bench", help="Measure worlds against real messaging.", group=group)
    app.command(realism, usage="Usage: graphmeta bench realism REAL... --out FILE.html [OPTIONS]")
    return app
