"""Acts of people (職員の行為) and the findings that they released."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing yet."""
