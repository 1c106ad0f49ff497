"""Whether a verdict was given blind: with the score hidden, and never seen before.

It is as fixed as the verdict itself. Of older verdicts it is not known, and they count as given in
the open. What refuses is as in the first migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_STAYS = "verdicts: what is recorded stays"


def upgrade() -> None:
    """Add the column and what guards it."""
    op.add_column(
        "verdicts", sa.Column("blind", sa.Boolean, nullable=False, server_default=sa.false())
    )
    when = "CREATE TRIGGER verdicts_blind BEFORE UPDATE OF blind ON verdicts"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{when} FOR EACH ROW EXECUTE FUNCTION graphmeta_stays()")
    else:
        op.execute(f"{when} BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END")
