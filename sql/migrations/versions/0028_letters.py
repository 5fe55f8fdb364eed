"""Letters (郵送) and digital letter-boxes."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Nothing yet."""
