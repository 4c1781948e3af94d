"""How Alembic runs our migrations: from inside the program, on the engine it is given, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, Engine, text

from storage.tables import METADATA


def run(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        queue_up(connection)
        # The revision is read only now, under the lock: who comes second finds nothing left to do.
        context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=True)
        context.run_migrations()


def queue_up(connection: Connection) -> None:
    """On SQLite the transaction itself has begun with the right to write."""
    if connection.dialect.name == "postgresql":
        from storage.postgres import COMMIT_LOCK  # its driver may be missing where it is not used

        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": COMMIT_LOCK})


run(context.config.attributes["engine"])
