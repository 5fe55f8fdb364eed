"""Evidence bundles (証拠一式) and who got them."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Nothing yet."""
