"""Channels (伝達経路): attempts and their times."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Nothing yet."""
