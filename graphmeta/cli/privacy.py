"""``graphmeta privacy``: what protects people, what ends, and what is told to the public."""

from __future__ import annotations

from cyclopts import App, Group

from graphmeta.cli.privacy_dpia import dpia
from graphmeta.cli.privacy_keys import destroy_key, keys, rotate_key, sealing_key, signing_key
from graphmeta.cli.privacy_match import actors, match
from graphmeta.cli.privacy_purge import purge
from graphmeta.cli.privacy_review import review
from graphmeta.cli.privacy_subject import subject
from graphmeta.cli.privacy_transparency import transparency
from graphmeta.cli.privacy_verify import checkpoint, verify


def privacy(group: Group) -> App:
    """Return the group of commands, to be listed in a group of the whole."""
    app = App(
        name="privacy",
        group=group,
        help="Review runs and end them, verify logs, look after keys, act upon reviewed accounts, "
        "answer people about their own account, report in public, assess risks.",
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
    app.command(verify, usage="Usage: graphmeta privacy verify RUN [OPTIONS]")
    app.command(checkpoint, usage="Usage: graphmeta privacy checkpoint RUN --out FILE [OPTIONS]")
    app.command(actors, usage="Usage: graphmeta privacy actors RUN CLUSTER... --out FILE [OPTIONS]")
    app.command(
        match,
        usage="Usage: graphmeta privacy match LIST --ids FILE --signer PUBLIC-KEY [OPTIONS]",
    )
    app.command(keys, usage="Usage: graphmeta privacy keys [OPTIONS]")
    app.command(rotate_key, usage="Usage: graphmeta privacy rotate-key [OPTIONS]")
    app.command(destroy_key, usage="Usage: graphmeta privacy destroy-key EPOCH --yes [OPTIONS]")
    app.command(signing_key, usage="Usage: graphmeta privacy signing-key [OPTIONS]")
    app.command(sealing_key, usage="Usage: graphmeta privacy sealing-key FILE")
    return app
