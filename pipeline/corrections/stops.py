"""What stops while a correction is open (補正中の処理の停止), as a condition that every list of work can ask for."""

from sqlalchemy import ColumnElement, exists, or_

from pipeline.journal.correction_tables import corrections
from pipeline.journal.intake_tables import applications


def under_correction() -> ColumnElement[bool]:
    """The SQL condition that a resident was asked to set an application right, and nothing else may go on with it.

    Once another filing has answered, that one goes on in its place.
    """
    unanswered = corrections.c.state.in_(("open", "extended", "lapsed"))
    return exists().where(corrections.c.application == applications.c.id, or_(unanswered, corrections.c.answer.is_not(None)))
