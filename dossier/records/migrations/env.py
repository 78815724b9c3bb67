"""How Alembic reaches the database: the engine comes from dossier.records.database, never from a file."""

from alembic import context

from dossier.records.tables import Base

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
