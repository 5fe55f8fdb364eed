"""Identification (宛名特定) by all five items, its candidates, and people outside the register (住登外)."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

METHODS = "'serial', 'number', 'household', 'five', 'assigned'"


def upgrade() -> None:
    with op.batch_alter_table("residents") as residents:
        # Empty until the hub, which has the key, has made the index of a row that was loaded before this revision.
        residents.add_column(sa.Column("kana_birth_index", sa.String(length=64), nullable=True))
        residents.add_column(sa.Column("name_birth_index", sa.String(length=64), nullable=True))
    op.create_index("ix_residents_kana_birth", "residents", ["municipality", "kana_birth_index"], unique=False)
    op.create_index("ix_residents_name_birth", "residents", ["municipality", "name_birth_index"], unique=False)
    with op.batch_alter_table("persons") as persons:
        persons.drop_constraint(op.f("ck_persons_method"), type_="check")
        persons.drop_constraint(op.f("ck_persons_identified_has_number"), type_="check")
        persons.create_check_constraint(op.f("ck_persons_method"), f"method IN ({METHODS}, 'outside', 'none')")
        persons.create_check_constraint(op.f("ck_persons_identified_has_number"), f"(method IN ({METHODS})) = (atena IS NOT NULL)")
    _create_person_candidates()
    _create_outside_people()


def _create_person_candidates() -> None:
    op.create_table(
        "person_candidates",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("agrees", sa.String(length=40), nullable=False),
        sa.Column("differs", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_person_candidates_application")),
        sa.PrimaryKeyConstraint("application", "role", "ordinal", "atena", name=op.f("pk_person_candidates")),
    )


def _create_outside_people() -> None:
    op.create_table(
        "outside_people",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=True),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'registered', 'not_needed')", name=op.f("ck_outside_people_state")),
        sa.CheckConstraint("(state = 'registered') = (atena IS NOT NULL)", name=op.f("ck_outside_people_registered_has_number")),
        sa.CheckConstraint("(state = 'open') = (act IS NULL)", name=op.f("ck_outside_people_settled_by_act")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_outside_people_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_outside_people_application")),
        sa.PrimaryKeyConstraint("application", "role", "ordinal", name=op.f("pk_outside_people")),
    )
    op.create_index("ix_outside_people_state", "outside_people", ["state"], unique=False)
