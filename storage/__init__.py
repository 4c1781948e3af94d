"""What Gazette remembers: tables, the store, raw snapshots, and the schema's history (SQLModel, Alembic)."""
