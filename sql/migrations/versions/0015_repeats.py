"""Repeats (重複): the counter's book, cases of receiving systems, what was found."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nothing yet."""
