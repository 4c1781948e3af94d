"""What Gazette remembers: one schema on SQLite and PostgreSQL, and the raw bodies as evidence.

``tables`` says what is kept (SQLModel), ``migrations`` how a database gets there (Alembic). The store itself speaks SQL
to the driver: SQLAlchemy costs a quarter of a second to import and half of the time of a commit, and a plain crawl
needs neither. Both meet in the tests: every statement runs against the schema that ``tables`` describes.
"""
