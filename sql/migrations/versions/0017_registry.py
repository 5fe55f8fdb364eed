"""The registry (受付簿) and its daily hand-over."""

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Nothing yet."""
