"""``graphmeta privacy``: what protects people, what ends, and what is told to the public."""

from __future__ import annotations

from cyclopts import App, Group

from graphmeta.cli.privacy_dpia import dpia
from graphmeta.cli.privacy_purge import purge
from graphmeta.cli.privacy_review import review
from graphmeta.cli.privacy_subject import subject
from graphmeta.cli.privacy_transparency import transparency


def privacy(group: Group) -> App:
    """Return the group of commands, to be listed in a group of the whole."""
    app = App(
        name="privacy",
        group=group,
        help="Review runs and end them, answer people about their own account, report in public, "
        "assess risks.",
        usage="Usage: graphmeta privacy COMMAND ...",
    )
    app.command(review, usage="Usage: graphmeta privacy review RUN [OPTIONS]")
    app.command(purge, usage="Usage: graphmeta privacy purge RUN... [OPTIONS]")
    app.command(
        subject,
        usage="Usage: graphmeta privacy subject RUN... --purpose PURPOSE --request REF [OPTIONS]",
    )
    app.command(
        transparency, usage="Usage: graphmeta privacy transparency RUN... --out FOLDER [OPTIONS]"
    )
    app.command(dpia, usage="Usage: graphmeta privacy dpia RUN [OPTIONS]")
    return app
