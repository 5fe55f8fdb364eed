"""Alembic environment: runs the journal's migrations on the connection that the hub hands over."""

from alembic import context

from pipeline.journal.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
