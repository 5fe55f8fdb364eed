"""Texts of notices (お知らせの文面): nothing to change, a text lies filled in the outbox of revision 0022.

The number stays: journals in use have passed it, and the chain is numbered without gaps.
"""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """No table changes."""
